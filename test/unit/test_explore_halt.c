/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a few jails, explored: every sequence of events for each of them
 * at some times, forwards and backwards, and what is promised of each step.
 * The times are those at which the stages of a jail begun at once end, some
 * just before, and the end; others are left to the proof and to test_halt.
 * And the same of groups of as many jails each, one after another.
 *
 * A state leaves out what is not looked at any more, and which jail is which.
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
#include "core/halt.h"

#define SIZEOF(a)	(sizeof(a) / sizeof((a)[0]))
#define JAILS_MAX	3
#define EVENTS		5
#define LIMIT_MS	20000

static const struct world {
	size_t groups, n, room;
	int64_t at_ms[12];		/* ends with -1 */
} worlds[] = {
	{ 1, 1, 1, { 0, 999, 1000, 6665, 6666, 17999, 18000, 19999, 20000, 20999,
	    21000, -1 } },
	/* two shares of 10500, three of 7000 */
	{ 1, 2, 1, { 0, 949, 950, 3166, 8550, 9500, 10499, 10500, 20999, 21000,
	    -1 } },
	{ 1, 3, 1, { 0, 600, 2000, 5400, 6000, 6999, 7000, 14000, 20999, 21000,
	    -1 } },
	{ 1, 2, 2, { 0, 999, 1000, 6666, 17999, 18000, 20000, 20999, 21000,
	    -1 } },
	{ 1, 3, 2, { 0, 950, 3166, 8550, 9499, 9500, 10499, 10500, 20999, 21000,
	    -1 } },
	{ 1, 3, 3, { 0, 999, 1000, 6666, 18000, 20000, 20999, 21000, -1 } },
	/* two turns of 10500, three of 7000 */
	{ 2, 1, 1, { 0, 950, 3166, 8550, 9500, 10499, 10500, 11450, 19050,
	    20000, 21000, -1 } },
	{ 3, 1, 1, { 0, 600, 2000, 5400, 6000, 7000, 7600, 13000, 14000,
	    20999, 21000, -1 } },
	{ 2, 2, 1, { 0, 950, 4250, 5250, 10499, 10500, 11000, 15749, 15750,
	    21000, -1 } },
	{ 2, 2, 2, { 0, 950, 3166, 9500, 10500, 11450, 20000, 20999, 21000,
	    -1 } },
};
static const struct world *world;

struct state {
	struct halt_turns t;
	struct halt h;		/* of the group whose turn it is; its jails
				 * are NULL while it is kept */
	struct halt_jail jails[JAILS_MAX];
};

static void
tell(int move)
{
	static const char *const name[] = { "tick", "taken", "refused",
	    "nobody", "ended" };
	int i = move / EVENTS;

	printf("at %lld: %s, jail %d\n",
	    (long long)world->at_ms[i / (int)world->n], name[move % EVENTS],
	    i % (int)world->n);
}

static bool
is_over(const struct halt_jail *j)
{
	return (j->stage == HALT_GONE || j->stage == HALT_LEFT);
}

#define HOLDS(condition, property) do {					\
	if (!(condition))						\
		return (property);					\
} while (0)

/* The stage that an event leads to if no time is short. */
static enum halt_stage
leads_to(const struct halt_jail *was, enum halt_event event)
{
	if (is_over(was))
		return (was->stage);
	if (event == HALT_ENDED)
		return (HALT_GONE);
	if (event == HALT_REFUSED && was->stage == HALT_ASKING)
		return (HALT_SIGNALLED);
	if (event == HALT_NOBODY && was->stage == HALT_SIGNALLED)
		return (HALT_TERM);
	if (event == HALT_TAKEN &&
	    (was->stage == HALT_ASKING || was->stage == HALT_SIGNALLED))
		return (HALT_ASKED);
	return (was->stage);
}

/* What holds for the stages of one jail, and what is done in them. */
static const char *
broken_stage(const struct halt_jail *was, const struct halt_jail *is,
    enum halt_event event, int64_t now_ms, unsigned actions)
{
	static const unsigned done[] = { 0, HALT_DO_ASK, HALT_DO_SIGNAL, 0,
	    HALT_DO_TERM, HALT_DO_KILL, HALT_DO_REPORT, HALT_DO_REPORT };
	const int64_t ends_ms[] = { INT64_MIN, is->ask_ms, is->signalled_ms,
	    is->asked_ms, is->kill_ms, is->left_ms };
	enum halt_stage to = leads_to(was, event), next;
	unsigned due = to == was->stage ? 0 : done[to];

