/* SPDX-License-Identifier: BSD-2-Clause */
/* KILL to jails that have had their time, repeated until they are gone, and
 * what keeps those that are not. */
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

/* Repeats KILL where it is due, and looks for reasons where that is due. */
void halt_kill_late(struct halt_kill *k);

/* When that is due next; HALT_NEVER_MS: not. */
int64_t halt_kill_due(const struct halt_kill *k);

/* What keeps jail i, which was killed or is left, into why; "" if it is not
 * known. */
void halt_kill_why(const struct halt_kill *k, size_t i,
    char why[HALT_WHY_MAX]);

#endif
