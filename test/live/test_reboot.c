/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reboot in place, and the other ways to leave for a reboot.  Guards against:
 * a reboot that becomes a halt; what was for the first life passed into the
 * next; descriptors and memory that grow; a program replaced or removed
 * meanwhile.
 */
#include "live.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#ifdef __linux__
#include <linux/capability.h>
#endif

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#define FDS_MAX		64
#define REBOOTS		20
#define LIFE_MIN_MS	1000	/* a life is followed by the next then */
#define LATE_MAX	20	/* lives whose end a busy test may miss */
#define NOTIFY		"/tmp/notify"
#define DASH_D_FD	9

/* Each life adds a line; services are left over for the next to miss. */
#define RC	"echo life >>/tmp/lives\nps -o comm | grep -c sleep "	\
		">/tmp/sleeps\nsleep 1000 &\nsleep 1000 &\n"

static int
lives(const struct jail *j)
{
	const char *p;
	int n = 0;

	for (p = jail_file(j, "/tmp/lives"); *p != '\0'; p++)
		n += *p == '\n';
	return (n);
}

/* Life n is in RUN. */
static void
lives_wait(struct jail *j, int n)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (lives(j) < n && jail_now_ms() < end_ms &&
	    jail_wait(j, 0, NULL) == -1)
		jail_sleep_ms(2);
	if (lives(j) != n || j->ended_ms != 0)
		print_error("%d lives, not %d; wait status %d, log:\n%s",
		    lives(j), n, j->status, jail_log(j));
	assert_int_equal(j->ended_ms, 0);
	assert_int_equal(lives(j), n);
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
}

static void
first_life(struct jail *j, const struct jail_opts *o, const char *opt,
    const char *arg)
{
	live_ok(jail_script(j, "/etc/rc", RC));
	live_ok(jail_start(j, o, "/sbin/jailinit", opt, arg, NULL));
	lives_wait(j, 1);
}

static void
next_life(struct jail *j, int n)
{
	live_ok(jail_ctl(j, "reboot\n"));
	lives_wait(j, n);
}

static void
last_life(struct jail *j)
{
	live_ok(jail_ctl(j, "halt\n"));
	live_exits(j, 0, LIVE_SOON_MS);
}

