/* SPDX-License-Identifier: BSD-2-Clause */
/* The command lines of jailctl(8) under each of its names: what they ask
 * for. */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "core/request.h"

#include "syntax.h"
#include "when.h"

/* Strings are those of the command line, or constants. */
struct ctl {
	enum ctl_do what;
	enum request_verb verb;
	int64_t budget_s;	/* of the request, or -1 */
	int exit_status;	/* of REQUEST_EXIT */
	struct when when;
	bool warns;		/* shutdown: warn users before the request */
	bool no_wall;		/* but send them no messages */
	bool no_wait;		/* of CTL_REQUEST: not for the answer */
	int64_t delay_s;	/* before CTL_ASK */
	const char *name;	/* of CTL_REQUEST */
	const char *ctl;	/* the FIFO's path */
	const char *status;	/* the status file's path */
	char **message;		/* words for users, ends at NULL; or NULL */
};

/* Reads the command line into *c.  name is the last part of argv[0], and
 * becomes the program's name in messages if it is one of jailctl's.  now is
 * the day's clock.
 * Ignores an option that makes no sense in a jail, and prints a message that
 * says so.  On a mistake, prints a message and the usage, and exits with
 * EX_USAGE. */
void ctl_parse(struct ctl *c, const char *name, int argc, char **argv,
    time_t now);

#endif
