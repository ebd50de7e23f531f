/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill(3): sends a signal to every process of a jail, from the host.
 * Link with -ljailkill.  Any thread may call; no child is left behind, and the
 * caller's signals are not touched.
 */
#ifndef JAILKILL_H
#define JAILKILL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* Whatever -fvisibility says. */
#pragma GCC visibility push(default)

/* Names a jail for as long as it lives.  Linux: the inode number of the pidfd
 * of its first process, which is never used again.  FreeBSD: the jid of jls(8).
 * Never 0. */
typedef uint64_t jailid_t;

/* The longest that jailkill() may take, in seconds. */
#define JAILKILL_LIMIT	10

/*
 * Sends sig to every process of the jail, its first one included; sig 0 only
 * checks whether that could be done.  After SIGKILL it returns when the
 * processes of the jail are gone.  0, or -1 and errno:
 *	EINVAL		no such signal
 *	ESRCH		no such jail, or it has gone
 *	EPERM		the caller may not signal the jail
 *	EAGAIN		no process can be made in the jail
 *	EINTR		the jail stopped or killed the process that entered it
 *	EDQUOT, EFBIG	a limit of the caller prevents entering
 *	EACCES		vm.memfd_noexec prevents running the program that
 *			enters
 *	EALREADY	the caller is traced, which prevents entering (FreeBSD)
 *	ETIMEDOUT	not done, or not known to be, within JAILKILL_LIMIT
 * and the errors of setns(2), jail_attach(2) and fork(2).
 */
int jailkill(jailid_t jid, int sig);

/* Finds a jail by name: its jid; on Linux also pid=N, N being the pid of its
 * first process; on FreeBSD also the jail's name.  0 and *jid, or -1 and errno:
 * EINVAL: not a name; ESRCH: there is no such jail. */
int jailkill_find(const char *name, jailid_t *jid);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
