/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of a jail.  Events go in, actions come out.  Pure: no system call,
 * no clock, no errno.  All times are milliseconds of one monotonic clock.
 *
 *	BOOT -> RUN -> SHUTDOWN -> TERM -> KILL -> GONE
 *
 * The stage only moves to the right, and may skip some.  After the first
 * request GONE is reached at the latest when the budget is spent: by the first
 * life_step() with now_ms >= life_end_ms().
 */
#ifndef LIFE_H
#define LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "ms.h"
#include "request.h"

#define LIFE_NEVER_MS	NEVER_MS

enum life_stage {
	LIFE_BOOT,		/* rc runs */
	LIFE_RUN,		/* jailinit reaps and listens */
	LIFE_SHUTDOWN,		/* rc.shutdown runs; the command may end */
	LIFE_TERM,		/* every process has been told to end */
	LIFE_KILL,		/* every process has got KILL */
	LIFE_GONE,		/* process 1 leaves */
	LIFE_STAGES
};

enum life_event {
	LIFE_TICK,		/* nothing but time */
	LIFE_REQUEST,		/* the end was asked for */
	LIFE_BOOTED,		/* rc has ended, or could not be started */
	LIFE_COMMAND_ENDED,	/* the command of app mode has ended */
	LIFE_SHUTDOWN_ENDED,	/* rc.shutdown has ended, or cannot run */
	LIFE_EMPTY		/* no process is left but process 1 */
};

/* Actions, to be done in this order. */
#define LIFE_DO_END_RC		0x01U	/* TERM, CONT to rc's group */
#define LIFE_DO_KILL_RC		0x02U	/* KILL to rc's group */
#define LIFE_DO_STOP_COMMAND	0x04U	/* its stop signal, CONT */
#define LIFE_DO_RUN_SHUTDOWN	0x08U	/* start rc.shutdown */
#define LIFE_DO_TERM_ALL	0x10U	/* ask every process to end */
#define LIFE_DO_TERM_OTHERS	0x20U	/* all but the command */
#define LIFE_DO_KILL_ALL	0x40U	/* KILL to every process */

/* The limits unless others are given, in seconds. */
#define LIFE_SHUTDOWN_SECONDS	90
#define LIFE_TERM_SECONDS	10
#define LIFE_KILL_SECONDS	5

/* The limits of the life, 0 to REQUEST_SECONDS_MAX * 1000 each. */
struct life_limits {
	int64_t shutdown_ms;	/* for rc.shutdown, or the command's end */
	int64_t term_ms;	/* after TERM */
	int64_t kill_ms;	/* after KILL */
	int64_t budget_ms;	/* of a request without one;
				 * REQUEST_NO_BUDGET: the sum of the three */
};

struct life {
	enum life_stage stage;
	enum request_verb verb;		/* how it ends, REQUEST_NONE before */
	int status;			/* of REQUEST_EXIT, else 0 */
	unsigned forced;		/* bit 1 << stage: ran out of time */
	bool command;			/* app mode: the command lives */
	bool rc_shutdown;		/* rc.shutdown is to run, or runs */
	struct life_limits limits;
	int64_t at_ms[LIFE_STAGES];	/* when the stage ends, at the latest */
	int64_t part_ms[LIFE_STAGES];	/* the longest that it may take */
};

/*
 * What test/proof proves of a life, for any clock: its limits are valid.
 * Before a request there is no deadline.  After it each stage has one; those
 * of the stages to come are in order, and none is after the promised end.
 */
/*@ predicate life_is_ms(integer ms) =
	0 <= ms <= REQUEST_SECONDS_MAX * 1000;
    predicate life_limits_ok(struct life_limits *l) =
	life_is_ms(l->shutdown_ms) && life_is_ms(l->term_ms) &&
	life_is_ms(l->kill_ms) &&
	(l->budget_ms == REQUEST_NO_BUDGET || life_is_ms(l->budget_ms));
    predicate life_no_end(struct life *l) = l->stage <= LIFE_RUN &&
	l->status == 0 &&
	\forall integer s; 0 <= s < LIFE_STAGES ==>
	    l->at_ms[s] == LIFE_NEVER_MS && l->part_ms[s] == LIFE_NEVER_MS;
    predicate life_order(struct life *l, integer stage) =
	(\forall integer s; 0 <= s < LIFE_STAGES ==> l->part_ms[s] >= 0) &&
	l->at_ms[LIFE_RUN] == LIFE_NEVER_MS &&
	(stage == LIFE_BOOT ==>
	    l->at_ms[LIFE_BOOT] <= l->at_ms[LIFE_KILL]) &&
	(stage <= LIFE_SHUTDOWN ==>
	    l->at_ms[LIFE_SHUTDOWN] <= l->at_ms[LIFE_TERM]) &&
	(stage <= LIFE_TERM ==> l->at_ms[LIFE_TERM] <= l->at_ms[LIFE_KILL]);
    predicate life_ends(struct life *l, integer stage) =
	(l->verb == REQUEST_EXIT ? 0 <= l->status <= REQUEST_STATUS_MAX :
	    l->status == 0) &&
	REQUEST_HALT <= l->verb <= REQUEST_EXIT && stage != LIFE_RUN &&
	life_order(l, stage) && l->at_ms[LIFE_KILL] < LIFE_NEVER_MS;
    predicate life_ok(struct life *l) =
	LIFE_BOOT <= l->stage <= LIFE_GONE && life_limits_ok(&l->limits) &&
	(l->verb == REQUEST_NONE ? life_no_end(l) : life_ends(l, l->stage));
    logic integer life_sum(struct life_limits *l) =
	l->shutdown_ms + l->term_ms + l->kill_ms;
    logic integer life_budget(struct life_limits *l, integer ms) =
	\min(life_sum(l), ms != REQUEST_NO_BUDGET ? ms :
	    l->budget_ms != REQUEST_NO_BUDGET ? l->budget_ms : life_sum(l));
    predicate life_halts(integer verb) =
	verb == REQUEST_HALT || verb == REQUEST_POWEROFF ||
	verb == REQUEST_EXIT;
    predicate life_is_end(struct request *rq) =
	REQUEST_HALT <= rq->verb <= REQUEST_EXIT && request_is_status(rq) &&
	rq->budget_ms >= REQUEST_NO_BUDGET;
*/

