/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rc/jail: rc, rc.shutdown and the runner of hooks, under busybox sh, dash and
 * bash, or FreeBSD's sh.  Guards against: a hook without a limit, or one that
 * holds up the next; an rc that waits for a daemon's output; others' files run
 * as root.
 * check: few
 */
#include "live.h"

#include <sys/stat.h>

#ifdef __linux__
#include <sys/mount.h>
#include <linux/capability.h>
#endif

#include <stdlib.h>

#ifdef __linux__
#define N_SHELLS	3
#define SHELLS		"busybox", "dash", "bash"
#else
#define N_SHELLS	1
#define SHELLS		"sh"
#endif
#define RUN_HOOKS	"/libexec/jailinit/run-hooks"
#define SERVICE(name)	"/etc/rc.d/" name
#define HOOK(name)	"/etc/rc.shutdown.d/" name
#define MANY		(jail_slack(1) > 1 ? 200 : 1000)
#define MANY_MS		jail_slack(60000)
#define KILL_GRACE_MS	2000	/* of run-hooks, between TERM and KILL */

static const char *const shells[N_SHELLS] = { SHELLS };
static struct jail jails[N_SHELLS];

#define EACH(j)	for ((j) = jails; (j) < jails + N_SHELLS; (j)++)

/* Says which shell it was, when an assertion has failed. */
#define NAMED(j, e)	do {						\
	if (!(e))							\
		print_error("%s: not %s; log:\n%s", shells[(j) - jails],\
		    #e, jail_log(j));					\
	assert_true(e);							\
} while (0)

static void
has(struct jail *j, const char *text)
{
	if (!jail_log_has(j, text))
		print_error("%s: no \"%s\" in the log:\n%s",
		    shells[j - jails], text, jail_log(j));
	assert_true(jail_log_has(j, text));
}

static void
has_not(struct jail *j, const char *text)
{
	if (jail_log_has(j, text))
		print_error("%s: \"%s\" in the log:\n%s", shells[j - jails],
		    text, jail_log(j));
	assert_false(jail_log_has(j, text));
}

/* These are in the log, in this order. */
static void
in_order(struct jail *j, const char *const *text)
{
	const char *p = jail_log(j), *q;

	for (; *text != NULL; text++, p = q + 1) {
		q = strstr(p, *text);
		if (q == NULL)
			print_error("%s: no \"%s\" where it should be:\n%s",
			    shells[j - jails], *text, jail_log(j));
		assert_non_null(q);
	}
}

/*
 * The roots.
 */
static int
rc_copy(const struct jail *j, const char *name, const char *to)
{
	char from[128];

	snprintf(from, sizeof(from), "rc/jail/%s", name);
	(void)unlink(jail_path(j, to));
	return (jail_copy(j, from, to));
}

static int
shell_install(const struct jail *j, const char *shell)
{
	char from[64], to[64];

	if (strcmp(shell, "busybox") == 0 || strcmp(shell, "sh") == 0)
		return (0);
	snprintf(from, sizeof(from), "/usr/bin/%s", shell);
	snprintf(to, sizeof(to), "/bin/%s", shell);
	(void)unlink(jail_path(j, to));
	(void)unlink(jail_path(j, "/bin/sh"));
	if (jail_copy(j, from, to) == -1)
		return (-1);
	return (symlink(shell, jail_path(j, "/bin/sh")));
}

static int
rc_setup(void **state)
{
	size_t i;
	int e = 0;

	(void)state;
	for (i = 0; i < N_SHELLS && e == 0; i++)
		e = jail_new(&jails[i]) | shell_install(&jails[i],
		    shells[i]) | rc_copy(&jails[i], "rc", "/etc/rc") |
		    rc_copy(&jails[i], "rc.shutdown", "/etc/rc.shutdown") |
		    rc_copy(&jails[i], "run-hooks", RUN_HOOKS);
	return (e);
}

/* The last one first: its janitor holds the pipes of those before it. */
static int
rc_teardown(void **state)
{
	size_t i;
	int e = 0;

	(void)state;
	for (i = N_SHELLS; i-- > 0;)
		e |= jail_free(&jails[i]);
	return (e);
}

#define RC_TEST(f)							\
	cmocka_unit_test_setup_teardown(f, rc_setup, rc_teardown)

/* As LIVE_LINUX. */
#ifdef __linux__
#define RC_LINUX(f, why)	RC_TEST(f)
#else
#define RC_LINUX(f, why)	LIVE_SKIPPED(#f, ((void)(f), (why)))
#endif

static void
script(struct jail *j, const char *path, const char *text)
{
	live_ok(jail_script(j, path, text));
}

static void
scripts(const char *path, const char *text)
{
	struct jail *j;

	EACH(j)
		script(j, path, text);
}

static void
start(struct jail *j, const struct jail_opts *o, const char *opt,
    const char *arg)
{
	live_ok(jail_start(j, o, "/sbin/jailinit", opt, arg, NULL));
}

static void
boot(const struct jail_opts *o)
{
	struct jail *j;

	EACH(j)
		start(j, o, NULL, NULL);
	EACH(j)
		live_ok(jail_wait_state(j, "run", jail_slack(20000)));
}

static void
ask(const char *what)
{
	struct jail *j;

	EACH(j)
		live_ok(jail_ctl(j, what));
}

static void
ended(int64_t within_ms)
{
	struct jail *j;

	EACH(j)
		(void)live_exits(j, 0, within_ms);
}

