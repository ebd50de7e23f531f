/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill in everyday use.  Guards against: a signal that leaves out a
 * jail's first process or somebody else; a halt that is a KILL; a jail that
 * is told a longer time than there is; a name that means another jail; a
 * reboot taken for an end and the other way round; a run that dies, or waits
 * for its reader, half-way; a library call that disturbs its caller.
 */
#include "kill.h"

#include <sys/ioctl.h>
#include <sys/mount.h>
#ifdef __linux__
#include <sys/vfs.h>

#include <linux/sched.h>
#endif

#include <ctype.h>
#include <dirent.h>
#include <pthread.h>
#include <termios.h>

#include "probe.h"

#define NOBODY		65534
#define EX_USAGE	64
#define EX_NOHOST	68
#define EX_UNAVAILABLE	69
#define EX_IOERR	74
#define EX_NOPERM	77

#define GOT		"/tmp/got"	/* what the probe got */
#define PIDFS_MAGIC	0x50494446
#ifndef __WALL
#define __WALL		0
#endif

/*
 * Jails.
 */

/* A plain shell as first process: it and n others add a line to LIVE_MARK on
 * USR1, and live on. */
#define PLAIN_N		20
#define PLAIN								\
	"cat >/tmp/s <<'end'\n"						\
	"trap 'echo $1 >>" LIVE_MARK "' USR1\n"				\
	"echo >>/tmp/up\n"						\
	"while :; do sleep 1000 & wait; done\n"				\
	"end\n"								\
	"trap 'echo first >>" LIVE_MARK "' USR1\n"			\
	"i=0; while [ $i -lt 20 ]; do sh /tmp/s $i & i=$((i+1)); done\n" \
	"while [ $(wc -l </tmp/up || echo 0) != 20 ]; do sleep 0.05; "	\
	"done 2>&-\n"							\
	"echo >/tmp/ready\n"						\
	"while :; do sleep 1000 & wait; done"

static void
boot_plain(struct jail *j, const char *script)
{
	assert_int_equal(jail_script(j, "/etc/plain", script), 0);
	assert_int_equal(jail_start(j, NULL, "/bin/sh", "/etc/plain", NULL),
	    0);
	assert_int_equal(jail_wait_file(j, "/tmp/ready", LIVE_SOON_MS), 0);
}

/* One that ends on TERM, its first process, and leaves a mark. */
#define TERM_TRAP							\
	"trap 'echo term >>" LIVE_MARK "; exit 0' TERM\n"		\
	"echo >/tmp/ready\nwhile :; do sleep 1000 & wait; done"

static void
wait_text(const struct jail *j, const char *path, const char *text)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (strcmp(jail_file(j, path), text) != 0 &&
	    jail_now_ms() < end_ms)
		jail_sleep_ms(2);
	assert_string_equal(jail_file(j, path), text);
}

static void
boot_probe(struct jail *j, const char *last)
{
	assert_int_equal(probe_install(j), 0);
	assert_int_equal(jail_start(j, NULL, PROBE, "signals", GOT, last,
	    NULL), 0);
	wait_text(j, GOT, "ready\n");	/* it catches them now */
	wait_text(j, GOT ".child", "ready\n");
}

/* With an rc.shutdown, and -l how to leave for a reboot (or NULL). */
static void
boot(struct jail *j, const char *rc_shutdown, const char *leave)
{
	assert_int_equal(jail_script(j, "/etc/rc", "echo >>/tmp/lives"), 0);
	if (rc_shutdown != NULL)
		assert_int_equal(jail_script(j, "/etc/rc.shutdown",
		    rc_shutdown), 0);
	assert_int_equal(jail_start(j, NULL, "/sbin/jailinit",
	    leave == NULL ? NULL : "-l", leave, NULL), 0);
	assert_int_equal(jail_wait_state(j, "run", LIVE_SOON_MS), 0);
}

/* As a chroot of its own alone, where there are others; jailinit's pid. */
static pid_t
boot_chroot(struct jail *j)
{
#ifdef __linux__
	return (kill_chroot(j, j->root, "/sbin/jailinit"));
#else
	boot(j, NULL, NULL);
	return (j->pid);
#endif
}

#define MARK_ARG	"echo $1 >>" LIVE_MARK

/* On Linux a jail has a first process, who does not know of TERM if it does not
 * say so, and who enters sees how the jail ends; on FreeBSD it does not, and is
 * not there any more. */
#ifdef __linux__
#define PLAIN_PID(j)	(j)->pid
#define PLAIN_TERM	"TERM to its first process, sh"
#define DEAF		PLAIN
#define LAST_WORD(text)	"; " text
#define HIDDEN(root)	"-"		/* from who is not root */
#else
#define PLAIN_PID(j)	0
#define PLAIN_TERM	"TERM to all of it"
#define DEAF		"trap '' TERM\n" PLAIN
#define LAST_WORD(text)	""
#define HIDDEN(root)	(root)
#endif

/* Why some tests are Linux's. */
#define NO_FIRST							\
	"no process of a jail is its first; test_freebsd has what there is"

static int
lines(const char *text)
{
	int n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return (n);
}

/* Is it still there, with n processes? */
static void
lives(struct jail *j, int n)
{
	assert_int_equal(jail_wait(j, 0, NULL), -1);
	if (n > 0)
		assert_int_equal(jail_wait_count(j, n, LIVE_SOON_MS), 0);
}

static void
gone(struct jail *j)
{
	assert_int_not_equal(jail_wait(j, LIVE_SOON_MS, NULL), -1);
#ifndef __linux__	/* who entered may be there, not yet reaped */
	(void)jail_wait_count(j, 0, LIVE_SOON_MS);
#endif
	assert_int_equal(jail_count(j), 0);
}

/* Whether a process stops: a signal has been sent when it was sent to all,
 * and is acted upon soon. */
static bool
stops(pid_t pid)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (proc_state(pid) != 'T' && jail_now_ms() < end_ms)
		jail_sleep_ms(1);
	return (proc_state(pid) == 'T');
}

/* Have n of them this state, soon? */
static void
states(const struct jail *j, int state, int n)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (jail_count_in(j, state) != n && jail_now_ms() < end_ms)
		jail_sleep_ms(1);
	assert_int_equal(jail_count_in(j, state), n);
}

/* Can we become somebody else? */
static void
need_users(void)
{
	pid_t pid = fork();
	int st;

	if (pid == 0)
		_exit(setresuid(NOBODY, NOBODY, NOBODY) == 0 ? 0 : 1);
	assert_int_equal(waitpid(pid, &st, 0), pid);
	if (st != 0)
		live_skip("no other users to be had");
}

/*
 * The command line.
 */
static const char usage_text[] =
    "usage: jailkill [-nqv] [-s signal] jail ... | -a | -A\n"
    "       jailkill -h | -p | -r [-nqv] [-t seconds] jail ... | -a | -A\n"
    "       jailkill -R name [-nqv] jail ... | -a | -A\n"
    "       jailkill -l | -J [jail ... | -a | -A]\n"
    "       jailkill -V\n";

static void
test_usage(void **state)
{
	static const char *const wrong[][5] = {
		{ NULL },			/* no jail */
		{ "-h" },
		{ "-s", "TERM" },
		{ "-t", "5", "-a" },		/* no -h */
		{ "-l", "-t", "5" },
		{ "-h", "-t", "junk", "-a" },
		{ "-h", "-t", "-1", "-a" },
		{ "-h", "-t", "", "-a" },
		{ "-h", "-t", "1000000000", "-a" },
		{ "-h", "-p", "-a" },		/* two actions */
		{ "-r", "-s", "TERM", "-a" },
		{ "-l", "-h", "-a" },
		{ "-s", "TERM", "-J" },
		{ "-a", "pid=1" },		/* and a name */
		{ "-h", "-A", "pid=1" },
		{ "-s", "NOSUCH", "-a" },
		{ "-s", "-1", "-a" },
		{ "-s", JAIL_NO_SIGNAL, "-a" },
		{ "-s", JAIL_NO_RT, "-a" },
		{ "-s", "", "-a" },
		{ "-x", "-a" },
		{ "--help" },
		{ "-a", "-s" },			/* and no argument */
	};
	struct jail *j = *state;
	size_t i;

	boot_probe(j, "15");
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *const *w = wrong[i];

		kill_says(kill_run(NULL, w[0], w[1], w[2], w[3], w[4], NULL),
		    EX_USAGE, "", kill_fmt("jailkill: *\n%s", usage_text));
	}
	assert_string_equal(jail_file(j, GOT), "ready\n");
	lives(j, 2);
	kill_says(kill_run(NULL, "-V", NULL), 0, "jailkill *\n", "");
}

/*
 * Lists.
 */
static const char *
list_line(jailid_t jid, pid_t pid, const char *state, const char *root)
{
	return (kill_fmt("%-10llu %7ld %-8s %s\n", (unsigned long long)jid,
	    (long)pid, state, root));
}

#define LIST_TITLES	"JID            PID STATE    ROOT\n"

/* The jail of a process: by its pidfd, which on a kernel that numbers these
 * says the jid. */
#ifdef __linux__
static void
jid_is_pidfd(const struct jail *j)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(j->pidfd, &fs) == -1 || fs.f_type != PIDFS_MAGIC)
		return;
	assert_int_equal(fstat(j->pidfd, &st), 0);
	assert_int_equal(kill_jid_of(j->pid), st.st_ino);
}
#else
static void
jid_is_pidfd(const struct jail *j)
{
	assert_int_equal(kill_jid_of(j->pid), j->jid);
}
#endif

/* A pivoted root, a chroot alone, and a jail that does not listen. */
static void
test_list(void **state)
{
	struct jail *j = *state, *c = kill_another(0), *p = kill_another(1);
	const char *want, *json;
	pid_t pid;

	boot(j, NULL, NULL);
	pid = boot_chroot(c);
	assert_int_equal(jail_wait_state(c, "run", LIVE_SOON_MS), 0);
	boot_plain(p, PLAIN);
	jid_is_pidfd(j);
	want = kill_fmt(LIST_TITLES "%s%s%s",
	    list_line(kill_jid_of(j->pid), j->pid, "run", j->root),
	    list_line(kill_jid_of(pid), pid, "run", c->root),
	    list_line(kill_jid_of(p->pid), PLAIN_PID(p), "-", p->root));
	kill_says(kill_run(NULL, "-l", NULL), 0, want, "");
	json = kill_fmt(
	    "{\"jid\":%s,\"pid\":%d,\"state\":\"run\",\"root\":\"%s\"}\n"
	    "{\"jid\":%llu,\"pid\":%d,\"state\":\"run\",\"root\":\"%s\"}\n"
	    "{\"jid\":%s,\"pid\":%d,\"state\":null,\"root\":\"%s\"}\n",
	    kill_jid(j), (int)j->pid, j->root,
	    (unsigned long long)kill_jid_of(pid), (int)pid, c->root,
	    kill_jid(p), (int)PLAIN_PID(p), p->root);
	kill_says(kill_run(NULL, "-J", NULL), 0, json, "");
	kill_says(kill_run(NULL, "-lJ", NULL), 0, json, "");
}

