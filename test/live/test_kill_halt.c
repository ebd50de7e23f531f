/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill -h, -p, -r and -R on jails that run jailinit.  Guards against: a
 * halt that is a KILL; a jail that is told a longer time than there is; a
 * reboot taken for an end, and the other way round.
 */
#include "kill.h"

#include <sys/mount.h>

/*
 * Halts.
 */
TEST(test_halt)
{
	const char *line;

	kill_boot(j, MARK_ARG, NULL);
	line = kill_fmt("%s: gone after # s\n", kill_name(j));
	kill_says(kill_run(NULL, "-h", kill_jid(j), NULL), 0, line, "");
	assert_in_range(kill_last.took_ms, 0, LIVE_SOON_MS);
	live_exits(j, 0, 0);
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
	live_log_has(j, "halt requested, gone in 105 s at most\n");
}

TEST(test_poweroff)
{
	const char *line;

	kill_boot(j, MARK_ARG, NULL);
	line = kill_fmt("%s: gone after # s\n", kill_name(j));
	kill_says(kill_run(NULL, "-p", "-t", "10", kill_jid(j), NULL), 0,
	    line, "");
	live_exits(j, 0, 0);
	assert_string_equal(jail_file(j, LIVE_MARK), "poweroff\n");
	live_log_has(j, "poweroff requested, gone in 9 s at most\n");
}

/* Nine tenths, so that its own jailinit is first. */
TEST(test_budget)
{
	kill_boot(j, NULL, NULL);
	live_ok(kill_run(NULL, "-h", "-t", "20", j->root, NULL));
	live_log_has(j, "halt requested, gone in 18 s at most\n");
	kill_gone(j);
	live_ok(jail_again(j));
	kill_boot(j, MARK_ARG, NULL);
	live_ok(kill_run(NULL, "-h", "-t", "1", j->root, NULL));
	live_log_has(j, "halt requested, gone in 1 s at most\n");
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
}

TEST(test_no_time)
{
	const char *line;

	kill_boot(j, "sleep 1000", NULL);
	line = kill_fmt("%s: had to be killed, gone after # s*\n",
	    kill_name(j));
	kill_says(kill_run(NULL, "-h", "-t", "0", j->root, NULL), 1, line, "");
	assert_in_range(kill_last.took_ms, 0, LIVE_LATE_MS);
	kill_gone(j);
}

/* -R: what the jail's administrator has provided, and nothing else. */
TEST(test_request)
{
	const char *name;

	live_ok(jail_script(j, "/etc/rc.request.d/mark",
	    "echo mark >>" LIVE_MARK));
	kill_boot(j, NULL, NULL);
	name = kill_name(j);
	kill_says(kill_run(NULL, "-n", "-R", "mark", j->root, NULL), 0,
	    kill_fmt("%s: would ask for mark\n", name), "");
	assert_false(jail_exists(j, LIVE_MARK));
	kill_says(kill_run(NULL, "-v", "-R", "mark", j->root, NULL), 0,
	    kill_fmt("%s: asked for mark\n", name), "");
	live_ok(jail_wait_text(j, LIVE_MARK, "mark\n", LIVE_SOON_MS));
	kill_says(kill_run(NULL, "-R", "mark", j->root, NULL), 0, "", "");
	live_ok(jail_wait_text(j, LIVE_MARK, "mark\nmark\n", LIVE_SOON_MS));
	assert_int_equal(kill_run(NULL, "-R", "halt", j->root, NULL), 64);
	assert_int_equal(kill_run(NULL, "-R", "../mark", j->root, NULL), 64);
	assert_int_equal(kill_run(NULL, "-t", "3", j->root, NULL), 64);
	kill_lives(j, 1);
}

/* How it ends is told, and waited for no longer than -t says. */
TEST(test_request_answer)
{
	const char *name;

	live_ok(jail_script(j, "/etc/rc.request.d/three", "exit 3"));
	live_ok(jail_script(j, "/etc/rc.request.d/slow",
	    "touch /tmp/up; exec sleep 1000"));
	kill_boot(j, NULL, NULL);
	name = kill_name(j);
	kill_says(kill_run(NULL, "-R", "three", j->root, NULL), 3, "",
	    kill_fmt("jailkill: %s: three: exit status 3\n", name));
	kill_says(kill_run(NULL, "-R", "nobody", j->root, NULL), 68, "",
	    kill_fmt("jailkill: %s: nobody: there is no such request\n",
	    name));
	kill_says(kill_run(NULL, "-t", "0", "-R", "slow", j->root, NULL), 0,
	    "", "");
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	kill_says(kill_run(NULL, "-R", "three", j->root, NULL), 75, "",
	    kill_fmt("jailkill: %s: three: another request runs\n", name));
	live_ok(kill(jail_find(j, "sleep"), SIGKILL));
	live_ok(jail_wait_status(j, "job", "slow", LIVE_SOON_MS));
	kill_says(kill_run(NULL, "-R", "slow", "-t", "1", j->root, NULL), 75,
	    "", kill_fmt("jailkill: %s: slow: no answer\n", name));
	assert_in_range(kill_last.took_ms, 900, 1000 + LIVE_LATE_MS);
	live_ok(kill(jail_find(j, "sleep"), SIGKILL));
	/* one that takes the line and says nothing */
	live_ok(jail_signal(j, SIGSTOP));
	kill_says(kill_run(NULL, "-R", "three", j->root, NULL), 75, "",
	    kill_fmt("jailkill: %s: three: no answer\n", name));
	assert_in_range(kill_last.took_ms, 4900, 5000 + LIVE_LATE_MS);
	live_ok(jail_signal(j, SIGCONT));
	kill_lives(j, 1);
}

