/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of the FIFO.  Touches what it counts in the status, and by job.h
 * one child. */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "lib/clock.h"

#include "job.h"
#include "line.h"
#include "log.h"
#include "stage.h"

/* Complaints about requests, at most one in this time. */
#define COMPLAIN_MS	1000

/* What is dropped is counted, and said at a limited rate. */
static bool
dropped(void)
{
	static int64_t said_ms = INT64_MIN;
	int64_t now = clock_ms();

	init.status.dropped_requests++;
	if (said_ms != INT64_MIN && now - said_ms < COMPLAIN_MS)
		return (false);
	said_ms = now;
	return (true);
}

static void
job_begin(const char *name)
{
	const char *why = "the jail ends";
	int r = -1;

	if (init.life.verb == REQUEST_NONE) {
		act_reaping(true);
		r = job_start(&init.job, name, clock_ms(), init.opt.job_ms);
		why = errno == EBUSY ? "another one runs" : strerror(errno);
		act_reaping(false);
	}
	if (r == -1 && dropped())
		log_line("request dropped: %s: %s", name, why);
}

/* It has ended by itself, or for its time, or with the jail. */
void
line_child_ended(pid_t pid, int st)
{
	const struct job *job = &init.job;

	if (!job_ended(&init.job, pid, st))
		return;
	act_reaping(false);
	if (job->end == JOB_MISSING || job->end == JOB_CUT) {
		if (!dropped())
			return;
		if (job->end == JOB_CUT && init.life.verb == REQUEST_NONE)
			log_line("request dropped: %s: killed by signal %d",
			    job->name, job->sig);
		else if (job->end == JOB_CUT)
			log_line("request dropped: %s: the jail ends",
			    job->name);
		else
			log_line("request dropped: %s: %s",
			    request_strerror(REQUEST_UNKNOWN), job->name);
		return;
	}
	if (job->end == JOB_RAN)
		log_line("request %s: %s %d", job->name, job->sig != 0 ?
		    "killed by signal" : "exit status", job->sig != 0 ?
		    job->sig : job->status);
	memcpy(init.status.job, job->name, sizeof(init.status.job));
	init.status.job_status = job->status;
	init.status.jobs++;
}

void
line_tick(void)
{
	if (job_tick(&init.job, clock_ms()))
		log_line("request %s: took over %" PRId64 " s, ended",
		    init.job.name, init.opt.job_ms / 1000);
}

void
line_act(const char *line, size_t len)
{
	struct request rq;
	enum request_error e = request_parse(line, len, &rq);

	if (e == REQUEST_OK && rq.verb == REQUEST_RUN)
		job_begin(rq.name);
	else if (e == REQUEST_OK)
		act_step(LIFE_REQUEST, &rq);
	if (e == REQUEST_OK || e == REQUEST_EMPTY || !dropped())
		return;
	if (e == REQUEST_TOO_LONG || e == REQUEST_BINARY)
		log_line("request dropped: %s", request_strerror(e));
	else
		log_line("request dropped: %s: %.*s", request_strerror(e),
		    (int)len, line);
}
