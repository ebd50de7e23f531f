/* SPDX-License-Identifier: BSD-2-Clause */
/* Managers of jails and containers.  Touches the environment and, at the start,
 * two paths. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "manager.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* The first that matches.  Those that name themselves come first: a variable of
 * Kubernetes may have been handed down to them, the files may be in a root that
 * was exported from an image, and an image may set "container" to anything. */
static const struct manager managers[] = {
	/* lxc-stop(1), -t: lxc_stop.c */
	{ "lxc-stop", "container", "lxc", false, true, 60000 },
	{ "libvirt", "container", "lxc-libvirt", false, false, INT64_MAX },
	/* DefaultTimeoutStopSec of systemd-system.conf(5); by hand it waits */
	{ "systemd-nspawn@.service", "container", "systemd-nspawn", false, true,
	    90000 },
	/* terminationGracePeriodSeconds of the pod */
	{ "Kubernetes", "KUBERNETES_SERVICE_HOST", "", true, false, 30000 },
	/* podman-stop(1), --time */
	{ "podman stop", "container", "podman", true, false, 10000 },
	{ "podman stop", "/run/.containerenv", "", true, false, 10000 },
	/* docker stop --time */
	{ "docker stop", "/.dockerenv", "", true, false, 10000 },
	{ "a container manager", "container", "", true, false, INT64_MAX },
	{ "", "", "", false, false, INT64_MAX }
};

static const struct manager *here = &managers[COUNT(managers) - 1];

static bool
is_here(const struct manager *m, const char *next_life)
{
	const char *v;

	if (m->mark[0] == '/')
		return (next_life != NULL ? strcmp(next_life, m->mark) == 0 :
		    access(m->mark, F_OK) == 0);
	v = getenv(m->mark);
	return (v != NULL && (m->value[0] == '\0' ? *v != '\0' :
	    strcmp(v, m->value) == 0));
}

void
manager_find(const char *next_life)
{
	const struct manager *m = managers;

	while (m->name[0] != '\0' && !is_here(m, next_life))
		m++;
	here = m;
}

const struct manager *
manager_here(void)
{
	return (here);
}

const char *
manager_file(void)
{
	return (here->mark[0] == '/' ? here->mark : "");
}
