/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals to jails on Linux.  Touches pidfds, forks, and of the first process
 * reads comm and exe, opens /proc/pid/stat and lists the threads. */
#include <sys/syscall.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "lib/sys.h"
#include "lib/text.h"

#include "jail_signal.h"
#include "pid_linux.h"
#include "runner_linux.h"

#define SIGNALS_MAX	8	/* in one call */

/* A child that is killed has this long to end.  If the kernel holds it, it is
 * left to the process that reaps it when we have gone. */
#define CHILD_END_MS	500

/* jailinit's signals and those of systemd(1), "Signals": SIGRTMIN and these. */
#define SYSTEMD_HALT		3
#define SYSTEMD_POWEROFF	4
#define SYSTEMD_REBOOT		5

#ifndef P_PIDFD
#define P_PIDFD		3
#endif
#ifndef PIDFD_THREAD
#define PIDFD_THREAD	O_EXCL	/* Linux 6.9 */
#endif

int
jail_signal_first(const struct jail *j, int sig)
{
	return ((int)syscall(SYS_pidfd_send_signal, j->fd, sig, NULL, 0));
}

/* The signals of busybox's init are those of its halt(8). */
int
jail_other_signal(const struct jail *j, enum request_verb verb,
    bool jailinit, char comm[JAIL_COMM_MAX])
{
	char path[40], exe[PATH_MAX] = "";
	const char *base;

	jail_comm(j, comm);
	if (jailinit || strcmp(comm, "systemd") == 0)
		return (sys_signal_rtmin + (verb == REQUEST_REBOOT ?
		    SYSTEMD_REBOOT : verb == REQUEST_POWEROFF ?
		    SYSTEMD_POWEROFF : SYSTEMD_HALT));
	(void)text_format(path, sizeof(path), "/proc/%d/exe", (int)j->pid);
	if (readlink(path, exe, sizeof(exe) - 1) == -1)
		return (SIGTERM);
	base = strrchr(exe, '/');
	if (base != NULL && strcmp(base, "/busybox") == 0 &&
	    strcmp(comm, "init") == 0 && verb != REQUEST_REBOOT)
		return (verb == REQUEST_POWEROFF ? SIGUSR2 : SIGUSR1);
	return (SIGTERM);
}

/* The descriptor is not one of 0 to 2, which the runner uses.  Another process
 * may have the number by now, but then the jail has gone. */
static int
stat_open(pid_t pid)
{
	char path[40];
	int e, fd, high_fd;

	(void)text_format(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1) {
		if (errno == ENOENT)
			errno = ESRCH;
		return (-1);
	}
	high_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	e = errno;
	close(fd);
	errno = e;
	return (high_fd);
}

/* Opens another thread of the first process, one that lives; -1: none.  The
 * descriptor is for a thread of this process if the thread is still listed
 * once it is open. */
static int
thread_open(const struct jail *j)
{
	char path[40];
	const struct dirent *e;
	int fd = -1;
	pid_t tid;
	DIR *d;

	(void)text_format(path, sizeof(path), "/proc/%d/task", (int)j->pid);
	d = opendir(path);
	while (d != NULL && fd == -1 && (e = readdir(d)) != NULL) {
		tid = (pid_t)text_number(e->d_name);
		if (tid <= 0 || tid == j->pid)
			continue;
		fd = (int)syscall(SYS_pidfd_open, tid, PIDFD_THREAD);
		if (fd != -1 && (pid_has_ended(fd) ||
		    faccessat(dirfd(d), e->d_name, F_OK, 0) == -1)) {
			close(fd);
			fd = -1;
		}
	}
	if (d != NULL)
		closedir(d);
	return (fd);
}

/* Opens what to enter by.  A first process whose main thread has ended while
 * others live has no namespaces any more, but the others have. */
static int
enter_open(const struct jail *j)
{
	char path[40], c;
	int fd = -1;

	(void)text_format(path, sizeof(path), "/proc/%d/root", (int)j->pid);
	if (readlink(path, &c, 1) == -1 && errno == ENOENT) {
		fd = thread_open(j);
		if (fd != -1 && pid_has_ended(j->fd)) {
			close(fd);
			fd = -1;
		}
	}
	return (fd == -1 ? fcntl(j->fd, F_DUPFD_CLOEXEC, 3) : fd);
}

/* The child has no signal at its end, so the caller's SIGCHLD and wait(2) do
 * not see it. */
static int
runner_start(const struct runner *r, struct jail_child *child)
{
	child->pid = (pid_t)syscall(SYS_clone, CLONE_PIDFD, NULL, &child->fd,
	    NULL, NULL);
	if (child->pid == 0)
		runner_run(r);
	if (child->pid == -1 && errno == EAGAIN)
		errno = EDQUOT;
	return (child->pid == -1 ? -1 : 0);
}

int
jail_signal_all(const struct jail *j, const int *sigs, bool first,
    struct jail_child *child)
{
	char text[SIGNALS_MAX][12];
	char *argv[SIGNALS_MAX + 2] = { (char *)(uintptr_t)"jailkill" };
	struct runner r = { j->pid, j->fd, -1, -1, argv, first };
	int e, i, started = -1;

	for (i = 0; i < SIGNALS_MAX && sigs[i] != 0; i++) {
		(void)text_format(text[i], sizeof(text[i]), "%d", sigs[i]);
		argv[i + 1] = text[i];
	}
	child->fd = -1;
	r.stat_fd = stat_open(j->pid);
	if (r.stat_fd == -1)
		return (-1);
	r.enter_fd = enter_open(j);
	if (r.enter_fd != -1)
		started = runner_start(&r, child);
	e = errno;
	close(r.stat_fd);
	if (r.enter_fd != -1)
		close(r.enter_fd);
	errno = e;
	return (started);
}

int
jail_child_end(struct jail_child *child, bool force)
{
	struct pollfd p = { child->fd, POLLIN, 0 };
	siginfo_t si = { 0 };

	if (force) {
		(void)syscall(SYS_pidfd_send_signal, child->fd, SIGKILL, NULL,
		    0);
		(void)poll(&p, 1, CHILD_END_MS);
	}
	if (waitid((idtype_t)P_PIDFD, (id_t)child->fd, &si,
	    WEXITED | __WALL | WNOHANG) == -1 || (si.si_pid == 0 && force))
		si.si_code = CLD_KILLED;
	else if (si.si_pid == 0)
		return (-1);
	close(child->fd);
	child->fd = -1;
	return (si.si_code == CLD_EXITED ? si.si_status : ETIMEDOUT);
}
