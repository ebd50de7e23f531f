/* SPDX-License-Identifier: BSD-2-Clause */
/* How soon the manager kills.  Touches nothing. */
#include <inttypes.h>
#include <stddef.h>

#include "lib/clock.h"

#include "grace.h"
#include "log.h"
#include "manager.h"

static const struct manager *hasty;
static int64_t end_ms;
static int64_t due_ms = INT64_MAX;

void
grace_init(const struct life_limits *limits)
{
	end_ms = limits->shutdown_ms + limits->term_ms + limits->kill_ms;
	if (limits->budget_ms == REQUEST_NO_BUDGET &&
	    manager_here()->grace_ms < end_ms)
		hasty = manager_here();
}

void
grace_say(void)
{
	if (hasty != NULL)
		log_line("%s kills after %" PRId64 " s by default, an end may "
		    "take %" PRId64 " s: see -B", hasty->name,
		    hasty->grace_ms / 1000, end_ms / 1000);
	hasty = NULL;
}

void
grace_say_later(void)
{
	if (hasty != NULL)
		due_ms = clock_ms() + hasty->grace_ms / 2;
}

int64_t
grace_due_ms(void)
{
	return (due_ms);
}

void
grace_tick(void)
{
	if (clock_ms() < due_ms)
		return;
	due_ms = INT64_MAX;
	grace_say();
}
