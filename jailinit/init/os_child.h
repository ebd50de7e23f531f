/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What differs between systems for a child of ours: os_child_linux.c and
 * os_child_freebsd.c.
 */
#ifndef INIT_OS_CHILD_H
#define INIT_OS_CHILD_H

#include <sys/types.h>

#include <stdbool.h>

/* On Linux the kernel reaps the children of a parent that ignores SIGCHLD.  On
 * FreeBSD it gives them to the reaper, which is us. */
extern const bool os_kernel_reaps;

/* In the child, as root: takes the login class, priority and limits of a
 * daemon. */
void os_child_class(void);

/* Before we exit: waits up to wait_ms for a child that is about to end, where
 * its zombie would outlive us. */
void os_child_wait(pid_t pid, int wait_ms);

/* While SIGCHLD is ignored and blocked, signals_child(): a descriptor that is
 * readable, until os_unreaped_read(), when a child has ended or stopped.  It
 * may be one that the kernel does not reap, or that waits for its tracer,
 * because it or one of its threads made us that (PTRACE_TRACEME).  -1 where
 * there is no such thing. */
int os_unreaped_open(void);
void os_unreaped_read(int fd);

/* The child pid was stopped by sig.  Was it stopped because we trace it?  Then
 * we no longer do, and it goes on with the signal. */
bool os_child_untrace(pid_t pid, int sig);

/* A descriptor of the child pid: readable when it has ended, also if a tracer
 * still holds it; hangs up when it was reaped.  -1 where there is no such
 * thing.  *kept: os_exit_read() will tell its status even if the kernel reaps
 * it. */
int os_exit_open(pid_t pid, bool *kept);

/* Was that child reaped?  Then *st is its wait status. */
bool os_exit_read(int fd, int *st);

/* Sends sig to it, or to its process group; never to another process that has
 * got its number since.  False: that is refused, and the number is still its. */
bool os_exit_send(int fd, int sig, bool group);

/* A descriptor that is readable once the file of this path has been removed or
 * replaced, on a system that does so during boot (FreeBSD's cleanvar); else -1,
 * with ENOENT if the file is not there.  There is one such file; NULL forgets
 * it. */
int os_removal_watch(const char *path);

#endif
