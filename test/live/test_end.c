/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a jail.  Guards against: a stop that times out and leaves the
 * jail alive; TERM to services before rc.shutdown is done; stopped or
 * respawning processes that put off the end; a halt lost during boot; a fixed
 * sleep; a shell on a terminal, which ignores TERM; a command that is told to
 * stop twice.
 * check: alone
 */
#include "live.h"

#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>

#include "pty.h"

#define ROUNDS		11	/* of a median */

/* A service that says on TERM that it has seen it. */
#define SERVICE								\
	"cat >/tmp/service <<'end'\n"					\
	"trap 'echo term >>/tmp/order; exit' TERM\n"			\
	"echo $$ >>/tmp/up\n"						\
	"while :; do sleep 1000 & wait; done\n"				\
	"end\n"
#define SERVICES	SERVICE						\
	"for i in 1 2 3; do sh /tmp/service & done\n"			\
	"while [ $(wc -l </tmp/up || echo 0) != 3 ]; do sleep 0.05; done 2>&-\n"

static void
scripts(struct jail *j, const char *rc, const char *rc_shutdown)
{
	live_ok(jail_script(j, "/etc/rc", rc));
	if (rc_shutdown != NULL)
		live_ok(jail_script(j, "/etc/rc.shutdown", rc_shutdown));
}

static int64_t
halt(struct jail *j, const char *request, int64_t within_ms)
{
	live_ok(jail_ctl(j, request));
	return (live_exits(j, 0, within_ms));
}

/*
 * rc.shutdown.
 */
TEST(test_order)
{
	scripts(j, SERVICES, "kill -0 $(cat /tmp/up) && "
	    "echo begin $(wc -l </tmp/up) >>/tmp/order\nsleep 0.5\n"
	    "kill -0 $(cat /tmp/up) && echo end >>/tmp/order");
	live_boot(j, NULL);
	halt(j, "halt\n", LIVE_SOON_MS);
	assert_string_equal(jail_file(j, "/tmp/order"),
	    "begin 3\nend\nterm\nterm\nterm\n");
	assert_string_equal(jail_status(j, "forced"), "");
}

TEST(test_order_timeout)
{
	int64_t ms;

	scripts(j, SERVICES, "echo begin >>/tmp/order\nsleep 1\n"
	    "cat /tmp/order >/tmp/order.1\nsleep 1000\necho never "
	    ">>/tmp/order");
	live_boot(j, NULL);
	ms = halt(j, "halt 8\n", 8000 + LIVE_LATE_MS);
	/* Six tenths of the budget are rc.shutdown's. */
	assert_in_range(ms, 4790, 4800 + LIVE_LATE_MS);
	assert_string_equal(jail_file(j, "/tmp/order.1"), "begin\n");
	assert_string_equal(jail_file(j, "/tmp/order"),
	    "begin\nterm\nterm\nterm\n");
	assert_string_equal(jail_status(j, "forced"), "shutdown");
	live_log_has(j, "jailinit: /etc/rc.shutdown: took over 4 s, ended\n");
}

/* There is no "over 0 s". */
TEST(test_timeout_short)
{
	live_ok(jail_script(j, "/etc/rc.shutdown", "sleep 1000"));
	live_boot(j, NULL);
	(void)halt(j, "halt 1\n", 1000 + LIVE_LATE_MS);
	live_log_has(j, "jailinit: /etc/rc.shutdown: ran out of time, ended\n");
}

/* Fewer names than are listed at most, but too long for the line: those that
 * fit, whole, and a sign that there are more. */
TEST(test_names_long)
{
	const char *p, *end;

	live_ok(jail_program(j, "stubborn-as-ever",
	    "trap '' TERM; echo up >>/tmp/up; read x <>/tmp/fifo"));
	live_ok(jail_script(j, "/etc/rc", "mkfifo /tmp/fifo; "
	    "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do"
	    " stubborn-as-ever & done;"
	    " while [ $(wc -l </tmp/up || echo 0) != 14 ]; do"
	    " sleep 0.02; done"));
	live_boot(j, NULL);
	(void)halt(j, "halt 1\n", 1000 + LIVE_LATE_MS);
	p = strstr(jail_log(j), "still there after TERM: ");
	assert_non_null(p);
	end = strchr(p, '\n');
	assert_non_null(end);
	if (memcmp(end - 5, ") ...", 5) != 0)
		print_error("%.*s\n", (int)(end - p), p);
	assert_memory_equal(end - 5, ") ...", 5);
}

