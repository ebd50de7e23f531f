/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of exit statuses.  Touches nothing. */
#include <sysexits.h>

#include "outcome.h"

/* What a script has to know first: something is left; then what could not be
 * done or was asked wrongly; then how programs ended; then force. */
static const int order[] = { OUTCOME_LEFT, EX_OSERR, EX_NOPERM, EX_USAGE,
    EX_NOHOST, EX_TEMPFAIL, EX_IOERR };

/* Lower is worse. */
static int
rank(int status)
{
	const int n = sizeof(order) / sizeof(order[0]);
	int i;

	for (i = 0; i < n && order[i] != status; i++)
		continue;
	return (i < n ? i : n + 255 - status);
}

int
outcome_worse(int a, int b)
{
	return (rank(a) <= rank(b) ? a : b);
}