/* A status that is not jailinit's is not waited for either. */
TEST(test_request_lies)
{
	static const char *const lies[] = { "answers=\n",
	    "answers=1:0 2:0 3:0 4:0\njob_number=5\nstate=run\n",
	    ("answers=:::: 99999999999:\njob_number=99999999999999999999\n"
	    "state=run\n") };
	size_t i;

	kill_boot_plain(j, "mkfifo -m 600 " JAIL_CTL "; exec 3<>" JAIL_CTL
	    "; " TERM_TRAP);
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		live_ok(jail_write(j, JAIL_STATUS, 0644, lies[i]));
		kill_says(kill_run(NULL, "-R", "mark", "-t", "1", j->root,
		    NULL), 75, "", kill_fmt("jailkill: %s: mark: no answer%s\n",
		    kill_name(j), i > 0 ? "" :
		    ", as there is no status file"));
	}
}

TEST(test_request_refused)
{
	kill_boot_plain(j, TERM_TRAP);
	kill_says(kill_run(NULL, "-R", "mark", j->root, NULL), 2, "",
	    kill_fmt("jailkill: %s: has no FIFO\n", kill_name(j)));
}

#ifdef __linux__
static void
tmpfs_run(void *arg)
{
	(void)arg;
	(void)mount("tmpfs", "/var/run", "tmpfs", 0, NULL);
}
#endif

/* The last word of a jail, also when its file system goes with it. */
static void
out_of_time(struct jail *j, void (*before_exec)(void *))
{
	struct jail_opts o = { .before_exec = before_exec };
	const char *line;

	live_ok(jail_script(j, "/etc/rc.shutdown",
	    "echo >" LIVE_MARK "; sleep 1000"));
	live_ok(jail_start(j, &o, "/sbin/jailinit", NULL));
	j->via_proc = before_exec != NULL;
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	j->via_proc = false;
	line = kill_fmt("%s: gone after # s" LAST_WORD("rc.shutdown ran out "
	    "of time") "\n", kill_name(j));
	kill_says(kill_run(NULL, "-h", "-t", "10", j->root, NULL), 0, line, "");
	assert_true(jail_exists(j, LIVE_MARK));
	assert_in_range(kill_last.took_ms, 5000, 10000 + LIVE_LATE_MS);
	live_exits(j, 0, 0);
}

TEST(test_out_of_time) { out_of_time(j, NULL); }

#ifdef __linux__
TEST(test_out_of_time_tmpfs) { out_of_time(j, tmpfs_run); }
#endif

/* rc.shutdown out of time, and somebody who does not know TERM. */
TEST(test_out_of_time_deaf)
{
	const char *line;

	kill_boot(j, "trap '' TERM; while :; do sleep 1; done", NULL);
	line = kill_fmt("%s: gone after # s" LAST_WORD("rc.shutdown, TERM ran "
	    "out of time") "\n", kill_name(j));
	kill_says(kill_run(NULL, "-h", "-t", "10", j->root, NULL), 0, line, "");
	assert_in_range(kill_last.took_ms, 8000, 10000 + LIVE_LATE_MS);
}

TEST(test_reboot)
{
	const char *jid, *name;

	kill_boot(j, MARK_ARG, NULL);
	jid = kill_jid(j);
	name = kill_name(j);
	kill_says(kill_run(NULL, "-r", "-t", "10", jid, NULL), 0,
	    kill_fmt("%s: rebooted after # s\n", name), "");
	live_ok(jail_wait_text(j, "/tmp/lives", "\n\n", LIVE_SOON_MS));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	assert_string_equal(jail_file(j, LIVE_MARK), "reboot\n");
	live_log_has(j, "reboot requested, gone in 9 s at most\n");
	assert_string_equal(kill_jid(j), jid);
	kill_says(kill_run(NULL, "-n", "-h", jid, NULL), 0,
	    kill_fmt("%s: would ask it to halt\n", name), "");
	kill_says(kill_run(NULL, "-h", jid, NULL), 0,
	    kill_fmt("%s: gone after # s\n", name), "");
	live_exits(j, 0, 0);
	assert_string_equal(jail_file(j, "/tmp/lives"), "\n\n");
}

#define REBOOTS	3

