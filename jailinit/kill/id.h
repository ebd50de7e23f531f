/* SPDX-License-Identifier: BSD-2-Clause */
/* The ids of containers.  Touches memory alone. */
#ifndef ID_H
#define ID_H

#include <stdbool.h>

/* So long is an id; tools print the start of it. */
#define ID_LENGTH	64
#define ID_SHORT	12
#define ID_DIGITS	"0123456789abcdef"

/* Is word a whole id, and name the start of it? */
bool id_is(const char *word, const char *name);

#endif
