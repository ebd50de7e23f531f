/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * App mode, "jailinit -- command".  Guards against: a lost exit status;
 * processes left behind that get neither TERM nor time; a signal that does not
 * reach the command, or reaches a process that is not ours; a shell without
 * job control.
 * check: few
 */
#include "live.h"

#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>

#include "probe.h"
#include "pty.h"

#define JAILINIT	"/sbin/jailinit"
#define GOT		"/tmp/got"

/* App mode has no FIFO and no status otherwise. */
#define TOLD		"-c", JAIL_CTL, "-f", JAIL_STATUS

/* Starts jailinit option option -- sh -c script (options may be NULL). */
static void
app_start(struct jail *j, const struct jail_opts *o, const char *opt,
    const char *arg, const char *script)
{
	int e;

	if (opt == NULL)
		e = jail_start(j, o, JAILINIT, "--", "/bin/sh", "-c", script,
		    NULL);
	else
		e = jail_start(j, o, JAILINIT, opt, arg, "--", "/bin/sh",
		    "-c", script, NULL);
	assert_int_equal(e, 0);
}

/* The same with them. */
static void
app_told(struct jail *j, const char *opt, const char *arg, const char *script)
{
	live_ok(jail_start(j, NULL, JAILINIT, TOLD, opt, arg, "--", "/bin/sh",
	    "-c", script, NULL));
}

static void
app_exits(struct jail *j, const char *script, int code)
{
	app_start(j, NULL, NULL, NULL, script);
	(void)live_exits(j, code, LIVE_SOON_MS);
	live_ok(jail_again(j));
}

TEST(test_exit_statuses)
{
	char script[32];
	int code;

	for (code = 0; code <= 255; code++) {
		snprintf(script, sizeof(script), "exit %d", code);
		app_exits(j, script, code);
	}
}

/* Signals whose default is not to end the process. */
static bool
is_harmless(int sig)
{
	return (sig == SIGCHLD || sig == SIGCONT || sig == SIGSTOP ||
	    sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU ||
#ifdef SIGINFO
	    sig == SIGINFO || sig == SIGIO || sig == SIGTHR ||
	    sig == SIGLIBRT ||
#endif
	    sig == SIGURG || sig == SIGWINCH);
}

TEST(test_exit_signals)
{
	char text[16];
	int sig;

	live_ok(probe_install(j));
	for (sig = 1; sig <= JAIL_SIGMAX; sig++) {
		if (is_harmless(sig))
			continue;
		snprintf(text, sizeof(text), "%d", sig);
		live_ok(jail_start(j, NULL, JAILINIT, "--", PROBE, "raise",
		    text, NULL));
		(void)live_exits(j, 128 + sig, LIVE_SOON_MS);
		live_ok(jail_again(j));
	}
}

/* What killed it is said, unless whoever ended it knows: the stop signal, TERM
 * and KILL of the end, and TERM, INT, HUP that are passed on. */
TEST(test_killed_said)
{
	static const struct {
		const char *script;
		int sig, said;
	} cases[] = {
		{ "kill -SEGV $$", 0, SIGSEGV },
		{ "kill -KILL $$", 0, SIGKILL },
		{ "echo up; exec sleep 1000", SIGUSR1, SIGUSR1 },
		{ "echo up; exec sleep 1000", SIGINT, 0 },
		{ "echo up; exec sleep 1000", SIGHUP, 0 },
		{ "echo up; exec sleep 1000", SIGTERM, 0 },	/* QUIT */
		{ "trap '' QUIT; echo up; exec sleep 1000", SIGTERM, 0 },
		{ "trap '' QUIT TERM HUP; echo up; exec sleep 1000", SIGTERM,
		    0 },
		{ "exit 139", 0, 0 }
	};
	char text[64];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		live_ok(jail_start(j, NULL, JAILINIT, "-SQUIT", "-s1", "-t1",
		    "--", "/bin/sh", "-c", cases[i].script, NULL));
		if (cases[i].sig != 0) {
			live_ok(jail_wait_log(j, "up\n", LIVE_SOON_MS));
			live_ok(jail_signal(j, cases[i].sig));
		}
		assert_true(jail_wait(j, LIVE_SOON_MS, NULL) != -1);
		snprintf(text, sizeof(text), "jailinit: /bin/sh: killed by "
		    "signal %d (", cases[i].said);
		assert_int_equal(jail_log_count(j, text), cases[i].said != 0);
		assert_int_equal(jail_log_count(j, "killed by"),
		    cases[i].said != 0);
		live_ok(jail_again(j));
	}
}

/* The status is the process's, not its first thread's. */
TEST(test_exit_thread)
{
	live_ok(probe_install(j));
	live_ok(jail_start(j, NULL, JAILINIT, "--", PROBE, "leader", "5",
	    NULL));
	(void)live_exits(j, 5, LIVE_SOON_MS);
}

/* The command has ended while process 1 was stopped, and others after it. */
TEST(test_exit_stopped)
{
	app_told(j, "-t", "10", "(sleep 0.2; exit 3) & while ! [ -e /tmp/go ];"
	    " do sleep 0.02; done; exit 9");
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGSTOP));
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	while (jail_count(j) - jail_zombies(j) != 1) {
		assert_true(jail_now_ms() - j->started_ms < LIVE_SOON_MS);
		jail_sleep_ms(5);
	}
	live_ok(jail_signal(j, SIGTERM));
	live_ok(jail_signal(j, SIGCONT));
	(void)live_exits(j, 9, LIVE_SOON_MS);
}

TEST(test_not_executed)
{
	live_ok(jail_start(j, NULL, JAILINIT, "--", "/nowhere", NULL));
	(void)live_exits(j, 127, LIVE_SOON_MS);
	live_log_has(j, "jailinit: /nowhere: No such file or directory\n");
	live_ok(jail_again(j));
	live_ok(jail_start(j, NULL, JAILINIT, "--", "nowhere", NULL));
	(void)live_exits(j, 127, LIVE_SOON_MS);
	live_ok(jail_again(j));
	live_ok(jail_start(j, NULL, JAILINIT, "--", "/etc/passwd", NULL));
	(void)live_exits(j, 126, LIVE_SOON_MS);
	live_log_has(j, "jailinit: /etc/passwd: Permission denied\n");
	live_ok(jail_again(j));
	live_ok(jail_start(j, NULL, JAILINIT, "--", "/etc", NULL));
	(void)live_exits(j, 126, LIVE_SOON_MS);
}

/* An ELF file that no kernel takes for one of its own. */
static void
foreign_make(struct jail *j, const char *path)
{
	int fd;

	live_ok(jail_copy(j, getenv("JAILINIT"), path));
	fd = open(jail_path(j, path), O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, "\x5a\x5a", 2, 18), 2);	/* e_machine */
	close(fd);
}

static void
format_case(struct jail *j, const char *what, int code, const char *says)
{
	const char *name = strrchr(what, '/') + 1, *colon;
	int i;

	for (i = 0; i < 2; i++) {
		live_ok(jail_start(j, NULL, JAILINIT, "--", i == 0 ? what :
		    name, "two words", "-", NULL));
		(void)live_exits(j, code, LIVE_SOON_MS);
		colon = strrchr(jail_log(j), ':');
		if (strcmp(says, colon == NULL ? "" : colon + 1) != 0)
			fail_msg("%s: %s", what, jail_log(j));
		live_ok(jail_again(j));
	}
}

/* With every libc: a text without "#!" is sh's, a program of another machine is
 * nobody's, nor is a script that names one. */
