/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux: the name of a jail in the path of its control group, as systemd, LXC
 * and the managers of containers make these.  Touches memory alone.
 */
#ifndef NAME_LINUX_H
#define NAME_LINUX_H

#include <stdbool.h>
#include <stddef.h>

/* Room for a name, with its NUL. */
#define NAME_SIZE	256

/* The paths of three processes' control groups, in one hierarchy. */
struct name_paths {
	const char *jail;	/* the first process of the jail */
	const char *parent;	/* its parent, a process of the host; or NULL */
	const char *own;	/* the caller; or NULL */
};

struct name_found {
	char name[NAME_SIZE];
	const char *manager;
	size_t len;		/* of the group's path that has the name */
	bool unit;		/* it is a unit of systemd, which may hold more
				 * than this jail */
	bool by_host;		/* no group above it is a user's */
};

/*
 * Finds the outermost group that has a name, since what is below it can be the
 * jail's own work.  Passed over are the groups that the caller is in; those in
 * the group of the jail's parent, as the jail may have made them, if the host
 * gave it the power to; and the units of a session, of a login or of cron, from
 * which anything is started.  False: there is no name.
 */
bool name_find(const struct name_paths *p, struct name_found *found);

#endif
