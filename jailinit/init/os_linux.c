/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux: process 1 of a PID namespace, or a subreaper.  Touches prctl(2),
 * kill(2) and, of files, /proc alone. */
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "lib/proc_linux.h"
#include "lib/text.h"

#include "os.h"

/* PROC_PID_INIT_INO of the kernel's include/linux/proc_ns.h: the inode of
 * the machine's first PID namespace. */
#define INITIAL_PIDNS	0xEFFFFFFCU

/* A process of every machine, and hardly of a namespace that begins. */
#define KTHREADD	2

/* FSCONFIG_CMD_CREATE of linux/mount.h, which a musl system may lack. */
#define FSCONFIG_CREATE	6

/* One walk looks at no more entries of /proc than there were processes and as
 * many as this, even if a process forks faster than we look. */
#define WALK_MORE	1024
#define WALK_MAX	65536

/* A longer chain of parents is not followed. */
#define ANCESTORS_MAX	1024

static enum os_place place = OS_REFUSED;

/* linux_dirent64 of getdents64(2); readdir(3) would allocate. */
struct entry {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

/* Opens a /proc of our own that is mounted nowhere, fsopen(2) (Linux 5.2); or
 * -1. */
static int
proc_open(void)
{
	int fd, fs_fd = (int)syscall(SYS_fsopen, "proc", 0);

	if (fs_fd == -1)
		return (-1);
	(void)syscall(SYS_fsconfig, fs_fd, FSCONFIG_CREATE, NULL, NULL, 0);
	fd = (int)syscall(SYS_fsmount, fs_fd, 0, 0);
	close(fs_fd);
	return (fd);
}

/* A machine's process 1 may have no /proc yet, but is allowed to mount one. */
static bool
is_initial_pidns(void)
{
	struct stat st;
	int fd, r;

	if (kill(KTHREADD, 0) == -1 && errno == ESRCH)
		return (false);
	r = stat("/proc/self/ns/pid", &st);
	if (r == -1 && (fd = proc_open()) != -1) {
		r = fstatat(fd, "self/ns/pid", &st, 0);
		close(fd);
	}
	return (r == 0 && st.st_ino == INITIAL_PIDNS);
}

bool
os_is_orphaned(void)
{
	return (false);
}

bool
os_is_machine(void)
{
	return (getpid() == 1 && is_initial_pidns());
}

enum os_place
os_place(void)
{
	return (place);
}

enum os_place
os_claim(bool command, const char *ctl, const char **why)
{
	(void)ctl;
	if (getpid() == 1) {
		place = is_initial_pidns() ? OS_MACHINE : OS_JAIL;
		/* ctrl-alt-del sends us SIGINT from now on */
		if (place == OS_MACHINE)
			(void)reboot(RB_DISABLE_CAD);
		return (place);
	}
	if (!command)
		*why = "not process 1 of a PID namespace, so not in a jail; "
		    "only '-- command' runs here";
	else if (!proc_is_ours())
		*why = "not process 1, and no /proc to tell what is ours";
	else
		place = OS_SUBTREE;
	return (place);
}

int
os_adopt(void)
{
	if (place != OS_SUBTREE)
		return (0);
	return (prctl(PR_SET_CHILD_SUBREAPER, 1));
}

bool
os_is_reaper(void)
{
	int set = 0;

	return (getpid() == 1 ||
	    (prctl(PR_GET_CHILD_SUBREAPER, &set) == 0 && set == 1));
}

void
os_parent_signal(int sig)
{
	(void)prctl(PR_SET_PDEATHSIG, sig);
}

/* The parent of pid (0: one outside of the namespace), or -1 when pid is a
 * zombie or cannot be seen.  If only its first thread has ended, it lives. */
static pid_t
proc_parent(pid_t pid)
{
	char buf[PROC_STAT_SIZE];
	const char *state;

	if (!proc_stat_read(pid, buf))
		return (-1);
	state = proc_stat_field(buf, PROC_STAT_STATE);
	if (*state == '\0' || *state == 'X' || (*state == 'Z' &&
	    text_number(proc_stat_field(buf, PROC_STAT_THREADS)) <= 1))
		return (-1);
	return ((pid_t)text_number(proc_stat_field(buf, PROC_STAT_PARENT)));
}

static bool
is_ours(pid_t pid)
{
	int i;

	if (pid <= 1 || pid == getpid())
		return (false);
	if (place == OS_JAIL)
		return (proc_parent(pid) != -1);
	/* On a machine the kernel's threads are not ours: their parent is 2
	 * or 0. */
	for (i = 0; i < ANCESTORS_MAX && pid > 0; i++) {
		pid = proc_parent(pid);
		if (pid == getpid())
			return (true);
	}
	return (false);
}

/* Calls fn for each number in /proc, until it returns false.  False: there is no
 * /proc of ours. */
static bool
proc_walk(bool (*fn)(pid_t, void *), void *arg)
{
	_Alignas(struct entry) char buf[2048];
	const struct entry *e;
	long n, at, count = 0, max = WALK_MAX;
	struct stat st;
	bool more = true;
	pid_t pid;
	int fd;

	if (!proc_is_ours())
		return (false);
	fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return (false);
	/* the links of /proc are the machine's processes */
	if (fstat(fd, &st) == 0 && (long)st.st_nlink < max - WALK_MORE)
		max = (long)st.st_nlink + WALK_MORE;
	while (more && count < max &&
	    (n = syscall(SYS_getdents64, fd, buf, sizeof(buf))) > 0)
		for (at = 0; more && at < n; at += e->reclen) {
			e = (const struct entry *)(const void *)(buf + at);
			pid = (pid_t)text_number(e->name);
			count++;
			more = pid <= 0 || fn(pid, arg);
		}
	close(fd);
	return (true);
}

struct order {
	int sig;
	struct os_some some;
};

static bool
is_meant(pid_t pid, const struct os_some *some)
{
	char buf[PROC_STAT_SIZE];

	if (!some->terminal && some->but == 0)
		return (true);
	return (pid != some->but && proc_stat_read(pid, buf) &&
	    (!some->terminal ||
	    text_number(proc_stat_field(buf, PROC_STAT_TERMINAL)) != 0) &&
	    (!some->group || (pid_t)text_number(proc_stat_field(buf,
	    PROC_STAT_GROUP)) != some->but));
}

/* The pidfd is opened before the check, so that the process that is checked is
 * the one that is signalled: with kill(2) if a filter refuses the other call,
 * and the process has not ended.  Most processes have no terminal: then there
 * is no need of one. */
static bool
signal_ours(pid_t pid, void *arg)
{
	struct pollfd ended = { -1, POLLIN, 0 };
	const struct order *o = arg;

	if (pid <= 1 || (o->some.terminal && !is_meant(pid, &o->some)))
		return (true);
	ended.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if ((ended.fd != -1 || errno != ESRCH) && is_meant(pid, &o->some) &&
	    is_ours(pid) && (ended.fd == -1 || syscall(SYS_pidfd_send_signal,
	    ended.fd, o->sig, NULL, 0) == -1) && poll(&ended, 1, 0) == 0)
		kill(pid, o->sig);
	if (ended.fd != -1)
		close(ended.fd);
	return (true);
}

bool
os_signal_some(int sig, const struct os_some *some)
{
	struct order o = { sig, *some };

	return (place != OS_REFUSED && proc_walk(signal_ours, &o));
}

void
os_signal_all(int sig)
{
	const struct os_some all = { false, 0, false };

	if (place == OS_SUBTREE)
		(void)os_signal_some(sig, &all);
	else if (place != OS_REFUSED && getpid() == 1)
		kill(-1, sig);
}

/* A subreaper without children has no descendants, and nobody enters a machine,
 * where kill(2) would find the kernel's threads. */
bool
os_others_left(void)
{
	return (place == OS_JAIL && getpid() == 1 &&
	    (kill(-1, 0) == 0 || errno != ESRCH));
}

static bool
is_refused(pid_t pid, void *arg)
{
	bool *refused = arg;

	if (!is_ours(pid))
		return (true);
	*refused = kill(pid, 0) == -1 && errno == EPERM;
	return (*refused);
}

/* (Of all together kill(2) does not say so.) */
bool
os_all_refused(void)
{
	bool refused = false;

	return (place == OS_JAIL && proc_walk(is_refused, &refused) &&
	    refused);
}

struct each {
	os_each_fn *fn;
	void *arg;
};

static bool
each_one(pid_t pid, void *arg)
{
	struct each *e = arg;
	char comm[32];

	if (!is_ours(pid) || !proc_read(pid, "comm", comm, sizeof(comm)))
		return (true);
	comm[strcspn(comm, "\n")] = '\0';
	return (e->fn(comm, pid, e->arg));
}

void
os_each(os_each_fn *fn, void *arg)
{
	struct each e = { fn, arg };

	(void)proc_walk(each_one, &e);
}
