/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailroot(8): the real script, in a folder of its own.  Guards against roots
 * that do not boot, half-made ones, and writes that leave the root.
 * only linux: roots of busybox and Debian
 */
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <grp.h>
#include <sched.h>
#include <time.h>

#include "fuse.h"
#include "live.h"
#include "mountns.h"

#define EPOCH	"1700000000"	/* SOURCE_DATE_EPOCH for most runs */
#define MANY	50		/* interruptions with JAIL_LONG, */
#define FEW	10		/* and without */
#define LATE_MAX	10	/* times as many runs, if all ended too soon */
#define RUN_MS	jail_slack(600000)	/* a build that takes longer hangs */
/* A name that every quoting has to get right. */
#define ODD	"it's a \"$HOME\" \\ jail"

/* How the script is run; all zero: as the caller, waited for. */
struct how {
	uid_t uid;		/* not 0: as this user */
	mode_t mask;		/* 0: 022 */
	const char *log;	/* where its output goes, if not to out */
	const char *env[6];	/* NAME=value, NULL; after the usual ones */
};

static char place[PATH_MAX];	/* where roots are built */
static char out[65536];		/* what the last run said */

static const char *
in(const char *dir, const char *name)
{
	static char buf[4][PATH_MAX * 2];	/* for a while */
	static int i;

	i = (i + 1) % 4;
	snprintf(buf[i], sizeof(buf[i]), "%s/%s", dir, name);
	return (buf[i]);
}

static const char *
at(const char *name)
{
	return (in(place, name));
}

/* The exit status of a shell command on the host. */
static int
sh(const char *format, ...)
{
	char buf[16384];
	va_list ap;
	int st;

	va_start(ap, format);
	vsnprintf(buf, sizeof(buf), format, ap);
	va_end(ap);
	st = system(buf);
	return (WIFEXITED(st) ? WEXITSTATUS(st) : -1);
}

static void
slurp(const char *path, char *buf, size_t size)
{
	FILE *f = fopen(path, "re");
	size_t n = f == NULL ? 0 : fread(buf, 1, size - 1, f);

	buf[n] = '\0';
	if (f != NULL)
		(void)fclose(f);
}

static const char *
text_of(const char *path)
{
	static char buf[65536];

	slurp(path, buf, sizeof(buf));
	return (buf);
}

static bool
there(const char *path)
{
	struct stat st;

	return (lstat(path, &st) == 0);
}

/* What is in a directory, sorted, one a line. */
static const char *
listing(const char *dir)
{
	static char buf[8192];
	struct dirent **e;
	int i, n = scandir(dir, &e, NULL, alphasort);
	size_t used = 0;

	buf[0] = '\0';
	for (i = 0; i < n; i++) {
		if (strcmp(e[i]->d_name, ".") != 0 &&
		    strcmp(e[i]->d_name, "..") != 0)
			used += (size_t)snprintf(buf + used,
			    sizeof(buf) - used, "%s\n", e[i]->d_name);
		free(e[i]);
	}
	if (n >= 0)
		free(e);
	return (buf);
}

/*
 * The tree of a root as text: all that two builds must have in common.
 */
#define TREE_MAX	65536	/* Debian's smallest has 7,000 */

static char *tree_lines[TREE_MAX];
static size_t tree_n, tree_skip;

static uint64_t
content_hash(const char *path)
{
	unsigned char buf[65536];
	uint64_t h = 0xcbf29ce484222325;	/* FNV-1a */
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t i, n;

	while (fd != -1 && (n = read(fd, buf, sizeof(buf))) > 0)
		for (i = 0; i < n; i++)
			h = (h ^ buf[i]) * 0x100000001b3;
	if (fd != -1)
		close(fd);
	return (h);
}

static int
tree_add(const char *path, const struct stat *st, int type, struct FTW *f)
{
	char link[PATH_MAX] = "", line[PATH_MAX * 3];
	bool dev = S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);

	(void)type;
	(void)f;
	if (S_ISLNK(st->st_mode) &&
	    readlink(path, link, sizeof(link) - 1) == -1)
		return (-1);
	snprintf(line, sizeof(line),
	    "%s %o %u:%u %lld.%09ld dev %x size %lld %016llx %s",
	    path + tree_skip, st->st_mode, st->st_uid, st->st_gid,
	    (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
	    dev ? (unsigned)st->st_rdev : 0,
	    S_ISREG(st->st_mode) ? (long long)st->st_size : 0,
	    S_ISREG(st->st_mode) ?
	    (unsigned long long)content_hash(path) : 0, link);
	if (tree_n == TREE_MAX)
		return (-1);
	tree_lines[tree_n++] = strdup(line);
	return (0);
}

static int
line_compare(const void *a, const void *b)
{
	return (strcmp(*(char *const *)a, *(char *const *)b));
}

/* The caller frees it. */
static char *
tree(const char *dir)
{
	size_t i, used = 0, size = 1;
	char *text;

	tree_n = 0;
	tree_skip = strlen(dir);
	if (nftw(dir, tree_add, 32, FTW_PHYS) != 0)
		return (strdup(""));
	qsort(tree_lines, tree_n, sizeof(char *), line_compare);
	for (i = 0; i < tree_n; i++)
		size += strlen(tree_lines[i]) + 1;
	text = malloc(size);
	for (i = 0; i < tree_n; i++) {
		used += (size_t)sprintf(text + used, "%s\n", tree_lines[i]);
		free(tree_lines[i]);
	}
	text[used] = '\0';
	return (text);
}

/* Equal, or the first line that is not is shown. */
static bool
same(const char *a, const char *b)
{
	size_t i = 0, line = 0;

	for (; a[i] == b[i] && a[i] != '\0'; i++)
		if (a[i] == '\n')
			line = i + 1;
	if (a[i] == b[i])
		return (true);
	print_error("first difference:\n%.*s\n%.*s\n",
	    (int)strcspn(a + line, "\n"), a + line,
	    (int)strcspn(b + line, "\n"), b + line);
	return (false);
}

/*
 * Running it.
 */
static _Noreturn void
run_child(const struct how *h, const char *log, const char *const argv[])
{
	static const struct how plain;
	size_t i;
	int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (h == NULL)
		h = &plain;
	(void)dup2(fd, 1);
	(void)dup2(fd, 2);
	closefrom(3);
	(void)signal(SIGINT, SIG_DFL);
	(void)die_with_parent();
	umask(h->mask == 0 ? 022 : h->mask);
	if (h->uid != 0 && geteuid() == 0 && (setgroups(0, NULL) == -1 ||
	    setgid(h->uid) == -1 || setuid(h->uid) == -1))
		_exit(125);
	for (i = 0; h->env[i] != NULL; i++)
		(void)putenv((char *)(uintptr_t)h->env[i]);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(126);
}

