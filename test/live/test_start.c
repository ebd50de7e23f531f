/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How process 1 starts, what it hands on, and what it says of itself.  Guards
 * against: closed standard descriptors that files land on; signals,
 * descriptors and O_NONBLOCK that services inherit; kill(-1) outside of a
 * jail.
 */
#include "live.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <regex.h>
#include <stddef.h>
#include <stdlib.h>

#include "probe.h"

#define JAILINIT	"/sbin/jailinit"
#define READY_FD	"7"
#define READY_FD_N	7
#define QUIET_MS	300	/* in which nothing must come */

static void
exits_again(struct jail *j, int code)
{
	(void)live_exits(j, code, LIVE_SOON_MS);
	live_ok(jail_again(j));
}

static void
halts_again(struct jail *j)
{
	live_ok(jail_signal(j, SIGTERM));
	exits_again(j, 0);
}

/* /etc/rc and /etc/rc.shutdown are to be the probe. */
static void
probes_install(struct jail *j)
{
	live_ok(probe_install(j));
	(void)unlink(jail_path(j, "/etc/rc"));
	live_ok(symlink(PROBE, jail_path(j, "/etc/rc")));
	live_ok(symlink(PROBE, jail_path(j, "/etc/rc.shutdown")));
}

/*
 * The ground.
 */
static void
closed_case(struct jail *j, int closed, bool no_dev)
{
	const char *want = no_dev ? "pipe:[" : "/dev/null";
	int fd, fds[3];
	struct jail_opts o = { .fds = fds, .no_dev = no_dev };

	for (fd = 0; fd < 3; fd++)
		fds[fd] = (closed & 1 << fd) != 0 ? JAIL_FD_CLOSED :
		    JAIL_FD_DEFAULT;
	live_boot(j, &o);
	for (fd = 0; fd < 3; fd++)
		if ((closed & 1 << fd) != 0)
			assert_int_equal(strncmp(jail_fd_name(j, fd), want,
			    strlen(want)), 0);
		else if (fd > 0)	/* the folder above may be a mount */
			assert_non_null(strstr(jail_fd_name(j, fd),
			    j->log + (strrchr(j->dir, '/') - j->dir)));
	assert_string_equal(probe_value(j, "rc", "open"), "0,1,2");
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_string_equal(probe_value(j, "rc.shutdown", "open"), "0,1,2");
	live_ok(jail_again(j));
	(void)unlink(jail_path(j, PROBE_STATE "rc"));
	(void)unlink(jail_path(j, PROBE_STATE "rc.shutdown"));
	live_ok(jail_start(j, &o, JAILINIT, "--", PROBE, NULL));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_string_equal(probe_value(j, "probe", "open"), "0,1,2");
	live_ok(jail_again(j));
	(void)unlink(jail_path(j, PROBE_STATE "probe"));
}

TEST(test_closed_stdio)
{
	int closed;

	probes_install(j);
	for (closed = 1; closed < 8; closed++)
		closed_case(j, closed, false);
}

TEST(test_closed_stdio_no_dev)
{
	int closed;

	probes_install(j);
	for (closed = 1; closed < 8; closed++)
		closed_case(j, closed, true);
}

/* As unshare and bubblewrap start process 1; then as a leader. */
TEST(test_session)
{
	struct jail_opts o = { .keep_session = true };
	int i;

	probes_install(j);
	for (i = 0; i < 2; i++) {
		o.keep_session = i == 0;
		live_boot(j, &o);
		assert_true(atoi(probe_value(j, "rc", "sid")) > 1);
		assert_int_equal(atoi(probe_value(j, "rc", "sid")),
		    atoi(probe_value(j, "rc", "pid")));
		assert_int_equal(atoi(probe_value(j, "rc", "pgid")),
		    atoi(probe_value(j, "rc", "pid")));
		live_ok(jail_ctl(j, "halt\n"));
		(void)live_exits(j, 0, LIVE_SOON_MS);
		assert_int_equal(atoi(probe_value(j, "rc.shutdown", "sid")),
		    atoi(probe_value(j, "rc.shutdown", "pid")));
		live_ok(jail_again(j));
	}
}

static void
descriptors_open(void *arg)
{
	int fd;

	(void)arg;
	for (fd = 3; fd <= 20; fd++)
		(void)dup2(0, fd);	/* not close-on-exec */
}

TEST(test_descriptors)
{
	static const struct jail_opts o = {
	    .before_exec = descriptors_open };
	int fd;

	probes_install(j);
	live_boot(j, &o);
	for (fd = 3; fd <= 20; fd++)
		assert_string_not_equal(jail_fd_name(j, fd), "/dev/null");
	assert_true(proc_fds(j->pid) < 8);
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_string_equal(probe_value(j, "rc", "open"), "0,1,2");
	assert_string_equal(probe_value(j, "rc.shutdown", "open"), "0,1,2");
}

/* In app mode they are the command's, by their numbers, and nobody else's; the
 * one of -d is ours. */
