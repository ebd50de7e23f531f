/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals to jails on Linux, and the wait for what becomes of it.  Touches
 * pidfds and epoll, forks, and of the first process opens /proc/pid/stat and
 * lists the threads; its control groups by jail_linux.h. */
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/text.h"

#include "jail.h"
#include "cgroup_linux.h"

#define SIGNALS_MAX	8	/* in one go */
#define EVENTS_MAX	64

/* Who entered and is killed has so long to end; one that the kernel holds is
 * left to whoever reaps when we have gone. */
#define CHILD_END_MS	500

/* Looks a millisecond apart.  After 1000 a sleeping process is held by the
 * kernel and starts nothing.  A runnable one may need 3000 on a busy
 * machine. */
#define STOP_LOOKS	1000
#define STOP_LOOKS_MOST	3000
#define LOOK_NS		1000000

/* The runner's descriptors. */
#define JAIL_FD		0
#define ENTER_FD	1
#define STAT_FD		2
#define PROGRAM_FD	3

#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP	0x200000000ULL	/* Linux 5.7 */
#endif

#ifndef MFD_EXEC
#define MFD_EXEC	0x0010U	/* Linux 6.3 */
#endif
#ifndef P_PIDFD
#define P_PIDFD		3
#endif
#ifndef PIDFD_THREAD
#define PIDFD_THREAD	O_EXCL	/* Linux 6.9 */
#endif

/* jail_enter.c as a program, put here by the assembler, and its length. */
__asm__(".section .rodata\n\t.balign 16\n"
    ".globl jail_enter_program, jail_enter_size\n"
    "jail_enter_size:\n\t.quad 1f - jail_enter_program\n"
    "jail_enter_program:\n\t.incbin \"" JAIL_ENTER "\"\n"
    "1:\n\t.previous\n");
extern const char jail_enter_program[];
extern const uint64_t jail_enter_size;

int
jail_signal_first(const struct jail *j, int sig)
{
	return ((int)syscall(SYS_pidfd_send_signal, j->fd, sig, NULL, 0));
}

/* Of the process that has this number now: if it is not the jail's any more,
 * the jail is gone.  Not among 0 to 2. */
static int
stat_open(pid_t pid)
{
	char path[40];
	int e, fd, high_fd;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1) {
		if (errno == ENOENT)
			errno = ESRCH;
		return (-1);
	}
	high_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	e = errno;
	close(fd);
	errno = e;
	return (high_fd);
}

/* Another thread of the first process, that lives, or -1.  The number is that
 * of a thread of it if it is there when the descriptor is. */
static int
thread_open(const struct jail *j)
{
	struct pollfd p = { -1, POLLIN, 0 };
	char path[40];
	const struct dirent *e;
	pid_t tid;
	DIR *d;

	(void)snprintf(path, sizeof(path), "/proc/%ld/task", (long)j->pid);
	d = opendir(path);
	while (d != NULL && p.fd == -1 && (e = readdir(d)) != NULL) {
		tid = (pid_t)strtol(e->d_name, NULL, 10);
		if (tid <= 0 || tid == j->pid)
			continue;
		p.fd = (int)syscall(SYS_pidfd_open, tid, PIDFD_THREAD);
		if (p.fd != -1 && (poll(&p, 1, 0) != 0 ||
		    faccessat(dirfd(d), e->d_name, F_OK, 0) == -1)) {
			close(p.fd);
			p.fd = -1;
		}
	}
	if (d != NULL)
		closedir(d);
	return (p.fd);
}

/* What to enter by.  A first process whose main thread has ended, while
 * others live, has no namespaces any more: they have. */
static int
enter_open(const struct jail *j)
{
	struct pollfd p = { j->fd, POLLIN, 0 };
	char path[40], c;
	int fd = -1;

	(void)snprintf(path, sizeof(path), "/proc/%ld/root", (long)j->pid);
	if (readlink(path, &c, 1) == -1 && errno == ENOENT) {
		fd = thread_open(j);
		if (fd != -1 && poll(&p, 1, 0) != 0) {
			close(fd);
			fd = -1;
		}
	}
	return (fd == -1 ? fcntl(j->fd, F_DUPFD_CLOEXEC, 3) : fd);
}

/*
 * The runner: a child, which has the caller's memory and must not use it, so
 * nothing but system calls.
 */

/* What a process of ours is told from the outside to be. */
struct runner {
	pid_t pid;			/* of the jail's first process */
	char *const *argv;		/* of the program */
	bool first;
};

