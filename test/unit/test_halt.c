/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of many jails: every transition with its actions, the arithmetic of
 * its deadlines at their borders, and batches.  Any sequence:
 * test_explore_halt.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/halt.h"
#include "core/request.h"

#define SIZEOF(a)	(sizeof(a) / sizeof((a)[0]))
#define LARGEST_MS	((int64_t)REQUEST_SECONDS_MAX * 1000)
#define T0		1000000
#define JAILS_MAX	64

static struct halt h;
static struct halt_jail jails[JAILS_MAX];

/* A halt of one group, as its turn begins. */
static void
begin(size_t n, size_t room, int64_t now, int64_t limit)
{
	struct halt_turns t;
	int64_t end;

	halt_turns_init(&t, 1, now, limit);
	if (halt_turns_next(&t, 0, now, &end))
		halt_init(&h, jails, n, room, end);
}

static unsigned
tick(size_t i, int64_t now)
{
	return (halt_step(&h, i, HALT_TICK, now));
}

/* An event of the first jail. */
static unsigned
news(enum halt_event event, int64_t now)
{
	return (halt_step(&h, 0, event, now));
}

/* A step of the first jail asks for these actions and leads to this stage. */
#define STEP(call, actions, to) do {					\
	assert_int_equal(call, actions);				\
	assert_int_equal(jails[0].stage, to);				\
} while (0)

/* One jail and 20 s, which is the least with a twentieth of 1 s: asked. */
static void
one(void)
{
	begin(1, 1, T0, 20000);
	STEP(tick(0, T0), HALT_DO_ASK, HALT_ASKING);
}

static void
test_init(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		jails[i] = (struct halt_jail){ HALT_LEFT, true, 1, 1, 1, 1, 1,
		    1 };
	begin(3, 2, T0, 20000);
	assert_int_equal(h.waiting, 3);
	assert_int_equal(h.active, 0);
	assert_int_equal(halt_end_ms(&h), T0 + 21000);
	for (i = 0; i < 3; i++) {
		assert_int_equal(jails[i].stage, HALT_WAITING);
		assert_false(jails[i].forced);
		assert_int_equal(jails[i].begun_ms, 0);
		assert_int_equal(jails[i].ask_ms, 0);
		assert_int_equal(jails[i].signalled_ms, 0);
		assert_int_equal(jails[i].asked_ms, 0);
		assert_int_equal(jails[i].kill_ms, 0);
		assert_int_equal(jails[i].left_ms, 0);
	}
	assert_true(halt_due_ms(&h) <= T0);
	/* nobody */
	begin(0, 1, T0, 20000);
	assert_true(halt_due_ms(&h) == HALT_NEVER_MS);
}

/* It listens, and ends by itself. */
static void
test_clean(void **state)
{
	(void)state;
	one();
	assert_int_equal(jails[0].begun_ms, T0);
	assert_int_equal(halt_budget_s(&h, 0), 18);
	assert_int_equal(halt_due_ms(&h), T0 + HALT_ASK_MAX_MS);
	STEP(news(HALT_TAKEN, T0 + 5), 0, HALT_ASKED);
	assert_int_equal(halt_due_ms(&h), T0 + 18000);
	assert_int_equal(tick(0, T0 + 17999), 0);
	STEP(news(HALT_ENDED, T0 + 17999), HALT_DO_REPORT, HALT_GONE);
	assert_false(jails[0].forced);
	assert_int_equal(h.active, 0);
	assert_true(halt_due_ms(&h) == HALT_NEVER_MS);
}

/* Nothing helps: each stage ends when its time is up, and not before. */
static void
test_time_outs(void **state)
{
	static const struct {
		int64_t at;
		unsigned actions;
		enum halt_stage stage;
	} t[] = {
		{ 18000, HALT_DO_TERM, HALT_TERM },
		{ 20000, HALT_DO_KILL, HALT_KILL },
		{ 21000, HALT_DO_REPORT, HALT_LEFT },
	};
	size_t i;

	(void)state;
	one();
	(void)news(HALT_TAKEN, T0);
	for (i = 0; i < SIZEOF(t); i++) {
		assert_int_equal(halt_due_ms(&h), T0 + t[i].at);
		assert_int_equal(tick(0, T0 + t[i].at - 1), 0);
		assert_int_equal(jails[0].forced, i > 1);
		STEP(tick(0, T0 + t[i].at), t[i].actions, t[i].stage);
	}
	assert_true(jails[0].forced);
	assert_true(halt_due_ms(&h) == HALT_NEVER_MS);
}

