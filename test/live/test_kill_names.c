/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill: the names of jails on Linux, by control groups that managers make
 * and by roots, and jails that are stopped or frozen.
 * Guards against: a jail that takes another's name, a name that means several
 * jails, and a frozen jail that nothing is said of until it is killed.
 * only linux: control groups
 */
#include "kill.h"

#include "kill/name_linux.c"

#define HEX16	"0123456789abcdef"
#define HEX64	HEX16 HEX16 HEX16 HEX16
#define SYSTEMD	"/sys/fs/cgroup/systemd"
#define FREEZER	"/sys/fs/cgroup/freezer"
#define GROUPS	32

/* The control groups of a test, those above others first. */
static char groups[GROUPS][PATH_MAX];
static size_t n_groups;

static const char *
v2(void)
{
	return (access("/sys/fs/cgroup/unified", F_OK) == 0 ?
	    "/sys/fs/cgroup/unified" : "/sys/fs/cgroup");
}

/* False: cannot be written. */
static bool
put(const char *group, const char *file, const char *text)
{
	int fd = open(kill_fmt("%s/%s", group, file), O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) ==
	    (ssize_t)strlen(text);

	close(fd);
	return (ok);
}

/* Makes a group "a/b/c" of the hierarchy that is mounted at base. */
static const char *
group_make(const char *base, const char *name)
{
	const char *end;
	char *path;

	if (access(kill_fmt("%s/cgroup.procs", base), W_OK) == -1)
		live_skip(kill_fmt("no control groups at %s", base));
	for (end = name; *end != '\0'; end += *end == '/') {
		end += strcspn(end, "/");
		assert_true(n_groups < GROUPS);
		path = groups[n_groups];
		snprintf(path, PATH_MAX, "%s/%.*s", base, (int)(end - name),
		    name);
		if (mkdir(path, 0755) == 0)
			n_groups++;
		else if (errno != EEXIST)
			live_skip(kill_fmt("%s: %s", path, strerror(errno)));
	}
	return (kill_fmt("%s/%s", base, name));
}

static void
group_join(const char *group, pid_t pid)
{
	assert_true(put(group, "cgroup.procs", kill_fmt("%d", (int)pid)));
}

static void
thaw_all(void)
{
	size_t i;

	for (i = 0; i < n_groups; i++) {
		(void)put(groups[i], "cgroup.freeze", "0");
		(void)put(groups[i], "freezer.state", "THAWED");
	}
}

/* A group is empty only some time after its last process was reaped. */
static int
names_teardown(void **state)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	int e;

	thaw_all();
	e = kill_teardown(state);
	while (n_groups > 0) {
		if (rmdir(groups[n_groups - 1]) == 0 || errno != EBUSY ||
		    jail_now_ms() >= end_ms)
			n_groups--;
		else
			jail_sleep_ms(5);
	}
	return (e);
}

#define NAMES_TEST(f)							\
	cmocka_unit_test_setup_teardown(f, live_setup, names_teardown)

/* What nobody else on the machine has in a name. */
static const char *
tag(const struct jail *j)
{
	return (strrchr(j->dir, '.') + 1);
}

/* The columns of the line that -l has for a process, from its name on. */
static const char *
listed(pid_t pid)
{
	static char rest[4096];
	const char *p;
	long n;
	int at = 0;

	live_ok(kill_run(NULL, "-l", NULL));
	for (p = strchr(kill_last.out, '\n'); p != NULL && p[1] != '\0';
	    p = strchr(p + 1, '\n'))
		if (sscanf(p, "%*u %ld %*s %n", &n, &at) == 1 && n == pid) {
			snprintf(rest, sizeof(rest), "%.*s",
			    (int)strcspn(p + at, "\n"), p + at);
			return (rest);
		}
	return ("");
}

/* -l has this name. */
static void
name_is(pid_t pid, const char *name)
{
	const char *rest = listed(pid);
	size_t n = strcspn(rest, " ");

	if (n != strlen(name) || strncmp(rest, name, n) != 0)
		print_error("\"%s\", not the name %s\n", rest, name);
	assert_int_equal(n, strlen(name));
	assert_memory_equal(rest, name, n);
}

