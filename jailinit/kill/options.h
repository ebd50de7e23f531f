/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of jailkill(8). */
#ifndef KILL_OPTIONS_H
#define KILL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/request.h"

#include "find.h"

struct options {
	bool list, json, dry, quiet, verbose;
	bool thaw;			/* -f */
	enum request_verb verb;		/* REQUEST_NONE: a signal */
	int sig;			/* -s, or -1 */
	const char *name;		/* -R */
	int64_t limit_ms;		/* -t, or -1 */
	enum find_which which;
};

/* Fills in *o, which is all zeros; the names of jails are argv[optind] and
 * what follows.  Ends the program on a mistake and for -V. */
void options_parse(struct options *o, int argc, char **argv);

/* Does this run ask jails to halt, power off or reboot? */
bool options_halt(const struct options *o);

#endif
