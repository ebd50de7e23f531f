/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill -s: every process of a jail gets the signal, and nobody else does.
 * Guards against: a signal that leaves out a jail's first process, or a jail
 * in the jail.
 */
#include "kill.h"

#ifdef __linux__
#include <linux/sched.h>
#endif

#include "probe.h"

/*
 * Jails.
 */
/* Have n of them this state, soon? */
static void
states(const struct jail *j, int state, int n)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (jail_count_in(j, state) != n && jail_now_ms() < end_ms)
		jail_sleep_ms(1);
	assert_int_equal(jail_count_in(j, state), n);
}

/*
 * Signals.
 */
TEST(test_signal_default)
{
	/* (its end would be that of the other, before that has written) */
	kill_boot_probe(j, kill_fmt("%d", SIGUSR1));
	kill_says(kill_run(NULL, kill_jid(j), NULL), 0, "", "");
	live_ok(jail_wait_text(j, GOT, "ready\n15\n", LIVE_SOON_MS));
	live_ok(jail_wait_text(j, GOT ".child", "ready\n15\n", LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGUSR1));
	live_exits(j, 42, LIVE_SOON_MS);
}

TEST(test_signal_names)
{
	static const struct {
		const char *name;
		int sig;
	} s[] = { { "1", 1 }, { "USR1", SIGUSR1 }, { "SIGUSR2", SIGUSR2 },
	    { "hup", 1 }, { "sigint", 2 }, { "WINCH", SIGWINCH },
#ifdef SIGPWR
	    { "SIGPWR", SIGPWR }, { "64", 64 },
#endif
	    { "RTMIN", JAIL_SIGRTMIN }, { "RTMIN+3", JAIL_SIGRTMIN + 3 },
	    { "SIGRTMIN+4", JAIL_SIGRTMIN + 4 },
	    { "RTMIN+30", JAIL_SIGRTMIN + 30 } };
	char want[256] = "ready\n";
	size_t i;

	kill_boot_probe(j, "200");
	for (i = 0; i < sizeof(s) / sizeof(s[0]); i++) {
		snprintf(want + strlen(want), sizeof(want) - strlen(want),
		    "%d\n", s[i].sig);
		kill_says(kill_run(NULL, "-s", s[i].name, kill_jid(j), NULL),
		    0, "", "");
		live_ok(jail_wait_text(j, GOT, want, LIVE_SOON_MS));
		live_ok(jail_wait_text(j, GOT ".child", want,
	    LIVE_SOON_MS));
	}
}