static void
halt(void)
{
	ask("halt\n");
	ended(jail_slack(30000));
}

/*
 * What it does.
 */
static void
test_order(void **state)
{
	static const char *const up[] = { "10-a: a start\n",
	    "10-a: complains\n", "9-b: b start\n", "9-b: partial\n",
	    "B-c: c start\n", "a-d: d start\n", "rc: 4 run\n", NULL };
	static const char *const down[] = { "10-hook: hook halt\n",
	    "20-hook: second\n", "rc.shutdown.d: 2 run\n",
	    "a-d: d stop\n", "B-c: c stop\n", "9-b: b stop\n",
	    "10-a: a stop\n", "rc.shutdown: 4 run\n", NULL };
	struct jail *j;

	(void)state;
	scripts(SERVICE("10-a"), "echo a $1; echo complains >&2");
	scripts(SERVICE("9-b"), "echo b $1; printf partial");
	scripts(SERVICE("B-c"), "echo c $1");
	scripts(SERVICE("a-d"), "echo d $1");
	scripts(HOOK("20-hook"), "echo second");
	scripts(HOOK("10-hook"), "echo hook $1");
	boot(NULL);
	EACH(j) {
		in_order(j, up);
		assert_string_equal(jail_status(j, "boot_status"), "0");
	}
	halt();
	EACH(j)
		in_order(j, down);
}

/* No directory, or an empty one: nothing to say. */
static void
test_nothing(void **state)
{
	struct jail *j;

	(void)state;
	EACH(j)
		live_ok(mkdir(jail_path(j, "/etc/rc.d"), 0755));
	boot(NULL);
	EACH(j)
		assert_string_equal(jail_status(j, "boot_status"), "0");
	halt();
	EACH(j) {
		has_not(j, "rc: ");
		has_not(j, "rc.shutdown: ");
		has_not(j, "rc.shutdown.d: ");
	}
}

/* Each failure is said, and keeps nobody from being run. */
static void
test_rc_fails(void **state)
{
	struct jail *j;

	(void)state;
	scripts(SERVICE("10-status"), "exit 3");
	scripts(SERVICE("20-killed"), "kill -KILL $$");
	scripts(SERVICE("30-hangs"), "# timeout: 1\nsleep 1000; echo woke");
	scripts(SERVICE("40-fine"), "echo $1");
	EACH(j)
		live_ok(jail_write(j, SERVICE("35-no-sh"), 0755, "#!/no/sh\n"));
	boot(NULL);
	EACH(j) {
		has(j, "10-status: exit status 3\n");
		has(j, "20-killed: killed by signal 9\n");
		has(j, "30-hangs: took over 1 s, ended\n");
		has(j, "35-no-sh: exit status 12");
		has(j, "40-fine: start\n");
		has(j, "rc: 5 run, 3 failed (10-status, 20-killed, "
		    "35-no-sh), 1 timed out (30-hangs)\n");
		assert_string_equal(jail_status(j, "boot_status"), "1");
		/* (the status may just have been written by a child) */
		NAMED(j, jail_wait_count(j, 1, LIVE_SOON_MS) == 0);
	}
	halt();
}

/* The one of coreutils makes a process group of its own. */
static void
timeout_install(void)
{
	struct jail *j;

	EACH(j) {
		(void)unlink(jail_path(j, "/bin/timeout"));
		live_ok(jail_copy(j, "/usr/bin/timeout", "/bin/timeout"));
	}
}

/* The least that a limit is, and the most that it takes. */
static void
test_hook_limits(void **state)
{
	struct jail *j;
	int64_t begin_ms, took_ms;

	(void)state;
	scripts(HOOK("10-obeys"), "# timeout: 1\ntrap 'sleep 0.3; echo saved; "
	    "exit' TERM\nsleep 1000 & wait");
	timeout_install();
	scripts(HOOK("20-ignores"), "# timeout: 1\n"
	    "timeout 1000 sleep 1234 &\ntrap '' TERM\n"
	    "while :; do sleep 1; done");
	/* What KILL has hit may take a moment to go on a busy machine. */
	scripts(HOOK("21-looks"), "i=0; while n=$(ps -A -o args | "
	    "grep -c -e '20-i[g]nores' -e '[1]234'); [ $i -lt 50 ] && "
	    "[ $n != 0 ]; do i=$((i + 1)); sleep 0.1; done; echo $n");
	scripts(HOOK("30-stops"), "# timeout: 1\nkill -STOP $$");
	scripts(HOOK("31-stops-all"), "# timeout: 1\nkill -STOP 0");
	scripts(HOOK("99-last"), "echo fine");
	boot(NULL);
	begin_ms = jail_now_ms();
	halt();
	took_ms = jail_now_ms() - begin_ms;
	assert_true(took_ms >= 4000 + KILL_GRACE_MS);
	assert_true(took_ms < 20000 + LIVE_LATE_MS);
	EACH(j) {
		has(j, "10-obeys: saved\n10-obeys: took over 1 s, ended\n");
		has(j, "20-ignores: took over 1 s, ended by KILL\n");
		has(j, "21-looks: 0\n");
		has(j, "30-stops: took over 1 s, ended\n");
		has(j, "31-stops-all: took over 1 s, ended\n");
		has(j, "99-last: fine\n");
		has(j, "rc.shutdown.d: 6 run, 4 timed out (10-obeys, "
		    "20-ignores, 30-stops, 31-stops-all)\n");
	}
}

