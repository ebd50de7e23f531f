/* SPDX-License-Identifier: BSD-2-Clause */
/* Only what is exact: no time that a busy machine could spoil. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define STATIC_BYTES	65536
#define DYNAMIC_BYTES	43072
#define STATIC_PSS_KIB	64	/* 60 or 64: a stack begins anywhere in a page */
#define PSS_ROUNDS	5
#define ORPHANS		3000
#define ORPHAN_NS	100	/* a wake-up or two; waitpid(2) is 8,000 */

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

void
bench_quick(void)
{
	const struct peer *p;

	for (p = peers; p->name != NULL; p++) {
		if ((p->flags & PEER_OURS) == 0)
			continue;
		memory_expect(p, strstr(p->name, "musl") != NULL);
		zombies_expect(p);
	}
	expect(NULL, "calls and wake-ups idle",
	    (double)idle_run(bench_env("BENCH_SECONDS", 10), PEER_OURS), 0);
	if (bad > 0) {
		printf("%d not as promised\n", bad);
		exit(1);
	}
}
