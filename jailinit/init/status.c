/* SPDX-License-Identifier: BSD-2-Clause */
/* The status file.  Touches its path in forked children alone; a child says
 * into a pipe that it is done, and its end is seen there, whoever reaps it. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/sys.h"
#include "lib/text.h"

#include "fifo.h"
#include "os_child.h"
#include "signals.h"
#include "status.h"

#define FORK_AGAIN_MS	5

static const char *file;
static int writer_fd = -1;		/* ends when the writer does */
static pid_t writer_pid;		/* alive as long as that has not */
static int64_t tried_ms = INT64_MIN;	/* a change of counters, or in vain */
static struct status said;
static uint64_t said_jobs, said_news;
static int64_t every_ms = STATUS_EVERY_MS;
static bool said_any, unsaid;		/* unsaid: what can be said later */
static bool lost;			/* the last writer was killed, or its
					 * file was removed */
static int removal_fd = -1;

/* "a,b" of the stages in a set. */
static const char *
stages_format(unsigned set, char *buf, size_t size)
{
	size_t used = 0;
	int s;

	buf[0] = '\0';
	for (s = 0; s < LIFE_STAGES; s++)
		if ((set & 1U << s) != 0)
			used += text_format(buf + used, size - used,
			    "%s%s", used == 0 ? "" : ",",
			    life_stage_name((enum life_stage)s));
	return (buf);
}

/* "number:answer" of each. */
static const char *
answers_format(const struct job_last *job, char *buf, size_t size)
{
	/* of JOB_MISSING, and so on */
	static const char words[][8] = { "missing", "refused", "busy",
	    "ending", "failed" };
	const struct job_answer *a = job->answers;
	size_t used = 0;

	buf[0] = '\0';
	for (; a < job->answers + job->n_answers; a++) {
		used += text_format(buf + used, size - used, "%s%d:",
		    used == 0 ? "" : " ", a->id);
		used += a->status < 0 ? text_format(buf + used, size - used,
		    "%s", words[-a->status - 1]) : text_format(buf + used,
		    size - used, "%d", a->status);
	}
	return (buf);
}

size_t
status_format(const struct status *s, char buf[STATUS_MAX])
{
	char boot[12] = "", deadline[24] = "", forced[64], job[12] = "";
	char number[12] = "", answers[ANSWERS_SIZE], exits[12] = "";

	if (s->boot_status >= 0)
		(void)text_format(boot, sizeof(boot), "%d", s->boot_status);
	if (s->end_s != 0)
		(void)text_format(deadline, sizeof(deadline), "%" PRId64,
		    s->end_s);
	if (s->job->count > 0)
		(void)text_format(job, sizeof(job), "%d", s->job->status);
	if (s->job->id != REQUEST_NO_ID)
		(void)text_format(number, sizeof(number), "%d", s->job->id);
	if (s->verb == REQUEST_EXIT)
		(void)text_format(exits, sizeof(exits), "%d", s->exit_status);
	return (text_format(buf, STATUS_MAX, "state=%s\nmode=%s\npid=%ld\n"
	    "version=%s\nboot_status=%s\nrequest=%s\ndeadline=%s\nforced=%s\n"
	    "dropped_log=%" PRIu64 "\ndropped_requests=%" PRIu64 "\n"
	    "job=%s\njob_status=%s\njob_number=%s\nanswers=%s\n"
	    "life=%lu\nborn=%" PRId64 "\nexit_status=%s\n",
	    life_stage_name(s->stage), s->app ? "app" : "boot",
	    (long)getpid(), VERSION, boot,
	    s->verb == REQUEST_NONE ? "" : request_name(s->verb), deadline,
	    stages_format(s->forced, forced, sizeof(forced)),
	    s->dropped_log, s->dropped_requests, s->job->name, job,
	    number, answers_format(s->job, answers, sizeof(answers)), s->life,
	    s->born_s, exits));
}

void
status_init(const char *path)
{
	file = path;
}

/* In the child.  A new file renamed into place: readers see all or nothing,
 * and what was planted in its place is not followed.  (Not inlined: process 1
 * itself needs no stack for it.) */
