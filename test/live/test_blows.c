/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blows to what process 1 lives on: its children are killed at any moment,
 * jails run out of memory, and limits are just reached.  Guards against: a
 * life that stands still, and an end that waits for processes stopped again
 * and again.
 * only linux: ptrace(2), cgroups and /proc of Linux
 */
#include "live.h"

#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>

#define JAILINIT	"/sbin/jailinit"
#define GO		"/tmp/go"
#define JOB		"/etc/rc.request.d/job"
#define BUDGET		"3"		/* seconds, of every end here */
#define END_MS		(3000 + LIVE_LATE_MS)
#define FAREWELL_MS	250	/* jailinit.c */
#define STATUS_MS	(1500 + LIVE_SOON_MS)	/* one that is tried again */
#define SERVICE		"sh -c 'trap \"echo termed; exit\" TERM; echo up;"  \
			" while :; do read x <>/tmp/never; done' &\n"
#define COMMAND		"trap 'exit 3' TERM; echo up; "			    \
			"while :; do read x <>/tmp/never; done"

static bool
is_long(void)
{
	const char *s = getenv("JAIL_LONG");

	return (s != NULL && strcmp(s, "1") == 0);
}

/* rc, rc.shutdown and a request's program, which leave marks. */
static void
scripts(struct jail *j)
{
	live_ok(jail_script(j, "/etc/rc", SERVICE "echo booted"));
	live_ok(jail_script(j, "/etc/rc.shutdown", "echo down $1"));
	live_ok(jail_script(j, JOB, "echo a job"));
	live_ok(chmod(jail_path(j, "/etc/rc.request.d"), 0755));
	live_ok(mkfifo(jail_path(j, "/tmp/never"), 0600));
	live_ok(mkfifo(jail_path(j, GO), 0600));
}

/* rc has ended, and its service hears TERM. */
static void
booted(struct jail *j)
{
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail_wait_log(j, "up\n", LIVE_SOON_MS));
}

/*
 * A child of process 1 is killed: the nth, at its kth system call.  Who does
 * it traces process 1 until then.
 */
struct blow {
	int nth, kth;		/* from 1; 0: as soon as it is there */
	int children;		/* how many there were */
	int calls;		/* the nth one's, as far as it came */
	bool hit;
};

static void
victim_step(struct blow *b, pid_t pid, int sig)
{
	/* Each call stops it twice. */
	if (sig == (SIGTRAP | 0x80))
		b->calls++;
	if (b->kth == 0 || (b->calls + 1) / 2 == b->kth) {
		b->hit = true;
		(void)kill(pid, SIGKILL);
	} else
		(void)ptrace(PTRACE_SYSCALL, pid, NULL,
		    sig == SIGTRAP || sig == SIGSTOP || (sig & 0x80) != 0 ? 0 :
		    sig);
}

/* Process 1 stands still for each fork, so that its children come one after
 * the other; a child may be seen before its fork is. */
