/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a jail: every transition with its actions, the arithmetic of
 * its deadlines at their borders.  Any sequence: test_explore.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/life.h"

#define SIZEOF(a)	(sizeof(a) / sizeof((a)[0]))
#define LARGEST_MS	((int64_t)REQUEST_SECONDS_MAX * 1000)
#define T0		1000000

static const struct life_limits usual = { 90000, 10000, 5000,
    REQUEST_NO_BUDGET };

static unsigned
request(struct life *l, enum request_verb verb, int64_t budget_ms, int64_t now)
{
	const struct request rq = { verb, budget_ms, 0, "", REQUEST_NO_ID };

	return (life_step(l, LIFE_REQUEST, &rq, now));
}

static unsigned
event(struct life *l, enum life_event e, int64_t now)
{
	return (life_step(l, e, NULL, now));
}

/* A step asks for these actions and leads to this stage. */
#define STEP(call, actions, to) do {					\
	assert_int_equal(call, actions);				\
	assert_int_equal(l.stage, to);					\
} while (0)

/* A life in RUN. */
static void
running(struct life *l, const struct life_limits *limits)
{
	life_init(l, limits, false, true);
	assert_int_equal(event(l, LIFE_BOOTED, T0), 0);
	assert_int_equal(l->stage, LIFE_RUN);
}

static void
test_init(void **state)
{
	struct {
		struct life l;
		int64_t behind;
	} room = { .behind = 42 };
	struct life l;

	(void)state;
	life_init(&room.l, &usual, false, true);
	assert_int_equal(room.behind, 42);
	life_init(&l, &usual, false, true);
	assert_int_equal(l.stage, LIFE_BOOT);
	assert_int_equal(l.verb, REQUEST_NONE);
	assert_int_equal(l.forced, 0);
	assert_true(life_due_ms(&l) == LIFE_NEVER_MS);
	assert_true(life_end_ms(&l) == LIFE_NEVER_MS);
	life_init(&l, &usual, true, false);
	assert_int_equal(l.stage, LIFE_RUN);
	assert_true(life_due_ms(&l) == LIFE_NEVER_MS);
}

/* BOOT and RUN last as long as they like. */
static void
test_no_limit(void **state)
{
	struct life l;

	(void)state;
	life_init(&l, &usual, false, true);
	STEP(event(&l, LIFE_TICK, INT64_MAX), 0, LIFE_BOOT);
	assert_int_equal(event(&l, LIFE_BOOTED, 5), 0);
	STEP(event(&l, LIFE_TICK, INT64_MAX), 0, LIFE_RUN);
}

static void
test_whole_life(void **state)
{
	struct life l;

	(void)state;
	running(&l, &usual);
	STEP(request(&l, REQUEST_HALT, REQUEST_NO_BUDGET, T0),
	    LIFE_DO_RUN_SHUTDOWN, LIFE_SHUTDOWN);
	assert_int_equal(life_due_ms(&l), T0 + 90000);
	assert_int_equal(life_end_ms(&l), T0 + 105000);
	STEP(event(&l, LIFE_SHUTDOWN_ENDED, T0 + 400), LIFE_DO_TERM_ALL,
	    LIFE_TERM);
	assert_int_equal(life_due_ms(&l), T0 + 10400);
	assert_int_equal(life_end_ms(&l), T0 + 15400);
	STEP(event(&l, LIFE_EMPTY, T0 + 500), 0, LIFE_GONE);
	assert_int_equal(l.forced, 0);
	assert_int_equal(l.verb, REQUEST_HALT);
	assert_true(life_due_ms(&l) == LIFE_NEVER_MS);
}

/* Nothing ends by itself: each stage ends a millisecond too late, not one
 * too soon. */
static void
test_time_outs(void **state)
{
	struct life l;
	int64_t t = T0 + 90000;

	(void)state;
	running(&l, &usual);
	(void)request(&l, REQUEST_POWEROFF, REQUEST_NO_BUDGET, T0);
	STEP(event(&l, LIFE_TICK, t - 1), 0, LIFE_SHUTDOWN);
	STEP(event(&l, LIFE_TICK, t), LIFE_DO_TERM_ALL, LIFE_TERM);
	t += 10000;
	assert_int_equal(event(&l, LIFE_TICK, t - 1), 0);
	STEP(event(&l, LIFE_TICK, t), LIFE_DO_KILL_ALL, LIFE_KILL);
	t += 5000;
	assert_int_equal(event(&l, LIFE_TICK, t - 1), 0);
	STEP(event(&l, LIFE_TICK, t), 0, LIFE_GONE);
	assert_int_equal(l.forced,
	    1U << LIFE_SHUTDOWN | 1U << LIFE_TERM | 1U << LIFE_KILL);
}

