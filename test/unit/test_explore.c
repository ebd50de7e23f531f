/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of a jail, explored: every sequence of events and times, and what
 * is promised of each step.
 *
 * Nothing is lost.  A life holds no clock, so that each event can be tried in
 * each state at each time of a window: forwards, backwards, or standing
 * still.  Before the first request it holds no time either: take that one to
 * be made where the window begins, and no time that is held from then on is
 * later than the limits' sum after it, which the window is longer than.  Any
 * later time does what the window's last does, as both are after all that is
 * held.
 *
 * What a state leaves out is what a life does not look at any more; that it
 * does not is tried at each step.
 *
 * The limits are a few milliseconds, and the window has each of them; or they
 * are long, all times are multiples of one, and the window has these, and the
 * last millisecond before each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "explore.h"
#include "core/life.h"

#define SIZEOF(a)	(sizeof(a) / sizeof((a)[0]))
#define BUDGETS		3
#define ASKS		5
#define REQUESTS	(ASKS * BUDGETS)
#define EVENTS		(5 + REQUESTS)
#define BIT(s)		(1U << (s))

static const struct world {
	struct life_limits limits;
	int64_t base_ms, step_ms;	/* the window's begin, and its times */
	int times;			/* two in each step */
	int64_t budget_ms[BUDGETS];
} worlds[] = {
	{ { 12, 6, 3, -1 }, 1000, 2, 22, { -1, 0, 10 } },
	/* three budgets, and -B */
	{ { 6, 3, 2, -1 }, -5, 2, 12, { -1, 7, 10 } },
	{ { 12, 6, 3, 17 }, 0, 2, 22, { -1, 30, 9 } },
	/* no time for some */
	{ { 0, 6, 3, -1 }, 0, 2, 10, { -1, 1, 8 } },
	{ { 6, 0, 0, 0 }, 0, 2, 8, { -1, 1, 3 } },
	/* where the clock ends, and where it begins */
	{ { 7, 4, 2, -1 }, INT64_MAX - 13, 2, 14, { -1, 0, 10 } },
	{ { 2, 10, 8, -1 }, INT64_MIN, 2, 22, { -1, 0, 10 } },
};
static const struct world *world;

/* What can be asked for. */
static const struct {
	enum request_verb verb;
	int status;
} ask[ASKS] = { { REQUEST_HALT, 0 }, { REQUEST_POWEROFF, 0 },
    { REQUEST_REBOOT, 0 }, { REQUEST_EXIT, 0 }, { REQUEST_EXIT, 3 } };

struct event {
	enum life_event event;
	struct request rq;
	int64_t now_ms;
};

static struct event
event_of(int move)
{
	int e = move % EVENTS, i = move / EVENTS, r = e - LIFE_REQUEST;
	struct event ev = { LIFE_TICK, { REQUEST_NONE, 0, 0, "",
	    REQUEST_NO_ID }, world->base_ms + i / 2 * world->step_ms +
	    (i % 2 == 0 ? 0 : world->step_ms - 1) };

	if (r < 0)
		return (ev);
	ev.event = LIFE_REQUEST;
	if (r >= REQUESTS) {
		ev.event = (enum life_event)(e - REQUESTS + 1);
	} else {
		ev.rq.verb = ask[r / BUDGETS].verb;
		ev.rq.status = ask[r / BUDGETS].status;
		ev.rq.budget_ms = world->budget_ms[r % BUDGETS];
	}
	return (ev);
}

static void
tell(int move)
{
	static const char *const name[] = { "tick", "request", "booted",
	    "command ended", "shutdown ended", "empty" };
	const struct event ev = event_of(move);

	printf("at %lld: %s", (long long)ev.now_ms, name[ev.event]);
	if (ev.event == LIFE_REQUEST)
		printf(" %s %d %lld", request_name(ev.rq.verb), ev.rq.status,
		    (long long)ev.rq.budget_ms);
	printf("\n");
}

