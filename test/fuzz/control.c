/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests through a real FIFO, torn as the fuzzer likes: jailinit takes and
 * counts the same as if they had come in one piece.  Touches a FIFO in the
 * directory that it is started in. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "init/fifo.h"
#include "init/log.h"
#include "lib/text.h"

/* What a FIFO holds, Linux and FreeBSD; and of requests at once. */
#define FIFO_MAX	65536
#define TAKEN_MAX	(2 * FIFO_MAX)

#define REPEAT_MAX	200

/* What was taken, and what had to be. */
struct taken {
	struct request rq[TAKEN_MAX];
	size_t n;
	uint64_t dropped;
};
static struct taken real, due;

static char path[32];
static int writer_fd = -1;
static int64_t now_ms;
static uint64_t dropped_before;

/* What is in the FIFO, what was read of a line, and when. */
static char pipe_bytes[FIFO_MAX], held[FIFO_MAX];
static size_t fifo_used, held_used;
static int64_t held_ms;

static void
taken_add(struct taken *t, const struct request *rq)
{
	MUST(t->n < TAKEN_MAX);
	t->rq[t->n++] = *rq;
}

/*
 * What fifo.c asks of others.
 */
int64_t
clock_ms(void)
{
	return (now_ms);
}

void
log_line(const char *format, ...)
{
	char buf[LOG_LINE_MAX];
	va_list ap;

	va_start(ap, format);
	MUST(text_vformat(buf, sizeof(buf), format, ap) > 0);
	va_end(ap);
}

/*
 * What has to be taken.
 */
static void
due_line(void)
{
	struct request rq;
	enum request_error e;

	if (held_used == 0)
		return;
	e = naive_parse(held, held_used, &rq);
	if (e == REQUEST_OK)
		taken_add(&due, &rq);
	else if (e != REQUEST_EMPTY)
		due.dropped++;
	held_used = 0;
}

static void
due_read(void)
{
	size_t i;

	if (fifo_used > 0)
		held_ms = now_ms;
	for (i = 0; i < fifo_used; i++)
		if (pipe_bytes[i] == '\n')
			due_line();
		else if (held_used < sizeof(held))
			held[held_used++] = pipe_bytes[i];
	fifo_used = 0;
}

/*
 * What is done.
 */
static void
writer_open(void)
{
	if (writer_fd != -1)
		close(writer_fd);
	writer_fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	MUST(writer_fd != -1);
}

/* So many times the same, by one write that may be cut off. */
static void
fifo_write(const uint8_t *data, size_t n, size_t times)
{
	char *to = pipe_bytes + fifo_used;
	ssize_t done;

	for (; n > 0 && times > 0 && n <= (size_t)(pipe_bytes + FIFO_MAX - to);
	    times--, to += n)
		memcpy(to, data, n);
	n = (size_t)(to - pipe_bytes) - fifo_used;
	done = n == 0 ? 0 : write(writer_fd, pipe_bytes + fifo_used, n);
	if (done == -1 && errno == EAGAIN)
		return;
	MUST(n == 0 || done > 0);
	fifo_used += (size_t)done;
}

static void
same_taken(void)
{
	size_t i;

	MUST(fifo_due_ms() == (held_used == 0 ? INT64_MAX :
	    held_ms + FIFO_QUIET_MS));
	MUST(fifo_dropped() - dropped_before == due.dropped);
	MUST(real.n == due.n);
	for (i = 0; i < real.n; i++) {
		MUST(real.rq[i].verb == due.rq[i].verb);
		MUST(real.rq[i].budget_ms == due.rq[i].budget_ms);
		MUST(strcmp(real.rq[i].name, due.rq[i].name) == 0);
	}
	real.n = due.n = 0;
}

/* Turn by turn, until the FIFO is empty. */
static void
real_read(void)
{
	struct request rq;

	do {
		fifo_turn();
		while (fifo_request(&rq))
			taken_add(&real, &rq);
	} while (fifo_due_ms() == 0);
}

static void
read_all(void)
{
	real_read();
	due_read();
	if (now_ms >= held_ms + FIFO_QUIET_MS)
		due_line();
	same_taken();
}

/* Nothing follows for so long: not yet, and then it is a line. */
static void
quiet(void)
{
	read_all();
	if (now_ms < held_ms + FIFO_QUIET_MS - 1)
		now_ms = held_ms + FIFO_QUIET_MS - 1;
	read_all();
	now_ms++;
	read_all();
}

/* Another FIFO in its place: what is in the old one is taken first. */
static void
remake(void)
{
	MUST(unlink(path) == 0);
	fifo_check(true);
	real_read();
	due_read();
	due_line();
	same_taken();
	writer_open();
}

static void
finish(void)
{
	(void)unlink(path);
}

static void
begin(void)
{
	if (writer_fd != -1)
		return;
	(void)snprintf(path, sizeof(path), "fifo.%ld", (long)getpid());
	fifo_open(path);
	fifo_check(false);
	MUST(fifo_fd() != -1);
	(void)atexit(finish);
	writer_open();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	size_t n, times;
	uint8_t how;

	begin();
	dropped_before = fifo_dropped();
	due.dropped = 0;
	while (in.left > 0) {
		how = take(&in);
		n = take(&in);
		if (n > in.left)
			n = in.left;
		times = how % 8 == 7 ? 1 + take(&in) % REPEAT_MAX : 1;
		if (n > in.left)
			n = in.left;
		fifo_write(in.at, n, times);
		in.at += n;
		in.left -= n;
		now_ms += how / 8 * 10;
		if (how % 8 == 5)
			quiet();
		else if (how % 8 == 6)
			remake();
		else if (how % 2 == 0)
			read_all();
	}
	quiet();
	MUST(fifo_due_ms() == INT64_MAX);
	return (0);
}
