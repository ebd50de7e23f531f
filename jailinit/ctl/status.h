/* SPDX-License-Identifier: BSD-2-Clause */
/* The status file of jailinit.ctl(5), read. */
#ifndef CTL_STATUS_H
#define CTL_STATUS_H

#include <stdbool.h>

/* Prints the status file at path for people.  0 while the jail boots or runs,
 * else an exit status, after a message unless the jail is about to end. */
int status_print(const char *path);

/* Returns rc's exit status once boot has ended, or an exit status after a
 * message.  wait: waits for the end of boot; otherwise EX_TEMPFAIL before it.
 * Also EX_TEMPFAIL when the jail is about to end. */
int status_ready(const char *path, bool wait);

#endif
