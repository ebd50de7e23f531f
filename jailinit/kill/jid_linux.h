/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux: the jid of a jail, jailkill.h, and the first process with that jid. */
#ifndef JID_LINUX_H
#define JID_LINUX_H

#include <sys/types.h>

#include "jailkill.h"

/* The jid of the process with this pidfd and pid; 0: see jid_error(). */
jailid_t jid_of(int pid_fd, pid_t pid);

/* Call it right after jid_of().  0: the process still lives and has a jid;
 * otherwise an errno that says why not, ESRCH if it has ended. */
int jid_error(int pid_fd, jailid_t jid);

/* Opens the pidfd of the process with this jid, or -1 and errno.  ENOTSUP:
 * this kernel or the caller's privileges do not allow it; ESRCH: there is no
 * such process. */
int jid_open(jailid_t jid);

#endif
