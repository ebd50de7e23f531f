/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes that are traced: a command or an orphan that makes process 1 its
 * tracer (PTRACE_TRACEME), by which debuggers are looked for, and a command that
 * another process traces.  Guards against: an end that is not noticed, as the
 * kernel does not reap what is traced; zombies that stay; a signal that stops
 * such a process for good, since its tracer does not know.
 */
#include "live.h"

#include <sys/ptrace.h>
#ifdef __linux__
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#else
#include <sys/types.h>
#include <sys/thr.h>
#endif

#include <errno.h>
#include <pthread.h>
#include <stddef.h>

#include "probe.h"
#include "pty.h"

#define JAILINIT	"/sbin/jailinit"
#define UP		"/tmp/up"

/*
 * In the jail: the command.  All but the orphans exit with 5.
 */
static void
trace_me(void)
{
	if (ptrace(PT_TRACE_ME, 0, NULL, 0) == -1)
		_exit(98);
}

static void
up(void)
{
	close(open(UP, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}

static _Noreturn void
thread_end(void)
{
#ifdef __linux__
	(void)syscall(SYS_exit, 1);
#else
	thr_exit(NULL);
#endif
	abort();
}

static void *
exit_later(void *arg)
{
	(void)arg;
	usleep(100000);
	_exit(5);
}

static void *
exec_later(void *arg)
{
	(void)arg;
	usleep(100000);
	execl("/bin/sh", "sh", "-c", "sleep 0.1; exit 5", (char *)NULL);
	_exit(98);
}

static void *
traced_thread(void *arg)
{
	(void)arg;
	trace_me();
	thread_end();
}

static void
thread(void *(*fn)(void *))
{
	pthread_t t;

	if (pthread_create(&t, NULL, fn, NULL) != 0)
		_exit(98);
}

static void
on_signal(int sig)
{
	(void)sig;
	_exit(5);
}

/* Ends by the handler of a signal. */
static _Noreturn void
wait_signal(int sig)
{
	(void)signal(sig, on_signal);
	up();
	for (;;)
		pause();
}

static void
orphans(bool stopped)
{
	pid_t parent = getpid();
	int i;

	for (i = 0; i < 20; i++)
		if (fork() == 0) {
			while (getppid() == parent)
				usleep(1000);
			trace_me();
			if (stopped)
				(void)raise(SIGURG);
			_exit(0);
		}
}

/* A child of ours traces us, and does not wait for us when we end. */
static void
held(void)
{
#ifdef __linux__
	pid_t pid = getpid();

	if (fork() == 0) {
		if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) == -1)
			_exit(98);
		up();
		for (;;)
			pause();
	}
	while (access(UP, F_OK) == -1)
		usleep(1000);
#endif
}

static int
traced(const char *how)
{
	if (strcmp(how, "held") == 0)
		held();
	else if (strcmp(how, "orphans") == 0 || strcmp(how, "stopped") == 0) {
		if (fork() == 0) {
			orphans(how[0] == 's');
			_exit(0);
		}
		(void)wait(NULL);
		wait_signal(SIGTERM);
	} else if (strcmp(how, "thread") == 0) {
		thread(traced_thread);
		usleep(100000);
	} else if (strncmp(how, "exec", 4) == 0) {
		if (how[4] != '\0')
			trace_me();
		thread(exec_later);
		pause();
	} else if (strncmp(how, "leader", 6) == 0) {
		if (how[6] != '\0')
			trace_me();
		thread(exit_later);
		thread_end();
	} else if (strcmp(how, "fork") == 0) {
		if (fork() == 0) {
			trace_me();
			_exit(0);
		}
	} else {
		trace_me();
		if (strcmp(how, "usr1") == 0)
			wait_signal(SIGUSR1);
		if (strcmp(how, "term") == 0)
			wait_signal(SIGTERM);
		if (strcmp(how, "reexec") == 0)
			execl("/bin/sh", "sh", "-c", "exit 5", (char *)NULL);
		if (strcmp(how, "child") == 0) {
			if (fork() == 0)
				_exit(0);
			(void)wait(NULL);
		}
	}
	return (5);
}

/*
 * Outside of it.
 */
#ifdef __linux__
/* An ioctl(2) and signalfd(2), as on a kernel that has not got them. */
#define EXIT_INFO	0xC040FF0BU	/* PIDFD_GET_INFO */
#define LOAD(field)							\
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS,				\
	    (unsigned)offsetof(struct seccomp_data, field))
#define IS(value, yes, no)						\
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), yes, no)

static void
refuse(void *arg)
{
	const char *what = arg;
	struct sock_filter code[] = {
		LOAD(nr),
		IS(strcmp(what, "signalfd") == 0 ? SYS_signalfd4 : -1, 4, 0),
		IS(strcmp(what, "pidfd") == 0 ? SYS_pidfd_open : -1, 3, 0),
		IS(strcmp(what, "ioctl") == 0 ? SYS_ioctl : -1, 0, 3),
		LOAD(args[1]),
		IS(EXIT_INFO, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
	};
	struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == -1)
		_exit(124);
}
#endif

