/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints to standard output, and never waits for its reader, so that a slow
 * reader does not delay the end of a jail.  On a terminal, also draws lines
 * below the output that change in place.
 */
#ifndef SCREEN_H
#define SCREEN_H

#include <stdbool.h>
#include <stdint.h>

/* The lines that change are brought up to date at least this often. */
#define SCREEN_EVERY_MS	1000

/* live: lines that change in place are wanted.  Takes SIGALRM over, for
 * fd_write(). */
void screen_init(bool live);

/* Are there such lines? */
bool screen_is_live(void);

/* Prints as printf(3).  Keeps what cannot be written now; drops it if there is
 * no memory. */
void screen_print(const char *format, ...)
    __attribute__((__format__(__printf__, 1, 2)));

/* Clears the lines that change, to print below them.  They are drawn again
 * the next time. */
void screen_clear(void);

/* Begins to draw these lines again.  Returns how many there may be; 0: do not
 * draw now.  always: even if the last time was a moment ago. */
int screen_draw(int64_t now_ms, bool always);

/* Draws one, cut at the last column.  Returns how many there are now. */
int screen_line(const char *line);

/* Writes what could not be written so far, and waits for the reader. */
void screen_finish(void);

#endif
