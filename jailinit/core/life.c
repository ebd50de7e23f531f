/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a jail.  Pure: touches nothing but its arguments. */
#include "life.h"
#include "ms.h"

/* stage begins at now_ms.  It and the later stages get their part_ms at most,
 * so time that an earlier stage did not use brings the end nearer. */
/*@ requires \valid(life) && LIFE_SHUTDOWN <= stage <= LIFE_TERM;
    requires \forall integer k; stage <= k <= LIFE_KILL ==>
	life->part_ms[k] >= 0;
    requires stage == LIFE_SHUTDOWN ==>
	life->at_ms[LIFE_SHUTDOWN] <= life->at_ms[LIFE_TERM];
    requires life->at_ms[LIFE_TERM] <= life->at_ms[LIFE_KILL];
    terminates \true;
    assigns life->at_ms[LIFE_SHUTDOWN .. LIFE_KILL];
    ensures \forall integer k; 0 <= k < LIFE_STAGES ==>
	life->at_ms[k] <= \old(life->at_ms[k]);
    ensures stage == LIFE_SHUTDOWN ==>
	life->at_ms[LIFE_SHUTDOWN] <= life->at_ms[LIFE_TERM];
    ensures life->at_ms[LIFE_TERM] <= life->at_ms[LIFE_KILL];
*/
static void
life_tighten(struct life *life, enum life_stage stage, int64_t now_ms)
{
	int64_t t = now_ms;
	int s;

	/*@ loop invariant stage <= s <= LIFE_GONE;
	    loop invariant \forall integer k; 0 <= k < LIFE_STAGES ==>
		life->at_ms[k] <= \at(life->at_ms[k], Pre);
	    loop invariant \forall integer k; s <= k < LIFE_STAGES ==>
		life->at_ms[k] == \at(life->at_ms[k], Pre);
	    loop invariant s > stage ==>
		t == life->at_ms[s - 1] && t < LIFE_NEVER_MS;
	    loop invariant stage == LIFE_SHUTDOWN && s > LIFE_TERM ==>
		life->at_ms[LIFE_SHUTDOWN] <= life->at_ms[LIFE_TERM];
	    loop invariant s > LIFE_KILL ==>
		life->at_ms[LIFE_TERM] <= life->at_ms[LIFE_KILL];
	    loop assigns s, t, life->at_ms[LIFE_SHUTDOWN .. LIFE_KILL];
	    loop variant LIFE_GONE - s;
	*/
	for (s = (int)stage; s <= LIFE_KILL; s++) {
		t = add_ms(t, life->part_ms[s]);
		t = life->at_ms[s] = min_ms(life->at_ms[s], t);
	}
}

/*
 * Divides a budget that begins at now_ms.  If it is at least the sum of the
 * three limits, each stage gets its limit.  A smaller budget gives a tenth to
 * KILL, three tenths to TERM and the rest to rc.shutdown, each its limit at
 * most.  In BOOT, rc may use up half of rc.shutdown's time.  No time is ever
 * increased, so a later request can bring the end nearer, but cannot put it
 * off.
 */
/*@ requires \valid(life) && budget_ms >= REQUEST_NO_BUDGET;
    requires life_limits_ok(&life->limits) && life_order(life, life->stage);
    terminates \true;
    assigns life->at_ms[0 .. LIFE_KILL], life->part_ms[0 .. LIFE_KILL];
    ensures \forall integer k; 0 <= k < LIFE_STAGES ==>
	life->part_ms[k] >= 0 && life->at_ms[k] <= \old(life->at_ms[k]);
    ensures life->at_ms[LIFE_RUN] == LIFE_NEVER_MS;
    ensures life->at_ms[LIFE_BOOT] <= now_ms + life->limits.shutdown_ms / 2;
    ensures life->stage == LIFE_BOOT ==>
	life->at_ms[LIFE_BOOT] <= life->at_ms[LIFE_KILL];
    ensures life->stage <= LIFE_SHUTDOWN ==>
	life->at_ms[LIFE_SHUTDOWN] <= life->at_ms[LIFE_TERM];
    ensures life->stage <= LIFE_TERM ==>
	life->at_ms[LIFE_TERM] <= life->at_ms[LIFE_KILL];
    ensures life->at_ms[LIFE_KILL] < LIFE_NEVER_MS;
    ensures life->at_ms[LIFE_KILL] <=
	now_ms + life_budget(&life->limits, budget_ms);
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
	/*@ assert 0 <= k && 0 <= t && 0 <= s && s + t + k <= b <= sum; */
	end = add_ms(now_ms, b);
	life->at_ms[LIFE_BOOT] = min_ms(life->at_ms[LIFE_BOOT],
	    add_ms(now_ms, s / 2));
	life->at_ms[LIFE_SHUTDOWN] = min_ms(life->at_ms[LIFE_SHUTDOWN],
	    end - k - t);
	life->at_ms[LIFE_TERM] = min_ms(life->at_ms[LIFE_TERM], end - k);
	life->at_ms[LIFE_KILL] = min_ms(life->at_ms[LIFE_KILL], end);
	life->part_ms[LIFE_SHUTDOWN] = min_ms(life->part_ms[LIFE_SHUTDOWN], s);
	life->part_ms[LIFE_TERM] = min_ms(life->part_ms[LIFE_TERM], t);
	life->part_ms[LIFE_KILL] = min_ms(life->part_ms[LIFE_KILL], k);
}

