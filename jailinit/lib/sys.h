/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What differs between Linux and FreeBSD for more than one program: sys_linux.c
 * and sys_freebsd.c.
 */
#ifndef LIB_SYS_H
#define LIB_SYS_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

/* The highest signal number of any system here, and of this one. */
#define SYS_SIGNALS	128
extern const int sys_signal_max;

/* The SIGRTMIN that managers mean, which does not depend on this program's
 * libc; and SIGPWR, or 0 on a system without it. */
extern const int sys_signal_rtmin;
extern const int sys_signal_power;

/* The si_code of a signal that a process sent to one thread. */
extern const int sys_signal_thread;

/* Is sig one that libc or a terminal uses by itself? */
bool sys_signal_is_own(int sig);

/* Names of signals that POSIX does not have, without SIG; the list ends at
 * "", -1. */
struct sys_name {
	char name[8];
	int value;
};
extern const struct sys_name sys_signal_names[];

/* Gives sig its default action, even if libc uses the signal itself and would
 * refuse. */
void sys_signal_default(int sig);

/* As write(2), but never waits, and writes all n bytes or none.  -1 and EAGAIN
 * if there is no room; EOPNOTSUPP if the system cannot do that for fd. */
ssize_t sys_write_nowait(int fd, const void *buf, size_t n);

/* Closes every descriptor from first_fd on except keep_fd (-1: none). */
void sys_close_others(int first_fd, int keep_fd);

#endif
