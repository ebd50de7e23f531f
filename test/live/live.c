/* SPDX-License-Identifier: BSD-2-Clause */
/* What the live tests share: cmocka, a jail for each test, and a few checks
 * that say what was in the log when they fail. */
#ifndef LIVE_H
#define LIVE_H

#include <sys/types.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif
#include <sys/wait.h>

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "jail.h"

/* cmocka 2 has renamed it; cmocka 1 has only the old name. */
#ifdef assert_int_in_range
#undef assert_in_range
#define assert_in_range(value, min, max) assert_int_in_range(value, min, max)
#endif

#define LIVE_TEST(f)							\
	cmocka_unit_test_setup_teardown(f, live_setup, live_teardown)
#define LIVE_MARK	"/tmp/mark"

/* A test that makes sense on one system alone: elsewhere it is skipped with
 * the reason why.  There LIVE_LINUX wants that it compiles; LIVE_NO_LINUX,
 * for tests whose code only Linux has, that it does not exist. */
#ifdef __linux__
#define LIVE_LINUX(f, why)	LIVE_TEST(f)
#define LIVE_ONLY_LINUX(f, why)	LIVE_TEST(f)
#else
#define LIVE_LINUX(f, why)	LIVE_SKIPPED(#f, ((void)(f), (why)))
#define LIVE_ONLY_LINUX(f, why)	LIVE_SKIPPED(#f, why)
#endif
#define LIVE_SKIPPED(name, why)						\
	{ name, live_skip_why, NULL, NULL, (void *)(uintptr_t)(why) }

/* The end of main(); LIVE_FILTER in the environment picks tests (test_x*),
 * LIVE_SKIP leaves some out.
 * LIVE_MAIN is for programs whose tests all need a jail; in others those that
 * do are skipped at jail_start() or by live_need_jail(). */
#define LIVE_RUN(name)							\
	cmocka_set_test_filter(getenv("LIVE_FILTER"));			\
	cmocka_set_skip_filter(getenv("LIVE_SKIP"));			\
	return (cmocka_run_group_tests_name(name, tests, NULL, NULL))
#define LIVE_MAIN(name)							\
	if (live_cannot() != NULL)					\
		return (live_skip_all(name, tests,			\
		    sizeof(tests) / sizeof(tests[0])));			\
	LIVE_RUN(name)

/* Time in which what should happen at once must have happened, and what a
 * deadline may be exceeded by, all beside neighbours that take the processors
 * and the disk for themselves.  A test that compares two times needs a larger
 * difference than this. */
#define LIVE_SOON_MS	jail_slack(9000)
#define LIVE_LATE_MS	jail_slack(8000)

static struct jail live_jail;

static inline int
live_setup(void **state)
{
	*state = &live_jail;
	if (jail_new(&live_jail) == 0)
		return (0);
	(void)jail_free(&live_jail);
	return (-1);
}

static inline int
live_teardown(void **state)
{
	return (jail_free(*state));
}

static inline void
live_skip(const char *why)
{
	printf("skipped: %s\n", why);
	skip();
}

static inline void
live_skip_why(void **state)
{
	live_skip(*state);
}

/* Why no jail can be made here, or NULL; test/can finds out. */
static inline const char *
live_cannot(void)
{
	const char *why = getenv("JAIL_CANNOT");

	return (why != NULL && *why != '\0' ? why : NULL);
}

static inline void
live_need_jail(void)
{
	if (live_cannot() != NULL)
		live_skip(live_cannot());
}

#define jail_start(...)	(live_need_jail(), jail_start(__VA_ARGS__))

static inline void
live_skip_one(void **state)
{
	(void)state;
	live_need_jail();
}

static inline int
live_skip_all(const char *name, const struct CMUnitTest *tests, size_t n)
{
	struct CMUnitTest skipped[n];
	size_t i;

	memset(skipped, 0, sizeof(skipped));
	for (i = 0; i < n; i++) {
		skipped[i].name = tests[i].name;
		skipped[i].test_func = live_skip_one;
	}
	return (cmocka_run_group_tests_name(name, skipped, NULL, NULL));
}

/* An ordinary jail, up to RUN. */
static inline void
live_boot(struct jail *j, const struct jail_opts *o)
{
	assert_int_equal(jail_start(j, o, "/sbin/jailinit", NULL), 0);
	assert_int_equal(jail_wait_state(j, "run", LIVE_SOON_MS), 0);
}

/* Process 1 exits with code, within the time; the time it took. */
static inline int64_t
live_exits(struct jail *j, int code, int64_t within_ms)
{
	int64_t took_ms = -1;
	int st = jail_wait(j, within_ms, &took_ms);

	if (st == -1 || !WIFEXITED(st) || WEXITSTATUS(st) != code)
		print_error("wait status %d, state %s, log:\n%s", st,
		    jail_status(j, "state"), jail_log(j));
	assert_int_not_equal(st, -1);
	assert_true(WIFEXITED(st));
	assert_int_equal(WEXITSTATUS(st), code);
	return (took_ms);
}

/* As the status says it. */
static inline const char *
live_pid(const struct jail *j)
{
	static char text[16];

	snprintf(text, sizeof(text), "%d", (int)jail_pid(j));
	return (text);
}

static inline void
live_log_has(struct jail *j, const char *text)
{
	if (!jail_log_has(j, text))
		print_error("no \"%s\" in the log:\n%s", text, jail_log(j));
	assert_true(jail_log_has(j, text));
}

/* A child of the test that is ended with the jail, whatever happens. */
static inline pid_t
live_fork(struct jail *j, void (*fn)(struct jail *))
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)die_with_parent();
		fn(j);
		_exit(0);
	}
	assert_true(pid > 0);
	j->entered[j->n_entered++] = pid;
	return (pid);
}

/* For live_fork(): one that nobody is to harm. */
static inline void
live_bystander(struct jail *j)
{
	(void)j;
	for (;;)
		pause();
}

/* A terminal; neither end becomes a controlling one. */
static inline void
live_pty(int *master_fd, int *slave_fd)
{
	(void)setenv("TERM", "vt100", 1);	/* of who is started on it */
	*master_fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(*master_fd >= 0);
	assert_int_equal(unlockpt(*master_fd), 0);
	*slave_fd = open(ptsname(*master_fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(*slave_fd >= 0);
}

/* For jail_opts.before_exec: a process that process 1 finds as its child,
 * running fn without a program of its own. */
static inline void
live_child(void (*fn)(void))
{
	if (fork() != 0)
		return;
	closefrom(3);
	fn();
	_exit(0);
}

#endif