static void
argument(struct jail *j, const char *request, int sig, const char *arg)
{
	char text[32];

	scripts(j, "exit 0", "echo \"$# $1\" >" LIVE_MARK);
	live_ok(jail_start(j, NULL, "/sbin/jailinit", "-l", "exit", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	if (request != NULL)
		live_ok(jail_ctl(j, request));
	else
		live_ok(jail_signal(j, sig));
	live_exits(j, 0, LIVE_SOON_MS);
	snprintf(text, sizeof(text), "1 %s\n", arg);
	assert_string_equal(jail_file(j, LIVE_MARK), text);
	assert_string_equal(jail_status(j, "request"), arg);
}

static void
again(struct jail *j)
{
	live_ok(jail_free(j));
	live_ok(jail_new(j));
}

TEST(test_argument)
{
	argument(j, "halt\n", 0, "halt");
	again(j);
	argument(j, "poweroff\n", 0, "poweroff");
	again(j);
	argument(j, "reboot\n", 0, "reboot");
}

/* The signals that mean halt, poweroff and reboot to one init or another.  The
 * last three are the managers' SIGRTMIN+3, +4 and +5, numbers in any libc. */
TEST(test_signals)
{
	static const struct {
		int sig;
		const char *arg;
	} dialect[] = { { SIGTERM, "halt" }, { SIGUSR1, "halt" },
	    { SIGQUIT, "halt" },
	    { JAIL_SIGPWR, "halt" }, { SIGUSR2, "poweroff" },
	    { SIGINT, "reboot" }, { JAIL_SIGRTMIN + 3, "halt" },
	    { JAIL_SIGRTMIN + 4, "poweroff" },
	    { JAIL_SIGRTMIN + 5, "reboot" } };
	size_t i;

	for (i = 0; i < sizeof(dialect) / sizeof(dialect[0]); i++) {
		argument(j, NULL, dialect[i].sig, dialect[i].arg);
		again(j);
	}
}

TEST(test_not_executable)
{
	live_ok(jail_write(j, "/etc/rc", 0644,
	    "echo \"rc $#\" >>" LIVE_MARK "\n"));
	live_ok(jail_write(j, "/etc/rc.shutdown", 0600,
	    "echo \"rc.shutdown $1\" >>" LIVE_MARK "\n"));
	live_boot(j, NULL);
	assert_string_equal(jail_status(j, "boot_status"), "0");
	halt(j, "halt\n", LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK),
	    "rc 0\nrc.shutdown halt\n");
}

TEST(test_no_rc_shutdown)
{
	live_boot(j, NULL);
	halt(j, "halt\n", LIVE_SOON_MS);
	assert_false(jail_log_has(j, "rc.shutdown"));
	assert_string_equal(jail_status(j, "forced"), "");
}

TEST(test_rc_shutdown_fails)
{
	scripts(j, "exit 3", "kill -9 $$");
	live_boot(j, NULL);
	assert_string_equal(jail_status(j, "boot_status"), "3");
	live_log_has(j, "jailinit: /etc/rc: exit status 3\n");
	halt(j, "halt\n", LIVE_SOON_MS);
	live_log_has(j, "jailinit: /etc/rc.shutdown: killed by signal 9\n");
}

/*
 * Stopped processes.
 */
TEST(test_stopped)
{
	scripts(j, "cat >/tmp/s <<'end'\n"
	    "trap 'echo term >>" LIVE_MARK "; exit' TERM\n"
	    "kill -STOP $$\nwhile :; do sleep 0.1; done\nend\n"
	    "sh /tmp/s &\nsleep 1000 & kill -STOP $!\n"
	    "while ! ps -A -o stat,comm | grep -q '^ *T.*sh'; do sleep 0.05; "
	    "done\n"
	    "exit 0", NULL);
	live_boot(j, NULL);
	halt(j, "halt\n", LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "term\n");
	assert_string_equal(jail_status(j, "forced"), "");
}

TEST(test_stopped_rc)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	pid_t pid;

	scripts(j, "trap 'echo rc >>" LIVE_MARK "; exit 1' TERM\n"
	    "kill -STOP $$; exec sleep 1000",
	    "trap 'echo rc.shutdown >>" LIVE_MARK "; exit 1' TERM\n"
	    "kill -STOP $$; exec sleep 1000");
	live_ok(jail_start(j, NULL, "/sbin/jailinit", NULL));
	while ((pid = jail_find(j, "rc")) == 0 || proc_state(pid) != 'T') {
		assert_true(jail_now_ms() < end_ms);
		jail_sleep_ms(2);
	}
	halt(j, "halt 8\n", 8000 + LIVE_LATE_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "rc\nrc.shutdown\n");
	assert_string_equal(jail_status(j, "forced"), "shutdown");
}

/*
 * The bounded end: halt 3, and then it is over, whatever is there.
 */
static void
bounded_any(struct jail *j)
{
	(void)halt(j, "halt 3\n", 3000 + LIVE_LATE_MS);
	assert_int_equal(jail_count(j), 0);
	assert_string_equal(jail_status(j, "state"), "gone");
}

/* With a bomb the machine may be too busy for its dead to be reaped in the
 * three tenths of a second after KILL: "kill" may be forced as well. */
static void
bounded_bomb(struct jail *j)
{
	bounded_any(j);
	assert_non_null(strstr(jail_status(j, "forced"), "term"));
}

static void
bounded(struct jail *j, const char *forced)
{
	bounded_any(j);
	if (strcmp(jail_status(j, "forced"), forced) != 0)
		print_error("log:\n%s", jail_log(j));
	assert_string_equal(jail_status(j, "forced"), forced);
}

