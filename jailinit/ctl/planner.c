/* SPDX-License-Identifier: BSD-2-Clause */
/* The process that waits.  Touches the plan, what users see, and at last
 * jailinit. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/sys.h"

#include "ask.h"
#include "fifo.h"
#include "message.h"
#include "plan.h"
#include "planner.h"
#include "users.h"

/* Users are warned this many seconds before, shutdown(8). */
static const int warnings[] = { 10 * 3600, 5 * 3600, 2 * 3600, 3600,
    30 * 60, 10 * 60, 5 * 60, 2 * 60, 60, 30, 0 };

/* From this many seconds before, nobody can log in. */
#define NOLOGIN_S	300

/* How often it looks at the clock if clock_nanosleep(2) is refused. */
#define LOOK_MS		1000

/* What planner_exit() has to undo; a signal can call it at any time. */
static volatile sig_atomic_t nologin_made;
static volatile sig_atomic_t plan_fd = -1;

static _Noreturn void
planner_exit(int sig)
{
	(void)sig;
	if (nologin_made)
		users_nologin_remove();
	if (plan_fd != -1)
		(void)!ftruncate((int)plan_fd, 0);
	_exit(0);
}

/* The clock that a time is told by. */
static int64_t
now_ms(const struct when *w)
{
	return (w->relative ? clock_ms() : clock_day_ms());
}

/* Sleeps until before_s seconds before end_ms.  The sleep is an absolute one,
 * since somebody may set the day's clock meanwhile.  The end must not come
 * early where the call is refused. */
static void
sleep_until(const struct when *w, int64_t end_ms, int64_t before_s)
{
	int64_t until_ms = end_ms - before_s * 1000;
	struct timespec until = { (time_t)(until_ms / 1000),
	    (long)(until_ms % 1000) * 1000000 };
	int e;

	while (now_ms(w) < until_ms) {
		e = clock_nanosleep(w->relative ? CLOCK_MONOTONIC :
		    CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL);
		if (e != 0 && e != EINTR)
			(void)poll(NULL, 0, LOOK_MS);
	}
}

static void
warn_and_close(const struct ctl *c, int64_t left_s)
{
	users_warn(c, left_s);
	if (left_s > NOLOGIN_S || nologin_made || c->what == CTL_WARN)
		return;
	nologin_made = 1;	/* first: a signal may come before it is made */
	users_nologin_make(c);
}

/* What is left, to the nearest second. */
static int64_t
left_s(const struct when *w, int64_t end_ms)
{
	return ((end_ms - now_ms(w) + 500) / 1000);
}

/* Warns at once, then at each of the times that are still to come. */
static void
wait_and_warn(const struct ctl *c, int64_t end_ms)
{
	size_t i, n = sizeof(warnings) / sizeof(warnings[0]);
	int64_t left = left_s(&c->when, end_ms);

	warn_and_close(c, left);
	for (i = 0; i < n; i++) {
		if (warnings[i] >= left && warnings[i] != 0)
			continue;
		sleep_until(&c->when, end_ms, warnings[i]);
		left = left_s(&c->when, end_ms);
		warn_and_close(c, left);
	}
}

/* Leaves the session, the descriptors and the folder of whoever typed the
 * command. */
static void
planner_detach(int ready_fd)
{
	struct sigaction sa = { .sa_handler = planner_exit };

	(void)setsid();
	sys_close_others(STDERR_FILENO + 1, ready_fd);
	fd_to_null(true);
	(void)!chdir("/");
	sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGTERM, &sa, NULL);
	(void)sigaction(SIGINT, &sa, NULL);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigprocmask(SIG_SETMASK, &sa.sa_mask, NULL);
}

/* The whole life of the process.  Writes one byte to ready_fd, 0 or why there
 * is no plan; what it cannot report it does not do.  The lock must be taken
 * here, as a child does not inherit it. */
static _Noreturn void
planner_run(const struct ctl *c, int ready_fd)
{
	const struct when *w = &c->when;
	int64_t end_ms = w->s * 1000 + (w->relative ? clock_ms() : 0);
	unsigned char e;
	int fd;

	planner_detach(ready_fd);
	fd = plan_hold(c, (time_t)w->s + (w->relative ? time(NULL) : 0));
	e = fd == -1 ? (unsigned char)errno : 0;
	plan_fd = fd;
	if (write(ready_fd, &e, 1) != 1 || e != 0)
		planner_exit(0);
	close(ready_fd);
	wait_and_warn(c, end_ms);
	if (c->what == CTL_WARN || ask(c) != 0)
		planner_exit(0);
	/* It can no longer be cancelled, so it drops the lock.  nologin stays
	 * until the end of the jail ends this process. */
	plan_fd = -1;
	close(fd);
	for (;;)
		(void)pause();
}

/* Forks, and waits until the plan is made.  -1 and errno. */
static int
planner_fork(const struct ctl *c)
{
	unsigned char e = ECHILD;
	int p[2];
	pid_t pid;

	/* The child puts /dev/null in place of 0 to 2. */
	if (fd_fill() == -1 || pipe2(p, O_CLOEXEC) == -1)
		return (-1);
	pid = fork();
	if (pid == 0)
		planner_run(c, p[1]);
	close(p[1]);
	if (pid == -1)
		e = (unsigned char)errno;
	else if (read(p[0], &e, 1) != 1)
		(void)kill(pid, SIGTERM);	/* it may have made a plan */
	close(p[0]);
	errno = e;
	return (e == 0 ? 0 : -1);
}

int
planner_start(const struct ctl *c)
{
	struct ctl planned = *c;
	char *path = fifo_is_missing(c->ctl) ? strdup(c->ctl) :
	    realpath(c->ctl, NULL);

	/* The process will be in another directory. */
	if (path == NULL)
		return (message_fail(EX_OSERR, c->ctl, strerror(errno)));
	planned.ctl = path;
	if (plan_end() == -1 || planner_fork(&planned) == -1) {
		free(path);
		return (plan_failed());
	}
	free(path);
	(void)plan_show();
	return (EX_OK);
}
