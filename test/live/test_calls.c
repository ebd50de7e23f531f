/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system calls that jailinit-managers(7) tells a filter to allow are
 * enough; those that it calls optional may be refused, all or one, and no signal
 * and no line of the log is lost; JAIL_LONG=1: and none of
 * the others may.  The jail runs jailinit alone, so that only its calls count.
 * only linux: seccomp(2)
 */
#include "live.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <errno.h>
#include <gnu/libc-version.h>
#include <limits.h>
#include <stddef.h>

#define JAILINIT	"/sbin/jailinit"
#define PAGE		"/../../man/jailinit-managers.7"
#define CALLS_MAX	128

struct calls {
	bool all;		/* all are let through but those to spare */
	int n, number[CALLS_MAX];
	const char *name[CALLS_MAX];
	int but;		/* of them the one that is not let through */
	int refusal;		/* 0, or errno for what is not, and for these: */
};

static const char *const spare[] = { "close_range", "pidfd_open",
    "pidfd_send_signal", "prctl", "pwritev2", "signalfd4" };

#ifdef __x86_64__
#define CALL(x)	{ #x, SYS_##x }
static const struct { const char *name; int number; } known[] = {
	CALL(access), CALL(arch_prctl), CALL(brk), CALL(chdir), CALL(clone),
	CALL(close), CALL(close_range), CALL(dup2), CALL(execve),
	CALL(execveat), CALL(exit_group), CALL(fchmod), CALL(fcntl),
	CALL(fork), CALL(fstat), CALL(getcwd), CALL(getdents64), CALL(getegid),
	CALL(geteuid), CALL(getgid), CALL(getpgrp), CALL(getpid),
	CALL(getrandom), CALL(getsid), CALL(gettid), CALL(getuid), CALL(ioctl),
	CALL(kill), CALL(lstat), CALL(mknod), CALL(mknodat), CALL(mmap), CALL(mprotect),
	CALL(munmap), CALL(newfstatat), CALL(open), CALL(openat),
	CALL(pidfd_open), CALL(pidfd_send_signal), CALL(pipe), CALL(pipe2),
	CALL(poll), CALL(ppoll), CALL(prctl), CALL(pread64), CALL(prlimit64),
	CALL(pwritev2), CALL(read), CALL(readlink), CALL(rename), CALL(rseq),
	CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigreturn),
	CALL(set_robust_list), CALL(set_tid_address), CALL(setpgid),
	CALL(setsid), CALL(signalfd4), CALL(stat), CALL(tgkill),
	CALL(uname), CALL(unlink), CALL(vfork), CALL(wait4), CALL(write), CALL(writev)
};
#else
static const struct { const char *name; int number; } known[] = {
	{ "", -1 }
};
#endif

static int
number_of(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].name, name) == 0)
			return (known[i].number);
	return (-1);
}

/* The words of the page's block after the line that is mark. */
static void
calls_read(struct calls *c, const char *mark)
{
	static char words[2][4096];
	static int used;
	char *text = words[used++ % 2], path[PATH_MAX], line[256], *word;
	bool in = false, marked = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s", __FILE__);
	*strrchr(path, '/') = '\0';
	strcat(path, PAGE);
	f = fopen(path, "r");
	assert_non_null(f);
	text[0] = '\0';
	while (fgets(line, sizeof(line), f) != NULL) {
		marked = marked || strcmp(line, mark) == 0;
		if (in && strcmp(line, ".Ed\n") == 0)
			break;
		if (in)
			strncat(text, line, 4000 - strlen(text));
		in = in || (marked && strncmp(line, ".Bd ", 4) == 0);
	}
	fclose(f);
	c->n = 0;
	c->but = -1;
	c->refusal = 0;
	for (word = strtok(text, " \n"); word != NULL && c->n < CALLS_MAX;
	    word = strtok(NULL, " \n")) {
		c->name[c->n] = word;
		c->number[c->n] = number_of(word);
		if (c->number[c->n++] == -1)
			fail_msg("%s: not in this test's list", word);
	}
	assert_true(c->n > 20);
}

static bool
is_spare(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(spare) / sizeof(spare[0]); i++)
		if (strcmp(name, spare[i]) == 0)
			return (true);
	return (false);
}

static void
stubborn(void)
{
	(void)signal(SIGTERM, SIG_IGN);
	for (;;)
		pause();
}

