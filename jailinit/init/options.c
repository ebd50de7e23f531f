/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of jailinit(8). */
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/signame.h"
#include "lib/sys.h"
#include "lib/text.h"

#include "environment.h"
#include "job.h"
#include "log.h"
#include "options.h"
#include "signals.h"
#include "words.h"

/* Those that JAILINIT_OPTIONS may not have. */
static const char not_environment[] = "bdhrV";

/* At most this many words are read there. */
#define ENVIRONMENT_WORDS	64

static const struct program own = {
	"jailinit: ",
	"B:bc:d:ef:ghk:l:m:q:r:R:s:S:t:Vx:",
	"hhelp\0" "Vversion\0",	/* dockerd asks its init for that */
	"usage: jailinit [-beg] [-B sec] [-c path] [-d fd] [-f path] "
	    "[-k sec]\n"
	    "                [-l auto|exit|reexec|reboot] [-m from:to] "
	    "[-q sec] [-r path]\n"
	    "                [-R path] [-s sec] [-S signal] [-t sec] "
	    "[-x status[,status]]\n"
	    "                [-- command [arg ...]]\n"
	    "       jailinit -h | --help | -V | --version\n",
	EX_USAGE
};

static bool environment;	/* JAILINIT_OPTIONS is read */

static const struct sys_name leaves[] = {
	{ "auto", LEAVE_AUTO },
	{ "exit", LEAVE_EXIT },
	{ "reexec", LEAVE_REEXEC },
	{ "reboot", LEAVE_REBOOT },
	{ "", -1 }
};

static void
seconds(int c, const char *arg, int64_t *ms)
{
	if (!request_seconds(arg, strlen(arg), ms))
		words_error(words_arg(c, arg),
		    "not a number of seconds, 0 to 999999999");
}

void
options_one_signal(int c, const char *arg, int *sig)
{
	int n = signame_number(arg);

	if (n >= 1)
		*sig = n;
	else
		words_error(words_arg(c, arg), "no such signal");
}

static void
ready_fd(const char *arg, int *fd)
{
	int64_t ms = 0;

	if (request_seconds(arg, strlen(arg), &ms) && ms >= 3000)
		*fd = (int)(ms / 1000);
	else
		words_error(words_arg('d', arg),
		    "not a descriptor of 3 or more");
}

static void
path(int c, const char *arg, const char **to)
{
	if (*arg != '\0')
		*to = arg;
	else
		words_error(words_arg(c, arg), "an empty path");
}

static void
leave_how(const char *arg, enum leave *to)
{
	int how = signame_lookup(leaves, arg);

	if (how != -1)
		*to = (enum leave)how;
	else
		words_error(words_arg('l', arg),
		    "not auto, exit, reexec or reboot");
}

void
options_statuses(struct options *o, int c, const char *arg)
{
	const char *p;
	int64_t ms;
	size_t n;
	int status;

	for (p = arg;; p += n + 1) {
		n = strcspn(p, ",");
		if (!request_seconds(p, n, &ms) || ms > 255000) {
			words_error(words_arg(c, arg),
			    "not exit statuses, 0 to 255");
			return;
		}
		status = (int)(ms / 1000);
		o->counts_as_0[status / 64] |= UINT64_C(1) << status % 64;
		if (p[n] == '\0')
			return;
	}
}

/* In o->map 0 stands for a signal that is passed as it is. */
void
options_map(struct options *o, int c, const char *arg, int max)
{
	char from[16] = "";
	size_t n = strcspn(arg, ":");
	int sig, to = -1;

	if (n < sizeof(from) && arg[n] == ':') {
		memcpy(from, arg, n);
		to = signame_number(arg + n + 1);
	}
	sig = signame_number(from);
	if (sig < 1 || to < 0 || sig > max || to > max)
		words_error(words_arg(c, arg),
		    "not two signals, from:to, or from:0");
	else
		o->map[sig] = (unsigned char)(to + 1);
}

int
options_status(const struct options *o, int status)
{
	return ((o->counts_as_0[status / 64] >> status % 64 & 1) != 0 ? 0 :
	    status);
}

int
options_signal(const struct options *o, int sig)
{
	return (o->map[sig] == 0 ? sig : o->map[sig] - 1);
}

