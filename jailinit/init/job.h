/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An administrator's own request, jailinit.ctl(5): a program in
 * /etc/rc.request.d, one at a time, for a limited time.
 */
#ifndef INIT_JOB_H
#define INIT_JOB_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/request.h"
#include "lib/answer.h"

/* Its limit (-q) in seconds unless another is given; then its process group
 * has TERM, and this long before KILL. */
#define JOB_SECONDS	60
#define JOB_KILL_MS	5000

/* Starts it; if the process table is full, job_tick() tries again for five
 * seconds.  Or counts it as dropped, which is logged. */
void job_start(const struct request *rq, int64_t limit_ms);

/* Does a job run, or is one to be started? */
bool job_runs(void);

/* The jail ends: no more jobs are started. */
void job_no_more(void);

/* A child has ended with the wait status st: was it the job?  Then how it
 * ended is logged. */
bool job_ended(pid_t pid, int st);

/* Sends TERM, then KILL, when it is time to. */
void job_tick(void);

/* When job_tick() is due, or INT64_MAX. */
int64_t job_due_ms(void);

/* An answer to a request with a number: an exit status (128 + n for a signal),
 * or why it did not run. */
#define JOB_MISSING	(-1)
#define JOB_REFUSED	(-2)
#define JOB_BUSY	(-3)
#define JOB_ENDING	(-4)
#define JOB_FAILED	(-5)
struct job_answer {
	int id, status;
};

/* The job that ended last, its exit status, and how many have ended: 0, and "",
 * before the first has. */
struct job_last {
	char name[REQUEST_NAME_MAX + 1];
	int status;
	uint64_t count;
	int id;			/* of the job that runs, or REQUEST_NO_ID */
	struct job_answer answers[ANSWERS_MAX];
	size_t n_answers;
	uint64_t news;		/* changes of id and answers */
};
const struct job_last *job_last(void);

#endif
