/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runner, on Linux: a child of the caller that signals a jail.  It runs
 * the program that enters (enter_linux.c) for all processes but the first one,
 * and signals that itself.
 */
#ifndef RUNNER_LINUX_H
#define RUNNER_LINUX_H

#include <sys/types.h>

#include <stdbool.h>

struct runner {
	pid_t pid;			/* the jail's first process */
	int jail_fd;			/* its pidfd */
	int enter_fd;			/* a pidfd to enter by: the same, or of
					 * a thread of the first process */
	int stat_fd;			/* its /proc/pid/stat */
	char *const *argv;		/* of the program: its name, signals */
	bool first;			/* signal the first process, too */
};

/* Does this in the child; its exit status is 0 or an errno.  The child may
 * have the caller's memory while other threads of the caller held locks, so
 * it makes system calls and nothing else. */
_Noreturn void runner_run(const struct runner *r);

#endif