static void
trace(struct blow *b, pid_t first)
{
	pid_t pid, last = 0, victim = 0;
	int st;

	while ((pid = waitpid(-1, &st, __WALL)) > 0) {
		if (!WIFSTOPPED(st))
			continue;
		if (pid == first) {
			(void)ptrace(PTRACE_CONT, pid, NULL,
			    st >> 16 != 0 ? 0 : WSTOPSIG(st));
			continue;
		}
		if (pid != last && pid != victim) {
			last = pid;
			if (++b->children == b->nth) {
				victim = pid;
				(void)ptrace(PTRACE_SETOPTIONS, pid, NULL,
				    PTRACE_O_TRACESYSGOOD);
			}
		}
		if (pid == victim)
			victim_step(b, pid, WSTOPSIG(st));
		else
			(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
	}
}

/* Begins to trace it. */
static pid_t
blow_begin(struct jail *j, struct blow *b)
{
	int p[2];
	pid_t pid;
	char c = 0;

	live_ok(pipe(p));
	pid = fork();
	if (pid == 0) {
		(void)die_with_parent();
		if (ptrace(PTRACE_SEIZE, j->pid, NULL, PTRACE_O_TRACEFORK |
		    PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE) == 0)
			c = 'y';
		(void)!write(p[1], &c, 1);
		trace(b, j->pid);
		_exit(0);
	}
	assert_int_equal(read(p[0], &c, 1), 1);
	close(p[0]);
	close(p[1]);
	if (c != 'y')
		live_skip("blows: ptrace(2) is not allowed");
	return (pid);
}

static bool
has_ended(const struct jail *j)
{
	struct pollfd p = { j->pidfd, POLLIN, 0 };

	return (poll(&p, 1, 0) == 1);
}

/* Until the status has it, or process 1 has ended. */
static bool
comes(struct jail *j, const char *key, const char *value)
{
	int64_t end_ms = jail_now_ms() + STATUS_MS;

	while (strcmp(jail_status(j, key), value) != 0 && !has_ended(j)) {
		if (jail_now_ms() > end_ms)
			return (false);
		jail_sleep_ms(2);
	}
	return (true);
}

/* Boot, a request, a halt, all of it in time, whoever is killed. */
static void
blow(struct jail *j, bool app, struct blow *b)
{
	int64_t ms = -1, end_ms;
	pid_t tracer;
	int fd, st;

	live_ok(jail_start(j, NULL, "/bin/sh", "-c", app ?
	    "read x <" GO "; exec " JAILINIT " -c " JAIL_CTL " -f " JAIL_STATUS
	    " -R /etc/rc.shutdown -B " BUDGET " -- /bin/sh -c \"" COMMAND "\"" :
	    "read x <" GO "; exec " JAILINIT " -B " BUDGET, NULL));
	tracer = blow_begin(j, b);
	fd = open(jail_path(j, GO), O_RDWR | O_CLOEXEC);
	assert_int_equal(write(fd, "\n", 1), 1);
	if (!comes(j, "state", "run"))
		fail_msg("child %d killed at call %d: state %s", b->nth,
		    b->kth, jail_status(j, "state"));
	close(fd);
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	while (app && !jail_log_has(j, "up\n") && !has_ended(j) &&
	    jail_now_ms() < end_ms)
		jail_sleep_ms(2);
	if (jail_exists(j, JAIL_CTL) && !has_ended(j) &&
	    jail_ctl(j, "job\n") == 0) {
		end_ms = jail_now_ms() + STATUS_MS;
		while (jail_status(j, "job")[0] == '\0' &&
		    strcmp(jail_status(j, "dropped_requests"), "1") != 0 &&
		    !has_ended(j)) {
			if (jail_now_ms() > end_ms)
				fail_msg("child %d killed at call %d: no job "
				    "in the status", b->nth, b->kth);
			jail_sleep_ms(2);
		}
	}
	/* Nobody has asked for the end yet, nor has the command ended. */
	assert_false(!app && jail_log_has(j, "the jail ends"));
	if (!has_ended(j))
		(void)jail_signal(j, SIGTERM);
	st = jail_wait(j, END_MS, &ms);
	if (!WIFEXITED(st) || WEXITSTATUS(st) != (!app ? 0 :
	    b->hit && b->nth == 1 ? 128 + SIGKILL : 3))
		fail_msg("child %d killed at call %d: wait status %d, log:\n"
		    "%s", b->nth, b->kth, st, jail_log(j));
	assert_int_equal(waitpid(tracer, NULL, 0), tracer);
	/* The last word may have been the one that was killed, or, on a busy
	 * machine, not waited for any longer. */
	if (ms < FAREWELL_MS && !(b->hit && b->nth == b->children))
		assert_string_equal(jail_status(j, "state"), "gone");
	live_ok(jail_again(j));
}

/* All children of one life and all their calls, or some of them. */
static void
blows(struct jail *j, bool app)
{
	unsigned rnd = (unsigned)jail_now_ms();
	struct blow *b = mmap(NULL, sizeof(*b), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int n, k, step, children, hits = 0, lives = 0;

	assert_true(b != MAP_FAILED);
	scripts(j);
	blow(j, app, b);	/* nobody */
	children = b->children;
	assert_true(children >= 5);
	printf("blows: %s, seed %u, %d children\n", app ? "app" : "boot", rnd,
	    children);
	for (n = 1; n <= children; n++) {
		memset(b, 0, sizeof(*b));
		for (k = 0; k == 0 || b->hit; k += step) {
			memset(b, 0, sizeof(*b));
			b->nth = n;
			b->kth = k;
			blow(j, app, b);
			hits += b->hit;
			lives++;
			step = is_long() ? 1 : 1 + (int)(rand_r(&rnd) % 40);
		}
	}
	printf("blows: %d lives, a child killed in %d of them\n", lives, hits);
	assert_true(hits >= children);
	(void)munmap(b, sizeof(*b));
}

TEST(test_child_killed) { blows(j, false); }
TEST(test_child_killed_app) { blows(j, true); }

/*
 * All of them, all the time, but for the jail's process 1.
 */
static pid_t
parent_of(pid_t pid)
{
	return ((pid_t)proc_figure(pid, "PPid"));
}

static void
children_signal(struct jail *j, int sig)
{
	char path[64];
	int pid, fd;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)j->pid, (int)j->pid);
	f = fopen(path, "re");
	while (f != NULL && fscanf(f, "%d", &pid) == 1) {
		/* the pidfd first, so that it is the one we looked at */
		fd = (int)syscall(SYS_pidfd_open, pid, 0);
		if (fd == -1)
			continue;
		if (parent_of(pid) == j->pid)
			(void)syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0);
		close(fd);
	}
	if (f != NULL)
		fclose(f);
}

