/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables: every peer in turn, round by round; medians, quartiles, and ratios
 * to the floor of the same round.  Prints, and writes NAME.tsv. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

/* Who takes long is not measured more often than that. */
#define SLOW_ROUNDS	2

struct row {
	const struct peer *p;
	bool failed;
	int n;
	double v[BENCH_COLS][BENCH_ROUNDS];
};

static struct row rows[BENCH_PEERS];

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return ((x > y) - (x < y));
}

double
quantile(double *v, int n, double q)
{
	double at = q * (n - 1);
	int i = (int)at;

	if (n == 0)
		return (0);
	qsort(v, (size_t)n, sizeof(*v), compare);
	return (i + 1 < n ? v[i] + (at - i) * (v[i + 1] - v[i]) : v[i]);
}

double
median(double *v, int n)
{
	return (quantile(v, n, 0.5));
}

/* BENCH_ONLY, names with commas. */
static bool
is_chosen(const struct table *t, const struct peer *p)
{
	const char *only = getenv("BENCH_ONLY");

	return ((t->any == 0 || (p->flags & t->any) != 0) &&
	    (p->flags & t->none) == 0 &&
	    (only == NULL || *only == '\0' || strstr(only, p->name) != NULL));
}

static int
rows_choose(const struct table *t)
{
	const struct peer *p;
	int n = 0;

	for (p = peers; p->name != NULL; p++) {
		if (!is_chosen(t, p) || !peer_here(p))
			continue;
		memset(&rows[n], 0, sizeof(rows[n]));
		rows[n++].p = p;
	}
	return (n);
}

static void
row_measure(const struct table *t, struct row *r)
{
	double out[BENCH_COLS] = { 0 };
	int c;

	if (r->failed || (t->slow > 0 && r->n == SLOW_ROUNDS &&
	    r->v[0][0] > t->slow))
		return;
	if (!t->measure(r->p, t->arg, out)) {
		printf("skipped: %s: %s: it does not do it here\n", t->file,
		    r->p->name);
		skipped++;
		r->failed = true;
		return;
	}
	for (c = 0; c < BENCH_COLS; c++)
		r->v[c][r->n] = out[c];
	r->n++;
}

/* The median of the rounds' ratios; before anything is sorted. */
static double
ratio(const struct table *t, const struct row *r, int n)
{
	static double v[BENCH_ROUNDS];
	const struct row *floor = NULL;
	int i;

	for (i = 0; i < n; i++)
		if (t->floor != NULL && strcmp(rows[i].p->name, t->floor) == 0)
			floor = &rows[i];
	if (floor == NULL || floor->n < r->n || r->n == 0)
		return (NAN);
	for (i = 0; i < r->n; i++)
		v[i] = floor->v[0][i] == 0 ? NAN :
		    r->v[0][i] / floor->v[0][i];
	return (median(v, r->n));
}

static void
row_print(const struct table *t, struct row *r, double ratio_is, FILE *f)
{
	double q1 = quantile(r->v[0], r->n, 0.25);
	double mid = median(r->v[0], r->n);
	double q3 = quantile(r->v[0], r->n, 0.75);
	int c;

	printf("%-18s %13.6g %11.6g %11.6g", r->p->name, mid, q1, q3);
	if (t->floor != NULL)
		printf(" %9.3f", ratio_is);
	for (c = 1; c < BENCH_COLS && t->col[c] != NULL; c++)
		printf(" %14.6g", median(r->v[c], r->n));
	printf("\n");
	if (f != NULL)
		fprintf(f, "%s\t%g\t%g\t%g\t%g\n", r->p->name, mid, q1, q3,
		    ratio_is);
}

FILE *
tsv_open(const char *name, const char *title, const char *unit)
{
	char path[PATH_MAX];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s.tsv", getenv("BENCH_DIR"),
	    name);
	f = file_open(path, "we");
	fprintf(f, "# %s\t%s\n", title, unit);
	return (f);
}

void
table_run(const struct table *t)
{
	static double ratios[BENCH_PEERS];
	int c, i, k, n = rows_choose(t);
	FILE *f = tsv_open(t->file, t->title, t->col[0]);

	MUST(t->rounds > 0 && t->rounds <= BENCH_ROUNDS);
	for (k = 0; k < t->rounds; k++)
		for (i = 0; i < n; i++)
			row_measure(t, &rows[i]);
	printf("\n%s (%d rounds)\n%-18s %13s %11s %11s", t->title, t->rounds,
	    "process 1", t->col[0], "quartile 1", "quartile 3");
	if (t->floor != NULL)
		printf(" %9s", "x floor");
	for (c = 1; c < BENCH_COLS && t->col[c] != NULL; c++)
		printf(" %14s", t->col[c]);
	printf("\n");
	for (i = 0; i < n; i++)
		ratios[i] = ratio(t, &rows[i], n);
	for (i = 0; i < n; i++)
		if (rows[i].n > 0)
			row_print(t, &rows[i], ratios[i], f);
	MUST(fclose(f) == 0);
	(void)fflush(stdout);
}
