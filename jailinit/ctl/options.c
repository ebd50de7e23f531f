/* SPDX-License-Identifier: BSD-2-Clause */
/* The command lines of jailctl, halt, poweroff, reboot and shutdown, as they
 * are typed on FreeBSD and on Linux.  Touches standard error, and exits. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "options.h"

/* A year: what is scheduled beyond is a mistake. */
#define WHEN_MAX_S	(366LL * 24 * 60 * 60)

/* -f, -q: no rc.shutdown, no time; all is killed at once. */
#define AT_ONCE_S	0

/* What shutdown does without a time, as systemd's. */
#define SHUTDOWN_DEFAULT_S	60

/* So much is repeated of a word that is a mistake. */
#define WORD_MAX	257

static const char *self;

static void
usage_print(void)
{
	if (strcmp(self, "shutdown") == 0)
		(void)fprintf(stderr,
		    "usage: shutdown [-h | -p | -r | -k] [-aFfHnoPW] "
		    "[-t seconds]\n"
		    "                [--halt | --poweroff | --reboot] "
		    "[--no-wall]\n"
		    "                [time [warning ...]]\n"
		    "       shutdown -c [--no-wall] [warning ...]\n"
		    "       shutdown -S | --show | --help\n");
	else if (strcmp(self, "jailctl") == 0)
		(void)fprintf(stderr,
		    "usage: jailctl [-c path] halt | poweroff | reboot "
		    "[seconds]\n"
		    "       jailctl [-c path] request name\n"
		    "       jailctl [-c path] shutdown ...\n"
		    "       jailctl [-f path] ready | status | wait\n"
		    "       jailctl cancel\n"
		    "       jailctl -V | --help\n");
	else
		(void)fprintf(stderr,
		    "usage: %s [-fpq] [-cDdeilNnrWw] [-k kernel] [--force] "
		    "[--halt]\n"
		    "           [--no-sync] [--no-wall] [--poweroff] "
		    "[--reboot] [--wtmp-only] [now]\n"
		    "       %s --help\n", self, self);
}

void
ctl_complain(const char *program, const char *what, const char *why)
{
	char word[WORD_MAX], *p;

	(void)snprintf(word, sizeof(word), "%s", what);
	for (p = word; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	(void)fprintf(stderr, "%s: %s: %s\n", program, word, why);
}

static _Noreturn void
usage(const char *what, const char *why)
{
	ctl_complain(self, what, why);
	usage_print();
	exit(EX_USAGE);
}

static _Noreturn void
help(void)
{
	usage_print();
	exit(EX_OK);
}

/*
 * Times.
 */

/* n decimal digits at s, at most 9, or -1. */
static int
digits(const char *s, int n)
{
	int i, v = 0;

	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return (-1);
		v = v * 10 + (s[i] - '0');
	}
	return (v);
}

static bool
relative_parse(struct ctl_when *w, const char *s)
{
	static const struct {
		const char *name;
		int s;
	} units[] = { { "", 60 }, { "m", 60 }, { "min", 60 }, { "h", 3600 },
	    { "hour", 3600 }, { "s", 1 }, { "sec", 1 } };
	int64_t n = 0;
	size_t i, len = strspn(s, "0123456789");

	if (!request_seconds(s, len, &n))
		return (false);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(s + len, units[i].name) == 0)
			break;
	if (i == sizeof(units) / sizeof(units[0]))
		return (false);
	w->relative = true;
	w->s = n / 1000 * units[i].s;
	return (w->s <= WHEN_MAX_S);
}

