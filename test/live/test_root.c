/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailroot(8), the real script: it makes roots that boot, all or nothing, and
 * the same input makes the same tree.  Guards against half-made roots, and
 * leftovers after an interruption.
 * only linux: roots of busybox and Debian
 */
#include "root.h"

#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <errno.h>
#include <ftw.h>
#include <sched.h>

#include "mountns.h"
#include "pty.h"

#define MANY	50		/* interruptions with JAIL_LONG, */
#define FEW	10		/* and without */
#define LATE_MAX	10	/* times as many runs, if all ended too soon */

TEST(test_busybox_boots)
{
	struct stat st;

	EXITS(0, j, NULL, "-t", "busybox", root_at("www"));
	assert_string_equal(root_listing(root_place), "www\n");
	root_nothing_left(j);
	live_ok(stat(root_at("www"), &st));
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_string_equal(root_listing(root_at("www/etc/rc.d")), "10-up\n");
	assert_false(root_has(root_at("www/etc/examples")));
	assert_string_equal(root_listing(root_at("www/libexec/jailinit")),
	    "run-hooks\n");
	assert_false(root_has(root_at("www/sbin/halt")));	/* no jailctl */
	root_boots(j, root_at("www"));
}

TEST(test_jailctl_has_its_names)
{
	static const char *const names[] = { "halt", "poweroff", "reboot",
	    "shutdown", "telinit" };
	char to[64] = "", path[64];
	size_t i;

	live_ok(root_sh("cp /bin/busybox \"$JAILROOT_PROGRAMS/jailctl\""));
	EXITS(0, j, NULL, root_at("www"));
	for (i = 0; i < 5; i++) {
		snprintf(path, sizeof(path), "www/sbin/%s", names[i]);
		memset(to, 0, sizeof(to));
		assert_true(readlink(root_at(path), to, sizeof(to) - 1) > 0);
		assert_string_equal(to, "jailctl");
		snprintf(path, sizeof(path), "www/bin/%s", names[i]);
		assert_false(root_has(root_at(path)));	/* nor busybox's */
	}
	root_boots(j, root_at("www"));
}

/* What is typed there, at each way to a shell, is jailctl's and not busybox's,
 * which prefers its own: its reboot is a TERM, and so a halt. */
TEST(test_shell_reboots)
{
	static const char *const ways[] = { "echo reboot | sh -i",
	    "echo reboot | sh -l", "sh -c reboot", "busybox sh -c reboot",
	    "init 6", "echo telinit 6 | sh -i", "shutdown -r now",
	    "echo reboot | env - PATH=/bin:/sbin sh -i" };
	struct jail_opts o = { .no_dev = geteuid() == 0 };
	char life[8];
	size_t i;

	live_ok(root_sh("cp '%s' \"$JAILROOT_PROGRAMS/jailctl\"",
	    getenv("JAILCTL")));
	EXITS(0, j, NULL, root_at("www"));
	snprintf(j->root, sizeof(j->root), "%s", root_at("www"));
	live_ok(jail_start(j, &o, "/sbin/init", NULL));
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
		(void)jail_sh(j, ways[i]);
		snprintf(life, sizeof(life), "%zu", i + 2);
		print_message("%s\n", ways[i]);
		live_ok(jail_wait_status(j, "life", life, LIVE_SOON_MS));
	}
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	(void)jail_sh(j, "poweroff");
	(void)live_exits(j, 0, LIVE_SOON_MS);
	live_log_has(j, "poweroff requested");
}

/* Runs what was printed, between these two lines, and halts it. */
static void
printed_line_boots(struct jail *j, const struct how *h, const char *root)
{
	char *from = strstr(root_out, "To start it:\n"), *to, script[PATH_MAX];
	const char *argv[] = { "/bin/sh", "-c", script, NULL };
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	int fd, st;
	pid_t pid;

	assert_non_null(from);
	to = strstr(from, "To halt it:");
	assert_non_null(to);
	from = strchr(from, '\n') + 5;	/* it is indented */
	snprintf(script, sizeof(script), "exec %.*s", (int)(to - from), from);
	snprintf(j->root, sizeof(j->root), "%s", root);
	root = j->root;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		root_run(h, root_in(j->dir, "started"), argv);
	while (!root_runs(root) && jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	fd = open(root_in(root, "run/jailinit.ctl"), O_WRONLY | O_NONBLOCK);
	if (fd == -1 || write(fd, "halt\n", 5) != 5) {
		(void)kill(pid, SIGKILL);
		print_error("%s\n%s", script,
		    root_text(root_in(j->dir, "started")));
	}
	close(fd);
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_int_equal(st, 0);
	assert_string_equal(root_text(root_in(root, "tmp/up")), "up\n");
	assert_string_equal(root_text(root_in(root, "tmp/down")), "halt\n");
}

TEST(test_printed_line_boots)
{
	live_need_jail();
	EXITS(0, j, NULL, root_at(ODD));
	assert_non_null(strstr(root_out, "lxc.rootfs.path = dir:"));
	assert_non_null(strstr(root_out,
	    "it's a \\\"$HOME\\\" \\\\ jail\"}"));	/* JSON */
	printed_line_boots(j, NULL, root_at(ODD));
	root_nothing_left(j);
}

static uid_t owner_wanted;

static int owners_wrong;

static int
owner_see(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)path;
	(void)type;
	(void)f;
	owners_wrong += st->st_uid != owner_wanted ||
	    S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);
	return (0);
}

