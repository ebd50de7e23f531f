/* SPDX-License-Identifier: BSD-2-Clause */
/* What jailkill says.  Touches standard output, and SIGALRM while it does. */
#include <sys/ioctl.h>
#include <sys/time.h>

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include "show.h"
#include "signame.h"

/* The lines that change are drawn so often at the most. */
#define DRAW_MS	200

#define LINE_MAX_COLUMNS	200

/* A write that waits for its reader is broken off after so long. */
#define WRITE_US	50000

static bool quiet, verbose, live;
static int drawn;		/* lines that change, on the screen */
static int64_t drawn_ms = INT64_MIN;

/*
 * Output.  Jails do not wait for somebody who does not read: what he does not
 * take is kept for him until they are over.
 */
static char *kept;
static size_t n_kept;

__attribute__((format(printf, 1, 2))) static void
out(const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n != -1)
		kept = realloc(kept, n_kept + (size_t)n + 1);
	if (n == -1 || kept == NULL)
		err(EX_OSERR, "output");
	memcpy(kept + n_kept, text, (size_t)n);
	n_kept += (size_t)n;
	free(text);
}

static void
on_alarm(int sig)
{
	(void)sig;
}

/* Would a write not wait?  A terminal may say so and take a part only: it is
 * broken off then, by a signal that comes until it does. */
static ssize_t
write_now(const char *text, size_t n)
{
	const struct itimerval often = { { 0, WRITE_US }, { 0, WRITE_US } };
	static const struct itimerval never;
	struct pollfd p = { STDOUT_FILENO, POLLOUT, 0 };
	ssize_t done;
	int e;

	errno = EAGAIN;
	if (poll(&p, 1, 0) != 1)
		return (-1);
	(void)setitimer(ITIMER_REAL, &often, NULL);
	done = write(STDOUT_FILENO, text, n);
	e = errno == EINTR ? EAGAIN : errno;
	(void)setitimer(ITIMER_REAL, &never, NULL);
	errno = e;
	return (done);
}

/* In pieces for which a pipe has room when poll(2) says so. */
static void
out_flush(void)
{
	size_t at = 0, n;
	ssize_t done = 0;

	while (at < n_kept && done != -1) {
		n = n_kept - at < PIPE_BUF ? n_kept - at : PIPE_BUF;
		done = write_now(kept + at, n);
		if (done > 0)
			at += (size_t)done;
	}
	if (done == -1 && errno != EAGAIN)
		at = n_kept;	/* nobody will ever read it */
	n_kept -= at;
	if (at > 0)
		memmove(kept, kept + at, n_kept);
}

void
show_rest(void)
{
	struct pollfd p = { STDOUT_FILENO, POLLOUT, 0 };

	for (out_flush(); n_kept > 0; out_flush())
		(void)poll(&p, 1, -1);
}

void
show_init(bool q, bool v)
{
	struct sigaction sa = { .sa_handler = on_alarm };

	(void)sigaction(SIGALRM, &sa, NULL);	/* write(2) is not restarted */
	quiet = q;
	verbose = v;
	live = !q && !v && isatty(STDOUT_FILENO);
}

bool
show_is_live(void)
{
	return (live);
}

/* Up over the lines that change, and clear from there on (ECMA-48). */
static void
undraw(void)
{
	if (drawn > 0)
		out("\033[%dA\r\033[J", drawn);
	drawn = 0;
}

/* What it does, by its own word if it has one. */
static const char *
doing(const struct target *t, const struct halt_jail *h)
{
	if (h->stage != HALT_ASKED)
		return (halt_stage_name(h->stage));
	if (strcmp(t->state, "shutdown") == 0)
		return ("rc.shutdown");
	if (strcmp(t->state, "term") == 0)
		return ("TERM");
	if (strcmp(t->state, "kill") == 0)
		return ("KILL");
	return ("asked");
}

