/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of jails: what their managers call them or, if these do not, the
 * last part of the root's path.  Touches memory. */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "target.h"

/* Takes the name of a unit from jails that share it: it names none of them.
 * list: all jails, for which jail_about() was called. */
void names_unshare(struct target *list, size_t n);

/* The name of a jail, in its memory; "" if it has none. */
const char *names_of(const struct target *t);

/* Is the jail called so?  A container has its whole id as well. */
bool names_are(const struct target *t, const char *word);

#endif
