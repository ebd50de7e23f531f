/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log.  Guards against: a full pipe, a stopped terminal, a full socket or
 * device that blocks process 1, also while others write; O_NONBLOCK left on a
 * shared descriptor; a reader that has gone, by which process 1 dies or loops.
 */
#include "live.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>

/* Time in which process 1 must answer, whatever its log does: what blocks it
 * does so for ever. */
#define ANSWER_MS	LIVE_SOON_MS

/* What the CPU time of an idle second may be. */
#define IDLE_US		(20 * jail_slack(1000))

#define RACE_ROUNDS	150

struct pty {
	int master_fd, slave_fd;
};

/* Writes until there is no room for a byte, by an open file of its own, so
 * that the one under test keeps its flags. */
static void
fill_open(int fd)
{
	char buf[4096];
	int quiet = 0;
	size_t n;

	memset(buf, 'f', sizeof(buf));
	/* A pty hands on what it has a little later: there is room again. */
	for (; quiet < 30; jail_sleep_ms(10), quiet++)
		for (n = sizeof(buf); n > 0;)
			if (write(fd, buf, n) <= 0)
				n /= 2;
			else
				quiet = 0;
}

static void
fill_path(const char *path)
{
	int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	assert_true(fd >= 0);
	fill_open(fd);
	close(fd);
}

#ifdef __linux__
static void
fill_fd(int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fill_path(path);
}
#else
/* There is no other open file for a pipe: for now it does not block. */
static void
fill_fd(int fd)
{
	live_ok(fcntl(fd, F_SETFL, O_NONBLOCK));
	fill_open(fd);
	live_ok(fcntl(fd, F_SETFL, 0));
}
#endif

/* Where a stopped terminal takes what fits in its queue. */
static void
fill_stopped(int master_fd)
{
#ifndef __linux__
	fill_path(ptsname(master_fd));
#else
	(void)master_fd;
#endif
}

/* Reads all there is; true if text was in it. */
static bool
drain_has(int fd, const char *text)
{
	static char buf[262144];
	struct pollfd p = { fd, POLLIN, 0 };
	size_t used = 0;
	ssize_t n;

	while (used < sizeof(buf) - 1 && poll(&p, 1, 200) == 1) {
		n = read(fd, buf + used, sizeof(buf) - 1 - used);
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	buf[used] = '\0';
	return (strstr(buf, text) != NULL);
}

static void
assert_blocking(int fd)
{
	live_ok(fcntl(fd, F_GETFL) & O_NONBLOCK);
}

/* Boots with a log that takes nothing, asks, halts: all of it in time, and
 * each line counted: rc's failure, the dropped request. */
static void
unwritable(struct jail *j, int fd)
{
	const int fds[3] = { JAIL_FD_DEFAULT, fd, fd };
	const struct jail_opts o = { .fds = fds };

	live_ok(jail_script(j, "/etc/rc", "exit 3"));
	live_ok(jail_start(j, &o, "/sbin/jailinit", NULL));
	live_ok(jail_wait_state(j, "run", ANSWER_MS));
	assert_string_equal(jail_status(j, "boot_status"), "3");
	live_ok(jail_ctl(j, "@bogus\n"));
	live_ok(jail_wait_status(j, "dropped_requests", "1", 2 * ANSWER_MS));
	assert_string_equal(jail_status(j, "dropped_log"), "2");
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, ANSWER_MS);
	assert_string_equal(jail_status(j, "dropped_log"), "3");
}

/* The lines that were dropped are told of as soon as there is room. */
TEST(test_full_pipe)
{
	int p[2];

	live_ok(pipe2(p, O_CLOEXEC));
	fill_fd(p[1]);
	unwritable(j, p[1]);
	assert_blocking(p[1]);
	assert_false(drain_has(p[0], "jailinit"));
	close(p[0]);
	close(p[1]);
}

TEST(test_full_fifo)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s", jail_path(j, "/console"));
	live_ok(mkfifo(path, 0600));
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	fill_path(path);
	unwritable(j, fd);
	assert_blocking(fd);
	close(fd);
}

