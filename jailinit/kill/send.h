/* SPDX-License-Identifier: BSD-2-Clause */
/* What jailkill sends to jails when it does not halt them: -s, -R, and with -n
 * nothing.  Each says what it does, and returns an exit status. */
#ifndef SEND_H
#define SEND_H

#include "options.h"
#include "target.h"

/* -s: a signal to every process of each jail. */
int send_signals(struct targets *t, const struct options *o);

/* -R: a request to each jail. */
int send_requests(struct targets *t, const struct options *o);

/* -n: says what would be sent. */
int send_nothing(struct targets *t, const struct options *o);

/* Leaves out the jails that the caller may not signal, and says so.
 * listening: says so only of those that listen, which is not known yet;
 * look_ms: the time to find out. */
int send_permitted(struct targets *t, bool listening, int64_t look_ms);

#endif
