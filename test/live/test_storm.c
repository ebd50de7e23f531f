/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Storms of orphans.  Guards against: zombies that stay; a storm that keeps
 * process 1 from its requests and signals; CPU time burnt by the reaping.
 * check: alone
 */
#include "live.h"

#include <sys/utsname.h>

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>

#ifdef __linux__
#define ORPHANS		20000
#else
#define ORPHANS		4000	/* it reaps each itself */
#endif
#define ROUNDS		11	/* of a median */
#define ANSWER_MS	jail_slack(1000)
#define GO		"/tmp/go"
#define DONE		"/tmp/done"

/* One orphan: its parent ends before it does, mostly. */
static void
orphan(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (fork() == 0)
			(void)sched_yield();
		_exit(0);
	}
	if (pid > 0)
		(void)waitpid(pid, NULL, 0);
}

static void
orphans(int n)
{
	int i;

	for (i = 0; i < n; i++)
		orphan();
}

static void
storm_counted(void)
{
	while (access(GO, F_OK) == -1)
		(void)usleep(10000);
	orphans(ORPHANS);
	(void)creat(DONE, 0644);
	(void)pause();
}

static void
storm_endless(void)
{
	while (access(GO, F_OK) == -1)
		(void)usleep(1000);
	orphans(500);
	(void)creat(DONE, 0644);	/* it is in the middle */
	for (;;)
		orphan();
}

static void
counted_start(void *arg)
{
	(void)arg;
	live_child(storm_counted);
}

static void
endless_start(void *arg)
{
	(void)arg;
	live_child(storm_endless);
}

/* 10 children of process 1 that end at once. */
static void
ten_start(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < 10; i++)
		live_child(sync);
}