static void
killer(struct jail *j)
{
	for (;;)
		children_signal(j, SIGKILL);
}

static void
stopper(struct jail *j)
{
	for (;;)
		children_signal(j, SIGSTOP);
}

TEST(test_children_killed)
{
	int i;

	scripts(j);
	for (i = 0; i < 3; i++) {
		live_ok(jail_start(j, NULL, JAILINIT, "-B", BUDGET, NULL));
		(void)live_fork(j, killer);
		live_ok(jail_wait_file(j, JAIL_CTL, LIVE_SOON_MS));
		jail_sleep_ms(300);
		if (i == 1)
			(void)jail_ctl(j, "job\n");
		live_ok(jail_signal(j, SIGTERM));
		(void)live_exits(j, 0, END_MS);
		live_ok(jail_again(j));
	}
	live_ok(jail_start(j, NULL, JAILINIT, "-B", BUDGET, "--", "/bin/sh",
	    "-c", COMMAND, NULL));
	(void)live_fork(j, killer);
	(void)live_exits(j, 128 + SIGKILL, END_MS);
}

/*
 * SIGSTOP.
 */
static int
stop_once(void *arg)
{
	(void)arg;
	return (kill(-1, SIGSTOP) == 0 || errno == ESRCH ? 0 : 1);
}

/* Also by what TERM and CONT have had go on. */
static _Noreturn int
stop_ever(void *arg)
{
	(void)arg;
	(void)signal(SIGTERM, SIG_IGN);
	for (;;) {
		(void)kill(-1, SIGSTOP);
		jail_sleep_ms(1);
	}
}

static void
stop_now(struct jail *j)
{
	pid_t pid = jail_enter(j, stop_once, NULL);
	int st = -1;

	assert_true(pid > 0);
	j->n_entered--;
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_int_equal(st, 0);
}

/* In rc; with a job; in rc.shutdown; a command. */
TEST(test_all_stopped)
{
	static const char *const where[] = { "/etc/rc", JOB,
	    "/etc/rc.shutdown" };
	size_t i;

	for (i = 0; i < 3; i++) {
		live_ok(jail_again(j));
		if (i == 0)
			scripts(j);
		else
			live_ok(jail_script(j, where[i - 1],
			    SERVICE "echo booted"));
		(void)unlink(jail_path(j, LIVE_MARK));
		live_ok(jail_script(j, where[i], "echo >" LIVE_MARK
		    "; read x <>/tmp/never"));
		live_ok(jail_start(j, NULL, JAILINIT, "-B", BUDGET, NULL));
		if (i > 0) {
			booted(j);
			live_ok(jail_ctl(j, i == 1 ? "job\n" : "halt\n"));
		}
		live_ok(jail_wait_file(j, LIVE_MARK, LIVE_SOON_MS));
		stop_now(j);
		live_ok(jail_ctl(j, "halt\n"));
		(void)live_exits(j, 0, END_MS);
		/* TERM alone would not have reached it. */
		assert_true(i == 0 || jail_log_has(j, "termed\n"));
		assert_string_equal(jail_status(j, "state"), "gone");
	}
	live_ok(jail_again(j));
	live_ok(jail_start(j, NULL, JAILINIT, "-B", BUDGET, "-c", JAIL_CTL,
	    "-f", JAIL_STATUS, "--", "/bin/sh", "-c", COMMAND, NULL));
	live_ok(jail_wait_log(j, "up\n", LIVE_SOON_MS));
	stop_now(j);
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 3, END_MS);
	assert_string_equal(jail_status(j, "state"), "gone");
}

