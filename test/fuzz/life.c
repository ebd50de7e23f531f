/* SPDX-License-Identifier: BSD-2-Clause */
/* Any events at any time, forwards or backwards: what life.h promises of a
 * jail's life holds. */
#include <string.h>

#include "fuzz.h"
#include "core/life.h"

#define LARGEST_MS	((int64_t)REQUEST_SECONDS_MAX * 1000)

/* These are done once in a life at the most. */
#define ONCE	(LIFE_DO_END_RC | LIFE_DO_KILL_RC | LIFE_DO_RUN_SHUTDOWN | \
		LIFE_DO_TERM_ALL | LIFE_DO_TERM_OTHERS | LIFE_DO_KILL_ALL)

static int64_t
take_limit(struct input *in)
{
	int64_t n = take_number(in);

	return (n < 0 ? 0 : n % (LARGEST_MS + 1));
}

/* The latest end of what is asked for now. */
static int64_t
promise(const struct life_limits *l, int64_t budget_ms, int64_t now_ms)
{
	int64_t sum = l->shutdown_ms + l->term_ms + l->kill_ms, end;

	if (budget_ms == REQUEST_NO_BUDGET)
		budget_ms = l->budget_ms;
	if (budget_ms == REQUEST_NO_BUDGET || budget_ms > sum)
		budget_ms = sum;
	return (__builtin_add_overflow(now_ms, budget_ms, &end) ?
	    LIFE_NEVER_MS - 1 : min_ms(end, LIFE_NEVER_MS - 1));
}

static bool
halts(enum request_verb verb)
{
	return (verb == REQUEST_HALT || verb == REQUEST_POWEROFF ||
	    verb == REQUEST_EXIT);
}

/* Nobody has asked for the end. */
static void
is_endless(const struct life *l)
{
	int s;

	MUST(l->stage <= LIFE_RUN);
	for (s = 0; s < LIFE_STAGES; s++)
		MUST(l->at_ms[s] == LIFE_NEVER_MS);
	MUST(life_due_ms(l) == LIFE_NEVER_MS);
	MUST(life_end_ms(l) == LIFE_NEVER_MS);
}

static void
is_ending(const struct life *l, int64_t now_ms)
{
	int s;

	MUST(l->stage != LIFE_RUN);
	MUST(life_end_ms(l) < LIFE_NEVER_MS);
	MUST(life_end_ms(l) == l->at_ms[LIFE_KILL]);
	if (now_ms >= life_end_ms(l))
		MUST(l->stage == LIFE_GONE);
	if (l->stage == LIFE_GONE) {
		MUST(life_due_ms(l) == LIFE_NEVER_MS);
		return;
	}
	MUST(life_due_ms(l) == l->at_ms[l->stage]);
	MUST(life_due_ms(l) > now_ms);
	MUST(life_due_ms(l) <= life_end_ms(l));
	for (s = LIFE_SHUTDOWN; s < LIFE_KILL; s++)
		if (l->stage <= (enum life_stage)s)
			MUST(l->at_ms[s] <= l->at_ms[s + 1]);
}

static void
is_later(const struct life *l, const struct life *was)
{
	int s;

	MUST(l->stage >= was->stage && l->stage <= LIFE_GONE);
	MUST((l->forced & was->forced) == was->forced);
	MUST(was->verb == REQUEST_NONE || l->verb != REQUEST_NONE);
	MUST(!halts(was->verb) || halts(l->verb));
	MUST(was->verb != REQUEST_EXIT || l->verb == REQUEST_EXIT);
	MUST(l->verb == REQUEST_EXIT || l->status == 0);
	for (s = 0; s < LIFE_STAGES; s++)
		MUST(l->at_ms[s] <= was->at_ms[s]);
}

static void
step(struct life *l, struct input *in, int64_t *now_ms, unsigned *done)
{
	enum life_event event = (enum life_event)(take(in) % 6);
	struct request rq = { (enum request_verb)(1 + take(in) % 4), 0, 0,
	    "", REQUEST_NO_ID };
	const struct life was = *l;
	unsigned actions;

	if (rq.verb == REQUEST_EXIT)
		rq.status = take(in);
	rq.budget_ms = take_number(in);
	if (rq.budget_ms < 0)
		rq.budget_ms = REQUEST_NO_BUDGET;
	if (take(in) % 4 == 0)
		*now_ms = take_number(in);
	else if (*now_ms < INT64_MAX - LARGEST_MS)
		*now_ms += take_limit(in);
	actions = life_step(l, event, event == LIFE_REQUEST ? &rq : NULL,
	    *now_ms);
	is_later(l, &was);
	if (l->verb == REQUEST_NONE)
		is_endless(l);
	else
		is_ending(l, *now_ms);
	if (event == LIFE_REQUEST) {
		MUST(l->verb != REQUEST_NONE);
		MUST(!halts(rq.verb) || halts(l->verb));
		MUST(rq.verb != REQUEST_EXIT || (l->verb == REQUEST_EXIT &&
		    l->status == rq.status));
		MUST(life_end_ms(l) <=
		    promise(&l->limits, rq.budget_ms, *now_ms));
	} else if (was.verb == REQUEST_NONE && l->verb != REQUEST_NONE)
		MUST(life_end_ms(l) <= promise(&l->limits,
		    REQUEST_NO_BUDGET, *now_ms));
	MUST((actions & (l->command ? LIFE_DO_TERM_ALL :
	    LIFE_DO_TERM_OTHERS)) == 0);
	if (event != LIFE_REQUEST)
		MUST(l->status == was.status);
	MUST((actions & *done & ONCE) == 0);
	*done |= actions;
	MUST(l->stage < LIFE_TERM ||
	    (*done & (LIFE_DO_TERM_ALL | LIFE_DO_TERM_OTHERS)) != 0);
	MUST((l->stage == LIFE_KILL) <= ((*done & LIFE_DO_KILL_ALL) != 0));
	MUST(*life_stage_name(l->stage) != '?');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	uint8_t how = take(&in);
	struct life_limits limits;
	struct life l;
	unsigned done = 0;
	int64_t now_ms = 0;

	limits.shutdown_ms = take_limit(&in);
	limits.term_ms = take_limit(&in);
	limits.kill_ms = take_limit(&in);
	limits.budget_ms = (how & 4) != 0 ? REQUEST_NO_BUDGET :
	    take_limit(&in);
	life_init(&l, &limits, (how & 1) != 0, (how & 2) != 0);
	is_endless(&l);
	while (in.left > 0)
		step(&l, &in, &now_ms, &done);
	/* Whatever was, once asked the jail is gone when its time is up. */
	if (l.verb != REQUEST_NONE) {
		(void)life_step(&l, LIFE_TICK, NULL, life_end_ms(&l));
		MUST(l.stage == LIFE_GONE);
	}
	return (0);
}
