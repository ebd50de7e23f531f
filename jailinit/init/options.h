/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of jailinit(8). */
#ifndef INIT_OPTIONS_H
#define INIT_OPTIONS_H

#include <stdbool.h>

#include "core/life.h"

enum leave {
	LEAVE_AUTO,
	LEAVE_EXIT,
	LEAVE_REEXEC,
	LEAVE_REBOOT
};

struct options {
	struct life_limits limits;	/* -B -k -s -t */
	int64_t job_ms;			/* -q */
	bool background;		/* -b */
	bool end_on_failure;		/* -e */
	bool group;			/* -g */
	const char *ctl;		/* -c, NULL: not given */
	const char *status;		/* -f, NULL: not given */
	const char *rc;			/* -r */
	const char *rc_shutdown;	/* -R, NULL: none */
	int ready_fd;			/* -d, or -1 */
	int stop_signal;		/* -S */
	enum leave leave;		/* -l */
	char **command;			/* after --, NULL: boot mode */
	char **argv;			/* as given, for the next life */
};

/* Fills *o from the command line; its strings are argv's.  On a mistake: a line
 * on standard error that names it, the usage, and exit(EX_USAGE).  As process 1
 * of a whole machine it leaves the word out and goes on, because there the
 * kernel passes on words that are for others. */
void options_parse(struct options *o, char **argv);

/* The same for a mistake that is found later, in the word what. */
void options_error(const char *what, const char *why);

#endif
