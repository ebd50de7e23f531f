/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill -J: what the host knows of a jail, what the jail says of itself, and
 * how jails ended; read by jq(1), a program of others.
 * Guards against: a name or a status that breaks the JSON or turns into a key
 * of the host's, and a line that comes late.
 */
#include <time.h>

#include "kill.h"

#define HOST_KEYS							\
	"[\"jid\",\"name\",\"pid\",\"root\",\"manager\",\"start\","	\
	"\"processes\",\"stopped\",\"frozen\",\"says\"]\n"
#define END_KEYS							\
	"[\"jid\",\"name\",\"pid\",\"root\",\"manager\",\"how\","	\
	"\"seconds\",\"stages\",\"status\",\"why\",\"says\"]\n"
#define SAYS_KEYS							\
	"[\"state\",\"mode\",\"pid\",\"version\",\"boot_status\","	\
	"\"request\",\"deadline\",\"forced\",\"dropped_log\","		\
	"\"dropped_requests\",\"job\",\"job_status\",\"job_number\","	\
	"\"answers\",\"life\",\"born\",\"exit_status\"]\n"

/* What jq prints of the last output of jailkill for a filter, a line for each
 * object; its own complaints, too. */
static const char *
jq(const char *filter)
{
	static char out[16384];
	char path[] = "/tmp/json.XXXXXX";
	int fd = mkstemp(path);
	size_t n = strlen(kill_last.out);
	FILE *f;

	if (system("command -v jq >/dev/null") != 0)
		live_skip("no jq");
	assert_true(fd != -1);
	assert_int_equal(write(fd, kill_last.out, n), n);
	close(fd);
	f = popen(kill_fmt("jq -rc '%s' %s 2>&1", filter, path), "re");
	assert_non_null(f);
	n = fread(out, 1, sizeof(out) - 1, f);
	(void)pclose(f);
	(void)unlink(path);
	out[n] = '\0';
	return (out);
}

static void
jq_says(const char *filter, const char *wanted)
{
	const char *got = jq(filter);

	if (strcmp(got, wanted) != 0)
		print_error("%s: %s: %s", filter, got, kill_last.out);
	assert_string_equal(got, wanted);
}

/* Each byte is ASCII, and a line is an object. */
static void
is_plain(void)
{
	const char *p;

	for (p = kill_last.out; *p != '\0'; p++)
		assert_true(*p == '\n' || (*p >= ' ' && *p <= '~'));
	jq_says("type", kill_lines(kill_last.out) == 1 ? "object\n" :
	    "object\nobject\n");
}

/* -J of a jail, until the line has this text. */
static void
wait_text(const struct jail *j, const char *text)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	do
		live_ok(kill_run(NULL, "-J", kill_jid(j), NULL));
	while (strstr(kill_last.out, text) == NULL && jail_now_ms() < end_ms);
}

/*
 * What the host knows.
 */
TEST(test_host)
{
	time_t before, after;

	live_ok(jail_script(j, "/etc/rc", "sleep 1000 & sleep 1000 &"));
	before = time(NULL);
	live_boot(j, NULL);
	after = time(NULL);
	live_ok(jail_wait_count(j, 3, LIVE_SOON_MS));
	live_ok(kill_run(NULL, "-J", NULL));
	is_plain();
	jq_says("keys_unsorted", HOST_KEYS);
	jq_says(".says|keys_unsorted", SAYS_KEYS);
	jq_says("[.jid,.pid,.root]", kill_fmt("[%s,%d,\"%s\"]\n", kill_jid(j),
	    (int)j->pid, j->root));
	jq_says(kill_fmt(".start>=%lld-1 and .start<%lld+1", (long long)before,
	    (long long)after), "true\n");
	jq_says(".processes", "3\n");
	jq_says("[.stopped,.frozen]", "[false,null]\n");
	jq_says(".says|[.state,.mode,.boot_status,.request,.deadline,.forced,"
	    ".dropped_log,.dropped_requests,.job,.life,.exit_status]",
	    "[\"run\",\"boot\",0,null,null,[],0,0,null,1,null]\n");
	jq_says(".says|.born|type", "number\n");
	/* It is the same each time, and with a name. */
	before = (time_t)strlen(kill_last.out);
	live_ok(kill_run(NULL, "-lJ", kill_jid(j), NULL));
	assert_int_equal(strlen(kill_last.out), before);
	jq_says(".processes", "3\n");
}

/* What would be done, in an order: lines of JSON alone. */
TEST(test_dry)
{
	struct jail *other = kill_another(0);
	char *jid;

	live_boot(j, NULL);
	live_boot(other, NULL);
	jid = strdup(kill_jid(j));
	assert_non_null(jid);
	live_ok(kill_run(NULL, "-hnJ", jid, ",", kill_jid(other), NULL));
	free(jid);
	is_plain();
	jq_says("[.pid,.how,.why]", kill_fmt("[%d,\"nothing\",\"would ask "
	    "it to halt\"]\n[%d,\"nothing\",\"would ask it to halt\"]\n",
	    (int)j->pid, (int)other->pid));
}

