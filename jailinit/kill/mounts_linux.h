/* SPDX-License-Identifier: BSD-2-Clause */
/* The name on the host of a directory in another mount namespace, by the
 * mounts that the kernel lists, proc_pid_mountinfo(5), Linux. */
#ifndef MOUNTS_LINUX_H
#define MOUNTS_LINUX_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the host's mounts, once. */
void mounts_init(void);

/* The id of the host's mount that a path of the host leads into; the path is
 * not followed.  0: not known. */
uint64_t mount_at(const char *path);

/* Where the root directory of a process, which is the mount with this id in
 * its mount namespace, is seen on the host, into buf; the shortest such name.
 * *mounted: is the root the whole of that mount?  If not, nothing is known. */
bool mount_name(pid_t pid, uint64_t id, char *buf, size_t size,
    bool *mounted);

#endif
