/* SPDX-License-Identifier: BSD-2-Clause */
/* FreeBSD: one process as the kernel tells of it, and all descendants. */
#ifndef INIT_PROC_FREEBSD_H
#define INIT_PROC_FREEBSD_H

#include <sys/types.h>

#include <stdbool.h>

struct kinfo_proc;
typedef void proc_fn(const struct kinfo_proc *, void *);

/* False: there is no such process. */
bool proc_one_read(pid_t pid, struct kinfo_proc *kp);

/* Is it another process than we, and alive?  A zombie takes no signal. */
bool proc_is_other(const struct kinfo_proc *kp);

/* Calls fn for each of our descendants. */
void proc_walk_subtree(proc_fn *fn, void *arg);

#endif
