/* SPDX-License-Identifier: BSD-2-Clause */
/* Ends jails side by side.  Touches what jail.h, ask.h and show.h do, and
 * this process's limit of descriptors. */
#include <sys/resource.h>

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "core/halt.h"
#include "lib/clock.h"

#include "halt_do.h"
#include "say.h"

/* Descriptors of a jail at once: itself, who asks, who enters; and ours. */
#define JAIL_FDS	4
#define OWN_FDS		32
#define ROOM_MAX	20000

/* So many enter jails at once, the caller's own and those of others each: each
 * is two processes, for a moment. */
#define ENTER_MAX	64

/* Limits of askers without an answer.  A jail can hold an asker even after its
 * SIGKILL; a jail beyond the limit is signalled instead. */
#define ASKERS_OWN	200
#define ASKERS_OTHERS	16

/* An entering that takes longer is ended. */
#define ENTER_MS	6000

/* Who asks has so long to tell a jail's last status when it has gone. */
#define LAST_WORD_MS	250

/* How often a terminal is told what the jails do. */
#define SHOW_EVERY_MS	1000

/* KILL is repeated so often, for all jails at once; where that takes long,
 * it takes no more than such a part of the time. */
#define KILL_EVERY_MS	100
#define KILL_PART	4

/* A jail that was asked is looked at so often in its time: shortly before it
 * gets TERM, and KILL. */
#define LOOKS	11

/* What keeps jails is looked for no more often; where they are taken in turns
 * the time of each comes to an end by itself. */
#define WHY_EVERY_MS	500

#define EVENTS_MAX	64
#define WHY_MAX		256

/* Of jail i: its end, who asks it, who enters it. */
enum tag {
	TAG_JAIL,
	TAG_ASK,
	TAG_CHILD,
	TAGS
};

struct one {
	struct jail_child child;	/* fd -1: nobody is inside */
	int64_t child_end_ms;
	int64_t last_word_ms;		/* its line is due; 0: not yet */
	char frozen[WHY_MAX];		/* when it got KILL; "": it was not */
	char *why;			/* what keeps it; NULL: not known */
	bool wants_ask;			/* somebody is to ask */
	bool asking;			/* and has no answer yet */
	bool wants_term;		/* somebody is to enter */
	bool rebooted;
	bool dropped;			/* it is none that was meant */
	bool over;			/* its line has been said */
};

/* The caller's own jails come first in the list, and have their time and room
 * to themselves: other users may make as many as they like. */
enum side {
	OWN,
	OTHERS,
	SIDES
};

struct end {
	const struct end_how *how;
	struct target *list;
	struct one *ones;
	struct halt_jail *jails;
	struct halt halts[SIDES];
	bool closed[SIDES];		/* no room even for one */
	bool failed[SIDES];		/* until a jail has ended */
	size_t inside[SIDES], askers[SIDES];
	struct jail **killed;		/* room for n */
	size_t n, n_own, left, room, unasked;
	int64_t kill_again_ms;
	int64_t why_ms;			/* when it was last looked for */
	int watch_fd, worst;
};

static enum side
side_of(const struct end *e, size_t i)
{
	return (i < e->n_own ? OWN : OTHERS);
}

static struct halt *
halt_of(struct end *e, size_t i)
{
	return (&e->halts[side_of(e, i)]);
}

static int64_t
now_ms(void)
{
	return (clock_ms());
}

static uint64_t
tag_of(size_t i, enum tag tag)
{
	return ((uint64_t)i * TAGS + (uint64_t)tag);
}

static void step(struct end *e, size_t i, enum halt_event event);

/*
 * What halt says.
 */
static void
ask_over(struct end *e, size_t i)
{
	e->askers[side_of(e, i)] -= e->ones[i].asking;
	e->ones[i].asking = false;
}