/* From the right: minutes, hours, day, month, year. */
static bool
absolute_parse(struct ctl_when *w, const char *s, time_t now)
{
	size_t len = strlen(s);
	struct tm tm;
	time_t t;
	bool colon = len >= 4 && len <= 5 && s[len - 3] == ':';
	int h, m, day, month;

	if (localtime_r(&now, &tm) == NULL)
		return (false);
	tm.tm_sec = 0;
	tm.tm_isdst = -1;
	if (colon) {
		h = digits(s, (int)len - 3);
		m = digits(s + len - 2, 2);
	} else {
		if (len != 4 && len != 6 && len != 8 && len != 10)
			return (false);
		h = digits(s + len - 4, 2);
		m = digits(s + len - 2, 2);
		if (strspn(s, "0123456789") != len)
			return (false);
		if (len >= 6)
			tm.tm_mday = digits(s + len - 6, 2);
		if (len >= 8)
			tm.tm_mon = digits(s + len - 8, 2) - 1;
		if (len == 10)
			tm.tm_year = digits(s, 2) + 100;
	}
	if (h < 0 || h > 23 || m < 0 || m > 59)
		return (false);
	tm.tm_hour = h;
	tm.tm_min = m;
	day = tm.tm_mday;
	month = tm.tm_mon;
	t = mktime(&tm);
	if (tm.tm_mday != day || tm.tm_mon != month)	/* November 31 */
		return (false);
	if (t != -1 && t <= now && len <= 5) {	/* tomorrow's */
		tm.tm_mday++;
		tm.tm_isdst = -1;
		t = mktime(&tm);
	}
	w->relative = false;
	w->s = (int64_t)t;
	return (t != -1 && t >= now - 60 && t - now <= WHEN_MAX_S);
}

bool
ctl_when_parse(struct ctl_when *w, const char *text, time_t now)
{
	w->relative = true;
	w->s = 0;
	if (strcmp(text, "now") == 0)
		return (true);
	if (*text == '+')
		return (relative_parse(w, text + 1));
	/* too short for a time of day: minutes, as systemd's */
	if (strlen(text) <= 3 && strspn(text, "0123456789") == strlen(text))
		return (relative_parse(w, text));
	return (absolute_parse(w, text, now));
}

/*
 * Options.
 */
enum act {
	ACT_HALT,
	ACT_POWEROFF,
	ACT_REBOOT,
	ACT_AT_ONCE,
	ACT_WARN,
	ACT_CANCEL,
	ACT_SHOW,
	ACT_NO_WALL,
	ACT_SILENT,	/* taken, changes nothing that anybody would miss */
	ACT_SENSELESS,	/* said so, and the rest is done */
	ACT_NOT_DONE	/* said so, and nothing is done */
};

/* What an option means, and for the last three why. */
struct meaning {
	const char *who;	/* "h": halt, poweroff, reboot; "s" */
	char c;
	enum act act;
	const char *why;
};

static const char no_disk[] = "a jail has no disks of its own to sync";
static const char no_kernel[] = "a jail has no kernel of its own";
static const char no_fsck[] = "a jail has no disks of its own to check";
static const char no_cycle[] = "a jail has no power of its own";

/* halt(8), reboot(8), shutdown(8) of FreeBSD; halt(8), shutdown(8) of systemd
 * and sysvinit. */
static const struct meaning meanings[] = {
	{ "h", 'f', ACT_AT_ONCE, NULL },
	{ "h", 'q', ACT_AT_ONCE, NULL },
	{ "h", 'p', ACT_POWEROFF, NULL },
	{ "h", 'r', ACT_REBOOT, NULL },
	{ "h", 'l', ACT_SILENT, NULL },
	{ "h", 'H', ACT_HALT, NULL },
	{ "h", 'n', ACT_SENSELESS, no_disk },
	{ "h", 'N', ACT_SENSELESS, no_disk },
	{ "h", 'D', ACT_SENSELESS, no_kernel },
	{ "h", 'd', ACT_SENSELESS, no_kernel },
	{ "h", 'k', ACT_SENSELESS, no_kernel },
	{ "h", 'e', ACT_SENSELESS, no_kernel },
	{ "h", 'i', ACT_SENSELESS, "a jail's interfaces are the host's" },
	{ "h", 'c', ACT_NOT_DONE, no_cycle },
	{ "h", 'w', ACT_NOT_DONE, "only a record would be written" },
	{ "h", 'W', ACT_NO_WALL, NULL },
	{ "s", 'h', ACT_HALT, NULL },
	{ "s", 'H', ACT_HALT, NULL },
	{ "s", 'p', ACT_POWEROFF, NULL },
	{ "s", 'P', ACT_POWEROFF, NULL },
	{ "s", 'r', ACT_REBOOT, NULL },
	{ "s", 'k', ACT_WARN, NULL },
	{ "s", 'c', ACT_CANCEL, NULL },
	{ "s", 'S', ACT_SHOW, NULL },
	{ "s", 'W', ACT_NO_WALL, NULL },
	{ "s", 'a', ACT_SILENT, NULL },
	{ "s", 't', ACT_SENSELESS, "how long processes have is jailinit's -t" },
	{ "s", 'f', ACT_SENSELESS, no_fsck },
	{ "s", 'F', ACT_SENSELESS, no_fsck },
	{ "s", 'o', ACT_SENSELESS, "it is always jailinit that is asked" },
	{ "s", 'n', ACT_SENSELESS, no_disk },
	{ NULL, 0, ACT_SILENT, NULL }
};

