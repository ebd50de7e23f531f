/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes on Linux.  Touches /proc (of processes comm, stat and status, of
 * pidfds fdinfo; no jail can make these wait) and pidfds. */
#include <sys/syscall.h>

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

/* thread-self, as a thread may have descriptors of its own. */
bool
pid_about(int pid_fd, struct pid_about *a)
{
	char path[48], buf[FDINFO_SIZE], *pid, *nspid;

	(void)text_format(path, sizeof(path), "/proc/thread-self/fdinfo/%d",
	    pid_fd);
	if (!proc_read_path(path, buf, sizeof(buf)))
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
