/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux: what jail_linux*.c know of processes.  What is asked of many of them
 * costs the same whatever a process has made of itself: /proc/pid/status does
 * not, since the kernel writes all its groups, up to 65,536, for each reader.
 */
#ifndef PID_LINUX_H
#define PID_LINUX_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jail.h"

/* What a pidfd's fdinfo says, Linux 5.5. */
struct pid_about {
	pid_t pid;	/* here */
	int levels;	/* of PID namespaces, ours included */
	long last;	/* its number in the innermost */
};

/* False, errno ESRCH: the process has gone. */
bool pid_about(int pid_fd, struct pid_about *a);

/* As pidfd_open(2); ESRCH for a thread's number, too. */
int pid_open(pid_t pid);

/* Has the process, all its threads, ended? */
bool pid_has_ended(int pid_fd);

/* The numbers of all processes, allocated.  *error: why some are missing, or
 * 0. */
pid_t *pids_read(size_t *n, int *error);

/* The process that traces this thread, 0: none or not known.  Reads status:
 * for few. */
pid_t pid_tracer(pid_t tid);

#endif
