/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals to jails on Linux, and the wait for what becomes of it.  Touches
 * pidfds and epoll, and forks; no file. */
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "jail.h"

#define SIGNALS_MAX	8	/* in one go */
#define EVENTS_MAX	64

#ifndef MFD_EXEC
#define MFD_EXEC	0x0010U	/* Linux 6.3 */
#endif
#ifndef P_PIDFD
#define P_PIDFD		3
#endif

/* jail_enter.c as a program, put here by the assembler. */
__asm__(".section .rodata\n\t.balign 16\n"
    ".globl jail_enter_begin, jail_enter_end\n"
    "jail_enter_begin:\n\t.incbin \"" JAIL_ENTER "\"\n"
    "jail_enter_end:\n\t.byte 0\n\t.previous\n");
extern const char jail_enter_begin[], jail_enter_end[];

int
jail_signal_first(const struct jail *j, int sig)
{
	return ((int)syscall(SYS_pidfd_send_signal, j->fd, sig, NULL, 0));
}

/* With its first process the kernel ends them all, pid_namespaces(7). */
const bool jail_kill_repeats = false;

int
jail_kill(const struct jail *j, bool again)
{
	(void)again;
	return (jail_signal_first(j, SIGKILL));
}

/* The entering program as a file that nobody can write, whatever he finds
 * of the process that runs it; not among 0 to 2. */
static int
program_open(void)
{
	const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	size_t n = (size_t)(jail_enter_end - jail_enter_begin);
	int e, fd, high_fd = -1;

	fd = memfd_create("jailkill", flags | MFD_EXEC);
	if (fd == -1 && errno == EINVAL)
		fd = memfd_create("jailkill", flags);
	if (fd == -1)
		return (-1);
	if (write(fd, jail_enter_begin, n) == (ssize_t)n &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK |
	    F_SEAL_GROW | F_SEAL_SEAL) == 0)
		high_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	e = errno;
	close(fd);
	errno = e;
	return (high_fd);
}

/* In a child, which has the caller's memory and must not use it: nothing
 * but system calls. */
static _Noreturn void
program_exec(int program_fd, int jail_fd, char *const *argv)
{
	static char *const no_env[] = { NULL };

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* dup2(0, 0) would leave it to be closed by execveat. */
	if ((jail_fd == 0 ? fcntl(0, F_SETFD, 0) : dup2(jail_fd, 0)) == 0 &&
	    syscall(SYS_close_range, 1, program_fd - 1, 0) == 0 &&
	    syscall(SYS_close_range, program_fd + 1, ~0U, 0) == 0)
		(void)syscall(SYS_execveat, program_fd, "", argv, no_env,
		    AT_EMPTY_PATH);
	_exit(errno);
}

/* In the child, likewise.  The program is run by a child of it, since who
 * executes a program is one that sends SIGCHLD from then on, clone(2), and
 * with SIGCHLD ignored there would be no exit status.  A session of its own
 * keeps ^C and ^Z away. */
static _Noreturn void
program_run(int program_fd, int jail_fd, char *const *argv)
{
	static const unsigned long zeros[16];	/* a struct sigaction */
	sigset_t none;
	int sig, st = 0;
	long pid;

	for (sig = 1; sig < _NSIG; sig++)
		(void)syscall(SYS_rt_sigaction, sig, zeros, NULL,
		    (size_t)_NSIG / 8);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setsid();
	pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0)
		program_exec(program_fd, jail_fd, argv);
	if (pid == -1)
		_exit(errno);
	(void)syscall(SYS_close_range, 0, ~0U, 0);
	while (syscall(SYS_wait4, pid, &st, 0, NULL) == -1)
		if (errno != EINTR)
			_exit(errno);
	_exit(WIFEXITED(st) ? WEXITSTATUS(st) : ETIMEDOUT);
}

int
jail_signal_all(const struct jail *j, const int *sigs, bool first,
    struct jail_child *child)
{
	char text[SIGNALS_MAX][12];
	char *argv[SIGNALS_MAX + 3] = { (char *)(uintptr_t)"jailkill",
	    (char *)(uintptr_t)(first ? "all" : "others") };
	int e, i, jail_fd, program_fd;

	for (i = 0; i < SIGNALS_MAX && sigs[i] != 0; i++) {
		(void)snprintf(text[i], sizeof(text[i]), "%d", sigs[i]);
		argv[i + 2] = text[i];
	}
	child->fd = -1;
	program_fd = program_open();
	if (program_fd == -1)
		return (-1);
	jail_fd = j->fd;
	/* No signal at its end, so that nobody's SIGCHLD or wait(2) is
	 * concerned. */
	child->pid = (pid_t)syscall(SYS_clone, CLONE_PIDFD, NULL, &child->fd,
	    NULL, NULL);
	if (child->pid == 0)
		program_run(program_fd, jail_fd, argv);
	e = errno;
	close(program_fd);
	errno = e;
	return (child->pid == -1 ? -1 : 0);
}

int
jail_child_end(struct jail_child *child, bool force)
{
	siginfo_t si = { 0 };

	if (force)
		(void)syscall(SYS_pidfd_send_signal, child->fd, SIGKILL, NULL,
		    0);
	if (waitid((idtype_t)P_PIDFD, (id_t)child->fd, &si,
	    WEXITED | __WALL | (force ? 0 : WNOHANG)) == -1)
		si.si_code = CLD_KILLED;
	else if (si.si_pid == 0)
		return (-1);
	close(child->fd);
	child->fd = -1;
	return (si.si_code == CLD_EXITED ? si.si_status : ETIMEDOUT);
}

/*
 * Waiting.
 */
int
jail_watch_new(void)
{
	return (epoll_create1(EPOLL_CLOEXEC));
}

/* By edges, as a child of ours may hold a descriptor open that we have
 * closed. */
int
jail_watch_fd(int watch_fd, int fd, uint64_t tag)
{
	struct epoll_event ev = { EPOLLIN | EPOLLET, { .u64 = tag } };

	return (epoll_ctl(watch_fd, EPOLL_CTL_ADD, fd, &ev));
}

int
jail_watch_jail(int watch_fd, const struct jail *j, uint64_t tag)
{
	return (jail_watch_fd(watch_fd, j->fd, tag));
}

int
jail_watch_child(int watch_fd, const struct jail_child *c, uint64_t tag)
{
	return (jail_watch_fd(watch_fd, c->fd, tag));
}

int
jail_watch_wait(int watch_fd, uint64_t *tags, int max, int64_t wait_ms)
{
	struct epoll_event ev[EVENTS_MAX];
	int i, n, timeout = -1;

	if (max > EVENTS_MAX)
		max = EVENTS_MAX;
	if (wait_ms >= 0)
		timeout = wait_ms > INT_MAX ? INT_MAX : (int)wait_ms;
	n = epoll_wait(watch_fd, ev, max, timeout);
	for (i = 0; i < n; i++)
		tags[i] = ev[i].data.u64;
	return (n < 0 ? 0 : n);
}
