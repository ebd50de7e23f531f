/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The administrator's own requests, /etc/rc.request.d.  Guards against: a
 * program that somebody else may write run as root; one that holds up the jail
 * or hides another; descriptors and signals of process 1 that pass into it.
 */
#include "live.h"

#include <sys/stat.h>

#include <fcntl.h>

#include "probe.h"

#define JAILINIT	"/sbin/jailinit"
#define DIR_D		"/etc/rc.request.d"
#define BURST		1000
#define TABLE_SIZE	64	/* full with so many processes */
#define UNUSED_UID	64243	/* nobody else's */
#define SIG_BIT(sig)	(1L << ((sig) - 1))
#define REFUSED		"refused: it or its folder is not root's alone to "  \
			"write, or no file\n"

/* A program for the request; the folder is as it should be. */
static void
job_write(struct jail *j, const char *name, const char *script)
{
	char path[128];

	(void)snprintf(path, sizeof(path), DIR_D "/%s", name);
	live_ok(jail_script(j, path, script));
	live_ok(chmod(jail_path(j, DIR_D), 0755));
}

static void
ask(struct jail *j, const char *name)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "%s\n", name);
	live_ok(jail_ctl(j, line));
}

/* The log says text, in time. */
static void
says(struct jail *j, const char *text)
{
	if (jail_wait_log(j, text, LIVE_SOON_MS) == -1)
		fail_msg("no \"%s\" in the log:\n%s", text, jail_log(j));
}

static void
status_is(struct jail *j, const char *job, const char *status)
{
	live_ok(jail_wait_status(j, "job", job, LIVE_SOON_MS));
	live_ok(jail_wait_status(j, "job_status", status, LIVE_SOON_MS));
}

static void
halts(struct jail *j)
{
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

/*
 * How it ends.
 */
TEST(test_outcome)
{
	static const struct {
		const char *name, *script, *says, *status;
	} t[] = {
		{ "good", "echo done", "request good: exit status 0\n", "0" },
		{ "three", "exit 3", "request three: exit status 3\n", "3" },
		{ "high", "exit 255", "request high: exit status 255\n",
		    "255" },
		{ "killed", "kill -9 $$", "request killed: killed by signal "
		    "9\n", "137" },
	};
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		job_write(j, t[i].name, t[i].script);
	live_boot(j, NULL);
	assert_string_equal(jail_status(j, "job"), "");
	assert_string_equal(jail_status(j, "job_status"), "");
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ask(j, t[i].name);
		says(j, t[i].says);
		status_is(j, t[i].name, t[i].status);
	}
	live_log_has(j, "done\n");
	assert_string_equal(jail_status(j, "dropped_requests"), "0");
	halts(j);
	assert_string_equal(jail_status(j, "job"), "killed");
}

/* As rc: not executable, or without a first line, it is sh's; and a file
 * whose interpreter is missing is there all the same. */
TEST(test_by_sh)
{
	job_write(j, "good", "exit 0");
	live_ok(jail_write(j, DIR_D "/plain", 0644,
	    "echo plain $0 $#\nexit 4\n"));
	live_ok(jail_write(j, DIR_D "/mode", 0644, "#!/nowhere/sh\nexit 5\n"));
	live_ok(jail_write(j, "/etc/rc", 0644, "#!/nowhere/sh\nexit 3\n"));
	live_ok(jail_write(j, DIR_D "/lost", 0755, "#!/nowhere/sh\n"));
	live_boot(j, NULL);
	assert_string_equal(jail_status(j, "boot_status"), "3");
	ask(j, "mode");
	says(j, "request mode: exit status 5\n");
	ask(j, "plain");
	says(j, "request plain: exit status 4\n");
	live_log_has(j, "plain " DIR_D "/plain 0\n");
	ask(j, "lost");
	says(j, "request lost: exit status 127\n");
	live_log_has(j, DIR_D "/lost: its interpreter is missing\n");
	status_is(j, "lost", "127");
	live_ok(jail_write(j, DIR_D "/foreign", 0755, "\177ELF"));
	ask(j, "foreign");
	says(j, "request foreign: exit status 126\n");
	live_log_has(j, DIR_D "/foreign: Exec format error\n");
	assert_string_equal(jail_status(j, "dropped_requests"), "0");
}

