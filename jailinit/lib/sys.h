/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What differs between systems and more than one program needs: sys_linux.c
 * and sys_freebsd.c.
 */
#ifndef LIB_SYS_H
#define LIB_SYS_H

#include <sys/types.h>

#include <stddef.h>

/* The highest signal number of any system here, and of this one. */
#define SYS_SIGNALS	128
extern const int sys_signal_max;

/* What managers mean by SIGRTMIN, whatever libc this program is linked with;
 * and SIGPWR, 0 on a system that has none. */
extern const int sys_signal_rtmin;
extern const int sys_signal_power;

/* Names of signals that POSIX does not have, without SIG; the list ends at
 * "", -1. */
struct sys_name {
	char name[8];
	int value;
};
extern const struct sys_name sys_signal_names[];

/* Gives sig its default action, also where libc refuses because it uses that
 * signal itself. */
void sys_signal_default(int sig);

/* write(2) of n bytes or none that never waits.  -1 and EAGAIN when there is
 * no room; EOPNOTSUPP where the system cannot promise that for fd. */
ssize_t sys_write_nowait(int fd, const void *buf, size_t n);

/* Closes every descriptor from first_fd on except keep_fd (-1: none). */
void sys_close_others(int first_fd, int keep_fd);

#endif
