/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill on jails in an order, and on names that are none.  Guards against:
 * a database that ends before those that use it; a group that takes the time
 * of those after it; a slip of the pen that ends jails of the host.
 */
#include "kill.h"

#include <sys/mount.h>

/*
 * Order.
 */

/* An rc.shutdown that runs until let_go(). */
#define HELD	"until [ -e /tmp/go ]; do sleep 0.05; done; " MARK_ARG

static void
let_go(struct jail *j)
{
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
}

/* What the jail was told. */
static int
budget_s(struct jail *j)
{
	const char *text = strstr(jail_log(j), "halt requested, gone in ");

	return (text == NULL ? -1 : atoi(text + 24));
}

/* Waits until the jail that is first runs its rc.shutdown; the other has heard
 * nothing yet. */
static void
only_first(struct jail *first, struct jail *other)
{
	live_ok(jail_wait_state(first, "shutdown", LIVE_SOON_MS));
	jail_sleep_ms(100);
	assert_string_equal(jail_status(other, "state"), "run");
	assert_false(jail_exists(other, LIVE_MARK));
}

/* Each waits for all of those before it, though it is the fastest. */
TEST(test_order)
{
	struct jail *side = kill_another(0), *db = kill_another(1),
	    *ldap = kill_another(2);
	const char *out;
	struct kill k;

	kill_boot(j, HELD, NULL);
	kill_boot(side, MARK_ARG, NULL);
	kill_boot(db, HELD, NULL);
	kill_boot(ldap, MARK_ARG, NULL);
	out = kill_fmt("%s: gone after # s\n%s: gone after # s\n"
	    "%s: gone after # s\n%s: gone after # s\n", kill_name(side),
	    kill_name(j), kill_name(db), kill_name(ldap));
	kill_start(&k, NULL, "-h", "-t", "60", j->root, side->root, ",",
	    db->root, ",", ldap->root, NULL);
	only_first(j, db);
	let_go(j);
	only_first(db, ldap);
	let_go(db);
	kill_says_like(&k, kill_wait(&k, KILL_LONG_MS), 0, out, "");
	kill_gone(ldap);
	/* of 63 s a third; of what is left a half; then all */
	assert_int_equal(budget_s(j), 18);
	assert_int_equal(budget_s(side), 18);
	assert_in_range(budget_s(db), 19, 28);
	assert_in_range(budget_s(ldap), budget_s(db), 56);
}

/* It takes its own share of 9 s and no more; who comes after it has all that
 * is left, and ends before the deadline. */
TEST(test_order_hangs)
{
	struct jail *db = kill_another(0);
	const char *out;

	kill_boot_plain(j, DEAF);
	kill_boot(db, MARK_ARG, NULL);
	out = kill_fmt("%s: " KILLED "*\n%s: gone after # s\n", kill_name(j),
	    kill_name(db));
	kill_says(kill_run(NULL, "-h", "-t", "8", j->root, ",", db->root,
	    NULL), 1, out, "");
	kill_gone(j);
	kill_gone(db);
	assert_string_equal(jail_file(db, LIVE_MARK), "halt\n");
	/* KILL is a second before the end of the share */
	assert_in_range(kill_last.took_ms, 3400, 8000 + LIVE_LATE_MS);
}

/* All that listen are first; who is named is ended even if it does not listen,
 * and another such one is left alone. */
TEST(test_order_all)
{
	struct jail *db = kill_another(0), *plain = kill_another(1),
	    *other = kill_another(2);
	const char *name, *last;
	struct kill k;

	kill_boot(j, HELD, NULL);
	kill_boot(db, MARK_ARG, NULL);
	kill_boot_plain(plain, TERM_TRAP);
	kill_boot_plain(other, TERM_TRAP);
	name = kill_name(db);
	last = kill_name(plain);
	kill_start(&k, NULL, "-h", "-a", ",", db->root, ",", plain->root,
	    NULL);
	only_first(j, db);
	let_go(j);
	assert_int_equal(kill_wait(&k, KILL_LONG_MS), 0);
	assert_int_equal(kill_lines(k.out), 3);
	assert_non_null(strstr(k.out, name));
	assert_non_null(strstr(strstr(k.out, name), last));
	kill_gone(j);
	kill_gone(db);
	kill_gone(plain);
	kill_lives(other, 0);
}

/* Where nobody else listens the only group has all the time; and what would be
 * done says so of who is named and does not listen. */
TEST(test_order_alone)
{
	struct jail *plain = kill_another(0);

	kill_boot(j, NULL, NULL);
	kill_boot_plain(plain, PLAIN);
	kill_says(kill_run(NULL, "-nh", "-a", ",", plain->root, NULL), 0,
	    kill_fmt("%s: would ask it to halt\nthen\n%s: does not listen, "
	    "would send " PLAIN_TERM "\n", kill_name(j), kill_name(plain)),
	    "");
	live_ok(kill_run(NULL, "-h", "-t", "20", "-a", ",", j->root, NULL));
	assert_int_equal(budget_s(j), 18);
	kill_lives(plain, 2 * PLAIN_N + 2);
}

