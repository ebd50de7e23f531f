/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill and the process that runs it: not root, without /proc, with closed
 * descriptors, a full disk or nobody who reads.  Guards against: a run that
 * dies, or waits for its reader, half-way, and a caller who gets at others.
 */
#include "kill.h"

#include <sys/mount.h>
#ifdef __linux__
#include <linux/sched.h>
#endif

#include "probe.h"

/*
 * Jails.
 */
/* Can we become somebody else? */
static void
need_users(void)
{
	pid_t pid = fork();
	int st;

	if (pid == 0)
		_exit(setresuid(NOBODY, NOBODY, NOBODY) == 0 ? 0 : 1);
	assert_int_equal(waitpid(pid, &st, 0), pid);
	if (st != 0)
		live_skip("no other users to be had");
}

/*
 * Users.
 */
TEST(test_not_root)
{
	static const struct kill_opts nobody = { .uid = NOBODY };
	struct jail *p = kill_another(0);
	const char *err, *a, *b;

	need_users();
	kill_boot(j, NULL, NULL);
	kill_boot_plain(p, PLAIN);
	a = kill_jid(j);
	b = kill_jid(p);
	err = kill_fmt("jailkill: %s: Operation not permitted\n"
	    "jailkill: %s: Operation not permitted\n", kill_short(j),
	    kill_short(p));
	kill_says(kill_run(&nobody, "-h", a, b, NULL), EX_NOPERM, "", err);
	kill_says(kill_run(&nobody, "-s", "USR1", a, b, NULL), EX_NOPERM, "",
	    err);
	kill_says(kill_run(&nobody, "-s", "KILL", a, kill_pid_name(p->pid),
	    NULL), EX_NOPERM, "", err);
	kill_says(kill_run(&nobody, "-h", "-a", NULL), 0, "", "");
	kill_says(kill_run(&nobody, "-s", "KILL", "-A", NULL), 0, "", "");
	kill_says(kill_run(&nobody, "-l", NULL), 0, kill_fmt(LIST_TITLES "%s%s",
	    kill_list_line(kill_jid_of(j->pid), j->pid, HIDDEN_STATE,
	    HIDDEN(j->root)),
	    kill_list_line(kill_jid_of(p->pid), PLAIN_PID(p), "-",
	    HIDDEN(p->root))), "");
	kill_lives(j, 1);
	kill_lives(p, 2 * PLAIN_N + 2);
	assert_string_equal(jail_status(j, "state"), "run");
	assert_false(jail_exists(p, LIVE_MARK));
}

#ifdef __linux__
/* Started by somebody else, as a user namespace of his own. */
static void
become(uid_t uid)
{
	live_ok(setresuid(0, 0, 0));
	live_ok(setresgid(uid, uid, 0));
	live_ok(setresuid(uid, uid, 0));
	live_ok(prctl(PR_SET_DUMPABLE, 1));
}

static void
boot_user(struct jail *j, const char *path, const char *arg)
{
	int e;

	live_ok(chown(j->dir, NOBODY, NOBODY));
	live_ok(system(kill_fmt("chown -R %d:%d '%s'", NOBODY, NOBODY,
	    j->root)));
	become(NOBODY);
	e = jail_start(j, NULL, path, arg, NULL);
	become(0);
	assert_int_equal(e, 0);
}

