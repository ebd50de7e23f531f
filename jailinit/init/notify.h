/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tells whoever started the jail that it is up: sd_notify(3) by
 * NOTIFY_SOCKET, a newline on a descriptor (s6's protocol), and the parent
 * of -b, which returns with the verdict.  Never waits.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdbool.h>

/* NOTIFY_SOCKET is taken (and out of the environment) when socket is set;
 * ready_fd: -d, or -1.  Logs what does not work. */
void notify_init(bool socket, int ready_fd);

/* -b: forks.  The child returns 0 in a session of its own; the parent waits
 * for the verdict and exits with it.  -1 and errno when it cannot. */
int notify_background(void);

/* Boot has ended with this exit status, 0 to 255, and the jail is up. */
void notify_ready(int status);

/* It will not be up: what waits for it is let go, -b's parent with status. */
void notify_failed(int status);

/* The end has begun. */
void notify_stopping(void);

#endif