/* The line of -l ends with this note; "": it has none. */
static void
note_is(pid_t pid, const char *note)
{
	const char *rest = listed(pid), *is = strstr(rest, "/root");
	const char *want = note[0] == '\0' ? "" : kill_fmt("  (%s)", note);

	assert_non_null(is);
	if (strcmp(is + 5, want) != 0)
		print_error("\"%s\", not the note \"%s\"\n", rest, want);
	assert_string_equal(is + 5, want);
}

/*
 * What paths of groups say.
 */
#define NAME(path, name, manager)					\
	{ path, name, manager, NULL, NULL }
#define DEEP	"/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a"
#define NO_NAME(path)	NAME(path, NULL, NULL)

static const struct {
	const char *path, *name, *manager, *parent, *own;
} paths[] = {
	NO_NAME("/"),
	NAME("/system.slice/jail@www.service", "www", "systemd"),
	NAME("/system.slice/system-jail.slice/jail@www.service/init", "www",
	    "systemd"),
	NAME("/system.slice/www.service", "www", "systemd"),
	NAME("/system.slice/jail@my\\x2dwww.service", "my-www", "systemd"),
	NAME("/system.slice/jail@a\\x2fb.service", "a\\x2fb", "systemd"),
	NAME("/machine.slice/machine-www.scope", "www", "machined"),
	NAME("/machine.slice/machine-my\\x2dwww.scope/payload", "my-www",
	    "machined"),
	NAME("/machine.slice/systemd-nspawn@www.service/payload", "www",
	    "nspawn"),
	NAME("/lxc.payload.www", "www", "lxc"),
	NAME("/lxc.payload.www/init.scope", "www", "lxc"),
	NAME("/lxc.payload.www/lxc.payload.db", "www", "lxc"),
	NAME("/lxc/www", "www", "lxc"),
	NAME("/lxc/" HEX64, HEX64, "lxc"),
	NAME("/machine.slice/libpod-" HEX64 ".scope/container", "0123456789ab",
	    "podman"),
	NAME("/libpod_parent/libpod-" HEX64, "0123456789ab", "podman"),
	NAME("/machine.slice/libpod-conmon-" HEX64 ".scope", "libpod-conmon-"
	    HEX64, "systemd"),
	NAME("/system.slice/docker-" HEX64 ".scope", "0123456789ab", "docker"),
	NAME("/docker/" HEX64, "0123456789ab", "docker"),
	NAME("/crun-" HEX64, "0123456789ab", "crun"),
	NAME("/system.slice/crun-www.scope", "www", "crun"),
	NAME("/kubepods.slice/kubepods-pod1.slice/cri-containerd-" HEX64
	    ".scope", "0123456789ab", "containerd"),
	NAME("/kubepods/burstable/pod1-2/" HEX64, "0123456789ab",
	    "kubernetes"),
	NAME("/default/" HEX64, "0123456789ab", "oci"),
	NAME("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-"
	    HEX64 ".scope", "0123456789ab", "podman"),
	NAME("/user.slice/user-1000.slice/user@1000.service/app.slice/"
	    "jail@www.service", "www", "systemd"),
	NAME("/../lxc.payload.www", "www", "lxc"),
	/* from these anything is started */
	NO_NAME("/user.slice/user-0.slice/session-3.scope"),
	NO_NAME("/user.slice/user-1000.slice/user@1000.service"),
	NO_NAME("/user.slice/user-1000.slice/user@1000.service/app.slice/"
	    "vte-spawn-1.scope"),
	NO_NAME("/system.slice/ssh.service"),
	NO_NAME("/system.slice/system-getty.slice/getty@tty1.service"),
	NO_NAME("/system.slice/cron.service"),
	NO_NAME("/system.slice/run-u12.service"),
	NO_NAME("/system.slice/run-p1234-i5678.scope"),
	NO_NAME("/init.scope"),
	/* and in these the jail may have made the groups below */
	NO_NAME("/user.slice/user-0.slice/session-3.scope/lxc.payload.db"),
	{ "/system.slice/ssh.service/lxc.payload.db", NULL, NULL, "/", NULL },
	{ "/some/group/lxc.payload.db", NULL, NULL, "/some/group", NULL },
	{ "/some/group/lxc.payload.db", "db", "lxc", "/some/grou", NULL },
	{ "/some/group/lxc.payload.db", "db", "lxc", "/", NULL },
	{ "/system.slice/jail@www.service/lxc.payload.db", "www", "systemd",
	    "/system.slice/jail@www.service", NULL },
	/* a manager, which is in a group of its own beside the jail's */
	{ "/user.slice/user@1.service/run-r1.scope/lxc.payload.www", "www",
	    "lxc", "/user.slice/user@1.service/run-r1.scope/lxc.monitor.www",
	    NULL },
	/* the caller's own */
	{ "/system.slice/jail@www.service", NULL, NULL, NULL,
	    "/system.slice/jail@www.service" },
	{ "/system.slice/jail@www.service/a", NULL, NULL, NULL,
	    "/system.slice/jail@www.service/b" },
	{ "/docker/" HEX64 "/lxc.payload.www", "www", "lxc", NULL, "/docker/"
	    HEX64 "/init" },
	{ "/lxc.payload.www", "www", "lxc", NULL, "/lxc.payload.www2" },
	/* no names */
	NO_NAME("/lxc.payload."),
	NO_NAME("/lxc"),
	NO_NAME("/.service"),
	NO_NAME("/jail@.service"),
	NO_NAME("/some/group"),
	NAME(DEEP "/lxc.payload.www", "www", "lxc"),
	NO_NAME(DEEP DEEP "/lxc.payload.www"),
	NO_NAME(""),
};

