/* SPDX-License-Identifier: BSD-2-Clause */
/* Enters a jail on FreeBSD.  Touches this process. */
#include <sys/types.h>
#include <sys/procctl.h>

#include <errno.h>
#include <unistd.h>

#include "lib/jailed_freebsd.h"

#include "attach_freebsd.h"

/* The jail's root may not trace this process, procctl(2), which it could from
 * the moment of jail_attach(2) on (FreeBSD-SA-21:05).  Outside a jail, kill(-1)
 * would signal the host, so that is checked at last. */
int
attach_enter(const struct prison *p)
{
	int no_trace = PROC_TRACE_CTL_DISABLE;
	struct prison_about a;

	if (prison_about(p, &a) == -1)
		return (-1);
	if (procctl(P_PID, getpid(), PROC_TRACE_CTL, &no_trace) == -1) {
		if (errno == EBUSY)	/* this process is traced */
			errno = EALREADY;
		return (-1);
	}
	if (prison_attach(p) == -1) {
		if (errno == EINVAL)	/* jail(2): it does not exist */
			errno = ESRCH;
		return (-1);
	}
	if (p->fd != -1)
		close(p->fd);
	if (!is_jailed()) {
		errno = EPERM;
		return (-1);
	}
	return (0);
}
