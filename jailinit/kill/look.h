/* SPDX-License-Identifier: BSD-2-Clause */
/* Looks at many jails side by side, by visitors. */
#ifndef LOOK_H
#define LOOK_H

#include <stddef.h>
#include <stdint.h>

#include "target.h"

/* The time for a look at all jails, if there is no reason for less. */
#define LOOK_LIMIT_MS	3000

/* Carries out an order at the jails list[0..n), the caller's own first.  A
 * jail of which not everything is known after limit_ms stays as it is.  If
 * there are too many visitors that wait, jails are left out, and a line on
 * standard error says how many. */
void look_at(struct target *list, size_t n, const struct visit_order *order,
    int64_t limit_ms);

#endif
