/* SPDX-License-Identifier: BSD-2-Clause */
/* jailkill(8): options, and what no other file does: signals, requests. */
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
#include "lib/fd.h"
#include "lib/signame.h"
#include "lib/sys.h"

#include "halt_do.h"
#include "list.h"
#include "say.h"
#include "target.h"

/* Longer than a jailinit takes by default (105 s) when it is told nine
 * tenths of it; FreeBSD's init waits as long (kern.init_shutdown_timeout). */
#define DEFAULT_SECONDS	120

/* Of the time, the look at all jails that comes first may take this part, but
 * at least so long; no more is taken from the time that they have to end. */
#define LOOK_PART	10
#define LOOK_MIN_MS	300

#define WHY_MAX	256

/* What keeps a jail that KILL did not end is looked for so long. */
#define WHY_MS	1000

/* The best, setpriority(2); for root alone. */
#define PRIORITY	(-20)

struct options {
	bool list, json, dry, quiet, verbose;
	enum request_verb verb;		/* REQUEST_NONE: a signal */
	int sig;			/* -s, or -1 */
	char line[REQUEST_NAME_MAX + 3];	/* -R, in newlines */
	int64_t limit_ms;		/* -t, or -1 */
	enum target_which which;
};

static _Noreturn void
usage(const char *what, const char *why)
{
	warnx("%s: %s", printable(what), why);
	(void)fprintf(stderr,
	    "usage: jailkill [-nqv] [-s signal] jail ... | -a | -A\n"
	    "       jailkill -h | -p | -r [-nqv] [-t seconds] jail ... | "
	    "-a | -A\n"
	    "       jailkill -R name [-nqv] jail ... | -a | -A\n"
	    "       jailkill -l | -J [jail ... | -a | -A]\n"
	    "       jailkill -V\n");
	exit(EX_USAGE);
}

/* One thing is done by a run. */
static void
set_action(struct options *o, bool list, enum request_verb verb, int sig)
{
	char c[3] = { '-', (char)optopt, '\0' };

	if (o->verb != REQUEST_NONE || o->sig != -1 || (o->list && !list))
		usage(c, "only one of -h, -p, -r, -R, -s and -l");
	o->list = list;
	o->verb = verb;
	o->sig = sig;
}

/* A name that the jail's own jailinit would take for one. */
static void
set_request(struct options *o, const char *name)
{
	struct request rq;

	set_action(o, false, REQUEST_RUN, -1);
	if (request_parse(name, strlen(name), &rq) != REQUEST_OK ||
	    rq.verb != REQUEST_RUN || strcmp(rq.name, name) != 0)
		usage(name, "no name of an administrator's request");
	/* What others wrote without one is not to be in a line with it. */
	(void)snprintf(o->line, sizeof(o->line), "\n%s\n", rq.name);
}

static void
option(struct options *o, int c)
{
	optopt = c;
	switch (c) {
	case 'A':
	case 'a':
		o->which = c == 'A' ? TARGET_MINE : TARGET_LISTENING;
		break;
	case 'h':
		set_action(o, false, REQUEST_HALT, -1);
		break;
	case 'J':
		o->json = true;
		/* FALLTHROUGH */
	case 'l':
		set_action(o, true, REQUEST_NONE, -1);
		break;
	case 'n':
		o->dry = true;
		break;
	case 'p':
		set_action(o, false, REQUEST_POWEROFF, -1);
		break;
	case 'q':
		o->quiet = true;
		break;
	case 'r':
		set_action(o, false, REQUEST_REBOOT, -1);
		break;
	case 'R':
		set_request(o, optarg);
		break;
	case 's':
		set_action(o, false, REQUEST_NONE, signame_number(optarg));
		if (o->sig == -1)
			usage(optarg, "no such signal");
		break;
	case 't':
		if (!request_seconds(optarg, strlen(optarg), &o->limit_ms))
			usage(optarg, "not a number of seconds, 0 to "
			    "999999999");
		break;
	case 'v':
		o->verbose = true;
		break;
	case 'V':
		(void)puts("jailkill " VERSION);
		exit(fflush(stdout) == 0 && !ferror(stdout) ? 0 : EX_IOERR);
	default:	/* FreeBSD's getopt(3) takes -+ */
		usage("-+", "no such option");
	}
}