#define FOR_EVER	"trap '' TERM\nwhile :; do sleep 1; done"
#define DEAF_200							\
	"trap '' TERM\ni=0\nwhile [ $i -lt 200 ]; do\n"			\
	"sleep 1000 & i=$((i+1)); done\n"

TEST(test_bounded_rc_shutdown)
{
	scripts(j, "exit 0", "sleep 1000000");
	live_boot(j, NULL);
	bounded(j, "shutdown");
}

TEST(test_bounded_deaf_rc_shutdown)
{
	scripts(j, "exit 0", FOR_EVER);
	live_boot(j, NULL);
	bounded(j, "shutdown,term");
}

TEST(test_bounded_deaf)
{
	scripts(j, DEAF_200, NULL);
	live_boot(j, NULL);
	live_ok(jail_wait_count(j, 201, LIVE_SOON_MS));
	bounded(j, "term");
	live_log_has(j, "jailinit: still there after TERM: sleep (");
	live_log_has(j, ") ...\n");
}

/* What a process calls itself does nothing to the reader's terminal. */
TEST(test_disguised)
{
	live_ok(jail_program(j, "a\033[2J\200b", "trap '' TERM; "
	    "echo >/tmp/up; while :; do sleep 1; done"));
	live_ok(jail_script(j, "/etc/rc", "/bin/a*b & "
	    "until [ -e /tmp/up ]; do sleep 0.02; done"));
	live_boot(j, NULL);
	(void)halt(j, "halt 1\n", 1000 + LIVE_LATE_MS);
	live_log_has(j, "still there after TERM: ");
	live_log_has(j, " a?[2J?b (");
}

/* As many processes as there may be, each forking as fast as it can. */
static void
bomb(void)
{
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGCHLD, SIG_IGN);
	while (access("/tmp/go", F_OK) == -1)
		(void)usleep(10000);
	for (;;)
		(void)fork();
}

/* Each TERM makes a new process of it. */
static void
respawn(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	for (;;)
		if (sigwait(&set, &sig) == 0 && fork() > 0)
			_exit(0);
}

static void
bomb_start(void *arg)
{
	(void)arg;
	live_child(bomb);
}

static void
respawn_start(void *arg)
{
	(void)arg;
	live_child(respawn);
}

static void
all_start(void *arg)
{
	bomb_start(arg);
	respawn_start(arg);
}

static void
bomb_light(struct jail *j, int n)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	while (jail_count(j) < n && jail_now_ms() < end_ms)
		jail_sleep_ms(10);
	assert_true(jail_count(j) >= n);
}

TEST(test_bounded_bomb_cgroup)
{
	struct jail_opts o = { .pids_max = 300, .before_exec = bomb_start };

	if (!jail_has_pids())
		live_skip("no pids cgroup to be made");
	live_boot(j, &o);
	bomb_light(j, 290);
	bounded_bomb(j);
}

TEST(test_bounded_bomb_nproc)
{
	struct jail_opts o = { .nproc = 300, .uid = 65534, .gid = 65534,
	    .before_exec = bomb_start };

	if (geteuid() != 0)
		live_skip("RLIMIT_NPROC counts the user's other processes");
	live_ok(chown(jail_path(j, "/var/run"), 65534, 65534));
	live_boot(j, &o);
	bomb_light(j, 290);
	bounded_bomb(j);
}

/*
 * The last word when no process is to be had for it at first, as when those
 * just killed still count: a user's other processes, outside the jail, are as
 * many as it may have, for a while.
 */
#define CROWD		20
#define CROWD_UID	54321
#define CROWD_MS	100

static _Noreturn void
crowd(int up_fd, int done_fd)
{
	const struct rlimit rl = { CROWD, CROWD };
	pid_t pids[CROWD];
	int i, n = 0;
	char c = 0;

	(void)signal(SIGCHLD, SIG_IGN);		/* reaped at once */
	if (setrlimit(RLIMIT_NPROC, &rl) == -1 || setuid(CROWD_UID) == -1 ||
	    die_with_parent() == -1)
		_exit(1);
	while (n < CROWD && (pids[n] = fork()) > 0)
		n++;
	if (n < CROWD && pids[n] == 0) {
		(void)die_with_parent();
		(void)pause();
		_exit(0);
	}
	(void)write(up_fd, &c, 1);
	(void)read(done_fd, &c, 1);
	for (i = 0; i < n; i++)
		(void)kill(pids[i], SIGKILL);	/* its own children */
	_exit(n == CROWD ? 1 : 0);	/* 1: there was no limit */
}

TEST(test_farewell_crowded)
{
	struct jail_opts o = { .nproc = CROWD, .uid = CROWD_UID,
	    .gid = CROWD_UID };
	int up[2], done[2], st = 0;
	pid_t pid;
	char c = 0;

	if (geteuid() != 0)
		live_skip("not root: no user of its own");
	live_ok(chown(jail_path(j, "/var/run"), o.uid, o.gid));
	live_boot(j, &o);
	live_ok(pipe2(up, O_CLOEXEC));
	live_ok(pipe2(done, O_CLOEXEC));
	pid = fork();
	if (pid == 0)
		crowd(up[1], done[0]);
	assert_int_equal(read(up[0], &c, 1), 1);
	live_ok(jail_ctl(j, "halt\n"));
	jail_sleep_ms(CROWD_MS);
	assert_int_equal(write(done[1], &c, 1), 1);
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_int_equal(st, 0);
	live_exits(j, 0, LIVE_SOON_MS);
	assert_string_equal(jail_status(j, "state"), "gone");
	for (st = 0; st < 2; st++) {
		close(up[st]);
		close(done[st]);
	}
}

