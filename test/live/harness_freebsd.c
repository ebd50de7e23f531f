/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FreeBSD's part of the harness: a jail is one of jail(2), and for root alone.
 * Touches the jails that it makes, and what it mounts in the temporary
 * directory: the base system read-only, and a devfs.
 */
#include <sys/param.h>
#include <sys/event.h>
#include <sys/linker.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/proc.h>
#include <sys/procctl.h>
#include <sys/rctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

/* It has a struct jail too, the jail(2) of old. */
#define jail jail_of_old
#include <sys/jail.h>
#undef jail

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libutil.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#define BASE		"/base"		/* where the base system is, there */
#define WORLD_JAILS	1000		/* jails of a world at most */
#define DEVFS_RULESET	"24680"		/* of our own */
#define FD_MANY		1024		/* no test has more open */

static const char *const base_dirs[] = { "bin", "lib", "libexec", "sbin",
    "usr" };

int
die_with_parent(void)
{
	int sig = SIGKILL;

	return (procctl(P_PID, 0, PROC_PDEATHSIG_CTL, &sig));
}

/*
 * The root.  What tests change in it is its own, the rest are links to where
 * the base system is mounted while the jail is there.
 */
static int
links_make(const struct jail *j, const char *dir)
{
	char from[PATH_MAX], to[PATH_MAX];
	const struct dirent *e;
	DIR *d = opendir(dir);

	if (d == NULL)
		return (complain("open", dir));
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(from, sizeof(from), BASE "%s/%s", dir, e->d_name);
		snprintf(to, sizeof(to), "%s%s/%s", j->root, dir, e->d_name);
		if (symlink(from, to) == -1 && errno != EEXIST)
			break;
	}
	closedir(d);
	return (e == NULL ? 0 : complain("symlink", to));
}

/* setsid(1), which the base system lacks, is this program by another name. */
static __attribute__((constructor)) void
setsid_main(int argc, char **argv)
{
	if (argc < 2 || strcmp(getprogname(), "setsid") != 0)
		return;
	if (getpgrp() == getpid() && fork() != 0)
		_exit(0);
	(void)setsid();
	(void)execvp(argv[1], argv + 1);
	_exit(127);
}

static int
words_copy(const struct jail *j)
{
	char self[PATH_MAX];

	if (proc_self(self) == -1)
		return (complain("path of", getprogname()));
	return (jail_copy(j, self, "/sbin/setsid"));
}

int
sys_root_fill(const struct jail *j)
{
	static const char *const own[] = { "/bin", "/lib", "/libexec" };
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < nitems(base_dirs); i++) {
		snprintf(path, sizeof(path), "%s" BASE "/%s/", j->root,
		    base_dirs[i]);
		if (folders_make(path) == -1)
			return (-1);
	}
	for (i = 0; i < nitems(own); i++) {
		snprintf(path, sizeof(path), "%s%s/", j->root, own[i]);
		if (folders_make(path) == -1 || links_make(j, own[i]) == -1)
			return (-1);
	}
	snprintf(path, sizeof(path), "%s/usr", j->root);
	if (symlink(BASE "/usr", path) == -1)
		return (complain("symlink", path));
	return (words_copy(j));
}

/* "lib => /path (0x...)"; those of the base system are there. */
int
fbsd_libraries(const struct jail *j, const char *program, bool all)
{
	char cmd[PATH_MAX + 32], line[PATH_MAX], to[PATH_MAX];
	char *p;
	int e = 0;
	FILE *f;

	snprintf(cmd, sizeof(cmd), "ldd '%s' 2>/dev/null", program);
	f = popen(cmd, "re");
	if (f == NULL)
		return (complain("run", "ldd"));
	while (fgets(line, sizeof(line), f) != NULL) {
		p = strstr(line, "=> /");
		if (p == NULL || (!all &&
		    (strncmp(p, "=> /lib/", 8) == 0 ||
		    strncmp(p, "=> /usr/lib/", 12) == 0)))
			continue;
		p += 3;
		p[strcspn(p, " \t(\n")] = '\0';
		snprintf(to, sizeof(to), "/lib/%s", strrchr(p, '/') + 1);
		e |= file_copy(j, p, to);
	}
	(void)pclose(f);
	return (e);
}

