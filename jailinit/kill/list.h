/* SPDX-License-Identifier: BSD-2-Clause */
/* What jailkill -l and -J print. */
#ifndef LIST_H
#define LIST_H

#include <stdbool.h>

#include "target.h"

/* A line for each, in columns or (json) as an object.  An exit status. */
int list_print(const struct targets *t, bool json);

#endif
