/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What jail_freebsd*.c share: jails as jail_get(2) tells of them, and their
 * processes as the sysctl kern.proc does.
 */
#ifndef JAIL_FREEBSD_H
#define JAIL_FREEBSD_H

#include <sys/param.h>
#include <sys/user.h>

#include "jail.h"

#define JAIL_INIT	"jailinit"

/* What the kernel calls a program that was executed by a descriptor when it
 * no longer had a path, do_execve() in sys/kern/kern_exec.c: a jailinit after
 * a reboot in place with its file removed. */
#define JAIL_INIT_FD	"(fexecv)"

/* The parameters that matter, jail(8). */
struct jail_about {
	int parent;	/* a jid; 0: the caller's own jail */
	int persist;	/* it stays when its last process ends */
	int children;	/* jails in it, and in these */
	char name[JAIL_NAME_MAX];	/* MAXHOSTNAMELEN */
	char path[JAIL_ROOT_MAX];	/* MAXPATHLEN */
};

/* Is it still there, and still the same?  Its jid, or -1: ESRCH. */
int jail_about(const struct jail *j, struct jail_about *a);

/* jail_attach(2), into it and no other; jail_remove(2). */
int jail_attach_to(const struct jail *j);
int jail_remove_it(const struct jail *j);

/* The parent of the jail with this jid, or -1. */
int jail_parent(int jid);

/* Removes the jails in it. */
void jail_children_remove(const struct jail *j);

/* The processes of a jail and of the jails in it. */
struct jail_people {
	pid_t init_pid;		/* the jail's oldest jailinit, or 0; by
				 * another name, only the oldest of all */
	pid_t any_pid;		/* the oldest, or 0 */
	bool any;		/* there are some, if only on their way out */
};

/* All processes, to be freed; NULL: no memory. */
struct kinfo_proc *jail_procs(size_t *n);

/* Those of a jail among them; or as they are now. */
void jail_people_find(struct jail_people *who, jailid_t jid, bool children,
    const struct kinfo_proc *list, size_t n);
void jail_people_read(struct jail_people *who, const struct jail *j);

/* One process.  Does it live in that jail, or in one that is in it (children:
 * there are such), and is it a jailinit?  Seen from
 * within a jail the jid of its own processes is 0: fill_kinfo_proc_only() in
 * sys/kern/kern_proc.c. */
bool jail_proc(pid_t pid, struct kinfo_proc *kp);
bool jail_has(jailid_t jid, bool children, const struct kinfo_proc *kp);
bool jail_is_init(jailid_t jid, pid_t pid, struct kinfo_proc *kp);

/* Into the jail, for a child that has closed what it does not need. */
int jail_enter(const struct jail *j);

#endif