static bool
userns_allowed(void)
{
	pid_t pid = fork();
	int st = -1;

	if (pid == 0)
		_exit((geteuid() == 0 && setuid(NOBODY) == -1) ||
		    unshare(CLONE_NEWUSER) == -1);
	return (waitpid(pid, &st, 0) == pid && st == 0);
}

TEST(test_not_root)
{
	struct how h = { .uid = NOBODY };

	if (geteuid() == 0)
		live_ok(chown(root_place, NOBODY, NOBODY));
	EXITS(0, j, &h, root_at(ODD));
	owner_wanted = geteuid() == 0 ? NOBODY : geteuid();
	owners_wrong = 0;
	live_ok(nftw(root_at(ODD), owner_see, 32, FTW_PHYS));
	assert_int_equal(owners_wrong, 0);
	if (userns_allowed())
		printed_line_boots(j, &h, root_at(ODD));
	else
		printf("no user namespaces: not booted\n");
	if (access("/usr/bin/mmdebstrap", X_OK) == 0) {
		EXITS(77, j, &h, "-t", "debian", root_at("deb"));
		root_said("needs root");
	}
	root_nothing_left(j);
}

/* A sbin of its own, libraries for a dynamic program, and a static one
 * that is preferred. */
TEST(test_programs)
{
	const char *musl = getenv("JAILINIT_MUSL");
	struct how h = { .env = { "JAILROOT_PROGRAMS=" } };

	EXITS(69, j, &h, root_at("www"));
	root_said("JAILROOT_PROGRAMS");
	live_ok(root_sh("cd '%s/tool' && cp programs/jailinit sbin", j->dir));
	EXITS(0, j, &h, root_at("www"));
	root_boots(j, root_at("www"));
	if (musl == NULL || *musl == '\0')
		return;
	live_ok(root_sh("mkdir -p '%s/tool/libexec/jailinit' &&"
	    " cp %s '%s/tool/libexec/jailinit'", j->dir, musl, j->dir));
	EXITS(0, j, &h, root_at("static"));
	live_ok(root_sh("cmp -s %s '%s'", musl,
	    root_at("static/sbin/jailinit")));
	assert_false(root_has(root_at("static/lib")));
}

/* The first example of the README, on a machine without /jails. */
TEST(test_makes_the_parent)
{
	struct how mask = { .mask = 077 }, h = { .uid = NOBODY };
	struct stat st;

	EXITS(0, j, &mask, root_at("jails/tiny"));
	assert_non_null(strstr(root_out, "/jails: made"));
	live_ok(stat(root_at("jails"), &st));
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_string_equal(root_listing(root_at("jails")), "tiny\n");
	root_boots(j, root_at("jails/tiny"));
	/* Not two, not for an update, and not if the rest fails. */
	EXITS(73, j, NULL, root_at("a/b/www"));
	root_said("/a/b/: no such directory");
	EXITS(73, j, NULL, "-u", root_at("a/www"));
	root_said("/a/: no such directory");
	EXITS(65, j, NULL, "-b", "/etc/passwd", root_at("a/www"));
	root_said("not a busybox");
	assert_string_equal(root_listing(root_place), "jails\n");
	if (geteuid() != 0)
		return;
	live_ok(root_sh("cd '%s' && mkdir -m 711 mine closed && "
	    "chown %d mine && chmod 311 mine && chmod 700 closed", root_place,
	    NOBODY));
	EXITS(0, j, &h, root_at("mine/www"));	/* unreadable is enough */
	EXITS(73, j, &h, root_at("closed/www"));
	root_said("/closed: permission denied");
	EXITS(73, j, &h, root_at("closed/a/www"));
	root_said("/closed: permission denied");
	EXITS(73, j, &h, root_at("a/www"));
	root_said("Permission denied");
}

/* It prefers a static busybox, and says how big the root is. */
TEST(test_size)
{
	char path[PATH_MAX];
	struct how h = { .env = { path } };
	char said[64];
	FILE *f;

	snprintf(path, sizeof(path), "PATH=%s/farm:%s", j->dir, getenv("PATH"));
	live_ok(root_sh("mkdir '%s/farm' && cp /bin/cat '%s/farm/busybox'",
	    j->dir, j->dir));
	EXITS(0, j, &h, root_at("www"));
	assert_int_equal(root_sh("cmp -s \"$(command -v busybox)\" '%s'",
	    root_at("www/bin/busybox")), 0);
	live_ok(root_sh("du -sk '%s' | awk '{ printf(($1 < 10240) ? "
	    "\"root, %%.1f MB\" : \"root, %%d MB\", $1 / 1024) }' "
	    ">'%s/size'", root_at("www"), j->dir));
	f = fopen(root_in(j->dir, "size"), "re");
	assert_non_null(f);
	assert_non_null(fgets(said, sizeof(said), f));
	(void)fclose(f);
	assert_non_null(strstr(root_out, said));
}

/*
 * Debian.
 */
