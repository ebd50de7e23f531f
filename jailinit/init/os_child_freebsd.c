/* SPDX-License-Identifier: BSD-2-Clause */
/* FreeBSD: a child of ours.  Touches it, and a file that is watched. */
#include <sys/param.h>
#include <sys/event.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <login_cap.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "os_child.h"

const bool os_kernel_reaps = false;

/* As init(8) does before /etc/rc. */
void
os_child_class(void)
{
	login_cap_t *lc = login_getclassbyname("daemon", NULL);

	if (lc == NULL)
		return;
	(void)setusercontext(lc, NULL, 0, LOGIN_SETPRIORITY |
	    LOGIN_SETRESOURCES | LOGIN_SETLOGINCLASS | LOGIN_SETCPUMASK);
	login_close(lc);
}

/* A jail stays in the state "dying" while a zombie of it is left, and init(8)
 * may sleep long before it reaps ours. */
void
os_child_wait(pid_t pid, int wait_ms)
{
	while (wait_ms-- > 0 && waitpid(pid, NULL, WNOHANG) == 0)
		(void)poll(NULL, 0, 1);
}

/* Here only waitpid(2) reaps. */
int
os_unreaped_open(void)
{
	return (-1);
}

void
os_unreaped_read(int fd)
{
	(void)fd;
}

/* Without a tracer execve(2) would not send SIGTRAP. */
bool
os_child_untrace(pid_t pid, int sig)
{
	struct ptrace_lwpinfo lwp = { 0 };

	if (ptrace(PT_LWPINFO, pid, (caddr_t)&lwp, sizeof(lwp)) == -1)
		return (false);
	if (sig == SIGTRAP && (lwp.pl_flags & PL_FLAG_EXEC) != 0)
		sig = 0;
	return (ptrace(PT_DETACH, pid, (caddr_t)1, sig) == 0);
}

int
os_exit_open(pid_t pid, bool *kept)
{
	(void)pid;
	*kept = false;
	return (-1);
}

bool
os_exit_read(int fd, int *st)
{
	(void)fd;
	(void)st;
	return (false);
}

bool
os_exit_send(int fd, int sig, bool group)
{
	(void)fd;
	(void)sig;
	(void)group;
	return (false);
}

/* kqueue(2) watches an open file.  No child inherits a kqueue. */
int
os_removal_watch(const char *path)
{
	static int file_fd = -1, queue_fd = -1;
	struct kevent ev;

	if (queue_fd != -1)
		close(queue_fd);
	if (file_fd != -1)
		close(file_fd);
	file_fd = queue_fd = -1;
	if (path != NULL)
		file_fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW |
		    O_CLOEXEC);
	if (file_fd == -1)
		return (-1);
	queue_fd = kqueue();
	EV_SET(&ev, (uintptr_t)file_fd, EVFILT_VNODE, EV_ADD | EV_CLEAR,
	    NOTE_DELETE | NOTE_RENAME, 0, NULL);
	if (queue_fd != -1) {
		(void)fcntl(queue_fd, F_SETFD, FD_CLOEXEC);
		(void)kevent(queue_fd, &ev, 1, NULL, 0, NULL);
	}
	return (queue_fd);
}
