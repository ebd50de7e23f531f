/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts programs in a clean state: in a session of their own (or, on a
 * terminal, in the foreground), with default signal actions, an empty mask,
 * and no descriptor but 0 to 2, the command aside.  Descriptors that we open
 * must be close-on-exec.
 */
#ifndef SPAWN_H
#define SPAWN_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses of a child that could not execute its program, as in sh(1). */
#define SPAWN_CANNOT_EXEC	126
#define SPAWN_NOT_FOUND		127

/* Executes the script at path with the argument arg (NULL: none): directly or,
 * if it is not executable or has no "#!", by /bin/sh.  If that fails the child
 * logs why.
 * missing_ok: if there is no such file the child exits with 0 instead.
 * Returns its pid, or -1 and the errno of fork(2). */
pid_t spawn_script(const char *path, const char *arg, bool missing_ok);

/* The same for rc, which gets the paths ctl and status as JAILINIT_CTL and
 * JAILINIT_STATUS; NULL: it gets none. */
pid_t spawn_rc(const char *path, const char *ctl, const char *status);

/* Executes argv, found by PATH as by execvp(3), in the foreground of the
 * terminal if there is one; it gets every descriptor that is not close-on-exec.
 * If that fails the child writes one byte, its exit status, to report_fd, which
 * is close-on-exec (-1: none).  how: SPAWN_BACKGROUND, 0 to 2 are as
 * fd_to_null(false) makes them; SPAWN_OUR_GROUP, it stays in our process group.
 * failed: the exit status, 0 for those above.  The child overwrites argv[-1].
 * Returns its pid, or -1 and the errno of fork(2). */
#define SPAWN_BACKGROUND	1U
#define SPAWN_OUR_GROUP		2U
pid_t spawn_command(char **argv, int report_fd, unsigned how, int failed);

/* Where an administrator's own requests are. */
#define SPAWN_REQUESTS	"/etc/rc.request.d"

/* Executes the file name in SPAWN_REQUESTS if it and the folder are root's (or
 * ours) and nobody else can write to them.  The child writes a 0 to report_fd
 * if the file is there, and a byte as above if it is missing, or if it was
 * refused or could not be executed; the last two are logged.  Returns its pid,
 * or -1 and the errno of fork(2). */
pid_t spawn_request(const char *name, int report_fd);

#endif
