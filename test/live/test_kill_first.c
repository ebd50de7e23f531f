/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill on a first process that does not want to go: mute, lying, without
 * its main thread, traced, never reaped, or held by a file system that hangs.
 * Each test first sees the plain way (a shell's redirection, kill) fail.
 * check: few
 * only linux: PID namespaces, /proc and ptrace(2) of Linux
 */
#include "hostile.h"

#include <sys/ptrace.h>
#include <sys/utsname.h>

#include "fuse.h"
#include "mountns.h"

/*
 * First processes that do not want to go.
 */
TEST(test_mute)
{
	fifo_make(j);
	status_write(j, "state=run\n");
	mute_start(j, NULL);
	live_ok(plain("echo halt >%s; kill %d; sleep 0.3", jail_path(j,
	    JAIL_CTL), j->pid));
	assert_true(is_there(j));
	jk(halt_ms(6), "-v", "-h", "-t", "6", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
	said(": asked\n");
	said(": TERM\n");
	said(": KILL\n");
	said("had to be killed, gone after ");
	assert_false(is_there(j));
}

/* Its own word does not count. */
TEST(test_says_gone)
{
	fifo_make(j);
	status_write(j, "state=gone\n");
	mute_start(j, NULL);
	live_ok(unlink(jail_path(j, JAIL_CTL)));
	live_ok(plain("grep -q ^state=gone %s", jail_path(j, JAIL_STATUS)));
	assert_true(is_there(j));
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
	said("had to be killed, gone");
	assert_in_range(run.took_ms, 1000, jail_slack(halt_ms(1)));
	assert_false(is_there(j));
}

/* Takes one request, closes the FIFO, and stays. */
static void
first_closes(void *arg)
{
	char buf[64];
	int fd;

	(void)arg;
	first_begin();
	fd = open(JAIL_CTL, O_RDONLY | O_NONBLOCK);
	shared->ready = 1;
	while (read(fd, buf, sizeof(buf)) <= 0)
		(void)poll(NULL, 0, 1);
	close(fd);
	shared->closed = 1;
	for (;;)
		(void)pause();
}

/* As in ask.h: a reboot is seen by the first process's new program, and not by
 * the FIFO that is closed, which anybody can do. */
TEST(test_reboot_stays)
{
	struct jail_opts o = { .before_exec = first_closes };

	fifo_make(j);
	mute_start(j, &o);
	jk(halt_ms(6), "-r", "-t", "6", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
	said("had to be killed");
	assert_false(is_there(j));
	live_ok(jail_again(j));
	mute_start(j, &o);
	jk(halt_ms(6), "-h", "-t", "6", jail_name(j), NULL);
	assert_int_equal(shared->closed, 1);
	assert_int_equal(run.code, 1);
	assert_false(is_there(j));
}

/* Its main thread ends, and with it what is known of the process. */
static int
thread_stays(void *arg)
{
	(void)arg;
	for (;;)
		(void)pause();
	return (0);
}

static void
first_headless(void *arg)
{
	static char stack[65536] __attribute__((aligned(16)));

	(void)arg;
	first_begin();
	live_child(victim);
	(void)clone(thread_stays, stack + sizeof(stack), CLONE_VM | CLONE_FS |
	    CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM, NULL);
	(void)syscall(SYS_exit, 0);
}

static int
enter_nothing(void *arg)
{
	(void)arg;
	return (0);
}

TEST(test_headless)
{
	struct jail_opts o = { .before_exec = first_headless };
	int64_t end_ms;

	live_need_root();
	mute_start(j, &o);
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	while (proc_state(j->pid) != 'Z' && jail_now_ms() < end_ms)
		jail_sleep_ms(1);
	assert_int_equal(jail_enter(j, enter_nothing, NULL), -1);
	jk(LOOK_MS, "-J", jail_name(j), NULL);
	said("\"root\":null");
	jk(SIGNAL_MS, "-s", "URG", jail_name(j), NULL);
	assert_int_equal(run.code, 0);
	signalled(0);
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
	assert_false(is_there(j));
}

/* One process of the jail holds the first one at its end; a second one holds
 * that one at its. */
static void
tracer_second(void)
{
	(void)signal(SIGTERM, SIG_IGN);
	while (ptrace(PTRACE_SEIZE, 2, NULL, PTRACE_O_TRACEEXIT) == -1)
		(void)poll(NULL, 0, 1);
	shared->ready++;
	for (;;)
		(void)pause();
}

static void
tracer_first(void)
{
	(void)signal(SIGTERM, SIG_IGN);
	while (ptrace(PTRACE_SEIZE, 1, NULL, PTRACE_O_TRACEEXIT) == -1)
		(void)poll(NULL, 0, 1);
	shared->ready++;
	for (;;)
		(void)pause();
}

static void
first_traced(void *arg)
{
	(void)arg;
	first_begin();
	live_child(tracer_first);
	live_child(tracer_second);
	for (;;)
		(void)pause();
}

static void
traced_start(struct jail *j)
{
	struct jail_opts o = { .before_exec = first_traced };

	mute_start(j, &o);
	wait_for(&shared->ready, 2);
}

TEST(test_held_at_end)
{
	int64_t end_ms;

	live_need_root();
	traced_start(j);
	live_ok(plain("kill -KILL %d; sleep 0.5", j->pid));
	assert_true(is_there(j));
	jk(SIGNAL_MS, "-s", "KILL", jail_name(j), NULL);
	assert_int_equal(run.code, 0);
	assert_false(is_there(j));
	live_ok(jail_again(j));
	traced_start(j);
	end_ms = jail_now_ms();
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
	assert_in_range(jail_now_ms() - end_ms, 1000, jail_slack(halt_ms(1)));
	assert_false(is_there(j));
}

/* A tracer of the host's is a debugger, and left alone; but named. */
static void
debugger(struct jail *j)
{
	(void)ptrace(PTRACE_SEIZE, j->pid, NULL, PTRACE_O_TRACEEXIT);
	shared->ready++;
	for (;;)
		(void)pause();
}

TEST(test_held_by_host)
{
	char line[64];
	pid_t pid;

	live_need_root();
	fifo_make(j);
	mute_start(j, NULL);
	pid = live_fork(j, debugger);
	wait_for(&shared->ready, 2);
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 2);
	snprintf(line, sizeof(line), "held by its tracer, %d (", pid);
	said(line);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	assert_true(is_there(j));
}

/* Who entered from outside and is not reaped there. */
static int
entered(void *arg)
{
	(void)arg;
	(void)pause();
	return (0);
}

TEST(test_unreaped)
{
	char line[128];
	pid_t pid;

	hostile_boot(j, NULL);
	pid = jail_enter(j, entered, NULL);
	assert_true(pid > 0);
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 2);
	said("still there after ");
	snprintf(line, sizeof(line), "process %d (", pid);
	said(line);
	snprintf(line, sizeof(line), "is not reaped by its parent outside, "
	    "%d (", getpid());
	said(line);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	j->n_entered = 0;
	live_exits(j, 0, LIVE_SOON_MS);
}

/*
 * Nobody can enter: the namespace's own limit of pids, Linux 6.14.
 */
#define PIDS	"400"

static void
first_full(void *arg)
{
	int fd;

	(void)arg;
	first_begin();
	fd = open("/proc/sys/kernel/pid_max", O_WRONLY | O_CLOEXEC);
	if (fd == -1 || write(fd, PIDS, strlen(PIDS)) == -1)
		shared->ready = 2;
	close(fd);
	(void)signal(SIGCHLD, SIG_IGN);
	for (;;) {
		fd = fork();
		if (fd == 0)
			for (;;)
				(void)pause();
		if (fd > 0)
			continue;
		shared->ready |= 1;
		(void)poll(NULL, 0, 1);	/* and what dies is made anew */
	}
}

TEST(test_pid_max)
{
	struct jail_opts o = { .before_exec = first_full };
	struct utsname u;
	int major = 0, minor = 0;

	live_need_root();
	(void)uname(&u);
	(void)sscanf(u.release, "%d.%d", &major, &minor);
	if (major < 6 || (major == 6 && minor < 14))
		live_skip("kernel.pid_max is the host's");	/* hands off */
	mute_start(j, &o);
	assert_int_equal(shared->ready, 1);
	assert_int_equal(jail_enter(j, enter_nothing, NULL), -1);
	jk(SIGNAL_MS, "-s", "URG", jail_name(j), NULL);
	assert_int_equal(run.code, 2);
	said("cannot enter");
	assert_ptr_equal(strchr(run.out, '\n'), run.out + strlen(run.out) - 1);
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
	assert_false(is_there(j));
}

/*
 * A file system that hangs.
 */
static void
fuse_boot(struct jail *j, bool outside)
{
	pid_t pid;
	int st;

	hostile_boot(j, NULL);
	if (outside)
		live_fork(j, fuse_outside);
	pid = jail_enter(j, fuse_mount, NULL);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &st, 0), pid);
	j->n_entered--;
	assert_int_equal(st, 0);
}

