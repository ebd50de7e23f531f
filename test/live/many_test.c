/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of cmocka's that are run in a world of their own, see many.h. */
#include "live.h"
#include "many.h"

static void (*many_fn)(struct jail *);

int
many_setup(void **state)
{
	many_fn = (void (*)(struct jail *))(uintptr_t)*state;
	return (live_setup(state));
}

void
many_test(void **state)
{
	int inside = many_inside(*state, many_fn);

	if (inside == MANY_SKIPPED)
		skip();
	assert_int_equal(inside, MANY_GOOD);
}
