/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals.  All are blocked except while process 1 waits; then a handler notes
 * them.  Single processes are signalled from here, and from nowhere else.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <sys/types.h>

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/request.h"

/* Blocks all signals.  To be called before anything else is done. */
void signals_block(void);

/* What was blocked and ignored before is so for each program that we start.  To
 * be called before signals_init(). */
void signals_keep(void);

/* Catches the signals that we act on; all: every signal that can be caught. */
void signals_init(bool all);

/* Default actions and an empty mask, but for signals_keep() and
 * signals_keep_ignored(), for a program that is to be executed. */
void signals_default(void);

/* Catches SIGCHLD, also for a child that is stopped; or ignores it, so that the
 * kernel reaps (os_kernel_reaps), and blocks it even while we wait, for
 * os_unreaped_open().  By SA_NOCLDWAIT: with SIG_IGN the kernel would not tell
 * of a child that is stopped. */
void signals_child(bool ignored);

/* The command is in our process group: the signals of a terminal reach it
 * without us, so they are no longer caught. */
void signals_shared(void);

/* Signals that are ignored now, as by nohup(1), stay so, for us and for the
 * programs that we start.  Call before signals_init(). */
void signals_keep_ignored(void);

/* Stops us or, with group, our process group, as ^Z does.  True after that was
 * continued; SIGCONT is then caught like any signal.  False at once for process
 * 1, and for an orphaned group, which nobody would continue. */
bool signals_stop(bool group);

/* Waits for an event on fds, a signal, or the time due_ms (INT64_MAX: for
 * ever), as ppoll(2). */
int signals_wait(struct pollfd *fds, unsigned n, int64_t due_ms);

/* Was sig caught since the last call for it?  SIGNALS_SENT: and a process sent
 * it, not the kernel. */
enum { SIGNALS_NOT, SIGNALS_CAUGHT, SIGNALS_SENT };
int signals_take(int sig);

/* What sig asks for, or REQUEST_NONE: in app mode, in boot mode, or there under
 * a manager of containers. */
enum signals_mode { SIGNALS_APP = 1, SIGNALS_BOOT = 2, SIGNALS_OCI = 4 };
enum request_verb signals_request(int sig, enum signals_mode mode);

/* Logs, once for each sig, that it is ignored.  From then on the kernel discards
 * it, so that it does not even wake us. */
void signals_ignore(int sig);

/* Sends sig to pid or, with group, to the process group that it leads; to pid
 * alone if it has not made the group yet.  Does nothing if pid <= 1. */
void signals_send(pid_t pid, int sig, bool group);

#endif
