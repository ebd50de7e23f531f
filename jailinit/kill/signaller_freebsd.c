/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals the processes of a jail from inside, FreeBSD.  Touches jails and
 * processes; no file. */
#include <sys/param.h>
#include <sys/procdesc.h>
#include <sys/syscall.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "attach_freebsd.h"
#include "procs_freebsd.h"
#include "signaller_freebsd.h"

/* The kernel ends the child after this time, also when nobody is left to do
 * it. */
#define LIMIT_S		5

/* kill(2) may miss a process that is just being made (PRS_NEW), so KILL and
 * STOP are sent a few times.  Not for long, as the child counts as a process
 * of the jail; the caller repeats it. */
#define ROUNDS		8
#define ROUND_US	1000

#define SIGNALS		128	/* _SIG_MAXSIG of sys/_sigset.h */

/* The caller's handlers must not run in the jail, and no signal that can be
 * blocked ends the child.  (By the system call, as libthr's sigaction() takes
 * locks.) */
static void
signals_block(void)
{
	struct sigaction sa;
	sigset_t mask;
	int sig;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = SIG_DFL;
	for (sig = 1; sig <= SIGNALS; sig++)
		(void)syscall(SYS_sigaction, sig, &sa, NULL);
	sigfillset(&mask);
	sigdelset(&mask, SIGALRM);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	(void)alarm(LIMIT_S);
}

/* kill(2) with -1 spares the caller alone, killpg1() in sys/kern/kern_sig.c.
 * ESRCH: there is no other process.  (From 13.0 on it finds zombies too, and
 * may never say so.) */
static int
everyone_signal(int sig)
{
	int i, r;

	r = kill(-1, sig);
	if (sig != SIGKILL && sig != SIGSTOP)
		return (r);
	for (i = 1; r == 0 && i < ROUNDS; i++) {
		(void)usleep(ROUND_US);
		r = kill(-1, sig);
	}
	return (r);
}

/* The child has the caller's memory, and there may have been other threads, so
 * it makes system calls and nothing else. */
static _Noreturn void
signaller_run(struct prison p, const int *sigs, pid_t to)
{
	struct kinfo_proc kp;
	int r;

	signals_block();
	(void)setsid();
	if (p.fd != -1)
		p.fd = dup2(p.fd, 0);
	closefrom(p.fd + 1);
	if (attach_enter(&p) == -1)
		_exit(errno);
	for (; *sigs != 0; sigs++) {
		if (to == 0)
			r = everyone_signal(*sigs);
		else if (proc_is_init(0, to, &kp))
			r = kill(to, *sigs);
		else
			_exit(ESRCH);
		if (r == -1 && errno != ESRCH)
			_exit(errno);
	}
	_exit(0);
}

/* The kernel asks for PRIV_JAIL_ATTACH, which is root's. */
int
signaller_may(const struct prison *p, struct prison_about *a)
{
	if (geteuid() != 0) {
		errno = EPERM;
		return (-1);
	}
	return (prison_about(p, a) == -1 ? -1 : 0);
}

/* pdfork(2): the child sends no SIGCHLD, no wait(2) for any child finds it,
 * and it ends with its descriptor.  With PD_DAEMON it lives on, and is reaped
 * by the process that reaps orphans. */
pid_t
signaller_start(const struct prison *p, const int *sigs, pid_t to, int *fd)
{
	int own_fd = -1;
	pid_t pid;

	pid = pdfork(&own_fd, fd == NULL ? PD_CLOEXEC | PD_DAEMON :
	    PD_CLOEXEC);
	if (pid == 0)
		signaller_run(*p, sigs, to);
	if (pid == -1) {
		if (errno == EAGAIN)	/* a limit of our own */
			errno = EDQUOT;
		return (-1);
	}
	if (fd == NULL)
		close(own_fd);
	else
		*fd = own_fd;
	return (pid);
}
