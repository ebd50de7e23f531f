/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of jailctl, of halt, poweroff and reboot, of shutdown, and of init
 * and telinit: tables of what each means. */
#ifndef CTL_SYNTAX_H
#define CTL_SYNTAX_H

#include <getopt.h>
#include <stdbool.h>

#include "core/request.h"

/* What a command line asks for. */
enum ctl_do {
	CTL_ASK,	/* ask for verb now */
	CTL_SCHEDULE,	/* ask for verb at when */
	CTL_WARN,	/* shutdown -k: warn as if verb came, ask for nothing */
	CTL_CANCEL,	/* cancel the plan */
	CTL_SHOW,	/* print the plan */
	CTL_STATUS,	/* print the status */
	CTL_READY,	/* has boot ended? */
	CTL_WAIT,	/* wait until boot has ended */
	CTL_REQUEST,	/* ask for the administrator's request name */
	CTL_NOTHING	/* what was given means nothing in a jail */
};

/* The value of a long option without a letter.  It is no letter, since libc may
 * leave any letter in optopt. */
#define OPT_HELP	1

/* What an option does, with value. */
enum effect {
	EFFECT_NONE,
	EFFECT_VERB,		/* an enum request_verb */
	EFFECT_HALT,		/* the same, unless it is REQUEST_POWEROFF */
	EFFECT_DO,		/* an enum ctl_do */
	EFFECT_AT_ONCE,
	EFFECT_NO_WALL,
	EFFECT_NO_WAIT,
	EFFECT_DELAY,
	EFFECT_CTL_PATH,
	EFFECT_STATUS_PATH,
	EFFECT_HELP,
	EFFECT_VERSION
};

struct meaning {
	int letter;
	enum effect effect;
	int value;
	const char *why;	/* why it is ignored, or NULL */
};

/* One of the four kinds of command line. */
struct syntax {
	const char *const *forms;	/* for the usage, ends at NULL */
	const char *letters;	/* for getopt_long(3) */
	const struct option *longs;
	const struct meaning *meanings;
};

extern const struct syntax syntax_jailctl, syntax_halt, syntax_shutdown,
    syntax_telinit;

/* A run level of init(8) and telinit(8) that only gives a message, or why it
 * is refused; verb: or what it asks for. */
struct level {
	const char *names;	/* each of these letters */
	enum request_verb verb;
	bool refused;
	const char *why;
};

extern const struct level syntax_levels[];	/* ends at NULL */

#endif
