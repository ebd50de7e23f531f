/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process that enters a jail has its root and working directory there, by
 * the harness and by each command in the manuals, whatever the caller's root
 * is.  Guards against "nsenter --root --wd=/", which keeps a directory of the
 * host.
 * only linux: namespaces, and the commands that enter them
 */
#include <sys/stat.h>

#include <sys/mount.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sched.h>

#include "live.h"
#include "mountns.h"

#define WHERE	"/tmp/where"
#define LOOK	"stat -Lc %d:%i /proc/self/root /proc/self/cwd / . >" WHERE
#define COMMANDS_MAX	16

/* What is run in each kind of root of the caller; 0 if all was as it should,
 * else a line has said what was not. */
typedef int check_fn(struct jail *);

static char commands[COMMANDS_MAX][256];	/* up to what they run */
static int n_commands;
static bool is_deep;	/* the jail is to be a chroot in its namespace */

static int
wrong(const char *what, const char *how)
{
	fprintf(stderr, "%s: %s\n", how, what);
	return (1);
}

/* Device and inode of the jail's root, as LOOK prints them. */
static int
root_id(const struct jail *j, char *buf, size_t size)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/root/", (int)j->pid);
	if (stat(path, &st) == -1)
		return (wrong(strerror(errno), path));
	snprintf(buf, size, "%lu:%lu\n", (unsigned long)st.st_dev,
	    (unsigned long)st.st_ino);
	return (0);
}

/* All four lines that LOOK has left there are the jail's root. */
static int
is_inside(struct jail *j, const char *how)
{
	char id[64], want[256];

	if (root_id(j, id, sizeof(id)) != 0)
		return (1);
	snprintf(want, sizeof(want), "%s%s%s%s", id, id, id, id);
	if (strcmp(jail_file(j, WHERE), want) == 0)
		return (unlink(jail_path(j, WHERE)));
	fprintf(stderr, "not in %s but in\n%s", id, jail_file(j, WHERE));
	return (wrong("root or working directory is not the jail's", how));
}

/* All folders of / as mounts in dir, which is none. */
static int
system_bind(const char *dir)
{
	char from[300], to[PATH_MAX + 300], link[PATH_MAX] = "";
	const struct dirent *e;
	struct stat st;
	DIR *d = opendir("/");
	int bad = d == NULL;

	while (!bad && (e = readdir(d)) != NULL) {
		snprintf(from, sizeof(from), "/%s", e->d_name);
		snprintf(to, sizeof(to), "%s/%s", dir, e->d_name);
		if (e->d_name[0] == '.' || lstat(from, &st) == -1)
			continue;
		memset(link, 0, sizeof(link));
		if (S_ISLNK(st.st_mode))
			bad = readlink(from, link, sizeof(link) - 1) == -1 ||
			    (symlink(link, to) == -1 && errno != EEXIST);
		else if (S_ISDIR(st.st_mode))
			bad = (mkdir(to, 0755) == -1 && errno != EEXIST) ||
			    mount(from, to, NULL, MS_BIND | MS_REC, NULL) ==
			    -1;
	}
	if (d != NULL)
		closedir(d);
	return (bad ? -1 : 0);
}

/* For jail_opts.before_exec: process 1 goes to a root below that of its mount
 * namespace. */
static void
go_deeper(void *dir)
{
	if ((mkdir(dir, 0755) == -1 && errno != EEXIST) ||
	    system_bind(dir) == -1 ||
	    chroot(dir) == -1 || chdir("/") == -1)
		_exit(wrong(strerror(errno), dir));
}

static int
boot(struct jail *j)
{
	static char inner[] = "/inner";
	static const struct jail_opts o = { .before_exec = go_deeper,
	    .arg = inner };

	if (jail_start(j, is_deep ? &o : NULL, "/sbin/jailinit", NULL) != 0 ||
	    jail_wait_state(j, "run", LIVE_SOON_MS) != 0)
		return (wrong("does not boot", "jail"));
	return (0);
}

