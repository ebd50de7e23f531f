/* SPDX-License-Identifier: BSD-2-Clause */
/* FreeBSD.  Touches signal actions and descriptors. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "sys.h"

const int sys_signal_max = 126;		/* SIGRTMAX; 127 and 128 are unused */
const int sys_signal_rtmin = SIGRTMIN;
const int sys_signal_power = 0;
const int sys_signal_thread = SI_LWP;

const struct sys_name sys_signal_names[] = {
	{ "EMT", SIGEMT },
	{ "INFO", SIGINFO },
	{ "THR", SIGTHR },
	{ "LIBRT", SIGLIBRT },
	{ "", -1 }
};

/* INFO is ^T, or a "status, please". */
bool
sys_signal_is_own(int sig)
{
	return (sig == SIGINFO || sig == SIGTHR || sig == SIGLIBRT);
}

void
sys_signal_default(int sig)
{
	(void)signal(sig, SIG_DFL);
}

/* FreeBSD can write to a pipe or a terminal without waiting only if O_NONBLOCK
 * is set on it. */
ssize_t
sys_write_nowait(int fd, const void *buf, size_t n)
{
	(void)fd;
	(void)buf;
	(void)n;
	errno = EOPNOTSUPP;
	return (-1);
}

void
sys_close_others(int first_fd, int keep_fd)
{
	int fd;

	for (fd = first_fd; fd < keep_fd; fd++)
		close(fd);
	closefrom(keep_fd < first_fd ? first_fd : keep_fd + 1);
}
