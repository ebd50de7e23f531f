/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers of a traced process, Linux.  HAS_REGISTERS is defined for the
 * machines for which they are here, and which can make a single step. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include <elf.h>
#include <sched.h>
#include <signal.h>

#if defined(__x86_64__)
#define HAS_REGISTERS
#define REG_PC(r)	((r)->rip)
#define REG_STACK(r)	((r)->rsp)
#define REG_RESULT(r)	((long)(r)->rax)
#define SYSTEM_CALL	0x050fUL	/* the instruction */
#define SYSTEM_CALL_MASK 0xffffUL

static inline void
registers_call(struct user_regs_struct *r, long call, const long arg[4])
{
	r->orig_rax = (unsigned long long)-1;	/* no call to go on with */
	r->rax = (unsigned long long)call;
	r->rdi = (unsigned long long)arg[0];
	r->rsi = (unsigned long long)arg[1];
	r->rdx = (unsigned long long)arg[2];
	r->r10 = (unsigned long long)arg[3];
}

/* What the last call got, unless it has changed them. */
static inline void
registers_arguments(const struct user_regs_struct *r, long arg[4])
{
	arg[0] = (long)r->rdi;
	arg[1] = (long)r->rsi;
	arg[2] = (long)r->rdx;
	arg[3] = (long)r->r10;
}
#elif defined(__aarch64__)
#define HAS_REGISTERS
#define REG_PC(r)	((r)->pc)
#define REG_STACK(r)	((r)->sp)
#define REG_RESULT(r)	((long)(r)->regs[0])
#define SYSTEM_CALL	0xd4000001UL
#define SYSTEM_CALL_MASK 0xffffffffUL

static inline void
registers_call(struct user_regs_struct *r, long call, const long arg[4])
{
	int i;

	r->regs[8] = (unsigned long long)call;
	for (i = 0; i < 4; i++)
		r->regs[i] = (unsigned long long)arg[i];
}

/* The result has taken the place of the first one, which is that of the
 * clone(2) of jail_enter here. */
static inline void
registers_arguments(const struct user_regs_struct *r, long arg[4])
{
	int i;

	arg[0] = CLONE_PIDFD | SIGCHLD;
	for (i = 1; i < 4; i++)
		arg[i] = (long)r->regs[i];
}
#endif

#ifdef HAS_REGISTERS
static inline int
registers_get(pid_t pid, struct user_regs_struct *r)
{
	/* cppcheck-suppress ctuuninitvar; it is filled in */
	struct iovec v = { r, sizeof(*r) };

	return ((int)ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &v));
}

static inline int
registers_set(pid_t pid, struct user_regs_struct *r)
{
	struct iovec v = { r, sizeof(*r) };

	return ((int)ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &v));
}
#endif

#endif
