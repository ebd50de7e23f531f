/* SPDX-License-Identifier: BSD-2-Clause */
/* KILL to jails on FreeBSD.  Touches jails and children. */
#include <signal.h>

#include "jail_kill.h"
#include "prison_freebsd.h"
#include "signaller_freebsd.h"

/* A jail that persists is removed when KILL was repeated this often. */
#define REMOVE_AFTER	5

static int
all_kill(const struct jail *j, struct prison_about *a)
{
	static const int sigs[] = { SIGKILL, 0 };
	const struct prison p = { (int)j->jid, j->fd, j->name };

	if (signaller_may(&p, a) == -1)
		return (-1);
	return (signaller_start(&p, sigs, 0, NULL) == -1 ? -1 : 0);
}

int
jail_kill(const struct jail *j)
{
	struct prison_about a;

	return (all_kill(j, &a));
}

/* jail_remove(2) kills from outside, where no jail can prevent it.  It also
 * ends a jail that persists, which is jail(8)'s task unless nothing else
 * helps; any other jail ends with its last process anyway. */
void
jail_kill_again(struct jail *const *jails, size_t n)
{
	struct prison_about a;
	size_t i;

	for (i = 0; i < n; i++) {
		const struct prison p = { (int)jails[i]->jid, jails[i]->fd,
		    jails[i]->name };

		a.persist = true;
		(void)all_kill(jails[i], &a);
		if (!a.persist || ++jails[i]->kills >= REMOVE_AFTER)
			(void)prison_remove(&p);
	}
}

/* FreeBSD has nothing that freezes processes. */
bool
jail_frozen(const struct jail *j, char *buf, size_t size)
{
	(void)j;
	(void)buf;
	(void)size;
	return (false);
}
