/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks jails.  Touches children, by visit.h. */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "halt_visit.h"
#include "jail_watch.h"
#include "screen.h"

/* Limits of visitors without an answer, of each side.  A jail can hold a
 * visitor even after its SIGKILL; a jail beyond the limit is signalled
 * instead. */
static const size_t unanswered_max[HALT_SIDES] = { 200, 16 };

/* The status of a jail that was asked is read this many times while it ends,
 * the last time shortly before it gets KILL. */
#define LOOKS	11

struct visited {
	bool wanted;
	bool sent;		/* and has no answer yet */
};

void
halt_visit_init(struct halt_visit *v, struct halt_all *all,
    enum request_verb verb)
{
	*v = (struct halt_visit){ .all = all, .verb = verb };
	v->jails = calloc(all->n + 1, sizeof(*v->jails));
	if (v->jails == NULL)
		err(EX_OSERR, "%zu jails", all->n);
}

void
halt_visit_free(struct halt_visit *v)
{
	free(v->jails);
}

void
halt_visit_want(struct halt_visit *v, size_t i, bool want)
{
	v->jails[i].wanted = want;
}

bool
halt_visit_is_wanted(const struct halt_visit *v, size_t i)
{
	return (v->jails[i].wanted);
}

size_t
halt_visit_next(const struct halt_visit *v, size_t i)
{
	size_t hung = visit_hung();
	enum halt_side side;

	for (; i < v->all->n; i++) {
		side = halt_side(v->all, i);
		if (v->jails[i].wanted &&
		    v->unanswered[side] + hung < unanswered_max[side])
			break;
	}
	return (i);
}

/* Of the time that the jail has until KILL. */
static int64_t
status_every_ms(const struct halt_jail *h)
{
	int64_t ms = (h->kill_ms - h->begun_ms) / LOOKS;

	return (screen_is_live() && ms > SCREEN_EVERY_MS ? SCREEN_EVERY_MS :
	    ms);
}

/* The line begins with a newline, as another writer may have left a line
 * without one. */
enum halt_event
halt_visit_send(struct halt_visit *v, size_t i)
{
	struct target *t = &v->all->list[i];
	struct visit_order order = { .follow = true };
	char line[32];
	size_t in;
	const struct halt *h = halt_of(v->all, i, &in);

	v->jails[i].wanted = false;
	(void)snprintf(line, sizeof(line), "\n%s %" PRId64 "\n",
	    request_name(v->verb), halt_budget_s(h, in));
	order.line = line;
	order.reboot = v->verb == REQUEST_REBOOT;
	order.every_ms = status_every_ms(&h->jails[in]);
	if (visit_start(&t->visit, &t->jail, &order) == 0 &&
	    jail_watch_fd(v->all->watch_fd, t->visit.fd,
	    halt_tag(i, HALT_TAG_VISIT)) == 0) {
		v->jails[i].sent = true;
		v->unanswered[halt_side(v->all, i)]++;
		return (HALT_TICK);
	}
	/* EAGAIN is our own limit, fork(2). */
	t->refused = errno == EAGAIN ? EDQUOT : errno;
	visit_end(&t->visit);
	return (HALT_REFUSED);
}

void
halt_visit_answered(struct halt_visit *v, size_t i)
{
	v->unanswered[halt_side(v->all, i)] -= v->jails[i].sent;
	v->jails[i].sent = false;
}

void
halt_visit_end(struct halt_visit *v, size_t i)
{
	halt_visit_answered(v, i);
	visit_end(&v->all->list[i].visit);
}
