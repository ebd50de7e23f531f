/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program that enters a jail to signal it, Linux: jail_enter all|others
 * signal ..., with the pidfd of the jail's first process as descriptor 0, one
 * to enter by as descriptor 1 (the same, or of a thread), its /proc/pid/stat
 * as 2, and nothing else.  It needs no library and maps no file of the host,
 * as a process of the jail can see what it has mapped, and is run from a
 * sealed memory file.  Its exit status is 0 or an errno.  Touches the process
 * it is.
 */
#include <linux/capability.h>
#include <linux/mount.h>

#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* All of it takes milliseconds.  Whatever the jail does, SIGALRM ends us after
 * so many seconds, also when jailkill is no longer there to do it. */
#define LIMIT_S	5

/* What stops has stopped after so many looks, a millisecond apart, or is held
 * by the kernel and starts nothing; what waits for a processor takes longer on
 * a busy machine. */
#define STOP_LOOKS	1000
#define STOP_LOOKS_MOST	3000
#define LOOK_NS		1000000

/* The last user there can be, whom hardly a jail has; where we may not be him
 * we stay who we are. */
#define UID	0xfffffffeU

/* Who entered may be stopped, killed or held as a traced process by the
 * jail's root: tries, and how long each may take, as a machine with much to do
 * lets him wait as well. */
#define TRIES	16
#define TRY_MS	600

/* The best there is; for root alone. */
#define PRIORITY	(-20)

#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP	0x02000000
#endif

/* What the jail must not find: the host's namespaces, held by us. */
#define CLONE_OTHERS	(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | \
			CLONE_NEWUTS | CLONE_NEWCGROUP)

/* A system call, and the start, which has the stack as the kernel laid it
 * out: argc, argv. */
#if defined(__x86_64__)
static long
call(long n, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long r;

	__asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b),
	    "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
	return (r);
}

__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\t"
    "and $-16, %rsp\n\tcall enter\n");
#elif defined(__aarch64__)
static long
call(long n, long a, long b, long c, long d, long e)
{
	register long x8 __asm__("x8") = n;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2),
	    "r"(x3), "r"(x4) : "memory");
	return (x0);
}

__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x0, sp\n\tbl enter\n");
#elif defined(__riscv) && __riscv_xlen == 64
static long
call(long n, long a, long b, long c, long d, long e)
{
	register long a7 __asm__("a7") = n;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2),
	    "r"(a3), "r"(a4) : "memory");
	return (a0);
}

__asm__(".globl _start\n_start:\n\tmv a0, sp\n\tcall enter\n");
#else
#error "jail_enter.c: no system calls for this machine yet"
#endif

#define CALL1(n, a)		call(n, (long)(a), 0, 0, 0, 0)
#define CALL2(n, a, b)		call(n, (long)(a), (long)(b), 0, 0, 0)
#define CALL3(n, a, b, c)	call(n, (long)(a), (long)(b), (long)(c), 0, 0)
#define CALL5(n, a, b, c, d, e)	call(n, (long)(a), (long)(b), (long)(c), \
				(long)(d), (long)(e))

/* alarm(2) is not there on every machine. */
struct timer {
	long interval_s, interval_us, s, us;
};

struct time {
	long s, ns;
};

/* What the kernel takes for a set of signals, and its size. */
#define SIGNAL_BIT(sig)	(1UL << ((sig) - 1))
#define SIGNALS_SIZE	8

void enter(const long *sp);

static _Noreturn void
leave(long code)
{
	for (;;)
		(void)CALL1(__NR_exit_group, code);
}

static int
number(const char *s)
{
	int n = 0;

	for (; *s >= '0' && *s <= '9' && n < 1000; s++)
		n = n * 10 + (*s - '0');
	return (n);
}

/* Into the jail's namespaces.  The PID namespace alone counts; the others
 * are so that those of the host are not to be had from us.  The user
 * namespace is joined only if there is no other way: with our own, the root
 * of the jail's has no power over us. */
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
	(void)CALL1(__NR_close, 1);
	/* Our own user namespace cannot be entered: there was no other way. */
	if (r == -EINVAL)
		r = -EPERM;
	/* Only its end makes it "no such jail". */
	if (r == -ESRCH && CALL5(__NR_ppoll, &first, 1, &now, 0, 0) == 0)
		r = -EAGAIN;
	return (r);
}

/* Our root and working directory become an empty file system that is
 * mounted nowhere.  Where that cannot be had we are in the jail's root, or
 * without the privilege that would be worth stealing. */
