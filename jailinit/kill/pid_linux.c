/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes on Linux.  Touches /proc (of processes comm, stat and status, of
 * pidfds fdinfo; no jail can make these wait) and pidfds. */
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/nsfs.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/proc_linux.h"
#include "lib/text.h"

#include "pid_linux.h"

/* The fdinfo of a pidfd: five lines, and a number for each level, of which
 * there are at most 32. */
#define FDINFO_SIZE	1024

#ifndef PIDFD_GET_PID_NAMESPACE
#define PIDFD_GET_PID_NAMESPACE	_IO(0xff, 5)	/* Linux 6.11 */
#endif

#define STATUS_SIZE	1024	/* TracerPid is among the first lines */

/* Room for this many processes at first. */
#define PIDS_FIRST	1024

#define ENTRIES_SIZE	32768	/* of a directory, read at once */

bool
pid_has_ended(int pid_fd)
{
	struct pollfd p = { pid_fd, POLLIN, 0 };

	return (poll(&p, 1, 0) == 1);
}

/* For the number of a thread some kernels say EINVAL, and some ENOENT. */
int
pid_open(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd == -1 && (errno == EINVAL || errno == ENOENT))
		errno = ESRCH;
	return (fd);
}

/* The numbers of a line "1234 1": how many there are, and the last. */
static int
nspid_parse(const char *p, long *last)
{
	int levels = 0;

	while (*p >= '0' && *p <= '9') {
		levels++;
		*last = (long)text_number(p);
		p += strcspn(p, "\t\n");
		p += *p == '\t';
	}
	return (levels);
}

/* thread-self, as a thread may have descriptors of its own.  The kernel writes
 * the file at each read from its start. */
static bool
fdinfo_read(int pid_fd, struct pid_fdinfo *info, char buf[FDINFO_SIZE])
{
	char path[48];
	ssize_t n;

	if (info->fd != -1 && info->pid_fd != pid_fd) {
		close(info->fd);
		info->fd = -1;
	}
	(void)text_format(path, sizeof(path), "/proc/thread-self/fdinfo/%d",
	    pid_fd);
	if (info->fd == -1)
		info->fd = open(path, O_RDONLY | O_CLOEXEC);
	info->pid_fd = pid_fd;
	n = info->fd == -1 ? -1 : pread(info->fd, buf, FDINFO_SIZE - 1, 0);
	buf[n > 0 ? n : 0] = '\0';
	return (n > 0);
}

bool
pid_about(int pid_fd, struct pid_about *a, struct pid_fdinfo *info)
{
	char buf[FDINFO_SIZE], *pid, *nspid;

	if (!fdinfo_read(pid_fd, info, buf))
		return (false);
	pid = strstr(buf, "\nPid:\t");
	nspid = strstr(buf, "\nNSpid:\t");
	errno = ESRCH;
	if (pid == NULL || nspid == NULL)
		return (false);
	a->pid = (pid_t)text_number(pid + 6);
	a->levels = nspid_parse(nspid + 8, &a->last);
	return (a->pid > 0);
}

/* The ioctl takes half the time.  The process is the pidfd's if that still
 * lives; if not, nothing is counted wrongly but the dead. */
static int
space_open(int pid_fd, pid_t pid)
{
	char path[32];
	int fd = ioctl(pid_fd, PIDFD_GET_PID_NAMESPACE, 0);

	if (fd != -1)
		return (fd);
	(void)text_format(path, sizeof(path), "/proc/%d/ns/pid", (int)pid);
	return (open(path, O_RDONLY | O_CLOEXEC));
}

uint64_t
pid_space(int pid_fd, const struct pid_about *a)
{
	int above, i, fd = space_open(pid_fd, a->pid);
	struct stat st;
	uint64_t space = 0;

	for (i = a->levels; i > 2 && fd != -1; i--) {
		above = ioctl(fd, NS_GET_PARENT);
		close(fd);
		fd = above;
	}
	if (fd != -1 && fstat(fd, &st) == 0)
		space = st.st_ino;
	if (fd != -1)
		close(fd);
	return (space);
}

unsigned long
pid_stat(pid_t pid, int field)
{
	char buf[PROC_STAT_SIZE];

	return (proc_stat_read(pid, buf) ?
	    text_number(proc_stat_field(buf, field)) : 0);
}

char
pid_state(pid_t pid)
{
	char buf[PROC_STAT_SIZE];

	if (!proc_stat_read(pid, buf))
		return ('\0');
	return (*proc_stat_field(buf, PROC_STAT_STATE));
}

pid_t
pid_tracer(pid_t tid)
{
	char buf[STATUS_SIZE], *p;

	if (!proc_read(tid, "status", buf, sizeof(buf)))
		return (0);
	p = strstr(buf, "\nTracerPid:\t");
	return (p == NULL ? 0 : (pid_t)text_number(p + 12));
}

void
pid_comm(pid_t pid, char *comm, size_t size)
{
	if (!proc_read(pid, "comm", comm, size))
		comm[0] = '\0';
	comm[strcspn(comm, "\n")] = '\0';
}

/* A growing list of pids. */
struct pids {
	pid_t *list;
	size_t n, room;
};

static bool
pids_add(struct pids *p, pid_t pid)
{
	size_t room = p->room * 2 + PIDS_FIRST;
	pid_t *more;

	if (p->n == p->room) {
		more = reallocarray(p->list, room, sizeof(*more));
		if (more == NULL)
			return (false);
		p->list = more;
		p->room = room;
	}
	p->list[p->n++] = pid;
	return (true);
}

/* What getdents64(2) gives. */
struct entry {
	uint64_t ino;
	int64_t next;
	uint16_t size;
	uint8_t type;
	char name[];
};

/* Not with readdir(3), which asks once more after the last entry and then
 * finds the processes made since: with a jail that forks all the time it would
 * not come to an end. */
pid_t *
pids_read(size_t *n, int *error)
{
	static const long longest = sizeof(struct entry) + 256;
	_Alignas(struct entry) char buf[ENTRIES_SIZE];
	int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct pids pids = { NULL, 0, 0 };
	const struct entry *e;
	long at, got = 0;
	pid_t pid;

	*error = fd == -1 ? errno : 0;
	do {
		if (fd != -1 && (got = syscall(SYS_getdents64, fd, buf,
		    sizeof(buf))) == -1)
			*error = errno;
		for (at = 0; at < got; at += e->size) {
			e = (const void *)(buf + at);
			pid = (pid_t)text_number(e->name);
			if (pid > 0 && !pids_add(&pids, pid)) {
				*error = ENOMEM;
				got = 0;
			}
		}
	} while (got > (long)sizeof(buf) - longest);
	if (fd != -1)
		close(fd);
	*n = pids.n;
	return (pids.list);
}
