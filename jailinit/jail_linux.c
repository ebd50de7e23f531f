/* SPDX-License-Identifier: BSD-2-Clause */
/* Jails on Linux: PID namespaces, held by a pidfd of their first process.
 * Touches /proc (of processes comm, stat, status and the link exe, which no
 * jail can make wait) and no path of a jail. */
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jail.h"
#include "proc_linux.h"

/* PID_FS_MAGIC of linux/magic.h (Linux 6.9): pidfds have inode numbers. */
#define PIDFS_MAGIC	0x50494446

/* PF_EXITING of the kernel's include/linux/sched.h, in proc_pid_stat(5). */
#define FLAG_EXITING	0x4UL
#define FIELD_FLAGS	9
#define FIELD_START	22

/* PID_MAX_LIMIT is 2^22: what is above it in a jid is the start time. */
#define PID_BITS	22

#define STAT_SIZE	1024	/* of /proc/pid/stat: about 300 bytes */

/* Room for so many processes at first. */
#define PIDS_FIRST	1024

/* What /proc/pid/status says of a process. */
struct about {
	char comm[JAIL_COMM_MAX];
	char state;
	pid_t group;	/* its number as a process, if this is a thread */
	pid_t parent;
	pid_t tracer;	/* a thread; 0: none */
	uid_t uid;	/* effective */
	int levels;	/* of PID namespaces, ours included */
	long last;	/* its pid in the innermost */
};

/*
 * /proc.
 */

/* The last field of "NSpid: 1234 1", and how many there are. */
static void
nspid_parse(struct about *a, const char *p)
{
	char *end;
	long n;

	for (; n = strtol(p, &end, 10), end != p; p = end) {
		a->levels++;
		a->last = n;
	}
}

/* Line by line, as who has many groups has a long file.  ESRCH: there is no
 * such process, or it is not for us to see. */
static bool
proc_about(pid_t pid, struct about *a)
{
	char path[40], *line = NULL, *v;
	size_t size = 0;
	FILE *f;
	int e;

	memset(a, 0, sizeof(*a));
	(void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	errno = 0;
	f = fopen(path, "re");
	while (f != NULL && a->levels == 0 &&
	    getline(&line, &size, f) != -1) {
		v = strchr(line, '\t');
		if (v == NULL)
			continue;
		*v++ = '\0';
		v[strcspn(v, "\n")] = '\0';
		if (strcmp(line, "Name:") == 0)
			(void)snprintf(a->comm, sizeof(a->comm), "%s", v);
		else if (strcmp(line, "State:") == 0)
			a->state = *v;
		else if (strcmp(line, "Tgid:") == 0)
			a->group = (pid_t)strtol(v, NULL, 10);
		else if (strcmp(line, "PPid:") == 0)
			a->parent = (pid_t)strtol(v, NULL, 10);
		else if (strcmp(line, "TracerPid:") == 0)
			a->tracer = (pid_t)strtol(v, NULL, 10);
		else if (strcmp(line, "Uid:") == 0) {
			(void)strtoul(v, &v, 10);
			a->uid = (uid_t)strtoul(v, NULL, 10);
		} else if (strcmp(line, "NSpid:") == 0)
			nspid_parse(a, v);
	}
	e = errno == 0 || errno == ENOENT || errno == EACCES ||
	    errno == EPERM ? ESRCH : errno;
	free(line);
	if (f != NULL)
		(void)fclose(f);
	errno = e;
	return (a->levels > 0);
}

int
jail_init(const char **why)
{
	char link[16] = "";
	struct about a;

	/* We may have the same number there by chance, but not one alone. */
	if (readlink("/proc/self", link, sizeof(link) - 1) == -1 ||
	    strtol(link, NULL, 10) != getpid() ||
	    !proc_about(getpid(), &a) || a.levels != 1) {
		*why = "/proc is not mounted, or is another PID namespace's";
		errno = ENOENT;
		return (-1);
	}
	return (0);
}

/*
 * Finding.
 */
static bool
has_ended(int pid_fd)
{
	struct pollfd p = { pid_fd, POLLIN, 0 };

	return (poll(&p, 1, 0) == 1);
}

/* Of what is there but is a thread's number some kernels say EINVAL, and
 * some ENOENT. */
static int
pidfd_of(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd == -1 && (errno == EINVAL || errno == ENOENT))
		errno = ESRCH;
	return (fd);
}

/* A number of proc_pid_stat(5), fields counted from 1; 0: not to be had.  A
 * name may hold anything, so they are counted from its end. */
