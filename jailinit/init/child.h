/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts rc and rc.shutdown, and reaps all children.  command.h has the command
 * of app mode, job.h the programs of requests.
 */
#ifndef INIT_CHILD_H
#define INIT_CHILD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/life.h"
#include "core/request.h"

#include "options.h"

/* o: what to start; must stay. */
void child_init(const struct options *o);

/* Starts rc.  While the process table is full, child_event() tries again for
 * five seconds; child_end_rc() ends that.  If rc cannot be started at all, it
 * counts as ended. */
void child_start_rc(void);

/* Starts rc.shutdown with the name of the verb as its argument.  While the
 * process table is full, child_event() tries again; child_stage() ends that.  If
 * rc.shutdown cannot be started at all, it counts as ended. */
void child_start_shutdown(void);

/* rc.shutdown's argument is now this one. */
void child_verb(enum request_verb verb);

/* Sends TERM, or KILL, to rc's process group.  CONT follows TERM, since a
 * stopped process acts on TERM only after CONT. */
void child_end_rc(void);
void child_kill_rc(void);

/* Call when a stage has begun. */
void child_stage(enum life_stage stage);

/* Has the kernel reap all children if it can (os_kernel_reaps) and if we need
 * nothing from waitpid(2): in the stage RUN while no job runs, and in app mode
 * only if command_reapable().  job: a job is about to start.  Call when one of
 * these may have changed. */
void child_reaping(bool job);

/* While the kernel reaps: readable when a child has ended or stopped, or -1;
 * then call child_unreaped(). */
int child_fd(void);
void child_unreaped(void);

/* Call when a turn begins.  Lets child_event() reap one more batch. */
void child_turn(void);

/* Returns the next end in *event: LIFE_BOOTED, LIFE_SHUTDOWN_ENDED or
 * LIFE_COMMAND_ENDED.  False: there is none. */
bool child_event(enum life_event *event);

/* Was any child left after the last batch? */
bool child_any(void);

/* When child_event() is due even if no child ends: 0, that is at once, if the
 * last batch was used up; or the next try to start rc or rc.shutdown; or
 * INT64_MAX. */
int64_t child_due_ms(void);

/* The exit status of rc, 128 + n for a signal; -1 while it runs. */
int child_boot_status(void);

/* The name of what the stage SHUTDOWN waits for: the command or rc.shutdown.
 * *starting: rc.shutdown could not be started yet. */
const char *child_shutdown_name(bool *starting);

#endif