TEST(test_paths)
{
	struct name_found f;
	struct name_paths p;
	size_t i;
	bool found;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		p = (struct name_paths){ paths[i].path, paths[i].parent,
		    paths[i].own };
		found = name_find(&p, &f);
		if (found != (paths[i].name != NULL) || (found &&
		    strcmp(f.name, paths[i].name) != 0))
			print_error("%s: %s\n", paths[i].path,
			    found ? f.name : "none");
		assert_int_equal(found, paths[i].name != NULL);
		if (!found)
			continue;
		assert_string_equal(f.name, paths[i].name);
		assert_string_equal(f.manager, paths[i].manager);
		assert_true(f.len <= strlen(paths[i].path));
	}
}

/*
 * Names of real jails.
 */
static const char *
halted(struct jail *j)
{
	return (kill_fmt("%s: " GONE "\n", kill_name(j)));
}

/* By version 2; what the jail makes below is its own. */
TEST(test_lxc)
{
	const char *name = kill_fmt("www%s", tag(j)), *line;

	kill_boot(j, MARK_ARG, NULL);
	name_is(j->pid, "root");
	group_join(group_make(v2(), kill_fmt("lxc.payload.%s", name)), j->pid);
	name_is(j->pid, name);
	group_join(group_make(v2(), kill_fmt("lxc.payload.%s/lxc.payload.db",
	    name)), j->pid);
	name_is(j->pid, name);
	kill_says(kill_run(NULL, "-h", "db", NULL), EX_NOHOST, "",
	    "jailkill: db: no jail has this name\n");
	line = halted(j);
	kill_says(kill_run(NULL, "-h", name, NULL), 0, line, "");
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
}

/* By systemd's hierarchy of version 1. */
TEST(test_systemd_v1)
{
	const char *name = kill_fmt("my-www%s", tag(j)), *line;

	kill_boot(j, NULL, NULL);
	group_join(group_make(SYSTEMD, kill_fmt("t%s.slice/machine-my\\x2dwww%s"
	    ".scope", tag(j), tag(j))), j->pid);
	name_is(j->pid, name);
	line = halted(j);
	kill_says(kill_run(NULL, "-h", name, NULL), 0, line, "");
}

/* A container has the start of its id as its name, and its whole id. */
TEST(test_id)
{
	const char *name, *id, *line;

	kill_boot(j, NULL, NULL);
	name = kill_fmt("f%011x", (unsigned)j->pid);
	id = kill_fmt("%s%052x", name, 10U);
	group_join(group_make(v2(), kill_fmt("docker-%s.scope", id)), j->pid);
	name_is(j->pid, name);
	kill_says(kill_run(NULL, "-h", kill_fmt("%.13s", id), NULL),
	    EX_NOHOST, "", "jailkill: *: no jail has this name\n");
	line = halted(j);
	kill_says(kill_run(NULL, "-h", id, NULL), 0, line, "");
}

