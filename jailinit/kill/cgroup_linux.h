/* SPDX-License-Identifier: BSD-2-Clause */
/* The control groups of a jail's processes, Linux.  The files are the host's.
 * Groups mounted elsewhere than below /sys/fs/cgroup are not found. */
#ifndef CGROUP_LINUX_H
#define CGROUP_LINUX_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

/* Version 1 has a group for each of its 14 controllers, and named ones. */
#define CGROUPS_MAX	16

struct cgroups {
	int v2_fd;			/* the directory, or -1 */
	int n, v1_fd[CGROUPS_MAX];	/* cgroup.procs of each group */
};

/* Opens the groups that a process is in and we are not, except a group that
 * has frozen it and the freezer of version 1.  Makes system calls alone.  The
 * caller closes them. */
void cgroups_open(struct cgroups *c, pid_t pid);

/* Is the process frozen?  buf then says by which group. */
bool cgroup_frozen(pid_t pid, char *buf, size_t size);

#endif
