/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What enters a jail for jailkill is not stopped, killed, traced or looked
 * into from inside (FreeBSD SA-21:05, CVE-2019-5736, CVE-2024-21626).  Each
 * test first sees a child that enters as nsenter does fall for it.
 * check: few
 * only linux: PID namespaces, /proc and ptrace(2) of Linux
 */
#include "hostile.h"

#include <sys/ptrace.h>

/*
 * Who enters, attacked from inside.
 */
static void
idle_nothing(void)
{
}

static void
stop_it(pid_t pid)
{
	(void)kill(pid, SIGSTOP);
}

static void
kill_it(pid_t pid)
{
	(void)kill(pid, SIGKILL);
}

static void
trace_it(pid_t pid)
{
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0)
		(void)ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
}

/* A traced process that has ended is held until its tracer takes it. */
static void
trace_idle(void)
{
	siginfo_t si;

	(void)waitid(P_ALL, 0, &si, WEXITED | WNOHANG | __WALL);
}

static void
stopper(void)
{
	watch(stop_it, idle_nothing);
}

static void
killer(void)
{
	watch(kill_it, idle_nothing);
}

static void
tracer(void)
{
	watch(trace_it, trace_idle);
}

/*
 * What can be had of a process: files of the host's, its program.
 */
#define EXES	16
#define PEEKS	50		/* runs of jailkill */

static int exe_fds[EXES];

static pid_t own, recent;

static bool
write_to(const char *path)
{
	struct stat st;
	bool done;
	int fd = open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);

	if (fd == -1)
		return (false);
	done = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    write(fd, "x", 1) == 1;
	close(fd);
	return (done);
}

static void
peek_exe(pid_t pid)
{
	static int next;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd == -1)
		return;
	if (exe_fds[next % EXES] > 0)
		close(exe_fds[next % EXES]);
	exe_fds[next++ % EXES] = fd;
}

/* When nobody runs it any more it can be written to: CVE-2019-5736.  What he
 * runs may be another program by now. */
