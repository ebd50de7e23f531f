/* SPDX-License-Identifier: BSD-2-Clause */
/* When to try or look again: mostly fork(2).  A process table that is full has room again when
 * processes end, also those of other jails with the same limit. */
#ifndef INIT_RETRY_H
#define INIT_RETRY_H

#include <stdbool.h>
#include <stdint.h>

struct retry {
	int64_t due_ms;		/* the next try; INT64_MAX: none is due */
	int64_t step_ms, end_ms;
};
#define RETRY_NONE	{ INT64_MAX, 0, 0 }

/* fork(2) has failed with the error e.  True: try again at due_ms.  False: no
 * more, since no time would help, or for_ms has passed since the first try. */
bool retry_later(struct retry *r, int e, int64_t for_ms);

bool retry_is_due(const struct retry *r);

/* The time to wait before another try or look, after a step that was this
 * long. */
#define RETRY_STEP_MIN_MS	20
#define RETRY_STEP_MAX_MS	250
int64_t retry_step_ms(int64_t step_ms);

#endif