/* The pid of the script with these arguments, NULL at the end. */
static pid_t
start(struct jail *j, const struct how *h, const char *const args[])
{
	char script[PATH_MAX], log[PATH_MAX];
	const char *argv[16] = { script };
	size_t i;
	pid_t pid;

	snprintf(script, sizeof(script), "%s/tool/sbin/jailroot", j->dir);
	snprintf(log, sizeof(log), "%s/%s", j->dir,
	    h == NULL || h->log == NULL ? "out" : h->log);
	for (i = 0; args[i] != NULL; i++)
		argv[i + 1] = args[i];
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		run_child(h, log, argv);
	assert_true(pid > 0);
	return (pid);
}

/* Its wait status; out is what it said. */
static int
end(struct jail *j, pid_t pid)
{
	int64_t limit_ms = jail_now_ms() + RUN_MS;
	int st;

	while (waitpid(pid, &st, WNOHANG) == 0) {
		if (jail_now_ms() > limit_ms) {
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, &st, 0);
			fail_msg("jailroot hangs");
		}
		jail_sleep_ms(2);
	}
	slurp(in(j->dir, "out"), out, sizeof(out));
	return (st);
}

#define RUN(j, h, ...)							\
	end(j, start(j, h, (const char *const[]){ __VA_ARGS__, NULL }))

/* It exits with code. */
#define EXITS(code, ...) do {						\
	int st_ = RUN(__VA_ARGS__);					\
	if (!WIFEXITED(st_) || WEXITSTATUS(st_) != (code))		\
		print_error("wait status %x, it said:\n%s", st_, out);	\
	assert_true(WIFEXITED(st_));					\
	assert_int_equal(WEXITSTATUS(st_), code);			\
} while (0)

/* One line, and this is in it. */
static void
said(const char *text)
{
	const char *nl = strchr(out, '\n');

	if (strncmp(out, "jailroot: ", 10) != 0 || nl == NULL ||
	    nl[1] != '\0' || strstr(out, text) == NULL)
		print_error("not one line with \"%s\":\n%s", text, out);
	assert_memory_equal(out, "jailroot: ", 10);
	assert_true(nl != NULL && nl[1] == '\0');
	assert_non_null(strstr(out, text));
}

/* Neither beside the roots nor mounted. */
static void
nothing_left(struct jail *j)
{
	static char mounts[262144];

	if (strstr(listing(place), ".jailroot.") != NULL)
		print_error("left:\n%s", listing(place));
	assert_null(strstr(listing(place), ".jailroot."));
	slurp("/proc/self/mountinfo", mounts, sizeof(mounts));
	assert_null(strstr(mounts, j->dir));
}

/*
 * Each test has a folder with the script, what it puts in, and a place.
 */
static const char *
named(const char *variable, const char *otherwise)
{
	const char *p = getenv(variable);

	return (p != NULL && *p != '\0' ? p : otherwise);
}

static int
setup(void **state)
{
	static char programs[PATH_MAX], rc[PATH_MAX];
	struct jail *j;

	if (live_setup(state) != 0)
		return (-1);
	j = *state;
	snprintf(place, sizeof(place), "%s/the place", j->dir);
	snprintf(programs, sizeof(programs), "%s/tool/programs", j->dir);
	snprintf(rc, sizeof(rc), "%s/tool/rc", j->dir);
	if (sh("mkdir -p '%s' '%s' '%s/rc.d' '%s/tool/sbin' && cp %s '%s' &&"
	    " cp %s '%s/tool/sbin/jailroot'", place, programs, rc, j->dir,
	    named("JAILINIT", "build/jailinit"), programs,
	    named("JAILROOT", "rc/host/jailroot"), j->dir) != 0 ||
	    sh("cd '%s' && echo '[ -c /dev/null ] && echo up >/tmp/up' >rc.d/10-up &&"
	    " printf '#!/bin/sh\\n. /etc/rc.d/10-up\\n' >rc &&"
	    " printf '#!/bin/sh\\necho \"$1\" >/tmp/down\\n' >rc.shutdown &&"
	    " mkdir examples && : >examples/rc.x && : >rc.d/README.md &&"
	    " : >run-hooks && chmod 755 rc rc.shutdown run-hooks", rc) != 0)
		return (-1);
	(void)setenv("JAILROOT_PROGRAMS", programs, 1);
	(void)setenv("JAILROOT_RC", rc, 1);
	(void)setenv("JAILROOT_VARIANT", "essential", 1);
	(void)setenv("SOURCE_DATE_EPOCH", EPOCH, 1);
	return (0);
}

#define ROOT_TEST(f) cmocka_unit_test_setup_teardown(f, setup, live_teardown)

static int
long_run(int with, int without)
{
	return (getenv("JAIL_LONG") != NULL ? with : without);
}

/* /var/run is an absolute link in Debian, which leads elsewhere out here. */
static bool
runs(const char *root)
{
	char path[PATH_MAX * 3];

	snprintf(path, sizeof(path), "%s/run/jailinit.status", root);
	return (strstr(text_of(path), "state=run\n") != NULL);
}

/* The root boots under jailinit, rc runs, a halt ends it cleanly. */
static void
boots(struct jail *j, const char *root)
{
	struct jail_opts o = { .no_dev = geteuid() == 0 };
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	snprintf(j->root, sizeof(j->root), "%s", root);
	root = j->root;
	(void)unlink(in(root, "run/jailinit.status"));
	assert_int_equal(jail_start(j, &o, "/sbin/jailinit", NULL), 0);
	while (!runs(root) && jail_now_ms() < end_ms)
		jail_sleep_ms(2);
	if (!runs(root))
		print_error("does not run; log:\n%s", jail_log(j));
	assert_true(runs(root));
	assert_string_equal(jail_file(j, "/tmp/up"), "up\n");
	assert_int_equal(jail_sh(j, "test -c /dev/null && echo >/dev/null &&"
	    "test $(head -c 3 /dev/zero | tr '\\0' x) = xxx"), 0);
	assert_int_equal(jail_signal(j, SIGTERM), 0);
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, "/tmp/down"), "halt\n");
	assert_int_equal(jail_again(j), 0);
}

