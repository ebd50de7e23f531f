/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the jails that a run of jailkill is about: those named on its command
 * line, or all. */
#ifndef FIND_H
#define FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "target.h"

enum find_which {
	FIND_NAMED,		/* those that are named */
	FIND_LISTENING,		/* all of the caller's that listen */
	FIND_MINE,		/* all of the caller's */
	FIND_ALL		/* all that can be seen */
};

/* A word that is no name, but begins the next group of names. */
#define FIND_NEXT	","
#define FIND_APART	"a comma stands apart, with a space on each side"

/* Finds them, and sorts them by groups.  names ends with NULL; if all are
 * looked for, those that are named are in later groups.  A jail that is named
 * in two groups is in the later one.  If all are looked for, the caller's own
 * come first.  about: also fills in what jail_about() learns; counts: and
 * t->crowd.  look: also fills in what a visitor learns (listens ... root in
 * struct target).  look_ms: the time for all visitors.
 * If a name is wrong or its jail is not there, prints a line to standard error,
 * sets t->error, and still finds the others; but if nothing is to be done to
 * them either, it ends the program. */
void targets_find(struct targets *t, enum find_which which,
    char *const *names, bool about, bool counts, bool look, int64_t look_ms);

#endif
