/* SPDX-License-Identifier: BSD-2-Clause */
/* What a list has of jails on Linux.  Touches the clock. */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "jail_facts.h"

static int64_t
time_ms(clockid_t clock)
{
	struct timespec t = { 0, 0 };

	(void)clock_gettime(clock, &t);
	return ((int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000);
}

/* Rounded, so that it is the same each time. */
static int64_t
boot_ms(int64_t tick_ms)
{
	int64_t ms = time_ms(CLOCK_REALTIME) - time_ms(CLOCK_BOOTTIME);

	return ((ms + tick_ms / 2) / tick_ms * tick_ms);
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return ((x > y) - (x < y));
}

/* The first process is one, so a jail without any is not known. */
static long
count(const struct jail_crowd *c, uint64_t space)
{
	const uint64_t *end, *p = space == 0 || c->n == 0 ? NULL :
	    bsearch(&space, c->spaces, c->n, sizeof(space), compare);

	if (p == NULL)
		return (-1);
	for (end = p; end < c->spaces + c->n && *end == space; end++)
		continue;
	while (p > c->spaces && p[-1] == space)
		p--;
	return (end - p);
}

void
jail_facts_find(struct jail_facts *facts, size_t n, struct jail_crowd *crowd)
{
	int64_t tick_ms = 1000 / sysconf(_SC_CLK_TCK);
	int64_t booted_ms = boot_ms(tick_ms);
	const struct jail *j;
	size_t i;

	if (crowd->n > 0)
		qsort(crowd->spaces, crowd->n, sizeof(*crowd->spaces),
		    compare);
	for (i = 0; i < n; i++) {
		j = facts[i].jail;
		facts[i].start_ms = j->start == 0 ? -1 :
		    booted_ms + (int64_t)j->start * tick_ms;
		facts[i].processes = count(crowd, j->space);
	}
}
