/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a jail.  Pure: touches nothing but its arguments. */
#include "life.h"

static int64_t
min_ms(int64_t a, int64_t b)
{
	return (a < b ? a : b);
}

/* a + b for b >= 0; never LIFE_NEVER_MS, since the sum is a deadline. */
static int64_t
add_ms(int64_t a, int64_t b)
{
	if (a >= LIFE_NEVER_MS - 1 - b)
		return (LIFE_NEVER_MS - 1);
	return (a + b);
}

/* From stage on, which begins at now_ms, nobody takes longer than its part:
 * time that an earlier stage has left brings the end nearer. */
static void
life_tighten(struct life *life, enum life_stage stage, int64_t now_ms)
{
	int64_t t = now_ms;
	int s;

	for (s = (int)stage; s <= LIFE_KILL; s++) {
		t = add_ms(t, life->part_ms[s]);
		t = life->at_ms[s] = min_ms(life->at_ms[s], t);
	}
}

/*
 * Lays a budget out from now_ms on.  A budget of the three limits' sum, or
 * more, is the limits.  A shorter one is split: a tenth for KILL, three
 * tenths for TERM, the rest for rc.shutdown, nobody more than its limit.
 * Every time is the least ever promised, so that a later request can bring
 * the end nearer and never put it off.
 */
static void
life_promise(struct life *life, int64_t budget_ms, int64_t now_ms)
{
	const struct life_limits *l = &life->limits;
	int64_t sum = l->shutdown_ms + l->term_ms + l->kill_ms;
	int64_t b = budget_ms, k = l->kill_ms, t = l->term_ms, s, end;

	if (b == REQUEST_NO_BUDGET)
		b = l->budget_ms;
	if (b == REQUEST_NO_BUDGET || b > sum)
		b = sum;
	if (b < sum) {
		k = min_ms(k, b / 10);
		t = min_ms(t, b / 10 * 3 + b % 10 * 3 / 10);
	}
	s = min_ms(l->shutdown_ms, b - t - k);
	end = add_ms(now_ms, b);
	life->at_ms[LIFE_BOOT] = min_ms(life->at_ms[LIFE_BOOT],
	    add_ms(now_ms, min_ms(min_ms(b / 10, LIFE_BOOT_MAX_MS), s / 2)));
	life->at_ms[LIFE_SHUTDOWN] = min_ms(life->at_ms[LIFE_SHUTDOWN],
	    end - k - t);
	life->at_ms[LIFE_TERM] = min_ms(life->at_ms[LIFE_TERM], end - k);
	life->at_ms[LIFE_KILL] = min_ms(life->at_ms[LIFE_KILL], end);
	life->part_ms[LIFE_SHUTDOWN] = min_ms(life->part_ms[LIFE_SHUTDOWN], s);
	life->part_ms[LIFE_TERM] = min_ms(life->part_ms[LIFE_TERM], t);
	life->part_ms[LIFE_KILL] = min_ms(life->part_ms[LIFE_KILL], k);
}

static unsigned
enter_kill(struct life *life)
{
	life->stage = LIFE_KILL;
	return (LIFE_DO_KILL_ALL);
}

static unsigned
enter_term(struct life *life, int64_t now_ms)
{
	life->stage = LIFE_TERM;
	life_tighten(life, LIFE_TERM, now_ms);
	return (LIFE_DO_TERM_ALL);
}

/* With nobody to wait for, or no time to do so, SHUTDOWN is left out; a
 * command has had its stop signal all the same. */
static unsigned
enter_shutdown(struct life *life, int64_t now_ms)
{
	unsigned actions = life->command ? LIFE_DO_STOP_COMMAND : 0;

	life_tighten(life, LIFE_SHUTDOWN, now_ms);
	if ((!life->command && !life->rc_shutdown) ||
	    now_ms >= life->at_ms[LIFE_SHUTDOWN])
		return (actions | enter_term(life, now_ms));
	life->stage = LIFE_SHUTDOWN;
	if (life->rc_shutdown)
		actions |= LIFE_DO_RUN_SHUTDOWN;
	return (actions);
}

