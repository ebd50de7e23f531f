/* SPDX-License-Identifier: BSD-2-Clause */
/* The control FIFO.  Touches its path (only in control_open(), _remake() and
 * _remove()) and its descriptor. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/text.h"

#include "fifo.h"

/* Bytes read at once, on the stack: little, so that an idle process 1 has
 * touched few pages of it. */
#define READ_MAX	512

/* In so many turns all is read that a FIFO holds, 64 KiB, and its end seen. */
#define DRAIN_TURNS	(65536 / (CONTROL_READS * READ_MAX) + 1)

/* Makes a FIFO where nothing is, opens it, and sees that it is it. */
static int
fifo_new(const char *path, struct stat *st)
{
	int fd;

	if (mkfifo(path, 0600) == -1)
		return (-1);
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1)
		return (-1);
	if (fstat(fd, st) == 0 && S_ISFIFO(st->st_mode) &&
	    st->st_uid == geteuid() && fchmod(fd, 0600) == 0)
		return (fd);
	close(fd);
	errno = EEXIST;
	return (-1);
}

/* A new FIFO under a name of its own, opened, then renamed into place: it has
 * a reader as soon as it is there, and what was there before, a link or a
 * file, is replaced and never followed. */
static int
fifo_make(const char *path, struct stat *st)
{
	char tmp[CONTROL_PATH_MAX];
	int fd, e;

	if (text_format(tmp, sizeof(tmp), "%s.new", path) ==
	    sizeof(tmp) - 1) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	fd = fifo_new(tmp, st);
	if (fd == -1 && errno == EEXIST) {	/* of a life that was killed */
		(void)unlink(tmp);
		fd = fifo_new(tmp, st);
	}
	if (fd != -1 && rename(tmp, path) == 0)
		return (fd);
	e = errno;
	if (fd != -1)
		close(fd);
	(void)unlink(tmp);
	errno = e;
	return (-1);
}

static bool
control_named(const struct control *c)
{
	struct stat st;

	return (c->fd != -1 && lstat(c->path, &st) == 0 &&
	    st.st_dev == c->dev && st.st_ino == c->ino);
}

static int
control_make(struct control *c)
{
	struct stat st;
	int fd = fifo_make(c->path, &st);

	if (fd == -1)
		return (-1);
	c->fd = fd;
	c->dev = st.st_dev;
	c->ino = st.st_ino;
	return (0);
}

int
control_open(struct control *c, const char *path)
{
	c->path = path;
	c->fd = -1;
	c->used = 0;
	return (path == NULL ? 0 : control_make(c));
}

static void
line_end(struct control *c, control_fn *fn)
{
	size_t used = c->used;

	c->used = 0;
	if (used > 0)
		fn(c->line, used);
}

/* What is too long is not kept, but its length is. */
static void
line_add(struct control *c, const char *buf, size_t n, control_fn *fn)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (buf[i] == '\n')
			line_end(c, fn);
		else if (c->used < sizeof(c->line))
			c->line[c->used++] = buf[i];
}

bool
control_read(struct control *c, int64_t now_ms, control_fn *fn)
{
	char buf[READ_MAX];
	ssize_t n;
	int i;

	if (c->fd == -1)
		return (false);
	for (i = 0; i < CONTROL_READS; i++) {
		n = read(c->fd, buf, sizeof(buf));
		if (n <= 0) {
			if (c->used > 0 && now_ms >= control_due_ms(c))
				line_end(c, fn);
			return (false);
		}
		c->last_ms = now_ms;
		line_add(c, buf, (size_t)n, fn);
	}
	return (true);
}

/* What is left in one that was replaced; of a writer who never stops, a
 * line's beginning is not taken for a line. */
static void
control_drain(struct control *c, int64_t now_ms, control_fn *fn)
{
	bool more = true;
	int i;

	for (i = 0; more && i < DRAIN_TURNS; i++)
		more = control_read(c, now_ms, fn);
	if (!more)
		line_end(c, fn);
}

int
control_remake(struct control *c, int64_t now_ms, control_fn *fn)
{
	struct control old = *c;

	if (c->path == NULL || control_named(c))
		return (0);
	c->fd = -1;
	c->used = 0;
	if (control_make(c) == -1) {
		*c = old;
		return (-1);
	}
	if (old.fd != -1) {
		control_drain(&old, now_ms, fn);
		close(old.fd);
	}
	return (0);
}

int64_t
control_due_ms(const struct control *c)
{
	return (c->used == 0 ? INT64_MAX : c->last_ms + CONTROL_QUIET_MS);
}

void
control_remove(const struct control *c)
{
	if (c->path != NULL && control_named(c))
		(void)unlink(c->path);
}