/* After one that was killed, whose children may be at work a little longer. */
static void
exits_once_free(struct jail *j, const char *where)
{
	int64_t end_ms = jail_now_ms() + RUN_MS;
	char path[PATH_MAX * 2];
	int st;

	snprintf(path, sizeof(path), "%s", where);
	while (st = RUN(j, NULL, path), WIFEXITED(st) &&
	    WEXITSTATUS(st) == 75 && jail_now_ms() < end_ms)
		jail_sleep_ms(20);
	if (st != 0)
		print_error("wait status %x, it said:\n%s", st, root_out);
	assert_int_equal(st, 0);
}

/* Stands in for mmdebstrap, which takes a minute: says what that says, and
 * where its temporary files go. */
static const char *
fake_mmdebstrap(struct jail *j, const char *then)
{
	static char path[PATH_MAX];

	live_ok(root_sh("cd '%s' && mkdir -p fake tmp && chmod 1777 tmp && "
	    "echo 'deb http://localhost/ suite main' >sources && "
	    "cat >fake/mmdebstrap <<'END' && chmod 755 fake/mmdebstrap\n"
	    "#!/bin/sh\n"
	    "exec >&2\n"
	    "echo 'I: finding correct signed-by value...'\n"
	    "echo 'I: running apt-get update...'\n"
	    "mktemp -d\n"
	    "echo 'I: success in 3 seconds'\n"
	    "printf 'I: extracting'\n"
	    "sleep ${NAP-1.5}\n"
	    "echo ' archives...'\n"
	    "sleep ${NAP-1.5}\n"
	    "%s\nEND", j->dir, then));
	snprintf(path, sizeof(path), "PATH=%s/fake:%s", j->dir,
	    getenv("PATH"));
	return (path);
}

#define FAILS								\
	"echo 'E: Unable to locate package nginxx'\n"			\
	"echo 'E: Unable to locate package foo'\n"			\
	"echo 'E: setup failed: E: apt-get --yes install failed'\n"	\
	"echo 'E: mmdebstrap failed to run'\n"				\
	"exit 25"

static bool
fake_can(void)
{
	if (geteuid() != 0)
		printf("not root\n");
	return (geteuid() == 0);
}

/* A line for each step, and apt's own reason at the end. */
TEST(test_says_what_it_does)
{
	struct how h = { .env = { NULL, "TERM=xterm" } };
	struct how quick = { .env = { NULL, "NAP=0.6" } };
	char script[PATH_MAX * 2], base[PATH_MAX * 2], deb[PATH_MAX * 2];
	char want[PATH_MAX * 7];
	static struct pty t;
	const char *const args[] = { script, "-t", "debian", "-b", base, deb,
	    "nginxx", NULL };
	pid_t pid;

	if (!fake_can())
		live_skip("says: not root");
	live_need_jail();
	h.env[0] = fake_mmdebstrap(j, FAILS);
	snprintf(script, sizeof(script), "%s/tool/sbin/jailroot", j->dir);
	snprintf(base, sizeof(base), "%s/sources", j->dir);
	snprintf(deb, sizeof(deb), "%s", root_at("deb"));
	EXITS(73, j, &h, "-t", "debian", "-b", base, deb, "nginxx", "foo");
	snprintf(want, sizeof(want),
	    "jailroot: %1$s: running apt-get update...\n"
	    "jailroot: %1$s: extracting archives...\n"
	    "E: Unable to locate package foo\n"
	    "jailroot: %1$s: mmdebstrap: E: Unable to locate package nginxx\n",
	    deb);
	assert_non_null(strstr(root_out, want));
	assert_null(strstr(root_out, "signed-by"));
	assert_null(strstr(root_out, "success"));
	assert_string_equal(root_listing(root_place), "");
	quick.env[0] = h.env[0];
	EXITS(73, j, &quick, "-q", "-t", "debian", "-b", base, deb, "nginxx");
	assert_null(strstr(root_out, "I: "));
	assert_null(strstr(root_out, "update"));
	assert_non_null(strstr(root_out, "package nginxx\n"));
	/* On a terminal how long it has taken, in the same line. */
	live_ok(pty_open(&t) ? 0 : -1);
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		root_run(&h, ptsname(t.master_fd), args);
	assert_true(pty_says(&t, "\rjailroot: ", LIVE_SOON_MS));
	assert_true(pty_says(&t, " 2 s\r", LIVE_SOON_MS));
	assert_true(pty_says(&t, "E: Unable to locate package nginxx",
	    LIVE_SOON_MS));
	(void)root_end(j, pid);
	pty_close(&t);
	assert_string_equal(root_listing(root_place), "");
}

#define BUILDS								\
	"for r; do case $r in */root) cd \"$r\" || exit ;; esac; done\n" \
	"mkdir -p bin dev etc/init.d lib/systemd/system sbin tmp run var\n" \
	"cp /bin/busybox bin && ln -s busybox bin/sh\n"		\
	"ln -s ../run var/run\n"					\
	"w=etc/systemd/system/multi-user.target.wants\n"		\
	"mkdir -p $w proc sys var/log var/cache/apt var/lib/apt/lists "	\
	"var/lib/dpkg var/tmp\n"					\
	": >var/lib/dpkg/status\n"					\
	"for s in both unit once; do\n"				\
	"printf '[Service]\\nType=simple\\n' >lib/systemd/system/$s.service\n" \
	"ln -s /lib/systemd/system/$s.service $w; done\n"		\
	"echo Type=oneshot >lib/systemd/system/once.service\n"		\
	": >etc/init.d/both\n"						\
	"echo theirs | tee etc/rc.shutdown >sbin/halt"