#ifdef __linux__
/* A name of several orders them all, if they are to end. */
TEST(test_order_several)
{
	struct jail *other = kill_another(0);
	const char *name;

	kill_boot(j, NULL, NULL);
	kill_boot(other, NULL, NULL);
	name = strrchr(j->root, '/') + 1;
	assert_string_equal(strrchr(other->root, '/') + 1, name);
	kill_says(kill_run(NULL, "-nh", "-a", ",", j->root, ",", name, NULL),
	    EX_NOHOST, kill_fmt("%s: would ask it to halt\n"
	    "%s: would ask it to halt\n", kill_name(j), kill_name(other)),
	    "jailkill: *: several jails have this name; *\n");
	kill_says(kill_run(NULL, "-nh", j->root, ",", name, NULL), EX_NOHOST,
	    kill_fmt("%s: would ask it to halt\n", kill_name(j)),
	    "jailkill: *: several jails have this name; *\n");
}

#endif

/* Who is not there keeps nobody from his turn; who has gone before it is
 * gone. */
TEST(test_order_gone)
{
	struct jail *db = kill_another(0), *ldap = kill_another(1);
	const char *name;
	struct kill k;

	kill_boot(j, HELD, NULL);
	kill_boot(db, MARK_ARG, NULL);
	kill_boot(ldap, MARK_ARG, NULL);
	name = kill_fmt("%.*s", (int)strcspn(kill_name(db), " "),
	    kill_name(db));
	kill_start(&k, NULL, "-h", j->root, ",", "/nowhere", ",", db->root,
	    ",", ldap->root, NULL);
	only_first(j, db);
	kill_says(kill_run(NULL, "-s", "KILL", db->root, NULL), 0, "", "");
	let_go(j);
	assert_int_equal(kill_wait(&k, KILL_LONG_MS), EX_NOHOST);
	assert_int_equal(kill_lines(k.out), 3);
	assert_non_null(strstr(k.out, kill_fmt("\n%s", name)));
	assert_true(kill_like(k.err, "jailkill: /nowhere: *\n"));
	assert_string_equal(jail_file(ldap, LIVE_MARK), "halt\n");
}

/* Named in two groups it is in the later one. */
TEST(test_order_twice)
{
	struct jail *db = kill_another(0);
	const char *out;

	kill_boot(j, MARK_ARG, NULL);
	kill_boot(db, "sleep 1", NULL);
	out = kill_fmt("%s: would ask it to halt\nthen\n"
	    "%s: would ask it to halt\n", kill_name(db), kill_name(j));
	kill_says(kill_run(NULL, "-nh", j->root, db->root, ",", kill_jid(j),
	    NULL), 0, out, "");
	kill_says(kill_run(NULL, "-nh", "-a", ",", j->root, NULL), 0, out, "");
	out = kill_fmt("%s: gone after # s\n%s: gone after # s\n",
	    kill_name(db), kill_name(j));
	kill_says(kill_run(NULL, "-h", j->root, db->root, ",", kill_jid(j),
	    NULL), 0, out, "");
}

/* A reboot and -t 0 have an order, too. */
TEST(test_order_others)
{
	struct jail *db = kill_another(0);
	const char *out;

	kill_boot(j, "sleep 1", NULL);
	kill_boot(db, NULL, NULL);
	out = kill_fmt("%s: rebooted after # s\n%s: rebooted after # s\n",
	    kill_name(j), kill_name(db));
	kill_says(kill_run(NULL, "-r", j->root, ",", db->root, NULL), 0, out,
	    "");
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_ok(jail_wait_state(db, "run", LIVE_SOON_MS));
	out = kill_fmt("%s: " KILLED "*\n%s: " KILLED "*\n", kill_name(j),
	    kill_name(db));
	kill_says(kill_run(NULL, "-h", "-t", "0", j->root, ",", db->root,
	    NULL), 1, out, "");
}

