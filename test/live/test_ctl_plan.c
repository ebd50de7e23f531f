/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Planned shutdowns, and the messages to terminals.  Guards against: a plan
 * that outlives its cancelling, its successor or its process's end, nologin
 * that stays, and a terminal that is stopped or busy.
 */
#include "ctl.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <time.h>
#include <utmpx.h>

#define NOLOGIN		"/var/run/nologin"
#define WALLS		50

/*
 * Planned.
 */
/* It was carried out, and its lock is to be had again. */
static void
plan_gone(struct jail *j)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (ctl_cmd(j, "shutdown --show") == 0)
		assert_true(jail_now_ms() < end_ms);
}

TEST(test_replaced)
{
	ctl_jail(j);
	ctl_boot_slow_end(j);
	expect(j, 0, "shutdown -r +8s", 0, "to be rebooted at ");
	expect(j, 0, "shutdown -p +8s", 0, "to be powered off at ");
	ctl_planners(j, 1);
	expect(j, 0, "shutdown -h +9s", 0, "to be halted at ");
	ctl_planners(j, 1);
	ctl_says_by(j, HALTED(105), 9000 + LIVE_SOON_MS);
	jail_sleep_ms(500);
	assert_int_equal(jail_log_count(j, " requested, gone in "), 1);
	ctl_go(j);
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

TEST(test_cancelled)
{
	ctl_jail(j);
	ctl_boot(j);
	expect(j, 0, "shutdown -r +8s", 0, "to be rebooted at ");
	live_ok(jail_wait_file(j, NOLOGIN, LIVE_SOON_MS));
	live_ok(ctl_cmd(j, "shutdown -c"));
	assert_false(jail_exists(j, NOLOGIN));
	ctl_planners(j, 0);
	ctl_nothing(j, 8300);
	/* one that is stopped can be cancelled as well */
	expect(j, 0, "shutdown -r +8s", 0, "to be rebooted at ");
	live_ok(kill(jail_find(j, "shutdown"), SIGSTOP));
	live_ok(ctl_cmd(j, "shutdown -c"));
	ctl_planners(j, 0);
	assert_false(jail_exists(j, NOLOGIN));
}

/*
 * A plan that an image has planted, with a user's lock on it.
 */
#define LOCKED		"/tmp/locked"

/* In the jail: a lock of that type on the plan as user uid; 0 or errno. */
static int
plan_lock(uid_t uid, short type)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET };
	int fd;

	if (setgroups(0, NULL) == -1 || setgid(uid) == -1 ||
	    setuid(uid) == -1)
		return (errno);
	fd = open(PLAN, type == F_RDLCK ? O_RDONLY : O_RDWR);
	if (fd == -1 || fcntl(fd, F_SETLK, &l) == -1)
		return (errno);
	return (0);
}

static int
plan_hold(void *arg)
{
	if (plan_lock(NOBODY, *(const short *)arg) != 0)
		return (1);
	close(creat(LOCKED, 0644));
	for (;;)
		(void)pause();
}

static int
plan_try(void *arg)
{
	(void)arg;
	return (plan_lock(0, F_WRLCK));
}

/* The plain way is blocked, and a terminal is written to; jailctl makes a
 * plan of its own in its place, and signals nobody. */
static void
planted(struct jail *j, const char *plant, short lock)
{
	struct stat st;
	pid_t pid = 0;
	int status;

	(void)unlink(jail_path(j, LOCKED));
	live_ok(jail_sh(j, plant));
	if (lock != F_UNLCK) {
		pid = jail_enter(j, plan_hold, &lock);
		live_ok(jail_wait_file(j, LOCKED, LIVE_SOON_MS));
		status = -1;
		(void)waitpid(jail_enter(j, plan_try, NULL), &status, 0);
		assert_true(WIFEXITED(status) &&
		    (WEXITSTATUS(status) == EAGAIN ||
		    WEXITSTATUS(status) == EACCES));
		(void)ctl_cmd(j, "cat " PLAN);
		assert_non_null(strstr(ctl_said, "\033]0;mine\007"));
	}
	expect(j, 0, "shutdown --show", EX_UNAVAILABLE, "nothing is planned");
	assert_null(strchr(ctl_said, '\033'));
	expect(j, 0, "shutdown -c", EX_UNAVAILABLE, "nothing is planned");
	expect(j, 0, "shutdown -r +100s", 0, "to be rebooted at ");
	ctl_planners(j, 1);
	expect(j, 0, "shutdown --show", 0, "to be rebooted at ");
	live_ok(lstat(jail_path(j, PLAN), &st));
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	expect(j, 0, "shutdown -c", 0, "");
	ctl_planners(j, 0);
	live_ok(jail_sh(j, "test ! -e /tmp/keep || "
	    "grep -q kept /tmp/keep"));
	if (pid != 0) {
		assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
		(void)kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		j->n_entered--;
	}
}