/* Services are started, and what cannot be is named; what packages have under
 * our names is kept aside. */
TEST(test_services)
{
	struct how h = { .env = { NULL, "NAP=0" } };
	char base[PATH_MAX * 2];

	if (!fake_can())
		live_skip("services: not root");
	live_need_jail();
	live_ok(root_sh("cp rc/jail/examples/50-sysv "
	    "\"$JAILROOT_RC/examples\" && "
	    "cp '%s' \"$JAILROOT_PROGRAMS/jailctl\"", getenv("JAILCTL")));
	h.env[0] = fake_mmdebstrap(j, BUILDS);
	snprintf(base, sizeof(base), "%s/sources", j->dir);
	EXITS(0, j, &h, "-t", "debian", "-b", base, root_at("deb"));
	assert_non_null(strstr(root_out, "deb: unit has no /etc/init.d script, "
	    "only a unit: write /etc/rc.d/unit\n"));
	assert_null(strstr(root_out, "both has"));
	assert_null(strstr(root_out, "once has"));
	assert_non_null(strstr(root_out,
	    "rc.shutdown: another one, kept as rc.shutdown.orig\n"));
	assert_int_equal(root_sh("cd '%s' && cmp -s etc/rc.d/50-sysv "
	    "\"$JAILROOT_RC/examples/50-sysv\" && test -x etc/rc.d/50-sysv && "
	    "grep -qx theirs etc/rc.shutdown.orig sbin/halt.orig && "
	    "grep -q /tmp/down etc/rc.shutdown && "
	    "grep -qx /sbin/halt.orig var/lib/dpkg/diversions && "
	    "test \"$(readlink sbin/halt)\" = jailctl", root_at("deb")), 0);
	live_ok(root_sh("echo '# newer' >>\"$JAILROOT_RC/examples/50-sysv\""));
	EXITS(0, j, NULL, "-u", root_at("deb"));
	assert_non_null(strstr(root_out, "deb: new: etc/rc.d/50-sysv.\n"));
	root_boots(j, root_at("deb"));
}

/* What mmdebstrap leaves in a temporary folder when it is killed. */
TEST(test_temporary_files)
{
	char path[PATH_MAX * 2], base[PATH_MAX * 2], to[PATH_MAX * 2];
	struct how h = { .env = { NULL, path } };
	const char *const args[] = { "-t", "debian", "-b", base, to, NULL };
	static const int sigs[] = { SIGTERM, SIGINT, SIGKILL };
	int64_t end_ms;
	size_t i;
	pid_t pid;

	if (!fake_can())
		live_skip("temporary files: not root");
	live_need_jail();
	h.env[0] = fake_mmdebstrap(j, "sleep 1000");
	snprintf(path, sizeof(path), "TMPDIR=%s/tmp", j->dir);
	snprintf(base, sizeof(base), "%s", root_in(j->dir, "sources"));
	snprintf(to, sizeof(to), "%s", root_at("deb"));
	for (i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++) {
		end_ms = jail_now_ms() + LIVE_SOON_MS;
		pid = root_start(j, &h, args);
		while (root_sh("find '%s' '%s/tmp' -name 'tmp.*' | grep -q .",
		    root_place, j->dir) != 0 && jail_now_ms() < end_ms)
			jail_sleep_ms(20);
		assert_string_equal(root_listing(root_in(j->dir, "tmp")), "");
		(void)kill(pid, sigs[i]);
		(void)root_end(j, pid);
	}
	exits_once_free(j, root_at("deb"));
	assert_string_equal(root_listing(root_place), "deb\n");
	root_nothing_left(j);
}

static bool
debian_can(void)
{
	if (geteuid() != 0)
		return (false);
	if (root_sh("command -v mmdebstrap >/dev/null") != 0) {
		printf("no mmdebstrap\n");
		return (false);
	}
	/* The smallest that apt can be asked for. */
	if (root_sh("cd '%s' && mkdir -m 777 probe && cd probe &&"
	    " timeout 30 apt-get -qq download hostname >/dev/null 2>&1;"
	    " s=$?; rm -rf '%s/probe'; exit $s", root_place, root_place) != 0) {
		printf("apt cannot fetch a package\n");
		return (false);
	}
	return (true);
}

/* Some time after the file is there: mmdebstrap is then getting its lists,
 * unpacking, or has mounted what the packages' own scripts need. */
static void
debian_interrupted(struct jail *j, int sig, int stage)
{
	static const char *const files[] = { "etc/apt/sources.list",
	    "usr/bin/dpkg", "var/lib/dpkg/info/base-files.list" };
	char cut[PATH_MAX * 2];
	const char *const args[] = { "-t", "debian", cut, NULL };
	int64_t begin_ms = jail_now_ms();
	pid_t pid;
	int st;

	snprintf(cut, sizeof(cut), "%s", root_at("cut"));
	live_ok(root_sh("rm -rf '%s'", cut));
	pid = root_start(j, NULL, args);
	while (root_sh("test -e '%s/'cut.jailroot.*/root/%s", root_place,
	    files[stage]) != 0 && jail_now_ms() < begin_ms + RUN_MS)
		jail_sleep_ms(20);
	jail_sleep_ms(random() % 300);
	begin_ms = jail_now_ms();
	(void)kill(pid, sig);
	st = root_end(j, pid);
	printf("debian: %s at %s, gone %lld ms later\n", strsignal(sig),
	    files[stage], (long long)(jail_now_ms() - begin_ms));
	assert_true(WIFSIGNALED(st) && WTERMSIG(st) == sig);
	if (sig == SIGKILL)
		exits_once_free(j, root_at("cut"));
	else
		assert_false(root_has(root_at("cut")));
	root_nothing_left(j);
}

