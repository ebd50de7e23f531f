/* SPDX-License-Identifier: BSD-2-Clause */
/* What jailkill -l and -J print. */
#ifndef LIST_H
#define LIST_H

#include <stdbool.h>

#include "target.h"

/* Prints a line for each jail, in columns or as JSON.  Returns an exit
 * status. */
int list_print(struct targets *t, bool json);

#endif