/* Who says nothing, and one that has a title alone. */
TEST(test_silent)
{
	struct jail *app = kill_another(0);

	kill_boot_plain(j, "echo >/tmp/ready; exec sleep 1000");
	live_ok(jail_wait_count(j, 1, LIVE_SOON_MS));
	live_ok(kill_run(NULL, "-J", NULL));
	jq_says("[.says,.processes]", "[null,1]\n");
	live_ok(jail_start(app, NULL, "/sbin/jailinit", "--", "/bin/sleep",
	    "1000", NULL));
	wait_text(app, "\"says\":{");
	jq_says(".says|[.state,.mode,.forced,.life]",
	    "[\"run\",null,null,null]\n");
}

#ifdef __linux__
/* A jail in the jail is in the jail; those beside it are not. */
TEST(test_processes)
{
	struct jail *other = kill_another(0);

	live_ok(jail_script(j, "/etc/rc", "unshare -p -f unshare -p -f "
	    "sleep 1000 &"));
	live_boot(j, NULL);
	live_boot(other, NULL);
	wait_text(j, "\"processes\":4,");
	live_ok(kill_run(NULL, "-J", NULL));
	jq_says("[.pid,.processes]", kill_fmt("[%d,4]\n[%d,1]\n",
	    (int)j->pid, (int)other->pid));
	live_ok(kill_run(NULL, "-J", kill_pid_name(j->pid), NULL));
	jq_says(".processes", "4\n");
}

/* Another user's jails are listed; what may not be seen is not known. */
TEST(test_other_user)
{
	struct kill_opts o = { .uid = 65534 };

	live_need_root();
	live_boot(j, NULL);
	live_ok(kill_run(&o, "-J", NULL));
	jq_says("[.pid,.root,.processes,.says]", kill_fmt(
	    "[%d,null,null,null]\n", (int)j->pid));
}
#endif

/*
 * Paths.
 */

/* The line has the path in JSON's escapes, and jq gives it back. */
static void
root_is(struct jail *j, const char *name, const char *shown, const char *back)
{
	const char *root = kill_fmt("%s/%s", j->dir, name);

	live_ok(rename(j->root, root));
	assert_true(strlen(root) < sizeof(j->root));
	strcpy(j->root, root);
#ifdef __linux__
	(void)kill_chroot(j, j->root, "/sbin/jailinit");
#else
	live_boot(j, NULL);
#endif
	live_ok(kill_run(NULL, "-J", NULL));
	is_plain();
	assert_non_null(strstr(kill_last.out, kill_fmt("\"root\":\"%s/%s\",",
	    j->dir, shown)));
	jq_says(".root", kill_fmt("%s/%s\n", j->dir, back));
	live_ok(kill_run(NULL, "-s", "KILL", "-A", NULL));
	live_ok(jail_again(j));
}

TEST(test_root)
{
	static const char *const names[][2] = {
		{ "a \"b\"\\\n\t\r\033[2J\177", "a \\\"b\\\"\\\\\\n\\t"
		    "\\u000d\\u001b[2J\\u007f" },
		{ "\303\251\342\202\254\360\237\230\200\302\233",
		    "\\u00e9\\u20ac\\ud83d\\ude00\\u009b" }
	};

	root_is(j, names[0][0], names[0][1], names[0][0]);
	root_is(j, names[1][0], names[1][1], names[1][0]);
}

/* What is no UTF-8: a byte alone, one too many, longer than needed, half of a
 * pair, too large, and cut off. */
#define NO		"\357\277\275"
TEST(test_root_bytes)
{
	root_is(j, "\377x\200\303", "\\ufffdx\\ufffd\\ufffd",
	    NO "x" NO NO);
	root_is(j, "\300\200\355\240\200\364\220\200\200", "\\ufffd\\ufffd"
	    "\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd",
	    NO NO NO NO NO NO NO NO NO);
	root_is(j, "\342\202", "\\ufffd\\ufffd", NO NO);
}

/*
 * What a jail says.
 */

static void
status_says(struct jail *j, const char *text, const char *filter,
    const char *wanted)
{
	live_ok(jail_write(j, JAIL_STATUS, 0644, text));
	live_ok(kill_run(NULL, "-J", kill_jid(j), NULL));
	is_plain();
	jq_says("keys_unsorted", HOST_KEYS);
	jq_says(".says|keys_unsorted", SAYS_KEYS);
	jq_says(filter, wanted);
}

