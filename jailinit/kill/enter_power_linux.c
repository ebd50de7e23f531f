/* SPDX-License-Identifier: BSD-2-Clause */
/* Gives up what a jail could take from the program that enters, Linux.
 * Touches this process. */
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/seccomp.h>

#include <asm/unistd.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "enter_call_linux.h"
#include "enter_power_linux.h"

#if defined(__x86_64__)
#define ARCH	AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH	AUDIT_ARCH_AARCH64
#else
#define ARCH	AUDIT_ARCH_RISCV64
#endif

/* An unlikely uid.  If setresuid(2) fails, the program keeps its own. */
#define UID	0xfffffffeU

/* The keyring belongs to a uid of its own, this and the pid. */
#define KEYS_UID	0xff800000L

/* The largest page of any machine here. */
#define PAGE_MAX	65536

/* Root and working directory become an empty file system that is mounted
 * nowhere.  setns(2) sets them to the root of the mount namespace, which is
 * the host's if the jail is a chroot alone.  If this fails, the program has no
 * privilege that would be worth stealing. */
void
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

/* Joins a new session keyring, as a tracer could read the caller's.  It
 * belongs to a uid of its own, because a jail can use up the key quota of any
 * other.  ENOSYS: this kernel has no keys.  EPERM: a filter forbids the call,
 * and then the child cannot ask for a key either. */
long
keyring_leave(void)
{
	long r;

	(void)CALL3(__NR_setresuid, KEYS_UID | CALL0(__NR_getpid), -1, -1);
	r = CALL2(__NR_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0);
	return (r >= 0 || r == -ENOSYS || r == -EPERM ? 0 : r);
}

/* No capability but CAP_KILL.  Nobody may trace the program without privilege
 * over its user namespace, and no core is dumped.  The user changes, as the
 * root of the jail's user namespace may be the same user (unshare -r by root,
 * for one), who could signal the program. */
void
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
	/* A change of the user has cleared it. */
	(void)CALL5(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

/* Small limits, but no limit of processes where that is allowed: the caller's
 * limit is not meant for the user that the program becomes. */
void
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
	l.now = l.most = 1;	/* the pidfd of the child */
	(void)CALL4(__NR_prlimit64, 0, RLIMIT_NOFILE, &l, 0);
}

/*
 * The filter.  The child has it too, and must not make processes, which would
 * outlive it.  So clone(2) has to name a page for the pidfd, which the child
 * does not have (MADV_DONTFORK).
 */
static union {
	int pid_fd;
	char room[PAGE_MAX];
} page __attribute__((aligned(PAGE_MAX)));

int *const pid_fd_room = &page.pid_fd;

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
	LOAD(ARG(2)), MUST_BE(0 /* the page, filter_set() */),
	END(SECCOMP_RET_ALLOW)
};

#define FILTER_SIZE	(sizeof(filter) / sizeof(filter[0]))

/* A kernel without filters runs without. */
long
filter_set(void)
{
	const struct sock_fprog prog = { FILTER_SIZE, filter };
	long r = CALL3(__NR_madvise, &page, PAGE_MAX, MADV_DONTFORK);

	filter[FILTER_SIZE - 3].k = (unsigned)(unsigned long)&page;
	(void)CALL3(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
	return (r);
}