/* A loop that comes late goes through all stages at once. */
static void
test_late(void **state)
{
	struct life l;

	(void)state;
	running(&l, &usual);
	(void)request(&l, REQUEST_HALT, 3000, T0);
	STEP(event(&l, LIFE_TICK, T0 + 3000), LIFE_DO_TERM_ALL |
	    LIFE_DO_KILL_ALL, LIFE_GONE);
}

static void
test_empty(void **state)
{
	struct life l;

	(void)state;
	life_init(&l, &usual, false, true);
	STEP(event(&l, LIFE_EMPTY, T0), 0, LIFE_BOOT);
	running(&l, &usual);
	STEP(event(&l, LIFE_EMPTY, T0), 0, LIFE_RUN);
	(void)request(&l, REQUEST_HALT, 10000, T0);
	STEP(event(&l, LIFE_EMPTY, T0), 0, LIFE_SHUTDOWN);
	(void)event(&l, LIFE_TICK, T0 + 9000);
	assert_int_equal(l.stage, LIFE_KILL);
	STEP(event(&l, LIFE_EMPTY, T0 + 9001), 0, LIFE_GONE);
	assert_int_equal(l.forced, 1U << LIFE_SHUTDOWN | 1U << LIFE_TERM);
}

static void
test_boot_halted(void **state)
{
	struct life l;

	(void)state;
	life_init(&l, &usual, false, true);
	STEP(request(&l, REQUEST_HALT, REQUEST_NO_BUDGET, T0), LIFE_DO_END_RC,
	    LIFE_BOOT);
	assert_int_equal(life_due_ms(&l), T0 + 45000);
	/* rc is asked once */
	assert_int_equal(request(&l, REQUEST_HALT, REQUEST_NO_BUDGET, T0), 0);
	STEP(event(&l, LIFE_BOOTED, T0 + 100), LIFE_DO_RUN_SHUTDOWN,
	    LIFE_SHUTDOWN);
	assert_int_equal(life_due_ms(&l), T0 + 90000);
	/* its end, seen late, means nothing any more */
	STEP(event(&l, LIFE_BOOTED, T0 + 200), 0, LIFE_SHUTDOWN);
	assert_int_equal(l.forced, 0);
}

static void
test_boot_killed(void **state)
{
	static const struct {
		struct life_limits limits;
		int64_t budget_ms, rc_ms;
	} t[] = {
		/* half of what SHUTDOWN has */
		{ { 90000, 10000, 5000, -1 }, 20000, 6000 },
		{ { 90000, 10000, 5000, -1 }, 60000, 22500 },
		{ { 90000, 10000, 5000, 7000 }, -1, 2100 },
		{ { 1000, 10000, 5000, -1 }, -1, 500 },
		{ { 1, 10000, 5000, -1 }, -1, 0 },
	};
	struct life l;
	size_t i;

	(void)state;
	for (i = 0; i < SIZEOF(t); i++) {
		life_init(&l, &t[i].limits, false, true);
		(void)request(&l, REQUEST_HALT, t[i].budget_ms, T0);
		if (t[i].rc_ms > 0) {
			assert_int_equal(life_due_ms(&l), T0 + t[i].rc_ms);
			assert_int_equal(event(&l, LIFE_TICK, T0 +
			    t[i].rc_ms - 1), 0);
			STEP(event(&l, LIFE_TICK, T0 + t[i].rc_ms),
			    LIFE_DO_KILL_RC | LIFE_DO_RUN_SHUTDOWN,
			    LIFE_SHUTDOWN);
		}
		assert_int_equal(l.stage, LIFE_SHUTDOWN);
		assert_int_equal(l.forced, 1U << LIFE_BOOT);
	}
}

