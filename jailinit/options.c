/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line.  Touches standard output and error, and exits. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "log.h"
#include "options.h"
#include "os.h"
#include "signals.h"
#include "signame.h"
#include "stdio_fd.h"

/* + keeps glibc from looking for options behind the first operand. */
static const char letters[] = "+B:bc:d:ef:gk:l:q:r:R:s:S:t:V";

static const struct os_name leaves[] = {
	{ "auto", LEAVE_AUTO },
	{ "exit", LEAVE_EXIT },
	{ "reexec", LEAVE_REEXEC },
	{ "reboot", LEAVE_REBOOT },
	{ NULL, -1 }
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

	(void)snprintf(line, sizeof(line), "jailinit: %.256s: %s\n", what, why);
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

	(void)snprintf(buf, sizeof(buf), "-%c%s%s", c,
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

static _Noreturn void
version(void)
{
	say(STDOUT_FILENO, "jailinit " VERSION "\n");
	_exit(0);
}

/* Of a word such as --help getopt(3) knows but the second -.  --version is
 * what dockerd asks of the init that it is to use. */
static _Noreturn void
option_unknown(int c, const char *word)
{
	if (strcmp(word, "--version") == 0)
		version();
	if (c != ':' && strchr(letters + 1, c) != NULL)
		options_error(option_arg(c, ""), "wants an argument");
	options_error(strncmp(word, "--", 2) == 0 ? word :
	    option_arg(c, ""), "no such option");
}

/* word: the one that c was found in. */
static void
option(struct options *o, int c, const char *arg, const char *word)
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
	case 'V':
		version();
	default:
		option_unknown(optopt, word);
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
options_parse(struct options *o, int argc, char **argv)
{
	const char *last = NULL, *word = argv[optind];
	int c;

	memset(o, 0, sizeof(*o));
	o->limits.shutdown_ms = 90000;
	o->limits.term_ms = 10000;
	o->limits.kill_ms = 5000;
	o->job_ms = 60000;
	o->limits.budget_ms = REQUEST_NO_BUDGET;
	o->ready_fd = -1;
	o->stop_signal = SIGTERM;
	opterr = 0;
	while ((c = getopt(argc, argv, letters)) != -1) {
		option(o, c, optarg, word);
		last = optarg;
		word = argv[optind];
	}
	if (optind > 1 && strcmp(argv[optind - 1], "--") == 0 &&
	    argv[optind - 1] != last) {
		if (argv[optind] == NULL)
			options_error("--", "a command is missing behind it");
		o->command = argv + optind;
		command_check(o);
	} else if (argv[optind] != NULL)
		options_error(argv[optind],
		    "not an option; a command goes behind --");
	else
		boot_check(o);
}
