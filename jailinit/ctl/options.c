/* SPDX-License-Identifier: BSD-2-Clause */
/* The command lines of jailctl under each of its names.  Touches standard
 * input, output and error, and exits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "lib/paths.h"

#include "message.h"
#include "options.h"
#include "syntax.h"

/* -f, -q: no rc.shutdown; everything is killed at once. */
#define AT_ONCE_S	0

/* -d was given, which may be a delay, or not. */
#define DELAY_UNKNOWN	(-1)

/* A longer message than this is cut off anyway. */
#define MESSAGE_SIZE	512

/* shutdown without a time, as systemd's. */
#define SHUTDOWN_DEFAULT_S	60

/* The program's name and syntax, for its usage. */
static const char *self;
static const struct syntax *syntax;

static void
usage_print(FILE *to)
{
	const char *const *form;

	for (form = syntax->forms; *form != NULL; form++)
		(void)fprintf(to, "%s %s %s\n", form == syntax->forms ?
		    "usage:" : "      ", self, *form);
}

static _Noreturn void
mistake(const char *what, const char *why)
{
	(void)message_fail(EX_USAGE, what, why);
	usage_print(stderr);
	exit(EX_USAGE);
}

/* Ends after what was asked for is on standard output. */
static _Noreturn void
printed_exit(void)
{
	exit(fflush(stdout) == 0 && !ferror(stdout) ? EX_OK : EX_OSERR);
}

static _Noreturn void
help_exit(void)
{
	usage_print(stdout);
	printed_exit();
}

static void
syntax_set(const char *name, const struct syntax *s)
{
	self = name;
	syntax = s;
	message_program(name);
}

static void
option_apply(struct ctl *c, int letter)
{
	char name[] = { '-', (char)letter, '\0' };
	const struct meaning *m = syntax->meanings;

	while (m->letter != letter && m->letter != 0)
		m++;
	switch (m->effect) {
	case EFFECT_NONE:
		break;
	case EFFECT_VERB:
		c->verb = (enum request_verb)m->value;
		break;
	case EFFECT_HALT:
		if (c->verb != REQUEST_POWEROFF)
			c->verb = REQUEST_HALT;
		break;
	case EFFECT_DO:
		c->what = (enum ctl_do)m->value;
		break;
	case EFFECT_AT_ONCE:
		c->budget_s = AT_ONCE_S;
		break;
	case EFFECT_NO_WALL:
		c->no_wall = true;
		break;
	case EFFECT_NO_WAIT:
		c->no_wait = true;
		break;
	case EFFECT_DELAY:
		c->delay_s = DELAY_UNKNOWN;
		break;
	case EFFECT_CTL_PATH:
		c->ctl = optarg;
		break;
	case EFFECT_STATUS_PATH:
		c->status = optarg;
		break;
	case EFFECT_HELP:
		help_exit();
	case EFFECT_VERSION:
		(void)puts("jailctl " VERSION);
		printed_exit();
	}
	if (m->why != NULL)
		(void)message_fail(EX_OK, name, m->why);
}

/* Reads the options of argv, and returns the words that follow them.  optind
 * is 0, as musl, glibc and FreeBSD have it, to forget an earlier command line
 * and its "+". */
static char **
options_apply(struct ctl *c, int argc, char **argv)
{
	char name[] = "-?";
	int o;

	opterr = 0;
	optind = 0;
	while ((o = getopt_long(argc, argv, syntax->letters, syntax->longs,
	    NULL)) != -1) {
		if (o != '?' && o != ':') {
			option_apply(c, o);
			continue;
		}
		name[1] = (char)optopt;
		mistake(optopt == 0 ? argv[optind - 1] : name, o == ':' ?
		    "wants an argument" : "no such option");
	}
	return (argv + optind);
}

static void
parse_halt(struct ctl *c, int argc, char **argv)
{
	char **words = options_apply(c, argc, argv);
	int64_t ms;

	/* busybox's -d has an argument, that of the others has none */
	if (c->delay_s == DELAY_UNKNOWN && *words != NULL &&
	    request_seconds(*words, strlen(*words), &ms)) {
		c->delay_s = ms / 1000;
		words++;
	} else if (c->delay_s == DELAY_UNKNOWN) {
		c->delay_s = 0;
		(void)message_fail(EX_OK, "-d", "a jail has no dump and no "
		    "record of its own");
	}
	/* "reboot now" is typed by habit */
	if (*words != NULL && strcmp(*words, "now") == 0)
		words++;
	if (*words != NULL)
		mistake(*words, "nothing is to be named here");
}

/* "-": the message is on standard input, FreeBSD's shutdown(8). */
static char **
message_read(void)
{
	static char text[MESSAGE_SIZE], *words[MESSAGE_SIZE / 2 + 1];
	char *next, **to = words;

	text[fread(text, 1, sizeof(text) - 1, stdin)] = '\0';
	*to = strtok_r(text, "\n", &next);
	while (*to != NULL)
		*++to = strtok_r(NULL, "\n", &next);
	return (words);
}

static void
parse_time(struct ctl *c, char ***words, time_t now)
{
	c->when.relative = true;
	c->when.s = SHUTDOWN_DEFAULT_S;
	if (**words != NULL && !when_parse(&c->when, *(*words)++, now))
		mistake((*words)[-1], "not a time: now, +minutes, hh:mm "
		    "or yymmddhhmm, within a year");
	if (c->what == CTL_ASK && (!c->when.relative || c->when.s > 0))
		c->what = CTL_SCHEDULE;
}

