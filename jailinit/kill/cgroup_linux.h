/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux: the control groups of a jail's processes.  All of it is of the host,
 * and where a control group file system is mounted elsewhere than below
 * /sys/fs/cgroup, nothing is found. */
#ifndef JAIL_LINUX_H
#define JAIL_LINUX_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

/* Version 1 has one for each of its controllers; 16 are many. */
#define CGROUPS_MAX	16

struct cgroups {
	int v2_fd;		/* the folder, or -1 */
	int n, v1_fd[CGROUPS_MAX];	/* each one's cgroup.procs */
};

/* Opens those that a process is in and we are not; but none in which it is
 * frozen, or may be, which is version 1's freezer.  By system calls alone. */
void cgroups_open(struct cgroups *c, pid_t pid);

/* Is the process frozen?  buf: by which. */
bool cgroup_frozen(pid_t pid, char *buf, size_t size);

#endif