static bool __attribute__((__noinline__))
file_write(const char *text, size_t len)
{
	char tmp[FIFO_PATH_MAX];
	bool done;
	int fd;

	if (text_format(tmp, sizeof(tmp), "%s.new", file) == sizeof(tmp) - 1)
		return (false);
	(void)unlink(tmp);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0644);
	if (fd == -1)
		return (false);
	(void)fchmod(fd, 0644);
	done = write(fd, text, len) == (ssize_t)len && rename(tmp, file) == 0;
	if (!done)
		(void)unlink(tmp);
	close(fd);
	return (done);
}

/* The text is made before the fork: its pid is the parent's.  The child keeps
 * every signal blocked, so that the jail's TERM does not reach it. */
static bool
writer_start(const struct status *s, bool last)
{
	char text[STATUS_MAX];
	size_t len = status_format(s, text);
	char there = 0;
	int p[2];
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) == -1)
		return (false);
	pid = fork();
	if (pid == 0) {
		/* Should it hang, then not with the FIFO open. */
		sys_close_others(3, p[1]);
		if (file != NULL)
			there = file_write(text, len) ? 1 : 0;
		if (last)
			fifo_remove();
		(void)!write(p[1], &there, 1);
		_exit(0);
	}
	close(p[1]);
	if (pid == -1) {
		close(p[0]);
		return (false);
	}
	writer_fd = p[0];
	writer_pid = pid;
	return (true);
}

/* Are they alike but for the counters? */
static bool
same_state(const struct status *a, const struct status *b)
{
	return (a->stage == b->stage && a->verb == b->verb &&
	    a->exit_status == b->exit_status &&
	    a->forced == b->forced && a->boot_status == b->boot_status &&
	    a->end_s == b->end_s);
}

void
status_update(const struct status *s)
{
	int64_t now_ms = clock_ms();
	bool same = said_any && same_state(s, &said);

	if (file == NULL || writer_fd != -1)
		return;
	unsaid = !same || lost || s->dropped_log != said.dropped_log ||
	    s->dropped_requests != said.dropped_requests ||
	    s->job->count != said_jobs || s->job->news != said_news;
	every_ms = s->job->news != said_news ? STATUS_NEWS_MS :
	    STATUS_EVERY_MS;
	if (!unsaid || (same && tried_ms != INT64_MIN &&
	    now_ms - tried_ms < every_ms))
		return;
	removal_fd = os_removal_watch(NULL);	/* room for two descriptors */
	unsaid = !writer_start(s, false);
	if (same || unsaid)
		tried_ms = now_ms;
	if (unsaid)
		return;
	lost = false;
	said = *s;
	said_jobs = s->job->count;
	said_news = s->job->news;
	said_any = true;
}

int64_t
status_due_ms(void)
{
	return (unsaid && writer_fd == -1 ? tried_ms + every_ms :
	    INT64_MAX);
}

void
status_farewell(const struct status *s, int wait_ms)
{
	struct pollfd p;
	int i;

	if (file == NULL && fifo_fd() == -1)
		return;
	for (i = 0; i < 2; i++) {	/* the one before, then the last */
		p.fd = writer_fd;
		p.events = POLLIN;
		if (writer_fd != -1 && poll(&p, 1, wait_ms) != 1) {
			/* not to speak up in the life that follows */
			signals_send(writer_pid, SIGKILL, false);
			return;
		}
		status_done();
		/* The killed may not be out of the way of a fork yet. */
		while (i == 0 && !writer_start(s, true)) {
			if (wait_ms <= 0)
				return;
			(void)poll(NULL, 0, FORK_AGAIN_MS);
			wait_ms -= FORK_AGAIN_MS;
		}
	}
	os_child_wait(writer_pid, wait_ms);
}

int
status_fd(void)
{
	return (writer_fd != -1 ? writer_fd : removal_fd);
}

/* (Our own writer, too, replaces the file.) */
void
status_done(void)
{
	char there = 0;

	if (writer_fd != -1) {
		lost = read(writer_fd, &there, 1) != 1;
		close(writer_fd);
		writer_fd = -1;
		errno = 0;
		/* Its path is not for us once there is a request. */
		removal_fd = os_removal_watch(said.stage == LIFE_BOOT &&
		    said.verb == REQUEST_NONE ? file : NULL);
		lost = lost || (there != 0 && removal_fd == -1 &&
		    errno == ENOENT);
	} else if (removal_fd != -1) {
		removal_fd = os_removal_watch(NULL);
		lost = true;
	}
}
