/* SPDX-License-Identifier: BSD-2-Clause */
/* What the live tests share: cmocka, a jail for each test, and checks that
 * print the jail's log when they fail.  A check fails the test. */
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

/* TEST(test_x) { ... } is a test; j is its jail, made for it, not started. */
#define TEST(f)								\
static void f##_in(struct jail *);					\
static void								\
f(void **state)								\
{									\
	f##_in(*state);							\
}									\
static void								\
f##_in(__attribute__((unused)) struct jail *j)

#define LIVE_TEST(f)							\
	cmocka_unit_test_setup_teardown(f, live_setup, live_teardown)
#define LIVE_MARK	"/tmp/mark"
#define NOBODY		65534	/* a user without any rights */

/* A test that makes sense on one system alone: elsewhere it is skipped with
 * the reason why.  Elsewhere LIVE_LINUX still compiles it; LIVE_ONLY_LINUX
 * is for tests whose code is inside of #ifdef __linux__. */
#ifdef __linux__
#define LIVE_LINUX(f, why)	LIVE_TEST(f)
#define LIVE_ONLY_LINUX(f, why)	LIVE_TEST(f)
#else
#define LIVE_LINUX(f, why)	LIVE_SKIPPED(#f, ((void)(f), (why)))
#define LIVE_ONLY_LINUX(f, why)	LIVE_SKIPPED(#f, why)
#endif
#define LIVE_SKIPPED(name, why)						\
	{ name, live_skip_why, NULL, NULL, (void *)(uintptr_t)(why) }

/* The end of main().  In the environment LIVE_FILTER picks tests (test_x*), and
 * LIVE_SKIP leaves some out.  LIVE_MAIN is for programs whose tests all need a
 * jail; with LIVE_RUN, those that need one are skipped by jail_start() or
 * live_need_jail(), where none can be made. */
#define LIVE_RUN(name)							\
	cmocka_set_test_filter(getenv("LIVE_FILTER"));			\
	cmocka_set_skip_filter(getenv("LIVE_SKIP"));			\
	return (cmocka_run_group_tests_name(name, tests, NULL, NULL))
#define LIVE_MAIN(name)							\
	if (live_cannot() != NULL)					\
		return (live_skip_all(name, tests,			\
		    sizeof(tests) / sizeof(tests[0])));			\
	LIVE_RUN(name)

/* SOON: the time for what should happen at once.  LATE: what may be added to a
 * deadline.  Both allow for a busy machine.  A test that compares two times
 * needs a larger difference than this. */
#define LIVE_SOON_MS	jail_slack(9000)
#define LIVE_LATE_MS	jail_slack(8000)

/* The call returns 0: it worked. */
#define live_ok(call)	assert_int_equal(call, 0)

/* Before and after each test: a new jail, and its end. */
int live_setup(void **state);
int live_teardown(void **state);

/* Skips the test, and prints why. */
void live_skip(const char *why);
void live_skip_why(void **state);	/* the same as a test: *state is why */
/* Why no jail can be made here (test/can says it), or NULL. */
const char *live_cannot(void);
/* Skips the test where no jail can be made. */
void live_need_jail(void);
/* Skips the test unless root runs it. */
void live_need_root(void);
/* cmocka_run_group_tests() with all n tests skipped. */
int live_skip_all(const char *name, const struct CMUnitTest *tests, size_t n);
#define jail_start(...)	(live_need_jail(), jail_start(__VA_ARGS__))

/* Starts an ordinary jail, and waits for RUN. */
void live_boot(struct jail *j, const struct jail_opts *o);
/* Process 1 exits with code in time.  Returns how long that took. */
int64_t live_exits(struct jail *j, int code, int64_t within_ms);
/* The text is in the log. */
void live_log_has(struct jail *j, const char *text);
/* The number of process 1 in the jail, as the status has it. */
const char *live_pid(const struct jail *j);
/* A child of the test that runs fn, and is killed at the end of the jail. */
pid_t live_fork(struct jail *j, void (*fn)(struct jail *));
/* For live_fork(): one that nobody is to harm; it only waits. */
void live_bystander(struct jail *j);
/* A terminal; neither end becomes a controlling one. */
void live_pty(int *master_fd, int *slave_fd);
/* For jail_opts.before_exec: leaves process 1 a child that it did not make and
 * that runs fn, in the test's own program. */
void live_child(void (*fn)(void));

#endif
