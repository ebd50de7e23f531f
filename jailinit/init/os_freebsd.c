/* SPDX-License-Identifier: BSD-2-Clause */
/* FreeBSD: an ordinary process of a jail, or the reaper of its descendants.
 * Touches sysctl(3), procctl(2), kill(2) and, at the start, the FIFO's path. */
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/procctl.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <sys/user.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/jailed_freebsd.h"

#include "environment.h"
#include "os.h"
#include "proc_freebsd.h"

/* At most this many processes of a jail are looked at. */
#define PROCS_MAX	64

/* The last number that a process can have, PID_MAX of the kernel. */
#define PID_LAST	99999

/* OS_JAIL is set only where security.jail.jailed is 1. */
static enum os_place place = OS_REFUSED;

static struct kinfo_proc procs[PROCS_MAX];

/* Is it a FIFO that has a reader?  ENXIO: no.  EACCES: it is another user's,
 * so we cannot know; yes is the answer that ends nobody. */
static bool
is_listening(const char *ctl)
{
	struct stat st;
	int fd;

	if (strcmp(ctl, "none") == 0 || stat(ctl, &st) == -1 ||
	    !S_ISFIFO(st.st_mode))
		return (false);
	fd = open(ctl, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return (errno == EACCES);
	close(fd);
	return (true);
}

/* Fills procs with the processes that we can see, as many as fit (ENOMEM: there
 * are more).  Returns how many. */
static size_t
procs_read(void)
{
	int mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_PROC };
	size_t size = sizeof(procs);

	if (sysctl(mib, nitems(mib), procs, &size, NULL, 0) == -1 &&
	    errno != ENOMEM)
		return (0);
	return (size / sizeof(procs[0]));
}

/* Is there a process here that is not our child?  (The writer of our last
 * life's status is.)  Yes if we cannot know. */
static bool
is_any_other(void)
{
	size_t i, n = procs_read();

	for (i = 0; i < n; i++)
		if (proc_is_other(&procs[i]) && procs[i].ki_ppid != getpid())
			return (true);
	return (n == 0 || n == PROCS_MAX);
}

/* After a reboot in place a child of the last life may still hold the FIFO
 * open. */
static bool
is_next_life(void)
{
	return (getenv(ENVIRONMENT_NEXT_LIFE) != NULL);
}

bool
os_is_machine(void)
{
	return (false);
}

enum os_place
os_place(void)
{
	return (place);
}

static bool
is_first(void)
{
	return (is_jailed() && !is_any_other());
}

enum os_place
os_claim(bool command, const char *ctl, const char **why)
{
	if (command)
		place = is_first() ? OS_JAIL : OS_SUBTREE;
	else if (!is_jailed())
		*why = "not in a jail (security.jail.jailed is not 1); "
		    "only '-- command' runs here";
	else if (!is_next_life() && is_listening(ctl))
		*why = "a jailinit listens on the FIFO of this jail already";
	else
		place = OS_JAIL;
	return (place);
}

/* EBUSY: we are the reaper already, from our last life. */
int
os_adopt(void)
{
	if (procctl(P_PID, getpid(), PROC_REAP_ACQUIRE, NULL) == -1 &&
	    errno != EBUSY)
		return (-1);
	return (0);
}

/* The status of one that is no reaper is that of its own reaper. */
static bool
reaper_read(struct procctl_reaper_status *rs)
{
	memset(rs, 0, sizeof(*rs));
	return (procctl(P_PID, getpid(), PROC_REAP_STATUS, rs) == 0 &&
	    (rs->rs_flags & REAPER_STATUS_OWNED) != 0);
}

/* The first process of a jail becomes one. */
bool
os_is_reaper(void)
{
	struct procctl_reaper_status rs;

	return (reaper_read(&rs) || is_first());
}

void
os_parent_signal(int sig)
{
	(void)procctl(P_PID, 0, PROC_PDEATHSIG_CTL, &sig);
}

