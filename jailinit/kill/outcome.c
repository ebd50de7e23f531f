/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of exit statuses.  Touches nothing. */
#include <stddef.h>
#include <sysexits.h>

#include "outcome.h"

/* What a script has to know first: something is left; then what could not be
 * done or was asked wrongly; then force. */
int
outcome_worse(int a, int b)
{
	static const int order[] = { OUTCOME_LEFT, EX_OSERR, EX_NOPERM,
	    EX_USAGE, EX_NOHOST, EX_IOERR, OUTCOME_FORCED, OUTCOME_CLEAN };
	size_t i;

	for (i = 0; order[i] != a && order[i] != b; i++)
		continue;
	return (order[i]);
}
