/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line.  Touches standard output and error, and exits. */
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "log.h"
#include "options.h"
#include "os.h"
#include "signals.h"
#include "signame.h"
#include "stdio_fd.h"
#include "text.h"

/* As for getopt(3), which would bring stdio with it. */
static const char letters[] = "B:bc:d:ef:gk:l:q:r:R:s:S:t:V";

/* Where the command line is read: the next word, and what is left of the
 * options in the one before it. */
struct words {
	char **next;
	const char *rest;
	bool command;		/* -- has ended the options */
};

static const struct os_name leaves[] = {
	{ "auto", LEAVE_AUTO },
	{ "exit", LEAVE_EXIT },
	{ "reexec", LEAVE_REEXEC },
	{ "reboot", LEAVE_REBOOT },
	{ "", -1 }
};

/* Like the log's, these words are not to wait for who reads them: every
 * signal is blocked already. */
static void
say(int fd, const char *text)
{
	signals_init(false);
	if (stdio_write(fd, text, strlen(text)) == -1)
		_exit(fd == STDOUT_FILENO ? EX_IOERR : EX_USAGE);
}

_Noreturn void
options_error(const char *what, const char *why)
{
	char line[LOG_LINE_MAX];

	(void)text_format(line, sizeof(line), "jailinit: %.256s: %s\n", what, why);
	log_clean(line, strlen(line) - 1);
	say(STDERR_FILENO, line);
	say(STDERR_FILENO, "usage: jailinit [-beg] [-B sec] [-c path] [-d fd] "
	    "[-f path] [-k sec]\n"
	    "                [-l auto|exit|reexec|reboot] [-q sec] [-r path] "
	    "[-R path]\n"
	    "                [-s sec] [-S signal] [-t sec] "
	    "[-- command [arg ...]]\n"
	    "       jailinit -V | --version\n");
	_exit(EX_USAGE);
}

/* The words of a message about option c and its argument. */
static const char *
option_arg(int c, const char *arg)
{
	static char buf[128];

	(void)text_format(buf, sizeof(buf), "-%c%s%s", c,
	    *arg == '\0' ? "" : ": ", arg);
	return (buf);
}

static int64_t
seconds(int c, const char *arg)
{
	int64_t ms = 0;

	if (!request_seconds(arg, strlen(arg), &ms))
		options_error(option_arg(c, arg),
		    "not a number of seconds, 0 to 999999999");
	return (ms);
}

static int
stop_signal(const char *arg)
{
	int sig = signame_number(arg);

	if (sig < 1)
		options_error(option_arg('S', arg), "no such signal");
	return (sig);
}

static int
ready_fd(const char *arg)
{
	int64_t ms = 0;

	if (!request_seconds(arg, strlen(arg), &ms) || ms < 3000)
		options_error(option_arg('d', arg),
		    "not a descriptor of 3 or more");
	return ((int)(ms / 1000));
}

static const char *
path(int c, const char *arg)
{
	if (*arg == '\0')
		options_error(option_arg(c, arg), "an empty path");
	return (arg);
}

/* The next option's letter, and its argument: "" if it takes none.  0 when
 * there is none left. */
static int
option_next(struct words *w, const char **arg)
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
	letter = c == ':' ? NULL : strchr(letters, c);
	if (letter == NULL && strcmp(w->next[-1], "--version") == 0)
		return ('V');	/* what dockerd asks of its init */
	if (letter == NULL)
		options_error(strncmp(w->next[-1], "--", 2) == 0 ?
		    w->next[-1] : option_arg(c, ""), "no such option");
	if (letter[1] != ':')
		return (c);
	*arg = *w->rest != '\0' ? w->rest : *w->next++;
	if (*arg == NULL)
		options_error(option_arg(c, ""), "wants an argument");
	w->rest = "";
	return (c);
}

static void
option(struct options *o, int c, const char *arg)
{
	switch (c) {
	case 'B':
		o->limits.budget_ms = seconds(c, arg);
		break;
	case 'b':
		o->background = true;
		break;
	case 'c':
		o->ctl = path(c, arg);
		break;
	case 'd':
		o->ready_fd = ready_fd(arg);
		break;
	case 'e':
		o->end_on_failure = true;
		break;
	case 'f':
		o->status = path(c, arg);
		break;
	case 'g':
		o->group = true;
		break;
	case 'k':
		o->limits.kill_ms = seconds(c, arg);
		break;
	case 'l':
		if (signame_lookup(leaves, arg) == -1)
			options_error(option_arg(c, arg),
			    "not auto, exit, reexec or reboot");
		o->leave = (enum leave)signame_lookup(leaves, arg);
		break;
	case 'q':
		o->job_ms = seconds(c, arg);
		break;
	case 'r':
		o->rc = path(c, arg);
		break;
	case 'R':
		o->rc_shutdown = path(c, arg);
		break;
	case 's':
		o->limits.shutdown_ms = seconds(c, arg);
		break;
	case 'S':
		o->stop_signal = stop_signal(arg);
		break;
	case 't':
		o->limits.term_ms = seconds(c, arg);
		break;
	default:	/* V */
		say(STDOUT_FILENO, "jailinit " VERSION "\n");
		_exit(0);
	}
}

/* Boot mode leaves the directory that it was started in. */
static void
path_check(int c, const char *arg, bool none)
{
	if (arg == NULL || *arg == '/' || (none && strcmp(arg, "none") == 0))
		return;
	options_error(option_arg(c, arg), "not an absolute path");
}

static void
boot_check(struct options *o)
{
	if (o->rc == NULL)
		o->rc = "/etc/rc";
	if (o->rc_shutdown == NULL)
		o->rc_shutdown = "/etc/rc.shutdown";
	path_check('r', o->rc, false);
	path_check('R', o->rc_shutdown, false);
	path_check('c', o->ctl, true);
	path_check('f', o->status, true);
}

/* dumb-init's -r is another. */
static void
command_check(const struct options *o)
{
	if (o->rc != NULL)
		options_error(option_arg('r', o->rc),
		    "not with a command, which takes the place of rc");
}

void
options_parse(struct options *o, char **argv)
{
	struct words w = { argv + 1, "", false };
	const char *arg;
	int c;

	memset(o, 0, sizeof(*o));
	o->limits.shutdown_ms = 90000;
	o->limits.term_ms = 10000;
	o->limits.kill_ms = 5000;
	o->job_ms = 60000;
	o->limits.budget_ms = REQUEST_NO_BUDGET;
	o->ready_fd = -1;
	o->stop_signal = SIGTERM;
	while ((c = option_next(&w, &arg)) != 0)
		option(o, c, arg);
	if (!w.command && *w.next != NULL)
		options_error(*w.next,
		    "not an option; a command goes behind --");
	else if (!w.command)
		boot_check(o);
	else if (*w.next == NULL)
		options_error("--", "a command is missing behind it");
	else {
		o->command = w.next;
		command_check(o);
	}
}