	HOLDS(is->stage >= was->stage, "the stage goes right");
	HOLDS(is->stage >= to, "an event is not lost");
	HOLDS(!is_over(was) || is->stage == was->stage, "what is over stays");
	HOLDS((is->stage == HALT_GONE) == (to == HALT_GONE),
	    "GONE is only what was seen to be");
	for (; to < is->stage; to = next) {
		next = to == HALT_SIGNALLED ? HALT_TERM :
		    to == HALT_KILL ? HALT_LEFT : to + 1;
		HOLDS(now_ms >= ends_ms[to], "no stage is cut short");
		due |= done[next];
	}
	HOLDS(is->stage == HALT_WAITING || is_over(is) ||
	    now_ms < ends_ms[is->stage], "each stage ends");
	if ((due & HALT_DO_KILL) != 0)		/* makes these idle */
		due &= HALT_DO_KILL | HALT_DO_REPORT;
	HOLDS(actions == due, "each action is asked for when it is due");
	return (NULL);
}

/* The times of a jail that is begun, by a second hand. */
static bool
is_shared_out(const struct halt_jail *j, int64_t now_ms, int64_t share)
{
	int64_t twentieth = share / 21, limit = 20 * twentieth;

	if (share - limit < HALT_KILL_MIN_MS)
		limit = share > HALT_KILL_MIN_MS ? share - HALT_KILL_MIN_MS : 0;
	return (j->ask_ms == now_ms + (limit / 10 < HALT_ASK_MAX_MS ?
	    limit / 10 : HALT_ASK_MAX_MS) &&
	    j->signalled_ms == now_ms + limit / 3 &&
	    j->asked_ms == now_ms + limit / 10 * 9 &&
	    j->kill_ms == now_ms + limit && j->left_ms == now_ms + share);
}

/* What holds for its times. */
static const char *
broken_time(const struct state *was, const struct state *is, size_t i,
    int64_t now_ms, unsigned actions)
{
	const struct halt_jail *j = &is->jails[i];
	int64_t turns = (int64_t)((was->h.waiting + world->room - 1) /
	    world->room), budget_ms = halt_budget_s(&is->h, i) * 1000;
	int64_t left = now_ms < is->h.end_ms ? is->h.end_ms - now_ms : 0;

	HOLDS(j->forced ==
	    (was->jails[i].forced || (actions & HALT_DO_KILL) != 0) &&
	    (!j->forced || j->stage >= HALT_KILL),
	    "forced is what had KILL, for ever");
	if (was->jails[i].stage == HALT_WAITING && j->stage != HALT_WAITING &&
	    j->stage != HALT_GONE) {
		HOLDS((j->left_ms - now_ms) * turns <= left,
		    "there is time for those that wait");
		HOLDS(is_shared_out(j, now_ms, left / turns),
		    "each stage has its share");
	}
	if ((actions & HALT_DO_ASK) != 0)
		HOLDS(j->begun_ms == now_ms && budget_ms >= 1000 &&
		    (budget_ms == 1000 ||
		    now_ms + budget_ms <= j->asked_ms + HALT_ROUND_MS),
		    "a jail is told a budget, and not more than there is");
	HOLDS(j->stage == HALT_WAITING || is_over(j) ||
	    j->left_ms <= is->h.end_ms, "no jail has more time than there is");
	return (NULL);
}

/* What holds for all jails together. */
static const char *
broken_all(const struct state *was, const struct state *is, size_t i)
{
	int64_t due = halt_due_ms(&is->h);
	size_t k, active = 0, waiting = 0;

	for (k = 0; k < world->n; k++) {
		HOLDS(k == i || memcmp(&was->jails[k], &is->jails[k],
		    sizeof(is->jails[k])) == 0, "the others stay as they are");
		waiting += is->jails[k].stage == HALT_WAITING;
		active += is->jails[k].stage != HALT_WAITING &&
		    !is_over(&is->jails[k]);
	}
	HOLDS(is->h.waiting == waiting && is->h.active == active,
	    "the counts are right");
	HOLDS(active <= world->room, "there is room for all");
	HOLDS(halt_end_ms(&is->h) == was->h.end_ms &&
	    is->h.end_ms <= LIMIT_MS + HALT_KILL_MIN_MS, "the end stays");
	if (waiting + active == 0)
		HOLDS(due == HALT_NEVER_MS, "over is over");
	else
		HOLDS(due <= halt_end_ms(&is->h), "it is due by the end");
	return (NULL);
}

