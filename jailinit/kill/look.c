/* SPDX-License-Identifier: BSD-2-Clause */
/* Looks at many jails.  Touches standard error and, by visit.h, children. */
#include <err.h>
#include <errno.h>
#include <poll.h>

#include "lib/clock.h"

#include "jail_inside.h"
#include "look.h"

/* 16 workers look at up to 32 jails each.  A worker that says nothing for 100
 * ms counts as held, and another takes its remaining jails. */
#define WORKERS		16
#define PIECE		32
#define QUIET_MS	100

/* Limits of workers, held ones included, at other users' jails and at all.  A
 * jail can hold a worker for ever, even after its SIGKILL. */
#define OTHERS_MAX	16
#define TEAM_MAX	64

/* A visitor that looks at list[at..end).  What it says counts from begin. */
struct worker {
	struct visit visit;
	size_t begin, at, end;
	int64_t heard_ms;
	bool own, held;
};

struct look {
	struct target *list;
	size_t n;
	const struct visit_order *order;
	size_t next[2];		/* at others' jails, at own ones: all before
				 * it are given to a worker */
	size_t team_n, held, others;	/* workers; held; at others' jails */
	struct worker team[TEAM_MAX];
};

/* Of descriptors, processes or memory. */
static bool
is_shortage(int error)
{
	return (error == EMFILE || error == ENFILE || error == EAGAIN ||
	    error == ENOMEM);
}

/* Sends it to as many jails as one worker may look at. */
static int
worker_send(const struct look *l, struct worker *w)
{
	struct jail jails[PIECE];
	size_t i, max;

	max = jail_inside_stays && l->order->line == NULL ? PIECE : 1;
	w->end = w->begin;
	for (i = 0; i < max && w->end < l->n && !l->list[w->end].given &&
	    target_is_own(&l->list[w->end]) == w->own; i++)
		jails[i] = l->list[w->end++].jail;
	return (visit_start_many(&w->visit, jails, i, l->order));
}

static bool
may_start(const struct look *l, bool own)
{
	size_t hung = visit_hung();

	return (own ? l->team_n + hung < TEAM_MAX :
	    l->others + hung < OTHERS_MAX && l->team_n < TEAM_MAX);
}

/* Where the next piece begins, first of the caller's own jails.  False: there
 * is none, or no worker may start now. */
static bool
piece_find(struct look *l, size_t *at)
{
	int own;

	for (own = 1; own >= 0; own--) {
		size_t *next = &l->next[own];

		while (*next < l->n && (l->list[*next].given ||
		    target_is_own(&l->list[*next]) != own))
			(*next)++;
		*at = *next;
		if (*next < l->n && may_start(l, own))
			return (l->team_n - l->held < WORKERS);
	}
	return (false);
}

/* Starts a worker for the next piece; false: not now. */
static bool
worker_start(struct look *l)
{
	struct worker *w = &l->team[l->team_n];
	int error = 0;
	size_t at, i;

	if (!piece_find(l, &at))
		return (false);
	*w = (struct worker){ .begin = at, .at = at,
	    .own = target_is_own(&l->list[at]), .heard_ms = clock_ms() };
	if (worker_send(l, w) == -1) {
		error = errno;
		if (l->team_n > 0 && is_shortage(error))
			return (false);
		if (error == EAGAIN)
			error = EDQUOT;		/* our own limit, fork(2) */
	} else {
		l->others += !w->own;
		l->team_n++;
	}
	for (i = w->begin; i < w->end; i++) {
		l->list[i].given = true;
		l->list[i].refused = error;
	}
	return (true);
}

/* Gives the jails that it has not come to back, for another. */
static void
worker_cut(struct look *l, struct worker *w)
{
	size_t i;

	for (i = w->at + 1; i < w->end; i++) {
		l->list[i].given = false;
		if (i < l->next[w->own])
			l->next[w->own] = i;
	}
	if (w->end > w->at)
		w->end = w->at + 1;
}

static void
worker_end(struct look *l, struct worker *w)
{
	worker_cut(l, w);
	visit_end(&w->visit);
	l->others -= !w->own;
	l->held -= w->held;
	*w = l->team[--l->team_n];
}

/* False when it has ended or has nothing left to do. */
static bool
worker_hear(struct look *l, struct worker *w)
{
	struct visit_word word;
	int r;

	while ((r = visit_hear(&w->visit, &word)) == 1) {
		if (word.which != w->at - w->begin || w->at >= w->end)
			continue;
		w->heard_ms = clock_ms();
		target_hear(&l->list[w->at], &word);
		w->at += word.kind == VISIT_LOOKED;
	}
	return (r == 0 && w->at < w->end);
}

/* Finds the workers that have been quiet for too long.  Returns for how long
 * to wait for the others, at most left_ms. */
static int64_t
quiet_find(struct look *l, int64_t left_ms)
{
	int64_t now = clock_ms(), quiet_ms;
	struct worker *w;

	for (w = l->team; w < l->team + l->team_n; w++) {
		quiet_ms = now - w->heard_ms;
		if (!w->held && quiet_ms >= QUIET_MS) {
			w->held = true;
			l->held++;
			worker_cut(l, w);
		} else if (!w->held && QUIET_MS - quiet_ms < left_ms)
			left_ms = QUIET_MS - quiet_ms;
	}
	return (left_ms);
}

/* Backwards, as the last worker takes the place of one that ends. */
static void
team_wait(struct look *l, int64_t left_ms)
{
	struct pollfd p[TEAM_MAX];
	size_t i;

	for (i = 0; i < l->team_n; i++)
		p[i] = (struct pollfd){ l->team[i].visit.fd, POLLIN, 0 };
	(void)poll(p, (nfds_t)l->team_n, (int)left_ms);
	for (i = l->team_n; i-- > 0;)
		if (p[i].revents != 0 && !worker_hear(l, &l->team[i]))
			worker_end(l, &l->team[i]);
}

static void
look_begin(struct look *l)
{
	size_t i;

	jail_inside_init();
	for (i = 0; i < l->n; i++) {
		l->list[i].given = l->list[i].looked = false;
		l->list[i].refused = 0;
	}
}

/* A jail that a worker took and did not finish has had its time. */
static void
look_finish(const struct look *l)
{
	struct target *t;
	size_t left = 0;

	for (t = l->list; t < l->list + l->n; t++) {
		if (!t->given)
			left++;
		if (!t->looked && t->refused == 0)
			t->refused = t->given ? ETIMEDOUT : EBUSY;
	}
	if (left > 0)
		warnx("%zu jails were not looked at: too many others do not "
		    "answer", left);
}

void
look_at(struct target *list, size_t n, const struct visit_order *order,
    int64_t limit_ms)
{
	struct look l = { .list = list, .n = n, .order = order };
	int64_t left, end_ms = clock_ms() + limit_ms;

	look_begin(&l);
	while ((left = end_ms - clock_ms()) > 0) {
		left = quiet_find(&l, left);
		while (worker_start(&l))
			continue;
		if (l.team_n == 0)
			break;
		team_wait(&l, left);
	}
	while (l.team_n > 0)
		worker_end(&l, &l.team[0]);
	look_finish(&l);
}