/* It does not listen: its first process is signalled, after a third of the
 * time all of it. */
static void
test_refused(void **state)
{
	(void)state;
	one();
	STEP(news(HALT_REFUSED, T0 + 5), HALT_DO_SIGNAL, HALT_SIGNALLED);
	assert_int_equal(halt_due_ms(&h), T0 + 6666);
	assert_int_equal(news(HALT_REFUSED, T0 + 6), 0);
	assert_int_equal(tick(0, T0 + 6665), 0);
	assert_int_equal(tick(0, T0 + 6666), HALT_DO_TERM);
	/* who asked does not come back: the same after a second */
	one();
	assert_int_equal(tick(0, T0 + HALT_ASK_MAX_MS - 1), 0);
	STEP(tick(0, T0 + HALT_ASK_MAX_MS), HALT_DO_SIGNAL, HALT_SIGNALLED);
	/* and takes it in the end */
	STEP(news(HALT_TAKEN, T0 + 6665), 0, HALT_ASKED);
	assert_int_equal(halt_due_ms(&h), T0 + 18000);
	/* too late for that */
	one();
	(void)news(HALT_REFUSED, T0);
	(void)tick(0, T0 + 6666);
	STEP(news(HALT_TAKEN, T0 + 6667), 0, HALT_TERM);
	STEP(news(HALT_REFUSED, T0 + 6668), 0, HALT_TERM);
}

/* Nobody stands for the others: all of it at once.  One that was signalled, or
 * asked, has its time. */
static void
test_nobody(void **state)
{
	(void)state;
	one();
	STEP(news(HALT_NOBODY, T0 + 4), 0, HALT_ASKING);
	(void)news(HALT_REFUSED, T0 + 5);
	STEP(news(HALT_NOBODY, T0 + 6), HALT_DO_TERM, HALT_TERM);
	assert_int_equal(halt_due_ms(&h), T0 + 20000);
	assert_int_equal(news(HALT_NOBODY, T0 + 7), 0);
	one();
	(void)news(HALT_TAKEN, T0 + 5);
	STEP(news(HALT_NOBODY, T0 + 6), 0, HALT_ASKED);
}

/* Seen to be gone it is so from any stage, and forced after KILL alone; and
 * nothing moves it any more. */
static void
test_ended(void **state)
{
	static const int64_t at[] = { -1, 0, 1000, 6666, 20000, 21000 };
	static const enum halt_stage from[] = { HALT_WAITING, HALT_ASKING,
	    HALT_SIGNALLED, HALT_TERM, HALT_KILL, HALT_LEFT };
	bool over, forced;
	int64_t now;
	size_t i;
	int e;

	(void)state;
	for (i = 0; i < SIZEOF(at); i++) {
		begin(1, 1, T0, 20000);
		now = T0 + at[i];
		if (at[i] >= 0) {
			(void)tick(0, T0);
			(void)tick(0, now);
		}
		assert_int_equal(jails[0].stage, from[i]);
		over = from[i] == HALT_LEFT;
		forced = from[i] >= HALT_KILL;
		assert_int_equal(news(HALT_ENDED, now), over ? 0 :
		    HALT_DO_REPORT);
		for (e = HALT_TICK; e <= HALT_ENDED; e++)
			assert_int_equal(halt_step(&h, 0, (enum halt_event)e,
			    INT64_MAX), 0);
		assert_int_equal(jails[0].stage, over ? HALT_LEFT :
		    HALT_GONE);
		assert_int_equal(jails[0].forced, forced);
		assert_int_equal(h.waiting + h.active, 0);
	}
}

/* Its end is heard before its time is up is seen. */
static void
test_ended_late(void **state)
{
	(void)state;
	one();
	STEP(news(HALT_ENDED, T0 + 99999), HALT_DO_REPORT, HALT_GONE);
	assert_false(jails[0].forced);
}

/* A loop that comes late goes through all stages at once, and does what is
 * left to be done alone. */
static void
test_late(void **state)
{
	(void)state;
	one();
	assert_int_equal(tick(0, T0 + 6666), HALT_DO_SIGNAL | HALT_DO_TERM);
	one();
	STEP(tick(0, T0 + 20000), HALT_DO_KILL, HALT_KILL);
	one();
	assert_int_equal(news(HALT_REFUSED, T0 + 20000), HALT_DO_KILL);
	one();
	assert_int_equal(news(HALT_TAKEN, T0 + 18000), HALT_DO_TERM);
	begin(1, 1, T0, 20000);
	STEP(tick(0, T0 + 21000), HALT_DO_KILL | HALT_DO_REPORT, HALT_LEFT);
	assert_true(jails[0].forced);
}