TEST(test_room_again)
{
	int p[2];
	int fds[3] = { JAIL_FD_DEFAULT, JAIL_FD_DEFAULT, -1 };
	const struct jail_opts o = { .fds = fds };

	live_ok(pipe2(p, O_CLOEXEC));
	fds[2] = p[1];
	fill_fd(p[1]);
	live_ok(jail_script(j, "/etc/rc.shutdown", "sleep 100"));
	live_ok(jail_start(j, &o, "/sbin/jailinit", NULL));
	live_ok(jail_wait_state(j, "run", ANSWER_MS));
	live_ok(jail_ctl(j, "halt 60\nhalt 50\nhalt 40\n"));
	live_ok(jail_wait_status(j, "dropped_log", "3", 2 * ANSWER_MS));
	assert_false(drain_has(p[0], "jailinit"));
	live_ok(jail_ctl(j, "halt 1\n"));
	(void)live_exits(j, 0, 1000 + LIVE_LATE_MS);
	assert_true(drain_has(p[0],
	    "jailinit: 3 log lines were dropped here\n"
	    "jailinit: halt requested, gone in 1 s at most\n"));
	assert_string_equal(jail_status(j, "dropped_log"), "3");
	close(p[0]);
	close(p[1]);
}

TEST(test_dev_full)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	unwritable(j, fd);
	close(fd);
}

/* Closed at the start: /dev/null takes what is said, nothing is dropped. */
TEST(test_closed)
{
	static const int fds[3] = { JAIL_FD_DEFAULT, JAIL_FD_CLOSED,
	    JAIL_FD_CLOSED };
	static const struct jail_opts o = { .fds = fds };

	live_ok(jail_script(j, "/etc/rc", "exit 3"));
	live_boot(j, &o);
	live_ok(jail_ctl(j, "@bogus\nhalt\n"));
	(void)live_exits(j, 0, ANSWER_MS);
	assert_string_equal(jail_status(j, "dropped_log"), "0");
	assert_string_equal(jail_status(j, "dropped_requests"), "1");
}

/*
 * Terminals.
 */
static void
pty_close(struct pty *t)
{
	close(t->slave_fd);
	close(t->master_fd);
}

TEST(test_tty_stopped)
{
	struct pty t;

	live_pty(&t.master_fd, &t.slave_fd);
	live_ok(tcflow(t.slave_fd, TCOOFF));
	fill_stopped(t.master_fd);
	unwritable(j, t.slave_fd);
	assert_blocking(t.slave_fd);
	pty_close(&t);
}

TEST(test_tty_xoff)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	struct pollfd p = { -1, POLLOUT, 0 };
	struct pty t;

	live_pty(&t.master_fd, &t.slave_fd);
	assert_int_equal(write(t.master_fd, "\023", 1), 1);	/* ^S */
	/* The kernel hands it on in its own time. */
	jail_sleep_ms(100);
	fill_stopped(t.master_fd);
	p.fd = t.slave_fd;
	while (poll(&p, 1, 0) == 1)
		assert_true(jail_now_ms() < end_ms);
	unwritable(j, t.slave_fd);
	pty_close(&t);
}

/* Nobody reads the master. */
TEST(test_tty_unread)
{
	struct pty t;

	live_pty(&t.master_fd, &t.slave_fd);
	fill_path(ptsname(t.master_fd));
	unwritable(j, t.slave_fd);
	assert_blocking(t.slave_fd);
	pty_close(&t);
}

/*
 * Sockets.
 */
static void
socket_case(struct jail *j, int type)
{
	char buf[1024];
	int s[2];

	live_ok(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, s));
	memset(buf, 'f', sizeof(buf));
	while (send(s[1], buf, sizeof(buf), MSG_DONTWAIT) > 0)
		continue;
	while (send(s[1], buf, 1, MSG_DONTWAIT) > 0)
		continue;
	unwritable(j, s[1]);
	assert_blocking(s[1]);
	close(s[0]);
	close(s[1]);
}

TEST(test_socket_stream) { socket_case(j, SOCK_STREAM); }
TEST(test_socket_datagram) { socket_case(j, SOCK_DGRAM); }

/*
 * Others that write to, and read from, the same full pipe.
 */
struct race {
	volatile int stop;	/* the readers have */
	volatile int seen;	/* lines of process 1 that were read */
};

/* Fills without end, in sizes that leave all kinds of rests. */
static pid_t
race_filler(int fd, size_t size)
{
	char buf[4096];
	pid_t pid = fork();

	if (pid != 0)
		return (pid);
	(void)die_with_parent();
	memset(buf, '\n', sizeof(buf));
	while (write(fd, buf, size) > 0)
		continue;
	_exit(0);
}