/* Numbers that are exact in each reader are numbers; others are text. */
TEST(test_says_numbers)
{
	static const char *const cases[][2] = {
		{ "life=0", "[0]\n" }, { "life=12", "[12]\n" },
		{ "life=9007199254740991", "[9007199254740991]\n" },
		{ "life=9007199254740992", "[\"9007199254740992\"]\n" },
		{ "life=18446744073709551616", "[\"18446744073709551616\"]\n" },
		{ "life=-1", "[\"-1\"]\n" }, { "life=01", "[\"01\"]\n" },
		{ "life=1e999", "[\"1e999\"]\n" }, { "life= 1", "[\" 1\"]\n" },
		{ "life=1.5", "[\"1.5\"]\n" }, { "life=NaN", "[\"NaN\"]\n" },
		{ "life=1,\"x\":2", "[\"1,\\\"x\\\":2\"]\n" },
		{ "life=", "[null]\n" }, { "life", "[null]\n" },
		{ "alife=1", "[null]\n" }, { "life=1\nlife=2", "[1]\n" }
	};
	size_t i;

	live_boot(j, NULL);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		status_says(j, cases[i][0], "[.says.life]", cases[i][1]);
}

TEST(test_says_text)
{
	static const char *const cases[][3] = {
		{ "state=x\",\"pid\":1,\"root\":\"/", ".says.state",
		    "x\",\"pid\":1,\"root\":\"/\n" },
		{ "state=\377\033[2J\\u0000\r\njob=\303\251\n",
		    "[.says.state,.says.job]",
		    "[\"" NO "\\u001b[2J\\\\u0000\\r\",\"\303\251\"]\n" },
		{ "state=a\nstate=b", "[.says.state]", "[\"a\"]\n" },
		{ "forced=shutdown,term\n", ".says.forced",
		    "[\"shutdown\",\"term\"]\n" },
		{ "forced=,\",\\,,x\n", ".says.forced",
		    "[\"\",\"\\\"\",\"\\\\\",\"\",\"x\"]\n" },
		{ "", ".says|[.state,.forced]", "[null,null]\n" },
		{ "x", ".says|[.state,.forced]", "[null,[]]\n" },
		{ "says=1\nroot=/\njid=1\n", ".says.state", "null\n" }
	};
	static char text[8192] = "life=1\nstate=";
	size_t i, n = strlen(text);

	live_boot(j, NULL);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		status_says(j, cases[i][0], cases[i][1], cases[i][2]);
	/* a line too long, and what is behind it */
	memset(text + n, 'x', 5000);
	strcpy(text + n + 5000, "\nborn=1\n");
	status_says(j, text, ".says|[.life,.born]", "[1,null]\n");
	/* all of it binary, with NUL */
	for (i = 0; i < sizeof(text) - 1; i++)
		text[i] = (char)(i % 255 + 1);
	status_says(j, text, ".says.life", "null\n");
	live_ok(truncate(jail_path(j, JAIL_STATUS), 0));
	live_ok(truncate(jail_path(j, JAIL_STATUS), 1 << 30));
	live_ok(kill_run(NULL, "-J", NULL));
	jq_says(".says.state", "null\n");
}

/* Something else in the file's place. */
TEST(test_says_file)
{
	const char *path;
	int i;

	live_boot(j, NULL);
	live_ok(jail_write(j, "/tmp/other", 0644, "state=other\n"));
	path = jail_path(j, JAIL_STATUS);
	for (i = 0; i < 3; i++) {
		(void)unlink(path);
		live_ok(i == 0 ? mkfifo(path, 0644) : i == 1 ?
		    symlink("/tmp/other", path) : mkdir(path, 0755));
		live_ok(kill_run(NULL, "-J", kill_jid(j), NULL));
		is_plain();
		jq_says(".says.state", "null\n");
	}
}

/*
 * How jails end.
 */
TEST(test_ends)
{
	kill_boot(j, "exit 0", NULL);
	live_ok(kill_run(NULL, "-hvJ", j->root, NULL));
	is_plain();
	jq_says("keys_unsorted", END_KEYS);
	jq_says("[.how,.stages,.status,.why]",
	    "[\"gone\",[\"asking\",\"asked\"],null,null]\n");
	jq_says(".seconds>=0 and .seconds<40", "true\n");
	jq_says(".says.boot_status", "0\n");
	live_ok(jail_again(j));
	kill_boot(j, "exit 0", NULL);
	kill_says(kill_run(NULL, "-hqJ", j->root, NULL), 0, "", "");
}