static int64_t
least(int64_t a, int64_t b)
{
	return (b < a ? b : a);
}

static int64_t
budget(const struct life_limits *l, const struct event *ev)
{
	int64_t sum = l->shutdown_ms + l->term_ms + l->kill_ms;
	int64_t ms = ev->event == LIFE_REQUEST && ev->rq.budget_ms >= 0 ?
	    ev->rq.budget_ms : l->budget_ms;

	return (ms < 0 ? sum : least(ms, sum));
}

static int64_t
later(int64_t ms, int64_t by_ms)
{
	return (least(ms, LIFE_NEVER_MS - 1 - by_ms) + by_ms);
}

/* Whether the end is asked for for the first time. */
static bool
is_first(const struct life *was, const struct event *ev)
{
	return (was->verb == REQUEST_NONE && (ev->event == LIFE_REQUEST ||
	    (ev->event == LIFE_COMMAND_ENDED && was->stage == LIFE_RUN)));
}

/* How it ends from now on, and with which status. */
static enum request_verb
ends_by(const struct life *was, const struct event *ev, int *status)
{
	enum request_verb verb = is_first(was, ev) ? REQUEST_HALT : was->verb;

	*status = was->status;
	if (ev->event != LIFE_REQUEST)
		return (verb);
	if (ev->rq.verb == REQUEST_EXIT)
		*status = ev->rq.status;
	if (was->verb == REQUEST_EXIT || ev->rq.verb == REQUEST_EXIT)
		return (REQUEST_EXIT);
	return (was->verb == REQUEST_NONE || ev->rq.verb != REQUEST_REBOOT ?
	    ev->rq.verb : was->verb);
}

/* The stage that an event leads to if no time is short. */
static enum life_stage
leads_to(const struct life *was, const struct life *is, const struct event *ev)
{
	switch (was->stage) {
	case LIFE_BOOT:
		if (ev->event == LIFE_BOOTED)
			return (was->verb == REQUEST_NONE ? LIFE_RUN :
			    LIFE_SHUTDOWN);
		break;
	case LIFE_RUN:
		if (is_first(was, ev))
			return (LIFE_SHUTDOWN);
		break;
	case LIFE_SHUTDOWN:
		if (!is->command && !is->rc_shutdown)
			return (LIFE_TERM);
		break;
	default:
		if (ev->event == LIFE_EMPTY)
			return (LIFE_GONE);
		break;
	}
	return (was->stage);
}

#define HOLDS(condition, property) do {					\
	if (!(condition))						\
		return (property);					\
} while (0)

/* What holds for stages, actions and who is waited for. */
static const char *
broken_order(const struct life *was, const struct life *is,
    const struct event *ev, unsigned actions)
{
	enum life_stage to = leads_to(was, is, ev);
	bool ends = was->stage < LIFE_SHUTDOWN && is->stage > LIFE_RUN;
	unsigned forced = was->forced, due = 0;
	int s, status;

	HOLDS(is->stage >= was->stage, "the stage goes right");
	HOLDS(is->stage >= to, "an event is not lost");
	HOLDS(is->verb == ends_by(was, ev, &status) && is->status == status,
	    "a halt is no reboot, and a status stays");
	HOLDS(is->command == (was->command && ev->event != LIFE_COMMAND_ENDED),
	    "a command that has ended has");
	HOLDS(is->rc_shutdown ==
	    (was->rc_shutdown && ev->event != LIFE_SHUTDOWN_ENDED),
	    "an rc.shutdown that has ended has");
	for (s = (int)to; s < (int)is->stage; s++) {
		if (s == LIFE_RUN)
			continue;
		HOLDS(ev->now_ms >= is->at_ms[s] || (s == LIFE_SHUTDOWN &&
		    !is->command && !is->rc_shutdown), "no stage is cut short");
		if (s != LIFE_SHUTDOWN || was->stage == LIFE_SHUTDOWN)
			forced |= BIT(s);
	}
	HOLDS(is->forced == forced, "forced is what ran out of time, for ever");
	if (was->stage == LIFE_BOOT && is_first(was, ev))
		due |= LIFE_DO_END_RC;
	if (((is->forced ^ was->forced) & BIT(LIFE_BOOT)) != 0)
		due |= LIFE_DO_KILL_RC;
	if (is->command && (ends || (ev->event == LIFE_REQUEST &&
	    (was->stage == LIFE_SHUTDOWN || was->stage == LIFE_TERM))))
		due |= LIFE_DO_STOP_COMMAND;
	if (ends && is->rc_shutdown && is->stage == LIFE_SHUTDOWN)
		due |= LIFE_DO_RUN_SHUTDOWN;
	if (was->stage < LIFE_TERM && is->stage >= LIFE_TERM)
		due |= is->command ? LIFE_DO_TERM_OTHERS : LIFE_DO_TERM_ALL;
	if (was->stage < LIFE_KILL && is->stage >= LIFE_KILL && to < LIFE_GONE)
		due |= LIFE_DO_KILL_ALL;
	HOLDS(actions == due, "each action is asked for when it is due");
	return (NULL);
}