static void
fuse_server(void)
{
	while (!shared->go)
		(void)poll(NULL, 0, 1);
	(void)signal(SIGTERM, SIG_IGN);
	if (fuse_mount(NULL) == 0)
		shared->ready = 1;
	fuse_serve(NULL);
}

/* In the jail, a process of its own. */
static void
fuse_server_begin(void *arg)
{
	(void)arg;
	if (fork() != 0)
		return;
	fuse_fd = dup2(fuse_fd, 3);
	(void)syscall(SYS_close_range, 4, ~0U, 0);
	fuse_server();
	_exit(0);
}

/* By its root, too. */
static void
fuse_halt(struct jail *j)
{
	jk(halt_ms(2), "-h", "-t", "2", j->root, jail_name(j), NULL);
	said(j->root);
}

TEST(test_hang_inside)
{
	struct jail_opts o = { .before_exec = fuse_server_begin };

	fuse_open();
	shared_make();
	hostile_boot(j, &o);
	close(fuse_fd);
	shared->go = 1;
	wait_for(&shared->ready, 1);
	fuse_hangs(j);
	jk(LOOK_MS, "-J", jail_name(j), NULL);
	assert_true(json_is(run.out));
	said(j->root);
	jk(halt_ms(20), "-h", "-t", "20", j->root, jail_name(j), NULL);
	said(j->root);
	code_is(0, 1);
	live_ok(jail_wait_exiting(j, LIVE_SOON_MS));
}

