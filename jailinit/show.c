/* SPDX-License-Identifier: BSD-2-Clause */
/* What jailkill says.  Touches standard output. */
#include <sys/ioctl.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "show.h"
#include "signame.h"

/* The lines that change are drawn so often at the most. */
#define DRAW_MS	200

#define LINE_MAX_COLUMNS	200

static bool quiet, verbose, live;
static int drawn;		/* lines that change, on the screen */
static int64_t drawn_ms = INT64_MIN;

void
show_init(bool q, bool v)
{
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
		(void)printf("\033[%dA\r\033[J", drawn);
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
		(void)printf("%.*s\n", ws.ws_col > 1 ? ws.ws_col - 1 : 1,
		    line);
		drawn++;
	}
	if (more > 0) {
		(void)printf("and %zu more\n", more);
		drawn++;
	}
	drawn_ms = now_ms;
	(void)fflush(stdout);
}

void
show_stage(const struct target *t, const struct halt_jail *h)
{
	if (verbose && h->stage != HALT_GONE && h->stage != HALT_LEFT &&
	    h->stage != HALT_SIGNALLED) {
		(void)printf("%s: %s\n", target_name(t),
		    halt_stage_name(h->stage));
		(void)fflush(stdout);
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
	(void)printf("%s: %s; %s to its first process, %s\n", target_name(t),
	    refusal(t->refused), signame_name(sig), printable(comm));
	(void)fflush(stdout);
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
	(void)printf("%s: TERM for all: %s\n", target_name(t),
	    show_error(error));
	(void)fflush(stdout);
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
		(void)printf("%s%s", sep, strcmp(word, "shutdown") == 0 ?
		    "rc.shutdown" : strcmp(word, "boot") == 0 ? "rc" :
		    strcmp(word, "term") == 0 ? "TERM" :
		    strcmp(word, "kill") == 0 ? "KILL" : printable(word));
		sep = ", ";
	}
	(void)printf(" ran out of time");
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
	(void)printf("%s: %s after %" PRId64 ".%" PRId64 " s", target_name(t),
	    left ? "still there" : rebooted ? "rebooted" :
	    h->forced ? "had to be killed, gone" : "gone", took_ms / 1000,
	    took_ms % 1000 / 100);
	if ((left || h->forced) && t->state[0] != '\0')
		(void)printf("; said last: %s", printable(t->state));
	print_forced(t->forced);
	(void)printf("%s%s\n", *why == '\0' ? "" : "; ", printable(why));
	(void)fflush(stdout);
}