TEST(test_formats)
{
	static const char bad[] = " Exec format error\n";
	const char *build[] = { getenv("JAILINIT"), getenv("JAILINIT_MUSL") };
	size_t i;

	live_ok(jail_write(j, "/bin/text", 0755, "echo \"text:$0, $1, $#\"\n"
	    "exit 5\n"));
	live_ok(jail_write(j, "/bin/empty", 0755, ""));
	live_ok(jail_write(j, "/bin/short", 0755, "\177ELF"));
	live_ok(jail_write(j, "/bin/other", 0755, "#!/bin/foreign\n"
	    "echo no\n"));
	live_ok(jail_write(j, "/sbin/denied", 0644, "echo no\n"));
	foreign_make(j, "/bin/foreign");
	for (i = 0; i < sizeof(build) / sizeof(build[0]); i++) {
		if (build[i] == NULL)
			continue;
		live_ok(jail_copy(j, build[i], JAILINIT));
		format_case(j, "/bin/text", 5, "/bin/text, two words, 2\n");
		format_case(j, "/bin/empty", 0, "");
		format_case(j, "/bin/short", 126, bad);
		format_case(j, "/bin/foreign", 126, bad);
		format_case(j, "/bin/other", 126, bad);
		format_case(j, "/sbin/denied", 126, " Permission denied\n");
		/* it does not stand in the way of another */
		live_ok(jail_write(j, "/sbin/text", 0644, ""));
		live_ok(jail_start(j, NULL, JAILINIT, "--", "text", NULL));
		(void)live_exits(j, 5, LIVE_SOON_MS);
		live_ok(jail_again(j));
	}
}

/*
 * Leftovers.
 */
TEST(test_leftover_term)
{
	int64_t ms;

	app_told(j, "-t", "10", "for i in 1 2 3; do setsid sh -c "
	    "'trap \"sleep 0.2; echo x >>" LIVE_MARK "; exit\" TERM;"
	    " echo up >>/tmp/up; while :; do sleep 0.02; done' & done;"
	    " while [ $(wc -l </tmp/up || echo 0) != 3 ]; do sleep 0.02; done;"
	    " exit 7");
	ms = live_exits(j, 7, LIVE_SOON_MS);
	assert_true(ms >= 200);
	assert_int_equal(strlen(jail_file(j, LIVE_MARK)), 6);
	assert_string_equal(jail_status(j, "forced"), "");
	assert_string_equal(jail_status(j, "mode"), "app");
	assert_string_equal(jail_status(j, "state"), "gone");
	assert_string_equal(jail_status(j, "boot_status"), "");
}

TEST(test_leftover_kill)
{
	int64_t ms;

	app_told(j, "-t", "1", "setsid sh -c 'trap \"\" TERM;"
	    " touch /tmp/up; exec sleep 1000' & while ! [ -e /tmp/up ]; do"
	    " sleep 0.02; done; exit 8");
	ms = live_exits(j, 8, LIVE_SOON_MS);
	assert_in_range(ms, 1000, 1000 + LIVE_LATE_MS);
	assert_string_equal(jail_status(j, "forced"), "term");
	live_log_has(j, "jailinit: still there after TERM: sleep (");
}

/*
 * Signals.
 */
static bool
got_line(const struct jail *j, const char *path, int sig)
{
	char line[16];

	snprintf(line, sizeof(line), "\n%d\n", sig);
	return (strstr(jail_file(j, path), line) != NULL);
}

static void
assert_got(struct jail *j, const char *path, int sig)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (!got_line(j, path, sig)) {
		if (jail_now_ms() >= end_ms)
			fail_msg("%s: no signal %d in:\n%s", path, sig,
			    jail_file(j, path));
		jail_sleep_ms(1);
	}
}

static void
signals_start(struct jail *j, const char *opt, const char *arg,
    const char *last)
{
	(void)unlink(jail_path(j, GOT));
	(void)unlink(jail_path(j, GOT ".child"));
	live_ok(jail_start(j, NULL, JAILINIT, "-lexit", TOLD, opt, arg,
	    "--", PROBE, "signals", GOT, last, NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	while (strcmp(jail_file(j, GOT), "ready\n") != 0) {
		assert_true(jail_now_ms() - j->started_ms < LIVE_SOON_MS);
		jail_sleep_ms(1);
	}
}

/* 32 and 33 are libc's own, which nobody can catch. */
static bool
is_passed(int sig)
{
	return (sig != SIGKILL && sig != SIGSTOP && sig != SIGCHLD &&
#ifdef SIGPWR
	    sig != SIGPWR &&
#endif
	    sig != SIGTERM && sig != 32 && sig != 33 &&
	    (sig < JAIL_SIGRTMIN + 3 || sig > JAIL_SIGRTMIN + 5));
}

static void
signals_pass(struct jail *j, bool group)
{
	int sig;

	for (sig = 1; sig <= JAIL_SIGMAX; sig++) {
		if (!is_passed(sig))
			continue;
		live_ok(jail_signal(j, sig));
		assert_got(j, GOT, sig);
		if (group)
			assert_got(j, GOT ".child", sig);
	}
	if (!group)
		assert_string_equal(jail_file(j, GOT ".child"), "ready\n");
	assert_string_equal(jail_status(j, "state"), "run");
	assert_string_equal(jail_status(j, "request"), "");
}

TEST(test_signals_passed)
{
	live_ok(probe_install(j));
	signals_start(j, "-t", "10", "0");
	signals_pass(j, false);
	live_ok(jail_again(j));
	signals_start(j, "-g", "-t10", "0");
	signals_pass(j, true);
}

/* What ends the jail does so with the stop signal. */
TEST(test_signals_end)
{
	static const int enders[] = { SIGTERM, JAIL_SIGRTMIN + 3,
	    JAIL_SIGRTMIN + 4, JAIL_SIGRTMIN + 5,
#ifdef SIGPWR
	    SIGPWR
#endif
	};
	static const char *const verb[] = { "halt", "halt", "poweroff",
	    "reboot", "halt" };
	char usr1[8];
	size_t i;

	live_ok(probe_install(j));
	snprintf(usr1, sizeof(usr1), "%d", SIGUSR1);
	for (i = 0; i < sizeof(enders) / sizeof(enders[0]); i++) {
		signals_start(j, "-S", "USR1", usr1);
		live_ok(jail_signal(j, enders[i]));
		(void)live_exits(j, 42, LIVE_SOON_MS);
		assert_string_equal(jail_status(j, "request"), verb[i]);
		assert_false(got_line(j, GOT, enders[i]));
		assert_false(got_line(j, GOT ".child", SIGUSR1));
		live_ok(jail_again(j));
	}
}

TEST(test_fifo_ends)
{
	app_told(j, "-t", "10", "trap 'exit 5' TERM; touch /tmp/up;"
	    " while :; do sleep 0.02; done");
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 5, LIVE_SOON_MS);
	live_log_has(j, "jailinit: halt requested, gone in 105 s at most\n");
	assert_string_equal(jail_status(j, "request"), "halt");
}

/* A stopped command cannot act on TERM without CONT. */
TEST(test_stopped_command)
{
	pid_t pid;

	app_start(j, NULL, NULL, NULL, "touch /tmp/up; kill -STOP $$;"
	    " sleep 1000; exit 9");
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	pid = jail_find(j, "sh");
	assert_true(pid > 0);
	live_ok(proc_wait_state(pid, 'T', LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGTERM));
	(void)live_exits(j, 128 + SIGTERM, LIVE_SOON_MS);
}

/* A log that may not be longer is no signal for the command: SIGXFSZ, which
 * would end this one with 153. */
static void
no_file_size(void *arg)
{
	const struct rlimit none = { 0, 0 };

	(void)arg;
	(void)setrlimit(RLIMIT_FSIZE, &none);
}

TEST(test_log_full)
{
	struct jail_opts o = { .before_exec = no_file_size };
	int i;

	for (i = 0; i < 2; i++) {
		o.host = i == 1;
		live_ok(jail_start(j, &o, JAILINIT, "--", "/bin/sh",
		    "-c", "trap 'sleep 0.3; exit 7' TERM; mkdir /tmp/ready;"
		    "while :; do sleep 0.05; done", NULL));
		live_ok(jail_wait_file(j, "/tmp/ready", LIVE_SOON_MS));
		live_ok(jail_signal(j, SIGTERM));
		(void)live_exits(j, 7, LIVE_SOON_MS);
		live_ok(rmdir(jail_path(j, "/tmp/ready")));
		live_ok(jail_again(j));
	}
}

TEST(test_ignores_term)
{
	int64_t ms;

	live_ok(jail_start(j, NULL, JAILINIT, TOLD, "-s", "1", "-t", "1",
	    "--", "/bin/sh", "-c", "trap '' TERM; touch /tmp/up;"
	    " while :; do sleep 0.5; done", NULL));
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGTERM));
	ms = live_exits(j, 128 + SIGKILL, LIVE_SOON_MS);
	assert_in_range(ms, 2000, 2000 + LIVE_LATE_MS);
	assert_string_equal(jail_status(j, "forced"), "shutdown,term");
	live_log_has(j, "jailinit: /bin/sh: took over 1 s, the others get "
	    "TERM\n");
}