static void
test_busybox_boots(void **state)
{
	struct jail *j = *state;
	struct stat st;

	EXITS(0, j, NULL, "-t", "busybox", at("www"));
	assert_string_equal(listing(place), "www\n");
	nothing_left(j);
	assert_int_equal(stat(at("www"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_string_equal(listing(at("www/etc/rc.d")), "10-up\n");
	assert_false(there(at("www/etc/examples")));
	assert_string_equal(listing(at("www/libexec/jailinit")),
	    "run-hooks\n");
	assert_false(there(at("www/sbin/halt")));	/* no jailctl */
	boots(j, at("www"));
}

static void
test_jailctl_has_its_names(void **state)
{
	static const char *const names[] = { "halt", "poweroff", "reboot",
	    "shutdown" };
	struct jail *j = *state;
	char to[64] = "", path[64];
	size_t i;

	assert_int_equal(sh("cp /bin/busybox \"$JAILROOT_PROGRAMS/jailctl\""),
	    0);
	EXITS(0, j, NULL, at("www"));
	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "www/sbin/%s", names[i]);
		memset(to, 0, sizeof(to));
		assert_true(readlink(at(path), to, sizeof(to) - 1) > 0);
		assert_string_equal(to, "jailctl");
		snprintf(path, sizeof(path), "www/bin/%s", names[i]);
		assert_false(there(at(path)));	/* nor busybox's */
	}
	boots(j, at("www"));
}

/* Runs what was printed, between these two lines, and halts it. */
static void
printed_line_boots(struct jail *j, const struct how *h, const char *root)
{
	char *from = strstr(out, "To start it:\n"), *to, script[PATH_MAX];
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
		run_child(h, in(j->dir, "started"), argv);
	while (!runs(root) && jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	fd = open(in(root, "run/jailinit.ctl"), O_WRONLY | O_NONBLOCK);
	if (fd == -1 || write(fd, "halt\n", 5) != 5) {
		(void)kill(pid, SIGKILL);
		print_error("%s\n%s", script, text_of(in(j->dir, "started")));
	}
	close(fd);
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_int_equal(st, 0);
	assert_string_equal(text_of(in(root, "tmp/up")), "up\n");
	assert_string_equal(text_of(in(root, "tmp/down")), "halt\n");
}

static void
test_printed_line_boots(void **state)
{
	struct jail *j = *state;

	live_need_jail();
	EXITS(0, j, NULL, at(ODD));
	assert_non_null(strstr(out, "lxc.rootfs.path = dir:"));
	assert_non_null(strstr(out,
	    "it's a \\\"$HOME\\\" \\\\ jail\"}"));	/* JSON */
	printed_line_boots(j, NULL, at(ODD));
	nothing_left(j);
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

static void
test_not_root(void **state)
{
	struct jail *j = *state;
	struct how h = { .uid = NOBODY };

	if (geteuid() == 0)
		assert_int_equal(chown(place, NOBODY, NOBODY), 0);
	EXITS(0, j, &h, at(ODD));
	owner_wanted = geteuid() == 0 ? NOBODY : geteuid();
	owners_wrong = 0;
	assert_int_equal(nftw(at(ODD), owner_see, 32, FTW_PHYS), 0);
	assert_int_equal(owners_wrong, 0);
	if (userns_allowed())
		printed_line_boots(j, &h, at(ODD));
	else
		printf("no user namespaces: not booted\n");
	if (access("/usr/bin/mmdebstrap", X_OK) == 0) {
		EXITS(77, j, &h, "-t", "debian", at("deb"));
		said("needs root");
	}
	nothing_left(j);
}

/* A sbin of its own, libraries for a dynamic program, and a static one
 * that is preferred. */
static void
test_programs(void **state)
{
	struct jail *j = *state;
	const char *musl = getenv("JAILINIT_MUSL");
	struct how h = { .env = { "JAILROOT_PROGRAMS=" } };

	EXITS(69, j, &h, at("www"));
	said("JAILROOT_PROGRAMS");
	assert_int_equal(sh("cd '%s/tool' && cp programs/jailinit sbin",
	    j->dir), 0);
	EXITS(0, j, &h, at("www"));
	boots(j, at("www"));
	if (musl == NULL || *musl == '\0')
		return;
	assert_int_equal(sh("mkdir -p '%s/tool/libexec/jailinit' &&"
	    " cp %s '%s/tool/libexec/jailinit'", j->dir, musl, j->dir), 0);
	EXITS(0, j, &h, at("static"));
	assert_int_equal(sh("cmp -s %s '%s'", musl,
	    at("static/sbin/jailinit")), 0);
	assert_false(there(at("static/lib")));
}

/*
 * Debian.
 */
static bool
debian_can(void)
{
	if (geteuid() != 0)
		return (false);
	if (sh("command -v mmdebstrap >/dev/null") != 0) {
		printf("no mmdebstrap\n");
		return (false);
	}
	/* The smallest that apt can be asked for. */
	if (sh("cd '%s' && mkdir -m 777 probe && cd probe &&"
	    " timeout 30 apt-get -qq download hostname >/dev/null 2>&1;"
	    " s=$?; rm -rf '%s/probe'; exit $s", place, place) != 0) {
		printf("apt cannot fetch a package\n");
		return (false);
	}
	return (true);
}

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
		print_error("wait status %x, it said:\n%s", st, out);
	assert_int_equal(st, 0);
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

	snprintf(cut, sizeof(cut), "%s", at("cut"));
	assert_int_equal(sh("rm -rf '%s'", cut), 0);
	pid = start(j, NULL, args);
	while (sh("test -e '%s/'cut.jailroot.*/root/%s", place,
	    files[stage]) != 0 && jail_now_ms() < begin_ms + RUN_MS)
		jail_sleep_ms(20);
	jail_sleep_ms(random() % 300);
	begin_ms = jail_now_ms();
	(void)kill(pid, sig);
	st = end(j, pid);
	printf("debian: %s at %s, gone %lld ms later\n", strsignal(sig),
	    files[stage], (long long)(jail_now_ms() - begin_ms));
	assert_true(WIFSIGNALED(st) && WTERMSIG(st) == sig);
	if (sig == SIGKILL)
		exits_once_free(j, at("cut"));
	else
		assert_false(there(at("cut")));
	nothing_left(j);
}

static void
test_debian(void **state)
{
	struct jail *j = *state;
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
	snprintf(again, sizeof(again), "%s", at("again"));
	pid = start(j, &other, args);	/* there are two processors */
	EXITS(0, j, NULL, "-t", "debian", at("a debian"), "sensible-utils");
	st = end(j, pid);
	if (st != 0)
		print_error("%s", text_of(in(j->dir, "other")));
	assert_int_equal(st, 0);
	printf("debian: two built in %lld ms\n",
	    (long long)(jail_now_ms() - begin_ms));
	nothing_left(j);
	assert_false(there(at("a debian/etc/hostname")));
	assert_false(there(at("a debian/var/cache/ldconfig/aux-cache")));
	assert_true(there(at("a debian/usr/bin/sensible-editor")));
	EXITS(64, j, NULL, "-t", "debian", at("other"), "--hook=x");
	said("not the name of a package");
	a = tree(at("a debian"));
	b = tree(at("again"));
	assert_true(strlen(a) > 100000);
	assert_true(same(a, b));
	free(a);
	free(b);
	boots(j, at("a debian"));
	/* /sbin is a link inside the root there. */
	EXITS(0, j, NULL, "-u", at("again"));
	boots(j, at("again"));
	for (i = 0; i < long_run(10, 1); i++)
		debian_interrupted(j, i % 2 == 0 ? SIGTERM : SIGINT,
		    2 - i % 3);
	debian_interrupted(j, SIGKILL, 0);
}

/*
 * FreeBSD's base.txz: a tiny one of our own, so only the layout is seen.
 */
static void
base_make(struct jail *j, const char *name, const char *dirs,
    const char *files)
{
	assert_int_equal(sh("cd '%s' && rm -rf base && mkdir base && cd base"
	    " && mkdir -p %s && for f in %s; do echo theirs >$f || exit; done"
	    " && tar -cJf ../%s .", j->dir, dirs, files, name), 0);
}

static void
test_freebsd_layout(void **state)
{
	struct jail *j = *state;
	struct how h = { .env = { "JAILROOT_PROGRAMS=/nonexistent" } };

	if (geteuid() != 0)
		live_skip("freebsd: not root");
	base_make(j, "base.txz", "bin dev etc sbin usr/lib",
	    "bin/sh etc/rc etc/rc.shutdown etc/passwd sbin/halt");
	EXITS(69, j, NULL, "-t", "freebsd", "-b", in(j->dir, "base.txz"),
	    at("bsd"));
	said("no jailinit for a freebsd root");	/* Linux's is none */
	EXITS(69, j, &h, "-t", "freebsd", "-b", in(j->dir, "base.txz"),
	    at("bsd"));
	assert_int_equal(sh("cd \"$JAILROOT_PROGRAMS\" && for p in jailinit "
	    "jailctl; do printf '\\177ELF\\2\\1\\1\\11' >$p.freebsd; done"),
	    0);
	EXITS(0, j, NULL, "-t", "freebsd", "-b", in(j->dir, "base.txz"),
	    at("bsd"));
	assert_non_null(strstr(out, "exec.start = \"/sbin/jailinit -b\";"));
	assert_string_equal(text_of(at("bsd/etc/rc")), "theirs\n");
	assert_string_equal(text_of(at("bsd/etc/rc.shutdown")), "theirs\n");
	assert_string_equal(text_of(at("bsd/etc/passwd")), "theirs\n");
	assert_string_equal(listing(at("bsd/dev")), "");
	assert_string_equal(listing(at("bsd/sbin")),
	    "halt\njailctl\njailinit\npoweroff\nreboot\nshutdown\n");
	EXITS(0, j, NULL, "-u", "-t", "freebsd", at("bsd"));
	assert_string_equal(text_of(at("bsd/etc/rc")), "theirs\n");
	base_make(j, "no.txz", "bin etc", "bin/sh");
	EXITS(65, j, NULL, "-t", "freebsd", "-b", in(j->dir, "no.txz"),
	    at("no"));
	said("no base system");
	assert_int_equal(sh("cd '%s' && head -c 150 base.txz >cut.txz",
	    j->dir), 0);
	EXITS(73, j, NULL, "-t", "freebsd", "-b", in(j->dir, "cut.txz"),
	    at("no"));
	said("cut.txz");
	assert_string_equal(listing(place), "bsd\n");
	nothing_left(j);
}

/* A link in the archive does not take us out of the root. */
static void
test_freebsd_base_with_links(void **state)
{
	struct jail *j = *state;

	if (geteuid() != 0)
		live_skip("freebsd: not root");
	base_make(j, "base.txz", "bin etc", "bin/sh etc/rc");
	assert_int_equal(sh("cd \"$JAILROOT_PROGRAMS\" &&"
	    " printf '\\177ELF\\2\\1\\1\\11' >jailinit.freebsd &&"
	    " cd '%s' && mkdir host && ln -s '%s/host' base/sbin &&"
	    " tar -cJf base.txz -C base .", j->dir, j->dir), 0);
	EXITS(73, j, NULL, "-t", "freebsd", "-b", in(j->dir, "base.txz"),
	    at("bsd"));
	said("/sbin leads out of the root");
	assert_string_equal(listing(in(j->dir, "host")), "");
	assert_string_equal(listing(place), "");
}

/* A tar that takes for ever is ended with us, and at once. */
static void
test_child_ended(void **state)
{
	struct jail *j = *state;
	char path[PATH_MAX], base[PATH_MAX * 2], to[PATH_MAX * 2];
	struct how h = { .env = { path } };
	const char *const args[] = { "-t", "freebsd", "-b", base, to, NULL };
	int64_t begin_ms = jail_now_ms();
	pid_t pid, tar;
	int st;

	if (geteuid() != 0)
		live_skip("freebsd: not root");
	snprintf(path, sizeof(path), "PATH=%s/slow:%s", j->dir,
	    getenv("PATH"));
	snprintf(base, sizeof(base), "%s", in(j->dir, "base.txz"));
	snprintf(to, sizeof(to), "%s", at("bsd"));
	assert_int_equal(sh("cd '%s' && mkdir slow && : >base.txz && "
	    "printf '#!/bin/sh\necho $$ >%s/pid\nexec sleep 100\n' "
	    ">slow/tar && chmod 755 slow/tar && printf '\177ELF\2\1\1\11'"
	    " >\"$JAILROOT_PROGRAMS/jailinit.freebsd\"", j->dir, j->dir), 0);
	pid = start(j, &h, args);
	while (strchr(text_of(in(j->dir, "pid")), '\n') == NULL &&
	    jail_now_ms() < begin_ms + LIVE_SOON_MS)
		jail_sleep_ms(5);
	tar = (pid_t)strtol(text_of(in(j->dir, "pid")), NULL, 10);
	begin_ms = jail_now_ms();
	(void)kill(pid, SIGTERM);
	st = end(j, pid);
	assert_true(WIFSIGNALED(st) && WTERMSIG(st) == SIGTERM);
	assert_true(jail_now_ms() - begin_ms < LIVE_SOON_MS);
	assert_true(tar > 1);
	st = kill(tar, 0);
	if (st == 0)
		(void)kill(tar, SIGKILL);
	assert_int_equal(st, -1);
	assert_string_equal(listing(place), "");
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
	snprintf(www, sizeof(www), "%s", at("www"));
	EXITS(0, j, NULL, at("www"));
	if (update) {
		begin_ms = jail_now_ms();
		EXITS(0, j, NULL, "-u", at("www"));
	}
	took_ms = jail_now_ms() - begin_ms;
	whole = tree(at("www"));
	/* On a busy machine each may have been too late: more of them. */
	for (i = 0; i < n || (cut == 0 && i < LATE_MAX * n); i++) {
		if (!update)
			assert_int_equal(sh("rm -rf '%s'", at("www")), 0);
		sig = i % 2 == 0 ? sig1 : sig2;
		after_ms = random() % (took_ms + 1);
		pid = start(j, NULL, args);
		jail_sleep_ms(after_ms);
		(void)kill(pid, sig);
		st = end(j, pid);
		if (!WIFEXITED(st) || WEXITSTATUS(st) != 0) {
			if (!WIFSIGNALED(st) || WTERMSIG(st) != sig)
				print_error("%s after %lld ms: wait status "
				    "%x, it said:\n%s", strsignal(sig),
				    (long long)after_ms, st, out);
			assert_true(WIFSIGNALED(st) && WTERMSIG(st) == sig);
			cut++;
		}
		nothing_left(j);
		if (!there(at("www")))
			continue;
		now = tree(at("www"));
		if (!update && !same(whole, now))
			fail_msg("half-made after %lld ms",
			    (long long)after_ms);
		if (update)
			assert_int_equal(sh("cd '%s' && ! ls -d sbin/.[a-z]* "
			    "etc/.[a-z]* 2>/dev/null && cmp sbin/jailinit "
			    "\"$JAILROOT_PROGRAMS/jailinit\"", at("www")), 0);
		free(now);
	}
	printf("%d of %d %s cut short in %lld ms\n", cut, i,
	    update ? "updates" : "builds", (long long)took_ms);
	assert_true(cut > 0);
	free(whole);
}

static void
test_interrupted(void **state)
{
	interrupt(*state, long_run(MANY, FEW), SIGINT, SIGTERM, false);
}

static void
test_update_interrupted(void **state)
{
	interrupt(*state, long_run(MANY, 6), SIGTERM, SIGHUP, true);
}

/* What KILL leaves, the next run takes away. */
static void
test_killed(void **state)
{
	struct jail *j = *state;
	char www[PATH_MAX * 2];
	const char *const args[] = { www, NULL };
	int i, left = 0, n = long_run(MANY, 8);
	int64_t begin_ms = jail_now_ms(), took_ms;
	pid_t pid;

	snprintf(www, sizeof(www), "%s", at("www"));
	EXITS(0, j, NULL, at("www"));
	took_ms = jail_now_ms() - begin_ms;
	for (i = 0; i < n || (left == 0 && i < LATE_MAX * n); i++) {
		assert_int_equal(sh("rm -rf '%s'", at("www")), 0);
		pid = start(j, NULL, args);
		jail_sleep_ms(random() % (took_ms + 1));
		(void)kill(pid, SIGKILL);
		(void)end(j, pid);
		left += strstr(listing(place), ".jailroot.") != NULL;
		if (there(at("www")))	/* it was too late */
			assert_int_equal(sh("rm -rf '%s'", at("www")), 0);
		exits_once_free(j, at("www"));
		assert_string_equal(listing(place), "www\n");
	}
	printf("%d of %d killed runs left something\n", left, i);
	assert_true(left > 0);
}

/* An update that was killed inside of the root. */
static void
test_killed_update(void **state)
{
	struct jail *j = *state;

	EXITS(0, j, NULL, at("www"));
	assert_int_equal(sh("cd '%s' && mkdir sbin/.jailroot.123abc && "
	    "cp sbin/jailinit sbin/.jailroot.123abc && "
	    "ln -s ../bin etc/.jailroot.123abc", at("www")), 0);
	EXITS(0, j, NULL, "-u", at("www"));
	assert_false(there(at("www/sbin/.jailroot.123abc")));
	assert_true(there(at("www/bin/busybox")));
	boots(j, at("www"));
}

/* Only what is surely ours is removed. */
static void
test_leftovers_of_others(void **state)
{
	struct jail *j = *state;
	const char *root = geteuid() == 0 ? "true" : "false";

	assert_int_equal(sh("cd '%s' && umask 066 &&"
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
	    "echo 'jailroot 1' >${n}000001/.jailroot", place, root, NOBODY),
	    0);
	EXITS(0, j, NULL, at("www"));
	assert_true(there(in(j->dir, "safe/.jailroot")));
	assert_true(there(at("www.jailroot.00000a/x")));
	assert_true(there(at("www.jailroot.00000b")));
	assert_true(there(at("www.jailroot.notour")));
	assert_true(there(at("www.jailroot.00000c/.jailroot")));
	if (geteuid() == 0)
		assert_true(there(at("www.jailroot.00000d/.jailroot")));
	assert_false(there(at("www.jailroot.00000e")));
	assert_false(there(at("www.jailroot.00000f")));
	assert_false(there(at("www.jailroot.000001")));
}

/* Nor what another one is using. */
static void
test_two_at_once(void **state)
{
	struct jail *j = *state;
	const char *const args[] = { at("www"), NULL };
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	char before[8192], path[PATH_MAX];
	struct how h = { .env = { path } };
	pid_t pid;
	int st;

	/* One that comes no further than to its first copy, until it may. */
	snprintf(path, sizeof(path), "PATH=%s/slow:%s", j->dir,
	    getenv("PATH"));
	assert_int_equal(sh("cd '%s' && mkdir slow && printf '#!/bin/sh\n"
	    "until [ -e %s/go ]; do sleep 0.05; done\nexec /bin/cp \"$@\"\n'"
	    " >slow/cp && chmod 755 slow/cp", j->dir, j->dir), 0);
	pid = start(j, &h, args);
	while (sh("test -s '%s/'www.jailroot.*/.jailroot", place) != 0) {
		assert_true(jail_now_ms() < end_ms);
		jail_sleep_ms(5);
	}
	snprintf(before, sizeof(before), "%s", listing(place));
	EXITS(75, j, NULL, at("www"));
	said("another jailroot is at work");
	assert_string_equal(listing(place), before);
	assert_int_equal(sh("touch '%s/go'", j->dir), 0);
	st = end(j, pid);
	assert_int_equal(st, 0);
	assert_string_equal(listing(place), "www\n");
	boots(j, at("www"));
}

/* Runs in its own mount namespace: the number of what went wrong. */
static int
full_disk(struct jail *j, const char *size)
{
	char opts[64];
	int st;

	snprintf(opts, sizeof(opts), "%s", size);
	if (unshare(CLONE_NEWNS) == -1 || mountns_private() == -1 ||
	    mount("full", place, "tmpfs", 0, opts) == -1)
		return (1);
	st = RUN(j, NULL, at("www"));
	if (!WIFEXITED(st) || WEXITSTATUS(st) != 73)
		return (2);
	if (listing(place)[0] != '\0')
		return (3);
	return (0);
}

static void
test_full_disk(void **state)
{
	static const char *const sizes[] = { "size=8k", "size=64k",
	    "size=1m", "size=2200k", "nr_inodes=2", "nr_inodes=5",
	    "nr_inodes=150" };
	struct jail *j = *state;
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
		slurp(in(j->dir, "out"), out, sizeof(out));
		printf("%s: %s", sizes[i], out);
		if (st != 0)
			print_error("%s: wait status %x\n", sizes[i], st);
		assert_int_equal(st, 0);
		said("space");
	}
	nothing_left(j);
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
		print_error("%s: %lld\n", path,
		    (long long)st->st_mtim.tv_sec);
		times_wrong++;
	}
	return (0);
}