/* Takes a little at a time, and counts the lines that matter. */
static pid_t
race_reader(int fd, struct race *r)
{
	static const char word[] = "requested, gone in";
	char c[64];
	size_t at = 0;
	ssize_t i, n;
	pid_t pid = fork();

	if (pid != 0)
		return (pid);
	(void)die_with_parent();
	while (!r->stop && (n = read(fd, c, sizeof(c))) > 0)
		for (i = 0; i < n; i++) {
			at = c[i] == word[at] ? at + 1 : c[i] == word[0];
			if (word[at] == '\0') {
				at = 0;
				r->seen++;
			}
		}
	_exit(0);
}

/* Each request makes a line and a new deadline: how long until that shows? */
static int64_t
race_ask(struct jail *j, int n)
{
	char text[64], was[64];
	int64_t begin_ms = jail_now_ms();

	snprintf(was, sizeof(was), "%s", jail_status(j, "deadline"));
	snprintf(text, sizeof(text), "halt %d\n", n);
	live_ok(jail_ctl(j, text));
	while (strcmp(was, jail_status(j, "deadline")) == 0) {
		if (jail_now_ms() - begin_ms > 2 * ANSWER_MS)
			fail_msg("no answer to halt %d", n);
		jail_sleep_ms(1);
	}
	return (jail_now_ms() - begin_ms);
}

static pid_t race_pid[4];

static void
race_begin(int read_fd, int write_fd, struct race *r)
{
	race_pid[0] = race_reader(read_fd, r);
	race_pid[1] = race_filler(write_fd, 1);
	race_pid[2] = race_filler(write_fd, 61);
	race_pid[3] = race_filler(write_fd, 4096);
}

static void
race_end(void)
{
	int i;

	for (i = 3; i >= 0; i--) {
		if (race_pid[i] <= 0)
			continue;
		(void)kill(race_pid[i], SIGKILL);
		(void)waitpid(race_pid[i], NULL, 0);
		race_pid[i] = 0;
	}
}

static int
race_teardown(void **state)
{
	race_end();
	return (live_teardown(state));
}

static void
race_run(struct jail *j, int read_fd, int write_fd, bool gone)
{
	const int fds[3] = { JAIL_FD_DEFAULT, JAIL_FD_DEFAULT, write_fd };
	const struct jail_opts o = { .fds = fds };
	int64_t took_ms[RACE_ROUNDS], median_ms, worst_ms, end_ms;
	struct race *r;
	int i, dropped;

	r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(r != MAP_FAILED);
	live_ok(jail_script(j, "/etc/rc.shutdown", "sleep 1000"));
	live_ok(jail_start(j, &o, "/sbin/jailinit", "-s", "99999", NULL));
	live_ok(jail_wait_state(j, "run", ANSWER_MS));
	race_begin(read_fd, write_fd, r);
	for (i = 0; i < RACE_ROUNDS; i++) {
		if (gone && i == RACE_ROUNDS / 2)
			r->stop = 1;
		took_ms[i] = race_ask(j, 90000 - 10 * i);
	}
	dropped = atoi(jail_status(j, "dropped_log"));
	median_ms = jail_median(took_ms, RACE_ROUNDS);
	assert_in_range(median_ms, 0, jail_slack(1000));
	worst_ms = took_ms[RACE_ROUNDS - 1];	/* sorted by now */
	assert_in_range(worst_ms, 0, ANSWER_MS);
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	while (!gone && r->seen + dropped < RACE_ROUNDS &&
	    jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	race_end();
	print_message("%d of %d lines dropped, median answer %d ms, worst %d "
	    "ms\n", dropped, RACE_ROUNDS, (int)median_ms, (int)worst_ms);
	assert_in_range(dropped, 1, RACE_ROUNDS);
	if (!gone)	/* all that was not dropped is there, whole */
		assert_in_range(r->seen + dropped, RACE_ROUNDS,
		    RACE_ROUNDS + 1);
	(void)munmap(r, sizeof(*r));
	live_ok(jail_ctl(j, "halt 0\n"));
	(void)live_exits(j, 0, ANSWER_MS);
}

TEST(test_race_pipe)
{
	int p[2];

	live_ok(pipe2(p, O_CLOEXEC));
	race_run(j, p[0], p[1], false);
	close(p[0]);
	close(p[1]);
}

/* The reader stops half way, the writers do not. */
TEST(test_race_pipe_stuck)
{
	int p[2];

	live_ok(pipe2(p, O_CLOEXEC));
	race_run(j, p[0], p[1], true);
	close(p[0]);
	close(p[1]);
}

TEST(test_race_tty)
{
	struct pty t;

	live_pty(&t.master_fd, &t.slave_fd);
	race_run(j, t.master_fd, t.slave_fd, true);
	pty_close(&t);
}

/*
 * The reader has gone.
 */
static int
broken_pipe(void)
{
	int p[2];

	live_ok(pipe2(p, O_CLOEXEC));
	close(p[0]);
	return (p[1]);
}

static void
assert_idle(struct jail *j)
{
	int64_t us = proc_cpu_us(j->pid);

	jail_sleep_ms(1000);
	us = proc_cpu_us(j->pid) - us;
	if (us > IDLE_US)
		print_error("process 1 used %d us\n", (int)us);
	assert_in_range(us, 0, IDLE_US);
}

TEST(test_epipe_boot)
{
	int fd = broken_pipe();
	const int fds[3] = { JAIL_FD_DEFAULT, fd, fd };
	const struct jail_opts o = { .fds = fds };

	live_ok(jail_script(j, "/etc/rc", "exit 3"));
	live_boot(j, &o);
	live_ok(jail_ctl(j, "@bogus\n"));
	assert_idle(j);
	live_ok(jail_wait_status(j, "dropped_log", "2", 2 * ANSWER_MS));
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, ANSWER_MS);
	assert_string_equal(jail_status(j, "dropped_log"), "3");
	close(fd);
}

