/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks jailinit for the end: by its FIFO or, where it has none, by a signal. */
#ifndef CTL_ASK_H
#define CTL_ASK_H

#include "options.h"

/* Each returns 0, or an exit status after a message.  Neither waits for
 * jailinit. */

/* Checks that c's verb, with its budget if it has one, could be asked for. */
int ask_check(const struct ctl *c);

/* Asks for it. */
int ask(const struct ctl *c);

#endif
