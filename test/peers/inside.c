/* SPDX-License-Identifier: BSD-2-Clause */
/* What the drop-in suite runs under an init: commands that do what a case needs,
 * and drivers that start an init many times, each time as process 1 of a PID
 * namespace in the jail's.  Results are files. */
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inside.h"

#define ROUND_MS	10000	/* after that a start counts as hanging */
#define STARTS		100
#define LOST_MAX	4	/* no more of them are waited for */

static void
inside_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);

	(void)!write(fd, text, strlen(text));
	close(fd);
}

/* Until something is written there. */
static void
inside_wait(const char *path)
{
	struct stat st;

	while (stat(path, &st) == -1 || st.st_size == 0)
		usleep(1000);
}

/*
 * Commands.
 */

/* catch FILE: notes each signal in FILE; a second process of the same group
 * does so in FILE.child. */
static _Noreturn void
inside_catch(const char *path)
{
	char child[256];

	snprintf(child, sizeof(child), "%s.child", path);
	if (fork() == 0) {
		probe_catch(child);
	} else {
		inside_wait(child);
		probe_catch(path);
	}
	for (;;)
		pause();
}

static void
inside_on_term(int sig)
{
	(void)sig;
	inside_write(MARK, "T");
	usleep(LEFT_MS * 1000);
	inside_write(MARK, "t");
	_exit(0);
}

/* leave group|session: ends with 7, leaving a process behind. */
static int
inside_leave(const char *where)
{
	if (fork() == 0) {
		if (strcmp(where, "session") == 0)
			(void)setsid();
		(void)signal(SIGTERM, inside_on_term);
		inside_write(READY, "up\n");
		for (;;)
			pause();
	}
	inside_wait(READY);
	return (7);
}

/* daemon: as daemon(3) does it, but that it is there before we end. */
static int
inside_daemon(void)
{
	if (fork() == 0) {
		(void)setsid();
		_exit(inside_leave("group"));
	}
	inside_wait(READY);
	return (0);
}

/* adopt: who adopts an orphan, the init that is our parent? */
static int
inside_adopt(void)
{
	pid_t init = getppid(), middle, own;

	middle = fork();
	if (middle == 0) {
		own = getpid();
		if (fork() == 0) {
			while (getppid() == own)
				usleep(1000);
			inside_write(RESULT, getppid() == init ? "yes" : "no");
		}
		_exit(0);
	}
	(void)waitpid(middle, NULL, 0);
	inside_wait(RESULT);
	return (0);
}

/* orphans: that many, of which none lives long; then waits. */
static _Noreturn void
inside_orphans(void)
{
	pid_t pid;
	int i;

	for (i = 0; i < ORPHANS; i++) {
		pid = fork();
		if (pid == 0) {
			if (fork() == 0)
				usleep(1000);
			_exit(0);
		}
		(void)waitpid(pid, NULL, 0);
	}
	inside_write(READY, "up\n");
	for (;;)
		pause();
}

/* stdio: 42 if 0-2 are open, else 43. */
static int
inside_stdio(void)
{
	int fd;

	for (fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) == -1)
			return (43);
	return (42);
}

/* listen: 0 if descriptor 3 is for us, sd_listen_fds(3), 1 if it is for
 * somebody else, 2 if there is none. */
static int
inside_listen(void)
{
	const char *pid = getenv("LISTEN_PID");

	if (fcntl(3, F_GETFD) == -1)
		return (2);
	return (pid == NULL || atoi(pid) != getpid());
}

/* front: whether the terminal is ours, and we are in its foreground. */
static int
inside_front(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);

	return (fd == -1 ? 1 : tcgetpgrp(fd) != getpgrp() ? 2 : 0);
}

/*
 * Drivers.
 */
static pid_t
round_start(const char *init, const char *program, const char *arg,
    const char *arg2)
{
	const char *argv[] = { init, "--", program, arg, arg2, NULL };
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL,
	    NULL, NULL, NULL);

	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		execv(init, (char *const *)argv);
		_exit(125);
	}
	return (pid);
}

