/* SPDX-License-Identifier: BSD-2-Clause */
/* A system call, and the start, for each machine.  At the start the stack is as
 * the kernel laid it out: argc, argv. */
#include "enter_call_linux.h"

#if defined(__x86_64__)
long
call(long n, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long r;

	__asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b),
	    "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
	return (r);
}

__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\t"
    "and $-16, %rsp\n\tcall enter\n");
#elif defined(__aarch64__)
long
call(long n, long a, long b, long c, long d, long e)
{
	register long x8 __asm__("x8") = n;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2),
	    "r"(x3), "r"(x4) : "memory");
	return (x0);
}

__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x0, sp\n\tbl enter\n");
#elif defined(__riscv) && __riscv_xlen == 64
long
call(long n, long a, long b, long c, long d, long e)
{
	register long a7 __asm__("a7") = n;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2),
	    "r"(a3), "r"(a4) : "memory");
	return (a0);
}

/* The linker may have made constants and variables relative to gp. */
__asm__(".globl _start\n_start:\n\t.option push\n\t.option norelax\n"
    "\tla gp, __global_pointer$\n\t.option pop\n"
    "\tmv a0, sp\n\tcall enter\n");
#else
#error "enter_call_linux.c: no system calls for this machine yet"
#endif
