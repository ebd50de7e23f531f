/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux: the control groups of a jail's processes, by files of the host.  Only
 * groups that are mounted below /sys/fs/cgroup are found. */
#ifndef CGROUP_LINUX_H
#define CGROUP_LINUX_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

/* Of /proc/pid/cgroup: a line for each group, the longest some hundred bytes.
 * What is longer is not read. */
#define CGROUP_TEXT	8192

/* Version 1 has a group for each of its 14 controllers, and named ones. */
#define CGROUPS_MAX	16

struct cgroups {
	int v2_fd;			/* the directory, or -1 */
	int n, v1_fd[CGROUPS_MAX];	/* cgroup.procs of each group */
};

/* Opens the groups that the process is in but we are not; not one that has
 * frozen it, and no freezer of version 1.  Only makes system calls.  The caller
 * closes the groups. */
void cgroups_open(struct cgroups *c, pid_t pid);

/* Is the process frozen?  buf is then the name of the group that has frozen it:
 * its path, in version 1 after the controller's name. */
bool cgroup_frozen(pid_t pid, char *buf, size_t size);

/* The same of what /proc/pid/cgroup has said, which it overwrites.  Takes the same
 * time for every jail: deep groups, which are not the host's, are left out. */
bool cgroup_text_frozen(char *text, char *buf, size_t size);

/* Of such a text: thaws the groups that have frozen the process, if they hold
 * nothing but its jail.  Returns how many, and names the last one in buf; -1 and
 * errno: buf is the one that is still frozen; EBUSY: it holds more. */
int cgroup_text_thaw(char *text, char *buf, size_t size);

#endif