static void
test_list_some(void **state)
{
	struct jail *j = *state, *p = kill_another(0);
	const char *head_j, *head_p;

	boot(j, NULL, NULL);
	boot_plain(p, PLAIN);
	head_j = list_line(kill_jid_of(j->pid), j->pid, "run", j->root);
	head_p = list_line(kill_jid_of(p->pid), PLAIN_PID(p), "-", p->root);
	kill_says(kill_run(NULL, "-l", kill_pid_name(j->pid), NULL), 0,
	    kill_fmt(LIST_TITLES "%s", head_j), "");
	kill_says(kill_run(NULL, "-l", p->root, NULL), 0,
	    kill_fmt(LIST_TITLES "%s", head_p), "");
	kill_says(kill_run(NULL, "-l", "-a", NULL), 0,
	    kill_fmt(LIST_TITLES "%s", head_j), "");
	kill_says(kill_run(NULL, "-l", "-A", NULL), 0,
	    kill_fmt(LIST_TITLES "%s%s", head_j, head_p), "");
	kill_says(kill_run(NULL, "-l", "pid=0", kill_jid(j), NULL),
	    EX_NOHOST, kill_fmt(LIST_TITLES "%s", head_j),
	    "jailkill: pid=0: *\n");
}

static void
test_list_state(void **state)
{
	struct jail *j = *state;

	boot(j, "sleep 1000", NULL);
	assert_int_equal(jail_ctl(j, "halt\n"), 0);
	assert_int_equal(jail_wait_state(j, "shutdown", LIVE_SOON_MS), 0);
	kill_says(kill_run(NULL, "-l", NULL), 0, kill_fmt(LIST_TITLES "%s",
	    list_line(kill_jid_of(j->pid), j->pid, "shutdown", j->root)),
	    "");
}

/* A status without anybody who listens is an old one. */
static void
test_list_old_status(void **state)
{
	struct jail *j = *state;

	assert_int_equal(jail_write(j, JAIL_STATUS, 0644, "state=run\n"), 0);
	boot_plain(j, PLAIN);
	kill_says(kill_run(NULL, "-l", NULL), 0, kill_fmt(LIST_TITLES "%s",
	    list_line(kill_jid_of(j->pid), PLAIN_PID(j), "-", j->root)), "");
}

static void
test_list_nothing(void **state)
{
	(void)state;
	kill_says(kill_run(NULL, "-l", NULL), 0, LIST_TITLES, "");
	kill_says(kill_run(NULL, "-J", NULL), 0, "", "");
}

/* A string of RFC 8259 at p: what is behind it, or NULL; and, without its
 * escapes, in text. */
static const char *
json_string(const char *p, char *text)
{
	if (*p++ != '"')
		return (NULL);
	for (; *p != '"'; p++) {
		if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7e)
			return (NULL);
		if (*p == '\\' && *++p != '"' && *p != '\\')
			return (NULL);
		*text++ = *p;
	}
	*text = '\0';
	return (p + 1);
}

/* A name with everything in it that has a meaning to somebody. */
static void
test_list_odd_root(void **state)
{
	struct jail *j = *state;
	const char *p, *root;
	char text[4096];
	pid_t pid;

	root = kill_fmt("%s/a \"b\"\\\033[2J\n\303\251", j->dir);
	assert_int_equal(rename(j->root, root), 0);
	assert_true(strlen(root) < sizeof(j->root));
	strcpy(j->root, root);
	pid = boot_chroot(j);
	assert_int_equal(jail_wait_state(j, "run", LIVE_SOON_MS), 0);
	assert_int_equal(kill_run(NULL, "-J", NULL), 0);
	p = strstr(kill_last.out, ",\"state\":\"run\",\"root\":");
	assert_non_null(p);
	p = json_string(p + strlen(",\"state\":\"run\",\"root\":"), text);
	assert_non_null(p);
	assert_string_equal(p, "}\n");
	p = kill_fmt("%s/a \"b\"\\\\\\^[[2J\\n\\M-C\\M-)", j->dir);
	assert_string_equal(text, p);
	kill_says(kill_run(NULL, "-l", NULL), 0, kill_fmt(LIST_TITLES "%s",
	    list_line(kill_jid_of(pid), pid, "run", p)), "");
	p = kill_fmt("%llu (%s): gone after # s\n",
	    (unsigned long long)strtoull(strchr(kill_last.out, '\n') + 1,
	    NULL, 10), j->jid == 0 ? p : j->name);
	kill_says(kill_run(NULL, "-h", root, NULL), 0, p, "");
}

/*
 * Names.
 */
static void
in_dir(void *dir)
{
	if (chdir(dir) == -1)
		_exit(126);
}

static void
test_names(void **state)
{
	struct jail *j = *state, *other = kill_another(0);
	struct kill_opts o = { .before_exec = in_dir, .arg = j->dir };
	const char *const names[] = { kill_fmt("%s/", j->root),
	    kill_fmt("%s//../root/.", j->root), "./root", "root/",
#ifdef __linux__
	    "root", "link",		/* FreeBSD: names of jails */
#endif
	    kill_fmt("%s/link", j->dir), kill_fmt("%s/link/", j->dir),
	    j->root };
	const char *said;
	size_t i;

	assert_int_equal(symlink(j->root, kill_fmt("%s/link", j->dir)), 0);
	boot(j, NULL, NULL);
	boot(other, NULL, NULL);
	said = kill_fmt("%s: would send TERM to all of it\n", kill_name(j));
	kill_says(kill_run(&o, "-n", kill_jid(j), NULL), 0, said, "");
	kill_says(kill_run(&o, "-n", kill_pid_name(j->pid), NULL), 0, said,
	    "");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		kill_says(kill_run(&o, "-n", names[i], NULL), 0, said, "");
}

#ifdef __linux__
static const char *
pid_in(const struct jail *j, const char *comm)
{
	pid_t pid = jail_find(j, comm);

	assert_true(pid > 0);
	return (kill_pid_name(pid));
}
#endif

static void
test_names_unknown(void **state)
{
	struct jail *j = *state, *other = kill_another(0);
	const char *names[] = { "1", "0", "18446744073709551615",
	    "18446744073709551616", "99999999999999999999999", "pid=0",
	    "pid=", "pid=x", "pid=-1", "pid=4194305", "pid=99999999999",
	    "/nonexistent/dir", "nonexistent", "", "/etc",
	    other->root,			/* no jail has it */
	    kill_pid_name(getpid()),		/* no jail's */
#ifdef __linux__
	    NULL,				/* set below */
#endif
	    NULL, NULL };
	const size_t n = sizeof(names) / sizeof(names[0]);
	size_t i;

	boot_plain(j, PLAIN);
#ifdef __linux__
	names[n - 3] = pid_in(j, "sleep");	/* not the first */
#endif
	names[n - 2] = kill_fmt("%s/tmp", j->root);
	names[n - 1] = kill_fmt("%s0", kill_jid(j));
	for (i = 0; i < n; i++) {
		kill_says(kill_run(NULL, "-s", "USR1", names[i], NULL),
		    EX_NOHOST, "", kill_fmt("jailkill: %s: *\n", names[i]));
		kill_says(kill_run(NULL, "-h", names[i], NULL),
		    EX_NOHOST, "", kill_fmt("jailkill: %s: *\n", names[i]));
	}
	assert_false(jail_exists(j, LIVE_MARK));
	lives(j, 2 * PLAIN_N + 2);
}

/* A real-time signal's number. */
static const char *
rt(int n)
{
	return (kill_fmt("%d", JAIL_SIGRTMIN + n));
}

/* A jid is nobody's when its jail has gone, the same root or not. */
static void
test_names_ended(void **state)
{
	struct jail *j = *state;
	const char *jid;
	int i;

	boot(j, NULL, NULL);
	jid = kill_jid(j);
	kill_says(kill_run(NULL, "-s", "KILL", jid, NULL), 0, "", "");
	gone(j);
	for (i = 0; i < 5; i++) {
		assert_int_equal(jail_again(j), 0);
		boot(j, NULL, NULL);
		assert_string_not_equal(kill_jid(j), jid);
		kill_says(kill_run(NULL, "-h", jid, NULL), EX_NOHOST, "",
		    kill_fmt("jailkill: %s: *\n", jid));
		lives(j, 1);
	}
}

#ifdef __linux__
static void
test_names_ambiguous(void **state)
{
	struct jail *j = *state;
	pid_t pid;

	boot(j, NULL, NULL);
	pid = kill_chroot(j, j->root, "/sbin/jailinit");
	kill_says(kill_run(NULL, "-h", j->root, NULL), EX_USAGE, "",
	    kill_fmt("jailkill: %s: *\n", j->root));
	lives(j, 1);
	kill_says(kill_run(NULL, "-n", kill_pid_name(pid), NULL), 0,
	    kill_fmt("%llu (%s): *\n", (unsigned long long)kill_jid_of(pid),
	    j->root), "");
}

#endif

static void
test_names_twice(void **state)
{
	struct jail *j = *state;
	const char *got;

	boot_probe(j, "64");
	kill_says(kill_run(NULL, "-v", "-s", rt(6), kill_jid(j), j->root,
	    kill_pid_name(j->pid), kill_jid(j), j->root, NULL), 0,
	    kill_fmt("%s: RTMIN+6\n", kill_short(j)), "");
	assert_int_equal(kill_run(NULL, "-s", rt(7), kill_jid(j), NULL), 0);
	got = kill_fmt("ready\n%s\n%s\n", rt(6), rt(7));
	wait_text(j, GOT, got);		/* these are queued */
	wait_text(j, GOT ".child", got);
	kill_says(kill_run(NULL, "-h", "-t", "1", j->root, kill_jid(j),
	    NULL), 1, kill_fmt("%s: had to be killed, *\n", kill_name(j)),
	    "");
}

static void
test_names_some_unknown(void **state)
{
	struct jail *j = *state, *p = kill_another(0);
	const char *out;

	boot_plain(j, PLAIN);
	boot_plain(p, PLAIN);
	kill_says(kill_run(NULL, "-s", "USR1", kill_jid(j), "/nonexistent",
	    "pid=0", p->root, NULL), EX_NOHOST, "",
	    "jailkill: /nonexistent: *\njailkill: pid=0: *\n");
	assert_int_equal(jail_wait_file(j, LIVE_MARK, LIVE_SOON_MS), 0);
	assert_int_equal(jail_wait_file(p, LIVE_MARK, LIVE_SOON_MS), 0);
	assert_int_equal(jail_again(j), 0);
	assert_int_equal(jail_again(p), 0);
	boot(j, NULL, NULL);
	boot(p, NULL, NULL);
	out = kill_fmt("%s: gone after # s\n%s: gone after # s\n",
	    kill_name(j), kill_name(p));
	assert_int_equal(jail_script(p, "/etc/rc.shutdown", "sleep 3"), 0);
	kill_says(kill_run(NULL, "-h", p->root, "1", kill_jid(j), NULL),
	    EX_NOHOST, out, "jailkill: 1: no such jail\n");
	gone(j);
	gone(p);
}

