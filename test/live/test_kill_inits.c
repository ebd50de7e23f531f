/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill -h and -r on jails that run another init, or none, and on jails
 * that are stopped.  Guards against: a signal that this init takes for another
 * request, and processes that get no TERM before KILL.
 */
#include "kill.h"

/*
 * Other inits.
 */
/* Halts it, or what verb is, by seconds; out and status are as expected. */
static void
other_init(struct jail *j, const char *verb, const char *seconds, int status,
    const char *asked, const char *end)
{
	const char *name = kill_name(j);

	kill_says(kill_run(NULL, "-v", verb, "-t", seconds, j->root, NULL),
	    status, kill_fmt("%s: asking\n%s: has no FIFO; %s\n%s%s: %s\n",
	    name, name, asked, status == 0 ? "" : kill_fmt(
	    "%s: TERM\n%s: KILL\n", name, name), name, end), "");
	kill_gone(j);
}

TEST(test_init_script)
{
	kill_boot_plain(j, TERM_TRAP);
	other_init(j, "-h", "30", 0, "TERM to its first process, sh", GONE);
	assert_in_range(kill_last.took_ms, 0, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "term\n");
}

/* As process 1 it does not even know of TERM. */
TEST(test_init_deaf)
{
	live_ok(jail_start(j, NULL, "/bin/sleep", "1000", NULL));
	other_init(j, "-h", "6", 1, "TERM to its first process, sleep", KILLED);
	assert_in_range(kill_last.took_ms, 5990, 6000 + LIVE_LATE_MS);
}

/* After a third of the time all are told, by themselves not by their first
 * process. */
TEST(test_init_third)
{
	const char *name;

	kill_boot_plain(j, "trap : TERM\ncat >/tmp/s <<'end'\n"
	    "trap 'echo term >>" LIVE_MARK "; exit' TERM\n"
	    "echo >/tmp/ready\nwhile :; do sleep 1000 & wait; done\nend\n"
	    "sh /tmp/s & c=$!\nwhile kill -0 $c; do wait $c; done\nexit 0");
	name = kill_name(j);
	kill_says(kill_run(NULL, "-v", "-h", "-t", "6", j->root, NULL), 0,
	    kill_fmt("%s: asking\n%s: *\n%s: TERM\n%s: " GONE "\n", name,
	    name, name, name), "");
	assert_in_range(kill_last.took_ms, 1990, 6000 + LIVE_LATE_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "term\n");
}

/* A script of this name, which notes what it gets. */
TEST(test_init_systemd)
{
	static const struct {
		const char *verb, *asked, *got;
	} s[] = { { "-h", "RTMIN+3", "37\n" }, { "-p", "RTMIN+4", "38\n" },
	    { "-r", "RTMIN+5", "39\n" } };
	size_t i;

	live_ok(jail_script(j, "/sbin/systemd",
	    "for i in 37 38 39 15; do\n"
	    "trap \"echo $i >>" LIVE_MARK "; exit 0\" $i\ndone\n"
	    "echo >/tmp/ready\nwhile :; do sleep 1000 & wait; done"));
	for (i = 0; i < sizeof(s) / sizeof(s[0]); i++) {
		(void)unlink(jail_path(j, LIVE_MARK));
		(void)unlink(jail_path(j, "/tmp/ready"));
		live_ok(jail_start(j, NULL, "/sbin/systemd", NULL));
		live_ok(jail_wait_file(j, "/tmp/ready", LIVE_SOON_MS));
		other_init(j, s[i].verb, "30", 0, kill_fmt(
		    "%s to its first process, systemd", s[i].asked), GONE);
		assert_string_equal(jail_file(j, LIVE_MARK), s[i].got);
		live_ok(jail_again(j));
	}
}

TEST(test_init_busybox)
{
	if (geteuid() != 0)
		live_skip("busybox init wants to be root");
	live_ok(jail_write(j, "/etc/inittab", 0644,
	    "::sysinit:/bin/touch /tmp/ready\n"
	    "::shutdown:/bin/touch " LIVE_MARK "\n"));
	live_ok(jail_start(j, NULL, "/bin/init", NULL));
	live_ok(jail_wait_file(j, "/tmp/ready", LIVE_SOON_MS));
	kill_says(kill_run(NULL, "-n", "-p", j->root, NULL), 0, kill_fmt(
	    "%s: does not listen, would send USR2 to its first process, "
	    "init\n", kill_name(j)), "");
	kill_says(kill_run(NULL, "-n", "-r", j->root, NULL), 0, kill_fmt(
	    "%s: does not listen, would send TERM to its first process, "
	    "init\n", kill_name(j)), "");
	other_init(j, "-h", "30", 0, "USR1 to its first process, init", GONE);
	assert_true(jail_exists(j, LIVE_MARK));
}