/* ki_jobc counts the processes that could continue the group, parents outside
 * of the jail included.  The kernel stops the first group of a session even if
 * there are none. */
bool
os_is_orphaned(void)
{
	struct kinfo_proc kp;

	return (proc_one_read(getpid(), &kp) && kp.ki_jobc == 0);
}

static void
jail_walk(proc_fn *fn, void *arg)
{
	size_t i, n = procs_read();

	for (i = 0; i < n; i++)
		if (proc_is_other(&procs[i]))
			fn(&procs[i], arg);
}

/* The same for all, if there are more: by their numbers, which takes some tens
 * of milliseconds. */
static void
jail_walk_all(proc_fn *fn, void *arg)
{
	struct kinfo_proc kp;
	pid_t pid;

	if (procs_read() < PROCS_MAX) {
		jail_walk(fn, arg);
		return;
	}
	for (pid = 2; pid <= PID_LAST; pid++)
		if (kill(pid, 0) == 0 && proc_one_read(pid, &kp) &&
		    proc_is_other(&kp))
			fn(&kp, arg);
}

struct order {
	int sig;
	struct os_some some;
};

static bool
is_meant(const struct kinfo_proc *kp, const struct os_some *some)
{
	return ((!some->terminal || (kp->ki_flag & P_CONTROLT) != 0) &&
	    kp->ki_pid != some->but &&
	    (!some->group || kp->ki_pgid != some->but));
}

/* The process is looked at again, since its number may be another's by now. */
static void
signal_meant(const struct kinfo_proc *kp, void *arg)
{
	const struct order *o = arg;
	struct kinfo_proc now;

	if (kp->ki_pid > 1 && is_meant(kp, &o->some) &&
	    proc_one_read(kp->ki_pid, &now) && proc_is_other(&now) &&
	    now.ki_start.tv_sec == kp->ki_start.tv_sec &&
	    now.ki_start.tv_usec == kp->ki_start.tv_usec &&
	    is_meant(&now, &o->some))
		kill(kp->ki_pid, o->sig);
}

bool
os_signal_some(int sig, const struct os_some *some)
{
	struct order o = { sig, *some };

	if (place == OS_JAIL)
		jail_walk_all(signal_meant, &o);
	else if (place == OS_SUBTREE)
		proc_walk_subtree(signal_meant, &o);
	return (true);
}

static void
signal_one(const struct kinfo_proc *kp, void *arg)
{
	if (kp->ki_pid > 1)
		kill(kp->ki_pid, *(const int *)arg);
}

void
os_signal_all(int sig)
{
	if (place == OS_JAIL)
		kill(-1, sig);
	else if (place == OS_SUBTREE)
		proc_walk_subtree(signal_one, &sig);
}

/* From FreeBSD 13 on kill(2) finds zombies, too.  Those whose parent is
 * outside of the jail are not ours to wait for. */
bool
os_others_left(void)
{
	struct procctl_reaper_status rs;

	if (place == OS_JAIL)
		return ((kill(-1, 0) == 0 || errno != ESRCH) &&
		    is_any_other());
	return (place == OS_SUBTREE && reaper_read(&rs) &&
	    rs.rs_descendants != 0);
}

bool
os_all_refused(void)
{
	return (false);
}

struct each {
	os_each_fn *fn;
	void *arg;
	bool done;
};

static void
each_one(const struct kinfo_proc *kp, void *arg)
{
	struct each *e = arg;
	char comm[sizeof(kp->ki_comm)];

	if (e->done)
		return;
	memcpy(comm, kp->ki_comm, sizeof(comm));
	comm[sizeof(comm) - 1] = '\0';
	e->done = !e->fn(comm, kp->ki_pid, e->arg);
}

void
os_each(os_each_fn *fn, void *arg)
{
	struct each e = { fn, arg, false };

	if (place == OS_JAIL)
		jail_walk(each_one, &e);
	else if (place == OS_SUBTREE)
		proc_walk_subtree(each_one, &e);
}
