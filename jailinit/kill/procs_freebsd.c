/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes of jails on FreeBSD.  Touches the sysctl kern.proc. */
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/sysctl.h>
#include <sys/user.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "procs_freebsd.h"

/* What the kernel calls a program that was executed by a descriptor when it no
 * longer had a path, do_execve() in sys/kern/kern_exec.c: a jailinit that has
 * rebooted in place after its file was removed. */
#define INIT_BY_FD	"(fexecv)"

/* The list grows while it is fetched: tries, each with more room. */
#define LIST_TRIES	8

/* sysctl(3): ENOMEM when the list does not fit. */
struct kinfo_proc *
procs_list(size_t *n)
{
	int i, mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_PROC };
	struct kinfo_proc *list = NULL, *more;
	size_t size;

	for (i = 0; i < LIST_TRIES; i++) {
		if (sysctl(mib, nitems(mib), NULL, &size, NULL, 0) == -1)
			break;
		size += size / 8 + 16 * sizeof(*list);
		more = realloc(list, size);
		if (more == NULL)
			break;
		list = more;
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
proc_is_in(int jid, bool children, const struct kinfo_proc *kp)
{
	int of = kp->ki_jid;

	if (kp->ki_structsize != (int)sizeof(*kp) || kp->ki_stat == SZOMB)
		return (false);
	while (children && of > 0 && of != jid)
		of = prison_parent(of);
	return (of >= 0 && of == jid);
}

static bool
is_called_init(const struct kinfo_proc *kp)
{
	return (strcmp(kp->ki_comm, PROCS_INIT) == 0 ||
	    strcmp(kp->ki_comm, INIT_BY_FD) == 0);
}

/* (A command line that does not fit is not read, and is no title of ours.) */
bool
proc_title(pid_t pid, char *buf, size_t size)
{
	static const char title[] = PROCS_INIT ": ";
	char args[64];
	int mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_ARGS, pid };
	size_t n = sizeof(args) - 1;

	if (sysctl(mib, nitems(mib), args, &n, NULL, 0) == -1 ||
	    n < sizeof(title) || memcmp(args, title, sizeof(title) - 1) != 0)
		return (false);
	args[n] = '\0';
	(void)snprintf(buf, size, "%s", args + sizeof(title) - 1);
	return (true);
}

/* A jailinit with another name, such as podman's init, has its title. */
static bool
is_titled_init(const struct kinfo_proc *kp)
{
	char state[8];

	return (proc_title(kp->ki_pid, state, sizeof(state)));
}

static bool
is_older(const struct kinfo_proc *kp, const struct kinfo_proc *than)
{
	return (than == NULL || kp->ki_start.tv_sec < than->ki_start.tv_sec ||
	    (kp->ki_start.tv_sec == than->ki_start.tv_sec &&
	    kp->ki_start.tv_usec < than->ki_start.tv_usec));
}

/* P_WEXIT, sys/proc.h: the process has begun to exit, which can take time. */
void
procs_find(struct procs *procs, int jid, bool children,
    const struct kinfo_proc *list, size_t n)
{
	const struct kinfo_proc *any = NULL, *init = NULL, *kp;
	size_t i;

	memset(procs, 0, sizeof(*procs));
	for (i = 0; i < n; i++) {
		kp = &list[i];
		if (!proc_is_in(jid, children, kp))
			continue;
		procs->any = true;
		if ((kp->ki_flag & P_WEXIT) != 0)
			continue;
		if (is_older(kp, any))
			any = kp;
		if (kp->ki_jid == jid && is_called_init(kp) &&
		    is_older(kp, init))
			init = kp;
	}
	if (init == NULL && any != NULL && any->ki_jid == jid &&
	    is_titled_init(any))
		init = any;
	procs->any_pid = any == NULL ? 0 : any->ki_pid;
	procs->init_pid = init == NULL ? 0 : init->ki_pid;
}

/* Without memory for the list the jail is not taken for gone. */
void
procs_read(struct procs *procs, const struct prison *p)
{
	size_t n = 0;
	struct kinfo_proc *list = procs_list(&n);
	struct prison_about a;

	procs_find(procs, p->jid, prison_about(p, &a) != -1 && a.children > 0,
	    list, n);
	if (list == NULL)
		procs->any = true;
	free(list);
}

bool
proc_get(pid_t pid, struct kinfo_proc *kp)
{
	int mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, pid };
	size_t size = sizeof(*kp);

	return (pid > 0 && sysctl(mib, nitems(mib), kp, &size, NULL, 0) == 0 &&
	    size == sizeof(*kp) && kp->ki_pid == pid);
}

bool
proc_is_init(int jid, pid_t pid, struct kinfo_proc *kp)
{
	return (proc_get(pid, kp) && proc_is_in(jid, false, kp) &&
	    (is_called_init(kp) || is_titled_init(kp)));
}
