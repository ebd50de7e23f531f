/* SPDX-License-Identifier: BSD-2-Clause */
/* Parses the command line.  Touches standard output and error. */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/signame.h"

#include "options.h"

/* No letter, since -h halts. */
#define OPT_HELP	1

static void
usage_print(FILE *to)
{
	(void)fprintf(to,
	    "usage: jailkill [-nqv] [-s signal [-J]] jail ... | -a | -A\n"
	    "       jailkill -h | -p | -r [-Jfnqv] [-t seconds] jail ... "
	    "[, jail ...] ...\n"
	    "       jailkill -h | -p | -r [-Jfnqv] [-t seconds] -a | -A "
	    "[, jail ...] ...\n"
	    "       jailkill -R name [-Jfnqv] [-t seconds] jail ... | -a | -A\n"
	    "       jailkill -l | -J [jail ... | -a | -A]\n"
	    "       jailkill -V | --help | --version\n");
}

static _Noreturn void
usage(const char *what, const char *why)
{
	warnx("%s: %s", printable(what), why);
	usage_print(stderr);
	exit(EX_USAGE);
}

bool
options_halt(const struct options *o)
{
	return (o->verb != REQUEST_NONE && o->verb != REQUEST_RUN);
}

/* A run does one thing; opt: the option that asks for it. */
static void
set_action(struct options *o, int opt, bool list, enum request_verb verb,
    int sig)
{
	char c[3] = { '-', (char)opt, '\0' };

	if (o->verb != REQUEST_NONE || o->sig != -1 || (o->list && !list))
		usage(c, "only one of -h, -p, -r, -R, -s and -l");
	o->list = list;
	o->verb = verb;
	o->sig = sig;
}

/* Takes a name that the jail's jailinit takes, too. */
static void
set_request(struct options *o, const char *name)
{
	struct request rq;

	set_action(o, 'R', false, REQUEST_RUN, -1);
	if (request_parse(name, strlen(name), &rq) != REQUEST_OK ||
	    rq.verb != REQUEST_RUN || strcmp(rq.name, name) != 0)
		usage(name, "not a name of an administrator's request");
	o->name = name;
}

static void
set_signal(struct options *o, const char *name)
{
	set_action(o, 's', false, REQUEST_NONE, signame_number(name));
	if (o->sig == -1)
		usage(name, "no such signal");
}

static void
set_seconds(struct options *o, const char *text)
{
	if (!request_seconds(text, strlen(text), &o->limit_ms))
		usage(text, "not a number of seconds, 0 to 999999999");
}

/* Ends after what was asked for is on standard output. */
static _Noreturn void
printed_exit(void)
{
	exit(fflush(stdout) == 0 && !ferror(stdout) ? 0 : EX_IOERR);
}

static _Noreturn void
version(void)
{
	(void)puts("jailkill " VERSION);
	printed_exit();
}

static void
option_take(struct options *o, int c)
{
	switch (c) {
	case 'A':
	case 'a':
		o->which = c == 'A' ? FIND_MINE : FIND_LISTENING;
		break;
	case 'f':
		o->thaw = true;
		break;
	case 'h':
	case 'p':
	case 'r':
		set_action(o, c, false, c == 'h' ? REQUEST_HALT : c == 'p' ?
		    REQUEST_POWEROFF : REQUEST_REBOOT, -1);
		break;
	case 'J':
		o->json = true;
		break;
	case 'l':
		set_action(o, c, true, REQUEST_NONE, -1);
		break;
	case 'n':
		o->dry = true;
		break;
	case 'q':
		o->quiet = true;
		break;
	case 'R':
		set_request(o, optarg);
		break;
	case 's':
		set_signal(o, optarg);
		break;
	case 't':
		set_seconds(o, optarg);
		break;
	case 'v':
		o->verbose = true;
		break;
	case 'V':
		version();
	case OPT_HELP:
		usage_print(stdout);
		printed_exit();
	default:	/* FreeBSD's getopt(3) takes -+ */
		usage("-+", "no such option");
	}
}

static bool
is_next(const char *name)
{
	return (name != NULL && strcmp(name, FIND_NEXT) == 0);
}

static _Noreturn void
refuse(const char *what, const char *why)
{
	warnx("%s: %s", printable(what), why);
	exit(EX_USAGE);
}

/* A comma has jails before it, or all of -a and -A, and others after it. */
static void
names_check(const struct options *o, char *const *names)
{
	bool next, before = o->which != FIND_NAMED;

	if (before && *names != NULL && !is_next(*names))
		usage(*names, "a jail is named together with -a or -A, and not "
		    "behind a comma");
	for (; *names != NULL; names++) {
		if (**names == '-')
			refuse(*names, "options stand before the jails");
		next = is_next(*names);
		if (next && !options_halt(o))
			refuse(FIND_NEXT, "only -h, -p and -r have an order");
		if (next && (!before || names[1] == NULL))
			refuse(FIND_NEXT, "no jail is named on one side of "
			    "it");
		if (!next && strchr(*names, *FIND_NEXT) != NULL &&
		    strchr(*names, '/') == NULL)
			refuse(*names, FIND_APART);
		before = !next;
	}
}

/* Do the options, and names or none, go together?  -J alone lists. */
static void
options_check(struct options *o, char *const *names)
{
	const char *name = *names;

	if (o->json && o->verb == REQUEST_NONE && o->sig == -1)
		o->list = true;
	if (o->limit_ms != -1 && o->verb == REQUEST_NONE)
		usage("-t", "goes with -h, -p, -r or -R");
	if (o->thaw && o->verb == REQUEST_NONE)
		usage("-f", "goes with -h, -p, -r or -R");
	if (o->which == FIND_NAMED && name == NULL && !o->list)
		usage("jail", "none is named; -a means all that listen");
	names_check(o, names);
	if (o->list && o->which == FIND_NAMED && name == NULL)
		o->which = FIND_ALL;
}

void
options_parse(struct options *o, int argc, char **argv)
{
	static const char letters[] = "+AafhJlnpqrR:s:t:vV";
	static const struct option longs[] = {
		{ "help", no_argument, NULL, OPT_HELP },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 }
	};
	const char *letter;
	char name[3] = "-";
	int c;

	o->sig = -1;
	o->limit_ms = -1;
	o->which = FIND_NAMED;
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1)
		if (c != '?')
			option_take(o, c);
		else if (optopt == 0)
			usage(argv[optind - 1], "no such option");
		else {
			name[1] = (char)optopt;
			letter = optopt == ':' ? NULL :
			    strchr(letters + 1, optopt);
			usage(name, letter != NULL && letter[1] == ':' ?
			    "wants an argument" : "no such option");
		}
	options_check(o, argv + optind);
}