static void
test_reproducible(void **state)
{
	struct jail *j = *state;
	struct how other = { .mask = 077, .env = { "TZ=Asia/Tokyo",
	    "LC_ALL=C.UTF-8" } };
	struct how fixed = { .env = { "SOURCE_DATE_EPOCH=" } };
	struct stat st, jailinit;
	char *a, *b;

	/* A setgid directory above, as of a group of administrators. */
	if (geteuid() == 0)
		assert_int_equal(sh("mkdir '%s' && chgrp 1 '%s' && "
		    "chmod 3775 '%s'", at("group"), at("group"),
		    at("group")), 0);
	EXITS(0, j, NULL, at("a"));
	assert_int_equal(nftw(at("a"), time_see, 32, FTW_PHYS), 0);
	assert_int_equal(times_wrong, 0);
	EXITS(0, j, &other, at(geteuid() == 0 ? "group/b" : "b"));
	a = tree(at("a"));
	b = tree(at(geteuid() == 0 ? "group/b" : "b"));
	assert_true(strlen(a) > 10000);
	assert_true(same(a, b));
	free(a);
	free(b);
	/* Without the variable, by jailinit's time. */
	EXITS(0, j, &fixed, at("c"));
	jail_sleep_ms(1100);
	EXITS(0, j, &fixed, at("d"));
	a = tree(at("c"));
	b = tree(at("d"));
	assert_true(same(a, b));
	free(a);
	free(b);
	assert_int_equal(stat(in(j->dir, "tool/programs/jailinit"),
	    &jailinit), 0);
	assert_int_equal(stat(at("d"), &st), 0);
	assert_int_equal(st.st_mtime, jailinit.st_mtime);
}