/* Halts one that runs a service, by TERM. */
static void
small_init_halt(struct jail *j, const char *to, const char *name)
{
	live_ok(jail_script(j, "/tmp/service", TERM_TRAP));
	live_ok(jail_start(j, NULL, to, "--", "/tmp/service", NULL));
	live_ok(jail_wait_file(j, "/tmp/ready", LIVE_SOON_MS));
	other_init(j, "-h", "30", 0, kill_fmt("TERM to its first process, %s",
	    name), GONE);
	assert_in_range(kill_last.took_ms, 0, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "term\n");
}

/* The program where there is one, else a script of its ways: TERM goes to
 * its child, and it exits when that does. */
static void
small_init(struct jail *j, const char *name)
{
	const char *const places[] = { kill_fmt("build/inits/usr/bin/%s",
	    name), kill_fmt("/usr/bin/%s", name) };
	const char *to = kill_fmt("/bin/%s", name), *from = NULL;
	size_t i;

	for (i = 0; i < 2 && from == NULL; i++)
		from = access(places[i], X_OK) == 0 ? places[i] : NULL;
	if (from != NULL)
		live_ok(jail_copy(j, from, to));
	else {
		printf("no %s here: a script in its place\n", name);
		live_ok(jail_script(j, to, "trap 'kill $c' TERM\n"
		    "[ \"$1\" != -- ] || shift\n"
		    "\"$@\" & c=$!\nwhile kill -0 $c; do wait $c; done"));
	}
	small_init_halt(j, to, name);
}

TEST(test_init_tini) { small_init(j, "tini"); }
TEST(test_init_dumb_init) { small_init(j, "dumb-init"); }
TEST(test_init_catatonit) { small_init(j, "catatonit"); }

/* Signals are no requests by these names, either. */
TEST(test_init_by_name)
{
	live_ok(jail_copy(j, getenv("JAILINIT"), "/bin/docker-init"));
	small_init_halt(j, "/bin/docker-init", "docker-init");
}

/* A jailinit in app mode, by any name, has no FIFO: it is asked by signals, and
 * has as much time as if it had one. */
TEST(test_init_app)
{
	static const char *const to[] = { "/sbin/jailinit", "/my-init" };
	const char *name, *comm;
	size_t i;

	for (i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		if (i > 0)
			live_ok(jail_copy(j, getenv("JAILINIT"), to[i]));
#ifdef __linux__
		comm = strrchr(to[i], '/') + 1;
#else
		comm = "jailinit";	/* by any name: it has the title */
#endif
		live_ok(jail_start(j, NULL, to[i], "-S", "USR1", "--",
		    "/bin/sh", "-c", "trap 'sleep 3; exit 5' USR1; trap "
		    "'echo no' TERM; echo life; while :; do sleep 0.1; done",
		    NULL));
		live_ok(jail_wait_log(j, "life\n", LIVE_SOON_MS));
		name = kill_name(j);
		(void)kill_run(NULL, "-l", j->root, NULL);
		assert_non_null(strstr(kill_last.out, " run "));
		kill_says(kill_run(NULL, "-n", "-p", "-a", NULL), 0, kill_fmt(
		    "%s: does not listen, would send RTMIN+4 to its first "
		    "process, %s\n", name, comm), "");
		kill_says(kill_run(NULL, "-r", "-t", "8", j->root, NULL), 0,
		    kill_fmt("%s: rebooted after # s\n", name), "");
		while (jail_log_count(j, "life\n") < 2)
			jail_sleep_ms(5);
		kill_says(kill_run(NULL, "-h", "-t", "8", "-a", NULL), 0,
		    kill_fmt("%s: " GONE "\n", name), "");
		(void)live_exits(j, 5, LIVE_SOON_MS);
		assert_false(jail_log_has(j, "no\n"));
		live_ok(jail_again(j));
	}
}

TEST(test_stopped)
{
	const char *line;

	kill_boot(j, MARK_ARG, NULL);
	kill_stop_first(j);
	line = kill_fmt("%s: gone after # s\n", kill_name(j));
	kill_says(kill_run(NULL, "-h", "-t", "30", j->root, NULL), 0, line, "");
	assert_in_range(kill_last.took_ms, 0, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
}

TEST(test_stopped_other)
{
	kill_boot_plain(j, TERM_TRAP);
	kill_stop_first(j);
	other_init(j, "-h", "30", 0, "TERM to its first process, sh", GONE);
	assert_string_equal(jail_file(j, LIVE_MARK), "term\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KILL_LINUX(test_init_script, NO_FIRST),
		KILL_LINUX(test_init_deaf, NO_FIRST),
		KILL_LINUX(test_init_third, NO_FIRST),
		KILL_LINUX(test_init_systemd, NO_FIRST),
		KILL_LINUX(test_init_busybox, NO_FIRST),
		KILL_LINUX(test_init_tini, NO_FIRST),
		KILL_LINUX(test_init_dumb_init, NO_FIRST),
		KILL_LINUX(test_init_catatonit, NO_FIRST),
		KILL_LINUX(test_init_by_name, NO_FIRST),
		KILL_TEST(test_init_app),
		KILL_TEST(test_stopped),
		KILL_LINUX(test_stopped_other, NO_FIRST),
	};

	kill_world();
	LIVE_MAIN("kill_inits");
}
