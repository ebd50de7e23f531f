/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel, or a process outside, can hold up a jail's end with: a path
 * on a file system that does not answer (FUSE, NFS), a process that entered
 * and is not reaped.  Then "gone" means that process 1 has begun to exit.
 * only linux: a FUSE server that hangs
 */
#include "fuse.h"
#include "live.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>

/* A process of the jail's own: it gets TERM like the others, and ignores it;
 * KILL ends it and with it the hang. */
static int
fuse_inside(void *arg)
{
	(void)signal(SIGTERM, SIG_IGN);
	if (fuse_mount(arg) == 0)
		fuse_serve(NULL);
	return (1);
}

static void
hang_inside(struct jail *j, int sig, int ctl_fd)
{
	assert_true(jail_enter(j, fuse_inside, NULL) > 0);
	close(fuse_fd);
	live_ok(jail_wait_file(j, FUSE_READY, LIVE_SOON_MS));
	fuse_hangs(j);
	if (sig != 0)
		live_ok(jail_signal(j, sig));
	else
		assert_int_equal(write(ctl_fd, "halt 2\n", 7), 7);
	live_ok(jail_wait_exiting(j, 2000 + LIVE_LATE_MS));
}

static void
short_boot(struct jail *j)
{
	live_ok(jail_start(j, NULL, "/sbin/jailinit", "-B", "2", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
}

TEST(test_fuse_inside_signal)
{
	fuse_open();
	short_boot(j);
	hang_inside(j, SIGTERM, -1);
}

/* The FIFO was opened before it was hidden. */
TEST(test_fuse_inside_halt)
{
	int fd;

	fuse_open();
	short_boot(j);
	fd = jail_ctl_open(j);
	assert_true(fd >= 0);
	hang_inside(j, 0, fd);
	close(fd);
}

/* The server is out of KILL's reach: the hang outlives the jail's processes,
 * and the kernel keeps process 1 until it is over; but it has left. */
static void
hang_outside(struct jail *j)
{
	pid_t pid;
	int st;

	live_fork(j, fuse_outside);
	pid = jail_enter(j, fuse_mount, NULL);
	close(fuse_fd);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &st, 0), pid);
	j->n_entered--;
	assert_int_equal(st, 0);
	fuse_hangs(j);
	live_ok(jail_signal(j, SIGTERM));
	live_ok(jail_wait_exiting(j, 2000 + LIVE_LATE_MS));
}

/* The first child of process 1, 0 if there is none. */
static pid_t
first_child(const struct jail *j)
{
	char path[64];
	FILE *f;
	int pid = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)j->pid, (int)j->pid);
	f = fopen(path, "r");
	assert_non_null(f);
	if (fscanf(f, "%d", &pid) != 1)
		pid = 0;
	fclose(f);
	return (pid);
}

TEST(test_fuse_outside)
{
	pid_t writer;

	fuse_open();
	short_boot(j);
	hang_outside(j);
	/* It is the status's writer that hangs, and it holds no FIFO open:
	 * nobody is to take it for a listener. */
	writer = first_child(j);
	assert_int_not_equal(writer, 0);
	assert_int_equal(proc_state(writer), 'D');
	assert_int_equal(proc_fds(writer), 4);	/* 0-2 and its own end */
}

/* With a process of the jail stuck in it, which KILL does not end. */
TEST(test_fuse_outside_stuck)
{
	live_ok(jail_script(j, "/etc/rc", "(while [ ! -e " FUSE_READY
	    " ]; do sleep 0.05; done; sleep 0.2; cat /var/run/x) &"));
	live_ok(jail_script(j, "/etc/rc.shutdown", "echo bye >/var/run/bye"));
	fuse_open();
	short_boot(j);
	hang_outside(j);
	/* It has had to give up, and said so. */
	live_log_has(j, "/etc/rc.shutdown: took over");
}

/*
 * Entered, dead, and not reaped by the one who is to.
 */
static int
entered(void *arg)
{
	(void)arg;
	(void)pause();
	return (0);
}

static void
unreaped(struct jail *j, bool dead_before)
{
	pid_t pid;

	short_boot(j);
	pid = jail_enter(j, entered, NULL);
	assert_true(pid > 0);
	if (dead_before)
		live_ok(kill(pid, SIGKILL));
	jail_sleep_ms(100);
	live_ok(jail_ctl(j, "halt\n"));
	live_ok(jail_wait_exiting(j, 2000 + LIVE_LATE_MS));
	/* The kernel waits for it, as no init can help. */
	assert_int_equal(proc_state(pid), 'Z');
	assert_int_equal(jail_wait(j, 100, NULL), -1);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	j->n_entered = 0;
	live_exits(j, 0, LIVE_SOON_MS);
}

TEST(test_entered_unreaped) { unreaped(j, false); }
TEST(test_entered_zombie) { unreaped(j, true); }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_fuse_inside_signal),
		LIVE_TEST(test_fuse_inside_halt),
		LIVE_TEST(test_fuse_outside),
		LIVE_TEST(test_fuse_outside_stuck),
		LIVE_TEST(test_entered_unreaped),
		LIVE_TEST(test_entered_zombie),
	};

	LIVE_MAIN("hang");
}
