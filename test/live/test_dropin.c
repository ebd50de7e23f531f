/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * By the names of tini, dumb-init and catatonit, jailinit-dropin(7).  Guards
 * against: an option or a variable of theirs that is refused or does nothing;
 * another exit status; a signal that is passed and should not be, or the other
 * way; a pause that does not end, or ends at once.
 */
#include "live.h"

#include "probe.h"

#define GOT	"/tmp/got"
#define UP	"touch /tmp/up; while :; do sleep 0.02; done"

static const struct jail_opts host = { .host = true };

/* jailinit by that name in /bin. */
static const char *
by_name(const struct jail *j, const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "/bin/%s", name);
	(void)symlink("/sbin/jailinit", jail_path(j, path));
	return (path);
}

/* By name with the options in words, then sh -c script. */
static void
sh_start(struct jail *j, const struct jail_opts *o, const char *name,
    const char *words, const char *script)
{
	char line[256];

	(void)unlink(jail_path(j, "/tmp/up"));
	(void)unlink(jail_path(j, LIVE_MARK));
	snprintf(line, sizeof(line), "exec %s %s -- /bin/sh -c \"$1\"",
	    by_name(j, name), words);
	live_ok(jail_start(j, o, "/bin/sh", "-c", line, "sh", script, NULL));
}

/* What is typed after the name, in a shell; what comes of it. */
static const struct {
	const char *name, *words;
	int code;
	const char *says;
} lines[] = {
	{ "tini", "/nowhere", 127, "tini: /nowhere: No such file" },
	{ "tini", "-- /etc", 126, "tini: /etc: Permission denied" },
	{ "tini", "", 1, "usage: tini " },
	{ "tini", "-z true", 1, "tini: -z: no such option" },
	{ "tini", "-h", 0, "usage: tini " },
	{ "tini", "--version", 0, "tini version " },
	{ "docker-init", "--version", 0, "tini version " },
	{ "docker-init", "-- sh -c 'exit 7'", 7, "" },
	{ "tini", "-vvv -g -e 143 -e 7 sh -c 'kill $$'", 0, "" },
	{ "tini", "-e 143 -e 7 sh -c 'exit 7'", 0, "" },
	{ "tini", "-e 143 -e 7 sh -c 'exit 8'", 8, "" },
	{ "tini", "-e 256 true", 1, "tini: -e: 256: not exit statuses" },
	{ "tini", "-p SIGNONE true", 1, "tini: -p: SIGNONE: no such signal" },
	{ "tini", "sh -- -c 'exit 6'", 6, "" },
	{ "tini-static-amd64", "-s sh -c 'exit 5'", 5, "" },
	{ "dumb-init", "/nowhere", 2, "[dumb-init] /nowhere: No such file" },
	{ "dumb-init", "/etc", 2, "" },
	{ "dumb-init", "", 1, "usage: dumb-init " },
	{ "dumb-init", "--yolo true", 1, "--yolo: no such option" },
	{ "dumb-init", "-r 1:32 true", 1, "not two signals" },
	{ "dumb-init", "-r 15 true", 1, "not two signals" },
	{ "dumb-init", "-r 15:x true", 1, "not two signals" },
	{ "dumb-init", "-r", 1, "wants an argument" },
	{ "dumb-init", "--verbose=1 true", 1, "no such option" },
	{ "dumb-init", "-v -c -r 15:2 -r1:0 sh -c 'exit 4'", 4, "" },
	{ "dumb-init", "--rewrite=15:2 --rewrite 1:0 --single-child --verbose "
	    "-- sh -c 'exit 3'", 3, "" },
	{ "dumb-init_1.2.5_x86_64", "-V", 0, "dumb-init v" },
	{ "dumb-init", "--help", 0, "usage: dumb-init " },
	{ "catatonit", "/nowhere", 1, "catatonit: /nowhere: No such file" },
	{ "catatonit", "", 1, "usage: catatonit " },
	{ "catatonit", "-g sh -c 'exit 9'", 9, "" },
	{ "podman-init", "-- sh -c 'exit 9'", 9, "" },
	{ "catatonit", "-V", 0, "tini version " },
	{ "catatonit", "-L", 0, "BSD-2-Clause" },
	{ "jailinit", "-x 3,143 -- sh -c 'kill $$'", 0, "" },
	{ "jailinit", "-x 3,143 -- sh -c 'exit 3'", 0, "" },
	{ "jailinit", "-x 3,143 -- sh -c 'exit 4'", 4, "" },
	{ "jailinit", "-x 3, -- true", 64, "not exit statuses" },
	{ "jailinit", "-m TERM -- true", 64, "not two signals" }
};

