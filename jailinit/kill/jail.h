/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jails as the host sees them: how to find one and how to hold it.
 * jail_linux.c and jail_freebsd.c.  What else differs between systems is in
 * jail_signal.h, jail_kill.h, jail_kept.h, jail_watch.h and jail_inside.h.
 *
 * A jail is hostile.  jailkill itself uses no path of a jail.  A child that can
 * be killed does, by jail_inside.h.
 *
 * Functions return 0, or -1 and errno, unless stated otherwise.
 */
#ifndef JAIL_H
#define JAIL_H

#include <sys/types.h>

#include <stdbool.h>

#include "crowd.h"
#include "jailkill.h"

/* Room for the name of a root directory, of a process, of a jail or a control
 * group, and of a manager, each with its NUL. */
#define JAIL_ROOT_MAX	1024
#define JAIL_COMM_MAX	32
#define JAIL_NAME_MAX	256
#define JAIL_MANAGER_MAX	16

/* Which user the first process of a jail runs as.  Nobody but the caller, or a
 * user with power over the caller, can make a jail that counts as the
 * caller's.  A jail with a higher value is looked at and asked first. */
enum jail_whose {
	JAIL_OTHERS,
	JAIL_USERS,	/* the caller's user */
	JAIL_OWN	/* and in the caller's user namespace; all on FreeBSD */
};

struct jail {
	jailid_t jid;
	pid_t pid;	/* its first process, as the caller sees it; FreeBSD:
			 * its jailinit, or 0 */
	int fd;		/* holds the jail; Linux: the pidfd; FreeBSD: a jail
			 * descriptor where the kernel has them, else -1 */
	uint64_t space;	/* Linux: the number of its PID namespace; 0: not
			 * known */
	bool mine;	/* its first process runs as the caller, or the
			 * caller is root */
	enum jail_whose whose;
	char name[JAIL_NAME_MAX];	/* FreeBSD: its name; Linux: the one
					 * that its manager gave it, or "" */
	/* The next six are filled in by jail_about(). */
	char manager[JAIL_MANAGER_MAX];	/* Linux: "systemd", "lxc", ...; "" */
	uint64_t unit;	/* Linux: the same number as that of another jail: its
			 * name is that of a unit that both are in; 0: none */
	bool by_host;	/* Linux: no user but root can have given the name */
	bool stopped;	/* its first process is stopped by a signal */
	unsigned long start;	/* Linux: when that began, in ticks; 0: not
				 * known */
	char frozen[JAIL_NAME_MAX];	/* Linux: the control group that has
					 * frozen it, or "" */
	pid_t rest;	/* Linux: another process of it, seen when KILL was
			 * repeated; 0: none */
	int kills;	/* FreeBSD: how often KILL was repeated */
};

/* Can jails be found here at all?  If not, *why is one line about it. */
int jail_init(const char **why);

/* Opens the jail with this jid, or with this name: a jid, on Linux also pid=N,
 * on FreeBSD also the name of a jail.  The caller closes it.  EINVAL: not a
 * name; ESRCH: no such jail. */
int jail_open(struct jail *j, jailid_t jid);
int jail_open_name(struct jail *j, const char *name);
void jail_close(struct jail *j);

/* Opens a jail that was closed, if it is still the same one.  ESRCH: it has
 * gone; another errno: not known. */
int jail_hold(struct jail *j);

/* Calls fn with each jail one level below the caller's, until fn returns
 * false.  fn closes the jail or keeps it.  crowd: adds all processes that may be
 * seen; NULL: does not.  -1 and errno: some jails may be missing. */
typedef bool jail_fn(struct jail *j, void *arg);
int jail_each(jail_fn *fn, void *arg, struct jail_crowd *crowd);

/* The name of its first process, which chooses it; "" if not known. */
void jail_comm(const struct jail *j, char comm[JAIL_COMM_MAX]);

#endif