#define ESCAPES	"rm -rf " PLAN "; printf '\\033]0;mine\\007\\n' >" PLAN ";"

TEST(test_plan_planted)
{
	if (geteuid() != 0)
		live_skip("planted plan: not root");
	ctl_jail(j);
	ctl_boot(j);
	planted(j, ESCAPES "chown 65534 " PLAN, F_WRLCK);
	planted(j, ESCAPES "chmod 666 " PLAN, F_WRLCK);
	planted(j, ESCAPES "chgrp 65534 " PLAN ";chmod 660 " PLAN, F_WRLCK);
	planted(j, ESCAPES "chmod 644 " PLAN, F_RDLCK);
	/* What it leads to is not emptied. */
	planted(j, "rm -rf " PLAN "; echo kept >/tmp/keep; chmod 600 "
	    "/tmp/keep; ln /tmp/keep " PLAN, F_UNLCK);
	planted(j, "rm -rf " PLAN "; ln -s /tmp/keep " PLAN, F_UNLCK);
	planted(j, "rm -rf " PLAN "; mkfifo " PLAN, F_UNLCK);
	planted(j, "rm -rf " PLAN "; mkdir " PLAN, F_UNLCK);
}

/* Many at once: one is planned, and it can be cancelled. */
TEST(test_at_once)
{
	int i;

	ctl_jail(j);
	ctl_boot(j);
	for (i = 0; i < 3; i++) {
		(void)ctl_cmd(j, "for i in 1 2 3 4 5 6 7 8 9 10; do "
		    "shutdown -r +1$i & done; wait");
		ctl_planners(j, 1);
		live_ok(ctl_cmd(j, "shutdown --show"));
	}
	live_ok(ctl_cmd(j, "shutdown -c"));
	ctl_planners(j, 0);
	ctl_nothing(j, 0);
}

/* The planner is killed: nothing happens when it is time, the next plan
 * works, and nologin, which it left, goes. */
static void
planner_kill(struct jail *j)
{
	pid_t pid;
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	expect(j, 0, "shutdown -r +8s", 0, "to be rebooted at ");
	live_ok(jail_wait_file(j, NOLOGIN, LIVE_SOON_MS));
	pid = jail_find(j, "shutdown");
	assert_true(pid > 1);
	live_ok(kill(pid, SIGKILL));
	while (jail_find(j, "shutdown") == pid && jail_now_ms() < end_ms)
		jail_sleep_ms(2);
	assert_true(jail_exists(j, NOLOGIN));	/* it could not */
}

TEST(test_planner_killed)
{
	ctl_jail(j);
	ctl_boot(j);
	planner_kill(j);
	ctl_nothing(j, 8300);
	expect(j, 0, "shutdown --show", EX_UNAVAILABLE, "nothing is planned");
	expect(j, 0, "shutdown -c", EX_UNAVAILABLE, "nothing is planned");
	assert_false(jail_exists(j, NOLOGIN));
	planner_kill(j);
	expect(j, 0, "shutdown -h +10", 0, "to be halted at ");
	assert_false(jail_exists(j, NOLOGIN));
	ctl_planners(j, 1);
	/* one that somebody has made by hand is not touched */
	live_ok(jail_write(j, NOLOGIN, 0644, "mine\n"));
	live_ok(ctl_cmd(j, "shutdown -c"));
	expect(j, 0, "shutdown -c", EX_UNAVAILABLE, "nothing is planned");
	assert_string_equal(jail_file(j, NOLOGIN), "mine\n");
	/* and the next is kept */
	expect(j, 0, "shutdown -h +1s", 0, "to be halted at ");
	ctl_says(j, HALTED(105));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_false(jail_exists(j, NOLOGIN));
}