TEST(test_lines)
{
	char line[256];
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(line, sizeof(line), "exec %s %s",
		    by_name(j, lines[i].name), lines[i].words);
		print_message("%s\n", line);
		live_ok(jail_start(j, NULL, "/bin/sh", "-c", line, NULL));
		(void)live_exits(j, lines[i].code, LIVE_SOON_MS);
		live_log_has(j, lines[i].says);
		live_ok(jail_again(j));
	}
}

/*
 * Signals.
 */
static bool
is_got(const struct jail *j, int sig)
{
	char line[16];

	snprintf(line, sizeof(line), "\n%d\n", sig);
	return (strstr(jail_file(j, GOT), line) != NULL);
}

static void
wait_got(struct jail *j, int sig)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (!is_got(j, sig)) {
		if (jail_now_ms() >= end_ms)
			fail_msg("no signal %d in:\n%s", sig,
			    jail_file(j, GOT));
		jail_sleep_ms(1);
	}
}

/* By name with the options in words, the probe that writes its signals. */
static void
probe_start(struct jail *j, const struct jail_opts *o, const char *name,
    const char *words)
{
	char line[256];

	live_ok(probe_install(j));
	(void)unlink(jail_path(j, GOT));
	(void)unlink(jail_path(j, GOT ".child"));
	snprintf(line, sizeof(line), "exec %s %s -- " PROBE " signals " GOT
	    " 0", by_name(j, name), words);
	live_ok(jail_start(j, o, "/bin/sh", "-c", line, NULL));
	while (strcmp(jail_file(j, GOT), "ready\n") != 0 ||
	    strcmp(jail_file(j, GOT ".child"), "ready\n") != 0) {
		assert_true(jail_now_ms() - j->started_ms < LIVE_SOON_MS);
		jail_sleep_ms(1);
	}
}

/* The first process of a jail stops with its command; process 1 cannot. */
#ifdef __linux__
#define CAN_STOP	false
#else
#define CAN_STOP	true
#endif

static void
signals_try(struct jail *j, const char *name, const char *words,
    const int *dropped, bool group)
{
	const bool stops = CAN_STOP && strcmp(name, "dumb-init") == 0;
	bool drops;
	int sig;
	size_t i;

	probe_start(j, NULL, name, words);
	for (sig = 1; sig <= 31; sig++) {
		drops = sig == SIGKILL || sig == SIGSTOP || sig == SIGCHLD ||
		    sig == SIGUSR2;
		for (i = 0; dropped[i] != 0; i++)
			drops = drops || sig == dropped[i];
		if (sig == SIGKILL || sig == SIGSTOP || sig == SIGUSR2)
			continue;
		live_ok(jail_signal(j, sig));
		if (!drops)
			wait_got(j, sig);
		if (stops && (sig == SIGTSTP || sig == SIGTTIN ||
		    sig == SIGTTOU)) {
			live_ok(proc_wait_state((pid_t)j->pid, 'T',
			    LIVE_SOON_MS));
			live_ok(jail_signal(j, SIGCONT));
		}
	}
	live_ok(jail_signal(j, SIGUSR2));
	wait_got(j, SIGUSR2);
	for (i = 0; dropped[i] != 0; i++)
		assert_false(is_got(j, dropped[i]));
	assert_true((strcmp(jail_file(j, GOT ".child"), "ready\n") != 0) ==
	    group);
	live_ok(jail_again(j));
}

TEST(test_signals)
{
	static const int tini[] = { SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT,
	    SIGTRAP, SIGSYS, SIGTTIN, SIGTTOU, 0 };
	static const int catatonit[] = { SIGFPE, SIGILL, SIGSEGV, SIGBUS,
	    SIGABRT, SIGTRAP, SIGSYS, SIGTTIN, SIGTTOU, SIGTSTP, 0 };
	static const int none[] = { 0 };
	static const int fewer[] = { SIGHUP, SIGINT, 0 };
	char kept[80];

	signals_try(j, "tini", "", tini, false);
	signals_try(j, "tini", "-g", tini, true);
	signals_try(j, "catatonit", "", catatonit, false);
	signals_try(j, "dumb-init", "-c", none, false);
	signals_try(j, "dumb-init", "-c -r 1:0 -r2:0", fewer, false);
	snprintf(kept, sizeof(kept), "-r %d:%d -r 21:21 -r 22:22 -r 1:0 "
	    "-r 2:0", SIGTSTP, SIGTSTP);
	signals_try(j, "dumb-init", kept, fewer, true);
}

/* TERM is only passed, again and again; what it is mapped to, too.  By our own
 * name it begins the end. */
