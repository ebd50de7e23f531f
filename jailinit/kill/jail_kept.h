/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a killed jail does not end.  On Linux these keep it: a process that has
 * entered the jail and ended, but that its parent outside has not reaped; or a
 * process that traces the first one.  jail_kept_linux.c and
 * jail_kept_freebsd.c.
 */
#ifndef JAIL_KEPT_H
#define JAIL_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jail.h"

/* Is its first process exiting?  Then nobody can enter it any more. */
bool jail_is_ending(const struct jail *j);

/* Finds the processes that may keep any jail.  Stops at end_ms; then some may
 * be missing.  NULL: there is no memory, or nothing to find on this system. */
struct jail_keepers;
struct jail_keepers *jail_keepers_find(int64_t end_ms);
void jail_keepers_free(struct jail_keepers *k);

/* Says in buf what keeps the jail; k may be NULL.  False: nothing is known, or
 * end_ms has passed. */
bool jail_kept_by(const struct jail *j, const struct jail_keepers *k,
    int64_t end_ms, char *buf, size_t size);

#endif