TEST(test_signal_all)
{
	struct jail *other = kill_another(0);
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	char text[16];
	int i;

	kill_boot_plain(j, PLAIN);
	kill_boot_plain(other, PLAIN);
	kill_says(kill_run(NULL, "-s", "USR1", j->root, NULL), 0, "", "");
	while (kill_lines(jail_file(j, LIVE_MARK)) < PLAIN_N + 1 &&
	    jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	assert_int_equal(kill_lines(jail_file(j, LIVE_MARK)), PLAIN_N + 1);
	assert_non_null(strstr(jail_file(j, LIVE_MARK), "first\n"));
	for (i = 0; i < PLAIN_N; i++) {
		snprintf(text, sizeof(text), "%d\n", i);
		assert_non_null(strstr(jail_file(j, LIVE_MARK), text));
	}
	assert_false(jail_exists(other, LIVE_MARK));
}

TEST(test_signal_stop)
{
	const int n = 2 * PLAIN_N + 2;
	int i;

	kill_boot_plain(j, PLAIN);
	for (i = 0; i < 3; i++) {
		kill_says(kill_run(NULL, "-s", "STOP", kill_jid(j), NULL), 0,
		    "", "");
		states(j, 'T', n);
		kill_says(kill_run(NULL, "-s", "CONT", kill_jid(j), NULL), 0,
		    "", "");
		states(j, 'T', 0);
		assert_int_equal(jail_count(j), n);
	}
}

/* Says whether it could be done, and does nothing. */
TEST(test_signal_0)
{
	const char *jid;

	kill_boot_probe(j, "64");
	jid = kill_jid(j);
	kill_says(kill_run(NULL, "-s", "0", jid, NULL), 0, "", "");
	kill_lives(j, 2);
	assert_string_equal(jail_file(j, GOT), "ready\n");
	kill_says(kill_run(NULL, "-s", "KILL", jid, NULL), 0, "", "");
	kill_says(kill_run(NULL, "-s", "0", jid, NULL), EX_NOHOST, "",
	    kill_fmt("jailkill: %s: no such jail\n", jid));
}

/* When it returns nothing is left but a zombie, which is the test's. */
TEST(test_signal_kill)
{
	int i;

	for (i = 0; i < 5; i++) {
		kill_boot_plain(j, PLAIN);
		kill_says(kill_run(NULL, "-s", "KILL", kill_jid(j), NULL), 0,
		    "", "");
		assert_int_equal(jail_count(j), 1);
		assert_int_equal(proc_state(j->pid), 'Z');
		kill_gone(j);
		live_ok(jail_again(j));
		live_ok(unlink(jail_path(j, "/tmp/ready")));
		live_ok(unlink(jail_path(j, "/tmp/up")));
	}
}

/* To jailinit a TERM is a request to halt. */
TEST(test_signal_jailinit)
{
	kill_boot(j, MARK_ARG, NULL);
	kill_says(kill_run(NULL, "-v", kill_jid(j), NULL), 0,
	    kill_fmt("%s: TERM\n", kill_short(j)), "");
	live_exits(j, 0, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
}

/*
 * Jails in jails.
 */
#ifdef __linux__
static void
exit_on(int sig)
{
	_exit(sig);
}

static void
nested(void)
{
	(void)signal(SIGTERM, exit_on);	/* that process 1 knows of it */
	if (unshare(CLONE_NEWPID) == -1)
		return;
	if (fork() == 0) {
		(void)prctl(PR_SET_NAME, "nested1");
		if (fork() == 0)
			(void)prctl(PR_SET_NAME, "nested2");
		for (;;)
			pause();
	}
	for (;;)
		pause();
}

static void
nested_start(void *arg)
{
	(void)arg;
	live_child(nested);
}

static pid_t
wait_comm(const char *comm)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	pid_t pid;

	while ((pid = proc_find(comm)) == 0 && jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	assert_true(pid > 0);
	return (pid);
}

static void
boot_nested(struct jail *j)
{
	struct jail_opts o = { .before_exec = nested_start };

	live_boot(j, &o);
	(void)wait_comm("nested1");
	(void)wait_comm("nested2");
}

TEST(test_nested)
{
	boot_nested(j);
	kill_says(kill_run(NULL, "-l", NULL), 0, kill_fmt(LIST_TITLES "%s",
	    kill_list_line(kill_jid_of(j->pid), j->pid, "run", j->root)), "");
	/* All of a jail are those of the jails in it as well. */
	kill_says(kill_run(NULL, "-s", "STOP", kill_jid(j), NULL), 0, "", "");
	assert_true(kill_stops(proc_find("nested1")));
	assert_true(kill_stops(proc_find("nested2")));
	kill_says(kill_run(NULL, "-h", kill_jid(j), NULL), 0,
	    kill_fmt("%s: gone after # s\n", kill_name(j)), "");
	assert_int_equal(proc_find("nested1"), 0);
	assert_int_equal(proc_find("nested2"), 0);
	kill_gone(j);
}

/* By the number that it has here, one of them alone. */
TEST(test_nested_named)
{
	pid_t pid;

	boot_nested(j);
	pid = proc_find("nested1");
	kill_says(kill_run(NULL, "-s", "STOP", kill_pid_name(pid), NULL), 0,
	    "", "");
	assert_true(kill_stops(pid));
	assert_true(kill_stops(proc_find("nested2")));
	assert_int_equal(proc_state(j->pid), 'S');
	kill_says(kill_run(NULL, "-s", "KILL", kill_pid_name(pid), NULL), 0,
	    "", "");
	assert_int_equal(proc_find("nested2"), 0);
	kill_lives(j, 0);
}

#endif

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		KILL_TEST(test_signal_default),
		KILL_TEST(test_signal_names),
		KILL_TEST(test_signal_all),
		KILL_TEST(test_signal_stop),
		KILL_TEST(test_signal_0),
		KILL_TEST(test_signal_kill),
		KILL_TEST(test_signal_jailinit),
		KILL_ONLY_LINUX(test_nested,
		    "PID namespaces; test_freebsd has nested jails"),
		KILL_ONLY_LINUX(test_nested_named,
		    "PID namespaces; test_freebsd has nested jails"),
	};
	int status = probe_main(argc, argv);

	if (status != -1)
		return (status);
	kill_world();
	LIVE_MAIN("kill_signal");
}
