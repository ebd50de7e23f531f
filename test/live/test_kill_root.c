/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill against a jail's root that wants to outlive KILL, to get at the
 * host through what enters, to lose its requests, or to harm others; and
 * jailkill under limits.  Each test first sees the plain way (a shell, kill)
 * fail.
 * check: few
 * only linux: cgroups, keys and FUSE
 */
#include "fuse.h"
#include "hostile.h"
#include "registers.h"

#include <sys/resource.h>

#include <linux/keyctl.h>

#include <sysexits.h>

#define NO_STEP		"no registers or no single step on this machine"

#define ROOT_TEST(f)							\
	cmocka_unit_test_setup_teardown(f, live_setup, root_teardown)

/* The plain way: its first process gets KILL, and the kernel is to do the
 * rest. */
static void
outlives_kill(struct jail *j)
{
	live_ok(plain("kill -KILL %d; sleep 0.5", j->pid));
	assert_true(is_there(j));
}

static void
ends(struct jail *j)
{
	jk(5000, "-s", "KILL", jail_name(j), NULL);
	if (run.code != 0)
		print_error("%s", run.out);
	assert_int_equal(run.code, 0);
	assert_false(is_there(j));
}

/* The attack on the plain way, then on both of ours. */
static void
killed(struct jail *j, void (*start)(struct jail *))
{
	start(j);
	outlives_kill(j);
	ends(j);
	live_ok(jail_again(j));
	start(j);
	ends(j);
	live_ok(jail_again(j));
	start(j);
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
	assert_false(is_there(j));
}

/*
 * A first process that waits in a file system of the jail's own.
 */
static int served_by;		/* SERVED_* */

enum {
	SERVED_PLAIN,
	SERVED_COMET,		/* by always another process */
	SERVED_COMETS,		/* ten of them */
	SERVED_BELOW,		/* from a PID namespace below */
	SERVED_OUTSIDE		/* by who entered */
};

/* Takes one request and leaves it: nobody can kill the process that waits for
 * the answer, as long as somebody holds the descriptor. */
static bool
serve_one(const struct fuse_in_header *in)
{
	(void)in;
	shared->ready = 1;
	return (false);
}

static _Noreturn void
comet(void)
{
	for (;;)
		if (fork() > 0)
			_exit(0);
}

static void
server(void)
{
	int i;

	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGCHLD, SIG_IGN);
	if (served_by == SERVED_BELOW &&
	    syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL,
	    NULL) != 0) {
		close(fuse_fd);
		for (;;)
			(void)pause();
	}
	shared->go = 1;
	fuse_serve(serve_one);
	for (i = served_by == SERVED_COMETS ? 10 : 1;
	    served_by == SERVED_COMET || (served_by == SERVED_COMETS && i > 0);
	    i--)
		if (i == 1 || fork() == 0)
			comet();
	for (;;)
		(void)pause();
}

static void
first_waits(void *arg)
{
	struct stat st;

	(void)arg;
	(void)prctl(PR_SET_NAME, "jailinit");
	fuse_fd = dup2(fuse_fd, 3);
	(void)syscall(SYS_close_range, 4, ~0U, 0);
	if (fuse_mount(NULL) != 0)
		shared->ready = 2;
	if (served_by != SERVED_OUTSIDE && fork() == 0)
		server();
	close(fuse_fd);
	(void)signal(SIGCHLD, SIG_IGN);
	while (shared->go == 0)
		(void)poll(NULL, 0, 1);
	for (;;)
		(void)stat(JAIL_CTL, &st);
}

static int
server_enters(void *arg)
{
	(void)arg;
	server();
	return (0);
}

static void
waits_start(struct jail *j)
{
	struct jail_opts o = { .before_exec = first_waits };

	fuse_open();
	shared_make();
	live_ok(jail_start(j, &o, "/bin/true", NULL));
	if (served_by == SERVED_OUTSIDE)
		assert_true(jail_enter(j, server_enters, NULL) > 0);
	close(fuse_fd);
	wait_for(&shared->ready, 1);
	assert_int_equal(shared->ready, 1);
}