/* The entering program as a file that nobody can write, whatever he finds
 * of the process that runs it. */
static int
program_open(void)
{
	const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	struct rlimit rl = { RLIM_INFINITY, RLIM_INFINITY };
	ssize_t n;
	int fd;

	/* A file in memory is one, and the caller's limit may be low. */
	if (setrlimit(RLIMIT_FSIZE, &rl) == -1 &&
	    getrlimit(RLIMIT_FSIZE, &rl) == 0) {
		rl.rlim_cur = rl.rlim_max;
		(void)setrlimit(RLIMIT_FSIZE, &rl);
	}
	fd = memfd_create("jailkill", flags | MFD_EXEC);
	if (fd == -1 && errno == EINVAL)
		fd = memfd_create("jailkill", flags);
	if (fd == -1)
		return (-1);
	n = write(fd, jail_enter_program, jail_enter_size);
	if (n >= 0 && n < (ssize_t)jail_enter_size)
		errno = EFBIG;	/* cut at the limit */
	if (n != (ssize_t)jail_enter_size ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK |
	    F_SEAL_GROW | F_SEAL_SEAL) == -1)
		return (-1);
	return (fd);
}

static long
process_make(void)
{
	return (syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL));
}

/* In the jail's control groups, so that it is not for a process of the jail's
 * to find itself in ours; where that cannot be, in ours. */
static long
process_make_in(const struct cgroups *c)
{
	uint64_t args[11] = { CLONE_INTO_CGROUP, [4] = SIGCHLD };
	long pid = -1;
	int i;

	args[10] = (uint64_t)c->v2_fd;
	if (c->v2_fd != -1)
		pid = syscall(SYS_clone3, args, sizeof(args));
	if (pid == -1)
		pid = process_make();
	for (i = 0; pid == 0 && i < c->n; i++)
		(void)!write(c->v1_fd[i], "0", 1);
	return (pid);
}

static _Noreturn void
program_exec(char *const *argv)
{
	static char *const no_env[] = { NULL };

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (syscall(SYS_close_range, STAT_FD, STAT_FD, 0) == 0 &&
	    syscall(SYS_close_range, PROGRAM_FD + 1, ~0U, 0) == 0)
		(void)syscall(SYS_execveat, PROGRAM_FD, "", argv, no_env,
		    AT_EMPTY_PATH);
	_exit(errno);
}

/* The program is run by a child, since who executes a program is one that
 * sends SIGCHLD from then on, clone(2), and with SIGCHLD ignored there would
 * be no exit status.  Returns that, or an errno. */
static int
program_run(const struct runner *r, const struct cgroups *c)
{
	int st = 0;
	long pid = c == NULL ? process_make() : process_make_in(c);

	if (pid == 0)
		program_exec(r->argv);
	if (pid == -1)
		return (errno == EAGAIN ? EDQUOT : errno);
	while (syscall(SYS_wait4, pid, &st, 0, NULL) == -1)
		if (errno != EINTR)
			return (errno);
	return (WIFEXITED(st) ? WEXITSTATUS(st) : ETIMEDOUT);
}

/* May we have n more, each one's child? */
static bool
has_room(int n)
{
	long pid = process_make();
	int st = 0;

	if (pid == 0)
		_exit(n == 1 || has_room(n - 1) ? 0 : 1);
	return (pid != -1 && syscall(SYS_wait4, pid, &st, 0, NULL) == pid &&
	    st == 0);
}

/* Nobody can be made in there: it may be the limit of the jail's control
 * group, which is not for us; then that of its namespace; or our own, as for
 * who enters and its child. */
static int
others_signal(const struct runner *r)
{
	struct cgroups c;
	int e, i;

	cgroups_open(&c, r->pid);
	e = program_run(r, &c);
	if (e == EAGAIN && (c.v2_fd != -1 || c.n > 0))
		e = program_run(r, NULL);
	if (c.v2_fd != -1)
		close(c.v2_fd);
	for (i = 0; i < c.n; i++)
		close(c.v1_fd[i]);
	return (e == EAGAIN && !has_room(2) ? EDQUOT : e);
}

/* Until the first process has stopped or ended: what it was forking when it
 * got the signal is there then.  0, or ETIMEDOUT. */