TEST(test_stopped_ever)
{
	int64_t end_ms;
	pid_t pid;

	scripts(j);
	live_ok(jail_script(j, "/etc/rc.shutdown",
	    "while :; do read x <>/tmp/never; done"));
	live_ok(jail_start(j, NULL, JAILINIT, "-B", BUDGET, NULL));
	booted(j);
	pid = jail_enter(j, stop_ever, NULL);
	assert_true(pid > 0);
	jail_sleep_ms(50);
	live_ok(jail_ctl(j, "halt\n"));
	/* A zombie of ours would be one that KILL does not end. */
	end_ms = jail_now_ms() + END_MS;
	while (waitpid(pid, NULL, WNOHANG) == 0 && jail_now_ms() < end_ms)
		jail_sleep_ms(2);
	j->n_entered = 0;
	(void)live_exits(j, 0, END_MS);
	assert_string_equal(jail_status(j, "forced"), "shutdown,term");
}

/* A halt while the last word of a life that ends for a reboot is waited for,
 * whose writer was stopped: for a quarter of a second after the budget. */
TEST(test_farewell_stopped)
{
	int64_t end_ms;
	int fd;

	live_ok(jail_start(j, NULL, JAILINIT, "-B", "1", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail_wait_rest(j, LIVE_SOON_MS));
	(void)signal(SIGPIPE, SIG_IGN);
	fd = jail_ctl_open(j);
	assert_true(fd != -1);
	(void)live_fork(j, stopper);
	assert_int_equal(write(fd, "reboot\n", 7), 7);
	jail_sleep_ms(1000 + FAREWELL_MS / 2);
	/* Where nobody reads any more the writer is told so, and in the next
	 * life somebody does. */
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	if (write(fd, "halt\n", 5) != 5)
		while (jail_ctl(j, "halt\n") == -1) {
			assert_true(jail_now_ms() < end_ms);
			jail_sleep_ms(10);
		}
	close(fd);
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

/*
 * Memory.
 */
#define MEMORY_MAX	(16L * 1024 * 1024)	/* times JAIL_SLACK */
#define HOG		"x=0123456789abcdef; while :; do x=$x$x; done"

TEST(test_out_of_memory)
{
	struct jail_opts o = { .memory_max = (long)jail_slack(MEMORY_MAX) };

	if (!jail_has_memory())
		live_skip("out of memory: no memory cgroup can be made");
	scripts(j);
	live_ok(jail_script(j, JOB, HOG));
	live_ok(jail_script(j, "/etc/rc.shutdown", "(" HOG "); echo down $?"));
	live_ok(jail_start(j, &o, JAILINIT, "-B", BUDGET, NULL));
	booted(j);
	live_ok(jail_ctl(j, "job\n"));
	live_ok(jail_wait_status(j, "job_status", "137", LIVE_SOON_MS));
	assert_string_equal(jail_status(j, "state"), "run");
	/* All at once, while it is asked to end. */
	live_ok(jail_sh(j, "for i in 1 2 3 4 5 6 7 8; do (" HOG
	    ") & done"));
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, END_MS);
	assert_string_equal(jail_status(j, "state"), "gone");
	live_log_has(j, "down 137\n");
	live_log_has(j, "termed\n");
}

/*
 * Limits that are just reached.
 */

/* 0 to 2, and one that the loader needs, and then the program; with it there
 * is none for the FIFO. */
#define FILES_LEAST	4

/* 0 to 2, the program, the FIFO, and for the status two of a pipe and the
 * file; a shell wants one from 10 on. */
#define FILES_NEEDED	12

static void
edge_boot(struct jail *j, const struct jail_opts *o)
{
	live_ok(jail_start(j, o, JAILINIT, "-B", BUDGET, NULL));
	if (o != NULL && o->nofile == FILES_LEAST)
		live_ok(jail_wait_log(j, "signals still work\n", LIVE_SOON_MS));
	else
		live_ok(jail_wait_file(j, JAIL_CTL, LIVE_SOON_MS));
}

static void
edge_end(struct jail *j)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	if (jail_exists(j, JAIL_CTL))
		(void)jail_ctl(j, "job\n");
	/* What it has run takes no place any more, of which rc.shutdown and
	 * the status need theirs. */
	do {
		assert_true(jail_now_ms() < end_ms);
		jail_sleep_ms(5);
		live_ok(jail_wait_rest(j, LIVE_SOON_MS));
	} while (jail_count(j) > 2);
	live_ok(jail_wait_rest(j, LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGTERM));
	(void)live_exits(j, 0, END_MS);
}