/*
 * Signals.
 */
static void
test_signal_default(void **state)
{
	struct jail *j = *state;

	/* (its end would be that of the other, before that has written) */
	boot_probe(j, kill_fmt("%d", SIGUSR1));
	kill_says(kill_run(NULL, kill_jid(j), NULL), 0, "", "");
	wait_text(j, GOT, "ready\n15\n");
	wait_text(j, GOT ".child", "ready\n15\n");
	assert_int_equal(jail_signal(j, SIGUSR1), 0);
	live_exits(j, 42, LIVE_SOON_MS);
}

static void
test_signal_names(void **state)
{
	static const struct {
		const char *name;
		int sig;
	} s[] = { { "1", 1 }, { "USR1", SIGUSR1 }, { "SIGUSR2", SIGUSR2 },
	    { "hup", 1 }, { "sigint", 2 }, { "WINCH", SIGWINCH },
#ifdef SIGPWR
	    { "SIGPWR", SIGPWR }, { "64", 64 },
#endif
	    { "RTMIN", JAIL_SIGRTMIN }, { "RTMIN+3", JAIL_SIGRTMIN + 3 },
	    { "SIGRTMIN+4", JAIL_SIGRTMIN + 4 },
	    { "RTMIN+30", JAIL_SIGRTMIN + 30 } };
	struct jail *j = *state;
	char want[256] = "ready\n";
	size_t i;

	boot_probe(j, "200");
	for (i = 0; i < sizeof(s) / sizeof(s[0]); i++) {
		snprintf(want + strlen(want), sizeof(want) - strlen(want),
		    "%d\n", s[i].sig);
		kill_says(kill_run(NULL, "-s", s[i].name, kill_jid(j), NULL),
		    0, "", "");
		wait_text(j, GOT, want);
		wait_text(j, GOT ".child", want);
	}
}

