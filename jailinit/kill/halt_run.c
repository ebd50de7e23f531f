/* SPDX-License-Identifier: BSD-2-Clause */
/* Halts jails side by side: waits, takes each event, steps, acts.  Touches
 * standard error, and what halt_do.h does. */
#include <err.h>

#include "core/ms.h"
#include "lib/clock.h"

#include "halt_do.h"
#include "halt_run.h"
#include "jail_watch.h"
#include "say.h"
#include "screen.h"

#define EVENTS_MAX	64

/* Steps jail i, and does what halt says; what happens then is the next event.
 * When a jail was reported, another group may have its turn.
 * A visitor says the name of a jail first, so the stage ASKING is said when
 * the name has come. */
static void
step(struct halt_do *d, size_t i, enum halt_event event)
{
	const struct halt_jail *h = &d->all.jails[i];
	struct halt *halt;
	enum halt_stage from;
	unsigned actions;
	size_t in;

	if (halt_do_is_over(d, i))
		return;
	halt = halt_of(&d->all, i, &in);
	do {
		from = h->stage;
		if (from == HALT_WAITING && !halt_admit(&d->all, i, &event))
			return;
		actions = halt_step(halt, in, event, clock_ms());
		halt_room_share(&d->all);
		d->all.list[i].stages |= 1U << h->stage;
		if (h->stage != from && h->stage != HALT_ASKING &&
		    !d->all.list[i].unsure)
			say_stage(&d->all.list[i], h);
		event = halt_do(d, i, actions);
	} while (event != HALT_TICK);
}

/* Takes what has happened to the jail of a tag. */
static void
happened(struct halt_do *d, uint64_t tag)
{
	size_t i = (size_t)(tag / HALT_TAGS);
	bool more = true;

	if (halt_do_is_over(d, i))
		return;
	switch ((enum halt_tag)(tag % HALT_TAGS)) {
	case HALT_TAG_JAIL:
		step(d, i, halt_do_look(d, i, tag));
		break;
	case HALT_TAG_VISIT:
		while (more)
			step(d, i, halt_do_hear(d, i, &more));
		break;
	case HALT_TAG_CHILD:
		halt_term_take(&d->term, i);
		break;
	case HALT_TAGS:
		break;
	}
}

/* Takes what is due by time. */
static void
time_passed(struct halt_do *d)
{
	int64_t now = clock_ms();
	bool due[HALT_SIDES] = { now >= halt_side_due(&d->all, HALT_OWN),
	    now >= halt_side_due(&d->all, HALT_OTHERS) };
	size_t i;

	for (i = d->all.begin; i < d->all.end; i++)
		if (due[halt_side(&d->all, i)])
			step(d, i, HALT_TICK);
	halt_kill_late(&d->kill);
	for (i = 0; (i = halt_visit_next(&d->visit, i)) < d->all.n; i++)
		step(d, i, halt_visit_send(&d->visit, i));
	for (i = 0; i < d->all.n; i++)
		halt_do_late(d, i);
}

static int64_t
wait_ms(const struct halt_do *d)
{
	int64_t due, now = clock_ms();
	size_t i;

	due = min_ms(halt_side_due(&d->all, HALT_OWN),
	    halt_side_due(&d->all, HALT_OTHERS));
	due = min_ms(due, halt_kill_due(&d->kill));
	for (i = 0; i < d->all.n; i++)
		due = min_ms(due, halt_do_due(d, i));
	if (screen_is_live())
		due = min_ms(due, now + SCREEN_EVERY_MS);
	return (due == HALT_NEVER_MS ? -1 : due <= now ? 0 : due - now);
}

static void
show(const struct halt_do *d)
{
	say_live(d->all.list, d->all.jails, d->all.n,
	    d->all.halts[HALT_OWN].active + d->all.halts[HALT_OTHERS].active,
	    clock_ms());
}

int
halt_run(struct target *list, size_t n, enum request_verb verb,
    int64_t limit_ms, bool listening)
{
	struct halt_do d;
	uint64_t tags[EVENTS_MAX];
	int k, got;

	halt_do_init(&d, list, n, verb, limit_ms, listening);
	for (;;) {
		time_passed(&d);
		show(&d);
		if (d.left == 0)
			break;
		got = jail_watch_wait(d.all.watch_fd, tags, EVENTS_MAX,
		    wait_ms(&d));
		for (k = 0; k < got; k++)
			happened(&d, tags[k]);
	}
	if (d.unasked > 0)
		warnx("%zu jails were not asked: too many others do not "
		    "answer", d.unasked);
	halt_do_free(&d);
	return (d.outcome);
}