/* How a budget is laid out: where each stage ends when all run out. */
static void
test_split(void **state)
{
	static const struct {
		int64_t s, t, k;	/* limits */
		int64_t own, asked;	/* -B, and the request's */
		int64_t at[3];		/* SHUTDOWN, TERM, KILL end */
	} t[] = {
		/* the sum, or more, or nothing said: the limits */
		{ 90000, 10000, 5000, -1, -1, { 90000, 100000, 105000 } },
		{ 90000, 10000, 5000, -1, 105000, { 90000, 100000, 105000 } },
		{ 90000, 10000, 5000, -1, 105001, { 90000, 100000, 105000 } },
		{ 90000, 10000, 5000, -1, LARGEST_MS,
		    { 90000, 100000, 105000 } },
		{ 90000, 10000, 5000, LARGEST_MS, -1,
		    { 90000, 100000, 105000 } },
		/* k < B/10, t < 3B/10 */
		{ 90000, 10000, 5000, -1, 60000, { 45000, 55000, 60000 } },
		/* B/10 and 3B/10 */
		{ 90000, 10000, 5000, -1, 10000, { 6000, 9000, 10000 } },
		{ 90000, 10000, 5000, -1, 3000, { 1800, 2700, 3000 } },
		{ 90000, 10000, 5000, -1, 1, { 1, 1, 1 } },
		{ 90000, 10000, 5000, -1, 7, { 5, 7, 7 } },
		/* three tenths of what is left of ten, not more */
		{ 90000, 10000, 5000, -1, 8, { 6, 8, 8 } },
		{ 90000, 10000, 5000, -1, 9, { 7, 9, 9 } },
		{ 90000, 10000, 5000, -1, 19, { 13, 18, 19 } },
		/* -B is used when nothing is asked, and then alone */
		{ 90000, 10000, 5000, 8000, -1, { 4800, 7200, 8000 } },
		{ 90000, 10000, 5000, 8000, 10000, { 6000, 9000, 10000 } },
		/* rc.shutdown never has more than its own limit */
		{ 1000, 10000, 5000, -1, 15000, { 1000, 5500, 7000 } },
		/* limits of nothing */
		{ 5000, 0, 0, -1, 3000, { 3000, 3000, 3000 } },
		{ 5000, 1000, 0, -1, -1, { 5000, 6000, 6000 } },
	};
	struct life l;
	size_t i;
	int j;

	(void)state;
	for (i = 0; i < SIZEOF(t); i++) {
		const struct life_limits limits = { t[i].s, t[i].t, t[i].k,
		    t[i].own };

		running(&l, &limits);
		(void)request(&l, REQUEST_HALT, t[i].asked, T0);
		for (j = 0; j < 3; j++)
			assert_int_equal(l.at_ms[LIFE_SHUTDOWN + j],
			    T0 + t[i].at[j]);
	}
}

/* Time that nobody used is not given to the next: TERM has its part. */
static void
test_part(void **state)
{
	struct life l;

	(void)state;
	running(&l, &usual);
	(void)request(&l, REQUEST_HALT, 10000, T0);
	(void)event(&l, LIFE_SHUTDOWN_ENDED, T0 + 10);
	assert_int_equal(life_due_ms(&l), T0 + 10 + 3000);
	assert_int_equal(life_end_ms(&l), T0 + 10 + 4000);
}

/* Nor does rc.shutdown have more than its part when it begins late. */
static void
test_part_late(void **state)
{
	struct life l;

	(void)state;
	life_init(&l, &usual, false, true);
	(void)request(&l, REQUEST_HALT, 10000, T0);
	(void)event(&l, LIFE_BOOTED, T0 + 500);
	assert_int_equal(l.part_ms[LIFE_SHUTDOWN], 6000);
	assert_int_equal(life_due_ms(&l), T0 + 6000);
	/* the half that rc has used up is not rc.shutdown's */
	life_init(&l, &usual, false, true);
	(void)request(&l, REQUEST_HALT, REQUEST_NO_BUDGET, T0);
	(void)event(&l, LIFE_TICK, T0 + 45000);
	assert_int_equal(l.stage, LIFE_SHUTDOWN);
	assert_int_equal(life_due_ms(&l), T0 + 90000);
	assert_int_equal(life_end_ms(&l), T0 + 105000);
}

/* At the end of the clock a deadline is the last one there is. */
static void
test_last(void **state)
{
	struct life l;

	(void)state;
	running(&l, &usual);
	(void)request(&l, REQUEST_HALT, 1000, INT64_MAX - 1003);
	assert_true(life_end_ms(&l) == INT64_MAX - 3);
	running(&l, &usual);
	(void)request(&l, REQUEST_HALT, 1000, INT64_MAX - 1002);
	assert_true(life_end_ms(&l) == INT64_MAX - 2);
	running(&l, &usual);
	(void)request(&l, REQUEST_HALT, 1000, INT64_MAX - 1000);
	assert_true(life_end_ms(&l) == INT64_MAX - 1);
}