/* Every signal is passed on there: but not the one of our own log. */
TEST(test_epipe_app)
{
	int fd = broken_pipe();
	const int fds[3] = { JAIL_FD_DEFAULT, JAIL_FD_DEFAULT, fd };
	const struct jail_opts o = { .fds = fds };

	live_ok(jail_script(j, "/command", "trap 'echo P' PIPE\n"
	    "trap 'echo U' USR1\nwhile :; do sleep 0.02; done"));
	live_ok(jail_start(j, &o, "/sbin/jailinit", "-c", JAIL_CTL, "-f",
	    JAIL_STATUS, "--", "/command", NULL));
	live_ok(jail_wait_state(j, "run", ANSWER_MS));
	live_ok(jail_ctl(j, "@bogus\n"));
	live_ok(jail_wait_status(j, "dropped_log", "1", 3 * ANSWER_MS));
	assert_idle(j);		/* a second at least between complaints */
	live_ok(jail_ctl(j, "@bogus\n"));
	live_ok(jail_wait_status(j, "dropped_log", "2", 3 * ANSWER_MS));
	live_ok(jail_signal(j, SIGUSR1));
	live_ok(jail_wait_log(j, "U\n", ANSWER_MS));
	assert_false(jail_log_has(j, "P\n"));
	live_ok(jail_signal(j, SIGPIPE));	/* another's is */
	live_ok(jail_wait_log(j, "P\n", ANSWER_MS));
	live_ok(jail_signal(j, SIGTERM));
	(void)live_exits(j, 128 + SIGTERM, ANSWER_MS);
	close(fd);
}

/* The child that says why it cannot execute: its status is not that of a
 * signal for having said it. */
TEST(test_epipe_missing)
{
	int fd = broken_pipe();
	const int fds[3] = { JAIL_FD_DEFAULT, fd, fd };
	const struct jail_opts o = { .fds = fds };

	live_ok(jail_start(j, &o, "/sbin/jailinit", "--", "/nowhere", NULL));
	(void)live_exits(j, 127, ANSWER_MS);
	live_ok(jail_again(j));
	live_ok(jail_start(j, &o, "/sbin/jailinit", "-r", "/nowhere", NULL));
	live_ok(jail_wait_state(j, "run", ANSWER_MS));
	assert_string_equal(jail_status(j, "boot_status"), "127");
	close(fd);
}

/* A usage error does not wait for its reader either. */
TEST(test_usage_full)
{
	int p[2];

	live_ok(pipe2(p, O_CLOEXEC));
	fill_fd(p[1]);
	{
		const int fds[3] = { JAIL_FD_DEFAULT, p[1], p[1] };
		const struct jail_opts o = { .fds = fds };

		live_ok(jail_start(j, &o, "/sbin/jailinit", "-z", NULL));
		(void)live_exits(j, 64, ANSWER_MS);
	}
	close(p[0]);
	close(p[1]);
}

/*
 * Complaints: one a second is said, all are counted.
 */
TEST(test_complaints)
{
	int64_t begin_ms;
	char text[32];
	int n = 0, said;

	live_boot(j, NULL);
	begin_ms = jail_now_ms();
	while (jail_now_ms() - begin_ms < 2500) {
		live_ok(jail_ctl(j, "@bogus\n@foo\n"));
		n += 2;
	}
	snprintf(text, sizeof(text), "%d", n);
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, ANSWER_MS);
	assert_string_equal(jail_status(j, "dropped_requests"), text);
	said = jail_log_count(j, "jailinit: request dropped: unknown "
	    "request: ");
	assert_in_range(said, 2, 1 + (jail_now_ms() - begin_ms) / 1000);
	assert_true(n > 100);
}

