/* SPDX-License-Identifier: BSD-2-Clause */
/* Looks at many jails side by side, by visitors. */
#ifndef LOOK_H
#define LOOK_H

#include <stddef.h>
#include <stdint.h>

#include "target.h"

/* The time for a look at all jails, unless the caller has less. */
#define LOOK_LIMIT_MS	3000

/* Carries out an order at the jails list[0..n), the caller's own first, and
 * stores what it learns in list.  Takes limit_ms at most.  If too many visitors
 * hang, leaves jails out, and prints how many to standard error. */
void look_at(struct target *list, size_t n, const struct visit_order *order,
    int64_t limit_ms);

#endif
