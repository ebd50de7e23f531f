/* SPDX-License-Identifier: BSD-2-Clause */
/* One signal to every process of a jail, as jailkill(3) does it. */
#ifndef DELIVER_H
#define DELIVER_H

#include "jail.h"

/* Sends sig to a jail that is held, as jailkill() in jailkill.h.  0, or -1 and
 * errno. */
int jail_deliver(struct jail *j, int sig);

#endif