TEST(test_rewrite)
{
	probe_start(j, NULL, "dumb-init", "-r 15:2");
	live_ok(jail_signal(j, SIGTERM));
	wait_got(j, SIGINT);
	live_ok(jail_signal(j, SIGUSR1));
	wait_got(j, SIGUSR1);
	assert_false(is_got(j, SIGTERM) || is_got(j, SIGCONT));
	live_ok(jail_again(j));
	probe_start(j, NULL, "jailinit", "-B2 -m TERM:INT -m HUP:0");
	live_ok(jail_signal(j, SIGHUP));
	live_ok(jail_signal(j, SIGTERM));
	wait_got(j, SIGINT);
	assert_false(is_got(j, SIGHUP) || is_got(j, SIGTERM));
	(void)live_exits(j, 128 + SIGKILL, LIVE_SOON_MS);
}

static void
signals_given(void *arg)
{
	sigset_t set;

	(void)arg;
	(void)signal(SIGTTOU, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTTIN);
	sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

TEST(test_signals_kept)
{
	static const struct {
		const char *name;
		bool kept;
	} by[] = { { "tini", true }, { "catatonit", true },
	    { "dumb-init", false }, { "jailinit", false } };
	struct jail_opts o = { .before_exec = signals_given };
	char blocked[20], ignored[20];
	size_t i;

	live_ok(probe_install(j));
	snprintf(blocked, sizeof(blocked), "%lx",
	    1UL << (SIGTTIN - 1) | 1UL << (SIGTERM - 1));
	snprintf(ignored, sizeof(ignored), "%lx",
	    1UL << (SIGTTOU - 1) | 1UL << (SIGINT - 1));
	for (i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		o.host = i == 0;	/* with a warning before */
		live_ok(jail_start(j, &o, by_name(j, by[i].name), "--", PROBE,
		    NULL));
		(void)live_exits(j, 0, LIVE_SOON_MS);
		assert_string_equal(probe_value(j, "probe", "blocked"),
		    by[i].kept ? blocked : "0");
		assert_string_equal(probe_value(j, "probe", "ignored"),
		    by[i].kept ? ignored : "0");
		live_ok(jail_again(j));
	}
}

/* Stops with what it runs, and goes on. */
TEST(test_stops)
{
	pid_t pid;

	sh_start(j, &host, "dumb-init", "", UP);
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	pid = (pid_t)j->pid;
	live_ok(jail_signal(j, SIGTSTP));
	live_ok(proc_wait_state(pid, 'T', LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGCONT));
	live_ok(proc_wait_state(pid, 'S', LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGTERM));
	(void)live_exits(j, 128 + SIGTERM, LIVE_SOON_MS);
}

/*
 * What it leaves behind.
 */

/* Not process 1 it ends only what the original does: dumb-init the command's
 * group, tini nothing without -s. */
TEST(test_leftover_host)
{
	static const struct {
		const char *name, *words;
		bool other, ends;
	} by[] = { { "dumb-init", "", false, true },
	    { "dumb-init", "-c", false, false },
	    { "dumb-init", "", true, false }, { "tini", "", false, false },
	    { "tini", "-s", false, true }, { "tini", "-s", true, true },
	    { "catatonit", "", true, true } };
	char script[256];
	size_t i;
	pid_t left;

	for (i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		print_message("%s %s\n", by[i].name, by[i].words);
		snprintf(script, sizeof(script), "%s sleep 1000 "
		    ">/dev/null 2>&1 & echo $! >/tmp/left; sleep 0.3; exit 7",
		    by[i].other ? "setsid" : "");
		sh_start(j, &host, by[i].name, by[i].words, script);
		(void)live_exits(j, 7, LIVE_SOON_MS);
		left = (pid_t)atoi(jail_file(j, "/tmp/left"));
		assert_true(left > 1);
		if (by[i].ends)
			while (kill(left, 0) == 0) {
				assert_true(jail_now_ms() - j->started_ms <
				    LIVE_SOON_MS);
				jail_sleep_ms(5);
			}
		else {
			jail_sleep_ms(200);
			live_ok(kill(left, 0));
			(void)kill(left, SIGKILL);
		}
		live_ok(jail_again(j));
	}
}

TEST(test_warning)
{
	const char *const env[] = { "TINI_VERBOSITY=0", NULL };
	const struct jail_opts quiet = { .host = true, .env = env };

	sh_start(j, &host, "tini", "", "exit 3");
	(void)live_exits(j, 3, LIVE_SOON_MS);
	live_log_has(j, "tini: not process 1, and no -s: "
	    "zombie reaping won't work");
	live_ok(jail_again(j));
	sh_start(j, &quiet, "tini", "", "exit 3");
	(void)live_exits(j, 3, LIVE_SOON_MS);
	assert_string_equal(jail_log(j), "");
	live_ok(jail_again(j));
	sh_start(j, NULL, "tini", "-w", "(sleep 0.1 &) ; sleep 0.5; exit 3");
	(void)live_exits(j, 3, LIVE_SOON_MS);
	live_log_has(j, "tini: Reaped zombie process with pid=");
}

/* As process 1, what ignores TERM is killed after two seconds, and a command
 * that ignores it is not, unless a limit is given. */
TEST(test_bounded)
{
	static const char deaf[] = "trap '' TERM; " UP;
	static const char leaves[] = "setsid sh -c \"trap '' TERM; touch "
	    "/tmp/up; exec sleep 1000\" & while ! [ -e /tmp/up ]; do "
	    "sleep 0.02; done; exit 8";
	const char *const env[] = { "JAILINIT_OPTIONS=-s 1 -t 0", NULL };
	const struct jail_opts limited = { .env = env };
	int64_t ms;

	sh_start(j, NULL, "dumb-init", "", leaves);
	ms = live_exits(j, 8, LIVE_SOON_MS);
	assert_in_range(ms, 2000, 2000 + LIVE_LATE_MS);
	live_ok(jail_again(j));
	sh_start(j, NULL, "docker-init", "", deaf);
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGTERM));
	assert_int_equal(jail_wait(j, 2500, NULL), -1);
	assert_string_equal(jail_log(j), "");
	live_ok(jail_again(j));
	sh_start(j, &limited, "docker-init", "", deaf);
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGTERM));
	ms = live_exits(j, 128 + SIGKILL, LIVE_SOON_MS);
	assert_in_range(ms, 1000, 1000 + LIVE_LATE_MS);
	assert_false(jail_exists(j, JAIL_CTL) || jail_exists(j, JAIL_STATUS));
}

