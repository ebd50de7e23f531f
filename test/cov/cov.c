/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linked into each program that is built with --coverage.  What is counted is
 * lost where a process is killed, leaves by _exit(2) or reboot(2), or is in a
 * root where no file can be written; so the counters are memory that all
 * processes of all runs share, which test/cov/cover hands out, by a socket
 * that needs no path, before main().  With COVERAGE_WRITE in the environment
 * the program writes what was counted by all as gcov does, and ends.
 * System calls are made here, as jail_enter.c has no library.  x86-64 alone.
 */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <stddef.h>

/* test/cov/counters.ld */
extern char cov_begin[], cov_end[], cov_id[];

/* Whose memory: the program's build id, 20 bytes, but for jail_enter.c. */
#ifdef COV_NAME
#define COV_ID		COV_NAME
#define COV_ID_SIZE	(sizeof(COV_NAME) - 1)
#else
#define COV_ID		cov_id
#define COV_ID_SIZE	20
#endif

static long
call(long n, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long r;

	__asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b),
	    "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
	return (r);
}

static int
memory_get(long fd)
{
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(sizeof(int))];
	} c;
	char answer;
	struct iovec io = { &answer, 1 };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1,
	    .msg_control = &c, .msg_controllen = sizeof(c) };

	if (call(SYS_write, fd, (long)COV_ID, COV_ID_SIZE, 0, 0, 0) < 0 ||
	    call(SYS_recvmsg, fd, (long)&m, MSG_CMSG_CLOEXEC, 0, 0, 0) != 1 ||
	    m.msg_controllen < CMSG_LEN(sizeof(int)))
		return (-1);
	return (*(int *)(void *)CMSG_DATA(&c.h));
}

/* Without anybody there, or a descriptor to be had, it counts for itself. */
void cov_map(void);
void
cov_map(void)
{
	static const struct sockaddr_un to = { AF_UNIX, "\0" COV_SOCKET };
	long fd, memory_fd;

	fd = call(SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, 0, 0,
	    0);
	if (fd < 0)
		return;
	if (call(SYS_connect, fd, (long)&to, offsetof(struct sockaddr_un,
	    sun_path) + sizeof(COV_SOCKET), 0, 0, 0) == 0 &&
	    (memory_fd = memory_get(fd)) >= 0) {
		(void)call(SYS_mmap, (long)cov_begin, (long)cov_end - (long)cov_begin,
		    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory_fd,
		    0);
		(void)call(SYS_close, memory_fd, 0, 0, 0, 0, 0);
	}
	(void)call(SYS_close, fd, 0, 0, 0, 0, 0);
}

#ifdef COV_ALONE
/* jail_enter.c: no library, and this is where it begins. */
void __gcov_init(void *);
void __gcov_exit(void);
void __gcov_merge_add(void);

void
__gcov_init(void *info)
{
	(void)info;
}

void
__gcov_exit(void)
{
}

void
__gcov_merge_add(void)
{
}

__asm__(".globl cov_start\ncov_start:\n\tmov %rsp, %rbx\n\tand $-16, %rsp\n"
    "\tcall cov_map\n\tmov %rbx, %rsp\n\tjmp _start\n");
#else
#include <stdlib.h>
#include <unistd.h>

void __gcov_dump(void);
void __wrap___gcov_exit(void);

/* Not each process that ends is to write. */
void
__wrap___gcov_exit(void)
{
}

/* After those that tell gcov of the files. */
static __attribute__((constructor)) void
cov_begins(void)
{
	cov_map();
	if (getenv("COVERAGE_WRITE") == NULL)
		return;
	__gcov_dump();
	_exit(0);
}
#endif