/* It has no terminal to lose, no signals, no descriptors of who has called
 * it. */
TEST(test_planner_alone)
{
	static struct term t;
	pid_t pid;

	ctl_jail(j);
	ctl_boot(j);
	expect(j, 0, "shutdown -h +20 7</etc/rc 9</etc/passwd", 0, "halted");
	pid = jail_find(j, "shutdown");
	while (proc_fds(pid) > 4)	/* who has called it is told first */
		assert_true(jail_now_ms() - j->started_ms < LIVE_SOON_MS);
	assert_int_equal(proc_fds(pid), 4);	/* 0 to 2, and the plan */
	assert_int_equal(getsid(pid), pid);	/* out of reach of a ^C */
	live_ok(ctl_cmd(j, "cd /tmp; shutdown -h +20"));
	assert_string_equal(jail_cwd(j, jail_find(j, "shutdown")), "/");
	live_ok(ctl_cmd(j, "shutdown -h +20 <&- >&- 2>&-"));
	ctl_planners(j, 1);
	/* (a shell cannot block a signal, only ignore it) */
	live_ok(ctl_cmd(j, "trap '' TERM HUP INT; shutdown -h +20"));
	live_ok(ctl_cmd(j, "shutdown -c"));
	ctl_planners(j, 0);
	term_open(j, &t, TERM_SHELL);
	live_ok(term_type(&t, "shutdown -h +2s"));
	term_close(j, &t);
	ctl_says(j, HALTED(105));
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

/* Who waits is in another directory than who plans. */
TEST(test_planner_path)
{
	ctl_jail(j);
	ctl_boot(j);
	expect(j, 0, "cd /var/run; jailctl -c jailinit.ctl shutdown -h +1s",
	    0, "to be halted at ");
	ctl_says(j, HALTED(105));
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

/* An end that is asked for now takes the plan's place: a planned halt must
 * not turn a reboot into one. */
TEST(test_now_replaces_plan)
{
	ctl_jail(j);
	ctl_boot_slow_end(j);
	expect(j, 0, "shutdown -h +8s", 0, "to be halted at ");
	live_ok(ctl_cmd(j, "reboot"));
	ctl_says(j, REBOOTED(105));
	jail_sleep_ms(8300);
	assert_false(jail_log_has(j, "halt requested"));
	assert_false(jail_exists(j, NOLOGIN));
	ctl_go(j);
	ctl_reboots(j);
	/* killed at once, it could not clean up itself */
	(void)unlink(jail_path(j, LIVES));
	live_ok(jail_write(j, LIVES, 0644, "x\n"));
	expect(j, 0, "shutdown -h +3", 0, "to be halted at ");
	live_ok(jail_wait_file(j, NOLOGIN, LIVE_SOON_MS));
	(void)ctl_cmd(j, "reboot -f");
	ctl_reboots(j);
	assert_false(jail_exists(j, NOLOGIN));
}

/* +1s is a second, not what is left of this one. */
TEST(test_whole_seconds)
{
	int64_t ms;
	int i;

	ctl_jail(j);
	for (i = 0; i < 3; i++) {
		ctl_boot(j);
		jail_sleep_ms(300 * i);
		ms = jail_now_ms();
		(void)ctl_cmd(j, "shutdown -h +1s");
		ctl_says(j, HALTED(105));
		assert_in_range(jail_now_ms() - ms, 990, 1000 + LIVE_LATE_MS);
		(void)live_exits(j, 0, LIVE_SOON_MS);
		live_ok(jail_again(j));
	}
}

TEST(test_cancel_too_late)
{
	ctl_jail(j);
	ctl_boot_slow_end(j);
	expect(j, 0, "shutdown -h +1s", 0, "to be halted at ");
	ctl_says(j, HALTED(105));
	plan_gone(j);
	expect(j, 0, "shutdown -c", EX_UNAVAILABLE, "nothing is planned");
	ctl_go(j);
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

TEST(test_nologin)
{
	ctl_jail(j);
	ctl_boot_slow_end(j);
	expect(j, 0, "shutdown -r +5 back soon", 0, "rebooted at ");
	live_ok(jail_wait_text(j, NOLOGIN, "NO LOGINS: this system "
	    "is going to be rebooted.\nback soon\n", LIVE_SOON_MS));
	expect(j, 0, "shutdown -p +6", 0, "powered off at ");
	jail_sleep_ms(100);
	assert_false(jail_exists(j, NOLOGIN));
	expect(j, 0, "shutdown -k +1", 0, "powered off at ");
	jail_sleep_ms(100);
	assert_false(jail_exists(j, NOLOGIN));
	/* as the last five minutes begin */
	expect(j, 0, "shutdown -p +305s", 0, "powered off at ");
	jail_sleep_ms(300);
	assert_false(jail_exists(j, NOLOGIN));
	live_ok(jail_wait_file(j, NOLOGIN, 5000 + LIVE_SOON_MS));
	live_ok(ctl_cmd(j, "shutdown -c"));
	assert_false(jail_exists(j, NOLOGIN));
	/* it stays while the jail ends */
	expect(j, 0, "shutdown -p +1s", 0, "powered off at ");
	ctl_says(j, OFF(105));
	live_ok(jail_wait_file(j, RAN, LIVE_SOON_MS));
	assert_true(jail_exists(j, NOLOGIN));
	ctl_go(j);
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_false(jail_exists(j, NOLOGIN));
}

#ifdef __linux__
/* A time from now is slept by the monotonic clock, a time of day by the
 * day's, both to an absolute time: the kernel wakes the second when the
 * clock is set past it, and the first does not mind. */
static void
assert_sleeps(struct jail *j, int clock)
{
	char path[64], text[128] = "";
	long nr = -1, id = -1;
	unsigned long flags = 0;
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/syscall",
	    (int)jail_find(j, "shutdown"));
	while (nr != SYS_clock_nanosleep && jail_now_ms() < end_ms) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd == -1 || read(fd, text, sizeof(text) - 1) < 0)
			live_skip("no /proc/PID/syscall");
		close(fd);
		(void)sscanf(text, "%ld 0x%lx 0x%lx", &nr,
		    (unsigned long *)&id, &flags);
	}
	assert_int_equal(nr, SYS_clock_nanosleep);
	assert_int_equal(id, clock);
	assert_int_equal(flags, TIMER_ABSTIME);
}