/*@ requires \valid(life) && life_ok(life) && life->verb != REQUEST_NONE;
    requires life->stage == LIFE_TERM;
    terminates \true;
    assigns life->stage;
    ensures life_ok(life) && life->stage == LIFE_KILL;
*/
static unsigned
enter_kill(struct life *life)
{
	life->stage = LIFE_KILL;
	return (LIFE_DO_KILL_ALL);
}

/* A command that still lives has got its stop signal, and is not told again. */
/*@ requires \valid(life) && life_limits_ok(&life->limits);
    requires life->stage <= LIFE_SHUTDOWN && life_ends(life, LIFE_TERM);
    terminates \true;
    assigns life->stage, life->at_ms[LIFE_SHUTDOWN .. LIFE_KILL];
    ensures life_ok(life) && life->stage == LIFE_TERM;
    ensures told: \result == LIFE_DO_TERM_OTHERS && life->command ||
	\result == LIFE_DO_TERM_ALL && !life->command;
    ensures \forall integer k; 0 <= k < LIFE_STAGES ==>
	life->at_ms[k] <= \old(life->at_ms[k]);
*/
static unsigned
enter_term(struct life *life, int64_t now_ms)
{
	life->stage = LIFE_TERM;
	life_tighten(life, LIFE_TERM, now_ms);
	return (life->command ? LIFE_DO_TERM_OTHERS : LIFE_DO_TERM_ALL);
}

/* Skips SHUTDOWN if there is neither a command nor rc.shutdown, or no time for
 * them.  A command gets its stop signal in any case. */
/*@ requires \valid(life) && life_limits_ok(&life->limits);
    requires life->stage <= LIFE_RUN && life_ends(life, LIFE_SHUTDOWN);
    terminates \true;
    assigns life->stage, life->at_ms[LIFE_SHUTDOWN .. LIFE_KILL];
    ensures life_ok(life) && life->stage >= LIFE_SHUTDOWN;
    ensures \forall integer k; 0 <= k < LIFE_STAGES ==>
	life->at_ms[k] <= \old(life->at_ms[k]);
*/
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

/* A halt or poweroff wins over a reboot, and an exit over all, whichever came
 * first; of two exits the last counts. */
/*@ requires \valid(life) && life_ok(life);
    requires \valid_read(rq) && \separated(life, rq) && life_is_end(rq);
    terminates \true;
    assigns life->stage, life->verb, life->status, life->forced,
	life->command, life->rc_shutdown, life->at_ms[0 .. LIFE_GONE],
	life->part_ms[0 .. LIFE_GONE];
    ensures life_ok(life) && life->stage >= \old(life->stage);
    ensures \forall integer k; 0 <= k < LIFE_STAGES ==>
	life->at_ms[k] <= \old(life->at_ms[k]);
    ensures life->verb != REQUEST_NONE;
    ensures life->at_ms[LIFE_BOOT] <= now_ms + life->limits.shutdown_ms / 2;
    ensures life->at_ms[LIFE_KILL] <=
	now_ms + life_budget(&life->limits, rq->budget_ms);
    ensures life_halts(\old(life->verb)) || life_halts(rq->verb) ==>
	life_halts(life->verb);
    ensures \old(life->verb) == REQUEST_EXIT ||
	rq->verb == REQUEST_EXIT ==>
	life->verb == REQUEST_EXIT && life->status ==
	    (rq->verb == REQUEST_EXIT ? rq->status : \old(life->status));
*/
static unsigned
on_request(struct life *life, const struct request *rq, int64_t now_ms)
{
	bool first = life->verb == REQUEST_NONE;

	if (first || rq->verb == REQUEST_EXIT || (rq->verb != REQUEST_REBOOT &&
	    life->verb != REQUEST_EXIT)) {
		life->verb = rq->verb;
		life->status = rq->status;
	}
	life_promise(life, rq->budget_ms, now_ms);
	if (life->stage == LIFE_BOOT)
		return (first ? LIFE_DO_END_RC : 0);
	if (life->stage == LIFE_RUN)
		return (enter_shutdown(life, now_ms));
	if (life->stage <= LIFE_TERM && life->command)
		return (LIFE_DO_STOP_COMMAND);
	return (0);
}