/*
 * What it refuses, in one line, and without a trace.
 */
static void
test_refuses(void **state)
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
	struct jail *j = *state;
	char *before, *after;
	size_t i;
	char cwd[PATH_MAX];

	assert_int_equal(sh("cd '%s' && mkdir full empty hidden && "
	    "echo x >full/x && "
	    "echo x >file && : >hidden/.x && ln -s empty link && "
	    "ln -s none dangling", place), 0);
	before = tree(place);
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	assert_int_equal(chdir(place), 0);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		int st = RUN(j, NULL, t[i].args[0], t[i].args[1],
		    t[i].args[2], t[i].args[3]);

		if (!WIFEXITED(st) || WEXITSTATUS(st) != t[i].code)
			print_error("%s %s: %x %s", t[i].args[0],
			    t[i].args[1], st, out);
		assert_true(WIFEXITED(st));
		assert_int_equal(WEXITSTATUS(st), t[i].code);
		if (t[i].says != NULL)
			said(t[i].says);
		else
			assert_non_null(strstr(out, "usage: jailroot"));
	}
	assert_int_equal(chdir(cwd), 0);
	after = tree(place);
	assert_true(same(before, after));
	free(before);
	free(after);
	/* An empty one is as good as none. */
	EXITS(0, j, NULL, at("empty/"));
	boots(j, at("empty"));
}

