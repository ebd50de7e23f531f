/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is FreeBSD's alone.  Guards against: a prestop that does nothing, so
 * that jail(8) cuts rc.shutdown short; jails that stay dying; a status that
 * cleanvar removes; an attack on what enters (SA-21:05), a jail's links
 * (SA-07:01).
 * check: few
 * only freebsd: jail(8), jail.conf(5), rctl(8), vnet(9), rc.subr(8)
 */
#include "kill.h"

#include <sys/param.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <sys/un.h>
#include <sys/user.h>

#include <limits.h>

#define RC_PATH		"PATH=/sbin:/bin:/usr/sbin:/usr/bin"
#define PS		"ps -axo pid,ppid,jid,stat,comm,args | awk '$3 != 0'"
#define MARK_ARG	"echo $1 >>" LIVE_MARK
#define MANY		50

/*
 * The host.
 */
static struct kill host_last;

/* A shell of the host's, with what rc(8) gives its scripts for a PATH. */
static void
host_exec(void *script)
{
	static char *const env[] = { (char *)(uintptr_t)RC_PATH, NULL };

	(void)setsid();
	execle("/bin/sh", "sh", "-c", (const char *)script, (char *)NULL, env);
	_exit(126);
}

static void
host_start(struct kill *k, const char *script)
{
	struct kill_opts o = { .before_exec = host_exec,
	    .arg = (void *)(uintptr_t)script };

	kill_start(k, &o, "-V", NULL);	/* never that */
}

/* Its exit status; -1 when it takes longer. */
static int
host(const char *script)
{
	int st;

	host_start(&host_last, script);
	st = kill_wait(&host_last, LIVE_SOON_MS + 20000);
	if (st != 0)
		print_error("%s: exit status %d\n%s%s", script, st,
		    host_last.out, host_last.err);
	return (st);
}

static int
knob(const char *name)
{
	int value = 0;
	size_t size = sizeof(value);

	return (sysctlbyname(name, &value, &size, NULL, 0) == 0 ? value : 0);
}

static const char *
jailkill_path(void)
{
	static char path[PATH_MAX];
	const char *p = getenv("JAILKILL");

	if (realpath(p != NULL && *p != '\0' ? p : "build/jailkill", path) ==
	    NULL)
		fail_msg("no jailkill");
	return (path);
}

/*
 * Jails of jail(8).
 */
static const char *
name(void)
{
	return (kill_fmt("jailinit-conf-%d", (int)getpid()));
}

/* Its root is mounted; more is what the jail.conf has more. */
static void
conf(struct jail *j, const char *more)
{
	const char *text = kill_fmt("%s {\n\tpath = \"%s\";\n"
	    "\thost.hostname = test;\n\texec.consolelog = \"%s\";\n"
	    "\texec.stop = \"\";\n\t%s\n}\n", name(), j->root, j->log, more);
	FILE *f = fopen(kill_fmt("%s/jail.conf", j->dir), "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	live_ok(fclose(f));
}

/* What exec.clean looks root up in. */
static void
passwd_make(struct jail *j)
{
	live_ok(jail_write(j, "/etc/master.passwd", 0600,
	    "root:*:0:0::0:0:root:/:/bin/sh\n"));
	live_ok(host(kill_fmt("pwd_mkdb -p -d %s/etc "
	    "%s/etc/master.passwd", j->root, j->root)));
}

static int
jail8(struct jail *j, const char *what)
{
	return (host(kill_fmt("jail -f %s/jail.conf %s %s", j->dir, what,
	    name())));
}

static bool
is_listed(struct jail *j)
{
	live_ok(host("jls -d path"));
	return (strstr(host_last.out, j->dir) != NULL);
}

/* No jail of the test's is left, not even one that is dying, and nothing holds
 * what was mounted for it. */
static void
all_gone(struct jail *j)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (is_listed(j) && jail_now_ms() < end_ms)
		jail_sleep_ms(20);
	if (is_listed(j))
		(void)host(PS "; exit 1");
	assert_false(is_listed(j));
	live_ok(jail_unmount(j));
}

/* rc.shutdown has had its time. */
static void
has_halted(struct jail *j)
{
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\ndone\n");
	live_log_has(j, "jailinit: halt requested, gone in ");
	assert_string_equal(jail_status(j, "state"), "gone");
	assert_string_equal(jail_status(j, "forced"), "");
}

#define SLOW_END	MARK_ARG "; sleep 1; echo done >>" LIVE_MARK