/* Two jails in one unit, such as a session's; then each in its own. */
TEST(test_unit_shared)
{
	struct jail *other = kill_another(0);
	const char *name = kill_fmt("www%s", tag(j)), *unit;

	kill_boot(j, NULL, NULL);
	kill_boot(other, NULL, NULL);
	unit = group_make(v2(), kill_fmt("t%s.slice/jail@%s.service", tag(j),
	    name));
	group_join(unit, j->pid);
	name_is(j->pid, name);
	group_join(unit, other->pid);
	name_is(j->pid, "root");
	name_is(other->pid, "root");
	kill_says(kill_run(NULL, "-n", name, NULL), EX_NOHOST, "",
	    "jailkill: *: no jail has this name\n");
	/* also when only one of them is listed */
	live_ok(kill_run(NULL, "-l", kill_jid(j), NULL));
	assert_null(strstr(kill_last.out, name));
	group_join(group_make(v2(), kill_fmt("t%s.slice/jail@b%s.service",
	    tag(j), name)), other->pid);
	name_is(j->pid, name);
	name_is(other->pid, kill_fmt("b%s", name));
}

static void
join(void *group)
{
	if (!put(group, "cgroup.procs", "0"))
		_exit(126);
}

/* The caller's own unit names no jail that was started from it. */
TEST(test_unit_callers)
{
	const char *name = kill_fmt("www%s", tag(j)), *unit;
	struct kill_opts o = { .before_exec = join };

	kill_boot(j, NULL, NULL);
	unit = group_make(v2(), kill_fmt("%s.service", name));
	o.arg = (void *)(uintptr_t)unit;
	group_join(unit, j->pid);
	name_is(j->pid, name);
	kill_says(kill_run(&o, "-n", name, NULL), EX_NOHOST, "",
	    "jailkill: *: no jail has this name\n");
	live_ok(kill_run(&o, "-l", NULL));
	assert_null(strstr(kill_last.out, name));
}

/* The parts of the path below the parent's group are not believed. */
TEST(test_group_own)
{
	const char *group = group_make(v2(), kill_fmt("some.%s", tag(j)));
	pid_t pid = getpid();

	kill_boot(j, NULL, NULL);
	group_join(group_make(v2(), kill_fmt("some.%s/lxc.payload.db", tag(j))),
	    j->pid);
	name_is(j->pid, "db");
	group_join(group, pid);
	name_is(j->pid, "root");
	group_join(v2(), pid);
}

/* A root with a blank is one column all the same. */
TEST(test_column)
{
	const char *root = kill_fmt("%s/my jail\t1", j->dir), *line;

	live_ok(rename(j->root, root));
	strcpy(j->root, root);
	kill_boot(j, NULL, NULL);
	assert_string_equal(listed(j->pid), kill_fmt("my\\sjail\\t1  "
	    "%s/my jail\\t1", j->dir));
	line = kill_fmt("%s (%s/my jail\\t1): " GONE "\n", kill_jid(j), j->dir);
	kill_says(kill_run(NULL, "-h", "my jail\t1", NULL), 0, line, "");
}

static void
in_dir(void *dir)
{
	if (chdir(dir) == -1)
		_exit(126);
}

/* Never a choice between two of one name. */
TEST(test_ambiguous)
{
	struct jail *other = kill_another(0);
	const char *err;

	kill_boot(j, NULL, NULL);
	kill_boot(other, NULL, NULL);
	err = kill_fmt("jailkill: root: several jails have this name; name one "
	    "by its jid: %s, %s\n", kill_name(j), kill_name(other));
	kill_says(kill_run(NULL, "-h", "root", NULL), EX_NOHOST, "", err);
	kill_says(kill_run(NULL, "-s", "KILL", "root", NULL), EX_NOHOST, "",
	    err);
	kill_says(kill_run(NULL, "-l", "root", NULL), EX_NOHOST, LIST_TITLES,
	    err);
	kill_lives(j, 1);
	kill_lives(other, 1);
}

/* The roots of all jails are looked at once, however many names there are; to
 * look for each would take longer than a look may. */