/* Its FIFO closes when it ends just as when it begins again. */
static void
reboot_ends(struct jail *j, const char *leave)
{
	const char *line;
	int i;

	for (i = 0; i < REBOOTS; i++) {
		kill_boot(j, NULL, leave);
		line = kill_fmt("%s: gone after # s\n", kill_name(j));
		kill_says(kill_run(NULL, "-r", kill_jid(j), NULL), 0, line, "");
		kill_gone(j);
		live_ok(jail_again(j));
	}
}

TEST(test_reboot_exit) { reboot_ends(j, "exit"); }
TEST(test_reboot_reboot) { reboot_ends(j, "reboot"); }

/* A closed FIFO alone is no new life, whoever says so. */
TEST(test_reboot_pretended)
{
	const char *line;

	kill_boot_plain(j, "mkfifo " JAIL_CTL "\nexec 3<>" JAIL_CTL "\n"
	    "echo >/tmp/ready\nread empty <&3\nread x <&3\nexec 3<&-\n"
	    "echo \"$x\" >>" LIVE_MARK "\nwhile :; do sleep 1000; done");
	line = kill_fmt("%s: " KILLED "\n", kill_name(j));
	kill_says(kill_run(NULL, "-r", "-t", "10", kill_jid(j), NULL), 1,
	    line, "");
	assert_string_equal(jail_file(j, LIVE_MARK), "reboot 9\n");
	kill_gone(j);
}

/* A reboot that does not come to an end is ended. */
TEST(test_reboot_forced)
{
	const char *line;

	kill_boot(j, NULL, NULL);
	line = kill_fmt("%s: had to be killed, gone after # s*\n",
	    kill_name(j));
	live_ok(jail_sh(j, kill_fmt("kill -STOP %s", live_pid(j))));
	kill_says(kill_run(NULL, "-r", "-t", "0", kill_jid(j), NULL), 1,
	    line, "");
	kill_gone(j);
}

/* Somebody of outside who does not reap a process that he put in. */
static int
sit(void *arg)
{
	(void)arg;
	(void)alarm(100);
	return (pause());
}

TEST(test_kept)
{
	const char *out;
	pid_t pid;

	kill_boot(j, NULL, NULL);
	pid = jail_enter(j, sit, NULL);
	assert_true(pid > 0);
	out = kill_fmt("%s: still there after # s; said last: gone; "
	    "TERM, KILL ran out of time; process %d "
	    "(test_kill_halt) is not reaped by its parent outside, %d "
	    "(test_kill_halt)\n", kill_name(j), (int)pid, (int)getpid());
	kill_says(kill_run(NULL, "-h", "-t", "6", j->root, NULL), 2, out, "");
	kill_lives(j, 0);
}

/*
 * -a and -A: in this world, all jails are the test's.
 */
TEST(test_all)
{
	struct jail *p = kill_another(0), *k = kill_another(1);
	const char *line, *lines2;

	kill_boot(j, MARK_ARG, NULL);
	kill_boot_plain(p, DEAF);
	kill_boot(k, MARK_ARG, NULL);
	live_ok(kill_run(NULL, "-s", "CONT", "-a", NULL));
	lines2 = kill_fmt("%s: would ask it to halt\n%s: would ask it to "
	    "halt\n", kill_name(j), kill_name(k));
	kill_says(kill_run(NULL, "-nh", "-a", NULL), 0, lines2, "");
	live_ok(kill_run(NULL, "-h", "-a", NULL));
	assert_int_equal(kill_lines(kill_last.out), 2);
	kill_gone(j);
	kill_gone(k);
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
	assert_string_equal(jail_file(k, LIVE_MARK), "halt\n");
	kill_lives(p, 2 * PLAIN_N + 2);
	kill_says(kill_run(NULL, "-h", "-a", NULL), 0, "", "");
	kill_lives(p, 2 * PLAIN_N + 2);
	line = kill_fmt("%s: " KILLED "\n", kill_name(p));
	kill_says(kill_run(NULL, "-h", "-A", "-t", "1", NULL), 1, line, "");
	kill_gone(p);
	kill_says(kill_run(NULL, "-s", "KILL", "-A", NULL), 0, "", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KILL_TEST(test_request),
		KILL_TEST(test_request_answer),
		KILL_TEST(test_request_lies),
		KILL_TEST(test_request_refused),
		KILL_TEST(test_halt),
		KILL_TEST(test_poweroff),
		KILL_TEST(test_budget),
		KILL_TEST(test_no_time),
		KILL_TEST(test_out_of_time),
		KILL_ONLY_LINUX(test_out_of_time_tmpfs,
		    "a mount of the jail's that its end takes along"),
		KILL_TEST(test_out_of_time_deaf),
		KILL_TEST(test_reboot),
		KILL_TEST(test_reboot_exit),
		KILL_LINUX(test_reboot_reboot,
		    "a jail's root may never reboot(2)"),
		KILL_LINUX(test_reboot_pretended, NO_FIRST),
		KILL_TEST(test_reboot_forced),
		KILL_LINUX(test_kept, "a zombie keeps no jail"),
		KILL_TEST(test_all),
	};

	kill_world();
	LIVE_MAIN("kill_halt");
}
