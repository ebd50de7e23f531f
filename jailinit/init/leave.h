/* SPDX-License-Identifier: BSD-2-Clause */
/* How process 1 leaves when its life is over. */
#ifndef LEAVE_H
#define LEAVE_H

#include <stdbool.h>

#include "core/request.h"

#include "options.h"
#include "os.h"

struct leave_how {
	enum request_verb verb;
	enum leave leave;	/* -l */
	enum os_place place;
	char *const *argv;	/* of the next one */
	int status;		/* of exit */
};

/* Would this process stay, and live once more? */
bool leave_in_place(const struct leave_how *how);

/* Leaves: exit, reboot(2), or the next life in this process. */
_Noreturn void leave(const struct leave_how *how);

#endif
