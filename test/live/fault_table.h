/* SPDX-License-Identifier: BSD-2-Clause */
/* The system calls of jailinit, jailctl and jailkill, and the errors of each
 * that its manual page lists and that can be meant here: not EFAULT and EBADF,
 * which are mistakes of a program, nor what no path or file here can be. */
#ifndef FAULT_TABLE_H
#define FAULT_TABLE_H

#include <sys/syscall.h>

#include <errno.h>

#define FAULT_ERRORS	8

struct fault_call {
	const char *name;
	int call;
	int errors[FAULT_ERRORS];	/* none: it cannot fail */
};

#define CALL(name, ...)	{ #name, SYS_##name, { __VA_ARGS__ } }

static const struct fault_call fault_calls[] = {
	/* Files. */
#ifdef SYS_open		/* where the kernel has the old calls, too */
	CALL(access, EACCES, ENOENT, EIO, ENOMEM),
	CALL(dup2, EMFILE, EINTR),	/* on EBUSY musl tries for ever */
	CALL(lstat, ENOENT, EACCES, ENOMEM, ELOOP),
	CALL(mknod, EEXIST, EACCES, ENOSPC, EROFS),
	CALL(open, EMFILE, EACCES, ENOENT, ENFILE, ENOMEM, ENXIO, EINTR,
	    EROFS),
	CALL(pipe, EMFILE, ENFILE),
	CALL(poll, EINTR, ENOMEM, EINVAL),
	CALL(readlink, ENOENT, EACCES, EIO, ENOMEM),
	CALL(rename, EACCES, ENOSPC, EROFS, EBUSY, ENOENT),
	CALL(stat, ENOENT, EACCES, ENOMEM, ELOOP),
	CALL(unlink, EACCES, ENOENT, EROFS, EBUSY),
#endif
	CALL(chdir, EACCES, ENOENT, EIO),
	CALL(chroot, EPERM, EACCES),
	CALL(close, EIO, EINTR),
	CALL(close_range, EINVAL, EMFILE, ENOMEM, ENOSYS),
	CALL(dup, EMFILE),
	CALL(dup3, EMFILE, EINTR),
	CALL(faccessat, EACCES, ENOENT, EIO, ENOMEM),
	CALL(faccessat2, EACCES, ENOENT, EIO, ENOSYS),
	CALL(fchdir, EACCES),
	CALL(fchmod, EPERM, EROFS, EIO),
	CALL(fcntl, EMFILE, EINVAL, EACCES, EAGAIN, ENOLCK, EPERM),
	CALL(fstat, ENOMEM, EOVERFLOW),
	CALL(fstatfs, EIO, EINTR, ENOSYS),
	CALL(ftruncate, EIO, EINTR, EPERM),
	CALL(getcwd, ENOENT, EACCES, ENOMEM),
	CALL(getdents64, ENOENT, ENOTDIR, EINVAL),
	CALL(ioctl, ENOTTY, EINVAL, EIO, ESRCH),
	CALL(lseek, ESPIPE, EINVAL),
	CALL(memfd_create, EMFILE, ENFILE, ENOMEM, EINVAL),
	CALL(mknodat, EEXIST, EACCES, ENOSPC, EROFS),
	CALL(newfstatat, ENOENT, EACCES, ENOMEM, ELOOP),
	CALL(openat, EMFILE, EACCES, ENOENT, ENFILE, ENOMEM, ENXIO, EINTR,
	    EROFS),
	CALL(openat2, EAGAIN, EMFILE, ENOENT, ELOOP, ENOMEM, ENOSYS),
	CALL(pipe2, EMFILE, ENFILE),
	CALL(pread64, EIO, EINTR),
	CALL(pwritev2, EAGAIN, EOPNOTSUPP, EIO, ENOSPC, EPIPE, EINTR),
	CALL(read, EIO, EINTR, EAGAIN),
	CALL(readlinkat, ENOENT, EACCES, EIO, ENOMEM),
	CALL(readv, EIO, EINTR, EAGAIN),
#ifdef SYS_renameat
	CALL(renameat, EACCES, ENOSPC, EROFS, EBUSY),
#endif
	CALL(renameat2, EACCES, ENOSPC, EROFS, EBUSY),
	CALL(statx, ENOENT, EACCES, ENOMEM, ELOOP),
	CALL(unlinkat, EACCES, ENOENT, EROFS, EBUSY),
	CALL(write, EIO, EINTR, EAGAIN, ENOSPC, EPIPE),
	CALL(writev, EIO, EINTR, EAGAIN, ENOSPC, EPIPE),
	/* Waiting. */
	CALL(clock_nanosleep, EINTR, EINVAL),
	CALL(epoll_create1, EMFILE, ENFILE, ENOMEM),
	CALL(epoll_ctl, ENOMEM, ENOSPC, EPERM),
#ifdef SYS_epoll_wait
	CALL(epoll_wait, EINTR, EINVAL),
	CALL(pause, EINTR),
#endif
	CALL(epoll_pwait, EINTR, EINVAL),
	CALL(nanosleep, EINTR, EINVAL),
	CALL(ppoll, EINTR, ENOMEM, EINVAL),
	CALL(setitimer, EINVAL),
	/* Sockets. */
	CALL(connect, ECONNREFUSED, EACCES, ENOENT, EAGAIN),
	CALL(recvfrom, EAGAIN, EINTR, ENOMEM, ECONNREFUSED),
	CALL(sendto, EAGAIN, ENOBUFS, ECONNREFUSED, EPIPE, EMSGSIZE),
	CALL(socket, EMFILE, ENFILE, ENOBUFS, EACCES),
	CALL(socketpair, EMFILE, ENFILE, EAFNOSUPPORT),
	/* Signals. */
	CALL(kill, EPERM, ESRCH, EINVAL),
	CALL(signalfd4, EINVAL, EMFILE, ENFILE, ENODEV, ENOMEM, ENOSYS),
	CALL(pidfd_open, ESRCH, EMFILE, ENFILE, ENODEV, ENOMEM, ENOSYS),
	CALL(pidfd_send_signal, ESRCH, EPERM, EINVAL, ENOSYS),
	CALL(rt_sigaction, EINVAL),
	CALL(rt_sigpending, EINVAL),
	CALL(rt_sigprocmask, EINVAL),
	CALL(rt_sigtimedwait, EAGAIN, EINTR, EINVAL),
	/* Processes. */
	CALL(capget, EINVAL, EPERM),
	CALL(capset, EINVAL, EPERM),
	CALL(clone, EAGAIN, ENOMEM, EPERM),
	CALL(execve, EACCES, ENOENT, ENOMEM, E2BIG, ETXTBSY, EIO, ENOEXEC),
	CALL(execveat, EACCES, ENOENT, ENOMEM, ENOSYS),
#ifdef SYS_fork
	CALL(fork, EAGAIN, ENOMEM, ENOSYS),
	CALL(vfork, EAGAIN, ENOMEM),
	CALL(getpgrp, 0),
	CALL(getrlimit, EINVAL),
	CALL(setrlimit, EPERM, EINVAL),
	CALL(time, 0),
#endif
	CALL(getpgid, ESRCH),
	CALL(getsid, ESRCH, EPERM),
	CALL(prctl, EINVAL, EPERM, EOPNOTSUPP),
	CALL(prlimit64, EPERM, EINVAL),
	CALL(ptrace, EPERM, ESRCH, EIO),
	CALL(setns, EPERM, EINVAL, ENOMEM, ESRCH),
	CALL(setresuid, EAGAIN, EPERM),
	CALL(setresgid, EPERM, EINVAL),
	CALL(setgroups, EPERM, ENOMEM),
	CALL(clone3, EAGAIN, ENOMEM, EBUSY, EOPNOTSUPP, ENOSYS, EPERM),
	CALL(keyctl, EDQUOT, ENOMEM, ENOSYS, EPERM),
	CALL(seccomp, EINVAL, EACCES, ENOMEM),
	CALL(setpgid, EPERM, EACCES, ESRCH),
	CALL(setpriority, EACCES, EPERM),
	CALL(getpriority, ESRCH),
	CALL(setsid, EPERM),
	CALL(wait4, ECHILD, EINTR, EINVAL),
	CALL(waitid, ECHILD, EINTR, EINVAL),
	/* Memory. */
	CALL(madvise, EAGAIN, EINVAL, ENOMEM),
	CALL(mmap, ENOMEM, EAGAIN),
	CALL(mprotect, ENOMEM),
	CALL(mremap, ENOMEM, EAGAIN),
	CALL(munmap, EINVAL, ENOMEM),
	CALL(getrandom, EAGAIN, EINTR, ENOSYS),
	/* The system. */
	CALL(fsconfig, EPERM, EINVAL),
	CALL(fsmount, EMFILE, EPERM),
	CALL(fsopen, EMFILE, EPERM, ENOSYS, ENODEV),
	CALL(mount, EPERM, EBUSY),
	CALL(reboot, EPERM, EINVAL),
	CALL(sethostname, EPERM),
	CALL(uname, EINVAL),
	/* What cannot fail, or is libc's before main(); brk(2) of the kernel
	 * returns no error, but the old end. */
	CALL(brk, 0), CALL(clock_gettime, 0),
	CALL(exit, 0), CALL(exit_group, 0), CALL(getegid, 0),
	CALL(geteuid, 0), CALL(getgid, 0), CALL(getpid, 0),
	CALL(getppid, 0), CALL(gettid, 0), CALL(getuid, 0),
	CALL(rseq, 0), CALL(rt_sigreturn, 0), CALL(sched_yield, 0),
	CALL(set_robust_list, 0), CALL(set_tid_address, 0), CALL(sync, 0),
	CALL(umask, 0),
#ifdef SYS_arch_prctl
	CALL(arch_prctl, 0),
#endif
};
#undef CALL

#define FAULT_TABLE	(sizeof(fault_calls) / sizeof(fault_calls[0]))

#endif
