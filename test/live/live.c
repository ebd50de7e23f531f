/* SPDX-License-Identifier: BSD-2-Clause */
/* What the live tests share, see live.h.  Touches the test's jail, and files
 * below it. */
#include "live.h"

static struct jail live_jail;

int
live_setup(void **state)
{
	*state = &live_jail;
	if (jail_new(&live_jail) == 0)
		return (0);
	(void)jail_free(&live_jail);
	return (-1);
}

int
live_teardown(void **state)
{
	return (jail_free(*state));
}

void
live_skip(const char *why)
{
	printf("skipped: %s\n", why);
	skip();
}

void
live_skip_why(void **state)
{
	live_skip(*state);
}

const char *
live_cannot(void)
{
	const char *why = getenv("JAIL_CANNOT");

	return (why != NULL && *why != '\0' ? why : NULL);
}

void
live_need_jail(void)
{
	if (live_cannot() != NULL)
		live_skip(live_cannot());
}

void
live_need_root(void)
{
	if (geteuid() != 0)
		live_skip("not root");
}

static void
live_skip_one(void **state)
{
	(void)state;
	live_need_jail();
}

int
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

void
live_boot(struct jail *j, const struct jail_opts *o)
{
	live_ok(jail_start(j, o, "/sbin/jailinit", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
}

int64_t
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

const char *
live_pid(const struct jail *j)
{
	static char text[16];

	snprintf(text, sizeof(text), "%d", (int)jail_pid(j));
	return (text);
}

void
live_log_has(struct jail *j, const char *text)
{
	if (!jail_log_has(j, text))
		print_error("no \"%s\" in the log:\n%s", text, jail_log(j));
	assert_true(jail_log_has(j, text));
}

pid_t
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

void
live_bystander(struct jail *j)
{
	(void)j;
	for (;;)
		pause();
}

void
live_pty(int *master_fd, int *slave_fd)
{
	(void)setenv("TERM", "vt100", 1);	/* of who is started on it */
	*master_fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(*master_fd >= 0);
	live_ok(unlockpt(*master_fd));
	*slave_fd = open(ptsname(*master_fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(*slave_fd >= 0);
}

void
live_child(void (*fn)(void))
{
	if (fork() != 0)
		return;
	closefrom(3);
	fn();
	_exit(0);
}
