/* SPDX-License-Identifier: BSD-2-Clause */
/* One signal to a jail.  Touches jails. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "lib/clock.h"

#include "deliver.h"
#include "jail_kill.h"
#include "jail_signal.h"
#include "jail_watch.h"

#define LIMIT_MS	((int64_t)JAILKILL_LIMIT * 1000)

/* KILL is repeated this often. */
#define AGAIN_MS	100

/* Each of these returns 0 or an errno. */
static int
wait_gone(struct jail *j, int64_t end_ms)
{
	int watch_fd = jail_watch_new(), e = 0;
	int64_t left;
	uint64_t tag;

	if (watch_fd == -1 || jail_watch_jail(watch_fd, j, 0) == -1)
		e = errno;
	while (e == 0 && jail_look(watch_fd, j, 0) != JAIL_GONE) {
		left = end_ms - clock_ms();
		if (left <= 0)
			e = ETIMEDOUT;
		else if (left > AGAIN_MS)
			left = AGAIN_MS;
		if (e == 0 && jail_watch_wait(watch_fd, &tag, 1, left) == 0)
			jail_kill_again(&j, 1);
	}
	if (watch_fd != -1)
		close(watch_fd);
	return (e);
}

static int
signal_all(const struct jail *j, int sig, int64_t end_ms)
{
	const int sigs[] = { sig, 0 };
	struct jail_child child;
	struct pollfd p = { -1, POLLIN, 0 };
	int e;

	if (jail_signal_all(j, sigs, true, &child) == -1)
		return (errno);
	p.fd = child.fd;
	do {
		(void)poll(&p, 1, JAIL_CHILD_MS);
		e = jail_child_end(&child, clock_ms() >= end_ms);
	} while (e == -1);
	return (e);
}

int
jail_deliver(struct jail *j, int sig)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	int e = 0;

	if (sig == 0)
		e = jail_signal_first(j, 0) == -1 ? errno : 0;
	else if (sig != SIGKILL)
		e = signal_all(j, sig, end_ms);
	else if (jail_kill(j) == -1)
		e = errno;
	else
		e = wait_gone(j, end_ms);
	errno = e;
	return (e == 0 ? 0 : -1);
}
