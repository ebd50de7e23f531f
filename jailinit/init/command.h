/* SPDX-License-Identifier: BSD-2-Clause */
/* The command of app mode (jailinit -- command). */
#ifndef INIT_COMMAND_H
#define INIT_COMMAND_H

#include <sys/types.h>

#include <stdbool.h>

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

/* A child has ended with the wait status st, or was stopped by a signal of its
 * terminal: was it the command? */
bool command_ended(pid_t pid, int st);
void command_stopped(pid_t pid, int sig);

/* Has it ended although the kernel has reaped it? */
bool command_look(void);

/* Hangs up when it ends; -1: only waitpid(2) tells, also of a stop by ^Z. */
int command_fd(void);

/* Readable once it was executed, or could not be: then command_executed()
 * tells whoever waits for that.  -1: done. */
int command_exec_fd(void);
void command_executed(void);

/* Its exit status, 128 + n for a signal; while it runs, as if by KILL, of which
 * it will have died. */
int command_status(void);

#endif
