/* SPDX-License-Identifier: BSD-2-Clause */
/* Sends KILL to jails that are held; no jail can prevent it.
 * jail_kill_linux.c and jail_kill_freebsd.c. */
#ifndef JAIL_KILL_H
#define JAIL_KILL_H

#include <stdbool.h>
#include <stddef.h>

#include "jail.h"

/* Sends KILL to all processes, on Linux without entering the jail.  Repeat it
 * by jail_kill_again() until jail_look() says that they are gone.  0, or -1 and
 * errno. */
int jail_kill(const struct jail *j);

/* Repeats KILL for n jails.  Linux: to each process of these jails and of the
 * jails inside them, since the first process may not end before one of these.
 * FreeBSD: also by jail_remove(2), for a jail that persists only after some
 * repetitions. */
void jail_kill_again(struct jail *const *jails, size_t n);

/* Says in buf what freezes the jail's processes, so that they act on no signal;
 * under version 1 of control groups not even on KILL.  False: nothing is
 * known. */
bool jail_frozen(const struct jail *j, char *buf, size_t size);

#endif
