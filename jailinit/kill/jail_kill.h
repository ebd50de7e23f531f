/* SPDX-License-Identifier: BSD-2-Clause */
/* KILL to jails that are held, which a jail cannot prevent.
 * jail_kill_linux.c and jail_kill_freebsd.c. */
#ifndef JAIL_KILL_H
#define JAIL_KILL_H

#include <stdbool.h>
#include <stddef.h>

#include "jail.h"

/* Sends KILL to all processes, on Linux without entering the jail.  They are
 * gone when jail_look() says so; until then it has to be repeated.  0, or -1
 * and errno. */
int jail_kill(const struct jail *j);

/* Repeats KILL for n jails at once.  Linux: to each process of these jails and
 * of jails inside them, as the first process may depend on one of those to
 * end.  FreeBSD: by jail_remove(2) as well; for a jail that persists only
 * after some repetitions. */
void jail_kill_again(struct jail *const *jails, size_t n);

/* Says in buf what keeps the processes of a jail from acting on any signal;
 * with version 1 of control groups on KILL, too.  False: nothing is known. */
bool jail_frozen(const struct jail *j, char *buf, size_t size);

#endif
