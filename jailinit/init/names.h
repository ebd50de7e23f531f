/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of processes, for the log. */
#ifndef NAMES_H
#define NAMES_H

#include <stddef.h>

/* No more names than this are listed. */
#define NAMES_MAX	16

/* Lists what os_signal_all() reaches, "name (pid), name (pid)" and "..." for
 * those that are too many or do not fit, in buf[0..size): printable, an empty
 * string when nothing can be told.  Never blocks. */
void names_list(char *buf, size_t size);

#endif