static void
test_no_time(void **state)
{
	const struct life_limits none = { 0, 10000, 5000, -1 };
	struct life l;

	(void)state;
	/* no time at all: everything at once, rc.shutdown not even begun */
	running(&l, &usual);
	STEP(request(&l, REQUEST_HALT, 0, T0), LIFE_DO_TERM_ALL |
	    LIFE_DO_KILL_ALL, LIFE_GONE);
	assert_int_equal(life_end_ms(&l), T0);
	/* in BOOT too */
	life_init(&l, &usual, false, true);
	STEP(request(&l, REQUEST_HALT, 0, T0), LIFE_DO_END_RC | LIFE_DO_KILL_RC
	    | LIFE_DO_TERM_ALL | LIFE_DO_KILL_ALL, LIFE_GONE);
	/* -s 0: none for rc.shutdown */
	running(&l, &none);
	STEP(request(&l, REQUEST_HALT, -1, T0), LIFE_DO_TERM_ALL, LIFE_TERM);
	assert_int_equal(l.forced, 0);
	assert_int_equal(life_due_ms(&l), T0 + 10000);
	/* time, but nobody to give it to */
	life_init(&l, &usual, false, false);
	(void)event(&l, LIFE_BOOTED, T0);
	assert_int_equal(request(&l, REQUEST_HALT, -1, T0), LIFE_DO_TERM_ALL);
	assert_int_equal(life_end_ms(&l), T0 + 15000);
}

static void
test_clock_end(void **state)
{
	const struct life_limits big = { LARGEST_MS, LARGEST_MS, LARGEST_MS,
	    LARGEST_MS };
	static const int64_t near[] = { INT64_MAX, INT64_MAX - 1,
	    INT64_MAX - 2, INT64_MAX - 104999, INT64_MAX - 105000,
	    INT64_MAX - 105001, INT64_MAX - 105002, 0, INT64_MIN };
	struct life l;
	size_t i;

	(void)state;
	for (i = 0; i < SIZEOF(near); i++) {
		life_init(&l, &usual, false, true);
		(void)event(&l, LIFE_BOOTED, near[i]);
		(void)request(&l, REQUEST_HALT, -1, near[i]);
		assert_true(life_end_ms(&l) >= near[i] ||
		    life_end_ms(&l) == INT64_MAX - 1);
		assert_true(life_end_ms(&l) != LIFE_NEVER_MS);
		assert_true(l.at_ms[LIFE_SHUTDOWN] <= l.at_ms[LIFE_TERM]);
		assert_true(l.at_ms[LIFE_TERM] <= l.at_ms[LIFE_KILL]);
		(void)event(&l, LIFE_TICK, INT64_MAX);
		assert_int_equal(l.stage, LIFE_GONE);
	}
	running(&l, &big);
	(void)request(&l, REQUEST_HALT, LARGEST_MS, T0);
	assert_int_equal(life_end_ms(&l), T0 + LARGEST_MS);
	running(&l, &big);
	(void)request(&l, REQUEST_HALT, -1, T0);
	assert_int_equal(life_end_ms(&l), T0 + LARGEST_MS);
}

/* A later request brings the end nearer, or changes nothing about it. */
static void
test_later(void **state)
{
	struct life l;

	(void)state;
	running(&l, &usual);
	(void)request(&l, REQUEST_HALT, 60000, T0);
	assert_int_equal(request(&l, REQUEST_HALT, -1, T0 + 1000), 0);
	assert_int_equal(request(&l, REQUEST_HALT, 59001, T0 + 1000), 0);
	assert_int_equal(life_end_ms(&l), T0 + 60000);
	assert_int_equal(life_due_ms(&l), T0 + 45000);
	assert_int_equal(request(&l, REQUEST_HALT, 10000, T0 + 1000), 0);
	assert_int_equal(life_due_ms(&l), T0 + 7000);
	assert_int_equal(life_end_ms(&l), T0 + 11000);
	/* in TERM, rc.shutdown's share is TERM's */
	(void)event(&l, LIFE_SHUTDOWN_ENDED, T0 + 2000);
	assert_int_equal(life_due_ms(&l), T0 + 5000);
	assert_int_equal(request(&l, REQUEST_HALT, 1000, T0 + 2000), 0);
	assert_int_equal(life_due_ms(&l), T0 + 2900);
	assert_int_equal(life_end_ms(&l), T0 + 3000);
	/* in KILL */
	assert_int_equal(event(&l, LIFE_TICK, T0 + 2900), LIFE_DO_KILL_ALL);
	STEP(request(&l, REQUEST_HALT, 0, T0 + 2950), 0, LIFE_GONE);
	/* and after it */
	STEP(request(&l, REQUEST_REBOOT, 9000, T0 + 2960), 0, LIFE_GONE);
	assert_int_equal(l.verb, REQUEST_HALT);
}

