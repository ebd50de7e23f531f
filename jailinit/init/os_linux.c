/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux: process 1 of a PID namespace, or a subreaper.  Touches prctl(2),
 * kill(2), reboot(2), its own memory and, of files, /proc alone. */
#include <sys/auxv.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/proc_linux.h"
#include "lib/text.h"

#include "os.h"

/* PROC_PID_INIT_INO of the kernel's include/linux/proc_ns.h: the inode of
 * the PID namespace that the machine has started with. */
#define INITIAL_PIDNS	0xEFFFFFFCU

/* Always there on a machine, and hardly in a namespace that begins. */
#define KTHREADD	2

/* FSCONFIG_CMD_CREATE of linux/mount.h, which musl's users may lack. */
#define FSCONFIG_CREATE	6

/* PIDFD_GET_INFO of linux/pidfd.h, its first 64 bytes: with PIDFD_INFO_EXIT,
 * Linux 6.15, also the status of a process that is no more. */
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

/* So many entries of /proc are looked at in one walk, and not those of one
 * that forks faster than we look. */
#define WALK_MAX	65536

/* A chain of parents longer than this is not followed. */
#define ANCESTORS_MAX	1024

/* Of a program with a longer path its descriptor is executed again. */
#define PROGRAM_MAX	512

const bool os_kernel_reaps = true;

static enum os_place place = OS_REFUSED;

static char program[PROGRAM_MAX];
static int program_fd = -1;

static char *title;

/* linux_dirent64 of getdents64(2); readdir(3) would allocate. */
struct entry {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

/* A /proc of our own, mounted nowhere, fsopen(2) (Linux 5.2); or -1. */
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

/* A machine's process 1 may mount, and has no /proc yet when nobody was
 * there before it. */
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
		/* ctrl-alt-del is to be a SIGINT, not an end at once */
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

/* The parent of pid (0: one outside of the namespace), or -1 when pid is a
 * zombie or cannot be seen. */
static pid_t
proc_parent(pid_t pid)
{
	char buf[PROC_STAT_SIZE];
	const char *state;

	if (!proc_stat_read(pid, buf))
		return (-1);
	state = proc_stat_field(buf, PROC_STAT_STATE);
	if (*state == '\0' || *state == 'Z' || *state == 'X')
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
	/* Of a machine, the kernel's threads are not: theirs is 2, or 0. */
	for (i = 0; i < ANCESTORS_MAX && pid > 0; i++) {
		pid = proc_parent(pid);
		if (pid == getpid())
			return (true);
	}
	return (false);
}

/* Calls fn for each number in /proc. */
static void
proc_walk(void (*fn)(pid_t, void *), void *arg)
{
	_Alignas(struct entry) char buf[2048];
	const struct entry *e;
	long n, at, count = 0;
	pid_t pid;
	int fd;

	if (!proc_is_ours())
		return;
	fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return;
	while (count < WALK_MAX &&
	    (n = syscall(SYS_getdents64, fd, buf, sizeof(buf))) > 0)
		for (at = 0; at < n; at += e->reclen) {
			e = (const struct entry *)(const void *)(buf + at);
			pid = (pid_t)text_number(e->name);
			count++;
			if (pid > 0)
				fn(pid, arg);
		}
	close(fd);
}

/* The pidfd is taken before the look, so that it is the same process that
 * is looked at and signalled. */
static void
signal_ours(pid_t pid, void *arg)
{
	int fd, sig = *(const int *)arg;

	if (pid <= 1)
		return;
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd != -1) {
		if (is_ours(pid))
			(void)syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0);
		close(fd);
	} else if (errno != ESRCH && is_ours(pid))
		kill(pid, sig);
}

void
os_signal_all(int sig)
{
	if (place == OS_SUBTREE)
		proc_walk(signal_ours, &sig);
	else if (place != OS_REFUSED && getpid() == 1)
		kill(-1, sig);
}

/* A subreaper without children has no descendants either, and nobody enters
 * a machine (where kill(2) would find the kernel's own threads). */
bool
os_others_left(void)
{
	return (place == OS_JAIL && getpid() == 1 &&
	    (kill(-1, 0) == 0 || errno != ESRCH));
}

/* With process 1 the kernel ends and reaps the others.  Nothing here removes
 * files during boot. */
void
os_child_wait(pid_t pid, int wait_ms)
{
	(void)pid;
	(void)wait_ms;
}

int
os_removal_watch(const char *path)
{
	(void)path;
	return (-1);
}

struct each {
	os_each_fn *fn;
	void *arg;
	bool done;
};

static void
each_one(pid_t pid, void *arg)
{
	struct each *e = arg;
	char comm[32];

	if (e->done || !is_ours(pid) ||
	    !proc_read(pid, "comm", comm, sizeof(comm)))
		return;
	comm[strcspn(comm, "\n")] = '\0';
	e->done = !e->fn(comm, pid, e->arg);
}