/* Ticks for all that are due, as the caller does: at the end, all is over. */
static const char *
broken_end(struct state *s, int64_t now_ms)
{
	unsigned reports = 0, over = 0;
	size_t k, i;

	for (i = 0; i < world->n; i++)
		over += is_over(&s->jails[i]);
	for (k = 0; k < world->n; k++)
		for (i = 0; i < world->n; i++)
			if ((halt_step(&s->h, i, HALT_TICK, now_ms) &
			    HALT_DO_REPORT) != 0)
				reports++;
	HOLDS(reports + over == world->n && halt_due_ms(&s->h) ==
	    HALT_NEVER_MS, "at the end all are reported");
	return (NULL);
}

/* The next group's turn, if it may begin, and what holds of it. */
static const char *
broken_turn(struct state *s, int64_t now_ms)
{
	int64_t all_ms = LIMIT_MS + HALT_KILL_MIN_MS, end_ms = -1, share;
	size_t i, left = s->t.left, over = 0;

	for (i = 0; i < world->n; i++)
		over += is_over(&s->jails[i]);
	if (!halt_turns_next(&s->t, s->h.waiting + s->h.active, now_ms,
	    &end_ms)) {
		HOLDS(over < world->n || left == 0,
		    "no group waits for nobody");
		return (NULL);
	}
	share = now_ms < all_ms ? (all_ms - now_ms) / (int64_t)left : 0;
	HOLDS(over == world->n, "a group waits for all of those before it");
	HOLDS(s->t.left == left - 1 && s->t.end_ms == all_ms,
	    "each group has one turn");
	HOLDS(end_ms <= all_ms && (left > 1 || end_ms == all_ms),
	    "the last group ends at the end");
	HOLDS(now_ms > all_ms || end_ms - now_ms == share,
	    "each group has its share");
	halt_init(&s->h, s->jails, world->n, world->room, end_ms);
	return (NULL);
}

static int
compare(const void *a, const void *b)
{
	return (memcmp(a, b, sizeof(struct halt_jail)));
}

/* What is not looked at any more, and the jails' order. */
static void
forget(struct state *s)
{
	struct halt_jail *j;

	for (j = s->jails; j < s->jails + world->n; j++) {
		if (j->stage == HALT_WAITING || is_over(j))
			j->begun_ms = 0;
		if (is_over(j))
			j->ask_ms = j->signalled_ms = j->asked_ms =
			    j->kill_ms = j->left_ms = 0;
	}
	qsort(s->jails, world->n, sizeof(s->jails[0]), compare);
	s->h.jails = NULL;
}

static const char *
move(void *state, int m)
{
	enum halt_event event = (enum halt_event)(m % EVENTS);
	size_t i = (size_t)(m / EVENTS) % world->n;
	int64_t now_ms = world->at_ms[m / EVENTS / (int)world->n];
	const char *broken;
	struct state was, is;
	unsigned actions;

	memcpy(&was, state, sizeof(was));
	memcpy(&is, state, sizeof(is));
	is.h.jails = is.jails;
	actions = halt_step(&is.h, i, event, now_ms);
	if ((broken = broken_stage(&was.jails[i], &is.jails[i], event, now_ms,
	    actions)) != NULL ||
	    (broken = broken_time(&was, &is, i, now_ms, actions)) != NULL ||
	    (broken = broken_all(&was, &is, i)) != NULL)
		return (broken);
	if ((broken = broken_turn(&is, now_ms)) != NULL)
		return (broken);
	memcpy(state, &is, sizeof(is));
	forget(state);
	while (now_ms >= is.h.end_ms && broken == NULL) {
		broken = broken_end(&is, now_ms);
		if (is.t.left == 0 || now_ms < is.t.end_ms)
			break;
		if (broken == NULL)
			broken = broken_turn(&is, now_ms);
	}
	return (broken);
}

static void
test_explore(void **unused)
{
	struct explore x = { .size = sizeof(struct state), .move = move,
	    .tell = tell };
	struct state s;
	int64_t end_ms;
	int times;

	(void)unused;
	explore_init(&x);
	for (world = worlds; x.ok && world < worlds + SIZEOF(worlds);
	    world++) {
		for (times = 0; world->at_ms[times] >= 0; times++)
			;
		explore_world(&x, times * (int)world->n * EVENTS);
		memset(&s, 0xff, sizeof(s));
		halt_turns_init(&s.t, world->groups, 0, LIMIT_MS);
		assert_true(halt_turns_next(&s.t, 0, 0, &end_ms));
		halt_init(&s.h, s.jails, world->n, world->room, end_ms);
		forget(&s);
		explore_add(&x, &s, 0, -1);
		explore_all(&x);
	}
	assert_true(explore_end(&x, "halt of 1 to 3 jails or groups"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_explore) };

	return (cmocka_run_group_tests_name("explore halt", tests, NULL, NULL));
}