/* What holds for deadlines. */
static const char *
broken_time(const struct life *was, const struct life *is,
    const struct event *ev)
{
	const struct life_limits *l = &is->limits;
	const int64_t limit_ms[] = { l->shutdown_ms / 2, 0, l->shutdown_ms,
	    l->term_ms, l->kill_ms };
	int64_t due = life_due_ms(is), end = life_end_ms(is), now = ev->now_ms;
	bool asks = ev->event == LIFE_REQUEST || is_first(was, ev);
	int s;

	for (s = 0; s < LIFE_STAGES; s++)
		HOLDS(is->at_ms[s] <= was->at_ms[s], "no deadline moves later");
	HOLDS(memcmp(l, &world->limits, sizeof(*l)) == 0, "limits stay");
	HOLDS(is->stage != LIFE_GONE || due == LIFE_NEVER_MS,
	    "GONE is the last");
	if (was->stage == LIFE_GONE)
		return (NULL);
	if (is->verb == REQUEST_NONE) {
		HOLDS(is->stage <= LIFE_RUN && due == LIFE_NEVER_MS &&
		    end == LIFE_NEVER_MS, "a life ends on request alone");
		return (NULL);
	}
	HOLDS(is->stage != LIFE_RUN, "a request ends RUN");
	HOLDS(end < LIFE_NEVER_MS, "there is an end");
	HOLDS(now < end || is->stage == LIFE_GONE, "after the end it is GONE");
	HOLDS(!asks || end <= later(now, budget(l, ev)),
	    "the end is not after the budget");
	if (is->stage == LIFE_GONE)
		return (NULL);
	HOLDS(due > now && due <= end, "each stage has a deadline");
	if (is->stage > was->stage || was->verb == REQUEST_NONE)
		HOLDS(due <= later(now, limit_ms[is->stage]),
		    "no stage has more than its limit");
	for (s = LIFE_TERM; s <= LIFE_KILL; s++)
		HOLDS((int)is->stage >= s || is->at_ms[s - 1] <= is->at_ms[s],
		    "deadlines are in their order");
	return (NULL);
}

/* How a budget is shared out. */
static void
share(struct life *l, int64_t b, int64_t now_ms)
{
	const struct life_limits *max = &l->limits;
	bool all = b == max->shutdown_ms + max->term_ms + max->kill_ms;
	int64_t kill = all ? max->kill_ms : least(max->kill_ms, b / 10);
	int64_t term = all ? max->term_ms : least(max->term_ms, 3 * b / 10);
	int64_t s = least(max->shutdown_ms, b - term - kill);
	int64_t end = later(now_ms, b);
	const int64_t part_ms[] = { LIFE_NEVER_MS, LIFE_NEVER_MS, s, term,
	    kill }, at_ms[] = { later(now_ms, s / 2), LIFE_NEVER_MS,
	    end - kill - term, end - kill, end };
	int i;

	for (i = LIFE_BOOT; i <= LIFE_KILL; i++) {
		l->at_ms[i] = least(l->at_ms[i], at_ms[i]);
		l->part_ms[i] = least(l->part_ms[i], part_ms[i]);
	}
}