static void
filter(void *arg)
{
	static struct sock_filter code[2 * CALLS_MAX + 4];
	const struct calls *c = arg;
	struct sock_fprog prog = { 0, code };
	unsigned refusal = c->refusal == 0 ? SECCOMP_RET_KILL_PROCESS :
	    SECCOMP_RET_ERRNO | (unsigned)c->refusal;
	int i, n = 0;

	live_child(stubborn);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, nr));
	for (i = 0; i < c->n; i++) {
		if (c->all != is_spare(c->name[i]) && c->refusal != 0)
			continue;
		if (i == c->but)
			continue;
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ |
		    BPF_K, (unsigned)c->number[i], 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
		    c->all ? refusal : SECCOMP_RET_ALLOW);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
	    c->all ? SECCOMP_RET_ALLOW : refusal);
	prog.len = (unsigned short)n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == -1)
		_exit(124);
}

static bool
exits(struct jail *j, int code)
{
	int st = jail_wait(j, LIVE_SOON_MS, NULL);

	return (st != -1 && WIFEXITED(st) && WEXITSTATUS(st) == code);
}

/* A boot, a request, a reboot in place with force, a halt; its log a pipe. */
static bool
boot_lives(struct jail *j, struct calls *c)
{
	int fds[3] = { JAIL_FD_DEFAULT, JAIL_FD_DEFAULT, -1 }, p[2];
	struct jail_opts o = { .fds = fds, .before_exec = filter, .arg = c };
	bool good;

	live_ok(pipe(p));
	fds[2] = p[1];
	good = jail_start(j, &o, JAILINIT, "-t", "1", "-k", "1", NULL) == 0 &&
	    jail_wait_state(j, "run", LIVE_SOON_MS) == 0 &&
	    jail_ctl(j, "hello\n") == 0 &&
	    jail_wait_status(j, "job", "hello", LIVE_SOON_MS) == 0 &&
	    jail_wait_status(j, "job_status", "69", LIVE_SOON_MS) == 0 &&
	    unlink(jail_path(j, JAIL_CTL)) == 0 && jail_signal(j, SIGHUP) ==
	    0 && jail_wait_file(j, JAIL_CTL, LIVE_SOON_MS) == 0 &&
	    jail_ctl(j, "reboot\n") == 0 &&
	    jail_wait_status(j, "request", "reboot", LIVE_SOON_MS) == 0 &&
	    jail_wait_status(j, "request", "", LIVE_SOON_MS) == 0 &&
	    jail_wait_state(j, "run", LIVE_SOON_MS) == 0 &&
	    jail_ctl(j, "halt\n") == 0 && exits(j, 0);
	close(p[0]);
	close(p[1]);
	(void)jail_again(j);
	return (good);
}

static bool
app_lives(struct jail *j, struct calls *c)
{
	struct jail_opts o = { .before_exec = filter, .arg = c };
	bool good = jail_start(j, &o, JAILINIT, "-t", "1", "-k", "1", "--",
	    JAILINIT, "-V", NULL) == 0 && exits(j, 0) &&
	    jail_log_has(j, "jailinit ");

	(void)jail_again(j);
	return (good);
}

/* The program that is in the jail, for jail_copy() to copy it once more. */
static const char *
kept_path(const struct jail *j)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s", jail_path(j, JAILINIT));
	return (path);
}

static void
lives(struct jail *j, const char *mark)
{
	static const char *const files[] = { "/etc/rc", "/etc/rc.shutdown",
	    "/etc/rc.request.d/hello" };
	struct calls c;
	int unneeded = 0;
	size_t i;

	if (strcmp(gnu_get_libc_version(), "2.36") != 0 || number_of("read") !=
	    0)
		live_skip("system calls: the list is for Debian 12, x86-64");
	calls_read(&c, mark);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)unlink(jail_path(j, files[i]));
		live_ok(jail_copy(j, kept_path(j), files[i]));
	}
	/* A program that watches itself has calls of its own. */
	c.all = getenv("JAIL_SLACK") != NULL;
	assert_true(c.all || (boot_lives(j, &c) && app_lives(j, &c)));
	c.refusal = EPERM;
	assert_true(boot_lives(j, &c) && app_lives(j, &c));
	c.refusal = ENOSYS;
	assert_true(boot_lives(j, &c) && app_lives(j, &c));
	c.refusal = 0;
	if (getenv("JAIL_LONG") == NULL || c.all)
		return;
	/* (pidfd_send_signal is for signals that are passed on.) */
	for (c.but = 0; c.but < c.n; c.but++)
		if (strcmp(c.name[c.but], "pidfd_send_signal") != 0 &&
		    boot_lives(j, &c) && app_lives(j, &c)) {
			print_error("not needed: %s\n", c.name[c.but]);
			unneeded++;
		}
	assert_int_equal(unneeded, 0);
}

