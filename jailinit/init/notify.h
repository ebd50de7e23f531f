/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tells whoever started the jail that it is up: by NOTIFY_SOCKET
 * (sd_notify(3)), by a newline on the descriptor of -d (s6), and by the parent
 * of -b, which exits with rc's status.  Never waits.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdbool.h>

/* socket: use NOTIFY_SOCKET, and take it out of the environment.  ready_fd:
 * that of -d, or -1.  Errors are logged. */
void notify_init(bool socket, int ready_fd);

/* For -b: forks.  The child returns 0, in a session of its own.  The parent
 * waits for notify_ready() or notify_failed() and exits with that status.  -1
 * and errno if it cannot fork. */
int notify_background(void);

/* The jail is up; rc has ended with this exit status, 0 to 255. */
void notify_ready(int status);

/* The jail will not be up.  The parent of -b exits with status. */
void notify_failed(int status);

/* The end has begun. */
void notify_stopping(void);

#endif
