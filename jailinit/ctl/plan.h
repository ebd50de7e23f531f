/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A shutdown that is planned: one at a time, by a process in the background
 * that warns the jail's users, keeps new ones out, and asks when it is time.
 */
#ifndef PLAN_H
#define PLAN_H

#include <sys/types.h>

#include "options.h"

/* Plans what c says, in place of what was planned before; ask is called when
 * it is time.  Returns in the parent: 0, or an exit status after a line on
 * standard error. */
int plan_make(const struct ctl *c, int (*ask)(const struct ctl *));

/* Warns as if it were time (CTL_WARN, or a shutdown now). */
void plan_warn_now(const struct ctl *c);

/* Cancels it, telling the users: 0, or an exit status after a line. */
int plan_cancel(const struct ctl *c);

/* Cancels it without a word: another end is asked for now. */
void plan_forget(void);

/* Prints it. */
int plan_show(void);

#endif