static int
first_stops(void)
{
	static const struct timespec pause = { 0, LOOK_NS };
	const char *state;
	char buf[256];
	ssize_t n;
	int i;

	for (i = 0; i < STOP_LOOKS_MOST; i++) {
		n = pread(STAT_FD, buf, sizeof(buf) - 1, 0);
		if (n <= 0)
			return (0);
		buf[n] = '\0';
		state = strrchr(buf, ')');
		if (state == NULL || (state[2] != 'R' && (i >= STOP_LOOKS ||
		    (state[2] != 'S' && state[2] != 'D'))))
			return (0);
		(void)nanosleep(&pause, NULL);
	}
	return (ETIMEDOUT);
}

/*
 * Others first, so that what the first process starts on its signal is not
 * signalled as well.  STOP goes round once more, for what it has started in
 * between.
 */
static int
all_signal(const struct runner *r)
{
	int e = others_signal(r), i, sig, stops;

	for (i = 1; r->first && e == 0 && r->argv[i] != NULL; i++) {
		sig = (int)text_number(r->argv[i]);
		if (syscall(SYS_pidfd_send_signal, JAIL_FD, sig, NULL, 0) ==
		    -1)
			return (errno);
		if (sig == SIGSTOP) {
			stops = first_stops();
			e = others_signal(r);
			if (e == 0)
				e = stops;
		}
	}
	return (e);
}

/* A session of its own keeps ^C and ^Z away. */
static _Noreturn void
run(const struct runner *r, int jail_fd, int enter_fd, int stat_fd)
{
	/* A struct sigaction of the kernel's, to default and to ignore. */
	static const unsigned long by_default[16],
	    ignore[16] = { (unsigned long)SIG_IGN };
	sigset_t none;
	int sig;

	for (sig = 1; sig < _NSIG; sig++)
		(void)syscall(SYS_rt_sigaction, sig, sig == SIGXFSZ ? ignore :
		    by_default, NULL, (size_t)_NSIG / 8);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setsid();
	/* Out of the way of the others, which are. */
	if (jail_fd < PROGRAM_FD)
		jail_fd = fcntl(jail_fd, F_DUPFD, PROGRAM_FD);
	if (dup2(jail_fd, JAIL_FD) != JAIL_FD ||
	    dup2(enter_fd, ENTER_FD) != ENTER_FD ||
	    dup2(stat_fd, STAT_FD) != STAT_FD ||
	    syscall(SYS_close_range, PROGRAM_FD, ~0U, 0) == -1 ||
	    program_open() != PROGRAM_FD)
		_exit(errno);
	_exit(all_signal(r));
}

int
jail_signal_all(const struct jail *j, const int *sigs, bool first,
    struct jail_child *child)
{
	char text[SIGNALS_MAX][12];
	char *argv[SIGNALS_MAX + 2] = { (char *)(uintptr_t)"jailkill" };
	const struct runner r = { j->pid, argv, first };
	int e, enter_fd, i, stat_fd;

	for (i = 0; i < SIGNALS_MAX && sigs[i] != 0; i++) {
		(void)snprintf(text[i], sizeof(text[i]), "%d", sigs[i]);
		argv[i + 1] = text[i];
	}
	child->fd = -1;
	stat_fd = stat_open(j->pid);
	if (stat_fd == -1)
		return (-1);
	enter_fd = enter_open(j);
	if (enter_fd == -1) {
		e = errno;
		close(stat_fd);
		errno = e;
		return (-1);
	}
	/* No signal at its end, so that nobody's SIGCHLD or wait(2) is
	 * concerned. */
	child->pid = (pid_t)syscall(SYS_clone, CLONE_PIDFD, NULL, &child->fd,
	    NULL, NULL);
	if (child->pid == 0)
		run(&r, j->fd, enter_fd, stat_fd);
	e = errno == EAGAIN ? EDQUOT : errno;
	close(stat_fd);
	close(enter_fd);
	errno = e;
	return (child->pid == -1 ? -1 : 0);
}

int
jail_child_end(struct jail_child *child, bool force)
{
	struct pollfd p = { child->fd, POLLIN, 0 };
	siginfo_t si = { 0 };

	if (force) {
		(void)syscall(SYS_pidfd_send_signal, child->fd, SIGKILL, NULL,
		    0);
		(void)poll(&p, 1, CHILD_END_MS);
	}
	if (waitid((idtype_t)P_PIDFD, (id_t)child->fd, &si,
	    WEXITED | __WALL | WNOHANG) == -1 || (si.si_pid == 0 && force))
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
