/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control FIFO, jailinit.ctl(5): made, checked, read, and its lines turned
 * into requests.  Never waits: the FIFO is open for reading and writing, so
 * that there is always a reader and never an end of file, and non-blocking.
 */
#ifndef INIT_FIFO_H
#define INIT_FIFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/request.h"

/* Part of a line counts as a whole line when nothing has followed it for this
 * long (printf halt > ctl). */
#define FIFO_QUIET_MS	1000

/* At most this many reads a turn, so that a writer that never stops does not
 * keep process 1 from its signals and children. */
#define FIFO_READS	16

/* A path with ".new" and a NUL after it fits in this, also on the stack. */
#define FIFO_PATH_MAX	512

/* Makes the FIFO, mode 0600, in place of anything but a directory; it has a
 * reader from the moment that it is there.  NULL: there is to be none.  An
 * error is logged. */
void fifo_open(const char *path);

/* If the path no longer names the FIFO, makes it again; what is left in the
 * old one is read first.  An error is logged, but the same one twice only if
 * somebody asked for this. */
void fifo_check(bool asked);

/* Is the FIFO before it still being read?  One made now would cut that off. */
bool fifo_is_draining(void);

/* A new turn begins: FIFO_READS more reads are allowed. */
void fifo_turn(void);

/* The next request: true and *rq.  Lines that are none are counted and
 * logged. */
bool fifo_request(struct request *rq);

/* When fifo_request() is due even if nothing is written: 0, which has passed,
 * if the last turn ended before the FIFO was empty; or INT64_MAX. */
int64_t fifo_due_ms(void);

/* Readable when there are lines; -1: there is no FIFO. */
int fifo_fd(void);

/* Counts a request that is not done.  May that be logged?  At most one a
 * second may. */
bool fifo_drop(void);
uint64_t fifo_dropped(void);

/* Removes the FIFO if the path still names it.  For a child: a path can
 * hang. */
void fifo_remove(void);

#endif