TEST(test_bounded_respawn)
{
	struct jail_opts o = { .before_exec = respawn_start };

	live_boot(j, &o);
	live_ok(jail_wait_count(j, 2, LIVE_SOON_MS));
	bounded(j, "term");
}

TEST(test_bounded_all)
{
	struct jail_opts o = { .pids_max = 600, .before_exec = all_start };

	if (!jail_has_pids())
		live_skip("no pids cgroup to be made");
	scripts(j, DEAF_200, FOR_EVER);
	live_boot(j, &o);
	bomb_light(j, 400);
	jail_sleep_ms(300);
	bounded_bomb(j);	/* rc.shutdown may not have found a place */
}

/* No time at all is a budget too. */
TEST(test_bounded_nothing)
{
	scripts(j, DEAF_200, FOR_EVER);
	live_boot(j, NULL);
	(void)halt(j, "halt 0\n", LIVE_LATE_MS);
}

/*
 * No timer when there is nobody to wait for.
 */
TEST(test_empty_at_once)
{
	int64_t ms[ROUNDS], median;
	size_t i;

	for (i = 0; i < ROUNDS; i++) {
		if (i > 0)
			again(j);
		scripts(j, "exit 0", i % 2 == 0 ? NULL : "exit 0");
		live_boot(j, NULL);
		ms[i] = halt(j, "halt\n", LIVE_SOON_MS);
	}
	median = jail_median(ms, ROUNDS);
	printf("empty jail: shortest %d ms, median %d ms, longest %d ms\n",
	    (int)ms[0], (int)median, (int)ms[ROUNDS - 1]);
	/* A timer would be in each round; neighbours are not. */
	assert_in_range(ms[0], 0, jail_slack(49));
}

/* Without a status there is no writer whose end has process 1 look, and SIGHUP
 * has it look while the service is still there. */
TEST(test_empty_unseen)
{
	int64_t ms;

	scripts(j, "until [ -e /tmp/go ]; do sleep 0.05; done & "
	    "echo >/tmp/up", NULL);
	live_ok(jail_start(j, NULL, "/sbin/jailinit", "-f", "none",
	    "-s", "0", "-t", "60", NULL));
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	while (strcmp(proc_title(j->pid), "jailinit: run") != 0) {
		assert_true(jail_now_ms() - j->started_ms < LIVE_SOON_MS);
		jail_sleep_ms(5);
	}
	live_ok(jail_signal(j, SIGHUP));
	jail_sleep_ms(jail_slack(200));
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	live_ok(jail_wait_count(j, 1, LIVE_SOON_MS));
	ms = halt(j, "halt\n", LIVE_SOON_MS);
	assert_in_range(ms, 0, LIVE_LATE_MS);
}

TEST(test_sleepers)
{
	int64_t ms;

	scripts(j, "i=0\nwhile [ $i -lt 500 ]; do\n"
	    "sleep 1000 & i=$((i+1)); done", NULL);
	live_boot(j, NULL);
	live_ok(jail_wait_count(j, 501, LIVE_SOON_MS));
	ms = halt(j, "halt\n", LIVE_SOON_MS);
	printf("500 sleepers: %d ms\n", (int)ms);
	assert_in_range(ms, 0, LIVE_LATE_MS);	/* TERM has 10 s */
	assert_string_equal(jail_status(j, "forced"), "");
}

/*
 * Requests at odd times, and several.
 */
TEST(test_during_boot)
{
	scripts(j, "trap 'echo rc >>" LIVE_MARK "; exit' TERM\n"
	    "echo >/tmp/started; sleep 1000 & wait; sleep 1000",
	    "echo \"rc.shutdown $1\" >>" LIVE_MARK);
	live_ok(jail_start(j, NULL, "/sbin/jailinit", NULL));
	live_ok(jail_wait_file(j, "/tmp/started", LIVE_SOON_MS));
	live_ok(jail_wait_state(j, "boot", LIVE_SOON_MS));
	halt(j, "poweroff\n", LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK),
	    "rc\nrc.shutdown poweroff\n");
	assert_string_equal(jail_status(j, "forced"), "");
}

/* An rc that does not listen has half of SHUTDOWN's time, which is six tenths
 * of the budget; rc.shutdown has the other half. */