TEST(test_descriptors_app)
{
	struct jail_opts o = { .before_exec = descriptors_open };
	int fd, i;

	probes_install(j);
	for (i = 0; i < 2; i++) {
		o.host = i == 1;
		live_ok(jail_start(j, &o, JAILINIT, "-d", "5", "-c", JAIL_CTL,
		    "-R", "/etc/rc.shutdown", "--", "/bin/sh", "-c", PROBE
		    "; touch /tmp/up; exec sleep 1000", NULL));
		live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
		assert_string_equal(probe_value(j, "probe", "open"),
		    "0,1,2,3,4,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20");
		for (fd = 3; fd <= 20; fd++)
			assert_string_not_equal(jail_fd_name(j, fd),
			    "/dev/null");
		live_ok(jail_signal(j, SIGTERM));
		exits_again(j, 128 + SIGTERM);
		assert_string_equal(probe_value(j, "rc.shutdown", "open"),
		    "0,1,2");
		(void)unlink(jail_path(j, "/tmp/up"));
		(void)unlink(jail_path(j, PROBE_STATE "rc.shutdown"));
	}
}

static int pipe_fds[2];

static void
pipe_give(void *arg)
{
	(void)arg;
	(void)dup2(pipe_fds[1], 9);
}

/* So that a pipe ends when the command closes it. */
TEST(test_pipe_ends)
{
	struct jail_opts o = { .before_exec = pipe_give };
	struct pollfd p = { .events = POLLIN };
	char buf[8];
	int i;

	for (i = 0; i < 2; i++) {
		o.host = i == 1;
		live_ok(pipe2(pipe_fds, O_CLOEXEC));
		live_ok(jail_start(j, &o, JAILINIT, "--", "/bin/sh", "-c",
		    "echo x >&9; exec 9>&-; exec sleep 1000", NULL));
		close(pipe_fds[1]);
		p.fd = pipe_fds[0];
		assert_int_equal(poll(&p, 1, (int)LIVE_SOON_MS), 1);
		assert_int_equal(read(p.fd, buf, sizeof(buf)), 2);
		assert_int_equal(poll(&p, 1, (int)LIVE_SOON_MS), 1);
		assert_int_equal(read(p.fd, buf, sizeof(buf)), 0);
		close(p.fd);
		live_ok(jail_signal(j, SIGTERM));
		exits_again(j, 128 + SIGTERM);
	}
}

/*
 * Signals, as they are handed on and as they are understood.
 */
static void
signals_spoil(void *arg)
{
	sigset_t all;
	int sig;

	(void)arg;
	for (sig = 1; sig <= JAIL_SIGMAX; sig++)
		probe_ignore(sig);
	sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
}

static void
assert_fresh(struct jail *j, const char *name)
{
	assert_string_equal(probe_value(j, name, "nonblock"), "0");
	assert_string_equal(probe_value(j, name, "blocked"), "0");
	assert_string_equal(probe_value(j, name, "ignored"), "0");
}

static void
fresh_case(struct jail *j, void (*spoil)(void *))
{
	const struct jail_opts o = { .before_exec = spoil };

	live_boot(j, &o);
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_fresh(j, "rc");
	assert_fresh(j, "rc.shutdown");
	live_ok(jail_again(j));
	live_ok(jail_start(j, &o, JAILINIT, "--", PROBE, NULL));
	exits_again(j, 0);
	assert_fresh(j, "probe");
}

TEST(test_fresh)
{
	probes_install(j);
	fresh_case(j, NULL);
	fresh_case(j, signals_spoil);
}

/* The whole table of signals in boot mode, by number. */
static void
signals_table(struct jail *j)
{
	static const struct {
		int sig;
		const char *verb;
	} t[] = {
		{ SIGTERM, "halt" }, { SIGUSR1, "halt" }, { SIGQUIT, "halt" },
		{ JAIL_SIGPWR, "halt" },
		{ JAIL_SIGRTMIN + 3, "halt" }, { SIGUSR2, "poweroff" },
		{ JAIL_SIGRTMIN + 4, "poweroff" }, { SIGINT, "reboot" },
		{ JAIL_SIGRTMIN + 5, "reboot" }
	};
	size_t i;

	live_ok(jail_script(j, "/etc/rc.shutdown", "echo down $1"));
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		live_ok(jail_start(j, NULL, JAILINIT, "-l", "exit", NULL));
		live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
		live_ok(jail_signal(j, t[i].sig));
		(void)live_exits(j, 0, LIVE_SOON_MS);
		assert_string_equal(jail_status(j, "request"), t[i].verb);
		live_log_has(j, "down ");
		assert_non_null(strstr(strstr(jail_log(j), "down "),
		    t[i].verb));
		live_ok(jail_again(j));
	}
}

TEST(test_signals) { signals_table(j); }

/* The same, and a clean hand-over, with the program linked with musl. */
TEST(test_musl)
{
	const char *musl = getenv("JAILINIT_MUSL");

	if (musl == NULL || *musl == '\0')
		live_skip("JAILINIT_MUSL is not set");
	live_ok(jail_copy(j, musl, JAILINIT));
	signals_table(j);
	(void)unlink(jail_path(j, "/etc/rc.shutdown"));
	probes_install(j);
	fresh_case(j, NULL);
	fresh_case(j, signals_spoil);
}

