/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of many jails side by side under one deadline: events in, actions
 * out, as life.h for one jail from inside.  Pure: no system call, no clock,
 * no errno.  All times are milliseconds of one monotonic clock.
 *
 *	WAITING -> ASKING -> ASKED ----------> TERM -> KILL -> GONE or LEFT
 *	              +----> SIGNALLED --------^
 *
 * A jail that listens is ASKED by its FIFO and told nine tenths of the time,
 * so that its own jailinit ends it first; then all its processes get TERM,
 * and when the time is up KILL.  One that does not has its first process
 * SIGNALLED, and after a third of the time (at once, if it has none) TERM for
 * all.  A jail is GONE only when it was seen to be; and LEFT when KILL did not
 * help in a last moment.  The stage only moves to the right, any may be left
 * out, and by halt_end_ms all jails are GONE or LEFT, whatever they do.
 */
#ifndef HALT_H
#define HALT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ms.h"

#define HALT_NEVER_MS	NEVER_MS

/* After KILL, what the kernel may take to clear a jail away: a twentieth of
 * the time, but at least this. */
#define HALT_KILL_MIN_MS	1000

/* To open and to write the FIFO, a jail's file system may take a tenth of
 * the time, but no more than this. */
#define HALT_ASK_MAX_MS	1000

/* A jail is told whole seconds: what lacks so little of one is one. */
#define HALT_ROUND_MS	100

enum halt_stage {
	HALT_WAITING,	/* for room: too many at once */
	HALT_ASKING,	/* somebody is at its FIFO */
	HALT_SIGNALLED,	/* its first process was signalled */
	HALT_ASKED,	/* its FIFO has the request */
	HALT_TERM,	/* all its processes had TERM */
	HALT_KILL,	/* all its processes had KILL */
	HALT_GONE,
	HALT_LEFT	/* still there, and the time is up */
};

enum halt_event {
	HALT_TICK,	/* nothing but time */
	HALT_TAKEN,	/* the FIFO has taken the request */
	HALT_REFUSED,	/* it has not, and will not */
	HALT_NOBODY,	/* no first process was there to be signalled */
	HALT_ENDED	/* the jail was seen to be gone */
};

/* Actions, to be done in this order. */
#define HALT_DO_ASK	0x01U	/* the FIFO, with halt_budget_s() */
#define HALT_DO_SIGNAL	0x02U	/* the first process */
#define HALT_DO_TERM	0x04U	/* TERM, CONT to every process */
#define HALT_DO_KILL	0x08U	/* KILL to every process */
#define HALT_DO_REPORT	0x10U	/* GONE or LEFT: the last action */

struct halt_jail {
	enum halt_stage stage;
	bool forced;		/* it had KILL before it was gone */
	int64_t begun_ms;	/* WAITING: when it was last looked at */
	int64_t ask_ms;		/* ASKING ends */
	int64_t signalled_ms;	/* SIGNALLED ends */
	int64_t asked_ms;	/* ASKED ends */
	int64_t kill_ms;	/* TERM ends */
	int64_t left_ms;	/* KILL ends */
};

struct halt {
	struct halt_jail *jails;	/* the caller's */
	size_t n, waiting, active;
	size_t room;			/* so many active at once */
	int64_t end_ms;
};

/*
 * What is proved of a halt (test/proof).  The numbers kept are the numbers of
 * the jails in those stages; no jail that was begun has time past the end.
 */
/*@ predicate halt_active(integer stage) =
	HALT_ASKING <= stage <= HALT_KILL;
    predicate halt_over(integer stage) =
	stage == HALT_GONE || stage == HALT_LEFT;
    logic integer halt_is_waiting(integer stage) =
	(stage == HALT_WAITING ? 1 : 0);
    logic integer halt_is_active(integer stage) =
	(HALT_ASKING <= stage <= HALT_KILL ? 1 : 0);
    logic integer halt_waiting_n{L}(struct halt_jail *j, integer n) =
	n <= 0 ? 0 :
	halt_waiting_n(j, n - 1) + halt_is_waiting(j[n - 1].stage);
    logic integer halt_active_n{L}(struct halt_jail *j, integer n) =
	n <= 0 ? 0 :
	halt_active_n(j, n - 1) + halt_is_active(j[n - 1].stage);
    predicate halt_jail_ok(struct halt_jail *j, integer end_ms) =
	HALT_WAITING <= j->stage <= HALT_LEFT && 0 <= j->begun_ms &&
	0 <= j->asked_ms && j->asked_ms - j->begun_ms < INT64_MAX / 20 * 19 &&
	j->ask_ms <= j->kill_ms && j->signalled_ms <= j->kill_ms &&
	j->asked_ms <= j->kill_ms && j->kill_ms <= j->left_ms &&
	(j->stage == HALT_WAITING ==> j->asked_ms == 0) &&
	(halt_active(j->stage) ==> j->left_ms <= end_ms);
    predicate halt_counts(struct halt *h, struct halt_jail *j) =
	halt_is_waiting(j->stage) <= h->waiting &&
	halt_is_active(j->stage) <= h->active &&
	h->waiting + h->active <= INT64_MAX;
    predicate halt_mem(struct halt *h) =
	\valid(h) && \valid(h->jails + (0 .. h->n - 1)) &&
	\separated(h, h->jails + (0 .. h->n - 1)) && h->n <= INT64_MAX;
    predicate halt_ok(struct halt *h) =
	h->room >= 1 && 0 <= h->end_ms < HALT_NEVER_MS &&
	h->waiting == halt_waiting_n(h->jails, h->n) &&
	h->active == halt_active_n(h->jails, h->n) &&
	\forall integer k; 0 <= k < h->n ==>
	    halt_jail_ok(h->jails + k, h->end_ms);
*/