static void
test_signal_all(void **state)
{
	struct jail *j = *state, *other = kill_another(0);
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	char text[16];
	int i;

	boot_plain(j, PLAIN);
	boot_plain(other, PLAIN);
	kill_says(kill_run(NULL, "-s", "USR1", j->root, NULL), 0, "", "");
	while (lines(jail_file(j, LIVE_MARK)) < PLAIN_N + 1 &&
	    jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	assert_int_equal(lines(jail_file(j, LIVE_MARK)), PLAIN_N + 1);
	assert_non_null(strstr(jail_file(j, LIVE_MARK), "first\n"));
	for (i = 0; i < PLAIN_N; i++) {
		snprintf(text, sizeof(text), "%d\n", i);
		assert_non_null(strstr(jail_file(j, LIVE_MARK), text));
	}
	assert_false(jail_exists(other, LIVE_MARK));
}

static void
test_signal_stop(void **state)
{
	struct jail *j = *state;
	const int n = 2 * PLAIN_N + 2;
	int i;

	boot_plain(j, PLAIN);
	for (i = 0; i < 3; i++) {
		kill_says(kill_run(NULL, "-s", "STOP", kill_jid(j), NULL), 0,
		    "", "");
		states(j, 'T', n);
		kill_says(kill_run(NULL, "-s", "CONT", kill_jid(j), NULL), 0,
		    "", "");
		states(j, 'T', 0);
		assert_int_equal(jail_count(j), n);
	}
}

/* Says whether it could be done, and does nothing. */
static void
test_signal_0(void **state)
{
	struct jail *j = *state;
	const char *jid;

	boot_probe(j, "64");
	jid = kill_jid(j);
	kill_says(kill_run(NULL, "-s", "0", jid, NULL), 0, "", "");
	lives(j, 2);
	assert_string_equal(jail_file(j, GOT), "ready\n");
	kill_says(kill_run(NULL, "-s", "KILL", jid, NULL), 0, "", "");
	kill_says(kill_run(NULL, "-s", "0", jid, NULL), EX_NOHOST, "",
	    kill_fmt("jailkill: %s: no such jail\n", jid));
}

/* When it returns nothing is left but a zombie, which is the test's. */
static void
test_signal_kill(void **state)
{
	struct jail *j = *state;
	int i;

	for (i = 0; i < 5; i++) {
		boot_plain(j, PLAIN);
		kill_says(kill_run(NULL, "-s", "KILL", kill_jid(j), NULL), 0,
		    "", "");
		assert_int_equal(jail_count(j), 1);
		assert_int_equal(proc_state(j->pid), 'Z');
		gone(j);
		assert_int_equal(jail_again(j), 0);
		assert_int_equal(unlink(jail_path(j, "/tmp/ready")), 0);
		assert_int_equal(unlink(jail_path(j, "/tmp/up")), 0);
	}
}

/* To jailinit a TERM is a request to halt. */
static void
test_signal_jailinit(void **state)
{
	struct jail *j = *state;

	boot(j, MARK_ARG, NULL);
	kill_says(kill_run(NULL, "-v", kill_jid(j), NULL), 0,
	    kill_fmt("%s: TERM\n", kill_short(j)), "");
	live_exits(j, 0, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
}

/*
 * Jails in jails.
 */
#ifdef __linux__
static void
exit_on(int sig)
{
	_exit(sig);
}

static void
nested(void)
{
	(void)signal(SIGTERM, exit_on);	/* that process 1 knows of it */
	if (unshare(CLONE_NEWPID) == -1)
		return;
	if (fork() == 0) {
		(void)prctl(PR_SET_NAME, "nested1");
		if (fork() == 0)
			(void)prctl(PR_SET_NAME, "nested2");
		for (;;)
			pause();
	}
	for (;;)
		pause();
}

static void
nested_start(void *arg)
{
	(void)arg;
	live_child(nested);
}

static pid_t
wait_comm(const char *comm)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	pid_t pid;

	while ((pid = proc_find(comm)) == 0 && jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	assert_true(pid > 0);
	return (pid);
}

static void
boot_nested(struct jail *j)
{
	struct jail_opts o = { .before_exec = nested_start };

	live_boot(j, &o);
	(void)wait_comm("nested1");
	(void)wait_comm("nested2");
}

static void
test_nested(void **state)
{
	struct jail *j = *state;

	boot_nested(j);
	kill_says(kill_run(NULL, "-l", NULL), 0, kill_fmt(LIST_TITLES "%s",
	    list_line(kill_jid_of(j->pid), j->pid, "run", j->root)), "");
	/* All of a jail are those of the jails in it as well. */
	kill_says(kill_run(NULL, "-s", "STOP", kill_jid(j), NULL), 0, "",
	    "");
	assert_true(stops(proc_find("nested1")));
	assert_true(stops(proc_find("nested2")));
	kill_says(kill_run(NULL, "-h", kill_jid(j), NULL), 0,
	    kill_fmt("%s: gone after # s\n", kill_name(j)), "");
	assert_int_equal(proc_find("nested1"), 0);
	assert_int_equal(proc_find("nested2"), 0);
	gone(j);
}

/* By the number that it has here, one of them alone. */
static void
test_nested_named(void **state)
{
	struct jail *j = *state;
	pid_t pid;

	boot_nested(j);
	pid = proc_find("nested1");
	kill_says(kill_run(NULL, "-s", "STOP", kill_pid_name(pid), NULL), 0,
	    "", "");
	assert_true(stops(pid));
	assert_true(stops(proc_find("nested2")));
	assert_int_equal(proc_state(j->pid), 'S');
	kill_says(kill_run(NULL, "-s", "KILL", kill_pid_name(pid), NULL), 0,
	    "", "");
	assert_int_equal(proc_find("nested2"), 0);
	lives(j, 0);
}

#endif

/*
 * Halts.
 */
#define GONE	"gone after # s"
#define KILLED	"had to be killed, gone after # s"

static void
test_halt(void **state)
{
	struct jail *j = *state;
	const char *line;

	boot(j, MARK_ARG, NULL);
	line = kill_fmt("%s: gone after # s\n", kill_name(j));
	kill_says(kill_run(NULL, "-h", kill_jid(j), NULL), 0, line, "");
	assert_in_range(kill_last.took_ms, 0, LIVE_SOON_MS);
	live_exits(j, 0, 0);
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
	live_log_has(j, "halt requested, gone in 105 s at most\n");
}

static void
test_poweroff(void **state)
{
	struct jail *j = *state;
	const char *line;

	boot(j, MARK_ARG, NULL);
	line = kill_fmt("%s: gone after # s\n", kill_name(j));
	kill_says(kill_run(NULL, "-p", "-t", "10", kill_jid(j), NULL), 0,
	    line, "");
	live_exits(j, 0, 0);
	assert_string_equal(jail_file(j, LIVE_MARK), "poweroff\n");
	live_log_has(j, "poweroff requested, gone in 9 s at most\n");
}

/* Nine tenths, so that its own jailinit is first. */
static void
test_budget(void **state)
{
	struct jail *j = *state;

	boot(j, NULL, NULL);
	assert_int_equal(kill_run(NULL, "-h", "-t", "20", j->root, NULL), 0);
	live_log_has(j, "halt requested, gone in 18 s at most\n");
	gone(j);
	assert_int_equal(jail_again(j), 0);
	boot(j, MARK_ARG, NULL);
	assert_int_equal(kill_run(NULL, "-h", "-t", "1", j->root, NULL), 0);
	live_log_has(j, "halt requested, gone in 1 s at most\n");
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
}

static void
test_no_time(void **state)
{
	struct jail *j = *state;
	const char *line;

	boot(j, "sleep 1000", NULL);
	line = kill_fmt("%s: had to be killed, gone after # s*\n",
	    kill_name(j));
	kill_says(kill_run(NULL, "-h", "-t", "0", j->root, NULL), 1, line,
	    "");
	assert_in_range(kill_last.took_ms, 0, LIVE_LATE_MS);
	gone(j);
}

/* -R: what the jail's administrator has provided, and nothing else. */
static void
test_request(void **state)
{
	struct jail *j = *state;
	const char *name;

	assert_int_equal(jail_script(j, "/etc/rc.request.d/mark",
	    "echo mark >>" LIVE_MARK), 0);
	boot(j, NULL, NULL);
	name = kill_name(j);
	kill_says(kill_run(NULL, "-n", "-R", "mark", j->root, NULL), 0,
	    kill_fmt("%s: would ask for mark\n", name), "");
	assert_false(jail_exists(j, LIVE_MARK));
	kill_says(kill_run(NULL, "-v", "-R", "mark", j->root, NULL), 0,
	    kill_fmt("%s: asked for mark\n", name), "");
	wait_text(j, LIVE_MARK, "mark\n");
	kill_says(kill_run(NULL, "-R", "mark", j->root, NULL), 0, "", "");
	wait_text(j, LIVE_MARK, "mark\nmark\n");
	assert_int_equal(kill_run(NULL, "-R", "halt", j->root, NULL), 64);
	assert_int_equal(kill_run(NULL, "-R", "../mark", j->root, NULL), 64);
	assert_int_equal(kill_run(NULL, "-R", "mark", "-t", "3", j->root,
	    NULL), 64);
	lives(j, 1);
}

static void
test_request_refused(void **state)
{
	struct jail *j = *state;

	boot_plain(j, TERM_TRAP);
	kill_says(kill_run(NULL, "-R", "mark", j->root, NULL), 2, "",
	    kill_fmt("jailkill: %s: has no FIFO\n", kill_name(j)));
}

#ifdef __linux__
static void
tmpfs_run(void *arg)
{
	(void)arg;
	(void)mount("tmpfs", "/var/run", "tmpfs", 0, NULL);
}
#endif

/* The last word of a jail, also when its file system goes with it. */
static void
out_of_time(struct jail *j, void (*before_exec)(void *))
{
	struct jail_opts o = { .before_exec = before_exec };
	const char *line;

	assert_int_equal(jail_script(j, "/etc/rc.shutdown",
	    "echo >" LIVE_MARK "; sleep 1000"), 0);
	assert_int_equal(jail_start(j, &o, "/sbin/jailinit", NULL), 0);
	j->via_proc = before_exec != NULL;
	assert_int_equal(jail_wait_state(j, "run", LIVE_SOON_MS), 0);
	j->via_proc = false;
	line = kill_fmt("%s: gone after # s" LAST_WORD("rc.shutdown ran out "
	    "of time") "\n", kill_name(j));
	kill_says(kill_run(NULL, "-h", "-t", "10", j->root, NULL), 0, line,
	    "");
	assert_true(jail_exists(j, LIVE_MARK));
	assert_in_range(kill_last.took_ms, 5000, 10000 + LIVE_LATE_MS);
	live_exits(j, 0, 0);
}

static void
test_out_of_time(void **state)
{
	out_of_time(*state, NULL);
}

#ifdef __linux__
static void
test_out_of_time_tmpfs(void **state)
{
	out_of_time(*state, tmpfs_run);
}
#endif

/* rc.shutdown out of time, and somebody who does not know TERM. */
static void
test_out_of_time_deaf(void **state)
{
	struct jail *j = *state;
	const char *line;

	boot(j, "trap '' TERM; while :; do sleep 1; done", NULL);
	line = kill_fmt("%s: gone after # s" LAST_WORD("rc.shutdown, TERM ran "
	    "out of time") "\n", kill_name(j));
	kill_says(kill_run(NULL, "-h", "-t", "10", j->root, NULL), 0, line,
	    "");
	assert_in_range(kill_last.took_ms, 8000, 10000 + LIVE_LATE_MS);
}

static void
test_reboot(void **state)
{
	struct jail *j = *state;
	const char *jid, *name;

	boot(j, MARK_ARG, NULL);
	jid = kill_jid(j);
	name = kill_name(j);
	kill_says(kill_run(NULL, "-r", "-t", "10", jid, NULL), 0,
	    kill_fmt("%s: rebooted after # s\n", name), "");
	wait_text(j, "/tmp/lives", "\n\n");
	assert_int_equal(jail_wait_state(j, "run", LIVE_SOON_MS), 0);
	assert_string_equal(jail_file(j, LIVE_MARK), "reboot\n");
	live_log_has(j, "reboot requested, gone in 9 s at most\n");
	assert_string_equal(kill_jid(j), jid);
	kill_says(kill_run(NULL, "-n", "-h", jid, NULL), 0,
	    kill_fmt("%s: would ask it to halt\n", name), "");
	kill_says(kill_run(NULL, "-h", jid, NULL), 0,
	    kill_fmt("%s: gone after # s\n", name), "");
	live_exits(j, 0, 0);
	assert_string_equal(jail_file(j, "/tmp/lives"), "\n\n");
}

#define REBOOTS	3

/* Its FIFO closes when it ends just as when it begins again. */
static void
reboot_ends(struct jail *j, const char *leave)
{
	const char *line;
	int i;

	for (i = 0; i < REBOOTS; i++) {
		boot(j, NULL, leave);
		line = kill_fmt("%s: gone after # s\n", kill_name(j));
		kill_says(kill_run(NULL, "-r", kill_jid(j), NULL), 0, line,
		    "");
		gone(j);
		assert_int_equal(jail_again(j), 0);
	}
}

static void
test_reboot_exit(void **state)
{
	reboot_ends(*state, "exit");
}

static void
test_reboot_reboot(void **state)
{
	reboot_ends(*state, "reboot");
}

/* A closed FIFO alone is no new life, whoever says so. */
static void
test_reboot_pretended(void **state)
{
	struct jail *j = *state;
	const char *line;

	boot_plain(j, "mkfifo " JAIL_CTL "\nexec 3<>" JAIL_CTL "\n"
	    "echo >/tmp/ready\nread empty <&3\nread x <&3\nexec 3<&-\n"
	    "echo \"$x\" >>" LIVE_MARK "\nwhile :; do sleep 1000; done");
	line = kill_fmt("%s: " KILLED "\n", kill_name(j));
	kill_says(kill_run(NULL, "-r", "-t", "10", kill_jid(j), NULL), 1,
	    line, "");
	assert_string_equal(jail_file(j, LIVE_MARK), "reboot 9\n");
	gone(j);
}

/* A reboot that does not come to an end is ended. */
static void
test_reboot_forced(void **state)
{
	struct jail *j = *state;
	const char *line;

	boot(j, NULL, NULL);
	line = kill_fmt("%s: had to be killed, gone after # s*\n",
	    kill_name(j));
	assert_int_equal(jail_sh(j, kill_fmt("kill -STOP %s", live_pid(j))), 0);
	kill_says(kill_run(NULL, "-r", "-t", "0", kill_jid(j), NULL), 1,
	    line, "");
	gone(j);
}

/* Somebody of outside who does not reap a process that he put in. */
static int
sit(void *arg)
{
	(void)arg;
	(void)alarm(100);
	return (pause());
}

static void
test_kept(void **state)
{
	struct jail *j = *state;
	const char *out;
	pid_t pid;

	boot(j, NULL, NULL);
	pid = jail_enter(j, sit, NULL);
	assert_true(pid > 0);
	out = kill_fmt("%s: still there after # s; said last: gone; "
	    "TERM, KILL ran out of time; process %d "
	    "(test_kill) is not reaped by its parent outside, %d "
	    "(test_kill)\n", kill_name(j), (int)pid, (int)getpid());
	kill_says(kill_run(NULL, "-h", "-t", "6", j->root, NULL), 2, out,
	    "");
	lives(j, 0);
}

/*
 * Other inits.
 */

/* Halts it, or what verb is, by seconds; out and status are as expected. */
static void
other_init(struct jail *j, const char *verb, const char *seconds, int status,
    const char *asked, const char *end)
{
	const char *name = kill_name(j);

	kill_says(kill_run(NULL, "-v", verb, "-t", seconds, j->root, NULL),
	    status, kill_fmt("%s: asking\n%s: has no FIFO; %s\n%s%s: %s\n",
	    name, name, asked, status == 0 ? "" : kill_fmt(
	    "%s: TERM\n%s: KILL\n", name, name), name, end), "");
	gone(j);
}

static void
test_init_script(void **state)
{
	struct jail *j = *state;

	boot_plain(j, TERM_TRAP);
	other_init(j, "-h", "30", 0, "TERM to its first process, sh", GONE);
	assert_in_range(kill_last.took_ms, 0, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "term\n");
}

/* As process 1 it does not even know of TERM. */
static void
test_init_deaf(void **state)
{
	struct jail *j = *state;

	assert_int_equal(jail_start(j, NULL, "/bin/sleep", "1000", NULL), 0);
	other_init(j, "-h", "6", 1, "TERM to its first process, sleep",
	    KILLED);
	assert_in_range(kill_last.took_ms, 5990, 6000 + LIVE_LATE_MS);
}

/* After a third of the time all are told, by themselves not by their first
 * process. */
static void
test_init_third(void **state)
{
	struct jail *j = *state;
	const char *name;

	boot_plain(j, "trap : TERM\ncat >/tmp/s <<'end'\n"
	    "trap 'echo term >>" LIVE_MARK "; exit' TERM\n"
	    "echo >/tmp/ready\nwhile :; do sleep 1000 & wait; done\nend\n"
	    "sh /tmp/s & c=$!\nwhile kill -0 $c; do wait $c; done\nexit 0");
	name = kill_name(j);
	kill_says(kill_run(NULL, "-v", "-h", "-t", "6", j->root, NULL), 0,
	    kill_fmt("%s: asking\n%s: *\n%s: TERM\n%s: " GONE "\n", name,
	    name, name, name), "");
	assert_in_range(kill_last.took_ms, 1990, 6000 + LIVE_LATE_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "term\n");
}

/* A script of this name, which notes what it gets. */
static void
test_init_systemd(void **state)
{
	static const struct {
		const char *verb, *asked, *got;
	} s[] = { { "-h", "RTMIN+3", "37\n" }, { "-p", "RTMIN+4", "38\n" },
	    { "-r", "RTMIN+5", "39\n" } };
	struct jail *j = *state;
	size_t i;

	assert_int_equal(jail_script(j, "/sbin/systemd",
	    "for i in 37 38 39 15; do\n"
	    "trap \"echo $i >>" LIVE_MARK "; exit 0\" $i\ndone\n"
	    "echo >/tmp/ready\nwhile :; do sleep 1000 & wait; done"), 0);
	for (i = 0; i < sizeof(s) / sizeof(s[0]); i++) {
		(void)unlink(jail_path(j, LIVE_MARK));
		(void)unlink(jail_path(j, "/tmp/ready"));
		assert_int_equal(jail_start(j, NULL, "/sbin/systemd", NULL),
		    0);
		assert_int_equal(jail_wait_file(j, "/tmp/ready",
		    LIVE_SOON_MS), 0);
		other_init(j, s[i].verb, "30", 0, kill_fmt(
		    "%s to its first process, systemd", s[i].asked), GONE);
		assert_string_equal(jail_file(j, LIVE_MARK), s[i].got);
		assert_int_equal(jail_again(j), 0);
	}
}

static void
test_init_busybox(void **state)
{
	struct jail *j = *state;

	if (geteuid() != 0)
		live_skip("busybox init wants to be root");
	assert_int_equal(jail_write(j, "/etc/inittab", 0644,
	    "::sysinit:/bin/touch /tmp/ready\n"
	    "::shutdown:/bin/touch " LIVE_MARK "\n"), 0);
	assert_int_equal(jail_start(j, NULL, "/bin/init", NULL), 0);
	assert_int_equal(jail_wait_file(j, "/tmp/ready", LIVE_SOON_MS), 0);
	kill_says(kill_run(NULL, "-n", "-p", j->root, NULL), 0, kill_fmt(
	    "%s: does not listen, would send USR2 to its first process, "
	    "init\n", kill_name(j)), "");
	kill_says(kill_run(NULL, "-n", "-r", j->root, NULL), 0, kill_fmt(
	    "%s: does not listen, would send TERM to its first process, "
	    "init\n", kill_name(j)), "");
	other_init(j, "-h", "30", 0, "USR1 to its first process, init",
	    GONE);
	assert_true(jail_exists(j, LIVE_MARK));
}

/* The program where there is one, else a script of its ways: TERM goes to
 * its child, and it exits when that does. */
static void
small_init(struct jail *j, const char *name)
{
	const char *const places[] = { kill_fmt("build/inits/usr/bin/%s",
	    name), kill_fmt("/usr/bin/%s", name) };
	const char *to = kill_fmt("/bin/%s", name), *from = NULL;
	size_t i;

	for (i = 0; i < 2 && from == NULL; i++)
		from = access(places[i], X_OK) == 0 ? places[i] : NULL;
	if (from != NULL)
		assert_int_equal(jail_copy(j, from, to), 0);
	else {
		printf("no %s here: a script in its place\n", name);
		assert_int_equal(jail_script(j, to, "trap 'kill $c' TERM\n"
		    "[ \"$1\" != -- ] || shift\n"
		    "\"$@\" & c=$!\nwhile kill -0 $c; do wait $c; done"), 0);
	}
	assert_int_equal(jail_script(j, "/tmp/service", TERM_TRAP), 0);
	assert_int_equal(jail_start(j, NULL, to, "--", "/tmp/service", NULL),
	    0);
	assert_int_equal(jail_wait_file(j, "/tmp/ready", LIVE_SOON_MS), 0);
	other_init(j, "-h", "30", 0, kill_fmt("TERM to its first process, %s",
	    name), GONE);
	assert_in_range(kill_last.took_ms, 0, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "term\n");
}

static void
test_init_tini(void **state)
{
	small_init(*state, "tini");
}

static void
test_init_dumb_init(void **state)
{
	small_init(*state, "dumb-init");
}

static void
test_init_catatonit(void **state)
{
	small_init(*state, "catatonit");
}

static void
stop_first(struct jail *j)
{
	assert_int_equal(jail_signal(j, SIGSTOP), 0);
	assert_true(stops(j->pid));
}

static void
test_stopped(void **state)
{
	struct jail *j = *state;
	const char *line;

	boot(j, MARK_ARG, NULL);
	stop_first(j);
	line = kill_fmt("%s: gone after # s\n", kill_name(j));
	kill_says(kill_run(NULL, "-h", "-t", "30", j->root, NULL), 0, line,
	    "");
	assert_in_range(kill_last.took_ms, 0, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
}

static void
test_stopped_other(void **state)
{
	struct jail *j = *state;

	boot_plain(j, TERM_TRAP);
	stop_first(j);
	other_init(j, "-h", "30", 0, "TERM to its first process, sh", GONE);
	assert_string_equal(jail_file(j, LIVE_MARK), "term\n");
}

/*
 * Users.
 */
static void
test_not_root(void **state)
{
	static const struct kill_opts nobody = { .uid = NOBODY };
	struct jail *j = *state, *p = kill_another(0);
	const char *err, *a, *b;

	need_users();
	boot(j, NULL, NULL);
	boot_plain(p, PLAIN);
	a = kill_jid(j);
	b = kill_jid(p);
	err = kill_fmt("jailkill: %s: Operation not permitted\n"
	    "jailkill: %s: Operation not permitted\n", kill_short(j),
	    kill_short(p));
	kill_says(kill_run(&nobody, "-h", a, b, NULL), EX_NOPERM, "", err);
	kill_says(kill_run(&nobody, "-s", "USR1", a, b, NULL), EX_NOPERM, "",
	    err);
	kill_says(kill_run(&nobody, "-s", "KILL", a, kill_pid_name(p->pid),
	    NULL), EX_NOPERM, "", err);
	kill_says(kill_run(&nobody, "-h", "-a", NULL), 0, "", "");
	kill_says(kill_run(&nobody, "-s", "KILL", "-A", NULL), 0, "", "");
	kill_says(kill_run(&nobody, "-l", NULL), 0, kill_fmt(LIST_TITLES "%s%s",
	    list_line(kill_jid_of(j->pid), j->pid, "-", HIDDEN(j->root)),
	    list_line(kill_jid_of(p->pid), PLAIN_PID(p), "-",
	    HIDDEN(p->root))), "");
	lives(j, 1);
	lives(p, 2 * PLAIN_N + 2);
	assert_string_equal(jail_status(j, "state"), "run");
	assert_false(jail_exists(p, LIVE_MARK));
}

#ifdef __linux__
/* Started by somebody else, as a user namespace of his own. */
static void
become(uid_t uid)
{
	assert_int_equal(setresuid(0, 0, 0), 0);
	assert_int_equal(setresgid(uid, uid, 0), 0);
	assert_int_equal(setresuid(uid, uid, 0), 0);
	assert_int_equal(prctl(PR_SET_DUMPABLE, 1), 0);
}

static void
boot_user(struct jail *j, const char *path, const char *arg)
{
	int e;

	assert_int_equal(chown(j->dir, NOBODY, NOBODY), 0);
	assert_int_equal(system(kill_fmt("chown -R %d:%d '%s'", NOBODY,
	    NOBODY, j->root)), 0);
	become(NOBODY);
	e = jail_start(j, NULL, path, arg, NULL);
	become(0);
	assert_int_equal(e, 0);
}

static void
test_user(void **state)
{
	static const struct kill_opts nobody = { .uid = NOBODY };
	struct jail *j = *state, *p = kill_another(0), *root = kill_another(1);
	int64_t end_ms;
	const char *line;

	need_users();
	boot(root, NULL, NULL);
	assert_int_equal(jail_script(j, "/etc/rc.shutdown", MARK_ARG), 0);
	boot_user(j, "/sbin/jailinit", NULL);
	assert_int_equal(jail_wait_state(j, "run", LIVE_SOON_MS), 0);
	assert_int_equal(jail_script(p, "/etc/plain", PLAIN), 0);
	boot_user(p, "/bin/sh", "/etc/plain");
	assert_int_equal(jail_wait_file(p, "/tmp/ready", LIVE_SOON_MS), 0);

	kill_says(kill_run(&nobody, "-l", "-A", NULL), 0,
	    kill_fmt(LIST_TITLES "%s%s",
	    list_line(kill_jid_of(j->pid), j->pid, "run", j->root),
	    list_line(kill_jid_of(p->pid), PLAIN_PID(p), "-", p->root)), "");
	kill_says(kill_run(&nobody, "-s", "USR1", p->root, NULL), 0, "", "");
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	while (lines(jail_file(p, LIVE_MARK)) < PLAIN_N + 1 &&
	    jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	assert_int_equal(lines(jail_file(p, LIVE_MARK)), PLAIN_N + 1);
	kill_says(kill_run(&nobody, "-s", "STOP", p->root, NULL), 0, "", "");
	/* What had ended just before is a zombie: who reaps it is stopped. */
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	while (jail_count_in(p, 'T') + jail_zombies(p) != jail_count(p) &&
	    jail_now_ms() < end_ms)
		jail_sleep_ms(1);
	assert_int_equal(jail_count_in(p, 'T') + jail_zombies(p),
	    jail_count(p));
	assert_true(jail_count_in(p, 'T') > PLAIN_N);
	line = kill_fmt("%s: gone after # s\n", kill_name(j));
	kill_says(kill_run(&nobody, "-h", "-a", NULL), 0, line, "");
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
	gone(j);
	line = kill_fmt("%s: " KILLED "\n", kill_name(p));
	kill_says(kill_run(&nobody, "-h", "-t", "1", p->root, NULL), 1, line,
	    "");
	gone(p);
	lives(root, 1);
}

/* Root has a say in the jails of others. */
static void
test_user_by_root(void **state)
{
	struct jail *j = *state;
	const char *line;

	need_users();
	boot_user(j, "/sbin/jailinit", NULL);
	assert_int_equal(jail_wait_state(j, "run", LIVE_SOON_MS), 0);
	kill_says(kill_run(NULL, "-s", "STOP", j->root, NULL), 0, "", "");
	assert_true(stops(j->pid));
	line = kill_fmt("%s: gone after # s\n", kill_name(j));
	kill_says(kill_run(NULL, "-h", "-a", NULL), 0, line, "");
	gone(j);
}

#endif

/*
 * Who a jail is does not depend on what it says.
 */
static void
test_renamed_host(void **state)
{
	struct jail *j = *state;
	const char *jid, *line;

	boot(j, "hostname other; rm -f /etc/hostname; mv /etc /tmp/etc; "
	    "sleep 0.5; hostname; echo $1 >" LIVE_MARK, NULL);
	assert_int_equal(jail_write(j, "/etc/hostname", 0644, "first\n"), 0);
	jid = kill_jid(j);
	assert_int_equal(jail_sh(j, "hostname first"), 0);
	assert_string_equal(kill_jid(j), jid);
	line = kill_fmt("%s: gone after # s\n", kill_name(j));
	kill_says(kill_run(NULL, "-h", jid, NULL), 0, line, "");
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
	live_log_has(j, "other\n");
}

#ifdef __linux__
/* As process 1: a name of its own choice; TERM ends it. */
static _Noreturn void
named(const char *name)
{
	sigset_t set;
	int sig = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, 37);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)prctl(PR_SET_NAME, name);
	(void)creat("/tmp/ready", 0644);
	while (sigwait(&set, &sig) != 0)
		continue;
	_exit(sig);
}

static void
renamed(struct jail *j, const char *name, const char *shown, int sig)
{
	const char *jid, *said;

	assert_int_equal(jail_start(j, NULL, PROBE, "named", name, NULL), 0);
	assert_int_equal(jail_wait_file(j, "/tmp/ready", LIVE_SOON_MS), 0);
	jid = kill_jid(j);
	said = kill_name(j);
	kill_says(kill_run(NULL, "-hv", jid, NULL), 0, kill_fmt("%s: asking\n"
	    "%s: has no FIFO; %s to its first process, %s\n%s: " GONE "\n",
	    said, said, sig == 37 ? "RTMIN+3" : "TERM", shown, said), "");
	live_exits(j, sig, 0);
	assert_int_equal(jail_again(j), 0);
	assert_int_equal(unlink(jail_path(j, "/tmp/ready")), 0);
}

static void
test_renamed(void **state)
{
	struct jail *j = *state;

	assert_int_equal(probe_install(j), 0);
	renamed(j, "systemd", "systemd", 37);
	renamed(j, "init", "init", SIGTERM);
	renamed(j, "a) Z 1 1\n2\t", "a) Z 1 1", SIGTERM);
	renamed(j, "\033[2J", "\\^[[2J", SIGTERM);
	renamed(j, "", "", SIGTERM);
}

static void
test_renamed_comm(void **state)
{
	struct jail *j = *state;
	const char *jid, *line;

	boot_plain(j, "trap 'exit 0' TERM\n"
	    "trap 'echo jailinit >/proc/1/comm; echo >/tmp/renamed' USR1\n"
	    "echo >/tmp/ready\nwhile :; do sleep 1000 & wait; done");
	jid = kill_jid(j);
	line = kill_fmt("%s: gone after # s\n", kill_name(j));
	assert_int_equal(kill_run(NULL, "-s", "USR1", jid, NULL), 0);
	assert_int_equal(jail_wait_file(j, "/tmp/renamed", LIVE_SOON_MS), 0);
	assert_string_equal(kill_jid(j), jid);
	kill_says(kill_run(NULL, "-h", jid, NULL), 0, line, "");
	gone(j);
}

#endif

/*
 * -n, -q, -v, terminals.
 */
static void
test_dry(void **state)
{
	struct jail *j = *state, *p = kill_another(0);
	const char *jn, *pn;

	boot(j, MARK_ARG, NULL);
	boot_plain(p, PLAIN);
	jn = kill_name(j);
	pn = kill_name(p);
	kill_says(kill_run(NULL, "-nh", j->root, p->root, NULL), 0, kill_fmt(
	    "%s: would ask it to halt\n%s: does not listen, would send "
	    PLAIN_TERM "\n", jn, pn), "");
	kill_says(kill_run(NULL, "-np", "-t", "0", "-a", NULL), 0,
	    kill_fmt("%s: would ask it to poweroff\n", jn), "");
	kill_says(kill_run(NULL, "-nr", "-t", "0", j->root, "0", NULL),
	    EX_NOHOST, kill_fmt("%s: would ask it to reboot\n", jn),
	    "jailkill: 0: *\n");
	kill_says(kill_run(NULL, "-n", "-s", "KILL", "-A", NULL), 0, kill_fmt(
	    "%s: would send KILL to all of it\n"
	    "%s: would send KILL to all of it\n", jn, pn), "");
	jail_sleep_ms(200);
	lives(j, 1);
	lives(p, 2 * PLAIN_N + 2);
	assert_string_equal(jail_status(j, "state"), "run");
	assert_false(jail_exists(j, LIVE_MARK));
}

static void
test_quiet(void **state)
{
	struct jail *j = *state, *p = kill_another(0);
	const char *line;

	boot(j, "sleep 1000", NULL);
	boot_plain(p, DEAF);
	line = kill_fmt("%s: " KILLED "\n", kill_name(p));
	kill_says(kill_run(NULL, "-hq", "-t", "6", p->root, j->root, NULL),
	    1, line, "");
	gone(j);
	gone(p);
	assert_int_equal(jail_again(j), 0);
	boot(j, MARK_ARG, NULL);
	kill_says(kill_run(NULL, "-qh", j->root, NULL), 0, "", "");
}

static void
test_verbose(void **state)
{
	struct jail *j = *state;
	const char *n;

	boot(j, "trap '' TERM; sleep 1000", NULL);
	n = kill_name(j);
	stop_first(j);
	/* That it is continued cannot be told by it, but by its end. */
	kill_says(kill_run(NULL, "-vh", "-t", "6", j->root, NULL), 0,
	    kill_fmt("%s: asking\n%s: asked\n%s: gone after # s"
	    LAST_WORD("*") "\n", n, n, n), "");
}

/* What a terminal shows in the end of text, whose only controls are \n, \r,
 * up and clear to the end. */
static void
screen(const char *text, char *out)
{
	char row[64][256] = { "" };
	int n, x = 0, y = 0, i;

	for (; *text != '\0'; text++) {
		if (sscanf(text, "\033[%dA", &n) == 1) {
			y -= n;
			text = strchr(text, 'A');
		} else if (strncmp(text, "\033[J", 3) == 0) {
			row[y][x] = '\0';
			for (i = y + 1; i < 64; i++)
				row[i][0] = '\0';
			text += 2;
		} else if (*text == '\r')
			x = 0;
		else if (*text == '\n')
			y++;
		else {
			row[y][x++] = *text;
			row[y][x] = '\0';
		}
		assert_true(y >= 0 && y < 64 && x < 250);
	}
	for (i = 0, *out = '\0'; i < 64 && row[i][0] != '\0'; i++)
		out += sprintf(out, "%s\n", row[i]);
}

/* All that was written to a terminal. */
static void
pty_text(int master_fd, char *buf, size_t size)
{
	struct pollfd p = { master_fd, POLLIN, 0 };
	size_t used = 0;
	ssize_t n;

	while (used < size - 1 && poll(&p, 1, 0) == 1 &&
	    (n = read(master_fd, buf + used, size - 1 - used)) > 0)
		used += (size_t)n;
	buf[used] = '\0';
}

static void
terminal(struct jail *j, unsigned short columns)
{
	struct winsize ws = { .ws_row = columns == 0 ? 0 : 24,
	    .ws_col = columns };
	struct jail *quick = kill_another(0);
	char text[16384], last[16384];
	struct kill_opts o = { 0 };
	const char *jn, *qn;
	int i, master_fd, shown = 0;

	boot(j, "sleep 4.5", NULL);
	boot(quick, NULL, NULL);
	jn = kill_name(j);
	qn = kill_name(quick);
	live_pty(&master_fd, &o.out_fd);
	assert_int_equal(ioctl(master_fd, TIOCSWINSZ, &ws), 0);
	assert_int_equal(kill_run(&o, "-h", j->root, quick->root, NULL), 0);
	pty_text(master_fd, text, sizeof(text));
	close(master_fd);
	close(o.out_fd);
	screen(text, last);
	if (!kill_like(last, kill_fmt("%s: gone after # s\n%s: gone after "
	    "# s\n", qn, jn)))
		print_error("shown last:\n%s---\nof:\n%s---\n", last, text);
	assert_true(kill_like(last, kill_fmt("%s: gone after # s\n%s: gone "
	    "after # s\n", qn, jn)));
	/* Each second, but on a busy machine. */
	for (i = 1; i <= 4; i++)
		if (strstr(text, kill_fmt("%s: rc.shutdown, %d s\r\n", jn,
		    i)) != NULL)
			shown++;
	assert_true(shown >= (columns == 0 ? 1 : 2));
	assert_non_null(strstr(text, "\033[1A\r\033[J"));
}

static void
test_terminal(void **state)
{
	terminal(*state, 200);
}

/* A terminal that does not know its size, as on a serial line. */
static void
test_terminal_no_size(void **state)
{
	terminal(*state, 0);
}

/* At a machine's shutdown nobody says what the console can do. */
static void
test_terminal_unknown(void **state)
{
	struct jail *j = *state;
	struct kill_opts o = { 0 };
	char text[16384];
	int i, master_fd;

	for (i = 0; i < 2; i++) {
		boot(j, "sleep 1.5", NULL);
		live_pty(&master_fd, &o.out_fd);
		assert_int_equal(i == 0 ? unsetenv("TERM") :
		    setenv("TERM", "dumb", 1), 0);
		assert_int_equal(kill_run(&o, "-h", j->root, NULL), 0);
		pty_text(master_fd, text, sizeof(text));
		close(master_fd);
		close(o.out_fd);
		assert_non_null(strstr(text, "): gone after "));
		assert_null(strchr(text, '\033'));
		assert_null(strstr(text, "rc.shutdown"));
		assert_int_equal(jail_again(j), 0);
	}
}

/* One with room for a single line, where one jail is at TERM for a while. */
static void
test_terminal_rows(void **state)
{
	struct jail *j = *state, *slow = kill_another(0);
	struct winsize ws = { .ws_row = 3, .ws_col = 200 };
	struct kill_opts o = { 0 };
	char text[16384];
	int master_fd;

	boot(slow, "sleep 4", NULL);
	assert_int_equal(jail_script(j, "/etc/rc", "(trap '' TERM; "
	    "while :; do sleep 1; done) &"), 0);
	assert_int_equal(jail_start(j, NULL, "/sbin/jailinit", "-t", "4",
	    NULL), 0);
	assert_int_equal(jail_wait_state(j, "run", LIVE_SOON_MS), 0);
	live_pty(&master_fd, &o.out_fd);
	assert_int_equal(ioctl(master_fd, TIOCSWINSZ, &ws), 0);
	assert_int_equal(kill_run(&o, "-h", j->root, slow->root, NULL), 0);
	pty_text(master_fd, text, sizeof(text));
	close(master_fd);
	close(o.out_fd);
	assert_non_null(strstr(text, kill_fmt("%s): TERM, ", j->root)));
	assert_non_null(strstr(text, " s\r\nand 1 more\r\n"));
}

/* A name so long that a few lines are some kilobytes. */
static void
root_lengthen(struct jail *j)
{
	const char *to;
	int i;

	for (i = 0; i < 3; i++) {
		to = kill_fmt("%.*s/%0250d", (int)strlen(j->root) - 5,
		    j->root, i);
		assert_int_equal(mkdir(to, 0755), 0);
		to = kill_fmt("%s/root", to);
		assert_int_equal(rename(j->root, to), 0);
		strcpy(j->root, to);
	}
}

/* One that takes some kilobytes more and no longer. */
static void
test_terminal_stalled(void **state)
{
	struct jail *j = *state;
	struct kill_opts o = { 0 };
	int fd, i, master_fd;
	char text[4096];
	struct kill k;
	ssize_t n;

	root_lengthen(j);
	boot(j, "sleep 0.5", NULL);
	for (i = 0; i < KILL_MORE; i++) {
		root_lengthen(kill_another(i));
		assert_int_equal(jail_start(&kill_more[i], NULL, "/bin/sleep",
		    "1000", NULL), 0);
	}
	live_pty(&master_fd, &o.out_fd);
	fd = open(ptsname(master_fd), O_WRONLY | O_NOCTTY | O_NONBLOCK |
	    O_CLOEXEC);
	memset(text, '.', sizeof(text));
	/* A pty hands on what it has a little later: there is room again. */
	for (i = 0; i < 30; i++, jail_sleep_ms(10))
		while ((n = write(fd, text, sizeof(text))) > 0)
			i = 0;
	assert_int_equal(read(master_fd, text, 64), 64);
	kill_start(&k, &o, "-hv", "-t", "2", "-A", NULL);
	assert_int_not_equal(jail_wait(j, 2000 + LIVE_LATE_MS, NULL), -1);
	for (i = 0; i < KILL_MORE; i++)
		assert_int_not_equal(jail_wait(&kill_more[i],
		    3000 + LIVE_LATE_MS, NULL), -1);
	assert_int_equal(waitpid(k.pid, NULL, WNOHANG), 0);
	while (waitpid(k.pid, NULL, WNOHANG) == 0) {
		pty_text(master_fd, text, sizeof(text));
		jail_sleep_ms(1);
	}
	close(fd);
	close(o.out_fd);
	close(master_fd);
	close(k.out_fd);
	close(k.err_fd);
}

/*
 * The library, in a child, whose exit status is the line that went wrong.
 */
#define LIB_CHECK(e)							\
	do {								\
		if (!(e))						\
			_exit(__LINE__ % 255 + 1);			\
	} while (0)

static void
lib_run(void (*fn)(const struct jail *), const struct jail *j)
{
	pid_t pid;
	int st = -1;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)die_with_parent();
		(void)alarm((unsigned)jail_slack(30));
		fn(j);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &st, 0), pid);
	if (st != 0)
		print_error("wait status %x: line %d (mod 255)\n",
		    (unsigned)st, WEXITSTATUS(st) - 1);
	assert_int_equal(st, 0);
}