static void
test_hook_limits_default(void **state)
{
	static const char *const limits[] = { "sleep 60", "sleep 15",
	    "sleep 20" };
	static const char *const paths[] = { SERVICE("a"), HOOK("a"),
	    SERVICE("a") };
	struct jail *j;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		scripts(paths[i], "[ $1 = start ] && [ -e /tmp/up ] && exit\n"
		    "until ps -A -o args | grep '^s[l]eep' >/tmp/limit; do :; "
		    "done");
		boot(NULL);
		EACH(j)
			live_ok(jail_write(j, "/tmp/up", 0644, ""));
		if (i > 0)
			halt();
		EACH(j) {
			if (strstr(jail_file(j, "/tmp/limit"), limits[i]) ==
			    NULL)
				print_error("%s: %s, not %s\n",
				    shells[j - jails],
				    jail_file(j, "/tmp/limit"), limits[i]);
			assert_non_null(strstr(jail_file(j, "/tmp/limit"),
			    limits[i]));
			live_ok(jail_again(j));
			(void)unlink(jail_path(j, paths[i]));
		}
	}
}

/* The line is looked for where the manual says, and read as it says. */
static void
test_timeout_line(void **state)
{
	static const char *const lines[] = { "# timeout: 7", "# timeout:8 ",
	    "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n# timeout: 9",
	    "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n# timeout: 9",
	    "# timeout: 0", "# timeout: 1x", "# timeout: 1 2",
	    "echo # timeout: 3", "# timeout: 999999", "# timeout: 1000000" };
	static const char *const want[] = { "7", "8", "9", "15", "15", "15",
	    "15", "15", "999999", "15" };
	char path[64], text[256], line[64];
	struct jail *j;
	size_t i, n = sizeof(lines) / sizeof(lines[0]);

	(void)state;
	EACH(j)
		for (i = 0; i < n; i++) {
			snprintf(path, sizeof(path), HOOK("%zu-x"), i);
			snprintf(text, sizeof(text), "%s\nuntil ps -A -o "
			    "args | grep '^s[l]eep'; do :; done", lines[i]);
			script(j, path, text);
		}
	boot(NULL);
	halt();
	EACH(j) {
		for (i = 0; i < n; i++) {
			snprintf(line, sizeof(line), "%zu-x: sleep %s\n", i,
			    want[i]);
			has(j, line);
		}
		NAMED(j, jail_log_count(j, "its timeout is not 1 to 999999 "
		    "seconds, 15 taken") == 4);
	}
}

/* Those that do not hang, but try hard to be in the way. */
static void
test_hooks_odd(void **state)
{
	struct jail *j;

	(void)state;
	scripts(HOOK("10-closes"), "exec 0>&- 1>&- 2>&-\nsleep 0.3\n"
	    "touch /tmp/closed");
	scripts(HOOK("20-kills"), "kill -KILL $PPID\nsleep 1000");
	scripts(HOOK("21-kills"), "kill -KILL $PPID");
	scripts(HOOK("22-stops"), "# timeout: 1\nkill -STOP $PPID");
	scripts(HOOK("30-killall"), "# timeout: 1\nkillall sleep\n"
	    "sleep 1000");
	scripts(HOOK("40-group"), "kill -TERM 0");
	scripts(HOOK("50-fds"), "echo $$; ls /proc/self/fd | tr '\\n' ' '; "
	    "grep SigIgn /proc/self/status; readlink /proc/self/fd/0; pwd");
	scripts(HOOK("60-yes"), "yes | head -n 3000");
	scripts(HOOK("99-last"), "echo fine");
	boot(NULL);
	halt();
	EACH(j) {
		NAMED(j, jail_exists(j, "/tmp/closed"));
		has(j, "20-kills: its parent was killed, ended\n");
		has(j, "21-kills: its parent was killed, ended\n");
		has(j, "22-stops: took over 1 s, ended");
		has(j, "40-group: killed by signal 15\n");
		/* The third is that of ls. */
		has(j, "50-fds: 0 1 2 3 SigIgn:\t0000000000000000\n");
		has(j, "50-fds: /dev/null\n");
		NAMED(j, jail_log_count(j, "60-yes: y\n") == 3000);
		has(j, "99-last: fine\n");
		has(j, "rc.shutdown.d: 9 run, 3 failed (20-kills, 21-kills, "
		    "40-group), 2 timed out (22-stops, 30-killall)\n");
	}
}

/* A thousand of them; a tenth of that in the slower shells. */
static void
test_many(void **state)
{
	char name[64], text[64];
	struct jail *j;
	int i, n;

	(void)state;
	EACH(j)
		for (i = 0; i < (j == jails ? MANY : MANY / 10); i++) {
			snprintf(name, sizeof(name), HOOK("%d"), 1000 + i);
			script(j, name, "exit 7");
		}
	snprintf(text, sizeof(text), "%d", (int)(MANY_MS / 1000));
	EACH(j)
		start(j, NULL, "-s", text);
	EACH(j)
		live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	ask("halt\n");
	ended(MANY_MS);
	EACH(j) {
		n = j == jails ? MANY : MANY / 10;
		snprintf(text, sizeof(text), "rc.shutdown.d: %d run, %d "
		    "failed (1000, 1001, ", n, n);
		has(j, text);
		has(j, "1009, ...)\n");
		NAMED(j, jail_log_count(j, ": exit status 7\n") == n);
	}
}

