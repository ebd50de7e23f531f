/* SPDX-License-Identifier: BSD-2-Clause */
/* jailkill(8): finds jails, then lists them, signals them or halts them. */
#include <sys/resource.h>

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/fd.h"

#include "find.h"
#include "halt_run.h"
#include "list.h"
#include "look.h"
#include "options.h"
#include "outcome.h"
#include "say.h"
#include "screen.h"
#include "send.h"
#include "wake.h"

/* Longer than a jailinit takes by default (105 s) when it is told nine tenths
 * of it.  FreeBSD's init waits as long (kern.init_shutdown_timeout). */
#define DEFAULT_SECONDS	120

/* The first look at all jails may take a tenth of the time, but at least this
 * long; and no more than this part is taken from the jails' time to end. */
#define LOOK_PART	10
#define LOOK_MIN_MS	300

/* The highest, setpriority(2); for root alone. */
#define PRIORITY	(-20)

/* Does the visitor that asks a jail find out whether it listens, too?  Not
 * where there is no time to ask. */
static bool
asks_at_once(const struct options *o)
{
	return (!o->dry && (o->verb == REQUEST_RUN ||
	    (options_halt(o) && o->limit_ms > 0)));
}

static int64_t
look_ms(const struct options *o)
{
	int64_t ms = o->limit_ms / LOOK_PART;

	if (!options_halt(o) || o->dry || ms > LOOK_LIMIT_MS)
		return (LOOK_LIMIT_MS);
	return (ms < LOOK_MIN_MS ? LOOK_MIN_MS : ms);
}

/* The time that jails have to end.  It begins at our start.  A fast look-up is
 * not charged to it.  A slow one is charged up to look_ms(), so that one jail
 * cannot use up the others' time. */
static int64_t
left_ms(const struct options *o, int64_t begun_ms)
{
	int64_t left, took_ms = clock_ms() - begun_ms;

	if (took_ms > look_ms(o))
		took_ms = look_ms(o);
	left = o->limit_ms - (took_ms < LOOK_MIN_MS ? 0 : took_ms);
	return (left < 0 ? 0 : left);
}

static int
halt(struct targets *t, const struct options *o, int64_t begun_ms,
    bool listening)
{
	int status;

	say_init(o->quiet, o->verbose, o->json);
	status = halt_run(t->list, t->n, o->verb, left_ms(o, begun_ms),
	    listening);
	say_sum(begun_ms, o->limit_ms, clock_ms());
	screen_finish();
	return (status);
}

static int
jails_act(struct targets *t, const struct options *o, int64_t begun_ms)
{
	bool listening = asks_at_once(o) && o->which == FIND_LISTENING;
	int status = send_permitted(t, listening, look_ms(o));

	wake_init(o->quiet, o->thaw);
	return (outcome_worse(status, o->dry ? send_nothing(t, o) :
	    options_halt(o) ? halt(t, o, begun_ms, listening) :
	    o->verb == REQUEST_RUN ? send_requests(t, o) :
	    send_signals(t, o)));
}

/* Output that is too long for RLIMIT_FSIZE, or that nobody reads, must not stop
 * us half-way.  With SIGCHLD ignored, as it may be inherited, the kernel would
 * reap our children, and their pids could be others' when we kill them. */
static void
signals_ignore(void)
{
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
}

int
main(int argc, char **argv)
{
	int64_t begun_ms = clock_ms();
	struct options o = { 0 };
	struct targets t;
	const char *why;
	bool look;
	int status;

	(void)fd_fill();
	signals_ignore();
	/* Otherwise a jail that forks as fast as it can delays us. */
	(void)setpriority(PRIO_PROCESS, 0, PRIORITY);
	options_parse(&o, argc, argv);
	if (o.sig == -1)
		o.sig = SIGTERM;
	if (o.limit_ms == -1)
		o.limit_ms = (int64_t)DEFAULT_SECONDS * 1000;
	closefrom(STDERR_FILENO + 1);	/* to have room for jails */
	if (jail_init(&why) == -1)
		errx(EX_UNAVAILABLE, "%s", why);
	look = o.list || o.dry || (o.verb != REQUEST_NONE && !asks_at_once(&o));
	targets_find(&t, asks_at_once(&o) && o.which == FIND_LISTENING ?
	    FIND_MINE : o.which, argv + optind, o.list || o.json,
	    o.list && o.json, look, look_ms(&o));
	status = o.list ? list_print(&t, o.json) :
	    jails_act(&t, &o, begun_ms);
	status = outcome_worse(status, t.error);
	if (ferror(stdout))
		status = outcome_worse(status, EX_IOERR);
	targets_free(&t);
	return (status);
}
