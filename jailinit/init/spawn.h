/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts programs that begin clean: a session of their own (or the terminal
 * in the foreground), default signal actions, an empty mask, no descriptor
 * but 0 to 2.  Descriptors that we have opened must be close-on-exec.
 */
#ifndef SPAWN_H
#define SPAWN_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses of a child that could not execute its program, sh(1). */
#define SPAWN_CANNOT_EXEC	126
#define SPAWN_NOT_FOUND		127

/* Executes the script at path with the argument arg (NULL: none), directly
 * or, where it is not executable, by /bin/sh.  When it cannot the child says
 * why in the log (not of a missing one if missing_ok, which then exits 0).
 * Returns its pid, or -1 and errno of fork(2). */
pid_t spawn_script(const char *path, const char *arg, bool missing_ok);

/* Executes argv, found by PATH, in the foreground of the terminal if there
 * is one.  report_fd (-1: none), close-on-exec, gets one byte, the exit
 * status, when that fails.  background: it gets 0 to 2 as fd_to_null(false) makes
 * them.  Returns its pid, or -1 and errno of fork(2). */
pid_t spawn_command(char *const *argv, int report_fd, bool background);

/* Where an administrator's own requests are. */
#define SPAWN_REQUESTS	"/etc/rc.request.d"

/* Executes the file name in SPAWN_REQUESTS, if it and the folder are root's
 * (or ours) and nobody else's to write.  report_fd gets a 0 when it is there,
 * and a byte as above when it was refused or not executed, which the child
 * logs, or is missing, which it does not.  Its pid, or -1 and errno of
 * fork(2). */
pid_t spawn_request(const char *name, int report_fd);

#endif