/* KILL does not reach the server, and what hangs in it the kernel keeps. */
TEST(test_hang_outside)
{
	fuse_open();
	fuse_boot(j, true);
	close(fuse_fd);
	fuse_hangs(j);
	fuse_halt(j);
	live_ok(jail_wait_exiting(j, LIVE_SOON_MS));
}

/* -a, in a PID namespace of our own so that it ends no jails but ours; beside
 * one that hangs, one that halts in its own time. */
static _Noreturn void
all_child(struct jail *j)
{
	static struct jail other;
	int code = 0;

	(void)die_with_parent();
	if (mountns_private() == -1 ||
	    mount("proc", "/proc", "proc", 0, NULL) == -1)
		_exit(10);
	fuse_boot(j, true);
	close(fuse_fd);
	fuse_hangs(j);
	/* After all forks that would hold its janitor's pipe. */
	if (jail_new(&other) == -1)
		_exit(11);
	(void)jail_script(&other, "/etc/rc.shutdown",
	    "sleep 1; echo bye >/tmp/bye");
	hostile_boot(&other, NULL);
	jk(halt_ms(8), "-h", "-a", "-t", "8", NULL);
	if (is_there(&other) || !jail_exists(&other, "/tmp/bye")) {
		print_error("%s", run.out);
		code = 12;
	}
	_exit(jail_free(&other) == 0 ? code : 13);
}

TEST(test_hang_all)
{
	int64_t end_ms;
	pid_t pid;
	int st = 0;

	fuse_open();
	fflush(NULL);
	pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD,
	    NULL, NULL, NULL, NULL);
	if (pid == 0)
		all_child(j);
	close(fuse_fd);
	assert_true(pid > 0);
	end_ms = jail_now_ms() + jail_slack(60000);
	while (waitpid(pid, &st, WNOHANG) == 0) {
		if (jail_now_ms() > end_ms)
			(void)kill(pid, SIGKILL);
		jail_sleep_ms(10);
	}
	if (st != 0)
		print_error("wait status %x\n", st);
	assert_int_equal(st, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_mute),
		LIVE_TEST(test_says_gone),
		LIVE_TEST(test_reboot_stays),
		LIVE_TEST(test_headless),
		LIVE_TEST(test_held_at_end),
		LIVE_TEST(test_held_by_host),
		LIVE_TEST(test_unreaped),
		LIVE_TEST(test_pid_max),
		LIVE_TEST(test_hang_inside),
		LIVE_TEST(test_hang_outside),
		LIVE_TEST(test_hang_all),
	};

	LIVE_MAIN("kill_first");
}