/* rc.shutdown runs while the command ends, and others live until both have
 * ended. */
TEST(test_rc_shutdown)
{
	live_ok(jail_script(j, "/down", "echo down $1 >>" LIVE_MARK
	    "; while ! [ -e /tmp/termed ]; do sleep 0.02; done; sleep 0.3;"
	    " kill -0 $(cat /tmp/left) && echo others >>" LIVE_MARK));
	app_start(j, NULL, "-R", "/down", "setsid sleep 1000 &"
	    " echo $! >/tmp/left; trap 'touch /tmp/termed; exit 3' TERM;"
	    " touch /tmp/up; while :; do sleep 0.02; done");
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	live_ok(jail_signal(j, JAIL_SIGRTMIN + 4));
	(void)live_exits(j, 3, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "down poweroff\n"
	    "others\n");
}

/* It also runs when the command ends by itself; without -R there is none. */
TEST(test_rc_shutdown_after)
{
	live_ok(jail_script(j, "/etc/rc.shutdown", "echo $1 >>" LIVE_MARK));
	app_exits(j, "exit 4", 4);
	assert_false(jail_exists(j, LIVE_MARK));
	app_start(j, NULL, "-R", "/etc/rc.shutdown", "exit 6");
	(void)live_exits(j, 6, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
}

/*
 * Its surroundings.
 */
static void
place_set(void *arg)
{
	(void)arg;
	umask(027);
	(void)!chdir("/etc");
}

TEST(test_untouched)
{
	static const char *const env[] = { "NOTIFY_SOCKET=/nowhere/notify",
	    "FOO=bar baz", NULL };
	static const struct jail_opts o = { .env = env,
	    .before_exec = place_set };
	const char *out;

	app_start(j, &o, NULL, NULL, "echo $PWD $(umask); exec env");
	(void)live_exits(j, 0, LIVE_SOON_MS);
	out = jail_log(j);
	assert_non_null(strstr(out, "/etc 0027\n"));
	assert_non_null(strstr(out, "NOTIFY_SOCKET=/nowhere/notify\n"));
	assert_non_null(strstr(out, "FOO=bar baz\n"));
	assert_non_null(strstr(out, "PATH=/sbin:/bin:/usr/sbin:/usr/bin\n"));
	assert_null(strstr(out, "JAILINIT"));
	assert_null(strstr(out, "jailinit:"));
}

/* Process 1 does not keep the directory; the command, its later lives, and -R's
 * program start there.  -c and -f are relative to it. */
TEST(test_directory)
{
	static const struct jail_opts o = { .before_exec = place_set };
	int i;

	live_ok(jail_script(j, "/etc/leave", "pwd >>" LIVE_MARK));
	live_ok(jail_start(j, &o, JAILINIT, "-R", "./leave", "--", "/bin/sh",
	    "-c", "pwd >>" LIVE_MARK "; exec sleep 1000", NULL));
	for (i = 0; i < 2; i++) {
		live_ok(jail_wait_text(j, LIVE_MARK, i == 0 ? "/etc\n" :
		    "/etc\n/etc\n/etc\n", LIVE_SOON_MS));
		while (strcmp(jail_cwd(j, j->pid), "/") != 0) {
			assert_true(jail_now_ms() - j->started_ms <
			    2 * LIVE_SOON_MS);
			jail_sleep_ms(5);
		}
		live_ok(jail_signal(j, i == 0 ? JAIL_SIGRTMIN + 5 : SIGTERM));
	}
	(void)live_exits(j, 128 + SIGTERM, LIVE_SOON_MS);
	live_ok(jail_again(j));
	live_ok(jail_start(j, &o, JAILINIT, "-c", "ctl", "-f", "status", "--",
	    "/bin/sh", "-c", "exec sleep 1000", NULL));
	live_ok(jail_wait_file(j, "/etc/status", LIVE_SOON_MS));
	/* It may get TERM before it has ended by itself. */
	(void)jail_sh(j, "echo halt >/etc/ctl");
	(void)live_exits(j, 128 + SIGTERM, LIVE_SOON_MS);
}

#define PLACE	"0123456789012345678901234567890123456789012345678901234567890"

/* The path of the working directory is long, or it has none any more. */
static void
place_deep(void *arg)
{
	const bool *gone = arg;
	int i;

	for (i = 0; i < 8; i++)
		(void)(mkdir(PLACE, 0755) == 0 && chdir(PLACE) == 0);
	if (*gone)
		(void)rmdir("../" PLACE);
}

TEST(test_directory_deep)
{
	bool gone[] = { false, true };
	struct jail_opts o = { .before_exec = place_deep };
	int i;

	for (i = 0; i < 2; i++) {
		o.arg = &gone[i];
		live_ok(jail_start(j, &o, JAILINIT, "--", "/bin/sh", "-c",
		    "pwd >>" LIVE_MARK "; exec sleep 1000", NULL));
		live_ok(jail_wait_file(j, LIVE_MARK, LIVE_SOON_MS));
		if (!gone[i])
			assert_non_null(strstr(jail_file(j, LIVE_MARK), PLACE));
		assert_int_equal(strlen(jail_cwd(j, j->pid)), 1);
		live_ok(jail_signal(j, SIGTERM));
		(void)live_exits(j, 128 + SIGTERM, LIVE_SOON_MS);
		live_ok(unlink(jail_path(j, LIVE_MARK)));
		live_ok(jail_again(j));
	}
}

/* Signals that were ignored stay so, unless process 1 got them: nohup, and & in
 * a script. */
TEST(test_ignored)
{
	static const struct jail_opts o = { 0 };

	live_ok(probe_install(j));
	live_ok(jail_start(j, &o, "/bin/sh", "-c",
	    "trap '' HUP INT; /sbin/jailinit -- /bin/sh -c "
	    "'" PROBE "; touch /tmp/up; sleep 1000' & pid=$!; "
	    "while ! [ -e /tmp/up ]; do sleep 0.02; done; "
	    "kill -HUP $pid; kill -INT $pid; sleep 0.5; kill -0 $pid && "
	    "kill -TERM $pid; wait $pid; exit $?", NULL));
	(void)live_exits(j, 128 + SIGTERM, LIVE_SOON_MS);
	/* and QUIT, by & */
	assert_string_equal(probe_value(j, "probe", "ignored"), "7");
	live_ok(jail_again(j));
	live_ok(jail_start(j, &o, "/bin/sh", "-c", "trap '' HUP INT; "
	    "exec /sbin/jailinit -- " PROBE, NULL));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_string_equal(probe_value(j, "probe", "ignored"), "0");
}

/* The arrays of a large environment do not fit into a small stack. */
static void
large_exec(void *arg)
{
	static char vars[8000][6], *env[8002];
	const struct rlimit stack = { 128 * 1024, 128 * 1024 };
	int i, n = 0;

	/* PATH is added in boot mode, and more at a reboot */
	for (i = 0; i < 8000; i++) {
		snprintf(vars[i], sizeof(vars[i]), "%c%c%c=x",
		    'A' + i / 400, 'A' + i / 20 % 20, 'a' + i % 20);
		env[n++] = vars[i];
	}
	(void)setrlimit(RLIMIT_STACK, &stack);
	(void)execve(JAILINIT, arg, env);
}

TEST(test_large_environment)
{
	static const char *const app[] = { JAILINIT, "--", "/bin/sh", "-c",
	    "echo >>" LIVE_MARK "; exec sleep 1000", NULL };
	static const char *const boot[] = { JAILINIT, NULL };
	struct jail_opts o = { .before_exec = large_exec };
	int i;

	live_ok(jail_script(j, "/etc/rc", "echo >>" LIVE_MARK));
	for (i = 0; i < 2; i++) {
		o.arg = (void *)(uintptr_t)(i == 0 ? app : boot);
		live_ok(jail_start(j, &o, JAILINIT, NULL));
		live_ok(jail_wait_text(j, LIVE_MARK, "\n", LIVE_SOON_MS));
		live_ok(jail_signal(j, JAIL_SIGRTMIN + 5));
		live_ok(jail_wait_text(j, LIVE_MARK, "\n\n", LIVE_SOON_MS));
		live_ok(jail_signal(j, SIGTERM));
		(void)live_exits(j, i == 0 ? 128 + SIGTERM : 0, LIVE_SOON_MS);
		live_ok(jail_again(j));
		live_ok(unlink(jail_path(j, LIVE_MARK)));
	}
}

/* The second life's command does not see that it is one. */
TEST(test_reboot)
{
	app_told(j, "-t", "10", "trap 'exit 5' TERM; env;"
	    " echo life >>" LIVE_MARK "; while :; do sleep 0.02; done");
	while (strcmp(jail_file(j, LIVE_MARK), "life\n") != 0) {
		assert_true(jail_now_ms() - j->started_ms < LIVE_SOON_MS);
		jail_sleep_ms(5);	/* it is there before it is written */
	}
	live_ok(jail_ctl(j, "reboot\n"));
	while (strcmp(jail_file(j, LIVE_MARK), "life\nlife\n") != 0) {
		assert_true(jail_now_ms() - j->asked_ms < LIVE_SOON_MS);
		jail_sleep_ms(5);
	}
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	assert_string_equal(jail_status(j, "request"), "");
	live_ok(jail_signal(j, SIGTERM));
	(void)live_exits(j, 5, LIVE_SOON_MS);
	assert_int_equal(jail_log_count(j, "PATH="), 2);
	assert_false(jail_log_has(j, "NEXT_LIFE"));
}

/* rc's environment neither, in no life. */
TEST(test_reboot_rc_env)
{
	live_ok(jail_script(j, "/etc/rc", "env; echo life"));
	live_boot(j, NULL);
	live_ok(jail_ctl(j, "reboot\n"));
	live_ok(jail_wait_log(j, "reboot requested", LIVE_SOON_MS));
	while (jail_log_count(j, "life\n") < 2) {
		assert_true(jail_now_ms() - j->asked_ms < LIVE_SOON_MS);
		jail_sleep_ms(5);
	}
	assert_int_equal(jail_log_count(j, "PATH=/sbin:/bin:/usr/sbin:"
	    "/usr/bin:/usr/local/sbin:/usr/local/bin\n"), 2);
	assert_false(jail_log_has(j, "NEXT_LIFE"));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

static char listen_pid[32];

/* Process 1's own number, which on FreeBSD is known no sooner. */
static void
listen_open(void *arg)
{
	int fd;

	(void)arg;
	snprintf(listen_pid, sizeof(listen_pid), "LISTEN_PID=%d",
	    (int)getpid());
	for (fd = 3; fd < 6; fd++)
		(void)dup2(0, fd);
}

/* Sockets that were passed by sd_listen_fds(3)'s rules are the command's, in
 * the second life too, unlike other descriptors, and nobody else's. */
TEST(test_listen)
{
	static const char *const env[] = { "LISTEN_FDS=2", listen_pid, NULL };
	static const struct jail_opts o = { .env = env,
	    .before_exec = listen_open };
	char self[PATH_MAX];
	int life;

	live_ok(probe_install(j));
	snprintf(self, sizeof(self), "%s", jail_path(j, PROBE));
	live_ok(jail_copy(j, self, "/rc.shutdown"));
	app_start(j, &o, "-R", "/rc.shutdown", "test $LISTEN_PID = $$ ||"
	    " exit 9; " PROBE "; touch /tmp/up; exec sleep 1000");
	for (life = 1; life <= 2; life++) {
		live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
		assert_string_equal(probe_value(j, "probe", "open"),
		    life == 1 ? "0,1,2,3,4,5" : "0,1,2,3,4");
		(void)unlink(jail_path(j, "/tmp/up"));
		live_ok(jail_signal(j, life == 1 ? JAIL_SIGRTMIN + 5 :
		    SIGTERM));
	}
	(void)live_exits(j, 128 + SIGTERM, LIVE_SOON_MS);
	assert_string_equal(probe_value(j, "rc.shutdown", "open"), "0,1,2");
}

/* Those that were meant for somebody else are like any. */
TEST(test_listen_not)
{
	static const char *const env[] = { "LISTEN_FDS=2", "LISTEN_PID=7",
	    NULL };
	static const struct jail_opts o = { .env = env,
	    .before_exec = listen_open };

	live_ok(probe_install(j));
	live_ok(jail_start(j, &o, JAILINIT, "--", PROBE, NULL));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_string_equal(probe_value(j, "probe", "open"), "0,1,2,3,4,5");
}

static char listen_id[40], watchdog_pid[32];

static void
named_open(void *arg)
{
	listen_open(NULL);
	snprintf(watchdog_pid, sizeof(watchdog_pid), "WATCHDOG_PID=%d",
	    (int)getpid() + *(const int *)arg);
	snprintf(listen_id, sizeof(listen_id), "LISTEN_PIDFDID=%llu",
	    (unsigned long long)(probe_id() + *(const unsigned *)arg));
}

/* The variables that named process 1 name the command, in the second life too;
 * those that named somebody else are left alone. */
static void
named_case(struct jail *j, int other, const char *const *env, const char *named)
{
	const struct jail_opts o = { .env = env, .before_exec = named_open,
	    .arg = &other };

	live_ok(probe_install(j));
	(void)unlink(jail_path(j, "/tmp/up"));
	app_start(j, &o, NULL, NULL, "[ -e /tmp/up ] && exec " PROBE "; "
	    "touch /tmp/up; exec sleep 1000");
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	live_ok(jail_signal(j, JAIL_SIGRTMIN + 5));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_string_equal(probe_value(j, "probe", "named"), named);
	live_ok(jail_again(j));
}

TEST(test_named)
{
	static const char *const sockets[] = { "LISTEN_FDS=2", listen_pid,
	    listen_id, watchdog_pid, NULL };
	static const char *const no_id[] = { "LISTEN_FDS=2", listen_pid, NULL };
	static const char *const watched[] = { "WATCHDOG_USEC=1000000",
	    watchdog_pid, NULL };

	named_case(j, 0, watched, " WATCHDOG_PID");
	named_case(j, 0, no_id, " LISTEN_PID");
	if (probe_id() != 0) {
		named_case(j, 0, sockets,
		    " LISTEN_PID WATCHDOG_PID LISTEN_PIDFDID");
		named_case(j, 1, sockets, "");
	}
}

/* It writes nothing and says nothing. */
TEST(test_nobody_readonly)
{
	static const struct jail_opts o = { .uid = NOBODY, .gid = NOBODY,
	    .readonly = true };

	if (geteuid() != 0)
		live_skip("only root has other users");
	app_start(j, &o, NULL, NULL, "id; setsid sleep 1000 & exit 11");
	(void)live_exits(j, 11, LIVE_SOON_MS);
	live_log_has(j, "uid=65534");
	assert_false(jail_log_has(j, "jailinit: "));
	live_ok(jail_again(j));
	app_start(j, &o, NULL, NULL, "trap 'exit 12' TERM; echo up;"
	    " while :; do sleep 0.02; done");
	live_ok(jail_wait_log(j, "up\n", LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGTERM));
	(void)live_exits(j, 12, LIVE_SOON_MS);
	assert_string_equal(jail_log(j), "up\n");
}

/* Nor where it could. */
TEST(test_no_files)
{
	static const char *const option[] = { "-c" JAIL_CTL, "-f" JAIL_STATUS,
	    "-cnone" };
	int i;

	for (i = -1; i < 3; i++) {
		app_start(j, NULL, i < 0 ? NULL : "-g",
		    i < 0 ? NULL : option[i], "trap 'exit 12' TERM; echo up;"
		    " while :; do sleep 0.02; done");
		live_ok(jail_wait_log(j, "up\n", LIVE_SOON_MS));
		assert_int_equal(jail_exists(j, JAIL_CTL), i == 0);
		if (i == 1)
			live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
		else
			assert_false(jail_exists(j, JAIL_STATUS));
		live_ok(jail_signal(j, SIGTERM));
		(void)live_exits(j, 12, LIVE_SOON_MS);
		assert_false(jail_exists(j, JAIL_CTL));
		assert_int_equal(jail_exists(j, JAIL_STATUS), i == 1);
		assert_int_equal(jail_log_has(j, "jailinit: "), i == 0);
		live_ok(jail_again(j));
	}
}

/* What a manager's --init has no room for; in the next life, too. */
TEST(test_options_environment)
{
	static const char *const env[] = { "JAILINIT_OPTIONS= -S USR1 \t-z -s "
	    "1h foo -R /rc.shutdown -d3 -b", NULL };
	static const struct jail_opts o = { .env = env };
	int life;

	live_ok(jail_script(j, "/rc.shutdown", "env; echo down"));
	app_start(j, &o, NULL, NULL, "trap 'exit 42' USR1; env;"
	    " touch /tmp/up; while :; do sleep 0.02; done");
	for (life = 1; life <= 2; life++) {
		live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
		(void)unlink(jail_path(j, "/tmp/up"));
		live_ok(jail_signal(j, life == 1 ? JAIL_SIGRTMIN + 5 :
		    SIGTERM));
	}
	(void)live_exits(j, 42, LIVE_SOON_MS);
	assert_int_equal(jail_log_count(j, "down\n"), 2);
	assert_int_equal(jail_log_count(j, "jailinit: "), 2);
	assert_int_equal(jail_log_count(j, "jailinit: JAILINIT_OPTIONS: left "
	    "out: -z: no such option, -s: 1h: not a number of seconds, 0 to "
	    "999999999, foo: not an option; a command goes behind --, "
	    "-d: 3: not here, -b: not here\n"), 2);
	assert_false(jail_log_has(j, "JAILINIT_OPTIONS="));
}

/* Not with options on the command line, nor in boot mode. */
TEST(test_options_environment_not)
{
	static const char *const env[] = { "JAILINIT_OPTIONS=-S USR1 -e -z",
	    NULL };
	static const struct jail_opts o = { .env = env };

	app_start(j, &o, "-t", "10", "trap 'exit 42' USR1; env; echo up;"
	    " while :; do sleep 0.02; done");
	live_ok(jail_wait_log(j, "up\n", LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGTERM));
	(void)live_exits(j, 128 + SIGTERM, LIVE_SOON_MS);
	assert_false(jail_log_has(j, "JAILINIT_OPTIONS"));
	live_ok(jail_again(j));
	live_ok(jail_script(j, "/etc/rc", "exit 3"));
	live_boot(j, &o);
	assert_false(jail_log_has(j, "JAILINIT_OPTIONS"));
}

/*
 * A subreaper: not process 1, but a process among others.
 */
static void
assert_alive(pid_t pid)
{
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	assert_int_equal(proc_state(pid), 'S');
}

static void
wait_gone(pid_t pid)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (kill(pid, 0) == 0) {
		assert_true(jail_now_ms() < end_ms);
		jail_sleep_ms(2);
	}
	assert_int_equal(errno, ESRCH);
}

TEST(test_subreaper)
{
	static const struct jail_opts o = { .host = true };
	pid_t innocent = live_fork(j, live_bystander), left;

	app_start(j, &o, NULL, NULL, "sh -c 'setsid sleep 1000 &"
	    " echo $! >/tmp/left'; for i in 1 2 3 4 5; do (sleep 0.01 &);"
	    " done; while ps -A -o args | grep '^sleep 0.0[1]' ||"
	    " ps -A -o stat,ppid | grep \"^ *Z[^ ]*  *$PPID\"; do"
	    " sleep 0.02; done"
	    " >/dev/null; touch /tmp/up; while ! [ -e /tmp/go ]; do"
	    " sleep 0.02; done; exit 13");
	/* No zombies by then. */
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	left = (pid_t)atoi(jail_file(j, "/tmp/left"));
	assert_true(left > 1 && kill(left, 0) == 0);
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	(void)live_exits(j, 13, LIVE_SOON_MS);
	wait_gone(left);
	assert_string_equal(jail_log(j), "");
	assert_alive(innocent);
	assert_false(jail_exists(j, JAIL_CTL));
	assert_false(jail_exists(j, JAIL_STATUS));
}

/* It ends by KILL what will not go, and nobody else. */
TEST(test_subreaper_kill)
{
	static const struct jail_opts o = { .host = true };
	pid_t innocent = live_fork(j, live_bystander), left;
	int64_t ms;

	live_ok(jail_start(j, &o, JAILINIT, "-s1", "-t1", "-k1",
	    "-c", JAIL_CTL, "-f", JAIL_STATUS, "--", "/bin/sh", "-c",
	    "trap '' TERM; setsid sleep 1000 & echo $! >/tmp/left;"
	    " touch /tmp/up; while :; do sleep 0.1; done", NULL));
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	left = (pid_t)atoi(jail_file(j, "/tmp/left"));
	assert_true(left > 1 && kill(left, 0) == 0);
	assert_int_equal(atoi(jail_status(j, "pid")), j->pid);
	live_ok(jail_ctl(j, "halt\n"));
	ms = live_exits(j, 128 + SIGKILL, LIVE_SOON_MS);
	assert_in_range(ms, 2000, 2000 + LIVE_LATE_MS);
	wait_gone(left);
	assert_alive(innocent);
	assert_false(jail_exists(j, JAIL_CTL));
	assert_string_equal(jail_status(j, "state"), "gone");
}

/* A process whose first thread has ended looks like a zombie. */
TEST(test_subreaper_leader)
{
	static const struct jail_opts o = { .host = true };
	pid_t left;

	live_ok(probe_install(j));
	app_start(j, &o, "-t", "1", "setsid " PROBE " leader -1 & "
	    "echo $! >/tmp/left; sleep 0.5; exit 3");
	(void)live_exits(j, 3, LIVE_SOON_MS);
	left = (pid_t)atoi(jail_file(j, "/tmp/left"));
	assert_true(left > 1);
	wait_gone(left);
	live_log_has(j, "still there after TERM: ");
}

/* Its reboot is its own, not that of what it runs in, whatever the manager
 * of that would understand. */
TEST(test_subreaper_reboot)
{
	char reboot[16];
	const char *const env[] = { reboot, NULL };
	const struct jail_opts o = { .env = env };

	snprintf(reboot, sizeof(reboot), "REBOOT=%d", JAIL_SIGRTMIN + 5);
	live_ok(jail_start(j, &o, "/bin/sh", "-c",
	    "export container=lxc; /sbin/jailinit -- /bin/sh -c "
	    "'echo life >>/tmp/lives; exec sleep 1000' & "
	    "while ! grep -q life /tmp/lives; do sleep 0.05; done; "
	    "kill -$REBOOT $!; "
	    "while [ $(grep -c life /tmp/lives) -lt 2 ]; do sleep 0.05; done; "
	    "kill -TERM $!; wait $!; exit 7", NULL));
	(void)live_exits(j, 7, LIVE_SOON_MS);
}

/*
 * Terminals.
 */
#ifdef __linux__
#define STOPPED	"Stopped"	/* as the shell says it */
#else
#define STOPPED	"Suspended"
#endif

static void
pty_expect(struct pty *t, const char *text)
{
	if (!pty_says(t, text, LIVE_SOON_MS))
		fail_msg("no \"%s\" on the terminal, but:\n%s", text, t->buf);
}

/* Waits for a process of that name to be in the state. */
static pid_t
job_wait(struct jail *j, const char *name, int want)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	pid_t pid = 0;

	while ((pid = jail_find(j, name)) == 0 || proc_state(pid) != want) {
		if (jail_now_ms() >= end_ms)
			fail_msg("%s (%d) is not in state %c", name, (int)pid,
			    want);
		jail_sleep_ms(2);
	}
	return (pid);
}