/* Process 1, rc, its service, and who writes the status. */
#define PIDS_NEEDED	4

TEST(test_edge_pids)
{
	struct jail_opts o = { 0 };

	if (!jail_has_pids())
		live_skip("edge: no pids cgroup can be made");
	scripts(j);
	for (o.pids_max = 1; o.pids_max <= PIDS_NEEDED + 1; o.pids_max++) {
		edge_boot(j, &o);
		if (o.pids_max >= PIDS_NEEDED)
			live_ok(jail_wait_state(j, "run", STATUS_MS));
		else
			jail_sleep_ms(200);
		edge_end(j);
		assert_true(jail_log_has(j, "down halt\n") ||
		    o.pids_max < PIDS_NEEDED);
		live_ok(jail_again(j));
	}
}

/* Of a jail that has booted without it. */
TEST(test_edge_pids_later)
{
	static const struct jail_opts o = { .pids_max = 100 };
	char path[PATH_MAX + 16];
	int more;
	FILE *f;

	if (!jail_has_pids())
		live_skip("edge: no pids cgroup can be made");
	scripts(j);
	for (more = 0; more <= 3; more++) {
		edge_boot(j, &o);
		booted(j);
		live_ok(jail_wait_count(j, 2, LIVE_SOON_MS));
		snprintf(path, sizeof(path), "%s/pids.max", j->cgroup);
		f = fopen(path, "we");
		assert_non_null(f);
		fprintf(f, "%d\n", 2 + more);
		live_ok(fclose(f));
		edge_end(j);
		assert_string_equal(jail_status(j, "state"), "gone");
		live_log_has(j, "termed\n");
		if (more > 0)
			live_log_has(j, "down halt\n");
		else
			live_log_has(j, "/etc/rc.shutdown: fork: ");
		live_ok(jail_again(j));
	}
}

TEST(test_edge_files)
{
	struct jail_opts o = { 0 };

	scripts(j);
	for (o.nofile = FILES_LEAST; o.nofile <= FILES_NEEDED; o.nofile++) {
		edge_boot(j, &o);
		if (o.nofile == FILES_NEEDED)
			live_ok(jail_wait_log(j, "booted\n", LIVE_SOON_MS));
		else
			jail_sleep_ms(100);
		edge_end(j);
		assert_true(jail_log_has(j, "down halt\n") ||
		    o.nofile < FILES_NEEDED);
		live_ok(jail_again(j));
		live_ok(jail_start(j, &o, JAILINIT, "-B", BUDGET, "--",
		    "/bin/sh", "-c", "exit 7", NULL));
		(void)live_exits(j, 7, END_MS);
		live_ok(jail_again(j));
	}
}

/* Of process 1 that has booted without it: none at all, fewer than it has, and
 * then one more at a time. */
TEST(test_edge_files_later)
{
	struct rlimit rl;
	int i, in_use;

	scripts(j);
	for (i = -6; i <= 8; i += i < 0 ? 3 : 1) {
		edge_boot(j, NULL);
		booted(j);
		live_ok(jail_wait_rest(j, LIVE_SOON_MS));
		in_use = proc_fds(j->pid);
		assert_in_range(in_use, 4, 6);
		rl.rlim_cur = rl.rlim_max = (rlim_t)(i < -in_use ? 0 :
		    in_use + i);
		live_ok(prlimit(j->pid, RLIMIT_NOFILE, &rl, NULL));
		edge_end(j);
		live_log_has(j, "termed\n");
		if (in_use + i >= FILES_NEEDED)
			live_log_has(j, "down halt\n");
		live_ok(jail_again(j));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_child_killed),
		LIVE_TEST(test_child_killed_app),
		LIVE_TEST(test_children_killed),
		LIVE_TEST(test_all_stopped),
		LIVE_TEST(test_stopped_ever),
		LIVE_TEST(test_farewell_stopped),
		LIVE_TEST(test_out_of_memory),
		LIVE_TEST(test_edge_pids),
		LIVE_TEST(test_edge_pids_later),
		LIVE_TEST(test_edge_files),
		LIVE_TEST(test_edge_files_later),
	};

	LIVE_MAIN("blows");
}