void
show_live(const struct target *list, const struct halt *h, int64_t now_ms)
{
	struct winsize ws = { .ws_row = 0 };
	char line[LINE_MAX_COLUMNS + 1];
	size_t i, more = 0;
	int rows;

	if (!live || (h->active > 0 && drawn > 0 &&
	    now_ms - drawn_ms < DRAW_MS))
		return;
	out_flush();
	if (n_kept > 0)		/* what changes need not be kept */
		return;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == -1 || ws.ws_row == 0 ||
	    ws.ws_col == 0) {
		ws.ws_row = 24;		/* a terminal that does not know */
		ws.ws_col = 80;
	}
	rows = ws.ws_row > 3 ? ws.ws_row - 2 : 1;
	undraw();
	for (i = 0; i < h->n; i++) {
		const struct halt_jail *j = &h->jails[i];

		if (j->stage == HALT_GONE || j->stage == HALT_LEFT)
			continue;
		if (drawn == rows) {
			more++;
			continue;
		}
		(void)snprintf(line, sizeof(line), "%s: %s, %" PRId64 " s",
		    target_name(&list[i]), doing(&list[i], j),
		    j->stage == HALT_WAITING ? 0 :
		    (now_ms - j->begun_ms) / 1000);
		out("%.*s\n", ws.ws_col > 1 ? ws.ws_col - 1 : 1, line);
		drawn++;
	}
	if (more > 0) {
		out("and %zu more\n", more);
		drawn++;
	}
	drawn_ms = now_ms;
	out_flush();
}

void
show_stage(const struct target *t, const struct halt_jail *h)
{
	if (verbose && h->stage != HALT_GONE && h->stage != HALT_LEFT &&
	    h->stage != HALT_SIGNALLED) {
		out("%s: %s\n", target_name(t), halt_stage_name(h->stage));
		out_flush();
	}
}

/* Why a jail did not take a request. */
static const char *
refusal(int error)
{
	switch (error) {
	case 0:
		return ("does not answer");
	case ENXIO:
		return ("nobody reads its FIFO");
	case ENOENT:
	case ENOTDIR:
		return ("has no FIFO");
	case EINVAL:
		return ("what is in place of its FIFO is none");
	case EPERM:
		return ("its FIFO is another user's");
	default:
		return (strerror(error));
	}
}

void
show_signalled(const struct target *t, int sig, const char *comm)
{
	if (!verbose)
		return;
	out("%s: %s; %s to its first process, %s\n", target_name(t),
	    refusal(t->refused), signame_name(sig), printable(comm));
	out_flush();
}

const char *
show_error(int error)
{
	switch (error) {
	case ESRCH:
		return ("no such jail");
	case EINTR:
		return ("who entered was stopped or killed there");
	case EAGAIN:
		return ("nobody can enter: it lets no process be made");
	case EACCES:
		return ("nobody enters: vm.memfd_noexec allows no program "
		    "that is safe in there");
	case ETIMEDOUT:
		return ("who entered did not come back in time");
	default:
		return (strerror(error));
	}
}

void
show_not_entered(const struct target *t, int error)
{
	undraw();
	out("%s: TERM for all: %s\n", target_name(t), show_error(error));
	out_flush();
}

/* "; rc.shutdown and TERM ran out of time", of the jail's own forced=. */
static void
print_forced(const char *forced)
{
	char word[ASK_VALUE_MAX];
	const char *p = forced, *sep = "; ";
	size_t n;

	if (*forced == '\0')
		return;
	for (; *p != '\0'; p += n, p += *p == ',') {
		n = strcspn(p, ",");
		(void)snprintf(word, sizeof(word), "%.*s", (int)n, p);
		out("%s%s", sep, strcmp(word, "shutdown") == 0 ?
		    "rc.shutdown" : strcmp(word, "boot") == 0 ? "rc" :
		    strcmp(word, "term") == 0 ? "TERM" :
		    strcmp(word, "kill") == 0 ? "KILL" : printable(word));
		sep = ", ";
	}
	out(" ran out of time");
}

void
show_end(const struct target *t, const struct halt_jail *h, bool rebooted,
    int64_t now_ms, const char *why)
{
	int64_t took_ms = now_ms - h->begun_ms;
	bool left = h->stage == HALT_LEFT;

	if (quiet && !left && !h->forced)
		return;
	undraw();
	drawn_ms = INT64_MIN;
	out("%s: %s after %" PRId64 ".%" PRId64 " s", target_name(t),
	    left ? "still there" : rebooted ? "rebooted" :
	    h->forced ? "had to be killed, gone" : "gone", took_ms / 1000,
	    took_ms % 1000 / 100);
	if ((left || h->forced) && t->state[0] != '\0')
		out("; said last: %s", printable(t->state));
	print_forced(t->forced);
	out("%s%s\n", *why == '\0' ? "" : "; ", printable(why));
	out_flush();
}
