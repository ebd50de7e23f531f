/* SPDX-License-Identifier: BSD-2-Clause */
/* Inherited descriptors.  Touches them, /dev/null and, during one write, the
 * interval timer and SIGALRM. */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "sys.h"

/* How long a write can block if another writer takes the room first.  The
 * timer repeats, since it may fire before write(2) has begun. */
#define GUARD_US	10000

/* Opens, at the lowest free number, a descriptor that reads as end of file and
 * discards what is written.  -1 and errno. */
static int
null_open(bool for_reading)
{
	int p[2], fd = open("/dev/null", O_RDWR);

	if (fd != -1 || pipe2(p, 0) == -1)
		return (fd);
	if (for_reading) {
		close(p[1]);
		return (p[0]);
	}
	fd = dup2(p[1], p[0]);
	close(p[1]);
	return (fd);
}

int
fd_fill(void)
{
	int fd;

	for (fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) == -1 && null_open(fd == 0) != fd)
			return (-1);
	return (0);
}

void
fd_to_null(bool files)
{
	struct stat st;
	int fd, null_fd;

	for (fd = 0; fd < 3; fd++) {
		if (!files && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
			continue;
		null_fd = null_open(fd == 0);
		if (null_fd == -1)
			continue;
		(void)dup2(null_fd, fd);
		close(null_fd);
	}
}

/* A terminal or a pipe may have room now but none when we write: a timer ends
 * the wait. */
static ssize_t
write_guarded(int fd, const void *buf, size_t n)
{
	static const struct itimerval off;
	const struct itimerval on = { { 0, GUARD_US }, { 0, GUARD_US } };
	struct pollfd p = { fd, POLLOUT, 0 };
	sigset_t alarm_set;
	ssize_t r;
	int e;

	if (poll(&p, 1, 0) != 1 || (p.revents & POLLOUT) == 0) {
		errno = EAGAIN;
		return (-1);
	}
	sigemptyset(&alarm_set);
	sigaddset(&alarm_set, SIGALRM);
	setitimer(ITIMER_REAL, &on, NULL);
	sigprocmask(SIG_UNBLOCK, &alarm_set, NULL);
	r = write(fd, buf, n);
	e = errno;
	sigprocmask(SIG_BLOCK, &alarm_set, NULL);
	setitimer(ITIMER_REAL, &off, NULL);
	errno = e == EINTR ? EAGAIN : e;
	return (r);
}

ssize_t
fd_write(int fd, const void *buf, size_t n)
{
	struct stat st;
	ssize_t r;

	if (fstat(fd, &st) == -1)
		return (-1);
	if (S_ISREG(st.st_mode))
		return (write(fd, buf, n));
	if (S_ISSOCK(st.st_mode))
		return (send(fd, buf, n, MSG_DONTWAIT | MSG_NOSIGNAL));
	r = sys_write_nowait(fd, buf, n);
	/* this file or kernel cannot do it, or a filter refuses the call */
	if (r == -1 && errno != EAGAIN && errno != EPIPE)
		r = write_guarded(fd, buf, n);
	return (r);
}