static void
test_verbs(void **state)
{
	static const struct {
		enum request_verb first, then, is;
	} t[] = {
		{ REQUEST_HALT, REQUEST_HALT, REQUEST_HALT },
		{ REQUEST_HALT, REQUEST_POWEROFF, REQUEST_POWEROFF },
		{ REQUEST_HALT, REQUEST_REBOOT, REQUEST_HALT },
		{ REQUEST_POWEROFF, REQUEST_HALT, REQUEST_HALT },
		{ REQUEST_POWEROFF, REQUEST_REBOOT, REQUEST_POWEROFF },
		{ REQUEST_REBOOT, REQUEST_HALT, REQUEST_HALT },
		{ REQUEST_REBOOT, REQUEST_POWEROFF, REQUEST_POWEROFF },
		{ REQUEST_REBOOT, REQUEST_REBOOT, REQUEST_REBOOT },
		{ REQUEST_REBOOT, REQUEST_EXIT, REQUEST_EXIT },
		{ REQUEST_HALT, REQUEST_EXIT, REQUEST_EXIT },
		{ REQUEST_POWEROFF, REQUEST_EXIT, REQUEST_EXIT },
		{ REQUEST_EXIT, REQUEST_HALT, REQUEST_EXIT },
		{ REQUEST_EXIT, REQUEST_POWEROFF, REQUEST_EXIT },
		{ REQUEST_EXIT, REQUEST_REBOOT, REQUEST_EXIT },
	};
	struct life l;
	size_t i;

	(void)state;
	for (i = 0; i < SIZEOF(t); i++) {
		running(&l, &usual);
		(void)request(&l, t[i].first, -1, T0);
		(void)request(&l, t[i].then, -1, T0 + 1);
		assert_int_equal(l.verb, t[i].is);
	}
}

/* The status of the last exit stays, whatever else is asked for. */
static void
test_exit(void **state)
{
	struct request rq = { REQUEST_EXIT, REQUEST_NO_BUDGET, 3, "",
	    REQUEST_NO_ID };
	struct life l;

	(void)state;
	running(&l, &usual);
	assert_int_equal(l.status, 0);
	(void)request(&l, REQUEST_REBOOT, -1, T0);
	assert_int_equal(l.status, 0);
	(void)life_step(&l, LIFE_REQUEST, &rq, T0);
	assert_int_equal(l.status, 3);
	(void)request(&l, REQUEST_HALT, -1, T0);
	(void)request(&l, REQUEST_REBOOT, -1, T0);
	assert_int_equal(l.status, 3);
	rq.status = 255;
	(void)life_step(&l, LIFE_REQUEST, &rq, T0);
	assert_int_equal(l.status, 255);
	/* when all else is over, too */
	(void)event(&l, LIFE_TICK, INT64_MAX);
	rq.status = 0;
	STEP(life_step(&l, LIFE_REQUEST, &rq, T0), 0, LIFE_GONE);
	assert_int_equal(l.status, 0);
	assert_int_equal(l.verb, REQUEST_EXIT);
}

