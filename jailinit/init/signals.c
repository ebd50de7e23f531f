/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals.  Touches the process's signal actions and mask. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lib/sys.h"

#include "os.h"
#include "signals.h"

/* How often we look where ppoll(2) does not work. */
#define LOOK_MS	100

/* The signals that ask for the end.  In app mode the others are the
 * command's. */
static const struct asks {
	int sig;
	enum request_verb verb;
	bool real_time;		/* sig counts from sys_signal_rtmin */
	bool app;
} asks[] = {
	{ SIGTERM, REQUEST_HALT, false, true },
	{ SIGUSR1, REQUEST_HALT, false, false },
	{ 3, REQUEST_HALT, true, true },
	{ SIGUSR2, REQUEST_POWEROFF, false, false },
	{ 4, REQUEST_POWEROFF, true, true },
	{ SIGINT, REQUEST_REBOOT, false, false },
	{ 5, REQUEST_REBOOT, true, true }
};

static sigset_t wait_mask;	/* blocked while we wait */
static volatile sig_atomic_t caught[SYS_SIGNALS], any;

void
signals_block(void)
{
	sigfillset(&wait_mask);
	(void)sigprocmask(SIG_SETMASK, &wait_mask, NULL);
}

/* The kernel's own are the timer of lib/fd.c, a broken pipe of ours, and a
 * log that may not be longer, which on Linux come as if we had sent them. */
static void
on_signal(int sig, siginfo_t *si, void *context)
{
	(void)context;
	any = 1;
	if ((sig == SIGALRM || sig == SIGPIPE || sig == SIGXFSZ) &&
	    si->si_code != SI_USER)
		return;
	if ((sig == SIGPIPE || sig == SIGXFSZ) && si->si_pid == getpid())
		return;
	caught[sig] = 1;
}

/* SIGCHLD: whether a child that stops is an event. */
static int child_flags = SA_NOCLDSTOP;

/* While SIGCHLD is handled others may be too: in a storm of orphans there
 * is always one pending, and signals with higher numbers must get through. */
static void
signal_catch(int sig)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_sigaction = on_signal;
	sa.sa_flags = SA_SIGINFO;
	sigfillset(&sa.sa_mask);
	if (sig == SIGCHLD) {
		sa.sa_flags |= child_flags;
		sigemptyset(&sa.sa_mask);
	}
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
		if (all || signals_request(sig, false) != REQUEST_NONE)
			signal_catch(sig);
}

/* Ignored signals stay ignored over execve(2); caught ones do not. */
void
signals_default(void)
{
	sigset_t none;
	int sig;

	for (sig = 1; sig <= sys_signal_max; sig++)
		sys_signal_default(sig);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* What has ended before SIGCHLD is ignored stays a zombie, and what ends
 * before it is caught again goes unnoticed: either way, one sweep. */
void
signals_child(bool ignored)
{
	if (ignored)
		(void)signal(SIGCHLD, SIG_IGN);
	else
		signal_catch(SIGCHLD);
	caught[SIGCHLD] = 1;
}

void
signals_child_stops(void)
{
	child_flags = 0;
	signal_catch(SIGCHLD);
}

/* A stop signal takes back a CONT that is pending, so one that is pending
 * afterwards is what had us go on.  It is handled like any other. */
bool
signals_stop(void)
{
	sigset_t tstp, pending;

	if (os_is_orphaned())
		return (false);
	sys_signal_default(SIGTSTP);
	(void)kill(getpgrp() > 0 ? 0 : getpid(), SIGTSTP);
	sigemptyset(&tstp);
	sigaddset(&tstp, SIGTSTP);
	(void)sigprocmask(SIG_UNBLOCK, &tstp, NULL);	/* here we stop */
	(void)sigprocmask(SIG_BLOCK, &tstp, NULL);
	signal_catch(SIGTSTP);
	sigemptyset(&pending);
	(void)sigpending(&pending);
	return (sigismember(&pending, SIGCONT) == 1);
}

/* Where ppoll(2) does not work, as when RLIMIT_NOFILE is below n: lets the
 * signals in for a while, and then looks at the descriptors. */
static int
signals_look(struct pollfd *fds, unsigned n, int64_t wait_ms)
{
	sigset_t was;

	(void)sigprocmask(SIG_SETMASK, &wait_mask, &was);
	(void)poll(NULL, 0, wait_ms > LOOK_MS ? LOOK_MS : (int)wait_ms);
	(void)sigprocmask(SIG_SETMASK, &was, NULL);
	return (poll(fds, n, 0) > 0 ? 1 : -1);
}

/* What is pending is handled before sigprocmask(2) returns. */
static void
signals_let_in(void)
{
	sigset_t was;

	(void)sigprocmask(SIG_SETMASK, &wait_mask, &was);
	(void)sigprocmask(SIG_SETMASK, &was, NULL);
}

/* ppoll(2) delivers no signal when a descriptor is ready (on FreeBSD from 15
 * on whenever it does not sleep): beside a FIFO that is always full we would
 * never hear one.  So these are asked for apart. */
int
signals_wait(struct pollfd *fds, unsigned n, int64_t wait_ms)
{
	struct timespec ts;
	int r;

	if (wait_ms < 0)
		wait_ms = 0;
	ts.tv_sec = (time_t)(wait_ms / 1000);
	ts.tv_nsec = (long)(wait_ms % 1000 * 1000000);
	any = 0;
	r = ppoll(fds, n, wait_ms == INT64_MAX ? NULL : &ts, &wait_mask);
	if (r >= 0)
		signals_let_in();
	else if (errno != EINTR || !any)
		r = signals_look(fds, n, wait_ms);
	return (r);
}

bool
signals_take(int sig)
{
	bool was = caught[sig] != 0;

	caught[sig] = 0;
	return (was);
}

enum request_verb
signals_request(int sig, bool app)
{
	size_t i;

	if (sig == sys_signal_power && sig != 0)
		return (REQUEST_HALT);
	for (i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		if (sig == asks[i].sig +
		    (asks[i].real_time ? sys_signal_rtmin : 0))
			return (asks[i].app || !app ? asks[i].verb :
			    REQUEST_NONE);
	return (REQUEST_NONE);
}

void
signals_send(pid_t pid, int sig, bool group)
{
	if (pid <= 1)
		return;
	if (!group || (kill(-pid, sig) == -1 && errno == ESRCH))
		(void)kill(pid, sig);
}
