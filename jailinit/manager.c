/* SPDX-License-Identifier: BSD-2-Clause */
/* The managers that jails and containers are started by.  Touches the
 * environment, and one path at the start. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "manager.h"

struct manager {
	const char *name;
	const char *env, *value;	/* NULL: any */
	const char *path;
	int64_t grace_ms;		/* its own default */
};

/* The file of Docker is the last to be asked for: it is in Kubernetes' pods,
 * and in roots that were exported from images, too. */
static const struct manager managers[] = {
	/* terminationGracePeriodSeconds of the pod */
	{ "Kubernetes", "KUBERNETES_SERVICE_HOST", NULL, NULL, 30000 },
	/* podman-stop(1), --time */
	{ "podman stop", "container", "podman", NULL, 10000 },
	/* lxc-stop(1), -t: lxc_stop.c */
	{ "lxc-stop", "container", "lxc", NULL, 60000 },
	/* DefaultTimeoutStopSec of systemd-system.conf(5); by hand it waits */
	{ "systemd-nspawn@.service", "container", "systemd-nspawn", NULL,
	    90000 },
	/* docker stop --time */
	{ "docker stop", NULL, NULL, "/.dockerenv", 10000 },
	{ NULL, NULL, NULL, NULL, 0 }
};

static const struct manager *hasty;
static int64_t end_ms;

static bool
is_here(const struct manager *m)
{
	const char *v;

	if (m->path != NULL)
		return (access(m->path, F_OK) == 0);
	v = getenv(m->env);
	return (v != NULL && (m->value == NULL || strcmp(v, m->value) == 0));
}

void
manager_init(const struct life_limits *limits)
{
	const struct manager *m;

	end_ms = limits->shutdown_ms + limits->term_ms + limits->kill_ms;
	if (limits->budget_ms != REQUEST_NO_BUDGET)
		return;
	for (m = managers; m->name != NULL; m++)
		if (is_here(m))
			break;
	if (m->name != NULL && m->grace_ms < end_ms)
		hasty = m;
}

void
manager_say(void)
{
	if (hasty != NULL)
		log_line("%s kills after %" PRId64 " s by default, an end may "
		    "take %" PRId64 " s: see -B", hasty->name,
		    hasty->grace_ms / 1000, end_ms / 1000);
	hasty = NULL;
}
