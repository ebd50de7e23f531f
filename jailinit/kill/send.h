/* SPDX-License-Identifier: BSD-2-Clause */
/* What jailkill does to jails besides a halt: -s, -R, and -n.  Each function
 * prints what it does, and returns an exit status. */
#ifndef SEND_H
#define SEND_H

#include "options.h"
#include "target.h"

/* -s: a signal to every process of each jail. */
int send_signals(struct targets *t, const struct options *o);

/* -R: a request to each jail, and how it ended, within o->limit_ms; 0: does not
 * wait for that. */
int send_requests(struct targets *t, const struct options *o);

/* -n: says what would be sent. */
int send_nothing(struct targets *t, const struct options *o);

/* Leaves out the jails that the caller may not signal, and prints that.
 * listening: prints it only of jails that listen, which it first finds out, in
 * look_ms at most. */
int send_permitted(struct targets *t, bool listening, int64_t look_ms);

#endif
