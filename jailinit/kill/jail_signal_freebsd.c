/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals to jails on FreeBSD, by a child that attaches, and the wait for
 * what becomes of it.  Touches jails, processes and kqueues; no file.
 *
 * An attached child is a process of the jail: the jail's root may signal it,
 * and it keeps the jail from ending.  So it does one thing and leaves.
 */
#include <sys/param.h>
#include <sys/event.h>
#include <sys/procctl.h>
#include <sys/procdesc.h>
#include <sys/syscall.h>
#include <sys/sysctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "prison_freebsd.h"

/* Who entered is ended by the kernel after so many seconds, also when
 * nobody is left to do it. */
#define LIMIT_S		5

/* kill(2) may miss a process that is just being made (PRS_NEW), so who
 * entered sends KILL and STOP a few times.  Not for long, as he is counted
 * among the jail's processes; it is the caller who does it again. */
#define ROUNDS		8
#define ROUND_US	1000

/* There is somebody, but nobody who could be watched any more. */
#define LOOK_AGAIN_MS	20

/* A jail that persists is removed when KILL was repeated so often. */
#define REMOVE_AFTER	5

#define SIGNALS		128	/* _SIG_MAXSIG of sys/_sigset.h */
#define EVENTS_MAX	64

/*
 * Entering.
 */

/* A child's handlers, which are the caller's, are not run for the jail; what
 * can be blocked does not end it.  (sigaction(2) itself, as the one of
 * libthr takes locks.) */
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

static bool
is_jailed(void)
{
	int jailed = 0;
	size_t size = sizeof(jailed);

	return (sysctlbyname("security.jail.jailed", &jailed, &size, NULL,
	    0) == 0 && jailed == 1);
}

/*
 * Into the jail, in a child that has closed what it does not need: whoever
 * holds a directory is not let in (jail(2), chroot(2)), or it leads out of
 * the jail (FreeBSD-EN-24:17, FreeBSD-SA-26:66).  The jail's root may not
 * trace us, procctl(2), as he could else from the moment we are in
 * (FreeBSD-SA-21:05).  Nobody is to signal everybody who is in no jail.
 */
int
jail_enter(const struct jail *j)
{
	int no_trace = PROC_TRACE_CTL_DISABLE;
	struct jail_about a;

	if (jail_about(j, &a) == -1)
		return (-1);
	if (procctl(P_PID, getpid(), PROC_TRACE_CTL, &no_trace) == -1) {
		if (errno == EBUSY)	/* we are traced: procctl(2) */
			errno = EALREADY;
		return (-1);
	}
	if (jail_attach_to(j) == -1) {
		if (errno == EINVAL)	/* jail(2): it does not exist */
			errno = ESRCH;
		return (-1);
	}
	if (j->fd != -1)
		close(j->fd);
	if (!is_jailed()) {
		errno = EPERM;
		return (-1);
	}
	return (0);
}

/* kill(2) with -1 spares the caller alone, killpg1() in
 * sys/kern/kern_sig.c; ESRCH: nobody is left.  (From 13.0 on it finds
 * zombies too, so that it may never say so.) */
static int
all_signal(int sig)
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

/* The child: has the caller's memory, and maybe had other threads, so
 * nothing but system calls.  pid 0: everybody. */
static _Noreturn void
signaller(struct jail j, const int *sigs, pid_t pid)
{
	struct kinfo_proc kp;
	int r;

	signals_block();
	(void)setsid();
	if (j.fd != -1)
		j.fd = dup2(j.fd, 0);
	closefrom(j.fd + 1);
	if (jail_enter(&j) == -1)
		_exit(errno);
	for (; *sigs != 0; sigs++) {
		if (pid == 0)
			r = all_signal(*sigs);
		else if (jail_is_init(0, pid, &kp))
			r = kill(pid, *sigs);
		else
			_exit(ESRCH);
		if (r == -1 && errno != ESRCH)
			_exit(errno);
	}
	_exit(0);
}

