/* SPDX-License-Identifier: BSD-2-Clause */
/* A look inside a jail on FreeBSD, which attaches.  Touches paths of the jail
 * when it is inside, and before that the path of its root. */
#include <sys/param.h>
#include <sys/procctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/paths.h"

#include "attach_freebsd.h"
#include "jail_inside.h"
#include "procs_freebsd.h"

const bool jail_inside_stays = false;

/* What the host knows of the jail that this child looks into. */
static struct prison_about inside;
static uid_t inside_owner;

void
jail_inside_init(void)
{
}

/* A process does not leave a jail. */
void
jail_inside_close(struct jail_inside *in)
{
	(void)in;
}

/* The FIFO has to belong to the user of the jailinit, else to root. */
int
jail_inside_open(struct jail_inside *in, const struct jail *j, bool reboots)
{
	const struct prison p = { (int)j->jid, j->fd, j->name };
	struct kinfo_proc kp;

	(void)reboots;
	in->jail = j;
	in->root_fd = in->run_fd = in->ctl_fd = -1;
	if (prison_about(&p, &inside) == -1)
		return (-1);
	inside_owner = proc_is_init(p.jid, j->pid, &kp) ? kp.ki_uid : 0;
	return (0);
}

/* On the host, so before the FIFO is opened. */
bool
jail_inside_stat(struct jail_inside *in, struct stat *st)
{
	(void)in;
	return (stat(inside.path, st) == 0);
}

int
jail_inside_root(struct jail_inside *in, char buf[JAIL_ROOT_MAX])
{
	(void)in;
	(void)snprintf(buf, JAIL_ROOT_MAX, "%s", inside.path);
	return (0);
}

/* Opens a file whose type was checked.  If the jail puts another in its place
 * in between, that is one that the jail's root could open as well. */
static int
open_checked(const char *path, mode_t kind, uid_t owner, int flags)
{
	struct stat before, st;
	int e, fd;

	if (lstat(path, &before) == -1)
		return (-1);
	errno = EINVAL;
	if ((before.st_mode & S_IFMT) != kind)
		return (-1);
	errno = EPERM;
	if (kind == S_IFIFO && before.st_uid != owner)
		return (-1);
	fd = open(path, flags | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY |
	    O_CLOEXEC);
	if (fd == -1)
		return (-1);
	e = fstat(fd, &st) == -1 ? errno : st.st_dev != before.st_dev ||
	    st.st_ino != before.st_ino ? EINVAL : 0;
	if (e == 0)
		return (fd);
	close(fd);
	errno = e;
	return (-1);
}

/* Enters: from here on, paths are the jail's.  Of the host's descriptors
 * visit_child.c has left the socket and the jail's own open.  The child ends
 * with jailkill, procctl(2). */
int
jail_inside_ctl(struct jail_inside *in)
{
	const struct prison p = { (int)in->jail->jid, in->jail->fd,
	    in->jail->name };
	int sig = SIGKILL;

	(void)procctl(P_PID, getpid(), PROC_PDEATHSIG_CTL, &sig);
	if (attach_enter(&p) == -1)
		return (-1);
	in->ctl_fd = open_checked(PATH_CTL, S_IFIFO, inside_owner, O_WRONLY);
	return (in->ctl_fd == -1 ? -1 : 0);
}

ssize_t
jail_inside_status(struct jail_inside *in, char *buf, size_t size)
{
	ssize_t n;
	int fd;

	(void)in;
	fd = open_checked(PATH_STATUS, S_IFREG, 0, O_RDONLY);
	if (fd == -1)
		return (-1);
	n = read(fd, buf, size - 1);
	close(fd);
	if (n < 0)
		return (-1);
	buf[n] = '\0';
	return (n);
}

int
jail_inside_title(struct jail_inside *in, char *buf, size_t size)
{
	if (proc_title(in->jail->pid, buf, size))
		return (0);
	errno = ENOENT;
	return (-1);
}

/* No child stays inside to see it; kqueue(2) tells of a new program. */
enum jail_program
jail_inside_program(struct jail_inside *in)
{
	(void)in;
	return (JAIL_PROGRAM_SAME);
}
