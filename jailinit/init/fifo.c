/* SPDX-License-Identifier: BSD-2-Clause */
/* The control FIFO.  Touches its path, in fifo_open(), fifo_check() and
 * fifo_remove() only, and its descriptor. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/text.h"

#include "fifo.h"
#include "log.h"

#define READ_MAX	256	/* bytes, at once */

/* This many reads empty a FIFO, 64 KiB, and see its end. */
#define DRAIN_READS	(65536 / READ_MAX + 1)

/* At most one complaint about requests in this time. */
#define COMPLAIN_MS	1000

static const char *path;
static dev_t dev;		/* of the FIFO that we made */
static ino_t ino;
static int current_fd;		/* -1: there is none */

/* The FIFO before it is read first, for at most drain_reads; -1: none. */
static int old_fd;
static int drain_reads;

/* block[at..end) was read and not looked at yet; line[0..used) is the line so
 * far, one byte longer than REQUEST_LINE_MAX when it is too long. */
static char block[READ_MAX], line[REQUEST_LINE_MAX + 1];
static size_t at, end, used;
static int64_t last_ms;		/* when the last of it came */
static int reads;		/* left in this turn */
static bool more;		/* the turn has run out of reads */
static uint64_t dropped;

/* Makes a FIFO where nothing is, opens it, and checks that it is the one. */
static int
fifo_new(const char *name, struct stat *st)
{
	int fd;

	if (mkfifo(name, 0600) == -1)
		return (-1);
	fd = open(name, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1)
		return (-1);
	if (fstat(fd, st) == 0 && S_ISFIFO(st->st_mode) &&
	    st->st_uid == geteuid() && fchmod(fd, 0600) == 0)
		return (fd);
	close(fd);
	errno = EEXIST;
	return (-1);
}

/* Makes a FIFO under a name of its own, opens it and renames it into place: it
 * has a reader from the start, and a link or a file in its place is replaced,
 * never followed.  Returns its descriptor, or -1 and errno. */
static int
fifo_make(struct stat *st)
{
	char tmp[FIFO_PATH_MAX];
	int fd, e;

	if (text_format(tmp, sizeof(tmp), "%s.new", path) ==
	    sizeof(tmp) - 1) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	fd = fifo_new(tmp, st);
	if (fd == -1 && errno == EEXIST) {	/* left by a killed jailinit */
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
is_named(void)
{
	struct stat st;

	return (current_fd != -1 && lstat(path, &st) == 0 &&
	    st.st_dev == dev && st.st_ino == ino);
}

/* 0, or -1 and errno: then the FIFO before stays. */
static int
replace(void)
{
	struct stat st;
	int fd = fifo_make(&st);

	if (fd == -1)
		return (-1);
	if (old_fd != -1) {
		close(old_fd);
		at = end = used = 0;
	}
	old_fd = current_fd;
	drain_reads = DRAIN_READS;
	current_fd = fd;
	dev = st.st_dev;
	ino = st.st_ino;
	return (0);
}

/* Logs the same reason once, until it works or somebody asks again. */
static void
result_say(int result, bool asked)
{
	static int said;

	if (result == 0 || asked)
		said = 0;
	if (result == 0 || errno == said)
		return;
	said = errno;
	log_line("%.256s: %s; signals still work", path, strerror(errno));
}

void
fifo_open(const char *name)
{
	path = name;
	current_fd = old_fd = -1;
	if (path != NULL)
		result_say(replace(), false);
}

void
fifo_check(bool asked)
{
	if (path != NULL)
		result_say(is_named() ? 0 : replace(), asked);
}

bool
fifo_is_draining(void)
{
	return (old_fd != -1);
}

static bool
block_read(int fd)
{
	ssize_t n;

	if (reads == 0) {
		more = true;
		return (false);
	}
	reads--;
	n = read(fd, block, sizeof(block));
	at = 0;
	end = n > 0 ? (size_t)n : 0;
	if (n > 0)
		last_ms = clock_ms();
	return (n > 0);
}

/* Takes what there is of a line as a whole one.  Returns its length. */
static size_t
line_cut(void)
{
	size_t length = used;

	used = 0;
	return (length);
}

/* The length of the next line, or 0: none now.  Of a line that is too long only
 * the start is kept. */
static size_t
line_next(int fd)
{
	char c;

	while (at < end || block_read(fd)) {
		c = block[at++];
		if (c == '\n' && used > 0)
			return (line_cut());
		if (c != '\n' && used < sizeof(line))
			line[used++] = c;
	}
	return (0);
}

/* The next line of the old FIFO.  A writer that never stops is left behind, and
 * the start of its line is not taken for one. */
static size_t
old_next(void)
{
	int before = reads;
	size_t length = line_next(old_fd);

	drain_reads -= before - reads;
	if (length > 0 || (more && drain_reads > 0))
		return (length);
	length = more ? 0 : used;
	used = 0;
	close(old_fd);
	old_fd = -1;
	more = true;	/* a SIGHUP may have waited for this */
	return (length);
}

static size_t
any_next(void)
{
	size_t length = old_fd != -1 ? old_next() : 0;

	if (length > 0 || old_fd != -1 || current_fd == -1)
		return (length);
	length = line_next(current_fd);
	if (length == 0 && !more && clock_ms() >= fifo_due_ms())
		length = line_cut();
	return (length);
}

void
fifo_turn(void)
{
	reads = FIFO_READS;
	more = false;
}

bool
fifo_request(struct request *rq)
{
	enum request_error e;
	size_t length;

	while ((length = any_next()) > 0) {
		e = request_parse(line, length, rq);
		if (e == REQUEST_OK)
			return (true);
		if (e == REQUEST_EMPTY || !fifo_drop())
			continue;
		if (e == REQUEST_TOO_LONG || e == REQUEST_BINARY)
			length = 0;
		log_line("request dropped: %s%s%.*s", request_strerror(e),
		    length == 0 ? "" : ": ", (int)length, line);
	}
	return (false);
}

int64_t
fifo_due_ms(void)
{
	if (more || old_fd != -1)
		return (0);
	return (used == 0 ? INT64_MAX : last_ms + FIFO_QUIET_MS);
}

int
fifo_fd(void)
{
	return (current_fd);
}

bool
fifo_drop(void)
{
	static int64_t said_ms = INT64_MIN;
	int64_t now_ms = clock_ms();

	dropped++;
	if (said_ms != INT64_MIN && now_ms - said_ms < COMPLAIN_MS)
		return (false);
	said_ms = now_ms;
	return (true);
}

uint64_t
fifo_dropped(void)
{
	return (dropped);
}

void
fifo_remove(void)
{
	if (path != NULL && is_named())
		(void)unlink(path);
}
