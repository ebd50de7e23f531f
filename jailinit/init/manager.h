/* SPDX-License-Identifier: BSD-2-Clause */
/* The manager that started this jail, as far as it can be known: what its
 * signals mean, and how soon it kills. */
#ifndef INIT_MANAGER_H
#define INIT_MANAGER_H

#include <stdbool.h>
#include <stdint.h>

struct manager {
	char name[24];		/* of what stops the jail */
	char mark[24];		/* a variable, or a file */
	char value[16];		/* of the variable; "": any but "" */
	bool oci;		/* any signal may be its stop signal */
	bool reboots;		/* it takes reboot(2) for a reboot */
	int64_t grace_ms;	/* its own default; INT64_MAX: not known */
};

/* Finds it, once: before a program of the jail may change a file.  next_life is
 * NULL or, after a reboot in place, what manager_file() was before. */
void manager_find(const char *next_life);

/* What was found, or one without a name for which nothing is set. */
const struct manager *manager_here(void);

/* The file by which it was found, or "". */
const char *manager_file(void);

#endif
