/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FreeBSD's calls for jails, jail_get(2) and others.  (The kernel calls a jail
 * a prison; struct jail is jail.h's.)  From 15.0 on a descriptor holds a jail;
 * before, jid and name together identify it.
 */
#ifndef PRISON_FREEBSD_H
#define PRISON_FREEBSD_H

#include <stdbool.h>

#define PRISON_NAME_MAX	256	/* MAXHOSTNAMELEN */
#define PRISON_PATH_MAX	1024	/* MAXPATHLEN */

/* One jail, as it was found. */
struct prison {
	int jid;
	int fd;			/* its descriptor, or -1 */
	const char *name;
};

/* Its parameters, jail(8). */
struct prison_about {
	int parent;	/* a jid; 0: the caller's own jail */
	int persist;	/* it stays when its last process ends */
	int children;	/* the number of jails in it, at any depth */
	char name[PRISON_NAME_MAX];
	char path[PRISON_PATH_MAX];
};

/* Finds a jail by its jid; the one with the next jid; or the one with the name
 * in a->name.  A dying jail is not found.  Returns the jid, or -1 and errno:
 * ESRCH. */
int prison_by_jid(int jid, struct prison_about *a);
int prison_next(int jid, struct prison_about *a);
int prison_by_name(struct prison_about *a);

/* A descriptor of the jail; -1: the kernel has none, or none is left. */
int prison_open(int jid);

/* Is it still there, and still the same?  Returns its jid, or -1: ESRCH. */
int prison_about(const struct prison *p, struct prison_about *a);

/* The parent of the jail with this jid, which may be dying; or -1. */
int prison_parent(int jid);

/* jail_attach(2), into this jail and no other; jail_remove(2); jail_remove(2)
 * of the jails in it.  0, or -1 and errno. */
int prison_attach(const struct prison *p);
int prison_remove(const struct prison *p);
void prison_children_remove(const struct prison *p);

#endif
