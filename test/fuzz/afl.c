/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * afl jailinit directory <bytes: boots a jail of that jailinit, writes the
 * bytes into its FIFO, then a halt, and sees that process 1 is gone in its
 * time and with status 0; else abort(3), which AFL++ takes for a finding.
 * To be run in a PID namespace of its own, by test/fuzz/afl.
 */
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INPUT_MAX	65536
#define HALT		"\nhalt 2\n"

/* A halt takes no time here, and 2 s at the most; then a slow machine. */
#define END_MS		15000

/* What it reads: how much in a write; whether to wait for the end of boot. */
static unsigned char input[INPUT_MAX];

static void
fail(const char *what)
{
	perror(what);
	exit(1);		/* of the machine, not of jailinit */
}

static _Noreturn void
child(const char *jailinit, const char *ctl, int ready_fd)
{
	int null_fd = open("/dev/null", O_RDWR);

	if (dup2(ready_fd, 3) == -1 || dup2(null_fd, 0) == -1 ||
	    dup2(null_fd, 1) == -1 || dup2(null_fd, 2) == -1)
		_exit(1);
	(void)execl(jailinit, "jailinit", "-c", ctl, "-f", "none", "-d", "3",
	    "-l", "exit", "-r", "/bin/true", "-R", "/bin/true", "-q", "1",
	    (char *)NULL);
	_exit(1);
}

/* All of it, unless nobody reads any more. */
static void
put(int fd, const void *buf, size_t n, size_t at_once)
{
	struct pollfd p = { fd, POLLOUT, 0 };
	const char *from = buf;
	ssize_t done;

	while (n > 0) {
		done = write(fd, from, n < at_once ? n : at_once);
		if (done == -1 && errno != EAGAIN)
			return;
		if (done == -1)
			(void)poll(&p, 1, END_MS);
		else {
			from += done;
			n -= (size_t)done;
		}
	}
}

/* Opened as soon as it is there. */
static int
ctl_open(const char *ctl)
{
	int fd, i;

	for (i = 0; i < END_MS * 5; i++) {
		fd = open(ctl, O_WRONLY | O_NONBLOCK);
		if (fd != -1)
			return (fd);
		(void)usleep(200);
	}
	abort();
}

int
main(int argc, char **argv)
{
	char ctl[256], c;
	struct pollfd end = { -1, POLLIN, 0 };
	int fd, p[2], st;
	ssize_t n = read(STDIN_FILENO, input, sizeof(input));
	pid_t pid;

	if (argc != 3 || n < 2)
		return (0);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)snprintf(ctl, sizeof(ctl), "%s/ctl", argv[2]);
	(void)unlink(ctl);
	if (pipe(p) == -1 || unshare(CLONE_NEWPID) == -1)
		fail("namespace");
	pid = fork();
	if (pid == 0)
		child(argv[1], ctl, p[1]);
	end.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pid == -1 || end.fd == -1)
		fail("jail");
	close(p[1]);
	fd = ctl_open(ctl);
	if (input[1] % 8 != 0)
		(void)!read(p[0], &c, 1);
	put(fd, input + 2, (size_t)n - 2, (size_t)input[0] * 16 + 1);
	put(fd, HALT, strlen(HALT), sizeof(HALT));
	if (poll(&end, 1, END_MS) != 1) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		abort();
	}
	if (waitpid(pid, &st, 0) != pid || !WIFEXITED(st) ||
	    WEXITSTATUS(st) != 0)
		abort();
	return (0);
}
