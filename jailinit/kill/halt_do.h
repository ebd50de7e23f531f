/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ends jails side by side: does what halt.h says, and tells show.h.
 */
#ifndef END_H
#define END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/request.h"

#include "target.h"

struct end_how {
	enum request_verb verb;
	int64_t limit_ms;	/* until KILL */
	bool listening;		/* leave those alone that do not listen */
};

/* Outcomes, the worse the higher. */
#define END_CLEAN	0	/* all ended by themselves */
#define END_FORCED	1	/* some had to be killed */
#define END_LEFT	2	/* some are still there */

/* Ends list[0..n).  Returns the worst outcome. */
int end_run(struct target *list, size_t n, const struct end_how *how);

#endif
