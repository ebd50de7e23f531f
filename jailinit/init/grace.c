/* SPDX-License-Identifier: BSD-2-Clause */
/* Managers of jails and containers.  Touches the environment and, at the start,
 * one path. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"

#include "grace.h"
#include "log.h"

/* Arrays: in a position-independent program a pointer costs a relocation of
 * three words. */
struct manager {
	char name[24];
	char env[24];		/* "": Docker's file */
	char value[16];		/* "": any */
	int64_t grace_ms;	/* its own default */
};

/* Docker's file comes last: it is also in Kubernetes' pods, and in roots that
 * were exported from images. */
static const struct manager managers[] = {
	/* terminationGracePeriodSeconds of the pod */
	{ "Kubernetes", "KUBERNETES_SERVICE_HOST", "", 30000 },
	/* podman-stop(1), --time */
	{ "podman stop", "container", "podman", 10000 },
	/* lxc-stop(1), -t: lxc_stop.c */
	{ "lxc-stop", "container", "lxc", 60000 },
	/* DefaultTimeoutStopSec of systemd-system.conf(5); by hand it waits */
	{ "systemd-nspawn@.service", "container", "systemd-nspawn", 90000 },
	/* docker stop --time */
	{ "docker stop", "", "", 10000 },
	{ "", "", "", 0 }
};

static const struct manager *hasty;
static int64_t end_ms;
static int64_t due_ms = INT64_MAX;

static bool
is_here(const struct manager *m)
{
	const char *v;

	if (m->env[0] == '\0')
		return (access("/.dockerenv", F_OK) == 0);
	v = getenv(m->env);
	return (v != NULL && (m->value[0] == '\0' ||
	    strcmp(v, m->value) == 0));
}

void
grace_init(const struct life_limits *limits)
{
	const struct manager *m;

	end_ms = limits->shutdown_ms + limits->term_ms + limits->kill_ms;
	if (limits->budget_ms != REQUEST_NO_BUDGET)
		return;
	for (m = managers; m->name[0] != '\0'; m++)
		if (is_here(m))
			break;
	if (m->name[0] != '\0' && m->grace_ms < end_ms)
		hasty = m;
}

void
grace_say(void)
{
	if (hasty != NULL)
		log_line("%s kills after %" PRId64 " s by default, an end may "
		    "take %" PRId64 " s: see -B", hasty->name,
		    hasty->grace_ms / 1000, end_ms / 1000);
	hasty = NULL;
}

void
grace_say_later(void)
{
	if (hasty != NULL)
		due_ms = clock_ms() + hasty->grace_ms / 2;
}

int64_t
grace_due_ms(void)
{
	return (due_ms);
}

void
grace_tick(void)
{
	if (clock_ms() < due_ms)
		return;
	due_ms = INT64_MAX;
	grace_say();
}