TEST(test_during_boot_deaf)
{
	int64_t ms;

	scripts(j, "trap '' TERM\necho >/tmp/started\n"
	    "while :; do sleep 1; done", "echo >" LIVE_MARK "; sleep 1000");
	live_ok(jail_start(j, NULL, "/sbin/jailinit", NULL));
	live_ok(jail_wait_file(j, "/tmp/started", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt 8\n"));
	live_ok(jail_wait_file(j, LIVE_MARK, LIVE_SOON_MS));
	assert_in_range(jail_now_ms() - j->asked_ms, 2390,
	    2400 + LIVE_LATE_MS);
	ms = live_exits(j, 0, 8000 + LIVE_LATE_MS);
	assert_in_range(ms, 4790, 4800 + LIVE_LATE_MS);
	assert_memory_equal(jail_status(j, "forced"), "boot,shutdown", 13);
}

/* An rc that needs more than a moment is let to its end. */
TEST(test_during_boot_slow)
{
	scripts(j, "trap 'sleep 2; echo rc >>" LIVE_MARK "; exit' TERM\n"
	    "echo >/tmp/started; sleep 1000 & wait",
	    "echo rc.shutdown >>" LIVE_MARK);
	live_ok(jail_start(j, NULL, "/sbin/jailinit", NULL));
	live_ok(jail_wait_file(j, "/tmp/started", LIVE_SOON_MS));
	halt(j, "halt 9\n", LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "rc\nrc.shutdown\n");
	assert_string_equal(jail_status(j, "forced"), "");
}

/* A signal that comes as early as one can be held, when signals are blocked.
 * Before that the kernel drops signals to a process 1 without handlers. */
TEST(test_at_once)
{
	const long term = 1L << (SIGTERM - 1);

	scripts(j, "sleep 1000", "echo >" LIVE_MARK);
	live_ok(jail_start(j, NULL, "/sbin/jailinit", NULL));
	/* A sanitizer blocks signals, too, before ours are. */
	while ((proc_figure(j->pid, "SigCgt") & term) == 0 &&
	    (getenv("JAIL_SANITIZED") != NULL ||
	    (proc_figure(j->pid, "SigBlk") & term) == 0))
		assert_true(jail_now_ms() < j->started_ms + LIVE_SOON_MS);
	live_ok(jail_signal(j, SIGTERM));
	live_exits(j, 0, LIVE_SOON_MS);
	live_log_has(j, "halt requested");
	assert_true(jail_exists(j, LIVE_MARK));
}

TEST(test_shorter)
{
	int64_t ms;

	scripts(j, "exit 0", "sleep 1000");
	live_boot(j, NULL);
	live_ok(jail_ctl(j, "halt 60\n"));
	live_ok(jail_wait_state(j, "shutdown", LIVE_SOON_MS));
	ms = halt(j, "halt 2\n", 2000 + LIVE_LATE_MS);
	assert_in_range(ms, 1000, 2000 + LIVE_LATE_MS);
}

TEST(test_longer)
{
	int64_t begin_ms;

	scripts(j, DEAF_200, FOR_EVER);
	live_boot(j, NULL);
	begin_ms = jail_now_ms();
	live_ok(jail_ctl(j, "halt 2\n"));
	live_ok(jail_wait_log(j, "gone in 2 s", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt 60\nhalt\n"));
	live_exits(j, 0, 2000 + LIVE_LATE_MS);
	assert_true(j->ended_ms - begin_ms >= 1500);
	assert_int_equal(jail_log_count(j, " requested, gone in "), 1);
}

static void
two_verbs(struct jail *j, const char *first, const char *second,
    const char *verb)
{
	scripts(j, "echo >>/tmp/lives", "until [ -e /tmp/go ]; do sleep 0.05;"
	    " done");
	live_boot(j, NULL);
	live_ok(jail_ctl(j, first));
	live_ok(jail_wait_state(j, "shutdown", LIVE_SOON_MS));
	live_ok(jail_ctl(j, second));
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	live_exits(j, 0, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, "/tmp/lives"), "\n");
	assert_string_equal(jail_status(j, "request"), verb);
}

TEST(test_reboot_then_halt) { two_verbs(j, "reboot\n", "halt\n", "halt"); }
TEST(test_halt_then_reboot) { two_verbs(j, "halt\n", "reboot\n", "halt"); }

TEST(test_poweroff_then_reboot)
{
	two_verbs(j, "poweroff\n", "reboot\n", "poweroff");
}

/*
 * A status of one's own.
 */

/* The jail is asked for each line, while rc.shutdown runs. */
static void
exits_with(struct jail *j, const char *const *lines, int code,
    const char *arg, const char *request)
{
	char text[16];

	scripts(j, "exit 0", "echo $1 >" LIVE_MARK "; "
	    "until [ -e /tmp/go ]; do sleep 0.05; done");
	live_boot(j, NULL);
	for (; *lines != NULL; lines++) {
		live_ok(jail_ctl(j, *lines));
		live_ok(jail_wait_file(j, LIVE_MARK, LIVE_SOON_MS));
	}
	jail_sleep_ms(100);
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	(void)live_exits(j, code, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), arg);
	assert_string_equal(jail_status(j, "request"), request);
	snprintf(text, sizeof(text), "%d", code);
	assert_string_equal(jail_status(j, "exit_status"),
	    strcmp(request, "exit") == 0 ? text : "");
	live_ok(jail_free(j));
	live_ok(jail_new(j));
}

#define LINES(...)	(const char *const[]){ __VA_ARGS__, NULL }
TEST(test_exit)
{
	exits_with(j, LINES("exit 3\n"), 3, "halt\n", "exit");
	exits_with(j, LINES("exit 255 60\n"), 255, "halt\n", "exit");
	exits_with(j, LINES("exit 0\n"), 0, "halt\n", "exit");
	/* a halt does not take it away, another one replaces it */
	exits_with(j, LINES("exit 3\n", "halt 60\n", "reboot\n",
	    "poweroff\n"), 3, "halt\n", "exit");
	exits_with(j, LINES("halt\n", "exit 4\n"), 4, "halt\n", "exit");
	exits_with(j, LINES("exit 3\n", "exit 5\n"), 5, "halt\n", "exit");
	exits_with(j, LINES("reboot\n", "exit 6\n"), 6, "reboot\n", "exit");
}

TEST(test_exit_log)
{
	live_boot(j, NULL);
	live_ok(jail_ctl(j, "exit\nexit x\n"));
	live_ok(jail_wait_log(j, "request dropped: exit status is not 0 to 255",
	    LIVE_SOON_MS));
	live_ok(jail_ctl(j, "exit 256\nexit 3 x\n"));
	live_ok(jail_wait_status(j, "dropped_requests", "4", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "exit 3 30\n"));
	(void)live_exits(j, 3, LIVE_SOON_MS);
	live_log_has(j, "jailinit: exit 3 requested, gone in 30 s at most\n");
}

/* In BOOT; by force; instead of the command's own; and where a reboot would be
 * the kernel's. */
TEST(test_exit_anywhere)
{
	static const char *const env[] = { "container=lxc", NULL };
	static const struct jail_opts lxc = { .env = env };

	scripts(j, "echo >/tmp/up; sleep 1000", NULL);
	live_ok(jail_start(j, &lxc, "/sbin/jailinit", "-l", "reboot", NULL));
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "exit 7\n"));
	(void)live_exits(j, 7, LIVE_SOON_MS);
	live_ok(jail_again(j));
	scripts(j, "trap '' TERM; while :; do sleep 1; done & exit 3", NULL);
	live_boot(j, NULL);
	live_ok(jail_ctl(j, "exit 9 0\n"));
	(void)live_exits(j, 9, LIVE_SOON_MS);
	live_ok(jail_again(j));
	live_ok(jail_start(j, NULL, "/sbin/jailinit", "-c", JAIL_CTL, "-f",
	    JAIL_STATUS, "--", "/bin/sh", "-c", "trap 'exit 1' TERM; "
	    "echo >/tmp/app; while :; do sleep 0.1; done", NULL));
	live_ok(jail_wait_file(j, "/tmp/app", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "exit 11\n"));
	(void)live_exits(j, 11, LIVE_SOON_MS);
	assert_string_equal(jail_status(j, "request"), "exit");
}