static void
ask_one(struct end *e, size_t i)
{
	struct target *t = &e->list[i];
	const struct halt_jail *h = &e->jails[i];
	struct halt *halt = halt_of(e, i);
	struct ask_what what = { .follow = true };
	char line[32];

	/* What others wrote without a newline is not to be in one with it. */
	(void)snprintf(line, sizeof(line), "\n%s %" PRId64 "\n",
	    request_name(e->how->verb), halt_budget_s(halt,
	    (size_t)(h - halt->jails)));
	what.line = line;
	what.reboot = e->how->verb == REQUEST_REBOOT;
	what.every_ms = (h->kill_ms - h->begun_ms) / LOOKS;
	if (show_is_live() && what.every_ms > SHOW_EVERY_MS)
		what.every_ms = SHOW_EVERY_MS;
	if (ask_start(&t->ask, &t->jail, &what) == 0 &&
	    jail_watch_fd(e->watch_fd, t->ask.fd, tag_of(i, TAG_ASK)) == 0) {
		e->ones[i].asking = true;
		e->askers[side_of(e, i)]++;
		return;
	}
	t->refused = errno == EAGAIN ? EDQUOT : errno;	/* ours, fork(2) */
	ask_end(&t->ask);
	step(e, i, HALT_REFUSED);
}

/* It took the request and says that it does nothing about it. */
static bool
is_idle(const struct target *t)
{
	return (strcmp(t->state, "run") == 0 || strcmp(t->state, "boot") == 0);
}

/* Those that wait for it, the caller's own first. */
static void
ask_next(struct end *e)
{
	static const size_t max[] = { ASKERS_OWN, ASKERS_OTHERS };
	size_t i, side;

	for (i = 0; i < e->n; i++) {
		side = side_of(e, i);
		if (!e->ones[i].wants_ask)
			continue;
		if (e->askers[side] + ask_hung() >= max[side]) {
			if (side == OTHERS)
				break;
			continue;
		}
		e->ones[i].wants_ask = false;
		ask_one(e, i);
	}
}

static void
do_ask(struct end *e, size_t i)
{
	/* What was stopped could not act on the request. */
	if (!e->list[i].unsure)
		(void)jail_signal_first(&e->list[i].jail, SIGCONT);
	e->ones[i].wants_ask = true;
}

static void
do_signal(struct end *e, size_t i)
{
	struct target *t = &e->list[i];
	char comm[JAIL_COMM_MAX];
	int sig = jail_other_signal(&t->jail, e->how->verb, comm);

	if (e->ones[i].wants_ask)
		t->refused = EBUSY;
	if (sig == 0) {
		step(e, i, HALT_NOBODY);
		return;
	}
	show_signalled(t, sig, comm);
	(void)jail_signal_first(&t->jail, sig);
	(void)jail_signal_first(&t->jail, SIGCONT);
}

/* As many as there is room for; the others when somebody has come out. */
static void
enter_next(struct end *e)
{
	static const int sigs[] = { SIGTERM, SIGCONT, 0 };
	size_t i;

	for (i = 0; i < e->n; i++) {
		struct one *o = &e->ones[i];

		if (!o->wants_term || e->inside[side_of(e, i)] >= ENTER_MAX)
			continue;
		o->wants_term = false;
		if (jail_signal_all(&e->list[i].jail, sigs, false,
		    &o->child) == -1) {
			show_not_entered(&e->list[i], errno);
			o->child.fd = -1;
			continue;
		}
		e->inside[side_of(e, i)]++;
		o->child_end_ms = now_ms() + ENTER_MS;
		(void)jail_watch_child(e->watch_fd, &o->child,
		    tag_of(i, TAG_CHILD));
	}
}

/* Whoever has come out, or has been in there for too long (force). */
static void
child_look(struct end *e, size_t i, bool force)
{
	struct one *o = &e->ones[i];
	int r;

	if (o->child.fd == -1)
		return;
	r = jail_child_end(&o->child, force);
	if (r == -1)
		return;
	o->child.fd = -1;
	e->inside[side_of(e, i)]--;
	/* One that has ended but for what keeps it lets nobody in. */
	if (r != 0 && r != ESRCH && !o->over &&
	    !jail_is_ending(&e->list[i].jail))
		show_not_entered(&e->list[i], r);
}

