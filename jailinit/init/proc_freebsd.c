/* SPDX-License-Identifier: BSD-2-Clause */
/* FreeBSD: processes, and the descendants of this one.  Touches sysctl(3) and
 * procctl(2). */
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/procctl.h>
#include <sys/sysctl.h>
#include <sys/user.h>

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "proc_freebsd.h"

/* At most this many descendants of one reaper are listed, the newest first, and
 * this many of them may be reapers.  The others are reached once these have
 * gone. */
#define REAPED_MAX	4096
#define REAPERS_MAX	64

/* A longer chain of parents is not followed; and it is followed again this
 * often when a parent has just died. */
#define ANCESTORS_MAX	1024
#define CHAIN_TRIES	3

bool
proc_one_read(pid_t pid, struct kinfo_proc *kp)
{
	int mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, pid };
	size_t size = sizeof(*kp);

	return (sysctl(mib, nitems(mib), kp, &size, NULL, 0) == 0 &&
	    size == sizeof(*kp) && kp->ki_pid == pid);
}

bool
proc_is_other(const struct kinfo_proc *kp)
{
	return (kp->ki_structsize == (int)sizeof(*kp) &&
	    kp->ki_stat != SZOMB && kp->ki_pid > 1 && kp->ki_pid != getpid());
}

/* Does the chain of parents from pid on lead to us? */
static bool
is_descendant(pid_t pid)
{
	struct kinfo_proc kp;
	int i;

	for (i = 0; i < ANCESTORS_MAX && pid != getpid(); i++) {
		if (pid <= 1 || !proc_one_read(pid, &kp) || !proc_is_other(&kp))
			return (false);
		pid = kp.ki_ppid;
	}
	return (pid == getpid());
}

/* pid may be another process by now, so it is checked just before fn is called.
 * It is tried again because a parent may die, and its children get another. */
static void
reaped_call(pid_t pid, proc_fn *fn, void *arg)
{
	struct kinfo_proc kp;
	int i;

	for (i = 0; i < CHAIN_TRIES; i++) {
		if (!proc_one_read(pid, &kp) || !proc_is_other(&kp))
			return;
		if (is_descendant(kp.ki_ppid)) {
			fn(&kp, arg);
			return;
		}
	}
}

/* Reads the descendants that reaper would adopt into buf; returns how many.
 * The list ends at an entry that is not marked as valid, procctl(2). */
static size_t
reaped_read(pid_t reaper, struct procctl_reaper_pidinfo *buf, size_t max)
{
	struct procctl_reaper_pids rp;
	size_t n;

	memset(&rp, 0, sizeof(rp));
	rp.rp_count = (u_int)max;
	rp.rp_pids = buf;
	for (n = 0; n < max; n++)
		buf[n].pi_flags = 0;
	if (procctl(P_PID, reaper, PROC_REAP_GETPIDS, &rp) == -1)
		return (0);
	for (n = 0; n < max; n++)
		if ((buf[n].pi_flags & REAPER_PIDINFO_VALID) == 0)
			break;
	return (n);
}

/* PROC_REAP_KILL would signal them all in one call.  But kernels since 2022
 * stop each process first, and wait, without being interrupted, for one that
 * is stuck in a dead file system. */
void
proc_walk_subtree(proc_fn *fn, void *arg)
{
	static struct procctl_reaper_pidinfo reaped[REAPED_MAX];
	static pid_t reapers[REAPERS_MAX];
	size_t i, n, r, count = 1;

	reapers[0] = getpid();
	for (r = 0; r < count; r++) {
		n = reaped_read(reapers[r], reaped, REAPED_MAX);
		for (i = 0; i < n; i++) {
			if ((reaped[i].pi_flags & REAPER_PIDINFO_REAPER) != 0 &&
			    count < REAPERS_MAX)
				reapers[count++] = reaped[i].pi_pid;
			reaped_call(reaped[i].pi_pid, fn, arg);
		}
	}
}