/* The kernel takes the interpreter's name, so that is called so. */
int
jail_program(const struct jail *j, const char *name, const char *text)
{
	char sh[PATH_MAX], path[PATH_MAX], start[PATH_MAX];

	snprintf(sh, sizeof(sh), "/libexec/%s", name);
	snprintf(path, sizeof(path), "/libexec/%s.sh", name);
	if (file_copy(j, "/bin/sh", sh) == -1 ||
	    jail_script(j, path, text) == -1)
		return (-1);
	snprintf(start, sizeof(start), "exec '%s' '%s' \"$@\"", sh, path);
	snprintf(path, sizeof(path), "/bin/%s", name);
	return (jail_script(j, path, start));
}

int
sys_libraries_copy(const struct jail *j, const char *program)
{
	return (fbsd_libraries(j, program, false));
}

void
sys_root_path(const struct jail *j, char *buf, size_t size)
{
	snprintf(buf, size, "%s", j->root);
}

int
sys_inside_open(int root_fd, const char *path, int flags, mode_t mode)
{
	path += strspn(path, "/");
	return (openat(root_fd, *path == '\0' ? "." : path, flags | O_CLOEXEC |
	    O_RESOLVE_BENEATH, mode));
}

/*
 * What is mounted.
 */
static int
mount_one(const char *type, const char *from, const char *to, int flags)
{
	char error[256] = "", ruleset[] = DEVFS_RULESET;
	bool devfs = strcmp(type, "devfs") == 0;
#define TEXT(s)	{ (void *)(uintptr_t)(s), strlen(s) + 1 }
	struct iovec iov[] = { TEXT("fstype"), TEXT(type), TEXT("fspath"),
	    TEXT(to), TEXT("from"), TEXT(from), TEXT("errmsg"),
	    { error, sizeof(error) }, TEXT("ruleset"), TEXT(ruleset) };
	unsigned n = nitems(iov) - (devfs ? 0 : 2);

	if (nmount(iov, n, flags) == 0)
		return (0);
	fprintf(stderr, "jail: mount %s %s: %s %s\n", type, to,
	    strerror(errno), error);
	return (-1);
}

/* Where the jail has its root: read-only, it is a view of the one we write
 * to. */
static void
view_path(const struct jail *j, bool readonly, char *buf, size_t size)
{
	if (readonly)
		snprintf(buf, size, "%s/view", j->dir);
	else
		snprintf(buf, size, "%s", j->root);
}

/* As devfsrules_jail of devfs.rules(5), which a machine need not have loaded.
 * The rules have numbers, so that it does not matter who else makes them. */
static void
ruleset_make(void)
{
	static const char script[] = "n=100; r='/sbin/devfs rule -s "
	    DEVFS_RULESET " add'; $r $n hide\n"
	    "for path in null zero full random urandom tty ptmx pts 'pts/*' "
	    "fd 'fd/*' 'std*'; do\n"
	    "n=$((n + 100)); $r $n path \"$path\" unhide; done";
	static bool made;
	pid_t pid;

	if (made)
		return;
	made = true;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)dup2(open("/dev/null", O_RDWR), 2);
		execl("/bin/sh", "sh", "-c", script, (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		(void)waitpid(pid, NULL, 0);
}

int
fbsd_devfs_mount(const char *view)
{
	char dev[PATH_MAX];

	ruleset_make();
	snprintf(dev, sizeof(dev), "%s/dev", view);
	if (mount_one("devfs", "devfs", dev, 0) == -1)
		return (-1);
	snprintf(dev, sizeof(dev), "%s/dev/mem", view);
	if (access(dev, F_OK) == -1)
		return (0);
	fprintf(stderr, "jail: %s is there: no devfs(8) rules\n", dev);
	return (-1);
}

/* A jail may mount it, but not load it. */
static void
nullfs_load(void)
{
	if (modfind("nullfs") == -1)
		(void)kldload("nullfs");
}

static int
mount_all(const struct jail *j, const struct jail_opts *o, const char *view)
{
	char from[PATH_MAX], to[PATH_MAX];
	size_t i;

	nullfs_load();
	if (o->readonly && ((mkdir(view, 0755) == -1 && errno != EEXIST) ||
	    mount_one("nullfs", j->root, view, MNT_RDONLY) == -1))
		return (-1);
	for (i = 0; i < nitems(base_dirs); i++) {
		snprintf(from, sizeof(from), "/%s", base_dirs[i]);
		snprintf(to, sizeof(to), "%s" BASE "/%s", view, base_dirs[i]);
		if (mount_one("nullfs", from, to, MNT_RDONLY) == -1)
			return (-1);
	}
	return (o->no_dev ? 0 : fbsd_devfs_mount(view));
}

static bool
is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return (strncmp(path, dir, len) == 0 &&
	    (path[len] == '/' || path[len] == '\0'));
}

