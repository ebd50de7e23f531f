/* SPDX-License-Identifier: BSD-2-Clause */
/* The file of the planned shutdown.  There is one plan at a time; a process
 * waits for its time (planner.h), and holds a lock on the file meanwhile. */
#ifndef CTL_PLAN_H
#define CTL_PLAN_H

#include <time.h>

#include "options.h"

/* For the process that waits: takes the lock, and writes to the file that c
 * comes at the time at, by the day's clock.  Returns the file's descriptor, or
 * -1 and errno; EBUSY: another process has just taken the lock. */
int plan_hold(const struct ctl *c, time_t at);

/* Ends the process that waits for the time, and waits until it has ended, for 2
 * seconds at most.  1; 0 if there was none; or -1 and errno. */
int plan_end(void);

/* The last three return 0, or an exit status after a message. */

/* Cancels the plan and tells the users; words as struct ctl's message. */
int plan_cancel(char *const *words);

/* Prints the plan. */
int plan_show(void);

/* Prints errno as the reason why the plan's file cannot be used.  Never 0. */
int plan_failed(void);

#endif
