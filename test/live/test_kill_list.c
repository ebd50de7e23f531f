/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill: the command line, -l and its columns, and the names of jails.
 * Guards against: a name that means another jail, one that is unknown and
 * passed over, and a jail that hides behind the name that it gives itself.
 */
#include "kill.h"

#ifdef __linux__
#include <sys/vfs.h>
#endif

#include "probe.h"

#define PIDFS_MAGIC	0x50494446

/*
 * Jails.
 */
/* As a chroot of its own alone, where there are others; jailinit's pid. */
static pid_t
boot_chroot(struct jail *j)
{
#ifdef __linux__
	return (kill_chroot(j, j->root, "/sbin/jailinit"));
#else
	kill_boot(j, NULL, NULL);
	return (j->pid);
#endif
}

/*
 * The command line.
 */
static const char usage_text[] =
    "usage: jailkill [-nqv] [-s signal [-J]] jail ... | -a | -A\n"
    "       jailkill -h | -p | -r [-Jfnqv] [-t seconds] jail ... "
    "[, jail ...] ...\n"
    "       jailkill -h | -p | -r [-Jfnqv] [-t seconds] -a | -A "
    "[, jail ...] ...\n"
    "       jailkill -R name [-Jfnqv] [-t seconds] jail ... | -a | -A\n"
    "       jailkill -l | -J [jail ... | -a | -A]\n"
    "       jailkill -V | --help | --version\n";

TEST(test_usage)
{
	static const char *const wrong[][5] = {
		{ NULL },			/* no jail */
		{ "-h" },
		{ "-s", "TERM" },
		{ "-t", "5", "-a" },		/* no -h */
		{ "-l", "-t", "5" },
		{ "-f", "-a" },
		{ "-l", "-f" },
		{ "-h", "-t", "junk", "-a" },
		{ "-h", "-t", "-1", "-a" },
		{ "-h", "-t", "", "-a" },
		{ "-h", "-t", "1000000000", "-a" },
		{ "-h", "-p", "-a" },		/* two actions */
		{ "-r", "-s", "TERM", "-a" },
		{ "-l", "-h", "-a" },
		{ "-s", "TERM", "-J" },		/* no jail */
		{ "-l", "-s", "TERM", "-J" },
		{ "-a", "pid=1" },		/* and a name */
		{ "-h", "-A", "pid=1" },
		{ "-h", "-a", "pid=1", ",", "pid=2" },
		{ "-s", "NOSUCH", "-a" },
		{ "-s", "-1", "-a" },
		{ "-s", JAIL_NO_SIGNAL, "-a" },
		{ "-s", JAIL_NO_RT, "-a" },
		{ "-s", "", "-a" },
		{ "-x", "-a" },
		{ "--helpless" },
		{ "--version=1" },
		{ "-a", "-s" },			/* and no argument */
	};
	size_t i;

	kill_boot_probe(j, "15");
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *const *w = wrong[i];

		kill_says(kill_run(NULL, w[0], w[1], w[2], w[3], w[4], NULL),
		    EX_USAGE, "", kill_fmt("jailkill: *\n%s", usage_text));
	}
	assert_string_equal(jail_file(j, GOT), "ready\n");
	kill_lives(j, 2);
	kill_says(kill_run(NULL, "-V", NULL), 0, "jailkill *\n", "");
	kill_says(kill_run(NULL, "--version", NULL), 0, "jailkill *\n", "");
	kill_says(kill_run(NULL, "--help", NULL), 0, usage_text, "");
}

/*
 * Lists.
 */
/* The jail of a process: by its pidfd, which on a kernel that numbers these
 * says the jid. */
#ifdef __linux__
static void
jid_is_pidfd(const struct jail *j)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(j->pidfd, &fs) == -1 || fs.f_type != PIDFS_MAGIC)
		return;
	live_ok(fstat(j->pidfd, &st));
	assert_int_equal(kill_jid_of(j->pid), st.st_ino);
}
#else
static void
jid_is_pidfd(const struct jail *j)
{
	assert_int_equal(kill_jid_of(j->pid), j->jid);
}
#endif