/* From this stage on, nobody has more than its part. */
static void
begin(struct life *l, int stage, int64_t now_ms)
{
	for (; stage <= LIFE_KILL; stage++)
		now_ms = l->at_ms[stage] = least(l->at_ms[stage],
		    later(now_ms, l->part_ms[stage]));
}

/* What deadlines are, by a second hand. */
static const char *
broken_share(const struct life *was, const struct life *is,
    const struct event *ev)
{
	struct life as = *was;

	if (ev->event == LIFE_REQUEST || is_first(was, ev))
		share(&as, budget(&was->limits, ev), ev->now_ms);
	if (was->stage < LIFE_SHUTDOWN && is->stage > LIFE_RUN)
		begin(&as, LIFE_SHUTDOWN, ev->now_ms);
	if (was->stage < LIFE_TERM && is->stage > LIFE_SHUTDOWN)
		begin(&as, LIFE_TERM, ev->now_ms);
	HOLDS(memcmp(as.at_ms, is->at_ms, sizeof(as.at_ms)) == 0 &&
	    memcmp(as.part_ms, is->part_ms, sizeof(as.part_ms)) == 0,
	    "each has its share");
	return (NULL);
}

/* What is not looked at any more: deadlines of stages that are over, and how
 * long those that were begun might have taken. */
static void
forget(struct life *l, int64_t ms)
{
	int s;

	for (s = LIFE_BOOT; s < LIFE_STAGES; s++) {
		if (s < (int)l->stage)
			l->at_ms[s] = ms;
		if (s <= (int)l->stage)
			l->part_ms[s] = ms;
	}
}

static const char *
move(void *state, int m)
{
	const struct event ev = event_of(m);
	const char *broken;
	struct life was, is, other;
	unsigned actions;

	memcpy(&was, state, sizeof(was));
	memcpy(&is, state, sizeof(is));
	memcpy(&other, state, sizeof(other));
	forget(&other, INT64_MIN);
	actions = life_step(&is, ev.event, &ev.rq, ev.now_ms);
	if ((broken = broken_order(&was, &is, &ev, actions)) != NULL ||
	    (broken = broken_time(&was, &is, &ev)) != NULL ||
	    (broken = broken_share(&was, &is, &ev)) != NULL)
		return (broken);
	HOLDS(life_step(&other, ev.event, &ev.rq, ev.now_ms) == actions,
	    "what is over asks for nothing");
	forget(&is, LIFE_NEVER_MS);
	forget(&other, LIFE_NEVER_MS);
	HOLDS(memcmp(&other, &is, sizeof(is)) == 0,
	    "what is over changes nothing");
	memcpy(state, &is, sizeof(is));
	return (NULL);
}

/* With a command or without, with an rc.shutdown and without. */
static void
test_explore(void **command)
{
	struct explore x = { .size = sizeof(struct life), .move = move,
	    .tell = tell };
	struct life l;
	int i;

	explore_init(&x);
	for (world = worlds; x.ok && world < worlds + SIZEOF(worlds);
	    world++) {
		explore_world(&x, EVENTS * world->times);
		for (i = 0; i < 2; i++) {
			memset(&l, 0xff, sizeof(l));
			life_init(&l, &world->limits, *command != NULL, i == 1);
			explore_add(&x, &l, 0, -1);
		}
		explore_all(&x);
	}
	assert_true(explore_end(&x, *command == NULL ? "life from boot" :
	    *command));
}

int
main(void)
{
	static char command[] = "life of a command";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_explore),
		cmocka_unit_test_prestate(test_explore, command),
	};

	return (cmocka_run_group_tests_name("explore", tests, NULL, NULL));
}
