/* SPDX-License-Identifier: BSD-2-Clause */
/* The process in the background that waits for the time of a shutdown, warns
 * the jail's users, keeps new ones out, and asks when it is time. */
#ifndef CTL_PLANNER_H
#define CTL_PLANNER_H

#include "options.h"

/* Starts the process for c, after ending an earlier one, and prints the plan.
 * Returns 0, or an exit status after a message: then nothing is planned. */
int planner_start(const struct ctl *c);

#endif