/* A pivoted root, a chroot alone, and a jail that does not listen. */
TEST(test_list)
{
	struct jail *c = kill_another(0), *p = kill_another(1);
	const char *want, *json;
	pid_t pid;

	kill_boot(j, NULL, NULL);
	pid = boot_chroot(c);
	live_ok(jail_wait_state(c, "run", LIVE_SOON_MS));
	kill_boot_plain(p, PLAIN);
	jid_is_pidfd(j);
	want = kill_fmt(LIST_TITLES "%s%s%s",
	    kill_list_line(kill_jid_of(j->pid), j->pid, "run", j->root),
	    kill_list_line(kill_jid_of(pid), pid, "run", c->root),
	    kill_list_line(kill_jid_of(p->pid), PLAIN_PID(p), "-", p->root));
	kill_says(kill_run(NULL, "-l", NULL), 0, want, "");
	json = kill_fmt("{\"jid\":%s,*,\"root\":\"%s\",*\"state\":\"run\",*}}\n"
	    "{\"jid\":%llu,*,\"root\":\"%s\",*\"state\":\"run\",*}}\n"
	    "{\"jid\":%s,*,\"root\":\"%s\",*\"says\":null}\n",
	    kill_jid(j), j->root, (unsigned long long)kill_jid_of(pid),
	    c->root, kill_jid(p), p->root);
	kill_says(kill_run(NULL, "-J", NULL), 0, json, "");
	kill_says(kill_run(NULL, "-lJ", NULL), 0, json, "");
}

TEST(test_list_some)
{
	struct jail *p = kill_another(0);
	const char *head_j, *head_p;

	kill_boot(j, NULL, NULL);
	kill_boot_plain(p, PLAIN);
	head_j = kill_list_line(kill_jid_of(j->pid), j->pid, "run", j->root);
	head_p = kill_list_line(kill_jid_of(p->pid), PLAIN_PID(p), "-",
	    p->root);
	kill_says(kill_run(NULL, "-l", kill_pid_name(j->pid), NULL), 0,
	    kill_fmt(LIST_TITLES "%s", head_j), "");
	kill_says(kill_run(NULL, "-l", p->root, NULL), 0,
	    kill_fmt(LIST_TITLES "%s", head_p), "");
	kill_says(kill_run(NULL, "-l", "-a", NULL), 0,
	    kill_fmt(LIST_TITLES "%s", head_j), "");
	kill_says(kill_run(NULL, "-l", "-A", NULL), 0,
	    kill_fmt(LIST_TITLES "%s%s", head_j, head_p), "");
	kill_says(kill_run(NULL, "-l", "pid=0", kill_jid(j), NULL),
	    EX_NOHOST, kill_fmt(LIST_TITLES "%s", head_j),
	    "jailkill: pid=0: *\n");
}

TEST(test_list_state)
{
	kill_boot(j, "sleep 1000", NULL);
	live_ok(jail_ctl(j, "halt\n"));
	live_ok(jail_wait_state(j, "shutdown", LIVE_SOON_MS));
	kill_says(kill_run(NULL, "-l", NULL), 0, kill_fmt(LIST_TITLES "%s",
	    kill_list_line(kill_jid_of(j->pid), j->pid, "shutdown", j->root)),
	    "");
}

/* A status without anybody who listens is an old one. */
TEST(test_list_old_status)
{
	live_ok(jail_write(j, JAIL_STATUS, 0644, "state=run\n"));
	kill_boot_plain(j, PLAIN);
	kill_says(kill_run(NULL, "-l", NULL), 0, kill_fmt(LIST_TITLES "%s",
	    kill_list_line(kill_jid_of(j->pid), PLAIN_PID(j), "-",
	    j->root)), "");
}

TEST(test_list_nothing)
{
	kill_says(kill_run(NULL, "-l", NULL), 0, LIST_TITLES, "");
	kill_says(kill_run(NULL, "-J", NULL), 0, "", "");
}

