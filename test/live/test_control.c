/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control FIFO.  Guards against: a request lost because two come in one
 * read or one in two; rubbish, writers or planted files that kill, block or
 * starve process 1, or make it spin; a FIFO hidden by a later mount.
 */
#include "live.h"

#include <sys/ioctl.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>

#define HALTS(j)	live_exits(j, 0, LIVE_SOON_MS)
#define SHUTDOWN_MARK	"echo \"$1\" >>" LIVE_MARK

TEST(test_echo)
{
	live_ok(jail_script(j, "/etc/rc.shutdown", SHUTDOWN_MARK));
	live_boot(j, NULL);
	assert_string_equal(jail_status(j, "pid"), live_pid(j));
	assert_string_equal(jail_status(j, "mode"), "boot");
	assert_string_equal(jail_status(j, "boot_status"), "0");
	assert_string_equal(jail_status(j, "request"), "");
	assert_string_equal(jail_status(j, "deadline"), "");
	live_ok(jail_ctl(j, "halt\n"));
	HALTS(j);
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
	live_log_has(j, "jailinit: halt requested, gone in 105 s at most\n");
	assert_false(jail_exists(j, JAIL_CTL));
	assert_string_equal(jail_status(j, "state"), "gone");
	assert_string_equal(jail_status(j, "request"), "halt");
	assert_string_equal(jail_status(j, "forced"), "");
}

/* A real writer, in the jail, with the shell's blocking open. */
TEST(test_echo_inside)
{
	int st;

	live_boot(j, NULL);
	st = jail_sh(j, "echo halt >" JAIL_CTL);
	/* The jail may have ended it before it could exit. */
	assert_true(st == 0 || (WIFSIGNALED(st) && WTERMSIG(st) == SIGTERM));
	HALTS(j);
}

TEST(test_no_newline)
{
	int64_t ms;

	live_boot(j, NULL);
	live_ok(jail_ctl(j, "halt"));
	ms = HALTS(j);
	assert_in_range(ms, 990, 1000 + LIVE_LATE_MS);
}

TEST(test_budget)
{
	time_t begin, deadline;

	live_ok(jail_script(j, "/etc/rc.shutdown", "sleep 100"));
	live_boot(j, NULL);
	begin = time(NULL);
	live_ok(jail_ctl(j, "halt 3\n"));
	live_ok(jail_wait_status(j, "request", "halt", LIVE_SOON_MS));
	deadline = strtol(jail_status(j, "deadline"), NULL, 10);
	assert_in_range(deadline, begin + 3, time(NULL) + 4);
	live_exits(j, 0, 3000 + LIVE_LATE_MS);
	live_log_has(j, "gone in 3 s at most\n");
}

/* Both count: the second brings the end nearer. */
TEST(test_two_in_one_write)
{
	live_ok(jail_script(j, "/etc/rc.shutdown", "sleep 100"));
	live_boot(j, NULL);
	live_ok(jail_ctl(j, "@bogus\nhalt 60\nhalt 1\n"));
	live_exits(j, 0, 1000 + LIVE_LATE_MS);
	live_log_has(j, "gone in 60 s at most\n");
	live_log_has(j, "gone in 1 s at most\n");
	assert_string_equal(jail_status(j, "dropped_requests"), "1");
}

/* Each part is read before the next is written; or, slowly, is taken for a
 * line before that. */
static void
parts_write(const struct jail *j, bool slowly)
{
	static const char *const part[] = { "ha", "lt", " 7\n" };
	int fd = jail_ctl_open(j), i, unread;
	char dropped[12];

	assert_true(fd >= 0);
	for (i = 0; i < 3; i++) {
		assert_int_equal(write(fd, part[i], strlen(part[i])),
		    strlen(part[i]));
		snprintf(dropped, sizeof(dropped), "%d", i + 1);
		if (slowly)
			live_ok(jail_wait_status(j, "dropped_requests", dropped,
			    LIVE_SOON_MS));
		else
			do
				live_ok(ioctl(fd, FIONREAD, &unread));
			while (unread > 0);
	}
	close(fd);
}

