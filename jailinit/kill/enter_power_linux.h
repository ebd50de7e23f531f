/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program that enters gives up what a jail could take from it.  Each
 * function drops one thing; call them in this order.  They return 0 or -errno
 * unless they return nothing.
 */
#ifndef ENTER_POWER_LINUX_H
#define ENTER_POWER_LINUX_H

/* The root and working directory. */
void root_leave(void);

/* The session keyring. */
long keyring_leave(void);

/* Resources, except for processes. */
void limits_set(void);

/* The user, and all capabilities but CAP_KILL. */
void privileges_drop(void);

/* System calls that neither the program nor its child needs any more. */
long filter_set(void);

/* filter_set() lets clone(2) put a pidfd only here.  The child does not have
 * this memory. */
extern int *const pid_fd_room;

#endif
