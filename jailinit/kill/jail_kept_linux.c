/* SPDX-License-Identifier: BSD-2-Clause */
/* What keeps a jail on Linux whose first process is ending.  Touches /proc
 * alone: of processes stat, the PID namespace, and status of few. */
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <linux/nsfs.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/proc_linux.h"

#include "jail.h"
#include "pid_linux.h"

/* A zombie in a jail, with a parent of our level. */
struct keeper {
	ino_t pidns;		/* of the jail */
	pid_t pid, parent;
	char comm[JAIL_COMM_MAX];
};

struct jail_keepers {
	size_t n, room;
	struct keeper *list;
};

/* The namespace of the level below ours that the process is in or below; 0:
 * it is in our own, or not known. */
static ino_t
pidns_of(pid_t pid)
{
	char path[40];
	struct stat own, st;
	ino_t ino, found = 0;
	int fd, parent_fd;

	(void)snprintf(path, sizeof(path), "/proc/%ld/ns/pid", (long)pid);
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

static void
comm_read(pid_t pid, char comm[JAIL_COMM_MAX])
{
	const struct jail j = { .pid = pid };

	jail_comm(&j, comm);
}

static bool
keeper_read(pid_t pid, struct keeper *k)
{
	char buf[PROC_STAT_SIZE];

	if (!proc_stat_read(pid, buf) || *proc_stat_field(buf, PROC_STAT_STATE) != 'Z')
		return (false);
	k->pid = pid;
	k->parent = (pid_t)strtol(proc_stat_field(buf, PROC_STAT_PARENT), NULL, 10);
	k->pidns = pidns_of(pid);
	if (k->pidns == 0 || k->parent == 0 || pidns_of(k->parent) != 0)
		return (false);
	comm_read(pid, k->comm);
	return (true);
}

static bool
keeper_add(struct jail_keepers *all, const struct keeper *k)
{
	struct keeper *more;

	if (all->n == all->room) {
		more = reallocarray(all->list, all->room * 2 + 64,
		    sizeof(*more));
		if (more == NULL)
			return (false);
		all->list = more;
		all->room = all->room * 2 + 64;
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

	for (i = 0; all != NULL && i < n &&
	    clock_ms() < end_ms; i++)
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

/* What is held at its end by a tracer stops as who is traced does. */
static bool
tracer_say(const struct jail *j, char *buf, size_t size)
{
	char text[PROC_STAT_SIZE], comm[JAIL_COMM_MAX];
	pid_t tracer;

	if (!proc_stat_read(j->pid, text) || *proc_stat_field(text, PROC_STAT_STATE) != 't' ||
	    (tracer = pid_tracer(j->pid)) == 0)
		return (false);
	comm_read(tracer, comm);
	(void)snprintf(buf, size, "its first process is held by who traces "
	    "it, %ld (%s)", (long)tracer, comm);
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
	pidns = all == NULL || !jail_is_ending(j) ? 0 : pidns_of(j->pid);
	for (i = 0; pidns != 0 && i < all->n; i++) {
		k = &all->list[i];
		if (k->pidns != pidns || k->pid == j->pid)
			continue;
		comm_read(k->parent, comm);
		(void)snprintf(buf, size, "process %ld (%s) is not reaped by "
		    "its parent outside, %ld (%s)", (long)k->pid, k->comm,
		    (long)k->parent, comm);
		return (true);
	}
	return (false);
}
