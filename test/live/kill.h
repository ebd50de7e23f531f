/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the live tests of jailkill share: a world of their own, several jails,
 * and ways to run the program that JAILKILL names (build/jailkill) and to check
 * what it said.
 */
#ifndef KILL_H
#define KILL_H

#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <poll.h>
#ifdef __linux__
#include <sched.h>
#endif
#include <sysexits.h>

#include "kill/jailkill.h"
#include "live.h"

#define KILL_MORE	3	/* jails of a test beside its first */
#define KILL_FD_CLOSED	(-2)	/* for kill_opts; 0: the default */

#define KILL_TEST(f)							\
	cmocka_unit_test_setup_teardown(f, live_setup, kill_teardown)

/* As LIVE_LINUX and LIVE_ONLY_LINUX. */
#ifdef __linux__
#define KILL_LINUX(f, why)	KILL_TEST(f)
#define KILL_ONLY_LINUX(f, why)	KILL_TEST(f)
#else
#define KILL_LINUX(f, why)	LIVE_SKIPPED(#f, ((void)(f), (why)))
#define KILL_ONLY_LINUX(f, why)	LIVE_SKIPPED(#f, why)
#endif

/* Puts the test program into a world of its own, jail_world(), so that -a and
 * -l see its jails alone.  At the start of main(); returns in the process that
 * is to run the tests. */
void kill_world(void);

/* Jails. */

extern struct jail kill_more[KILL_MORE];
/* Makes kill_more[i], which is ended after the test. */
struct jail *kill_another(int i);
#ifdef __linux__
/* A jail that is a PID namespace and a chroot, in the test's mount namespace,
 * with the program at path as its first process, which has been executed when
 * this returns.  It is killed at the end of j. */
pid_t kill_chroot(struct jail *j, const char *root, const char *path);
#endif
/* After each test. */
int kill_teardown(void **state);

/* A shell script for kill_boot_plain(): it and PLAIN_N others add a line to
 * LIVE_MARK on USR1, and live on. */
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
/* One that ends on TERM and leaves a mark. */
#define TERM_TRAP							\
	"trap 'echo term >>" LIVE_MARK "; exit 0' TERM\n"		\
	"echo >/tmp/ready\nwhile :; do sleep 1000 & wait; done"
/* An rc.shutdown that says what it was asked for. */
#define MARK_ARG	"echo $1 >>" LIVE_MARK

/* On Linux a jail has a first process, which the kernel shields from TERM
 * unless it has a handler, and jailkill stays in the jail to see the end.  On
 * FreeBSD neither is so. */
#ifdef __linux__
#define PLAIN_PID(j)	(j)->pid
#define PLAIN_TERM	"TERM to its first process, sh"
#define DEAF		PLAIN
#define LAST_WORD(text)	"; " text
#define HIDDEN(root)	"-"		/* for a user other than root */
#define HIDDEN_STATE	"-"
#else
#define PLAIN_PID(j)	0
#define PLAIN_TERM	"TERM to all of it"
#define DEAF		"trap '' TERM\n" PLAIN
#define LAST_WORD(text)	""
#define HIDDEN(root)	(root)
#define HIDDEN_STATE	"run"		/* its title says so */
#endif

/* Why some tests are Linux's. */
#define NO_FIRST							\
	"no process of a jail is its first; test_freebsd has what there is"

/* Starts a jail with a shell script as its first process, which says that it
 * is ready. */
void kill_boot_plain(struct jail *j, const char *script);
/* Starts one with the probe, which writes its signals to GOT, and a child to
 * GOT ".child", and exits on the signal numbered last. */
#define GOT		"/tmp/got"
void kill_boot_probe(struct jail *j, const char *last);
/* Starts one with jailinit, an rc.shutdown (or NULL), and with what -l takes
 * (or NULL). */
void kill_boot(struct jail *j, const char *rc_shutdown, const char *leave);
/* It is still there, with n processes, or with any number if n is 0. */
void kill_lives(struct jail *j, int n);
/* It has ended, and left no process. */
void kill_gone(struct jail *j);
/* Does the process stop soon? */
bool kill_stops(pid_t pid);
/* Stops process 1. */
void kill_stop_first(struct jail *j);
/* A real-time signal's number. */
const char *kill_rt(int n);

/* Names of jails; text is there until the test ends. */

const char *kill_fmt(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));
/* The jail of a process of the host's, by a name that jailkill takes. */
const char *kill_pid_name(pid_t pid);
uint64_t kill_jid_of(pid_t pid);
const char *kill_jid(const struct jail *j);
/* The start of jailkill's line about a jail: the jid and, in parentheses, the
 * root or, on FreeBSD, the name. */
const char *kill_name(const struct jail *j);
/* The same where jailkill on Linux does not look for the root. */
const char *kill_short(const struct jail *j);

/* Running jailkill. */

/* How it is run; all zero (or NULL) is as root, in the test's namespaces,
 * with /dev/null as its input and what it says kept. */
struct kill_opts {
	uid_t uid;
	int in_fd, out_fd, err_fd;
	void (*before_exec)(void *);	/* in the child */
	void *arg;
};

/* A run of jailkill. */
struct kill {
	pid_t pid;
	int out_fd, err_fd;		/* where what it says is kept */
	int64_t began_ms, took_ms;
	char out[16384], err[16384];	/* set by kill_wait() */
};

/* The arguments of a variadic function from arg on, as argv. */
#define KILL_ARGV_MAX	32
#define KILL_ARGV(arg, argv)						\
	do {								\
		size_t n_ = 0;						\
		va_list ap_;						\
									\
		argv[n_++] = (char *)(uintptr_t)"jailkill";		\
		va_start(ap_, arg);					\
		for (; arg != NULL; arg = va_arg(ap_, const char *)) {	\
			assert_true(n_ < KILL_ARGV_MAX - 1);		\
			argv[n_++] = (char *)(uintptr_t)arg;		\
		}							\
		va_end(ap_);						\
		argv[n_] = NULL;					\
	} while (0)

/* Starts it with these arguments; NULL ends them. */
void kill_start(struct kill *k, const struct kill_opts *o, const char *arg, ...)
    __attribute__((sentinel));
void kill_start_argv(struct kill *k, const struct kill_opts *o, char **argv);
/* Its exit status; 128 and its signal; -1 when it took longer and was
 * killed. */
int kill_wait(struct kill *k, int64_t within_ms);

/* Both, in kill_last; the time is enough for any halt of these tests. */
#define KILL_LONG_MS	jail_slack(40000)
extern struct kill kill_last;
int kill_run(const struct kill_opts *o, const char *arg, ...)
    __attribute__((sentinel));

/* What it said. */

#define GONE	"gone after # s"
#define KILLED	"had to be killed, gone after # s"
#define LIST_TITLES	"JID            PID STATE    NAME         ROOT\n"

/* A line of -l, with any name and no note. */
const char *kill_list_line(jailid_t jid, pid_t pid, const char *state,
    const char *root);
int kill_lines(const char *text);	/* how many */
/* Is text the pattern?  In it # is a number with one digit after its point, and
 * * anything within the line. */
bool kill_like(const char *text, const char *pattern);
/* It exited with that status, and its output is like these. */
void kill_says_like(const struct kill *k, int status, int status_wanted,
    const char *out, const char *err);
/* The same of kill_run(), whose result is status.  It runs last: what it is to
 * say may name a jail that it ends, and compilers differ in their order. */
#define kill_says(status, wanted, out, err)				\
do {									\
	const char *says_err = (err), *says_out = (out);		\
	kill_says_like(&kill_last, (status), (wanted), says_out, says_err); \
} while (0)

#endif