static void
option(struct options *o, int c, const char *arg)
{
	if (environment && strchr(not_environment, c) != NULL) {
		words_error(words_arg(c, arg), "not here");
		return;
	}
	switch (c) {
	case 'B':
		seconds(c, arg, &o->limits.budget_ms);
		break;
	case 'b':
		o->background = true;
		break;
	case 'c':
		path(c, arg, &o->ctl);
		break;
	case 'd':
		ready_fd(arg, &o->ready_fd);
		break;
	case 'e':
		o->end_on_failure = true;
		break;
	case 'f':
		path(c, arg, &o->status);
		break;
	case 'g':
		o->group = true;
		break;
	case 'h':
		words_tell(STDOUT_FILENO, own.usage);
		break;
	case 'k':
		seconds(c, arg, &o->limits.kill_ms);
		break;
	case 'l':
		leave_how(arg, &o->leave);
		break;
	case 'm':
		options_map(o, c, arg, sys_signal_max);
		break;
	case 'q':
		seconds(c, arg, &o->job_ms);
		break;
	case 'r':
		path(c, arg, &o->rc);
		break;
	case 'R':
		path(c, arg, &o->rc_shutdown);
		break;
	case 's':
		seconds(c, arg, &o->limits.shutdown_ms);
		break;
	case 'S':
		options_one_signal(c, arg, &o->stop_signal);
		break;
	case 't':
		seconds(c, arg, &o->limits.term_ms);
		break;
	case 'V':
		words_tell(STDOUT_FILENO, "jailinit " VERSION "\n");
		break;
	case 'x':
		options_statuses(o, c, arg);
	}
}

/* Boot mode leaves the directory that it was started in, so paths are
 * absolute. */
static void
path_check(int c, const char **path, const char *none, const char *otherwise)
{
	const char *arg = *path;

	if (arg != NULL && (*arg == '/' || strcmp(arg, none) == 0))
		return;
	*path = otherwise;
	if (arg != NULL)
		words_error(words_arg(c, arg), "not an absolute path");
}

static void
boot_check(struct options *o)
{
	path_check('r', &o->rc, "", "/etc/rc");
	path_check('R', &o->rc_shutdown, "", "/etc/rc.shutdown");
	path_check('c', &o->ctl, "none", NULL);
	path_check('f', &o->status, "none", NULL);
}

/* dumb-init's -r is another. */
static void
command_check(const struct options *o)
{
	if (o->rc != NULL)
		words_error(words_arg('r', o->rc),
		    "not with a command, which takes the place of rc");
}

/* Reads all words, or those before a "--". */
static void
words_read(struct words *w, struct options *o)
{
	const char *arg;
	int c;

	for (;;) {
		while ((c = words_next(w, &arg)) != 0)
			option(o, c, arg);
		if (w->command || *w->next == NULL)
			return;
		words_error(*w->next++,
		    "not an option; a command goes behind --");
	}
}

/* A manager that starts us has no other place for options. */
static void
environment_read(struct options *o, char *text)
{
	char *list[ENVIRONMENT_WORDS + 1], *word, line[LOG_LINE_MAX] = "";
	struct words w = { list, "", false };
	size_t n = 0;

	while (n < ENVIRONMENT_WORDS &&
	    (word = strsep(&text, " \t\n")) != NULL)
		if (*word != '\0')
			list[n++] = word;
	list[n] = NULL;
	environment = true;
	words_leave_out(line);
	for (words_read(&w, o); w.command; words_read(&w, o)) {
		w.command = false;
		words_error("--", "not here");
	}
	if (text != NULL)
		words_error(text, "too many words");
	words_leave_out(NULL);
	environment = false;
	if (line[0] == '\0')
		return;
	signals_init(false);
	log_line(ENVIRONMENT_OPTIONS ": left out: %s", line);
}

/* "init 0", typed where /sbin/init is jailinit, is for telinit. */
static void
telinit(char **argv)
{
	char *args[] = { (char []){ "telinit" }, argv[1], NULL };

	if (getpid() == 1 || argv[1] == NULL || argv[2] != NULL ||
	    strlen(argv[1]) != 1 || strchr("0123456789aAbBcCqQsSuU",
	    argv[1][0]) == NULL)
		return;
	signals_default();
	(void)execvp("jailctl", args);
	(void)execv("/sbin/jailctl", args);
}

void
options_environment(struct options *o, bool used)
{
	char *text = environment_options_take();
	const struct program *was;

	if (text == NULL || !used)
		return;
	was = words_program(&own);
	environment_read(o, text);
	(void)words_program(was);
}

void
options_begin(struct options *o, char **argv, const struct program *s)
{
	(void)words_program(s);
	log_begin(s->name);
	memset(o, 0, sizeof(*o));
	o->argv = argv;
	o->limits.shutdown_ms = LIFE_SHUTDOWN_SECONDS * INT64_C(1000);
	o->limits.term_ms = LIFE_TERM_SECONDS * INT64_C(1000);
	o->limits.kill_ms = LIFE_KILL_SECONDS * INT64_C(1000);
	o->job_ms = JOB_SECONDS * INT64_C(1000);
	o->limits.budget_ms = REQUEST_NO_BUDGET;
	o->ready_fd = -1;
	o->stop_signal = SIGTERM;
}

void
options_parse(struct options *o, char **argv)
{
	struct words w = { argv + 1, "", false };

	telinit(argv);
	options_begin(o, argv, &own);
	words_read(&w, o);
	if (w.command && *w.next != NULL) {
		o->command = w.next;
		command_check(o);
		options_environment(o, o->command == argv + 2);
		return;
	}
	if (w.command)
		words_error("--", "a command is missing behind it");
	boot_check(o);
}