/*
 * What is run.
 */
static void
test_refused(void **state)
{
	struct jail *j;

	(void)state;
	if (geteuid() != 0)
		live_skip("only root has other users' files");
	EACH(j) {
		script(j, HOOK("10-fine"), "echo runs");
		script(j, HOOK("20-others"), "echo runs");
		live_ok(chmod(jail_path(j, HOOK("20-others")), 0757));
		script(j, HOOK("21-group"), "echo runs");
		live_ok(chmod(jail_path(j, HOOK("21-group")), 0775));
		script(j, HOOK("22-user"), "echo runs");
		live_ok(chown(jail_path(j, HOOK("22-user")), NOBODY, 0));
		script(j, HOOK("23-mode"), "echo runs");
		live_ok(chmod(jail_path(j, HOOK("23-mode")), 0644));
		live_ok(symlink("10-fine", jail_path(j, HOOK("24-link"))));
		live_ok(symlink("/nowhere", jail_path(j, HOOK("25-dangling"))));
		live_ok(mkfifo(jail_path(j, HOOK("26-fifo")), 0755));
		live_ok(mkdir(jail_path(j, HOOK("27-folder")), 0755));
		script(j, HOOK("28 space"), "echo runs");
		script(j, HOOK("29\nnewline\033[31m"), "echo runs");
		script(j, HOOK("-30"), "echo runs");
		script(j, HOOK("31-~"), "echo runs");
		script(j, HOOK("32;*?$(touch${IFS}ran)"), "echo runs");
		script(j, HOOK(".33-hidden"), "echo runs");
		script(j, HOOK("34-\303\244"), "echo runs");
	}
	boot(NULL);
	halt();
	EACH(j) {
		NAMED(j, jail_log_count(j, ": runs\n") == 1);
		has(j, "20-others: refused, others may write to it\n");
		has(j, "21-group: refused, its group may write to it\n");
		has(j, "22-user: refused, its owner is user 65534\n");
		has(j, "23-mode: refused, it is not executable\n");
		has(j, "24-link: refused, it is a symbolic link\n");
		has(j, "25-dangling: refused, it is a symbolic link\n");
		has(j, "26-fifo: refused, it is not a file\n");
		has(j, "27-folder: refused, it is not a file\n");
		has(j, "28?space: refused, its name has other ");
		has(j, "29?newline??31m: refused, its name has other ");
		has(j, "-30: refused, its name has other ");
		has(j, "31-?: refused, its name has other ");
		has(j, "32?????touch??IFS?ran?: refused, its name has other ");
		has(j, "34-??: refused, its name has other ");
		has_not(j, "33-hidden");
		has_not(j, "\033");
		assert_false(jail_exists(j, "/ran"));
		has(j, "rc.shutdown.d: 1 run, 14 refused (");
	}
}

/* A directory that a user of the jail could put hooks in, or did. */
static void
test_refused_directory(void **state)
{
	static const char *const why[] = { "others may write to it",
	    "its group may write to it", "its owner is user 65534",
	    "it is a symbolic link" };
	char text[128], dir[PATH_MAX];
	struct jail *j;
	int i;

	(void)state;
	if (geteuid() != 0)
		live_skip("only root has other users' files");
	for (i = 0; i < 4; i++) {
		EACH(j) {
			script(j, HOOK("10-runs"), "echo runs");
			script(j, SERVICE("10-runs"), "echo service runs");
			snprintf(dir, sizeof(dir), "%s", jail_path(j,
			    "/etc/rc.shutdown.d"));
			if (i == 3) {
				live_ok(chown(dir, 0, 0));
				live_ok(rename(dir, jail_path(j, "/tmp/d")));
				live_ok(symlink("/tmp/d", dir));
				continue;
			}
			live_ok(chmod(dir, i == 0 ? 0757 : i == 1 ? 0775 :
			    0755));
			live_ok(chown(dir, i == 2 ? NOBODY : 0, 0));
		}
		boot(NULL);
		halt();
		snprintf(text, sizeof(text), "/etc/rc.shutdown.d: refused, "
		    "%s\nrc.shutdown.d: 0 run, all refused\n", why[i]);
		EACH(j) {
			has(j, text);
			has_not(j, ": runs\n");
			NAMED(j, jail_log_count(j, "10-runs: service runs\n")
			    == 2);
			live_ok(jail_again(j));
		}
	}
}

/*
 * Daemons.
 */

/* It keeps its output, is not waited for, lives on, and is heard to the end,
 * which comes after rc.shutdown. */
static void
test_daemon(void **state)
{
	static const char *const text[] = { "10-daemon: up\n",
	    "20-next: next\n", "rc: 2 run\n", "10-daemon: tick\n",
	    "15-hook: left\n", "rc.shutdown.d: 1 run\n",
	    "rc.shutdown: 2 run\n", NULL };
	struct jail *j;

	(void)state;
	scripts("/bin/daemon", "trap 'sleep 0.5; echo saved; "
	    "touch /tmp/saved; exit' TERM\ntouch /tmp/up\n"
	    "while [ ! -e /tmp/go ]; do sleep 0.1; done; echo tick\n"
	    "while :; do sleep 0.1; done");
	scripts(SERVICE("10-daemon"), "[ $1 = start ] || exit 0\n"
	    "/bin/daemon & echo up");
	scripts(SERVICE("20-next"), "[ $1 = start ] && echo next; exit 0");
	scripts(HOOK("15-hook"), "(trap '' TERM; sleep 1; "
	    "echo late words) & echo left");
	boot(NULL);
	EACH(j)
		live_ok(jail_write(j, "/tmp/go", 0644, ""));
	EACH(j)
		live_ok(jail_wait_log(j, "tick\n", LIVE_SOON_MS));
	halt();
	EACH(j) {
		in_order(j, text);
		has(j, "10-daemon: saved\n");
		has(j, "15-hook: late words\n");
		has_not(j, "still there");
		NAMED(j, jail_exists(j, "/tmp/saved"));
	}
}