static void
do_kill(struct end *e, size_t i)
{
	int64_t again_ms = now_ms() + KILL_EVERY_MS;
	char *why = e->ones[i].frozen;

	if (!jail_frozen(&e->list[i].jail, why, WHY_MAX))
		why[0] = '\0';
	(void)jail_kill(&e->list[i].jail);
	if (e->kill_again_ms <= now_ms())	/* nobody waits for it */
		e->kill_again_ms = again_ms;
}

static bool
is_killed(const struct end *e, size_t i)
{
	return (!e->ones[i].over && e->jails[i].stage == HALT_KILL);
}

/* Those that were killed, and are still there. */
static void
kill_again(struct end *e)
{
	int64_t begun_ms = now_ms(), took_ms;
	size_t i, n = 0;

	if (begun_ms < e->kill_again_ms)
		return;
	for (i = 0; i < e->n; i++)
		if (is_killed(e, i))
			e->killed[n++] = &e->list[i].jail;
	if (n > 0)
		jail_kill_again(e->killed, n);
	took_ms = now_ms() - begun_ms;
	e->kill_again_ms = begun_ms + (took_ms * KILL_PART > KILL_EVERY_MS ?
	    took_ms * KILL_PART : KILL_EVERY_MS);
}

/* Half the time after KILL, when what ends has ended: why the others do not, by
 * one look for them all, in half of the rest. */
static int64_t
why_due(const struct end *e, const struct halt_jail *h)
{
	int64_t due = h->kill_ms + (h->left_ms - h->kill_ms) / 2;

	if (h->stage != HALT_KILL || e->why_ms >= h->kill_ms)
		return (HALT_NEVER_MS);
	return (due < e->why_ms + WHY_EVERY_MS ? e->why_ms + WHY_EVERY_MS :
	    due);
}

static void
why_look(struct end *e, int64_t left_ms)
{
	int64_t now = now_ms(), end_ms = now + (left_ms - now) / 2;
	struct jail_keepers *k = jail_keepers_find(end_ms);
	char why[WHY_MAX];
	size_t i;

	for (i = 0; i < e->n; i++)
		if (e->jails[i].stage == HALT_KILL && e->ones[i].why == NULL &&
		    jail_kept_by(&e->list[i].jail, k, left_ms, why,
		    sizeof(why)))
			e->ones[i].why = strdup(why);
	jail_keepers_free(k);
	e->why_ms = now;
}

/* The line that says what has become of it, and the end of all that we
 * hold of it. */
static void
report(struct end *e, size_t i)
{
	struct target *t = &e->list[i];
	struct one *o = &e->ones[i];
	const struct halt_jail *h = &e->jails[i];
	char why[WHY_MAX] = "";
	int outcome = o->dropped ? END_CLEAN : h->stage == HALT_LEFT ?
	    END_LEFT : h->forced ? END_FORCED : END_CLEAN;

	(void)snprintf(why, sizeof(why), "%s", o->frozen);
	if (h->stage == HALT_LEFT && !o->dropped &&
	    !jail_frozen(&t->jail, why, sizeof(why)))
		(void)snprintf(why, sizeof(why), "%s",
		    o->why != NULL ? o->why : "");
	if (!o->dropped)
		show_end(t, h, o->rebooted, now_ms(), why);
	o->over = true;
	child_look(e, i, true);
	ask_over(e, i);
	ask_end(&t->ask);
	jail_close(&t->jail);
	free(o->why);
	o->why = NULL;
	e->unasked += o->dropped && o->wants_ask;
	o->wants_ask = o->wants_term = false;
	o->last_word_ms = 0;
	e->failed[OWN] = e->failed[OTHERS] = false;
	e->left--;
	if (outcome > e->worst)
		e->worst = outcome;
}