/* nsenter and its options, run with a working directory of the host's. */
static int
nsenter(struct jail *j, const char *command)
{
	char line[PATH_MAX + 512];

	snprintf(line, sizeof(line), "cd %s && pid=%d && %s %s "
	    "sh -c 'PATH=/bin; %s'", j->dir, (int)j->pid, command,
	    j->userns ? "--user --preserve-credentials" : "", LOOK);
	return (system(line) == 0 ? 0 : wrong("does not run", line));
}

/*
 * What is checked.
 */
static int
by_harness(struct jail *j)
{
	if (boot(j) != 0 || jail_sh(j, LOOK) != 0)
		return (wrong("does not enter", "jail_sh"));
	return (is_inside(j, "jail_sh"));
}

static int
by_manuals(struct jail *j)
{
	int e = boot(j), i;

	for (i = 0; e == 0 && i < n_commands; i++)
		e = nsenter(j, commands[i]) != 0 ||
		    is_inside(j, commands[i]) != 0;
	return (e);
}

/* The way it was told before: the root is right, the directory is not. */
static int
by_wd(struct jail *j)
{
	char id[64], want[128];

	if (boot(j) != 0 || root_id(j, id, sizeof(id)) != 0 || nsenter(j,
	    "nsenter --target $pid --mount --pid --root --wd=/") != 0)
		return (1);
	snprintf(want, sizeof(want), "%s%s", id, id);
	if (strncmp(jail_file(j, WHERE), id, strlen(id)) != 0)
		return (wrong("the root is not the jail's", "--wd=/"));
	if (strncmp(jail_file(j, WHERE), want, strlen(want)) == 0)
		return (wrong("inside: this test cannot fail", "--wd=/"));
	return (0);
}

/*
 * Roots of the caller.
 */

/* In a child with a mount namespace and a root of its own: a chroot that is a
 * mount point, or one that is none. */
static int
in_chroot(struct jail *j, check_fn *fn, bool is_mount)
{
	char dir[PATH_MAX];
	int st = -1;
	pid_t pid;

	snprintf(dir, sizeof(dir), "%s/chroot", j->dir);
	if (mkdir(dir, 0755) == -1 && errno != EEXIST)
		return (wrong(strerror(errno), dir));
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)die_with_parent();
		if (unshare(CLONE_NEWNS) == -1 || mountns_private() == -1 ||
		    (is_mount ? mount("/", dir, NULL, MS_BIND | MS_REC, NULL) :
		    system_bind(dir)) == -1 || chroot(dir) == -1 ||
		    chdir("/") == -1)
			_exit(wrong(strerror(errno), "chroot"));
		st = fn(j);
		if (j->pid != 0)
			(void)jail_again(j);
		_exit(st);
	}
	if (pid == -1 || waitpid(pid, &st, 0) != pid)
		return (wrong(strerror(errno), "fork"));
	return (st);
}

TEST(test_harness) { live_ok(by_harness(j)); }
TEST(test_before) { live_ok(by_wd(j)); }

/* Each "nsenter --... --wdns=/" of the file; what follows it runs. */
static void
commands_read(const char *path)
{
	char line[256], *p, *end;
	FILE *f = fopen(path, "re");

	if (f == NULL)
		print_error("%s: %s\n", path, strerror(errno));
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		p = strstr(line, "nsenter --");
		if (p == NULL)
			continue;
		assert_true(n_commands < COMMANDS_MAX);
		end = strstr(p, "--wd");
		if (end != NULL)
			end[strcspn(end, " \n")] = '\0';
		snprintf(commands[n_commands++], sizeof(commands[0]), "%s", p);
	}
	(void)fclose(f);
}

static void
commands_find(void)
{
	static const char *const files[] = { "README.md", "man/jailinit.8",
	    "man/jailinit.ctl.5" };
	char path[PATH_MAX];
	size_t i;

	n_commands = 0;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%.*s../../%s",
		    (int)(strrchr(__FILE__, '/') + 1 - __FILE__), __FILE__,
		    files[i]);
		commands_read(path);
	}
	assert_true(n_commands >= 3);
}