TEST(test_user)
{
	static const struct kill_opts nobody = { .uid = NOBODY };
	struct jail *p = kill_another(0), *root = kill_another(1);
	int64_t end_ms;
	const char *line;

	need_users();
	kill_boot(root, NULL, NULL);
	live_ok(jail_script(j, "/etc/rc.shutdown", MARK_ARG));
	boot_user(j, "/sbin/jailinit", NULL);
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail_script(p, "/etc/plain", PLAIN));
	boot_user(p, "/bin/sh", "/etc/plain");
	live_ok(jail_wait_file(p, "/tmp/ready", LIVE_SOON_MS));

	kill_says(kill_run(&nobody, "-l", "-A", NULL), 0,
	    kill_fmt(LIST_TITLES "%s%s",
	    kill_list_line(kill_jid_of(j->pid), j->pid, "run", j->root),
	    kill_list_line(kill_jid_of(p->pid), PLAIN_PID(p), "-",
	    p->root)), "");
	kill_says(kill_run(&nobody, "-s", "USR1", p->root, NULL), 0, "", "");
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	while (kill_lines(jail_file(p, LIVE_MARK)) < PLAIN_N + 1 &&
	    jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	assert_int_equal(kill_lines(jail_file(p, LIVE_MARK)), PLAIN_N + 1);
	kill_says(kill_run(&nobody, "-s", "STOP", p->root, NULL), 0, "", "");
	/* What had ended just before is a zombie: who reaps it is stopped. */
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	while (jail_count_in(p, 'T') + jail_zombies(p) != jail_count(p) &&
	    jail_now_ms() < end_ms)
		jail_sleep_ms(1);
	assert_int_equal(jail_count_in(p, 'T') + jail_zombies(p),
	    jail_count(p));
	assert_true(jail_count_in(p, 'T') > PLAIN_N);
	line = kill_fmt("%s: gone after # s\n", kill_name(j));
	kill_says(kill_run(&nobody, "-h", "-a", NULL), 0, line, "");
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
	kill_gone(j);
	line = kill_fmt("%s: " KILLED "\n", kill_name(p));
	kill_says(kill_run(&nobody, "-h", "-t", "1", p->root, NULL), 1, line,
	    "");
	kill_gone(p);
	kill_lives(root, 1);
}

/* Root has a say in the jails of others. */
TEST(test_user_by_root)
{
	const char *line;

	need_users();
	boot_user(j, "/sbin/jailinit", NULL);
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	kill_says(kill_run(NULL, "-s", "STOP", j->root, NULL), 0, "", "");
	assert_true(kill_stops(j->pid));
	line = kill_fmt("%s: gone after # s\n", kill_name(j));
	kill_says(kill_run(NULL, "-h", "-a", NULL), 0, line, "");
	kill_gone(j);
}

#endif

/*
 * Odd surroundings.
 */
#ifdef __linux__
static void
no_proc(void *arg)
{
	(void)arg;
	if (unshare(CLONE_NEWNS) == -1 || mount("none", "/proc", "tmpfs", 0,
	    NULL) == -1)
		_exit(126);
}

TEST(test_no_proc)
{
	struct kill_opts o = { .before_exec = no_proc };

#ifdef __SANITIZE_ADDRESS__
	live_skip("the sanitizer itself cannot do without /proc");
#endif
	kill_boot(j, NULL, NULL);
	kill_says(kill_run(&o, "-h", "-a", NULL), EX_UNAVAILABLE, "",
	    "jailkill: /proc *\n");
	kill_says(kill_run(&o, "-l", NULL), EX_UNAVAILABLE, "",
	    "jailkill: /proc *\n");
	kill_lives(j, 1);
}

/* In a PID namespace of its own, with the /proc of ours: as process 1; as
 * one that has the same number (*arg) here and there. */
static void
another_level(void *arg)
{
	pid_t number = *(pid_t *)arg, tids[2] = { number, number }, pid = -1;
	struct clone_args ca = { .exit_signal = SIGCHLD,
	    .set_tid = (uintptr_t)tids, .set_tid_size = 2 };
	pid_t sitter;
	int st = 0;

	if (unshare(CLONE_NEWPID) == 0)
		pid = fork();
	if (pid == 0 && number == 0)
		return;
	if (pid == 0)
		live_bystander(NULL);
	sitter = pid;
	if (number != 0) {
		pid = (pid_t)syscall(SYS_clone3, &ca, sizeof(ca));
		if (pid == 0)
			return;
	}
	if (pid != -1)
		(void)waitpid(pid, &st, 0);
	if (number != 0 && sitter > 0)
		(void)kill(sitter, SIGKILL);
	if (pid == -1)
		_exit(126);
	_exit(WIFEXITED(st) ? WEXITSTATUS(st) : 126);
}

