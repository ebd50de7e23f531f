/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * confine [-c copy] ... folder ... -- command ...: runs a command where its
 * mistakes cannot reach the machine: in a PID namespace of its own, so that it
 * can signal nobody else, and in a mount namespace whose root is the caller's
 * alone (also in a chroot) and in which nothing but the folders, cgroups and
 * devices can be written to.  What it changes below a copy is kept in memory,
 * and gone with it.  Its first process reaps, hands on TERM, INT and HUP, and
 * stays until what the command left behind has ended, 15 seconds at most.
 * The exit status is the command's.  Where namespaces, or a /proc in them, are
 * refused the command runs without: test/can says why.  Whatever else fails
 * ends it with 71, and the command is not run.
 */
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/mount.h>

#include "mountns.h"

#define AFTER_S	15	/* for those who tidy up behind a command */
#define REFUSED	69	/* nothing was run */

static pid_t other;	/* to whom a signal is handed on; 0: it has ended */
static volatile sig_atomic_t status = 71;	/* the command's */

static void
fail(const char *what, const char *name)
{
	fprintf(stderr, "confine: %s %s: %s\n", what, name, strerror(errno));
	exit(71);
}

static void
hand_on(int sig)
{
	if (other == 0 || sig == SIGALRM)
		_exit(status);	/* and the kernel ends what is left */
	(void)kill(other, sig);
}

static void
signals_hand_on(pid_t to)
{
	static const int sigs[] = { SIGALRM, SIGHUP, SIGINT, SIGTERM };
	struct sigaction sa = { .sa_handler = hand_on };
	size_t i;

	other = to;
	for (i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++)
		(void)sigaction(sigs[i], &sa, NULL);
}

static int
wait_for(pid_t pid)
{
	int st;

	while (waitpid(pid, &st, 0) == -1)
		if (errno != EINTR)
			fail("waitpid", "");
	return (WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st));
}

/*
 * Namespaces.
 */
static bool
text_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t n = strlen(text);
	bool ok = fd != -1 && write(fd, text, n) == (ssize_t)n;

	if (fd != -1)
		close(fd);
	return (ok);
}

/* A user stays who it is, in a user namespace that owns the others. */
static bool
namespaces_make(void)
{
	int flags = CLONE_NEWNS | CLONE_NEWPID;
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[64];

	if (uid == 0)
		return (unshare(flags) == 0);
	if (unshare(flags | CLONE_NEWUSER) == -1 ||
	    !text_write("/proc/self/setgroups", "deny"))
		return (false);
	snprintf(map, sizeof(map), "%u %u 1", gid, gid);
	if (!text_write("/proc/self/gid_map", map))
		return (false);
	snprintf(map, sizeof(map), "%u %u 1", uid, uid);
	return (text_write("/proc/self/uid_map", map));
}

/* Mounts / on itself and makes that the root of the namespace: in a chroot /
 * may be no mount point. */
static int
root_own(void)
{
	int fd = (int)syscall(SYS_open_tree, AT_FDCWD, "/",
	    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

	if (fd == -1 || syscall(SYS_move_mount, fd, "", AT_FDCWD, "/",
	    MOVE_MOUNT_F_EMPTY_PATH) == -1)
		return (-1);
	return (mountns_root(fd));
}

static int
writable(const char *path, bool can)
{
	struct mount_attr a = { 0 };

	*(can ? &a.attr_clr : &a.attr_set) = MOUNT_ATTR_RDONLY;
	return ((int)syscall(SYS_mount_setattr, AT_FDCWD, path, AT_RECURSIVE,
	    &a, sizeof(a)));
}

/* The tmpfs for it is mounted on /proc while it is made. */
static void
copy_make(const char *folder)
{
	char options[PATH_MAX];

	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=/proc/upper,"
	    "workdir=/proc/work%s", folder, geteuid() == 0 ? "" :
	    ",userxattr");
	if (mount("tmpfs", "/proc", "tmpfs", 0, NULL) == -1 ||
	    mkdir("/proc/upper", 0755) == -1 ||
	    mkdir("/proc/work", 0755) == -1 ||
	    mount("overlay", folder, "overlay", 0, options) == -1 ||
	    umount2("/proc", MNT_DETACH) == -1)
		fail("copy", folder);
}

