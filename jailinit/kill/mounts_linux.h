/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux: finds the host's name of a directory in another mount namespace, from
 * the mounts that the kernel lists, proc_pid_mountinfo(5). */
#ifndef MOUNTS_LINUX_H
#define MOUNTS_LINUX_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the host's mounts, once. */
void mounts_init(void);

/* The id of the host's mount that holds a path of the host; does not follow the
 * path.  0: not known. */
uint64_t mount_at(const char *path);

/* Puts into buf the shortest name on the host of the root directory of a
 * process; id is that of the root's mount, in the mount namespace of the
 * process.  *mounted: is the root the whole of that mount?  If not, nothing is
 * known. */
bool mount_name(pid_t pid, uint64_t id, char *buf, size_t size,
    bool *mounted);

#endif