TEST(test_second_life)
{
	int64_t born_s, begin_s = (int64_t)time(NULL);
	struct stat before, after;
	char line[64];

	live_ok(jail_script(j, "/etc/rc.shutdown",
	    "echo $1 >>" LIVE_MARK "; sleep 100"));
	first_life(j, NULL, NULL, NULL);
	live_ok(stat(jail_path(j, JAIL_CTL), &before));
	assert_string_equal(jail_status(j, "life"), "1");
	born_s = strtoll(jail_status(j, "born"), NULL, 10);
	assert_in_range(born_s, begin_s, time(NULL));
	/* What is to be seen of this life must not be seen of the next. */
	snprintf(line, sizeof(line), "@bogus\nreboot %d\n",
	    (int)(jail_slack(1000) / 1000));
	live_ok(jail_ctl(j, line));
	lives_wait(j, 2);
	assert_string_equal(jail_file(j, LIVE_MARK), "reboot\n");
	assert_string_equal(jail_file(j, "/tmp/sleeps"), "0\n");
	assert_string_equal(jail_status(j, "pid"), live_pid(j));
	assert_string_equal(jail_status(j, "boot_status"), "0");
	assert_string_equal(jail_status(j, "request"), "");
	assert_string_equal(jail_status(j, "deadline"), "");
	assert_string_equal(jail_status(j, "forced"), "");
	assert_string_equal(jail_status(j, "dropped_requests"), "0");
	assert_string_equal(jail_status(j, "life"), "2");
	assert_in_range(strtoll(jail_status(j, "born"), NULL, 10), born_s + 1,
	    time(NULL));
	live_ok(stat(jail_path(j, JAIL_CTL), &after));
	assert_true(S_ISFIFO(after.st_mode));
	live_ok(jail_signal(j, SIGTERM));	/* not blocked */
	live_ok(jail_wait_state(j, "shutdown", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt 0\n"));
	live_exits(j, 0, LIVE_SOON_MS);
}

/* The options are those of the first life, whatever the title was. */
TEST(test_options_stay)
{
	first_life(j, NULL, "-s", "1");
	next_life(j, 2);
	live_ok(jail_ctl(j, "halt\n"));
	live_exits(j, 0, LIVE_SOON_MS);
	assert_int_equal(jail_log_count(j, "gone in 16 s at most\n"), 2);
}

/* All that process 1 has open. */
static void
fds_list(const struct jail *j, char *buf, size_t size)
{
	size_t used = 0;
	int fd;

	buf[0] = '\0';
	for (fd = 0; fd < FDS_MAX; fd++)
		if (*jail_fd_name(j, fd) != '\0')
			used += (size_t)snprintf(buf + used, size - used,
			    "%d %s\n", fd, jail_fd_name(j, fd));
}

/* When the status writer has gone and its pipe with it. */
static void
fds_settled(const struct jail *j, char *buf, size_t size)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	do {
		assert_true(jail_now_ms() < end_ms);
		jail_sleep_ms(20);
		fds_list(j, buf, size);
	} while (strstr(buf, "pipe:") != NULL);
}

TEST(test_twenty)
{
	char before[4096], after[4096];
	long data, rss;
	int i;

	first_life(j, NULL, NULL, NULL);
	fds_settled(j, before, sizeof(before));
	data = proc_figure(j->pid, "VmData");
	rss = proc_figure(j->pid, "RssAnon");
	for (i = 0; i < REBOOTS; i++)
		next_life(j, 2 + i);
	assert_string_equal(jail_status(j, "life"), "21");
	fds_settled(j, after, sizeof(after));
	assert_string_equal(before, after);
	assert_true(data > 0 && rss > 0);
	/* Where the heap begins is random, within a page; how much of libc
	 * the kernel maps at once is, too, so of memory only our own. */
	assert_in_range(proc_figure(j->pid, "VmData"), 1, data + 64);
	assert_in_range(proc_figure(j->pid, "RssAnon"), 1, rss + 64);
	last_life(j);
}

/* No spinning through lives: rc ends at once, and asks for the next. */
TEST(test_one_a_second)
{
	int64_t begin_ms;

	live_ok(jail_script(j, "/etc/rc", "echo life >>/tmp/lives\n"
	    "echo reboot >" JAIL_CTL));
	begin_ms = jail_now_ms();
	live_ok(jail_start(j, NULL, "/sbin/jailinit", NULL));
	while (lives(j) < 4) {
		assert_true(jail_now_ms() - begin_ms < 3 * LIFE_MIN_MS +
		    LIVE_LATE_MS);
		jail_sleep_ms(5);
	}
	assert_true(jail_now_ms() - begin_ms >= 3 * LIFE_MIN_MS);
}

/* A halt in the time between two lives: what is left of the first second when
 * the first life is over.  On a busy machine the test may come too late for
 * that, and tries again. */
static void
halt_between(struct jail *j, bool by_signal)
{
	int64_t begin_ms;
	int late;

	live_ok(jail_script(j, "/etc/rc", "echo life >>/tmp/lives\n"
	    "echo reboot >" JAIL_CTL));
	for (late = 0; late < LATE_MAX; late++) {
		begin_ms = jail_now_ms();
		live_ok(jail_start(j, NULL, "/sbin/jailinit", NULL));
		if (jail_wait_state(j, "gone", LIFE_MIN_MS) == 0 &&
		    (by_signal ? jail_signal(j, SIGTERM) :
		    jail_ctl(j, "halt\n")) == 0 &&
		    jail_now_ms() - begin_ms < LIFE_MIN_MS)
			break;
		live_ok(jail_again(j));
		(void)unlink(jail_path(j, "/tmp/lives"));
	}
	print_message("too late %d times\n", late);
	assert_in_range(late, 0, LATE_MAX - 1);
	live_exits(j, 0, LIVE_SOON_MS);
	assert_int_equal(lives(j), 1);
}

TEST(test_halt_between) { halt_between(j, true); }

/* The FIFO is listened to in between, too. */
TEST(test_halt_between_fifo) { halt_between(j, false); }

/* Nobody puts the next life off by signals. */
TEST(test_not_put_off)
{
	int64_t end_ms = jail_now_ms() + LIFE_MIN_MS + LIVE_LATE_MS;

	first_life(j, NULL, NULL, NULL);
	live_ok(jail_ctl(j, "reboot\n"));
	while (lives(j) < 2 && jail_now_ms() < end_ms) {
		live_ok(jail_signal(j, SIGHUP));
		jail_sleep_ms(100);
	}
	assert_int_equal(lives(j), 2);
}

/* What was asked twice is done once. */
TEST(test_pending_request)
{
	live_ok(jail_script(j, "/etc/rc.shutdown",
	    "until [ -e /tmp/go ]; do sleep 0.05; done"));
	first_life(j, NULL, NULL, NULL);
	live_ok(jail_ctl(j, "reboot\nreboot\n"));
	live_ok(jail_wait_state(j, "shutdown", LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGINT));
	live_ok(jail_ctl(j, "reboot\n"));
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	lives_wait(j, 2);
	jail_sleep_ms(300);
	assert_string_equal(jail_status(j, "state"), "run");
	assert_string_equal(jail_status(j, "request"), "");
	last_life(j);
	assert_int_equal(lives(j), 2);
}

/*
 * The program.
 */
TEST(test_newer_program)
{
	first_life(j, NULL, NULL, NULL);
	live_ok(jail_sh(j, "mv /sbin/jailinit /sbin/jailinit.old"));
	live_ok(jail_script(j, "/sbin/jailinit", "echo newer >"
	    LIVE_MARK "; exec /sbin/jailinit.old \"$@\""));
	next_life(j, 2);
	assert_string_equal(jail_file(j, LIVE_MARK), "newer\n");
	last_life(j);
}

TEST(test_deleted_program)
{
	first_life(j, NULL, NULL, NULL);
	live_ok(unlink(jail_path(j, "/sbin/jailinit")));
	next_life(j, 2);
#ifdef __linux__	/* FreeBSD: once, jailinit(8), BUGS */
	next_life(j, 3);
#endif
	last_life(j);
}

/* What is there in its place cannot be executed at all. */
TEST(test_broken_program)
{
	first_life(j, NULL, NULL, NULL);
	live_ok(jail_write(j, "/sbin/jailinit", 0644, "broken"));
	next_life(j, 2);
	last_life(j);
}

/*
 * Readiness is the first life's.
 */
static int notify_fd = -1;

static void
notify_open(struct jail *j)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%.100s", jail_path(j,
	    NOTIFY));
	notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(notify_fd >= 0);
	live_ok(bind(notify_fd, (struct sockaddr *)&sun, sizeof(sun)));
}