TEST(test_waits)
{
	served_by = SERVED_PLAIN;
	killed(j, waits_start);
}

TEST(test_waits_comet)
{
	served_by = SERVED_COMET;
	killed(j, waits_start);
}

TEST(test_waits_comets)
{
	served_by = SERVED_COMETS;
	killed(j, waits_start);
}

TEST(test_waits_below)
{
	served_by = SERVED_BELOW;
	killed(j, waits_start);
}

/* Whose namespaces are not for the caller to see. */
TEST(test_waits_unseen)
{
	served_by = SERVED_PLAIN;
	waits_start(j);
	outlives_kill(j);
	assert_int_equal(plain("setpriv --bounding-set -all,+kill stat -L "
	    "/proc/%d/ns/pid", j->pid), 1);
	live_ok(plain("setpriv --bounding-set -all,+kill %s -s KILL "
	    "%s", jailkill_path(), jail_name(j)));
	assert_false(is_there(j));
}

/* It is nobody's child in there.  (The test reaps it with the jail.) */
TEST(test_waits_outside)
{
	served_by = SERVED_OUTSIDE;
	waits_start(j);
	outlives_kill(j);
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 2);
	said("is not reaped by its parent outside");
	assert_int_equal(waitpid(j->entered[0], NULL, WNOHANG), j->entered[0]);
	j->n_entered = 0;
	assert_int_not_equal(jail_wait(j, LIVE_SOON_MS, NULL), -1);
}

/*
 * First processes that are held at their end by who traces them, who is held
 * by another ...
 */
#define CHAIN	100

static void
first_chained(void *arg)
{
	pid_t traced = 1;
	int i;

	(void)arg;
	first_begin();
	for (i = 0; i < CHAIN; i++) {
		if (fork() == 0) {
			(void)signal(SIGTERM, SIG_IGN);
			if (ptrace(PTRACE_SEIZE, traced, NULL,
			    PTRACE_O_TRACEEXIT) == 0)
				shared->seen++;
			shared->ready++;
			for (;;)
				(void)pause();
		}
		while (shared->ready == i)
			(void)poll(NULL, 0, 1);
		traced = i + 2;
	}
	for (;;)
		(void)pause();
}

static void
chain_start(struct jail *j)
{
	struct jail_opts o = { .before_exec = first_chained };

	mute_start(j, &o);
	wait_for(&shared->ready, CHAIN);
	assert_int_equal(shared->seen, CHAIN);
}

TEST(test_chain)
{
	live_need_root();
	killed(j, chain_start);
}

/* A debugger of the jail around it is not of the jail. */
static pid_t
nested_first(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL,
	    NULL, NULL, NULL);

	if (pid == 0)
		for (;;)
			(void)pause();
	return (pid);
}

static void
first_debugs(void *arg)
{
	pid_t pid;

	(void)arg;
	first_begin();
	pid = nested_first();
	if (fork() == 0) {
		(void)ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACEEXIT);
		(void)prctl(PR_SET_NAME, "debugger");
		shared->ready = 1;
		for (;;)
			(void)pause();
	}
	for (;;)
		(void)pause();
}

TEST(test_nested_debugger)
{
	struct jail_opts o = { .before_exec = first_debugs };
	pid_t debugger, inner;
	char name[32];

	live_need_root();
	mute_start(j, &o);
	debugger = jail_find(j, "debugger");
	assert_true(debugger > 0);
	for (inner = 0; inner == 0;) {
		live_ok(plain("for p in $(pgrep -P %d); do [ $p = %d "
		    "] || echo $p; done", j->pid, debugger));
		inner = (pid_t)strtol(run.out, NULL, 10);
	}
	snprintf(name, sizeof(name), "pid=%d", inner);
	jk(12000, "-s", "KILL", name, NULL);
	assert_int_equal(run.code, 2);
	said("held by its tracer");
	assert_int_not_equal(proc_state(debugger), 'Z');
	live_ok(kill(debugger, 0));
	live_ok(kill(j->pid, 0));
}