/*
 * When jailinit's own limits cut it off.
 */
static void
test_cut(void **state)
{
	struct jail *j;

	(void)state;
	scripts(HOOK("10-fine"), "exit 0");
	scripts(HOOK("20-hangs"), "trap '' TERM\nwhile :; do sleep 1; done");
	scripts(HOOK("30-never"), "touch /tmp/never");
	scripts(SERVICE("10-never"), "[ $1 = start ] || touch /tmp/never");
	EACH(j)
		start(j, NULL, "-s", "5");
	EACH(j)
		live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	ask("halt\n");
	ended(20000 + LIVE_LATE_MS);
	EACH(j) {
		has(j, "20-hangs: cut off, ended by KILL\n");
		has(j, "rc.shutdown.d: 2 run, 1 cut off (20-hangs), "
		    "1 not run\n");
		NAMED(j, !jail_exists(j, "/tmp/never"));
		assert_string_equal(jail_status(j, "forced"), "shutdown");
	}
}

/* A request while rc runs: the script that runs is ended, though it is not
 * of rc's process group, no other is begun, and rc.shutdown follows. */
static void
test_cut_boot(void **state)
{
	struct jail *j;

	(void)state;
	scripts(SERVICE("10-fine"), "exit 0");
	scripts(SERVICE("20-hangs"), "[ $1 = start ] || exit 0\n"
	    "trap 'echo told; exit' TERM\ntouch /tmp/there\n"
	    "sleep 1000 & wait");
	scripts(SERVICE("30-never"), "[ $1 = stop ] || touch /tmp/never");
	scripts(HOOK("10-looks"), "ps -A -o args | grep -c '20-h[a]ngs'");
	EACH(j)
		start(j, NULL, NULL, NULL);
	EACH(j)
		live_ok(jail_wait_file(j, "/tmp/there", LIVE_SOON_MS));
	halt();
	EACH(j) {
		/* (in between dash may say that its sleep was terminated) */
		has(j, "20-hangs: told\n");
		has(j, "20-hangs: cut off, ended\n");
		has(j, "rc: 2 run, 1 cut off (20-hangs), 1 not run\n");
		has(j, "10-looks: 0\n");
		has(j, "rc.shutdown: 3 run\n");
		NAMED(j, !jail_exists(j, "/tmp/never"));
	}
}

/*
 * What rc makes.
 */

/* What a life leaves in a directory, and what is none of it: links lead out,
 * names are hostile, and a mount of the same file system is below. */
#define LITTER								\
	"mkdir -p d/e .h 'm/o u\\nt' m/x && "				\
	"touch x.pid keep d/e/y .h/z ..n ' -rf' -- '*' nologin && "	\
	"mkdir -m 1777 u && touch u/users && chmod 0 d/e && "		\
	"mkfifo fifo && ln -s /etc link && ln -s /tmp m/x/l && "	\
	"touch \"$(printf 'new\\nline')\" && "				\
	"mkdir -p /srv/host && touch /srv/host/file && "		\
	"mount --bind /srv/host 'm/o u\\nt' && touch m/one && "		\
	"mount --bind /srv/host/file m/one\n"

/* The litter is gone, and what is mounted there is not. */
static void
litter_gone(struct jail *j, const char *dir)
{
	char script[512];

	snprintf(script, sizeof(script), "cd %s && ls -AR . >/tmp/ls; "
	    "[ -e 'm/o u\\nt/file' ] && [ -e m/one ] && "
	    "[ -e /etc/passwd ] && [ -e /tmp/old ] && "
	    "[ \"$(ls -A m)\" = \"$(printf 'o u\\\\nt\\none')\" ] && "
	    "[ \"$(ls -A | grep -v '^jailinit[.]')\" = m ]", dir);
	if (jail_sh(j, script) != 0)
		print_error("%s: %s:\n%s", shells[j - jails], dir,
		    jail_file(j, "/tmp/ls"));
	assert_int_equal(jail_sh(j, script), 0);
}

static void
test_reboot(void **state)
{
	struct jail *j;

	(void)state;
	scripts(SERVICE("10-a"), "echo $1 >>/tmp/lives; touch /tmp/old\n"
	    "grep -c ' /run tmpfs ' /proc/mounts >/tmp/mounts\n"
	    "grep -c ' /dev/shm tmpfs ' /proc/mounts >>/tmp/mounts\n"
	    "ls -A /run >/tmp/run");
	boot(NULL);
	EACH(j) {
		j->via_proc = true;
		assert_string_equal(jail_file(j, "/tmp/mounts"), "1\n1\n");
		live_ok(jail_sh(j, "cd /run; " LITTER));
		live_ok(jail_sh(j, "cd /var/run; " LITTER));
		(void)unlink(jail_path(j, "/tmp/mounts"));
	}
	ask("reboot\n");
	EACH(j)
		live_ok(jail_wait_file(j, "/tmp/mounts", jail_slack(10000)));
	EACH(j)
		live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	EACH(j) {
		assert_string_equal(jail_file(j, "/tmp/lives"),
		    "start\nstop\nstart\n");
		assert_string_equal(jail_file(j, "/tmp/mounts"), "1\n1\n");
		litter_gone(j, "/run");
		litter_gone(j, "/var/run");
		assert_string_equal(jail_status(j, "boot_status"), "0");
	}
	halt();
}