static void
lib_errors(const struct jail *j)
{
	jailid_t jid = kill_jid_of(j->pid), found = 0;

	errno = 0;
	LIB_CHECK(jailkill(jid, -1) == -1 && errno == EINVAL);
	errno = 0;
	LIB_CHECK(jailkill(jid, atoi(JAIL_NO_SIGNAL)) == -1 &&
	    errno == EINVAL);
	errno = 0;
	LIB_CHECK(jailkill(999998, SIGTERM) == -1 && errno == ESRCH);
	errno = 0;
	LIB_CHECK(jailkill(0, SIGKILL) == -1 && errno == ESRCH);
	errno = 0;
	LIB_CHECK(jailkill_find("/", &found) == -1 && errno == EINVAL);
	errno = 0;
#ifdef __linux__	/* elsewhere a name like others */
	LIB_CHECK(jailkill_find("pid=x", &found) == -1 && errno == EINVAL);
#endif
	errno = 0;
	LIB_CHECK(jailkill_find("", &found) == -1 && errno == EINVAL);
	errno = 0;
	LIB_CHECK(jailkill_find("999998", &found) == -1 && errno == ESRCH);
	errno = 0;
	LIB_CHECK(jailkill_find(kill_pid_name(getpid()), &found) == -1 &&
	    errno == ESRCH);
	LIB_CHECK(found == 0);
	LIB_CHECK(jailkill_find(kill_jid(j), &found) == 0 && found == jid);
	found = 0;
	LIB_CHECK(jailkill_find(kill_pid_name(j->pid), &found) == 0 &&
	    found == jid);
	LIB_CHECK(jailkill(jid, 0) == 0);
	if (setresuid(NOBODY, NOBODY, NOBODY) == 0) {
		errno = 0;
		LIB_CHECK(jailkill(jid, SIGTERM) == -1 && errno == EPERM);
		errno = 0;
		LIB_CHECK(jailkill(jid, SIGKILL) == -1 && errno == EPERM);
	}
}

