/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Process 1 with little to live on.  Guards against: an end that needs a fork,
 * a file, /proc, /dev or descriptors that cannot be had; memory that grows
 * with requests; an idle process 1 that wakes up.
 */
#include "live.h"

#include <sys/stat.h>

#include <stdlib.h>

#include "probe.h"

#define JAILINIT	"/sbin/jailinit"
#define TABLE_SIZE	24	/* of processes, when there is a limit */
#define UNUSED_UID	54321	/* so that its processes are ours alone */
#define RUBBISH		5000
#define GROWN_KB	64	/* a page or two of the stack, no more */
#define IDLE_MS		3000

/* rc runs, so does rc.shutdown if it may, a service gets TERM, and the jail
 * ends by a signal.  All of it is told by the log alone. */
static void
ends_by_signal(struct jail *j, const struct jail_opts *o)
{
	static const char *const name[] = { "/etc/rc.small",
	    "/etc/rc.shutdown.small" };
	int i;

	live_ok(probe_install(j));
	for (i = 0; i < 2; i++)
		if (!jail_exists(j, name[i]))
			live_ok(symlink(PROBE, jail_path(j, name[i])));
	live_ok(jail_start(j, o, JAILINIT, "-r", name[0], "-R", name[1], NULL));
	live_ok(jail_wait_log(j, "up\n", LIVE_SOON_MS));
	live_ok(jail_wait_log(j, "booted\n", LIVE_SOON_MS));
	live_ok(jail_wait_count(j, 2, LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGTERM));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	live_log_has(j, "down halt\n");
	live_log_has(j, "termed\n");
	live_log_has(j, "jailinit: halt requested, gone in 105 s at most\n");
}

TEST(test_no_proc)
{
	static const struct jail_opts o = { .no_proc = true };

	ends_by_signal(j, &o);
	assert_string_equal(jail_status(j, "state"), "gone");
}

TEST(test_no_dev)
{
	static const struct jail_opts o = { .no_dev = true };

	ends_by_signal(j, &o);
	assert_string_equal(jail_status(j, "state"), "gone");
}

TEST(test_readonly)
{
	static const struct jail_opts o = { .readonly = true };

	ends_by_signal(j, &o);
	live_log_has(j, "jailinit: /var/run/jailinit.ctl: Read-only file "
	    "system; signals still work\n");
	assert_int_equal(jail_log_count(j, "Read-only"), 1);
}

