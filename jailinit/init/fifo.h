/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control FIFO of jailinit.ctl(5): made, checked, read, handed out line
 * by line.  Never waits: the FIFO is open for reading and writing, so that
 * there is always a reader and never an end of file, and non-blocking.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/request.h"

/* A part of a line counts as a whole one when nothing has followed it for
 * this long (printf halt > ctl). */
#define CONTROL_QUIET_MS	1000

/* At most so many reads a turn, so that a writer who never stops does not
 * keep process 1 from its signals and children. */
#define CONTROL_READS	16

/* A path with ".new" and a NUL behind it has this room, also on the stack. */
#define CONTROL_PATH_MAX	512

struct control {
	const char *path;	/* NULL: there is to be no FIFO */
	int fd;			/* -1: there is none */
	dev_t dev;
	ino_t ino;
	size_t used;		/* bytes of the line held so far; one over
				 * REQUEST_LINE_MAX when it is too long */
	int64_t last_ms;	/* when the last of them came */
	char line[REQUEST_LINE_MAX + 1];
};

/* What is done with a line, line[0..len), no newline, no NUL at its end. */
typedef void control_fn(const char *line, size_t len);

/* Makes the FIFO, mode 0600, in place of anything but a directory, as soon
 * as it is ready to be read.  0, or -1 and errno; *c is usable then too. */
int control_open(struct control *c, const char *path);

/* When the path no longer names the FIFO, makes it again, and hands out what
 * is left in the old one.  0, or -1 and errno (the old one is kept then). */
int control_remake(struct control *c, int64_t now_ms, control_fn *fn);

/* Reads what there is and hands out its lines.  True when it has stopped
 * before the end, for the sake of others. */
bool control_read(struct control *c, int64_t now_ms, control_fn *fn);

/* When control_read() is due even if nothing comes, or INT64_MAX. */
int64_t control_due_ms(const struct control *c);

/* Removes the FIFO if the path still names it.  For a child: paths hang. */
void control_remove(const struct control *c);

#endif