static void
mounts_make(char *const *folders)
{
	static const char *const also[] = { "/dev/shm", "/proc",
	    "/sys/fs/cgroup" };
	char *const *f;
	size_t i;

	if (mountns_private() == -1 || root_own() == -1)
		fail("mount", "/");
	for (f = folders; strcmp(*f, "--") != 0; f++)
		if (strcmp(*f, "-c") == 0)
			copy_make(*++f);
		else if (mount(*f, *f, NULL, MS_BIND | MS_REC, NULL) == -1)
			fail("mount", *f);
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
	    NULL) == -1)
		_exit(REFUSED);
	if (writable("/", false) == -1)
		fail("read-only", "/");
	for (f = folders; strcmp(*f, "--") != 0; f++)
		if (strcmp(*f, "-c") != 0 && writable(*f, true) == -1)
			fail("writable", *f);
	for (i = 0; i < sizeof(also) / sizeof(also[0]); i++)
		(void)writable(also[i], true);
}

/* CONFINED in its environment tells it. */
static _Noreturn void
command_run(char **argv, const char *is_confined)
{
	(void)setenv("CONFINED", is_confined, 1);
	execvp(argv[0], argv);
	fprintf(stderr, "confine: %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* Process 1 of the namespace; what is there when it ends is killed. */
static _Noreturn void
first(char *const *folders, char **command, const char *cwd, int ready_fd)
{
	pid_t pid, p;
	int st;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	mounts_make(folders);
	if (chdir(cwd) == -1)
		fail("chdir", cwd);
	(void)!write(ready_fd, "", 1);
	close(ready_fd);
	pid = fork();
	if (pid == 0)
		command_run(command, "yes");
	signals_hand_on(pid);
	while ((p = waitpid(-1, &st, 0)) > 0 || errno == EINTR) {
		if (p != pid)
			continue;
		other = 0;
		status = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
		(void)alarm(AFTER_S);
	}
	_exit(status);
}

/* Makes the namespaces, and waits for their first process. */
static _Noreturn void
confined(char *const *folders, char **command, int ready_fd)
{
	char *cwd = getcwd(NULL, 0);
	pid_t pid;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (cwd == NULL)
		fail("getcwd", "");
	if (access("/proc/self/ns/mnt", F_OK) == -1 || !namespaces_make())
		_exit(REFUSED);
	pid = fork();
	if (pid == 0)
		first(folders, command, cwd, ready_fd);
	close(ready_fd);
	if (pid == -1)
		fail("fork", "");
	signals_hand_on(pid);
	_exit(wait_for(pid));
}

int
main(int argc, char *argv[])
{
	char **command = argv + 1, c;
	int code, ready[2];
	ssize_t n;
	pid_t pid;

	while (*command != NULL && strcmp(*command, "--") != 0)
		command++;
	if (argc < 3 || *command == NULL || *++command == NULL) {
		fprintf(stderr, "usage: confine [-c copy] ... folder ... -- "
		    "command ...\n");
		return (64);
	}
	if (pipe2(ready, O_CLOEXEC) == -1 || (pid = fork()) == -1)
		fail("fork", "");
	if (pid == 0) {
		close(ready[0]);
		confined(argv + 1, command, ready[1]);
	}
	close(ready[1]);
	signals_hand_on(pid);
	while ((n = read(ready[0], &c, 1)) == -1 && errno == EINTR)
		continue;
	code = wait_for(pid);
	if (n == 1 || code != REFUSED)
		return (code);
	command_run(command, "no");
}
