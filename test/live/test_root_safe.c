/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailroot(8), the real script: what it refuses, and updates of roots whose
 * users fight back.  Guards against writes that leave the root, and
 * directories that somebody else can swap.
 * only linux: roots of busybox and Debian
 */
#include "root.h"

#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <errno.h>
#include <sched.h>

#include "fuse.h"
#include "mountns.h"

/*
 * What it refuses, in one line, and without a trace.
 */
TEST(test_refuses)
{
	static const struct {
		int code;
		const char *args[5], *says;
	} t[] = {
		{ 64, { "-t", "solaris", "new" }, NULL },
		{ 64, { "-x", "new" }, NULL },
		{ 64, { "new", "nginx" }, "packages" },
		{ 64, { "." }, "give the directory a name" },
		{ 64, { "full/.." }, "give the directory a name" },
		{ 64, { "/" }, "give the directory a name" },
		{ 64, { "" }, "give the directory a name" },
		{ 64, { "-" }, "'-': not a directory" },
		{ 64, { "new", "-t" }, "options come before" },
		{ 64, { "new\nline" }, "control characters" },
		{ 64, { "-u", "-b", "file", "full" }, NULL },
		{ 64, { "-u", "full", "nginx" }, NULL },
		{ 66, { "-b", "none", "new" }, "none: not a file" },
		{ 66, { "-u", "full" }, "not a root" },
		{ 66, { "-u", "new" }, "no such directory" },
		{ 65, { "-b", "file", "new" }, "not a busybox" },
		{ 73, { "full" }, "not empty" },
		{ 73, { "full/" }, "not empty" },
		{ 73, { "hidden" }, "not empty" },
		{ 73, { "link" }, "a symbolic link" },
		{ 73, { "link//" }, "a symbolic link" },
		{ 73, { "-u", "link" }, "a symbolic link" },
		{ 73, { "dangling" }, "a symbolic link" },
		{ 73, { "file" }, "not a directory" },
		{ 73, { "none/new" }, "no such directory" },
		{ 73, { "file/new" }, "no such directory" },
	};
	char *before, *after;
	size_t i;
	char cwd[PATH_MAX];

	live_ok(root_sh("cd '%s' && mkdir full empty hidden && "
	    "echo x >full/x && "
	    "echo x >file && : >hidden/.x && ln -s empty link && "
	    "ln -s none dangling", root_place));
	before = root_tree(root_place);
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	live_ok(chdir(root_place));
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		int st = RUN(j, NULL, t[i].args[0], t[i].args[1],
		    t[i].args[2], t[i].args[3]);

		if (!WIFEXITED(st) || WEXITSTATUS(st) != t[i].code)
			print_error("%s %s: %x %s", t[i].args[0],
			    t[i].args[1], st, root_out);
		assert_true(WIFEXITED(st));
		assert_int_equal(WEXITSTATUS(st), t[i].code);
		if (t[i].says != NULL)
			root_said(t[i].says);
		else
			assert_non_null(strstr(root_out, "usage: jailroot"));
	}
	live_ok(chdir(cwd));
	after = root_tree(root_place);
	assert_true(root_same(before, after));
	free(before);
	free(after);
	/* An empty one is as good as none. */
	EXITS(0, j, NULL, root_at("empty/"));
	root_boots(j, root_at("empty"));
}

TEST(test_missing_tools)
{
	char path[PATH_MAX];
	struct how h = { .env = { path } };

	snprintf(path, sizeof(path), "PATH=%s/farm", j->dir);
	assert_int_equal(root_sh("mkdir '%s/farm' && cd '%s/farm' && "
	    "ln -s /usr/bin/* /bin/* . 2>/dev/null; "
	    "rm -f busybox mmdebstrap", j->dir, j->dir), 0);
	EXITS(69, j, &h, root_at("www"));
	root_said("install busybox-static");
	EXITS(69, j, &h, "-t", "debian", root_at("www"));
	root_said("install mmdebstrap");
	assert_string_equal(root_listing(root_place), "");
}

TEST(test_mount_point_refused)
{
	pid_t pid;
	int st;

	live_need_jail();
	if (geteuid() != 0)
		live_skip("mount point: not root");
	live_ok(mkdir(root_at("www"), 0755));
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) == -1 || mountns_private() == -1 ||
		    mount("x", root_at("www"), "tmpfs", 0, NULL) == -1)
			_exit(1);
		st = RUN(j, NULL, root_at("www"));
		_exit(WIFEXITED(st) && WEXITSTATUS(st) == 73 ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_int_equal(st, 0);
	root_read(root_in(j->dir, "out"), root_out, sizeof(root_out));
	root_said("a mount point");
	root_nothing_left(j);
}

/*
 * -u: the root belongs to an enemy.
 */