/* The last ones first.  A jail whose processes have just gone may hold its
 * root a moment longer: it gets that, then force.  Returns whether none is
 * left. */
static bool
unmount_below(const char *dir, bool force)
{
	struct statfs *list;
	int i, n, try, left = 0;

	for (try = 0; try < 100; try++) {
		n = getmntinfo(&list, MNT_NOWAIT);
		left = 0;
		for (i = n - 1; i >= 0; i--)
			if (is_below(list[i].f_mntonname, dir) &&
			    unmount(list[i].f_mntonname,
			    force && try > 20 ? MNT_FORCE : 0) == -1)
				left++;
		if (left == 0)
			break;
		jail_sleep_ms(20);
	}
	return (left == 0);
}

int
jail_mount(const struct jail *j)
{
	static const struct jail_opts plain;

	return (mount_all(j, &plain, j->root));
}

int
jail_unmount(const struct jail *j)
{
	return (unmount_below(j->dir, false) ? 0 : -1);
}

/*
 * The jail.
 */
#define PARAM(name, value, size) TEXT(name), { (value), (size) }

/* error: the buffer of the parameter "errmsg".  Its jid, or -1. */
static int
jail_create(struct iovec *iov, size_t n, const char *error)
{
	int jid = jail_set(iov, (unsigned)n, JAIL_CREATE);

	if (jid == -1)
		fprintf(stderr, "jail: jail_set: %s %s\n", strerror(errno),
		    error);
	return (jid);
}

int
fbsd_jail_make(const char *root)
{
	static unsigned n;
	char name[64], path[PATH_MAX], error[256] = "", host[] = "test";
	int children = 20;
	struct iovec iov[] = {
		PARAM("name", name, 0),
		PARAM("path", path, 0),
		PARAM("host.hostname", host, sizeof(host)),
		PARAM("children.max", &children, sizeof(children)),
		PARAM("persist", NULL, 0),
		PARAM("errmsg", error, sizeof(error)),
	};

	snprintf(name, sizeof(name), "jailinit-test-%d-%u", (int)getpid(), n++);
	snprintf(path, sizeof(path), "%s", root);
	iov[1].iov_len = strlen(name) + 1;
	iov[3].iov_len = strlen(path) + 1;
	return (jail_create(iov, nitems(iov), error));
}

/* From now on it is there as long as it has processes. */
void
fbsd_jail_let_go(int jid)
{
	struct iovec iov[] = {
		PARAM("jid", &jid, sizeof(jid)),
		PARAM("nopersist", NULL, 0),
	};

	(void)jail_set(iov, nitems(iov), JAIL_UPDATE);
}

static bool
is_visible(int jid)
{
	struct iovec iov[] = { PARAM("jid", &jid, sizeof(jid)) };

	return (jail_get(iov, nitems(iov), JAIL_DYING) != -1);
}

/* Nobody sees the jail that he is in by its jid, but all those outside do, so
 * who could before is in there now. */
