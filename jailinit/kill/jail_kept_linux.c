/* SPDX-License-Identifier: BSD-2-Clause */
/* What keeps a jail on Linux whose first process is ending.  Touches /proc
 * alone: of processes stat, the PID namespace, and status of few. */
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <linux/nsfs.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/proc_linux.h"
#include "lib/text.h"

#include "jail_kept.h"
#include "pid_linux.h"

/* PF_EXITING of the kernel's include/linux/sched.h, in proc_pid_stat(5). */
#define FLAG_EXITING	0x4UL

/* Room for this many keepers at first. */
#define KEEPERS_FIRST	64

/* A zombie in a jail, whose parent is on our level. */
struct keeper {
	ino_t pidns;		/* of the jail */
	pid_t pid, parent;
	char comm[JAIL_COMM_MAX];
};

struct jail_keepers {
	size_t n, room;
	struct keeper *list;
};

bool
jail_is_ending(const struct jail *j)
{
	return ((pid_stat(j->pid, PROC_STAT_FLAGS) & FLAG_EXITING) != 0);
}

/* The PID namespace one level below ours that the process is in, or is in a
 * descendant of.  0: it is in our own, or not known. */
static ino_t
pidns_below(pid_t pid)
{
	char path[40];
	struct stat own, st;
	ino_t ino, found = 0;
	int fd, parent_fd;

	(void)text_format(path, sizeof(path), "/proc/%d/ns/pid", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1 || stat("/proc/self/ns/pid", &own) == -1)
		own.st_ino = 0;
	while (fd != -1 && found == 0 && own.st_ino != 0) {
		ino = fstat(fd, &st) == 0 ? st.st_ino : 0;
		parent_fd = ioctl(fd, NS_GET_PARENT);	/* ours: EPERM */
		close(fd);
		fd = parent_fd;
		if (fd != -1 && fstat(fd, &st) == 0 && st.st_ino == own.st_ino)
			found = ino;
	}
	if (fd != -1)
		close(fd);
	return (found);
}

static bool
keeper_read(pid_t pid, struct keeper *k)
{
	char buf[PROC_STAT_SIZE];

	if (!proc_stat_read(pid, buf) ||
	    *proc_stat_field(buf, PROC_STAT_STATE) != 'Z')
		return (false);
	k->pid = pid;
	k->parent = (pid_t)text_number(proc_stat_field(buf, PROC_STAT_PARENT));
	k->pidns = pidns_below(pid);
	if (k->pidns == 0 || k->parent == 0 || pidns_below(k->parent) != 0)
		return (false);
	pid_comm(pid, k->comm, sizeof(k->comm));
	return (true);
}

static bool
keeper_add(struct jail_keepers *all, const struct keeper *k)
{
	size_t room = all->room * 2 + KEEPERS_FIRST;
	struct keeper *more;

	if (all->n == all->room) {
		more = reallocarray(all->list, room, sizeof(*more));
		if (more == NULL)
			return (false);
		all->list = more;
		all->room = room;
	}
	all->list[all->n++] = *k;
	return (true);
}

struct jail_keepers *
jail_keepers_find(int64_t end_ms)
{
	struct jail_keepers *all = calloc(1, sizeof(*all));
	struct keeper k;
	size_t i, n;
	int error;
	pid_t *pids = pids_read(&n, &error);

	for (i = 0; all != NULL && i < n && clock_ms() < end_ms; i++)
		if (keeper_read(pids[i], &k) && !keeper_add(all, &k))
			break;
	free(pids);
	return (all);
}

void
jail_keepers_free(struct jail_keepers *all)
{
	if (all != NULL)
		free(all->list);
	free(all);
}

/* A process that its tracer holds when it exits is in the same state as any
 * traced process that has stopped. */
static bool
tracer_say(const struct jail *j, char *buf, size_t size)
{
	char comm[JAIL_COMM_MAX];
	pid_t tracer;

	if (pid_state(j->pid) != 't' || (tracer = pid_tracer(j->pid)) == 0)
		return (false);
	pid_comm(tracer, comm, sizeof(comm));
	(void)text_format(buf, size, "its first process is held by its "
	    "tracer, %d (%s)", (int)tracer, comm);
	return (true);
}

bool
jail_kept_by(const struct jail *j, const struct jail_keepers *all,
    int64_t end_ms, char *buf, size_t size)
{
	char comm[JAIL_COMM_MAX];
	const struct keeper *k;
	ino_t pidns;
	size_t i;

	if (clock_ms() >= end_ms)
		return (false);
	if (tracer_say(j, buf, size))
		return (true);
	pidns = all == NULL || !jail_is_ending(j) ? 0 : pidns_below(j->pid);
	for (i = 0; pidns != 0 && i < all->n; i++) {
		k = &all->list[i];
		if (k->pidns != pidns || k->pid == j->pid)
			continue;
		pid_comm(k->parent, comm, sizeof(comm));
		(void)text_format(buf, size, "process %d (%s) is not reaped by "
		    "its parent outside, %d (%s)", (int)k->pid, k->comm,
		    (int)k->parent, comm);
		return (true);
	}
	return (false);
}