TEST(test_update)
{
	char *before, *after;
	struct stat old, new;

	EXITS(0, j, NULL, root_at("www"));
	live_ok(root_sh("cd '%s' && echo mine >etc/mine && "
	    "echo mine >home/mine && echo mine >sbin/mine && "
	    "echo 'root:x:0:0::/:/bin/sh' >etc/passwd && "
	    "rm etc/rc.shutdown && echo '# mine' >>etc/rc", root_at("www")));
	before = root_tree(root_at("www/home"));
	live_ok(stat(root_at("www/sbin/jailinit"), &old));
	live_ok(root_sh("echo '# newer' >>\"$JAILROOT_RC/rc.d/10-up\" &&"
	    "echo '# newer' >>\"$JAILROOT_RC/rc\""));
	EXITS(0, j, NULL, "-u", root_at("www"));
	live_ok(stat(root_at("www/sbin/jailinit"), &new));
	assert_true(old.st_ino != new.st_ino);	/* by a rename */
	assert_non_null(strstr(root_out, "etc/rc: changed since"));
	assert_non_null(strstr(root_text(root_at("www/etc/rc")), "# mine"));
	assert_non_null(strstr(root_text(root_at("www/etc/rc.d/10-up")),
	    "# newer"));
	assert_true(root_has(root_at("www/etc/rc.shutdown")));
	assert_string_equal(root_text(root_at("www/etc/mine")), "mine\n");
	assert_string_equal(root_text(root_at("www/sbin/mine")), "mine\n");
	assert_string_equal(root_text(root_at("www/etc/passwd")),
	    "root:x:0:0::/:/bin/sh\n");
	after = root_tree(root_at("www/home"));
	assert_true(root_same(before, after));
	free(before);
	free(after);
	root_nothing_left(j);
	root_boots(j, root_at("www"));
}

TEST(test_update_of_running)
{
	struct jail_opts o = { .no_dev = geteuid() == 0 };

	EXITS(0, j, NULL, root_at("www"));
	snprintf(j->root, sizeof(j->root), "%s", root_at("www"));
	live_boot(j, &o);
	EXITS(0, j, NULL, "-u", root_at("www"));
	live_ok(jail_ctl(j, "reboot\n"));
	live_ok(jail_wait_file(j, "/tmp/down", LIVE_SOON_MS));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

/* A root of Debian's, as far as an update sees it. */
#define DPKG	"sed -i /rc.shutdown/d etc/jailroot.list && "		\
		"echo theirs >etc/rc.shutdown && "			\
		"rm -f sbin/halt && echo theirs >sbin/halt && "		\
		"mkdir -p var/lib/dpkg && : >var/lib/dpkg/status"

/* Each of these in a root of its own: what is planted, the exit status, and
 * what it says; nothing of the host's may change. */
TEST(test_update_planted)
{
	static const struct {
		const char *plant;
		int code;
		const char *says;
	} t[] = {
		{ "rm sbin/jailinit && ln -s \"$HOST/sentinel\" sbin/jailinit",
		    0, NULL },
		{ "rm sbin/jailinit && ln -s \"$HOST/dir\" sbin/jailinit", 0,
		    NULL },
		{ "rm etc/rc && ln -s \"$HOST/sentinel\" etc/rc", 0, NULL },
		{ "rm etc/rc && ln -s \"$HOST/dir\" etc/rc", 0, NULL },
		{ "ln -sf \"$HOST/sentinel\" etc/jailroot.list", 0, NULL },
		{ "rm etc/jailroot.list && mkfifo etc/jailroot.list", 0,
		    NULL },
		{ "rm etc/rc && mkfifo etc/rc", 0, NULL },
		{ "mv sbin s && ln -s s sbin", 0, NULL },
		{ "mv etc usr/etc && ln -s usr/etc etc", 0, NULL },
		{ "mv sbin s && ln -s \"$HOST/dir\" sbin", 73, "/sbin leads" },
		{ "mv sbin s && ln -s ../../host/dir sbin", 73,
		    "/sbin leads" },
		{ "mv etc e && ln -s \"$HOST/dir\" etc", 73, "/etc leads" },
		{ "rm -r etc/rc.d && ln -s \"$HOST/dir\" etc/rc.d", 73,
		    "/etc/rc.d leads" },
		{ "ln -s \"$HOST/dir\" sbin/.jailroot.abcdef", 0, NULL },
		{ "rm sbin/jailinit && mkdir sbin/jailinit", 73,
		    "/sbin/jailinit: a directory is in its place" },
		{ "rm sbin/jailinit && mkdir -p sbin/jailinit/jailinit", 73,
		    "/sbin/jailinit: a directory is in its place" },
		{ "mv sbin s && echo x >sbin", 73, "/sbin leads" },
		{ DPKG, 0, NULL },
		{ DPKG " && ln -s \"$HOST/sentinel\" etc/rc.shutdown.orig && "
		    "ln -s \"$HOST/sentinel\" sbin/halt.orig", 0, NULL },
		{ DPKG " && ln -s \"$HOST/dir\" etc/rc.shutdown.orig && "
		    "ln -s \"$HOST/dir\" sbin/halt.orig", 0, NULL },
		{ DPKG " && ln -sf \"$HOST/sentinel\" etc/rc.shutdown && "
		    "ln -sf \"$HOST/sentinel\" sbin/halt", 0, NULL },
		{ DPKG " && ln -s \"$HOST/sentinel\" "
		    "var/lib/dpkg/diversions", 0, NULL },
		{ DPKG " && mkfifo var/lib/dpkg/diversions", 0, NULL },
		{ DPKG " && mv var v && ln -s \"$HOST\" var", 0, NULL },
		{ DPKG " && rm -r var/lib/dpkg && "
		    "ln -s \"$HOST/dir\" var/lib/dpkg", 0, NULL },
	};
	char host[PATH_MAX], *before, *after;
	size_t i;

	snprintf(host, sizeof(host), "%s/host", j->dir);
	(void)setenv("HOST", host, 1);
	live_ok(root_sh("mkdir -p \"$HOST/dir\" && cd \"$HOST\" && "
	    "echo theirs >sentinel && echo theirs >dir/jailinit && "
	    "mkdir -p lib/dpkg && : >lib/dpkg/status && : >dir/status && "
	    "echo theirs >dir/rc && echo theirs >dir/10-up"));
	live_ok(root_sh("cp '%s' \"$JAILROOT_PROGRAMS/jailctl\"",
	    getenv("JAILCTL")));
	EXITS(0, j, NULL, root_at("pure"));
	before = root_tree(host);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		live_ok(root_sh("cd '%s' && rm -rf www && "
		    "cp -a pure www && cd www && %s", root_place, t[i].plant));
		print_message("%s\n", t[i].plant);
		EXITS(t[i].code, j, NULL, "-u", root_at("www"));
		if (t[i].says != NULL)
			root_said(t[i].says);
		after = root_tree(host);
		assert_true(root_same(before, after));
		free(after);
		root_nothing_left(j);
	}
	free(before);
}