/* How the time of one jail is laid out, and what it is told. */
static void
test_layout(void **state)
{
	static const struct {
		int64_t limit;
		int64_t ask, signalled, asked, kill, left;
		int64_t budget_s;
	} t[] = {
		{ 0, 0, 0, 0, 0, 1000, 1 },
		{ 1, 0, 0, 0, 1, 1001, 1 },
		{ 9, 0, 3, 0, 9, 1009, 1 },
		{ 10, 1, 3, 9, 10, 1010, 1 },
		{ 1000, 100, 333, 900, 1000, 2000, 1 },
		{ 2000, 200, 666, 1800, 2000, 3000, 1 },
		{ 3000, 300, 1000, 2700, 3000, 4000, 2 },
		/* the last moment is cut to whole twentieths of it */
		{ 19999, 1000, 6660, 17982, 19980, 20999, 18 },
		{ 19880, 1000, 6626, 17892, 19880, 20880, 17 },
		{ 20000, 1000, 6666, 18000, 20000, 21000, 18 },
		{ 20020, 1000, 6673, 18018, 20020, 21021, 18 },
		{ 120000, 1000, 40000, 108000, 120000, 126000, 108 },
		{ LARGEST_MS, 1000, LARGEST_MS / 3, LARGEST_MS / 10 * 9,
		    LARGEST_MS, LARGEST_MS + LARGEST_MS / 20,
		    LARGEST_MS / 10 * 9 / 1000 },
	};
	const struct halt_jail *j = &jails[0];
	size_t i;

	(void)state;
	for (i = 0; i < SIZEOF(t); i++) {
		begin(1, 1, T0, t[i].limit);
		(void)tick(0, T0);
		assert_int_equal(j->ask_ms - T0, t[i].ask);
		assert_int_equal(j->signalled_ms - T0, t[i].signalled);
		assert_int_equal(j->asked_ms - T0, t[i].asked);
		assert_int_equal(j->kill_ms - T0, t[i].kill);
		assert_int_equal(j->left_ms - T0, t[i].left);
		assert_int_equal(halt_end_ms(&h) - T0, t[i].left);
		assert_int_equal(halt_budget_s(&h, 0), t[i].budget_s);
	}
}

/* No time at all is KILL at once, with its last moment all the same. */
static void
test_no_time(void **state)
{
	(void)state;
	begin(1, 1, T0, 0);
	STEP(tick(0, T0), HALT_DO_KILL, HALT_KILL);
	assert_int_equal(halt_due_ms(&h), T0 + HALT_KILL_MIN_MS);
	STEP(news(HALT_ENDED, T0 + 1), HALT_DO_REPORT, HALT_GONE);
	assert_true(jails[0].forced);
}

/* Where the clock ends, deadlines do, and none of them is never. */
static void
test_clock_end(void **state)
{
	static const int64_t near[] = { INT64_MAX, INT64_MAX - 1,
	    INT64_MAX - 2, INT64_MAX - 20999, INT64_MAX - 21000,
	    INT64_MAX - 21001, INT64_MAX - 21002, 0, INT64_MIN };
	static const int64_t limits[] = { 0, 20000, LARGEST_MS };
	size_t i, k, m;

	(void)state;
	for (i = 0; i < SIZEOF(near); i++)
		for (k = 0; k < SIZEOF(limits); k++) {
			begin(2, 1, near[i], limits[k]);
			assert_true(halt_end_ms(&h) >= near[i] ||
			    halt_end_ms(&h) == INT64_MAX - 1);
			assert_true(halt_end_ms(&h) != HALT_NEVER_MS);
			(void)tick(0, near[i]);
			assert_true(jails[0].left_ms <= halt_end_ms(&h));
			assert_true(jails[0].kill_ms <= jails[0].left_ms);
			for (m = 0; m < 2; m++) {
				(void)tick(0, INT64_MAX);
				(void)tick(1, INT64_MAX);
			}
			assert_int_equal(jails[0].stage, HALT_LEFT);
			assert_int_equal(jails[1].stage, HALT_LEFT);
			assert_int_equal(h.waiting + h.active, 0);
		}
}

/* Ticks all until that changes nothing, as a loop does. */
static void
settle(int64_t now)
{
	bool more = true;
	size_t i;

	while (more) {
		more = false;
		for (i = 0; i < h.n; i++)
			more |= tick(i, now) != 0;
	}
}