/* A name with everything in it that has a meaning to somebody. */
TEST(test_list_odd_root)
{
	const char *p, *root;
	pid_t pid;

	root = kill_fmt("%s/a \"b\"\\\033[2J\n\303\251", j->dir);
	live_ok(rename(j->root, root));
	assert_true(strlen(root) < sizeof(j->root));
	strcpy(j->root, root);
	pid = boot_chroot(j);
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	p = kill_fmt("%s/a \"b\"\\\\\\^[[2J\\n\\M-C\\M-)", j->dir);
	kill_says(kill_run(NULL, "-l", NULL), 0, kill_fmt(LIST_TITLES "%s",
	    kill_list_line(kill_jid_of(pid), pid, "run", p)), "");
	p = kill_fmt("%llu (%s): gone after # s\n",
	    (unsigned long long)strtoull(strchr(kill_last.out, '\n') + 1,
	    NULL, 10), j->jid == 0 ? p : j->name);
	kill_says(kill_run(NULL, "-h", root, NULL), 0, p, "");
}

/*
 * Names.
 */
static void
in_dir(void *dir)
{
	if (chdir(dir) == -1)
		_exit(126);
}

TEST(test_names)
{
	struct jail *other = kill_another(0);
	struct kill_opts o = { .before_exec = in_dir, .arg = j->dir };
	const char *const names[] = { kill_fmt("%s/", j->root),
	    kill_fmt("%s//../root/.", j->root), "./root", "root/",
#ifdef __linux__
	    "root", "link",		/* FreeBSD: names of jails */
#endif
	    kill_fmt("%s/link", j->dir), kill_fmt("%s/link/", j->dir),
	    j->root };
	const char *said;
	size_t i;

	live_ok(symlink(j->root, kill_fmt("%s/link", j->dir)));
	kill_boot(j, NULL, NULL);
	kill_boot(other, NULL, NULL);
	said = kill_fmt("%s: would send TERM to all of it\n", kill_name(j));
	kill_says(kill_run(&o, "-n", kill_jid(j), NULL), 0, said, "");
	kill_says(kill_run(&o, "-n", kill_pid_name(j->pid), NULL), 0, said, "");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		kill_says(kill_run(&o, "-n", names[i], NULL), 0, said, "");
}

#ifdef __linux__
static const char *
pid_in(const struct jail *j, const char *comm)
{
	pid_t pid = jail_find(j, comm);

	assert_true(pid > 0);
	return (kill_pid_name(pid));
}
#endif

TEST(test_names_unknown)
{
	struct jail *other = kill_another(0);
	const char *names[] = { "1", "0", "18446744073709551615",
	    "18446744073709551616", "99999999999999999999999", "pid=0",
	    "pid=", "pid=x", "pid=-1", "pid=4194305", "pid=99999999999",
	    "/nonexistent/dir", "nonexistent", "", "/etc",
	    other->root,			/* no jail has it */
	    kill_pid_name(getpid()),		/* no jail's */
#ifdef __linux__
	    NULL,				/* set below */
#endif
	    NULL, NULL };
	const size_t n = sizeof(names) / sizeof(names[0]);
	size_t i;

	kill_boot_plain(j, PLAIN);
#ifdef __linux__
	names[n - 3] = pid_in(j, "sleep");	/* not the first */
#endif
	names[n - 2] = kill_fmt("%s/tmp", j->root);
	names[n - 1] = kill_fmt("%s0", kill_jid(j));
	for (i = 0; i < n; i++) {
		kill_says(kill_run(NULL, "-s", "USR1", names[i], NULL),
		    EX_NOHOST, "", kill_fmt("jailkill: %s: *\n", names[i]));
		kill_says(kill_run(NULL, "-h", names[i], NULL),
		    EX_NOHOST, "", kill_fmt("jailkill: %s: *\n", names[i]));
	}
	assert_false(jail_exists(j, LIVE_MARK));
	kill_lives(j, 2 * PLAIN_N + 2);
}

