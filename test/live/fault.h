/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes one system call of a program fail, on Linux.  A seccomp filter asks us
 * about each call (SECCOMP_RET_USER_NOTIF).  It works on static programs, which
 * a preloaded library does not reach; it is exact to the call; all other calls
 * run at full speed; and parents, stops and waits stay as they are, which they
 * do not under ptrace(2) and strace(1).  A call that fails is not made.
 */
#ifndef FAULT_H
#define FAULT_H

#include <sys/types.h>

#include <stdbool.h>

#define FAULT_CALLS	512	/* all system calls have smaller numbers */
#define FAULT_PHASES	3
#define FAULT_ALL	(-1)	/* no call fails, all are counted */

enum fault_who {
	FAULT_MAIN,	/* the process that was started */
	FAULT_CHILD,	/* one that it forked, until it executes another */
	FAULT_WHO
};

/* The call that fails: the at-th of its kind in a phase, or with at 0 all of
 * them from then on. */
struct fault {
	int call, error, phase, at;
	enum fault_who who;
};

/* Shared memory: the process that answers the filter writes to it. */
struct fault_run {
	struct fault f;
	int first;		/* counted from this call on; 0: all */
	int first_arg;		/* with this argument; 0: any */
	bool any;		/* children are ours whatever they execute */
	int phase;		/* set by the test */
	bool begun;
	unsigned fired;
	unsigned count[FAULT_PHASES][FAULT_WHO][FAULT_CALLS];
	pid_t main, server;
	dev_t dev;		/* of the program */
	ino_t ino;
	int sock[2];
};

/* Starts the process that answers.  Returns false if it cannot. */
bool fault_begin(struct fault_run *r);
/* In the child that is going to execute the program, arg is the fault_run. */
void fault_install(void *arg);
/* When all processes with the filter have gone. */
void fault_end(struct fault_run *r);

#endif
