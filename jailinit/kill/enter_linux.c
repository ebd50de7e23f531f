/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program that enters a jail to signal it, Linux: jail_enter signal ...,
 * with the pidfd of the jail's first process as descriptor 0, one to enter by
 * as descriptor 1 (the same, or of a thread), and nothing else.  It signals all
 * but the first process, by a child, which the jail's root may find and trace.
 * It needs no library and maps no file of the host, as a process of the jail
 * can see what it has mapped, and is run from a sealed memory file.  Its exit
 * status is 0 or an errno.  Touches the process it is.
 */
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/seccomp.h>

#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* All of it takes milliseconds.  Whatever the jail does, SIGALRM ends us after
 * so many seconds, also when jailkill is no longer there to do it. */
#define LIMIT_S	5

/* An unlikely uid.  If setresuid(2) fails, keep ours. */
#define UID	0xfffffffeU

/* Those who own a keyring of ours, a user for each of our pids. */
#define KEYS_UID	0xff800000L

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
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x00000080
#endif

/* What the jail must not find: the host's namespaces, held by us. */
#define CLONE_OTHERS	(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | \
			CLONE_NEWUTS | CLONE_NEWCGROUP)

/* A system call, and the start, which has the stack as the kernel laid it
 * out: argc, argv. */
#if defined(__x86_64__)
#define ARCH	AUDIT_ARCH_X86_64

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
#define ARCH	AUDIT_ARCH_AARCH64

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
#define ARCH	AUDIT_ARCH_RISCV64

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

#define CALL0(n)		call(n, 0, 0, 0, 0, 0)
#define CALL1(n, a)		call(n, (long)(a), 0, 0, 0, 0)
#define CALL2(n, a, b)		call(n, (long)(a), (long)(b), 0, 0, 0)
#define CALL3(n, a, b, c)	call(n, (long)(a), (long)(b), (long)(c), 0, 0)
#define CALL4(n, a, b, c, d)	call(n, (long)(a), (long)(b), (long)(c), \
				(long)(d), 0)
#define CALL5(n, a, b, c, d, e)	call(n, (long)(a), (long)(b), (long)(c), \
				(long)(d), (long)(e))

/* alarm(2) is not there on every machine. */
struct timer {
	long interval_s, interval_us, s, us;
};

struct time {
	long s, ns;
};

struct limit {
	unsigned long now, most;
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
	/* It may be refused alone, and is asked for alone. */
	(void)CALL2(__NR_setns, 1, CLONE_NEWTIME);
	/* Our own user namespace cannot be entered: there was no other way. */
	if (r == -EINVAL)
		r = -EPERM;
	/* Only its end makes it "no such jail". */
	if (r == -ESRCH && CALL5(__NR_ppoll, &first, 1, &now, 0, 0) == 0)
		r = -EAGAIN;
	return (r);
}

/* Our root and working directory become an empty file system that is mounted
 * nowhere: setns(2) leads to the root of a mount namespace, which is the
 * host's if the jail is a chroot alone.  Where that cannot be had, we are
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

/* Joins a new session keyring: who traces us could read the caller's.  It
 * belongs to a uid of its own, because a jail can use up the key quota of any
 * other.  A kernel without keys has none;
 * where a filter forbids the call, our child cannot ask for a key either. */
