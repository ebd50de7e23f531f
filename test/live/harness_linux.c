/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux's part of the harness: a jail is a PID namespace, and some more.
 * Touches the namespaces it makes, and cgroups of its own if asked to. */
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/openat2.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "mountns.h"

#define PIDS_CGROUP	"/sys/fs/cgroup/pids"
#define MEMORY_CGROUP	"/sys/fs/cgroup/memory"
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC	4
#endif

int
die_with_parent(void)
{
	return (prctl(PR_SET_PDEATHSIG, SIGKILL));
}

/*
 * The root.
 */
/*
 * The root.
 */
int
sys_root_fill(const struct jail *j)
{
	char line[64], link[PATH_MAX];
	FILE *f;

	if (file_copy(j, "/bin/busybox", "/bin/busybox") == -1)
		return (-1);
	f = popen("/bin/busybox --list", "re");
	if (f == NULL)
		return (complain("run", "busybox"));
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "busybox") == 0)
			continue;
		snprintf(link, sizeof(link), "/bin/%s", line);
		(void)symlink("busybox", jail_path(j, link));
	}
	return (pclose(f) == 0 ? 0 : -1);
}

/* "lib => /path (0x...)" or "/path (0x...)"; a static program has none. */
int
sys_libraries_copy(const struct jail *j, const char *program)
{
	char cmd[PATH_MAX + 32], line[PATH_MAX];
	char *p;
	int e = 0;
	FILE *f;

	snprintf(cmd, sizeof(cmd), "ldd '%s' 2>/dev/null", program);
	f = popen(cmd, "re");
	if (f == NULL)
		return (complain("run", "ldd"));
	while (fgets(line, sizeof(line), f) != NULL) {
		p = strchr(line, '/');
		if (p == NULL || strchr(p, '(') == NULL)
			continue;
		p[strcspn(p, " \t(\n")] = '\0';
		e |= file_copy(j, p, p);
	}
	(void)pclose(f);
	return (e);
}

/* The kernel takes a script's name. */
int
jail_program(const struct jail *j, const char *name, const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/bin/%s", name);
	return (jail_script(j, path, text));
}

/* As process 1 sees its mounts, if so asked.  Once it is reaped its number may
 * be a process of the host's. */
void
sys_root_path(const struct jail *j, char *buf, size_t size)
{
	if (j->via_proc && j->pid != 0 && j->ended_ms == 0)
		snprintf(buf, size, "/proc/%d/root", (int)j->pid);
	else
		snprintf(buf, size, "%s", j->root);
}

int
sys_inside_open(int root_fd, const char *path, int flags, mode_t mode)
{
	struct open_how how = { .flags = (unsigned)flags | O_CLOEXEC,
	    .mode = mode, .resolve = RESOLVE_IN_ROOT };

	return ((int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how)));
}

/*
 * The child that becomes process 1.
 */
static void
dev_node(const struct start *s, const char *name)
{
	char from[64], to[PATH_MAX];
	int fd;

	snprintf(from, sizeof(from), "/dev/%s", name);
	snprintf(to, sizeof(to), "%s/dev/%s", s->j->root, name);
	fd = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd != -1)
		close(fd);
	if (mount(from, to, NULL, MS_BIND, NULL) == -1)
		start_fail(s, from);
}

/* Where programs that count their lines do so, test/coverage. */
static void
dev_coverage(const struct start *s)
{
	const char *from = getenv("JAIL_COVERAGE");
	char to[PATH_MAX];

	if (from == NULL)
		return;
	snprintf(to, sizeof(to), "%s/dev/shm", s->j->root);
	(void)mkdir(to, 0755);
	snprintf(to, sizeof(to), "%s%s", s->j->root, from);
	(void)mkdir(to, 0755);
	if (mount(from, to, NULL, MS_BIND, NULL) == -1)
		start_fail(s, from);
}

static void
dev_make(const struct start *s)
{
	static const char *const nodes[] = { "null", "zero", "full", "tty",
	    "urandom" };
	char dev[PATH_MAX], sub[PATH_MAX + 8];
	size_t i;

	snprintf(dev, sizeof(dev), "%s/dev", s->j->root);
	if (mount("dev", dev, "tmpfs", 0, "mode=755") == -1)
		start_fail(s, "mount /dev");
	for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		dev_node(s, nodes[i]);
	dev_coverage(s);
	if (!s->o->pts)
		return;
	snprintf(sub, sizeof(sub), "%s/pts", dev);
	if (mkdir(sub, 0755) == -1 || mount("pts", sub, "devpts", 0,
	    "newinstance,ptmxmode=0666,mode=0620") == -1)
		start_fail(s, "mount /dev/pts");
	snprintf(sub, sizeof(sub), "%s/ptmx", dev);
	if (symlink("pts/ptmx", sub) == -1)
		start_fail(s, "/dev/ptmx");
}

