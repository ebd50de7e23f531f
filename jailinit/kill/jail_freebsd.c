/* SPDX-License-Identifier: BSD-2-Clause */
/* Jails on FreeBSD, by prison_freebsd.h; their processes by procs_freebsd.h.
 * Touches no path. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jail.h"
#include "prison_freebsd.h"
#include "procs_freebsd.h"

int
jail_init(const char **why)
{
	(void)why;
	return (0);
}

/*
 * Opening.
 */
void
jail_close(struct jail *j)
{
	if (j->fd != -1)
		close(j->fd);
	j->fd = -1;
}

static void
fill(struct jail *j, int jid, const struct prison_about *a,
    const struct procs *procs)
{
	memset(j, 0, sizeof(*j));
	j->jid = (jailid_t)jid;
	j->pid = procs->init_pid;
	j->fd = -1;
	j->mine = geteuid() == 0;
	j->whose = JAIL_OWN;
	(void)snprintf(j->name, sizeof(j->name), "%s", a->name);
}

int
jail_hold(struct jail *j)
{
	struct prison p = { (int)j->jid, -1, j->name };
	struct kinfo_proc kp;
	struct procs procs;
	struct prison_about a;

	if (prison_by_jid(p.jid, &a) == -1)
		return (-1);
	j->fd = p.fd = prison_open(p.jid);
	if (prison_about(&p, &a) == -1 || strcmp(a.name, j->name) != 0) {
		jail_close(j);
		errno = ESRCH;
		return (-1);
	}
	if (!proc_is_init(p.jid, j->pid, &kp)) {
		procs_read(&procs, &p);
		j->pid = procs.init_pid;
	}
	return (0);
}

/* jid: -1, or of the jail that a is about. */
static int
open_found(struct jail *j, int jid, const struct prison_about *a)
{
	static const struct procs none;

	if (jid == -1)
		return (-1);
	fill(j, jid, a, &none);
	return (jail_hold(j));
}

/*
 * Finding.
 */
int
jail_open(struct jail *j, jailid_t jid)
{
	struct prison_about a;

	j->fd = -1;
	if (jid == 0 || jid > INT_MAX) {
		errno = ESRCH;
		return (-1);
	}
	return (open_found(j, prison_by_jid((int)jid, &a), &a));
}

/* Digits alone are a jid, as for jail_getid(3): jail(8) lets no other jail
 * have such a name.  A name that could be a path is one. */
int
jail_open_name(struct jail *j, const char *name)
{
	struct prison_about a;
	size_t len = strlen(name);
	const char *error;

	j->fd = -1;
	if (len > 0 && strspn(name, "0123456789") == len)
		return (jail_open(j, (jailid_t)strtonum(name, 1, INT_MAX,
		    &error)));
	if (len == 0 || len >= sizeof(a.name) || strchr(name, '/') != NULL ||
	    name[0] == '.') {
		errno = EINVAL;
		return (-1);
	}
	memset(&a, 0, sizeof(a));
	memcpy(a.name, name, len);
	return (open_found(j, prison_by_name(&a), &a));
}

/* With one list of processes for all.  A jail in a jail is left to that. */
int
jail_each(jail_fn *fn, void *arg, struct jail_crowd *crowd)
{
	size_t n = 0;
	struct kinfo_proc *list = procs_list(&n);
	struct procs procs;
	struct prison_about a;
	struct jail j;
	bool more = true;
	int jid, last = 0;

	(void)crowd;
	while (more && (jid = prison_next(last, &a)) != -1) {
		last = jid;
		if (a.parent != 0)
			continue;
		procs_find(&procs, jid, false, list, n);
		fill(&j, jid, &a, &procs);
		more = fn(&j, arg);
	}
	free(list);
	return (!more || errno == ESRCH ? 0 : -1);
}

void
jail_comm(const struct jail *j, char comm[JAIL_COMM_MAX])
{
	struct kinfo_proc kp;

	(void)snprintf(comm, JAIL_COMM_MAX, "%s",
	    proc_is_init((int)j->jid, j->pid, &kp) ? PROCS_INIT : "");
}
