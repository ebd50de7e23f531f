/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any sequence: what follows for a whole life, and a whole halt, from the
 * contracts in life.h and halt.h.  Proved, never compiled.
 */
#include "core/halt.h"
#include "core/life.h"

/* The world: it may do anything but ask for what is no request. */
extern int world;

/*@ assigns world, \result \from world; */
int64_t any_ms(void);

/*@ assigns world, \result \from world; */
enum life_event any_event(void);

/*@ assigns world, \result \from world;
    ensures \valid_read(\result) && life_is_end(\result);
    ensures \separated(\result, life);
*/
const struct request *any_request(const struct life *life);

/*@ assigns world, \result \from world; */
enum halt_event any_news(void);

/*@ assigns world, \result \from world; */
size_t any_jail(void);

/* However the events and the clock come: all deadlines keep within the end
 * that the first request was promised; past it the jail is gone; and once a
 * halt was asked for, it ends by one; with the status of the last exit, if
 * there was one. */
/*@ requires \valid(life) && \separated(life, &world);
    requires life_ok(life) && life->verb == REQUEST_NONE;
*/
void
any_life(struct life *life)
{
	const struct request *rq;
	enum life_event event;
	int64_t now;
	/*@ ghost int64_t end = LIFE_NEVER_MS;
	    bool halted = false;
	    int status = -1; */

	/*@ loop invariant life_ok(life);
	    loop invariant none: life->verb == REQUEST_NONE ==>
		end == LIFE_NEVER_MS && !halted && status == -1;
	    loop invariant end: life->verb != REQUEST_NONE ==>
		life->at_ms[LIFE_KILL] <= end < LIFE_NEVER_MS;
	    loop invariant halt: halted ==> life_halts(life->verb);
	    loop invariant exit: status != -1 ==>
		life->verb == REQUEST_EXIT && life->status == status;
	    loop assigns world, event, rq, now, end, halted, status,
		life->stage, life->verb, life->status, life->forced,
		life->command, life->rc_shutdown,
		life->at_ms[0 .. LIFE_GONE], life->part_ms[0 .. LIFE_GONE];
	*/
	while (life->stage != LIFE_GONE) {
		event = any_event();
		rq = any_request(life);
		now = any_ms();
		(void)life_step(life, event, rq, now);
		/*@ ghost
		    if (event == LIFE_REQUEST && rq->verb != REQUEST_REBOOT)
			halted = true;
		    if (event == LIFE_REQUEST && rq->verb == REQUEST_EXIT)
			status = rq->status;
		    if (end == LIFE_NEVER_MS)
			end = life->at_ms[LIFE_KILL];
		*/
		/*@ assert promised: life->verb != REQUEST_NONE ==>
		    life->at_ms[LIFE_KILL] <= end < LIFE_NEVER_MS; */
		/*@ assert deadline: life->verb != REQUEST_NONE &&
		    life->stage < LIFE_GONE ==>
		    life->at_ms[life->stage] <= life->at_ms[LIFE_KILL]; */
		/*@ assert over: life->verb != REQUEST_NONE && now >= end ==>
		    life->stage == LIFE_GONE; */
	}
}

/* However the events and the clock come: who is gone was seen to be. */
/*@ requires halt_mem(h) && halt_ok(h) && \valid(seen + (0 .. h->n - 1));
    requires \separated(seen + (0 .. h->n - 1), h,
	h->jails + (0 .. h->n - 1), &world);
    requires \forall integer k; 0 <= k < h->n ==>
	!seen[k] && h->jails[k].stage == HALT_WAITING;
*/
void
any_halt(struct halt *h, bool *seen)
{
	enum halt_event event;
	int64_t now;
	size_t i;

	/*@ loop invariant halt_mem(h) && halt_ok(h);
	    loop invariant h->n == \at(h->n, Pre);
	    loop invariant h->jails == \at(h->jails, Pre);
	    loop invariant gone: \forall integer k; 0 <= k < h->n &&
		h->jails[k].stage == HALT_GONE ==> seen[k];
	    loop assigns world, i, event, now, seen[0 .. h->n - 1],
		h->waiting, h->active, h->jails[0 .. h->n - 1];
	*/
	while ((i = any_jail()) < h->n) {
		event = any_news();
		now = any_ms();
		if (now < 0 || now == HALT_NEVER_MS)
			continue;
		if (event == HALT_ENDED)
			seen[i] = true;
		(void)halt_step(h, i, event, now);
	}
}

