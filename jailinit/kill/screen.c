/* SPDX-License-Identifier: BSD-2-Clause */
/* What is printed.  Touches standard output, SIGALRM and memory. */
#include <sys/ioctl.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "lib/fd.h"

#include "screen.h"

/* The lines that change are drawn no more often. */
#define DRAW_MS	200

/* Of a terminal that does not know its size. */
#define ROWS	24
#define COLUMNS	80

/* At the end, a write that is interrupted this often is given up. */
#define TRIES_MAX	100

/* The most that fd_write() takes at once. */
#define CHUNK_MAX	512

/* The longest text of one screen_print(): a path in vis(3), and more. */
#define PRINT_MAX	6144

/* What is printed and not yet written. */
static char *text;
static size_t text_size, text_used;

static bool live;
static int drawn;		/* lines that change, on the screen */
static int columns;
static int64_t drawn_ms;	/* when */

static void
on_alarm(int sig)
{
	(void)sig;
}

/* At the host's shutdown the console has no TERM, and no lines change. */
void
screen_init(bool wanted)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	const char *term = getenv("TERM");
	sigset_t set;

	sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGALRM, &sa, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	live = wanted && isatty(STDOUT_FILENO) && term != NULL &&
	    strcmp(term, "") != 0 && strcmp(term, "dumb") != 0;
}

bool
screen_is_live(void)
{
	return (live);
}

static void
text_drop(size_t n)
{
	text_used -= n;
	memmove(text, text + n, text_used);
}

static void
text_flush(void)
{
	ssize_t n;

	while (text_used > 0) {
		n = fd_write(STDOUT_FILENO, text, text_used < CHUNK_MAX ?
		    text_used : CHUNK_MAX);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		text_drop(n > 0 ? (size_t)n : text_used);
	}
}

void
screen_print(const char *format, ...)
{
	char buf[PRINT_MAX];
	va_list ap;
	size_t len;
	char *p;
	int n;

	va_start(ap, format);
	n = vsnprintf(buf, sizeof(buf), format, ap);
	va_end(ap);
	if (n <= 0)
		return;
	len = (size_t)n < sizeof(buf) ? (size_t)n : sizeof(buf) - 1;
	if (text_used + len > text_size) {
		p = realloc(text, text_size + len + CHUNK_MAX);
		if (p == NULL)
			return;
		text = p;
		text_size += len + CHUNK_MAX;
	}
	memcpy(text + text_used, buf, len);
	text_used += len;
	if (buf[len - 1] == '\n')
		text_flush();
}

void
screen_finish(void)
{
	struct pollfd p = { STDOUT_FILENO, POLLOUT, 0 };
	int tries = 0;
	ssize_t n;

	while (text_used > 0) {
		n = write(STDOUT_FILENO, text, text_used);
		if (n > 0) {
			text_drop((size_t)n);
			tries = 0;
		} else if (n == -1 && (errno == EINTR || errno == EAGAIN) &&
		    tries++ < TRIES_MAX) {
			if (errno == EAGAIN)	/* somebody set O_NONBLOCK */
				(void)poll(&p, 1, -1);
		} else
			text_drop(text_used);
	}
	free(text);
	text = NULL;
	text_size = 0;
}

/*
 * The lines that change.
 */

/* Up over them, then clear from there on (ECMA-48). */
void
screen_clear(void)
{
	if (drawn > 0)
		screen_print("\033[%dA\r\033[J", drawn);
	drawn = 0;
}

/* Two rows stay free, for a line that counts the rest and for the cursor. */
int
screen_draw(int64_t now_ms, bool always)
{
	struct winsize ws = { 0 };
	int rows;

	text_flush();
	if (!live || text_used > 0 || (!always && drawn > 0 &&
	    now_ms - drawn_ms < DRAW_MS))
		return (0);
	(void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws);
	rows = ws.ws_row > 0 ? ws.ws_row : ROWS;
	columns = ws.ws_col > 0 ? ws.ws_col : COLUMNS;
	screen_clear();
	drawn_ms = now_ms;
	return (rows > 3 ? rows - 2 : 1);
}

int
screen_line(const char *line)
{
	screen_print("%.*s\n", columns - 1, line);
	return (++drawn);
}