/* A deadline is the last one there is only when it has to be. */
static void
test_last(void **state)
{
	(void)state;
	begin(1, 1, INT64_MAX - 21003, 20000);
	assert_true(halt_end_ms(&h) == INT64_MAX - 3);
	begin(1, 1, INT64_MAX - 21002, 20000);
	assert_true(halt_end_ms(&h) == INT64_MAX - 2);
	begin(1, 1, INT64_MAX - 21000, 20000);
	assert_true(halt_end_ms(&h) == INT64_MAX - 1);
}

/* Who waits begins when there is room, in its turn, without waiting for the
 * end of a share that nobody uses. */
static void
test_room(void **state)
{
	(void)state;
	begin(3, 1, T0, 20000);
	assert_int_equal(tick(0, T0), HALT_DO_ASK);
	assert_int_equal(tick(1, T0), 0);
	assert_int_equal(tick(2, T0), 0);
	assert_int_equal(jails[0].left_ms, T0 + 7000);
	assert_int_equal(jails[0].kill_ms, T0 + 6000);
	assert_int_equal(halt_budget_s(&h, 0), 5);
	assert_int_equal(halt_due_ms(&h), T0 + 600);
	(void)news(HALT_TAKEN, T0);
	assert_int_equal(news(HALT_ENDED, T0 + 1000), HALT_DO_REPORT);
	assert_true(halt_due_ms(&h) <= T0 + 1000);
	assert_int_equal(tick(1, T0 + 1000), HALT_DO_ASK);
	/* of 20 s there are ten for each of two */
	assert_int_equal(jails[1].left_ms, T0 + 11000);
	/* one that waits ends without having begun */
	assert_int_equal(halt_step(&h, 2, HALT_ENDED, T0 + 1001),
	    HALT_DO_REPORT);
	assert_int_equal(jails[2].begun_ms, T0 + 1001);
	assert_int_equal(h.waiting, 0);
	assert_int_equal(h.active, 1);
	settle(halt_end_ms(&h));
	assert_int_equal(jails[1].stage, HALT_LEFT);
	assert_int_equal(jails[2].stage, HALT_GONE);
}

/* A room of one more than there are, and of one less. */
static void
test_side_by_side(void **state)
{
	size_t i, room;

	(void)state;
	for (room = 9; room <= 11; room++) {
		begin(10, room, T0, 20000);
		settle(T0);
		assert_int_equal(h.active, room < 10 ? room : 10);
		for (i = 0; i < 10; i++)
			assert_true(jails[i].stage == HALT_ASKING ||
			    (room == 9 && i == 9));
		/* the share of all that begin while none has to wait */
		assert_int_equal(jails[8].left_ms - T0, 21000);
		assert_int_equal(jails[0].left_ms - T0,
		    room == 9 ? 10500 : 21000);
	}
}

/* All that never end, batch after batch: each begins, has no less than its
 * share of the time, and is over when it ends. */
static void
batches(size_t n, size_t room, int64_t limit)
{
	int64_t now = T0, total, share;
	size_t i;

	begin(n, room, T0, limit);
	total = halt_end_ms(&h) - T0;
	share = total / (int64_t)((n + room - 1) / room);
	while (now != HALT_NEVER_MS) {
		settle(now);
		assert_true(h.active <= room);
		assert_true(halt_due_ms(&h) > now);
		now = halt_due_ms(&h);
	}
	for (i = 0; i < n; i++) {
		assert_int_equal(jails[i].stage, HALT_LEFT);
		assert_true(jails[i].begun_ms < halt_end_ms(&h));
		/* what is rounded off, once for each that went before */
		assert_true(jails[i].left_ms - jails[i].begun_ms >=
		    share - (int64_t)n);
		assert_true(jails[i].left_ms <= halt_end_ms(&h));
	}
}

static void
test_batches(void **state)
{
	static const int64_t limits[] = { 0, 1, 999, 20000, 120000,
	    LARGEST_MS };
	size_t k, n, room;

	(void)state;
	for (k = 0; k < SIZEOF(limits); k++)
		for (n = 1; n <= JAILS_MAX; n++)
			for (room = 1; room <= n + 1; room++)
				batches(n, room, limits[k]);
}

/* Jails that begin after the end, since somebody slept: LEFT, all. */
static void
test_begun_late(void **state)
{
	size_t i;

	(void)state;
	begin(5, 2, T0, 20000);
	settle(T0);
	settle(halt_end_ms(&h) + 1);
	for (i = 0; i < 5; i++) {
		assert_int_equal(jails[i].stage, HALT_LEFT);
		assert_true(jails[i].forced);
	}
}

