/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls for the program that enters, which has no library; and its entry
 * point, which calls enter(). */
#ifndef ENTER_CALL_LINUX_H
#define ENTER_CALL_LINUX_H

/* Returns what the kernel returns, -errno when it fails. */
long call(long n, long a, long b, long c, long d, long e);

#define CALL0(n)		call(n, 0, 0, 0, 0, 0)
#define CALL1(n, a)		call(n, (long)(a), 0, 0, 0, 0)
#define CALL2(n, a, b)		call(n, (long)(a), (long)(b), 0, 0, 0)
#define CALL3(n, a, b, c)	call(n, (long)(a), (long)(b), (long)(c), 0, 0)
#define CALL4(n, a, b, c, d)	call(n, (long)(a), (long)(b), (long)(c), \
				(long)(d), 0)
#define CALL5(n, a, b, c, d, e)	call(n, (long)(a), (long)(b), (long)(c), \
				(long)(d), (long)(e))

/* Structures of the kernel that only a libc's headers have. */
struct timer {
	long interval_s, interval_us, s, us;
};
struct time {
	long s, ns;
};
struct limit {
	unsigned long now, most;
};

/* A set of signals, and its size. */
#define SIGNAL_BIT(sig)	(1UL << ((sig) - 1))
#define SIGNALS_SIZE	8

#endif
