/* SPDX-License-Identifier: BSD-2-Clause */
/* A terminal that a test types on and reads from. */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jail.h"
#include "pty.h"

void
pty_forget(struct pty *t)
{
	t->used = 0;
	t->buf[0] = '\0';
}

bool
pty_open(struct pty *t)
{
	pty_forget(t);
	t->slave_fd = -1;
	t->master_fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (t->master_fd != -1 && unlockpt(t->master_fd) == 0)
		t->slave_fd = open(ptsname(t->master_fd),
		    O_RDWR | O_NOCTTY | O_CLOEXEC);
	return (t->slave_fd != -1);
}

void
pty_close(struct pty *t)
{
	close(t->slave_fd);
	close(t->master_fd);
}

void
pty_type(struct pty *t, const char *text)
{
	pty_forget(t);
	(void)!write(t->master_fd, text, strlen(text));
}

bool
pty_says(struct pty *t, const char *text, int64_t within_ms)
{
	struct pollfd p = { t->master_fd, POLLIN, 0 };
	int64_t end_ms = jail_now_ms() + within_ms;
	ssize_t n;

	while (strstr(t->buf, text) == NULL) {
		if (jail_now_ms() >= end_ms)
			return (false);
		if (poll(&p, 1, 20) != 1 || (p.revents & POLLIN) == 0)
			continue;
		n = read(t->master_fd, t->buf + t->used,
		    sizeof(t->buf) - 1 - t->used);
		if (n > 0)
			t->used += (size_t)n;
		t->buf[t->used] = '\0';
	}
	return (true);
}
