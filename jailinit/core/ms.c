/* SPDX-License-Identifier: BSD-2-Clause */
/* Times in milliseconds.  Pure: touches nothing but its arguments. */
#include "ms.h"

int64_t
min_ms(int64_t a, int64_t b)
{
	return (a < b ? a : b);
}

int64_t
add_ms(int64_t a, int64_t b)
{
	return (a >= NEVER_MS - 1 - b ? NEVER_MS - 1 : a + b);
}