/* Whether text comes in time; a message has several lines. */
static bool
notify_said(const char *text, int64_t timeout_ms)
{
	struct pollfd p = { notify_fd, POLLIN, 0 };
	int64_t end_ms = jail_now_ms() + timeout_ms, left;
	char buf[1024];
	ssize_t n;

	for (;;) {
		left = end_ms - jail_now_ms();
		if (poll(&p, 1, left < 0 ? 0 : (int)left) != 1)
			return (false);
		n = read(notify_fd, buf, sizeof(buf) - 1);
		buf[n < 0 ? 0 : n] = '\0';
		if (strstr(buf, text) != NULL)
			return (true);
	}
}

TEST(test_notify_socket)
{
	static const char *const env[] = { "NOTIFY_SOCKET=" NOTIFY, NULL };
	struct jail_opts o = { .env = env };

	notify_open(j);
	first_life(j, &o, NULL, NULL);
	assert_true(notify_said("READY=1", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "reboot\n"));
	lives_wait(j, 2);
	last_life(j);
	assert_false(notify_said("", 100));
	close(notify_fd);
}

static int ready_fd[2];

static void
ready_pass(void *arg)
{
	(void)arg;
	(void)dup2(ready_fd[1], DASH_D_FD);
}

TEST(test_ready_fd)
{
	struct jail_opts o = { .before_exec = ready_pass };
	struct pollfd p = { -1, POLLIN, 0 };
	char buf[16];

	live_ok(pipe2(ready_fd, O_CLOEXEC));
	first_life(j, &o, "-d", "9");
	close(ready_fd[1]);
	p.fd = ready_fd[0];
	assert_int_equal(poll(&p, 1, (int)LIVE_SOON_MS), 1);
	assert_int_equal(read(ready_fd[0], buf, sizeof(buf)), 1);
	assert_int_equal(buf[0], '\n');
	assert_int_equal(read(ready_fd[0], buf, sizeof(buf)), 0);
	close(ready_fd[0]);
	next_life(j, 2);
	assert_false(jail_log_has(j, "-d"));
	last_life(j);
}