TEST(test_clocks)
{
	ctl_jail(j);
	ctl_boot(j);
	expect(j, 0, "shutdown -r +90", 0, "rebooted at ");
	assert_sleeps(j, CLOCK_MONOTONIC);
	expect(j, 0, "shutdown -r 23:30", 0, "rebooted at ");
	assert_sleeps(j, CLOCK_REALTIME);
}
#endif

TEST(test_clock_set)
{
	live_skip("the clock set forward and back: no namespace has a "
	    "CLOCK_REALTIME of its own, test_clocks and test_ctl (unit) stand "
	    "in for it");
}

/*
 * Wall.
 */
#define HOSTILE	"'\033[2J\302\233 %s \007'"

TEST(test_wall)
{
	static struct term shell, other, stopped, full;

	ctl_jail(j);
	ctl_boot(j);
	term_open(j, &shell, TERM_SHELL);
	term_open(j, &other, TERM_IDLE);
	term_open(j, &stopped, TERM_IDLE);
	term_open(j, &full, TERM_FULL);
	assert_int_equal(write(stopped.master_fd, "\023", 1), 1);
	jail_sleep_ms(500);
	live_ok(term_type(&shell, "shutdown -k now hello there"));
	term_expect(&shell, "This system is going to be powered off now.");
	term_expect(&other, "*** Message from root@");
	term_expect(&other, "going to be powered off now.\n");
	term_expect(&other, "hello there\n");
	assert_false(term_says(&stopped, "hello", 100));
	/* what is not printable is shown, not sent */
	expect(j, 0, "shutdown -k now " HOSTILE, 0, "");
	term_expect(&other, "\\^[[2J\\302\\233 %s \\^G\n");
	assert_null(strchr(other.buf, '\033'));
	/* at the time, too */
	expect(j, 0, "shutdown -k -r +3s again", 0, "rebooted at ");
	term_expect(&other, " seconds.\nagain\n");
	term_expect(&other, "to be rebooted now.\nagain\n");
	/* a message is bounded */
	expect(j, 0, "shutdown -k now $(head -c 20000 /dev/zero | tr '\\0' y) "
	    "end", 0, "");
	term_expect(&other, "yyyyyyyy\n");
	/* nobody, when that is asked for */
	other.used = 0;
	other.buf[0] = '\0';
	expect(j, 0, "shutdown --no-wall -k now quiet", 0, "");
	assert_false(term_says(&other, "quiet", 200));
	ctl_nothing(j, 0);
	term_close(j, &shell);
}