TEST(test_debian)
{
	struct how other = { .mask = 077, .log = "other", .env = {
	    "TZ=Asia/Tokyo", "LC_ALL=C.UTF-8", "HOME=/nonexistent" } };
	char again[PATH_MAX * 2];
	const char *const args[] = { "-t", "debian", again, "sensible-utils",
	    NULL };
	int64_t begin_ms;
	char *a, *b;
	pid_t pid;
	int i, st;

	live_need_jail();
	if (!debian_can())
		live_skip("debian: no root, mmdebstrap or registry");
	begin_ms = jail_now_ms();
	snprintf(again, sizeof(again), "%s", root_at("again"));
	pid = root_start(j, &other, args);	/* there are two processors */
	EXITS(0, j, NULL, "-t", "debian", root_at("a debian"),
	    "sensible-utils");
	st = root_end(j, pid);
	if (st != 0)
		print_error("%s", root_text(root_in(j->dir, "other")));
	assert_int_equal(st, 0);
	printf("debian: two built in %lld ms\n",
	    (long long)(jail_now_ms() - begin_ms));
	root_nothing_left(j);
	assert_false(root_has(root_at("a debian/etc/hostname")));
	assert_false(root_has(
	    root_at("a debian/var/cache/ldconfig/aux-cache")));
	assert_true(root_has(root_at("a debian/usr/bin/sensible-editor")));
	EXITS(64, j, NULL, "-t", "debian", root_at("other"), "--hook=x");
	root_said("not the name of a package");
	a = root_tree(root_at("a debian"));
	b = root_tree(root_at("again"));
	assert_true(strlen(a) > 100000);
	assert_true(root_same(a, b));
	free(a);
	free(b);
	root_boots(j, root_at("a debian"));
	/* /sbin is a link inside the root there. */
	EXITS(0, j, NULL, "-u", root_at("again"));
	root_boots(j, root_at("again"));
	for (i = 0; i < root_long(10, 1); i++)
		debian_interrupted(j, i % 2 == 0 ? SIGTERM : SIGINT, 2 - i % 3);
	debian_interrupted(j, SIGKILL, 0);
}

/*
 * FreeBSD's base.txz: a tiny one of our own, so only the layout is seen.
 */
static void
base_make(struct jail *j, const char *name, const char *dirs,
    const char *files)
{
	live_ok(root_sh("cd '%s' && rm -rf base && mkdir base && cd base"
	    " && mkdir -p %s && for f in %s; do echo theirs >$f || exit; done"
	    " && tar -cJf ../%s .", j->dir, dirs, files, name));
}

TEST(test_freebsd_layout)
{
	struct how h = { .env = { "JAILROOT_PROGRAMS=/nonexistent" } };

	if (geteuid() != 0)
		live_skip("freebsd: not root");
	base_make(j, "base.txz", "bin dev etc sbin usr/lib",
	    "bin/sh etc/rc etc/rc.shutdown etc/passwd sbin/halt");
	EXITS(69, j, NULL, "-t", "freebsd", "-b", root_in(j->dir, "base.txz"),
	    root_at("bsd"));
	root_said("no jailinit for a freebsd root");	/* Linux's is none */
	EXITS(69, j, &h, "-t", "freebsd", "-b", root_in(j->dir, "base.txz"),
	    root_at("bsd"));
	live_ok(root_sh("cd \"$JAILROOT_PROGRAMS\" && for p in jailinit "
	    "jailctl; do printf '\\177ELF\\2\\1\\1\\11' >$p.freebsd; done"));
	EXITS(0, j, NULL, "-t", "freebsd", "-b", root_in(j->dir, "base.txz"),
	    root_at("bsd"));
	assert_non_null(strstr(root_out,
	    "exec.start = \"/sbin/jailinit -b\";"));
	assert_string_equal(root_text(root_at("bsd/etc/rc")), "theirs\n");
	assert_string_equal(root_text(root_at("bsd/etc/rc.shutdown")),
	    "theirs\n");
	assert_string_equal(root_text(root_at("bsd/etc/passwd")), "theirs\n");
	assert_string_equal(root_listing(root_at("bsd/dev")), "");
	assert_string_equal(root_listing(root_at("bsd/sbin")),
	    "halt\njailctl\njailinit\npoweroff\nreboot\nshutdown\n"
	    "telinit\n");
	EXITS(0, j, NULL, "-u", "-t", "freebsd", root_at("bsd"));
	assert_string_equal(root_text(root_at("bsd/etc/rc")), "theirs\n");
	base_make(j, "no.txz", "bin etc", "bin/sh");
	EXITS(65, j, NULL, "-t", "freebsd", "-b", root_in(j->dir, "no.txz"),
	    root_at("no"));
	root_said("no base system");
	live_ok(root_sh("cd '%s' && head -c 150 base.txz >cut.txz", j->dir));
	EXITS(73, j, NULL, "-t", "freebsd", "-b", root_in(j->dir, "cut.txz"),
	    root_at("no"));
	root_said("cut.txz");
	assert_string_equal(root_listing(root_place), "bsd\n");
	root_nothing_left(j);
}