void
os_each(os_each_fn *fn, void *arg)
{
	struct each e = { fn, arg, false };

	proc_walk(each_one, &e);
}

/* Has the kernel show from[0..size) as our command line and leaves all else
 * of the map as it is, PR_SET_MM(2const), which needs no privilege.  Its
 * figures are those fields of proc_pid_stat(5). */
static bool
map_args(char *from, size_t size)
{
	struct prctl_mm_map map;
	__typeof__(map.start_code) *field[PROC_STAT_FIELDS] = {
		[26] = &map.start_code, &map.end_code, &map.start_stack,
		[45] = &map.start_data, &map.end_data, &map.start_brk,
		[50] = &map.env_start, &map.env_end
	};
	char buf[PROC_STAT_SIZE];
	const char *text = "";
	int i;

	if (!proc_stat_read(getpid(), buf))
		return (false);
	memset(&map, 0, sizeof(map));
	for (i = 26; i < PROC_STAT_FIELDS; i++) {
		text = proc_stat_field(buf, i);
		if (field[i] != NULL)
			*field[i] = text_number(text);
	}
	if (*text == '\0')
		return (false);
	map.brk = (uint64_t)syscall(SYS_brk, 0);
	map.arg_start = (uintptr_t)from;
	map.arg_end = (uintptr_t)from + size;
	map.exe_fd = (uint32_t)-1;
	return (prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0) == 0);
}

/* In memory of its own, since the strings of argv and of the environment stay:
 * others tell by them that this is a container.  Where there is no /proc yet it
 * is tried again with the next state. */
void
os_title(const char *state)
{
	static bool mapped;

	memset(title, 0, OS_TITLE_MAX);
	(void)text_format(title, OS_TITLE_MAX, "jailinit: %s", state);
	mapped = mapped || map_args(title, OS_TITLE_MAX);
}

void
os_title_init(char room[OS_TITLE_MAX], const char *state)
{
	title = room;
	os_title(state);
}

void
os_program_init(void)
{
	const char *name = (const char *)getauxval(AT_EXECFN);
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

	/* One that fills it may have been cut off. */
	if (n > 0)
		program[n < (ssize_t)sizeof(program) - 1 ? n : 0] = '\0';
	else if (name != NULL && strlen(name) < sizeof(program))
		memcpy(program, name, strlen(name) + 1);
	program_fd = open(n > 0 ? "/proc/self/exe" : program,
	    O_PATH | O_CLOEXEC);
}

void
os_program_exec(char *const *argv)
{
	execv(program, argv);
	if (program_fd != -1)
		(void)syscall(SYS_execveat, program_fd, "", argv, environ,
		    AT_EMPTY_PATH);
}

/* uname(2): an older kernel takes the question, and has no answer once a
 * process is reaped, which is too late to know. */
int
os_exit_open(pid_t pid)
{
	struct utsname u;
	const char *dot;
	unsigned long version;
	int fd, st;

	if (uname(&u) == -1 || (dot = strchr(u.release, '.')) == NULL)
		return (-1);
	version = text_number(u.release) * 1000 + text_number(dot + 1);
	if (version < EXIT_INFO_SINCE)
		return (-1);
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	errno = 0;
	if (fd != -1 && !os_exit_read(fd, &st) && errno != 0) {
		close(fd);
		fd = -1;
	}
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

void
os_exit_send(int fd, int sig, bool group)
{
	if (!group || syscall(SYS_pidfd_send_signal, fd, sig, NULL,
	    SEND_GROUP) == -1)
		(void)syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0);
}

void
os_child_class(void)
{
}

bool
os_manager_reboots(void)
{
	const char *c = getenv("container");

	return (c != NULL &&
	    (strcmp(c, "lxc") == 0 || strcmp(c, "systemd-nspawn") == 0));
}

/* Of the mounts those that a read of /proc gives, in their order: the root is
 * first, and few machines with process 1 of this kind have more of them. */
void
os_disks_leave(void)
{
	char mounts[4096];
	char *line, *next = mounts, *where;

	sync();
	if (!proc_read(getpid(), "mounts", mounts, sizeof(mounts)))
		return;
	while ((line = strsep(&next, "\n")) != NULL) {
		(void)strsep(&line, " ");
		where = strsep(&line, " ");
		if (where != NULL)
			(void)mount("", where, NULL, MS_REMOUNT | MS_RDONLY,
			    NULL);
	}
}

/* reboot(2): in a PID namespace RB_AUTOBOOT ends process 1 with SIGHUP, the
 * others with SIGINT, as its parent sees it. */
void
os_reboot(enum request_verb verb)
{
	errno = EPERM;
	if (getpid() != 1)
		return;
	reboot(verb == REQUEST_REBOOT ? RB_AUTOBOOT :
	    verb == REQUEST_POWEROFF ? RB_POWER_OFF : (int)RB_HALT_SYSTEM);
}
