/* SPDX-License-Identifier: BSD-2-Clause */
/* FreeBSD.  Touches the sysctl security.jail.jailed. */
#include <sys/types.h>
#include <sys/sysctl.h>

#include <stddef.h>

#include "jailed_freebsd.h"

bool
is_jailed(void)
{
	int jailed = 0;
	size_t size = sizeof(jailed);

	return (sysctlbyname("security.jail.jailed", &jailed, &size, NULL,
	    0) == 0 && jailed == 1);
}