TEST(test_manuals)
{
	commands_find();
	live_ok(by_manuals(j));
}

/* Where the caller's root is not that of its mount namespace. */
TEST(test_chroot)
{
	int i;

	if (geteuid() != 0)
		live_skip("in a chroot: not root");
	commands_find();
	for (i = 0; i < 4; i++) {
		live_ok(in_chroot(j, i % 2 == 0 ? by_harness : by_manuals, i <
		    2));
		(void)rmdir(jail_path(j, "/../chroot"));
	}
}

TEST(test_deep)
{
	commands_find();
	is_deep = true;
	live_ok(by_harness(j));
	live_ok(jail_again(j));
	live_ok(by_manuals(j));
	is_deep = false;
}

/*
 * The guards.
 */

/* Of a jail whose PID namespace is another one than the harness thinks. */
TEST(test_outside_ends)
{
	pid_t pid;
	int st;

	live_boot(j, NULL);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		j->pidns++;
		(void)jail_sh(j, "echo >" LIVE_MARK);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_true(WIFEXITED(st));
	assert_int_equal(WEXITSTATUS(st), JAIL_OUTSIDE);
	assert_false(jail_exists(j, LIVE_MARK));
	live_ok(jail_sh(j, "echo >" LIVE_MARK));
	assert_true(jail_exists(j, LIVE_MARK));
}

/* A link in the root leads to the same place as it does inside. */
TEST(test_links_stay)
{
	char away[PATH_MAX], path[PATH_MAX + 8];

	snprintf(away, sizeof(away), "%s/away", j->dir);
	live_ok(mkdir(away, 0755));
	live_ok(symlink(away, jail_path(j, "/link")));
	snprintf(path, sizeof(path), "%s/plain", jail_path(j, "/link"));
	live_ok(mknod(path, S_IFREG | 0600, 0));
	snprintf(path, sizeof(path), "%s/plain", away);
	live_ok(access(path, F_OK));	/* that goes out */

	assert_int_equal(jail_write(j, "/link/x", 0644, "x"), -1);
	snprintf(path, sizeof(path), "%s/x", away);
	assert_int_equal(access(path, F_OK), -1);
}

/* A path of the jail's is never one of the host's. */
TEST(test_no_root_ends)
{
	struct jail none = { 0 };
	pid_t pid;
	int st;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)jail_path(&none, "/var/run");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_true(WIFEXITED(st) && WEXITSTATUS(st) == JAIL_OUTSIDE);
}

/* All live tests: nothing of the machine can be written to or signalled. */
TEST(test_confined)
{
	static const char *const dirs[] = { "/etc", "/var", "/run", "/dev",
	    "/usr" };
	char path[PATH_MAX], comm[32] = "";
	int fd;
	size_t i;

	if (getenv("CONFINED") == NULL ||
	    strcmp(getenv("CONFINED"), "yes") != 0)
		live_skip("not confined by test/check");
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/jailinit-test.%d", dirs[i],
		    (int)getpid());
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd != -1) {
			(void)unlink(path);
			close(fd);
			print_error("%s can be written to\n", dirs[i]);
		}
		assert_int_equal(fd, -1);
	}
	fd = open("/proc/1/comm", O_RDONLY | O_CLOEXEC);
	assert_int_not_equal(fd, -1);
	assert_true(read(fd, comm, sizeof(comm) - 1) > 0);
	close(fd);
	assert_string_equal(comm, "confine\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_harness),
		LIVE_TEST(test_manuals),
		LIVE_TEST(test_chroot),
		LIVE_TEST(test_deep),
		LIVE_TEST(test_before),
		LIVE_TEST(test_outside_ends),
		LIVE_TEST(test_links_stay),
		LIVE_TEST(test_no_root_ends),
		LIVE_TEST(test_confined),
	};

	LIVE_MAIN("enter");
}
