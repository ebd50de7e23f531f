/* SPDX-License-Identifier: BSD-2-Clause */
/* What the drop-in suite runs under an init, in its own executable, which is
 * PROBE there. */
#ifndef INSIDE_H
#define INSIDE_H

#include "probe.h"

#define RESULT		"/tmp/result"
#define READY		"/tmp/ready"
#define MARK		"/tmp/mark"	/* of a leftover: T on TERM, t later */
#define LEFT_MS		200		/* the time that it takes to end */
#define ORPHANS		1000

/* The exit status when this runs inside, -1 when it is the suite. */
int inside_main(int argc, char **argv);

#endif
