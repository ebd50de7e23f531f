/* SPDX-License-Identifier: BSD-2-Clause */
/* An administrator's own request.  Touches its process. */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "lib/text.h"

#include "job.h"
#include "signals.h"
#include "spawn.h"

int
job_start(struct job *job, const char *name, int64_t now_ms, int64_t limit_ms)
{
	int e, p[2];

	if (job->pid != 0) {
		errno = EBUSY;
		return (-1);
	}
	if (pipe(p) == -1)
		return (-1);
	(void)fcntl(p[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(p[1], F_SETFD, FD_CLOEXEC);
	job->pid = spawn_request(name, p[1]);
	e = errno;
	close(p[1]);
	if (job->pid == -1) {
		job->pid = 0;
		close(p[0]);
		errno = e;
		return (-1);
	}
	(void)text_format(job->name, sizeof(job->name), "%s", name);
	job->end = JOB_NONE;
	job->timed_out = false;
	job->due_ms = now_ms + limit_ms;
	job->report_fd = p[0];
	return (0);
}

/* What it has said, spawn.h: nothing, as the jail's TERM was faster; that it
 * is there; and then what kept it from being executed. */
static enum job_end
report_read(int report_fd)
{
	unsigned char code[2] = { 0, 0 };
	ssize_t n;

	(void)fcntl(report_fd, F_SETFL, O_NONBLOCK);
	n = read(report_fd, code, sizeof(code));
	if (n <= 0)
		return (JOB_CUT);
	if (code[n - 1] == 0)
		return (JOB_RAN);
	return (n == 1 && code[0] == SPAWN_NOT_FOUND ? JOB_MISSING :
	    JOB_REFUSED);
}

bool
job_ended(struct job *job, pid_t pid, int st)
{

	if (pid != job->pid)
		return (false);
	job->pid = 0;
	job->sig = WIFSIGNALED(st) ? WTERMSIG(st) : 0;
	job->status = job->sig != 0 ? 128 + job->sig : WEXITSTATUS(st);
	job->end = report_read(job->report_fd);
	close(job->report_fd);
	return (true);
}

bool
job_tick(struct job *job, int64_t now_ms)
{
	if (job->pid == 0 || now_ms < job->due_ms)
		return (false);
	if (job->timed_out) {
		signals_send(job->pid, SIGKILL, true);
		job->due_ms = INT64_MAX;
		return (false);
	}
	signals_send(job->pid, SIGTERM, true);
	signals_send(job->pid, SIGCONT, true);
	job->timed_out = true;
	job->due_ms = now_ms + JOB_KILL_MS;
	return (true);
}

int64_t
job_due_ms(const struct job *job)
{
	return (job->pid == 0 ? INT64_MAX : job->due_ms);
}