/* No letter: a libc may leave in optopt what it likes. */
#define OPT_HELP	1

static const struct option long_halt[] = {
	{ "force", no_argument, NULL, 'f' },
	{ "halt", no_argument, NULL, 'H' },
	{ "poweroff", no_argument, NULL, 'p' },
	{ "reboot", no_argument, NULL, 'r' },
	{ "no-sync", no_argument, NULL, 'n' },
	{ "no-wall", no_argument, NULL, 'W' },
	{ "wtmp-only", no_argument, NULL, 'w' },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 }
};

static const struct option long_shutdown[] = {
	{ "halt", no_argument, NULL, 'H' },
	{ "poweroff", no_argument, NULL, 'P' },
	{ "reboot", no_argument, NULL, 'r' },
	{ "no-wall", no_argument, NULL, 'W' },
	{ "show", no_argument, NULL, 'S' },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 }
};

static void
option(struct ctl *c, const char *who, int letter)
{
	const struct meaning *m;

	for (m = meanings; m->who != NULL; m++)
		if (m->c == letter && strcmp(m->who, who) == 0)
			break;
	switch (m->act) {
	case ACT_HALT:
		c->verb = REQUEST_HALT;
		break;
	case ACT_POWEROFF:
		c->verb = REQUEST_POWEROFF;
		break;
	case ACT_REBOOT:
		c->verb = REQUEST_REBOOT;
		break;
	case ACT_AT_ONCE:
		c->budget_s = AT_ONCE_S;
		break;
	case ACT_WARN:
		c->what = CTL_WARN;
		break;
	case ACT_CANCEL:
		c->what = CTL_CANCEL;
		break;
	case ACT_SHOW:
		c->what = CTL_SHOW;
		break;
	case ACT_NO_WALL:
		c->no_wall = true;
		break;
	case ACT_SILENT:
		break;
	case ACT_NOT_DONE:
		c->what = CTL_NOTHING;
		/* FALLTHROUGH */
	case ACT_SENSELESS:
		(void)fprintf(stderr, "%s: -%c: %s\n", self, letter, m->why);
		break;
	}
}

static void
options(struct ctl *c, const char *who, const char *letters,
    const struct option *lng, int argc, char **argv)
{
	char name[3] = "-";
	int o;

	opterr = 0;
	optind = 1;
	while ((o = getopt_long(argc, argv, letters, lng, NULL)) != -1) {
		if (o == OPT_HELP)
			help();
		if (o != '?' && o != ':') {
			option(c, who, o);
			continue;
		}
		name[1] = (char)optopt;
		usage(optopt == 0 ? argv[optind - 1] : name, o == ':' ?
		    "wants an argument" : "no such option");
	}
}

static void
parse_now(struct ctl *c, int argc, char **argv)
{
	options(c, "h", ":cDdek:filNnpqrwW", long_halt, argc, argv);
	/* "reboot now" is typed by habit */
	if (argv[optind] != NULL && strcmp(argv[optind], "now") == 0)
		optind++;
	if (argv[optind] != NULL)
		usage(argv[optind], "nothing is to be named here");
}

