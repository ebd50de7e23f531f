/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The status file, jailinit.ctl(5): what the jail is doing, for others.  A
 * forked child writes it, and nobody waits for that child, because a path can
 * hang.  There is one at a time, so that an older status never replaces a newer
 * one.
 */
#ifndef STATUS_H
#define STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/life.h"

#include "job.h"

/* The longest status file: short lines. */
#define STATUS_MAX	800

/* Changes of counters and jobs are written at most this often, and so is a
 * status that was lost. */
#define STATUS_EVERY_MS	1000

/* What is said of a request that somebody waits for is not kept so long. */
#define STATUS_NEWS_MS	50

struct status {
	enum life_stage stage;
	enum request_verb verb;
	int exit_status;	/* of REQUEST_EXIT */
	unsigned forced;	/* as in struct life */
	int boot_status;	/* -1: rc has not ended */
	int64_t end_s;		/* Unix time of the promised end, 0: none */
	unsigned long life;	/* 1: no reboot in place yet */
	int64_t born_s;		/* Unix time of this life's start */
	uint64_t dropped_log, dropped_requests;
	bool app;
	const struct job_last *job;
};

/* Writes the file's text to buf.  Returns its length without the NUL. */
size_t status_format(const struct status *s, char buf[STATUS_MAX]);

/* The path to write to; NULL: none. */
void status_init(const char *path);

/* Starts a writer if the file does not say s yet.  If that is not possible
 * now, or if a writer was killed, a later call does it: after the writer's
 * end, or at status_due_ms(). */
void status_update(const struct status *s);

/* When status_update() is due although nothing has happened: something is still
 * to be written.  INT64_MAX: nothing is, or a writer runs. */
int64_t status_due_ms(void);

/* At the end: writes s and removes the FIFO.  Waits at most wait_ms until
 * fork(2) works, and as long for the writer's end; not at all if an earlier
 * writer hangs. */
void status_farewell(const struct status *s, int wait_ms);

/* Readable when a writer has ended, or when rc has removed the file, which is
 * then written again: call status_done().  -1: there is nothing to wait for. */
int status_fd(void);
void status_done(void);

#endif
