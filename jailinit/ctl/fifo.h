/* SPDX-License-Identifier: BSD-2-Clause */
/* The control FIFO, jailinit.ctl(5): requests to jailinit. */
#ifndef CTL_FIFO_H
#define CTL_FIFO_H

#include <stdbool.h>

/* Each returns 0, or an exit status after a message.  None waits for
 * jailinit. */

/* Checks that a request could be written to the FIFO at path. */
int fifo_check(const char *path);

/* Writes a line, without its newline, to the FIFO at path. */
int fifo_send(const char *path, const char *request);

/* Is path the usual one, and is nothing there?  Then jailinit may have none. */
bool fifo_is_missing(const char *path);

#endif