static void
prestop_case(struct jail *j, const char *more)
{
	live_ok(jail_script(j, "/etc/rc.shutdown", SLOW_END));
	conf(j, kill_fmt("exec.start = \"/sbin/jailinit -b\";\n"
	    "\texec.prestop = \"%s -h -t 60 $name\";\n\t%s",
	    jailkill_path(), more));
	live_ok(jail_mount(j));
	live_ok(jail8(j, "-c"));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail8(j, "-r"));
	has_halted(j);
	all_gone(j);
	(void)unlink(jail_path(j, LIVE_MARK));
	live_ok(jail_again(j));
}

/* exec.prestop, with each of what may matter for it. */
TEST(test_prestop)
{
	passwd_make(j);
	prestop_case(j, "");
	prestop_case(j, "persist;");
	prestop_case(j, "exec.clean;");
	prestop_case(j, "persist; exec.clean; exec.timeout = 30;");
}

/* What rc gets of the environment is what jail(8) says. */
TEST(test_clean)
{
	live_ok(jail_script(j, "/etc/rc", "env | grep -v '^_=' | "
	    "sed 's/=.*//' | sort >/tmp/env; pwd >>/tmp/env"));
	passwd_make(j);
	conf(j, "exec.clean; exec.start = \"/sbin/jailinit -b\";");
	live_ok(jail_mount(j));
	live_ok(jail8(j, "-c"));
	assert_non_null(strstr(jail_file(j, "/tmp/env"), "PATH\n"));
	assert_null(strstr(jail_file(j, "/tmp/env"), "JAIL"));
	assert_non_null(strstr(jail_file(j, "/tmp/env"), "/\n"));
	kill_says(kill_run(NULL, "-h", name(), NULL), 0,
	    kill_fmt("* (%s): gone after # s\n", name()), "");
	all_gone(j);
}

/* A jail that persists is jail(8)'s to remove, when nobody lives there. */
TEST(test_persist)
{
	live_ok(jail_script(j, "/etc/rc.shutdown", SLOW_END));
	conf(j, "persist; exec.start = \"/sbin/jailinit -b\";");
	live_ok(jail_mount(j));
	live_ok(jail8(j, "-c"));
	kill_says(kill_run(NULL, "-h", name(), NULL), 0,
	    kill_fmt("* (%s): gone after # s\n", name()), "");
	has_halted(j);
	live_ok(host(kill_fmt("jls -j %s jid", name())));
	live_ok(jail8(j, "-r"));
	all_gone(j);
}

/* jail(8) waits for it. */
TEST(test_command)
{
	struct kill k;

	live_ok(jail_script(j, "/etc/rc.shutdown", SLOW_END));
	conf(j, "command = \"/sbin/jailinit\";");
	live_ok(jail_mount(j));
	host_start(&k, kill_fmt("jail -f %s/jail.conf -c %s", j->dir, name()));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	kill_says(kill_run(NULL, "-h", name(), NULL), 0,
	    kill_fmt("* (%s): gone after # s\n", name()), "");
	live_ok(kill_wait(&k, LIVE_SOON_MS));
	has_halted(j);
	all_gone(j);
}

/* A jail that is no jailinit's: nobody is asked, all get TERM at once. */
TEST(test_plain)
{
	live_ok(jail_script(j, "/etc/plain",
	    "trap 'echo first >>" LIVE_MARK "; exit' TERM\n"
	    "sh -c \"trap 'echo second >>" LIVE_MARK "; exit' TERM; echo "
	    ">/tmp/up; while :; do sleep 0.05; done\" &\n"
	    "while :; do sleep 0.05; done"));
	live_ok(jail_start(j, NULL, "/bin/sh", "/etc/plain", NULL));
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	kill_says(kill_run(NULL, "-n", "-h", kill_jid(j), NULL), 0,
	    kill_fmt("%s: does not listen, would send TERM to all of it\n",
	    kill_name(j)), "");
	kill_says(kill_run(NULL, "-h", "-t", "60", kill_jid(j), NULL), 0,
	    kill_fmt("%s: gone after # s\n", kill_name(j)), "");
	assert_in_range(kill_last.took_ms, 0, LIVE_SOON_MS);
	assert_non_null(strstr(jail_file(j, LIVE_MARK), "first\n"));
	assert_non_null(strstr(jail_file(j, LIVE_MARK), "second\n"));
	assert_int_not_equal(jail_wait(j, LIVE_SOON_MS, NULL), -1);
	all_gone(j);
}