/* A link in the archive does not take us out of the root. */
TEST(test_freebsd_base_with_links)
{
	if (geteuid() != 0)
		live_skip("freebsd: not root");
	base_make(j, "base.txz", "bin etc", "bin/sh etc/rc");
	live_ok(root_sh("cd \"$JAILROOT_PROGRAMS\" &&"
	    " printf '\\177ELF\\2\\1\\1\\11' >jailinit.freebsd &&"
	    " cd '%s' && mkdir host && ln -s '%s/host' base/sbin &&"
	    " tar -cJf base.txz -C base .", j->dir, j->dir));
	EXITS(73, j, NULL, "-t", "freebsd", "-b", root_in(j->dir, "base.txz"),
	    root_at("bsd"));
	root_said("/sbin leads out of the root");
	assert_string_equal(root_listing(root_in(j->dir, "host")), "");
	assert_string_equal(root_listing(root_place), "");
}

/* A tar that takes for ever is ended with us, and at once. */
TEST(test_child_ended)
{
	char path[PATH_MAX], base[PATH_MAX * 2], to[PATH_MAX * 2];
	struct how h = { .env = { path } };
	const char *const args[] = { "-t", "freebsd", "-b", base, to, NULL };
	int64_t begin_ms = jail_now_ms();
	pid_t pid, tar;
	int st;

	if (geteuid() != 0)
		live_skip("freebsd: not root");
	snprintf(path, sizeof(path), "PATH=%s/slow:%s", j->dir, getenv("PATH"));
	snprintf(base, sizeof(base), "%s", root_in(j->dir, "base.txz"));
	snprintf(to, sizeof(to), "%s", root_at("bsd"));
	live_ok(root_sh("cd '%s' && mkdir slow && : >base.txz && "
	    "printf '#!/bin/sh\necho $$ >%s/pid\nexec sleep 100\n' "
	    ">slow/tar && chmod 755 slow/tar && printf '\177ELF\2\1\1\11'"
	    " >\"$JAILROOT_PROGRAMS/jailinit.freebsd\"", j->dir, j->dir));
	pid = root_start(j, &h, args);
	while (strchr(root_text(root_in(j->dir, "pid")), '\n') == NULL &&
	    jail_now_ms() < begin_ms + LIVE_SOON_MS)
		jail_sleep_ms(5);
	tar = (pid_t)strtol(root_text(root_in(j->dir, "pid")), NULL, 10);
	begin_ms = jail_now_ms();
	(void)kill(pid, SIGTERM);
	st = root_end(j, pid);
	assert_true(WIFSIGNALED(st) && WTERMSIG(st) == SIGTERM);
	assert_true(jail_now_ms() - begin_ms < LIVE_SOON_MS);
	assert_true(tar > 1);
	st = kill(tar, 0);
	if (st == 0)
		(void)kill(tar, SIGKILL);
	assert_int_equal(st, -1);
	assert_string_equal(root_listing(root_place), "");
}

/*
 * All or nothing.
 */
/* Interrupted n times with one of two signals at any time of a run. */
static void
interrupt(struct jail *j, int n, int sig1, int sig2, bool update)
{
	char www[PATH_MAX * 2];
	const char *const args[] = { update ? "-u" : "--", www, NULL };
	int64_t begin_ms = jail_now_ms(), took_ms, after_ms;
	int i, st, sig, cut = 0;
	char *whole, *now;
	pid_t pid;

	srandom((unsigned)begin_ms);
	snprintf(www, sizeof(www), "%s", root_at("www"));
	EXITS(0, j, NULL, root_at("www"));
	if (update) {
		begin_ms = jail_now_ms();
		EXITS(0, j, NULL, "-u", root_at("www"));
	}
	took_ms = jail_now_ms() - begin_ms;
	whole = root_tree(root_at("www"));
	/* On a busy machine each may have been too late: more of them. */
	for (i = 0; i < n || (cut == 0 && i < LATE_MAX * n); i++) {
		if (!update)
			live_ok(root_sh("rm -rf '%s'", root_at("www")));
		sig = i % 2 == 0 ? sig1 : sig2;
		after_ms = random() % (took_ms + 1);
		pid = root_start(j, NULL, args);
		jail_sleep_ms(after_ms);
		(void)kill(pid, sig);
		st = root_end(j, pid);
		if (!WIFEXITED(st) || WEXITSTATUS(st) != 0) {
			if (!WIFSIGNALED(st) || WTERMSIG(st) != sig)
				print_error("%s after %lld ms: wait status "
				    "%x, it said:\n%s", strsignal(sig),
				    (long long)after_ms, st, root_out);
			assert_true(WIFSIGNALED(st) && WTERMSIG(st) == sig);
			cut++;
		}
		root_nothing_left(j);
		if (!root_has(root_at("www")))
			continue;
		now = root_tree(root_at("www"));
		if (!update && !root_same(whole, now))
			fail_msg("half-made after %lld ms",
			    (long long)after_ms);
		if (update)
			live_ok(root_sh("cd '%s' && ! ls -d sbin/.[a-z]* "
			    "etc/.[a-z]* 2>/dev/null && cmp sbin/jailinit "
			    "\"$JAILROOT_PROGRAMS/jailinit\"", root_at("www")));
		free(now);
	}
	printf("%d of %d %s cut short in %lld ms\n", cut, i,
	    update ? "updates" : "builds", (long long)took_ms);
	assert_true(cut > 0);
	free(whole);
}

