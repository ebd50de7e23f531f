/* SPDX-License-Identifier: BSD-2-Clause */
/* What the host says of a jail beside how to hold it: its name, and whether its
 * first process can act.  Nothing of it is read in the jail.
 * jail_about_linux.c and jail_about_freebsd.c. */
#ifndef JAIL_ABOUT_H
#define JAIL_ABOUT_H

#include <stdbool.h>

#include "jail.h"

/* Does the kernel itself know jails by a name?  Then that is the name in
 * messages, instead of the root. */
extern const bool jail_about_named;

/* Fills in name, manager, unit, stopped and frozen of a jail that is held. */
void jail_about(struct jail *j);

#endif