/* Said once, and again when somebody asks (HUP), or for another reason. */
TEST(test_no_fifo_said)
{
	int n, i;

	live_ok(jail_write(j, "/ctl/x", 0644, ""));
	live_ok(jail_start(j, NULL, JAILINIT, "-c", "/ctl", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	for (n = 1; n <= 3; n++) {
		for (i = 0; i < 500 && jail_log_count(j, "/ctl: ") < n; i++)
			jail_sleep_ms(10);
		assert_int_equal(jail_log_count(j, "jailinit: /ctl: "), n);
		live_ok(jail_signal(j, SIGHUP));
	}
	live_ok(jail_signal(j, SIGTERM));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	live_ok(jail_again(j));
	live_ok(jail_write(j, "/run/d/ctl/x", 0644, ""));
	live_ok(jail_script(j, "/etc/rc", "rm -r /run/d; "
	    "echo >/run/d"));
	live_ok(jail_start(j, NULL, JAILINIT, "-c", "/run/d/ctl", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	assert_int_equal(jail_log_count(j, "jailinit: /run/d/ctl: "), 2);
	assert_int_equal(jail_log_count(j, ": Not a directory; "), 1);
}

/* Descriptors: 0-2, the FIFO, its program, and what a status takes. */
TEST(test_few_descriptors)
{
	static const struct jail_opts o = { .nofile = 8 };

	ends_by_signal(j, &o);
	assert_string_equal(jail_status(j, "state"), "gone");
	live_ok(jail_again(j));
	live_ok(jail_start(j, &o, JAILINIT, "-r", "/etc/rc.small", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "reboot\n"));
	while (jail_log_count(j, "booted\n") < 2) {
		assert_true(jail_now_ms() - j->asked_ms < LIVE_SOON_MS);
		jail_sleep_ms(5);
	}
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

TEST(test_all_at_once)
{
	static const struct jail_opts o = { .no_proc = true, .no_dev = true,
	    .readonly = true, .nofile = 8 };

	ends_by_signal(j, &o);
}

/* What does not end on TERM is ended without /proc too, if not named. */
TEST(test_no_proc_kill)
{
	static const struct jail_opts o = { .no_proc = true };

	live_ok(jail_script(j, "/etc/rc",
	    "sh -c 'trap \"\" TERM; echo >/tmp/up; while :; do sleep 0.05; "
	    "done' & until [ -e /tmp/up ]; do sleep 0.05; done"));
	live_boot(j, &o);
	live_ok(jail_ctl(j, "halt 3\n"));
	(void)live_exits(j, 0, 3000 + LIVE_LATE_MS);
	assert_string_equal(jail_status(j, "forced"), "term");
	assert_false(jail_log_has(j, "still there"));
}

/*
 * The process table is full when rc.shutdown is due.
 */
static void
table_fill(struct jail *j, const struct jail_opts *o, const char *rc)
{
	live_ok(probe_install(j));
	live_ok(chmod(jail_path(j, "/var/run"), 0777));
	live_ok(chmod(jail_path(j, "/tmp"), 0777));
	live_ok(jail_script(j, "/etc/rc", rc));
	live_ok(jail_script(j, "/etc/rc.shutdown", "echo down $1 >/tmp/down"));
	live_ok(jail_start(j, o, JAILINIT, NULL));
	live_ok(jail_wait_count(j, TABLE_SIZE, LIVE_SOON_MS));
	/* No status is being written any more, and all places are taken. */
	live_ok(jail_wait_rest(j, LIVE_SOON_MS));
	jail_sleep_ms(jail_slack(500));
	live_ok(jail_wait_count(j, TABLE_SIZE, LIVE_SOON_MS));
}

/* It stays full until the stage is over: TERM makes room. */
static void
table_full(struct jail *j, const struct jail_opts *o)
{
	int budget_s = (int)(jail_slack(3000) / 1000);
	int64_t ms;
	char text[64];

	table_fill(j, o, "exec 2>/dev/null; " PROBE " fill &");
	snprintf(text, sizeof(text), "halt %d\n", budget_s);
	live_ok(jail_ctl(j, text));
	ms = live_exits(j, 0, 1000 * budget_s + LIVE_LATE_MS);
	live_log_has(j, "jailinit: /etc/rc.shutdown: fork: Resource "
	    "temporarily unavailable\n");
	snprintf(text, sizeof(text), "jailinit: halt requested, gone in %d s "
	    "at most\n", budget_s);
	live_log_has(j, text);
	live_log_has(j, "/etc/rc.shutdown: could not be started in time\n");
	assert_int_equal(jail_log_count(j, "/etc/rc.shutdown: "), 2);
	assert_false(jail_exists(j, "/tmp/down"));
	assert_string_equal(jail_status(j, "forced"), "shutdown");
	assert_in_range(ms, jail_slack(1700), 1000 * budget_s + LIVE_LATE_MS);
	live_ok(jail_again(j));
}

/* Room comes later, when they end by themselves; orphans: as children of
 * process 1.  Until then they take what is free. */
static void
table_later(struct jail *j, const struct jail_opts *o, bool orphans)
{
	int64_t us, ms;

	(void)unlink(jail_path(j, "/tmp/room"));
	(void)unlink(jail_path(j, "/tmp/down"));
	table_fill(j, o, orphans ? "exec 2>/dev/null; " PROBE " orphans &" :
	    "exec 2>/dev/null; " PROBE " crowd &");
	live_ok(jail_ctl(j, "reboot 20\n"));
	live_ok(jail_wait_log(j, ": fork: ", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt 20\n"));
	us = proc_cpu_us(j->pid);
	jail_sleep_ms(2000);
	assert_false(jail_exists(j, "/tmp/down"));
	assert_in_range(proc_cpu_us(j->pid) - us, 0, jail_slack(200000));
	live_ok(jail_write(j, "/tmp/room", 0644, ""));
	ms = jail_now_ms();
	live_ok(jail_wait_file(j, "/tmp/down", LIVE_SOON_MS));
	printf("room after 2000 ms, rc.shutdown %lld ms later\n",
	    (long long)(jail_now_ms() - ms));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, "/tmp/down"), "down halt\n");
	assert_string_equal(jail_status(j, "forced"), "");
	assert_int_equal(jail_log_count(j, "/etc/rc.shutdown: "), 1);
	live_ok(jail_again(j));
}

/* And so is -R's program of a command. */
static void
table_later_command(struct jail *j, const struct jail_opts *o)
{
	(void)unlink(jail_path(j, "/tmp/room"));
	(void)unlink(jail_path(j, "/tmp/down"));
	live_ok(jail_script(j, "/leave", "echo left >/tmp/down"));
	live_ok(jail_start(j, o, JAILINIT, "-R", "/leave", "--",
	    "/bin/sh", "-c", "trap '' TERM; " PROBE " crowd; exit 7", NULL));
	live_ok(jail_wait_count(j, TABLE_SIZE, LIVE_SOON_MS));
	jail_sleep_ms(300);
	live_ok(jail_signal(j, SIGTERM));
	jail_sleep_ms(1000);
	assert_false(jail_exists(j, "/tmp/down"));
	live_ok(jail_write(j, "/tmp/room", 0644, ""));
	(void)live_exits(j, 7, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, "/tmp/down"), "left\n");
	live_ok(jail_again(j));
}

TEST(test_fork_fails_cgroup)
{
	static const struct jail_opts o = { .pids_max = TABLE_SIZE };

	if (!jail_has_pids())
		live_skip("no pids cgroup can be made");
	table_full(j, &o);
	table_later(j, &o, false);
	table_later(j, &o, true);
	table_later_command(j, &o);
}

TEST(test_fork_fails_nproc)
{
	static const struct jail_opts o = { .nproc = TABLE_SIZE,
	    .uid = UNUSED_UID, .gid = UNUSED_UID };

	if (geteuid() != 0)
		live_skip("not root, whose processes are counted too");
	table_full(j, &o);
	table_later(j, &o, false);
	table_later(j, &o, true);
	table_later_command(j, &o);
}

/* Others of the same user, who are not in the jail, keep the table full: nobody
 * who is left in the jail could make room. */
static void
others(struct jail *not)
{
	pid_t first = getpid();
	int i;

	(void)not;
	if (setgid(UNUSED_UID) == -1 || setuid(UNUSED_UID) == -1)
		_exit(1);
	for (i = 0; i < TABLE_SIZE; i++)
		if (fork() == 0) {
			while (getppid() == first)
				usleep(5000);
			_exit(0);
		}
	for (;;)
		pause();
}

static pid_t
others_start(struct jail *j)
{
	pid_t pid = live_fork(j, others);

	live_ok(proc_wait_state(pid, 'S', LIVE_SOON_MS));
	return (pid);
}

static void
others_end(pid_t pid)
{
	(void)kill(pid, SIGKILL);	/* our child */
	(void)waitpid(pid, NULL, 0);
}

/* Time decides, for a request's program and for rc.shutdown. */
TEST(test_fork_fails_others)
{
	static const struct jail_opts o = { .nproc = TABLE_SIZE,
	    .uid = UNUSED_UID, .gid = UNUSED_UID };
	pid_t pid;

	if (geteuid() != 0)
		live_skip("not root, whose processes are counted too");
	live_ok(chmod(jail_path(j, "/var/run"), 0777));
	live_ok(chmod(jail_path(j, "/tmp"), 0777));
	live_ok(jail_script(j, "/etc/rc.request.d/hello", "exit 3"));
	live_ok(jail_script(j, "/etc/rc.shutdown", "echo down >/tmp/down"));
	live_boot(j, &o);
	live_ok(jail_wait_rest(j, LIVE_SOON_MS));
	pid = others_start(j);
	live_ok(jail_ctl(j, "hello\n"));
	jail_sleep_ms(1500);
	others_end(pid);
	live_ok(jail_wait_log(j, "request hello: exit status 3\n",
	    LIVE_SOON_MS));
	live_ok(jail_wait_rest(j, LIVE_SOON_MS));
	pid = others_start(j);
	live_ok(jail_ctl(j, "halt 60\n"));
	live_ok(jail_wait_log(j, "shutdown: fork: ", LIVE_SOON_MS));
	jail_sleep_ms(1500);
	assert_false(jail_exists(j, "/tmp/down"));
	others_end(pid);
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, "/tmp/down"), "down\n");
}

/* The table is full before process 1 starts, until there is PROBE_ROOM. */
static void
table_take(void *arg)
{
	pid_t pid;

	(void)arg;
	while ((pid = fork()) > 0)
		;
	if (pid == -1)
		return;
	closefrom(3);
	while (access(PROBE_ROOM, F_OK) == -1)
		usleep(5000);
	_exit(0);
}

/* rc is started when there is room; a request meanwhile does not wait for it.
 * So is a command, if it is soon. */
TEST(test_fork_fails_boot)
{
	static const struct jail_opts o = { .pids_max = TABLE_SIZE,
	    .before_exec = table_take };
	int i;

	if (!jail_has_pids())
		live_skip("no pids cgroup can be made");
	live_ok(jail_script(j, "/etc/rc", "echo up >/tmp/up; exit 7"));
	live_ok(jail_script(j, "/etc/rc.shutdown", "exit 0"));
	for (i = 0; i < 2; i++) {
		live_ok(jail_start(j, &o, JAILINIT, NULL));
		live_ok(jail_wait_log(j, "/etc/rc: fork: ", LIVE_SOON_MS));
		jail_sleep_ms(1000);
		if (i == 0)
			live_ok(jail_ctl(j, "halt 60\n"));
		live_ok(jail_write(j, PROBE_ROOM, 0644, ""));
		if (i == 1) {
			live_ok(jail_wait_log(j, "rc: exit status 7\n",
			    LIVE_SOON_MS));
			live_ok(jail_ctl(j, "halt\n"));
		}
		(void)live_exits(j, 0, LIVE_SOON_MS);
		assert_int_equal(jail_exists(j, "/tmp/up"), i == 1);
		live_ok(jail_again(j));
		live_ok(unlink(jail_path(j, PROBE_ROOM)));
	}
	live_ok(jail_start(j, &o, JAILINIT, "--", "/bin/sh", "-c", "exit 9",
	    NULL));
	jail_sleep_ms(200);
	live_ok(jail_write(j, PROBE_ROOM, 0644, ""));
	(void)live_exits(j, 9, LIVE_SOON_MS);
}

/* rc itself cannot be started: logged, the jail lives, and ends. */
TEST(test_fork_fails_rc)
{
	static const struct jail_opts o = { .pids_max = 1 };

	if (!jail_has_pids())
		live_skip("no pids cgroup can be made");
	live_ok(jail_start(j, &o, JAILINIT, NULL));
	live_ok(jail_wait_log(j, "jailinit: /etc/rc: fork: ", LIVE_SOON_MS));
	live_ok(jail_wait_file(j, JAIL_CTL, LIVE_SOON_MS));
	live_ok(jail_wait_log(j, "rc: could not be started in time\n",
	    LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt 3\n"));
	(void)live_exits(j, 0, 3000 + LIVE_LATE_MS);
	live_ok(jail_again(j));
	live_ok(jail_start(j, &o, JAILINIT, "-e", "-s1", NULL));
	(void)live_exits(j, 1, LIVE_SOON_MS);
	live_ok(jail_again(j));
	live_ok(jail_start(j, &o, JAILINIT, "-c", JAIL_CTL, "--", "/bin/true",
	    NULL));
	(void)live_exits(j, 126, LIVE_SOON_MS);
	assert_false(jail_exists(j, JAIL_CTL));
}

/* With fewer descriptors allowed than there are, ppoll(2) fails: no spin, and
 * signals are heard. */
TEST(test_no_descriptors)
{
	int64_t us;

	live_boot(j, NULL);
	live_ok(proc_limit_fds(j->pid, 2));
	live_ok(jail_signal(j, SIGHUP));	/* it notices */
	jail_sleep_ms(100);
	us = proc_cpu_us(j->pid);
	jail_sleep_ms(1000);
	assert_in_range(proc_cpu_us(j->pid) - us, 0, jail_slack(100000));
	live_ok(jail_signal(j, SIGTERM));
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

/*
 * Nothing grows, nothing wakes up.
 */
static void
rubbish(struct jail *j, int n)
{
	static const char *const line[] = { "@bogus\n", "halt now please\n",
	    "reboot 9999999999\n", "\001\002\003\n", " \t halt -1\n" };
	int i, fd = jail_ctl_open(j);

	assert_true(fd >= 0);
	for (i = 0; i < n; i++)
		while (write(fd, line[i % 5], strlen(line[i % 5])) == -1)
			jail_sleep_ms(1);
	close(fd);
}

/* Counters are written once a second, and not by a timer. */
static void
wait_dropped(struct jail *j, const char *n)
{
	jail_sleep_ms(1100);
	live_ok(jail_ctl(j, "\n"));
	live_ok(jail_wait_status(j, "dropped_requests", n, LIVE_SOON_MS));
}

TEST(test_memory)
{
	long data, rss, grown;
	char text[16];

	live_boot(j, NULL);
	rubbish(j, 500);
	wait_dropped(j, "500");
	data = proc_figure(j->pid, "VmData");
	rss = proc_figure(j->pid, "VmRSS");
	assert_true(data > 0 && rss > 0);
	rubbish(j, RUBBISH);
	snprintf(text, sizeof(text), "%d", 500 + RUBBISH);
	wait_dropped(j, text);
	assert_int_equal(proc_figure(j->pid, "VmData"), data);
	grown = proc_figure(j->pid, "VmRSS") - rss;
	assert_true(grown <= GROWN_KB * jail_slack(1));
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

static long
wakeups(const struct jail *j)
{
	long n = proc_figure(j->pid, "voluntary_ctxt_switches"),
	    m = proc_figure(j->pid, "nonvoluntary_ctxt_switches");

	assert_true(n > 0 && m >= 0);
	return (n + m);
}

/* Two jails side by side: RUN, and a command. */
TEST(test_idle)
{
	static struct jail other;
	long boot, app, boot_woken, app_woken;
	bool idle;
	int e;

	live_ok(jail_script(j, "/etc/rc", "sleep 1000 &"));
	live_boot(j, NULL);
	if (jail_new(&other) == -1 || jail_start(&other, NULL, JAILINIT,
	    "-f", JAIL_STATUS, "--", "/bin/sleep", "1000", NULL) == -1 ||
	    jail_wait_state(&other, "run", LIVE_SOON_MS) == -1) {
		(void)jail_free(&other);
		fail_msg("the second jail does not start");
	}
	idle = jail_wait_idle(j, LIVE_SOON_MS) != -1 &&
	    jail_wait_idle(&other, LIVE_SOON_MS) != -1;
	boot = wakeups(j);
	app = wakeups(&other);
	jail_sleep_ms(IDLE_MS);
	boot_woken = (int)(wakeups(j) - boot);
	app_woken = (int)(wakeups(&other) - app);
	e = jail_free(&other);
	assert_true(idle);
	assert_int_equal(boot_woken, 0);
	assert_int_equal(app_woken, 0);
	assert_int_equal(e, 0);
}

/* In RUN the kernel reaps: an orphan that ends does not wake process 1 (what
 * else may do so, a few times, is the kernel's own business). */
TEST(test_idle_orphans)
{
	int64_t end_ms;
	long before, woken;

	live_ok(jail_script(j, "/etc/rc", "sh -c 'touch /tmp/up;"
	    " sleep 0.3; i=0; while [ $i -lt 50 ]; do (sleep 0.1 &);"
	    " i=$((i + 1)); done; sleep 0.5; touch /tmp/done;"
	    " exec sleep 1000' &"));
	live_boot(j, NULL);
	live_ok(jail_wait_rest(j, LIVE_SOON_MS));
	before = wakeups(j);
	live_ok(jail_wait_file(j, "/tmp/done", LIVE_SOON_MS));
	woken = wakeups(j) - before;
	assert_in_range(woken, 0, 5);
	/* touch is one until its shell has seen that it ended */
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	while (jail_zombies(j) != 0 && jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	assert_int_equal(jail_zombies(j), 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_no_proc),
		LIVE_TEST(test_no_dev),
		LIVE_TEST(test_readonly),
		LIVE_TEST(test_no_fifo_said),
		LIVE_TEST(test_few_descriptors),
		LIVE_TEST(test_all_at_once),
		LIVE_LINUX(test_no_proc_kill, "/proc"),
		LIVE_TEST(test_fork_fails_cgroup),
		LIVE_TEST(test_fork_fails_nproc),
		LIVE_TEST(test_fork_fails_others),
		LIVE_TEST(test_fork_fails_boot),
		LIVE_TEST(test_fork_fails_rc),
		LIVE_TEST(test_no_descriptors),
		LIVE_TEST(test_memory),
		LIVE_TEST(test_idle),
		LIVE_LINUX(test_idle_orphans, "a kernel that reaps"),
	};
	int e = probe_main(argc, argv);

	if (e != -1)
		return (e);
	LIVE_MAIN("limits");
}