/* Another rc.shutdown, and programs that a package has in the place of our
 * links: they are kept aside, and dpkg keeps its own there from now on. */
TEST(test_update_with_dpkg)
{
	char before[4096];

	live_ok(root_sh("cp '%s' \"$JAILROOT_PROGRAMS/jailctl\"",
	    getenv("JAILCTL")));
	EXITS(0, j, NULL, root_at("www"));
	live_ok(root_sh("cd '%s' && sed -i /rc.shutdown/d etc/jailroot.list && "
	    "echo theirs >etc/rc.shutdown && chmod 755 etc/rc.shutdown && "
	    "rm sbin/halt sbin/reboot && echo theirs >sbin/halt && "
	    "ln -s halt sbin/reboot && mkdir -p var/lib/dpkg/info && "
	    ": >var/lib/dpkg/status && printf '%%s\\n' "
	    "/bin/sh /bin/sh.distrib dash /usr/sbin/halt /lib/x other "
	    ">var/lib/dpkg/diversions", root_at("www")));
	EXITS(0, j, NULL, "-u", root_at("www"));
	assert_non_null(strstr(root_out,
	    "etc/rc.shutdown: another one, kept as rc.shutdown.orig\n"));
	assert_non_null(strstr(root_out, "new: etc/rc.shutdown, sbin/halt, "
	    "sbin/reboot, var/lib/dpkg/diversions.\n"));
	assert_string_equal(root_text(root_at("www/etc/rc.shutdown.orig")),
	    "theirs\n");
	assert_string_equal(root_text(root_at("www/sbin/halt.orig")),
	    "theirs\n");
	assert_int_equal(root_sh("cd '%s' && "
	    "test \"$(readlink sbin/reboot.orig)\" = halt && "
	    "test \"$(readlink sbin/halt)\" = jailctl && "
	    "test \"$(paste -sd ' ' var/lib/dpkg/diversions)\" = "
	    "'/bin/sh /bin/sh.distrib dash /usr/sbin/halt /lib/x other "
	    "/sbin/halt /sbin/halt.orig : "
	    "/sbin/poweroff /sbin/poweroff.orig : "
	    "/usr/sbin/poweroff /usr/sbin/poweroff.orig : "
	    "/sbin/reboot /sbin/reboot.orig : "
	    "/usr/sbin/reboot /usr/sbin/reboot.orig : "
	    "/sbin/shutdown /sbin/shutdown.orig : "
	    "/usr/sbin/shutdown /usr/sbin/shutdown.orig : "
	    "/sbin/telinit /sbin/telinit.orig : "
	    "/usr/sbin/telinit /usr/sbin/telinit.orig : "
	    "/sbin/init /sbin/init.orig : "
	    "/usr/sbin/init /usr/sbin/init.orig : "
	    "/etc/rc.shutdown /etc/rc.shutdown.orig :'", root_at("www")), 0);
	snprintf(before, sizeof(before), "%s", root_listing(root_at("www/etc")));
	EXITS(0, j, NULL, "-u", root_at("www"));
	assert_non_null(strstr(root_out, "www: nothing is new.\n"));
	assert_string_equal(root_listing(root_at("www/etc")), before);
	assert_null(strstr(root_listing(root_at("www/sbin")), ".orig."));
	root_nothing_left(j);
	root_boots(j, root_at("www"));
	if (geteuid() != 0 || root_sh("command -v dpkg-deb >/dev/null") != 0) {
		printf("no dpkg, or not root: no package is installed\n");
		return;
	}
	/* A package that has them is installed, twice. */
	live_ok(root_sh("cd '%s' && mkdir -p p/DEBIAN p/sbin p/etc && "
	    "printf '%%s\\n' 'Package: p' 'Version: 1' 'Architecture: all' "
	    "'Maintainer: p <p@p>' 'Description: p' >p/DEBIAN/control && "
	    "for f in sbin/halt sbin/init etc/rc.shutdown; do "
	    "echo p >p/$f; done && dpkg-deb -b p p.deb >/dev/null && "
	    "for n in 1 2; do dpkg --root='%s' --log=/dev/null --force-all "
	    "-i p.deb >dpkg.log 2>&1 || { cat dpkg.log; exit 1; }; done",
	    j->dir, root_at("www")));
	assert_int_equal(root_sh("cd '%s' && for f in sbin/halt sbin/init "
	    "etc/rc.shutdown; do test \"$(cat $f.orig)\" = p || exit 1; done; "
	    "test \"$(readlink sbin/halt)\" = jailctl && "
	    "grep -q jailinit sbin/init", root_at("www")), 0);
	root_boots(j, root_at("www"));
}