bool
fbsd_is_inside(int jid, const struct stat *root)
{
	struct stat st, cwd;
	int jailed = 0;
	size_t size = sizeof(jailed);

	return (sysctlbyname("security.jail.jailed", &jailed, &size, NULL,
	    0) == 0 && jailed == 1 && !is_visible(jid) &&
	    stat("/", &st) == 0 && st.st_dev == root->st_dev &&
	    st.st_ino == root->st_ino && stat(".", &cwd) == 0 &&
	    cwd.st_dev == st.st_dev && cwd.st_ino == st.st_ino);
}

static bool
rctl_is_on(void)
{
	int on = 0, jailed = 1;
	size_t size = sizeof(on), jailed_size = sizeof(jailed);

	return (sysctlbyname("kern.racct.enable", &on, &size, NULL, 0) == 0 &&
	    on != 0 && sysctlbyname("security.jail.jailed", &jailed,
	    &jailed_size, NULL, 0) == 0 && jailed == 0);
}

bool
jail_has_pids(void)
{
	return (rctl_is_on());
}

/* A limit there makes malloc(3) fail; nobody is killed for it. */
bool
jail_has_memory(void)
{
	return (false);
}

static int
maxproc_set(const struct jail *j, int max)
{
	char rule[128];

	snprintf(rule, sizeof(rule), "jail:%s:maxproc:deny=%d", j->name, max);
	if (rctl_add_rule(rule, strlen(rule) + 1, NULL, 0) == -1)
		return (complain("rctl", rule));
	return (0);
}

/*
 * Starting it.
 */

/* One that is there already when the program comes, so that this is no jail
 * of its own: for jail_opts.host. */
static int
first_start(struct jail *j)
{
	int p[2];
	char c;
	pid_t pid;

	if (pipe(p) == -1)
		return (complain("pipe", ""));
	pid = fork();
	if (pid == 0) {
		(void)die_with_parent();
		if (jail_attach(j->jid) == 0)
			closefrom(0);
		for (;;)
			(void)pause();
	}
	close(p[1]);
	(void)!read(p[0], &c, 1);	/* ends when it is in there */
	close(p[0]);
	if (pid > 0)
		j->entered[j->n_entered++] = pid;
	return (pid == -1 ? complain("fork", "") : 0);
}

int
fbsd_end_watch(pid_t pid)
{
	struct kevent ev;
	int fd = kqueue();

	EV_SET(&ev, pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, NULL);
	if (fd == -1 || kevent(fd, &ev, 1, NULL, 0, NULL) == -1)
		return (complain("kqueue", ""));
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return (fd);
}

pid_t
sys_start(struct start *s)
{
	char view[PATH_MAX];
	pid_t pid;

	view_path(s->j, s->o->readonly, view, sizeof(view));
	if (mount_all(s->j, s->o, view) == -1)
		return (-1);
	s->j->jid = fbsd_jail_make(view);
	if (s->j->jid == -1)
		return (-1);
	snprintf(s->j->name, sizeof(s->j->name), "%s", jail_name_of(s->j->jid));
	if (s->o->pids_max > 0 && maxproc_set(s->j, s->o->pids_max) == -1)
		return (-1);
	if (s->o->host && first_start(s->j) == -1)
		return (-1);
	pid = fork();
	if (pid > 0)
		s->j->pidfd = fbsd_end_watch(pid);
	return (pid);
}

int
sys_start_parent(struct start *s)
{
	return (s->j->pidfd == -1 ? -1 : 0);
}

/* The jail goes with its last process, as most do. */
void
sys_started(struct start *s)
{
	fbsd_jail_let_go(s->j->jid);
	if (proc_jid(s->j->pid) == s->j->jid ||
	    proc_state(s->j->pid) == 'Z')
		return;
	fprintf(stderr, "jail: process 1 is not in the jail: the run ends\n");
	fflush(NULL);
	_exit(JAIL_OUTSIDE);
}

