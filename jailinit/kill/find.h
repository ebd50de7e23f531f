/* SPDX-License-Identifier: BSD-2-Clause */
/* Which jails a run of jailkill is about: those that are named on its command
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

/* Finds them; names ends with NULL and is read for FIND_NAMED.  Of all jails
 * the caller's own come first.  look: asks the jails for what they say of
 * themselves (listens ... root in struct target), too.  look_ms: the time for
 * all visits to jails that are needed.
 * A name that is wrong, or whose jail is not there, gets a line on standard
 * error and sets t->error; the others are found all the same. */
void targets_find(struct targets *t, enum find_which which,
    char *const *names, bool look, int64_t look_ms);

#endif
