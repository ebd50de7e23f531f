/* SPDX-License-Identifier: BSD-2-Clause */
/* The ids of containers.  Touches memory alone. */
#include <string.h>

#include "id.h"

bool
id_is(const char *word, const char *name)
{
	return (strlen(word) == ID_LENGTH && strlen(name) == ID_SHORT &&
	    strspn(word, ID_DIGITS) == ID_LENGTH &&
	    strncmp(word, name, ID_SHORT) == 0);
}