static void
options_parse(struct options *o, int argc, char **argv)
{
	static const char letters[] = "+AahJlnpqrR:s:t:vV";
	char name[3] = "-";
	int c;

	o->sig = -1;
	o->limit_ms = -1;
	o->which = TARGET_NAMED;
	opterr = 0;
	while ((c = getopt(argc, argv, letters)) != -1)
		if (c != '?')
			option(o, c);
		else {
			name[1] = (char)optopt;
			usage(name, optopt != ':' &&
			    strchr(letters + 1, optopt) != NULL ?
			    "wants an argument" : "no such option");
		}
	if (o->limit_ms != -1 && (o->verb == REQUEST_NONE ||
	    o->verb == REQUEST_RUN))
		usage("-t", "goes with -h, -p or -r");
	if (o->which != TARGET_NAMED && argv[optind] != NULL)
		usage(argv[optind], "a jail is named beside -a or -A");
	if (o->which == TARGET_NAMED && argv[optind] == NULL && !o->list)
		usage("jail", "none is named; -a is all that listen");
	if (o->list && o->which == TARGET_NAMED && argv[optind] == NULL)
		o->which = TARGET_ALL;
}

/*
 * -n
 */
static void
dry(const struct target *t, const struct options *o)
{
	char comm[JAIL_COMM_MAX];
	int sig = jail_other_signal(&t->jail, o->verb, comm);

	if (o->verb == REQUEST_NONE)
		(void)printf("%s: would send %s to all of it\n",
		    target_name(t), signame_name(o->sig));
	else if (o->verb == REQUEST_RUN)
		(void)printf("%s: would ask for %s", target_name(t),
		    o->line + 1);
	else if (t->listens)
		(void)printf("%s: would ask it to %s\n", target_name(t),
		    request_name(o->verb));
	else if (sig == 0)
		(void)printf("%s: does not listen, would send TERM to all of "
		    "it\n", target_name(t));
	else
		(void)printf("%s: does not listen, would send %s to its "
		    "first process, %s\n", target_name(t), signame_name(sig),
		    printable(comm));
}

/*
 * -s
 */
static void
why_find(const struct jail *j, char why[WHY_MAX])
{
	int64_t end_ms = clock_ms() + WHY_MS;
	struct jail_keepers *k = jail_keepers_find(end_ms);

	if (!jail_kept_by(j, k, end_ms, why, WHY_MAX))
		why[0] = '\0';
	jail_keepers_free(k);
}

static int
signal_one(struct target *t, const struct options *o)
{
	char why[WHY_MAX] = "";
	int e = 0;

	if (jail_hold(&t->jail) == -1 || jail_deliver(&t->jail, o->sig) == -1)
		e = errno;
	if (e == ETIMEDOUT && o->sig == SIGKILL &&
	    !jail_frozen(&t->jail, why, sizeof(why)))
		why_find(&t->jail, why);
	jail_close(&t->jail);
	if (e == ESRCH && o->which != TARGET_NAMED)
		e = 0;		/* it has gone meanwhile */
	if (e == ETIMEDOUT && o->sig == SIGKILL)
		warnx("%s: still there after KILL%s%s", target_name(t),
		    why[0] == '\0' ? "" : "; ", printable(why));
	else if (e != 0)
		warnx("%s: %s: %s", target_name(t), signame_name(o->sig),
		    show_error(e));
	else if (o->verbose)
		(void)printf("%s: %s\n", target_name(t),
		    signame_name(o->sig));
	return (e == 0 ? 0 : e == ESRCH ? EX_NOHOST : e == EPERM ?
	    EX_NOPERM : END_LEFT);
}

/*
 * -R
 */
static int
request_all(struct targets *t, const struct options *o)
{
	const struct ask_what what = { .line = o->line };
	int status = EX_OK;
	size_t i;

	targets_look(t->list, t->n, &what, TARGET_LOOK_MS);
	for (i = 0; i < t->n; i++) {
		const struct target *j = &t->list[i];

		if (j->taken && o->verbose)
			(void)printf("%s: asked for %s", target_name(j),
			    o->line + 1);
		if (j->taken || (o->which == TARGET_LISTENING &&
		    !target_listens(j)))
			continue;
		warnx("%s: %s", target_name(j), show_refusal(j->refused));
		status = END_LEFT;
	}
	return (status);
}

/* What a script has to know first: something is left; then what it asked
 * wrongly or in vain; then force. */
static int
worse(int a, int b)
{
	static const int order[] = { END_LEFT, EX_OSERR, EX_NOPERM, EX_USAGE,
	    EX_NOHOST, EX_IOERR, END_FORCED, END_CLEAN };
	size_t i;

	for (i = 0; order[i] != a && order[i] != b; i++)
		continue;
	return (order[i]);
}

