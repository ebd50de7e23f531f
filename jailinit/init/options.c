/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line.  Touches standard output and error, and exits. */
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/fd.h"
#include "lib/signame.h"
#include "lib/sys.h"
#include "lib/text.h"

#include "environment.h"
#include "job.h"
#include "log.h"
#include "options.h"
#include "os.h"
#include "signals.h"

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

static const struct program *program = &own;

/* While JAILINIT_OPTIONS is read: what is left out of it, as text. */
static char *left_out;

static const struct sys_name leaves[] = {
	{ "auto", LEAVE_AUTO },
	{ "exit", LEAVE_EXIT },
	{ "reexec", LEAVE_REEXEC },
	{ "reboot", LEAVE_REBOOT },
	{ "", -1 }
};

/* Like the log, this does not wait for its reader.  Every signal is blocked
 * already. */
static void
say(int fd, const char *text)
{
	signals_init(false);
	if (fd_write(fd, text, strlen(text)) == -1)
		_exit(fd == STDOUT_FILENO ? EX_IOERR : program->error);
}

void
options_error(const char *what, const char *why)
{
	char line[LOG_LINE_MAX];
	size_t n;

	if (left_out != NULL) {
		n = strlen(left_out);
		(void)text_format(left_out + n, sizeof(line) - n,
		    "%s%.64s: %s", n == 0 ? "" : ", ", what, why);
		return;
	}
	if (os_is_machine()) {
		signals_init(false);
		log_line("%.256s: %s; left out", what, why);
		return;
	}
	(void)text_format(line, sizeof(line), "%s%.256s: %s\n", program->name,
	    what, why);
	text_clean(line, strlen(line) - 1);
	say(STDERR_FILENO, line);
	say(STDERR_FILENO, program->usage);
	_exit(program->error);
}

const char *
options_arg(int c, const char *arg)
{
	static char buf[128];

	(void)text_format(buf, sizeof(buf), "-%c%s%s", c,
	    *arg == '\0' ? "" : ": ", arg);
	return (buf);
}

static void
seconds(int c, const char *arg, int64_t *ms)
{
	if (!request_seconds(arg, strlen(arg), ms))
		options_error(options_arg(c, arg),
		    "not a number of seconds, 0 to 999999999");
}

static void
stop_signal(const char *arg, int *sig)
{
	int n = signame_number(arg);

	if (n >= 1)
		*sig = n;
	else
		options_error(options_arg('S', arg), "no such signal");
}

static void
ready_fd(const char *arg, int *fd)
{
	int64_t ms = 0;

	if (request_seconds(arg, strlen(arg), &ms) && ms >= 3000)
		*fd = (int)(ms / 1000);
	else
		options_error(options_arg('d', arg),
		    "not a descriptor of 3 or more");
}

static void
path(int c, const char *arg, const char **to)
{
	if (*arg != '\0')
		*to = arg;
	else
		options_error(options_arg(c, arg), "an empty path");
}

static void
leave_how(const char *arg, enum leave *to)
{
	int how = signame_lookup(leaves, arg);

	if (how != -1)
		*to = (enum leave)how;
	else
		options_error(options_arg('l', arg),
		    "not auto, exit, reexec or reboot");
}

void
options_tell(int fd, const char *text)
{
	say(fd, text);
	if (!os_is_machine())
		_exit(0);
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
			options_error(options_arg(c, arg),
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
		options_error(options_arg(c, arg),
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

/* --word or --word=value, or the begin of word.  Returns its letter, or 0. */
static int
long_letter(const char *word, const char **value)
{
	size_t n = strcspn(word, "=");
	const char *p, *letter;

	*value = word[n] == '=' ? word + n + 1 : word + n;
	for (p = program->longs; *p != '\0'; p += strlen(p) + 1)
		if (n > 0 && strncmp(p + 1, word, n) == 0)
			break;
	/* A value that the option does not take is none of its letters. */
	letter = strchr(program->letters, *p);
	if (*p == '\0' || (word[n] == '=' &&
	    (letter == NULL || letter[1] != ':')))
		return (0);
	return (*p);
}

int
options_next(struct words *w, const char **arg)
{
	const char *word = *w->next, *letter;
	int c;

	*arg = "";
	if (*w->rest == '\0') {
		if (word == NULL || word[0] != '-' || word[1] == '\0')
			return (0);
		w->next++;
		w->command = strcmp(word, "--") == 0;
		if (w->command)
			return (0);
		w->rest = word + 1;
	}
	c = (unsigned char)*w->rest++;
	if (c == '-' && w->rest == w->next[-1] + 2) {
		c = long_letter(w->rest, &w->rest);
		if (c == 0) {
			options_error(w->next[-1], "no such option");
			return ('?');
		}
	}
	letter = c == ':' ? NULL : strchr(program->letters, c);
	if (letter != NULL && letter[1] != ':')
		return (c);
	if (letter != NULL && (*w->rest != '\0' || *w->next != NULL)) {
		*arg = *w->rest != '\0' ? w->rest : *w->next++;
		w->rest = "";
		return (c);
	}
	options_error(options_arg(c, ""), letter != NULL ?
	    "wants an argument" : "no such option");
	return ('?');
}

static void
option(struct options *o, int c, const char *arg)
{
	if (left_out != NULL && strchr(not_environment, c) != NULL) {
		options_error(options_arg(c, arg), "not here");
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
		options_tell(STDOUT_FILENO, own.usage);
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
		stop_signal(arg, &o->stop_signal);
		break;
	case 't':
		seconds(c, arg, &o->limits.term_ms);
		break;
	case 'V':
		options_tell(STDOUT_FILENO, "jailinit " VERSION "\n");
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
		options_error(options_arg(c, arg), "not an absolute path");
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
		options_error(options_arg('r', o->rc),
		    "not with a command, which takes the place of rc");
}

/* Reads all words, or those before a "--". */
static void
words_read(struct words *w, struct options *o)
{
	const char *arg;
	int c;

	for (;;) {
		while ((c = options_next(w, &arg)) != 0)
			option(o, c, arg);
		if (w->command || *w->next == NULL)
			return;
		options_error(*w->next++,
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
	left_out = line;
	for (words_read(&w, o); w.command; words_read(&w, o)) {
		w.command = false;
		options_error("--", "not here");
	}
	if (text != NULL)
		options_error(text, "too many words");
	left_out = NULL;
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
	const struct program *was = program;

	if (text == NULL || !used)
		return;
	program = &own;
	environment_read(o, text);
	program = was;
}

void
options_begin(struct options *o, char **argv, const struct program *s)
{
	program = s;
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
		options_error("--", "a command is missing behind it");
	boot_check(o);
}