/* n jails, all WAITING, which the caller keeps; room >= 1 of them at once;
 * limit_ms >= 0 from now_ms on until KILL is sent. */
/*@ requires \valid(h) && \valid(jails + (0 .. n - 1));
    requires \separated(h, jails + (0 .. n - 1)) && n <= INT64_MAX;
    requires room >= 1 && now_ms >= 0 && limit_ms >= 0;
    terminates \true;
    assigns *h, jails[0 .. n - 1];
    ensures halt_mem(h) && halt_ok(h) && h->jails == jails && h->n == n;
    ensures end: h->end_ms <=
	now_ms + limit_ms + \max(limit_ms / 20, HALT_KILL_MIN_MS);
    ensures waiting: \forall integer k; 0 <= k < n ==>
	jails[k].stage == HALT_WAITING;
*/
void halt_init(struct halt *h, struct halt_jail *jails, size_t n, size_t room,
    int64_t now_ms, int64_t limit_ms);

/* What event and the time now_ms make of jail i < n.  Returns the actions,
 * HALT_DO_*, for that jail. */
/*@ requires halt_mem(h) && halt_ok(h) && i < h->n;
    requires 0 <= now_ms < HALT_NEVER_MS;
    terminates \true;
    assigns h->waiting, h->active, h->jails[i].stage, h->jails[i].forced,
	h->jails[i].begun_ms, h->jails[i].ask_ms, h->jails[i].signalled_ms,
	h->jails[i].asked_ms, h->jails[i].kill_ms, h->jails[i].left_ms;
    ensures ok: halt_ok(h);
    ensures right: \old(h->jails[i].stage) <= h->jails[i].stage <= HALT_LEFT;
    ensures once: halt_over(\old(h->jails[i].stage)) ==>
	h->jails[i].stage == \old(h->jails[i].stage);
    ensures gone: h->jails[i].stage == HALT_GONE ==>
	event == HALT_ENDED || \old(h->jails[i].stage) == HALT_GONE;
    ensures seen: event == HALT_ENDED ==> halt_over(h->jails[i].stage);
    ensures report: (\result & HALT_DO_REPORT) != 0 <==>
	halt_over(h->jails[i].stage) && !halt_over(\old(h->jails[i].stage));
    ensures deadline: now_ms >= h->end_ms &&
	(\old(h->jails[i].stage) != HALT_WAITING ||
	\old(h->active) < h->room) ==> halt_over(h->jails[i].stage);
    ensures begun: now_ms >= h->end_ms &&
	\old(h->jails[i].stage) == HALT_WAITING ==>
	!halt_active(h->jails[i].stage);
*/
unsigned halt_step(struct halt *h, size_t i, enum halt_event event,
    int64_t now_ms);

/* When halt_step() with HALT_TICK is due for some jail even if nothing
 * happens, or HALT_NEVER_MS when all are GONE or LEFT. */
/*@ requires halt_mem(h) && halt_ok(h);
    terminates \true;
    assigns \nothing;
    ensures due: (\exists integer k; 0 <= k < h->n &&
	!halt_over(h->jails[k].stage)) ==> \result <= h->end_ms;
    ensures never: (\forall integer k; 0 <= k < h->n ==>
	halt_over(h->jails[k].stage)) ==> \result == HALT_NEVER_MS;
*/
int64_t halt_due_ms(const struct halt *h);

/* The latest time at which the last jail is GONE or LEFT. */
/*@ requires \valid_read(h);
    terminates \true;
    assigns \nothing;
    ensures \result == h->end_ms;
*/
int64_t halt_end_ms(const struct halt *h);

/* The budget that jail i is told, in seconds, for HALT_DO_ASK. */
/*@ requires halt_mem(h) && halt_ok(h) && i < h->n;
    terminates \true;
    assigns \nothing;
    ensures \result >= 1;
*/
int64_t halt_budget_s(const struct halt *h, size_t i);

/* The stage in a word, never NULL. */
/*@ terminates \true;
    assigns \result \from stage;
    ensures word: \valid_read(\result);
*/
const char *halt_stage_name(enum halt_stage stage);

#endif