static void
test_missing_tools(void **state)
{
	struct jail *j = *state;
	char path[PATH_MAX];
	struct how h = { .env = { path } };

	snprintf(path, sizeof(path), "PATH=%s/farm", j->dir);
	assert_int_equal(sh("mkdir '%s/farm' && cd '%s/farm' && "
	    "ln -s /usr/bin/* /bin/* . 2>/dev/null; "
	    "rm -f busybox mmdebstrap", j->dir, j->dir), 0);
	EXITS(69, j, &h, at("www"));
	said("install busybox-static");
	EXITS(69, j, &h, "-t", "debian", at("www"));
	said("install mmdebstrap");
	assert_string_equal(listing(place), "");
}

static void
test_mount_point_refused(void **state)
{
	struct jail *j = *state;
	pid_t pid;
	int st;

	live_need_jail();
	if (geteuid() != 0)
		live_skip("mount point: not root");
	assert_int_equal(mkdir(at("www"), 0755), 0);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) == -1 || mountns_private() == -1 ||
		    mount("x", at("www"), "tmpfs", 0, NULL) == -1)
			_exit(1);
		st = RUN(j, NULL, at("www"));
		_exit(WIFEXITED(st) && WEXITSTATUS(st) == 73 ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_int_equal(st, 0);
	slurp(in(j->dir, "out"), out, sizeof(out));
	said("a mount point");
	nothing_left(j);
}

/*
 * -u: the root belongs to an enemy.
 */
static void
test_update(void **state)
{
	struct jail *j = *state;
	char *before, *after;
	struct stat old, new;

	EXITS(0, j, NULL, at("www"));
	assert_int_equal(sh("cd '%s' && echo mine >etc/mine && "
	    "echo mine >home/mine && echo mine >sbin/mine && "
	    "echo 'root:x:0:0::/:/bin/sh' >etc/passwd && "
	    "rm etc/rc.shutdown && echo '# mine' >>etc/rc", at("www")), 0);
	before = tree(at("www/home"));
	assert_int_equal(stat(at("www/sbin/jailinit"), &old), 0);
	assert_int_equal(sh("echo '# newer' >>\"$JAILROOT_RC/rc.d/10-up\" &&"
	    "echo '# newer' >>\"$JAILROOT_RC/rc\""), 0);
	EXITS(0, j, NULL, "-u", at("www"));
	assert_int_equal(stat(at("www/sbin/jailinit"), &new), 0);
	assert_true(old.st_ino != new.st_ino);	/* by a rename */
	assert_non_null(strstr(out, "etc/rc: changed since"));
	assert_non_null(strstr(text_of(at("www/etc/rc")), "# mine"));
	assert_non_null(strstr(text_of(at("www/etc/rc.d/10-up")),
	    "# newer"));
	assert_true(there(at("www/etc/rc.shutdown")));
	assert_string_equal(text_of(at("www/etc/mine")), "mine\n");
	assert_string_equal(text_of(at("www/sbin/mine")), "mine\n");
	assert_string_equal(text_of(at("www/etc/passwd")),
	    "root:x:0:0::/:/bin/sh\n");
	after = tree(at("www/home"));
	assert_true(same(before, after));
	free(before);
	free(after);
	nothing_left(j);
	boots(j, at("www"));
}

