/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The status file, jailinit.ctl(5): what the jail is doing, for others.
 * Written by a forked child that nobody waits for, since a path can hang;
 * one at a time, so that what it says never goes back.
 */
#ifndef STATUS_H
#define STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/life.h"

#include "job.h"

/* Longest status file; twelve short lines. */
#define STATUS_MAX	512

/* Changes of the counters and jobs alone are written this often at the most,
 * and so is what was lost. */
#define STATUS_EVERY_MS	1000

struct status {
	enum life_stage stage;
	enum request_verb verb;
	unsigned forced;	/* as in struct life */
	int boot_status;	/* -1: not known (yet) */
	int64_t end_s;		/* Unix time of the promised end, 0: none */
	uint64_t dropped_log, dropped_requests;
	bool app;
	const struct job_last *job;
};

/* The file's text into buf.  Returns its length without the NUL. */
size_t status_format(const struct status *s, char buf[STATUS_MAX]);

/* Where to write; NULL: nowhere. */
void status_init(const char *path);

/* Has the file say s, soon.  What cannot be written now, or was lost with a
 * writer that was killed, is when this is called again: when the writer has
 * ended, or at status_due_ms(). */
void status_update(const struct status *s);

/* When status_update() is due even if nothing happens, because something is
 * unsaid, or INT64_MAX: nothing is, or a writer runs. */
int64_t status_due_ms(void);

/* The last word: writes s and removes the FIFO, waiting for at most wait_ms
 * for a process to be had, and again for it to end (not at all when an earlier
 * writer hangs). */
void status_farewell(const struct status *s, int wait_ms);

/* Readable when a writer has ended, or somebody else removed the file during
 * boot, so that it is to be written again: call status_done().  -1: neither
 * can be. */
int status_fd(void);
void status_done(void);

#endif
