/* SPDX-License-Identifier: BSD-2-Clause */
/* Exit statuses of jailkill(8), besides those of sysexits(3). */
#ifndef OUTCOME_H
#define OUTCOME_H

#define OUTCOME_CLEAN	0	/* all jails ended by themselves */
#define OUTCOME_FORCED	1	/* some had to be killed */
#define OUTCOME_LEFT	2	/* some are still there */

/* The status that is told if a run has both.  Any other than these is that of a
 * request's program. */
int outcome_worse(int a, int b);

#endif
