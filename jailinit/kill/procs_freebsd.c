/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes of jails on FreeBSD.  Touches the sysctl kern.proc. */
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/sysctl.h>
#include <sys/user.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "prison_freebsd.h"

/* The list grows while it is fetched: so often more room is made. */
#define LIST_TRIES	8

/* sysctl(3): ENOMEM when it does not fit. */
struct kinfo_proc *
jail_procs(size_t *n)
{
	int i, mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_PROC };
	struct kinfo_proc *list = NULL, *p;
	size_t size;

	for (i = 0; i < LIST_TRIES; i++) {
		if (sysctl(mib, nitems(mib), NULL, &size, NULL, 0) == -1)
			break;
		size += size / 8 + 16 * sizeof(*list);
		p = realloc(list, size);
		if (p == NULL)
			break;
		list = p;
		if (sysctl(mib, nitems(mib), list, &size, NULL, 0) == 0) {
			*n = size / sizeof(*list);
			return (list);
		}
		if (errno != ENOMEM)
			break;
	}
	free(list);
	return (NULL);
}

bool
jail_has(jailid_t jid, bool children, const struct kinfo_proc *kp)
{
	int of = kp->ki_jid;

	if (kp->ki_structsize != (int)sizeof(*kp) || kp->ki_stat == SZOMB)
		return (false);
	while (children && of > 0 && (jailid_t)of != jid)
		of = jail_parent(of);
	return (of >= 0 && (jailid_t)of == jid);
}

static bool
is_called_init(const struct kinfo_proc *kp)
{
	return (strcmp(kp->ki_comm, JAIL_INIT) == 0 ||
	    strcmp(kp->ki_comm, JAIL_INIT_FD) == 0);
}

/* A jailinit by another name, such as podman's init: its title tells.  (What
 * does not fit is not had, and is no title of ours.) */
static bool
is_titled_init(const struct kinfo_proc *kp)
{
	static const char title[] = JAIL_INIT ": ";
	char args[64];
	int mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_ARGS, kp->ki_pid };
	size_t size = sizeof(args);

	return (sysctl(mib, nitems(mib), args, &size, NULL, 0) == 0 &&
	    size >= sizeof(title) &&
	    memcmp(args, title, sizeof(title) - 1) == 0);
}

static bool
is_older(const struct kinfo_proc *kp, const struct kinfo_proc *than)
{
	return (than == NULL || kp->ki_start.tv_sec < than->ki_start.tv_sec ||
	    (kp->ki_start.tv_sec == than->ki_start.tv_sec &&
	    kp->ki_start.tv_usec < than->ki_start.tv_usec));
}

/* P_WEXIT, sys/proc.h: it has begun to exit, which can take time. */
void
jail_people_find(struct jail_people *who, jailid_t jid, bool children,
    const struct kinfo_proc *list, size_t n)
{
	const struct kinfo_proc *any = NULL, *init = NULL, *kp;
	size_t i;

	memset(who, 0, sizeof(*who));
	for (i = 0; i < n; i++) {
		kp = &list[i];
		if (!jail_has(jid, children, kp))
			continue;
		who->any = true;
		if ((kp->ki_flag & P_WEXIT) != 0)
			continue;
		if (is_older(kp, any))
			any = kp;
		if ((jailid_t)kp->ki_jid == jid && is_called_init(kp) &&
		    is_older(kp, init))
			init = kp;
	}
	if (init == NULL && any != NULL && (jailid_t)any->ki_jid == jid &&
	    is_titled_init(any))
		init = any;
	who->any_pid = any == NULL ? 0 : any->ki_pid;
	who->init_pid = init == NULL ? 0 : init->ki_pid;
}

/* Without memory for the list somebody is there: that ends nothing. */
void
jail_people_read(struct jail_people *who, const struct jail *j)
{
	size_t n = 0;
	struct kinfo_proc *list = jail_procs(&n);
	struct jail_about a;

	jail_people_find(who, j->jid, jail_about(j, &a) != -1 &&
	    a.children > 0, list, n);
	if (list == NULL)
		who->any = true;
	free(list);
}

bool
jail_proc(pid_t pid, struct kinfo_proc *kp)
{
	int mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, pid };
	size_t size = sizeof(*kp);

	return (pid > 0 && sysctl(mib, nitems(mib), kp, &size, NULL, 0) == 0 &&
	    size == sizeof(*kp) && kp->ki_pid == pid);
}

bool
jail_is_init(jailid_t jid, pid_t pid, struct kinfo_proc *kp)
{
	return (jail_proc(pid, kp) && jail_has(jid, false, kp) &&
	    (is_called_init(kp) || is_titled_init(kp)));
}
