/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals.  Touches the process's signal actions and mask. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/signame.h"
#include "lib/sys.h"

#include "log.h"
#include "os.h"
#include "signals.h"

/* The time between two looks where ppoll(2) does not work. */
#define LOOK_MS	100

#define RC	(SIGNALS_BOOT | SIGNALS_OCI)
#define ANY	(SIGNALS_APP | RC)

/* The signals that ask for the end.  In app mode the others are the
 * command's.  Images have their server's stop signal, such as QUIT of nginx and
 * WINCH of httpd; INT reboots where a manager means that by it. */
static const struct asks {
	int sig;
	enum request_verb verb;
	bool real_time;		/* sig counts from sys_signal_rtmin */
	unsigned char modes;
} asks[] = {
	{ SIGTERM, REQUEST_HALT, false, ANY },
	{ SIGQUIT, REQUEST_HALT, false, RC },
	{ SIGWINCH, REQUEST_HALT, false, RC },
	{ SIGUSR1, REQUEST_HALT, false, RC },
	{ 3, REQUEST_HALT, true, ANY },
	{ SIGUSR2, REQUEST_POWEROFF, false, RC },
	{ 4, REQUEST_POWEROFF, true, ANY },
	{ SIGINT, REQUEST_REBOOT, false, SIGNALS_BOOT },
	{ SIGINT, REQUEST_HALT, false, SIGNALS_OCI },
	{ 5, REQUEST_REBOOT, true, ANY }
};

static sigset_t all_mask;	/* blocked except while we wait */
static sigset_t wait_mask;	/* blocked while we wait */
static sigset_t first_mask;	/* blocked when we were started */
static bool keep_mask;		/* and in a program that we start */
static sigset_t child_ignored;	/* ignored in it */
static bool ignore_too;		/* those we ignore as well */
static bool shared;		/* signals_shared() */
static volatile sig_atomic_t any;
static volatile unsigned char caught[SYS_SIGNALS];	/* SIGNALS_* */

void
signals_block(void)
{
	sigfillset(&all_mask);
	wait_mask = all_mask;
	(void)sigprocmask(SIG_SETMASK, &all_mask, &first_mask);
}