TEST(test_glibc) { lives(j, "With glibc 2.36:\n"); }

TEST(test_musl)
{
	const char *musl = getenv("JAILINIT_MUSL");

	if (musl == NULL || *musl == '\0')
		live_skip("system calls: no program with musl");
	live_ok(jail_copy(j, musl, JAILINIT));
	lives(j, "With musl 1.2.3, static:\n");
}

/*
 * One call that is refused alone: nothing is lost.
 */

/* The command gets each signal: the one that is passed on, and its stop
 * signal. */
static void
one_command(struct jail *j, const struct jail_opts *o, const char *group)
{
	live_ok(jail_start(j, o, JAILINIT, "-t", "1", "-k", "1", group, "/none",
	    "--", "/bin/sh", "-c", "trap 'touch /tmp/passed' USR1\n"
	    "trap 'exit 7' TERM\ntouch /tmp/up\nwhile :; do sleep 0.05; done",
	    NULL));
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGUSR1));
	live_ok(jail_wait_file(j, "/tmp/passed", LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGTERM));
	(void)live_exits(j, 7, LIVE_SOON_MS);
	live_ok(unlink(jail_path(j, "/tmp/up")));
	live_ok(unlink(jail_path(j, "/tmp/passed")));
	live_ok(jail_again(j));
}

/* So does an orphan of the subtree. */
static void
one_subtree(struct jail *j, struct jail_opts o)
{
	o.host = true;
	live_ok(jail_start(j, &o, JAILINIT, "-t", "1", "-k", "1", "--",
	    "/bin/sh", "-c", "setsid sh -c \"trap 'touch /tmp/got; exit' TERM; "
	    "touch /tmp/up; while :; do sleep 0.05; done\" & "
	    "while ! [ -e /tmp/up ]; do sleep 0.05; done", NULL));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_true(jail_exists(j, "/tmp/got"));
	live_ok(unlink(jail_path(j, "/tmp/up")));
	live_ok(unlink(jail_path(j, "/tmp/got")));
	live_ok(jail_again(j));
}

/* Nor is the log, in a pipe. */
static void
one_log(struct jail *j, struct jail_opts o)
{
	int fds[3] = { JAIL_FD_DEFAULT, JAIL_FD_DEFAULT, -1 }, p[2];
	char buf[4096];
	ssize_t n;

	live_ok(pipe(p));
	fds[2] = p[1];
	o.fds = fds;
	live_ok(jail_start(j, &o, JAILINIT, "-t", "1", "-k", "1", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail_ctl(j, "halt\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	close(p[1]);
	n = read(p[0], buf, sizeof(buf) - 1);
	buf[n > 0 ? n : 0] = '\0';
	assert_non_null(strstr(buf, "jailinit: halt requested"));
	close(p[0]);
	live_ok(jail_again(j));
}

TEST(test_one)
{
	static const int refusals[] = { EPERM, ENOSYS, EACCES };
	struct calls c = { .all = true, .n = 1, .but = -1 };
	struct jail_opts o = { .before_exec = filter, .arg = &c };
	size_t i;

	if (number_of("read") != 0)
		live_skip("system calls: the list is for x86-64");
	for (i = 0; i < 3 * sizeof(spare) / sizeof(spare[0]); i++) {
		c.name[0] = spare[i / 3];
		c.number[0] = number_of(spare[i / 3]);
		c.refusal = refusals[i % 3];
		print_message("%s: %s\n", c.name[0], strerror(c.refusal));
		one_command(j, &o, "-R");
		one_command(j, &o, "-gR");
		if (strcmp(c.name[0], "prctl") != 0)	/* it is its reaper */
			one_subtree(j, o);
		one_log(j, o);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_glibc),
		LIVE_TEST(test_musl),
		LIVE_TEST(test_one),
	};

	LIVE_MAIN("calls");
}
