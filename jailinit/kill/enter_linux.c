/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program that enters a jail to signal it, Linux: jail_enter signal ...
 * Its descriptors are 0, the pidfd of the jail's first process, and 1, a pidfd
 * to enter by, the same or of a thread.  It signals all processes but the
 * first one, by a child, which the jail's root may find and trace.  A process
 * of the jail can see what the child has mapped, so the program needs no
 * library, maps no file of the host, and is run from a sealed file in memory.
 * Its exit status is 0 or an errno.
 */
#include <asm/unistd.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "enter_call_linux.h"
#include "enter_power_linux.h"

/* All of it takes milliseconds.  Whatever the jail does, SIGALRM ends the
 * program after this time, also when jailkill is no longer there to do it. */
#define LIMIT_S	5

/* The jail's root may stop, kill or trace the child.  Tries, and how long each
 * may take; a busy machine delays the child, too. */
#define TRIES	16
#define TRY_MS	600

/* The highest, setpriority(2); for root alone. */
#define PRIORITY	(-20)

#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP	0x02000000
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x00000080
#endif

/* Namespaces of the host that the jail must not find in the child. */
#define CLONE_OTHERS	(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | \
			CLONE_NEWUTS | CLONE_NEWCGROUP)

/* Called by the start. */
void enter(const long *sp);

static _Noreturn void
leave(long code)
{
	for (;;)
		(void)CALL1(__NR_exit_group, code);
}

/* The library's readers of digits are not here. */
static int
signal_number(const char *s)
{
	int n = 0;

	for (; *s >= '0' && *s <= '9' && n < 1000; s++)
		n = n * 10 + (*s - '0');
	return (n);
}

/* Joins the jail's namespaces.  Only the PID namespace matters; the others are
 * joined so that the child holds none of the host's.  The user namespace is
 * joined only if nothing else works: as long as the program has its own, the
 * root of the jail's has no power over it. */
static long
namespaces_enter(void)
{
	static const long how[] = { CLONE_NEWPID | CLONE_OTHERS, CLONE_NEWPID,
	    CLONE_NEWUSER | CLONE_NEWPID | CLONE_OTHERS,
	    CLONE_NEWUSER | CLONE_NEWPID };
	struct pollfd first = { 0, POLLIN, 0 };
	const struct time now = { 0, 0 };
	long r = 0;
	size_t i;

	for (i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		r = CALL2(__NR_setns, 1, how[i]);
		if (r == 0 || r == -ESRCH)
			break;
	}
	/* By itself, as it may be refused while the others are not. */
	(void)CALL2(__NR_setns, 1, CLONE_NEWTIME);
	/* EINVAL: the user namespace is ours, which cannot be joined, so the
	 * ways before it were refused. */
	if (r == -EINVAL)
		r = -EPERM;
	/* ESRCH means "no such jail" only if the first process has ended. */
	if (r == -ESRCH && CALL5(__NR_ppoll, &first, 1, &now, 0, 0) == 0)
		r = -EAGAIN;
	return (r);
}

/* Is there room for a process of ours anywhere?  The kernel checks
 * RLIMIT_NPROC before it finds that we may not have a new UTS namespace. */
static long
room_look(void)
{
	long r = CALL5(__NR_clone, CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0);

	if (r == 0)
		leave(0);
	return (r == -EAGAIN ? -EDQUOT : 0);
}

/* The child, in the jail.  ESRCH: there is no process to signal, which is
 * fine. */
static _Noreturn void
child_run(char *const *signals)
{
	long r = 0;

	(void)CALL5(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	for (; *signals != NULL; signals++) {
		r = CALL2(__NR_kill, -1, signal_number(*signals));
		if (r < 0 && r != -ESRCH)
			leave(-r);
	}
	leave(0);
}

/* Blocked, and taken by child_wait() alone. */
static const unsigned long waited = SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGALRM);

/* Waits until the child has ended or was stopped.  If it is traced, neither is
 * reported, and the wait ends after TRY_MS.  When the program's time is up, the
 * child is not left in the jail. */
static long
child_wait(long pid, int *st)
{
	const struct time limit = { 0, TRY_MS * 1000000L };
	long r, sig;

	do {
		r = CALL4(__NR_wait4, pid, st, WUNTRACED | WNOHANG, 0);
		sig = r != 0 ? 0 : CALL4(__NR_rt_sigtimedwait, &waited, 0,
		    &limit, SIGNALS_SIZE);
		if (sig == SIGALRM) {
			(void)CALL2(__NR_kill, pid, SIGKILL);
			leave(ETIMEDOUT);
		}
	} while (sig > 0);
	return (r);
}

/* Signals all but the first process.  A child that the jail has stopped, held
 * or killed is ended, and another one takes its place. */
static long
others_signal(char *const *signals)
{
	long pid, r;
	int i, st;

	for (i = 0; i < TRIES; i++) {
		pid = CALL5(__NR_clone, CLONE_PIDFD | SIGCHLD, 0, pid_fd_room,
		    0, 0);
		if (pid == 0)
			child_run(signals);
		if (pid == -ENOMEM)	/* the first process is ending */
			return (-ESRCH);
		if (pid < 0)
			return (pid);
		r = child_wait(pid, &st);
		if (r != pid || WIFSTOPPED(st)) {
			(void)CALL2(__NR_kill, pid, SIGKILL);
			if (child_wait(pid, &st) != pid)
				break;
		}
		if (WIFEXITED(st))
			return (-(long)WEXITSTATUS(st));
		/* The next child must not inherit it. */
		(void)CALL1(__NR_close, *pid_fd_room);
	}
	return (-EINTR);
}

/* sp points to argc, argv. */
void
enter(const long *sp)
{
	const struct timer t = { 0, 0, LIMIT_S, 0 };
	char *const *argv = (char *const *)(sp + 1);
	long r;

	if (sp[0] < 2)
		leave(EINVAL);
	(void)CALL3(__NR_setitimer, 0, &t, 0);
	/* For a jail whose processes fork as fast as they can; a caller of
	 * jailkill(3) has not set it. */
	(void)CALL3(__NR_setpriority, PRIO_PROCESS, 0, PRIORITY);
	r = namespaces_enter();
	if (r == 0)
		root_leave();
	if (r == 0)
		r = CALL3(__NR_close_range, 0, ~0U, 0);
	if (r == 0)
		r = keyring_leave();
	if (r == 0) {
		limits_set();
		privileges_drop();
		(void)CALL4(__NR_rt_sigprocmask, SIG_BLOCK, &waited, 0,
		    SIGNALS_SIZE);
		r = room_look();
	}
	if (r == 0)
		r = filter_set();
	if (r == 0)
		r = others_signal(argv + 1);
	leave(-r);
}