/*@ requires \valid(life) && life_ok(life);
    requires event == LIFE_REQUEST ==>
	\valid_read(rq) && \separated(life, rq) && life_is_end(rq);
    terminates \true;
    assigns life->stage, life->verb, life->status, life->forced,
	life->command, life->rc_shutdown, life->at_ms[0 .. LIFE_GONE],
	life->part_ms[0 .. LIFE_GONE];
    ensures life_ok(life) && life->stage >= \old(life->stage);
    ensures \forall integer k; 0 <= k < LIFE_STAGES ==>
	life->at_ms[k] <= \old(life->at_ms[k]);
    ensures event == LIFE_REQUEST || \old(life->verb) != REQUEST_NONE
	==> life->verb != REQUEST_NONE;
    ensures event == LIFE_REQUEST ==> life->at_ms[LIFE_KILL] <=
	now_ms + life_budget(&life->limits, rq->budget_ms);
    ensures event == LIFE_REQUEST ==> life->at_ms[LIFE_BOOT] <=
	now_ms + life->limits.shutdown_ms / 2;
    ensures event != LIFE_REQUEST && \old(life->verb) == REQUEST_NONE &&
	life->verb != REQUEST_NONE ==> life->at_ms[LIFE_KILL] <=
	now_ms + life_budget(&life->limits, REQUEST_NO_BUDGET);
    ensures life_halts(\old(life->verb)) ||
	event == LIFE_REQUEST && life_halts(rq->verb) ==>
	life_halts(life->verb);
    ensures \old(life->verb) == REQUEST_EXIT ||
	event == LIFE_REQUEST && rq->verb == REQUEST_EXIT ==>
	life->verb == REQUEST_EXIT && life->status ==
	    (event == LIFE_REQUEST && rq->verb == REQUEST_EXIT ?
	    rq->status : \old(life->status));
*/
static unsigned
on_event(struct life *life, enum life_event event, const struct request *rq,
    int64_t now_ms)
{
	static const struct request end = { REQUEST_HALT, REQUEST_NO_BUDGET,
	    0, "", REQUEST_NO_ID };

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

/* The stage has run out of time: goes on to the next. */
/*@ requires \valid(life) && life_ok(life) && life->verb != REQUEST_NONE;
    requires life->stage < LIFE_GONE;
    terminates \true;
    assigns life->stage, life->forced, life->at_ms[LIFE_SHUTDOWN .. LIFE_KILL];
    ensures life_ok(life) && life->stage > \old(life->stage);
    ensures \forall integer k; 0 <= k < LIFE_STAGES ==>
	life->at_ms[k] <= \old(life->at_ms[k]);
*/
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
	life->status = 0;
	life->forced = 0;
	life->command = command;
	life->rc_shutdown = rc_shutdown;
	life->limits = *limits;
	/*@ loop invariant 0 <= s <= LIFE_STAGES;
	    loop invariant \forall integer k; 0 <= k < s ==>
		life->at_ms[k] == LIFE_NEVER_MS &&
		life->part_ms[k] == LIFE_NEVER_MS;
	    loop assigns s, life->at_ms[0 .. LIFE_GONE],
		life->part_ms[0 .. LIFE_GONE];
	    loop variant LIFE_STAGES - s;
	*/
	for (s = 0; s < LIFE_STAGES; s++)
		life->at_ms[s] = life->part_ms[s] = LIFE_NEVER_MS;
}

unsigned
life_step(struct life *life, enum life_event event, const struct request *rq,
    int64_t now_ms)
{
	unsigned actions = on_event(life, event, rq, now_ms);

	/*@ ghost Told: ; */
	/*@ loop invariant life_ok(life);
	    loop invariant life->stage >= \at(life->stage, Pre);
	    loop invariant life->verb == \at(life->verb, Told);
	    loop invariant \forall integer k; 0 <= k < LIFE_STAGES ==>
		life->at_ms[k] <= \at(life->at_ms[k], Told);
	    loop assigns actions, life->stage, life->forced,
		life->at_ms[LIFE_SHUTDOWN .. LIFE_KILL];
	    loop variant LIFE_STAGES - life->stage;
	*/
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
	static const char name[LIFE_STAGES][9] = { "boot", "run",
	    "shutdown", "term", "kill", "gone" };

	return (stage < LIFE_STAGES ? name[stage] : "?");
}
