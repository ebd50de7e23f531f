/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of several jails with one root or name is meant. */
#ifndef CHOOSE_H
#define CHOOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "target.h"

/* Does the jail match?  By same and called of struct target. */
typedef bool match_fn(const struct target *);
match_fn choose_root, choose_name, choose_either;

/* Does it match as choose_either(), by its root and by its name? */
bool choose_both(const struct target *t, match_fn *matches);

/* Anybody can make a jail with a given root or name, so a jail of the caller's
 * is meant, if there is one.  One that has both the root and the name counts
 * before one whose name is weak.  NULL: no jail matches (*n is 0), or several
 * do. */
const struct target *choose(const struct targets *all, match_fn *matches,
    size_t *n);

#endif