/* pdfork(2): no SIGCHLD, no wait(2) for any child finds it, and it ends with
 * its descriptor.  With no child to tell of, PD_DAEMON: it lives on, and is
 * reaped by who reaps orphans. */
static int
child_start(const struct jail *j, const int *sigs, pid_t to,
    struct jail_child *child)
{
	int fd = -1;
	pid_t pid;

	pid = pdfork(&fd, child == NULL ? PD_CLOEXEC | PD_DAEMON :
	    PD_CLOEXEC);
	if (pid == 0)
		signaller(*j, sigs, to);
	if (pid == -1) {
		if (errno == EAGAIN)	/* a limit of our own */
			errno = EDQUOT;
		return (-1);
	}
	if (child == NULL)
		close(fd);
	else {
		child->pid = pid;
		child->fd = fd;
	}
	return (0);
}

/* The kernel asks for PRIV_JAIL_ATTACH, which is root's. */
static int
may(const struct jail *j, struct jail_about *a)
{
	if (geteuid() != 0) {
		errno = EPERM;
		return (-1);
	}
	return (jail_about(j, a));
}

/*
 * Signalling.
 */

/* From within, where the number can only be one of the jail's. */
int
jail_signal_first(const struct jail *j, int sig)
{
	const int sigs[] = { sig, 0 };
	struct kinfo_proc kp;
	struct jail_about a;

	if (may(j, &a) == -1)
		return (-1);
	if (sig == 0)
		return (0);
	if (!jail_is_init(j->jid, j->pid, &kp)) {
		errno = ESRCH;
		return (-1);
	}
	return (child_start(j, sigs, j->pid, NULL));
}

int
jail_signal_all(const struct jail *j, const int *sigs, bool first,
    struct jail_child *child)
{
	struct jail_about a;

	(void)first;	/* kill(2) does not leave it out */
	child->fd = -1;
	return (may(j, &a) == -1 ? -1 : child_start(j, sigs, 0, child));
}

/* Named by its pid it can be waited for, proc_to_reap() in
 * sys/kern/kern_exit.c; the kernel holds it locked from the event until it
 * is a zombie.  Closing ends one that has not ended, and hands it on. */
int
jail_child_end(struct jail_child *child, bool force)
{
	int st = 0;
	pid_t pid;

	pid = waitpid(child->pid, &st, WNOHANG);
	if (pid == 0 && !force)
		return (-1);
	close(child->fd);
	child->fd = -1;
	if (pid != child->pid || (WIFSIGNALED(st) && WTERMSIG(st) == SIGALRM))
		return (ETIMEDOUT);
	return (WIFEXITED(st) ? WEXITSTATUS(st) : EINTR);
}

static int
all_kill(const struct jail *j, struct jail_about *a)
{
	static const int sigs[] = { SIGKILL, 0 };

	return (may(j, a) == -1 ? -1 : child_start(j, sigs, 0, NULL));
}

int
jail_kill(const struct jail *j)
{
	struct jail_about a;

	return (all_kill(j, &a));
}

/* jail_remove(2) kills from outside, where no jail can hinder it.  It ends a
 * jail that persists as such, too, which is jail(8)'s to do unless nothing
 * else helps; any other ends with its last process anyway. */
void
jail_kill_again(struct jail *const *jails, size_t n)
{
	struct jail_about a;
	size_t i;

	for (i = 0; i < n; i++) {
		a.persist = true;
		(void)all_kill(jails[i], &a);
		if (!a.persist || ++jails[i]->kills >= REMOVE_AFTER)
			(void)jail_remove_it(jails[i]);
	}
}

/* There is no such thing. */
bool
jail_frozen(const struct jail *j, char *buf, size_t size)
{
	(void)j;
	(void)buf;
	(void)size;
	return (false);
}

/*
 * Waiting.
 */
int
jail_watch_new(void)
{
	int fd = kqueue();

	if (fd != -1)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return (fd);
}