/* The start of what FreeBSD's rc does, and an rc that goes on. */
TEST(test_cleanvar)
{
	live_ok(jail_script(j, "/etc/rc",
	    "find /var/run \\( -type f -or -type s \\) -delete\n"
	    "echo >/tmp/cleaned; until [ -e /tmp/go ]; do sleep 0.05; done"));
	live_ok(jail_start(j, NULL, "/sbin/jailinit", NULL));
	live_ok(jail_wait_file(j, "/tmp/cleaned", LIVE_SOON_MS));
	live_ok(jail_wait_state(j, "boot", LIVE_SOON_MS));
	live_ok(kill_run(NULL, "-l", kill_jid(j), NULL));
	assert_non_null(strstr(kill_last.out, " boot "));
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	kill_says(kill_run(NULL, "-h", kill_jid(j), NULL), 0,
	    kill_fmt("%s: gone after # s\n", kill_name(j)), "");
}

/* Descriptors of process 1 when rc has begun, and when it has a request that
 * rc is deaf to.  Was it still in boot then?  It is for 5 seconds. */
static bool
watch_case(struct jail *j, int *before, int *after)
{
	bool in_boot;

	(void)unlink(jail_path(j, "/tmp/go"));
	(void)unlink(jail_path(j, "/tmp/up"));
	assert_int_equal(jail_start(j, NULL, "/sbin/jailinit", NULL), 0);
	assert_int_equal(jail_wait_state(j, "boot", LIVE_SOON_MS), 0);
	assert_int_equal(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS), 0);
	assert_int_equal(jail_wait_rest(j, LIVE_SOON_MS), 0);
	*before = proc_fds(j->pid);
	assert_int_equal(jail_ctl(j, "halt 900\n"), 0);
	assert_int_equal(jail_wait_status(j, "request", "halt", LIVE_SOON_MS),
	    0);
	assert_int_equal(jail_wait_rest(j, LIVE_SOON_MS), 0);
	*after = proc_fds(j->pid);
	in_boot = strcmp(jail_status(j, "state"), "boot") == 0;
	assert_int_equal(jail_write(j, "/tmp/go", 0644, ""), 0);
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_int_equal(jail_again(j), 0);
	return (in_boot);
}

/* The status's removal is watched for during boot, by two descriptors; once
 * there is a request its path is not opened again, as that may hang. */
static void
test_watch_ends(void **state)
{
	struct jail *j = *state;
	int before = 0, after = 0, late = 0;

	assert_int_equal(jail_script(j, "/etc/rc", "trap '' TERM\n"
	    "echo >/tmp/up\nuntil [ -e /tmp/go ]; do sleep 0.05; done"), 0);
	while (!watch_case(j, &before, &after))
		assert_true(++late < 20);
	assert_int_equal(after, before - 2);
}

