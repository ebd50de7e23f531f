/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log: lines on descriptor 2, whatever it is, without ever waiting for
 * it.  A line that cannot be written at once is dropped and counted; the
 * next one that can be written is preceded by a line that says how many.
 */
#ifndef LOG_H
#define LOG_H

#include <stddef.h>
#include <stdint.h>

/* Longest line with its newline: a write of at most PIPE_BUF bytes (512 at
 * least, POSIX) is not torn by other writers of the same pipe. */
#define LOG_LINE_MAX	512

/* "jailinit: ", then the format, text_clean(), then a newline.  errno is
 * kept. */
void log_line(const char *format, ...)
    __attribute__((__format__(__printf__, 1, 2)));

/* Lines that were dropped so far. */
uint64_t log_dropped(void);

#endif