static void
test_command(void **state)
{
	struct life l;

	(void)state;
	/* it ends by itself */
	life_init(&l, &usual, true, false);
	STEP(event(&l, LIFE_COMMAND_ENDED, T0), LIFE_DO_TERM_ALL, LIFE_TERM);
	assert_int_equal(life_due_ms(&l), T0 + 10000);
	assert_int_equal(l.verb, REQUEST_HALT);
	/* it is asked to, twice, and does */
	life_init(&l, &usual, true, false);
	STEP(request(&l, REQUEST_HALT, -1, T0), LIFE_DO_STOP_COMMAND,
	    LIFE_SHUTDOWN);
	assert_int_equal(request(&l, REQUEST_HALT, -1, T0 + 1),
	    LIFE_DO_STOP_COMMAND);
	STEP(event(&l, LIFE_COMMAND_ENDED, T0 + 2), LIFE_DO_TERM_ALL,
	    LIFE_TERM);
	/* it ends after its time */
	life_init(&l, &usual, true, false);
	(void)request(&l, REQUEST_HALT, 10000, T0);
	STEP(event(&l, LIFE_TICK, T0 + 6000), LIFE_DO_TERM_OTHERS, LIFE_TERM);
	assert_int_equal(request(&l, REQUEST_HALT, -1, T0 + 6001),
	    LIFE_DO_STOP_COMMAND);
	STEP(event(&l, LIFE_COMMAND_ENDED, T0 + 6002), 0, LIFE_TERM);
	assert_int_equal(life_due_ms(&l), T0 + 9000);
	assert_int_equal(request(&l, REQUEST_HALT, -1, T0 + 6003), 0);
	/* it does not end before KILL, which it is not told of before */
	life_init(&l, &usual, true, false);
	(void)request(&l, REQUEST_HALT, 10000, T0);
	(void)event(&l, LIFE_TICK, T0 + 6000);
	STEP(event(&l, LIFE_TICK, T0 + 9000), LIFE_DO_KILL_ALL, LIFE_KILL);
	assert_int_equal(request(&l, REQUEST_HALT, -1, T0 + 9001), 0);
	/* no time for it, but the signal */
	life_init(&l, &usual, true, false);
	assert_int_equal(request(&l, REQUEST_HALT, 0, T0),
	    LIFE_DO_STOP_COMMAND | LIFE_DO_TERM_OTHERS | LIFE_DO_KILL_ALL);
}

/* A command and an rc.shutdown (-R): both are waited for. */
static void
test_command_shutdown(void **state)
{
	static const enum life_event order[2][2] = {
		{ LIFE_COMMAND_ENDED, LIFE_SHUTDOWN_ENDED },
		{ LIFE_SHUTDOWN_ENDED, LIFE_COMMAND_ENDED },
	};
	struct life l;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		life_init(&l, &usual, true, true);
		assert_int_equal(request(&l, REQUEST_HALT, -1, T0),
		    LIFE_DO_STOP_COMMAND | LIFE_DO_RUN_SHUTDOWN);
		STEP(event(&l, order[i][0], T0), 0, LIFE_SHUTDOWN);
		STEP(event(&l, order[i][1], T0), LIFE_DO_TERM_ALL, LIFE_TERM);
	}
	/* the command ends by itself: rc.shutdown runs all the same */
	life_init(&l, &usual, true, true);
	assert_int_equal(event(&l, LIFE_COMMAND_ENDED, T0),
	    LIFE_DO_RUN_SHUTDOWN);
	assert_int_equal(event(&l, LIFE_SHUTDOWN_ENDED, T0), LIFE_DO_TERM_ALL);
	/* seen too late it means nothing */
	assert_int_equal(event(&l, LIFE_SHUTDOWN_ENDED, T0), 0);
	STEP(event(&l, LIFE_BOOTED, T0), 0, LIFE_TERM);
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(life_stage_name(LIFE_BOOT), "boot");
	assert_string_equal(life_stage_name(LIFE_RUN), "run");
	assert_string_equal(life_stage_name(LIFE_SHUTDOWN), "shutdown");
	assert_string_equal(life_stage_name(LIFE_TERM), "term");
	assert_string_equal(life_stage_name(LIFE_KILL), "kill");
	assert_string_equal(life_stage_name(LIFE_GONE), "gone");
	assert_string_equal(life_stage_name(LIFE_STAGES), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_no_limit),
		cmocka_unit_test(test_whole_life),
		cmocka_unit_test(test_time_outs),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_boot_halted),
		cmocka_unit_test(test_boot_killed),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_part),
		cmocka_unit_test(test_part_late),
		cmocka_unit_test(test_last),
		cmocka_unit_test(test_no_time),
		cmocka_unit_test(test_clock_end),
		cmocka_unit_test(test_later),
		cmocka_unit_test(test_verbs),
		cmocka_unit_test(test_exit),
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_command_shutdown),
		cmocka_unit_test(test_names),
	};

	return (cmocka_run_group_tests_name("life", tests, NULL, NULL));
}
