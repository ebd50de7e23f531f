/* SPDX-License-Identifier: BSD-2-Clause */
/* jailkill(3), the library calls.  Touches jails. */
#include <errno.h>
#include <signal.h>

#include "deliver.h"
#include "jail.h"
#include "jailkill.h"

int
jailkill(jailid_t jid, int sig)
{
	struct jail j;
	int e, r;

	if (sig < 0 || sig > SIGRTMAX) {
		errno = EINVAL;
		return (-1);
	}
	if (jail_open(&j, jid) == -1)
		return (-1);
	r = jail_deliver(&j, sig);
	e = errno;
	jail_close(&j);
	errno = e;
	return (r);
}

int
jailkill_find(const char *name, jailid_t *jid)
{
	struct jail j;

	if (jail_open_name(&j, name) == -1)
		return (-1);
	*jid = j.jid;
	jail_close(&j);
	return (0);
}