/* The root becomes the namespace's own, so that whoever enters is in it. */
void
sys_root_enter(const struct start *s)
{
	const char *root = s->j->root;
	char proc[PATH_MAX];

	if (mountns_private() == -1 ||
	    mount(root, root, NULL, MS_BIND | MS_REC, NULL) == -1)
		start_fail(s, "mount /");
	snprintf(proc, sizeof(proc), "%s/proc", root);
	/* A user may mount that of a PID namespace of his own alone. */
	if (!s->o->no_proc && (s->o->host && s->j->userns ?
	    mount("/proc", proc, NULL, MS_BIND | MS_REC, NULL) :
	    mount("proc", proc, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
	    NULL)) == -1)
		start_fail(s, "mount /proc");
	if (!s->o->no_dev)
		dev_make(s);
	if (s->o->readonly && mount(NULL, root, NULL,
	    MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) == -1)
		start_fail(s, "mount read-only");
	if (mountns_root(open(root, O_PATH | O_DIRECTORY | O_CLOEXEC)) == -1)
		start_fail(s, "pivot_root");
}

/*
 * Starting it.
 */
void
sys_close_at_exec(void)
{
	(void)syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
}

/*
 * Starting it.
 */
static int
userns_map(pid_t pid)
{
	char path[64], map[64];

	snprintf(path, sizeof(path), "/proc/%d/setgroups", (int)pid);
	if (geteuid() != 0 && text_write(path, "deny") == -1)
		return (complain("write", path));
	/* As root all ids, so that a jail may have several users. */
	snprintf(path, sizeof(path), "/proc/%d/uid_map", (int)pid);
	snprintf(map, sizeof(map), "0 %u %d", geteuid(),
	    geteuid() == 0 ? 65536 : 1);
	if (text_write(path, map) == -1)
		return (complain("write", path));
	snprintf(path, sizeof(path), "/proc/%d/gid_map", (int)pid);
	snprintf(map, sizeof(map), "0 %u %d", getegid(),
	    geteuid() == 0 ? 65536 : 1);
	if (text_write(path, map) == -1)
		return (complain("write", path));
	return (0);
}

static bool
cgroup_can_be_made(const char *in)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/cgroup.procs", in);
	return (access(path, W_OK) == 0 && access(in, W_OK) == 0);
}

bool
jail_has_pids(void)
{
	return (cgroup_can_be_made(PIDS_CGROUP));
}

bool
jail_has_memory(void)
{
	return (cgroup_can_be_made(MEMORY_CGROUP));
}

/* Its path is left in cgroup. */
static int
cgroup_join(const struct jail *j, const char *in, const char *limit, long max,
    char cgroup[PATH_MAX])
{
	char path[PATH_MAX + 32], text[32];

	snprintf(cgroup, PATH_MAX, "%s/%s", in, strrchr(j->dir, '/') + 1);
	if (mkdir(cgroup, 0755) == -1 && errno != EEXIST) {
		cgroup[0] = '\0';
		return (complain("mkdir", in));
	}
	snprintf(path, sizeof(path), "%s/%s", cgroup, limit);
	snprintf(text, sizeof(text), "%ld", max);
	if (text_write(path, text) == -1)
		return (complain("write", path));
	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	snprintf(text, sizeof(text), "%d", (int)j->pid);
	if (text_write(path, text) == -1)
		return (complain("write", path));
	return (0);
}

static ino_t
pidns_of(const char *pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%.20s/ns/pid", pid);
	return (stat(path, &st) == 0 ? st.st_ino : 0);
}

/* Its number is given to the next namespace once nobody holds it. */
static void
pidns_hold(struct jail *j, const char *pid)
{
	char path[64];

	j->pidns = pidns_of(pid);
	snprintf(path, sizeof(path), "/proc/%s/ns/pid", pid);
	j->pidns_fd = open(path, O_RDONLY | O_CLOEXEC);
}

