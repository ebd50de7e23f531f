/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inherited descriptors, above all 0 to 2.  O_NONBLOCK is never set on them,
 * since other processes share them.
 */
#ifndef LIB_FD_H
#define LIB_FD_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

/* Opens /dev/null as each of 0 to 2 that is closed, so that no file opened
 * later gets that number.  Without /dev/null it opens a pipe whose other end is
 * closed.  0, or -1 and errno. */
int fd_fill(void);

/* Replaces 0 to 2 in the same way.  Keeps regular files unless files is set. */
void fd_to_null(bool files);

/* Writes n <= PIPE_BUF bytes without waiting: as write(2), -1 and EAGAIN if
 * there is no room.  SIGALRM must be blocked, and caught by a handler that
 * does nothing.  (If fd is a regular file, the write hangs if the file system
 * hangs.) */
ssize_t fd_write(int fd, const void *buf, size_t n);

#endif
