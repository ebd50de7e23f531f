/* SPDX-License-Identifier: BSD-2-Clause */
/* When to try fork(2) again.  A process table that is full has room again when
 * processes end, also those of other jails with the same limit. */
#ifndef INIT_RETRY_H
#define INIT_RETRY_H

#include <stdbool.h>
#include <stdint.h>

/* The time between two tries.  Short jobs leave room for far less than a
 * millisecond before the next one takes it, so only many tries find it. */
#define RETRY_MS	4

struct retry {
	int64_t due_ms;		/* the next try; INT64_MAX: none is due */
	int64_t end_ms;
};
#define RETRY_NONE	{ INT64_MAX, 0 }

/* fork(2) has failed with the error e.  True: try again at due_ms.  False: no
 * more, since no time would help, or for_ms has passed since the first try. */
bool retry_later(struct retry *r, int e, int64_t for_ms);

bool retry_is_due(const struct retry *r);

#endif
