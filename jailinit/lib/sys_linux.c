/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux.  Touches signal actions and descriptors. */
#include <sys/syscall.h>
#include <sys/uio.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "sys.h"

/* Before Linux 5.9, which brought close_range(2), descriptors below this are
 * closed one by one. */
#define CLOSE_MAX	4096

#ifndef RWF_NOWAIT
#define RWF_NOWAIT	8
#endif

const int sys_signal_max = 64;
const int sys_signal_rtmin = 34;	/* glibc's; musl's is 35 */
const int sys_signal_power = SIGPWR;
const int sys_signal_thread = SI_TKILL;

const struct sys_name sys_signal_names[] = {
	{ "PWR", SIGPWR },
	{ "STKFLT", SIGSTKFLT },
	{ "POLL", SIGPOLL },
	{ "", -1 }
};

/* Those of libc it does not let us catch. */
bool
sys_signal_is_own(int sig)
{
	(void)sig;
	return (false);
}

/* libc does not change 32 to 34, which it uses itself, but they may be ignored
 * since the start.  In the kernel's struct, whatever its layout, the default
 * action is all zeros. */
void
sys_signal_default(int sig)
{
	static const unsigned long zeros[16];

	(void)syscall(SYS_rt_sigaction, sig, zeros, NULL, (size_t)_NSIG / 8);
}

ssize_t
sys_write_nowait(int fd, const void *buf, size_t n)
{
	struct iovec iov = { (void *)(uintptr_t)buf, n };

	return (syscall(SYS_pwritev2, fd, &iov, 1, -1L, -1L, RWF_NOWAIT));
}

static void
close_range_of(unsigned first, unsigned last)
{
	unsigned fd;

	if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
		return;
	for (fd = first; fd <= last && fd < CLOSE_MAX; fd++)
		close((int)fd);
}

void
sys_close_others(int first_fd, int keep_fd)
{
	if (keep_fd < first_fd) {
		close_range_of((unsigned)first_fd, UINT_MAX);
		return;
	}
	close_range_of((unsigned)first_fd, (unsigned)keep_fd - 1);
	close_range_of((unsigned)keep_fd + 1, UINT_MAX);
}