void
sys_root_enter(const struct start *s)
{
	char view[PATH_MAX];
	struct stat root;

	view_path(s->j, s->o->readonly, view, sizeof(view));
	if (stat(view, &root) == -1 || !is_visible(s->j->jid) ||
	    jail_attach(s->j->jid) == -1)
		start_fail(s, "jail_attach");
	if (!fbsd_is_inside(s->j->jid, &root)) {
		errno = 0;
		start_fail(s, "not in the jail");
	}
}

void
sys_close_at_exec(void)
{
	int fd;

	for (fd = 3; fd < FD_MANY; fd++)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/*
 * Its end.
 */

/* It is our child, and not reaped before ended_ms is set. */
int
sys_signal(const struct jail *j, int sig)
{
	if (j->pid > 0 && j->ended_ms == 0)
		return (kill(j->pid, sig));
	errno = ESRCH;
	return (-1);
}

static bool
has_come_to_its_end(const struct jail *j)
{
	return (WIFEXITED(j->status) && !j->host && jail_exists(j,
	    JAIL_STATUS) && strcmp(jail_status(j, "state"), "gone") == 0);
}

static char
state_of(const struct kinfo_proc *kp)
{
	switch (kp->ki_stat) {
	case SZOMB:
		return ('Z');
	case SSTOP:
		return ('T');
	case SRUN:
		return ('R');
	case SIDL:
		return ('I');
	default:
		return ('S');
	}
}

/* Says who is left, but for zombies that somebody outside is to reap, and
 * who is about to be one (P_WEXIT). */
static int
left_show(const struct jail *j)
{
	struct kinfo_proc *list;
	size_t i, size;
	int n = 0;

	list = fbsd_procs(&size);
	for (i = 0; i < size; i++) {
		if (list[i].ki_jid != j->jid || list[i].ki_stat == SZOMB ||
		    (list[i].ki_flag & P_WEXIT) != 0)
			continue;
		n++;
		fprintf(stderr, "jail: left: %d %s, %c, flags %lx\n",
		    (int)list[i].ki_pid, list[i].ki_comm, state_of(&list[i]),
		    (unsigned long)list[i].ki_flag);
	}
	free(list);
	return (n);
}

/* Nobody may be left when jailinit says that the jail is gone.  Otherwise, as
 * it was killed or is no jailinit, the others go here. */
int
sys_jail_end(struct jail *j)
{
	int64_t end_ms = jail_now_ms() + 5000;
	int n = has_come_to_its_end(j) ? left_show(j) : 0;

	if (j->jid > 0)
		(void)jail_remove(j->jid);
	while (jail_count(j) > jail_zombies(j) && jail_now_ms() < end_ms)
		jail_sleep_ms(POLL_MS);
	if (!unmount_below(j->dir, true))
		(void)complain("unmount", j->dir);
	return (n);
}

/* Those of tests that were killed. */
static void
jails_remove(const char *dir)
{
	char path[MAXPATHLEN];
	int last = 0, jid;

	for (;;) {
		struct iovec iov[] = {
			PARAM("lastjid", &last, sizeof(last)),
			PARAM("path", path, sizeof(path)),
		};

		jid = jail_get(iov, nitems(iov), 0);
		if (jid == -1)
			break;
		last = jid;
		if (is_below(path, dir))
			(void)jail_remove(jid);
	}
}

bool
sys_dir_leave(const char *dir)
{
	jails_remove(dir);
	return (unmount_below(dir, true));
}

bool
sys_dir_is_bare(const char *dir)
{
	return (unmount_below(dir, true));
}

/*
 * Entering.
 */
pid_t
sys_enter(struct jail *j, const struct enter *e)
{
	struct stat root;
	pid_t pid = fork();
	bool in;

	if (pid != 0)
		return (pid);
	in = stat(j->root, &root) == 0 && is_visible(j->jid) &&
	    jail_attach(j->jid) == 0;
	/* Read-only, its root is another mount. */
	in = in && stat("/", &root) == 0 && fbsd_is_inside(j->jid, &root);
	(void)!write(e->inside_fd, &in, sizeof(in));
	close(e->inside_fd);
	_exit(in ? e->fn(e->arg) : JAIL_OUTSIDE);
}

/*
 * A world.
 */
static int
world_make(void)
{
	char name[64], path[] = "/", error[256] = "";
	int children = WORLD_JAILS, statfs_of = 1;
	int ruleset = atoi(DEVFS_RULESET);
	struct iovec iov[] = {
		PARAM("name", name, 0),
		PARAM("path", path, sizeof(path)),
		PARAM("children.max", &children, sizeof(children)),
		PARAM("enforce_statfs", &statfs_of, sizeof(statfs_of)),
		PARAM("devfs_ruleset", &ruleset, sizeof(ruleset)),
		PARAM("allow.mount", NULL, 0),
		PARAM("allow.mount.nullfs", NULL, 0),
		PARAM("allow.mount.devfs", NULL, 0),
		PARAM("persist", NULL, 0),
		PARAM("errmsg", error, sizeof(error)),
	};

	snprintf(name, sizeof(name), "jailinit-world-%d", (int)getpid());
	iov[1].iov_len = strlen(name) + 1;
	return (jail_create(iov, nitems(iov), error));
}

/* Who has made it waits for its end, and ends what is left in there. */
void
jail_world(void)
{
	char cwd[PATH_MAX], c;
	struct stat root;
	int jid, p[2], st = 0;
	pid_t pid;

	nullfs_load();
	ruleset_make();		/* nobody can in there */
	jid = world_make();
	if (jid == -1 || pipe2(p, O_CLOEXEC) == -1)
		_exit(1);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)die_with_parent();
		if (stat("/", &root) == 0 && getcwd(cwd, sizeof(cwd)) != NULL &&
		    jail_attach(jid) == 0 && fbsd_is_inside(jid, &root) &&
		    chdir(cwd) == 0) {
			close(p[0]);
			close(p[1]);
			return;
		}
		(void)complain("enter", "the world");
		_exit(JAIL_OUTSIDE);
	}
	close(p[1]);
	(void)!read(p[0], &c, 1);	/* ends when it is in there */
	fbsd_jail_let_go(jid);
	if (pid == -1 || waitpid(pid, &st, 0) != pid)
		st = 1 << 8;
	(void)jail_remove(jid);
	_exit(WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st));
}