static void
other_proc(struct jail *j, pid_t number)
{
	struct kill_opts o = { .before_exec = another_level, .arg = &number };

	kill_boot(j, NULL, NULL);
	kill_says(kill_run(&o, "-h", "-a", NULL), EX_UNAVAILABLE, "",
	    "jailkill: /proc *\n");
	kill_lives(j, 1);
}

TEST(test_other_proc) { other_proc(j, 0); }

#define SAME_NUMBER	30000

TEST(test_other_proc_same_number) { other_proc(j, SAME_NUMBER); }

#endif

/* What is closed is not to become a file of ours. */
TEST(test_closed)
{
	static const struct kill_opts closed[] = {
		{ .in_fd = KILL_FD_CLOSED },
		{ .out_fd = KILL_FD_CLOSED },
		{ .err_fd = KILL_FD_CLOSED },
		{ .in_fd = KILL_FD_CLOSED, .out_fd = KILL_FD_CLOSED,
		    .err_fd = KILL_FD_CLOSED }
	};
	struct jail *p = kill_another(0);
	size_t i;

	for (i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
		kill_boot(j, MARK_ARG, NULL);
		kill_boot_probe(p, "64");
		live_ok(kill_run(&closed[i], "-v", "-s", "USR1", p->root,
		    NULL));
		live_ok(jail_wait_text(p, GOT, kill_fmt("ready\n%d\n", SIGUSR1),
		    LIVE_SOON_MS));
		live_ok(jail_wait_text(p, GOT ".child",
		    kill_fmt("ready\n%d\n", SIGUSR1),
	    LIVE_SOON_MS));
		live_ok(kill_run(&closed[i], "-vh", j->root, NULL));
		assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
		live_log_has(j, "halt requested");
		kill_gone(j);
		live_ok(jail_again(j));
		live_ok(jail_again(p));
		live_ok(unlink(jail_path(j, LIVE_MARK)));
		live_ok(unlink(jail_path(p, GOT)));
		live_ok(unlink(jail_path(p, GOT ".child")));
	}
}

static void
sigchld_ignore(void *arg)
{
	(void)arg;
	(void)signal(SIGCHLD, SIG_IGN);
}

/* As a daemon may hand it down. */
TEST(test_sigchld_ignored)
{
	struct kill_opts o = { .before_exec = sigchld_ignore };
	struct jail *p = kill_another(0);
	struct kill k;
	const char *n;

	kill_boot_probe(p, "64");
	kill_says(kill_run(&o, "-s", "USR1", p->root, NULL), 0, "", "");
	live_ok(jail_wait_text(p, GOT, kill_fmt("ready\n%d\n", SIGUSR1),
	    LIVE_SOON_MS));
	kill_boot(j, "echo >" LIVE_MARK
	    "; until [ -e /tmp/go ]; do sleep 0.05; "
	    "done", NULL);
	n = kill_name(j);
	kill_start(&k, &o, "-h", j->root, NULL);
	live_ok(jail_wait_file(j, LIVE_MARK, LIVE_SOON_MS));
#ifdef __linux__	/* elsewhere what is ignored by default is there too */
	/* Else whom it sent may be reaped, and his number be another's. */
	assert_int_equal(proc_figure(k.pid, "SigIgn") & 1L << (SIGCHLD - 1), 0);
#endif
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	kill_says_like(&k, kill_wait(&k, LIVE_SOON_MS), 0,
	    kill_fmt("%s: gone after # s\n", n), "");
}