/* A jailinit by the name that podman(1) gives an init of its own. */
TEST(test_other_name)
{
	const char *const env[] = { "JAILINIT_OPTIONS=-s 9 -f " JAIL_STATUS,
	    NULL };
	const struct jail_opts o = { .env = env };
	char from[PATH_MAX];

	snprintf(from, sizeof(from), "%s", jail_path(j, "/sbin/jailinit"));
	live_ok(rename(from, jail_path(j, "/podman-init")));
	live_ok(jail_start(j, &o, "/podman-init", "--", "/bin/sleep", "1000",
	    NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(kill_run(NULL, "-l", kill_jid(j), NULL));
	if (strstr(kill_last.out, kill_fmt(" %d ", (int)j->pid)) == NULL)
		fail_msg("%s", kill_last.out);
	kill_says(kill_run(NULL, "-h", kill_jid(j), NULL), 0,
	    kill_fmt("%s: gone after # s\n", kill_name(j)), "");
	(void)live_exits(j, 128 + SIGTERM, LIVE_SOON_MS);
}

/* Who is traced enters no jail, and says that this is why. */
TEST(test_traced)
{
	live_boot(j, NULL);
	(void)host(kill_fmt("! ktrace -i -f %s/trace %s -s TERM %s 2>&1",
	    j->dir, jailkill_path(), kill_jid(j)));
	if (strstr(host_last.out, ": cannot enter: jailkill is traced") ==
	    NULL)
		fail_msg("%s", host_last.out);
	assert_string_equal(jail_status(j, "state"), "run");
}

/* Nor does jailinit leave a child behind: init(8) is not told of one that has
 * ended already, and as long as it does not reap it, the jail stays. */
TEST(test_no_zombie)
{
	int i;

	for (i = 0; i < 5; i++) {
		live_boot(j, NULL);
		live_ok(jail_ctl(j, "halt\n"));
		live_exits(j, 0, LIVE_SOON_MS);
		all_gone(j);
		live_ok(jail_again(j));
	}
}

/* No verb leaves a jail that cannot end. */
TEST(test_no_dying)
{
	static const char *const verbs[] = { "-l", "-s URG", "-n -h",
	    "-R nothing", "-r", "-h" };
	size_t i, k;

	for (i = 0; i < nitems(verbs); i++) {
		live_ok(jail_start(j, NULL, "/sbin/jailinit", "-l", "exit",
		    NULL));
		live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
		for (k = 0; k < 3 && jail_wait(j, 0, NULL) == -1; k++)
			(void)host(kill_fmt("%s %s %d", jailkill_path(),
			    verbs[i], j->jid));
		if (jail_wait(j, 0, NULL) == -1)
			live_ok(jail_ctl(j, "halt\n"));
		live_exits(j, 0, LIVE_SOON_MS);
		all_gone(j);
		live_ok(jail_again(j));
	}
}

/*
 * Many.
 */
static struct jail many[MANY];

static int
many_teardown(void **state)
{
	int e = 0, i;

	for (i = MANY - 1; i >= 0; i--)
		e |= jail_free(&many[i]);
	return (kill_teardown(state) | e);
}

static const char *
many_start(const char *rc_shutdown)
{
	const char *jids = "";
	int i;

	for (i = 0; i < MANY; i++) {
		live_ok(jail_script(&many[i], "/etc/rc.shutdown", rc_shutdown));
		live_ok(jail_start(&many[i], NULL, "/sbin/jailinit", NULL));
		jids = kill_fmt("%s %d", jids, many[i].jid);
	}
	for (i = 0; i < MANY; i++)
		live_ok(jail_wait_state(&many[i], "run", LIVE_SOON_MS));
	return (jids);
}

static int
times(const char *text, const char *what)
{
	int n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return (n);
}

/* One deadline for all, whether they end by themselves or run out of time. */
/* Halts all of them at once.  Returns the status of jailkill; prints its output
 * if that is not 0, or not all have gone. */
static int
many_halt(struct kill *k, const char *jids, int seconds)
{
	int st;

	host_start(k, kill_fmt("%s -h -t %d%s", jailkill_path(), seconds,
	    jids));
	st = kill_wait(k, 1000 * seconds + LIVE_LATE_MS);
	if (st != 0 || times(k->out, "gone after ") != MANY)
		print_error("%d\n%s%s", st, k->out, k->err);
	return (st);
}

TEST(test_many)
{
	struct kill k;
	const char *jids;
	int i, seconds, st;

	for (i = 0; i < MANY; i++)
		live_ok(jail_new(&many[i]));
	jids = many_start("sleep 2");
	seconds = (int)jail_slack(30);
	st = many_halt(&k, jids, seconds);
	assert_int_equal(st, 0);
	assert_int_equal(times(k.out, ": gone after "), MANY);
	printf("%d jails that take 2 s: %d ms\n", MANY, (int)k.took_ms);
	for (i = 0; i < MANY; i++)
		live_ok(jail_again(&many[i]));
	jids = many_start("trap '' TERM; sleep 1000 & sleep 1000");
	seconds = (int)jail_slack(20);
	st = many_halt(&k, jids, seconds);
	assert_true(st == 0 || st == 1);
	assert_int_equal(times(k.out, "gone after "), MANY);
	for (i = 0; i < MANY; i++)
		assert_int_equal(jail_count(&many[i]) -
		    jail_zombies(&many[i]), 0);
	printf("%d jails that take for ever, -t %d: %d ms\n", MANY, seconds,
	    (int)k.took_ms);
}

/*
 * Jails in jails.
 */
TEST(test_nested)
{
	const char *processes;
	int64_t end_ms;
	pid_t pid;

	live_ok(jail_program(j, "nested-sleeper", "trap '' TERM\n"
	    "echo >/tmp/up; while :; do sleep 1; done"));
	live_boot(j, NULL);
	live_ok(jail_sh(j, "PATH=$PATH:/usr/sbin; "
	    "jail -c name=empty path=/ persist && "
	    "jail -c name=full path=/ persist && "
	    "setsid jexec full /bin/nested-sleeper >/dev/null 2>&1 &\n"
	    "until [ -e /tmp/up ]; do sleep 0.05; done"));
	pid = proc_find("nested-sleeper");
	assert_true(pid > 0 && proc_jid(pid) != j->jid);
	/* They are their parent's to end, and not listed. */
	live_ok(kill_run(NULL, "-l", kill_jid(j), NULL));
	assert_int_equal(times(kill_last.out, "\n"), 2);
	/* Each counts what is in it, also when both are named. */
	live_ok(kill_run(NULL, "-J", kill_jid(j), kill_fmt("%s.full", j->name),
	    NULL));
	processes = strstr(kill_last.out, "\"processes\":");
	assert_non_null(processes);
	assert_true(strtol(strchr(processes, ':') + 1, NULL, 10) > 1);
	kill_says(kill_run(NULL, "-h", "-t", "8", kill_jid(j), NULL), 0,
	    kill_fmt("%s: gone after # s*\n", kill_name(j)), "");
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	while (proc_find("nested-sleeper") != 0 && jail_now_ms() < end_ms)
		jail_sleep_ms(10);
	assert_int_equal(proc_find("nested-sleeper"), 0);
	assert_int_not_equal(jail_wait(j, LIVE_SOON_MS, NULL), -1);
	all_gone(j);
}

/* With nobody in it but a jail that persists and is empty. */
TEST(test_nested_empty)
{
	live_boot(j, NULL);
	live_ok(jail_sh(j, "/usr/sbin/jail -c name=empty path=/ "
	    "persist"));
	kill_says(kill_run(NULL, "-h", kill_jid(j), NULL), 0,
	    kill_fmt("%s: gone after # s\n", kill_name(j)), "");
	assert_int_not_equal(jail_wait(j, LIVE_SOON_MS, NULL), -1);
	all_gone(j);
}

/*
 * What the kernel may lack.
 */
TEST(test_vnet)
{
	int64_t end_ms;
	char *epair;
	int st;

	if (knob("kern.features.vimage") == 0)
		live_skip("the kernel has no VIMAGE");
	host_start(&host_last, "ifconfig epair create");
	if (kill_wait(&host_last, LIVE_SOON_MS) != 0)
		live_skip("no epair(4)");
	host_last.out[strcspn(host_last.out, "\n")] = '\0';
	epair = strdup(host_last.out);
	epair[strlen(epair) - 1] = '\0';	/* epair0a */
	live_ok(jail_script(j, "/etc/rc.shutdown", SLOW_END));
	conf(j, kill_fmt("vnet; vnet.interface = \"%sb\"; persist;\n"
	    "\texec.start = \"/sbin/jailinit -b\";\n"
	    "\texec.prestop = \"%s -h $name\";", epair, jailkill_path()));
	live_ok(jail_mount(j));
	st = jail8(j, "-c");
	if (st == 0)
		st = jail8(j, "-r");
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	/* When the jail is no more, not even dying, it comes back. */
	do {
		host_start(&host_last, kill_fmt("ifconfig %sb", epair));
		if (kill_wait(&host_last, LIVE_SOON_MS) == 0)
			break;
		jail_sleep_ms(50);
	} while (jail_now_ms() < end_ms);
	assert_string_not_equal(host_last.out, "");
	live_ok(host(kill_fmt("ifconfig %sa destroy", epair)));
	free(epair);
	assert_int_equal(st, 0);
	has_halted(j);
	all_gone(j);
}

static void
filler(void)
{
	(void)signal(SIGCHLD, SIG_IGN);
	for (;;)
		switch (fork()) {
		case 0:
			for (;;)
				(void)pause();
		case -1:
			(void)usleep(1000);
		}
}

static void
filler_start(void *arg)
{
	(void)arg;
	live_child(filler);
}

/* A jail that is full lets who enters in, and ends. */
TEST(test_rctl)
{
	struct jail_opts o = { .pids_max = 60, .before_exec = filler_start };
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	if (!jail_has_pids())
		live_skip("kern.racct.enable is 0");
	live_ok(jail_start(j, &o, "/sbin/jailinit", NULL));
	while (jail_count(j) < 58 && jail_now_ms() < end_ms)
		jail_sleep_ms(10);
	jail_sleep_ms(500);
	assert_in_range(jail_count(j), 58, 60);
	kill_says(kill_run(NULL, "-s", "URG", kill_jid(j), NULL), 0, "", "");
	kill_says(kill_run(NULL, "-h", "-t", "10", kill_jid(j), NULL), 0,
	    kill_fmt("%s: gone after # s*\n", kill_name(j)), "");
	assert_in_range(kill_last.took_ms, 0, 10000 + LIVE_LATE_MS);
	assert_int_not_equal(jail_wait(j, LIVE_SOON_MS, NULL), -1);
	assert_int_equal(jail_count(j) - jail_zombies(j), 0);
	all_gone(j);
}

/*
 * A root that fights back.
 */
struct shared {
	volatile int go, ready, release;
	volatile long seen, signalled;
};

static struct shared *shared;
static void (*attack)(pid_t);
static pid_t traced;

static void
shared_make(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANON, -1, 0);
	assert_true(shared != MAP_FAILED);
}

static void
victim_signal(int sig)
{
	(void)sig;
	shared->signalled++;
}

static void
victim(void)
{
	(void)signal(SIGURG, victim_signal);
	for (;;)
		(void)pause();
}

/* Everybody who comes in after go is attacked at once. */
static void
attacker(void)
{
	static struct kinfo_proc list[256];
	int mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_PROC };
	pid_t last = 0;
	size_t i, size;
	int st;

	(void)signal(SIGURG, SIG_IGN);
	while (!shared->go)
		(void)usleep(1000);
	for (;;) {
		size = sizeof(list);
		(void)sysctl(mib, nitems(mib), list, &size, NULL, 0);
		for (i = 0; i < size / sizeof(list[0]); i++) {
			if (!shared->ready && list[i].ki_pid > last)
				last = list[i].ki_pid;
			if (!shared->ready || list[i].ki_pid <= last)
				continue;
			shared->seen++;
			attack(list[i].ki_pid);
		}
		shared->ready = 1;
		/* A traced process that has ended is held until then, and
		 * one that has stopped does not end of KILL. */
		if (shared->release && traced != 0) {
			(void)ptrace(PT_DETACH, traced, (caddr_t)1, SIGKILL);
			traced = 0;
		}
		(void)waitpid(-1, &st, WNOHANG);
	}
}