/*
 * Processes.
 */
static bool
proc_read(pid_t pid, struct kinfo_proc *kp)
{
	int mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, pid };
	size_t size = sizeof(*kp);

	return (sysctl(mib, nitems(mib), kp, &size, NULL, 0) == 0 &&
	    size == sizeof(*kp) && kp->ki_pid == pid);
}

/* An argument list or an environment, and where it ends. */
static size_t
strings_read(pid_t pid, int what, char *buf, size_t size)
{
	int mib[] = { CTL_KERN, KERN_PROC, what, pid };
	size_t n = size - 1;

	if (sysctl(mib, nitems(mib), buf, &n, NULL, 0) == -1)
		n = 0;
	buf[n] = '\0';
	return (n);
}

/* A link's process is called by the name of its target, a script's by that of
 * its interpreter: their own are in argv. */
static bool
is_called(const struct kinfo_proc *kp, const char *name)
{
	char args[1024], *word;
	size_t size;

	if (strcmp(kp->ki_comm, name) == 0)
		return (true);
	size = strings_read(kp->ki_pid, KERN_PROC_ARGS, args, sizeof(args));
	if (strcmp(args, name) == 0)
		return (true);
	if (strcmp(kp->ki_comm, "sh") != 0)
		return (false);
	word = args + strlen(args) + 1;
	if (word >= args + size)
		return (false);
	if (strrchr(word, '/') != NULL)
		word = strrchr(word, '/') + 1;
	return (strcmp(word, name) == 0);
}

