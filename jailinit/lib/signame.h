/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals by name, as kill(1) has them. */
#ifndef LIB_SIGNAME_H
#define LIB_SIGNAME_H

#include "sys.h"

/* The signal of a number, a name with or without SIG in any case, or
 * RTMIN+number: 0 to sys_signal_max, or -1. */
int signame_number(const char *arg);

/* The value of a name in a list, in any case, or the list's last value. */
int signame_lookup(const struct sys_name *list, const char *name);

/* Its name without SIG, or its number; in a static buffer. */
const char *signame_name(int sig);

#endif