/*
 * The other ways to leave.
 */
static void
reboot_ends(struct jail *j, const struct jail_opts *o, const char *opt,
    const char *arg)
{
	int st;

	first_life(j, o, opt, arg);
	live_ok(jail_ctl(j, "reboot\n"));
	st = jail_wait(j, LIVE_SOON_MS, NULL);
	assert_int_not_equal(st, -1);
	assert_int_equal(lives(j), 1);
}

TEST(test_leave_exit)
{
	reboot_ends(j, NULL, "-l", "exit");
	assert_true(WIFEXITED(j->status));
	assert_int_equal(WEXITSTATUS(j->status), 0);
}

/* reboot(2): RESTART ends process 1 as if by SIGHUP. */
TEST(test_leave_reboot)
{
	reboot_ends(j, NULL, "-l", "reboot");
	assert_true(WIFSIGNALED(j->status));
	assert_int_equal(WTERMSIG(j->status), SIGHUP);
}

TEST(test_leave_manager)
{
	static const char *const lxc[] = { "container=lxc", NULL };
	static const char *const nspawn[] = { "container=systemd-nspawn",
	    NULL };
	struct jail_opts o = { .env = lxc };

	reboot_ends(j, &o, NULL, NULL);
	assert_true(WIFSIGNALED(j->status));
	assert_int_equal(WTERMSIG(j->status), SIGHUP);
	live_ok(jail_free(j));
	live_ok(jail_new(j));
	o.env = nspawn;
	reboot_ends(j, &o, NULL, NULL);
	assert_true(WIFSIGNALED(j->status));
	assert_int_equal(WTERMSIG(j->status), SIGHUP);
}

/* In place even under such a manager. */
TEST(test_leave_reexec)
{
	static const char *const env[] = { "container=lxc", NULL };
	struct jail_opts o = { .env = env };

	first_life(j, &o, "-l", "reexec");
	next_life(j, 2);
	last_life(j);
}

#ifdef __linux__
static void
no_boot(void *arg)
{
	(void)arg;
	(void)prctl(PR_CAPBSET_DROP, CAP_SYS_BOOT);
}

TEST(test_leave_refused)
{
	static const char *const env[] = { "container=lxc", NULL };
	struct jail_opts o = { .env = env, .before_exec = no_boot };

	first_life(j, &o, NULL, NULL);
	next_life(j, 2);
	live_log_has(j, "Operation not permitted");
	last_life(j);
}
#endif

#define NO_REBOOT	"a jail's root may never reboot(2)"

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_second_life),
		LIVE_TEST(test_options_stay),
		LIVE_TEST(test_twenty),
		LIVE_TEST(test_one_a_second),
		LIVE_TEST(test_halt_between),
		LIVE_TEST(test_halt_between_fifo),
		LIVE_TEST(test_not_put_off),
		LIVE_TEST(test_pending_request),
		LIVE_TEST(test_newer_program),
		LIVE_TEST(test_deleted_program),
		LIVE_TEST(test_broken_program),
		LIVE_TEST(test_notify_socket),
		LIVE_TEST(test_ready_fd),
		LIVE_TEST(test_leave_exit),
		LIVE_LINUX(test_leave_reboot, NO_REBOOT),
		LIVE_LINUX(test_leave_manager, NO_REBOOT),
		LIVE_TEST(test_leave_reexec),
		LIVE_ONLY_LINUX(test_leave_refused, NO_REBOOT),
	};

	LIVE_MAIN("reboot");
}