static void
attack_start(void *arg)
{
	(void)arg;
	live_child(victim);
	live_child(attacker);
}

static void
kill_it(pid_t pid)
{
	(void)kill(pid, SIGKILL);
}

static void
stop_it(pid_t pid)
{
	(void)kill(pid, SIGSTOP);
}

static void
trace_it(pid_t pid)
{
	if (ptrace(PT_ATTACH, pid, NULL, 0) == 0)
		traced = pid;
}

/* As "jexec ... kill -s URG -1": has it been held up? */
static bool
plain_fails(struct jail *j)
{
	int64_t end_ms = jail_now_ms() + 2000;
	pid_t pid = jail_enter_sh(j, "trap '' URG; kill -s URG -1; exit 0"), r;
	int st = 0;

	assert_true(pid > 0);
	while ((r = waitpid(pid, &st, WNOHANG)) == 0 &&
	    jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	if (r == 0) {
		shared->release = 1;
		(void)kill(pid, SIGKILL);
		(void)kill(pid, SIGCONT);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		shared->release = 0;
	}
	j->n_entered--;
	return (r == 0 || !WIFEXITED(st) || WEXITSTATUS(st) != 0);
}

static int
alive(const struct jail *j)
{
	return (jail_count(j) - jail_zombies(j));
}

/* -s comes through, or says that it did not, in time, and leaves nobody in
 * there; -h ends. */
static void
attacked(struct jail *j, void (*fn)(pid_t), int rounds)
{
	struct jail_opts o = { .before_exec = attack_start };
	int64_t end_ms;
	int before, done = 0, held = 0, i, st;
	long got;

	attack = fn;
	shared_make();
	live_ok(jail_start(j, &o, "/sbin/jailinit", "-B", "1", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail_wait_count(j, 3, LIVE_SOON_MS));
	shared->go = 1;
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	while (!shared->ready && jail_now_ms() < end_ms)
		jail_sleep_ms(1);
	assert_true(shared->ready);
	before = alive(j);
	for (i = 0; i < 30 && held == 0; i++)
		held += plain_fails(j);
	assert_true(held > 0);
	for (i = 0; i < rounds; i++) {
		got = shared->signalled;
		st = kill_run(NULL, "-s", "URG", kill_jid(j), NULL);
		assert_in_range(kill_last.took_ms, 0, 6000 + LIVE_LATE_MS);
		if (st != 0 && (st != 2 ||
		    strstr(kill_last.err, "that entered") == NULL))
			print_error("%d %s%s", st, kill_last.out,
			    kill_last.err);
		assert_true(st == 0 || (st == 2 &&
		    strstr(kill_last.err, "that entered") != NULL));
		end_ms = jail_now_ms() + LIVE_SOON_MS;
		while ((alive(j) != before ||
		    (st == 0 && shared->signalled == got)) &&
		    jail_now_ms() < end_ms)
			jail_sleep_ms(2);
		if (alive(j) != before)
			(void)host(PS "; exit 1");
		assert_int_equal(alive(j), before);
		done += st == 0;
		if (st == 0)
			assert_true(shared->signalled > got);
	}
	printf("plain: %d held up; jailkill: %d of %d came through, the "
	    "others said so; %ld seen\n", held, done, rounds, shared->seen);
	st = kill_run(NULL, "-h", "-t", "6", kill_jid(j), NULL);
	assert_true(st == 0 || st == 1);
	assert_in_range(kill_last.took_ms, 0, 7000 + LIVE_LATE_MS);
	assert_int_not_equal(jail_wait(j, LIVE_SOON_MS, NULL), -1);
	assert_int_equal(alive(j), 0);
	all_gone(j);
	(void)munmap(shared, sizeof(*shared));
}

TEST(test_kills_all) { attacked(j, kill_it, 10); }
TEST(test_stops_all) { attacked(j, stop_it, 5); }
TEST(test_traces_all) { attacked(j, trace_it, 5); }

/* What is in place of the FIFO is not followed, not opened as something else,
 * and holds nobody up; and the jail ends. */
static void
planted(struct jail *j, const char *plant, const char *why)
{
	const char *file = kill_fmt("%s/host", j->dir);
	FILE *f = fopen(file, "we");
	struct stat st;
	int e;

	assert_non_null(f);
	live_ok(fclose(f));
	live_ok(jail_start(j, NULL, "/sbin/jailinit", "-B", "1", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail_sh(j, kill_fmt("rm -f " JAIL_CTL "; %s",
	    kill_fmt(plant, file))));
	live_ok(kill_run(NULL, "-l", kill_jid(j), NULL));
	assert_in_range(kill_last.took_ms, 0, 2000 + LIVE_LATE_MS);
	e = kill_run(NULL, "-v", "-h", "-t", "20", kill_jid(j), NULL);
	if (e > 1 || strstr(kill_last.out, why) == NULL)
		print_error("%s: %d\n%s%s", plant, e, kill_last.out,
		    kill_last.err);
	assert_true(e == 0 || e == 1);
	assert_non_null(strstr(kill_last.out, why));
	assert_in_range(kill_last.took_ms, 0, 20000 + LIVE_LATE_MS);
	assert_int_not_equal(jail_wait(j, LIVE_SOON_MS, NULL), -1);
	live_ok(stat(file, &st));
	assert_int_equal(st.st_size, 0);
	live_ok(unlink(file));
	live_ok(jail_again(j));
	live_ok(host(kill_fmt("rm -rf %s" JAIL_CTL, j->root)));
}

TEST(test_planted)
{
	planted(j, "ln -s %s " JAIL_CTL,
	    "another file is in place of its FIFO");
	planted(j, "ln -s ../../../../../../../../..%s " JAIL_CTL,
	    "another file is in place of its FIFO");
	planted(j, ": %s; echo x >" JAIL_CTL,
	    "another file is in place of its FIFO");
	planted(j, ": %s; mkdir " JAIL_CTL,
	    "another file is in place of its FIFO");
	planted(j, ": %s; mkfifo -m 600 " JAIL_CTL, "nobody reads its FIFO");
	planted(j, ": %s; mkfifo -m 666 " JAIL_CTL "; chown 65534 " JAIL_CTL,
	    "its FIFO is another user's");
	planted(j, ": %s", "has no FIFO");
}

/* A folder above it that leads out of the root. */
TEST(test_planted_folder)
{
	const char *dir = kill_fmt("%s/run", j->dir);
	struct stat st;

	live_ok(mkdir(dir, 0755));
	live_ok(mkfifo(kill_fmt("%s/jailinit.ctl", dir), 0600));
	live_ok(jail_start(j, NULL, "/sbin/jailinit", "-B", "1", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail_sh(j, kill_fmt("mv /var/run /var/old; "
	    "ln -s ../../run /var/run")));
	live_ok(stat(jail_path(j, JAIL_CTL), &st));	/* leads out */
	(void)kill_run(NULL, "-v", "-h", "-t", "10", kill_jid(j), NULL);
	assert_non_null(strstr(kill_last.out, "has no FIFO"));
	assert_int_not_equal(jail_wait(j, LIVE_SOON_MS, NULL), -1);
}

#define STORM_UID	54321
#define STORM_MAX	150

static void
storm(void)
{
	const struct rlimit rl = { STORM_MAX, STORM_MAX };

	(void)signal(SIGCHLD, SIG_IGN);
	if (setrlimit(RLIMIT_NPROC, &rl) == -1 || setuid(STORM_UID) == -1)
		return;
	for (;;)
		if (fork() > 0)
			_exit(0);
}

static void
storm_start(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < 20; i++)
		live_child(storm);
}

/* KILL returns when there is nobody left, however fast they are. */
TEST(test_storm)
{
	struct jail_opts o = { .before_exec = storm_start };
	int i;

	for (i = 0; i < 3; i++) {
		live_ok(jail_start(j, &o, "/bin/sleep", "1000", NULL));
		jail_sleep_ms(300);
		assert_true(alive(j) > 1);
		kill_says(kill_run(NULL, "-s", "KILL", kill_jid(j), NULL), 0,
		    "", "");
		assert_int_equal(alive(j), 0);
		assert_int_not_equal(jail_wait(j, LIVE_SOON_MS, NULL), -1);
		all_gone(j);
		live_ok(jail_again(j));
		live_ok(jail_start(j, &o, "/sbin/jailinit", NULL));
		live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
		(void)kill_run(NULL, "-h", "-t", "6", kill_jid(j), NULL);
		assert_in_range(kill_last.took_ms, 0, 6000 + LIVE_LATE_MS);
		assert_int_equal(alive(j), 0);
		assert_int_not_equal(jail_wait(j, LIVE_SOON_MS, NULL), -1);
		all_gone(j);
		live_ok(jail_again(j));
	}
}

/*
 * rc.d/jailhalt, which halts all jails there are: in a world of its own.
 */
static _Noreturn void
jailhalt(void)
{
	static struct jail j;
	int code = 1;

	jail_world();
	if (jail_new(&j) == -1 ||
	    jail_script(&j, "/etc/rc.shutdown", SLOW_END) == -1 ||
	    (jail_start)(&j, NULL, "/sbin/jailinit", NULL) == -1 ||
	    jail_wait_state(&j, "run", LIVE_SOON_MS) == -1)
		_exit(2);
	if (host(kill_fmt("sed 's,@SBINDIR@/jailkill,%s,' rc/host/jailhalt "
	    ">%s/jailhalt && sh %s/jailhalt onestatus && "
	    "sh %s/jailhalt onestop", jailkill_path(), j.dir, j.dir,
	    j.dir)) == 0 &&
	    strstr(host_last.out, " run ") != NULL &&
	    strstr(host_last.out, ": gone after ") != NULL &&
	    strcmp(jail_file(&j, LIVE_MARK), "halt\ndone\n") == 0)
		code = 0;
	if (code != 0)
		print_error("%s%s%s", host_last.out, host_last.err,
		    jail_log(&j));
	_exit(jail_free(&j) == 0 ? code : 3);
}

TEST(test_jailhalt)
{
	pid_t pid;
	int st = 0;

	if (access("/etc/rc.subr", F_OK) == -1)
		live_skip("no /etc/rc.subr");
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		jailhalt();
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_true(WIFEXITED(st));
	assert_int_equal(WEXITSTATUS(st), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KILL_TEST(test_prestop),
		KILL_TEST(test_clean),
		KILL_TEST(test_persist),
		KILL_TEST(test_command),
		KILL_TEST(test_plain),
		KILL_TEST(test_cleanvar),
		KILL_TEST(test_watch_ends),
		KILL_TEST(test_other_name),
		KILL_TEST(test_traced),
		KILL_TEST(test_no_zombie),
		KILL_TEST(test_no_dying),
		cmocka_unit_test_setup_teardown(test_many, live_setup,
		    many_teardown),
		KILL_TEST(test_nested),
		KILL_TEST(test_nested_empty),
		KILL_TEST(test_vnet),
		KILL_TEST(test_rctl),
		KILL_TEST(test_kills_all),
		KILL_TEST(test_stops_all),
		KILL_TEST(test_traces_all),
		KILL_TEST(test_planted),
		KILL_TEST(test_planted_folder),
		KILL_TEST(test_storm),
		KILL_TEST(test_jailhalt),
	};

	LIVE_MAIN("freebsd");
}
