/* SPDX-License-Identifier: BSD-2-Clause */
/* When to try again.  Touches nothing. */
#include <errno.h>

#include "core/ms.h"
#include "lib/clock.h"

#include "retry.h"

bool
retry_later(struct retry *r, int e, int64_t for_ms)
{
	int64_t now_ms = clock_ms();

	if (r->due_ms == INT64_MAX)
		r->end_ms = add_ms(now_ms, for_ms);
	r->due_ms = now_ms + RETRY_MS;
	if ((e != EAGAIN && e != ENOMEM) || now_ms >= r->end_ms)
		r->due_ms = INT64_MAX;
	return (r->due_ms != INT64_MAX);
}

bool
retry_is_due(const struct retry *r)
{
	return (clock_ms() >= r->due_ms);
}
