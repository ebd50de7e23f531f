/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runner, on Linux: a child of the caller that signals a jail.  It signals
 * the first process itself, and runs the program that enters (enter_linux.c)
 * for all others.
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

/* Runs in the child; its exit status is 0 or an errno.  Another thread of the
 * caller may have held a lock when the child was made, so the child only makes
 * system calls. */
_Noreturn void runner_run(const struct runner *r);

#endif
