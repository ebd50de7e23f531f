/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said of jails.  Touches what screen.h does. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/fd.h"
#include "lib/signame.h"

#include "json.h"
#include "say.h"
#include "screen.h"

/* No line that changes is longer. */
#define LINE_MAX_COLUMNS	200

/* Of JSON on its way to screen_print(). */
#define PIECE_MAX		4096

static bool quiet, verbose, json;

/* Jails that have ended or are left; of them, by force; and still there. */
static size_t said, said_forced, said_left;

void
say_init(bool q, bool v, bool j)
{
	quiet = q;
	verbose = v && !j;
	json = j;
	screen_init(!q && !v && !j);
}

/* What a jail does, in its own word if it has one. */
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

static bool
has_ended(const struct halt_jail *h)
{
	return (h->stage == HALT_GONE || h->stage == HALT_LEFT);
}

/* "52 (/jails/www): rc.shutdown, 3 s of 120 s" */
static void
live_line(char line[LINE_MAX_COLUMNS + 1], const struct target *t,
    const struct halt_jail *h, int64_t now_ms)
{
	char of[48] = "";

	if (h->stage != HALT_WAITING)
		(void)snprintf(of, sizeof(of), ", %" PRId64 " s of %" PRId64
		    " s", (now_ms - h->begun_ms) / 1000,
		    (h->kill_ms - h->begun_ms + 500) / 1000);
	(void)snprintf(line, LINE_MAX_COLUMNS + 1, "%s: %s%s", target_name(t),
	    doing(t, h), of);
}

void
say_live(const struct target *list, const struct halt_jail *jails, size_t n,
    size_t active, int64_t now_ms)
{
	int rows = screen_draw(now_ms, active == 0), used = 0;
	char line[LINE_MAX_COLUMNS + 1];
	const struct halt_jail *h;
	size_t i, more = 0;

	for (i = 0; i < n && rows > 0; i++) {
		h = &jails[i];
		if (has_ended(h) || list[i].unsure)
			continue;
		if (used == rows) {
			more++;
			continue;
		}
		live_line(line, &list[i], h, now_ms);
		used = screen_line(line);
	}
	if (more > 0) {
		(void)snprintf(line, sizeof(line), "and %zu more", more);
		(void)screen_line(line);
	}
}

void
say_stage(const struct target *t, const struct halt_jail *h)
{
	if (verbose && !has_ended(h) && h->stage != HALT_SIGNALLED)
		screen_print("%s: %s\n", target_name(t),
		    halt_stage_name(h->stage));
}

const char *
say_refusal(int error)
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
		return ("another file is in place of its FIFO");
	case EPERM:
		return ("its FIFO is another user's");
	case EDQUOT:
		return ("cannot ask: the caller's limit of processes is "
		    "reached");
	case EBUSY:
		return ("not asked, as too many others do not answer");
	case EALREADY:
		return (say_error(error));
	default:
		return (strerror(error));
	}
}

void
say_signalled(const struct target *t, int sig, const char *comm)
{
	if (verbose)
		screen_print("%s: %s; %s to its first process, %s\n",
		    target_name(t), say_refusal(t->refused), signame_name(sig),
		    printable(comm));
}

const char *
say_error(int error)
{
	switch (error) {
	case ESRCH:
		return ("no such jail");
	case EINTR:
		return ("the process that entered was stopped or killed there");
	case EAGAIN:
		return ("cannot enter: no process can be made in it");
	case EDQUOT:
		return ("cannot enter: the caller's own limit is reached, of "
		    "processes (RLIMIT_NPROC, a control group's) or keys");
	case EFBIG:
		return ("cannot enter: the caller's own limit of a file's size "
		    "(RLIMIT_FSIZE) is too low for a program");
	case EACCES:
		return ("cannot enter: vm.memfd_noexec allows no program that "
		    "is safe in a jail");
	case EALREADY:
		return ("cannot enter: jailkill is traced, as by ktrace -i");
	case ETIMEDOUT:
		return ("the process that entered did not end in time");
	default:
		return (strerror(error));
	}
}

void
say_not_entered(const struct target *t, int error)
{
	char line[LINE_MAX_COLUMNS + 1];

	if (json) {		/* as warnx(3), which could wait */
		(void)snprintf(line, sizeof(line), "jailkill: %" PRIu64
		    ": TERM for all: %s\n", t->jail.jid, say_error(error));
		(void)fd_write(STDERR_FILENO, line, strlen(line));
		return;
	}
	screen_clear();
	screen_print("%s: TERM for all: %s\n", target_name(t),
	    say_error(error));
}

/* A word of the jail's own forced=, jailinit.status in jailinit.ctl(5). */
static const char *
forced_name(const char *word)
{
	return (strcmp(word, "shutdown") == 0 ? "rc.shutdown" :
	    strcmp(word, "boot") == 0 ? "rc" :
	    strcmp(word, "term") == 0 ? "TERM" :
	    strcmp(word, "kill") == 0 ? "KILL" : printable(word));
}

/* "; rc.shutdown, TERM ran out of time" */
static void
print_forced(const char *forced)
{
	char word[VISIT_VALUE_MAX];
	const char *p = forced, *sep = "; ";
	size_t n;

	if (*forced == '\0')
		return;
	for (; *p != '\0'; p += n, p += *p == ',') {
		n = strcspn(p, ",");
		(void)snprintf(word, sizeof(word), "%.*s", (int)n, p);
		screen_print("%s%s", sep, forced_name(word));
		sep = ", ";
	}
	screen_print(" ran out of time");
}

/* Without memory there is no line. */
static void
json_say(const struct target *t, const struct json_end *e)
{
	char *line = NULL;
	size_t at, n;
	FILE *f = open_memstream(&line, &n);

	if (f == NULL)
		return;
	json_end(f, t, e);
	if (fclose(f) == 0)
		for (at = 0; at < n; at += PIECE_MAX)
			screen_print("%.*s", PIECE_MAX, line + at);
	free(line);
}

void
say_end(const struct target *t, const struct halt_jail *h, bool rebooted,
    int64_t now_ms, const char *why)
{
	int64_t took_ms = now_ms - h->begun_ms;
	bool left = h->stage == HALT_LEFT;

	said++;
	said_left += left;
	said_forced += h->forced && !left;
	if (quiet && !left && !h->forced)
		return;
	if (json) {
		json_say(t, &(struct json_end){ .how = left ? "left" :
		    rebooted ? "rebooted" : h->forced ? "killed" : "gone",
		    .took_ms = took_ms, .why = why, .status = -1 });
		return;
	}
	screen_clear();
	screen_print("%s: %s after %" PRId64 ".%" PRId64 " s", target_name(t),
	    left ? "still there" : rebooted ? "rebooted" :
	    h->forced ? "had to be killed, gone" : "gone", took_ms / 1000,
	    took_ms % 1000 / 100);
	if ((left || h->forced) && t->state[0] != '\0')
		screen_print("; said last: %s", printable(t->state));
	print_forced(t->forced);
	screen_print("%s%s\n", *why == '\0' ? "" : "; ", printable(why));
}

void
say_sum(int64_t begun_ms, int64_t limit_ms, int64_t now_ms)
{
	int64_t took_ms = now_ms - begun_ms;

	if (quiet || json || said < 2 || !isatty(STDOUT_FILENO))
		return;
	screen_clear();
	screen_print("%zu jails: %zu had to be killed, %zu still there; after "
	    "%" PRId64 ".%" PRId64 " s of %" PRId64 " s\n", said, said_forced,
	    said_left, took_ms / 1000, took_ms % 1000 / 100, limit_ms / 1000);
}