/* ^C ends the job and not the shell, ^Z stops it, fg has it go on, and a new
 * size reaches it. */
static void
job_control(struct jail *j, struct pty *t)
{
	struct winsize w = { .ws_row = 41, .ws_col = 123 };
	pid_t pid;

	pty_type(t, "echo he''re; test -t 0 && echo on-a-t''ty\n");
	pty_expect(t, "on-a-tty");
	assert_null(strstr(t->buf, "job control"));
	pty_type(t, PROBE " winch\n");
	pty_expect(t, "watching");
	live_ok(ioctl(t->master_fd, TIOCSWINSZ, &w));
	pty_expect(t, "size 41x123");
	pid = job_wait(j, "probe", 'S');
	pty_type(t, "\003");
	while (jail_find(j, "probe") == pid)
		jail_sleep_ms(2);
	pty_type(t, "echo st=$?\n");
	pty_expect(t, "st=130");
	pty_type(t, PROBE " winch\n");
	pty_expect(t, "watching");
	pty_type(t, "\032");
	(void)job_wait(j, "probe", 'T');
	pty_type(t, "jobs\n");
	pty_expect(t, STOPPED);
	pty_type(t, "fg\n");
	(void)job_wait(j, "probe", 'S');
	pty_type(t, "\003");
	pty_type(t, "echo st=$?\n");
	pty_expect(t, "st=130");
	pty_type(t, "exit 21\n");
	(void)live_exits(j, 21, LIVE_SOON_MS);
	assert_false(jail_log_has(j, "requested"));
}

