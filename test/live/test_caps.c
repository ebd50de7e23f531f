/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The capabilities that the tables in jailinit-managers(7) and jailkill(8) name
 * are enough for each program, and without any one of them something named
 * there fails.  For root.
 * only linux: capabilities(7)
 */
#include "kill.h"

#include <linux/capability.h>

#include <grp.h>
#include <stdlib.h>

#define JAILINIT	"/sbin/jailinit"
#define OTHER_UID	1000	/* a user of the jail's */
#define OTHER_MARK	"/tmp/other"
#define OTHER_UP	"/tmp/other.up"
#define HEARD		"/tmp/heard"
#define QUIET_MS	300	/* what does not come in this time has not */

#define CAP(c)		(UINT64_C(1) << (c))
#define ALL		(~UINT64_C(0))

static bool is_root;	/* before kill_world() made us that of a namespace */

struct caps {
	uint64_t keep;
	bool other;		/* a process of another user is there */
};

/* Whatever is executed from here on has no more than these. */
static void
caps_keep(uint64_t keep)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2] = { { 0, 0, 0 }, { 0, 0, 0 } };
	int c;

	for (c = 0; prctl(PR_CAPBSET_READ, c) >= 0; c++)
		if ((keep & CAP(c)) == 0)
			(void)prctl(PR_CAPBSET_DROP, c);
	(void)syscall(SYS_capget, &h, d);
	for (c = 0; c < 2; c++) {
		d[c].permitted &= (uint32_t)(keep >> (32 * c));
		d[c].effective = d[c].permitted;
		d[c].inheritable = 0;
	}
	(void)syscall(SYS_capset, &h, d);
}

static void
other_on_term(int sig)
{
	(void)sig;
	close(open(OTHER_MARK, O_WRONLY | O_CREAT, 0644));
	_exit(0);
}

static void
other_is(void)
{
	if (setgroups(0, NULL) == -1 || setgid(OTHER_UID) == -1 ||
	    setuid(OTHER_UID) == -1)
		_exit(1);
	(void)signal(SIGTERM, other_on_term);
	(void)signal(SIGURG, other_on_term);
	close(open(OTHER_UP, O_WRONLY | O_CREAT, 0644));
	for (;;)
		pause();
}

static void
before(void *arg)
{
	const struct caps *c = arg;

	if (c->other)
		live_child(other_is);
	caps_keep(c->keep);
}

static void
need_root(void)
{
	if (!is_root)
		live_skip("capabilities: not root");
}