/* A jid is nobody's when its jail has gone, the same root or not. */
TEST(test_names_ended)
{
	const char *jid;
	int i;

	kill_boot(j, NULL, NULL);
	jid = kill_jid(j);
	kill_says(kill_run(NULL, "-s", "KILL", jid, NULL), 0, "", "");
	kill_gone(j);
	for (i = 0; i < 5; i++) {
		live_ok(jail_again(j));
		kill_boot(j, NULL, NULL);
		assert_string_not_equal(kill_jid(j), jid);
		kill_says(kill_run(NULL, "-h", jid, NULL), EX_NOHOST, "",
		    kill_fmt("jailkill: %s: *\n", jid));
		kill_lives(j, 1);
	}
}

#ifdef __linux__
TEST(test_names_ambiguous)
{
	pid_t pid;

	kill_boot(j, NULL, NULL);
	pid = kill_chroot(j, j->root, "/sbin/jailinit");
	kill_says(kill_run(NULL, "-h", j->root, NULL), EX_USAGE, "",
	    kill_fmt("jailkill: %s: *\n", j->root));
	kill_lives(j, 1);
	kill_says(kill_run(NULL, "-n", kill_pid_name(pid), NULL), 0,
	    kill_fmt("%llu (%s): *\n", (unsigned long long)kill_jid_of(pid),
	    j->root), "");
}

#endif

TEST(test_names_twice)
{
	const char *got;

	kill_boot_probe(j, "64");
	kill_says(kill_run(NULL, "-v", "-s", kill_rt(6), kill_jid(j), j->root,
	    kill_pid_name(j->pid), kill_jid(j), j->root, NULL), 0,
	    kill_fmt("%s: RTMIN+6\n", kill_short(j)), "");
	live_ok(kill_run(NULL, "-s", kill_rt(7), kill_jid(j), NULL));
	got = kill_fmt("ready\n%s\n%s\n", kill_rt(6), kill_rt(7));
	/* these are queued */
	live_ok(jail_wait_text(j, GOT, got, LIVE_SOON_MS));
	live_ok(jail_wait_text(j, GOT ".child", got, LIVE_SOON_MS));
	kill_says(kill_run(NULL, "-h", "-t", "1", j->root, kill_jid(j),
	    NULL), 1, kill_fmt("%s: had to be killed, *\n", kill_name(j)),
	    "");
}

TEST(test_names_some_unknown)
{
	struct jail *p = kill_another(0);
	const char *out;

	kill_boot_plain(j, PLAIN);
	kill_boot_plain(p, PLAIN);
	kill_says(kill_run(NULL, "-s", "USR1", kill_jid(j), "/nonexistent",
	    "pid=0", p->root, NULL), EX_NOHOST, "",
	    "jailkill: /nonexistent: *\njailkill: pid=0: *\n");
	live_ok(jail_wait_file(j, LIVE_MARK, LIVE_SOON_MS));
	live_ok(jail_wait_file(p, LIVE_MARK, LIVE_SOON_MS));
	live_ok(jail_again(j));
	live_ok(jail_again(p));
	kill_boot(j, NULL, NULL);
	kill_boot(p, NULL, NULL);
	out = kill_fmt("%s: gone after # s\n%s: gone after # s\n",
	    kill_name(j), kill_name(p));
	live_ok(jail_script(p, "/etc/rc.shutdown", "sleep 3"));
	kill_says(kill_run(NULL, "-h", p->root, "1", kill_jid(j), NULL),
	    EX_NOHOST, out, "jailkill: 1: no such jail\n");
	kill_gone(j);
	kill_gone(p);
}

/*
 * Who a jail is does not depend on what it says.
 */
