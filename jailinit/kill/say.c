/* SPDX-License-Identifier: BSD-2-Clause */
/* What jailkill says.  Touches standard output, and never waits for who
 * reads it before show_finish(): a jail's end is not to hang on that. */
#include <sys/ioctl.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "lib/fd.h"
#include "lib/signame.h"

#include "say.h"

/* The lines that change are drawn so often at the most. */
#define DRAW_MS	200

#define LINE_MAX_COLUMNS	200

/* Of a terminal that does not know its size. */
#define ROWS	24
#define COLUMNS	80

/* A last word that is always interrupted is not said. */
#define TRIES_MAX	100

/* What fd_write() takes at once. */
#define CHUNK_MAX	512

/* What is said and not yet written; what cannot be kept is not said. */
static char *text;
static size_t text_size, text_used;

static bool quiet, verbose, live;
static int drawn;		/* lines that change, on the screen */
static int64_t drawn_ms = INT64_MIN;

static void
on_alarm(int sig)
{
	(void)sig;
}

/* As fd_write() needs it. */
static void
alarm_init(void)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	sigset_t set;

	sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGALRM, &sa, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

/* At the host's shutdown nobody says what kind of terminal the console is. */
void
show_init(bool q, bool v)
{
	const char *term = getenv("TERM");

	alarm_init();
	quiet = q;
	verbose = v;
	live = !q && !v && isatty(STDOUT_FILENO) && term != NULL &&
	    strcmp(term, "") != 0 && strcmp(term, "dumb") != 0;
}

bool
show_is_live(void)
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
flush(void)
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

static void say(const char *, ...)
    __attribute__((__format__(__printf__, 1, 2)));

static void
say(const char *format, ...)
{
	char buf[2 * CHUNK_MAX + 4 * JAIL_ROOT_MAX];
	va_list ap;
	size_t len;
	char *p;
	int n;

	va_start(ap, format);
	n = vsnprintf(buf, sizeof(buf), format, ap);
	va_end(ap);
	if (n < 0)
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
		flush();
}

void
show_finish(void)
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
			if (errno == EAGAIN)	/* whoever set O_NONBLOCK */
				(void)poll(&p, 1, -1);
		} else
			text_drop(text_used);
	}
	free(text);
	text = NULL;
	text_size = 0;
}

/* Up over the lines that change, and clear from there on (ECMA-48). */
static void
undraw(void)
{
	if (drawn > 0)
		say("\033[%dA\r\033[J", drawn);
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
	struct winsize ws = { 0 };
	char line[LINE_MAX_COLUMNS + 1];
	size_t i, more = 0;
	int columns, rows;

	flush();
	if (!live || text_used > 0 || (h->active > 0 && drawn > 0 &&
	    now_ms - drawn_ms < DRAW_MS))
		return;
	(void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws);
	rows = ws.ws_row > 0 ? ws.ws_row : ROWS;
	columns = ws.ws_col > 0 ? ws.ws_col : COLUMNS;
	rows = rows > 3 ? rows - 2 : 1;
	undraw();
	for (i = 0; i < h->n; i++) {
		const struct halt_jail *j = &h->jails[i];

		if (j->stage == HALT_GONE || j->stage == HALT_LEFT ||
		    list[i].unsure)
			continue;
		if (drawn == rows) {
			more++;
			continue;
		}
		(void)snprintf(line, sizeof(line), "%s: %s, %" PRId64 " s",
		    target_name(&list[i]), doing(&list[i], j),
		    j->stage == HALT_WAITING ? 0 :
		    (now_ms - j->begun_ms) / 1000);
		say("%.*s\n", columns - 1, line);
		drawn++;
	}
	if (more > 0) {
		say("and %zu more\n", more);
		drawn++;
	}
	drawn_ms = now_ms;
}

void
show_stage(const struct target *t, const struct halt_jail *h)
{
	if (verbose && h->stage != HALT_GONE && h->stage != HALT_LEFT &&
	    h->stage != HALT_SIGNALLED)
		say("%s: %s\n", target_name(t), halt_stage_name(h->stage));
}

const char *
show_refusal(int error)
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
	case EDQUOT:
		return ("nobody can ask: the caller's limit of processes is "
		    "reached");
	case EBUSY:
		return ("not asked, as too many others do not answer");
	case EALREADY:
		return (show_error(error));
	default:
		return (strerror(error));
	}
}

void
show_signalled(const struct target *t, int sig, const char *comm)
{
	if (!verbose)
		return;
	say("%s: %s; %s to its first process, %s\n", target_name(t),
	    show_refusal(t->refused), signame_name(sig), printable(comm));
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
	case EDQUOT:
		return ("nobody can enter: the caller's own limit is reached, "
		    "of processes (RLIMIT_NPROC, a control group's) or keys");
	case EFBIG:
		return ("nobody can enter: the caller's own limit, of a "
		    "file's size (RLIMIT_FSIZE), allows no program");
	case EACCES:
		return ("nobody enters: vm.memfd_noexec allows no program "
		    "that is safe in there");
	case EALREADY:
		return ("nobody enters: jailkill is traced, as by ktrace -i");
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
	say("%s: TERM for all: %s\n", target_name(t),
	    show_error(error));
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
		say("%s%s", sep, strcmp(word, "shutdown") == 0 ?
		    "rc.shutdown" : strcmp(word, "boot") == 0 ? "rc" :
		    strcmp(word, "term") == 0 ? "TERM" :
		    strcmp(word, "kill") == 0 ? "KILL" : printable(word));
		sep = ", ";
	}
	say(" ran out of time");
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
	say("%s: %s after %" PRId64 ".%" PRId64 " s", target_name(t),
	    left ? "still there" : rebooted ? "rebooted" :
	    h->forced ? "had to be killed, gone" : "gone", took_ms / 1000,
	    took_ms % 1000 / 100);
	if ((left || h->forced) && t->state[0] != '\0')
		say("; said last: %s", printable(t->state));
	print_forced(t->forced);
	say("%s%s\n", *why == '\0' ? "" : "; ", printable(why));
}