TEST(test_torn)
{
	live_boot(j, NULL);
	parts_write(j, false);
	HALTS(j);
	live_log_has(j, "halt requested, gone in 7 s at most\n");
	assert_string_equal(jail_status(j, "dropped_requests"), "0");
}

TEST(test_torn_slowly)
{
	live_boot(j, NULL);
	parts_write(j, true);
	live_ok(jail_ctl(j, "halt 8\n"));
	HALTS(j);
	assert_string_equal(jail_status(j, "dropped_requests"), "3");
	assert_int_equal(jail_log_count(j, " requested, gone in "), 1);
	live_log_has(j, "halt requested, gone in 8 s at most\n");
}

TEST(test_long_line)
{
	size_t n = 1024 * 1024;
	char *buf = malloc(n);

	assert_non_null(buf);
	memset(buf, 'a', n);
	memcpy(buf + n - 5, "halt\n", 5);	/* the tail is no request */
	live_boot(j, NULL);
	live_ok(jail_ctl_raw(j, buf, n));
	free(buf);
	live_ok(jail_ctl(j, "halt 8\n"));
	HALTS(j);
	assert_int_equal(jail_log_count(j, " requested, gone in "), 1);
	live_log_has(j, "halt requested, gone in 8 s at most\n");
	assert_string_equal(jail_status(j, "dropped_requests"), "1");
}

TEST(test_nul)
{
	static const char text[] = "ha\0lt\n" "\0\n" "halt\0\n" "\0halt\n";

	live_boot(j, NULL);
	live_ok(jail_ctl_raw(j, text, sizeof(text) - 1));
	live_ok(jail_ctl(j, "halt 8\n"));
	HALTS(j);
	assert_string_equal(jail_status(j, "dropped_requests"), "4");
	assert_int_equal(jail_log_count(j, " requested, gone in "), 1);
	live_log_has(j, "halt requested, gone in 8 s at most\n");
}

/* Each is counted, few are logged, the request after them is not lost. */
TEST(test_rubbish)
{
	char *text = malloc(10000 * 16);
	int64_t begin_ms;
	int i, n = 0;

	assert_non_null(text);
	for (i = 0; i < 10000; i++)
		n += sprintf(text + n, "rubbish %d\n", i);
	sprintf(text + n, "halt\n");
	live_boot(j, NULL);
	begin_ms = jail_now_ms();
	live_ok(jail_ctl(j, text));
	free(text);
	HALTS(j);
	assert_string_equal(jail_status(j, "dropped_requests"), "10000");
	assert_in_range(jail_log_count(j, "request dropped"), 1,
	    1 + (jail_now_ms() - begin_ms) / 1000);
}