/*
 * Who enters, traced from its first instruction on.
 */
#define KEY		"jailkill-test"

static char host_cgroup[PATH_MAX], jail_cgroup[PATH_MAX];

static const char *
v2_base(void)
{
	return (access("/sys/fs/cgroup/unified", F_OK) == 0 ?
	    "/sys/fs/cgroup/unified" : "/sys/fs/cgroup");
}

/* Two control groups, jailkill's and the jail's. */
static void
cgroups_make(const struct jail *j, const char *base)
{
	const char *name = strrchr(j->dir, '/') + 1;

	snprintf(host_cgroup, sizeof(host_cgroup), "%s/jailkill-host.%s", base,
	    name);
	snprintf(jail_cgroup, sizeof(jail_cgroup), "%s/jailkill-jail.%s", base,
	    name);
	if (mkdir(host_cgroup, 0755) == -1 || mkdir(jail_cgroup, 0755) == -1) {
		host_cgroup[0] = '\0';
		live_skip("no control groups to be made");
	}
}

static int
root_teardown(void **state)
{
	int e;

	/* A test that has failed may have left it frozen. */
	if (host_cgroup[0] != '\0')
		(void)plain("cd %s && echo THAWED >freezer.state; "
		    "echo 0 >cgroup.freeze; rmdir below", jail_cgroup);
	e = live_teardown(state);
	if (host_cgroup[0] != '\0')
		e |= rmdir(host_cgroup) | rmdir(jail_cgroup);
	host_cgroup[0] = jail_cgroup[0] = '\0';
	return (e);
}

/* In the test's session keyring, which what it runs has as well. */
static void
key_make(void)
{
	assert_true(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >
	    0);
	assert_true(syscall(SYS_add_key, "user", KEY, "x", (size_t)1,
	    KEY_SPEC_SESSION_KEYRING) > 0);
}

#ifdef HAS_REGISTERS
#define CAUGHT		6	/* so often is it to be caught */
#define CAUGHT_MOST	60
#define CATCH_RUNS	500	/* in so many runs */
#define PATIENCE_MS	300	/* of a tracer */

/* What the tracer, in the jail, has got; of all that it caught. */
static struct loot {
	volatile int caught;
	volatile int suspend;		/* let no filter be in the way */
	volatile int fds;		/* the most of one */
	volatile uint64_t caps;		/* of any, but CAP_KILL */
	volatile int groups;		/* in a group of the host's root */
	volatile int outside;		/* in jailkill's control group */
	volatile int calls;		/* that it made one do */
	volatile int keys;		/* of the host's */
	volatile int forked;		/* by one, and kept alive */
} *loot;

/* The text of /proc/PID/name. */
static const char *
proc_text(pid_t pid, const char *name)
{
	static char text[8192];
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd == -1 ? -1 : read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return (text);
}

static void
look_at(pid_t pid)
{
	static const char *const sets[] = { "CapInh:", "CapPrm:", "CapEff:",
	    "CapAmb:" };
	const char *p, *text = proc_text(pid, "status");
	const struct dirent *e;
	char path[64];
	int fds = 0;
	size_t i;
	DIR *d;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if ((p = strstr(text, sets[i])) != NULL)
			loot->caps |= strtoull(p + 7, NULL, 16) &
			    ~(UINT64_C(1) << 5 /* CAP_KILL */);
	loot->groups += strstr(text, "\nGid:\t0\t") != NULL;
	if (strstr(proc_text(pid, "cgroup"), strrchr(host_cgroup, '/')) !=
	    NULL)
		loot->outside++;
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	d = opendir(path);
	while (d != NULL && (e = readdir(d)) != NULL)
		fds += e->d_name[0] != '.';
	if (d != NULL)
		closedir(d);
	if (fds > loot->fds)
		loot->fds = fds;
}

/* Until it stops; false when it has ended, a filter ends it, or it takes too
 * long. */
