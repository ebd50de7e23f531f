/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals: all blocked but while process 1 waits, when a handler takes note
 * of them; and the one place from which single processes are signalled.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <sys/types.h>

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/request.h"

/* Blocks everything.  Before anything else is done. */
void signals_block(void);

/* Catches what matters to us; with all, everything that can be caught (app
 * mode: it is the command's). */
void signals_init(bool all);

/* Default actions and an empty mask, for a process that is not to be ours. */
void signals_default(void);

/* SIGCHLD is caught, or ignored (os_kernel_reaps). */
void signals_child(bool ignored);

/* From now on SIGCHLD comes for a child that has been stopped, too. */
void signals_child_stops(void);

/* Stops our process group as ^Z does, until it is continued: true then, and
 * SIGCONT will be caught.  False at once where the kernel ignores TSTP: for
 * process 1, and for a group that nobody would continue. */
bool signals_stop(void);

/* Waits for an event on fds, a signal, or wait_ms milliseconds (INT64_MAX:
 * for ever), as ppoll(2). */
int signals_wait(struct pollfd *fds, unsigned n, int64_t wait_ms);

/* Was sig caught since this was asked last? */
bool signals_take(int sig);

/* What sig asks for, or REQUEST_NONE. */
enum request_verb signals_request(int sig, bool app);

/* Sends sig to pid or, with group, to the process group that it leads (to
 * pid alone while it has not made it yet).  Nothing for pid <= 1. */
void signals_send(pid_t pid, int sig, bool group);

#endif