/* None of these ends a jail, and each is one line. */
TEST(test_order_wrong)
{
	const char *r = j->root, *p = kill_fmt("%s,", r);
	const char *const wrong[][6] = {
		{ "-h", "," },
		{ "-h", r, "," },
		{ "-h", ",", r },
		{ "-h", r, ",", ",", r },
		{ "-h", "-a", "," },
		{ "-h", "-a", ",", r, "," },
		{ "-h", "-a", ",", ",", r },
		{ "-h", r, p },			/* glued to it */
		{ "-h", "-a", ",", p },
		{ "-h", r, "a,b" },
		{ "-h", r, ",db" },
		{ "-h", kill_fmt("%s,%s", r, r) },
		{ "-s", "KILL", r, ",", r },
		{ "-R", "x", r, ",", r },
		{ "-l", r, ",", r },
		{ "-J", r, ",", r },
		{ "-h", r, "-n" },		/* an option too late */
		{ "-h", "-a", ",", r, "-n" },
	};
	size_t i;

	kill_boot(j, MARK_ARG, NULL);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *const *w = wrong[i];

		kill_says(kill_run(NULL, w[0], w[1], w[2], w[3], w[4], w[5],
		    NULL), EX_USAGE, "", "jailkill: *\n");
	}
	jail_sleep_ms(200);
	kill_lives(j, 1);
	assert_string_equal(jail_status(j, "state"), "run");
}

/* A root with a comma in it has a name all the same. */
TEST(test_order_comma)
{
	const char *to = kill_fmt("%s,x", j->root);

	live_ok(rename(j->root, to));
	strcpy(j->root, to);
	kill_boot(j, NULL, NULL);
	kill_says(kill_run(NULL, "-h", j->root, NULL), 0,
	    kill_fmt("%s: gone after # s\n", kill_name(j)), "");
}

/*
 * Names that are none.
 */

/* Mounts the root of the host at dir for jailkill alone, as the test removes
 * what is in the jail's folder. */
static void
own_root_mount(void *dir)
{
#ifdef __linux__
	if (unshare(CLONE_NEWNS) == -1 || mount(NULL, "/", NULL, MS_REC |
	    MS_PRIVATE, NULL) == -1 || mount("/", dir, NULL, MS_BIND |
	    MS_RDONLY, NULL) == -1)
		_exit(125);
#else
	(void)dir;
#endif
}

/* The root of the host, however it is spelled, and with each action, and
 * another jail beside it: nothing is done. */
TEST(test_own_root)
{
	const char *link = kill_fmt("%s/tmp/link", j->root),
	    *dir = kill_fmt("%s/tmp/dir", j->root);
	const char *const names[] = { "/", "/.", "//", "/../", "/tmp/..", link,
	    dir };
	static const char *const actions[][2] = { { "-h" }, { "-p" }, { "-r" },
	    { "-s", "KILL" }, { "-s", "0" }, { "-R", "x" }, { "-l" },
	    { "-J" }, { "-nh" } };
	const struct kill_opts mounted = { .before_exec = own_root_mount,
	    .arg = (void *)(uintptr_t)dir };
	const struct kill_opts *o;
	const char *const *a;
	size_t i, k, n = sizeof(names) / sizeof(names[0]);
	int status;

	kill_boot(j, MARK_ARG, NULL);
	live_ok(symlink("/", link));
	live_ok(mkdir(dir, 0755));
#ifndef __linux__
	n--;
#endif
	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		for (k = 0; k < (i == 0 ? n : 1); k++) {
			a = actions[i];
			o = names[k] == dir ? &mounted : NULL;
			status = a[1] == NULL ? kill_run(o, a[0], j->root,
			    names[k], NULL) : kill_run(o, a[0], a[1], j->root,
			    names[k], NULL);
			kill_says(status, EX_USAGE, "", "jailkill: *\n");
		}
	jail_sleep_ms(200);
	kill_lives(j, 1);
	assert_string_equal(jail_status(j, "state"), "run");
}

#ifdef __linux__
/* A namespace that has the root of the host is nobody's by that name. */
TEST(test_own_root_shared)
{
	pid_t pid;

	fflush(NULL);
	pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL,
	    NULL, NULL);
	if (pid == 0)
		for (;;)
			(void)pause();
	assert_true(pid > 0);
	j->entered[j->n_entered++] = pid;
	kill_says(kill_run(NULL, "-h", "-t", "1", "/", NULL), EX_USAGE, "",
	    "jailkill: /: *\n");
	kill_says(kill_run(NULL, "-s", "KILL", "/", NULL), EX_USAGE, "",
	    "jailkill: /: *\n");
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	kill_says(kill_run(NULL, "-s", "KILL", kill_pid_name(pid), NULL), 0,
	    "", "");
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KILL_TEST(test_order),
		KILL_TEST(test_order_hangs),
		KILL_TEST(test_order_all),
		KILL_TEST(test_order_alone),
		KILL_ONLY_LINUX(test_order_several, "a jail's name is its own"),
		KILL_TEST(test_order_gone),
		KILL_TEST(test_order_twice),
		KILL_TEST(test_order_others),
		KILL_TEST(test_order_wrong),
		KILL_TEST(test_order_comma),
		KILL_TEST(test_own_root),
		KILL_ONLY_LINUX(test_own_root_shared,
		    "a jail of FreeBSD has a root of its own"),
	};

	kill_world();
	LIVE_MAIN("kill_order");
}
