/* SPDX-License-Identifier: BSD-2-Clause */
/* For --wrap=syscall: system calls that valgrind 3.19 does not know, and would
 * say ENOSYS to, or ENOENT, are made by the processor itself.  None writes to
 * memory.  x86-64 alone. */
#include <sys/syscall.h>

#include <errno.h>
#include <stdarg.h>

#include <valgrind/valgrind.h>

long __real_syscall(long, ...);
long __wrap_syscall(long, ...);

static long
native(long tid, long *a)
{
	long d = a[4], e = a[5], f = a[6], r;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	(void)tid;
	__asm__ volatile("syscall" : "=a"(r) : "a"(a[0]), "D"(a[1]),
	    "S"(a[2]), "d"(a[3]), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11",
	    "memory");
	return (r);
}

long
__wrap_syscall(long n, ...)
{
	long a[7] = { n }, r;
	va_list ap;
	int i;

	va_start(ap, n);
	for (i = 1; i < 7; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	switch (n) {
	case SYS_pidfd_open:
	case SYS_pidfd_send_signal:
	case SYS_openat2:
	case SYS_fsopen:
	case SYS_fsconfig:
	case SYS_fsmount:
	case SYS_execveat:
		break;
	default:
		return (__real_syscall(n, a[1], a[2], a[3], a[4], a[5], a[6]));
	}
	r = (long)VALGRIND_NON_SIMD_CALL1(native, a);
	if (r >= 0 || r < -4095)
		return (r);
	errno = (int)-r;
	return (-1);
}