struct kinfo_proc *
fbsd_procs(size_t *n)
{
	int mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_PROC };
	struct kinfo_proc *list = NULL;
	size_t size = 0;
	int try;

	for (try = 0; try < 100; try++) {
		free(list);
		list = NULL;
		if (sysctl(mib, nitems(mib), NULL, &size, NULL, 0) == -1)
			break;
		size += size / 4;
		list = malloc(size);
		if (list != NULL &&
		    sysctl(mib, nitems(mib), list, &size, NULL, 0) == 0)
			break;
	}
	*n = list == NULL || try == 100 ? 0 : size / sizeof(*list);
	return (list);
}

int
sys_walk(const struct jail *j, const char *name, char state, pid_t *first)
{
	struct kinfo_proc *list;
	size_t i, size;
	int n = 0;

	if (j->jid <= 0 || j->host)
		return (0);
	list = fbsd_procs(&size);
	for (i = 0; i < size; i++) {
		if (list[i].ki_jid != j->jid ||
		    (state != '\0' && state_of(&list[i]) != state) ||
		    (name != NULL && !is_called(&list[i], name)))
			continue;
		if (n++ == 0 && first != NULL)
			*first = list[i].ki_pid;
	}
	free(list);
	return (n);
}

int
jail_wait_exiting(struct jail *j, int64_t timeout_ms)
{
	int64_t end_ms = jail_now_ms() + timeout_ms;
	struct kinfo_proc kp;

	while (proc_read(j->pid, &kp) && kp.ki_stat != SZOMB) {
		if (jail_now_ms() >= end_ms)
			return (-1);
		jail_sleep_ms(POLL_MS);
	}
	return (0);
}

pid_t
jail_pid(const struct jail *j)
{
	return (j->pid);
}

/* The file of a descriptor, or of one of KF_FD_TYPE_*, as the jail sees it. */
static const char *
file_name(const struct jail *j, pid_t pid, int fd)
{
	static char name[PATH_MAX];
	struct kinfo_file *list;
	const char *path;
	int i, n;

	name[0] = '\0';
	list = kinfo_getfile(pid, &n);
	for (i = 0; list != NULL && i < n; i++) {
		if (list[i].kf_fd != fd)
			continue;
		path = list[i].kf_path;
		if (is_below(path, j->root))
			path += strlen(j->root);
		snprintf(name, sizeof(name), "%s",
		    list[i].kf_type == KF_TYPE_PIPE ? "pipe:[]" :
		    *path == '\0' ? "/" : path);
	}
	free(list);
	return (name);
}

/* UFS does not know the name of a new file before it is looked up. */
const char *
jail_fd_name(const struct jail *j, int fd)
{
	(void)access(j->log, F_OK);
	return (file_name(j, j->pid, fd));
}

const char *
jail_cwd(const struct jail *j, pid_t pid)
{
	return (file_name(j, pid, KF_FD_TYPE_CWD));
}

const char *
proc_title(pid_t pid)
{
	static char buf[1024];

	(void)strings_read(pid, KERN_PROC_ARGS, buf, sizeof(buf));
	return (buf);
}

bool
proc_environ_has(pid_t pid, const char *text)
{
	char buf[4096];
	size_t n = strings_read(pid, KERN_PROC_ENV, buf, sizeof(buf));

	return (memmem(buf, n, text, strlen(text) + 1) != NULL);
}

int
proc_limit_fds(pid_t pid, int n)
{
	int mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_RLIMIT, pid,
	    RLIMIT_NOFILE };
	struct rlimit rl = { n, n };

	return (sysctl(mib, nitems(mib), NULL, NULL, &rl, sizeof(rl)));
}

int
proc_self(char path[PATH_MAX])
{
	int mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1 };
	size_t size = PATH_MAX;

	return (sysctl(mib, nitems(mib), path, &size, NULL, 0));
}

void
proc_become(const char *name, char **argv)
{
	char self[PATH_MAX], dir[] = "/tmp/jail.XXXXXX", path[PATH_MAX];
	char cmd[2 * PATH_MAX + 16];
	int hold_fd;

	if (strcmp(getprogname(), name) == 0)
		return;
	if (proc_self(self) == -1 || mkdtemp(dir) == NULL ||
	    jail_janitor(dir, &hold_fd) == -1 ||
	    fcntl(hold_fd, F_SETFD, 0) == -1)
		exit(complain("copy of", name));
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	argv[0] = path;
	snprintf(cmd, sizeof(cmd), "cp '%s' '%s'", self, path);
	if (system(cmd) == 0)
		(void)execv(path, argv);
	exit(complain("become", name));
}

