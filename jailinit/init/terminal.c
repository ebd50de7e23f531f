/* SPDX-License-Identifier: BSD-2-Clause */
/* The command's terminal.  Touches descriptors 0 to 2, /dev/tty, our session
 * and, to be stopped with the command, our process group. */
#include <sys/ioctl.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "os.h"
#include "signals.h"
#include "terminal.h"

/* The terminal that we hand over; -1: none. */
static int tty_fd = -1;

/* The command stays in our process group, unless it makes one itself. */
static bool shared;

/* Its foreground group is the command's, put there by us, or our own. */
static bool foreground;

/* We have passed a stop signal on to the command. */
static bool stop_passed;

/* Our controlling terminal, or -1.  A session leader that has one was given it
 * as a descriptor.  (FreeBSD: a pipe and a socket have a group, too.) */
static int
tty_find(void)
{
	int fd;

	for (fd = 0; fd < 3; fd++)
		if (tcgetpgrp(fd) != -1 && isatty(fd))
			return (fd);
	return (getsid(0) == getpid() ? -1 :
	    open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
}

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

/* Who does not lead the session is in a job of its shell, perhaps a pipeline: ^C
 * and ^Z, fg, bg and SIGSTOP are for the whole process group of the job, and so
 * is the foreground.  The command stays in that group.  A foreground group that
 * is dead is the command's of our life before. */
void
terminal_init(bool own_group)
{
	pid_t group;

	tty_fd = tty_find();
	if (tty_fd != -1 && !own_group && getsid(0) != getpid()) {
		shared = true;
		signals_shared();
		return;
	}
	if (tty_fd == -1 && isatty(STDIN_FILENO)) {
		terminal_take();
		if (tcgetpgrp(STDIN_FILENO) != -1)
			tty_fd = STDIN_FILENO;
	}
	if (tty_fd == -1)
		return;
	group = tcgetpgrp(tty_fd);
	foreground = group == getpgrp() ||
	    (group > 1 && kill(-group, 0) == -1 && errno == ESRCH);
}

bool
terminal_is_ours(void)
{
	return (tty_fd != -1);
}

/* SIGTTOU, which would stop us for this, is blocked here and below. */
void
terminal_child(void)
{
	if (shared)
		return;
	(void)setpgid(0, 0);
	if (foreground)
		(void)tcsetpgrp(tty_fd, getpid());
}

/* Puts the group of pid in the foreground: always, or only if we are there, as
 * after a shell's fg.  Was that done? */
static bool
give(pid_t pid, bool always)
{
	if (tty_fd == -1 || (!always && tcgetpgrp(tty_fd) != getpgrp()) ||
	    tcsetpgrp(tty_fd, pid) == -1)
		return (false);
	foreground = true;
	return (true);
}

static bool
is_terminal_stop(int sig)
{
	return (sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU);
}

/* In a group that we share it is for the shell to continue all.  But a shell as
 * our command has made a group of its own. */
static bool
has_own_group(pid_t command)
{
	return (!shared || getpgid(command) == command);
}

/* ^Z had stopped the whole group, so CONT is for the whole group. */
bool
terminal_pass(pid_t command, int sig)
{
	if (is_terminal_stop(sig))
		stop_passed = true;
	if (sig != SIGCONT || tty_fd == -1 || command == 0 ||
	    !has_own_group(command))
		return (false);
	(void)give(command, false);
	return (true);
}

/* A job of a shell's: it sees that we stop, as if we were the command, and
 * continues the group.  Without a shell we have to. */
static bool
job_stopped(pid_t command, int sig)
{
	if ((sig == SIGTTIN || sig == SIGTTOU) && has_own_group(command) &&
	    give(command, false))
		return (true);
	if (sig == SIGTSTP && os_is_orphaned()) {
		(void)kill(0, SIGCONT);
		return (true);
	}
	if (getpid() != 1)
		(void)signals_stop(false);
	return (false);
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
	if (shared)
		return (job_stopped(command, sig));
	if (subtree && tty_fd != -1 && sig == SIGSTOP) {	/* its suspend */
		terminal_return();
		(void)signals_stop(true);
	}
	if (tty_fd == -1 || !is_terminal_stop(sig))
		return (false);
	given = !tstp && give(command, false);
	if (subtree && !given) {
		terminal_return();
		if (signals_stop(true))
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
		(void)tcsetpgrp(tty_fd, getpgrp());
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
