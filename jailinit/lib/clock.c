/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks.  clock_gettime(2) cannot fail for these two. */
#include <time.h>

#include "clock.h"

static int64_t
ms_of(clockid_t id)
{
	struct timespec ts = { 0, 0 };

	(void)clock_gettime(id, &ts);
	return ((int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

int64_t
clock_ms(void)
{
	return (ms_of(CLOCK_MONOTONIC));
}

int64_t
clock_day_ms(void)
{
	return (ms_of(CLOCK_REALTIME));
}