const char *
jail_name_of(int jid)
{
	static char name[256];
	struct iovec iov[] = {
		PARAM("jid", &jid, sizeof(jid)),
		PARAM("name", name, sizeof(name)),
	};

	name[0] = '\0';
	return (jail_get(iov, nitems(iov), 0) == -1 ? "" : name);
}

int
proc_jid(pid_t pid)
{
	struct kinfo_proc kp;

	return (proc_read(pid, &kp) ? kp.ki_jid : 0);
}

pid_t
proc_find(const char *comm)
{
	struct kinfo_proc *all;
	pid_t pid = 0;
	size_t i, n;

	all = fbsd_procs(&n);
	for (i = 0; i < n; i++)
		if (is_called(&all[i], comm))
			pid = all[i].ki_pid;
	free(all);
	return (pid);
}

size_t
proc_children(pid_t *list, size_t max)
{
	struct kinfo_proc *all;
	size_t i, n, found = 0;

	all = fbsd_procs(&n);
	for (i = 0; i < n && found < max; i++)
		if (all[i].ki_ppid == getpid())
			list[found++] = all[i].ki_pid;
	free(all);
	return (found);
}

int
proc_adopt(bool adopt)
{
	return (procctl(P_PID, 0, adopt ? PROC_REAP_ACQUIRE :
	    PROC_REAP_RELEASE, NULL));
}

int64_t
proc_cpu_us(pid_t pid)
{
	struct kinfo_proc kp;

	return (proc_read(pid, &kp) ? (int64_t)kp.ki_runtime : -1);
}

int
proc_state(pid_t pid)
{
	struct kinfo_proc kp;

	return (proc_read(pid, &kp) ? state_of(&kp) : '\0');
}

/* How many descriptors from first on are of that type, any if 0. */
static int
fds_count(pid_t pid, int first, int type)
{
	struct kinfo_file *list;
	int i, n, count = 0;

	list = kinfo_getfile(pid, &n);
	if (list == NULL)
		return (-1);
	for (i = 0; i < n; i++)
		count += list[i].kf_fd >= first &&
		    (type == 0 || list[i].kf_type == type);
	free(list);
	return (count);
}

int
proc_fds(pid_t pid)
{
	return (fds_count(pid, 0, 0));
}

bool
sys_has_pipe(pid_t pid)
{
	return (fds_count(pid, 3, KF_TYPE_PIPE) > 0);
}

static long
set_value(const sigset_t *set)
{
	return ((long)((uint64_t)set->__bits[1] << 32 | set->__bits[0]));
}

long
proc_figure(pid_t pid, const char *key)
{
	struct kinfo_proc kp;
	long page_kb = sysconf(_SC_PAGESIZE) / 1024;

	if (!proc_read(pid, &kp))
		return (-1);
	if (strcmp(key, "PPid") == 0)
		return (kp.ki_ppid);
	if (strcmp(key, "SigBlk") == 0)
		return (set_value(&kp.ki_sigmask));
	if (strcmp(key, "SigIgn") == 0)
		return (set_value(&kp.ki_sigignore));
	if (strcmp(key, "VmData") == 0)
		return ((long)kp.ki_dsize * page_kb);
	if (strcmp(key, "VmRSS") == 0 || strcmp(key, "RssAnon") == 0)
		return ((long)kp.ki_rssize * page_kb);
	if (strcmp(key, "voluntary_ctxt_switches") == 0)
		return (kp.ki_rusage.ru_nvcsw);
	if (strcmp(key, "nonvoluntary_ctxt_switches") == 0)
		return (kp.ki_rusage.ru_nivcsw);
	return (-1);
}
