/* SPDX-License-Identifier: BSD-2-Clause */
/* Jails on Linux: PID namespaces, held by a pidfd of their first process.
 * Touches /proc (of processes comm, stat, status, the link exe, the user
 * namespace's number, and of pidfds fdinfo; no jail can make these wait) and
 * no path of a jail. */
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/proc_linux.h"

#include "jail.h"
#include "pid_linux.h"

/* PID_FS_MAGIC of linux/magic.h (Linux 6.9): pidfds have inode numbers. */
#define PIDFS_MAGIC	0x50494446

/* PF_EXITING of the kernel's include/linux/sched.h, in proc_pid_stat(5). */
#define FLAG_EXITING	0x4UL

/* PID_MAX_LIMIT is 2^22: what is above it in a jid is the start time. */
#define PID_BITS	22

/* A pidfd's fdinfo: five lines, and a number a level, of which there are 32. */
#define FDINFO_SIZE	1024

/* A file handle is longer where it is not that of a pidfd. */
#define HANDLE_SIZE	128

/* Room for so many processes at first. */
#define PIDS_FIRST	1024

#define ENTRIES_SIZE	32768	/* of a folder, at once */

/*
 * /proc.
 */

/* How many fields "1234 1" has, and the last. */
static int
nspid_parse(const char *p, long *last)
{
	char *end;
	int levels = 0;
	long n;

	for (; n = strtol(p, &end, 10), end != p; p = end) {
		levels++;
		*last = n;
		if (*end == '\n')
			break;
	}
	return (levels);
}

bool
pid_has_ended(int pid_fd)
{
	struct pollfd p = { pid_fd, POLLIN, 0 };

	return (poll(&p, 1, 0) == 1);
}

/* Of what is there but is a thread's number some kernels say EINVAL, and
 * some ENOENT. */
int
pid_open(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd == -1 && (errno == EINVAL || errno == ENOENT))
		errno = ESRCH;
	return (fd);
}

/* A thread may have descriptors of its own. */
bool
pid_about(int pid_fd, struct pid_about *a)
{
	char path[48], buf[FDINFO_SIZE], *pid, *nspid;

	(void)snprintf(path, sizeof(path), "/proc/thread-self/fdinfo/%d",
	    pid_fd);
	if (!proc_read_path(path, buf, sizeof(buf)))
		return (false);
	pid = strstr(buf, "\nPid:\t");
	nspid = strstr(buf, "\nNSpid:\t");
	errno = ESRCH;
	if (pid == NULL || nspid == NULL)
		return (false);
	a->pid = (pid_t)strtol(pid + 6, NULL, 10);
	a->levels = nspid_parse(nspid + 8, &a->last);
	return (a->pid > 0);
}

pid_t
pid_tracer(pid_t tid)
{
	char buf[PROC_STAT_SIZE], *p;

	if (!proc_read(tid, "status", buf, sizeof(buf)))
		return (0);
	p = strstr(buf, "\nTracerPid:\t");
	return (p == NULL ? 0 : (pid_t)strtol(p + 12, NULL, 10));
}

int
jail_init(const char **why)
{
	char link[16] = "";
	struct pid_about a = { 0 };
	int fd = pid_open(getpid());
	bool ok = fd != -1 && pid_about(fd, &a);

	if (fd != -1)
		close(fd);
	/* We may have the same number there by chance, but not one alone. */
	if (readlink("/proc/self", link, sizeof(link) - 1) == -1 ||
	    strtol(link, NULL, 10) != getpid() || !ok || a.levels != 1) {
		*why = "/proc is not mounted, or is another PID namespace's";
		errno = ENOENT;
		return (-1);
	}
	return (0);
}

/*
 * Finding.
 */

/* Start time and pid; where pidfds have no inode number of their own.  0: not
 * to be had. */
static jailid_t
jid_of_stat(pid_t pid)
{
	char buf[PROC_STAT_SIZE];
	uint64_t start = 0;

	if (proc_stat_read(pid, buf))
		start = strtoull(proc_stat_field(buf, PROC_STAT_START), NULL, 10);
	return (start == 0 ? 0 : (start << PID_BITS) | (jailid_t)pid);
}

/* 0: not to be had now. */
static jailid_t
jid_of(int pid_fd, pid_t pid)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(pid_fd, &fs) == -1)
		return (0);
	if (fs.f_type != PIDFS_MAGIC)
		return (jid_of_stat(pid));
	return (fstat(pid_fd, &st) == -1 ? 0 : (jailid_t)st.st_ino);
}

void
jail_close(struct jail *j)
{
	if (j->fd != -1)
		close(j->fd);
	j->fd = -1;
}