int
sys_start_parent(struct start *s)
{
	struct jail *j = s->j;
	char pid[16], memory[PATH_MAX];

	snprintf(pid, sizeof(pid), "%d", (int)j->pid);
	if (!s->o->host) {
		pidns_hold(j, pid);
		if (j->pidns == 0 || j->pidns_fd == -1)
			return (complain("PID namespace of", pid));
	}
	if (j->userns && userns_map(j->pid) == -1)
		return (-1);
	if (s->o->pids_max > 0 && cgroup_join(j, PIDS_CGROUP, "pids.max",
	    s->o->pids_max, j->cgroup) == -1)
		return (-1);
	if (s->o->memory_max > 0 && cgroup_join(j, MEMORY_CGROUP,
	    "memory.limit_in_bytes", s->o->memory_max, memory) == -1)
		return (-1);
	return (0);
}

void
sys_started(struct start *s)
{
	(void)s;
}

pid_t
sys_start(struct start *s)
{
	unsigned long flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC |
	    CLONE_NEWUTS;

	if (s->o->host)
		flags &= ~(unsigned long)CLONE_NEWPID;
	if (s->j->userns)
		flags |= CLONE_NEWUSER;
	return ((pid_t)syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, NULL,
	    &s->j->pidfd, NULL, NULL));
}

/*
 * Its end.
 */
int
sys_signal(const struct jail *j, int sig)
{
	return ((int)syscall(SYS_pidfd_send_signal, j->pidfd, sig, NULL, 0));
}

/* With process 1 the kernel ends them all. */
int
sys_jail_end(struct jail *j)
{
	int n = j->pidns == 0 ? 0 : jail_count(j);

	if (j->pidns_fd != -1)
		close(j->pidns_fd);
	j->pidns_fd = -1;
	j->pidns = 0;		/* the number may be another jail's now */
	return (n);
}

/* A cgroup is empty only some time after its last process was reaped. */
bool
sys_dir_leave(const char *dir)
{
	static const char *const in[] = { PIDS_CGROUP, MEMORY_CGROUP };
	char path[PATH_MAX];
	bool gone = true;
	size_t i;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", in[i],
		    strrchr(dir, '/') + 1);
		(void)rmdir(path);
		gone = gone && access(path, F_OK) == -1;
	}
	return (gone);
}

bool
sys_dir_is_bare(const char *dir)
{
	char *line = NULL, *path;
	size_t size = 0, len = strlen(dir);
	bool bare = true;
	FILE *f = fopen("/proc/self/mountinfo", "re");

	/* ID, parent, device, root, mount point */
	while (f != NULL && bare && getline(&line, &size, f) != -1) {
		path = strchr(line, '/');
		path = path == NULL ? NULL : strchr(path, ' ');
		bare = path == NULL || strncmp(path + 1, dir, len) != 0 ||
		    path[1 + len] != '/';
	}
	free(line);
	return (f != NULL && fclose(f) == 0 && bare);
}

int
jail_wait_exiting(struct jail *j, int64_t timeout_ms)
{
	char path[64], buf[256];
	int64_t end_ms = jail_now_ms() + timeout_ms;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)j->pid);
	for (;;) {
		if (text_read(path, buf, sizeof(buf)) == -1 ||
		    buf[0] == '\0')
			return (0);
		if (jail_now_ms() >= end_ms)
			return (-1);
		jail_sleep_ms(POLL_MS);
	}
}

/*
 * Entering.
 */
struct way {
	int root_fd, proc_fd;	/* the jail's root; the caller's /proc */
	struct stat own;	/* the caller's root, which is no jail's */
	int pid_fd;		/* told to the test: a pid */
};

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return (a->st_dev == b->st_dev && a->st_ino == b->st_ino);
}

/* Entering a mount namespace leads to its root, which need not be the jail's.
 * So go to that, and see that we are there before anything is done. */
static bool
inside_go(const struct enter *e, const struct way *w)
{
	struct stat root, cwd, jail, pidns;

	return (fchdir(w->root_fd) == 0 && chroot(".") == 0 &&
	    fstat(w->root_fd, &jail) == 0 && stat("/", &root) == 0 &&
	    stat(".", &cwd) == 0 && is_same(&root, &jail) &&
	    is_same(&cwd, &jail) && !is_same(&root, &w->own) &&
	    (e->j->pidns == 0 ||
	    (fstatat(w->proc_fd, "self/ns/pid", &pidns, 0) == 0 &&
	    pidns.st_ino == e->j->pidns)));
}

