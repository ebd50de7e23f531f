/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of many jails.  Pure: touches nothing but its arguments. */
#include "halt.h"
#include "ms.h"

/* How long the kernel may take after KILL, besides limit_ms. */
/*@ requires limit_ms >= 0;
    terminates \true;
    assigns \nothing;
    ensures \result == \max(limit_ms / 20, HALT_KILL_MIN_MS);
*/
static int64_t
kill_part(int64_t limit_ms)
{
	int64_t part = limit_ms / 20;

	return (part < HALT_KILL_MIN_MS ? HALT_KILL_MIN_MS : part);
}

void
halt_turns_init(struct halt_turns *t, size_t n, int64_t now_ms,
    int64_t limit_ms)
{
	t->left = n;
	t->end_ms = add_ms(add_ms(now_ms, limit_ms), kill_part(limit_ms));
}

/* A group has an equal share of the time that is left, so that what it does not
 * use is for those after it. */
bool
halt_turns_next(struct halt_turns *t, size_t busy, int64_t now_ms,
    int64_t *end_ms)
{
	if (busy > 0 || t->left == 0)
		return (false);
	*end_ms = now_ms < t->end_ms ?
	    now_ms + (t->end_ms - now_ms) / (int64_t)t->left : t->end_ms;
	t->left--;
	return (true);
}

void
halt_init(struct halt *h, struct halt_jail *jails, size_t n, size_t room,
    int64_t end_ms)
{
	struct halt_jail *j;
	size_t i;

	h->jails = jails;
	h->n = h->waiting = n;
	h->active = 0;
	h->room = room;
	h->end_ms = end_ms;
	/*@ loop invariant 0 <= i <= n;
	    loop invariant \forall integer k; 0 <= k < i ==>
		jails[k].stage == HALT_WAITING &&
		halt_jail_ok(jails + k, h->end_ms);
	    loop assigns i, j, jails[0 .. n - 1];
	    loop variant n - i;
	*/
	for (i = 0; i < n; i++) {
		j = &jails[i];
		j->stage = HALT_WAITING;
		j->forced = false;
		j->begun_ms = j->ask_ms = j->signalled_ms = 0;
		j->asked_ms = j->kill_ms = j->left_ms = 0;
	}
	/*@ ghost
	    /@ loop invariant 0 <= k <= n;
		loop invariant halt_waiting_n(jails, k) == k;
		loop invariant halt_active_n(jails, k) == 0;
		loop assigns k;
		loop variant n - k;
	    @/
	    for (size_t k = 0; k < n; k++)
		;
	*/
	/*@ assert h->waiting == halt_waiting_n(h->jails, h->n); */
	/*@ assert h->active == halt_active_n(h->jails, h->n); */
	/*@ assert \forall integer k; 0 <= k < h->n ==>
	    halt_jail_ok(h->jails + k, h->end_ms); */
}

/*
 * Begins a jail.  If more jails wait than there is room for, they take turns.
 * Each then gets an equal share of the time that is left: a limit and its
 * kill_part().
 */
/*@ requires \valid(h) && \valid(j) && \separated(h, j) && halt_counts(h, j);
    requires h->room >= 1 && now_ms >= 0 && 0 <= h->end_ms < HALT_NEVER_MS;
    requires j->stage == HALT_WAITING && j->begun_ms == now_ms;
    terminates \true;
    assigns h->waiting, h->active, j->ask_ms, j->signalled_ms, j->asked_ms,
	j->kill_ms, j->left_ms, j->stage;
    ensures \result == HALT_DO_ASK && j->stage == HALT_ASKING;
    ensures halt_jail_ok(j, \max(h->end_ms, now_ms));
    ensures h->waiting == \old(h->waiting) +
	halt_is_waiting(j->stage) - \old(halt_is_waiting(j->stage));
    ensures h->active == \old(h->active) +
	halt_is_active(j->stage) - \old(halt_is_active(j->stage));
*/
static unsigned
begin(struct halt *h, struct halt_jail *j, int64_t now_ms)
{
	int64_t rounds = (int64_t)((h->waiting - 1) / h->room) + 1;
	int64_t share = now_ms < h->end_ms ? (h->end_ms - now_ms) / rounds : 0;
	int64_t limit = min_ms(share - HALT_KILL_MIN_MS, share / 21 * 20);

	if (limit < 0)
		limit = 0;
	h->waiting--;
	h->active++;
	j->ask_ms = add_ms(now_ms, min_ms(limit / 10, HALT_ASK_MAX_MS));
	j->signalled_ms = add_ms(now_ms, limit / 3);
	j->asked_ms = add_ms(now_ms, limit / 10 * 9);
	j->kill_ms = add_ms(now_ms, limit);
	j->left_ms = add_ms(now_ms, share);
	j->stage = HALT_ASKING;
	return (HALT_DO_ASK);
}

