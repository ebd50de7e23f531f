/* SPDX-License-Identifier: BSD-2-Clause */
/* Who has started us, and whether its patience is shorter than an end. */
#ifndef INIT_GRACE_H
#define INIT_GRACE_H

#include "core/life.h"

/* Looks, at the start, whether the environment shows a manager that kills
 * sooner, unless told otherwise, than an end may take that these limits
 * allow.  With a budget of its own (-B) somebody has thought of that. */
void grace_init(const struct life_limits *limits);

/* If so, says it in a line of the log, once. */
void grace_say(void);

#endif