TEST(test_renamed_host)
{
	const char *jid, *line;

	kill_boot(j, "hostname other; rm -f /etc/hostname; mv /etc /tmp/etc; "
	    "sleep 0.5; hostname; echo $1 >" LIVE_MARK, NULL);
	live_ok(jail_write(j, "/etc/hostname", 0644, "first\n"));
	jid = kill_jid(j);
	live_ok(jail_sh(j, "hostname first"));
	assert_string_equal(kill_jid(j), jid);
	line = kill_fmt("%s: gone after # s\n", kill_name(j));
	kill_says(kill_run(NULL, "-h", jid, NULL), 0, line, "");
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
	live_log_has(j, "other\n");
}

#ifdef __linux__
/* As process 1: a name of its own choice; TERM ends it. */
static _Noreturn void
named(const char *name)
{
	sigset_t set;
	int sig = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, 37);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)prctl(PR_SET_NAME, name);
	(void)creat("/tmp/ready", 0644);
	while (sigwait(&set, &sig) != 0)
		continue;
	_exit(sig);
}

static void
renamed(struct jail *j, const char *name, const char *shown, int sig)
{
	const char *jid, *said;

	live_ok(jail_start(j, NULL, PROBE, "named", name, NULL));
	live_ok(jail_wait_file(j, "/tmp/ready", LIVE_SOON_MS));
	jid = kill_jid(j);
	said = kill_name(j);
	kill_says(kill_run(NULL, "-hv", jid, NULL), 0, kill_fmt("%s: asking\n"
	    "%s: has no FIFO; %s to its first process, %s\n%s: " GONE "\n",
	    said, said, sig == 37 ? "RTMIN+3" : "TERM", shown, said), "");
	live_exits(j, sig, 0);
	live_ok(jail_again(j));
	live_ok(unlink(jail_path(j, "/tmp/ready")));
}

TEST(test_renamed)
{
	live_ok(probe_install(j));
	renamed(j, "systemd", "systemd", 37);
	renamed(j, "init", "init", SIGTERM);
	renamed(j, "a) Z 1 1\n2\t", "a) Z 1 1", SIGTERM);
	renamed(j, "\033[2J", "\\^[[2J", SIGTERM);
	renamed(j, "", "", SIGTERM);
}

TEST(test_renamed_comm)
{
	const char *jid, *line;

	kill_boot_plain(j, "trap 'exit 0' TERM\n"
	    "trap 'echo jailinit >/proc/1/comm; echo >/tmp/renamed' USR1\n"
	    "echo >/tmp/ready\nwhile :; do sleep 1000 & wait; done");
	jid = kill_jid(j);
	line = kill_fmt("%s: gone after # s\n", kill_name(j));
	live_ok(kill_run(NULL, "-s", "USR1", jid, NULL));
	live_ok(jail_wait_file(j, "/tmp/renamed", LIVE_SOON_MS));
	assert_string_equal(kill_jid(j), jid);
	kill_says(kill_run(NULL, "-h", jid, NULL), 0, line, "");
	kill_gone(j);
}

#endif

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		KILL_TEST(test_usage),
		KILL_TEST(test_list),
		KILL_TEST(test_list_some),
		KILL_TEST(test_list_state),
		KILL_TEST(test_list_old_status),
		KILL_TEST(test_list_nothing),
		KILL_TEST(test_list_odd_root),
		KILL_TEST(test_names),
		KILL_TEST(test_names_unknown),
		KILL_TEST(test_names_ended),
		KILL_ONLY_LINUX(test_names_ambiguous,
		    "two jails with one root"),
		KILL_TEST(test_names_twice),
		KILL_TEST(test_names_some_unknown),
		KILL_TEST(test_renamed_host),
		KILL_ONLY_LINUX(test_renamed, "PR_SET_NAME"),
		KILL_ONLY_LINUX(test_renamed_comm, "/proc/1/comm"),
	};
	int status = probe_main(argc, argv);

#ifdef __linux__
	if (argc == 3 && strcmp(argv[1], "named") == 0)
		named(argv[2]);
#endif
	if (status != -1)
		return (status);
	kill_world();
	LIVE_MAIN("kill_list");
}
