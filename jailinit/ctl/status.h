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

/* Does the file say that jailinit is in boot mode? */
bool status_is_boot(const char *path);

/* Can the file be read?  0, or an exit status after a message. */
int status_check(const char *path);

/* Waits for the answer to the administrator's own request with this number.
 * Returns the exit status of its program, or one after a message. */
int status_answer(const char *path, const char *name, int id);

#endif