/* Nothing there: it is made, also where no device can be. */
static void
test_bare(void **state)
{
	struct jail_opts o = { .no_dev = true, .no_proc = true };
	struct jail *j;
	int i;

	(void)state;
	scripts(SERVICE("10-a"), "# timeout: 1\necho x >/dev/null; "
	    "[ -r /proc/self/stat ] && echo proc\n"
	    "[ -d /dev/shm ] && echo shm\n"
	    "sleep 1000 </dev/null &\nsleep 1000");
	scripts(SERVICE("20-b"), "echo b");
	for (i = 0; i < 2; i++) {
		o.userns = i == 1;
		EACH(j)
			(void)unlink(jail_path(j, "/dev/null"));
		boot(&o);
		EACH(j) {
			/* A user namespace gets no proc that it has not. */
			has(j, i == 0 ? "10-a: proc\n10-a: shm\n" :
			    "10-a: took");
			has(j, "10-a: took over 1 s, ended\n");
			has(j, "20-b: b\n");
		}
		halt();
		EACH(j)
			live_ok(jail_again(j));
	}
}

/* Nothing there and nothing to be made: without labels, with limits. */
static void
test_bare_readonly(void **state)
{
	struct jail_opts o = { .no_dev = true, .no_proc = true,
	    .readonly = true };
	struct jail *j;

	(void)state;
	scripts(SERVICE("10-a"), "# timeout: 1\necho a $1; sleep 1000");
	scripts(SERVICE("20-b"), "echo b $1; exit 4");
	EACH(j) {
		(void)rmdir(jail_path(j, "/dev/shm"));
		start(j, &o, NULL, NULL);
	}
	EACH(j)
		(void)jail_wait_log(j, "rc: 2 run", jail_slack(20000));
	EACH(j) {
		has(j, "rc: 2 run, 1 failed (20-b), 1 timed out (10-a)\n");
		has(j, "a start\n10-a: took over 1 s, ended\nb start\n"
		    "20-b: exit status 4\n");
		live_ok(jail_signal(j, SIGTERM));
	}
	ended(jail_slack(20000));
}

/* The shells' own means: bash has job control without a terminal, dash does
 * not; busybox has setsid in itself. */
static void
test_no_setsid(void **state)
{
	struct jail *j;

	(void)state;
	EACH(j)
		(void)unlink(jail_path(j, "/bin/setsid"));
	scripts(SERVICE("10-a"), "# timeout: 1\nsleep 1234");
	scripts(SERVICE("20-b"), "ps -A -o args | grep -c '[1]234'; true");
	boot(NULL);
	EACH(j) {
		has(j, "10-a: took over 1 s, ended");
		has(j, "rc: 2 run, 1 timed out (10-a)\n");
		if (j != &jails[1])
			has(j, "20-b: 0\n");
	}
	halt();
}

/* Where the FIFO is below /run, the new /run has it at once. */
static void
test_fifo(void **state)
{
	struct jail *j;

	(void)state;
	EACH(j) {
		live_ok(rmdir(jail_path(j, "/var/run")));
		live_ok(symlink("../run", jail_path(j, "/var/run")));
		live_ok(mkdir(jail_path(j, "/run"), 0755));
	}
	/* a halt in the moment of its start can be lost, rc.jail(8) */
	scripts(SERVICE("10-asks"), "[ $1 = start ] || exit 0\nsleep 0.5\n"
	    "n=0; while [ ! -p /run/jailinit.ctl ] && [ $n -lt 50 ]; do "
	    "sleep 0.1; n=$((n + 1)); done\n"
	    "[ -p /run/jailinit.ctl ] && echo halt >/run/jailinit.ctl\n"
	    "sleep 1000");
	EACH(j)
		start(j, NULL, NULL, NULL);
	ended(jail_slack(20000));
	EACH(j)
		has(j, "10-asks: cut off, ended\n");
}

/* A jail that was killed begins with an empty /run, too, and what -c and -f
 * name stays, wherever it is. */
static void
test_run_first(void **state)
{
	struct jail *j;

	(void)state;
	scripts(SERVICE("10-a"), "cd /run && find . -xdev ! -type d | sort >/tmp/run;"
	    " echo halt >/run/d/e/ctl");
	EACH(j) {
		live_ok(jail_write(j, "/run/nologin", 0644, "no\n"));
		live_ok(jail_write(j, "/run/jailinit.mine", 0644, "1\n"));
		live_ok(jail_write(j, "/run/d/x.pid", 0644, "1\n"));
		live_ok(jail_write(j, "/run/d/e/y", 0644, "1\n"));
		live_ok(jail_start(j, NULL, "/sbin/jailinit", "-c",
		    "/run/d/e/ctl", "-f", "/run/d/status", NULL));
	}
	ended(jail_slack(20000));
	EACH(j) {
		assert_string_equal(jail_file(j, "/tmp/run"),
		    "./d/e/ctl\n./d/status\n./jailinit.boot_id\n");
		has_not(j, "rm: ");
	}
}