static void
root_leave(void)
{
	long fs, fd;

	fs = CALL2(__NR_fsopen, "tmpfs", FSOPEN_CLOEXEC);
	if (fs < 0)
		return;
	(void)CALL5(__NR_fsconfig, fs, FSCONFIG_CMD_CREATE, 0, 0, 0);
	fd = CALL3(__NR_fsmount, fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY |
	    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (fd >= 0 && CALL1(__NR_fchdir, fd) == 0)
		(void)CALL1(__NR_chroot, ".");
	(void)CALL1(__NR_close, fd);
	(void)CALL1(__NR_close, fs);
}

/* No capability but CAP_KILL, nobody may trace us who is not privileged over
 * our own user namespace, and no core is dumped.  Nor are we the user any
 * more that the root of the jail's user namespace may be as well, unshare -r
 * by root for one: who is the same may signal us. */
static void
privileges_drop(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2];
	const unsigned keep = 1U << CAP_KILL;

	(void)CALL5(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)CALL5(__NR_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
	(void)CALL3(__NR_setresuid, UID, UID, UID);
	if (CALL2(__NR_capget, &h, d) == 0) {
		d[0].permitted &= keep;
		d[0].effective = d[0].permitted;
		d[1].permitted = d[1].effective = 0;
		d[0].inheritable = d[1].inheritable = 0;
		(void)CALL2(__NR_capset, &h, d);
	}
	(void)CALL5(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* In the jail. */
static _Noreturn void
entered(char *const *signals)
{
	long r = 0;

	(void)CALL1(__NR_close, 0);
	(void)CALL1(__NR_close, 2);
	(void)CALL5(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	for (; *signals != NULL; signals++) {
		r = CALL2(__NR_kill, -1, number(*signals));
		if (r < 0 && r != -ESRCH)	/* nobody there: fine */
			leave(-r);
	}
	leave(0);
}

/* What we take when we wait for it, and not before. */
static const unsigned long waited = SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGALRM);

/* His end, or that he was stopped.  Where he is traced we hear of neither.
 * When our time is up we do not leave him there. */
static long
child_wait(long pid, int *st)
{
	const struct time limit = { 0, TRY_MS * 1000000L };
	long r, sig;

	do {
		r = call(__NR_wait4, pid, (long)st, WUNTRACED | WNOHANG, 0, 0);
		sig = r != 0 ? 0 : call(__NR_rt_sigtimedwait, (long)&waited, 0,
		    (long)&limit, SIGNALS_SIZE, 0);
		if (sig == SIGALRM) {
			(void)CALL2(__NR_kill, pid, SIGKILL);
			leave(ETIMEDOUT);
		}
	} while (sig > 0);
	return (r);
}

/* Signals everybody but the first process.  Who entered and was stopped,
 * held or killed by the jail is replaced, and not left there. */
static long
others_signal(char *const *signals)
{
	long pid, r;
	int i, st;

	for (i = 0; i < TRIES; i++) {
		pid = CALL5(__NR_clone, SIGCHLD, 0, 0, 0, 0);
		if (pid == 0)
			entered(signals);
		if (pid == -ENOMEM)	/* its first process is ending */
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
	}
	return (-EINTR);
}

/* Until the first process has stopped or ended: what it was forking when it
 * got the signal is there then.  0, or -ETIMEDOUT. */
static long
first_stops(void)
{
	static const struct time pause = { 0, LOOK_NS };
	char buf[256], *p, *state;
	long n;
	int i;

	for (i = 0; i < STOP_LOOKS_MOST; i++) {
		n = call(__NR_pread64, 2, (long)buf, sizeof(buf) - 1, 0, 0);
		if (n <= 0)
			return (0);
		buf[n] = '\0';
		for (state = p = buf; *p != '\0'; p++)
			if (p[0] == ')' && p[1] == ' ')
				state = p + 2;
		if (*state != 'R' && (i >= STOP_LOOKS ||
		    (*state != 'S' && *state != 'D')))
			return (0);
		(void)CALL2(__NR_nanosleep, &pause, 0);
	}
	return (-ETIMEDOUT);
}

/*
 * Others first, so that what the first process starts on its signal is not
 * signalled as well.  STOP goes round once more, for what it has started in
 * between.
 */
static long
all_signal(char *const *signals, int first)
{
	long r = others_signal(signals), stops;
	int i, sig;

	for (i = 0; first && r == 0 && signals[i] != NULL; i++) {
		sig = number(signals[i]);
		r = call(__NR_pidfd_send_signal, 0, sig, 0, 0, 0);
		if (sig == SIGSTOP && r == 0) {
			stops = first_stops();
			r = others_signal(signals);
			if (r == 0)
				r = stops;
		}
	}
	return (r);
}

/* argv: jail_enter all|others signal ... */
void
enter(const long *sp)
{
	const struct timer t = { 0, 0, LIMIT_S, 0 };
	char *const *argv = (char *const *)(sp + 1);
	long r;

	if (sp[0] < 3)
		leave(EINVAL);
	(void)CALL3(__NR_setitimer, 0, &t, 0);
	/* Among processes that fork as fast as they can, jailkill(3) too. */
	(void)CALL3(__NR_setpriority, PRIO_PROCESS, 0, PRIORITY);
	r = namespaces_enter();
	if (r == 0) {
		root_leave();
		privileges_drop();
		(void)CALL5(__NR_rt_sigprocmask, SIG_BLOCK, &waited, 0,
		    SIGNALS_SIZE, 0);
		r = all_signal(argv + 2, argv[1][0] == 'a');
	}
	leave(-r);
}
