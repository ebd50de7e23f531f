/* SPDX-License-Identifier: BSD-2-Clause */
/* Does what halt says.  Touches jails and, by say.h, standard output. */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "core/ms.h"
#include "lib/clock.h"

#include "halt_do.h"
#include "jail_signal.h"
#include "jail_watch.h"
#include "outcome.h"
#include "say.h"
#include "wake.h"

/* When a jail has gone, its visitor has this long to say its last status. */
#define LAST_WORD_MS	250

struct doing {
	int64_t last_word_ms;	/* its last line is due; 0: not yet */
	bool rebooted;
	bool dropped;		/* it is not one that was meant */
	bool over;		/* its last line has been said */
	bool awake;		/* wake() was called for it */
};

void
halt_do_init(struct halt_do *d, struct target *list, size_t n,
    enum request_verb verb, int64_t limit_ms, bool listening)
{
	size_t i;

	*d = (struct halt_do){ .verb = verb, .left = n };
	d->doing = calloc(n + 1, sizeof(*d->doing));
	if (d->doing == NULL)
		err(EX_OSERR, "%zu jails", n);
	halt_all_init(&d->all, list, n, limit_ms);
	halt_visit_init(&d->visit, &d->all, verb);
	halt_term_init(&d->term, &d->all);
	halt_kill_init(&d->kill, &d->all);
	for (i = 0; i < n; i++)
		list[i].unsure = listening && list[i].group == 0 &&
		    !target_is_jailinit(&list[i]);
}

void
halt_do_free(struct halt_do *d)
{
	halt_kill_free(&d->kill);
	halt_term_free(&d->term);
	halt_visit_free(&d->visit);
	halt_all_free(&d->all);
	free(d->doing);
}

bool
halt_do_is_over(const struct halt_do *d, size_t i)
{
	return (d->doing[i].over);
}

/*
 * What halt says.
 */

/* Tells the first process to halt.  CONT, as it may have been stopped.  To a
 * jailinit without a FIFO this is as good as a request. */
static enum halt_event
first_signal(struct halt_do *d, size_t i)
{
	struct target *t = &d->all.list[i];
	char comm[JAIL_COMM_MAX];
	int sig = jail_other_signal(&t->jail, d->verb, t->titled, comm);

	if (halt_visit_is_wanted(&d->visit, i))
		t->refused = EBUSY;
	if (sig == 0)
		return (HALT_NOBODY);
	say_signalled(t, sig, comm);
	(void)jail_signal_first(&t->jail, sig);
	(void)jail_signal_first(&t->jail, SIGCONT);
	return (t->titled ? HALT_TAKEN : HALT_TICK);
}

/* As soon as it is known to be meant: frozen, it acts on nothing. */
static void
wake_once(struct halt_do *d, size_t i)
{
	if (!d->doing[i].awake && !d->all.list[i].unsure)
		wake(&d->all.list[i]);
	d->doing[i].awake = d->doing[i].awake || !d->all.list[i].unsure;
}

/* It took the request, and says that it does nothing about it. */
static bool
is_idle(const struct target *t)
{
	return (strcmp(t->state, "run") == 0 || strcmp(t->state, "boot") == 0);
}

/* CONT, as it may have been stopped since it was asked. */
static void
term(struct halt_do *d, size_t i)
{
	const struct target *t = &d->all.list[i];

	(void)jail_signal_first(&t->jail, SIGCONT);
	if (is_idle(t))
		(void)first_signal(d, i);
	halt_visit_want(&d->visit, i, false);
	halt_term_start(&d->term, i);
}

/* Says the last line, and frees what is held of the jail. */
static void
report(struct halt_do *d, size_t i)
{
	struct target *t = &d->all.list[i];
	struct doing *o = &d->doing[i];
	const struct halt_jail *h = &d->all.jails[i];
	int outcome = o->dropped ? OUTCOME_CLEAN : h->stage == HALT_LEFT ?
	    OUTCOME_LEFT : h->forced ? OUTCOME_FORCED : OUTCOME_CLEAN;
	char why[HALT_WHY_MAX];

	if (!o->dropped) {
		halt_kill_why(&d->kill, i, why);
		say_end(t, h, o->rebooted, clock_ms(), why);
	}
	d->unasked += o->dropped && halt_visit_is_wanted(&d->visit, i);
	halt_visit_want(&d->visit, i, false);
	halt_visit_end(&d->visit, i);
	halt_term_end(&d->term, i);
	jail_close(&t->jail);
	o->last_word_ms = 0;
	o->over = true;
	d->left--;
	if (outcome > d->outcome)
		d->outcome = outcome;
	halt_closed(&d->all);
}