/*@ requires halt_mem(h) && halt_ok(h);
    requires \forall integer k; 0 <= k < h->n ==>
	!halt_active(h->jails[k].stage);
    assigns \nothing;
    ensures h->active == 0;
*/
static void
none_active(const struct halt *h)
{
	size_t i;

	/*@ loop invariant 0 <= i <= h->n;
	    loop invariant halt_active_n(h->jails, i) == 0;
	    loop assigns i;
	    loop variant h->n - i;
	*/
	for (i = 0; i < h->n; i++)
		;
}

/* At the end or later, whatever has been: two rounds of ticks, and all jails
 * are over, that is, reported. */
/*@ requires halt_mem(h) && halt_ok(h) && h->end_ms <= now < HALT_NEVER_MS;
    assigns h->waiting, h->active, h->jails[0 .. h->n - 1];
    ensures over: \forall integer k; 0 <= k < h->n ==>
	halt_over(h->jails[k].stage);
*/
void
halt_at_the_end(struct halt *h, int64_t now)
{
	size_t i;

	/*@ loop invariant 0 <= i <= h->n && halt_mem(h) && halt_ok(h);
	    loop invariant h->n == \at(h->n, Pre);
	    loop invariant h->jails == \at(h->jails, Pre);
	    loop invariant h->end_ms == \at(h->end_ms, Pre);
	    loop invariant \forall integer k; 0 <= k < i ==>
		!halt_active(h->jails[k].stage);
	    loop assigns i, h->waiting, h->active, h->jails[0 .. h->n - 1];
	*/
	for (i = 0; i < h->n; i++) {
		(void)halt_step(h, i, HALT_TICK, now);
		//@ assert !halt_active(h->jails[i].stage);
	}
	/*@ loop invariant 0 <= i <= h->n && halt_mem(h) && halt_ok(h);
	    loop invariant h->n == \at(h->n, Pre);
	    loop invariant h->jails == \at(h->jails, Pre);
	    loop invariant h->end_ms == \at(h->end_ms, Pre);
	    loop invariant \forall integer k; 0 <= k < h->n ==>
		!halt_active(h->jails[k].stage);
	    loop invariant \forall integer k; 0 <= k < i ==>
		halt_over(h->jails[k].stage);
	    loop assigns i, h->waiting, h->active, h->jails[0 .. h->n - 1];
	*/
	for (i = 0; i < h->n; i++) {
		none_active(h);
		(void)halt_step(h, i, HALT_TICK, now);
		//@ assert halt_over(h->jails[i].stage);
	}
}

/* Whatever the groups do, and whenever their turns begin: each has to be over
 * by the end of all, so that after it halt_at_the_end() is true of each. */
/*@ requires \valid(t) && \valid(h) && \separated(t, h, &world);
    requires 0 <= t->end_ms < HALT_NEVER_MS && t->left <= INT64_MAX;
    requires \valid(jails + (0 .. n - 1)) && n <= INT64_MAX;
    requires \separated(h, t, jails + (0 .. n - 1), &world);
*/
void
any_turns(struct halt_turns *t, struct halt *h, struct halt_jail *jails,
    size_t n)
{
	int64_t now, end = 0;

	/*@ loop invariant 0 <= t->left <= \at(t->left, Pre);
	    loop invariant t->end_ms == \at(t->end_ms, Pre);
	    loop assigns world, now, end, t->left, *h, jails[0 .. n - 1];
	*/
	while ((now = any_ms()) >= 0) {
		if (!halt_turns_next(t, any_jail(), now, &end))
			continue;
		halt_init(h, jails, n, 1, end);
		now = any_ms();
		if (now < t->end_ms || now == HALT_NEVER_MS)
			continue;
		halt_at_the_end(h, now);
		/*@ assert over: \forall integer k; 0 <= k < n ==>
		    halt_over(jails[k].stage); */
	}
}