/*
 * A command is told once.  It takes 3.6 s of 5, of which SHUTDOWN has 3 and
 * KILL begins at 4.5; meanwhile another process is told by TERM.
 */
#define NEEDS_3600(sig, then, until)					\
	"trap 'echo >>/tmp/" sig "' " sig "\n"				\
	"sh -c \"trap 'echo >>/tmp/other" then "' TERM\n"		\
	"echo >/tmp/up; while " until "; do sleep 0.1; done\" &\n"	\
	"until [ -e /tmp/" sig " ]; do sleep 0.1; done\n"		\
	"(trap '' TERM HUP; exec sleep 3.6) &\n"			\
	"while kill -0 $! 2>&-; do wait $!; done\nexit 7\n"

static void
told_once(struct jail *j, const struct jail_opts *o, const char *script,
    const char *told, const char *opt, const char *arg)
{
	int64_t ms;

	live_ok(jail_start(j, o, "/sbin/jailinit", "-B", "5", opt, arg, "--",
	    "/bin/sh", "-c", script, NULL));
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGTERM));
	ms = live_exits(j, 7, LIVE_SOON_MS);
	assert_in_range(ms, 3600, 3600 + LIVE_LATE_MS);
	assert_string_equal(jail_file(j, told), "\n");
	assert_string_equal(jail_file(j, "/tmp/other"), "\n");
	live_log_has(j, "jailinit: /bin/sh: took over 3 s, the others get "
	    "TERM\n");
	assert_false(jail_log_has(j, "still there"));
}

TEST(test_told_once)
{
	told_once(j, NULL, NEEDS_3600("TERM", "; exit", ":"), "/tmp/TERM",
	    "-S", "TERM");
}

TEST(test_told_once_quit)
{
	told_once(j, NULL, NEEDS_3600("QUIT", "; exit", ":"), "/tmp/QUIT",
	    "-S", "QUIT");
}

/* Its process group was told as well, and only then. */
TEST(test_told_once_group)
{
	told_once(j, NULL, NEEDS_3600("TERM", "", "kill -0 $$"), "/tmp/TERM",
	    "-gS", "TERM");
}

/* Nobody can be told from the command: others get TERM once it has ended. */
TEST(test_told_once_no_proc)
{
	static const struct jail_opts o = { .no_proc = true };

	told_once(j, &o, NEEDS_3600("TERM", "; exit", ":"), "/tmp/TERM",
	    "-S", "TERM");
}

