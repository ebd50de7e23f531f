/* SPDX-License-Identifier: BSD-2-Clause */
/* FreeBSD: whether this process is in a jail, jail(8). */
#ifndef LIB_JAILED_FREEBSD_H
#define LIB_JAILED_FREEBSD_H

#include <stdbool.h>

/* False also if the kernel does not say. */
bool is_jailed(void);

#endif
