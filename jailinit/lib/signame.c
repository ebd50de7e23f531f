/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals by name.  Touches nothing. */
#include <signal.h>
#include <string.h>
#include <strings.h>

#include "core/request.h"

#include "signame.h"
#include "sys.h"
#include "text.h"

/* POSIX.1-2017, IO and WINCH; sys_signal_names has those of one system. */
static const struct sys_name signals[] = {
	{ "HUP", SIGHUP }, { "INT", SIGINT }, { "QUIT", SIGQUIT },
	{ "ILL", SIGILL }, { "TRAP", SIGTRAP }, { "ABRT", SIGABRT },
	{ "BUS", SIGBUS }, { "FPE", SIGFPE }, { "KILL", SIGKILL },
	{ "USR1", SIGUSR1 }, { "SEGV", SIGSEGV }, { "USR2", SIGUSR2 },
	{ "PIPE", SIGPIPE }, { "ALRM", SIGALRM }, { "TERM", SIGTERM },
	{ "CHLD", SIGCHLD }, { "CONT", SIGCONT }, { "STOP", SIGSTOP },
	{ "TSTP", SIGTSTP }, { "TTIN", SIGTTIN }, { "TTOU", SIGTTOU },
	{ "URG", SIGURG }, { "XCPU", SIGXCPU }, { "XFSZ", SIGXFSZ },
	{ "VTALRM", SIGVTALRM }, { "PROF", SIGPROF },
	{ "WINCH", SIGWINCH }, { "IO", SIGIO }, { "SYS", SIGSYS },
	{ "", -1 }
};

int
signame_lookup(const struct sys_name *n, const char *name)
{
	for (; *n->name != '\0'; n++)
		if (strcasecmp(n->name, name) == 0)
			break;
	return (n->value);
}

/* The small number in arg, or -1. */
static int
number(const char *arg)
{
	int64_t ms;

	if (!request_seconds(arg, strlen(arg), &ms))
		return (-1);
	return ((int)(ms / 1000));
}

static int
parse(const char *arg)
{
	int sig = number(arg);

	if (sig != -1)
		return (sig);
	if (strncasecmp(arg, "SIG", 3) == 0)
		arg += 3;
	sig = signame_lookup(signals, arg);
	if (sig == -1)
		sig = signame_lookup(sys_signal_names, arg);
	if (sig != -1)
		return (sig);
	if (strcasecmp(arg, "RTMIN") == 0)
		return (sys_signal_rtmin);
	if (strncasecmp(arg, "RTMIN+", 6) == 0 && (sig = number(arg + 6)) != -1)
		return (sys_signal_rtmin + sig);
	return (-1);
}

int
signame_number(const char *arg)
{
	int sig = parse(arg);

	return (sig > sys_signal_max ? -1 : sig);
}

static const char *
name_in(const struct sys_name *n, int sig)
{
	while (*n->name != '\0' && n->value != sig)
		n++;
	return (n->name);
}

const char *
signame_name(int sig)
{
	static char buf[24];
	const char *name = name_in(signals, sig);

	if (*name == '\0')
		name = name_in(sys_signal_names, sig);
	if (*name != '\0')
		return (name);
	if (sig == sys_signal_rtmin)
		return ("RTMIN");
	if (sig > sys_signal_rtmin)
		(void)text_format(buf, sizeof(buf), "RTMIN+%d",
		    sig - sys_signal_rtmin);
	else
		(void)text_format(buf, sizeof(buf), "%d", sig);
	return (buf);
}
