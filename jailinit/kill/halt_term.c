/* SPDX-License-Identifier: BSD-2-Clause */
/* Sends TERM to jails.  Touches children, by jail_signal.h, and by say.h
 * standard output. */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sysexits.h>

#include "core/ms.h"
#include "lib/clock.h"

#include "halt_term.h"
#include "jail_kept.h"
#include "jail_signal.h"
#include "jail_watch.h"
#include "say.h"

/* This many jails of each side are entered at once; each takes two processes
 * for a moment. */
#define INSIDE_MAX	64

/* A child is ended after this time. */
#define INSIDE_MS	6000

struct termed {
	struct jail_child child;	/* fd -1: there is none */
	int64_t look_ms, end_ms;
	bool wanted;
};

void
halt_term_init(struct halt_term *t, const struct halt_all *all)
{
	size_t i;

	*t = (struct halt_term){ .all = all };
	t->jails = calloc(all->n + 1, sizeof(*t->jails));
	if (t->jails == NULL)
		err(EX_OSERR, "%zu jails", all->n);
	for (i = 0; i < all->n; i++)
		t->jails[i].child.fd = -1;
}

void
halt_term_free(struct halt_term *t)
{
	free(t->jails);
}

/* A jail that is ending lets nobody in, which needs no words. */
static void
not_entered(const struct halt_term *t, size_t i, int error)
{
	if (error != ESRCH && !jail_is_ending(&t->all->list[i].jail))
		say_not_entered(&t->all->list[i], error);
}

static void
child_start(struct halt_term *t, size_t i)
{
	static const int sigs[] = { SIGTERM, SIGCONT, 0 };
	struct termed *o = &t->jails[i];

	o->wanted = false;
	if (jail_signal_all(&t->all->list[i].jail, sigs, false,
	    &o->child) == -1) {
		not_entered(t, i, errno);
		o->child.fd = -1;
		return;
	}
	t->inside[halt_side(t->all, i)]++;
	o->look_ms = clock_ms() + JAIL_CHILD_MS;
	o->end_ms = clock_ms() + INSIDE_MS;
	(void)jail_watch_child(t->all->watch_fd, &o->child,
	    halt_tag(i, HALT_TAG_CHILD));
}

/* Starts the children that wait and may enter now. */
static void
children_start(struct halt_term *t)
{
	size_t i;

	for (i = 0; i < t->all->n; i++)
		if (t->jails[i].wanted &&
		    t->inside[halt_side(t->all, i)] < INSIDE_MAX)
			child_start(t, i);
}

void
halt_term_start(struct halt_term *t, size_t i)
{
	t->jails[i].wanted = true;
	children_start(t);
}

/* The outcome, 0 or an errno; -1: there is no child, or it still runs. */
static int
child_end(struct halt_term *t, size_t i, bool force)
{
	struct termed *o = &t->jails[i];
	int r = o->child.fd == -1 ? -1 : jail_child_end(&o->child, force);

	if (r != -1) {
		o->child.fd = -1;
		t->inside[halt_side(t->all, i)]--;
	}
	return (r);
}

void
halt_term_take(struct halt_term *t, size_t i)
{
	int r = child_end(t, i, clock_ms() >= t->jails[i].end_ms);

	t->jails[i].look_ms = clock_ms() + JAIL_CHILD_MS;
	if (r > 0)
		not_entered(t, i, r);
	children_start(t);
}

int64_t
halt_term_due(const struct halt_term *t, size_t i)
{
	return (t->jails[i].child.fd == -1 ? HALT_NEVER_MS :
	    min_ms(t->jails[i].look_ms, t->jails[i].end_ms));
}

void
halt_term_end(struct halt_term *t, size_t i)
{
	t->jails[i].wanted = false;
	(void)child_end(t, i, true);
}