/* One that runs the hooks, or that was ours, stays; and rc may be changed. */
TEST(test_update_with_another_shutdown)
{
	static const struct {
		const char *change, *says, *has;
	} t[] = {
		{ "sed -i /rc.shutdown/d etc/jailroot.list && echo "
		    "/libexec/jailinit/run-hooks >etc/rc.shutdown",
		    "another one, kept\n", "run-hooks" },
		{ "echo mine >etc/rc.shutdown", "changed since it was put "
		    "there, kept\n", "mine" },
		{ "rm etc/jailroot.list && echo theirs >etc/rc && "
		    "echo theirs >etc/rc.shutdown", "another one, kept\n",
		    "theirs" },
		{ "echo '# mine' >>etc/rc && sed -i /rc.shutdown/d "
		    "etc/jailroot.list && echo theirs >etc/rc.shutdown",
		    "another one, kept as rc.shutdown.orig\n", "/tmp/down" },
		{ "sed -i /rc.shutdown/d etc/jailroot.list && "
		    "ln -sf /bin/true etc/rc.shutdown",
		    "another one, kept as rc.shutdown.orig\n", "/tmp/down" },
	};
	char says[128];
	size_t i;
	int n;

	EXITS(0, j, NULL, root_at("pure"));
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		live_ok(root_sh("cd '%s' && rm -rf www && cp -a pure www && "
		    "cd www && %s", root_place, t[i].change));
		print_message("%s\n", t[i].change);
		snprintf(says, sizeof(says), "etc/rc.shutdown: %s", t[i].says);
		/* What was changed is so the next time, too. */
		for (n = 0; n < (i == 1 ? 2 : 1); n++) {
			EXITS(0, j, NULL, "-u", root_at("www"));
			assert_non_null(strstr(root_out, says));
			assert_non_null(strstr(root_text(
			    root_at("www/etc/rc.shutdown")), t[i].has));
		}
	}
}

/* Somebody puts a link in the place of the second name, just before ln. */
TEST(test_update_aside_led_out)
{
	char path[PATH_MAX], *before, *after;
	struct how h = { .env = { path } };

	EXITS(0, j, NULL, root_at("www"));
	snprintf(path, sizeof(path), "PATH=%s/slow:%s", j->dir, getenv("PATH"));
	live_ok(root_sh("cd '%s' && mkdir host slow && echo theirs >host/rc && "
	    "printf '#!/bin/sh\ncase $* in *.orig) "
	    "/bin/ln -s %s/host rc.shutdown.orig ;; esac\n"
	    "exec /bin/ln \"$@\"\n' >slow/ln && chmod 755 slow/ln && "
	    "sed -i /rc.shutdown/d '%s/etc/jailroot.list' && "
	    "echo theirs >'%s/etc/rc.shutdown'", j->dir, j->dir,
	    root_at("www"), root_at("www")));
	before = root_tree(root_in(j->dir, "host"));
	EXITS(73, j, &h, "-u", root_at("www"));
	after = root_tree(root_in(j->dir, "host"));
	assert_true(root_same(before, after));
	free(before);
	free(after);
	assert_string_equal(root_text(root_at("www/etc/rc.shutdown")),
	    "theirs\n");
}

