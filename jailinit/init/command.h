/* SPDX-License-Identifier: BSD-2-Clause */
/* The command of app mode (jailinit -- command). */
#ifndef INIT_COMMAND_H
#define INIT_COMMAND_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "options.h"

/* Starts it as o says, which must stay.  If that fails: a line in the log, and
 * -1. */
int command_start(const struct options *o);

bool command_runs(void);

/* Sends it its stop signal (-S), and CONT: a stopped process acts on no signal
 * before it goes on. */
void command_stop(void);

/* Sends a signal to every process that is ours but the command, with -g but its
 * process group; os_signal_some(). */
bool command_signal_others(int sig, bool terminal);

/* Passes a signal on that was sent to us. */
void command_pass(int sig);

/* From now on its death by this signal is no news. */
void command_expect(int sig);

/* A child has ended with the wait status st, or was stopped by a signal of its
 * terminal: was it the command? */
bool command_ended(pid_t pid, int st);
void command_stopped(pid_t pid, int sig);

/* Has it ended although waitpid(2) does not tell: because the kernel has reaped
 * it, or because a tracer holds it? */
bool command_look(void);

/* May the kernel reap it?  Not if nothing keeps its status, nor on a terminal,
 * where only waitpid(2) tells of a stop by ^Z. */
bool command_reapable(void);

/* What to poll for its end, and for which event; if there is one, call
 * command_dead().  command_due_ms(): when command_look() is due then, or
 * INT64_MAX. */
int command_fd(void);
short command_events(void);
void command_dead(void);
int64_t command_due_ms(void);

/* Readable once it was executed, or could not be: then command_executed()
 * tells whoever waits for that.  -1: done. */
int command_exec_fd(void);
void command_executed(void);

/* Its exit status, 128 + n for a signal; while it runs, as if by KILL, of which
 * it will have died. */
int command_status(void);

#endif