TEST(test_interrupted)
{
	interrupt(j, root_long(MANY, FEW), SIGINT, SIGTERM, false);
}

TEST(test_update_interrupted)
{
	interrupt(j, root_long(MANY, 6), SIGTERM, SIGHUP, true);
}

/* What KILL leaves, the next run takes away. */
TEST(test_killed)
{
	char www[PATH_MAX * 2];
	const char *const args[] = { www, NULL };
	int i, left = 0, n = root_long(MANY, 8);
	int64_t begin_ms = jail_now_ms(), took_ms;
	pid_t pid;

	snprintf(www, sizeof(www), "%s", root_at("www"));
	EXITS(0, j, NULL, root_at("www"));
	took_ms = jail_now_ms() - begin_ms;
	for (i = 0; i < n || (left == 0 && i < LATE_MAX * n); i++) {
		live_ok(root_sh("rm -rf '%s'", root_at("www")));
		pid = root_start(j, NULL, args);
		jail_sleep_ms(random() % (took_ms + 1));
		(void)kill(pid, SIGKILL);
		(void)root_end(j, pid);
		left += strstr(root_listing(root_place), ".jailroot.") != NULL;
		if (root_has(root_at("www")))	/* it was too late */
			live_ok(root_sh("rm -rf '%s'", root_at("www")));
		exits_once_free(j, root_at("www"));
		assert_string_equal(root_listing(root_place), "www\n");
	}
	printf("%d of %d killed runs left something\n", left, i);
	assert_true(left > 0);
}

/* An update that was killed inside of the root. */
TEST(test_killed_update)
{
	EXITS(0, j, NULL, root_at("www"));
	live_ok(root_sh("cd '%s' && mkdir sbin/.jailroot.123abc && "
	    "cp sbin/jailinit sbin/.jailroot.123abc && "
	    "ln -s ../bin etc/.jailroot.123abc", root_at("www")));
	EXITS(0, j, NULL, "-u", root_at("www"));
	assert_false(root_has(root_at("www/sbin/.jailroot.123abc")));
	assert_true(root_has(root_at("www/bin/busybox")));
	root_boots(j, root_at("www"));
}

/* Only what is surely ours is removed. */
TEST(test_leftovers_of_others)
{
	const char *root = geteuid() == 0 ? "true" : "false";

	assert_int_equal(root_sh("cd '%s' && umask 066 &&"
	    "n=www.jailroot. && mkdir ${n}00000a && echo x >${n}00000a/x &&"
	    "mkdir ../safe && echo 'jailroot 1' >../safe/.jailroot &&"
	    "chmod 711 ../safe && ln -s ../safe ${n}00000b &&"
	    "mkdir ${n}notour && mkdir -m 755 ${n}00000c &&"
	    "echo 'jailroot 1' >${n}00000c/.jailroot &&"
	    "mkdir ${n}00000d && echo 'jailroot 1' >${n}00000d/.jailroot &&"
	    "{ ! %s || chown -R %d ${n}00000d; } &&"
	    /* And these are: */
	    "mkdir ${n}00000e && mkdir ${n}00000f && : >${n}00000f/.jailroot"
	    "&& mkdir -p ${n}000001/root/x &&"
	    "echo 'jailroot 1' >${n}000001/.jailroot", root_place, root,
	    NOBODY),
	    0);
	EXITS(0, j, NULL, root_at("www"));
	assert_true(root_has(root_in(j->dir, "safe/.jailroot")));
	assert_true(root_has(root_at("www.jailroot.00000a/x")));
	assert_true(root_has(root_at("www.jailroot.00000b")));
	assert_true(root_has(root_at("www.jailroot.notour")));
	assert_true(root_has(root_at("www.jailroot.00000c/.jailroot")));
	if (geteuid() == 0)
		assert_true(root_has(root_at("www.jailroot.00000d/.jailroot")));
	assert_false(root_has(root_at("www.jailroot.00000e")));
	assert_false(root_has(root_at("www.jailroot.00000f")));
	assert_false(root_has(root_at("www.jailroot.000001")));
}

/* Nor what another one is using. */
TEST(test_two_at_once)
{
	const char *const args[] = { root_at("www"), NULL };
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	char before[8192], path[PATH_MAX];
	struct how h = { .env = { path } };
	pid_t pid;
	int st;

	/* One that comes no further than to its first copy, until it may. */
	snprintf(path, sizeof(path), "PATH=%s/slow:%s", j->dir, getenv("PATH"));
	live_ok(root_sh("cd '%s' && mkdir slow && printf '#!/bin/sh\n"
	    "until [ -e %s/go ]; do sleep 0.05; done\nexec /bin/cp \"$@\"\n'"
	    " >slow/cp && chmod 755 slow/cp", j->dir, j->dir));
	pid = root_start(j, &h, args);
	while (root_sh("test -s '%s/'www.jailroot.*/.jailroot",
	    root_place) != 0) {
		assert_true(jail_now_ms() < end_ms);
		jail_sleep_ms(5);
	}
	snprintf(before, sizeof(before), "%s", root_listing(root_place));
	EXITS(75, j, NULL, root_at("www"));
	root_said("another jailroot is at work");
	assert_string_equal(root_listing(root_place), before);
	live_ok(root_sh("touch '%s/go'", j->dir));
	st = root_end(j, pid);
	assert_int_equal(st, 0);
	assert_string_equal(root_listing(root_place), "www\n");
	root_boots(j, root_at("www"));
}