/*
 * Readiness.
 */
static void
ready_dup(void *arg)
{
	(void)dup2(*(int *)arg, READY_FD_N);
}

static bool
readable(int fd, int64_t ms)
{
	struct pollfd p = { fd, POLLIN, 0 };

	return (poll(&p, 1, (int)ms) == 1);
}

static void
assert_newline_then_end(int fd)
{
	char buf[8];

	assert_true(readable(fd, LIVE_SOON_MS));
	assert_int_equal(read(fd, buf, sizeof(buf)), 1);
	assert_int_equal(buf[0], '\n');
	assert_true(readable(fd, LIVE_SOON_MS));
	assert_int_equal(read(fd, buf, sizeof(buf)), 0);
}

/* When boot has ended and not before; rc and its services do not have it. */
TEST(test_ready_fd)
{
	int p[2];
	struct jail_opts o = { .before_exec = ready_dup, .arg = &p[1] };

	live_ok(pipe2(p, O_CLOEXEC));
	live_ok(jail_script(j, "/etc/rc", "sleep 1000 &"
	    " while ! [ -e /tmp/go ]; do sleep 0.02; done"));
	live_ok(jail_start(j, &o, JAILINIT, "-d", READY_FD, NULL));
	close(p[1]);
	live_ok(jail_wait_state(j, "boot", LIVE_SOON_MS));
	assert_false(readable(p[0], QUIET_MS));
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	assert_newline_then_end(p[0]);
	close(p[0]);
	halts_again(j);
}

TEST(test_ready_fd_app)
{
	int p[2];
	struct jail_opts o = { .before_exec = ready_dup, .arg = &p[1] };
	char c;

	live_ok(pipe2(p, O_CLOEXEC));
	live_ok(jail_start(j, &o, JAILINIT, "-d", READY_FD, "--", "/bin/sleep",
	    "1000", NULL));
	close(p[1]);
	assert_newline_then_end(p[0]);
	close(p[0]);
	live_ok(jail_signal(j, SIGTERM));
	exits_again(j, 128 + SIGTERM);
	/* Not executed: closed, and not a word. */
	live_ok(pipe2(p, O_CLOEXEC));
	live_ok(jail_start(j, &o, JAILINIT, "-d", READY_FD, "--", "/nowhere",
	    NULL));
	close(p[1]);
	assert_true(readable(p[0], LIVE_SOON_MS));
	assert_int_equal(read(p[0], &c, 1), 0);
	close(p[0]);
	exits_again(j, 127);
}

static void
notify_case(struct jail *j, const struct sockaddr_un *sun, socklen_t len,
    const char *name)
{
	char var[160], buf[256];
	const char *env[] = { var, NULL };
	struct jail_opts o = { .env = env };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ssize_t n;

	live_ok(bind(fd, (const struct sockaddr *)sun, len));
	snprintf(var, sizeof(var), "NOTIFY_SOCKET=%s", name);
	(void)unlink(jail_path(j, "/tmp/go"));
	live_ok(jail_script(j, "/etc/rc", "echo =$NOTIFY_SOCKET=;"
	    " while ! [ -e /tmp/go ]; do sleep 0.02; done"));
	live_ok(jail_start(j, &o, JAILINIT, NULL));
	assert_false(readable(fd, QUIET_MS));
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	assert_true(readable(fd, LIVE_SOON_MS));
	n = recv(fd, buf, sizeof(buf), 0);
	assert_true(n >= 8 && memcmp(buf, "READY=1\n", 8) == 0);
	assert_false(readable(fd, QUIET_MS / 3));
	live_ok(jail_signal(j, SIGTERM));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_true(readable(fd, LIVE_SOON_MS));
	n = recv(fd, buf, sizeof(buf), 0);
	assert_true(n >= 10 && memcmp(buf, "STOPPING=1", 10) == 0);
	live_log_has(j, "==\n");	/* it is not rc's */
	close(fd);
	live_ok(jail_again(j));
}

/* A reboot in place is no end for whoever waits for one, unless a halt comes
 * after it. */