/* An equal share of what is left, when those before are over and not sooner. */
static void
test_turns(void **state)
{
	struct halt_turns t;
	int64_t end = -1;

	(void)state;
	halt_turns_init(&t, 3, T0, 20000);
	assert_int_equal(t.end_ms, T0 + 21000);
	assert_false(halt_turns_next(&t, 1, T0, &end));
	assert_int_equal(end, -1);
	assert_int_equal(t.left, 3);
	assert_true(halt_turns_next(&t, 0, T0, &end));
	assert_int_equal(end, T0 + 7000);
	assert_int_equal(t.left, 2);
	assert_false(halt_turns_next(&t, 2, T0 + 1000, &end));
	assert_int_equal(end, T0 + 7000);
	/* what the first has not used is for both of the others */
	assert_true(halt_turns_next(&t, 0, T0 + 1000, &end));
	assert_int_equal(end, T0 + 11000);
	/* and it may take all of its share: the last has the rest */
	assert_true(halt_turns_next(&t, 0, T0 + 11000, &end));
	assert_int_equal(end, T0 + 21000);
	assert_false(halt_turns_next(&t, 0, T0 + 11000, &end));
	assert_int_equal(end, T0 + 21000);
	assert_int_equal(t.left, 0);
}

/* At the end or after it nobody has more time than that. */
static void
test_turns_late(void **state)
{
	static const int64_t late[] = { -1, 0, 1, 99999 };
	struct halt_turns t;
	int64_t end;
	size_t i;

	(void)state;
	for (i = 0; i < SIZEOF(late); i++) {
		halt_turns_init(&t, 2, T0, 0);
		assert_int_equal(t.end_ms, T0 + HALT_KILL_MIN_MS);
		assert_true(halt_turns_next(&t, 0, t.end_ms + late[i], &end));
		assert_int_equal(end, t.end_ms + (late[i] < 0 ? -1 : 0));
		assert_true(halt_turns_next(&t, 0, t.end_ms + late[i], &end));
		assert_int_equal(end, t.end_ms);
	}
	halt_turns_init(&t, 0, T0, 20000);
	assert_false(halt_turns_next(&t, 0, T0, &end));
	halt_turns_init(&t, 1, INT64_MAX, LARGEST_MS);
	assert_true(halt_turns_next(&t, 0, INT64_MAX, &end));
	assert_true(end == INT64_MAX - 1);
}

/* Groups that never end: each has its share, of which KILL and its last moment
 * are a part, and the last is over by the end that one group would have. */
static void
turns(size_t n, int64_t limit)
{
	struct halt_turns t;
	int64_t now = T0, end, total;
	size_t left;

	halt_turns_init(&t, n, T0, limit);
	total = t.end_ms - T0;
	for (left = n; halt_turns_next(&t, 0, now, &end); left--) {
		halt_init(&h, jails, 3, 3, end);
		settle(now);
		assert_true(end - now >= total / (int64_t)n);
		assert_true(end - now < total / (int64_t)n + (int64_t)n);
		assert_true(jails[2].left_ms <= end);
		assert_true(halt_budget_s(&h, 2) * 1000 <= end - now ||
		    end - now < 2 * HALT_KILL_MIN_MS);
		settle(now = end);
		assert_int_equal(jails[0].stage, HALT_LEFT);
		assert_true(jails[2].forced);
	}
	assert_int_equal(left, 0);
	assert_int_equal(now, t.end_ms);
}

static void
test_groups(void **state)
{
	static const int64_t limits[] = { 0, 1, 999, 20000, 120000,
	    LARGEST_MS };
	size_t k, n;

	(void)state;
	for (k = 0; k < SIZEOF(limits); k++)
		for (n = 1; n <= JAILS_MAX; n++)
			turns(n, limits[k]);
}

static void
test_names(void **state)
{
	static const char *const names[] = { "waiting", "asking", "signalled",
	    "asked", "TERM", "KILL", "gone", "still there", "?" };
	size_t i;

	(void)state;
	for (i = 0; i < SIZEOF(names); i++)
		assert_string_equal(halt_stage_name((enum halt_stage)i),
		    names[i]);
}

/*
 * Any sequence.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_time_outs),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_ended),
		cmocka_unit_test(test_ended_late),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_no_time),
		cmocka_unit_test(test_clock_end),
		cmocka_unit_test(test_last),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_side_by_side),
		cmocka_unit_test(test_batches),
		cmocka_unit_test(test_begun_late),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_turns_late),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_names),
	};

	return (cmocka_run_group_tests_name("halt", tests, NULL, NULL));
}
