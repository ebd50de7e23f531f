/* SPDX-License-Identifier: BSD-2-Clause */
/* The working directory.  Touches it. */
#include <unistd.h>

#include "directory.h"

/* One with a longer path is not left. */
static char start[128];

void
directory_leave(void)
{
	if (getcwd(start, sizeof(start)) == NULL || start[0] != '/' ||
	    chdir("/") == -1)
		start[0] = '\0';
}

void
directory_return(void)
{
	if (start[0] != '\0')
		(void)!chdir(start);
}
