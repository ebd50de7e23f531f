/* SPDX-License-Identifier: BSD-2-Clause */
/* Jails that cannot act on a request, as they are stopped or frozen: says so,
 * and has them go on.  Touches standard error, and jails by jail_about.h. */
#ifndef WAKE_H
#define WAKE_H

#include <stdbool.h>

#include "target.h"

/* quiet: does not say that a jail was continued.  thaw: control groups are
 * thawed, too. */
void wake_init(bool quiet, bool thaw);

/* For a jail that is held.  go_on: its first process, if it is stopped, gets
 * CONT; without this only if control groups are thawed, too. */
void wake(const struct target *t, bool go_on);

#endif
