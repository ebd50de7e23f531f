/* SPDX-License-Identifier: BSD-2-Clause */
/* What FreeBSD says of a jail: its name is known from the start, and nothing
 * freezes it.  Touches its process list, by procs_freebsd.h. */
#include "jail_about.h"
#include "procs_freebsd.h"

void
jail_about(struct jail *j)
{
	j->stopped = jail_stopped(j);
}

bool
jail_stopped(const struct jail *j)
{
	struct kinfo_proc kp;

	return (proc_is_init((int)j->jid, j->pid, &kp) &&
	    kp.ki_stat == SSTOP);
}

bool
jail_freezer(const struct jail *j, char *buf, size_t size)
{
	(void)j;
	(void)buf;
	(void)size;
	return (false);
}

int
jail_thaw(const struct jail *j, char *buf, size_t size)
{
	(void)j;
	(void)buf;
	(void)size;
	return (0);
}