static int
watch(int watch_fd, uintptr_t ident, short filter, unsigned short flags,
    unsigned fflags, uint64_t tag)
{
	struct kevent ev;

	EV_SET(&ev, ident, filter, flags, fflags,
	    filter == EVFILT_TIMER ? LOOK_AGAIN_MS : 0,
	    (void *)(uintptr_t)tag);
	return (kevent(watch_fd, &ev, 1, NULL, 0, NULL));
}

int
jail_watch_fd(int watch_fd, int fd, uint64_t tag)
{
	return (watch(watch_fd, (uintptr_t)fd, EVFILT_READ, EV_ADD | EV_CLEAR,
	    0, tag));
}

int
jail_watch_child(int watch_fd, const struct jail_child *c, uint64_t tag)
{
	return (watch(watch_fd, (uintptr_t)c->fd, EVFILT_PROCDESC, EV_ADD,
	    NOTE_EXIT, tag));
}

/* One process stands for all.  Its number may be another's by the time that
 * it is watched, so it is looked at once more.  There is one watch for each
 * ident and filter, kqueue(2), so that this can be done again. */
static int
people_watch(int watch_fd, const struct jail *j, const struct jail_people *who,
    uint64_t tag)
{
	pid_t pid = who->init_pid != 0 ? who->init_pid : who->any_pid;
	unsigned what = pid == who->init_pid ? NOTE_EXIT | NOTE_EXEC :
	    NOTE_EXIT;
	struct kinfo_proc kp;

	if (pid != 0 && watch(watch_fd, (uintptr_t)pid, EVFILT_PROC, EV_ADD,
	    what, tag) == 0 && jail_proc(pid, &kp) &&
	    jail_has(j->jid, true, &kp))
		return (0);
	return (watch(watch_fd, (uintptr_t)tag, EVFILT_TIMER,
	    EV_ADD | EV_ONESHOT, 0, tag));
}

int
jail_watch_jail(int watch_fd, const struct jail *j, uint64_t tag)
{
	struct jail_people who;

	jail_people_read(&who, j);
	return (people_watch(watch_fd, j, &who, tag));
}

/* That a jailinit executed a program has to be known until jail_look(): the
 * kqueue itself remembers, as a user's event that is never triggered. */
int
jail_watch_wait(int watch_fd, uint64_t *tags, int max, int64_t wait_ms)
{
	struct timespec ts = { (time_t)(wait_ms / 1000),
	    (long)(wait_ms % 1000) * 1000000 };
	struct kevent ev[EVENTS_MAX];
	int i, n;

	if (max > EVENTS_MAX)
		max = EVENTS_MAX;
	n = kevent(watch_fd, NULL, 0, ev, max, wait_ms < 0 ? NULL : &ts);
	for (i = 0; i < n; i++) {
		tags[i] = (uint64_t)(uintptr_t)ev[i].udata;
		if (ev[i].filter == EVFILT_PROC &&
		    (ev[i].fflags & NOTE_EXEC) != 0)
			(void)watch(watch_fd, (uintptr_t)tags[i], EVFILT_USER,
			    EV_ADD, 0, tags[i]);
	}
	return (n < 0 ? 0 : n);
}

static bool
has_executed(int watch_fd, uint64_t tag)
{
	return (watch(watch_fd, (uintptr_t)tag, EVFILT_USER, EV_DELETE, 0,
	    tag) == 0);
}

/* Zombies do not count; who is still on his way out does.  Jails in it end with
 * it; whether it persists itself is for jail(8) to say, which sets that, too,
 * while it waits for its "command". */
enum jail_news
jail_look(int watch_fd, const struct jail *j, uint64_t tag)
{
	bool executed = has_executed(watch_fd, tag);
	struct jail_people who;

	jail_people_read(&who, j);
	if (!who.any) {
		jail_children_remove(j);
		return (JAIL_GONE);
	}
	(void)people_watch(watch_fd, j, &who, tag);
	return (executed && who.init_pid != 0 ? JAIL_REBOOTED : JAIL_LIVES);
}