/* It does not listen, or has not said so in time: it is left alone. */
static void
drop(struct end *e, size_t i)
{
	e->ones[i].dropped = true;
	step(e, i, HALT_ENDED);
}

static void
act(struct end *e, size_t i, unsigned actions)
{
	const struct target *t = &e->list[i];
	struct one *o = &e->ones[i];

	if (t->unsure && (actions & HALT_DO_REPORT) != 0)
		o->dropped = true;
	else if (t->unsure && (actions & (HALT_DO_TERM | HALT_DO_KILL)) != 0) {
		drop(e, i);
		return;
	}
	if ((actions & HALT_DO_ASK) != 0)
		do_ask(e, i);
	if ((actions & HALT_DO_SIGNAL) != 0 && !t->unsure)
		do_signal(e, i);
	if ((actions & HALT_DO_TERM) != 0) {
		/* Somebody may have stopped it since it was asked. */
		(void)jail_signal_first(&t->jail, SIGCONT);
		if (is_idle(t))
			do_signal(e, i);
		o->wants_ask = false;
		o->wants_term = true;
		enter_next(e);
	}
	if ((actions & HALT_DO_KILL) != 0 && !o->dropped)
		do_kill(e, i);
	if ((actions & HALT_DO_REPORT) == 0)
		return;
	if (t->ask.pid != 0 && !o->dropped)
		o->last_word_ms = now_ms() + LAST_WORD_MS;
	else
		report(e, i);
}

/*
 * Room.
 */

/* The caller's own have all that they need, but for one place; the others what
 * is left. */
static void
room_share(struct end *e)
{
	struct halt *own = &e->halts[OWN], *others = &e->halts[OTHERS];
	size_t used = own->active + own->waiting, keep = others->active;
	size_t n;

	if (keep == 0 && others->waiting > 0 && e->room > 1 &&
	    !e->failed[OTHERS])
		keep = 1;
	n = e->room > keep ? e->room - keep : 0;
	e->closed[OWN] = n == 0;
	own->room = n == 0 ? 1 : n;
	n = e->room > used ? e->room - used : 0;
	if (n < keep && e->room >= keep)
		n = keep;
	e->closed[OTHERS] = n == 0;
	others->room = n == 0 ? 1 : n;
}

/* Holds a jail that is to begin.  ESRCH: it has ended. */
static bool
hold(struct end *e, size_t i)
{
	struct jail *j = &e->list[i].jail;
	int error;

	if (jail_hold(j) == -1)
		return (false);
	if (jail_watch_jail(e->watch_fd, j, tag_of(i, TAG_JAIL)) == 0)
		return (true);
	error = errno;
	jail_close(j);
	errno = error;
	return (false);
}

/* It waits for those that have begun; with none there is nobody to wait
 * for. */
static void
no_room(struct end *e, size_t i)
{
	e->room = e->halts[OWN].active + e->halts[OTHERS].active;
	e->failed[side_of(e, i)] = true;
	if (e->room == 0)
		err(EX_OSERR, "%s", target_name(&e->list[i]));
	room_share(e);
}

/* May it begin?  At the end all do. */
static bool
may_begin(struct end *e, size_t i)
{
	const struct halt *h = halt_of(e, i);

	return (h->active < h->room && (!e->closed[side_of(e, i)] ||
	    now_ms() >= halt_end_ms(h)));
}

static void
step(struct end *e, size_t i, enum halt_event event)
{
	const struct halt_jail *h = &e->jails[i];
	struct halt *halt = halt_of(e, i);
	enum halt_stage from = h->stage;
	unsigned actions;

	if (from == HALT_WAITING) {
		if (!may_begin(e, i))
			return;
		if (!hold(e, i)) {
			if (errno != ESRCH) {	/* no room, after all */
				no_room(e, i);
				return;
			}
			event = HALT_ENDED;
		}
	}
	actions = halt_step(halt, (size_t)(h - halt->jails), event, now_ms());
	room_share(e);
	/* What asks tells its name first. */
	if (h->stage != from && h->stage != HALT_ASKING &&
	    !e->list[i].unsure)
		show_stage(&e->list[i], h);
	act(e, i, actions);
}

