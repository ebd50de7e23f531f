/* SPDX-License-Identifier: BSD-2-Clause */
/* The working directory.  Touches it. */
#include <limits.h>
#include <unistd.h>

#include "directory.h"

static char start[PATH_MAX];

void
directory_leave(void)
{
	if (getcwd(start, sizeof(start)) == NULL || start[0] != '/')
		start[0] = '\0';	/* it has no path */
	if (chdir("/") == -1)
		start[0] = '\0';
}

void
directory_return(void)
{
	if (start[0] != '\0')
		(void)!chdir(start);
}
