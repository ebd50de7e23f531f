/* SPDX-License-Identifier: BSD-2-Clause */
/* How process 1 leaves when its life is over. */
#ifndef INIT_LEAVE_H
#define INIT_LEAVE_H

#include <stdbool.h>

#include "core/request.h"

#include "options.h"

/* Does another life follow in this process? */
bool leave_in_place(enum request_verb verb, enum leave how);

/* Leaves: exit with status, reboot(2), or another life in this process. */
_Noreturn void leave(enum request_verb verb, const struct options *o,
    int status);

#endif
