/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill(3): a signal to every process of a jail at once, from outside.
 * Link with -ljailkill.  Both calls may be made by any thread, leave no child
 * behind and do not touch the caller's signals.
 */
#ifndef JAILKILL_H
#define JAILKILL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A jail, for as long as it lives, and no other after it.  Linux: the inode
 * number of its first process's pidfd.  FreeBSD: the jid of jls(8).  Never
 * 0. */
typedef uint64_t jailid_t;

/* The longest that jailkill() may take, in seconds. */
#define JAILKILL_LIMIT	10

/*
 * Sends sig to every process of the jail, its first one included; with sig 0
 * only looks whether that could be done.  After SIGKILL it returns when the
 * jail's processes are gone.  0, or -1 and errno:
 *	EINVAL		no such signal
 *	ESRCH		no such jail (any more)
 *	EPERM		not the caller's
 *	EAGAIN, EINTR	the jail let nobody in, or stopped who was
 *	EDQUOT, EFBIG	a limit of the caller's lets nobody enter
 *	EACCES		vm.memfd_noexec lets nothing be run that is safe to
 *	EALREADY	the caller is traced, so nobody enters (FreeBSD)
 *	ETIMEDOUT	not done, or not known to be, within JAILKILL_LIMIT
 * and what else setns(2), jail_attach(2) or fork(2) say.
 */
int jailkill(jailid_t jid, int sig);

/* The jail of that name: a jid; Linux: pid=N, its first process; FreeBSD: a
 * jail's name.  0 and *jid, or -1 and errno: EINVAL when it is no name, ESRCH
 * when there is no such jail. */
int jailkill_find(const char *name, jailid_t *jid);

#ifdef __cplusplus
}
#endif

#endif