TEST(test_one_at_a_time)
{
	job_write(j, "slow", "touch /tmp/up; while ! [ -e /tmp/go ]; do "
	    "sleep 0.02; done");
	job_write(j, "other", "echo x >>" LIVE_MARK);
	live_boot(j, NULL);
	ask(j, "slow");
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	ask(j, "other");
	says(j, "request dropped: other: another one runs\n");
	live_ok(jail_wait_status(j, "dropped_requests", "1", LIVE_SOON_MS));
	assert_string_equal(jail_status(j, "job"), "");
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	says(j, "request slow: exit status 0\n");
	assert_false(jail_exists(j, LIVE_MARK));
	ask(j, "other");
	says(j, "request other: exit status 0\n");
	assert_string_equal(jail_file(j, LIVE_MARK), "x\n");
}

/*
 * Who asks with a number behind the name finds the answer by it.
 */
static void
answers(struct jail *j, const char *line, const char *said)
{
	ask(j, line);
	live_ok(jail_wait_status(j, "answers", said, LIVE_SOON_MS));
}

TEST(test_answers)
{
	job_write(j, "three", "exit 3");
	job_write(j, "killed", "kill -9 $$");
	job_write(j, "refused", "exit 0");
	live_ok(chmod(jail_path(j, DIR_D "/refused"), 0777));
	job_write(j, "slow", "while ! [ -e /tmp/go ]; do sleep 0.02; done");
	live_ok(jail_script(j, "/etc/rc.shutdown", "while ! [ -e /tmp/go ]; "
	    "do sleep 0.02; done"));
	live_boot(j, NULL);
	assert_string_equal(jail_status(j, "answers"), "");
	answers(j, "three #7", "7:3");
	answers(j, "missing #8", "8:missing 7:3");
	answers(j, "refused #0", "0:refused 8:missing 7:3");
	answers(j, "killed #10", "10:137 0:refused 8:missing 7:3");
	assert_string_equal(jail_status(j, "job_number"), "");
	ask(j, "slow #999999999");
	live_ok(jail_wait_status(j, "job_number", "999999999", LIVE_SOON_MS));
	answers(j, "three #11", "11:busy 10:137 0:refused 8:missing 7:3");
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	live_ok(jail_wait_status(j, "job_number", "", LIVE_SOON_MS));
	assert_string_equal(jail_status(j, "answers"),
	    "999999999:0 11:busy 10:137 0:refused 8:missing 7:3");
	/* no number, no answer */
	ask(j, "three");
	live_ok(jail_wait_status(j, "job", "three", LIVE_SOON_MS));
	ask(j, "three #\nthree #x\nthree # 1\nthree #1 2\nthree 12\n"
	    "three #1234567890\nhalt #1");
	live_ok(jail_wait_status(j, "dropped_requests", "9", LIVE_SOON_MS));
	assert_string_equal(jail_status(j, "answers"),
	    "999999999:0 11:busy 10:137 0:refused 8:missing 7:3");
	live_ok(unlink(jail_path(j, "/tmp/go")));
	live_ok(jail_ctl(j, "halt\n"));
	live_ok(jail_wait_state(j, "shutdown", LIVE_SOON_MS));
	answers(j, "three #12", "12:ending 999999999:0 11:busy 10:137 "
	    "0:refused 8:missing 7:3");
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

/* Of many who ask at once each finds its answer; the oldest give way. */
TEST(test_answers_many)
{
	job_write(j, "slow", "while ! [ -e /tmp/go ]; do sleep 0.02; done");
	live_boot(j, NULL);
	ask(j, "slow #1\nslow #2\nslow #3\nslow #4\nslow #5\nslow #6\n"
	    "slow #7\nslow #8\nslow #9\nslow #10\nslow #11\nslow #12\n"
	    "slow #13\nslow #14");
	live_ok(jail_wait_status(j, "answers", "14:busy 13:busy 12:busy "
	    "11:busy 10:busy 9:busy 8:busy 7:busy 6:busy 5:busy 4:busy 3:busy",
	    LIVE_SOON_MS));
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	live_ok(jail_wait_status(j, "answers", "1:0 14:busy 13:busy 12:busy "
	    "11:busy 10:busy 9:busy 8:busy 7:busy 6:busy 5:busy 4:busy",
	    LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

/* Who waits does not wait for the second after which counters are written. */
TEST(test_answers_soon)
{
	int64_t begun_ms;
	char line[32], said[32];
	int i;

	job_write(j, "three", "exit 3");
	live_boot(j, NULL);
	begun_ms = jail_now_ms();
	for (i = 1; i <= 20; i++) {
		(void)snprintf(line, sizeof(line), "three #%d", i);
		(void)snprintf(said, sizeof(said), "%d:3 ", i);
		ask(j, line);
		while (strncmp(jail_status(j, "answers"), said,
		    strlen(said) - (i == 1)) != 0)
			assert_true(jail_now_ms() - begun_ms < 18000);
	}
	assert_in_range(jail_now_ms() - begun_ms, 0, jail_slack(12000));
}

/* TERM to all of its group, and CONT, since it may be stopped. */
TEST(test_limit)
{
	int64_t ms;

	job_write(j, "long", "sleep 1000 & kill -STOP $$; exec sleep 1000");
	live_ok(jail_start(j, NULL, JAILINIT, "-q", "1", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	ask(j, "long");
	says(j, "request long: took over 1 s, ended\n");
	ms = jail_now_ms() - j->asked_ms;
	assert_in_range(ms, 990, 1000 + LIVE_LATE_MS);
	says(j, "request long: killed by signal 15\n");
	status_is(j, "long", "143");
	live_ok(jail_wait_count(j, 1, LIVE_SOON_MS));
	assert_string_equal(jail_status(j, "state"), "run");
}

TEST(test_limit_kill)
{
	int64_t ms;

	job_write(j, "deaf", "trap '' TERM; sleep 1000 & while :; do sleep "
	    "0.1; done");
	live_ok(jail_start(j, NULL, JAILINIT, "-q", "1", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	ask(j, "deaf");
	live_ok(jail_wait_log(j, "request deaf: killed by signal 9\n", 6000 +
	    LIVE_LATE_MS));
	ms = jail_now_ms() - j->asked_ms;
	assert_in_range(ms, 5990, 6000 + LIVE_LATE_MS);
	status_is(j, "deaf", "137");
	live_ok(jail_wait_count(j, 1, LIVE_SOON_MS));
	job_write(j, "next", "exit 0");
	ask(j, "next");
	says(j, "request next: exit status 0\n");
}

TEST(test_missing)
{
	live_boot(j, NULL);		/* not even a folder */
	ask(j, "nobody");
	says(j, "request dropped: unknown request: nobody\n");
	live_ok(jail_wait_status(j, "dropped_requests", "1", LIVE_SOON_MS));
	job_write(j, "good", "exit 0");
	ask(j, "nobody");
	live_ok(jail_wait_status(j, "dropped_requests", "2", LIVE_SOON_MS));
	assert_string_equal(jail_status(j, "job"), "");
	assert_string_equal(jail_status(j, "job_status"), "");
	assert_int_equal(jail_write(j, DIR_D, 0644, ""), -1);
	ask(j, "good");
	says(j, "request good: exit status 0\n");
}

/* What is no plain name is not looked for at all. */
TEST(test_names)
{
	static const char *const bad[] = { "../evil", "..", ".", "./good",
	    "/etc/evil", "sub/evil", ".hidden", "-x", "good x", "good/",
	    "go\001od", "good\r", "\xc3\xa4" };
	char text[16];
	size_t i;

	job_write(j, "good", "echo x >>" LIVE_MARK);
	job_write(j, "sub/evil", "echo x >>" LIVE_MARK);
	job_write(j, ".hidden", "echo x >>" LIVE_MARK);
	live_ok(jail_script(j, "/etc/evil", "echo x >>" LIVE_MARK));
	live_boot(j, NULL);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ask(j, bad[i]);
	(void)snprintf(text, sizeof(text), "%zu", i);
	live_ok(jail_wait_status(j, "dropped_requests", text, LIVE_SOON_MS));
	ask(j, "good");
	says(j, "request good: exit status 0\n");
	assert_string_equal(jail_file(j, LIVE_MARK), "x\n");
}

/*
 * Whose it is.
 */
enum trick { AS_IS, FILE_MODE, FILE_OWNER, FILE_LINK, FILE_DIR, FILE_FIFO,
    DIR_MODE, DIR_OWNER, DIR_LINK };

static const struct {
	enum trick trick;
	mode_t mode;
} tricks[] = {
	{ FILE_MODE, 0775 }, { FILE_MODE, 0757 }, { FILE_MODE, 0722 },
	{ FILE_OWNER, 0 }, { FILE_LINK, 0 }, { FILE_DIR, 0 },
	{ FILE_FIFO, 0 }, { DIR_MODE, 0775 }, { DIR_MODE, 0757 },
	{ DIR_MODE, 01777 }, { DIR_OWNER, 0 }, { DIR_LINK, 0 }
};

static void
trick_play(struct jail *j, enum trick trick, mode_t mode)
{
	char file[PATH_MAX], dir[PATH_MAX];
	int e = 0;

	(void)snprintf(dir, sizeof(dir), "%s" DIR_D, j->root);
	(void)snprintf(file, sizeof(file), "%s" DIR_D "/bad", j->root);
	if (trick == FILE_LINK || trick == FILE_DIR || trick == FILE_FIFO)
		live_ok(unlink(file));
	if (trick == FILE_MODE || trick == DIR_MODE)
		e = chmod(trick == FILE_MODE ? file : dir, mode);
	else if (trick == FILE_OWNER || trick == DIR_OWNER)
		e = chown(trick == FILE_OWNER ? file : dir, NOBODY, NOBODY);
	else if (trick == FILE_LINK)
		e = symlink("good", file);
	else if (trick == FILE_DIR)
		e = mkdir(file, 0755);
	else if (trick == FILE_FIFO)
		e = mkfifo(file, 0700);
	else if (trick == DIR_LINK) {
		char real[PATH_MAX];

		(void)snprintf(real, sizeof(real), "%s/etc/real.d", j->root);
		e = rename(dir, real);
		e |= symlink("real.d", dir);
	}
	assert_int_equal(e, 0);
}

static void
folder_remove(struct jail *j)
{
	live_ok(jail_sh(j, "rm -rf " DIR_D " /etc/real.d"));
}

TEST(test_permissions)
{
	size_t i;

	if (geteuid() != 0)
		live_skip("only root has other users' files");
	live_boot(j, NULL);
	for (i = 0; i < sizeof(tricks) / sizeof(tricks[0]); i++) {
		job_write(j, "good", "echo x >>" LIVE_MARK);
		job_write(j, "bad", "echo x >>" LIVE_MARK);
		trick_play(j, tricks[i].trick, tricks[i].mode);
		ask(j, "bad");
		if (jail_wait_log(j, DIR_D "/bad: " REFUSED, LIVE_SOON_MS) ==
		    -1)
			fail_msg("trick %zu:\n%s", i, jail_log(j));
		if (i == 0)
			status_is(j, "bad", "126");
		assert_false(jail_exists(j, LIVE_MARK));
		/* (it says that before it has ended) */
		live_ok(jail_wait_count(j, 1, LIVE_SOON_MS));
		folder_remove(j);
		live_ok(truncate(j->log, 0));
		/* and as it should be it runs */
		job_write(j, "good", "exit 0");
		ask(j, "good");
		says(j, "request good: exit status 0\n");
		live_ok(truncate(j->log, 0));
	}
	status_is(j, "good", "0");
	assert_string_equal(jail_status(j, "dropped_requests"), "0");
}

/* A folder that a user of the jail has planted, with a link to a program that
 * is root's alone in it: root did not put it there. */
TEST(test_planted_folder)
{
	char from[PATH_MAX], to[PATH_MAX];

	if (geteuid() != 0)
		live_skip("only root has other users' files");
	live_ok(jail_script(j, "/etc/evil", "echo x >>" LIVE_MARK));
	job_write(j, "good", "exit 0");
	(void)snprintf(from, sizeof(from), "%s/etc/evil", j->root);
	(void)snprintf(to, sizeof(to), "%s" DIR_D "/evil", j->root);
	live_ok(link(from, to));
	live_ok(chown(jail_path(j, DIR_D), NOBODY, NOBODY));
	live_boot(j, NULL);
	ask(j, "evil");
	says(j, DIR_D "/evil: " REFUSED);
	assert_false(jail_exists(j, LIVE_MARK));
}

/*
 * What passes into it, and what does not.
 */
TEST(test_clean_start)
{
	static const char *const env[] = { "JAILINIT_NEXT_LIFE=1", NULL };
	static const struct jail_opts o = { .env = env };
	char from[PATH_MAX], to[PATH_MAX];
	long pid;

	job_write(j, "env", "echo own=[$JAILINIT_NEXT_LIFE]");
	live_ok(probe_install(j));
	(void)snprintf(from, sizeof(from), "%s" PROBE, j->root);
	(void)snprintf(to, sizeof(to), "%s" DIR_D "/probe", j->root);
	live_ok(link(from, to));
	live_boot(j, &o);
	ask(j, "probe");
	says(j, "request probe: exit status 0\n");
	assert_string_equal(probe_value(j, "probe", "open"), "0,1,2");
	assert_string_equal(probe_value(j, "probe", "nonblock"), "0");
	assert_string_equal(probe_value(j, "probe", "blocked"), "0");
	assert_string_equal(probe_value(j, "probe", "ignored"), "0");
	assert_string_equal(probe_value(j, "probe", "arg"), "");
	assert_string_equal(probe_value(j, "probe", "cwd"), "/");
	pid = strtol(probe_value(j, "probe", "pid"), NULL, 10);
	assert_true(pid > 1);
	assert_int_equal(strtol(probe_value(j, "probe", "sid"), NULL, 10), pid);
	assert_int_equal(strtol(probe_value(j, "probe", "pgid"), NULL, 10),
	    pid);
	ask(j, "env");
	says(j, "own=[]\n");
}

/*
 * Reaping.
 */
/* Does process 1 have the signal of its children, so that it reaps, or does
 * the kernel, which it does on Linux alone? */
static bool
has_chld(const struct jail *j)
{
#ifdef __linux__
	return ((proc_figure(j->pid, "SigCgt") & SIG_BIT(SIGCHLD)) != 0);
#else
	(void)j;
	return (true);
#endif
}

/* The kernel reaps (again), in time; where it does not, all has been reaped but
 * n processes that stay. */
static void
by_kernel_but(struct jail *j, int n)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
#ifdef __linux__
	const bool itself = false;
#else
	const bool itself = true;
#endif

	while (has_chld(j) != itself || jail_zombies(j) > 0 ||
	    (itself && jail_count(j) > 1 + n)) {
		assert_true(jail_now_ms() < end_ms);
		jail_sleep_ms(2);
	}
}

static void
by_kernel(struct jail *j)
{
	by_kernel_but(j, 0);
}

/* They come, and go, and n processes at most stay. */
static void
orphans_make(struct jail *j, int n)
{
	int64_t end_ms;

	live_ok(jail_sh(j, "i=0; while [ $i -lt 50 ]; do "
	    "(sh -c 'sleep 0.02 &'); i=$((i + 1)); done"));
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	while (jail_zombies(j) > 0 || jail_count(j) > n) {
		assert_true(jail_now_ms() < end_ms);
		jail_sleep_ms(2);
	}
}

TEST(test_reaping)
{
	static const char *const ends[] = { "good", "missing", "refused",
	    "killed" };
	size_t i;

	job_write(j, "slow", "touch /tmp/up; while ! [ -e /tmp/go ]; do "
	    "sleep 0.02; done");
	job_write(j, "good", "exit 0");
	job_write(j, "killed", "kill -9 $$");
	job_write(j, "refused", "exit 0");
	live_ok(chmod(jail_path(j, DIR_D "/refused"), 0777));
	live_boot(j, NULL);
	by_kernel(j);
	ask(j, "slow");
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	assert_true(has_chld(j));
	orphans_make(j, 3);	/* it, and slow and its sleep */
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	says(j, "request slow: exit status 0\n");
	by_kernel(j);
	orphans_make(j, 1);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		ask(j, ends[i]);
		says(j, ends[i]);
		by_kernel(j);
	}
	orphans_make(j, 1);
}

/* A daemon that it leaves behind is allowed, and no longer its own. */
TEST(test_daemon)
{
	job_write(j, "daemon", "setsid sleep 1000 & sleep 0.1");
	job_write(j, "good", "exit 0");
	live_ok(jail_start(j, NULL, JAILINIT, "-q", "2", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	ask(j, "daemon");
	says(j, "request daemon: exit status 0\n");
	ask(j, "good");
	says(j, "request good: exit status 0\n");
	by_kernel_but(j, 1);
	jail_sleep_ms(2300);		/* past the limit */
	assert_int_not_equal(jail_find(j, "sleep"), 0);
	assert_false(jail_log_has(j, "took over"));
	halts(j);
}

/*
 * Many, and none.
 */
static long
memory_kb(const struct jail *j)
{
	return (proc_figure(j->pid, "VmRSS"));
}

/* No more than n are open, once no status is being written any more. */
static void
fds_are(const struct jail *j, int n)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (proc_fds(j->pid) > n && jail_now_ms() < end_ms)
		jail_sleep_ms(10);
	assert_in_range(proc_fds(j->pid), 1, n);
}

TEST(test_burst)
{
	static char lines[BURST * 5 + 1];
	long before_kb;
	int64_t ms;
	int fds, i, said;

	job_write(j, "slow", "echo x >>" LIVE_MARK "; while ! [ -e /tmp/go ];"
	    " do sleep 0.02; done");
	job_write(j, "good", "exit 0");
	live_boot(j, NULL);
	ask(j, "good");
	status_is(j, "good", "0");
	by_kernel(j);
	live_ok(jail_wait_rest(j, LIVE_SOON_MS));
	fds = proc_fds(j->pid);
	before_kb = memory_kb(j);
	for (i = 0; i < BURST; i++)
		(void)memcpy(lines + (size_t)i * 5, "slow\n", 5);
	live_ok(jail_ctl(j, lines));
	live_ok(jail_wait_status(j, "dropped_requests", "999", LIVE_SOON_MS));
	assert_string_equal(jail_file(j, LIVE_MARK), "x\n");
	said = jail_log_count(j, "slow: another one runs");
	ms = jail_now_ms() - j->asked_ms;
	if (said < 1 || said > 2 + ms / 1000)
		fail_msg("%d lines in %d ms:\n%s", said, (int)ms, jail_log(j));
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	says(j, "request slow: exit status 0\n");
	status_is(j, "slow", "0");
	by_kernel(j);
	fds_are(j, fds);
	assert_in_range(memory_kb(j), 1, before_kb + 256);
	assert_string_equal(jail_file(j, LIVE_MARK), "x\n");
}

/* Asked until it has run: what came before may not have ended. */
static void
runs(struct jail *j, const char *name)
{
	size_t before = strlen(jail_file(j, LIVE_MARK));
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	int i;

	while (strlen(jail_file(j, LIVE_MARK)) == before &&
	    jail_now_ms() < end_ms) {
		ask(j, name);
		for (i = 0; i < 20 && strlen(jail_file(j, LIVE_MARK)) ==
		    before; i++)
			jail_sleep_ms(5);
	}
	assert_int_not_equal(strlen(jail_file(j, LIVE_MARK)), before);
}

/* Descriptors do not grow with each, however it ends. */
TEST(test_many)
{
	int fds, i;

	job_write(j, "good", "echo x >>" LIVE_MARK);
	job_write(j, "refused", "exit 0");
	live_ok(chmod(jail_path(j, DIR_D "/refused"), 0777));
	live_boot(j, NULL);
	by_kernel(j);
	live_ok(jail_wait_rest(j, LIVE_SOON_MS));
	fds = proc_fds(j->pid);
	for (i = 0; i < 30; i++) {
		runs(j, "good");
		ask(j, i % 2 == 0 ? "missing" : "refused");
		jail_sleep_ms(10);
	}
	says(j, DIR_D "/refused: " REFUSED);
	by_kernel(j);
	fds_are(j, fds);
}

static void
table_empty(struct jail *j)
{
	pid_t pid;

	while ((pid = jail_find(j, "probe")) > 1 && pid != j->pid)
		(void)kill(pid, SIGKILL);
}

TEST(test_fork_fails)
{
	static const struct jail_opts o = { .nproc = TABLE_SIZE,
	    .uid = UNUSED_UID, .gid = UNUSED_UID };

	if (geteuid() != 0)
		live_skip("not root, whose processes are counted too");
	live_ok(probe_install(j));
	live_ok(chmod(jail_path(j, "/var/run"), 0777));
	live_ok(jail_script(j, "/etc/rc",
	    "exec 2>/dev/null; " PROBE " fill &"));
	job_write(j, "good", "exit 0");
	live_ok(jail_start(j, &o, JAILINIT, NULL));
	live_ok(jail_wait_count(j, TABLE_SIZE, LIVE_SOON_MS));
	live_ok(jail_wait_rest(j, LIVE_SOON_MS));
	by_kernel_but(j, TABLE_SIZE - 1);
	live_ok(jail_wait_count(j, TABLE_SIZE, LIVE_SOON_MS));
	ask(j, "good");
	says(j, "request dropped: good: Resource temporarily unavailable\n");
	by_kernel_but(j, TABLE_SIZE - 1);
	table_empty(j);
	ask(j, "good");
	says(j, "request good: exit status 0\n");
}

/*
 * Beside the life.
 */
TEST(test_during_boot)
{
	live_ok(jail_script(j, "/etc/rc", "while ! [ -e /tmp/go ]; "
	    "do sleep 0.02; done; exit 5"));
	job_write(j, "good", "exit 7");
	live_ok(jail_start(j, NULL, JAILINIT, NULL));
	live_ok(jail_wait_state(j, "boot", LIVE_SOON_MS));
	ask(j, "good");
	says(j, "request good: exit status 7\n");
	assert_string_equal(jail_status(j, "state"), "boot");
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	assert_string_equal(jail_status(j, "boot_status"), "5");
	by_kernel(j);
}

TEST(test_refused_at_end)
{
	job_write(j, "good", "echo x >>" LIVE_MARK);
	live_ok(jail_script(j, "/etc/rc.shutdown", "while ! [ -e "
	    "/tmp/go ]; do sleep 0.02; done"));
	live_boot(j, NULL);
	live_ok(jail_ctl(j, "halt\ngood\n"));
	says(j, "request dropped: good: the jail ends\n");
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_false(jail_exists(j, LIVE_MARK));
	assert_string_equal(jail_status(j, "dropped_requests"), "1");
}

/* It goes on during rc.shutdown; then TERM and KILL are for it too. */
TEST(test_running_at_end)
{
	job_write(j, "deaf", "trap '' TERM; touch /tmp/up; while :; do "
	    "sleep 0.1; done");
	job_write(j, "kind", "trap 'echo x >>" LIVE_MARK "; exit 0' TERM; "
	    "touch /tmp/up; while :; do sleep 0.02; done");
	live_ok(jail_script(j, "/etc/rc.shutdown",
	    "test -e /tmp/up && ! test -e " LIVE_MARK " && echo both"));
	live_boot(j, NULL);
	ask(j, "kind");
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	halts(j);
	live_log_has(j, "both\n");
	assert_string_equal(jail_file(j, LIVE_MARK), "x\n");
	assert_string_equal(jail_status(j, "forced"), "");
	live_log_has(j, "request kind: exit status 0\n");
	live_ok(jail_again(j));
	live_ok(unlink(jail_path(j, "/tmp/up")));
	live_boot(j, NULL);
	ask(j, "deaf");
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt 3\n"));
	(void)live_exits(j, 0, 3000 + LIVE_LATE_MS);
	assert_string_equal(jail_status(j, "forced"), "term");
}

TEST(test_reboot_forgets)
{
	live_ok(jail_script(j, "/etc/rc", "echo x >>/tmp/lives"));
	job_write(j, "good", "exit 3");
	job_write(j, "slow", "touch /tmp/up; exec sleep 1000");
	live_boot(j, NULL);
	ask(j, "good");
	status_is(j, "good", "3");
	ask(j, "slow");
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "reboot\n"));
	live_ok(jail_wait_text(j, "/tmp/lives", "x\nx\n", LIVE_SOON_MS));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	assert_string_equal(jail_status(j, "job"), "");
	assert_string_equal(jail_status(j, "job_status"), "");
	by_kernel(j);
	assert_int_equal(jail_find(j, "sleep"), 0);
	ask(j, "good");
	status_is(j, "good", "3");
	halts(j);
}

TEST(test_app_mode)
{
	job_write(j, "good", "exit 0");
	job_write(j, "end", "touch /tmp/end");
	live_ok(jail_start(j, NULL, JAILINIT, "-c", JAIL_CTL, "-f",
	    JAIL_STATUS, "--", "/bin/sh", "-c", "setsid sh -c 'trap \"\" TERM; touch /tmp/up; while ! [ -e /tmp/go"
	    " ]; do sleep 0.02; done' & while ! [ -e /tmp/end ]; do "
	    "sleep 0.02; done; exit 9", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	ask(j, "good");
	says(j, "request good: exit status 0\n");
	status_is(j, "good", "0");
	orphans_make(j, 5);	/* two shells and their sleeps */
	ask(j, "end");			/* the command ends for it */
	live_ok(jail_wait_state(j, "term", LIVE_SOON_MS));
	ask(j, "good");
	says(j, "request dropped: good: the jail ends\n");
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	(void)live_exits(j, 9, LIVE_SOON_MS);
	assert_int_equal(jail_log_count(j, "request good: exit status"), 1);
}

int
main(int argc, char **argv)
{
	int probe = probe_main(argc, argv);
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_outcome),
		LIVE_TEST(test_by_sh),
		LIVE_TEST(test_one_at_a_time),
		LIVE_TEST(test_answers),
		LIVE_TEST(test_answers_many),
		LIVE_TEST(test_answers_soon),
		LIVE_TEST(test_limit),
		LIVE_TEST(test_limit_kill),
		LIVE_TEST(test_missing),
		LIVE_TEST(test_names),
		LIVE_TEST(test_permissions),
		LIVE_TEST(test_planted_folder),
		LIVE_TEST(test_clean_start),
		LIVE_TEST(test_reaping),
		LIVE_TEST(test_daemon),
		LIVE_TEST(test_burst),
		LIVE_TEST(test_many),
		LIVE_TEST(test_fork_fails),
		LIVE_TEST(test_during_boot),
		LIVE_TEST(test_refused_at_end),
		LIVE_TEST(test_running_at_end),
		LIVE_TEST(test_reboot_forgets),
		LIVE_TEST(test_app_mode),
	};

	if (probe != -1)
		return (probe);
	LIVE_MAIN("job");
}