static void
start(struct jail *j, const struct jail_opts *o, const char *how)
{
	(void)unlink(jail_path(j, UP));
	live_ok(jail_start(j, o, JAILINIT, "-g", "--", PROBE, "traced", how,
	    NULL));
}

/* execve(2), and the signal of a child, stop what is traced. */
static const char *const ends[] = { "exit", "leader", "leader traced", "exec",
    "fork", "reexec", "child",
#ifdef __linux__
    "thread", "held"
#endif
};

static void
ends_with(struct jail *j, const struct jail_opts *o)
{
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		start(j, o, ends[i]);
		if (jail_wait(j, LIVE_SOON_MS, NULL) != 5 << 8)
			fail_msg("%s: not noticed, or not 5", ends[i]);
		live_ok(jail_again(j));
	}
}

/* Whatever the command has done, its end is noticed, and its status known. */
TEST(test_command_end)
{
	struct jail_opts o = { 0 };

	live_ok(probe_install(j));
	ends_with(j, &o);
	o.host = true;
	ends_with(j, &o);
}

TEST(test_command_end_tty)
{
	static struct pty t;
	struct jail_opts o = { 0 };
	int fds[3];

	assert_true(pty_open(&t));
	fds[0] = fds[1] = fds[2] = t.slave_fd;
	o.fds = fds;
	live_ok(probe_install(j));
	ends_with(j, &o);
	pty_close(&t);
}

#ifdef __linux__
/* So it is on kernels that tell less. */
TEST(test_command_end_refused)
{
	static const char *const calls[] = { "ioctl", "signalfd" };
	struct jail_opts o = { .before_exec = refuse };
	int i;

	live_ok(probe_install(j));
	for (i = 0; i < 4; i++) {
		o.arg = (void *)(uintptr_t)calls[i % 2];
		o.host = i >= 2;
		ends_with(j, &o);
	}
}
#endif

/* A signal reaches it though it made process 1 its tracer, which it stops for:
 * one that is passed on, or that of the end. */
static void
stops(struct jail *j, const struct jail_opts *o, const char *how, int sig)
{
	int64_t ms;

	start(j, o, how);
	live_ok(jail_wait_file(j, UP, LIVE_SOON_MS));
	live_ok(jail_signal(j, sig));
	ms = live_exits(j, 5, LIVE_SOON_MS);
	assert_in_range(ms, 0, LIVE_LATE_MS);
	live_ok(jail_again(j));
}

TEST(test_command_signal)
{
	struct jail_opts o = { 0 };
	int i;

	live_ok(probe_install(j));
	for (i = 0; i < 2; i++) {
		o.host = i == 1;
		stops(j, &o, "usr1", SIGUSR1);
		stops(j, &o, "term", SIGTERM);
	}
}

/* Orphans of that kind leave no zombies, and do not wake process 1 more often
 * than there are some. */
TEST(test_orphans)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	long woken;

	live_ok(probe_install(j));
	live_ok(jail_script(j, "/etc/rc",
	    "{ sleep 1; exec " PROBE " traced orphans; } &"));
	live_boot(j, NULL);
	live_ok(jail_wait_rest(j, LIVE_SOON_MS));
	woken = proc_figure(j->pid, "voluntary_ctxt_switches");
	live_ok(jail_wait_file(j, UP, LIVE_SOON_MS));
	while (jail_count(j) != 2) {
		if (jail_now_ms() >= end_ms)
			fail_msg("%d zombies", jail_zombies(j));
		jail_sleep_ms(5);
	}
#ifdef __linux__
	woken = proc_figure(j->pid, "voluntary_ctxt_switches") - woken;
	assert_in_range(woken, 0, 25);
#else
	(void)woken;
#endif
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

/* Nor do they need KILL, when a signal has stopped them. */
TEST(test_orphans_stopped)
{
	live_ok(probe_install(j));
	live_ok(jail_script(j, "/etc/rc", PROBE " traced stopped &"));
	live_boot(j, NULL);
	live_ok(jail_wait_file(j, UP, LIVE_SOON_MS));
	jail_sleep_ms(300);
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, LIVE_LATE_MS);
	assert_string_equal(jail_status(j, "forced"), "");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_command_end),
		LIVE_TEST(test_command_end_tty),
		LIVE_ONLY_LINUX(test_command_end_refused, "seccomp(2)"),
		LIVE_TEST(test_command_signal),
		LIVE_TEST(test_orphans),
		LIVE_TEST(test_orphans_stopped),
	};

	if (argc == 3 && strcmp(argv[1], "traced") == 0)
		return (traced(argv[2]));
	LIVE_MAIN("traced");
}