static void
test_update_of_running(void **state)
{
	struct jail *j = *state;
	struct jail_opts o = { .no_dev = geteuid() == 0 };

	EXITS(0, j, NULL, at("www"));
	snprintf(j->root, sizeof(j->root), "%s", at("www"));
	live_boot(j, &o);
	EXITS(0, j, NULL, "-u", at("www"));
	assert_int_equal(jail_ctl(j, "reboot\n"), 0);
	assert_int_equal(jail_wait_file(j, "/tmp/down", LIVE_SOON_MS), 0);
	assert_int_equal(jail_wait_state(j, "run", LIVE_SOON_MS), 0);
	assert_int_equal(jail_ctl(j, "halt\n"), 0);
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

/* Each of these in a root of its own: what is planted, the exit status, and
 * what it says; nothing of the host's may change. */
static void
test_update_planted(void **state)
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
	};
	struct jail *j = *state;
	char host[PATH_MAX], *before, *after;
	size_t i;

	snprintf(host, sizeof(host), "%s/host", j->dir);
	(void)setenv("HOST", host, 1);
	assert_int_equal(sh("mkdir -p \"$HOST/dir\" && cd \"$HOST\" && "
	    "echo theirs >sentinel && echo theirs >dir/jailinit && "
	    "echo theirs >dir/rc && echo theirs >dir/10-up"), 0);
	EXITS(0, j, NULL, at("pure"));
	before = tree(host);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		assert_int_equal(sh("cd '%s' && rm -rf www && "
		    "cp -a pure www && cd www && %s", place, t[i].plant), 0);
		print_message("%s\n", t[i].plant);
		EXITS(t[i].code, j, NULL, "-u", at("www"));
		if (t[i].says != NULL)
			said(t[i].says);
		after = tree(host);
		assert_true(same(before, after));
		free(after);
		nothing_left(j);
	}
	free(before);
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
	const char *name = at("www/sbin"), *link = at("www/link");

	(void)j;
	for (;;)
		(void)syscall(SYS_renameat2, AT_FDCWD, name, AT_FDCWD, link,
		    2 /* RENAME_EXCHANGE */);
}

static void
test_update_raced(void **state)
{
	struct jail *j = *state;
	char *before, *after;
	int i, st, done = 0, refused = 0, n = long_run(200, 20);

	EXITS(0, j, NULL, at("www"));
	assert_int_equal(sh("cd '%s' && mkdir host && echo x >host/jailinit "
	    "&& echo x >host/halt && ln -s '%s/host' '%s/link'", j->dir,
	    j->dir, at("www")), 0);
	before = tree(in(j->dir, "host"));
	swapper = live_fork(j, swap);
	for (i = 0; i < n; i++) {
		st = RUN(j, NULL, "-u", at("www"));
		assert_true(WIFEXITED(st));
		done += WEXITSTATUS(st) == 0;
		refused += WEXITSTATUS(st) == 73;
		after = tree(in(j->dir, "host"));
		assert_true(same(before, after));
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

	assert_int_equal(sh("mkdir '%s/farm' && for a in $(busybox --list); "
	    "do ln -s \"$(command -v busybox)\" '%s/farm/'$a || exit; done",
	    j->dir, j->dir), 0);
	snprintf(path, sizeof(path), "PATH=%s/farm:%s", j->dir,
	    getenv("PATH"));
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

		snprintf(buf, sizeof(buf), "%s", listing("."));
		for (name = buf; *name != '\0'; name = end + 1) {
			end = strchr(name, '\n');
			*end = '\0';
			snprintf(was, sizeof(was), "was.%d", n);
			if (strncmp(name, "www.", 4) == 0 &&
			    access(in(name, "mine"), F_OK) == -1 &&
			    rename(name, was) == 0) {
				(void)mkdir(name, 0777);
				close(creat(in(name, "mine"), 0666));
			}
		}
	}
}

static void
test_user_steals_the_work_directory(void **state)
{
	struct jail *j = *state;
	char plain[PATH_MAX];
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	struct stat st, dir;

	if (geteuid() != 0)
		live_skip("thief: not root");
	snprintf(plain, sizeof(plain), "%s", at("m/www.jailroot.plain"));
	assert_int_equal(sh("mkdir -p '%s' && chown %d '%s'", at("m"), NOBODY,
	    at("m")), 0);
	snprintf(watched, sizeof(watched), "%s", at("m"));
	live_fork(j, thief);
	assert_int_equal(mkdir(plain, 0711), 0);
	while (!there(in(plain, "mine")) && jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	/* root unpacks a file for itself in a directory of his. */
	assert_int_equal(sh("cd '%s' && cp /bin/busybox su && chmod 4755 su",
	    plain), 0);
	assert_int_equal(stat(in(plain, "su"), &st), 0);
	assert_int_equal(stat(plain, &dir), 0);
	assert_true(st.st_uid == 0 && (st.st_mode & S_ISUID) != 0 &&
	    dir.st_uid == NOBODY);
	EXITS(73, j, NULL, at("m/www"));
	said("/m: belongs to user 65534");
	assert_int_equal(sh("mkdir -p '%s' '%s'", at("m/old/sbin"),
	    at("m/old/etc")), 0);
	EXITS(73, j, NULL, "-u", at("m/old"));
	said("/m: belongs to user 65534");
	assert_string_equal(listing(at("m/old/sbin")), "");
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
	return (sh("cd '%s' && %s", place, buf));
}

/* In these he can have another directory in the place of the one that root
 * names, so that what root does there is done elsewhere. */
static void
test_unsafe_ways(void **state)
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
	struct jail *j = *state;
	size_t i;
	char cwd[PATH_MAX];

	if (geteuid() != 0)
		live_skip("unsafe ways: not root");
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		print_message("%s\n", t[i].make);
		assert_int_equal(sh("cd '%s' && rm -rf ./* && %s", place,
		    t[i].make), 0);
		EXITS(73, j, NULL, at(t[i].dir));
		said(t[i].says);
		assert_int_equal(sh("cd '%s' && mkdir -p %s/etc %s/sbin",
		    place, t[i].dir, t[i].dir), 0);
		EXITS(73, j, NULL, "-u", at(t[i].dir));
		said(t[i].says);
		/* By a name from where we are. */
		assert_int_equal(chdir(place), 0);
		EXITS(73, j, NULL, "-u", t[i].dir);
		said(t[i].says);
		assert_int_equal(chdir(cwd), 0);
		assert_int_equal(nobody_sh(t[i].attack), 0);
	}
	assert_int_equal(sh("cd '%s' && rm -rf ./* && mkdir -p a/b", place),
	    0);
	if (!acl_set(at("a"))) {
		printf("no access control lists here\n");
		return;
	}
	EXITS(73, j, NULL, at("a/b/www"));
	said("/a: others may write");
	assert_int_equal(nobody_sh("mv a/b a/c"), 0);
}

