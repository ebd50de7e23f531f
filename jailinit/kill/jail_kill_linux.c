/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KILL to jails on Linux.  The kernel ends a jail with its first process,
 * pid_namespaces(7), but that may not come to its end: it may wait for a file
 * system that a process of the jail serves, or be held by a tracer
 * (PTRACE_O_TRACEEXIT), which another tracer may hold.  So KILL is repeated, to
 * all.  Touches /proc (of processes ns/pid and stat) and pidfds.
 */
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/nsfs.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/proc_linux.h"
#include "lib/text.h"

#include "cgroup_linux.h"
#include "jail_kill.h"
#include "jail_signal.h"
#include "pid_linux.h"

/* All processes are looked at again while there are new ones, but for no longer
 * than this. */
#define ROUNDS_MS	20

/* More than the 32 levels of PID namespaces that there can be; parents above
 * one another are followed as far. */
#define DEPTH_MAX	64

/* The jails that get KILL. */
struct doomed {
	ino_t ns;		/* PID namespace; 0: not known */
	struct jail *jail;
};

struct doom {
	struct doomed *list;
	size_t n;
	ino_t own;
};

int
jail_kill(const struct jail *j)
{
	return (jail_signal_first(j, SIGKILL));
}

/*
 * The jail that a process is in.
 */
static struct jail *
jail_by_ns(const struct doom *d, ino_t ns)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->list[i].ns == ns && ns != 0)
			return (d->list[i].jail);
	return (NULL);
}

static struct jail *
jail_by_pid(const struct doom *d, pid_t pid)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->list[i].jail->pid == pid)
			return (d->list[i].jail);
	return (NULL);
}

static pid_t
parent_of(pid_t pid)
{
	return ((pid_t)pid_stat(pid, PROC_STAT_PARENT));
}

/* Goes by the parents, where we may not see the namespace.  Each parent is read
 * again when its own parent is known, as its number may be another process's by
 * then. */
static struct jail *
jail_by_parents(const struct doom *d, pid_t pid)
{
	struct jail *j = NULL;
	pid_t above, parent;
	int i;

	parent = parent_of(pid);
	for (i = 0; i < DEPTH_MAX && j == NULL && parent > 1; i++) {
		j = jail_by_pid(d, parent);
		above = parent_of(parent);
		if (parent_of(pid) != parent)
			return (NULL);
		pid = parent;
		parent = above;
	}
	return (j != NULL && !pid_has_ended(j->fd) ? j : NULL);
}

static int
ns_open(pid_t pid)
{
	char path[40];

	(void)text_format(path, sizeof(path), "/proc/%d/ns/pid", (int)pid);
	return (open(path, O_RDONLY | O_CLOEXEC));
}

static ino_t
ns_number(int fd)
{
	struct stat st;

	return (fd == -1 || fstat(fd, &st) == -1 ? 0 : st.st_ino);
}

/* The jail in whose PID namespace the process is, or in a descendant of it. */
static struct jail *
jail_of(const struct doom *d, pid_t pid)
{
	struct jail *j = NULL;
	int above, fd = ns_open(pid), i;
	ino_t ns;

	if (fd == -1 && (errno == EACCES || errno == EPERM))
		return (jail_by_parents(d, pid));
	for (i = 0; fd != -1 && i < DEPTH_MAX; i++) {
		ns = ns_number(fd);
		j = jail_by_ns(d, ns);
		above = j != NULL || ns == d->own ? -1 :
		    ioctl(fd, NS_GET_PARENT);
		close(fd);
		fd = above;
	}
	if (fd != -1)
		close(fd);
	return (j);
}

/*
 * KILL to all.
 */

/* Holds the process before looking at it: what is seen is of this process, if
 * it can still be signalled afterwards. */
static bool
process_kill(const struct doom *d, pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct jail *j = fd == -1 ? NULL : jail_of(d, pid);
	bool killed = j != NULL && pid != j->pid && !pid_has_ended(fd) &&
	    syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) == 0;

	if (killed)
		j->rest = pid;
	if (fd != -1)
		close(fd);
	return (killed);
}

static int
pid_compare(const void *a, const void *b)
{
	const pid_t *x = a, *y = b;

	return ((*x > *y) - (*x < *y));
}

/* The newest first, as processes that fork all the time are among these.  Ends
 * with a round that finds no process that the round before had not. */
static void
all_kill(const struct doom *d)
{
	int64_t end_ms = clock_ms() + ROUNDS_MS;
	pid_t *pids, *before = NULL;
	size_t i, n, n_before = 0;
	bool again = true;
	int error;

	while (again && (pids = pids_read(&n, &error)) != NULL) {
		again = false;
		for (i = n; i-- > 0;)
			if (process_kill(d, pids[i]) && (before == NULL ||
			    bsearch(&pids[i], before, n_before,
			    sizeof(*before), pid_compare) == NULL))
				again = true;
		free(before);
		before = pids;
		n_before = n;
		if (clock_ms() >= end_ms)
			break;
	}
	free(before);
}

void
jail_kill_again(struct jail *const *jails, size_t n)
{
	struct doom d = { calloc(n, sizeof(*d.list)), 0, 0 };
	struct jail *j;
	int fd = ns_open(getpid());
	size_t i;

	d.own = ns_number(fd);
	if (fd != -1)
		close(fd);
	for (i = 0; i < n; i++) {
		(void)jail_kill(jails[i]);
		if (d.list == NULL || pid_has_ended(jails[i]->fd))
			continue;
		j = jails[i];
		fd = ns_open(j->pid);
		d.list[d.n].jail = j;
		d.list[d.n].ns = ns_number(fd);
		if (fd != -1)
			close(fd);
		/* The namespace is the jail's if the jail still lives. */
		if (!pid_has_ended(j->fd) &&
		    (fd == -1 || d.list[d.n].ns != d.own))
			d.n++;
	}
	if (d.n > 0)
		all_kill(&d);
	free(d.list);
}

bool
jail_frozen(const struct jail *j, char *buf, size_t size)
{
	char group[PATH_MAX];
	pid_t pid = j->pid;

	if (pid_has_ended(j->fd) || !cgroup_frozen(pid, group, sizeof(group))) {
		pid = j->rest;
		if (pid == 0 || !cgroup_frozen(pid, group, sizeof(group)))
			return (false);
	}
	(void)text_format(buf, size, "process %d is frozen by the control group "
	    "%s", (int)pid, group);
	return (true);
}
