/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long it takes to end 1, 10, 100 and 1,000 jails, each of which needs
 * 0.2 s in its rc.shutdown: by one jailkill -h -a, and by one jailkill -h
 * after another.  For root; environment as in test/live/jail.h and many.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "many.h"

/* More than so many are not ended one by one: what the last ones took is
 * taken times so many more. */
#define SERIAL_MAX	100

#define LIMIT_MS	600000

static void
start(struct many *m, size_t n)
{
	static const struct many_how how = { .shutdown = "sleep 0.2" };

	many_start_n(m, &how, n);
	many_wait_run(m);
}

static int64_t
at_once(struct many *m, size_t n)
{
	int64_t took_ms;
	struct run r;
	size_t i;

	start(m, n);
	run_begin(&r, NULL, "-h", "-a", "-t", "120", NULL);
	MUST(run_end(&r, LIMIT_MS) == 0);
	took_ms = r.took_ms;
	run_free(&r);
	for (i = m->first; i < m->n; i++)
		MUST(many_gone(&m->list[i]));
	many_end(m);
	return (took_ms);
}

static int64_t
in_turn(struct many *m, size_t n)
{
	int64_t begun_ms, took_ms;
	struct run r;
	size_t i;

	start(m, n);
	begun_ms = jail_now_ms();
	for (i = m->first; i < m->n; i++) {
		run_begin(&r, NULL, "-h", "-t", "120",
		    run_jid(m->list[i].jid), NULL);
		MUST(run_end(&r, LIMIT_MS) == 0);
		run_free(&r);
	}
	took_ms = jail_now_ms() - begun_ms;
	many_end(m);
	return (took_ms);
}

static void
bench(struct jail *base)
{
	static const size_t counts[] = { 1, 10, 100, 1000 };
	int64_t one_ms, turn_ms = 0;
	struct many m;
	size_t i, n;

	many_init(&m, base);
	printf("%6s %18s %18s %8s\n", "jails", "at once, s", "in turn, s",
	    "ratio");
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		n = counts[i];
		one_ms = at_once(&m, n);
		if (n <= SERIAL_MAX)
			turn_ms = in_turn(&m, n);
		else
			turn_ms = turn_ms * (int64_t)n / SERIAL_MAX;
		printf("%6zu %18.2f %17.2f%c %8.1f\n", n,
		    (double)one_ms / 1000, (double)turn_ms / 1000,
		    n <= SERIAL_MAX ? ' ' : '*',
		    (double)turn_ms / (double)one_ms);
		(void)fflush(stdout);
	}
	printf("* extrapolated from %d\n", SERIAL_MAX);
}

int
main(void)
{
	struct jail base;
	int r;

	r = jail_new(&base) == 0 ? many_inside(&base, bench) : MANY_BAD;
	if (jail_free(&base) == -1)
		r = MANY_BAD;
	return (r);
}