/* The jail does not listen, or has not said so in time: it is left alone. */
static enum halt_event
drop(struct halt_do *d, size_t i)
{
	d->doing[i].dropped = true;
	return (HALT_ENDED);
}

enum halt_event
halt_do(struct halt_do *d, size_t i, unsigned actions)
{
	const struct target *t = &d->all.list[i];
	struct doing *o = &d->doing[i];
	enum halt_event event = HALT_TICK;

	if (t->unsure && (actions & HALT_DO_REPORT) != 0) {
		o->dropped = true;
		actions = HALT_DO_REPORT;
	} else if (t->unsure && (actions & (HALT_DO_TERM | HALT_DO_KILL)) != 0)
		return (drop(d, i));
	if ((actions & (HALT_DO_ASK | HALT_DO_KILL)) != 0)
		wake_once(d, i);
	if ((actions & HALT_DO_ASK) != 0) {
		/* While it is stopped it cannot act on the request. */
		if (!t->unsure)
			(void)jail_signal_first(&t->jail, SIGCONT);
		halt_visit_want(&d->visit, i, true);
	}
	if ((actions & HALT_DO_SIGNAL) != 0 && !t->unsure)
		event = first_signal(d, i);
	if ((actions & HALT_DO_TERM) != 0)
		term(d, i);
	if ((actions & HALT_DO_KILL) != 0)
		halt_kill_one(&d->kill, i);
	if ((actions & HALT_DO_REPORT) != 0) {
		if (t->visit.pid != 0 && !o->dropped)
			o->last_word_ms = clock_ms() + LAST_WORD_MS;
		else
			report(d, i);
	}
	return (event);
}

/*
 * What happens.
 */
enum halt_event
halt_do_look(struct halt_do *d, size_t i, uint64_t tag)
{
	switch (jail_look(d->all.watch_fd, &d->all.list[i].jail, tag)) {
	case JAIL_REBOOTED:
		if (d->verb != REQUEST_REBOOT)
			break;
		d->doing[i].rebooted = true;
		/* FALLTHROUGH */
	case JAIL_GONE:
		return (HALT_ENDED);
	case JAIL_LIVES:
		break;
	}
	return (HALT_TICK);
}

/* A jail that was unsure was left out when its first process was due. */
static enum halt_event
listens(struct halt_do *d, size_t i)
{
	struct target *t = &d->all.list[i];
	bool late = t->unsure && d->all.jails[i].stage == HALT_SIGNALLED;

	t->unsure = false;
	wake_once(d, i);
	return (late ? first_signal(d, i) : HALT_TICK);
}

static enum halt_event
word_take(struct halt_do *d, size_t i, const struct visit_word *word)
{
	struct target *t = &d->all.list[i];

	target_hear(t, word);
	switch (word->kind) {
	case VISIT_LISTENS:
	case VISIT_TITLED:
		return (listens(d, i));
	case VISIT_TAKEN:
		halt_visit_answered(&d->visit, i);
		(void)jail_signal_first(&t->jail, SIGCONT);
		return (HALT_TAKEN);
	case VISIT_REFUSED:
		halt_visit_answered(&d->visit, i);
		return (t->unsure ? drop(d, i) : HALT_REFUSED);
	case VISIT_REBOOTED:
		d->doing[i].rebooted = true;
		return (HALT_ENDED);
	case VISIT_ROOT:
		if (!t->unsure && d->all.jails[i].stage == HALT_ASKING)
			say_stage(t, &d->all.jails[i]);
		break;
	case VISIT_STATUS:
	case VISIT_LOOKED:
		break;
	}
	return (HALT_TICK);
}

enum halt_event
halt_do_hear(struct halt_do *d, size_t i, bool *more)
{
	struct target *t = &d->all.list[i];
	struct visit_word word;
	int r = visit_hear(&t->visit, &word);

	*more = r == 1;
	if (r == 1)
		return (word_take(d, i, &word));
	if (r == 0 || d->doing[i].over)
		return (HALT_TICK);
	halt_visit_end(&d->visit, i);
	if (d->doing[i].last_word_ms == 0)
		return (t->unsure ? drop(d, i) : HALT_REFUSED);
	report(d, i);
	return (HALT_TICK);
}

/*
 * Time.
 */
int64_t
halt_do_due(const struct halt_do *d, size_t i)
{
	int64_t last_ms = d->doing[i].last_word_ms;

	return (min_ms(last_ms == 0 ? HALT_NEVER_MS : last_ms,
	    halt_term_due(&d->term, i)));
}

void
halt_do_late(struct halt_do *d, size_t i)
{
	const struct doing *o = &d->doing[i];
	int64_t now = clock_ms();

	if (now >= halt_term_due(&d->term, i))
		halt_term_take(&d->term, i);
	if (o->last_word_ms != 0 && now >= o->last_word_ms)
		report(d, i);
}
