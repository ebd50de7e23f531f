/* SPDX-License-Identifier: BSD-2-Clause */
/* An administrator's own request.  Touches its process. */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/text.h"

#include "fifo.h"
#include "job.h"
#include "log.h"
#include "retry.h"
#include "signals.h"
#include "spawn.h"

/* So long it is tried to be started when the process table is full. */
#define START_MS	5000

enum report {
	REPORT_NOTHING,
	REPORT_MISSING,
	REPORT_REFUSED,
	REPORT_RAN
};

static pid_t job_pid;			/* 0: none runs */
static char name[REQUEST_NAME_MAX + 1];
static int report_fd;			/* spawn_request() */
static int64_t limit_s, due_ms;		/* of TERM, then of KILL */
static bool timed_out;			/* it has had TERM */
static bool ending;			/* the jail is */
static struct retry start = RETRY_NONE;
static struct job_last last = { .id = REQUEST_NO_ID };

/* The oldest answer gives way. */
static void
answer(int id, int status)
{
	if (id == REQUEST_NO_ID)
		return;
	memmove(last.answers + 1, last.answers,
	    (ANSWERS_MAX - 1) * sizeof(last.answers[0]));
	last.answers[0].id = id;
	last.answers[0].status = status;
	if (last.n_answers < ANSWERS_MAX)
		last.n_answers++;
	last.news++;
}

/* 0, or -1 and errno. */
static int
begin(void)
{
	int e, p[2];

	if (pipe2(p, O_CLOEXEC) == -1)
		return (-1);
	job_pid = spawn_request(name, p[1]);
	e = errno;
	close(p[1]);
	if (job_pid != -1) {
		report_fd = p[0];
		return (0);
	}
	job_pid = 0;
	close(p[0]);
	errno = e;
	return (-1);
}

static void
drop(int id, const char *job, int status, const char *why)
{
	answer(id, status);
	if (fifo_drop())
		log_line("request dropped: %s: %s", job, why);
}

/* The job that was to be started is not. */
static void
started_not(int status, const char *why)
{
	int id = last.id;

	last.id = REQUEST_NO_ID;
	drop(id, name, status, why);
}

/* Starts the job, now or later; or never. */
static void
attempt(void)
{
	if (begin() == 0) {
		start.due_ms = INT64_MAX;
		timed_out = false;
		due_ms = clock_ms() + limit_s * 1000;
	} else if (!retry_later(&start, errno, START_MS))
		started_not(JOB_FAILED, strerror(errno));
}

void
job_start(const struct request *rq, int64_t limit_ms)
{
	if (ending)
		drop(rq->id, rq->name, JOB_ENDING, "the jail ends");
	else if (job_runs())
		drop(rq->id, rq->name, JOB_BUSY, "another one runs");
	else {
		(void)text_format(name, sizeof(name), "%s", rq->name);
		last.id = rq->id;
		last.news += rq->id != REQUEST_NO_ID;
		limit_s = limit_ms / 1000;
		attempt();
	}
}

bool
job_runs(void)
{
	return (job_pid != 0 || start.due_ms != INT64_MAX);
}

void
job_no_more(void)
{
	ending = true;
	if (start.due_ms != INT64_MAX)
		started_not(JOB_ENDING, "the jail ends");
	start.due_ms = INT64_MAX;
}

/* What the child has reported, spawn_request(): nothing, when a signal ended it
 * before it looked for the program; that the program is there; then why it was
 * not executed, which the child has logged. */
static enum report
report_read(void)
{
	unsigned char code[2] = { 0, 0 };
	ssize_t n;

	(void)fcntl(report_fd, F_SETFL, O_NONBLOCK);
	n = read(report_fd, code, sizeof(code));
	close(report_fd);
	if (n <= 0)
		return (REPORT_NOTHING);
	if (code[n - 1] == 0)
		return (REPORT_RAN);
	return (n == 1 && code[0] == SPAWN_NOT_FOUND ? REPORT_MISSING :
	    REPORT_REFUSED);
}

static void
dropped_say(enum report report, int sig)
{
	if (!fifo_drop())
		return;
	if (report == REPORT_MISSING)
		log_line("request dropped: %s: %s",
		    request_strerror(REQUEST_UNKNOWN), name);
	else if (ending)
		log_line("request dropped: %s: the jail ends", name);
	else
		log_line("request dropped: %s: killed by signal %d", name, sig);
}

/* Returns the answer. */
static int
outcome_log(enum report report, int st)
{
	int sig = WIFSIGNALED(st) ? WTERMSIG(st) : 0;

	if (report == REPORT_NOTHING || report == REPORT_MISSING) {
		dropped_say(report, sig);
		return (report == REPORT_MISSING ? JOB_MISSING : ending ?
		    JOB_ENDING : 128 + sig);
	}
	if (report == REPORT_RAN && sig != 0)
		log_line("request %s: killed by signal %d", name, sig);
	else if (report == REPORT_RAN)
		log_line("request %s: exit status %d", name, WEXITSTATUS(st));
	memcpy(last.name, name, sizeof(last.name));
	last.status = sig != 0 ? 128 + sig : WEXITSTATUS(st);
	last.count++;
	return (report == REPORT_REFUSED ? JOB_REFUSED : last.status);
}

bool
job_ended(pid_t pid, int st)
{
	if (job_pid == 0 || pid != job_pid)
		return (false);
	job_pid = 0;
	answer(last.id, outcome_log(report_read(), st));
	last.id = REQUEST_NO_ID;
	return (true);
}

void
job_tick(void)
{
	if (retry_is_due(&start))
		attempt();
	if (job_pid == 0 || clock_ms() < due_ms)
		return;
	if (timed_out) {
		signals_send(job_pid, SIGKILL, true);
		due_ms = INT64_MAX;
		return;
	}
	signals_send(job_pid, SIGTERM, true);
	signals_send(job_pid, SIGCONT, true);
	timed_out = true;
	due_ms = clock_ms() + JOB_KILL_MS;
	log_line("request %s: took over %" PRId64 " s, ended", name, limit_s);
}

int64_t
job_due_ms(void)
{
	return (job_pid == 0 ? start.due_ms : due_ms);
}

const struct job_last *
job_last(void)
{
	return (&last);
}