/* A root in the jail that changes sbin into a link and back all the time. */
static pid_t swapper;	/* it holds what teardown waits for */

static int
teardown(void **state)
{
	if (swapper != 0)
		(void)kill(swapper, SIGKILL);
	swapper = 0;
	return (live_teardown(state));
}

static void
swap(struct jail *j)
{
	const char *name = root_at("www/sbin"), *link = root_at("www/link");

	(void)j;
	for (;;)
		(void)syscall(SYS_renameat2, AT_FDCWD, name, AT_FDCWD, link,
		    2 /* RENAME_EXCHANGE */);
}

TEST(test_update_raced)
{
	char *before, *after;
	int i, st, done = 0, refused = 0, n = root_long(200, 20);

	EXITS(0, j, NULL, root_at("www"));
	live_ok(root_sh("cd '%s' && mkdir host && echo x >host/jailinit "
	    "&& echo x >host/halt && ln -s '%s/host' '%s/link'", j->dir,
	    j->dir, root_at("www")));
	before = root_tree(root_in(j->dir, "host"));
	swapper = live_fork(j, swap);
	for (i = 0; i < n; i++) {
		st = RUN(j, NULL, "-u", root_at("www"));
		assert_true(WIFEXITED(st));
		done += WEXITSTATUS(st) == 0;
		refused += WEXITSTATUS(st) == 73;
		after = root_tree(root_in(j->dir, "host"));
		assert_true(root_same(before, after));
		free(after);
	}
	printf("%d updates done, %d refused\n", done, refused);
	assert_int_equal(done + refused, n);
	free(before);
}

/*
 * Somebody else in the way: each attack is tried on the plain way first,
 * where it has to succeed.
 */
/* The tools are busybox's where it has them; its tar follows links. */
static const char *
busybox_path(struct jail *j)
{
	static char path[PATH_MAX + 64];

	live_ok(root_sh("mkdir '%s/farm' && for a in $(busybox --list); "
	    "do ln -s \"$(command -v busybox)\" '%s/farm/'$a || exit; done",
	    j->dir, j->dir));
	snprintf(path, sizeof(path), "PATH=%s/farm:%s", j->dir, getenv("PATH"));
	return (path);
}

static char watched[PATH_MAX];	/* the directory of an attack */

/* The user who owns it renames away what is made there and puts his own. */
static void
thief(struct jail *j)
{
	static char buf[65536];
	int n = 0;

	(void)j;
	if (setgid(NOBODY) == -1 || setuid(NOBODY) == -1 ||
	    chdir(watched) == -1)
		_exit(1);
	for (;; n++) {
		char *name, *end, was[32];

		snprintf(buf, sizeof(buf), "%s", root_listing("."));
		for (name = buf; *name != '\0'; name = end + 1) {
			end = strchr(name, '\n');
			*end = '\0';
			snprintf(was, sizeof(was), "was.%d", n);
			if (strncmp(name, "www.", 4) == 0 &&
			    access(root_in(name, "mine"), F_OK) == -1 &&
			    rename(name, was) == 0) {
				(void)mkdir(name, 0777);
				close(creat(root_in(name, "mine"), 0666));
			}
		}
	}
}