static void
tty_take(void *arg)
{
	(void)arg;
	(void)ioctl(0, TIOCSCTTY, 0);
}

static void
tty_case(struct jail *j, const char *shell, struct jail_opts *o)
{
	static struct pty t;
	int fds[3];

	assert_true(pty_open(&t));
	fds[0] = fds[1] = fds[2] = t.slave_fd;
	o->fds = fds;
	live_ok(probe_install(j));
	if (access("/bin/bash", X_OK) == 0)
		live_ok(jail_copy(j, "/bin/bash", "/bin/bash"));
	else
		shell = "/bin/sh";
	live_ok(jail_start(j, o, JAILINIT, "--", shell, PTY_SH, NULL));
	job_control(j, &t);
	pty_close(&t);
}

/* As runc does: process 1 leads a session that has the terminal. */
TEST(test_tty_runc)
{
	struct jail_opts o = { .before_exec = tty_take };
	struct jail_opts again = o;

	tty_case(j, "/bin/bash", &o);
	live_ok(jail_again(j));
	tty_case(j, "/bin/sh", &again);
}

/* After a reboot in place the terminal is the new command's. */
TEST(test_tty_reboot)
{
	static struct pty t;
	struct jail_opts o = { .before_exec = tty_take };
	int fds[3];

	assert_true(pty_open(&t));
	fds[0] = fds[1] = fds[2] = t.slave_fd;
	o.fds = fds;
	live_ok(jail_start(j, &o, JAILINIT, "--", "/bin/sh", "-c",
	    "echo li''fe; read x; echo got-$x; sleep 1000", NULL));
	pty_expect(&t, "life");
	pty_forget(&t);
	live_ok(jail_signal(j, JAIL_SIGRTMIN + 5));
	pty_expect(&t, "life");
	pty_type(&t, "hello\n");
	pty_expect(&t, "got-hello");
	pty_close(&t);
}