TEST(test_bad_budgets)
{
	static const char *const bad[] = { "halt -1", "halt +1", "halt 1x",
	    "halt 0x10", "halt 1.5", "halt 1234567890", "halt 1 2",
	    "halt now", "halting", "HALT", "reboot -0", "poweroff ''",
	    "halt;halt", "halt\r" };
	char n[16], line[32];
	size_t i;

	live_boot(j, NULL);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), "%s\n", bad[i]);
		live_ok(jail_ctl(j, line));
	}
	snprintf(n, sizeof(n), "%zu", i);
	live_ok(jail_wait_status(j, "dropped_requests", n, LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt 8\n"));
	HALTS(j);
	assert_string_equal(jail_status(j, "dropped_requests"), n);
	assert_int_equal(jail_log_count(j, " requested, gone in "), 1);
	live_log_has(j, "halt requested, gone in 8 s at most\n");
}

TEST(test_blank_lines)
{
	live_boot(j, NULL);
	live_ok(jail_ctl(j, "\n\n  \n\t\n\n \t halt \t 9 \n"));
	HALTS(j);
	assert_string_equal(jail_status(j, "dropped_requests"), "0");
	live_log_has(j, "gone in 9 s at most\n");
}

static void
umask_set(void *arg)
{
	umask(*(const mode_t *)arg);
}

static void
fifo_stat(const struct jail *j, struct stat *st)
{
	live_ok(lstat(jail_path(j, JAIL_CTL), st));
	assert_true(S_ISFIFO(st->st_mode));
	assert_int_equal(st->st_mode & 07777, 0600);
}

/* Whatever umask it was started with. */
TEST(test_mode)
{
	mode_t mask = 0;
	struct jail_opts o = { .before_exec = umask_set, .arg = &mask };
	struct stat st;
	int i;

	for (i = 0; i < 2; i++) {
		live_boot(j, &o);
		fifo_stat(j, &st);
		assert_int_equal(st.st_uid, geteuid());
		live_ok(lstat(jail_path(j, JAIL_STATUS), &st));
		assert_int_equal(st.st_mode & 0777, 0644);
		live_ok(jail_ctl(j, "halt\n"));
		HALTS(j);
		live_ok(jail_free(j));
		live_ok(jail_new(j));
		mask = 0777;
	}
}

TEST(test_other_path)
{
	struct stat st;
	int fd;

	live_ok(jail_start(j, NULL, "/sbin/jailinit", "-c", "/tmp/ctl", "-f",
	    "/tmp/status", NULL));
	live_ok(jail_wait_file(j, "/tmp/status", LIVE_SOON_MS));
	live_ok(lstat(jail_path(j, "/tmp/ctl"), &st));
	assert_true(S_ISFIFO(st.st_mode));
	assert_false(jail_exists(j, JAIL_CTL));
	assert_false(jail_exists(j, JAIL_STATUS));
	fd = open(jail_path(j, "/tmp/ctl"), O_WRONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "halt\n", 5), 5);
	close(fd);
	HALTS(j);
	assert_false(jail_exists(j, "/tmp/ctl"));
}

