/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes of jails on FreeBSD, from the sysctl kern.proc. */
#ifndef PROCS_FREEBSD_H
#define PROCS_FREEBSD_H

#include <sys/param.h>
#include <sys/user.h>

#include <stdbool.h>
#include <stddef.h>

#include "prison_freebsd.h"

#define PROCS_INIT	"jailinit"

/* The processes of a jail. */
struct procs {
	pid_t init_pid;		/* the oldest jailinit in it, or 0; one with
				 * another name only if it is the oldest of
				 * all */
	pid_t any_pid;		/* the oldest process, or 0 */
	bool any;		/* there are some, exiting ones included */
};

/* All processes, to be freed; NULL: there is no memory. */
struct kinfo_proc *procs_list(size_t *n);

/* Finds those of the jail with this jid in list[0..n).  children: the jail has
 * jails in it, and their processes count, too. */
void procs_find(struct procs *procs, int jid, bool children,
    const struct kinfo_proc *list, size_t n);

/* Those of a jail as they are now. */
void procs_read(struct procs *procs, const struct prison *p);

/* Reads one process; false: it has gone. */
bool proc_get(pid_t pid, struct kinfo_proc *kp);

/* Puts the state that a jailinit has in its title, "jailinit: state", into buf.
 * False: the process has no such title. */
bool proc_title(pid_t pid, char *buf, size_t size);

/* Does it live in this jail, or (children) in one that is in it? */
bool proc_is_in(int jid, bool children, const struct kinfo_proc *kp);

/* Is the process a jailinit of this jail?  Reads it into kp.  For a caller in
 * the jail jid is 0, fill_kinfo_proc_only() in sys/kern/kern_proc.c. */
bool proc_is_init(int jid, pid_t pid, struct kinfo_proc *kp);

#endif