/* A halt outlives a reboot, whichever came first. */
static unsigned
on_request(struct life *life, const struct request *rq, int64_t now_ms)
{
	bool first = life->verb == REQUEST_NONE;

	if (first || rq->verb != REQUEST_REBOOT)
		life->verb = rq->verb;
	life_promise(life, rq->budget_ms, now_ms);
	if (life->stage == LIFE_BOOT)
		return (first ? LIFE_DO_END_RC : 0);
	if (life->stage == LIFE_RUN)
		return (enter_shutdown(life, now_ms));
	if (life->stage == LIFE_SHUTDOWN && life->command)
		return (LIFE_DO_STOP_COMMAND);
	return (0);
}

static unsigned
on_event(struct life *life, enum life_event event, const struct request *rq,
    int64_t now_ms)
{
	static const struct request end = { REQUEST_HALT, REQUEST_NO_BUDGET,
	    "" };

	switch (event) {
	case LIFE_TICK:
		break;
	case LIFE_REQUEST:
		return (on_request(life, rq, now_ms));
	case LIFE_BOOTED:
		if (life->stage != LIFE_BOOT)
			break;
		if (life->verb != REQUEST_NONE)
			return (enter_shutdown(life, now_ms));
		life->stage = LIFE_RUN;
		break;
	case LIFE_COMMAND_ENDED:
		life->command = false;
		if (life->stage == LIFE_RUN)
			return (on_request(life, &end, now_ms));
		if (life->stage == LIFE_SHUTDOWN && !life->rc_shutdown)
			return (enter_term(life, now_ms));
		break;
	case LIFE_SHUTDOWN_ENDED:
		life->rc_shutdown = false;
		if (life->stage == LIFE_SHUTDOWN && !life->command)
			return (enter_term(life, now_ms));
		break;
	case LIFE_EMPTY:
		if (life->stage == LIFE_TERM || life->stage == LIFE_KILL)
			life->stage = LIFE_GONE;
		break;
	}
	return (0);
}

/* The stage has run out of time: on to the next. */
static unsigned
on_time_out(struct life *life, int64_t now_ms)
{
	life->forced |= 1U << life->stage;
	switch (life->stage) {
	case LIFE_BOOT:
		return (LIFE_DO_KILL_RC | enter_shutdown(life, now_ms));
	case LIFE_SHUTDOWN:
		return (enter_term(life, now_ms));
	case LIFE_TERM:
		return (enter_kill(life));
	default:
		life->stage = LIFE_GONE;
		return (0);
	}
}

void
life_init(struct life *life, const struct life_limits *limits, bool command,
    bool rc_shutdown)
{
	int s;

	life->stage = command ? LIFE_RUN : LIFE_BOOT;
	life->verb = REQUEST_NONE;
	life->forced = 0;
	life->command = command;
	life->rc_shutdown = rc_shutdown;
	life->limits = *limits;
	for (s = 0; s < LIFE_STAGES; s++)
		life->at_ms[s] = life->part_ms[s] = LIFE_NEVER_MS;
}

unsigned
life_step(struct life *life, enum life_event event, const struct request *rq,
    int64_t now_ms)
{
	unsigned actions = on_event(life, event, rq, now_ms);

	while (life_due_ms(life) != LIFE_NEVER_MS &&
	    now_ms >= life_due_ms(life))
		actions |= on_time_out(life, now_ms);
	return (actions);
}

int64_t
life_due_ms(const struct life *life)
{
	if (life->stage == LIFE_GONE)
		return (LIFE_NEVER_MS);
	return (life->at_ms[life->stage]);
}

int64_t
life_end_ms(const struct life *life)
{
	return (life->at_ms[LIFE_KILL]);
}

const char *
life_stage_name(enum life_stage stage)
{
	static const char *const name[LIFE_STAGES] = { "boot", "run",
	    "shutdown", "term", "kill", "gone" };

	return (stage < LIFE_STAGES ? name[stage] : "?");
}
