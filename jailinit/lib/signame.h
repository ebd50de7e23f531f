/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals by name, as kill(1) has them. */
#ifndef LIB_SIGNAME_H
#define LIB_SIGNAME_H

#include "sys.h"

/* Returns the signal that arg says: a number, a name (in any case, with or
 * without SIG) or RTMIN+number.  0 to sys_signal_max; -1: it is none. */
int signame_number(const char *arg);

/* The value of a name in a list, in any case, or the list's last value. */
int signame_lookup(const struct sys_name *list, const char *name);

/* The name of sig without SIG, or its number; in a static buffer. */
const char *signame_name(int sig);

#endif