/*@ requires \valid(h) && \valid(j) && \separated(h, j) && halt_counts(h, j);
    requires !halt_over(j->stage) && halt_over(stage);
    requires HALT_WAITING <= j->stage <= HALT_LEFT;
    terminates \true;
    assigns h->waiting, h->active, j->stage;
    ensures \result == HALT_DO_REPORT && j->stage == stage;
    ensures h->waiting == \old(h->waiting) +
	halt_is_waiting(j->stage) - \old(halt_is_waiting(j->stage));
    ensures h->active == \old(h->active) +
	halt_is_active(j->stage) - \old(halt_is_active(j->stage));
*/
static unsigned
finish(struct halt *h, struct halt_jail *j, enum halt_stage stage)
{
	if (j->stage == HALT_WAITING)
		h->waiting--;
	else
		h->active--;
	j->stage = stage;
	return (HALT_DO_REPORT);
}

/*@ requires \valid_read(j);
    terminates \true;
    assigns \nothing;
    ensures \result <==> halt_over(j->stage);
*/
static bool
is_over(const struct halt_jail *j)
{
	return (j->stage == HALT_GONE || j->stage == HALT_LEFT);
}

/* The time at which the stage ends if nothing happens. */
/*@ requires \valid_read(h) && \valid_read(j);
    requires \exists integer end_ms; halt_jail_ok(j, end_ms);
    terminates \true;
    assigns \nothing;
    ensures j->stage == HALT_WAITING ==>
	\result == (h->active < h->room ? INT64_MIN : HALT_NEVER_MS);
    ensures halt_active(j->stage) ==> \result <= j->left_ms;
    ensures halt_over(j->stage) ==> \result == HALT_NEVER_MS;
*/
static int64_t
due_ms(const struct halt *h, const struct halt_jail *j)
{
	switch (j->stage) {
	case HALT_WAITING:
		return (h->active < h->room ? INT64_MIN : HALT_NEVER_MS);
	case HALT_ASKING:
		return (j->ask_ms);
	case HALT_SIGNALLED:
		return (j->signalled_ms);
	case HALT_ASKED:
		return (j->asked_ms);
	case HALT_TERM:
		return (j->kill_ms);
	case HALT_KILL:
		return (j->left_ms);
	default:
		return (HALT_NEVER_MS);
	}
}

/* The time of the stage is up: goes on to the next. */
/*@ requires \valid(h) && \valid(j) && \separated(h, j) && halt_counts(h, j);
    requires h->room >= 1 && now_ms >= 0 && 0 <= h->end_ms < HALT_NEVER_MS;
    requires halt_jail_ok(j, \max(h->end_ms, now_ms));
    requires !halt_over(j->stage);
    requires j->stage == HALT_WAITING ==> j->begun_ms == now_ms;
    terminates \true;
    assigns h->waiting, h->active, j->ask_ms, j->signalled_ms, j->asked_ms,
	j->kill_ms, j->left_ms, j->stage, j->forced;
    ensures halt_jail_ok(j, \max(h->end_ms, now_ms));
    ensures j->stage > \old(j->stage) && j->stage != HALT_GONE;
    ensures (\result & HALT_DO_REPORT) != 0 <==> halt_over(j->stage);
    ensures h->waiting == \old(h->waiting) +
	halt_is_waiting(j->stage) - \old(halt_is_waiting(j->stage));
    ensures h->active == \old(h->active) +
	halt_is_active(j->stage) - \old(halt_is_active(j->stage));
*/
static unsigned
on_time_out(struct halt *h, struct halt_jail *j, int64_t now_ms)
{
	switch (j->stage) {
	case HALT_WAITING:
		return (begin(h, j, now_ms));
	case HALT_ASKING:
		j->stage = HALT_SIGNALLED;
		return (HALT_DO_SIGNAL);
	case HALT_SIGNALLED:
	case HALT_ASKED:
		j->stage = HALT_TERM;
		return (HALT_DO_TERM);
	case HALT_TERM:
		j->stage = HALT_KILL;
		j->forced = true;
		return (HALT_DO_KILL);
	default:
		break;
	}
	return (finish(h, j, HALT_LEFT));
}