/* Who started us from a terminal has it back. */
TEST(test_tty_back)
{
	static struct pty t;
	struct jail_opts o = { .before_exec = tty_take };
	int fds[3];

	assert_true(pty_open(&t));
	fds[0] = fds[1] = fds[2] = t.slave_fd;
	o.fds = fds;
	live_ok(jail_start(j, &o, "/bin/sh", "-c",
	    "/sbin/jailinit -- /bin/true; echo re''ady; read x; echo got-$x;"
	    " sleep 1000", NULL));
	pty_expect(&t, "ready");
	pty_type(&t, "hello\n");
	pty_expect(&t, "got-hello");
	pty_close(&t);
}

/* A terminal that is nobody's, in a session of our own. */
TEST(test_tty_free)
{
	struct jail_opts o = { 0 };

	tty_case(j, "/bin/bash", &o);
}

/* The same as unshare starts it: session and group 0. */
TEST(test_tty_session0)
{
	struct jail_opts o = { .keep_session = true };
	struct jail_opts again = o;

	tty_case(j, "/bin/bash", &o);
	live_ok(jail_again(j));
	tty_case(j, "/bin/sh", &again);
}

/* unshare typed at a prompt: the terminal is the outer session's. */
TEST(test_tty_outer)
{
	static struct pty t;
	struct jail_opts o = { .keep_session = true };
	int fds[3];

	if (getsid(0) != getpid())
		live_skip("this program does not lead a session");
	assert_true(pty_open(&t));
	fds[0] = fds[1] = fds[2] = t.slave_fd;
	o.fds = fds;
	live_ok(ioctl(t.slave_fd, TIOCSCTTY, 0));
	live_ok(probe_install(j));
	live_ok(jail_start(j, &o, JAILINIT, "--", "/bin/sh", PTY_SH, NULL));
	job_control(j, &t);
	live_ok(ioctl(t.slave_fd, TIOCNOTTY));
	pty_close(&t);
}