static void
halt_many(struct jail *j, const char *name)
{
	static char *argv[4 + 2000] = { (char *)(uintptr_t)"jailkill",
	    (char *)(uintptr_t)"-h", (char *)(uintptr_t)"-t2" };
	const char *line;
	size_t i;

	kill_boot(j, NULL, NULL);
	line = kill_fmt("%s: " GONE "\n", kill_name(j));
	for (i = 3; i < 3 + 2000; i++)
		argv[i] = (char *)(uintptr_t)name;
	kill_start_argv(&kill_last, NULL, argv);
	kill_says(kill_wait(&kill_last, KILL_LONG_MS), 0, line, "");
}

TEST(test_many_names) { halt_many(j, "root"); }
TEST(test_many_roots) { halt_many(j, j->root); }

/* A directory of the name, which is another jail's root, or none's. */
TEST(test_directory)
{
	struct jail *other = kill_another(0);
	const char *name = kill_fmt("www%s", tag(j)), *said;
	struct kill_opts o = { .before_exec = in_dir, .arg = other->dir };

	kill_boot(j, NULL, NULL);
	said = kill_fmt("%s: would *\n", kill_name(j));
	group_join(group_make(v2(), kill_fmt("lxc.payload.%s", name)), j->pid);
	live_ok(mkdir(kill_fmt("%s/%s", other->dir, name), 0755));
	kill_says(kill_run(&o, "-n", "-h", name, NULL), 0, said, "");
	live_ok(rmdir(kill_fmt("%s/%s", other->dir, name)));
	live_ok(symlink("root", kill_fmt("%s/%s", other->dir, name)));
	kill_boot(other, NULL, NULL);
	kill_says(kill_run(&o, "-h", name, NULL), EX_NOHOST, "", kill_fmt(
	    "jailkill: %s: several jails have this name or root; name one by "
	    "its jid: %s, %s\n", name, kill_name(j), kill_name(other)));
	said = kill_fmt("%s: would *\n", kill_name(other));
	kill_says(kill_run(&o, "-n", "-h", "root", NULL), 0, said, "");
	/* with both name and root it is not preferred to the host's name */
	live_ok(unlink(kill_fmt("%s/%s", other->dir, name)));
	live_ok(rename(other->root, kill_fmt("%s/%s", other->dir, name)));
	strcpy(other->root, kill_fmt("%s/%s", other->dir, name));
	kill_says(kill_run(&o, "-h", name, NULL), EX_NOHOST, "", kill_fmt(
	    "jailkill: %s: several jails have this name or root; *\n",
	    name));
	kill_lives(j, 1);
	kill_lives(other, 1);
}

/*
 * Other users.
 */
static void
boot_nobody(struct jail *j)
{
	const struct jail_opts o = { .uid = NOBODY, .gid = NOBODY };

	live_ok(jail_script(j, "/etc/plain", PLAIN));
	live_ok(jail_start(j, &o, "/bin/sh", "/etc/plain", NULL));
	live_ok(jail_wait_file(j, "/tmp/ready", LIVE_SOON_MS));
}

/* A jail of another's with the same last part of its root; but one that the
 * host has named is root's, whoever its first process is. */
TEST(test_others)
{
	struct jail *other = kill_another(0);
	const char *name = kill_fmt("www%s", tag(j)), *said, *root;

	live_need_root();
	root = kill_fmt("%s/%s", j->dir, name);
	live_ok(rename(j->root, root));
	strcpy(j->root, root);
	root = kill_fmt("%s/%s", other->dir, name);
	live_ok(rename(other->root, root));
	strcpy(other->root, root);
	kill_boot(j, NULL, NULL);
	boot_nobody(other);
	said = kill_fmt("%s: would *\n", kill_name(j));
	kill_says(kill_run(NULL, "-n", "-h", name, NULL), 0, said, kill_fmt(
	    "jailkill: %s: %s is meant; others have this name: %s\n", name,
	    kill_jid(j), kill_name(other)));
	group_join(group_make(v2(), kill_fmt("lxc.payload.%s", name)),
	    other->pid);
	kill_says(kill_run(NULL, "-n", "-h", name, NULL), EX_NOHOST, "",
	    kill_fmt("jailkill: %s: several jails have this name; name one by "
	    "its jid: *, *\n", name));
}

/* A jail of another's in a directory of the name does not take it, and has
 * nobody choose. */