/*
 * The rest.
 */
TEST(test_parent)
{
	by_name(j, "tini");
	live_ok(jail_start(j, NULL, "/bin/sh", "-c", "sh -c '/bin/tini -s "
	    "-p SIGUSR1 -- sh -c \"trap \\\"touch " LIVE_MARK "; exit\\\" USR1;"
	    UP "\" & while ! [ -e /tmp/up ]; do sleep 0.02; done'; "
	    "while ! [ -e " LIVE_MARK " ]; do sleep 0.02; done; exit 3",
	    NULL));
	(void)live_exits(j, 3, LIVE_SOON_MS);
}

/* dumb-init -c leaves the command in the process group and session that it was
 * started in; otherwise it leads a group. */
TEST(test_group)
{
	live_ok(probe_install(j));
	live_ok(jail_start(j, NULL, by_name(j, "dumb-init"), "-c", PROBE,
	    NULL));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	/* it can be one outside of the PID namespace */
	assert_int_not_equal(atoi(probe_value(j, "probe", "pgid")),
	    atoi(probe_value(j, "probe", "pid")));
	live_ok(jail_again(j));
	live_ok(jail_start(j, NULL, by_name(j, "dumb-init"), PROBE, NULL));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_int_equal(atoi(probe_value(j, "probe", "pgid")),
	    atoi(probe_value(j, "probe", "pid")));
}

/* Reaps, and no signal but these two ends it. */
TEST(test_pause)
{
	static const int ends[] = { SIGTERM, SIGINT };
	int i;

	by_name(j, "catatonit");
	for (i = 0; i < 4; i++) {
		(void)unlink(jail_path(j, "/tmp/up"));
		live_ok(jail_start(j, i < 2 ? NULL : &host, "/bin/sh", "-c",
		    "(sleep 0.2; touch /tmp/up) & exec /bin/catatonit -P",
		    NULL));
		live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
		live_ok(jail_signal(j, SIGHUP));
		live_ok(jail_signal(j, SIGUSR1));
		jail_sleep_ms(200);
		if (i < 2)
			assert_int_equal(jail_zombies(j), 0);
		live_ok(jail_signal(j, ends[i % 2]));
		(void)live_exits(j, 0, LIVE_SOON_MS);
		assert_string_equal(jail_log(j), "");
		live_ok(jail_again(j));
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_lines),
		LIVE_TEST(test_signals),
		LIVE_TEST(test_rewrite),
		LIVE_TEST(test_signals_kept),
		LIVE_TEST(test_stops),
		LIVE_TEST(test_leftover_host),
		LIVE_TEST(test_warning),
		LIVE_TEST(test_bounded),
		LIVE_TEST(test_parent),
		LIVE_TEST(test_group),
		LIVE_TEST(test_pause)
	};
	int status = probe_main(argc, argv);

	if (status != -1)
		return (status);
	LIVE_MAIN("dropin");
}
