/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The terminal that a command is started on: who is in its foreground, and
 * what happens when the command is stopped (^Z) and continued.
 */
#ifndef INIT_TERMINAL_H
#define INIT_TERMINAL_H

#include <sys/types.h>

#include <stdbool.h>

/* Takes our controlling terminal, or else one that descriptor 0 is, as the one
 * for the command.  own_group: the command is to have a process group of its
 * own even if we are in a shell's job.  Call before the command is started. */
void terminal_init(bool own_group);

/* Is there one? */
bool terminal_is_ours(void);

/* In the command's process, before it executes: makes its process group, in
 * the foreground if we are there; or leaves it in ours. */
void terminal_child(void);

/* The signal sig, which was sent to us, is passed on to the command.  True:
 * its whole group is to have it. */
bool terminal_pass(pid_t command, int sig);

/* The command was stopped by sig.  True: send CONT to its group.  Stops us,
 * too, if a shell has started us; it then continues us. */
bool terminal_stopped(pid_t command, int sig);

/* Takes the foreground back, for the shell that started us or for our next
 * life, if we have given it away. */
void terminal_return(void);

/* Has what is typed on the terminal that is descriptor 0 send us signals.  False:
 * it is none, or another session's. */
bool terminal_keep(void);

/* Leaves our session, or gives up our controlling terminal if we lead it: what
 * is typed there no longer sends us signals. */
void terminal_leave(void);

#endif