/* The exit status, or -1: killed, or it hung (and is ended). */
static int
round_end(pid_t pid)
{
	int64_t end_ms = jail_now_ms() + ROUND_MS;
	int st = 0;

	if (pid <= 0)
		return (-1);
	while (waitpid(pid, &st, WNOHANG) == 0) {
		if (jail_now_ms() >= end_ms) {
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, NULL, 0);
			return (-1);
		}
		usleep(200);
	}
	return (WIFEXITED(st) ? WEXITSTATUS(st) : -1);
}

static void
round_result(int good, int of)
{
	char text[32];

	snprintf(text, sizeof(text), "%d/%d", good, of);
	inside_write(RESULT, text);
}

static void
drive_statuses(const char *init)
{
	char text[8];
	int i, good = 0;

	for (i = 0; i <= 255; i++) {
		snprintf(text, sizeof(text), "%d", i);
		good += round_end(round_start(init, PROBE, "exit", text)) == i;
	}
	round_result(good, 256);
}

/* Signals whose default ends a process, and the first and last real-time
 * ones. */
static void
drive_deaths(const char *init)
{
	static const int sigs[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
	    14, 15, 16, 24, 25, 26, 27, 29, 30, 31, 34, 64 };
	const int n = (int)(sizeof(sigs) / sizeof(sigs[0]));
	char text[8];
	int i, good = 0;

	for (i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%d", sigs[i]);
		good += round_end(round_start(init, PROBE, "raise", text)) ==
		    128 + sigs[i];
	}
	round_result(good, n);
}

static void
drive_starts(const char *init)
{
	int i, good = 0;

	for (i = 0; i < STARTS; i++)
		good += round_end(round_start(init, "/bin/true", NULL, NULL))
		    == 0;
	round_result(good, STARTS);
}

/* Has it blocked or caught TERM?  Before, it is lost on any process 1.  In
 * sigwait(3) it does not show as blocked, but then there is a child. */
static bool
is_listening(pid_t pid)
{
	static const char *const keys[] = { "SigBlk", "SigCgt" };
	char path[64], c;
	long set;
	size_t i;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid,
	    (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd == -1 ? 0 : read(fd, &c, 1);
	if (fd != -1)
		close(fd);
	if (n == 1)
		return (true);
	for (i = 0; i < 2; i++) {
		set = proc_figure(pid, keys[i]);
		if (set > 0 && (set & 1L << (SIGTERM - 1)) != 0)
			return (true);
	}
	return (false);
}

/* TERM as soon as it listens, or up to a millisecond later. */
static void
drive_early(const char *init)
{
	int64_t end_ms;
	int i, good = 0;
	pid_t pid;

	for (i = 0; i < STARTS && i - good < LOST_MAX; i++) {
		pid = round_start(init, "/bin/sleep", "1000", NULL);
		end_ms = jail_now_ms() + ROUND_MS;
		while (!is_listening(pid) && jail_now_ms() < end_ms)
			continue;
		usleep((useconds_t)(i % 20 * 50));
		(void)kill(pid, SIGTERM);
		good += round_end(pid) == 128 + SIGTERM;
	}
	round_result(good, i);
}

int
inside_main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "", *arg = argc > 2 ?
	    argv[2] : "";
	int e = -1;

	if (strcmp(argv[0], PROBE) != 0)
		return (-1);
	if (strcmp(what, "exit") == 0)
		return (atoi(arg));
	if (strcmp(what, "stdio") == 0)
		return (inside_stdio());
	if (strcmp(what, "listen") == 0)
		return (inside_listen());
	if (strcmp(what, "front") == 0)
		return (inside_front());
	if (strcmp(what, "leave") == 0)
		return (inside_leave(arg));
	if (strcmp(what, "daemon") == 0)
		return (inside_daemon());
	if (strcmp(what, "adopt") == 0)
		return (inside_adopt());
	if (strcmp(what, "orphans") == 0)
		inside_orphans();
	if (strcmp(what, "catch") == 0)
		inside_catch(arg);
	if (strcmp(what, "statuses") == 0)
		drive_statuses(arg);
	else if (strcmp(what, "deaths") == 0)
		drive_deaths(arg);
	else if (strcmp(what, "starts") == 0)
		drive_starts(arg);
	else if (strcmp(what, "early") == 0)
		drive_early(arg);
	else
		e = probe_main(argc, argv);
	return (e == -1 ? 0 : e);
}