TEST(test_directory_others)
{
	struct jail *other = kill_another(0);
	const char *name = kill_fmt("www%s", tag(j)), *root, *said, *own;
	struct kill_opts o = { .before_exec = in_dir, .arg = other->dir };

	live_need_root();
	own = kill_fmt("%s/%s", other->dir, name);
	live_ok(symlink("root", own));
	kill_boot(j, NULL, NULL);
	boot_nobody(other);
	group_join(group_make(v2(), kill_fmt("lxc.payload.%s", name)), j->pid);
	said = kill_fmt("%s: would *\n", kill_name(j));
	kill_says(kill_run(&o, "-n", "-h", name, NULL), 0, said, kill_fmt(
	    "jailkill: %s: %s is meant; others have this name or root: %s\n",
	    name, kill_jid(j), kill_name(other)));
	root = kill_fmt("%s/root", other->dir);
	live_ok(unlink(own));
	live_ok(rename(root, own));
	strcpy(other->root, own);
	kill_says(kill_run(&o, "-n", "-h", name, NULL), 0, said, "jailkill: "
	    "*: * is meant; others have this name or root: *\n");
}

/* Root's jail, by a user: not "no such jail". */
TEST(test_not_permitted)
{
	static const struct kill_opts nobody = { .uid = NOBODY };
	const char *name = kill_fmt("www%s", tag(j)), *err;

	live_need_root();
	kill_boot(j, NULL, NULL);
	err = kill_fmt("jailkill: %s: no jail of yours has this root; 1 of "
	    "others cannot be looked at\n", j->root);
	kill_says(kill_run(&nobody, "-h", j->root, NULL), EX_NOPERM, "", err);
	kill_says(kill_run(&nobody, "-s", "TERM", j->root, NULL), EX_NOPERM,
	    "", err);
	kill_says(kill_run(&nobody, "-h", "root", NULL), EX_NOPERM, "",
	    "jailkill: root: no jail of yours has this name; 1 of others "
	    "cannot be looked at\n");
	live_ok(chmod(j->dir, 0700));
	kill_says(kill_run(&nobody, "-h", j->root, NULL), EX_NOPERM, "",
	    kill_fmt("jailkill: %s: Permission denied\n", j->root));
	group_join(group_make(v2(), kill_fmt("lxc.payload.%s", name)), j->pid);
	kill_says(kill_run(&nobody, "-h", name, NULL), EX_NOPERM, "",
	    kill_fmt("jailkill: %s (%s): Operation not permitted\n",
	    kill_jid(j), name));
	kill_says(kill_run(&nobody, "-h", "other", NULL), EX_NOHOST, "",
	    "jailkill: other: no jail has this name\n");
	kill_lives(j, 1);
}

/*
 * The truth about a jail.
 */
TEST(test_note_rc)
{
	live_ok(jail_script(j, "/etc/rc", "exit 3"));
	live_boot(j, NULL);
	live_ok(jail_wait_status(j, "boot_status", "3", LIVE_SOON_MS));
	note_is(j->pid, "run, rc failed: 3");
	kill_stop_first(j);
	note_is(j->pid, "run, rc failed: 3; stopped");
}

TEST(test_note_stopped)
{
	kill_boot(j, NULL, NULL);
	note_is(j->pid, "");
	kill_stop_first(j);
	note_is(j->pid, "stopped");
	live_ok(jail_signal(j, SIGCONT));
	live_ok(proc_wait_state(j->pid, 'S', LIVE_SOON_MS));
	note_is(j->pid, "");
}

/* A stopped jailinit takes the request all the same. */
TEST(test_halt_stopped)
{
	const char *name, *line;
	int i;

	for (i = 0; i < 2; i++) {
		kill_boot(j, MARK_ARG, NULL);
		kill_stop_first(j);
		name = kill_name(j);
		line = halted(j);
		kill_says(kill_run(NULL, i == 0 ? "-h" : "-hf", j->root, NULL),
		    0, line, i == 0 ? "" : kill_fmt("jailkill: %s: its first "
		    "process was stopped, and is continued\n", name));
		live_ok(jail_again(j));
	}
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\nhalt\n");
}

/* A request that is not an end has it go on only by -f. */
TEST(test_request_stopped)
{
	kill_boot(j, NULL, NULL);
	kill_stop_first(j);
	kill_says(kill_run(NULL, "-f", "-R", "nosuch", j->root, NULL),
	    EX_NOHOST, "", "jailkill: *: its first process was stopped, and is "
	    "continued\njailkill: *: nosuch: *\n");
}