static void
ignored_keep(void)
{
	struct sigaction sa;
	int sig;

	for (sig = 1; sig <= sys_signal_max; sig++)
		if (sigaction(sig, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN)
			sigaddset(&child_ignored, sig);
}

void
signals_keep(void)
{
	keep_mask = true;
	ignored_keep();
}

void
signals_keep_ignored(void)
{
	ignored_keep();
	ignore_too = true;
}

/* Some that the kernel sends are not for us to act on: the timer of lib/fd.c, a
 * broken pipe, a log file that may not grow.  Linux sends the last two in our
 * own name. */
static void
on_signal(int sig, siginfo_t *si, void *context)
{
	bool sent = si->si_code == SI_USER || si->si_code == SI_QUEUE ||
	    si->si_code == sys_signal_thread;

	(void)context;
	any = 1;
	if (shared && !sent && sig != SIGCHLD)
		return;
	if (sig == SIGPIPE || sig == SIGXFSZ)
		sent = sent && si->si_pid != getpid();
	if (sent)
		caught[sig] = SIGNALS_SENT;
	else if (caught[sig] == SIGNALS_NOT && sig != SIGALRM &&
	    sig != SIGPIPE && sig != SIGXFSZ)
		caught[sig] = SIGNALS_CAUGHT;
}

/* All are blocked while our own code runs, so that a fault there ends us, caught
 * or not.
 * The handler of SIGCHLD blocks no other signal: in a storm of orphans SIGCHLD
 * is always pending, and signals with higher numbers must get through. */
static void
signal_catch(int sig)
{
	struct sigaction sa;

	if (ignore_too && sigismember(&child_ignored, sig) == 1 &&
	    sig != SIGCHLD && sig != SIGALRM)
		return;
	memset(&sa, 0, sizeof(sa));
	sa.sa_sigaction = on_signal;
	sa.sa_flags = SA_SIGINFO;
	sigfillset(&sa.sa_mask);
	if (sig == SIGCHLD)
		sigemptyset(&sa.sa_mask);
	(void)sigaction(sig, &sa, NULL);
	sigdelset(&wait_mask, sig);
}

void
signals_init(bool all)
{
	int sig;

	signal_catch(SIGCHLD);
	signal_catch(SIGHUP);
	signal_catch(SIGALRM);
	for (sig = 1; sig <= sys_signal_max; sig++)
		if (all || signals_request(sig, SIGNALS_BOOT) != REQUEST_NONE)
			signal_catch(sig);
}

void
signals_shared(void)
{
	shared = true;
}

/* execve(2) resets caught signals, but leaves ignored ones ignored. */
void
signals_default(void)
{
	int sig;

	for (sig = 1; sig <= sys_signal_max; sig++)
		if (sigismember(&child_ignored, sig) == 1)
			(void)signal(sig, SIG_IGN);
		else
			sys_signal_default(sig);
	if (!keep_mask)
		sigemptyset(&first_mask);
	(void)sigprocmask(SIG_SETMASK, &first_mask, NULL);
}

void
signals_child(bool ignored)
{
	struct sigaction sa;

	if (!ignored) {
		signal_catch(SIGCHLD);
		return;
	}
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = SIG_DFL;
	sa.sa_flags = SA_NOCLDWAIT;
	(void)sigaction(SIGCHLD, &sa, NULL);
	sigaddset(&wait_mask, SIGCHLD);
}

/* A stop signal discards a pending CONT, so a CONT that is pending afterwards
 * is the one that continued us. */
bool
signals_stop(bool group)
{
	sigset_t tstp, pending;

	if (os_is_orphaned())
		return (false);
	sys_signal_default(SIGTSTP);
	(void)kill(group && getpgrp() > 0 ? 0 : getpid(), SIGTSTP);
	sigemptyset(&tstp);
	sigaddset(&tstp, SIGTSTP);
	(void)sigprocmask(SIG_UNBLOCK, &tstp, NULL);	/* here we stop */
	(void)sigprocmask(SIG_BLOCK, &tstp, NULL);
	signal_catch(SIGTSTP);
	sigemptyset(&pending);
	(void)sigpending(&pending);
	return (sigismember(&pending, SIGCONT) == 1);
}

/* Where ppoll(2) fails, as with RLIMIT_NOFILE below n: lets signals in for a
 * while, then polls the descriptors. */
static int
signals_look(struct pollfd *fds, unsigned n, int64_t wait_ms)
{
	(void)sigprocmask(SIG_SETMASK, &wait_mask, NULL);
	(void)poll(NULL, 0, wait_ms > LOOK_MS ? LOOK_MS : (int)wait_ms);
	(void)sigprocmask(SIG_SETMASK, &all_mask, NULL);
	return (poll(fds, n, 0) > 0 ? 1 : -1);
}

/* Pending signals are handled before sigprocmask(2) returns. */
static void
signals_let_in(void)
{
	(void)sigprocmask(SIG_SETMASK, &wait_mask, NULL);
	(void)sigprocmask(SIG_SETMASK, &all_mask, NULL);
}

/* ppoll(2) delivers no signal when a descriptor is ready (FreeBSD 15: whenever
 * it does not sleep).  With a FIFO that is never empty we would get none, so
 * they are let in separately. */
int
signals_wait(struct pollfd *fds, unsigned n, int64_t due_ms)
{
	struct timespec ts;
	int64_t wait_ms = due_ms - clock_ms();
	int r;

	if (wait_ms < 0)
		wait_ms = 0;
	ts.tv_sec = (time_t)(wait_ms / 1000);
	ts.tv_nsec = (long)(wait_ms % 1000 * 1000000);
	any = 0;
	r = ppoll(fds, n, due_ms == INT64_MAX ? NULL : &ts, &wait_mask);
	if (r >= 0)
		signals_let_in();
	else if (errno != EINTR || !any)
		r = signals_look(fds, n, wait_ms);
	return (r);
}

int
signals_take(int sig)
{
	int was = caught[sig];

	caught[sig] = SIGNALS_NOT;
	return (was);
}

enum request_verb
signals_request(int sig, enum signals_mode mode)
{
	size_t i;

	if (sig == sys_signal_power && sig != 0)
		return (REQUEST_HALT);
	for (i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		if ((asks[i].modes & mode) != 0 && sig == asks[i].sig +
		    (asks[i].real_time ? sys_signal_rtmin : 0))
			return (asks[i].verb);
	return (REQUEST_NONE);
}

/* The timer's handler is needed, lib/fd.c; to CONT the kernel sees. */
void
signals_ignore(int sig)
{
	static bool alarm_said;

	if (sig == SIGCONT || sys_signal_is_own(sig) ||
	    (sig == SIGALRM && alarm_said))
		return;
	log_line("signal %s: ignored", signame_name(sig));
	if (sig == SIGALRM)
		alarm_said = true;
	else
		(void)signal(sig, SIG_IGN);
}

void
signals_send(pid_t pid, int sig, bool group)
{
	if (pid <= 1)
		return;
	if (!group || (kill(-pid, sig) == -1 && errno == ESRCH))
		(void)kill(pid, sig);
}
