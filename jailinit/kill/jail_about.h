/* SPDX-License-Identifier: BSD-2-Clause */
/* What the host says of a jail beside how to hold it: its name, and whether its
 * first process can act.  Nothing of it is read in the jail.
 * jail_about_linux.c and jail_about_freebsd.c. */
#ifndef JAIL_ABOUT_H
#define JAIL_ABOUT_H

#include <stdbool.h>

#include "jail.h"

/* Fills in name, manager, unit, stopped and frozen of a jail that is held. */
void jail_about(struct jail *j);

/* Is its first process stopped, as by SIGSTOP? */
bool jail_stopped(const struct jail *j);

/* Puts the control group that has frozen the first process into buf.  False:
 * none has. */
bool jail_freezer(const struct jail *j, char *buf, size_t size);

/* Thaws the control groups that hold nothing but the jail.  Returns how many,
 * with the last one's name in buf; -1 and errno: the one in buf is still frozen;
 * EBUSY: it holds more than the jail. */
int jail_thaw(const struct jail *j, char *buf, size_t size);

#endif
