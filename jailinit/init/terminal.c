/* SPDX-License-Identifier: BSD-2-Clause */
/* The command's terminal.  Touches descriptors 0 to 2 and our session. */
#include <sys/ioctl.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "terminal.h"

/* Descriptor 0 is a terminal that we hand over. */
static bool terminal;

/* Its foreground group is the command's, by us, or our own. */
static bool foreground;

/* A terminal that is nobody's becomes ours, if it can (a session leader has
 * to ask); one that already is stays, and with it the session.  A foreground
 * group that is dead is the command's of the life before. */
void
terminal_init(void)
{
	pid_t group;

	if (!isatty(STDIN_FILENO))
		return;
	if (tcgetpgrp(STDIN_FILENO) == -1) {
		(void)setsid();
		(void)ioctl(STDIN_FILENO, TIOCSCTTY, 0);
	}
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

bool
terminal_give(pid_t pid, bool always)
{
	if (!terminal || (!always && tcgetpgrp(STDIN_FILENO) != getpgrp()) ||
	    tcsetpgrp(STDIN_FILENO, pid) == -1)
		return (false);
	foreground = true;
	return (true);
}

/* (A group outside of our PID namespace cannot be named.)  SIGTTOU is
 * blocked. */
void
terminal_return(void)
{
	if (foreground && getpgrp() > 0)
		(void)tcsetpgrp(STDIN_FILENO, getpgrp());
	foreground = false;
}

/* SIGTTOU, which would stop us for this, is blocked. */
void
terminal_child(void)
{
	(void)setpgid(0, 0);
	if (foreground)
		(void)tcsetpgrp(STDIN_FILENO, getpid());
}

/* A leader's TIOCNOTTY has the kernel send HUP to the foreground, us. */
void
terminal_leave(void)
{
	struct sigaction ignore, old;
	int fd;

	if (setsid() != -1)
		return;
	memset(&ignore, 0, sizeof(ignore));
	ignore.sa_handler = SIG_IGN;
	(void)sigaction(SIGHUP, &ignore, &old);
	for (fd = 0; fd < 3; fd++)
		if (tcgetpgrp(fd) != -1)
			(void)ioctl(fd, TIOCNOTTY);
	(void)sigaction(SIGHUP, &old, NULL);
}