static void
parse_shutdown(struct ctl *c, int argc, char **argv, time_t now)
{
	c->verb = REQUEST_POWEROFF;
	options(c, "s", ":acfFhHknopPrSt:W", long_shutdown, argc, argv);
	if (c->what == CTL_CANCEL || c->what == CTL_SHOW) {
		c->message = argv[optind] == NULL ? NULL : argv + optind;
		return;
	}
	if (argv[optind] == NULL) {
		c->when.relative = true;
		c->when.s = SHUTDOWN_DEFAULT_S;
	} else if (!ctl_when_parse(&c->when, argv[optind], now))
		usage(argv[optind], "not a time: now, +minutes, hh:mm or "
		    "yymmddhhmm, within a year");
	else if (argv[optind + 1] != NULL)
		c->message = argv + optind + 1;
	if (c->what == CTL_ASK && (!c->when.relative || c->when.s > 0))
		c->what = CTL_SCHEDULE;
}

static enum request_verb
verb_named(const char *name)
{
	enum request_verb v;

	for (v = REQUEST_HALT; v <= REQUEST_REBOOT; v++)
		if (strcmp(request_name(v), name) == 0)
			return (v);
	return (REQUEST_NONE);
}

/* jailctl verb [seconds] */
static void
parse_verb(struct ctl *c, char **argv)
{
	int64_t ms = 0;

	if (argv[1] == NULL)
		return;
	if (!request_seconds(argv[1], strlen(argv[1]), &ms))
		usage(argv[1], "not a number of seconds, 0 to 999999999");
	if (argv[2] != NULL)
		usage(argv[2], "one word too many");
	c->budget_s = ms / 1000;
}

static void
parse_jailctl(struct ctl *c, char **argv)
{
	static const struct {
		const char *name;
		enum ctl_do what;
		int words;
	} words[] = { { "ready", CTL_READY, 0 },
	    { "status", CTL_STATUS, 0 }, { "wait", CTL_WAIT, 0 },
	    { "cancel", CTL_CANCEL, 0 }, { "request", CTL_REQUEST, 1 } };
	size_t i;
	int n;

	c->verb = verb_named(argv[0]);
	if (c->verb != REQUEST_NONE) {
		parse_verb(c, argv);
		return;
	}
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].name, argv[0]) == 0)
			break;
	if (i == sizeof(words) / sizeof(words[0]))
		usage(argv[0], "no such command");
	for (n = 0; argv[n + 1] != NULL; n++)
		continue;
	if (n != words[i].words)
		usage(argv[0], n < words[i].words ? "of which name?" :
		    "one word too many");
	c->what = words[i].what;
	c->name = argv[1];
}

void
ctl_parse(struct ctl *c, const char *name, int argc, char **argv, time_t now)
{
	memset(c, 0, sizeof(*c));
	self = name;
	c->budget_s = -1;
	c->verb = verb_named(name);
	if (c->verb != REQUEST_NONE) {
		parse_now(c, argc, argv);
		return;
	}
	if (strcmp(name, "shutdown") == 0) {
		parse_shutdown(c, argc, argv, now);
		return;
	}
	self = "jailctl";
	if (argc > 1 && strcmp(argv[1], "-V") == 0) {
		(void)puts("jailctl " VERSION);
		exit(fflush(stdout) == 0 && !ferror(stdout) ? 0 : EX_OSERR);
	}
	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		help();
	for (; argc > 1 && (strcmp(argv[1], "-c") == 0 ||
	    strcmp(argv[1], "-f") == 0); argc -= 2, argv += 2) {
		if (argc < 3)
			usage(argv[1], "wants an argument");
		*(argv[1][1] == 'c' ? &c->ctl : &c->status) = argv[2];
	}
	if (argc < 2)
		usage("command", "none is given");
	if (strcmp(argv[1], "shutdown") == 0) {
		self = "shutdown";
		c->shutdown = true;
		parse_shutdown(c, argc - 1, argv + 1, now);
	} else
		parse_jailctl(c, argv + 1);
}