/* Why it has no jid: since it has ended, or we could not ask. */
static int
jid_error(int pid_fd, jailid_t jid)
{
	int e = jid != 0 ? 0 : errno != 0 ? errno : ESRCH;

	return (pid_has_ended(pid_fd) ? ESRCH : e);
}

static ino_t
userns_of(const char *who)
{
	char path[40];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%s/ns/user", who);
	return (stat(path, &st) == 0 ? st.st_ino : 0);
}

/* The folder of a process is always its effective user's, unlike what is in
 * there, proc(5). */
static void
whose_look(struct jail *j)
{
	char who[16], path[24];
	struct stat st;
	ino_t ns;

	(void)snprintf(who, sizeof(who), "%ld", (long)j->pid);
	(void)snprintf(path, sizeof(path), "/proc/%s", who);
	j->mine = geteuid() == 0;
	if (stat(path, &st) == -1 || st.st_uid != geteuid())
		return;
	j->mine = true;
	ns = userns_of(who);
	j->whose = ns != 0 && ns == userns_of("self") ? JAIL_OWN : JAIL_USERS;
}

/* Of the process whose pidfd j->fd is; closes it unless that is the first one
 * of a PID namespace, of the level below ours or of any (any).  What is read
 * while it lives is about this process, whoever else may have had its
 * number. */
static int
open_fd(struct jail *j, bool any)
{
	struct pid_about a = { 0 };
	int e = ESRCH;

	if (!pid_about(j->fd, &a))
		e = errno;
	else if (a.last == 1 && (a.levels == 2 || (a.levels > 2 && any))) {
		j->pid = a.pid;
		whose_look(j);
		j->jid = jid_of(j->fd, a.pid);
		e = jid_error(j->fd, j->jid);
		if (e == 0)
			return (0);
	}
	jail_close(j);
	errno = e;
	return (-1);
}

static int
open_pid(struct jail *j, pid_t pid, bool any)
{
	memset(j, 0, sizeof(*j));
	j->fd = pid_open(pid);
	return (j->fd == -1 ? -1 : open_fd(j, any));
}

int
jail_hold(struct jail *j)
{
	int e, fd = pid_open(j->pid);
	jailid_t jid;

	if (fd == -1)
		return (-1);
	jid = jid_of(fd, j->pid);
	e = jid_error(fd, jid);
	if (e == 0 && jid == j->jid) {
		j->fd = fd;
		return (0);
	}
	close(fd);
	errno = e == 0 ? ESRCH : e;
	return (-1);
}

/* What getdents64(2) gives. */
struct entry {
	uint64_t ino;
	int64_t next;
	uint16_t size;
	uint8_t type;
	char name[];
};

/* Not by readdir(3): who asks once more behind the last one finds those that
 * have been made since, and so runs after a jail that forks all the time. */
pid_t *
pids_read(size_t *n, int *error)
{
	static const long longest = sizeof(struct entry) + 256;
	_Alignas(struct entry) char buf[ENTRIES_SIZE];
	int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pid_t pid, *list = NULL, *more;
	const struct entry *e;
	size_t room = 0;
	long at, got;

	*n = 0;
	*error = fd == -1 ? errno : 0;
	do {
		got = fd == -1 ? 0 :
		    syscall(SYS_getdents64, fd, buf, sizeof(buf));
		if (got == -1)
			*error = errno;
		for (at = 0; at < got; at += e->size) {
			e = (const void *)(buf + at);
			pid = (pid_t)strtol(e->name, NULL, 10);
			if (pid <= 0)
				continue;
			if (*n == room) {
				room = room * 2 + PIDS_FIRST;
				more = realloc(list, room * sizeof(*list));
				if (more == NULL) {
					*error = ENOMEM;
					got = 0;
					break;
				}
				list = more;
			}
			list[(*n)++] = pid;
		}
	} while (got > (long)sizeof(buf) - longest);
	if (fd != -1)
		close(fd);
	return (list);
}

int
jail_each(jail_fn *fn, void *arg)
{
	struct jail j;
	bool more = true;
	int e;
	size_t i, n;
	pid_t *pids = pids_read(&n, &e);

	for (i = 0; more && i < n; i++)
		if (open_pid(&j, pids[i], false) == 0)
			more = fn(&j, arg);
		else if (errno != ESRCH)
			e = errno;
	free(pids);
	errno = e;
	return (more && e != 0 ? -1 : 0);
}

struct wanted {
	jailid_t jid;
	struct jail *found;
};

static bool
wanted_is(struct jail *j, void *arg)
{
	struct wanted *w = arg;

	if (j->jid != w->jid) {
		jail_close(j);
		return (true);
	}
	*w->found = *j;
	return (false);
}