TEST(test_ends_killed)
{
	kill_boot_plain(j, DEAF);
	assert_int_equal(kill_run(NULL, "-h", "-qvJ", "-t", "1", j->root,
	    NULL), 1);
	assert_string_equal(kill_last.err, "");
	is_plain();
	jq_says("[.how,.says]", "[\"killed\",null]\n");
	jq_says("[.stages[]|select(.==\"KILL\" or .==\"TERM\")]",
	    "[\"TERM\",\"KILL\"]\n");
	jq_says(".seconds>=0.9", "true\n");
}

/* Each jail has its line when it is known how it went with it: while slow waits
 * for its /tmp/end, the other one's is there. */
static void
at_once(const struct jail *j, const struct jail *slow, const char *how)
{
	char line[8192] = "";
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	ssize_t n;

	while (strchr(line, '\n') == NULL && jail_now_ms() < end_ms) {
		n = pread(kill_last.out_fd, line, sizeof(line) - 1, 0);
		line[n > 0 ? n : 0] = '\0';
		jail_sleep_ms(10);
	}
	assert_non_null(strstr(line, how));
	assert_int_equal(kill_lines(line), 1);
	live_ok(jail_write(slow, "/tmp/end", 0644, ""));
	live_ok(kill_wait(&kill_last, KILL_LONG_MS));
	is_plain();
	jq_says(".root", kill_fmt("%s\n%s\n", j->root, slow->root));
}

#define UNTIL_END	"trap '' TERM; while [ ! -e /tmp/end ]; do sleep 0.1; done"

TEST(test_ends_at_once)
{
	struct jail *slow = kill_another(0);

	kill_boot(j, "exit 0", NULL);
	kill_boot(slow, UNTIL_END, NULL);
	kill_start(&kill_last, NULL, "-hJ", "-a", NULL);
	at_once(j, slow, "\"how\":\"gone\"");
}

TEST(test_requests_at_once)
{
	struct jail *slow = kill_another(0);

	live_ok(jail_script(j, "/etc/rc.request.d/go", "exit 0"));
	live_ok(jail_script(slow, "/etc/rc.request.d/go", UNTIL_END));
	kill_boot(j, NULL, NULL);
	kill_boot(slow, NULL, NULL);
	kill_start(&kill_last, NULL, "-J", "-R", "go", "-a", NULL);
	at_once(j, slow, "\"how\":\"ran\"");
}

TEST(test_signals)
{
	kill_boot_plain(j, PLAIN);
	live_ok(kill_run(NULL, "-vJ", "-s", "CONT", kill_jid(j), NULL));
	is_plain();
	jq_says("keys_unsorted", END_KEYS);
	jq_says("[.how,.stages,.status,.why]",
	    "[\"signalled\",[],null,null]\n");
	kill_says(kill_run(NULL, "-qJ", "-s", "CONT", kill_jid(j), NULL), 0,
	    "", "");
	live_ok(kill_run(NULL, "-nJ", "-s", "CONT", kill_jid(j), NULL));
	jq_says("[.how,.why]",
	    "[\"nothing\",\"would send CONT to all of it\"]\n");
	live_ok(kill_run(NULL, "-J", "-s", "KILL", kill_jid(j), NULL));
	jq_says("[.how,.why]", "[\"killed\",null]\n");
}

TEST(test_requests)
{
	live_ok(jail_script(j, "/etc/rc.request.d/three", "exit 3"));
	kill_boot(j, NULL, NULL);
	assert_int_equal(kill_run(NULL, "-J", "-R", "three", j->root, NULL),
	    3);
	is_plain();
	jq_says("[.how,.status,.why]", "[\"ran\",3,null]\n");
	assert_int_equal(kill_run(NULL, "-vJ", "-R", "none", j->root, NULL),
	    68);
	is_plain();
	assert_int_equal(kill_lines(kill_last.err), 1);
	jq_says("[.how,.status,.why]",
	    "[\"failed\",null,\"there is no such request\"]\n");
	live_ok(kill_run(NULL, "-J", "-t", "0", "-R", "three", j->root,
	    NULL));
	jq_says("[.how,.status,.seconds]", "[\"asked\",null,null]\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KILL_TEST(test_host),
		KILL_TEST(test_dry),
		KILL_TEST(test_silent),
		KILL_ONLY_LINUX(test_processes, "PID namespaces in one"),
		KILL_ONLY_LINUX(test_other_user, "what root's /proc hides"),
		KILL_TEST(test_root),
		KILL_TEST(test_root_bytes),
		KILL_TEST(test_says_numbers),
		KILL_TEST(test_says_text),
		KILL_TEST(test_says_file),
		KILL_TEST(test_ends),
		KILL_TEST(test_ends_killed),
		KILL_TEST(test_ends_at_once),
		KILL_TEST(test_requests_at_once),
		KILL_TEST(test_signals),
		KILL_TEST(test_requests),
	};

	kill_world();
	LIVE_MAIN("kill_json");
}
