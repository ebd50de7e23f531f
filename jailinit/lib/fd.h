/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors that were given to us, 0 to 2 above all: seen to be open, left
 * to the caller, and written to without ever waiting.  O_NONBLOCK is never
 * set on them, as they are shared with whoever else has them.
 */
#ifndef STDIO_FD_H
#define STDIO_FD_H

#include <sys/types.h>

#include <stddef.h>

/* Opens what is closed of 0 to 2 on /dev/null, or where that is missing on
 * a pipe without another end, so that nothing opened later lands there.
 * 0, or -1 and errno. */
int stdio_init(void);

/* Leaves our session, or our controlling terminal if we lead it: what is
 * typed there is no longer a signal for us. */
void stdio_detach(void);

/* Replaces 0 to 2 by the same, unless they are regular files. */
void stdio_leave(void);

/* write(2) of n <= PIPE_BUF bytes that does not wait: -1 and EAGAIN when
 * there is no room.  Needs SIGALRM blocked, and caught by a handler that
 * does nothing.  (A regular file is written plainly, and can hang when its
 * file system does.) */
ssize_t stdio_write(int fd, const void *buf, size_t n);

#endif