static _Noreturn void
enter_child(const struct enter *e, const struct way *w)
{
	int flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;
	pid_t pid;
	bool in;

	if (e->j->userns)
		flags |= CLONE_NEWUSER;
	if (setns(e->j->pidfd, flags) == -1)
		_exit(125);
	/* A sibling, not a child: the test is its parent. */
	pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL,
	    NULL, NULL);
	if (pid == 0) {
		in = inside_go(e, w);
		(void)!write(e->inside_fd, &in, sizeof(in));
		close(w->root_fd);
		close(w->proc_fd);
		close(w->pid_fd);
		close(e->inside_fd);
		_exit(in ? e->fn(e->arg) : JAIL_OUTSIDE);
	}
	(void)!write(w->pid_fd, &pid, sizeof(pid));
	_exit(0);
}

pid_t
sys_enter(struct jail *j, const struct enter *e)
{
	struct way w;
	char root[64];
	pid_t helper, pid = -1;
	int p[2];

	if (pipe2(p, O_CLOEXEC) == -1 || stat("/", &w.own) == -1)
		return (-1);
	snprintf(root, sizeof(root), "/proc/%d/root", (int)j->pid);
	w.root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	w.proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	w.pid_fd = p[1];
	helper = fork();
	if (helper == 0)
		enter_child(e, &w);
	close(w.root_fd);
	close(w.proc_fd);
	close(p[1]);
	if (helper == -1 || read(p[0], &pid, sizeof(pid)) != sizeof(pid))
		pid = -1;
	close(p[0]);
	if (helper > 0)
		(void)waitpid(helper, NULL, 0);
	return (pid);
}

/*
 * A world.
 */
static _Noreturn void
world_fail(const char *what)
{
	perror(what);
	_exit(1);
}

static void
world_write(const char *path, const char *text)
{
	if (text_write(path, text) == -1)
		world_fail(path);
}

/* Root at least over a user namespace. */
static void
world_user(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[32];

	if (uid == 0 || unshare(CLONE_NEWUSER) == -1)
		return;
	world_write("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	world_write("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "0 %u 1", gid);
	world_write("/proc/self/gid_map", map);
}

static _Noreturn void
world_end(pid_t pid, int st)
{
	/* What a sanitizer does at exit has no processes here. */
	_exit(pid == -1 ? 1 : WIFEXITED(st) ? WEXITSTATUS(st) :
	    128 + WTERMSIG(st));
}

/* Its process 1 only reaps. */
void
jail_world(void)
{
	pid_t pid, first;
	int st = 0;

	world_user();
	if (unshare(CLONE_NEWPID | CLONE_NEWNS) == -1)
		world_fail("unshare");
	fflush(NULL);
	first = fork();
	if (first != 0) {
		(void)waitpid(first, &st, 0);
		world_end(first, st);
	}
	if (die_with_parent() == -1 || mountns_private() == -1 ||
	    mount("proc", "/proc", "proc", 0, NULL) == -1)
		world_fail("mount /proc");
	pid = fork();
	if (pid == 0)
		return;
	while ((first = wait(&st)) != pid && first != -1)
		continue;
	world_end(first, st);
}

/*
 * Processes.
 */
static char
state_of(const char *pid, char *comm, size_t size)
{
	char path[64], buf[512];
	char *p, *q;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	if (text_read(path, buf, sizeof(buf)) == -1)
		return ('\0');
	p = strchr(buf, '(');
	q = strrchr(buf, ')');
	if (p == NULL || q == NULL || q[1] == '\0')
		return ('\0');
	if (comm != NULL)
		snprintf(comm, size, "%.*s", (int)(q - p - 1), p + 1);
	return (q[2]);
}

int
sys_walk(const struct jail *j, const char *name, char state, pid_t *first)
{
	const struct dirent *e;
	char comm[64], st;
	int n = 0;
	DIR *d;

	d = opendir("/proc");
	while (d != NULL && (e = readdir(d)) != NULL) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9' ||
		    j->pidns == 0 || pidns_of(e->d_name) != j->pidns)
			continue;
		st = state_of(e->d_name, comm, sizeof(comm));
		if ((state != '\0' && st != state) ||
		    (name != NULL && strcmp(comm, name) != 0))
			continue;
		if (n++ == 0 && first != NULL)
			*first = (pid_t)strtol(e->d_name, NULL, 10);
	}
	if (d != NULL)
		closedir(d);
	return (n);
}

pid_t
jail_pid(const struct jail *j)
{
	return (j->host ? j->pid : 1);
}

