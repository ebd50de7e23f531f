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

#include "clock.h"
#include "end.h"
#include "halt.h"
#include "show.h"

/* Descriptors of a jail at once: itself, who asks, who enters; and ours. */
#define JAIL_FDS	4
#define OWN_FDS		32
#define ROOM_MAX	20000

/* So many enter jails at once: each is two processes, for a moment. */
#define ENTER_MAX	64

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
	char *frozen;			/* when it got KILL; NULL: it was not */
	bool wants_term;		/* somebody is to enter */
	bool rebooted;
	bool over;			/* its line has been said */
};

struct end {
	const struct end_how *how;
	struct target *list;
	struct one *ones;
	struct halt halt;
	struct jail **killed;		/* room for n */
	size_t n, left, inside;
	int64_t kill_again_ms;
	int watch_fd, worst;
};

static int64_t
now_ms(void)
{
	return (clock_ms(CLOCK_MONOTONIC));
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
do_ask(struct end *e, size_t i)
{
	struct target *t = &e->list[i];
	const struct halt_jail *h = &e->halt.jails[i];
	struct ask_what what = { .follow = true };
	char line[32];

	/* What others wrote without a newline is not to be in one with it. */
	(void)snprintf(line, sizeof(line), "\n%s %" PRId64 "\n",
	    request_name(e->how->verb), halt_budget_s(&e->halt, i));
	what.line = line;
	what.reboot = e->how->verb == REQUEST_REBOOT;
	what.every_ms = (h->kill_ms - h->begun_ms) / LOOKS;
	if (show_is_live() && what.every_ms > SHOW_EVERY_MS)
		what.every_ms = SHOW_EVERY_MS;
	/* What was stopped could not act on the request. */
	(void)jail_signal_first(&t->jail, SIGCONT);
	if (ask_start(&t->ask, &t->jail, &what) == 0 &&
	    jail_watch_fd(e->watch_fd, t->ask.fd, tag_of(i, TAG_ASK)) == 0)
		return;
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

static void
do_signal(struct end *e, size_t i)
{
	struct target *t = &e->list[i];
	char comm[JAIL_COMM_MAX];
	int sig = jail_other_signal(&t->jail, e->how->verb, comm);

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

	for (i = 0; i < e->n && e->inside < ENTER_MAX; i++) {
		struct one *o = &e->ones[i];

		if (!o->wants_term)
			continue;
		o->wants_term = false;
		if (jail_signal_all(&e->list[i].jail, sigs, false,
		    &o->child) == -1) {
			show_not_entered(&e->list[i], errno);
			o->child.fd = -1;
			continue;
		}
		e->inside++;
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
	char why[WHY_MAX];
	int r;

	if (o->child.fd == -1)
		return;
	r = jail_child_end(&o->child, force);
	if (r == -1)
		return;
	o->child.fd = -1;
	e->inside--;
	/* One that has ended but for what keeps it lets nobody in. */
	if (r != 0 && r != ESRCH && !o->over &&
	    !jail_kept_by(&e->list[i].jail, why, sizeof(why)))
		show_not_entered(&e->list[i], r);
}

static void
do_kill(struct end *e, size_t i)
{
	int64_t again_ms = now_ms() + KILL_EVERY_MS;
	char why[WHY_MAX];

	if (jail_frozen(&e->list[i].jail, why, sizeof(why)))
		e->ones[i].frozen = strdup(why);
	(void)jail_kill(&e->list[i].jail);
	if (e->kill_again_ms < again_ms)
		e->kill_again_ms = again_ms;
}

static bool
is_killed(const struct end *e, size_t i)
{
	return (!e->ones[i].over && e->halt.jails[i].stage == HALT_KILL);
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

/* The line that says what has become of it, and the end of all that we
 * hold of it. */
static void
report(struct end *e, size_t i)
{
	struct target *t = &e->list[i];
	struct one *o = &e->ones[i];
	const struct halt_jail *h = &e->halt.jails[i];
	char why[WHY_MAX] = "";
	int outcome = h->stage == HALT_LEFT ? END_LEFT :
	    h->forced ? END_FORCED : END_CLEAN;

	if (o->frozen != NULL)
		(void)snprintf(why, sizeof(why), "%s", o->frozen);
	if (h->stage == HALT_LEFT &&
	    !jail_frozen(&t->jail, why, sizeof(why)) &&
	    !jail_kept_by(&t->jail, why, sizeof(why)))
		why[0] = '\0';
	show_end(t, h, o->rebooted, now_ms(), why);
	o->over = true;
	child_look(e, i, true);
	ask_end(&t->ask);
	jail_close(&t->jail);
	free(o->frozen);
	o->wants_term = false;
	o->last_word_ms = 0;
	e->left--;
	if (outcome > e->worst)
		e->worst = outcome;
}

static void
act(struct end *e, size_t i, unsigned actions)
{
	struct one *o = &e->ones[i];

	if ((actions & HALT_DO_ASK) != 0)
		do_ask(e, i);
	if ((actions & HALT_DO_SIGNAL) != 0)
		do_signal(e, i);
	if ((actions & HALT_DO_TERM) != 0) {
		/* Somebody may have stopped it since it was asked. */
		(void)jail_signal_first(&e->list[i].jail, SIGCONT);
		if (is_idle(&e->list[i]))
			do_signal(e, i);
		o->wants_term = true;
		enter_next(e);
	}
	if ((actions & HALT_DO_KILL) != 0)
		do_kill(e, i);
	if ((actions & HALT_DO_REPORT) == 0)
		return;
	if (e->list[i].ask.pid != 0)
		o->last_word_ms = now_ms() + LAST_WORD_MS;
	else
		report(e, i);
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
	if (e->halt.active == 0)
		err(EX_OSERR, "%s", target_name(&e->list[i]));
	e->halt.room = e->halt.active;
}

static void
step(struct end *e, size_t i, enum halt_event event)
{
	const struct halt_jail *h = &e->halt.jails[i];
	enum halt_stage from = h->stage;
	unsigned actions;

	if (from == HALT_WAITING && e->halt.active < e->halt.room &&
	    !hold(e, i)) {
		if (errno != ESRCH) {	/* no room, after all */
			no_room(e, i);
			return;
		}
		event = HALT_ENDED;
	}
	actions = halt_step(&e->halt, i, event, now_ms());
	if (h->stage != from)
		show_stage(&e->list[i], h);
	act(e, i, actions);
}

/*
 * What is heard.
 */
static void
ask_heard(struct end *e, size_t i)
{
	struct target *t = &e->list[i];
	struct ask_word word;
	int r;

	while ((r = ask_hear(&t->ask, &word)) == 1) {
		target_hear(t, &word);
		if (word.kind == ASK_TAKEN)
			step(e, i, HALT_TAKEN);
		else if (word.kind == ASK_REFUSED)
			step(e, i, HALT_REFUSED);
		else if (word.kind == ASK_REBOOTED) {
			e->ones[i].rebooted = true;
			step(e, i, HALT_ENDED);
		}
	}
	if (r == 0)
		return;
	ask_end(&t->ask);
	if (e->ones[i].last_word_ms != 0)
		report(e, i);
	else
		step(e, i, HALT_REFUSED);	/* if he never said */
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
	return (due);
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
	if (o->last_word_ms != 0 && now >= o->last_word_ms)
		report(e, i);
}

static void
tick(struct end *e)
{
	size_t i;

	if (now_ms() >= halt_due_ms(&e->halt))
		for (i = 0; i < e->n; i++)
			step(e, i, HALT_TICK);
	kill_again(e);
	for (i = 0; i < e->n; i++)
		one_act(e, i);
}

static int64_t
wait_ms(const struct end *e)
{
	int64_t due = halt_due_ms(&e->halt), now = now_ms(), t;
	size_t i;

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

int
end_run(struct target *list, size_t n, const struct end_how *how)
{
	struct end e = { .how = how, .list = list, .n = n, .left = n };
	struct halt_jail *jails = calloc(n + 1, sizeof(*jails));
	uint64_t tags[EVENTS_MAX];
	size_t i;
	int k, got;

	e.ones = calloc(n + 1, sizeof(*e.ones));
	e.killed = calloc(n + 1, sizeof(*e.killed));
	e.watch_fd = jail_watch_new();
	if (jails == NULL || e.ones == NULL || e.killed == NULL ||
	    e.watch_fd == -1)
		err(EX_OSERR, "%zu jails", n);
	for (i = 0; i < n; i++)
		e.ones[i].child.fd = -1;
	halt_init(&e.halt, jails, n, room(), now_ms(), how->limit_ms);
	while (e.left > 0) {
		tick(&e);
		show_live(list, &e.halt, now_ms());
		if (e.left == 0)
			break;
		got = jail_watch_wait(e.watch_fd, tags, EVENTS_MAX,
		    wait_ms(&e));
		for (k = 0; k < got; k++)
			news(&e, tags[k]);
	}
	show_live(list, &e.halt, now_ms());
	close(e.watch_fd);
	free(jails);
	free(e.ones);
	free(e.killed);
	return (e.worst);
}