/* No time at all is no reason to tell it twice. */
TEST(test_told_once_no_time)
{
	live_ok(jail_start(j, NULL, "/sbin/jailinit", "-s", "0", "-t", "3",
	    "-S", "QUIT", "--", "/bin/sh", "-c", "trap 'echo >>" LIVE_MARK
	    "' QUIT; "
	    "echo >/tmp/up; until [ -e " LIVE_MARK " ]; do sleep 0.05; done; "
	    "sleep 0.5; exit 7", NULL));
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGTERM));
	(void)live_exits(j, 7, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "\n");
}

/*
 * Those that entered: nobody's children in here.
 */
static int
entered(void *arg)
{
	sigset_t set;
	int sig;

	(void)arg;
	(void)setsid();		/* who has a terminal gets HUP as well */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	if (creat("/tmp/ready", 0644) == -1 || sigwait(&set, &sig) != 0)
		return (1);
	jail_sleep_ms(500);
	return (creat(LIVE_MARK, 0644) == -1);
}

TEST(test_entered)
{
	pid_t pid;
	int64_t ms;
	int st;

	live_boot(j, NULL);
	pid = jail_enter(j, entered, NULL);
	assert_true(pid > 0);
	live_ok(jail_wait_file(j, "/tmp/ready", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt\n"));
	assert_int_equal(waitpid(pid, &st, 0), pid);
	j->n_entered = 0;
	assert_true(WIFEXITED(st));
	assert_int_equal(WEXITSTATUS(st), 0);
	assert_true(jail_exists(j, LIVE_MARK));
	ms = live_exits(j, 0, LIVE_SOON_MS);
	assert_in_range(ms, 500, 500 + LIVE_LATE_MS);	/* TERM has 10 s */
	assert_string_equal(jail_status(j, "forced"), "");
}

/* One that we may not signal, such as root's that has entered a user's jail,
 * ends with us. */
static int
refused(void *arg)
{
	(void)arg;
	(void)signal(SIGTERM, SIG_IGN);
	if (creat("/tmp/ready", 0644) == -1)
		return (1);
	for (;;)
		(void)pause();
}

TEST(test_entered_refused)
{
	static const char *const requests[] = { "halt\n", "halt 0\n" };
	const struct jail_opts o = { .uid = 65534, .gid = 65534 };
	int64_t ms;
	size_t i;
	pid_t pid;

	if (geteuid() != 0)
		live_skip("not root: there is nobody whom it may not signal");
	for (i = 0; i < 2; i++) {
		live_ok(chown(jail_path(j, "/var/run"), o.uid, o.gid));
		live_ok(jail_script(j, "/etc/rc", "sleep 1000 &"));
		live_boot(j, &o);
		pid = jail_enter(j, refused, NULL);
		assert_true(pid > 0);
		live_ok(jail_wait_file(j, "/tmp/ready", LIVE_SOON_MS));
		live_ok(jail_ctl(j, requests[i]));
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		j->n_entered--;
		ms = live_exits(j, 0, LIVE_SOON_MS);
		assert_in_range(ms, 0, LIVE_LATE_MS);
		assert_true(i == 1 ||
		    jail_log_has(j, "not permitted to signal: "));
		live_ok(jail_free(j));
		live_ok(jail_new(j));
	}
}

/*
 * A shell that somebody opened on a terminal, as docker exec -it does, ignores
 * TERM.
 */
struct shell {
	const char *path;
	struct pty t;
	pid_t pid;
};

static int
shell_run(void *arg)
{
	const struct shell *s = arg;
	int i;

	(void)setsid();
	if (ioctl(s->t.slave_fd, TIOCSCTTY, 0) == -1)
		return (1);
	for (i = 0; i < 3; i++)
		(void)dup2(s->t.slave_fd, i);
	(void)setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
	(void)setenv("PS1", "ready$ ", 1);
	(void)execl(s->path, s->path, PTY_SH, (char *)NULL);
	return (126);
}

/* With a job that is stopped, or one in front. */
static void
shell_open(struct jail *j, struct shell *s, bool stopped)
{
	assert_true(pty_open(&s->t));
	s->pid = jail_enter(j, shell_run, s);
	assert_true(s->pid > 0);
	assert_true(pty_says(&s->t, "ready$ ", LIVE_SOON_MS));
	pty_type(&s->t, "sh -c 'echo job-$((1+1)); sleep 1000; exit 0'\n");
	assert_true(pty_says(&s->t, "job-2", LIVE_SOON_MS));
	if (stopped) {
		pty_type(&s->t, "\032");
		assert_true(pty_says(&s->t, "ready$ ", LIVE_SOON_MS));
	}
}

/* It ends while it has time: TERM has 10 s. */
static void
shell_ends(struct jail *j, struct shell *s)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	int st;

	while (waitpid(s->pid, &st, WNOHANG) != s->pid) {
		assert_true(jail_now_ms() < end_ms);
		jail_sleep_ms(2);
	}
	j->n_entered--;
	pty_close(&s->t);
}

/* The jail ends, and no daemon is told to read its configuration. */
static void
shell_halt(struct jail *j, const char *path, bool stopped, bool app)
{
	static struct shell s;

	s.path = path;
	live_ok(jail_script(j, "/etc/rc", "sh -c \"trap 'echo >>" LIVE_MARK
	    "' HUP; trap 'echo >/tmp/down; exit' TERM; echo >/tmp/up; "
	    "while :; do sleep 0.1; done\" & until [ -e /tmp/go ]; do"
	    " sleep 0.05; done"));
	if (app) {
		live_ok(jail_start(j, NULL, "/sbin/jailinit", "--", "/etc/rc",
		    NULL));
	} else {
		live_ok(jail_write(j, "/tmp/go", 0644, ""));
		live_boot(j, NULL);
	}
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	shell_open(j, &s, stopped);
	if (app)
		live_ok(jail_write(j, "/tmp/go", 0644, ""));
	else
		live_ok(jail_ctl(j, "halt\n"));
	shell_ends(j, &s);
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_false(jail_log_has(j, "still there"));
	assert_false(jail_exists(j, LIVE_MARK));
	assert_true(jail_exists(j, "/tmp/down"));
	live_ok(jail_free(j));
	live_ok(jail_new(j));
}

static void
shell_any(struct jail *j, bool stopped, bool app)
{
	static const char *const shells[] = { "/bin/bash", "/bin/dash",
	    "/bin/sh" };
	size_t i;

	for (i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (i < 2 && access(shells[i], X_OK) == -1)
			continue;
		if (i < 2)
			live_ok(jail_copy(j, shells[i], shells[i]));
		shell_halt(j, shells[i], stopped, app);
	}
}

TEST(test_shell) { shell_any(j, false, false); }
TEST(test_shell_job) { shell_any(j, true, false); }
TEST(test_shell_app) { shell_any(j, true, true); }

/* One that is not process 1 leaves a shell behind on a terminal, among its
 * descendants. */
TEST(test_shell_left)
{
	static const char *const env[] = { "PS1=ready$ ", NULL };
	static struct pty t;
	int fds[3] = { JAIL_FD_DEFAULT, JAIL_FD_DEFAULT, 0 };
	const struct jail_opts o = { .host = true, .env = env, .fds = fds };

	assert_true(pty_open(&t));
	fds[2] = t.slave_fd;
	live_ok(jail_start(j, &o, "/sbin/jailinit", "--", "/bin/sh", "-c",
	    "setsid -c sh -i <&2 >&2 & until [ -e /tmp/go ]; do sleep 0.05;"
	    " done; exit 5", NULL));
	assert_true(pty_says(&t, "ready$ ", LIVE_SOON_MS));
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	(void)live_exits(j, 5, LIVE_SOON_MS);
	pty_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_order),
		LIVE_TEST(test_order_timeout),
		LIVE_TEST(test_timeout_short),
		LIVE_TEST(test_names_long),
		LIVE_TEST(test_argument),
		LIVE_TEST(test_signals),
		LIVE_TEST(test_not_executable),
		LIVE_TEST(test_no_rc_shutdown),
		LIVE_TEST(test_rc_shutdown_fails),
		LIVE_TEST(test_stopped),
		LIVE_TEST(test_stopped_rc),
		LIVE_TEST(test_bounded_rc_shutdown),
		LIVE_TEST(test_bounded_deaf_rc_shutdown),
		LIVE_TEST(test_bounded_deaf),
		LIVE_TEST(test_disguised),
		LIVE_TEST(test_bounded_bomb_cgroup),
		LIVE_TEST(test_bounded_bomb_nproc),
		LIVE_TEST(test_farewell_crowded),
		LIVE_TEST(test_bounded_respawn),
		LIVE_TEST(test_bounded_all),
		LIVE_TEST(test_bounded_nothing),
		LIVE_TEST(test_empty_at_once),
		LIVE_TEST(test_empty_unseen),
		LIVE_TEST(test_sleepers),
		LIVE_TEST(test_during_boot),
		LIVE_TEST(test_during_boot_deaf),
		LIVE_TEST(test_during_boot_slow),
		LIVE_TEST(test_at_once),
		LIVE_TEST(test_shorter),
		LIVE_TEST(test_longer),
		LIVE_TEST(test_reboot_then_halt),
		LIVE_TEST(test_halt_then_reboot),
		LIVE_TEST(test_poweroff_then_reboot),
		LIVE_TEST(test_exit),
		LIVE_TEST(test_exit_log),
		LIVE_TEST(test_exit_anywhere),
		LIVE_TEST(test_told_once),
		LIVE_TEST(test_told_once_quit),
		LIVE_TEST(test_told_once_group),
		LIVE_LINUX(test_told_once_no_proc, "there is no /proc"),
		LIVE_TEST(test_told_once_no_time),
		LIVE_TEST(test_entered),
		LIVE_LINUX(test_entered_refused, "root enters as root"),
		LIVE_TEST(test_shell),
		LIVE_TEST(test_shell_job),
		LIVE_TEST(test_shell_app),
		LIVE_LINUX(test_shell_left, "there is no setsid(1)"),
	};

	LIVE_MAIN("end");
}
