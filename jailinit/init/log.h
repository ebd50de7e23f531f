/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log: lines on descriptor 2, whatever that is.  Never waits: a line that
 * cannot be written at once is dropped and counted, and a later line says how
 * many were.
 */
#ifndef LOG_H
#define LOG_H

#include <stddef.h>
#include <stdint.h>

/* The longest line, with its newline.  Other writers do not tear a write of at
 * most PIPE_BUF bytes, which POSIX has at 512 or more. */
#define LOG_LINE_MAX	512

/* What each line begins with, instead of "jailinit: "; must stay. */
void log_begin(const char *program);

/* Logs "jailinit: ", the format through text_clean(), and a newline.  Keeps
 * errno. */
void log_line(const char *format, ...)
    __attribute__((__format__(__printf__, 1, 2)));

/* How many lines were dropped so far. */
uint64_t log_dropped(void);

#endif
