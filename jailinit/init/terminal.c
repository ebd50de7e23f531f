/* SPDX-License-Identifier: BSD-2-Clause */
/* The command's terminal.  Touches descriptors 0 to 2, our session and, to be
 * stopped with the command, our process group. */
#include <sys/ioctl.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "os.h"
#include "signals.h"
#include "terminal.h"

/* Descriptor 0 is a terminal that we hand over. */
static bool terminal;

/* Its foreground group is the command's, put there by us, or our own. */
static bool foreground;

/* We have passed a stop signal on to the command. */
static bool stop_passed;

/* A terminal without a session becomes ours, if it can: only a session leader
 * may ask. */
static void
terminal_take(void)
{
	if (tcgetpgrp(STDIN_FILENO) == -1) {
		(void)setsid();
		(void)ioctl(STDIN_FILENO, TIOCSCTTY, 0);
	}
}

/* A foreground group that is dead is the command's of our life before. */
void
terminal_init(void)
{
	pid_t group;

	if (!isatty(STDIN_FILENO))
		return;
	terminal_take();
	group = tcgetpgrp(STDIN_FILENO);
	terminal = group != -1;
	foreground = terminal && (group == getpgrp() ||
	    (group > 1 && kill(-group, 0) == -1 && errno == ESRCH));
}

bool
terminal_is_ours(void)
{
	return (terminal);
}

/* SIGTTOU, which would stop us for this, is blocked here and below. */
void
terminal_child(void)
{
	(void)setpgid(0, 0);
	if (foreground)
		(void)tcsetpgrp(STDIN_FILENO, getpid());
}

/* Puts the group of pid in the foreground: always, or only if we are there, as
 * after a shell's fg.  Was that done? */
static bool
give(pid_t pid, bool always)
{
	if (!terminal || (!always && tcgetpgrp(STDIN_FILENO) != getpgrp()) ||
	    tcsetpgrp(STDIN_FILENO, pid) == -1)
		return (false);
	foreground = true;
	return (true);
}

static bool
is_terminal_stop(int sig)
{
	return (sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU);
}

/* ^Z had stopped the whole group, so CONT is for the whole group. */
bool
terminal_pass(pid_t command, int sig)
{
	if (is_terminal_stop(sig))
		stop_passed = true;
	if (sig != SIGCONT || !terminal || command == 0)
		return (false);
	(void)give(command, false);
	return (true);
}

/* The command was stopped by ^Z or because it read in the background; it may be
 * in the foreground by now, if a shell handed the terminal to a pipeline after
 * we did.  A shell that started us has to see a stopped job: we stop, it
 * continues us, and terminal_pass() continues the command.  As process 1 we
 * cannot stop, and nobody else could continue the command, so it goes on at
 * once: without us the kernel would not have stopped it. */
bool
terminal_stopped(pid_t command, int sig)
{
	bool subtree = os_place() == OS_SUBTREE, passed = stop_passed;
	bool tstp = sig == SIGTSTP, given;

	stop_passed = false;
	if (!terminal || !is_terminal_stop(sig))
		return (false);
	given = !tstp && give(command, false);
	if (subtree && !given) {
		terminal_return();
		if (signals_stop())
			return (false);
	}
	if (passed)
		return (false);
	if (!given)
		given = give(command, !subtree);
	/* Without the terminal a reader would only stop again. */
	return (given || tstp);
}

/* A group outside of our PID namespace has no number here. */
void
terminal_return(void)
{
	if (foreground && getpgrp() > 0)
		(void)tcsetpgrp(STDIN_FILENO, getpgrp());
	foreground = false;
}

/* A leader of a session leads a group, too.  What we start is in sessions of its
 * own, so it gets no signal from there, and is not stopped when it reads or
 * writes. */
bool
terminal_keep(void)
{
	if (!isatty(STDIN_FILENO))
		return (false);
	terminal_take();
	return (tcgetsid(STDIN_FILENO) == getpid() &&
	    tcsetpgrp(STDIN_FILENO, getpid()) == 0);
}

/* When a session leader gives its terminal up, the kernel sends HUP to the
 * foreground group, which is ours. */
void
terminal_leave(void)
{
	struct sigaction ignore, before;
	int fd;

	if (setsid() != -1)
		return;
	memset(&ignore, 0, sizeof(ignore));
	ignore.sa_handler = SIG_IGN;
	(void)sigaction(SIGHUP, &ignore, &before);
	for (fd = 0; fd < 3; fd++)
		if (tcgetpgrp(fd) != -1)
			(void)ioctl(fd, TIOCNOTTY);
	(void)sigaction(SIGHUP, &before, NULL);
}