TEST(test_none)
{
	live_ok(jail_start(j, NULL, "/sbin/jailinit", "-c", "none", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	assert_false(jail_exists(j, JAIL_CTL));
	assert_false(jail_exists(j, "/none"));
	live_ok(jail_signal(j, SIGTERM));
	HALTS(j);
}

/*
 * Writers that come, go, and never stop.
 */

/* Process 1 does not wake up any more: a look at its CPU time would not do. */
TEST(test_writers_gone)
{
	long woken;
	int64_t us;
	int fd, i;

	live_boot(j, NULL);
	for (i = 0; i < 1000; i++) {
		fd = jail_ctl_open(j);
		assert_true(fd >= 0);
		if (i % 2 == 0)
			assert_int_equal(write(fd, "\n", 1), 1);
		close(fd);
	}
	woken = jail_wait_idle(j, LIVE_SOON_MS);
	us = proc_cpu_us(j->pid);
	assert_true(us >= 0 && woken >= 0);
	jail_sleep_ms(1000);
	assert_in_range(proc_cpu_us(j->pid) - us, 0, 500);
	assert_int_equal(proc_figure(j->pid, "voluntary_ctxt_switches"), woken);
	live_ok(jail_ctl(j, "halt\n"));
	HALTS(j);
}

static void
flood(struct jail *j)
{
	char buf[4096];
	size_t i;
	int fd;

	/* Lines so short that they are written faster than dealt with. */
	for (i = 0; i < sizeof(buf); i++)
		buf[i] = i % 2 == 1 ? '\n' : '@';
	for (;;) {
		fd = jail_ctl_open(j);
		if (fd == -1)
			continue;
		(void)fcntl(fd, F_SETFL, 0);
		/* More than is read in a turn, so that it is never empty. */
#ifdef F_SETPIPE_SZ
		(void)fcntl(fd, F_SETPIPE_SZ, 1024 * 1024);
#endif
		while (write(fd, buf, sizeof(buf)) > 0)
			continue;
		close(fd);
	}
}

/* During BOOT, so that reaping is the wait loop's: rc's orphans, then rc's
 * own end, then a signal, then rc.shutdown's end. */
TEST(test_flood)
{
	int64_t end_ms;

	live_ok(jail_script(j, "/etc/rc",
	    "while [ ! -e /tmp/go ]; do sleep 0.05; done\n"
	    "i=0; while [ $i -lt 200 ]; do (true &); i=$((i+1)); done\n"
	    "echo >/tmp/orphans; until [ -e /tmp/on ]; do sleep 0.1; "
	    "done"));
	live_ok(jail_script(j, "/etc/rc.shutdown", SHUTDOWN_MARK));
	live_ok(jail_start(j, NULL, "/sbin/jailinit", NULL));
	live_ok(jail_wait_file(j, JAIL_CTL, LIVE_SOON_MS));
	live_fork(j, flood);
	live_fork(j, flood);
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	live_ok(jail_wait_file(j, "/tmp/orphans", LIVE_SOON_MS));
	/* Process 1, rc and its sleep, and the writer of the status. */
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	while (jail_count(j) > 4 || jail_zombies(j) > 0) {
		assert_true(jail_now_ms() < end_ms);
		jail_sleep_ms(5);
	}
	assert_string_equal(jail_status(j, "state"), "boot");
	live_ok(jail_write(j, "/tmp/on", 0644, ""));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	assert_true(strlen(jail_status(j, "dropped_requests")) >= 2);
	live_ok(jail_signal(j, SIGTERM));
	HALTS(j);
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
}

/* A line between the flood's lines is found all the same. */
TEST(test_flood_request)
{
	live_boot(j, NULL);
	live_fork(j, flood);
	jail_sleep_ms(200);
	live_ok(jail_ctl(j, "\nhalt\n"));
	HALTS(j);
}

/*
 * What is in the FIFO's place.
 */
static void
fifo_works(struct jail *j)
{
	struct stat st;

	live_boot(j, NULL);
	fifo_stat(j, &st);
	live_ok(jail_ctl(j, "halt\n"));
	HALTS(j);
}

TEST(test_symlink)
{
	live_ok(jail_write(j, "/tmp/target", 0644, "precious"));
	live_ok(symlink("/tmp/target", jail_path(j, JAIL_CTL)));
	live_ok(symlink("../../tmp/target", jail_path(j, JAIL_STATUS)));
	fifo_works(j);
	assert_string_equal(jail_file(j, "/tmp/target"), "precious");
}

TEST(test_symlink_dangling)
{
	live_ok(symlink("../../tmp/target", jail_path(j, JAIL_CTL)));
	fifo_works(j);
	assert_false(jail_exists(j, "/tmp/target"));
}

/* Links where it works under another name for a moment. */
TEST(test_symlink_temporary)
{
	live_ok(jail_write(j, "/tmp/target", 0644, "precious"));
	live_ok(symlink("../../tmp/target", jail_path(j, JAIL_CTL ".new")));
	live_ok(symlink("../../tmp/target", jail_path(j, JAIL_STATUS ".new")));
	fifo_works(j);
	assert_string_equal(jail_file(j, "/tmp/target"), "precious");
}

TEST(test_regular_file)
{
	live_ok(jail_write(j, JAIL_CTL, 0666, "precious"));
	fifo_works(j);
}

TEST(test_directory)
{
	struct stat st;

	live_ok(jail_write(j, JAIL_CTL "/in/it", 0644, "precious"));
	live_boot(j, NULL);
	live_ok(lstat(jail_path(j, JAIL_CTL), &st));
	assert_true(S_ISDIR(st.st_mode));
	assert_string_equal(jail_file(j, JAIL_CTL "/in/it"), "precious");
	live_log_has(j, JAIL_CTL);
	live_ok(jail_signal(j, SIGTERM));
	HALTS(j);
	assert_string_equal(jail_file(j, JAIL_CTL "/in/it"), "precious");
}

/* Somebody else's, mode 0666, with a reader who would like to listen. */
TEST(test_foreign_fifo)
{
	struct stat before, after;
	char buf[16];
	int fd;

	if (geteuid() != 0)
		live_skip("only root can make a FIFO another user's");
	live_ok(mkfifo(jail_path(j, JAIL_CTL), 0666));
	live_ok(chmod(jail_path(j, JAIL_CTL), 0666));
	live_ok(chown(jail_path(j, JAIL_CTL), 1000, 1000));
	fd = open(jail_path(j, JAIL_CTL), O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	live_ok(fstat(fd, &before));
	live_boot(j, NULL);
	fifo_stat(j, &after);
	assert_int_not_equal(before.st_ino, after.st_ino);
	assert_int_equal(after.st_uid, 0);
	assert_int_equal(write(fd, "halt\n", 5), 5);	/* says it to itself */
	jail_sleep_ms(200);
	assert_string_equal(jail_status(j, "state"), "run");
	assert_int_equal(read(fd, buf, sizeof(buf)), 5);
	live_ok(jail_ctl(j, "halt\n"));
	HALTS(j);
	assert_int_equal(read(fd, buf, sizeof(buf)), -1);
	close(fd);
}

/* A FIFO of our own, left by a life that was killed: nobody else's request
 * may wait in it, and whoever holds it open is not heard. */
TEST(test_stale_fifo)
{
	int fd;

	live_ok(mkfifo(jail_path(j, JAIL_CTL), 0600));
	fd = open(jail_path(j, JAIL_CTL), O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "halt\n", 5), 5);
	live_boot(j, NULL);
	jail_sleep_ms(200);
	assert_string_equal(jail_status(j, "state"), "run");
	close(fd);
	live_ok(jail_ctl(j, "halt\n"));
	HALTS(j);
}

/* /var/run is a link on Debian: the folders above may be. */
TEST(test_linked_folder)
{
	live_ok(mkdir(jail_path(j, "/run"), 0755));
	live_ok(rmdir(jail_path(j, "/var/run")));
	live_ok(symlink("../run", jail_path(j, "/var/run")));
	fifo_works(j);
}

/* A tmpfs is mounted over the FIFO. */
TEST(test_tmpfs_over)
{
	live_ok(jail_script(j, "/etc/rc", "mount -t tmpfs run /var/run"));
	live_ok(jail_start(j, NULL, "/sbin/jailinit", NULL));
	j->via_proc = true;
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	/* (TERM for all may come before its own end) */
	live_ok(jail_sh(j, "trap '' TERM; grep -q ' /var/run tmpfs' "
	    "/proc/mounts && [ -p " JAIL_CTL " ] && echo halt >" JAIL_CTL));
	j->via_proc = false;
	HALTS(j);
}

/* FreeBSD's cleanvar, and other tidy people. */
TEST(test_removed_by_rc)
{
	assert_int_equal(jail_script(j, "/etc/rc", "rm -f /var/run/*"), 0);
	fifo_works(j);
}

/* What was in it counts, a line without an end too, and at once: without a
 * status nothing else wakes process 1. */
TEST(test_removed_unread)
{
	live_ok(jail_script(j, "/etc/rc", "printf halt >" JAIL_CTL "; rm "
	    JAIL_CTL));
	live_ok(jail_start(j, NULL, "/sbin/jailinit", "-f", "none", NULL));
	HALTS(j);
}

TEST(test_sighup)
{
	struct stat before, after;

	live_boot(j, NULL);
	fifo_stat(j, &before);
	live_ok(jail_signal(j, SIGHUP));
	jail_sleep_ms(100);
	live_ok(jail_wait_rest(j, LIVE_SOON_MS));
	fifo_stat(j, &after);	/* nothing to do: it stays */
	assert_int_equal(before.st_ino, after.st_ino);
	live_ok(unlink(jail_path(j, JAIL_CTL)));
	jail_sleep_ms(100);
	assert_false(jail_exists(j, JAIL_CTL));
	live_ok(jail_signal(j, SIGHUP));
	live_ok(jail_wait_file(j, JAIL_CTL, LIVE_SOON_MS));
	fifo_stat(j, &after);
	live_ok(jail_ctl(j, "halt\n"));
	HALTS(j);
}

/* A FIFO that is replaced while the one before it is still being read: all
 * lines count.  A round may be too slow to meet it there, hence several. */
#define FULL_ROUNDS	5

TEST(test_sighup_twice)
{
	char text[16], full[512];
	int fd, i, lines = 0;
	ssize_t n;

	memset(full, '\n', sizeof(full));
	for (i = 0; i < (int)sizeof(full); i += 2)
		full[i] = '!';
	live_boot(j, NULL);
	for (i = 0; i < FULL_ROUNDS; i++) {
		live_ok(jail_wait_rest(j, LIVE_SOON_MS));
		live_ok(jail_signal(j, SIGSTOP));
		live_ok(proc_wait_state(j->pid, 'T', LIVE_SOON_MS));
		fd = jail_ctl_open(j);
		assert_true(fd >= 0);
		while ((n = write(fd, full, sizeof(full))) > 0)
			lines += (int)n / 2;
		close(fd);
		live_ok(unlink(jail_path(j, JAIL_CTL)));
		live_ok(jail_signal(j, SIGHUP));
		live_ok(jail_signal(j, SIGCONT));
		while (unlink(jail_path(j, JAIL_CTL)) == -1)
			assert_true(jail_now_ms() - j->asked_ms < LIVE_SOON_MS);
		live_ok(jail_signal(j, SIGHUP));
		live_ok(jail_wait_file(j, JAIL_CTL, LIVE_SOON_MS));
		snprintf(text, sizeof(text), "%d", lines);
		live_ok(jail_wait_status(j, "dropped_requests", text,
		    LIVE_SOON_MS));
	}
	live_ok(jail_ctl(j, "halt\n"));
	HALTS(j);
}

/* It has no number that says who it is. */
#define HAS_READER	"there a FIFO with a reader is another jailinit's"

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_echo),
		LIVE_TEST(test_echo_inside),
		LIVE_TEST(test_no_newline),
		LIVE_TEST(test_budget),
		LIVE_TEST(test_two_in_one_write),
		LIVE_TEST(test_torn),
		LIVE_TEST(test_torn_slowly),
		LIVE_TEST(test_long_line),
		LIVE_TEST(test_nul),
		LIVE_TEST(test_rubbish),
		LIVE_TEST(test_bad_budgets),
		LIVE_TEST(test_blank_lines),
		LIVE_TEST(test_mode),
		LIVE_TEST(test_other_path),
		LIVE_TEST(test_none),
		LIVE_TEST(test_writers_gone),
		LIVE_TEST(test_flood),
		LIVE_TEST(test_flood_request),
		LIVE_TEST(test_symlink),
		LIVE_TEST(test_symlink_dangling),
		LIVE_TEST(test_symlink_temporary),
		LIVE_TEST(test_regular_file),
		LIVE_TEST(test_directory),
		LIVE_LINUX(test_foreign_fifo, HAS_READER),
		LIVE_LINUX(test_stale_fifo, HAS_READER),
		LIVE_TEST(test_linked_folder),
		LIVE_LINUX(test_tmpfs_over, "a jail that may mount"),
		LIVE_TEST(test_removed_by_rc),
		LIVE_TEST(test_removed_unread),
		LIVE_TEST(test_sighup),
		LIVE_TEST(test_sighup_twice),
	};

	LIVE_MAIN("control");
}
