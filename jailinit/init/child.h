/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The children whose end matters, rc and rc.shutdown (command.h has the command
 * of app mode, job.h the requests' programs), and the reaping of all.
 */
#ifndef INIT_CHILD_H
#define INIT_CHILD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/life.h"
#include "core/request.h"

#include "options.h"

/* What is started, and how; o must stay. */
void child_init(const struct options *o);

/* Starts rc.  If that fails it counts as ended. */
void child_start_rc(void);

/* Starts rc.shutdown with the word for verb.  While the process table is full
 * it is tried again; if it cannot be started it counts as ended.  child_stage()
 * gives up trying. */
void child_start_shutdown(enum request_verb verb);

/* Signals rc's process group; a stopped process acts on TERM only after
 * CONT. */
void child_end_rc(void);
void child_kill_rc(void);

/* The stage is a new one. */
void child_stage(enum life_stage stage);

/* Makes the kernel reap what ends, where it can: in the stage RUN, while no
 * status matters that only waitpid(2) tells.  job: that of a job that is about
 * to start does. */
void child_reaping(bool job);

/* A new turn begins: a batch of children may be reaped. */
void child_turn(void);

/* The next end that matters: true, and *event is LIFE_BOOTED,
 * LIFE_SHUTDOWN_ENDED or LIFE_COMMAND_ENDED. */
bool child_event(enum life_event *event);

/* Was any child left after the last batch? */
bool child_any(void);

/* When child_event() is due even if no child ends: 0, which has passed, if the
 * last batch did not reach the end; or INT64_MAX. */
int64_t child_due_ms(void);

/* The exit status of rc, 128 + n for a signal; -1 while it runs. */
int child_boot_status(void);

/* What is still running in the stage SHUTDOWN, for the log; starting: it could
 * not be started yet. */
const char *child_shutdown_name(bool *starting);

#endif