TEST(test_notify_reboot)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	static const char *const env[] = { "NOTIFY_SOCKET=/tmp/n", NULL };
	static const struct jail_opts o = { .env = env };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char buf[256];

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%.90s",
	    jail_path(j, "/tmp/n"));
	live_ok(bind(fd, (const struct sockaddr *)&sun, sizeof(sun)));
	live_ok(jail_script(j, "/etc/rc.shutdown", "sleep 1000"));
	live_boot(j, &o);
	assert_true(recv(fd, buf, sizeof(buf), 0) > 0);	/* READY=1 */
	live_ok(jail_ctl(j, "reboot 60\n"));
	live_ok(jail_wait_state(j, "shutdown", LIVE_SOON_MS));
	assert_false(readable(fd, QUIET_MS));
	live_ok(jail_ctl(j, "halt\n"));
	assert_true(readable(fd, LIVE_SOON_MS));
	assert_true(recv(fd, buf, sizeof(buf), 0) >= 10);
	assert_int_equal(memcmp(buf, "STOPPING=1", 10), 0);
	live_ok(jail_ctl(j, "poweroff 1\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_false(readable(fd, QUIET_MS / 3));
	live_ok(jail_again(j));
	live_ok(jail_start(j, &o, JAILINIT, "-lexit", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	assert_true(recv(fd, buf, sizeof(buf), 0) > 0);
	live_ok(jail_ctl(j, "reboot 1\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_true(readable(fd, LIVE_SOON_MS));
	close(fd);
}

TEST(test_notify)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
#ifdef __linux__
	char name[64];
	int n;
#endif

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%.90s",
	    jail_path(j, "/tmp/n"));
	notify_case(j, &sun, sizeof(sun), "/tmp/n");
#ifdef __linux__
	n = snprintf(name, sizeof(name), "@jailinit.test.%d", (int)getpid());
	memset(&sun.sun_path, 0, sizeof(sun.sun_path));
	memcpy(sun.sun_path + 1, name + 1, (size_t)n - 1);
	notify_case(j, &sun, (socklen_t)(offsetof(struct sockaddr_un,
	    sun_path) + (size_t)n), name);
#endif
}

/* One that nobody listens on is said, and no reason to stop. */
TEST(test_notify_nobody)
{
	static const char *const env[] = { "NOTIFY_SOCKET=/nowhere", NULL };
	static const struct jail_opts o = { .env = env };

	live_boot(j, &o);
	live_log_has(j, "jailinit: NOTIFY_SOCKET /nowhere: ");
	halts_again(j);
}

/*
 * -b.  It leaves a process of which the harness does not know: ours, as this
 * program adopts orphans.
 */
static void
orphan_end(const struct jail *j, pid_t pid)
{
	if (pid <= 1 || pid == j->pid || pid == j->janitor)
		return;
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

static int
orphans_end(void **state)
{
	pid_t list[64];
	size_t n;
	int i;

	for (i = 0; i < 20; i++) {
		for (n = proc_children(list, 64); n > 0; n--)
			orphan_end(*state, list[n - 1]);
		jail_sleep_ms(10);
	}
	(void)proc_adopt(false);
	return (live_teardown(state));
}

/* Its parent has returned with the code; what it left ends by the FIFO. */
static void
background_case(struct jail *j, const struct jail_opts *o, int code,
    const char *command, const char *arg)
{
	int64_t end_ms;
	pid_t pid;

	live_ok(jail_start(j, o, JAILINIT, "-b", "-c", JAIL_CTL, "-f",
	    JAIL_STATUS, "--", command, arg, NULL));
	(void)live_exits(j, code, LIVE_SOON_MS);
	if (code != 0)
		return;
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	pid = (pid_t)atoi(jail_status(j, "pid"));
	assert_true(pid > 1);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	live_ok(jail_ctl(j, "halt\n"));
	live_ok(jail_wait_state(j, "gone", LIVE_SOON_MS));
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	while (waitpid(pid, NULL, WNOHANG) != pid) {
		assert_true(jail_now_ms() < end_ms);
		jail_sleep_ms(2);
	}
}

TEST(test_background)
{
	static const struct jail_opts o = { .host = true };

	(void)proc_adopt(true);
	background_case(j, &o, 0, "/bin/sleep", "1000");
	live_ok(jail_again(j));
	background_case(j, &o, 127, "/nowhere", NULL);
	live_ok(jail_again(j));
	background_case(j, &o, 126, "/etc/passwd", NULL);
}

/* $(jailinit -b -- sleep 1000): the caller's pipe ends. */
TEST(test_background_pipe)
{
	int p[2], fds[3] = { JAIL_FD_DEFAULT, JAIL_FD_DEFAULT, -1 };
	struct jail_opts o = { .host = true, .fds = fds };
	char buf[512];
	bool ended;

	(void)proc_adopt(true);
	live_ok(pipe2(p, O_CLOEXEC));
	fds[1] = fds[2] = p[1];
	live_ok(jail_start(j, &o, JAILINIT, "-b", "-c", JAIL_CTL, "-f",
	    JAIL_STATUS, "--", "/bin/sleep", "1000", NULL));
	close(p[1]);
	(void)live_exits(j, 0, LIVE_SOON_MS);
	ended = readable(p[0], LIVE_SOON_MS) &&
	    read(p[0], buf, sizeof(buf)) == 0;
	close(p[0]);
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt\n"));
	assert_true(ended);
}

/*
 * What it says.
 */
TEST(test_title)
{
	static const char *const stage[] = { "boot", "run", "shutdown" };
	size_t i;

	live_ok(jail_script(j, "/etc/rc",
	    "while ! [ -e /tmp/go ]; do sleep 0.02; done"));
	live_ok(jail_script(j, "/etc/rc.shutdown", "sleep 100"));
	live_ok(jail_start(j, NULL, JAILINIT, "-B", "5", NULL));
	for (i = 0; i < 3; i++) {
		if (i == 1)
			live_ok(jail_write(j, "/tmp/go", 0644, ""));
		else if (i == 2)
			live_ok(jail_signal(j, SIGTERM));
		live_ok(jail_wait_state(j, stage[i], LIVE_SOON_MS));
		assert_int_equal(strncmp(proc_title(j->pid), "jailinit: ",
		    10), 0);
		assert_string_equal(proc_title(j->pid) + 10, stage[i]);
	}
	/* -B: a signal names no budget. */
	(void)live_exits(j, 0, 5000 + LIVE_LATE_MS);
	live_log_has(j, "jailinit: halt requested, gone in 5 s at most\n");
	assert_string_equal(jail_status(j, "forced"), "shutdown");
}

/* What others look for in /proc/1/environ is there, in n lives. */
static void
environ_case(struct jail *j, struct jail_opts *o, int n, const char *title)
{
	static const char *const env[] = { "container=lxc", NULL };
	int i;

	o->env = env;
	live_ok(jail_script(j, "/etc/rc.shutdown",
	    "while ! [ -e /tmp/go ]; do sleep 0.02; done"));
	live_ok(jail_start(j, o, JAILINIT, n > 1 ? "-lreexec" : NULL, NULL));
	for (i = 1; i <= n; i++) {
		live_ok(jail_wait_status(j, "request", "", LIVE_SOON_MS));
		live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
		(void)unlink(jail_path(j, "/tmp/go"));
		assert_true(proc_environ_has(j->pid, "container=lxc"));
		live_ok(jail_ctl(j, i < n ? "reboot\n" : "halt\n"));
		live_ok(jail_wait_state(j, "shutdown", LIVE_SOON_MS));
		assert_string_equal(proc_title(j->pid), title);
		assert_true(proc_environ_has(j->pid, "container=lxc"));
		live_ok(jail_write(j, "/tmp/go", 0644, ""));
	}
	(void)live_exits(j, 0, LIVE_SOON_MS);
	live_ok(jail_again(j));
}

#define DOCKER_FILE	"/.dockerenv"

/* How often the log says that line, or any such, when the jail was started by
 * what env shows, and asked to end with words. */
static void
manager_case(struct jail *j, const char *env, const char *said,
    const char *words, const char *option, bool app)
{
	const char *list[] = { env, NULL }, *kills = " kills after ";
	struct jail_opts o = { .env = list };
	bool at_once = *said != '\0' && !app;
	char line[128];

	if (*env == '/' || *env == '\0')
		list[0] = NULL;
	assert_int_equal(app ? jail_start(j, &o, JAILINIT, option, "-c",
	    JAIL_CTL, "-f", JAIL_STATUS, "--", "/bin/sleep", "1000", NULL) : jail_start(j, &o, JAILINIT, option,
	    NULL), 0);
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	assert_int_equal(jail_log_count(j, kills), at_once ? 1 : 0);
	live_ok(jail_ctl(j, words));
	(void)live_exits(j, app ? 128 + SIGTERM : 0, LIVE_SOON_MS);
	(void)snprintf(line, sizeof(line), "jailinit: %s", said);
	if (*said != '\0')
		live_log_has(j, line);
	assert_int_equal(jail_log_count(j, kills), *said != '\0' ? 1 : 0);
	live_ok(jail_again(j));
}

TEST(test_manager)
{
	static const struct {
		const char *env, *name;
		int grace;
	} t[] = {
		{ DOCKER_FILE, "docker stop", 10 },
		{ "container=podman", "podman stop", 10 },
		{ "KUBERNETES_SERVICE_HOST=10.0.0.1", "Kubernetes", 30 },
		{ "container=lxc", "lxc-stop", 60 },
		{ "container=systemd-nspawn", "systemd-nspawn@.service", 90 },
	};
	static const char *const quiet[] = { "", "container=oci", "container=",
	    "container=lxc-libvirt" };
	char line[128];
	size_t i;

	/* once there it stays, as in a root that was exported */
	live_ok(jail_write(j, DOCKER_FILE, 0644, ""));
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		(void)snprintf(line, sizeof(line), "%s kills after %d s by "
		    "default, an end may take 105 s: see -B\n", t[i].name,
		    t[i].grace);
		manager_case(j, t[i].env, line, "halt\n", "-e", false);
		manager_case(j, t[i].env, line, "halt\n", "-g", true);
		/* it has time, or somebody has thought of it */
		(void)snprintf(line, sizeof(line), "-s%d", t[i].grace - 15);
		if (t[i].grace > 15)
			manager_case(j, t[i].env, "", "halt\n", line, false);
		manager_case(j, t[i].env, "", "halt\n", "-B200", false);
		manager_case(j, t[i].env, "", "halt 300\n", "-g", true);
	}
	live_ok(unlink(jail_path(j, DOCKER_FILE)));
	for (i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++)
		manager_case(j, quiet[i], "", "halt\n", "-e", false);
	/* -s so that the sum is one more */
	manager_case(j, "container=lxc", "lxc-stop kills after 60 s by "
	    "default, an end may take 61 s: see -B\n", "halt\n", "-s46",
	    false);
}

/* Where app mode is silent it comes when half of the grace has passed. */
TEST(test_manager_app)
{
	static const char *const env[] = { "container=podman", NULL };
	static const struct jail_opts o = { .env = env };

	live_ok(jail_start(j, &o, JAILINIT, "--", "/bin/sh", "-c",
	    "trap 'echo termed' TERM; echo up; while :; do sleep 0.1; done",
	    NULL));
	live_ok(jail_wait_log(j, "up\n", LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGTERM));
	live_ok(jail_wait_log(j, "termed\n", LIVE_SOON_MS));
	assert_false(jail_log_has(j, "jailinit: "));
	live_ok(jail_wait_log(j, "jailinit: podman stop kills after 10 s by "
	    "default, an end may take 105 s: see -B\n", LIVE_SOON_MS));
	assert_true(jail_now_ms() - j->asked_ms >= 5000);
	assert_int_equal(jail_log_count(j, "jailinit: "), 1);
}

TEST(test_environ)
{
	struct jail_opts plain = { 0 }, nobody = { .userns = true };
	struct jail_opts no_proc = { .no_proc = true };

	environ_case(j, &plain, 2, "jailinit: shutdown");
	environ_case(j, &nobody, 2, "jailinit: shutdown");
	environ_case(j, &plain, 1, "jailinit: shutdown");
	/* Without /proc it is as it was, and once there is one it is said. */
	environ_case(j, &no_proc, 1, "/sbin/jailinit");
	live_ok(jail_script(j, "/etc/rc", "mount -t proc proc /proc"));
	environ_case(j, &no_proc, 1, "jailinit: shutdown");
}

/* Every line, in its order. */
static void
assert_status(struct jail *j, const char *state, const char *rest)
{
	char pattern[512];
	regex_t re;
	int e;

	snprintf(pattern, sizeof(pattern), "^state=%s\nmode=boot\npid=%d\n"
	    "version=[0-9.]+\n%s", state, (int)jail_pid(j), rest);
	live_ok(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB));
	e = regexec(&re, jail_file(j, JAIL_STATUS), 0, NULL, 0);
	regfree(&re);
	if (e != 0)
		print_error("status:\n%s", jail_file(j, JAIL_STATUS));
	assert_int_equal(e, 0);
}

TEST(test_status)
{
	struct stat st;

	live_ok(jail_script(j, "/etc/rc",
	    "while ! [ -e /tmp/go ]; do sleep 0.02; done; kill -9 $$"));
	live_ok(jail_start(j, NULL, JAILINIT, NULL));
	live_ok(jail_wait_state(j, "boot", LIVE_SOON_MS));
	assert_status(j, "boot", "boot_status=\nrequest=\ndeadline=\n"
	    "forced=\ndropped_log=0\n"
	    "dropped_requests=0\njob=\njob_status=\n"
	    "job_number=\nanswers=\nlife=1\nborn=[0-9]{10}\n"
	    "exit_status=\n$");
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	assert_status(j, "run",
	    "boot_status=137\nrequest=\ndeadline=\nforced=\n");
	live_ok(stat(jail_path(j, JAIL_STATUS), &st));
	assert_int_equal(st.st_mode & 07777, 0644);
	live_ok(jail_ctl(j, "@bogus\npoweroff 9\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_status(j, "gone", "boot_status=137\nrequest=poweroff\n"
	    "deadline=[0-9]{10}\n"
	    "forced=\ndropped_log=0\ndropped_requests=1\njob=\n"
	    "job_status=\njob_number=\nanswers=\nlife=1\n"
	    "born=[0-9]{10}\nexit_status=\n$");
	live_log_has(j, "jailinit: /etc/rc: killed by signal 9\n");
}

TEST(test_help)
{
	static const char *const option[] = { "-h", "--help" };
	int i;

	for (i = 0; i < 2; i++) {
		live_ok(jail_start(j, NULL, "/bin/sh", "-c", "/sbin/jailinit "
		    "\"$1\" 2>/dev/null", "sh", option[i], NULL));
		(void)live_exits(j, 0, LIVE_SOON_MS);
		assert_int_equal(strncmp(jail_log(j), "usage: jailinit [", 17),
		    0);
		live_ok(jail_again(j));
	}
}

TEST(test_version)
{
	static const struct jail_opts o = { .host = true };
	int i;

	for (i = 0; i < 2; i++) {
		live_ok(jail_start(j, &o, JAILINIT, i == 0 ? "-V" : "--version",
		    NULL));
		(void)live_exits(j, 0, LIVE_SOON_MS);
		assert_int_equal(strncmp(jail_log(j), "jailinit ", 9), 0);
		assert_int_equal(strspn(jail_log(j) + 9, "0123456789."),
		    strlen(jail_log(j)) - 10);
		live_ok(jail_again(j));
	}
}

/* rc fails: said, shown, and with -e the end, by way of rc.shutdown. */
TEST(test_rc_fails)
{
	live_ok(jail_script(j, "/etc/rc", "exit 3"));
	live_ok(jail_script(j, "/etc/rc.shutdown", "echo down $1"));
	live_boot(j, NULL);
	live_log_has(j, "jailinit: /etc/rc: exit status 3\n");
	assert_string_equal(jail_status(j, "boot_status"), "3");
	halts_again(j);
	live_ok(jail_start(j, NULL, JAILINIT, "-e", NULL));
	(void)live_exits(j, 1, LIVE_SOON_MS);
	live_log_has(j, "down halt\n");
	live_log_has(j, "jailinit: /etc/rc failed, so the jail ends (-e), "
	    "gone in 105 s at most\n");
	assert_false(jail_log_has(j, "requested"));
	assert_string_equal(jail_status(j, "boot_status"), "3");
	live_ok(jail_again(j));
	live_ok(jail_script(j, "/etc/rc", "exit 0"));
	live_ok(jail_start(j, NULL, JAILINIT, "-e", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	halts_again(j);
}

TEST(test_rc_missing)
{
	live_ok(jail_script(j, "/etc/rc.shutdown", "echo down $1"));
	live_ok(jail_start(j, NULL, JAILINIT, "-r", "/etc/none", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	assert_string_equal(jail_status(j, "boot_status"), "127");
	live_log_has(j, "jailinit: /etc/none: No such file or directory\n");
	halts_again(j);
	live_ok(jail_start(j, NULL, JAILINIT, "-er", "/etc/none", NULL));
	(void)live_exits(j, 1, LIVE_SOON_MS);
	live_log_has(j, "down halt\n");
	live_ok(jail_again(j));
	/* A missing rc.shutdown is no error, and a plain file is for sh. */
	(void)unlink(jail_path(j, "/etc/rc.shutdown"));
	live_ok(jail_write(j, "/etc/rc", 0644, "echo plain\nexit 5"));
	live_boot(j, NULL);
	assert_string_equal(jail_status(j, "boot_status"), "5");
	live_log_has(j, "plain\n");
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_false(jail_log_has(j, "rc.shutdown"));
}

/*
 * Refusals.
 */
static void
usage_case(struct jail *j, const struct jail_opts *o, const char *a,
    const char *b, const char *c)
{
	const char *log, *usage;

	live_ok(jail_start(j, o, JAILINIT, a, b, c, NULL));
	(void)live_exits(j, 64, LIVE_SOON_MS);
	log = jail_log(j);
	usage = strstr(log, "\nusage: jailinit ");
	if (strncmp(log, "jailinit: ", 10) != 0 || usage == NULL ||
	    strchr(log, '\n') != usage)
		fail_msg("jailinit %s %s: said\n%s", a, b == NULL ? "" : b,
		    log);
	live_ok(jail_again(j));
}

TEST(test_usage)
{
	static const char *const bad[][3] = {
		{ "-x" }, { "-s" }, { "-s", "x" }, { "-s", "-1" },
		{ "-s", "1.5" }, { "-s", "" }, { "-s", "1000000000" },
		{ "-t", "ten" }, { "-k", "0x1" }, { "-B", "1s" },
		{ "-S", "NONE" }, { "-S", "0" }, { "-S", JAIL_NO_SIGNAL },
		{ "-S", JAIL_NO_RT }, { "-S", "" }, { "-l", "never" },
		{ "-l" }, { "-d", "2" }, { "-d", "50" }, { "-d", "x" },
		{ "--" }, { "word" }, { "-e", "word", "more" },
		{ "--versions" }
	};
	static const struct jail_opts host = { .host = true };
	size_t i, n = sizeof(bad) / sizeof(bad[0]);

	for (i = 0; i < n; i++) {
		usage_case(j, &host, bad[i][0], bad[i][1], bad[i][2]);
		usage_case(j, NULL, bad[i][0], bad[i][1], bad[i][2]);
	}
#ifdef __linux__	/* process 1 has nobody to return to */
	usage_case(j, NULL, "-b", NULL, NULL);
	usage_case(j, NULL, "-b", "--", "/bin/true");
#endif
	usage_case(j, NULL, "-r15:3", "--", "/bin/true");
}

static void
usage_says(struct jail *j, const char *a, const char *b, const char *line)
{
	live_ok(jail_start(j, NULL, JAILINIT, a, b, NULL));
	(void)live_exits(j, 64, LIVE_SOON_MS);
	live_log_has(j, line);
	live_ok(jail_again(j));
}

/* The word that was wrong is named. */
TEST(test_usage_word)
{
	usage_says(j, "--helps", NULL, "jailinit: --helps: no such option\n");
	usage_says(j, "-e", "--versions",
	    "jailinit: --versions: no such option\n");
	usage_says(j, "-ezg", NULL, "jailinit: -z: no such option\n");
	usage_says(j, "-es", NULL, "jailinit: -s: wants an argument\n");
	usage_says(j, "-e-", NULL, "jailinit: --: no such option\n");
}

/* Boot mode goes to /, so that a relative path would be another one there;
 * app mode stays where it is. */
TEST(test_usage_paths)
{
	static const char *const opt[] = { "-r", "-R", "-c", "-f" };
	char line[64];
	size_t i;

	for (i = 0; i < 4; i++) {
		snprintf(line, sizeof(line), "jailinit: %s: etc/x: not an "
		    "absolute path\n", opt[i]);
		usage_says(j, opt[i], "etc/x", line);
	}
	usage_says(j, "-r", "none", "-r: none: not an absolute path\n");
	live_ok(jail_script(j, "/etc/rc", "echo booted"));
	live_ok(jail_start(j, NULL, JAILINIT, "-cnone", "-fnone", NULL));
	live_ok(jail_wait_log(j, "booted\n", LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGTERM));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	live_ok(jail_again(j));
	live_ok(jail_start(j, NULL, JAILINIT, "-ctmp/c", "-ftmp/f",
	    "--", "/bin/sh", "-c", "while ! [ -p tmp/c ] || ! [ -f tmp/f ]; "
	    "do sleep 0.02; done; exit 9", NULL));
	(void)live_exits(j, 9, LIVE_SOON_MS);
}

/* One line is one line, whatever is in the words. */
TEST(test_one_line)
{
	usage_case(j, NULL, "a\nb", NULL, NULL);
	usage_case(j, NULL, "-s", "1\n\033[31m", NULL);
	live_ok(jail_start(j, NULL, JAILINIT, "-r",
	    "/etc/no\nne\033\177\t\303\244", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_log_has(j, "jailinit: /etc/no?ne?????: No such file or "
	    "directory\n");
	halts_again(j);
}

/* A plain child on the host: one line, 69, and nobody is signalled. */
TEST(test_refused)
{
	static const char *const opt[] = { "-e", "-b", "-lexit" };
	struct jail_opts o = { .host = true };
	pid_t innocent = live_fork(j, live_bystander);
	size_t i;

	for (i = 0; i < sizeof(opt) / sizeof(opt[0]); i++) {
		live_ok(jail_start(j, &o, JAILINIT, opt[i], NULL));
		(void)live_exits(j, 69, LIVE_SOON_MS);
		assert_int_equal(jail_log_count(j, "\n"), 1);
		assert_int_equal(strncmp(jail_log(j), "jailinit: not process "
		    "1 of a PID namespace", 40), 0);
		assert_int_equal(waitpid(innocent, NULL, WNOHANG), 0);
		j->n_entered = 0;	/* it is for the next one too */
		live_ok(jail_again(j));
		assert_false(jail_exists(j, JAIL_CTL));
		j->entered[j->n_entered++] = innocent;
	}
	o.no_proc = true;
	live_ok(jail_start(j, &o, JAILINIT, "--", "/bin/true", NULL));
	(void)live_exits(j, 69, LIVE_SOON_MS);
	assert_int_equal(jail_log_count(j, "jailinit: "), 1);
	live_log_has(j, "jailinit: not process 1, and no /proc ");
}

/* What the system calls were. */
TEST(test_refused_traced)
{
	char cmd[PATH_MAX * 3];
	int st;

	if (access("/usr/bin/strace", X_OK) != 0)
		live_skip("no strace");
	snprintf(cmd, sizeof(cmd), "strace -f -o '%s' -e trace=kill,tkill,"
	    "tgkill,pidfd_send_signal,reboot,exit_group '%s/sbin/jailinit' "
	    "2>'%s/tmp/said'", j->log, j->root, j->root);
	st = system(cmd);
	assert_true(WIFEXITED(st));
	assert_int_equal(WEXITSTATUS(st), 69);
	live_log_has(j, "exit_group(69)");
	assert_int_equal(jail_log_count(j, "("), 1);
	assert_int_equal(strncmp(jail_file(j, "/tmp/said"), "jailinit: ",
	    10), 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_closed_stdio),
		LIVE_TEST(test_closed_stdio_no_dev),
		LIVE_TEST(test_session),
		LIVE_TEST(test_descriptors),
		LIVE_TEST(test_descriptors_app),
		LIVE_TEST(test_pipe_ends),
		LIVE_TEST(test_fresh),
		LIVE_TEST(test_signals),
		LIVE_LINUX(test_musl, "musl"),
		LIVE_TEST(test_ready_fd),
		LIVE_TEST(test_ready_fd_app),
		LIVE_TEST(test_notify),
		LIVE_TEST(test_notify_reboot),
		LIVE_TEST(test_notify_nobody),
		cmocka_unit_test_setup_teardown(test_background, live_setup,
		    orphans_end),
		cmocka_unit_test_setup_teardown(test_background_pipe,
		    live_setup, orphans_end),
		LIVE_TEST(test_title),
		LIVE_LINUX(test_environ, "/proc/1/environ"),
		LIVE_TEST(test_manager),
		LIVE_TEST(test_manager_app),
		LIVE_TEST(test_status),
		LIVE_TEST(test_help),
		LIVE_TEST(test_version),
		LIVE_TEST(test_rc_fails),
		LIVE_TEST(test_rc_missing),
		LIVE_TEST(test_usage),
		LIVE_TEST(test_usage_word),
		LIVE_TEST(test_usage_paths),
		LIVE_TEST(test_one_line),
		LIVE_LINUX(test_refused,
		    "it would have to run on the host itself"),
		LIVE_LINUX(test_refused_traced, "strace"),
	};
	int e = probe_main(argc, argv);

	if (e != -1)
		return (e);
	LIVE_MAIN("start");
}
