/* SPDX-License-Identifier: BSD-2-Clause */
/* The runner: signals a jail, Linux.  Touches pidfds, a file in memory, the
 * /proc/pid/stat that it is given, and by cgroup_linux.h control groups. */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "lib/proc_linux.h"
#include "lib/text.h"

#include "cgroup_linux.h"
#include "runner_linux.h"

/* Looks at a stopping process, a millisecond apart.  A process that still
 * sleeps after 1000 is held by the kernel and starts nothing.  One that can
 * run may need up to 3000 on a busy machine. */
#define STOP_LOOKS	1000
#define STOP_LOOKS_MOST	3000
#define LOOK_NS		1000000

/* The descriptors of the runner. */
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

/* The program that enters, which the assembler puts here, and its length. */
__asm__(".section .rodata\n\t.balign 16\n"
    ".globl jail_enter_program, jail_enter_size\n"
    "jail_enter_size:\n\t.quad 1f - jail_enter_program\n"
    "jail_enter_program:\n\t.incbin \"" JAIL_ENTER "\"\n"
    "1:\n\t.previous\n");
extern const char jail_enter_program[];
extern const uint64_t jail_enter_size;

/* A file in memory counts as a file, and the caller's limit may be low. */
static void
file_limit_raise(void)
{
	struct rlimit rl = { RLIM_INFINITY, RLIM_INFINITY };

	if (setrlimit(RLIMIT_FSIZE, &rl) == -1 &&
	    getrlimit(RLIMIT_FSIZE, &rl) == 0) {
		rl.rlim_cur = rl.rlim_max;
		(void)setrlimit(RLIMIT_FSIZE, &rl);
	}
}

/* The program as a sealed file in memory: nobody who finds it, by the process
 * that runs it, can write it. */
static int
program_open(void)
{
	const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	ssize_t n;
	int fd;

	file_limit_raise();
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

/* Makes the child in the control groups of the jail, so that the processes of
 * the jail do not find themselves in ours.  If that fails, in ours. */
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

/* Runs the program in a child: a process that has executed a program sends
 * SIGCHLD at its end, clone(2), and where that is ignored it leaves no exit
 * status.  Returns the exit status, or an errno.  c: in these control groups,
 * or NULL. */
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

/* May we have n more processes, each the child of the one before? */
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

/* Signals all but the first process.  EAGAIN says that no process can be made
 * inside.  The limit may be that of the jail's control group, then our own
 * group is tried; or that of its PID namespace; or our own, and then we have
 * no room either for the program and its child. */
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

/* Waits until the first process has stopped or ended: then what it was forking
 * when it got the signal is there.  0, or ETIMEDOUT. */
static int
first_stops(void)
{
	static const struct timespec pause = { 0, LOOK_NS };
	char buf[PROC_STAT_SIZE], state;
	ssize_t n;
	int i;

	for (i = 0; i < STOP_LOOKS_MOST; i++) {
		n = pread(STAT_FD, buf, sizeof(buf) - 1, 0);
		if (n <= 0)
			return (0);
		buf[n] = '\0';
		state = *proc_stat_field(buf, PROC_STAT_STATE);
		if (state != 'R' && (i >= STOP_LOOKS ||
		    (state != 'S' && state != 'D')))
			return (0);
		(void)nanosleep(&pause, NULL);
	}
	return (ETIMEDOUT);
}

/* The others first, so that what the first process starts on its signal is not
 * signalled as well.  STOP is sent to them once more, for what the first
 * process has started in between. */
static int
everyone_signal(const struct runner *r)
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

/* A struct sigaction of the kernel's, all of it, to default or to ignore: libc
 * refuses some signals.  SIGXFSZ would end us at a low limit. */
static void
signals_reset(void)
{
	static const unsigned long by_default[16],
	    ignore[16] = { (unsigned long)SIG_IGN };
	sigset_t none;
	int sig;

	for (sig = 1; sig < _NSIG; sig++)
		(void)syscall(SYS_rt_sigaction, sig, sig == SIGXFSZ ? ignore :
		    by_default, NULL, (size_t)_NSIG / 8);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A session of its own keeps ^C and ^Z away. */
void
runner_run(const struct runner *r)
{
	int jail_fd = r->jail_fd;

	signals_reset();
	(void)setsid();
	/* The others are above 2 already. */
	if (jail_fd < PROGRAM_FD)
		jail_fd = fcntl(jail_fd, F_DUPFD, PROGRAM_FD);
	if (dup2(jail_fd, JAIL_FD) != JAIL_FD ||
	    dup2(r->enter_fd, ENTER_FD) != ENTER_FD ||
	    dup2(r->stat_fd, STAT_FD) != STAT_FD ||
	    syscall(SYS_close_range, PROGRAM_FD, ~0U, 0) == -1 ||
	    program_open() != PROGRAM_FD)
		_exit(errno);
	_exit(everyone_signal(r));
}