/* Keeps of what is read the lines of messages, and counts them; a short write
 * of others may be before one. */
static _Noreturn void
busy_read(int master_fd, int *told)
{
	char buf[4096];
	size_t used = 0;
	ssize_t n;
	char *p;

	for (;;) {
		n = read(master_fd, buf + used, sizeof(buf) - 1 - used);
		if (n <= 0)
			_exit(0);
		used += (size_t)n;
		buf[used] = '\0';
		while ((p = strstr(buf, "told\r")) != NULL) {
			(*told)++;
			memset(p, '.', 4);
		}
		if (used > sizeof(buf) / 2) {
			memmove(buf, buf + used - 8, 9);
			used = 8;
		}
	}
}

/* A terminal that somebody writes to all the time is told, too. */
TEST(test_wall_busy)
{
	static struct term busy;
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	int i, *told;
	pid_t pid;

	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(told != MAP_FAILED);
	*told = 0;
	ctl_jail(j);
	ctl_boot(j);
	term_open(j, &busy, TERM_BUSY);
	pid = fork();
	if (pid == 0)
		busy_read(busy.master_fd, told);
	assert_true(pid > 0);
	for (i = 0; i < WALLS; i++)
		(void)ctl_cmd(j, "shutdown -k now told");
	while (*told < WALLS && jail_now_ms() < end_ms)
		jail_sleep_ms(10);
	printf("%d of %d messages on a busy terminal\n", *told, WALLS);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	assert_int_equal(*told, WALLS);
}

/* Where logins are recorded, those are told. */
TEST(test_wall_utmp)
{
	static struct term in, out;
	struct utmpx u[3];
	int fd;

	ctl_jail(j);
	ctl_boot(j);
	term_open(j, &out, TERM_IDLE);
	term_open(j, &in, TERM_IDLE);
	memset(u, 0, sizeof(u));
	u[0].ut_type = DEAD_PROCESS;
	memcpy(u[0].ut_line, out.name, strlen(out.name));
	u[1].ut_type = USER_PROCESS;	/* not ended by a NUL */
	memset(u[1].ut_line, 'x', sizeof(u[1].ut_line));
	memcpy(u[1].ut_line, "../tmp/file", 11);
	u[2].ut_type = USER_PROCESS;
	memcpy(u[2].ut_line, in.name, strlen(in.name));
	live_ok(jail_write(j, "/var/run/utmp", 0644, ""));
	fd = open(jail_path(j, "/var/run/utmp"), O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(fd, u, sizeof(u)), sizeof(u));
	close(fd);
	expect(j, 0, "shutdown -k now hello", 0, "");
	term_expect(&in, "hello\n");
	assert_false(term_says(&out, "hello", 200));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_replaced),
		LIVE_TEST(test_cancelled),
		LIVE_TEST(test_at_once),
		LIVE_TEST(test_plan_planted),
		LIVE_TEST(test_planner_killed),
		LIVE_TEST(test_planner_alone),
		LIVE_TEST(test_planner_path),
		LIVE_TEST(test_now_replaces_plan),
		LIVE_TEST(test_whole_seconds),
		LIVE_TEST(test_cancel_too_late),
		LIVE_TEST(test_nologin),
		LIVE_ONLY_LINUX(test_clocks, "no /proc/PID/syscall"),
		LIVE_TEST(test_clock_set),
		LIVE_TEST(test_wall),
		LIVE_TEST(test_wall_busy),
		LIVE_LINUX(test_wall_utmp, "the format of utmp"),
	};

	LIVE_MAIN("ctl_plan");
}