const char *
jail_fd_name(const struct jail *j, int fd)
{
	static char name[PATH_MAX];
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)j->pid, fd);
	n = readlink(path, name, sizeof(name) - 1);
	name[n < 0 ? 0 : n] = '\0';
	return (name);
}

const char *
jail_cwd(const struct jail *j, pid_t pid)
{
	static char name[PATH_MAX];
	char path[64];
	ssize_t n;

	(void)j;
	snprintf(path, sizeof(path), "/proc/%d/cwd", (int)pid);
	n = readlink(path, name, sizeof(name) - 1);
	name[n < 0 ? 0 : n] = '\0';
	return (name);
}

const char *
proc_title(pid_t pid)
{
	static char buf[256];
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	(void)text_read(path, buf, sizeof(buf));
	return (buf);
}

bool
proc_environ_has(pid_t pid, const char *text)
{
	char path[64], buf[4096];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return (false);
	n = read(fd, buf, sizeof(buf));
	close(fd);
	return (n > 0 && memmem(buf, (size_t)n, text, strlen(text) + 1) !=
	    NULL);
}

int
proc_limit_fds(pid_t pid, int n)
{
	const struct rlimit rl = { (rlim_t)n, (rlim_t)n };

	return (prlimit(pid, RLIMIT_NOFILE, &rl, NULL));
}

int
proc_self(char path[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);

	path[n < 0 ? 0 : n] = '\0';
	return (n > 0 ? 0 : -1);
}

void
proc_become(const char *name, char **argv)
{
	(void)name;
	(void)argv;
}

const char *
jail_name_of(int jid)
{
	(void)jid;
	return ("");
}

int
proc_jid(pid_t pid)
{
	(void)pid;
	return (0);
}

pid_t
proc_find(const char *comm)
{
	const struct dirent *e;
	char name[64];
	pid_t pid = 0;
	DIR *d;

	d = opendir("/proc");
	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9' &&
		    state_of(e->d_name, name, sizeof(name)) != '\0' &&
		    strcmp(name, comm) == 0)
			pid = (pid_t)strtol(e->d_name, NULL, 10);
	if (d != NULL)
		closedir(d);
	return (pid);
}

size_t
proc_children(pid_t *list, size_t max)
{
	char path[64], buf[4096], *p, *end;
	size_t n = 0;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children",
	    (int)getpid());
	(void)text_read(path, buf, sizeof(buf));
	for (p = buf; n < max && strtol(p, &end, 10) > 1; p = end)
		list[n++] = (pid_t)strtol(p, NULL, 10);
	return (n);
}

int
proc_adopt(bool adopt)
{
	return (prctl(PR_SET_CHILD_SUBREAPER, adopt ? 1 : 0));
}

int64_t
proc_cpu_us(pid_t pid)
{
	char path[64], buf[256];

	snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	if (text_read(path, buf, sizeof(buf)) == -1)
		return (-1);
	return ((int64_t)(strtoull(buf, NULL, 10) / 1000));
}

int
proc_state(pid_t pid)
{
	char name[16];

	snprintf(name, sizeof(name), "%d", (int)pid);
	return (state_of(name, NULL, 0));
}

int
proc_fds(pid_t pid)
{
	char path[64];
	const struct dirent *e;
	int n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	d = opendir(path);
	if (d == NULL)
		return (-1);
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	closedir(d);
	return (n);
}

bool
sys_has_pipe(pid_t pid)
{
	char dir[64], path[PATH_MAX], link[16];
	const struct dirent *e;
	bool found = false;
	DIR *d;

	snprintf(dir, sizeof(dir), "/proc/%d/fd", (int)pid);
	d = opendir(dir);
	while (d != NULL && (e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%.20s", dir, e->d_name);
		if (strtol(e->d_name, NULL, 10) > 2 &&
		    readlink(path, link, sizeof(link)) > 5 &&
		    strncmp(link, "pipe:", 5) == 0)
			found = true;
	}
	if (d != NULL)
		closedir(d);
	return (found);
}

long
proc_figure(pid_t pid, const char *key)
{
	char path[64], buf[8192], *p;
	size_t len = strlen(key);

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (text_read(path, buf, sizeof(buf)) == -1)
		return (-1);
	for (p = buf; p != NULL; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, key, len) == 0 && p[len] == ':')
			return ((long)strtoul(p + len + 1, NULL,
			    strncmp(key, "Sig", 3) == 0 ? 16 : 10));
	}
	return (-1);
}
