/* SPDX-License-Identifier: BSD-2-Clause */
/* Sends KILL to jails whose time is up, repeats it until they are gone, and
 * finds out what keeps those that stay. */
#ifndef HALT_KILL_H
#define HALT_KILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "halt_all.h"

/* Room for a reason, with its NUL. */
#define HALT_WHY_MAX	256

struct halt_kill {
	const struct halt_all *all;
	struct killed *jails;		/* of all->list; allocated */
	struct jail **again;		/* room for as many; allocated */
	int64_t again_ms;		/* when KILL is due again */
	int64_t why_ms;			/* when reasons were last looked for */
};

/* Ends the program if there is no memory. */
void halt_kill_init(struct halt_kill *k, const struct halt_all *all);
void halt_kill_free(struct halt_kill *k);

/* Sends KILL to jail i. */
void halt_kill_one(struct halt_kill *k, size_t i);

/* Repeats KILL if that is due, and looks for reasons if that is due. */
void halt_kill_late(struct halt_kill *k);

/* When halt_kill_late() is due, or HALT_NEVER_MS. */
int64_t halt_kill_due(const struct halt_kill *k);

/* Puts into why what keeps jail i, which was killed or is LEFT; "" if it is not
 * known. */
void halt_kill_why(const struct halt_kill *k, size_t i,
    char why[HALT_WHY_MAX]);

#endif