/* These are as safe as they look. */
static void
test_safe_ways(void **state)
{
	struct jail *j = *state;
	struct how h = { .uid = NOBODY };

	if (geteuid() != 0)
		live_skip("safe ways: not root");
	assert_int_equal(sh("cd '%s' && mkdir -p s/d x m && chmod 1777 s && "
	    "ln -s ../x s/l && ln -s \"$PWD/s\" abs && chown %d m && "
	    "chmod 1777 x", place, NOBODY), 0);
	EXITS(0, j, NULL, at("s/d/www"));
	EXITS(0, j, NULL, at("abs/l/../x/./www"));
	EXITS(0, j, &h, at("m/www"));
	EXITS(0, j, &h, at("x/his"));
	EXITS(0, j, &h, "-u", at("x/his"));
	EXITS(73, j, NULL, "-u", at("x/his"));
	said("/x/his: belongs to user 65534");
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

static void
test_mounted_by_a_user(void **state)
{
	struct jail *j = *state;
	char opts[128];
	int st;

	fuse_open();
	assert_int_equal(mkdir(at("f"), 0755), 0);
	live_fork(j, fuse_liar);
	snprintf(opts, sizeof(opts), "fd=%d,rootmode=40755,user_id=%d,"
	    "group_id=0,allow_other", fuse_fd, NOBODY);
	assert_int_equal(mount("liar", at("f"), "fuse",
	    MS_NOSUID | MS_NODEV, opts), 0);
	close(fuse_fd);
	st = sh("test \"$(stat -c '%%u %%a' '%s')\" = '0 755'", at("f"));
	(void)RUN(j, NULL, at("f/www"));
	assert_int_equal(umount2(at("f"), MNT_DETACH), 0);
	assert_int_equal(st, 0);
	said("/f: mounted by user 65534");
}

/* Installed, it is no source tree, whatever is beside it. */
static void
test_no_source_tree(void **state)
{
	struct jail *j = *state;
	struct how h = { .env = { "JAILROOT_PROGRAMS=", "JAILROOT_RC=" } };

	/* ../../build from sbin, and the jails of a host in ../jail. */
	assert_int_equal(sh("cd '%s' && mkdir -p build tool/jail/rc.d && "
	    "cp tool/programs/jailinit build && echo theirs >tool/jail/rc",
	    j->dir), 0);
	EXITS(69, j, &h, at("www"));
	said("no jailinit");
	assert_int_equal(sh("cp '%s/build/jailinit' '%s/tool/sbin'", j->dir,
	    j->dir), 0);
	EXITS(0, j, &h, at("www"));
	assert_non_null(strstr(out, "no rc scripts found"));
	assert_false(there(at("www/etc/rc")));
	/* Its own tree is one, and no link to it. */
	assert_int_equal(sh("cd '%s' && mkdir -p co/rc/host co/jailinit "
	    "co/build co/rc/jail && cp build/jailinit co/build && "
	    "cp tool/sbin/jailroot co/rc/host && : >co/jailinit/core/life.c && "
	    "echo ours >co/rc/jail/rc && rm -r tool && ln -s co/rc tool && "
	    "ln -s host co/rc/sbin", j->dir), 0);
	EXITS(0, j, &h, at("mine"));
	assert_string_equal(text_of(at("mine/etc/rc")), "ours\n");
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
		(void)sh("cd '%s' && mkdir t%d && cd t%d && "
		    "busybox tar -xpf '%s'", watched, n, n, at("tar"));
		n++;
		if (stat(victim, &st) == -1)
			return (false);
	}
	printf("led out after %d\n", n);
	return (st.st_mode == (S_IFREG | 0755));
}

static void
test_update_led_out(void **state)
{
	struct jail *j = *state;
	char victim[PATH_MAX], host[PATH_MAX], *before;
	const char *const targets[] = { "../..", "..", host, victim };
	struct how h = { .env = { busybox_path(j) } };
	char *after;
	size_t t;
	int i;

	if (geteuid() != 0)
		live_skip("led out: not root");
	EXITS(0, j, NULL, at("www"));
	snprintf(host, sizeof(host), "%s/host", j->dir);
	snprintf(victim, sizeof(victim), "%s/host/victim", j->dir);
	assert_int_equal(sh("mkdir '%s' && echo x >'%s' && chmod 600 '%s' &&"
	    " tar -cf '%s' -C '%s' jailinit", host, victim, victim, at("tar"),
	    at("www/sbin")), 0);
	snprintf(watched, sizeof(watched), "%s", at("www/sbin"));
	link_target = victim;
	swapper = live_fork(j, swap_in_new);
	jail_sleep_ms(100);
	assert_true(plain_tar_is_led_out(victim));
	assert_int_equal(sh("chmod 600 '%s'; rm -rf '%s/'t?*", victim,
	    watched), 0);
	before = tree(host);
	for (i = 0; i < long_run(100, 12); i++)
		EXITS(0, j, &h, "-u", at("www"));
	after = tree(host);
	assert_true(same(before, after));
	free(after);
	(void)kill(swapper, SIGKILL);
	/* What it was once: in a directory that had become a link to the
	 * root, "mv file .." left the root. */
	link_target = "..";
	swapper = live_fork(j, swap_new);
	jail_sleep_ms(100);
	assert_int_equal(sh("cd '%s' && mkdir .jailroot.1 && sleep 0.2 && "
	    "cd -P .jailroot.1 && case $(pwd -P)/ in '%s'/*) ;; *) exit 2 ;; "
	    "esac && echo x >jailinit && mv -f jailinit ..", watched,
	    at("www")), 0);
	assert_true(there(at("jailinit")));
	assert_int_equal(sh("cd '%s' && rm -f jailinit www/sbin/.jail*",
	    place), 0);
	(void)kill(swapper, SIGKILL);
	for (t = 0; t < 4; t++) {
		link_target = targets[t];
		swapper = live_fork(j, swap_new);
		jail_sleep_ms(50);
		for (i = 0; i < long_run(20, 2); i++) {
			int st = RUN(j, i % 2 == 0 ? &h : NULL, "-u",
			    at("www"));

			assert_true(WIFEXITED(st) && (WEXITSTATUS(st) == 0 ||
			    WEXITSTATUS(st) == 73));
		}
		(void)kill(swapper, SIGKILL);
		after = tree(host);
		assert_true(same(before, after));
		free(after);
		assert_string_equal(listing(place), "tar\nwww\n");
	}
	free(before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROOT_TEST(test_busybox_boots),
		ROOT_TEST(test_jailctl_has_its_names),
		ROOT_TEST(test_printed_line_boots),
		ROOT_TEST(test_not_root),
		ROOT_TEST(test_programs),
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
		ROOT_TEST(test_refuses),
		ROOT_TEST(test_missing_tools),
		ROOT_TEST(test_mount_point_refused),
		ROOT_TEST(test_update),
		ROOT_TEST(test_update_of_running),
		ROOT_TEST(test_update_planted),
		cmocka_unit_test_setup_teardown(test_update_raced, setup,
		    teardown),
		ROOT_TEST(test_user_steals_the_work_directory),
		ROOT_TEST(test_unsafe_ways),
		ROOT_TEST(test_safe_ways),
		ROOT_TEST(test_mounted_by_a_user),
		ROOT_TEST(test_no_source_tree),
		cmocka_unit_test_setup_teardown(test_update_led_out, setup,
		    teardown),
	};

	/* Root builds with chroot(2), which a container may forbid. */
	if (geteuid() == 0 && chroot("/") == -1) {
		LIVE_MAIN("root");
	}
	LIVE_RUN("root");
}