/* A root that looks like one with a note is written otherwise. */
TEST(test_note_root)
{
	const char *root = kill_fmt("%s/a  (stopped)", j->dir);

	live_ok(rename(j->root, root));
	strcpy(j->root, root);
	kill_boot(j, NULL, NULL);
	assert_string_equal(listed(j->pid), kill_fmt("a\\s\\s(stopped) "
	    "%s/a\\s\\s(stopped)", j->dir));
}

/* The jail's group, and one above it that holds nothing else: where the host
 * freezes is not where the process is. */
static void
freeze(struct jail *j, bool v1, const char *at)
{
	const char *base = v1 ? FREEZER : v2(), *top;

	top = group_make(base, kill_fmt("t%s", tag(j)));
	group_join(group_make(base, kill_fmt("t%s/in", tag(j))), j->pid);
	assert_true(put(kill_fmt("%s%s", top, at), v1 ? "freezer.state" :
	    "cgroup.freeze", v1 ? "FROZEN" : "1"));
	note_is(j->pid, kill_fmt("frozen by the control group %s/t%s%s", v1 ?
	    "freezer" : "", tag(j), v1 ? "/in" : at));
}

/* Waits until it has said something on standard error. */
static void
said_wait(const struct kill *k)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	struct stat st = { 0 };

	while (st.st_size == 0 && jail_now_ms() < end_ms) {
		jail_sleep_ms(5);
		live_ok(fstat(k->err_fd, &st));
	}
	assert_true(st.st_size > 0);
}

/* It says so long before the deadline; thawed by hand, the jail still ends. */
static void
halt_frozen(struct jail *j, bool v1)
{
	const char *line;
	struct kill k;

	kill_boot(j, MARK_ARG, NULL);
	line = halted(j);
	freeze(j, v1, "/in");
	kill_start(&k, NULL, "-h", "-t", "1000", j->root, NULL);
	said_wait(&k);
	kill_lives(j, 1);
	thaw_all();
	kill_says_like(&k, kill_wait(&k, KILL_LONG_MS), 0, line,
	    "jailkill: *: is frozen by the control group *, and acts on no "
	    "request; -f thaws it\n");
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
}

TEST(test_halt_frozen) { halt_frozen(j, false); }
TEST(test_halt_frozen_v1) { halt_frozen(j, true); }

/* However deep the jail is below. */
TEST(test_note_deep)
{
	const char *top, *name = kill_fmt("t%s" DEEP, tag(j));

	kill_boot(j, NULL, NULL);
	group_join(group_make(v2(), name), j->pid);
	top = kill_fmt("%s/t%s", v2(), tag(j));
	assert_true(put(top, "cgroup.freeze", "1"));
	note_is(j->pid, kill_fmt("frozen by the control group /t%s", tag(j)));
}

/* -f at the jail's group, or at one above that holds the jail alone. */
static void
halt_thaw(struct jail *j, bool v1, const char *at)
{
	const char *line;

	kill_boot(j, MARK_ARG, NULL);
	line = halted(j);
	freeze(j, v1, at);
	kill_says(kill_run(NULL, "-hf", "-t", "30", j->root, NULL), 0, line,
	    kill_fmt("jailkill: *: the control group %s/t%s%s was frozen, and "
	    "is thawed\n", v1 ? "freezer" : "", tag(j), at));
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
}

TEST(test_thaw) { halt_thaw(j, false, "/in"); }
TEST(test_thaw_above) { halt_thaw(j, false, ""); }
TEST(test_thaw_v1) { halt_thaw(j, true, "/in"); }
TEST(test_thaw_above_v1) { halt_thaw(j, true, ""); }

/* The group that has the jail's name is its own, whatever it holds. */
TEST(test_thaw_named)
{
	const char *line, *unit;

	kill_boot(j, MARK_ARG, NULL);
	line = halted(j);
	unit = group_make(v2(), kill_fmt("jail@%s.service", tag(j)));
	(void)group_make(v2(), kill_fmt("jail@%s.service/other", tag(j)));
	group_join(group_make(v2(), kill_fmt("jail@%s.service/in", tag(j))),
	    j->pid);
	assert_true(put(unit, "cgroup.freeze", "1"));
	kill_says(kill_run(NULL, "-hf", "-t", "30", tag(j), NULL), 0, line,
	    "jailkill: *: the control group * was frozen, and is thawed\n");
}