static void
start(struct jail *j, const struct caps *c, const char *option,
    const char *value)
{
	struct jail_opts o = { .before_exec = before,
	    .arg = (void *)(uintptr_t)c };

	live_ok(jail_start(j, &o, JAILINIT, "-t", "1", "-k", "1", option, value,
	    NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	if (c->other)
		live_ok(jail_wait_file(j, OTHER_UP, LIVE_SOON_MS));
}

/*
 * jailinit
 */

/* A service, an orphan, a life after this one: nothing is needed. */
TEST(test_boot)
{
	static const struct caps none = { 0, false };

	need_root();
	live_ok(jail_script(j, "/etc/rc", "(sleep 0.1 &)\n"
	    "(trap 'echo x >>" LIVE_MARK "; exit' TERM; echo >/tmp/up\n"
	    "while :; do sleep 0.1; done) &\n"
	    "until [ -e /tmp/up ]; do sleep 0.02; done; rm /tmp/up\n"
	    "echo life >>/tmp/lives"));
	start(j, &none, NULL, NULL);
	assert_int_equal(proc_figure(j->pid, "CapPrm"), 0);
	live_ok(jail_ctl(j, "reboot\n"));
	live_ok(jail_wait_text(j, "/tmp/lives", "life\nlife\n", LIVE_SOON_MS));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "x\nx\n");
	assert_false(jail_log_has(j, "not permitted"));
}

/* CAP_KILL, for other users' processes. */
TEST(test_boot_kill)
{
	static const struct caps kill_alone = { CAP(CAP_KILL), true };
	static const struct caps others = { ALL & ~CAP(CAP_KILL), true };

	need_root();
	start(j, &kill_alone, NULL, NULL);
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_true(jail_exists(j, OTHER_MARK));
	live_ok(unlink(jail_path(j, OTHER_MARK)));

	live_ok(jail_again(j));
	start(j, &others, NULL, NULL);
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	live_log_has(j, "something is left that KILL does not end");
	assert_false(jail_exists(j, OTHER_MARK));
}

/* CAP_SYS_BOOT, for a manager that is to see a reboot. */
TEST(test_boot_reboot)
{
	static const struct caps boot = { CAP(CAP_SYS_BOOT), false };
	static const struct caps others = { ALL & ~CAP(CAP_SYS_BOOT), false };
	int st;

	need_root();
	start(j, &boot, "-l", "reboot");
	live_ok(jail_ctl(j, "reboot\n"));
	st = jail_wait(j, LIVE_SOON_MS, NULL);
	assert_true(st != -1 && WIFSIGNALED(st) && WTERMSIG(st) == SIGHUP);

	live_ok(jail_again(j));
	start(j, &others, "-l", "reboot");
	live_ok(jail_ctl(j, "reboot\n"));
	live_ok(jail_wait_log(j, "reboot: Operation not permitted; "
	    "again in place", LIVE_SOON_MS));
}

static void
app(struct jail *j, bool host)
{
	static const struct caps none = { 0, false };
	struct jail_opts o = { .before_exec = before, .host = host,
	    .arg = (void *)(uintptr_t)&none };

	live_ok(jail_start(j, &o, JAILINIT, "-t", "1", "--",
	    "/bin/sh", "-c", "(trap 'echo x >>" LIVE_MARK "; exit' TERM\n"
	    "echo >/tmp/ready; while :; do sleep 0.1; done) &\n"
	    "until [ -e /tmp/ready ]; do sleep 0.1; done; exit 7", NULL));
	(void)live_exits(j, 7, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "x\n");
}

TEST(test_app)
{
	need_root();
	app(j, false);
}

TEST(test_app_subtree)
{
	need_root();
	app(j, true);
}

/*
 * jailctl
 */
static int
ctl_child(void *arg)
{
	(void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	caps_keep(*(const uint64_t *)arg);
	execl("/bin/sh", "sh", "-c", "cd /; PATH=/sbin:/bin; "
	    "jailctl status >/tmp/status && jailctl ready && "
	    "shutdown -k now hello", (char *)NULL);
	return (126);
}

static int
halt_child(void *arg)
{
	(void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	caps_keep(*(const uint64_t *)arg);
	execl("/sbin/jailctl", "halt", (char *)NULL);
	return (126);
}

/* Another user's terminal, which nobody else may write to. */
static int
term_child(void *arg)
{
	char buf[512];
	int fd, heard_fd, slave_fd;
	ssize_t n;

	(void)arg;
	fd = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	if (fd == -1 || unlockpt(fd) == -1 ||
	    (slave_fd = open(ptsname(fd), O_RDWR | O_NOCTTY)) == -1 ||
	    fchown(slave_fd, OTHER_UID, OTHER_UID) == -1 ||
	    fchmod(slave_fd, 0600) == -1)
		return (126);
	heard_fd = open(HEARD, O_WRONLY | O_CREAT | O_APPEND, 0644);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		(void)!write(heard_fd, buf, (size_t)n);
	return (0);
}

static int
enter_wait(struct jail *j, int (*fn)(void *), uint64_t keep)
{
	pid_t pid = jail_enter(j, fn, &keep);
	int st = -1;

	assert_true(pid > 0);
	j->n_entered--;
	assert_int_equal(waitpid(pid, &st, 0), pid);
	return (WIFEXITED(st) ? WEXITSTATUS(st) : -1);
}

/* Nothing for a request; CAP_DAC_OVERRIDE, to warn others. */
TEST(test_jailctl)
{
	static const struct jail_opts o = { .pts = true };
	const char *program = getenv("JAILCTL");
	int64_t end_ms;

	need_root();
	live_ok(jail_copy(j, program != NULL && *program != '\0' ? program :
	    "build/jailctl", "/sbin/jailctl"));
	/* Who asks for the end is to end before it. */
	live_ok(jail_script(j, "/etc/rc.shutdown", "sleep 1"));
	(void)unlink(jail_path(j, "/bin/shutdown"));
	live_ok(symlink("jailctl", jail_path(j, "/sbin/shutdown")));
	live_boot(j, &o);
	assert_true(jail_enter(j, term_child, NULL) > 0);
	live_ok(jail_wait_file(j, HEARD, LIVE_SOON_MS));
	live_ok(enter_wait(j, ctl_child, ALL & ~CAP(CAP_DAC_OVERRIDE)));
	jail_sleep_ms(QUIET_MS);
	assert_string_equal(jail_file(j, HEARD), "");
	live_ok(enter_wait(j, ctl_child, CAP(CAP_DAC_OVERRIDE)));
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	while (strstr(jail_file(j, HEARD), "hello") == NULL &&
	    jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	assert_non_null(strstr(jail_file(j, HEARD), "hello"));
	live_ok(enter_wait(j, ctl_child, 0));
	live_ok(enter_wait(j, halt_child, 0));
	live_ok(jail_wait_log(j, "halt requested", LIVE_SOON_MS));
}

/*
 * jailkill
 */
__attribute__((sentinel)) static int
jk(uint64_t keep, const char *arg, ...)
{
	char *argv[KILL_ARGV_MAX];
	struct caps c = { keep, false };
	struct kill_opts o = { .before_exec = before, .arg = &c };

	KILL_ARGV(arg, argv);
	kill_start_argv(&kill_last, &o, argv);
	return (kill_wait(&kill_last, KILL_LONG_MS));
}

static bool
said(const char *text)
{
	return (strstr(kill_last.out, text) != NULL ||
	    strstr(kill_last.err, text) != NULL);
}

/* CAP_SYS_PTRACE: what it does, and where it is. */
TEST(test_list)
{
	need_root();
	live_boot(j, NULL);
	live_ok(jk(CAP(CAP_SYS_PTRACE), "-l", NULL));
	assert_true(said(" run ") && said(j->root));
	live_ok(jk(ALL & ~CAP(CAP_SYS_PTRACE), "-l", NULL));
	assert_true(said(kill_jid(j)));
	assert_false(said(" run ") || said(j->root));
}

/* Without any it is asked by a signal, which names no budget; with
 * CAP_SYS_PTRACE by its FIFO. */
TEST(test_halt)
{
	need_root();
	live_boot(j, NULL);
	live_ok(jk(CAP(CAP_SYS_PTRACE), "-h", "-t", "30", kill_jid(j), NULL));
	live_log_has(j, "halt requested, gone in 27 s at most");
	live_ok(jail_again(j));
	live_boot(j, NULL);
	live_ok(jk(0, "-h", "-t", "30", kill_jid(j), NULL));
	live_log_has(j, "halt requested, gone in 105 s at most");
}

/* One that has to be killed. */
TEST(test_halt_force)
{
	need_root();
	live_ok(jail_start(j, NULL, "/bin/sh", "-c", "trap '' TERM; "
	    "echo >/tmp/ready; while :; do sleep 1; done", NULL));
	live_ok(jail_wait_file(j, "/tmp/ready", LIVE_SOON_MS));
	assert_int_equal(jk(0, "-h", "-t", "1", kill_jid(j), NULL), 1);
	assert_true(said("had to be killed"));
}

/* Of a jail of another user's: CAP_KILL, or it is not ours to end, and
 * CAP_DAC_OVERRIDE beside CAP_SYS_PTRACE, or it is asked by a signal. */
TEST(test_halt_other)
{
	const uint64_t asks = CAP(CAP_SYS_PTRACE) | CAP(CAP_DAC_OVERRIDE),
	    needs = asks | CAP(CAP_KILL);
	static const struct jail_opts o = { .uid = OTHER_UID,
	    .gid = OTHER_UID };
	const uint64_t keep[] = { needs, CAP(CAP_KILL), ALL &
	    ~CAP(CAP_SYS_PTRACE), ALL & ~CAP(CAP_DAC_OVERRIDE) };
	size_t i;

	need_root();
	live_ok(chown(jail_path(j, "/var/run"), OTHER_UID, OTHER_UID));
	for (i = 0; i < sizeof(keep) / sizeof(keep[0]); i++) {
		live_boot(j, &o);
		assert_int_equal(jk(ALL & ~CAP(CAP_KILL), "-h",
		    kill_jid(j), NULL), 77);
		live_ok(jk(keep[i], "-h", "-t", "30", kill_jid(j), NULL));
		live_log_has(j, i == 0 ? "gone in 27 s at most" :
		    "gone in 105 s at most");
		live_ok(jail_again(j));
	}
}

/* CAP_SYS_ADMIN and CAP_SYS_PTRACE to enter, CAP_KILL for other users'. */
TEST(test_signal)
{
	static const struct caps other = { ALL, true };
	const uint64_t needs = CAP(CAP_SYS_ADMIN) | CAP(CAP_SYS_PTRACE) |
	    CAP(CAP_KILL);
	const int each[] = { CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_KILL };
	size_t i;

	need_root();
	start(j, &other, NULL, NULL);
	for (i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
		/* (For CAP_KILL there are root's that have got it.) */
		assert_int_equal(jk(needs & ~CAP(each[i]), "-s", "URG",
		    kill_jid(j), NULL), each[i] == CAP_KILL ? 0 : 77);
		assert_true(said("not permitted") == (each[i] != CAP_KILL));
		jail_sleep_ms(QUIET_MS);
		assert_false(jail_exists(j, OTHER_MARK));
	}
	live_ok(jk(needs, "-s", "URG", kill_jid(j), NULL));
	live_ok(jail_wait_file(j, OTHER_MARK, LIVE_SOON_MS));
}

/* A line of the trace of who enters that begins with a call, and how it
 * ended. */
static bool
traced(const char *file, const char *call, bool good)
{
	char line[1024];
	bool found = false;
	FILE *f = fopen(file, "r");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strstr(line, call) != NULL &&
		    (strstr(line, " = 0\n") != NULL) == good)
			found = true;
	if (f != NULL)
		fclose(f);
	return (found);
}

/* What hides the host from a jail that is entered, and keeps its user away;
 * and that it is not slow among many. */
TEST(test_signal_better)
{
	static const struct { int cap; const char *call; } each[] = {
		{ CAP_SYS_CHROOT, "chroot(\".\"" },
		{ CAP_SETUID, "setresuid(4294967294, " },
		{ CAP_SYS_NICE, "setpriority(PRIO_PROCESS, 0, -20)" } };
	const char *jid, *program = getenv("JAILKILL"), *file;
	size_t i, k;

	need_root();
	live_boot(j, NULL);
	jid = kill_jid(j);
	file = kill_fmt("%s/trace", j->dir);
	for (i = 0; i <= sizeof(each) / sizeof(each[0]); i++) {
		live_ok(system(kill_fmt("ASAN_OPTIONS=detect_leaks=0"
		    " strace -f -qq -o %s setpriv --bounding-set "
		    "-all,+sys_admin,+sys_ptrace,+kill"
		    "%s%s%s %s -s URG %s", file, i == 0 ? "" : ",+sys_chroot",
		    i == 1 ? "" : ",+setuid", i == 2 ? "" : ",+sys_nice",
		    program != NULL && *program != '\0' ? program :
		    "build/jailkill", jid)));
		for (k = 0; k < sizeof(each) / sizeof(each[0]); k++)
			assert_true(traced(file, each[k].call, i != k));
	}
}

/*
 * jailroot
 */

/* CAP_SYS_CHROOT, to try a program that has libraries; CAP_MKNOD, for devices
 * that need not be mounted. */
TEST(test_jailroot)
{
	static const struct { const char *caps; bool good, nodes; } t[] = {
		{ "-all", false, false },
		{ "-all,+sys_chroot", true, false },
		{ "-all,+sys_chroot,+mknod", true, true } };
	char top[PATH_MAX];
	const char *dir;
	struct stat st;
	size_t i;

	need_root();
	snprintf(top, sizeof(top), "%s", __FILE__);
	*strrchr(top, '/') = '\0';
	if (system(kill_fmt("ldd %s/sbin/jailinit >/dev/null 2>&1",
	    j->root)) != 0)
		live_skip("jailroot: no program with libraries");
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		dir = kill_fmt("%s/made%zu", j->dir, i);
		assert_true((system(kill_fmt("JAILROOT_PROGRAMS=%s/sbin "
		    "JAILROOT_RC=%s/../../rc/jail setpriv --bounding-set %s "
		    "sh %s/../../rc/host/jailroot %s >%s/out 2>&1", j->root,
		    top, t[i].caps, top, dir, j->dir)) == 0) == t[i].good);
		if (t[i].good) {
			live_ok(stat(kill_fmt("%s/dev/null", dir), &st));
			assert_true(S_ISCHR(st.st_mode) == t[i].nodes);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KILL_TEST(test_boot),
		KILL_TEST(test_boot_kill),
		KILL_TEST(test_boot_reboot),
		KILL_TEST(test_app),
		KILL_TEST(test_app_subtree),
		KILL_TEST(test_jailctl),
		KILL_TEST(test_list),
		KILL_TEST(test_halt),
		KILL_TEST(test_halt_force),
		KILL_TEST(test_halt_other),
		KILL_TEST(test_signal),
		KILL_TEST(test_signal_better),
		KILL_TEST(test_jailroot),
	};

	is_root = geteuid() == 0;
	kill_world();
	LIVE_MAIN("caps");
}