static uint64_t
stat_field(pid_t pid, int field)
{
	char buf[STAT_SIZE], *p;
	int at;

	if (!proc_read(pid, "stat", buf, sizeof(buf)))
		return (0);
	p = strrchr(buf, ')');
	for (at = 2; p != NULL && at < field; at++)
		p = strchr(p + 1, ' ');
	return (p == NULL ? 0 : strtoull(p + 1, NULL, 10));
}

/* Start time and pid; where pidfds have no inode number of their own. */
static jailid_t
jid_of_stat(pid_t pid)
{
	uint64_t start = stat_field(pid, FIELD_START);

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

	return (has_ended(pid_fd) ? ESRCH : e);
}

/* Is the process the first one of a PID namespace, of the level below ours
 * or of any (any)?  The pidfd is taken first: what is read while it lives is
 * about this process, whoever else may have had its number. */
static int
open_pid(struct jail *j, pid_t pid, bool any)
{
	struct about a;
	int e = ESRCH;

	memset(j, 0, sizeof(*j));
	j->pid = pid;
	j->fd = pidfd_of(pid);
	if (j->fd == -1)
		return (-1);
	if (!proc_about(pid, &a))
		e = errno;
	else if (a.last == 1 && (a.levels == 2 || (a.levels > 2 && any))) {
		j->mine = geteuid() == 0 || a.uid == geteuid();
		j->jid = jid_of(j->fd, pid);
		e = jid_error(j->fd, j->jid);
		if (e == 0)
			return (0);
	}
	jail_close(j);
	errno = e;
	return (-1);
}

int
jail_hold(struct jail *j)
{
	int e, fd = pidfd_of(j->pid);
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

/* The numbers of all processes, allocated, at once: who looked at each as he
 * found it would run after a jail that forks as fast as it can, whose new ones
 * are always further on.  *error: why some are missing, or 0. */
static pid_t *
pids_read(size_t *n, int *error)
{
	const struct dirent *e;
	pid_t pid, *list = NULL, *more;
	size_t room = 0;
	DIR *d;

	*n = 0;
	d = opendir("/proc");
	while (d != NULL && (errno = 0, e = readdir(d)) != NULL) {
		pid = (pid_t)strtol(e->d_name, NULL, 10);
		if (pid <= 0)
			continue;
		if (*n == room) {
			room = room * 2 + PIDS_FIRST;
			more = realloc(list, room * sizeof(*list));
			if (more == NULL)
				break;
			list = more;
		}
		list[(*n)++] = pid;
	}
	*error = errno;
	if (d != NULL)
		closedir(d);
	return (list);
}

/* A cheap look at each process first, a pidfd for the few that pass. */
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

int
jail_open(struct jail *j, jailid_t jid)
{
	struct wanted w;

	memset(j, 0, sizeof(*j));
	j->fd = -1;
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

static bool
is_exiting(pid_t pid)
{
	return ((stat_field(pid, FIELD_FLAGS) & FLAG_EXITING) != 0);
}

/* Which PID namespace it is in; 0: not known. */
static ino_t
pidns_of(pid_t pid)
{
	char path[40];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%ld/ns/pid", (long)pid);
	return (stat(path, &st) == 0 ? st.st_ino : 0);
}

/* A zombie of the jail with a parent of ours.  Of one in a namespace below
 * the jail's it is not known whether it is of this jail. */
bool
jail_kept_by(const struct jail *j, char *buf, size_t size)
{
	struct about a, parent;
	bool found = false;
	pid_t pid, *pids;
	size_t i, n;
	int error;

	if (proc_about(j->pid, &a) && a.tracer != 0 &&
	    proc_about(a.tracer, &parent)) {
		(void)snprintf(buf, size, "its first process is held by who "
		    "traces it, %ld (%s)", (long)a.tracer, parent.comm);
		return (true);
	}
	if (!is_exiting(j->pid))
		return (false);
	pids = pids_read(&n, &error);
	for (i = 0; !found && i < n; i++) {
		pid = pids[i];
		if (pid == j->pid || !proc_about(pid, &a) ||
		    a.state != 'Z' || a.levels < 2 || (a.levels == 2 &&
		    pidns_of(pid) != pidns_of(j->pid)) ||
		    !proc_about(a.parent, &parent) || parent.levels != 1)
			continue;
		found = true;
		(void)snprintf(buf, size, "process %ld (%s) is not reaped by "
		    "its parent outside, %ld (%s)", (long)pid, a.comm,
		    (long)a.parent, parent.comm);
	}
	free(pids);
	return (found);
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
	return (has_ended(j->fd) ? JAIL_GONE : JAIL_LIVES);
}