static bool
stops(pid_t pid)
{
	int64_t end_ms = jail_now_ms() + PATIENCE_MS;
	pid_t r;
	int st = 0;

	while ((r = waitpid(pid, &st, WNOHANG | __WALL)) == 0 &&
	    jail_now_ms() < end_ms)
		continue;
	return (r == pid && WIFSTOPPED(st) && WSTOPSIG(st) != SIGSYS);
}

/* Has it make a system call, by an instruction for one that is written behind
 * the next one: a call that was interrupted begins again where it is. */
static long
inject(pid_t pid, long call, long a, long b, long c, long d)
{
	const long arg[] = { a, b, c, d };
	struct user_regs_struct r, was;
	long at, word;

	if (registers_get(pid, &was) == -1)
		return (-1);
	r = was;
	REG_PC(&r) += sizeof(int);
	at = (long)REG_PC(&r);
	word = ptrace(PTRACE_PEEKTEXT, pid, at, NULL);
	(void)ptrace(PTRACE_POKETEXT, pid, at, (word &
	    ~(long)SYSTEM_CALL_MASK) | (long)SYSTEM_CALL);
	registers_call(&r, call, arg);
	if (registers_set(pid, &r) == -1 ||
	    ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) == -1 || !stops(pid) ||
	    registers_get(pid, &r) == -1 ||
	    REG_RESULT(&r) == call)	/* as a filter that kills has it */
		return (-1);
	loot->calls++;
	(void)ptrace(PTRACE_POKETEXT, pid, at, word);
	(void)registers_set(pid, &was);
	return (REG_RESULT(&r));
}

static void
poke(pid_t pid, unsigned long at, const char *text)
{
	unsigned long word;
	size_t i;

	for (i = 0; i <= strlen(text); i += sizeof(word)) {
		word = 0;
		memcpy(&word, text + i, strnlen(text + i, sizeof(word)));
		(void)ptrace(PTRACE_POKEDATA, pid, at + i, word);
	}
}

static void
key_take(pid_t pid)
{
	struct user_regs_struct r;
	unsigned long at;

	if (registers_get(pid, &r) == -1)
		return;
	at = (REG_STACK(&r) - 1024) & ~7UL;
	poke(pid, at, "user");
	poke(pid, at + 64, KEY);
	if (inject(pid, SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING,
	    (long)at, (long)at + 64) > 0)
		loot->keys++;
}

/* A process of its, which is traced from its birth on: a plain one, or (again)
 * as it was made itself. */
static void
fork_make(pid_t pid, long options, bool again)
{
	long arg[] = { SIGCHLD, 0, 0, 0 };
	struct user_regs_struct r;
	unsigned long child = 0;

	(void)ptrace(PTRACE_SETOPTIONS, pid, NULL, options |
	    PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE);
	if (registers_get(pid, &r) == -1)
		return;
	if (again)
		registers_arguments(&r, arg);
	(void)inject(pid, SYS_clone, arg[0], arg[1], arg[2], arg[3]);
	if (ptrace(PTRACE_GETEVENTMSG, pid, NULL, &child) == 0 && child != 0 &&
	    kill((pid_t)child, 0) == 0)
		loot->forked++;
}