#define BOOT_ID	"/proc/sys/kernel/random/boot_id"

#ifdef __linux__
static void
no_mount(void *arg)
{
	(void)arg;
	(void)prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN);
}
#else
#define no_mount	NULL
#endif

/* Each life has a boot_id of its own, mounted once, and there is a /proc without
 * that, or no user namespace could mount its own.  Where rc may not mount, it
 * says nothing. */
static void
test_boot_id(void **state)
{
	struct jail_opts o = { .before_exec = no_mount };
	struct jail *j;

	(void)state;
	scripts(SERVICE("10-a"), "[ $1 = stop ] || cat " BOOT_ID
	    " >>/tmp/ids; grep -c /boot_id /proc/mounts >/tmp/n; "
	    "[ -e /run/jailinit.proc/1/stat ]; echo $? >/tmp/whole");
	boot(NULL);
	EACH(j) {
		live_ok(jail_ctl(j, "reboot\n"));
		live_ok(jail_wait_status(j, "life", "2", jail_slack(20000)));
		live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
		NAMED(j, strlen(jail_file(j, "/tmp/ids")) == 2 * 37);
		NAMED(j, memcmp(jail_file(j, "/tmp/ids"), jail_file(j,
		    "/tmp/ids") + 37, 37) != 0);
		assert_string_equal(jail_file(j, "/tmp/n"), "1\n");
		assert_string_equal(jail_file(j, "/tmp/whole"), "0\n");
	}
	halt();
	EACH(j) {
		live_ok(jail_again(j));
		(void)unlink(jail_path(j, "/tmp/ids"));
	}
	boot(&o);
	EACH(j) {
		assert_string_equal(jail_file(j, "/tmp/n"), "0\n");
		assert_string_equal(jail_log(j), "rc: 1 run\n");
	}
	halt();
}

/* The record that who -b shows, where there is what makes it. */
static void
test_boot_record(void **state)
{
	struct jail *j;

	(void)state;
	if (access("/usr/bin/utmpdump", X_OK) == -1)
		live_skip("no utmpdump(1) here");
	EACH(j) {
		live_ok(jail_copy(j, "/usr/bin/utmpdump", "/bin/utmpdump"));
		live_ok(jail_write(j, "/var/log/wtmp", 0644, ""));
	}
	boot(NULL);
	EACH(j) {
		live_ok(jail_sh(j, "utmpdump /run/utmp >/tmp/is 2>&1 &&"
		    " cmp /run/utmp /var/log/wtmp"));
		NAMED(j, strstr(jail_file(j, "/tmp/is"), "[2] [00000] [~~") !=
		    NULL);
	}
	halt();
}

/* Opens a terminal and what is at its other end. */
static int
terminal_use(void *arg)
{
	char buf[4] = "";
	int master_fd, slave_fd;

	(void)arg;
	master_fd = posix_openpt(O_RDWR | O_NOCTTY);
	if (master_fd == -1 || grantpt(master_fd) == -1 ||
	    unlockpt(master_fd) == -1)
		return (1);
	slave_fd = open(ptsname(master_fd), O_RDWR | O_NOCTTY);
	return (write(slave_fd, "abc", 3) != 3 ||
	    read(master_fd, buf, 3) != 3 || strcmp(buf, "abc") != 0);
}

#ifdef __linux__
static void
pts_set(void *arg)
{
	(void)arg;
	(void)mount("devpts", "/dev/pts", "devpts", 0, "newinstance,"
	    "ptmxmode=666");
}
#else
#define pts_set	NULL
#endif

/* As jailroot makes /dev: a link and a directory; with neither; and with
 * terminals that are mounted, and no link. */
static void
test_terminals(void **state)
{
	struct jail_opts o = { .no_dev = true };
	struct jail *j;
	int i, st;

	(void)state;
	for (i = 0; i < 5; i++) {
		o.userns = i % 2 == 1;
		o.before_exec = i == 4 ? pts_set : NULL;
		EACH(j) {
			if (i == 2 || i == 3)
				continue;
			(void)mkdir(jail_path(j, "/dev/pts"), 0755);
			if (i == 4)
				continue;
			(void)symlink("pts/ptmx", jail_path(j, "/dev/ptmx"));
		}
		boot(&o);
		EACH(j) {
			assert_true(jail_enter(j, terminal_use, NULL) > 0);
			j->n_entered--;
			assert_int_equal(waitpid(j->entered[j->n_entered], &st,
			    0), j->entered[j->n_entered]);
			NAMED(j, st == 0);
		}
		halt();
		EACH(j) {
			live_ok(jail_again(j));
			(void)unlink(jail_path(j, "/dev/ptmx"));
			(void)rmdir(jail_path(j, "/dev/pts"));
		}
	}
}

/* From an rc.shutdown that is told nothing, or something else. */
static void
test_verb(void **state)
{
	static const char *const verbs[] = { "poweroff", "halt", "reboot" };
	static const char *const args[] = { "", "stop", "single user" };
	char text[64];
	struct jail *j;
	int i;

	(void)state;
	scripts(HOOK("10-a"), "echo \"$1 $#\" >/tmp/verb");
	for (i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), RUN_HOOKS " %s", args[i]);
		scripts("/etc/rc.shutdown", text);
		boot(NULL);
		snprintf(text, sizeof(text), "%s\n", verbs[i]);
		ask(text);
		snprintf(text, sizeof(text), "%s 1\n", verbs[i]);
		EACH(j) {
			live_ok(jail_wait_text(j, "/tmp/verb", text,
			    LIVE_SOON_MS));
			(void)unlink(jail_path(j, "/tmp/verb"));
			live_ok(jail_again(j));
		}
	}
}