static void
parse_shutdown(struct ctl *c, int argc, char **argv, time_t now)
{
	bool dash;
	char **words;

	syntax_set("shutdown", &syntax_shutdown);
	c->verb = REQUEST_NONE;
	c->warns = true;
	words = options_apply(c, argc, argv);
	if (c->verb == REQUEST_NONE)
		c->verb = REQUEST_POWEROFF;
	dash = *words != NULL && strcmp(*words, "-") == 0;
	words += dash;
	if (c->what != CTL_CANCEL && c->what != CTL_SHOW)
		parse_time(c, &words, now);
	c->message = dash ? message_read() : words;
}

/* What a run level means, which is one letter. */
static void
parse_telinit(struct ctl *c, int argc, char **argv)
{
	const struct level *l = syntax_levels;
	char **words = options_apply(c, argc, argv);

	if (c->what == CTL_NOTHING && words[0] == NULL)
		return;
	if (words[0] == NULL)
		mistake("level", "none is given");
	if (c->what == CTL_NOTHING || words[1] != NULL)
		mistake(words[c->what != CTL_NOTHING], "one word too many");
	while (l->names != NULL && (strlen(words[0]) != 1 ||
	    strchr(l->names, words[0][0]) == NULL))
		l++;
	if (l->names == NULL)
		mistake(words[0], "no such run level");
	if (l->refused)
		exit(message_fail(EX_UNAVAILABLE, words[0], l->why));
	c->verb = l->verb;
	if (c->verb == REQUEST_NONE) {
		c->what = CTL_NOTHING;
		(void)message_fail(EX_OK, words[0], l->why);
	}
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

/* jailctl exit, then a status. */
static void
parse_status(struct ctl *c, const char *status)
{
	c->verb = REQUEST_EXIT;
	if (status == NULL)
		mistake("exit", "with which status? 0 to 255");
	if (!request_status(status, strlen(status), &c->exit_status))
		mistake(status, "not an exit status, 0 to 255");
}

/* jailctl halt, poweroff or reboot, then seconds or nothing. */
static void
parse_seconds(struct ctl *c, char **words)
{
	int64_t ms = 0;

	if (words[0] == NULL)
		return;
	if (!request_seconds(words[0], strlen(words[0]), &ms))
		mistake(words[0], "not a number of seconds, 0 to 999999999");
	if (words[1] != NULL)
		mistake(words[1], "one word too many");
	c->budget_s = ms / 1000;
}

/* Takes -n out of the words of a request, wherever it is. */
static void
take_no_wait(struct ctl *c, char **words)
{
	char **to = words;

	for (; *words != NULL; words++)
		if (strcmp(*words, "-n") == 0)
			c->no_wait = true;
		else
			*to++ = *words;
	*to = NULL;
}

/* jailctl's other commands, and how many words follow each. */
static void
parse_command(struct ctl *c, char **words)
{
	static const struct {
		const char *name;
		enum ctl_do what;
		int words;
	} commands[] = { { "ready", CTL_READY, 0 },
	    { "status", CTL_STATUS, 0 }, { "wait", CTL_WAIT, 0 },
	    { "cancel", CTL_CANCEL, 0 }, { "request", CTL_REQUEST, 1 } };
	size_t i;
	int n;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, words[0]) == 0)
			break;
	if (i == sizeof(commands) / sizeof(commands[0]))
		mistake(words[0], "no such command");
	if (commands[i].what == CTL_REQUEST)
		take_no_wait(c, words);
	for (n = 0; words[n + 1] != NULL; n++)
		continue;
	if (n != commands[i].words)
		mistake(words[0], n < commands[i].words ? "of which name?" :
		    "one word too many");
	c->what = commands[i].what;
	c->name = words[1];
}

static void
parse_jailctl(struct ctl *c, int argc, char **argv, time_t now)
{
	char **words;

	syntax_set("jailctl", &syntax_jailctl);
	words = options_apply(c, argc, argv);
	if (*words == NULL)
		mistake("command", "none is given");
	c->verb = verb_named(*words);
	if (strcmp(*words, "shutdown") == 0)
		parse_shutdown(c, argc - (int)(words - argv), words, now);
	else if (words[1] != NULL && strcmp(words[1], "--help") == 0)
		help_exit();
	else if (c->verb != REQUEST_NONE)
		parse_seconds(c, words + 1);
	else if (strcmp(*words, "exit") == 0) {
		parse_status(c, words[1]);
		parse_seconds(c, words + 2);
	} else
		parse_command(c, words);
	if (c->no_wait && c->what != CTL_REQUEST)
		mistake("-n", "goes with request");
}

void
ctl_parse(struct ctl *c, const char *name, int argc, char **argv, time_t now)
{
	memset(c, 0, sizeof(*c));
	c->budget_s = -1;
	c->ctl = PATH_CTL;
	c->status = PATH_STATUS;
	c->verb = verb_named(name);
	if (c->verb != REQUEST_NONE) {
		syntax_set(name, &syntax_halt);
		parse_halt(c, argc, argv);
	} else if (strcmp(name, "shutdown") == 0)
		parse_shutdown(c, argc, argv, now);
	else if (strcmp(name, "init") == 0 || strcmp(name, "telinit") == 0) {
		syntax_set(name, &syntax_telinit);
		parse_telinit(c, argc, argv);
	} else
		parse_jailctl(c, argc, argv, now);
}
