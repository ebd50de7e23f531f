/* SPDX-License-Identifier: BSD-2-Clause */
/* Jails that cannot act on a request, as they are frozen or stopped.  Touches standard error, and jails by jail_about.h. */
#ifndef WAKE_H
#define WAKE_H

#include <stdbool.h>

#include "target.h"

/* quiet: does not say what was done.  thaw: has jails go on; else only says of
 * those that are frozen that they are. */
void wake_init(bool quiet, bool thaw);

/* For a jail that is held. */
void wake(const struct target *t);

#endif