/* That the tests below would see a zombie if there were one. */
TEST(test_zombies_are_seen)
{
	struct jail_opts o = { .before_exec = ten_start };
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	live_ok(jail_start(j, &o, "/bin/sleep", "1000", NULL));
	while (jail_zombies(j) != 10 && jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	assert_int_equal(jail_zombies(j), 10);
}

static void
no_zombies(struct jail *j)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (jail_zombies(j) != 0 && jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	assert_int_equal(jail_zombies(j), 0);
}

static int64_t
storm_pass(struct jail *j)
{
	int64_t us = proc_cpu_us(j->pid);

	live_ok(jail_write(j, GO, 0644, ""));
	live_ok(jail_wait_file(j, DONE, jail_slack(60000)));
	no_zombies(j);
	us = proc_cpu_us(j->pid) - us;
	printf("%d orphans: %d us of process 1's time for each\n", ORPHANS,
	    (int)(us / ORPHANS));
	return (us);
}

#ifdef __linux__
/* What it may take of process 1's time, which is not even woken. */
#define REAP_US		1

/* Linux 6.15: a status is to be had though the kernel has reaped. */
static bool
has_exit_info(void)
{
	struct utsname u;
	int major = 0, minor = 0;

	return (uname(&u) == 0 &&
	    sscanf(u.release, "%d.%d", &major, &minor) == 2 &&
	    (major > 6 || (major == 6 && minor >= 15)));
}
#else
#define REAP_US		1000	/* it reaps each */

static bool
has_exit_info(void)
{
	return (false);
}
#endif

/* In RUN the kernel reaps: process 1 is not even woken. */
TEST(test_orphans_run)
{
	struct jail_opts o = { .before_exec = counted_start };

	live_boot(j, &o);
	assert_in_range(storm_pass(j), 0, jail_slack(REAP_US * ORPHANS));
	live_ok(jail_wait_count(j, 2, LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt\n"));
	live_exits(j, 0, LIVE_SOON_MS);
}

/* In BOOT, where rc's status matters, it is the wait loop. */
TEST(test_orphans_boot)
{
	struct jail_opts o = { .before_exec = counted_start };

	live_ok(jail_script(j, "/etc/rc",
	    "while [ ! -e " DONE " ]; do sleep 0.05; done; exit 7"));
	live_ok(jail_start(j, &o, "/sbin/jailinit", NULL));
	live_ok(jail_wait_state(j, "boot", LIVE_SOON_MS));
	(void)storm_pass(j);
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	assert_string_equal(jail_status(j, "boot_status"), "7");
	live_ok(jail_wait_count(j, 2, LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt\n"));
	live_exits(j, 0, LIVE_SOON_MS);
}

/* In app mode, where the command's status matters, too; with a kernel that
 * keeps it process 1 is not woken either. */
TEST(test_orphans_app)
{
	struct jail_opts o = { .before_exec = counted_start };
	long woken;
	int64_t us;

	live_ok(jail_start(j, &o, "/sbin/jailinit", "-f", JAIL_STATUS, "--",
	    "/bin/sh", "-c", "while [ ! -e " LIVE_MARK " ]; do sleep 0.05; done; exit 7",
	    NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail_wait_rest(j, LIVE_SOON_MS));
	woken = proc_figure(j->pid, "voluntary_ctxt_switches");
	us = storm_pass(j);
	if (has_exit_info()) {
		assert_in_range(us, 0, jail_slack(REAP_US * ORPHANS));
		woken = proc_figure(j->pid, "voluntary_ctxt_switches") - woken;
		assert_in_range(woken, 0, ORPHANS / 100);
	}
	live_ok(jail_write(j, LIVE_MARK, 0644, ""));
	live_exits(j, 7, LIVE_SOON_MS);
}

/* More than one turn's worth of zombies, and rc among them: what had ended
 * before the kernel was told to reap is swept.  Process 1 is stopped so that
 * they all end before it looks. */
TEST(test_orphans_at_the_border)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	live_ok(jail_script(j, "/etc/rc",
	    "while [ ! -e " GO " ]; do sleep 0.02; done\n"
	    "i=0; while [ $i -lt 600 ]; do (: &); i=$((i+1)); done"));
	live_ok(jail_start(j, NULL, "/sbin/jailinit", NULL));
	live_ok(jail_wait_state(j, "boot", LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGSTOP));
	live_ok(jail_write(j, GO, 0644, ""));
	while (jail_zombies(j) < 601 && jail_now_ms() < end_ms)
		jail_sleep_ms(20);
	assert_true(jail_zombies(j) >= 601);
	live_ok(jail_signal(j, SIGCONT));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	no_zombies(j);
	live_ok(jail_ctl(j, "halt\n"));
	live_exits(j, 0, LIVE_SOON_MS);
}

/* Time from a request (a signal if sig is not 0) to its line in the log. */
static int64_t
answer(struct jail *j, const char *request, int sig)
{
	if (sig != 0)
		live_ok(jail_signal(j, sig));
	else
		live_ok(jail_ctl(j, request));
	live_ok(jail_wait_log(j, "halt requested", LIVE_SOON_MS));
	return (jail_now_ms() - j->asked_ms);
}

static void
answers(struct jail *j, const char *stage, int sig)
{
	struct jail_opts o = { .before_exec = endless_start };
	int64_t ms[ROUNDS], median;
	size_t i;

	for (i = 0; i < ROUNDS; i++) {
		if (i > 0) {
			live_ok(jail_free(j));
			live_ok(jail_new(j));
		}
		live_ok(jail_script(j, "/etc/rc", strcmp(stage, "run") == 0 ?
		    "exit 0" : "sleep 1000"));
		live_ok(jail_script(j, "/etc/rc.shutdown", "echo >" LIVE_MARK));
		live_ok(jail_start(j, &o, "/sbin/jailinit", NULL));
		live_ok(jail_wait_state(j, stage, LIVE_SOON_MS));
		live_ok(jail_write(j, GO, 0644, ""));
		live_ok(jail_wait_file(j, DONE, LIVE_SOON_MS));
		ms[i] = answer(j, "halt 9\n", sig);
		live_exits(j, 0, 9000 + LIVE_LATE_MS);
		assert_true(jail_exists(j, LIVE_MARK));
		assert_string_equal(jail_status(j, "forced"), "");
	}
	median = jail_median(ms, ROUNDS);
	printf("answered in %s: median %d ms, longest %d ms\n", stage,
	    (int)median, (int)ms[ROUNDS - 1]);
	assert_in_range(median, 0, ANSWER_MS);
}

TEST(test_request_run) { answers(j, "run", 0); }
TEST(test_request_boot) { answers(j, "boot", 0); }
TEST(test_signal_run) { answers(j, "run", SIGTERM); }

/* Signals with numbers higher than SIGCHLD's must get past it. */
TEST(test_signal_boot) { answers(j, "boot", JAIL_SIGPWR); }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_zombies_are_seen),
		LIVE_TEST(test_orphans_run),
		LIVE_TEST(test_orphans_boot),
		LIVE_TEST(test_orphans_app),
		LIVE_TEST(test_orphans_at_the_border),
		LIVE_TEST(test_request_run),
		LIVE_TEST(test_request_boot),
		LIVE_TEST(test_signal_run),
		LIVE_TEST(test_signal_boot),
	};

	LIVE_MAIN("storm");
}
