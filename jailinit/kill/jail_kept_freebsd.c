/* SPDX-License-Identifier: BSD-2-Clause */
/* Nothing keeps a jail on FreeBSD: a zombie does not, prison_proc_free() in
 * exit1() of sys/kern/kern_exit.c.  Touches nothing. */
#include "jail_kept.h"

bool
jail_is_ending(const struct jail *j)
{
	(void)j;
	return (false);
}

struct jail_keepers *
jail_keepers_find(int64_t end_ms)
{
	(void)end_ms;
	return (NULL);
}

void
jail_keepers_free(struct jail_keepers *k)
{
	(void)k;
}

bool
jail_kept_by(const struct jail *j, const struct jail_keepers *k,
    int64_t end_ms, char *buf, size_t size)
{
	(void)j;
	(void)k;
	(void)end_ms;
	(void)buf;
	(void)size;
	return (false);
}
