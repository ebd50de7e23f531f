/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals to jails that are held.  jail_signal_linux.c and
 * jail_signal_freebsd.c.  Functions return 0, or -1 and errno. */
#ifndef JAIL_SIGNAL_H
#define JAIL_SIGNAL_H

#include <sys/types.h>

#include <stdbool.h>

#include "core/request.h"

#include "jail.h"

/* A child that signals the processes of a jail from inside.  The jail may stop
 * or kill it. */
struct jail_child {
	pid_t pid;
	int fd;		/* readable when the child has ended */
};

/* Signals only the first process; on FreeBSD the jailinit (ESRCH: there is
 * none), by a child that nobody waits for.  sig 0 checks whether the caller may
 * signal the jail. */
int jail_signal_first(const struct jail *j, int sig);

/* Returns the signal that tells the first process to halt, power off or reboot,
 * for a jail that does not listen, and puts the name of that process into comm.
 * jailinit: it has the title of one.  On FreeBSD that process is the jailinit;
 * 0: there is none. */
int jail_other_signal(const struct jail *j, enum request_verb verb,
    bool jailinit, char comm[JAIL_COMM_MAX]);

/* Starts a child that sends sigs, a list that ends with 0, to every process of
 * the jail: with its first process (first) or without.  (On FreeBSD always
 * with it, as kill(2) leaves nobody out.) */
int jail_signal_all(const struct jail *j, const int *sigs, bool first,
    struct jail_child *child);

/* Returns how a child has ended, 0 or an errno, and frees it.  -1: it still
 * runs; call this again within JAIL_CHILD_MS, since a process of the jail may
 * have stopped it.  force: ends it if it still runs, and returns ETIMEDOUT. */
#define JAIL_CHILD_MS	100
int jail_child_end(struct jail_child *child, bool force);

#endif