static void
test_usage(void **state)
{
	static const char *const bad[] = { "-x", "-t 0 a", "-t x a", "-d",
	    "-d /etc/rc.d", "-d /etc/rc.d a b" };
	char text[128];
	struct jail *j;
	size_t i;
	int st;

	(void)state;
	boot(NULL);
	EACH(j)
		for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			snprintf(text, sizeof(text), RUN_HOOKS
			    " %s >/tmp/said 2>&1", bad[i]);
			st = jail_sh(j, text);
			assert_true(WIFEXITED(st));
			assert_int_equal(WEXITSTATUS(st), 64);
			assert_non_null(strstr(jail_file(j, "/tmp/said"),
			    "usage: run-hooks [halt"));
		}
	halt();
}

/*
 * The examples.
 */
/* What links to scripts say, and what the scripts say that they require. */
#define LSB(provides, requires)						\
	"### BEGIN INIT INFO\n# Provides: " provides			\
	"\n# Required-Start: $remote_fs " requires "\n### END INIT INFO\n"

static void
test_sysv(void **state)
{
	static const char *const up[] = { "50-sysv: z start\n",
	    "50-sysv: rsyslog start\n", "50-sysv: b start\n",
	    "50-sysv: ring start\n", "50-sysv: a start\n", "rc: 1 run\n",
	    NULL };
	static const char *const down[] = { "50-sysv: a stop\n",
	    "50-sysv: b stop\n", "50-sysv: z stop\n", "rc.shutdown: 1 run\n",
	    NULL };
	static const char *const links[] = { "2.d/S01a", "2.d/S01b",
	    "2.d/S01ring", "2.d/S00z", "2.d/S02rsyslog", "0.d/K01a", "0.d/K01b",
	    "0.d/K02z", "0.d/K00sendsigs" };
	char link[64], to[64];
	struct jail *j;
	size_t i;

	(void)state;
	scripts("/etc/init.d/a", LSB("a", "b-db ring") "echo a $1");
	scripts("/etc/init.d/b", LSB("b b-db", "$syslog a") "echo b $1");
	scripts("/etc/init.d/ring", LSB("ring", "ring") "echo ring $1");
	scripts("/etc/init.d/rsyslog", LSB("rsyslog", "") "echo rsyslog $1");
	scripts("/etc/init.d/z", "# Required-Start: a\necho z $1");
	scripts("/etc/init.d/sendsigs", "echo kills; kill -KILL -1");
	EACH(j) {
		live_ok(rc_copy(j, "examples/50-sysv", SERVICE("50-sysv")));
		script(j, "/etc/rc2.d/README", "echo no");
		(void)mkdir(jail_path(j, "/etc/rc0.d"), 0755);
		for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
			snprintf(link, sizeof(link), "/etc/rc%s", links[i]);
			snprintf(to, sizeof(to), "../init.d/%s", links[i] + 7);
			live_ok(symlink(to, jail_path(j, link)));
		}
	}
	boot(NULL);
	EACH(j)
		in_order(j, up);
	halt();
	EACH(j) {
		in_order(j, down);
		has_not(j, "kills");
		has_not(j, "ring stop");
	}
}

/* Its openrc is a stand-in that says how it is called. */
static void
test_openrc(void **state)
{
	static const char *const text[] = { "50-openrc: openrc sysinit\n",
	    "50-openrc: openrc boot\n", "50-openrc: openrc default\n",
	    "rc: 1 run\n", "50-openrc: openrc shutdown\n",
	    "rc.shutdown: 1 run\n", NULL };
	struct jail *j;

	(void)state;
	scripts("/sbin/openrc", "echo openrc $*");
	EACH(j)
		live_ok(rc_copy(j, "examples/50-openrc", SERVICE("50-openrc")));
	boot(NULL);
	halt();
	EACH(j)
		in_order(j, text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RC_TEST(test_order),
		RC_TEST(test_nothing),
		RC_TEST(test_rc_fails),
		RC_TEST(test_hook_limits),
		RC_TEST(test_hook_limits_default),
		RC_TEST(test_timeout_line),
		RC_LINUX(test_hooks_odd, "/proc"),
		RC_TEST(test_many),
		RC_TEST(test_refused),
		RC_TEST(test_refused_directory),
		RC_TEST(test_daemon),
		RC_TEST(test_cut),
		RC_TEST(test_cut_boot),
		RC_LINUX(test_reboot, "what rc mounts"),
		RC_LINUX(test_bare, "what rc mounts"),
		RC_LINUX(test_bare_readonly, "what rc mounts"),
		RC_TEST(test_no_setsid),
		RC_TEST(test_fifo),
		RC_LINUX(test_run_first, "FreeBSD has an rc of its own"),
		RC_LINUX(test_boot_id, "what rc mounts"),
		RC_LINUX(test_boot_record, "utmp of Linux"),
		RC_LINUX(test_terminals, "what rc mounts"),
		RC_TEST(test_verb),
		RC_TEST(test_usage),
		RC_TEST(test_sysv),
		RC_TEST(test_openrc),
	};

	LIVE_MAIN("rc");
}
