/* SPDX-License-Identifier: BSD-2-Clause */
/* What FreeBSD says of a jail: its name is known from the start, and nothing
 * freezes it.  Touches its process list, by procs_freebsd.h. */
#include "jail_about.h"
#include "procs_freebsd.h"

const bool jail_about_named = true;

void
jail_about(struct jail *j)
{
	struct kinfo_proc kp;

	j->stopped = proc_is_init((int)j->jid, j->pid, &kp) &&
	    kp.ki_stat == SSTOP;
}