TEST(test_user_steals_the_work_directory)
{
	char plain[PATH_MAX];
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	struct stat st, dir;

	if (geteuid() != 0)
		live_skip("thief: not root");
	snprintf(plain, sizeof(plain), "%s", root_at("m/www.jailroot.plain"));
	live_ok(root_sh("mkdir -p '%s' && chown %d '%s'", root_at("m"), NOBODY,
	    root_at("m")));
	snprintf(watched, sizeof(watched), "%s", root_at("m"));
	live_fork(j, thief);
	live_ok(mkdir(plain, 0711));
	while (!root_has(root_in(plain, "mine")) && jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	/* root unpacks a file for itself in a directory of his. */
	live_ok(root_sh("cd '%s' && cp /bin/busybox su && chmod 4755 su",
	    plain));
	live_ok(stat(root_in(plain, "su"), &st));
	live_ok(stat(plain, &dir));
	assert_true(st.st_uid == 0 && (st.st_mode & S_ISUID) != 0 &&
	    dir.st_uid == NOBODY);
	EXITS(73, j, NULL, root_at("m/www"));
	root_said("/m: belongs to user 65534");
	live_ok(root_sh("mkdir -p '%s' '%s'", root_at("m/old/sbin"),
	    root_at("m/old/etc")));
	EXITS(73, j, NULL, "-u", root_at("m/old"));
	root_said("/m: belongs to user 65534");
	assert_string_equal(root_listing(root_at("m/old/sbin")), "");
}

/* An access control list by which NOBODY may write; as setfacl(1) makes it. */
static bool
acl_set(const char *dir)
{
	static const struct {
		uint16_t tag, perm;
		uint32_t id;
	} entries[] = { { 1, 7, ~0U }, { 2, 7, NOBODY }, { 4, 5, ~0U },
	    { 16, 7, ~0U }, { 32, 5, ~0U } };
	unsigned char buf[4 + sizeof(entries)] = { 2 };

	memcpy(buf + 4, entries, sizeof(entries));
	return (setxattr(dir, "system.posix_acl_access", buf, sizeof(buf),
	    0) == 0);
}

/* As a user other than root: a shell command's exit status. */
static int
nobody_sh(const char *command)
{
	char buf[PATH_MAX * 2];

	snprintf(buf, sizeof(buf), "exec setpriv --reuid %d --regid %d "
	    "--clear-groups sh -c '%s'", NOBODY, NOBODY, command);
	return (root_sh("cd '%s' && %s", root_place, buf));
}

/* In these he can have another directory in the place of the one that root
 * names, so that what root does there is done elsewhere. */
TEST(test_unsafe_ways)
{
	static const struct {
		const char *make, *dir, *attack, *says;
	} t[] = {
		{ "mkdir -p a/b && chmod 777 a", "a/b/www", "mv a/b a/c && "
		    "mkdir -p a/b/www", "/a: others may write" },
		{ "mkdir -p a/b && chgrp 65534 a && chmod 775 a", "a/b/www",
		    "mv a/b a/c && mkdir -p a/b/www",
		    "/a: others may write" },
		{ "mkdir -p a/b && chown 65534 a && chmod 555 a", "a/b/www",
		    "chmod 755 a && mv a/b a/c && mkdir -p a/b/www",
		    "/a: belongs to user 65534" },
		{ "mkdir s x y && chmod 1777 s && ln -s ../x s/l && "
		    "chown -h 65534 s/l", "s/l/www", "ln -sfn ../y s/l",
		    "/s/l: belongs to user 65534" },
		{ "mkdir -p u safe && chown 65534 u && ln -s ../safe u/l && "
		    "ln -s u/l l", "l/www", "rm u/l && mkdir -p u/l/www",
		    "/u: belongs to user 65534" },
		{ "mkdir -p u safe/x && chown 65534 u && ln -s ../safe/x u/l",
		    "u/l/../www", "ln -sfn . u/l",
		    "/u: belongs to user 65534" },
		{ "mkdir s && chmod 1777 s && mkdir s/www && "
		    "chown 65534 s/www", "s/www", "mv s/www s/was && "
		    "mkdir s/www", "/s/www: belongs to user 65534" },
	};
	size_t i;
	char cwd[PATH_MAX];

	if (geteuid() != 0)
		live_skip("unsafe ways: not root");
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		print_message("%s\n", t[i].make);
		live_ok(root_sh("cd '%s' && rm -rf ./* && %s", root_place,
		    t[i].make));
		EXITS(73, j, NULL, root_at(t[i].dir));
		root_said(t[i].says);
		live_ok(root_sh("cd '%s' && mkdir -p %s/etc %s/sbin",
		    root_place, t[i].dir, t[i].dir));
		EXITS(73, j, NULL, "-u", root_at(t[i].dir));
		root_said(t[i].says);
		/* By a name from where we are. */
		live_ok(chdir(root_place));
		EXITS(73, j, NULL, "-u", t[i].dir);
		root_said(t[i].says);
		live_ok(chdir(cwd));
		live_ok(nobody_sh(t[i].attack));
	}
	live_ok(root_sh("cd '%s' && rm -rf ./* && mkdir -p a/b", root_place));
	if (!acl_set(root_at("a"))) {
		printf("no access control lists here\n");
		return;
	}
	EXITS(73, j, NULL, root_at("a/b/www"));
	root_said("/a: others may write");
	live_ok(nobody_sh("mv a/b a/c"));
}

/* These are as safe as they look. */
TEST(test_safe_ways)
{
	struct how h = { .uid = NOBODY };

	if (geteuid() != 0)
		live_skip("safe ways: not root");
	live_ok(root_sh("cd '%s' && mkdir -p s/d x m && chmod 1777 s && "
	    "ln -s ../x s/l && ln -s \"$PWD/s\" abs && chown %d m && "
	    "chmod 1777 x", root_place, NOBODY));
	EXITS(0, j, NULL, root_at("s/d/www"));
	EXITS(0, j, NULL, root_at("abs/l/../x/./www"));
	EXITS(0, j, &h, root_at("m/www"));
	EXITS(0, j, &h, root_at("x/his"));
	EXITS(0, j, &h, "-u", root_at("x/his"));
	EXITS(73, j, NULL, "-u", root_at("x/his"));
	root_said("/x/his: belongs to user 65534");
}