/* A pidfd by its inode number, Linux 6.14: such a number is all that its file
 * handle holds, open_by_handle_at(2).  ENOTSUP: not to be had so; ESRCH: none
 * has it. */
static int
open_by_jid(jailid_t jid)
{
	union {
		struct file_handle h;
		char room[sizeof(struct file_handle) + HANDLE_SIZE];
	} u = { .h.handle_bytes = HANDLE_SIZE };
	int e, fd = -1, mount_id, own_fd = pid_open(getpid());
	jailid_t own = own_fd == -1 ? 0 : jid_of(own_fd, getpid());

	if (own_fd == -1)
		return (-1);
	if (own == 0 || name_to_handle_at(own_fd, "", &u.h, &mount_id,
	    AT_EMPTY_PATH) == -1 || u.h.handle_bytes != sizeof(own) ||
	    memcmp(u.h.f_handle, &own, sizeof(own)) != 0)
		e = ENOTSUP;
	else {
		memcpy(u.h.f_handle, &jid, sizeof(jid));
		fd = open_by_handle_at(own_fd, &u.h, O_CLOEXEC);
		e = errno == ESTALE || errno == ENOENT ? ESRCH :
		    errno == EMFILE || errno == ENFILE || errno == ENOMEM ?
		    errno : ENOTSUP;
	}
	close(own_fd);
	errno = e;
	return (fd);
}

int
jail_open(struct jail *j, jailid_t jid)
{
	struct wanted w;

	memset(j, 0, sizeof(*j));
	j->fd = open_by_jid(jid);
	if (j->fd != -1)
		return (open_fd(j, false));
	if (errno != ENOTSUP)
		return (-1);
	w.jid = jid;
	w.found = j;
	if (jail_each(wanted_is, &w) == 0)
		errno = ESRCH;
	return (j->fd == -1 ? -1 : 0);
}

/* 1 to max in decimal digits, else 0. */
static uint64_t
number(const char *s, uint64_t max)
{
	char *end;
	uint64_t n;

	if (*s < '0' || *s > '9')
		return (0);
	errno = 0;
	n = strtoull(s, &end, 10);
	return (*end != '\0' || errno != 0 || n > max ? 0 : n);
}

int
jail_open_name(struct jail *j, const char *name)
{
	uint64_t n;

	j->fd = -1;
	if (strncmp(name, "pid=", 4) == 0) {
		n = number(name + 4, INT_MAX);
		if (n != 0)
			return (open_pid(j, (pid_t)n, true));
	} else {
		n = number(name, UINT64_MAX);
		if (n != 0)
			return (jail_open(j, n));
	}
	errno = EINVAL;
	return (-1);
}

void
jail_comm(const struct jail *j, char comm[JAIL_COMM_MAX])
{
	if (!proc_read(j->pid, "comm", comm, JAIL_COMM_MAX))
		comm[0] = '\0';
	comm[strcspn(comm, "\n")] = '\0';
}

bool
jail_is_ending(const struct jail *j)
{
	char buf[PROC_STAT_SIZE];

	return (proc_stat_read(j->pid, buf) && (strtoul(proc_stat_field(buf, PROC_STAT_FLAGS),
	    NULL, 10) & FLAG_EXITING) != 0);
}

/*
 * Asking otherwise.
 */

/* systemd(1), "Signals"; busybox init's are those of its halt(8). */
int
jail_other_signal(const struct jail *j, enum request_verb verb,
    char comm[JAIL_COMM_MAX])
{
	char path[40], exe[PATH_MAX] = "";
	const char *base;

	jail_comm(j, comm);
	if (strcmp(comm, "systemd") == 0)
		return (verb == REQUEST_REBOOT ? 39 :
		    verb == REQUEST_POWEROFF ? 38 : 37);
	(void)snprintf(path, sizeof(path), "/proc/%ld/exe", (long)j->pid);
	if (readlink(path, exe, sizeof(exe) - 1) == -1)
		return (SIGTERM);
	base = strrchr(exe, '/');
	if (base != NULL && strcmp(base, "/busybox") == 0 &&
	    strcmp(comm, "init") == 0 && verb != REQUEST_REBOOT)
		return (verb == REQUEST_POWEROFF ? SIGUSR2 : SIGUSR1);
	return (SIGTERM);
}

/* Only its end can have been the news. */
enum jail_news
jail_look(int watch_fd, const struct jail *j, uint64_t tag)
{
	(void)watch_fd;
	(void)tag;
	return (pid_has_ended(j->fd) ? JAIL_GONE : JAIL_LIVES);
}