/* One that holds others is not thawed, and at the deadline comes KILL. */
TEST(test_thaw_shared)
{
	const char *line;

	kill_boot(j, MARK_ARG, NULL);
	line = kill_fmt("%s: " KILLED "*\n", kill_name(j));
	freeze(j, false, "");
	(void)group_make(v2(), kill_fmt("t%s/other", tag(j)));
	kill_says(kill_run(NULL, "-hf", "-t", "1", j->root, NULL), 1, line,
	    "jailkill: *: is frozen by the control group *, not thawed: it "
	    "holds more than this jail\n");
	kill_gone(j);
}

/* Of all jails only those that listen are thawed, also one that is no jailinit
 * by its name: it is known to listen only when it was asked. */
TEST(test_thaw_all)
{
	struct jail *p = kill_another(0);
	const char *line;

	live_ok(jail_script(j, "/etc/rc.shutdown", MARK_ARG));
	live_ok(link(jail_path(j, "/sbin/jailinit"), kill_fmt("%s/sbin/other",
	    j->root)));
	live_ok(jail_start(j, NULL, "/sbin/other", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	kill_boot_plain(p, PLAIN);
	line = halted(j);
	freeze(j, false, "/in");
	freeze(p, false, "/in");
	kill_says(kill_run(NULL, "-hf", "-t", "30", "-a", NULL), 0, line,
	    kill_fmt("jailkill: %s*: the control group * was frozen, and is "
	    "thawed\n", kill_jid(j)));
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
	note_is(p->pid, kill_fmt("frozen by the control group /t%s/in",
	    tag(p)));
}

/* A request is not lost: it is done when the jail is thawed. */
TEST(test_request_frozen)
{
	struct kill k;

	kill_boot(j, NULL, NULL);
	freeze(j, false, "/in");
	kill_start(&k, NULL, "-R", "nosuch", j->root, NULL);
	said_wait(&k);
	thaw_all();
	kill_says_like(&k, kill_wait(&k, KILL_LONG_MS), 68, "", "jailkill: *: "
	    "is frozen by the control group *, and acts on no request; -f "
	    "thaws it\njailkill: *: nosuch: *\n");
	freeze(j, false, "/in");
	kill_says(kill_run(NULL, "-f", "-R", "nosuch", j->root, NULL), 68, "",
	    "jailkill: *: the control group * was frozen, and is thawed\n"
	    "jailkill: *: nosuch: *\n");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		NAMES_TEST(test_paths),
		NAMES_TEST(test_lxc),
		NAMES_TEST(test_systemd_v1),
		NAMES_TEST(test_id),
		NAMES_TEST(test_unit_shared),
		NAMES_TEST(test_unit_callers),
		NAMES_TEST(test_group_own),
		NAMES_TEST(test_column),
		NAMES_TEST(test_ambiguous),
		NAMES_TEST(test_many_names),
		NAMES_TEST(test_many_roots),
		NAMES_TEST(test_directory),
		NAMES_TEST(test_others),
		NAMES_TEST(test_directory_others),
		NAMES_TEST(test_not_permitted),
		NAMES_TEST(test_note_rc),
		NAMES_TEST(test_note_stopped),
		NAMES_TEST(test_note_root),
		NAMES_TEST(test_note_deep),
		NAMES_TEST(test_halt_stopped),
		NAMES_TEST(test_request_stopped),
		NAMES_TEST(test_halt_frozen),
		NAMES_TEST(test_halt_frozen_v1),
		NAMES_TEST(test_thaw),
		NAMES_TEST(test_thaw_above),
		NAMES_TEST(test_thaw_v1),
		NAMES_TEST(test_thaw_above_v1),
		NAMES_TEST(test_thaw_named),
		NAMES_TEST(test_thaw_shared),
		NAMES_TEST(test_thaw_all),
		NAMES_TEST(test_request_frozen),
	};

	(void)argc;
	(void)argv;
	kill_world();
	LIVE_MAIN("kill_names");
}