static long
keyring_leave(void)
{
	long r;

	(void)CALL3(__NR_setresuid, KEYS_UID | CALL0(__NR_getpid), -1, -1);
	r = CALL2(__NR_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0);
	return (r >= 0 || r == -ENOSYS || r == -EPERM ? 0 : r);
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
	(void)CALL2(__NR_setgroups, 0, 0);
	(void)CALL3(__NR_setresgid, UID, UID, UID);
	(void)CALL3(__NR_setresuid, UID, UID, UID);
	if (CALL2(__NR_capget, &h, d) == 0) {
		d[0].permitted &= keep;
		d[0].effective = d[0].permitted;
		d[1].permitted = d[1].effective = 0;
		d[0].inheritable = d[1].inheritable = 0;
		(void)CALL2(__NR_capset, &h, d);
	}
	(void)CALL5(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
	/* Another user's process has forgotten it. */
	(void)CALL5(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

/* Small, but of processes as many as there may be, where we may: the caller's
 * limit is not meant for those of the user that we become. */
static void
limits_set(void)
{
	static const int none[] = { RLIMIT_CORE, RLIMIT_FSIZE, RLIMIT_MEMLOCK,
	    RLIMIT_MSGQUEUE };
	struct limit l = { RLIM_INFINITY, RLIM_INFINITY };
	size_t i;

	(void)CALL4(__NR_prlimit64, 0, RLIMIT_NPROC, &l, 0);
	l.now = l.most = 0;
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		(void)CALL4(__NR_prlimit64, 0, none[i], &l, 0);
	l.now = l.most = 1;	/* the pidfd of our child */
	(void)CALL4(__NR_prlimit64, 0, RLIMIT_NOFILE, &l, 0);
}

/* Is there room for a process of ours at all, wherever?  The kernel looks at
 * RLIMIT_NPROC first, and only then whether we may do what we may not. */
static long
room_look(void)
{
	long r = CALL5(__NR_clone, CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0);

	if (r == 0)
		leave(0);
	return (r == -EAGAIN ? -EDQUOT : 0);
}

/*
 * The filter.  Our child has it too, and is not to make processes, which would
 * outlive it: so clone(2) has to name a page for the new pidfd that the child
 * does not have, MADV_DONTFORK.
 */
#define PAGE_MAX	65536

static union {
	int pid_fd;
	char room[PAGE_MAX];
} page __attribute__((aligned(PAGE_MAX)));

#define ARG(n)		(offsetof(struct seccomp_data, args) + 8UL * (n))
#define LOAD(field)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(field))
#define END(how)	BPF_STMT(BPF_RET | BPF_K, (how))
#define SKIP(value, same, other)					\
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), same, other)
#define ALLOW(call)	SKIP(call, 0, 1), END(SECCOMP_RET_ALLOW)
#define MUST_BE(value)	SKIP(value, 1, 0), END(SECCOMP_RET_KILL_PROCESS)

static struct sock_filter filter[] = {
	LOAD(offsetof(struct seccomp_data, arch)), MUST_BE(ARCH),
	LOAD(offsetof(struct seccomp_data, nr)), ALLOW(__NR_close),
	ALLOW(__NR_exit_group), ALLOW(__NR_kill), ALLOW(__NR_rt_sigtimedwait),
	ALLOW(__NR_wait4), SKIP(__NR_prctl, 0, 7),
	LOAD(ARG(0)), MUST_BE(PR_SET_PDEATHSIG),
	LOAD(ARG(1)), MUST_BE(SIGKILL), END(SECCOMP_RET_ALLOW),
	MUST_BE(__NR_clone), LOAD(ARG(0)), MUST_BE(CLONE_PIDFD | SIGCHLD),
	LOAD(ARG(2) + 4), MUST_BE(0),
	LOAD(ARG(2)), MUST_BE(0 /* filter_set() */), END(SECCOMP_RET_ALLOW)
};

#define FILTER_SIZE	(sizeof(filter) / sizeof(filter[0]))

/* A kernel without filters has none. */
static long
filter_set(void)
{
	const struct sock_fprog prog = { FILTER_SIZE, filter };
	long r = CALL3(__NR_madvise, &page, PAGE_MAX, MADV_DONTFORK);

	filter[FILTER_SIZE - 3].k = (unsigned)(unsigned long)&page;
	(void)CALL3(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
	return (r);
}

/* In the jail. */
static _Noreturn void
entered(char *const *signals)
{
	long r = 0;

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

/* Signals everybody but the first process.  Who entered and was stopped,
 * held or killed by the jail is replaced, and not left there. */
static long
others_signal(char *const *signals)
{
	long pid, r;
	int i, st;

	for (i = 0; i < TRIES; i++) {
		pid = CALL5(__NR_clone, CLONE_PIDFD | SIGCHLD, 0, &page, 0, 0);
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
		/* The next one is not to have it. */
		(void)CALL1(__NR_close, page.pid_fd);
	}
	return (-EINTR);
}

/* argv: jail_enter signal ... */
void
enter(const long *sp)
{
	const struct timer t = { 0, 0, LIMIT_S, 0 };
	char *const *argv = (char *const *)(sp + 1);
	long r;

	if (sp[0] < 2)
		leave(EINVAL);
	(void)CALL3(__NR_setitimer, 0, &t, 0);
	/* Among processes that fork as fast as they can, jailkill(3) too. */
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
