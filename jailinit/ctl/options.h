/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands of a jail's own users: what the words on a command line ask
 * for, whichever of its names jailctl(8) is called by.
 */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "core/request.h"

enum ctl_do {
	CTL_ASK,	/* verb, now */
	CTL_SCHEDULE,	/* verb, at when */
	CTL_WARN,	/* shutdown -k: as if, but nothing is asked */
	CTL_CANCEL,
	CTL_SHOW,	/* what is scheduled */
	CTL_STATUS,
	CTL_READY,
	CTL_WAIT,
	CTL_REQUEST,	/* the administrator's own: name */
	CTL_NOTHING	/* all that was asked for makes no sense in a jail */
};

struct ctl_when {
	bool relative;	/* seconds from now, by the monotonic clock; else a
			 * time of the day's clock, which may be set */
	int64_t s;
};

struct ctl {
	enum ctl_do what;
	enum request_verb verb;
	int64_t budget_s;	/* of the request, or -1 */
	struct ctl_when when;
	bool no_wall;
	const char *name;	/* CTL_REQUEST */
	const char *ctl, *status;	/* their paths, NULL: as they are */
	bool shutdown;		/* as a word of jailctl's */
	char **message;		/* words, ends at NULL; or NULL */
};

/* "program: what: why" as one line to standard error, whatever was typed:
 * all but printable ASCII as '?', the first 256 bytes of what. */
void ctl_complain(const char *program, const char *what, const char *why);

/* Reads the command line; name is argv[0]'s last part.  Of an option that
 * makes no sense in a jail it says so in a line and goes on; a mistake is a
 * line, the usage, and exit(EX_USAGE).  now is the day's clock. */
void ctl_parse(struct ctl *c, const char *name, int argc, char **argv,
    time_t now);

/* Parses a time of shutdown(8): now, +minutes (also without the plus up to
 * 999), +n with one of s, sec, m, min, h, hour; hh:mm, the next such;
 * [[[yy]mm]dd]hhmm.  False when it is none. */
bool ctl_when_parse(struct ctl_when *w, const char *text, time_t now);

#endif
