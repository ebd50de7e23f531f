/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An administrator's own request, jailinit.ctl(5): a program in
 * /etc/rc.request.d, one at a time, that runs for a limited time.
 */
#ifndef JOB_H
#define JOB_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "core/request.h"

/* After TERM its process group has so long before KILL. */
#define JOB_KILL_MS	5000

/* How the last one ended. */
enum job_end {
	JOB_NONE,	/* there was none, or it runs */
	JOB_RAN,	/* status is its own, 128 + n for a signal */
	JOB_REFUSED,	/* its file is not root's alone; status 126 */
	JOB_MISSING,	/* there is no such file */
	JOB_CUT		/* it was ended before its file was looked at */
};

struct job {
	pid_t pid;			/* 0: none runs */
	char name[REQUEST_NAME_MAX + 1];	/* of the last; "" before */
	enum job_end end;
	int status;
	int sig;			/* that killed it, 0: none */
	bool timed_out;			/* and has had TERM for that */
	int64_t due_ms;			/* TERM, then KILL */
	int report_fd;			/* spawn.h */
};

/* Starts it.  0, or -1 and errno: EBUSY when one runs. */
int job_start(struct job *job, const char *name, int64_t now_ms,
    int64_t limit_ms);

/* A child has ended with the wait status st: was it the job?  Then end and
 * status are filled in. */
bool job_ended(struct job *job, pid_t pid, int st);

/* Does what is due.  True when its time has just run out. */
bool job_tick(struct job *job, int64_t now_ms);

/* When job_tick() is due, or INT64_MAX. */
int64_t job_due_ms(const struct job *job);

#endif
