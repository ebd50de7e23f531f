/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting on Linux.  Touches pidfds and epoll. */
#include <sys/epoll.h>

#include <limits.h>

#include "jail_watch.h"
#include "pid_linux.h"

#define EVENTS_MAX	64

int
jail_watch_new(void)
{
	return (epoll_create1(EPOLL_CLOEXEC));
}

/* By edges: a child of ours may hold a descriptor open that we have closed,
 * which would be reported for ever otherwise. */
int
jail_watch_fd(int watch_fd, int fd, uint64_t tag)
{
	struct epoll_event ev = { EPOLLIN | EPOLLET, { .u64 = tag } };

	return (epoll_ctl(watch_fd, EPOLL_CTL_ADD, fd, &ev));
}

int
jail_watch_jail(int watch_fd, const struct jail *j, uint64_t tag)
{
	return (jail_watch_fd(watch_fd, j->fd, tag));
}

int
jail_watch_child(int watch_fd, const struct jail_child *c, uint64_t tag)
{
	return (jail_watch_fd(watch_fd, c->fd, tag));
}

int
jail_watch_wait(int watch_fd, uint64_t *tags, int max, int64_t wait_ms)
{
	struct epoll_event ev[EVENTS_MAX];
	int i, n, timeout = -1;

	if (max > EVENTS_MAX)
		max = EVENTS_MAX;
	if (wait_ms >= 0)
		timeout = wait_ms > INT_MAX ? INT_MAX : (int)wait_ms;
	n = epoll_wait(watch_fd, ev, max, timeout);
	for (i = 0; i < n; i++)
		tags[i] = ev[i].data.u64;
	return (n < 0 ? 0 : n);
}

/* A pidfd tells of the end alone: a reboot is seen from inside. */
enum jail_news
jail_look(int watch_fd, const struct jail *j, uint64_t tag)
{
	(void)watch_fd;
	(void)tag;
	return (pid_has_ended(j->fd) ? JAIL_GONE : JAIL_LIVES);
}