/* An interactive shell does not care for TERM. */
TEST(test_tty_term)
{
	static struct pty t;
	struct jail_opts o = { .before_exec = tty_take };
	int64_t ms;
	int fds[3];

	assert_true(pty_open(&t));
	fds[0] = fds[1] = fds[2] = t.slave_fd;
	o.fds = fds;
	live_ok(jail_start(j, &o, JAILINIT, "-s1", "-t1", "--", "/bin/sh",
	    PTY_SH, NULL));
	pty_type(&t, "echo he''re\n");
	pty_expect(&t, "here");
	live_ok(jail_signal(j, SIGTERM));
	ms = live_exits(j, 128 + SIGKILL, LIVE_SOON_MS);
	assert_in_range(ms, 2000, 2000 + LIVE_LATE_MS);
	pty_close(&t);
}

/* A subreaper whose command is its first child to end waits for it, also when
 * only the time of TERM is left. */
TEST(test_tty_first_end)
{
	static struct pty t;
	struct jail_opts o = { .host = true, .before_exec = tty_take };
	int fds[3];

	assert_true(pty_open(&t));
	fds[0] = fds[1] = fds[2] = t.slave_fd;
	o.fds = fds;
	live_ok(jail_start(j, &o, JAILINIT, "-s0", "-t60", "--", "/bin/sh",
	    "-c", "trap 'sleep 1; exit 7' TERM; echo he''re; "
	    "while :; do read x; done", NULL));
	pty_expect(&t, "here");
	live_ok(jail_signal(j, SIGTERM));
	(void)live_exits(j, 7, LIVE_SOON_MS);
	pty_close(&t);
}

/* SIGTSTP, SIGWINCH sent to process 1 are the command's, on a terminal too. */
TEST(test_tty_signals)
{
	static struct pty t;
	struct winsize w = { .ws_row = 5, .ws_col = 6 };
	struct jail_opts o = { .before_exec = tty_take };
	int fds[3];

	assert_true(pty_open(&t));
	fds[0] = fds[1] = fds[2] = t.slave_fd;
	o.fds = fds;
	live_ok(ioctl(t.master_fd, TIOCSWINSZ, &w));
	live_ok(probe_install(j));
	live_ok(jail_start(j, &o, JAILINIT, "--", PROBE, "winch", NULL));
	pty_expect(&t, "watching");
	live_ok(jail_signal(j, SIGWINCH));
	pty_expect(&t, "size 5x6");
	live_ok(jail_signal(j, SIGTSTP));
	(void)job_wait(j, "probe", 'T');
	live_ok(jail_signal(j, SIGCONT));
	(void)job_wait(j, "probe", 'S');
	live_ok(jail_signal(j, SIGINT));
	(void)live_exits(j, 128 + SIGINT, LIVE_SOON_MS);
	pty_close(&t);
}

/* A shell at a prompt, and jailinit under it as one of its jobs. */
static void
shell_start(struct jail *j, struct pty *t)
{
	struct jail_opts o = { .before_exec = tty_take };
	int fds[3];

	assert_true(pty_open(t));
	fds[0] = fds[1] = fds[2] = t->slave_fd;
	o.fds = fds;
	live_ok(jail_start(j, &o, "/bin/sh", PTY_SH, NULL));
	pty_type(t, "echo he''re\n");
	pty_expect(t, "here");
}

static void
shell_end(struct jail *j, struct pty *t, const char *text)
{
	pty_type(t, "echo st=$?\n");
	pty_expect(t, text);
	/* a shell may not know yet that a job that was stopped has ended */
	pty_type(t, "exit 22\nexit 22\n");
	(void)live_exits(j, 22, LIVE_SOON_MS);
	pty_close(t);
}

/* Waits for the terminal to be that of a process's group. */
static void
foreground_wait(struct jail *j, struct pty *t, const char *name)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (tcgetpgrp(t->master_fd) != getpgid(jail_find(j, name))) {
		if (jail_now_ms() >= end_ms)
			fail_msg("%s is not in the foreground", name);
		jail_sleep_ms(2);
	}
	(void)job_wait(j, name, 'S');
	(void)job_wait(j, "jailinit", 'S');
}

/* The shell is back, and knows that its job has stopped.  (What is typed too
 * early the terminal may throw away with the ^Z.) */
static void
stopped_wait(struct jail *j, struct pty *t, const char *name)
{
	int i = 0;

	do {
		if (i++ == 20)
			fail_msg("%s does not count as stopped", name);
		(void)job_wait(j, name, 'T');
		(void)job_wait(j, "jailinit", 'T');
		pty_type(t, "jobs\n");
	} while (!pty_says(t, STOPPED, 2000));
}

/* The shell has it go on, in the foreground. */
static void
stopped_fg(struct jail *j, struct pty *t, const char *name)
{
	stopped_wait(j, t, name);
	pty_type(t, "fg\n");
	foreground_wait(j, t, name);
}

/* ^Z gives the shell back its prompt, for all of a pipeline; bg leaves it
 * there; fg has the command go on, in the foreground. */
TEST(test_tty_stop_shell)
{
	static struct pty t;
	int i;

	shell_start(j, &t);
	pty_type(&t, JAILINIT " -- /bin/sleep 1000 | cat\n");
	(void)job_wait(j, "cat", 'S');	/* its terminal, too */
	(void)job_wait(j, "sleep", 'S');
	for (i = 0; i < 3; i++) {
		if (i > 0)
			foreground_wait(j, &t, "sleep");
		pty_type(&t, "\032");
		stopped_wait(j, &t, "sleep");
		(void)job_wait(j, "cat", 'T');
		if (i == 1) {
			pty_type(&t, "bg\n");
			(void)job_wait(j, "sleep", 'S');
			pty_type(&t, "echo pro''mpt\n");
			pty_expect(&t, "prompt");
		}
		pty_type(&t, "fg\n");
	}
	foreground_wait(j, &t, "sleep");
	pty_type(&t, "\003");
	shell_end(j, &t, "st=130");	/* cat's: ^C is for all of it */
}

/* In a pipeline, the terminal is no descriptor of the command, or that of others
 * as well: each can read it, and ^C and ^Z are for all. */
TEST(test_tty_pipeline)
{
	static const char *const line[] = {
	    "echo data | " JAILINIT " -- reader\n",
	    "echo data | " JAILINIT " -g -- reader\n",
	    JAILINIT " -- /bin/reader </dev/null\n",
	    JAILINIT " -- /bin/sleep 1000 | reader\n" };
	static struct pty t;
	pid_t reader;
	size_t i;

	live_ok(jail_script(j, "/bin/reader",
	    "read x </dev/tty; echo got-$x"));
	shell_start(j, &t);
	for (i = 0; i < sizeof(line) / sizeof(line[0]); i++) {
		pty_type(&t, line[i]);
		foreground_wait(j, &t, "reader");
		pty_type(&t, "\032");
		stopped_fg(j, &t, "reader");
		reader = jail_find(j, "reader");
		assert_true(reader > 1);
		pty_type(&t, "hello\n");
		pty_expect(&t, "got-hello");
		wait_gone(reader);	/* whose status counts, not ^C's */
		if (i == 3)
			pty_type(&t, "\003");
	}
	shell_end(j, &t, "st=0");
}

/* What stops jailinit for good stops the command with it. */
TEST(test_tty_stop_job)
{
	static struct pty t;

	shell_start(j, &t);
	pty_type(&t, JAILINIT " -- /bin/sleep 1000 &\n");
	(void)job_wait(j, "sleep", 'S');
	pty_type(&t, "kill -STOP %1\n");
	(void)job_wait(j, "sleep", 'T');
	(void)job_wait(j, "jailinit", 'T');
	pty_type(&t, "kill -CONT %1\n");
	(void)job_wait(j, "sleep", 'S');
	(void)job_wait(j, "jailinit", 'S');
	pty_type(&t, "kill %1\n");
	pty_type(&t, "wait\n");
	shell_end(j, &t, "st=");
}

