/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one life that this process answers for, and what is done for it.
 */
#ifndef ACT_H
#define ACT_H

#include <sys/types.h>

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/life.h"

#include "fifo.h"
#include "job.h"
#include "leave.h"
#include "options.h"
#include "os.h"
#include "status.h"

struct init {
	struct options opt;
	enum os_place place;
	char **argv;		/* of the next life, too */
	int64_t born_ms;

	struct life life;
	struct control control;
	struct status status;
	struct job job;

	/* Children whose status matters, 0: none. */
	pid_t rc_pid, shutdown_pid, command_pid;
	int command_status;	/* exit status, 128 + n for a signal */
	int command_fd;		/* os_exit_open(), -1: none */
	bool stop_sent;		/* to the command, by whom we pass on for */
	bool rc_failed;		/* and -e: the jail ends for it */
	bool more;		/* work was left: do not wait */
};
extern struct init init;

/* Tells life, and does what it says; as life_step(). */
void act_step(enum life_event event, const struct request *rq);

/* rc has ended with this status (128 + n for a signal), or never began. */
void act_rc_ended(int code);

/* App mode: sends sig, that was sent to us, to the command. */
void act_pass(int sig);

/* How the life would be left, as things are. */
void act_leave_how(struct leave_how *how);

/* Makes the FIFO; and again when its path no longer names it.  These touch
 * the path: not after the first request.  What is wrong is logged, the same
 * not twice unless somebody asked. */
void act_control_open(const char *path);
void act_control_check(bool asked);

/* The command was started. */
void act_command(pid_t pid);

/* Has the kernel reap, where it can, as long as no child's status matters:
 * one that is to be forked now (matters), the job's, those of BOOT and of the
 * end. */
void act_reaping(bool matters);

/* Ends a job whose time is up; reaps what has ended, a batch at most; then,
 * in the stages that wait for everybody, sees whether anybody is left. */
void act_reap(void);

/* When act_reap() is due even if nothing happens, or INT64_MAX. */
int64_t act_due_ms(void);

#endif