/*
 * What is heard.
 */
static void
word_heard(struct end *e, size_t i, const struct ask_word *word)
{
	struct target *t = &e->list[i];

	target_hear(t, word);
	switch (word->kind) {
	case ASK_LISTENS:
		if (t->unsure && e->jails[i].stage == HALT_SIGNALLED)
			do_signal(e, i);	/* it was left out then */
		t->unsure = false;
		break;
	case ASK_TAKEN:
		ask_over(e, i);
		(void)jail_signal_first(&t->jail, SIGCONT);
		step(e, i, HALT_TAKEN);
		break;
	case ASK_REFUSED:
		ask_over(e, i);
		if (t->unsure)
			drop(e, i);
		else
			step(e, i, HALT_REFUSED);
		break;
	case ASK_REBOOTED:
		e->ones[i].rebooted = true;
		step(e, i, HALT_ENDED);
		break;
	case ASK_ROOT:
		if (!t->unsure && e->jails[i].stage == HALT_ASKING)
			show_stage(t, &e->jails[i]);
		break;
	case ASK_STATUS:
	case ASK_LOOKED:
		break;
	}
}

static void
ask_heard(struct end *e, size_t i)
{
	struct target *t = &e->list[i];
	struct ask_word word;
	int r;

	while ((r = ask_hear(&t->ask, &word)) == 1)
		word_heard(e, i, &word);
	if (r == 0 || e->ones[i].over)
		return;
	ask_over(e, i);
	ask_end(&t->ask);
	if (e->ones[i].last_word_ms != 0)
		report(e, i);
	else if (t->unsure)		/* if he never said */
		drop(e, i);
	else
		step(e, i, HALT_REFUSED);
}

static void
news(struct end *e, uint64_t tag)
{
	size_t i = (size_t)(tag / TAGS);

	if (e->ones[i].over)
		return;
	switch ((enum tag)(tag % TAGS)) {
	case TAG_JAIL:
		switch (jail_look(e->watch_fd, &e->list[i].jail, tag)) {
		case JAIL_REBOOTED:
			if (e->how->verb != REQUEST_REBOOT)
				break;
			e->ones[i].rebooted = true;
			/* FALLTHROUGH */
		case JAIL_GONE:
			step(e, i, HALT_ENDED);
			break;
		case JAIL_LIVES:
			break;
		}
		break;
	case TAG_ASK:
		ask_heard(e, i);
		break;
	case TAG_CHILD:
		child_look(e, i, false);
		enter_next(e);
		break;
	case TAGS:
		break;
	}
}

/* When something is due for jail i alone. */
static int64_t
one_due(const struct end *e, size_t i)
{
	const struct one *o = &e->ones[i];
	int64_t due = HALT_NEVER_MS;

	if (o->over)
		return (due);
	if (o->last_word_ms != 0)
		due = o->last_word_ms;
	if (o->child.fd != -1 && o->child_end_ms < due)
		due = o->child_end_ms;
	return (why_due(e, &e->jails[i]) < due ? why_due(e, &e->jails[i]) :
	    due);
}

static void
one_act(struct end *e, size_t i)
{
	struct one *o = &e->ones[i];
	int64_t now = now_ms();

	if (o->over || now < one_due(e, i))
		return;
	if (o->child.fd != -1 && now >= o->child_end_ms) {
		child_look(e, i, true);
		enter_next(e);
	}
	if (now >= why_due(e, &e->jails[i]))
		why_look(e, e->jails[i].left_ms);
	if (o->last_word_ms != 0 && now >= o->last_word_ms)
		report(e, i);
}

/* When halt has something to do for one of the jails of a side. */
static int64_t
side_due(const struct end *e, enum side side)
{
	const struct halt *h = &e->halts[side];

	return (e->closed[side] && h->waiting > 0 ? halt_end_ms(h) :
	    halt_due_ms(h));
}