/*@ requires \valid(h) && \valid(j) && \separated(h, j) && halt_counts(h, j);
    requires HALT_WAITING <= j->stage <= HALT_LEFT;
    terminates \true;
    assigns h->waiting, h->active, j->stage;
    ensures \old(j->stage) <= j->stage <= HALT_LEFT;
    ensures j->stage == \old(j->stage) || halt_active(j->stage) &&
	halt_active(\old(j->stage)) || event == HALT_ENDED &&
	j->stage == HALT_GONE;
    ensures event == HALT_ENDED ==> halt_over(j->stage);
    ensures halt_over(\old(j->stage)) ==> j->stage == \old(j->stage);
    ensures (\result & HALT_DO_REPORT) != 0 <==>
	halt_over(j->stage) && !halt_over(\old(j->stage));
    ensures h->waiting == \old(h->waiting) +
	halt_is_waiting(j->stage) - \old(halt_is_waiting(j->stage));
    ensures h->active == \old(h->active) +
	halt_is_active(j->stage) - \old(halt_is_active(j->stage));
*/
static unsigned
on_event(struct halt *h, struct halt_jail *j, enum halt_event event)
{
	switch (event) {
	case HALT_TICK:
		break;
	case HALT_TAKEN:	/* even if it is late */
		if (j->stage == HALT_ASKING || j->stage == HALT_SIGNALLED)
			j->stage = HALT_ASKED;
		break;
	case HALT_REFUSED:
		if (j->stage == HALT_ASKING) {
			j->stage = HALT_SIGNALLED;
			return (HALT_DO_SIGNAL);
		}
		break;
	case HALT_NOBODY:
		if (j->stage == HALT_SIGNALLED) {
			j->stage = HALT_TERM;
			return (HALT_DO_TERM);
		}
		break;
	case HALT_ENDED:
		if (!is_over(j))
			return (finish(h, j, HALT_GONE));
		break;
	}
	return (0);
}