/* Runs in its own mount namespace: the number of what went wrong. */
static int
full_disk(struct jail *j, const char *size)
{
	char opts[64];
	int st;

	snprintf(opts, sizeof(opts), "%s", size);
	if (unshare(CLONE_NEWNS) == -1 || mountns_private() == -1 ||
	    mount("full", root_place, "tmpfs", 0, opts) == -1)
		return (1);
	st = RUN(j, NULL, root_at("www"));
	if (!WIFEXITED(st) || WEXITSTATUS(st) != 73)
		return (2);
	if (root_listing(root_place)[0] != '\0')
		return (3);
	return (0);
}

TEST(test_full_disk)
{
	static const char *const sizes[] = { "size=8k", "size=64k",
	    "size=1m", "size=2m", "nr_inodes=2", "nr_inodes=5",
	    "nr_inodes=150" };
	size_t i;
	pid_t pid;
	int st;

	live_need_jail();
	if (geteuid() != 0)
		live_skip("full disk: not root");
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		fflush(NULL);
		pid = fork();
		if (pid == 0)
			_exit(full_disk(j, sizes[i]));
		assert_int_equal(waitpid(pid, &st, 0), pid);
		root_read(root_in(j->dir, "out"), root_out, sizeof(root_out));
		printf("%s: %s", sizes[i], root_out);
		if (st != 0)
			print_error("%s: wait status %x\n", sizes[i], st);
		assert_int_equal(st, 0);
		root_said("space");
	}
	root_nothing_left(j);
}

/*
 * The same input, the same tree.
 */
static int times_wrong;

static int
time_see(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)type;
	(void)f;
	if (st->st_mtim.tv_sec != strtol(EPOCH, NULL, 10) ||
	    st->st_mtim.tv_nsec != 0) {
		print_error("%s: %lld\n", path, (long long)st->st_mtim.tv_sec);
		times_wrong++;
	}
	return (0);
}

TEST(test_reproducible)
{
	struct how other = { .mask = 077, .env = { "TZ=Asia/Tokyo",
	    "LC_ALL=C.UTF-8" } };
	struct how fixed = { .env = { "SOURCE_DATE_EPOCH=" } };
	struct stat st, jailinit;
	char *a, *b;

	/* A setgid directory above, as of a group of administrators. */
	if (geteuid() == 0)
		live_ok(root_sh("mkdir '%s' && chgrp 1 '%s' && "
		    "chmod 3775 '%s'", root_at("group"), root_at("group"),
		    root_at("group")));
	EXITS(0, j, NULL, root_at("a"));
	live_ok(nftw(root_at("a"), time_see, 32, FTW_PHYS));
	assert_int_equal(times_wrong, 0);
	EXITS(0, j, &other, root_at(geteuid() == 0 ? "group/b" : "b"));
	a = root_tree(root_at("a"));
	b = root_tree(root_at(geteuid() == 0 ? "group/b" : "b"));
	assert_true(strlen(a) > 10000);
	assert_true(root_same(a, b));
	free(a);
	free(b);
	/* Without the variable, by jailinit's time. */
	EXITS(0, j, &fixed, root_at("c"));
	jail_sleep_ms(1100);
	EXITS(0, j, &fixed, root_at("d"));
	a = root_tree(root_at("c"));
	b = root_tree(root_at("d"));
	assert_true(root_same(a, b));
	free(a);
	free(b);
	live_ok(stat(root_in(j->dir, "tool/programs/jailinit"), &jailinit));
	live_ok(stat(root_at("d"), &st));
	assert_int_equal(st.st_mtime, jailinit.st_mtime);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROOT_TEST(test_busybox_boots),
		ROOT_TEST(test_jailctl_has_its_names),
		ROOT_TEST(test_shell_reboots),
		ROOT_TEST(test_printed_line_boots),
		ROOT_TEST(test_not_root),
		ROOT_TEST(test_programs),
		ROOT_TEST(test_makes_the_parent),
		ROOT_TEST(test_size),
		ROOT_TEST(test_says_what_it_does),
		ROOT_TEST(test_services),
		ROOT_TEST(test_temporary_files),
		ROOT_TEST(test_debian),
		ROOT_TEST(test_freebsd_layout),
		ROOT_TEST(test_freebsd_base_with_links),
		ROOT_TEST(test_child_ended),
		ROOT_TEST(test_interrupted),
		ROOT_TEST(test_update_interrupted),
		ROOT_TEST(test_killed),
		ROOT_TEST(test_killed_update),
		ROOT_TEST(test_leftovers_of_others),
		ROOT_TEST(test_two_at_once),
		ROOT_TEST(test_full_disk),
		ROOT_TEST(test_reproducible),
	};

	/* Root builds with chroot(2), which a container may forbid. */
	if (geteuid() == 0 && chroot("/") == -1) {
		LIVE_MAIN("root");
	}
	LIVE_RUN("root");
}