static void
test_lib_errors(void **state)
{
	struct jail *j = *state;

	boot_probe(j, "64");
	lib_run(lib_errors, j);
	assert_string_equal(jail_file(j, GOT), "ready\n");
	lives(j, 2);
}

static volatile sig_atomic_t lib_caught;

static void
lib_on_signal(int sig)
{
	(void)sig;
	lib_caught++;
}

static int
fds_open(void)
{
	int fd, n = 0;

	for (fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return (n);
}

/* How the caller has SIGCHLD makes no difference, and is not touched. */
static void
lib_caller(jailid_t jid, void (*handler)(int))
{
	struct sigaction sa = { .sa_handler = handler }, now;
	sigset_t set, after;
	int i, fds = fds_open();

	LIB_CHECK(sigaction(SIGCHLD, &sa, NULL) == 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGTERM);
	LIB_CHECK(sigprocmask(SIG_SETMASK, &set, NULL) == 0);
	for (i = 0; i < 3; i++)
		LIB_CHECK(jailkill(jid, JAIL_SIGRTMIN + 6) == 0);
	LIB_CHECK(sigprocmask(SIG_SETMASK, NULL, &after) == 0);
	for (i = 1; i < 65; i++)
		LIB_CHECK(sigismember(&after, i) == sigismember(&set, i));
	LIB_CHECK(sigaction(SIGCHLD, NULL, &now) == 0 &&
	    now.sa_handler == handler);
	LIB_CHECK(sigpending(&set) == 0 && sigismember(&set, SIGTERM) == 0 &&
	    sigismember(&set, SIGUSR1) == 0);
	errno = 0;
	LIB_CHECK(waitpid(-1, NULL, __WALL | WNOHANG) == -1 &&
	    errno == ECHILD);
	LIB_CHECK(lib_caught == 0);
	LIB_CHECK(fds_open() == fds);
}

static void
lib_signal(const struct jail *j)
{
	jailid_t jid = kill_jid_of(j->pid);

	lib_caller(jid, SIG_DFL);
	lib_caller(jid, SIG_IGN);
	lib_caller(jid, lib_on_signal);
	LIB_CHECK(jailkill(jid, SIGKILL) == 0);
	LIB_CHECK(proc_state(j->pid) == 'Z' &&
	    jail_wait_count(j, 1, LIVE_SOON_MS) == 0);
	errno = 0;
	LIB_CHECK(jailkill(jid, SIGKILL) == -1 && errno == ESRCH);
}

static void
test_lib_signal(void **state)
{
	struct jail *j = *state;
	const char *got = "ready\n";
	int i;

	for (i = 0; i < 9; i++)
		got = kill_fmt("%s%s\n", got, rt(6));

	boot_probe(j, "64");
	lib_run(lib_signal, j);
	/* As it was killed at once, some may not have been heard. */
	assert_int_equal(strncmp(got, jail_file(j, GOT),
	    strlen(jail_file(j, GOT))), 0);
	gone(j);
}

/* A daemon has closed them. */
static void
lib_no_fds(const struct jail *j)
{
	jailid_t jid = kill_jid_of(j->pid);

	closefrom(0);
	LIB_CHECK(jailkill(jid, SIGSTOP) == 0);
	LIB_CHECK(stops(j->pid));
	LIB_CHECK(jailkill(jid, SIGCONT) == 0);
	LIB_CHECK(jailkill(jid, SIGKILL) == 0);
	LIB_CHECK(fds_open() == 0);
}

static void
test_lib_no_fds(void **state)
{
	struct jail *j = *state;

	boot_plain(j, PLAIN);
	lib_run(lib_no_fds, j);
	gone(j);
}

#define LIB_ROUNDS	50

static void *
lib_thread(void *arg)
{
	const jailid_t *jid = arg;
	uintptr_t failed = 0;
	int i;

	for (i = 0; i < LIB_ROUNDS; i++)
		failed += jailkill(*jid, SIGCONT) != 0;
	return ((void *)failed);
}

static void
lib_threads(const struct jail *j)
{
	jailid_t jid[2] = { kill_jid_of(j->pid),
	    kill_jid_of(kill_more[0].pid) };
	pthread_t t[4];
	void *failed;
	int i, fds = fds_open();

	for (i = 0; i < 4; i++)
		LIB_CHECK(pthread_create(&t[i], NULL, lib_thread,
		    &jid[i % 2]) == 0);
	for (i = 0; i < 4; i++)
		LIB_CHECK(pthread_join(t[i], &failed) == 0 && failed == NULL);
	errno = 0;
	LIB_CHECK(waitpid(-1, NULL, __WALL | WNOHANG) == -1 &&
	    errno == ECHILD);
	LIB_CHECK(fds_open() == fds);
}

static void
test_lib_threads(void **state)
{
	struct jail *j = *state;

	boot_plain(j, PLAIN);
	boot_plain(kill_another(0), PLAIN);
	lib_run(lib_threads, j);
	lives(j, 2 * PLAIN_N + 2);
}

/*
 * Odd surroundings.
 */
#ifdef __linux__
static void
no_proc(void *arg)
{
	(void)arg;
	if (unshare(CLONE_NEWNS) == -1 || mount("none", "/proc", "tmpfs", 0,
	    NULL) == -1)
		_exit(126);
}

static void
test_no_proc(void **state)
{
	struct kill_opts o = { .before_exec = no_proc };
	struct jail *j = *state;

#ifdef __SANITIZE_ADDRESS__
	live_skip("the sanitizer itself cannot do without /proc");
#endif
	boot(j, NULL, NULL);
	kill_says(kill_run(&o, "-h", "-a", NULL), EX_UNAVAILABLE, "",
	    "jailkill: /proc *\n");
	kill_says(kill_run(&o, "-l", NULL), EX_UNAVAILABLE, "",
	    "jailkill: /proc *\n");
	lives(j, 1);
}

/* In a PID namespace of its own, with the /proc of ours: as process 1; as
 * one that has the same number (*arg) here and there. */
static void
another_level(void *arg)
{
	pid_t number = *(pid_t *)arg, tids[2] = { number, number }, pid = -1;
	struct clone_args ca = { .exit_signal = SIGCHLD,
	    .set_tid = (uintptr_t)tids, .set_tid_size = 2 };
	pid_t sitter;
	int st = 0;

	if (unshare(CLONE_NEWPID) == 0)
		pid = fork();
	if (pid == 0 && number == 0)
		return;
	if (pid == 0)
		live_bystander(NULL);
	sitter = pid;
	if (number != 0) {
		pid = (pid_t)syscall(SYS_clone3, &ca, sizeof(ca));
		if (pid == 0)
			return;
	}
	if (pid != -1)
		(void)waitpid(pid, &st, 0);
	if (number != 0 && sitter > 0)
		(void)kill(sitter, SIGKILL);
	if (pid == -1)
		_exit(126);
	_exit(WIFEXITED(st) ? WEXITSTATUS(st) : 126);
}

static void
other_proc(struct jail *j, pid_t number)
{
	struct kill_opts o = { .before_exec = another_level,
	    .arg = &number };

	boot(j, NULL, NULL);
	kill_says(kill_run(&o, "-h", "-a", NULL), EX_UNAVAILABLE, "",
	    "jailkill: /proc *\n");
	lives(j, 1);
}

static void
test_other_proc(void **state)
{
	other_proc(*state, 0);
}

#define SAME_NUMBER	30000

static void
test_other_proc_same_number(void **state)
{
	other_proc(*state, SAME_NUMBER);
}

#endif

/* What is closed is not to become a file of ours. */
static void
test_closed(void **state)
{
	static const struct kill_opts closed[] = {
		{ .in_fd = KILL_FD_CLOSED },
		{ .out_fd = KILL_FD_CLOSED },
		{ .err_fd = KILL_FD_CLOSED },
		{ .in_fd = KILL_FD_CLOSED, .out_fd = KILL_FD_CLOSED,
		    .err_fd = KILL_FD_CLOSED }
	};
	struct jail *j = *state, *p = kill_another(0);
	size_t i;

	for (i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
		boot(j, MARK_ARG, NULL);
		boot_probe(p, "64");
		assert_int_equal(kill_run(&closed[i], "-v", "-s", "USR1",
		    p->root, NULL), 0);
		wait_text(p, GOT, kill_fmt("ready\n%d\n", SIGUSR1));
		wait_text(p, GOT ".child",
		    kill_fmt("ready\n%d\n", SIGUSR1));
		assert_int_equal(kill_run(&closed[i], "-vh", j->root, NULL),
		    0);
		assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
		live_log_has(j, "halt requested");
		gone(j);
		assert_int_equal(jail_again(j), 0);
		assert_int_equal(jail_again(p), 0);
		assert_int_equal(unlink(jail_path(j, LIVE_MARK)), 0);
		assert_int_equal(unlink(jail_path(p, GOT)), 0);
		assert_int_equal(unlink(jail_path(p, GOT ".child")), 0);
	}
}

static void
sigchld_ignore(void *arg)
{
	(void)arg;
	(void)signal(SIGCHLD, SIG_IGN);
}

/* As a daemon may hand it down. */
static void
test_sigchld_ignored(void **state)
{
	struct kill_opts o = { .before_exec = sigchld_ignore };
	struct jail *j = *state, *p = kill_another(0);
	struct kill k;
	const char *n;

	boot_probe(p, "64");
	kill_says(kill_run(&o, "-s", "USR1", p->root, NULL), 0, "", "");
	wait_text(p, GOT, kill_fmt("ready\n%d\n", SIGUSR1));
	boot(j, "echo >" LIVE_MARK "; until [ -e /tmp/go ]; do sleep 0.05; "
	    "done", NULL);
	n = kill_name(j);
	kill_start(&k, &o, "-h", j->root, NULL);
	assert_int_equal(jail_wait_file(j, LIVE_MARK, LIVE_SOON_MS), 0);
#ifdef __linux__	/* elsewhere what is ignored by default is there too */
	/* Else whom it sent may be reaped, and his number be another's. */
	assert_int_equal(proc_figure(k.pid, "SigIgn") &
	    1L << (SIGCHLD - 1), 0);
#endif
	assert_int_equal(jail_write(j, "/tmp/go", 0644, ""), 0);
	kill_says_like(&k, kill_wait(&k, LIVE_SOON_MS), 0,
	    kill_fmt("%s: gone after # s\n", n), "");
}

static void
test_broken_pipe(void **state)
{
	struct jail *j = *state, *p = kill_another(0);
	struct kill_opts o = { 0 };
	int fds[2];

	boot(j, MARK_ARG, NULL);
	boot(p, "sleep 0.5", NULL);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	close(fds[0]);
	o.out_fd = fds[1];
	o.err_fd = fds[1];
	assert_int_equal(kill_run(&o, "-vh", "0", j->root, p->root, NULL),
	    EX_NOHOST);
	close(fds[1]);
	gone(j);
	gone(p);
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
}

static void
test_full_disk(void **state)
{
	struct jail *j = *state;
	struct kill_opts o = { 0 };

	boot(j, MARK_ARG, NULL);
	o.out_fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	if (o.out_fd == -1)
		live_skip("no /dev/full");
	kill_says(kill_run(&o, "-l", NULL), EX_IOERR, "", "");
	kill_says(kill_run(&o, "-h", j->root, NULL), 0, "", "");
	close(o.out_fd);
	gone(j);
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
}

/* Nobody reads for now: the jails do not have to wait for him. */
static void
test_full_pipe(void **state)
{
	struct jail *j = *state, *p = kill_another(0);
	struct kill_opts o = { 0 };
	char text[65536 + 4096];
	const char *jn, *pn;
	struct kill k;
	int fds[2], status;
	ssize_t full = 0, n;

	boot(j, "exit 0", NULL);
	boot_plain(p, DEAF);
	jn = kill_name(j);
	pn = kill_name(p);
	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	memset(text, '.', sizeof(text));
	while ((n = write(fds[1], text, 4096)) > 0)
		full += n;
	assert_int_equal(fcntl(fds[1], F_SETFL, 0), 0);
	o.out_fd = fds[1];
	kill_start(&k, &o, "-vh", "-t", "6", j->root, p->root, NULL);
	assert_int_not_equal(jail_wait(j, 6000 + LIVE_LATE_MS, NULL), -1);
	assert_int_not_equal(jail_wait(p, 7000 + LIVE_LATE_MS, NULL), -1);
	jail_sleep_ms(300);
	assert_int_equal(waitpid(k.pid, NULL, WNOHANG), 0);	/* waits now */
	assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	for (; full > 0; full -= n)
		assert_true((n = read(fds[0], text, (size_t)full)) > 0);
	assert_int_equal(fcntl(fds[0], F_SETFL, 0), 0);
	status = kill_wait(&k, LIVE_SOON_MS);
	n = read(fds[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	close(fds[0]);
	close(fds[1]);
	kill_says_like(&k, status, 1, "", "");
	assert_non_null(strstr(text, kill_fmt("%s: asking\n", jn)));
	assert_non_null(strstr(text, kill_fmt("%s: asked\n", jn)));
	assert_non_null(strstr(text, kill_fmt("%s: gone after ", jn)));
	assert_non_null(strstr(text, kill_fmt("%s: KILL\n", pn)));
	assert_non_null(strstr(text, kill_fmt("%s: had to be killed, gone "
	    "after ", pn)));
}

/*
 * -a and -A: in this world, all jails are the test's.
 */
static void
test_all(void **state)
{
	struct jail *j = *state, *p = kill_another(0), *k = kill_another(1);
	const char *line, *lines2;

	boot(j, MARK_ARG, NULL);
	boot_plain(p, DEAF);
	boot(k, MARK_ARG, NULL);
	assert_int_equal(kill_run(NULL, "-s", "CONT", "-a", NULL), 0);
	lines2 = kill_fmt("%s: would ask it to halt\n%s: would ask it to "
	    "halt\n", kill_name(j), kill_name(k));
	kill_says(kill_run(NULL, "-nh", "-a", NULL), 0, lines2, "");
	assert_int_equal(kill_run(NULL, "-h", "-a", NULL), 0);
	assert_int_equal(lines(kill_last.out), 2);
	gone(j);
	gone(k);
	assert_string_equal(jail_file(j, LIVE_MARK), "halt\n");
	assert_string_equal(jail_file(k, LIVE_MARK), "halt\n");
	lives(p, 2 * PLAIN_N + 2);
	kill_says(kill_run(NULL, "-h", "-a", NULL), 0, "", "");
	lives(p, 2 * PLAIN_N + 2);
	line = kill_fmt("%s: " KILLED "\n", kill_name(p));
	kill_says(kill_run(NULL, "-h", "-A", "-t", "1", NULL), 1, line, "");
	gone(p);
	kill_says(kill_run(NULL, "-s", "KILL", "-A", NULL), 0, "", "");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		KILL_TEST(test_usage),
		KILL_TEST(test_request),
		KILL_TEST(test_request_refused),
		KILL_TEST(test_list),
		KILL_TEST(test_list_some),
		KILL_TEST(test_list_state),
		KILL_TEST(test_list_old_status),
		KILL_TEST(test_list_nothing),
		KILL_TEST(test_list_odd_root),
		KILL_TEST(test_names),
		KILL_TEST(test_names_unknown),
		KILL_TEST(test_names_ended),
		KILL_ONLY_LINUX(test_names_ambiguous,
		    "two jails with one root"),
		KILL_TEST(test_names_twice),
		KILL_TEST(test_names_some_unknown),
		KILL_TEST(test_signal_default),
		KILL_TEST(test_signal_names),
		KILL_TEST(test_signal_all),
		KILL_TEST(test_signal_stop),
		KILL_TEST(test_signal_0),
		KILL_TEST(test_signal_kill),
		KILL_TEST(test_signal_jailinit),
		KILL_ONLY_LINUX(test_nested,
		    "PID namespaces; test_freebsd has nested jails"),
		KILL_ONLY_LINUX(test_nested_named,
		    "PID namespaces; test_freebsd has nested jails"),
		KILL_TEST(test_halt),
		KILL_TEST(test_poweroff),
		KILL_TEST(test_budget),
		KILL_TEST(test_no_time),
		KILL_TEST(test_out_of_time),
		KILL_ONLY_LINUX(test_out_of_time_tmpfs,
		    "a mount of the jail's that its end takes along"),
		KILL_TEST(test_out_of_time_deaf),
		KILL_TEST(test_reboot),
		KILL_TEST(test_reboot_exit),
		KILL_LINUX(test_reboot_reboot,
		    "a jail's root may never reboot(2)"),
		KILL_LINUX(test_reboot_pretended, NO_FIRST),
		KILL_TEST(test_reboot_forced),
		KILL_LINUX(test_kept,
		    "a zombie keeps no jail"),
		KILL_LINUX(test_init_script, NO_FIRST),
		KILL_LINUX(test_init_deaf, NO_FIRST),
		KILL_LINUX(test_init_third, NO_FIRST),
		KILL_LINUX(test_init_systemd, NO_FIRST),
		KILL_LINUX(test_init_busybox, NO_FIRST),
		KILL_LINUX(test_init_tini, NO_FIRST),
		KILL_LINUX(test_init_dumb_init, NO_FIRST),
		KILL_LINUX(test_init_catatonit, NO_FIRST),
		KILL_TEST(test_stopped),
		KILL_LINUX(test_stopped_other, NO_FIRST),
		KILL_TEST(test_not_root),
		KILL_ONLY_LINUX(test_user,
		    "only root has jails"),
		KILL_ONLY_LINUX(test_user_by_root,
		    "only root has jails"),
		KILL_TEST(test_renamed_host),
		KILL_ONLY_LINUX(test_renamed,
		    "PR_SET_NAME"),
		KILL_ONLY_LINUX(test_renamed_comm,
		    "/proc/1/comm"),
		KILL_TEST(test_dry),
		KILL_TEST(test_quiet),
		KILL_TEST(test_verbose),
		KILL_LINUX(test_terminal,
		    "who enters does not stay to see the state"),
		KILL_LINUX(test_terminal_no_size,
		    "who enters does not stay to see the state"),
		KILL_TEST(test_terminal_unknown),
		KILL_LINUX(test_terminal_rows,
		    "who enters does not stay to see the state"),
		KILL_TEST(test_terminal_stalled),
		KILL_TEST(test_lib_errors),
		KILL_TEST(test_lib_signal),
		KILL_TEST(test_lib_no_fds),
		KILL_TEST(test_lib_threads),
		KILL_ONLY_LINUX(test_no_proc,
		    "/proc"),
		KILL_ONLY_LINUX(test_other_proc,
		    "/proc"),
		KILL_ONLY_LINUX(test_other_proc_same_number,
		    "/proc"),
		KILL_TEST(test_closed),
		KILL_TEST(test_sigchld_ignored),
		KILL_TEST(test_broken_pipe),
		KILL_TEST(test_full_disk),
		KILL_TEST(test_full_pipe),
		KILL_TEST(test_all),
	};
	int status = probe_main(argc, argv);

#ifdef __linux__
	if (argc == 3 && strcmp(argv[1], "named") == 0)
		named(argv[2]);
#endif
	if (status != -1)
		return (status);
	kill_world();
	LIVE_MAIN("kill");
}
