/* SPDX-License-Identifier: BSD-2-Clause */
/* Only what is exact, or far from its limit: no time that a busy machine could
 * spoil. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define STATIC_BYTES	65536
#define DYNAMIC_BYTES	57344
#define STATIC_PSS_KIB	76	/* 72 or 76: a stack begins anywhere in a page */
#define PSS_ROUNDS	5
#define START_TIMES	4	/* of the C program's; 1.0 to 1.7 is usual */
#define START_ROUNDS	30
#define ORPHANS		3000
#define ORPHAN_NS	1000	/* four looks a second; waitpid(2) is 8,000 */

static int bad;

static void
expect(const struct peer *p, const char *what, double is, double most)
{
	printf("%-4s %-18s %-28s %8g, at most %g\n",
	    is > most ? "BAD" : "ok", p == NULL ? "all of ours" : p->name, what,
	    is, most);
	bad += is > most;
}

static void
memory_expect(const struct peer *p, bool is_static)
{
	double out[BENCH_COLS], pss[PSS_ROUNDS];
	int i;

	for (i = 0; i < PSS_ROUNDS; i++) {
		MUST(memory_measure(p, 0, out));
		pss[i] = out[0];
	}
	if (is_static) {
		expect(p, "PSS KiB, median", median(pss, PSS_ROUNDS),
		    STATIC_PSS_KIB);
		expect(p, "dynamic linkers asked for", out[5], 0);
	}
	expect(p, "bytes, stripped", out[4],
	    is_static ? STATIC_BYTES : DYNAMIC_BYTES);
}

static void
zombies_expect(const struct peer *p)
{
	double out[BENCH_COLS];

	MUST(reap_measure(p, ORPHANS, out));
	expect(p, "zombies left", out[2], 0);
	expect(p, "ns of its CPU an orphan", out[0],
	    ORPHAN_NS);
}

/* The shortest of many starts of a command, side by side with the C program
 * that forks and waits. */
static void
start_expect(const struct peer *p)
{
	double us[2] = { 0, 0 }, out[BENCH_COLS];
	const struct peer *floor = peers, *side;
	int i;

	while (strcmp(floor->name, "floor: wait") != 0)
		floor++;
	for (i = 0; i < 2 * START_ROUNDS; i++) {
		side = i % 2 == 0 ? floor : p;
		MUST(start_measure(side, 0, out));
		if (us[i % 2] == 0 || out[0] < us[i % 2])
			us[i % 2] = out[0];
	}
	expect(p, "start, times the floor's", us[1] / us[0], START_TIMES);
}

void
bench_quick(void)
{
	const struct peer *p;

	for (p = peers; p->name != NULL; p++) {
		if ((p->flags & PEER_OURS) == 0)
			continue;
		memory_expect(p, strstr(p->name, "musl") != NULL);
		zombies_expect(p);
		if ((p->flags & PEER_APP) != 0)
			start_expect(p);
	}
	expect(NULL, "calls and wake-ups idle",
	    (double)idle_run(bench_env("BENCH_SECONDS", 10), PEER_OURS), 0);
	if (bad > 0) {
		printf("%d not as promised\n", bad);
		exit(1);
	}
}