/* Says that the file system belongs to root, and is empty. */
static bool
fuse_lie(const struct fuse_in_header *in)
{
	const struct fuse_attr_out attr = { .attr = { .ino = 1,
	    .mode = S_IFDIR | 0755, .nlink = 2 } };

	if (in->opcode == FUSE_GETATTR)
		fuse_reply(in, 0, &attr, sizeof(attr));
	else
		fuse_reply(in, in->opcode == FUSE_LOOKUP ? ENOENT : ENOSYS,
		    NULL, 0);
	return (true);
}

static void
fuse_liar(struct jail *j)
{
	(void)j;
	fuse_serve(fuse_lie);
}

TEST(test_mounted_by_a_user)
{
	char opts[128];
	int st;

	fuse_open();
	live_ok(mkdir(root_at("f"), 0755));
	live_fork(j, fuse_liar);
	snprintf(opts, sizeof(opts), "fd=%d,rootmode=40755,user_id=%d,"
	    "group_id=0,allow_other", fuse_fd, NOBODY);
	live_ok(mount("liar", root_at("f"), "fuse", MS_NOSUID | MS_NODEV,
	    opts));
	close(fuse_fd);
	st = root_sh("test \"$(stat -c '%%u %%a' '%s')\" = '0 755'",
	    root_at("f"));
	(void)RUN(j, NULL, root_at("f/www"));
	live_ok(umount2(root_at("f"), MNT_DETACH));
	assert_int_equal(st, 0);
	root_said("/f: mounted by user 65534");
}

/* Installed, it is no source tree, whatever is beside it. */
TEST(test_no_source_tree)
{
	struct how h = { .env = { "JAILROOT_PROGRAMS=", "JAILROOT_RC=" } };

	/* ../../build from sbin, and the jails of a host in ../jail. */
	live_ok(root_sh("cd '%s' && mkdir -p build tool/jail/rc.d && "
	    "cp tool/programs/jailinit build && echo theirs >tool/jail/rc",
	    j->dir));
	EXITS(69, j, &h, root_at("www"));
	root_said("no jailinit");
	live_ok(root_sh("cp '%s/build/jailinit' '%s/tool/sbin'", j->dir,
	    j->dir));
	EXITS(0, j, &h, root_at("www"));
	assert_non_null(strstr(root_out, "no rc scripts found"));
	assert_false(root_has(root_at("www/etc/rc")));
	/* Its own tree is one, and no link to it. */
	live_ok(root_sh("cd '%s' && mkdir -p co/rc/host co/jailinit/core "
	    "co/build co/rc/jail && cp build/jailinit co/build && "
	    "cp tool/sbin/jailroot co/rc/host && : >co/jailinit/core/life.c && "
	    "echo ours >co/rc/jail/rc && rm -r tool && ln -s co/rc tool && "
	    "ln -s host co/rc/sbin", j->dir));
	EXITS(0, j, &h, root_at("mine"));
	assert_string_equal(root_text(root_at("mine/etc/rc")), "ours\n");
}

/* In www/sbin: in the place of what is made there comes a link. */
static const char *link_target;

static void
swap_new(struct jail *j)
{
	char buf[4096] __attribute__((aligned(8)));
	int n = 0, fd = inotify_init1(IN_CLOEXEC);
	char was[64], to[1];

	(void)j;
	if (chdir(watched) == -1 ||
	    inotify_add_watch(fd, ".", IN_CREATE) == -1)
		_exit(1);
	for (;;) {
		ssize_t i, got = read(fd, buf, sizeof(buf));

		for (i = 0; i < got;) {
			const struct inotify_event *e = (void *)(buf + i);

			i += (ssize_t)(sizeof(*e) + e->len);
			if (e->len == 0 || strncmp(e->name, ".jail", 5) != 0)
				continue;
			snprintf(was, sizeof(was), "was.%d", n++);
			if (readlink(e->name, to, 1) == -1 &&
			    rename(e->name, was) == 0)
				(void)symlink(link_target, e->name);
		}
	}
}

/* As swap_new(), in a directory that is made in www/sbin. */
static void
swap_in_new(struct jail *j)
{
	int fd = inotify_init1(IN_CLOEXEC);
	char buf[4096] __attribute__((aligned(8)));
	const struct inotify_event *e = (void *)buf;

	if (chdir(watched) == -1 ||
	    inotify_add_watch(fd, ".", IN_CREATE) == -1)
		_exit(1);
	for (;;) {
		if (read(fd, buf, sizeof(buf)) <= 0 ||
		    (e->mask & IN_ISDIR) == 0 || chdir(e->name) == -1)
			continue;
		while (access("jailinit", F_OK) == -1 && access(".", F_OK) == 0)
			;
		if (unlink("jailinit") == 0)
			(void)symlink(link_target, "jailinit");
		(void)chdir(watched);
		(void)j;
	}
}