unsigned
halt_step(struct halt *h, size_t i, enum halt_event event, int64_t now_ms)
{
	struct halt_jail *j = &h->jails[i];
	unsigned actions;

	if (j->stage == HALT_WAITING)
		j->begun_ms = now_ms;
	/*@ ghost
	    /@ loop invariant 0 <= k <= h->n;
		loop invariant 0 <= halt_waiting_n(h->jails, k) &&
		    0 <= halt_active_n(h->jails, k) &&
		    halt_waiting_n(h->jails, k) +
		    halt_active_n(h->jails, k) <= k;
		loop invariant k > i ==>
		    halt_waiting_n(h->jails, k) >= halt_is_waiting(j->stage) &&
		    halt_active_n(h->jails, k) >= halt_is_active(j->stage);
		loop assigns k;
		loop variant h->n - k;
	    @/
	    for (size_t k = 0; k < h->n; k++)
		;
	*/
	actions = on_event(h, j, event);
	/*@ ghost Told: ; */
	/*@ loop invariant h->jails == \at(h->jails, Pre);
	    loop invariant halt_counts(h, j);
	    loop invariant halt_jail_ok(j, \max(h->end_ms, now_ms));
	    loop invariant \at(j->stage, Told) <= j->stage <= HALT_LEFT;
	    loop invariant j->stage == HALT_WAITING ==> j->begun_ms == now_ms;
	    loop invariant j->stage == HALT_GONE ==>
		\at(j->stage, Told) == HALT_GONE;
	    loop invariant halt_over(\at(j->stage, Told)) ==>
		j->stage == \at(j->stage, Told);
	    loop invariant (actions & HALT_DO_REPORT) != 0 <==>
		halt_over(j->stage) && !halt_over(\at(h->jails[i].stage, Pre));
	    loop invariant h->waiting == \at(h->waiting, Pre) +
		halt_is_waiting(j->stage) -
		\at(halt_is_waiting(h->jails[i].stage), Pre);
	    loop invariant h->active == \at(h->active, Pre) +
		halt_is_active(j->stage) -
		\at(halt_is_active(h->jails[i].stage), Pre);
	    loop assigns actions, h->waiting, h->active, j->stage, j->forced,
		j->ask_ms, j->signalled_ms, j->asked_ms, j->kill_ms,
		j->left_ms;
	    loop variant HALT_LEFT - j->stage;
	*/
	while (!is_over(j) && now_ms >= due_ms(h, j))
		actions |= on_time_out(h, j, now_ms);
	if ((actions & HALT_DO_KILL) != 0)	/* the others are no use now */
		actions &= HALT_DO_KILL | HALT_DO_REPORT;
	/*@ ghost
	    /@ loop invariant 0 <= k <= h->n;
		loop invariant halt_waiting_n(h->jails, k) ==
		    halt_waiting_n{Pre}(h->jails, k) + (k <= i ? 0 :
		    halt_is_waiting(j->stage) -
		    \at(halt_is_waiting(h->jails[i].stage), Pre));
		loop invariant halt_active_n(h->jails, k) ==
		    halt_active_n{Pre}(h->jails, k) + (k <= i ? 0 :
		    halt_is_active(j->stage) -
		    \at(halt_is_active(h->jails[i].stage), Pre));
		loop assigns k;
		loop variant h->n - k;
	    @/
	    for (size_t k = 0; k < h->n; k++)
		;
	*/
	/*@ assert h->waiting == halt_waiting_n(h->jails, h->n); */
	/*@ assert h->active == halt_active_n(h->jails, h->n); */
	/*@ assert halt_jail_ok(j, h->end_ms); */
	/*@ assert \forall integer k; 0 <= k < h->n ==>
	    halt_jail_ok(h->jails + k, h->end_ms); */
	return (actions);
}

int64_t
halt_due_ms(const struct halt *h)
{
	int64_t t = HALT_NEVER_MS;
	size_t i;

	/*@ loop invariant 0 <= i <= h->n;
	    loop invariant \forall integer k; 0 <= k < i &&
		halt_active(h->jails[k].stage) ==> t <= h->end_ms;
	    loop invariant h->active < h->room ==> \forall integer k;
		0 <= k < i && h->jails[k].stage == HALT_WAITING ==>
		t <= h->end_ms;
	    loop invariant (\forall integer k; 0 <= k < i ==>
		!halt_active(h->jails[k].stage)) ==>
		halt_active_n(h->jails, i) == 0;
	    loop invariant (\forall integer k; 0 <= k < i ==>
		halt_over(h->jails[k].stage)) ==> t == HALT_NEVER_MS;
	    loop assigns i, t;
	    loop variant h->n - i;
	*/
	for (i = 0; i < h->n; i++)
		t = min_ms(t, due_ms(h, &h->jails[i]));
	return (t);
}

int64_t
halt_end_ms(const struct halt *h)
{
	return (h->end_ms);
}

/* Rounds down to whole seconds, up if HALT_ROUND_MS or less is missing.  At
 * least 1, since 0 would mean KILL at once. */
int64_t
halt_budget_s(const struct halt *h, size_t i)
{
	const struct halt_jail *j = &h->jails[i];
	int64_t s = (j->asked_ms - j->begun_ms + HALT_ROUND_MS) / 1000;

	return (s < 1 ? 1 : s);
}

const char *
halt_stage_name(enum halt_stage stage)
{
	switch (stage) {
	case HALT_WAITING:
		return ("waiting");
	case HALT_ASKING:
		return ("asking");
	case HALT_SIGNALLED:
		return ("signalled");
	case HALT_ASKED:
		return ("asked");
	case HALT_TERM:
		return ("TERM");
	case HALT_KILL:
		return ("KILL");
	case HALT_GONE:
		return ("gone");
	case HALT_LEFT:
		return ("still there");
	}
	return ("?");
}
