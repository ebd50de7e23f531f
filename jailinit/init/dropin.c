/* SPDX-License-Identifier: BSD-2-Clause */
/* By the name of tini, dumb-init or catatonit: their options and variables,
 * which are set here and nowhere else.  Touches the environment. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/text.h"

#include "dropin.h"
#include "log.h"
#include "os.h"
#include "signals.h"
#include "words.h"

/* The originals leave what is left to the kernel's KILL.  So long it may end by
 * TERM: a container should end soon after its command. */
#define TERM_MS		2000

/* dumb-init takes no real-time signals. */
#define DUMB_INIT_MAX	31

/* Signals of a fault, as if the program itself had caused one. */
#define FAULTS	SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT, SIGTRAP, SIGSYS

enum dropin_name {
	TINI,
	DUMB_INIT,
	CATATONIT
};

/* No -s or -B in JAILINIT_OPTIONS. */
#define SHUTDOWN_UNSET	(-1)

static const struct dropin {
	char names[2][12];
	struct program program;
	char version[32];
	unsigned char version_fd, help_fd;
	unsigned char cannot_exec;	/* struct options */
	unsigned char drops[12];	/* signals that are not passed, and 0 */
} dropins[] = {
	[TINI] = { { "tini", "docker-init" }, {
	    "tini: ", "p:hvwgle:sV", "Vversion\0",
	    "usage: tini [-ghlsvVw] [-e status] [-p signal] [--] command "
	    "[arg ...]\n", 1 },
	    "tini version " VERSION "_jailinit\n",
	    STDOUT_FILENO, STDOUT_FILENO, 0,
	    { FAULTS, SIGTTIN, SIGTTOU, 0 } },
	[DUMB_INIT] = { { "dumb-init", "dumb-init" }, {
	    "[dumb-init] ", "hvVcr:",
	    "hhelp\0" "csingle-child\0" "rrewrite\0" "vverbose\0" "Vversion\0",
	    "usage: dumb-init [-chvV] [-r signal:signal] [--] command "
	    "[arg ...]\n", 1 },
	    "dumb-init v" VERSION "_jailinit\n",
	    STDERR_FILENO, STDERR_FILENO, 2, { 0 } },
	[CATATONIT] = { { "catatonit", "podman-init" }, {
	    "catatonit: ", "ghLPV", "Vversion\0",
	    "usage: catatonit [-ghLPV] [--] command [arg ...]\n", 1 },
	    "tini version " VERSION "_jailinit\n",	/* docker info asks */
	    STDOUT_FILENO, STDERR_FILENO, 1,
	    { FAULTS, SIGTSTP, SIGTTIN, SIGTTOU, 0 } }
};

#define DROPINS	(sizeof(dropins) / sizeof(dropins[0]))

/* Downloads have more behind the name: tini-static-amd64,
 * dumb-init_1.2.5_x86_64. */
static bool
is_name(const char *arg, const char *name)
{
	size_t n = strlen(name);

	return (strncmp(arg, name, n) == 0 &&
	    strchr("-_.", arg[n]) != NULL);	/* the NUL is in it, too */
}

static const struct dropin *
dropin_find(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t i;

	if (slash != NULL)
		path = slash + 1;
	for (i = 0; i < DROPINS; i++)
		if (is_name(path, dropins[i].names[0]) ||
		    is_name(path, dropins[i].names[1]))
			return (&dropins[i]);
	return (NULL);
}

static void
option(struct options *o, const struct dropin *d, int c, const char *arg)
{
	switch (c) {
	case 'c':
		o->same_group = true;
		break;
	case 'e':
		options_statuses(o, c, arg);
		break;
	case 'g':
		o->group = true;
		break;
	case 'h':
		words_tell(d->help_fd, d->program.usage);
		break;
	case 'L':
	case 'l':
		words_tell(STDOUT_FILENO, "jailinit: BSD-2-Clause\n");
		break;
	case 'P':
		o->pause = true;
		break;
	case 'p':
		options_one_signal(c, arg, &o->parent_signal);
		break;
	case 'r':
		options_map(o, c, arg, DUMB_INIT_MAX);
		break;
	case 's':
		o->keep_orphans = false;
		break;
	case 'V':
		words_tell(d->version_fd, d->version);
		break;
	case 'w':
		o->tell_reaped = true;
	}
}

static void
defaults(struct options *o, const struct dropin *d)
{
	size_t i;

	o->limits.shutdown_ms = SHUTDOWN_UNSET;
	o->limits.term_ms = TERM_MS;
	for (i = 0; d->drops[i] != 0; i++)
		o->map[d->drops[i]] = 1;
	o->cannot_exec = d->cannot_exec;
	if (d != &dropins[DUMB_INIT])
		signals_keep();
	o->keep_orphans = d != &dropins[CATATONIT];
}

static void
tini_variables(struct options *o)
{
	const char *verbosity = getenv("TINI_VERBOSITY");

	if (getenv("TINI_KILL_PROCESS_GROUP") != NULL)
		o->group = true;
	if (getenv("TINI_SUBREAPER") != NULL)
		o->keep_orphans = false;
	if (!o->keep_orphans || os_is_reaper() ||
	    (verbosity != NULL && text_number(verbosity) == 0))
		return;
	signals_init(false);
	log_line("not process 1, and no -s: zombie reaping won't work for "
	    "orphans");
}

/* In a session of its own the command's group is signalled, and the signals
 * that stop a job stop it even if it would catch them. */
static void
dumb_init_variables(struct options *o)
{
	static const unsigned char stops[] = { SIGTSTP, SIGTTIN, SIGTTOU };
	const char *setsid_ = getenv("DUMB_INIT_SETSID");
	size_t i;

	o->stops_too = true;
	if (setsid_ != NULL && strcmp(setsid_, "0") == 0)
		o->same_group = true;
	if (o->same_group)
		return;
	o->group = o->term_group = true;
	for (i = 0; i < sizeof(stops); i++)
		if (o->map[stops[i]] == 0)
			o->map[stops[i]] = SIGSTOP + 1;
}

/* "command -- arg" is for getopt(3) of GNU the same as "-- command arg". */
static char **
command_words(char **words, bool after_dashes)
{
	if (after_dashes || words[1] == NULL || strcmp(words[1], "--") != 0)
		return (words);
	words[1] = words[0];
	return (words + 1);
}

/* A machine's process 1 has nobody who would call it tini. */
bool
dropin_parse(struct options *o, char **argv)
{
	const struct dropin *d = dropin_find(argv[0]);
	struct words w = { argv + 1, "", false };
	const char *arg;
	int c;

	if (d == NULL || os_is_machine())
		return (false);
	options_begin(o, argv, &d->program);
	defaults(o, d);
	while ((c = words_next(&w, &arg)) != 0)
		option(o, d, c, arg);
	if (o->pause)
		return (true);
	if (*w.next == NULL)
		words_error("command", "missing");
	o->command = d == &dropins[DUMB_INIT] ? w.next :
	    command_words(w.next, w.command);
	if (d == &dropins[TINI])
		tini_variables(o);
	if (d == &dropins[DUMB_INIT])
		dumb_init_variables(o);
	options_environment(o, true);
	/* Who asks for a limit wants TERM to begin the end. */
	o->passes = o->limits.shutdown_ms == SHUTDOWN_UNSET &&
	    o->limits.budget_ms == REQUEST_NO_BUDGET;
	if (o->limits.shutdown_ms == SHUTDOWN_UNSET)
		o->limits.shutdown_ms = LIFE_SHUTDOWN_SECONDS * INT64_C(1000);
	return (true);
}
