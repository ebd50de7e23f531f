/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ends many jails side by side before one deadline.  Events go in, actions come
 * out, as in life.h, which ends one jail from inside.  Pure: no system call, no
 * clock, no errno.  All times are milliseconds of one monotonic clock.
 *
 *	WAITING -> ASKING -> ASKED ----------> TERM -> KILL -> GONE or LEFT
 *	              +----> SIGNALLED --------^
 *
 * A jail that listens is ASKED by its FIFO, with a budget of nine tenths of its
 * time, so that its own jailinit can end it.  If it does not, all processes get
 * TERM and, when the time is up, KILL.  If the jail does not listen, its first
 * process is SIGNALLED, and all processes get TERM after a third of the time,
 * or at once if there is no first process.  A jail is GONE once it was seen to
 * be gone.  If it was not, it is LEFT some time after KILL (HALT_KILL_MIN_MS).
 * The stage only moves to the right, and may skip some.  By halt_end_ms() all
 * jails are GONE or LEFT, whatever they do.
 *
 * Jails in groups end one group after another: each group has its turn, with a
 * halt of its own and a share of the time, struct halt_turns.
 */
#ifndef HALT_H
#define HALT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ms.h"

#define HALT_NEVER_MS	NEVER_MS

/* After KILL the kernel has a twentieth of the time, and at least this, to
 * remove the jail. */
#define HALT_KILL_MIN_MS	1000

/* Opening and writing the FIFO may take a tenth of the time, and at most this:
 * the jail's file system can delay it. */
#define HALT_ASK_MAX_MS	1000

/* A jail is told whole seconds.  If only this much is missing, round up. */
#define HALT_ROUND_MS	100

enum halt_stage {
	HALT_WAITING,	/* there is no room for it yet */
	HALT_ASKING,	/* its FIFO is being opened and written */
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
	HALT_REFUSED,	/* the FIFO does not take the request */
	HALT_NOBODY,	/* there is no first process to signal */
	HALT_ENDED	/* the jail is gone, or has rebooted as asked */
};

/* Actions, to be done in this order. */
#define HALT_DO_ASK	0x01U	/* write halt_budget_s() to the FIFO */
#define HALT_DO_SIGNAL	0x02U	/* signal the first process */
#define HALT_DO_TERM	0x04U	/* send TERM, CONT to every process */
#define HALT_DO_KILL	0x08U	/* send KILL to every process */
#define HALT_DO_REPORT	0x10U	/* say that it is GONE or LEFT */

struct halt_jail {
	enum halt_stage stage;
	bool forced;		/* it got KILL before it was gone */
	int64_t begun_ms;	/* the last step in WAITING */
	int64_t ask_ms;		/* ASKING ends */
	int64_t signalled_ms;	/* SIGNALLED ends */
	int64_t asked_ms;	/* ASKED ends */
	int64_t kill_ms;	/* TERM ends */
	int64_t left_ms;	/* KILL ends */
};

/* Whose turn it is. */
struct halt_turns {
	size_t left;			/* groups that have not begun */
	int64_t end_ms;			/* all are over */
};

struct halt {
	struct halt_jail *jails;	/* owned by the caller */
	size_t n, waiting, active;
	size_t room;			/* at most this many active */
	int64_t end_ms;
};

/*
 * What test/proof proves of a halt: waiting and active are the numbers of jails
 * in those stages, and no stage of an active jail ends after end_ms.
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

/* A halt of n groups that begins at now_ms.  limit_ms >= 0: the time until KILL
 * if n is 1; the kernel's time after it is added once. */
/*@ requires \valid(t) && now_ms >= 0 && limit_ms >= 0;
    terminates \true;
    assigns *t;
    ensures groups: t->left == n && 0 <= t->end_ms < HALT_NEVER_MS;
    ensures end: t->end_ms <=
	now_ms + limit_ms + \max(limit_ms / 20, HALT_KILL_MIN_MS);
*/
void halt_turns_init(struct halt_turns *t, size_t n, int64_t now_ms,
    int64_t limit_ms);

/* busy jails of the group whose turn it is are not over.  If there are none,
 * and if a group is left, its turn begins: true, and *end_ms is for
 * halt_init(). */
/*@ requires \valid(t) && \valid(end_ms) && \separated(t, end_ms);
    requires now_ms >= 0 && 0 <= t->end_ms < HALT_NEVER_MS;
    requires t->left <= INT64_MAX;
    terminates \true;
    assigns t->left, *end_ms;
    ensures turn: \result <==> busy == 0 && \old(t->left) > 0;
    ensures left: t->left == \old(t->left) - (\result ? 1 : 0);
    ensures none: !\result ==> *end_ms == \old(*end_ms);
    ensures end: \result ==> 0 <= *end_ms <= t->end_ms;
    ensures share: \result && now_ms < t->end_ms ==> *end_ms ==
	now_ms + (t->end_ms - now_ms) / \old(t->left);
    ensures last: \result && (t->left == 0 || now_ms >= t->end_ms) ==>
	*end_ms == t->end_ms;
*/
bool halt_turns_next(struct halt_turns *t, size_t busy, int64_t now_ms,
    int64_t *end_ms);

/* Begins a halt of jails[0..n), all WAITING; the caller owns the array.  At
 * most room >= 1 of them are active at once.  end_ms: all are over. */
/*@ requires \valid(h) && \valid(jails + (0 .. n - 1));
    requires \separated(h, jails + (0 .. n - 1)) && n <= INT64_MAX;
    requires room >= 1 && 0 <= end_ms < HALT_NEVER_MS;
    terminates \true;
    assigns *h, jails[0 .. n - 1];
    ensures halt_mem(h) && halt_ok(h) && h->jails == jails && h->n == n;
    ensures end: h->end_ms == end_ms;
    ensures waiting: \forall integer k; 0 <= k < n ==>
	jails[k].stage == HALT_WAITING;
*/
void halt_init(struct halt *h, struct halt_jail *jails, size_t n, size_t room,
    int64_t end_ms);

/* Gives event, at the time now_ms, to jail i < n.  Returns the actions for that
 * jail, HALT_DO_*. */
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

/* The time at which some jail needs HALT_TICK even if nothing happens, or
 * HALT_NEVER_MS if all are GONE or LEFT. */
/*@ requires halt_mem(h) && halt_ok(h);
    terminates \true;
    assigns \nothing;
    ensures due: (\exists integer k; 0 <= k < h->n &&
	!halt_over(h->jails[k].stage)) ==> \result <= h->end_ms;
    ensures never: (\forall integer k; 0 <= k < h->n ==>
	halt_over(h->jails[k].stage)) ==> \result == HALT_NEVER_MS;
*/
int64_t halt_due_ms(const struct halt *h);

/* The time by which all jails are GONE or LEFT. */
/*@ requires \valid_read(h);
    terminates \true;
    assigns \nothing;
    ensures \result == h->end_ms;
*/
int64_t halt_end_ms(const struct halt *h);

/* The budget to write to the FIFO of jail i, in seconds, for HALT_DO_ASK. */
/*@ requires halt_mem(h) && halt_ok(h) && i < h->n;
    terminates \true;
    assigns \nothing;
    ensures \result >= 1;
*/
int64_t halt_budget_s(const struct halt *h, size_t i);

/* The stage's name, never NULL. */
/*@ terminates \true;
    assigns \result \from stage;
    ensures word: \valid_read(\result);
*/
const char *halt_stage_name(enum halt_stage stage);

#endif