/* Unpacks in there with busybox's tar, as was done once; and sees whether the
 * mode of a file of the host's becomes a program's. */
static bool
plain_tar_is_led_out(const char *victim)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	struct stat st = { 0 };
	int n = 0;

	while (st.st_mode != (S_IFREG | 0755) && jail_now_ms() < end_ms) {
		(void)root_sh("cd '%s' && mkdir t%d && cd t%d && "
		    "busybox tar -xpf '%s'", watched, n, n, root_at("tar"));
		n++;
		if (stat(victim, &st) == -1)
			return (false);
	}
	printf("led out after %d\n", n);
	return (st.st_mode == (S_IFREG | 0755));
}

TEST(test_update_led_out)
{
	char victim[PATH_MAX], host[PATH_MAX], *before;
	const char *const targets[] = { "../..", "..", host, victim };
	struct how h = { .env = { busybox_path(j) } };
	char *after;
	size_t t;
	int i;

	if (geteuid() != 0)
		live_skip("led out: not root");
	EXITS(0, j, NULL, root_at("www"));
	snprintf(host, sizeof(host), "%s/host", j->dir);
	snprintf(victim, sizeof(victim), "%s/host/victim", j->dir);
	live_ok(root_sh("mkdir '%s' && echo x >'%s' && chmod 600 '%s' &&"
	    " tar -cf '%s' -C '%s' jailinit", host, victim, victim,
	    root_at("tar"),
	    root_at("www/sbin")));
	snprintf(watched, sizeof(watched), "%s", root_at("www/sbin"));
	link_target = victim;
	swapper = live_fork(j, swap_in_new);
	jail_sleep_ms(100);
	assert_true(plain_tar_is_led_out(victim));
	live_ok(root_sh("chmod 600 '%s'; rm -rf '%s/'t?*", victim, watched));
	before = root_tree(host);
	for (i = 0; i < root_long(100, 12); i++)
		EXITS(0, j, &h, "-u", root_at("www"));
	after = root_tree(host);
	assert_true(root_same(before, after));
	free(after);
	(void)kill(swapper, SIGKILL);
	/* What it was once: in a directory that had become a link to the
	 * root, "mv file .." left the root. */
	link_target = "..";
	swapper = live_fork(j, swap_new);
	jail_sleep_ms(100);
	assert_int_equal(root_sh("cd '%s' && mkdir .jailroot.1 && sleep 0.2 && "
	    "cd -P .jailroot.1 && case $(pwd -P)/ in '%s'/*) ;; *) exit 2 ;; "
	    "esac && echo x >jailinit && mv -f jailinit ..", watched,
	    root_at("www")), 0);
	assert_true(root_has(root_at("jailinit")));
	live_ok(root_sh("cd '%s' && rm -f jailinit www/sbin/.jail*",
	    root_place));
	(void)kill(swapper, SIGKILL);
	for (t = 0; t < 4; t++) {
		link_target = targets[t];
		swapper = live_fork(j, swap_new);
		jail_sleep_ms(50);
		for (i = 0; i < root_long(20, 2); i++) {
			int st = RUN(j, i % 2 == 0 ? &h : NULL, "-u",
			    root_at("www"));

			assert_true(WIFEXITED(st) && (WEXITSTATUS(st) == 0 ||
			    WEXITSTATUS(st) == 73));
		}
		(void)kill(swapper, SIGKILL);
		after = root_tree(host);
		assert_true(root_same(before, after));
		free(after);
		assert_string_equal(root_listing(root_place), "tar\nwww\n");
	}
	free(before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROOT_TEST(test_refuses),
		ROOT_TEST(test_missing_tools),
		ROOT_TEST(test_mount_point_refused),
		ROOT_TEST(test_update),
		ROOT_TEST(test_update_of_running),
		ROOT_TEST(test_update_planted),
		ROOT_TEST(test_update_with_dpkg),
		ROOT_TEST(test_update_with_another_shutdown),
		ROOT_TEST(test_update_aside_led_out),
		cmocka_unit_test_setup_teardown(test_update_raced, root_setup,
		    teardown),
		ROOT_TEST(test_user_steals_the_work_directory),
		ROOT_TEST(test_unsafe_ways),
		ROOT_TEST(test_safe_ways),
		ROOT_TEST(test_mounted_by_a_user),
		ROOT_TEST(test_no_source_tree),
		cmocka_unit_test_setup_teardown(test_update_led_out, root_setup,
		    teardown),
	};

	/* Root builds with chroot(2), which a container may forbid. */
	if (geteuid() == 0 && chroot("/") == -1) {
		LIVE_MAIN("root_safe");
	}
	LIVE_RUN("root");
}