static void
tick(struct end *e)
{
	size_t i;
	int64_t now = now_ms();
	bool due[SIDES] = { now >= side_due(e, OWN),
	    now >= side_due(e, OTHERS) };

	for (i = 0; i < e->n; i++)
		if (due[side_of(e, i)])
			step(e, i, HALT_TICK);
	kill_again(e);
	ask_next(e);
	for (i = 0; i < e->n; i++)
		one_act(e, i);
}

static int64_t
wait_ms(const struct end *e)
{
	int64_t due = side_due(e, OWN), now = now_ms(), t;
	size_t i;

	t = side_due(e, OTHERS);
	due = t < due ? t : due;
	for (i = 0; i < e->n; i++) {
		t = one_due(e, i);
		if (is_killed(e, i) && e->kill_again_ms < t)
			t = e->kill_again_ms;
		due = t < due ? t : due;
	}
	if (show_is_live() && due > now + SHOW_EVERY_MS)
		due = now + SHOW_EVERY_MS;
	return (due == HALT_NEVER_MS ? -1 : due <= now ? 0 : due - now);
}

/* How many jails there are descriptors for, when the limit is as high as it
 * may be. */
static size_t
room(void)
{
	struct rlimit rl = { 1024, 1024 };
	rlim_t n;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0 && rl.rlim_cur < rl.rlim_max) {
		rl.rlim_cur = rl.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &rl);
		(void)getrlimit(RLIMIT_NOFILE, &rl);
	}
	n = rl.rlim_cur > OWN_FDS ? (rl.rlim_cur - OWN_FDS) / JAIL_FDS : 1;
	return (n < 1 ? 1 : n > ROOM_MAX ? ROOM_MAX : (size_t)n);
}

/* All of them, as show_live() wants it. */
static void
live(const struct end *e)
{
	const struct halt all = { .jails = e->jails, .n = e->n,
	    .active = e->halts[OWN].active + e->halts[OTHERS].active };

	show_live(e->list, &all, now_ms());
}

static void
begin(struct end *e)
{
	int64_t now = now_ms();
	size_t i;

	jail_inside_init();
	e->n_own = targets_sort(e->list, e->n);
	for (i = 0; i < e->n; i++) {
		e->ones[i].child.fd = -1;
		e->list[i].unsure = e->how->listening &&
		    !target_is_jailinit(&e->list[i]);
	}
	e->room = room();
	halt_init(&e->halts[OWN], e->jails, e->n_own, e->room, now,
	    e->how->limit_ms);
	halt_init(&e->halts[OTHERS], e->jails + e->n_own, e->n - e->n_own,
	    e->room, now, e->how->limit_ms);
	room_share(e);
}

int
end_run(struct target *list, size_t n, const struct end_how *how)
{
	struct end e = { .how = how, .list = list, .n = n, .left = n };
	uint64_t tags[EVENTS_MAX];
	int k, got;

	e.jails = calloc(n + 1, sizeof(*e.jails));
	e.ones = calloc(n + 1, sizeof(*e.ones));
	e.killed = calloc(n + 1, sizeof(struct jail *));
	e.watch_fd = jail_watch_new();
	if (e.jails == NULL || e.ones == NULL || e.killed == NULL ||
	    e.watch_fd == -1)
		err(EX_OSERR, "%zu jails", n);
	begin(&e);
	while (e.left > 0) {
		tick(&e);
		live(&e);
		if (e.left == 0)
			break;
		got = jail_watch_wait(e.watch_fd, tags, EVENTS_MAX,
		    wait_ms(&e));
		for (k = 0; k < got; k++)
			news(&e, tags[k]);
	}
	live(&e);
	if (e.unasked > 0)
		warnx("%zu jails were not asked: too many others do not "
		    "answer", e.unasked);
	close(e.watch_fd);
	free(e.jails);
	free(e.ones);
	free(e.killed);
	return (e.worst);
}
