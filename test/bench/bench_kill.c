/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long it takes to end 1, 10, 100 and 1,000 jails, each of which needs
 * 0.2 s in its rc.shutdown: by one jailkill -h -a, and by one jailkill -h
 * after another; what a jail costs it; and how long jailkill -l and -J take.
 * For root; environment as in test/live/jail.h and many.h, BENCH_JAILS for the
 * most jails, BENCH_DIR for kill.tsv.
 */
#include <sys/resource.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "many.h"

/* More than so many are not ended one by one: what the last ones took is
 * taken times so many more. */
#define SERIAL_MAX	100

#define LIMIT_MS	600000
#define SHUTDOWN_S	"0.2"
#define LOOK_MS		5
#define LISTS		5
#define COUNTS		4

struct cost {
	int64_t took_ms, cpu_us;
	long peak_kib;
	int fds;		/* the most at once */
};

static void
start(struct many *m, size_t n)
{
	static const struct many_how how = { .shutdown = "sleep " SHUTDOWN_S };

	many_start_n(m, &how, n);
	many_wait_run(m);
}

static int64_t
children_us(void)
{
	struct rusage ru;

	MUST(getrusage(RUSAGE_CHILDREN, &ru) == 0);
	return ((ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000000L +
	    ru.ru_utime.tv_usec + ru.ru_stime.tv_usec);
}

/* Looks at it while it runs. */
static void
watch(struct cost *c, pid_t pid)
{
	long kib;
	int n, state;

	while ((state = proc_state(pid)) > 0 && state != 'Z') {
		n = proc_fds(pid);
		kib = proc_figure(pid, "VmHWM");
		c->fds = n > c->fds ? n : c->fds;
		c->peak_kib = kib > c->peak_kib ? kib : c->peak_kib;
		jail_sleep_ms(LOOK_MS);
	}
}

static int64_t
list_ms(const char *how)
{
	int64_t ms[LISTS];
	struct run r;
	int i;

	for (i = 0; i < LISTS; i++) {
		MUST(run_kill(&r, how, NULL) == 0);
		ms[i] = r.took_ms;
		run_free(&r);
	}
	return (jail_median(ms, LISTS));
}

static void
at_once(struct many *m, size_t n, struct cost *c)
{
	struct run r;
	size_t i;

	memset(c, 0, sizeof(*c));
	start(m, n);
	printf("%6zu jails: -l in %d ms, -J in %d ms\n", n,
	    (int)list_ms("-l"), (int)list_ms("-J"));
	c->cpu_us = children_us();
	run_begin(&r, NULL, "-h", "-a", "-t", "120", NULL);
	watch(c, r.pid);
	MUST(run_end(&r, LIMIT_MS) == 0);
	c->cpu_us = children_us() - c->cpu_us;
	c->took_ms = r.took_ms;
	run_free(&r);
	for (i = m->first; i < m->n; i++)
		MUST(many_gone(&m->list[i]));
	many_end(m);
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

/* took = fixed + each * n, by least squares. */
static void
fit(const size_t *n, const struct cost *c, int k)
{
	double sn = 0, st = 0, snn = 0, snt = 0, each, fixed, off, worst = 0;
	int i;

	for (i = 0; i < k; i++) {
		sn += (double)n[i];
		st += (double)c[i].took_ms;
		snn += (double)n[i] * (double)n[i];
		snt += (double)n[i] * (double)c[i].took_ms;
	}
	if (k < 3)
		return;
	each = (k * snt - sn * st) / (k * snn - sn * sn);
	fixed = (st - each * sn) / k;
	for (i = 0; i < k; i++) {
		off = fixed + each * (double)n[i] - (double)c[i].took_ms;
		off = off < 0 ? -off : off;
		worst = off > worst ? off : worst;
	}
	printf("fitted: %.0f ms + %.3f ms a jail; at most %.0f ms off\n", fixed,
	    each, worst);
}

static void
tsv_write(const size_t *n, const struct cost *c, int k)
{
	const char *dir = getenv("BENCH_DIR");
	char path[PATH_MAX];
	FILE *f;
	int i;

	if (dir == NULL)
		return;
	(void)snprintf(path, sizeof(path), "%s/kill.tsv", dir);
	f = fopen(path, "we");
	MUST(f != NULL);
	fprintf(f, "# jailkill -h -a, 0.2 s a jail\tms\n");
	for (i = 0; i < k; i++)
		fprintf(f, "%zu jails\t%lld\t%lld\t%lld\t0\n", n[i],
		    (long long)c[i].took_ms, (long long)c[i].took_ms,
		    (long long)c[i].took_ms);
	MUST(fclose(f) == 0);
}

static void
bench(struct jail *base)
{
	static const size_t counts[COUNTS] = { 1, 10, 100, 1000 };
	const char *most = getenv("BENCH_JAILS");
	struct cost c[COUNTS];
	int64_t turn_ms[COUNTS] = { 0 };
	struct many m;
	size_t n;
	int i, k = 0;

	many_init(&m, base);
	for (i = 0; i < COUNTS; i++) {
		n = counts[i];
		if (most != NULL && (long)n > strtol(most, NULL, 10))
			break;
		at_once(&m, n, &c[i]);
		turn_ms[i] = n <= SERIAL_MAX ? in_turn(&m, n) :
		    turn_ms[i - 1] * (int64_t)(n / counts[i - 1]);
		k++;
	}
	printf("\n%6s %11s %11s %8s %10s %8s %6s\n", "jails", "at once, s",
	    "in turn, s", "ratio", "CPU ms/jail", "KiB peak", "fds");
	for (i = 0; i < k; i++)
		printf("%6zu %11.2f %10.2f%c %8.1f %10.3f %8ld %6d\n",
		    counts[i], (double)c[i].took_ms / 1000,
		    (double)turn_ms[i] / 1000,
		    counts[i] <= SERIAL_MAX ? ' ' : '*',
		    (double)turn_ms[i] / (double)c[i].took_ms,
		    (double)c[i].cpu_us / 1000 / (double)counts[i],
		    c[i].peak_kib, c[i].fds);
	printf("* extrapolated from %d\n", SERIAL_MAX);
	fit(counts, c, k);
	tsv_write(counts, c, k);
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