/* Begins a life: in BOOT or, with a command (app mode), in RUN.
 * rc_shutdown: its end begins with rc.shutdown. */
/*@ requires \valid(life) && \valid_read(limits) && life_limits_ok(limits);
    requires \separated(life, limits);
    terminates \true;
    assigns *life;
    ensures life_ok(life) && life->verb == REQUEST_NONE;
*/
void life_init(struct life *life, const struct life_limits *limits,
    bool command, bool rc_shutdown);

/* Gives event, at the time now_ms, to the life.  rq is the request of
 * LIFE_REQUEST; it may be NULL for other events.  Returns the actions,
 * LIFE_DO_*. */
/*@ requires \valid(life) && life_ok(life);
    requires event == LIFE_REQUEST ==>
	\valid_read(rq) && \separated(life, rq) && life_is_end(rq);
    terminates \true;
    assigns life->stage, life->verb, life->status, life->forced,
	life->command, life->rc_shutdown, life->at_ms[0 .. LIFE_GONE],
	life->part_ms[0 .. LIFE_GONE];
    ensures ok: life_ok(life);
    ensures right: life->stage >= \old(life->stage);
    ensures nearer: \forall integer s; 0 <= s < LIFE_STAGES ==>
	life->at_ms[s] <= \old(life->at_ms[s]);
    ensures deadline: life->verb != REQUEST_NONE && life->stage < LIFE_GONE ==>
	life->at_ms[life->stage] <= life->at_ms[LIFE_KILL] < LIFE_NEVER_MS;
    ensures promise: event == LIFE_REQUEST ==> life->at_ms[LIFE_KILL] <=
	now_ms + life_budget(&life->limits, rq->budget_ms);
    ensures rc: event == LIFE_REQUEST ==> life->at_ms[LIFE_BOOT] <=
	now_ms + life->limits.shutdown_ms / 2;
    ensures own_end: event != LIFE_REQUEST &&
	\old(life->verb) == REQUEST_NONE && life->verb != REQUEST_NONE ==>
	life->at_ms[LIFE_KILL] <=
	    now_ms + life_budget(&life->limits, REQUEST_NO_BUDGET);
    ensures over: life->verb != REQUEST_NONE &&
	now_ms >= life->at_ms[LIFE_KILL] ==> life->stage == LIFE_GONE;
    ensures asked: event == LIFE_REQUEST || \old(life->verb) != REQUEST_NONE
	==> life->verb != REQUEST_NONE;
    ensures halt: life_halts(\old(life->verb)) ||
	event == LIFE_REQUEST && life_halts(rq->verb) ==>
	life_halts(life->verb);
    ensures exit: \old(life->verb) == REQUEST_EXIT ||
	event == LIFE_REQUEST && rq->verb == REQUEST_EXIT ==>
	life->verb == REQUEST_EXIT && life->status ==
	    (event == LIFE_REQUEST && rq->verb == REQUEST_EXIT ?
	    rq->status : \old(life->status));
*/
unsigned life_step(struct life *life, enum life_event event,
    const struct request *rq, int64_t now_ms);

/* When life_step() is due even if nothing happens, or LIFE_NEVER_MS. */
/*@ requires \valid_read(life) && life_ok(life);
    terminates \true;
    assigns \nothing;
    ensures \result == (life->stage == LIFE_GONE ? LIFE_NEVER_MS :
	life->at_ms[life->stage]);
*/
int64_t life_due_ms(const struct life *life);

/* The promised end, or LIFE_NEVER_MS before any request. */
/*@ requires \valid_read(life) && life_ok(life);
    terminates \true;
    assigns \nothing;
    ensures \result == life->at_ms[LIFE_KILL];
*/
int64_t life_end_ms(const struct life *life);

/* The stage's name in lower case, never NULL. */
/*@ terminates \true;
    assigns \result \from stage;
    ensures word: \valid_read(\result);
*/
const char *life_stage_name(enum life_stage stage);

#endif
