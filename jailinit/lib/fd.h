/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors that a program was started with, 0 to 2 above all.  O_NONBLOCK
 * is never set on them, since they are shared with whoever else has them.
 */
#ifndef LIB_FD_H
#define LIB_FD_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

/* Opens those of 0 to 2 that are closed, so that nothing opened later lands
 * there: on /dev/null or, where that is missing, on a pipe without another
 * end.  0, or -1 and errno. */
int fd_fill(void);

/* Replaces 0 to 2 by the same.  files: also those that are regular files. */
void fd_to_null(bool files);

/* Writes n <= PIPE_BUF bytes without waiting: as write(2), -1 and EAGAIN when
 * there is no room.  SIGALRM must be blocked, and caught by a handler that
 * does nothing.  (A regular file is written plainly: that hangs when its file
 * system does.) */
ssize_t fd_write(int fd, const void *buf, size_t n);

#endif