/* The status has caught up a second later though nothing else happens, and
 * what has been said needs no waking up. */
TEST(test_counters)
{
	static const char *const count[] = { "1", "5", "6", "10" };
	int64_t woken;
	size_t i;

	live_boot(j, NULL);
	for (i = 0; i < 4; i++) {
		live_ok(jail_ctl(j, i % 2 == 0 ? "@bogus\n" : "a\nb\nc\nd\n"));
		live_ok(jail_wait_status(j, "dropped_requests", count[i], 2 *
		    ANSWER_MS));
	}
	woken = jail_wait_idle(j, LIVE_SOON_MS);
	assert_true(woken >= 0);
	jail_sleep_ms(2500);
	assert_int_equal(proc_figure(j->pid, "voluntary_ctxt_switches"), woken);
}

/*
 * Nothing in it does anything to a terminal, whatever words an image has it
 * repeat: controls as 7-bit, as 8-bit characters (C1) and as UTF-8's.
 */
#define CONTROLS	"\033[2J\233[31m\302\2332J\302\205\177\r"

static void
log_is_plain(struct jail *j, const char *text)
{
	const char *p;

	live_ok(jail_wait_log(j, text, LIVE_SOON_MS));
	for (p = jail_log(j); *p != '\0'; p++)
		assert_true((*p >= ' ' && *p <= '~') || *p == '\n');
}

TEST(test_controls)
{
	/* The plain way they are in a log. */
	live_ok(jail_start(j, NULL, "/bin/sh", "-c",
	    "echo \"$0\" >&2", "up" CONTROLS, NULL));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_true(jail_log_has(j, "\233[31m\302\2332J\302\205"));
	live_ok(jail_again(j));
	live_ok(jail_start(j, NULL, "/sbin/jailinit", "-r",
	    "/none" CONTROLS, "-R", "/down" CONTROLS, "-e", NULL));
	(void)live_exits(j, 1, LIVE_SOON_MS);
	log_is_plain(j, "/none?[2J?[31m??2J????: ");
	live_ok(jail_again(j));
	live_ok(jail_start(j, NULL, "/sbin/jailinit", "-S",
	    "x" CONTROLS, NULL));
	(void)live_exits(j, 64, LIVE_SOON_MS);
	log_is_plain(j, "-S");
	live_ok(jail_again(j));
	live_ok(jail_start(j, NULL, "/sbin/jailinit", "--",
	    "/none" CONTROLS, NULL));
	(void)live_exits(j, 127, LIVE_SOON_MS);
	log_is_plain(j, "/none?[2J?[31m??2J????: ");
	live_ok(jail_again(j));
	/* Names of processes, and words of requests. */
	live_ok(jail_program(j, "x\033\233\302\233y",
	    "trap '' TERM; >/tmp/there; while :; do sleep 1; done"));
	live_ok(jail_script(j, "/etc/rc", "/bin/x*y &"));
	live_boot(j, NULL);
	live_ok(jail_wait_file(j, "/tmp/there", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "x" CONTROLS "\nhalt\302\233 1\n"));
	live_ok(jail_ctl(j, "halt 1\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	log_is_plain(j, "still there after TERM: x????y (");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_full_pipe),
		LIVE_TEST(test_full_fifo),
		LIVE_TEST(test_room_again),
		LIVE_TEST(test_dev_full),
		LIVE_TEST(test_closed),
		LIVE_TEST(test_tty_stopped),
		LIVE_TEST(test_tty_xoff),
		LIVE_TEST(test_tty_unread),
		LIVE_TEST(test_socket_stream),
		LIVE_TEST(test_socket_datagram),
		cmocka_unit_test_setup_teardown(test_race_pipe, live_setup,
		    race_teardown),
		cmocka_unit_test_setup_teardown(test_race_pipe_stuck,
		    live_setup, race_teardown),
		cmocka_unit_test_setup_teardown(test_race_tty, live_setup,
		    race_teardown),
		LIVE_TEST(test_epipe_boot),
		LIVE_TEST(test_epipe_app),
		LIVE_TEST(test_epipe_missing),
		LIVE_TEST(test_controls),
		LIVE_TEST(test_usage_full),
		LIVE_TEST(test_complaints),
		LIVE_TEST(test_counters),
	};

	LIVE_MAIN("log");
}