static int64_t
look_ms(const struct options *o)
{
	int64_t ms = o->limit_ms / LOOK_PART;

	if (o->verb == REQUEST_NONE || o->dry || ms > TARGET_LOOK_MS)
		return (TARGET_LOOK_MS);
	return (ms < LOOK_MIN_MS ? LOOK_MIN_MS : ms);
}

/* Is asking the look?  Not where there is no time to ask. */
static bool
asks_at_once(const struct options *o)
{
	return (o->verb != REQUEST_NONE && !o->dry && o->limit_ms > 0);
}

static bool
is_permitted(struct target *t)
{
	bool no = jail_hold(&t->jail) == 0 &&
	    jail_signal_first(&t->jail, 0) == -1 && errno == EPERM;

	jail_close(&t->jail);
	return (!no);
}

/* Leaves those out that we may not signal; listening: and says so of those
 * alone that listen, which is not known yet. */
static int
permitted(struct targets *t, bool listening, int64_t limit_ms)
{
	const struct ask_what what = { 0 };
	struct target *j, *end = t->list + t->n, other;
	size_t n = 0;
	int error = 0;

	for (j = t->list; j < end; j++)
		if (is_permitted(j)) {
			other = t->list[n];
			t->list[n++] = *j;
			*j = other;
		}
	t->n = n;
	if (listening && t->list + n < end)
		targets_look(t->list + n, (size_t)(end - t->list) - n, &what,
		    limit_ms);
	for (j = t->list + n; j < end; j++)
		if (!listening || target_listens(j)) {
			warnx("%s: %s", target_name(j), strerror(EPERM));
			error = EX_NOPERM;
		}
	return (error);
}

/* The time begins at our start.  A fast look-up is not charged to the jails'
 * time.  A slow one is charged up to look_ms(), so that one jail cannot use up
 * the others' time. */
static int
act(struct targets *t, const struct options *o, int64_t begun_ms)
{
	struct end_how how = { o->verb, o->limit_ms, asks_at_once(o) &&
	    o->which == TARGET_LISTENING };
	int status = permitted(t, how.listening, look_ms(o));
	int64_t took_ms = clock_ms() - begun_ms;
	size_t i;

	if (took_ms > look_ms(o))
		took_ms = look_ms(o);
	if (took_ms >= LOOK_MIN_MS)
		how.limit_ms -= took_ms;
	if (how.limit_ms < 0)
		how.limit_ms = 0;
	if (o->dry)
		for (i = 0; i < t->n; i++)
			dry(&t->list[i], o);
	else if (o->verb == REQUEST_NONE)
		for (i = 0; i < t->n; i++)
			status = worse(status, signal_one(&t->list[i], o));
	else if (o->verb == REQUEST_RUN)
		status = worse(status, request_all(t, o));
	else {
		show_init(o->quiet, o->verbose);
		status = worse(status, end_run(t->list, t->n, &how));
		show_finish();
	}
	return (status);
}

int
main(int argc, char **argv)
{
	int64_t begun_ms = clock_ms();
	struct options o = { 0 };
	struct targets t;
	const char *why;
	int status;

	(void)fd_fill();
	/* Output that is too long for RLIMIT_FSIZE is no reason to leave jails
	 * half-way. */
	(void)signal(SIGXFSZ, SIG_IGN);
	/* Where a jail forks as fast as it can we come last, otherwise. */
	(void)setpriority(PRIO_PROCESS, 0, PRIORITY);
	options_parse(&o, argc, argv);
	if (o.sig == -1)
		o.sig = SIGTERM;
	if (o.limit_ms == -1)
		o.limit_ms = (int64_t)DEFAULT_SECONDS * 1000;
	closefrom(STDERR_FILENO + 1);	/* their room is for jails */
	if (jail_init(&why) == -1)
		errx(EX_UNAVAILABLE, "%s", why);
	(void)signal(SIGPIPE, SIG_IGN);
	/* Or, inherited as ignored, it has the kernel reap our children, and
	 * their numbers may be others' when we end them. */
	(void)signal(SIGCHLD, SIG_DFL);
	targets_find(&t, asks_at_once(&o) && o.which == TARGET_LISTENING ?
	    TARGET_MINE : o.which, argv + optind, o.list || o.dry ||
	    (o.verb != REQUEST_NONE && !asks_at_once(&o)), look_ms(&o));
	status = o.list ? list_print(&t, o.json) : act(&t, &o, begun_ms);
	status = worse(status, t.error);
	free(t.list);
	return (status);
}