TEST(test_broken_pipe)
{
	struct jail *p = kill_another(0);
	struct kill_opts o = { 0 };
	int fds[2];

	kill_boot(j, MARK_ARG, NULL);
	kill_boot(p, "sleep 0.5", NULL);
	live_ok(pipe2(fds, O_CLOEXEC));
	close(fds[0]);
	o.out_fd = fds[1];
	o.err_fd = fds[1];
	assert_int_equal(kill_run(&o, "-vh", "0", j->root, p->root, NULL),
	    EX_NOHOST);
	close(fds[1]);
	kill_gone(j);
	kill_gone(p);
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
}

TEST(test_full_disk)
{
	struct kill_opts o = { 0 };

	kill_boot(j, MARK_ARG, NULL);
	o.out_fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	if (o.out_fd == -1)
		live_skip("no /dev/full");
	kill_says(kill_run(&o, "-l", NULL), EX_IOERR, "", "");
	kill_says(kill_run(&o, "-h", j->root, NULL), 0, "", "");
	close(o.out_fd);
	kill_gone(j);
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
}

/* Nobody reads for now: the jails do not have to wait for him. */
TEST(test_full_pipe)
{
	struct jail *p = kill_another(0);
	struct kill_opts o = { 0 };
	char text[65536 + 4096];
	const char *jn, *pn;
	struct kill k;
	int fds[2], status;
	ssize_t full = 0, n;

	kill_boot(j, "exit 0", NULL);
	kill_boot_plain(p, DEAF);
	jn = kill_name(j);
	pn = kill_name(p);
	live_ok(pipe2(fds, O_CLOEXEC | O_NONBLOCK));
	memset(text, '.', sizeof(text));
	while ((n = write(fds[1], text, 4096)) > 0)
		full += n;
	live_ok(fcntl(fds[1], F_SETFL, 0));
	o.out_fd = fds[1];
	kill_start(&k, &o, "-vh", "-t", "6", j->root, p->root, NULL);
	assert_int_not_equal(jail_wait(j, 6000 + LIVE_LATE_MS, NULL), -1);
	assert_int_not_equal(jail_wait(p, 7000 + LIVE_LATE_MS, NULL), -1);
	jail_sleep_ms(300);
	assert_int_equal(waitpid(k.pid, NULL, WNOHANG), 0);	/* waits now */
	live_ok(fcntl(fds[0], F_SETFL, O_NONBLOCK));
	for (; full > 0; full -= n)
		assert_true((n = read(fds[0], text, (size_t)full)) > 0);
	live_ok(fcntl(fds[0], F_SETFL, 0));
	status = kill_wait(&k, LIVE_SOON_MS);
	n = read(fds[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	close(fds[0]);
	close(fds[1]);
	kill_says_like(&k, status, 1, "", "");
	assert_non_null(strstr(text, kill_fmt("%s: asking\n", jn)));
	assert_non_null(strstr(text, kill_fmt("%s: asked\n", jn)));
	assert_non_null(strstr(text, kill_fmt("%s: gone after ", jn)));
	assert_non_null(strstr(text, kill_fmt("%s: KILL\n", pn)));
	assert_non_null(strstr(text, kill_fmt("%s: had to be killed, gone "
	    "after ", pn)));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		KILL_TEST(test_not_root),
		KILL_ONLY_LINUX(test_user, "only root has jails"),
		KILL_ONLY_LINUX(test_user_by_root, "only root has jails"),
		KILL_ONLY_LINUX(test_no_proc, "/proc"),
		KILL_ONLY_LINUX(test_other_proc, "/proc"),
		KILL_ONLY_LINUX(test_other_proc_same_number, "/proc"),
		KILL_TEST(test_closed),
		KILL_TEST(test_sigchld_ignored),
		KILL_TEST(test_broken_pipe),
		KILL_TEST(test_full_disk),
		KILL_TEST(test_full_pipe),
	};
	int status = probe_main(argc, argv);

	if (status != -1)
		return (status);
	kill_world();
	LIVE_MAIN("kill_caller");
}
