/* SPDX-License-Identifier: BSD-2-Clause */
/* What a list has of jails on FreeBSD, by procs_freebsd.h and
 * prison_freebsd.h. */
#include <stdlib.h>
#include <unistd.h>

#include "jail_facts.h"
#include "prison_freebsd.h"
#include "procs_freebsd.h"

/* The jail began with its jailinit, or else with its oldest process. */
static void
take(struct jail_facts *f, const struct kinfo_proc *kp)
{
	int64_t ms = (int64_t)kp->ki_start.tv_sec * 1000 +
	    kp->ki_start.tv_usec / 1000;

	f->processes++;
	if (f->jail->pid > 0 ? kp->ki_pid == f->jail->pid :
	    f->start_ms == -1 || ms < f->start_ms)
		f->start_ms = ms;
}

/* A process is one of its jail, and of each jail that this is in. */
static void
take_all(struct jail_facts *facts, size_t n, const struct kinfo_proc *kp)
{
	size_t i;
	int jid;

	for (jid = kp->ki_jid; jid > 0; jid = prison_parent(jid))
		for (i = 0; i < n; i++)
			if (facts[i].jail->jid == (jailid_t)jid)
				take(&facts[i], kp);
}

void
jail_facts_find(struct jail_facts *facts, size_t n, struct jail_crowd *crowd)
{
	size_t i, list_n = 0;
	struct kinfo_proc *list = procs_list(&list_n);

	(void)crowd;
	for (i = 0; i < n; i++) {
		facts[i].start_ms = -1;
		facts[i].processes = list == NULL ? -1 : 0;
	}
	/* A visitor of ours that has just ended is none of the jail's. */
	for (i = 0; i < list_n; i++)
		if (list[i].ki_structsize == (int)sizeof(*list) &&
		    list[i].ki_ppid != getpid())
			take_all(facts, n, &list[i]);
	free(list);
}