static void
peek_idle(void)
{
	char path[64];
	int i;

	if (recent != 0)
		peek_exe(recent);
	for (i = 0; i < EXES; i++) {
		if (exe_fds[i] <= 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", exe_fds[i]);
		if (!write_to(path))
			continue;
		shared->got[GOT_EXE]++;
		close(exe_fds[i]);
		exe_fds[i] = 0;
	}
}

static void
peek_maps(pid_t pid)
{
	char path[512];
	const struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/map_files", pid);
	d = opendir(path);
	while (d != NULL && (e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "/proc/%d/map_files/%s", pid,
		    e->d_name);
		if (e->d_name[0] != '.' && write_to(path))
			shared->got[GOT_MAP]++;
	}
	if (d != NULL)
		closedir(d);
}

/* The mount namespace of a process in which the file is to be had. */
static void
peek_ns(pid_t pid)
{
	struct stat a, b;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return;
	if (fstat(fd, &a) == 0 && stat("/proc/self/ns/mnt", &b) == 0 &&
	    a.st_ino != b.st_ino) {
		own = fork();
		if (own == 0) {
			if (setns(fd, CLONE_NEWNS) == 0 &&
			    write_to(shared->file))
				shared->got[GOT_NS]++;
			_exit(0);
		}
		(void)waitpid(own, NULL, 0);
	}
	close(fd);
}

static void
peek(pid_t pid)
{
	char path[PATH_MAX + 64];
	int fd;

	if (pid == own)
		return;
	recent = pid;
	snprintf(path, sizeof(path), "/proc/%d/root%s", pid, shared->file);
	shared->got[GOT_ROOT] += write_to(path);
	for (fd = 0; fd < 8; fd++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
		shared->got[GOT_FD] += write_to(path);
	}
	snprintf(path, sizeof(path), "/proc/%d/cwd%s", pid,
	    strrchr(shared->file, '/'));
	shared->got[GOT_CWD] += write_to(path);
	peek_exe(pid);
	peek_maps(pid);
	peek_ns(pid);
}

static void
peeker(void)
{
	watch(peek, peek_idle);
}

static void (*attacker)(void);

static void
attack_begin(void *arg)
{
	(void)arg;
	live_child(victim);
	live_child(attacker);
}

static void
attack_boot(struct jail *j, bool userns, void (*fn)(void))
{
	struct jail_opts o = { .userns = userns, .before_exec = attack_begin };

	live_need_root();
	attacker = fn;
	shared_make();
	host_make(j);
	snprintf(shared->file, sizeof(shared->file), "%s",
	    host_path("jailinit.ctl"));
	hostile_boot(j, &o);
	/* no writer of the status, on its way out, is to be counted */
	assert_true(jail_wait_idle(j, LIVE_SOON_MS) >= 0);
	shared->go = 1;
	wait_for(&shared->ready, 0x100);
}

/* As "nsenter -a kill -s URG -1": has it been held up? */
static bool
plain_enter_fails(struct jail *j)
{
	int64_t end_ms = jail_now_ms() + 400;
	pid_t pid = jail_enter_sh(j, "kill -s URG -1"), r;
	int st = 0;

	assert_true(pid > 0);
	while ((r = waitpid(pid, &st, WNOHANG)) == 0 &&
	    jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	if (r == 0) {
		(void)kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	j->n_entered--;
	return (r == 0 || !WIFEXITED(st) || WEXITSTATUS(st) != 0);
}

/* The attacker needs a processor at the right moment. */
#define PLAIN_TRIES	30

static int
alive(const struct jail *j)
{
	return (jail_count(j) - jail_zombies(j));
}

/* No process of ours stays there; what is killed may take a moment. */
static void
nobody_inside(const struct jail *j, int before)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (alive(j) != before && jail_now_ms() < end_ms)
		jail_sleep_ms(2);
	assert_int_equal(alive(j), before);
}

/*
 * -s comes through or says that it did not, in time, and leaves nobody in
 * there; -h ends.  With a user namespace below ours the jail's root has no
 * power over who entered, and it always comes through.
 */
static void
attacked(struct jail *j, bool userns, void (*fn)(void), int rounds)
{
	int before, done = 0, i, held = 0, tried;
	long got;

	attack_boot(j, userns, fn);
	before = alive(j);
	for (i = 0; i < 3 || (held == 0 && i < PLAIN_TRIES); i++)
		held += plain_enter_fails(j);
	assert_true(held > 0);
	tried = i;
	for (i = 0; i < rounds; i++) {
		got = shared->signalled;
		jk(SIGNAL_MS, "-s", "URG", jail_name(j), NULL);
		code_is(0, userns ? 0 : 2);
		if (run.code == 0) {
			done++;
			signalled(got);
		} else
			said("that entered");
		nobody_inside(j, before);
	}
	print_message("plain: %d of %d held up; jailkill: %d of %d came "
	    "through, the others said so; %ld seen\n", held, tried, done,
	    rounds, shared->seen);
	halts(j, 3);
}

TEST(test_stops_all) { attacked(j, false, stopper, 10); }
TEST(test_stops_all_userns) { attacked(j, true, stopper, 10); }
TEST(test_kills_all) { attacked(j, false, killer, 10); }
TEST(test_kills_all_userns) { attacked(j, true, killer, 10); }
TEST(test_traces_all) { attacked(j, false, tracer, 2); }
TEST(test_traces_all_userns) { attacked(j, true, tracer, 10); }

/* Enters as a careless program does: with the PID namespace (and the user
 * namespace, so that it may), its folder, its files, its program. */
static pid_t
plain_careless(struct jail *j, const char *tool)
{
	int p[2], fd;
	pid_t pid, child = -1;

	live_ok(pipe(p));
	fflush(NULL);
	pid = fork();
	if (pid != 0) {
		close(p[1]);
		assert_int_equal(read(p[0], &child, sizeof(child)),
		    sizeof(child));
		close(p[0]);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		return (child);
	}
	fd = open(host_path("jailinit.status"), O_RDONLY);
	if (fd == -1 || dup2(fd, 3) == -1 || chdir(host_dir) == -1 ||
	    setns(j->pidfd, CLONE_NEWPID | (j->userns ? CLONE_NEWUSER : 0)) ==
	    -1)
		_exit(1);
	child = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL,
	    NULL, NULL);
	if (child == 0) {
		execl(tool, "sleep", "0.3", (char *)NULL);
		_exit(1);
	}
	(void)!write(p[1], &child, sizeof(child));
	_exit(0);
}

static void
peeked(struct jail *j, bool userns)
{
	char tool[PATH_MAX];
	int before, i;
	pid_t pid;

	if (getenv("JAIL_COVERAGE") != NULL)
		live_skip("peeks: to be counted, who enters shares memory");
	snprintf(tool, sizeof(tool), "%s/tool", j->dir);
	live_ok(plain("cp /bin/busybox %s", tool));
	attack_boot(j, userns, peeker);
	before = alive(j);
	pid = plain_careless(j, tool);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	jail_sleep_ms(200);
	print_message("plain: root %ld, cwd %ld, fd %ld, exe %ld, mnt %ld\n",
	    shared->got[GOT_ROOT], shared->got[GOT_CWD], shared->got[GOT_FD],
	    shared->got[GOT_EXE], shared->got[GOT_NS]);
	assert_true(shared->got[GOT_ROOT] > 0);
	assert_true(shared->got[GOT_CWD] > 0);
	assert_true(shared->got[GOT_FD] > 0);
	assert_true(shared->got[GOT_EXE] > 0);
	assert_true(userns || shared->got[GOT_NS] > 0);
	assert_true(host_written("jailinit.ctl"));
	assert_true(host_written("jailinit.status"));
	assert_int_not_equal(plain("cmp /bin/busybox %s", tool), 0);
	host_reset();
	for (i = 0; i < GOTS; i++)
		shared->got[i] = 0;
	shared->seen = 0;
	for (i = 0; i < PEEKS; i++) {
		jk(SIGNAL_MS, "-s", "URG", jail_name(j), NULL);
		assert_int_equal(run.code, 0);
		nobody_inside(j, before);
	}
	jail_sleep_ms(100);
	print_message("jailkill: %ld of %d seen\n", shared->seen, PEEKS);
	assert_true(shared->seen > 0);
	for (i = 0; i < GOTS; i++) {
		if (shared->got[i] != 0)
			print_error("got %d\n", i);
		assert_int_equal(shared->got[i], 0);
	}
	halts(j, 3);
	host_untouched();
}

TEST(test_peeks) { peeked(j, false); }
TEST(test_peeks_userns) { peeked(j, true); }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_stops_all),
		LIVE_TEST(test_stops_all_userns),
		LIVE_TEST(test_kills_all),
		LIVE_TEST(test_kills_all_userns),
		LIVE_TEST(test_traces_all),
		LIVE_TEST(test_traces_all_userns),
		LIVE_TEST(test_peeks),
		LIVE_TEST(test_peeks_userns),
	};

	LIVE_MAIN("kill_enter");
}