/* So does what stops the command, in a group of its own as well. */
TEST(test_tty_suspend)
{
	static const char *const line[] = { JAILINIT " -- suspends\n",
	    JAILINIT " -g -- suspends\n" };
	static struct pty t;
	size_t i;

	live_ok(jail_script(j, "/bin/suspends",
	    "kill -STOP $$; read x; echo got-$x"));
	shell_start(j, &t);
	for (i = 0; i < 2; i++) {
		pty_type(&t, line[i]);
		stopped_fg(j, &t, "suspends");
		pty_type(&t, "hello\n");
		pty_expect(&t, "got-hello");
	}
	shell_end(j, &t, "st=0");
}

/* FreeBSD: ^Z wakes a reader before it stops it.  By then it may have found
 * itself in the background already; so after bg it waits, and does not stop. */
#ifdef __linux__
#define BG_STOPS	true
#else
#define BG_STOPS	false
#endif

/* What reads the terminal from the background stops, and fg helps, whether
 * it began there or had ^Z and bg. */
TEST(test_tty_stop_read)
{
	static struct pty t;
	int i;

	live_ok(jail_script(j, "/bin/reader",
	    "x=$(head -n 1); echo got-$x; exit 9"));
	shell_start(j, &t);
	for (i = 0; i < 2; i++) {
		pty_type(&t, i == 0 ? JAILINIT " -- reader &\n" :
		    JAILINIT " -- reader\n");
		if (i == 1) {
			foreground_wait(j, &t, "reader");
			(void)job_wait(j, "head", 'S');
			pty_type(&t, "\032");
			/* still awake, it would read what is typed next */
			(void)job_wait(j, "head", 'T');
			stopped_wait(j, &t, "reader");
			/* and this "Stopped" is not the next one */
			pty_type(&t, "bg; echo pro''mpt\n");
			pty_expect(&t, "prompt");
		}
		if (i == 0 || BG_STOPS) {
			(void)job_wait(j, "head", 'T');
			stopped_wait(j, &t, "reader");
		}
		pty_type(&t, "fg\n");
		foreground_wait(j, &t, "reader");
		pty_type(&t, "hello\n");
		pty_expect(&t, "got-hello");
		pty_type(&t, "echo st=$?\n");
		pty_expect(&t, "st=9");
	}
	pty_type(&t, "(exit 3)\n");
	shell_end(j, &t, "st=3");
}

/* The shell of a pipeline puts its group in the foreground once for each of
 * its processes, the last time perhaps after us: that stops nobody. */
TEST(test_tty_stop_late)
{
	static struct pty t;

	live_ok(probe_install(j));
	live_ok(jail_script(j, "/bin/reader",
	    "while ! [ -e /tmp/front ]; do sleep 0.02; done; "
	    "x=$(head -n 1); echo got-$x"));
	shell_start(j, &t);
	pty_type(&t, JAILINIT " -- reader | " PROBE " front\n");
	live_ok(jail_wait_file(j, "/tmp/front", LIVE_SOON_MS));
	foreground_wait(j, &t, "reader");
	pty_type(&t, "hello\n");
	pty_expect(&t, "got-hello");
	shell_end(j, &t, "st=0");
}

/* Nobody could have the command of process 1 go on: ^Z does not stop it.  In
 * a session of its own it is the same for a subreaper. */
static void
stop_nobody(struct jail *j, const char *first, const char *second)
{
	static struct pty t;
	struct jail_opts o = { .before_exec = tty_take };
	int fds[3], i;

	assert_true(pty_open(&t));
	fds[0] = fds[1] = fds[2] = t.slave_fd;
	o.fds = fds;
	live_ok(jail_start(j, &o, first, second, JAILINIT, "--",
	    "/bin/sh", "-c", "echo r''eady; while read x; do echo got-$x; "
	    "done", NULL));
	pty_expect(&t, "ready");
	for (i = 0; i < 3; i++) {
		pty_type(&t, "\032");
		jail_sleep_ms(100);
		pty_type(&t, "hello\n");
		pty_expect(&t, "got-hello");
	}
	pty_type(&t, "\004");
	(void)live_exits(j, 0, LIVE_SOON_MS);
	pty_close(&t);
}

TEST(test_tty_stop_nobody)
{
#ifdef __linux__
	stop_nobody(j, "/bin/busybox", "env");
#else
	stop_nobody(j, "/usr/bin/env", "A=b");
#endif
	live_ok(jail_again(j));
	live_ok(jail_script(j, "/bin/under", "\"$@\"; exit $?"));
	stop_nobody(j, "/bin/sh", "/bin/under");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_exit_statuses),
		LIVE_TEST(test_exit_signals),
		LIVE_TEST(test_killed_said),
		LIVE_TEST(test_exit_thread),
		LIVE_TEST(test_exit_stopped),
		LIVE_TEST(test_not_executed),
		LIVE_TEST(test_formats),
		LIVE_TEST(test_leftover_term),
		LIVE_TEST(test_leftover_kill),
		LIVE_TEST(test_signals_passed),
		LIVE_TEST(test_signals_end),
		LIVE_TEST(test_fifo_ends),
		LIVE_TEST(test_stopped_command),
		LIVE_TEST(test_log_full),
		LIVE_TEST(test_ignores_term),
		LIVE_TEST(test_rc_shutdown),
		LIVE_TEST(test_rc_shutdown_after),
		LIVE_TEST(test_untouched),
		LIVE_TEST(test_directory),
		LIVE_TEST(test_directory_deep),
		LIVE_TEST(test_ignored),
		LIVE_LINUX(test_large_environment, "a stack that exec fills"),
		LIVE_TEST(test_reboot),
		LIVE_TEST(test_reboot_rc_env),
		LIVE_TEST(test_listen),
		LIVE_TEST(test_listen_not),
		LIVE_TEST(test_named),
		LIVE_TEST(test_nobody_readonly),
		LIVE_TEST(test_no_files),
		LIVE_TEST(test_options_environment),
		LIVE_TEST(test_options_environment_not),
		LIVE_TEST(test_subreaper),
		LIVE_TEST(test_subreaper_kill),
		LIVE_LINUX(test_subreaper_leader, "nothing looks like that"),
		LIVE_TEST(test_subreaper_reboot),
		LIVE_TEST(test_tty_runc),
		LIVE_TEST(test_tty_reboot),
		LIVE_TEST(test_tty_back),
		LIVE_TEST(test_tty_free),
		LIVE_TEST(test_tty_session0),
		LIVE_TEST(test_tty_outer),
		LIVE_TEST(test_tty_term),
		LIVE_TEST(test_tty_first_end),
		LIVE_TEST(test_tty_signals),
		LIVE_TEST(test_tty_stop_shell),
		LIVE_TEST(test_tty_pipeline),
		LIVE_TEST(test_tty_stop_job),
		LIVE_TEST(test_tty_suspend),
		LIVE_TEST(test_tty_stop_read),
		LIVE_TEST(test_tty_stop_late),
		LIVE_TEST(test_tty_stop_nobody),
	};
	int e = probe_main(argc, argv);

	if (e != -1)
		return (e);
	/* For test_tty_outer, without a prompt's ^C and HUP. */
	(void)signal(SIGHUP, SIG_IGN);
	(void)setsid();
	LIVE_MAIN("app");
}