/* One attack each time, as a filter kills it. */
static void
catch_it(pid_t pid)
{
	long options = loot->suspend != 0 ? PTRACE_O_SUSPEND_SECCOMP : 0;

	if (strstr(proc_text(pid, "status"), "\nTracerPid:\t0\n") == NULL ||
	    ptrace(PTRACE_SEIZE, pid, NULL, options) == -1)
		return;
	(void)ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
	if (!stops(pid))
		return;
	look_at(pid);
	if (loot->caught % 3 == 0)
		key_take(pid);
	else
		fork_make(pid, options, loot->caught % 3 == 1);
	loot->caught++;
	(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
}

static void
catch_idle(void)
{
	siginfo_t si;

	(void)waitid(P_ALL, 0, &si, WEXITED | WNOHANG | __WALL);
}

static void
catcher(void)
{
	watch(catch_it, catch_idle);
}

static void
catcher_begin(void *arg)
{
	(void)arg;
	live_child(catcher);
}

/* Runs it in the host's control group, the jail's pid in between, until it was
 * caught often enough; a plain way, in which a tracer may fail at times, until
 * each attack has succeeded, too. */
static void
caught_at(const struct jail *j, const char *command, const char *args,
    bool is_plain)
{
	int i;

	memset(loot, 0, offsetof(struct loot, suspend));
	memset((void *)(uintptr_t)&loot->fds, 0, sizeof(*loot) -
	    offsetof(struct loot, fds));
	for (i = 0; i < CATCH_RUNS && (loot->caught < CAUGHT || (is_plain &&
	    loot->caught < CAUGHT_MOST &&
	    (loot->keys == 0 || loot->forked == 0))); i++)
		(void)plain("echo 0 >%s/cgroup.procs; exec %s%d %s",
		    host_cgroup, command, j->pid, args);
	print_message("%s...: caught %d in %d; fds %d, caps %llx, groups %d, "
	    "outside %d, calls %d, keys %d, forked %d\n", command,
	    loot->caught, i, loot->fds, (unsigned long long)loot->caps,
	    loot->groups, loot->outside, loot->calls, loot->keys,
	    loot->forked);
	assert_in_range(loot->caught, CAUGHT, INT_MAX);
}

static void
caught(struct jail *j, const char *base, int suspend)
{
	struct jail_opts o = { .before_exec = catcher_begin };
	char command[PATH_MAX];

	live_need_root();
	loot = mmap(NULL, sizeof(*loot), PROT_READ | PROT_WRITE, MAP_SHARED |
	    MAP_ANONYMOUS, -1, 0);
	loot->suspend = suspend;
	shared_make();
	cgroups_make(j, base);
	live_ok(jail_start(j, &o, "/sbin/jailinit", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(plain("echo %d >%s/cgroup.procs", j->pid, jail_cgroup));
	key_make();
	jail_sleep_ms(100);
	shared->go = 1;
	wait_for(&shared->ready, 0x100);
	caught_at(j, "nsenter -t ", "-p sleep 0.3", true);
	assert_true(loot->fds > 0 && loot->caps != 0 && loot->groups > 0 &&
	    loot->outside > 0 && loot->keys > 0 && loot->forked > 0);
	/* What it has made live there. */
	live_ok(plain("kill -KILL $(cat %s/cgroup.procs); sleep 1",
	    host_cgroup));
	snprintf(command, sizeof(command), "%s -s URG pid=", jailkill_path());
	caught_at(j, command, "", false);
	assert_int_equal(loot->fds, 0);
	assert_int_equal(loot->caps, 0);
	assert_int_equal(loot->groups, 0);
	assert_int_equal(loot->outside, 0);
	assert_int_equal(loot->keys, 0);
	if (suspend)
		assert_true(loot->calls > 0);
	else
		assert_int_equal(loot->forked, 0);
	live_ok(plain("cat %s/cgroup.procs", host_cgroup));
	assert_string_equal(run.out, "");
	ends(j);
}

TEST(test_caught) { caught(j, v2_base(), 0); }
TEST(test_caught_v1) { caught(j, "/sys/fs/cgroup/pids", 0); }
TEST(test_caught_unfiltered) { caught(j, v2_base(), 1); }
#endif

/* A jail that lets no more processes be made is entered all the same. */
TEST(test_pids_full)
{
	live_need_root();
	cgroups_make(j, "/sys/fs/cgroup/pids");
	mute_start(j, NULL);
	live_ok(plain("echo %d >%s/cgroup.procs && echo 1 "
	    ">%s/pids.max", j->pid, jail_cgroup, jail_cgroup));
	assert_int_not_equal(plain("sh -c 'echo 0 >%s/cgroup.procs; "
	    "sleep 0 & wait'; test $? = 0 && false", jail_cgroup), 0);
	jk(5000, "-s", "URG", jail_name(j), NULL);
	assert_int_equal(run.code, 0);
	ends(j);
}

/* The quota of keys is a user's, and as any user the root of a jail may use it
 * up. */
static void
first_collects(void *arg)
{
	char name[32];
	int i;

	(void)arg;
	first_begin();
	if (setresuid(UINT32_MAX - 1, UINT32_MAX - 1, UINT32_MAX - 1) == -1)
		shared->ready = 2;
	(void)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	for (i = 0; i < 100000; i++) {
		snprintf(name, sizeof(name), "%d", i);
		if (syscall(SYS_add_key, "user", name, "x", (size_t)1,
		    KEY_SPEC_SESSION_KEYRING) < 0)
			break;
	}
	shared->seen = i;
	shared->ready = 1;
	for (;;)
		(void)pause();
}

TEST(test_keys_full)
{
	struct jail_opts o = { .before_exec = first_collects };

	live_need_root();
	key_make();
	mute_start(j, &o);
	assert_int_equal(shared->ready, 1);
	assert_in_range(shared->seen, 1, 99999);
	jk(5000, "-s", "URG", jail_name(j), NULL);
	assert_int_equal(run.code, 0);
	ends(j);
}

/*
 * Requests.
 */
static void
boot(struct jail *j, const struct jail_opts *o)
{
	live_ok(jail_script(j, "/etc/rc.shutdown", ": >/tmp/shutdown"));
	live_ok(jail_start(j, o, "/sbin/jailinit", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
}

/* What somebody wrote who did not end his line.  (A name would be a request
 * of its own.) */
static void
half_line(struct jail *j)
{
	live_ok(jail_ctl_raw(j, "-", 1));
}

TEST(test_half_line)
{
	boot(j, NULL);
	half_line(j);
	live_ok(plain("echo halt >%s", jail_path(j, JAIL_CTL)));
	live_ok(jail_wait_log(j, "unknown request: -halt", LIVE_SOON_MS));
	assert_true(is_there(j));
	half_line(j);
	jk(halt_ms(20), "-h", "-t", "20", jail_name(j), NULL);
	assert_int_equal(run.code, 0);
	assert_in_range(run.took_ms, 0, jail_slack(5000));
	assert_true(jail_exists(j, "/tmp/shutdown"));
	live_log_has(j, "halt requested, gone in 18 s at most");
	assert_string_equal(jail_status(j, "dropped_requests"), "2");
}

TEST(test_half_line_request)
{
	live_ok(jail_script(j, "/etc/rc.request.d/hello", ": >/tmp/hello"));
	boot(j, NULL);
	half_line(j);
	jk(LOOK_MS, "-v", "-R", "hello", jail_name(j), NULL);
	assert_int_equal(run.code, 0);
	said("asked for hello\n");
	live_ok(jail_wait_file(j, "/tmp/hello", LIVE_SOON_MS));
	live_ok(jail_wait_status(j, "dropped_requests", "1", LIVE_SOON_MS));
}

/* Newlines alone are not counted. */
TEST(test_half_line_jailctl)
{
	const char *program = getenv("JAILCTL");

	live_ok(jail_copy(j, program != NULL && *program != '\0' ? program :
	    "build/jailctl", "/sbin/jailctl"));
	live_ok(jail_script(j, "/etc/rc.request.d/hello", ": >/tmp/hello"));
	boot(j, NULL);
	live_ok(jail_sh(j, "/sbin/jailctl request hello"));
	live_ok(jail_wait_file(j, "/tmp/hello", LIVE_SOON_MS));
	live_ok(jail_wait_status(j, "job", "hello", LIVE_SOON_MS));
	assert_string_equal(jail_status(j, "dropped_requests"), "0");
	live_ok(unlink(jail_path(j, "/tmp/hello")));
	half_line(j);
	live_ok(jail_sh(j, "/sbin/jailctl request hello"));
	live_ok(jail_wait_file(j, "/tmp/hello", LIVE_SOON_MS));
	half_line(j);
	(void)jail_sh(j, "/sbin/jailctl halt 30");
	(void)live_exits(j, 0, LIVE_SOON_MS);
	live_log_has(j, "halt requested, gone in 30 s at most");
}

/* Somebody else reads the FIFO, and is faster. */
static void
thief(void)
{
	char c[4096];
	int fd = -1;

	(void)signal(SIGTERM, SIG_IGN);
	while (fd == -1)
		fd = open(JAIL_CTL, O_RDONLY);
	shared->ready = 1;
	for (;;)
		if (read(fd, c, sizeof(c)) > 0)
			shared->seen++;
}

static void
thief_begin(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < 4; i++)
		live_child(thief);
}

TEST(test_lost_request)
{
	struct jail_opts o = { .before_exec = thief_begin };
	int i;

	shared_make();
	boot(j, &o);
	wait_for(&shared->ready, 1);
	/* Process 1 reads as well: until it was stolen. */
	for (i = 0; i < 100 && shared->seen == 0; i++)
		live_ok(plain("echo >%s; sleep 0.05", jail_path(j, JAIL_CTL)));
	assert_true(shared->seen > 0);
	live_ok(jail_signal(j, SIGSTOP));	/* ends with asking */
	jk(halt_ms(4), "-v", "-h", "-t", "4", jail_name(j), NULL);
	code_is(0, 1);
	/* It was told; TERM to all, which follows, may hit its rc.shutdown. */
	live_log_has(j, "halt requested");
}

/*
 * The caller's limits.
 */
TEST(test_file_size)
{
	boot(j, NULL);
	assert_int_equal(plain("ulimit -f 0; echo x >%s/out", j->dir), 128 +
	    SIGXFSZ);
	/* Who may raise it does, or it is said. */
	if (plain("ulimit -f 0; %s -s URG %s", jailkill_path(),
	    jail_name(j)) != 0)
		said("RLIMIT_FSIZE");
	code_is(0, 2);
	live_ok(plain("ulimit -S -f 0; %s -s URG %s", jailkill_path(),
	    jail_name(j)));
	live_ok(plain("ulimit -f 0; %s -v -h -t 9 %s >%s/out", jailkill_path(),
	    jail_name(j), j->dir));
	assert_false(is_there(j));
	assert_true(jail_exists(j, "/tmp/shutdown"));
	assert_int_equal(plain("ulimit -f 0; %s -V >%s/out", jailkill_path(),
	    j->dir), EX_IOERR);
}

#define STRANGER	70000	/* nobody else runs as it */

/* As an ordinary user who has as many processes as he may have. */
TEST(test_processes)
{
	live_need_root();
	live_ok(plain("cp %s %s/jk && chmod 755 %s %s/jk && "
	    "chmod 711 %s", jailkill_path(), j->dir, j->dir, j->dir, j->root));
	live_ok(plain("setpriv --reuid %d --regid %d --clear-groups "
	    "unshare -Urpf --kill-child sleep 100 & sleep 1; p=$(pgrep -u %d "
	    "-x sleep); setpriv --reuid %d --regid %d --clear-groups "
	    "prlimit --nproc=3:3 %s/jk -s TERM pid=$p; e=$?; "
	    "setpriv --reuid %d --regid %d --clear-groups prlimit "
	    "--nproc=4:4 %s/jk -s TERM pid=$p; f=$?; "
	    "setpriv --reuid %d --regid %d --clear-groups prlimit "
	    "--nproc=5:5 %s/jk -s TERM pid=$p; g=$?; "
	    "setpriv --reuid %d --regid %d --clear-groups "
	    "%s/jk -s TERM pid=$p; h=$?; kill -KILL $p;"
	    "echo status $e $f $g $h", STRANGER, STRANGER, STRANGER, STRANGER,
	    STRANGER, j->dir, STRANGER, STRANGER, j->dir, STRANGER, STRANGER,
	    j->dir, STRANGER, STRANGER, j->dir));
	print_message("%s", run.out);
	said("the caller's own limit is reached");
	assert_null(strstr(run.out, "it lets no process be made"));
	said("status 2 2 0 0\n");
}

/* Who enters is another user, of whom there may be as many. */
TEST(test_processes_root)
{
	live_need_root();
	mute_start(j, NULL);
	if (plain("prlimit --nproc=1:1 %s -s URG %s", jailkill_path(),
	    jail_name(j)) != 0)
		said("the caller's own limit is reached");
	code_is(0, 2);
}

/*
 * A jail that is frozen.
 */
static void
frozen(struct jail *j, pid_t pid)
{
	char line[PATH_MAX];

	live_ok(plain("echo %d >%s/cgroup.procs && "
	    "echo FROZEN >%s/freezer.state", pid, jail_cgroup, jail_cgroup));
	snprintf(line, sizeof(line), "process %d is frozen by the control "
	    "group freezer%s", pid, strrchr(jail_cgroup, '/'));
	outlives_kill(j);
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 2);
	said(line);
	if (pid == j->pid) {		/* ten seconds */
		jk(12000, "-s", "KILL", jail_name(j), NULL);
		assert_int_equal(run.code, 2);
		said(line);
	}
	live_ok(plain("echo THAWED >%s/freezer.state", jail_cgroup));
	assert_int_not_equal(jail_wait(j, LIVE_SOON_MS, NULL), -1);
}

TEST(test_frozen)
{
	live_need_root();
	cgroups_make(j, "/sys/fs/cgroup/freezer");
	mute_start(j, NULL);
	frozen(j, j->pid);
}

static void
sleeper(void)
{
	(void)prctl(PR_SET_NAME, "sleeper");
	for (;;)
		(void)pause();
}

static void
first_and_sleeper(void *arg)
{
	live_child(sleeper);
	first_mute(arg);
}

/* It is another process that does not go. */
TEST(test_frozen_other)
{
	struct jail_opts o = { .before_exec = first_and_sleeper };
	pid_t pid = 0;

	live_need_root();
	cgroups_make(j, "/sys/fs/cgroup/freezer");
	fifo_make(j);
	mute_start(j, &o);
	while (pid == 0)
		pid = jail_find(j, "sleeper");
	frozen(j, pid);
}

/* By version 2 KILL is heard. */
TEST(test_frozen_v2)
{
	live_need_root();
	cgroups_make(j, v2_base());
	boot(j, NULL);
	live_ok(plain("mkdir %s/below && echo %d "
	    ">%s/below/cgroup.procs && echo 1 >%s/cgroup.freeze && sleep 0.1",
	    jail_cgroup, j->pid, jail_cgroup, jail_cgroup));
	jk(5000, "-s", "URG", jail_name(j), NULL);
	assert_int_equal(run.code, 0);
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
	said("is frozen by the control group /jailkill-jail");
	assert_false(is_there(j));
	(void)jail_wait(j, LIVE_SOON_MS, NULL);
	live_ok(plain("rmdir %s/below", jail_cgroup));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_waits),
		LIVE_TEST(test_waits_comet),
		LIVE_TEST(test_waits_comets),
		LIVE_TEST(test_waits_below),
		LIVE_TEST(test_waits_unseen),
		LIVE_TEST(test_waits_outside),
		LIVE_TEST(test_chain),
		LIVE_TEST(test_nested_debugger),
#ifdef HAS_REGISTERS
		ROOT_TEST(test_caught),
		ROOT_TEST(test_caught_v1),
		ROOT_TEST(test_caught_unfiltered),
#else
		LIVE_SKIPPED("test_caught", NO_STEP),
		LIVE_SKIPPED("test_caught_v1", NO_STEP),
		LIVE_SKIPPED("test_caught_unfiltered", NO_STEP),
#endif
		ROOT_TEST(test_pids_full),
		ROOT_TEST(test_keys_full),
		ROOT_TEST(test_half_line),
		ROOT_TEST(test_half_line_request),
		ROOT_TEST(test_half_line_jailctl),
		ROOT_TEST(test_lost_request),
		ROOT_TEST(test_file_size),
		ROOT_TEST(test_processes),
		ROOT_TEST(test_processes_root),
		ROOT_TEST(test_frozen),
		ROOT_TEST(test_frozen_other),
		ROOT_TEST(test_frozen_v2),
	};

	LIVE_MAIN("kill_root");
}
