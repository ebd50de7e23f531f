/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux: a child of ours.  Touches its pidfd. */
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "lib/proc_linux.h"
#include "lib/text.h"

#include "os_child.h"

/* PIDFD_GET_INFO of linux/pidfd.h, its first 64 bytes: with PIDFD_INFO_EXIT,
 * Linux 6.15, also the status of a process that was reaped. */
struct exit_info {
	uint64_t mask, cgroup;
	uint32_t ids[11];
	int32_t exit_code;
};
#define EXIT_INFO_GET	_IOWR(0xFF, 11, struct exit_info)
#define EXIT_INFO	(1U << 3)
#define EXIT_INFO_SINCE	6015

/* PIDFD_SIGNAL_PROCESS_GROUP of linux/pidfd.h (Linux 6.9). */
#define SEND_GROUP	4

const bool os_kernel_reaps = true;

void
os_child_class(void)
{
}

/* When process 1 ends the kernel ends and reaps the others. */
void
os_child_wait(pid_t pid, int wait_ms)
{
	(void)pid;
	(void)wait_ms;
}

/* A blocked signal stays pending even if its action is to be ignored. */
int
os_unreaped_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	return ((int)syscall(SYS_signalfd4, -1, &set, (size_t)_NSIG / 8,
	    SFD_CLOEXEC | SFD_NONBLOCK));
}

void
os_unreaped_read(int fd)
{
	struct signalfd_siginfo si;

	(void)!read(fd, &si, sizeof(si));
}

/* Without a tracer execve(2) would not send SIGTRAP.  ptrace(2) is called for a
 * child that is traced, and for no other: a filter may kill whoever calls it. */
bool
os_child_untrace(pid_t pid, int sig)
{
	char buf[PROC_STAT_SIZE];
	siginfo_t si;

	if (proc_stat_read(pid, buf) &&
	    *proc_stat_field(buf, PROC_STAT_STATE) != 't')
		return (false);
	if (sig == SIGTRAP && ptrace(PTRACE_GETSIGINFO, pid, NULL, &si) == 0 &&
	    si.si_code == SI_USER)
		sig = 0;
	return (ptrace(PTRACE_DETACH, pid, NULL, (long)sig) == 0);
}

/* The release is compared because an older kernel accepts the ioctl but has no
 * answer after the process was reaped, and then it is too late. */
static bool
status_kept(int fd)
{
	struct utsname u;
	const char *dot;
	int st;

	if (uname(&u) == -1 || (dot = strchr(u.release, '.')) == NULL ||
	    text_number(u.release) * 1000 + text_number(dot + 1) <
	    EXIT_INFO_SINCE)
		return (false);
	errno = 0;
	return (os_exit_read(fd, &st) || errno == 0);
}

int
os_exit_open(pid_t pid, bool *kept)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	*kept = fd != -1 && status_kept(fd);
	return (fd);
}

bool
os_exit_read(int fd, int *st)
{
	struct exit_info info;

	memset(&info, 0, sizeof(info));
	info.mask = EXIT_INFO;
	if (syscall(SYS_ioctl, fd, EXIT_INFO_GET, &info) == -1 ||
	    (info.mask & EXIT_INFO) == 0)
		return (false);
	*st = info.exit_code;
	return (true);
}

bool
os_exit_send(int fd, int sig, bool group)
{
	struct pollfd ended = { fd, POLLIN, 0 };

	return ((group && syscall(SYS_pidfd_send_signal, fd, sig, NULL,
	    SEND_GROUP) == 0) ||
	    syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0) == 0 ||
	    poll(&ended, 1, 0) != 0);
}

/* No system that boots on Linux removes the file. */
int
os_removal_watch(const char *path)
{
	(void)path;
	return (-1);
}
