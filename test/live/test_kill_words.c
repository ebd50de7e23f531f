/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill on what a hostile jail says of itself: escapes, broken JSON,
 * endless files, another jail's name; and on lists in /proc that the jail
 * makes long.  Each test first sees the plain way (a shell on the host) fall
 * for it.
 * check: few
 * only linux: PID namespaces, /proc and ptrace(2) of Linux
 */
#include "hostile.h"

#include <sys/fanotify.h>

#include <grp.h>

/*
 * What a jail says.
 */
#define ESCAPES	"\033]0;owned\007\033[2J\033[31m\233owned\rowned\b\177"

/* Nothing but what is printable, and on a terminal (tty) what jailkill itself
 * moves its lines with. */
static bool
is_clean(const char *p, bool tty)
{
	for (; *p != '\0'; p++) {
		if (tty && strncmp(p, "\033[J", 3) == 0)
			p += 2;
		else if (tty && strncmp(p, "\033[", 2) == 0 &&
		    isdigit((unsigned char)p[2])) {
			for (p += 2; isdigit((unsigned char)*p); p++)
				continue;
			if (*p != 'A')
				return (false);
		} else if (*p != '\n' && !(tty && *p == '\r') &&
		    (*p < ' ' || *p > '~'))
			return (false);
	}
	return (true);
}

/* On a terminal, to its end. */
static void
on_terminal(struct jail *j)
{
	const char *argv[] = { jailkill_path(), "-h", "-t", "1",
	    jail_name(j), NULL };
	int master_fd, slave_fd;

	live_pty(&master_fd, &slave_fd);
	assert_int_not_equal(run_on(jail_slack(halt_ms(1)), argv, master_fd,
	    slave_fd), HUNG);
}

TEST(test_status_escapes)
{
	fifo_make(j);
	status_write(j, "state=" ESCAPES "\nforced=" ESCAPES ",x\033[m\n");
	mute_start(j, NULL);
	live_ok(plain("cat %s", jail_path(j, JAIL_STATUS)));
	assert_false(is_clean(run.out, false));
	jk(LOOK_MS, "-l", jail_name(j), NULL);
	said("owned");
	assert_true(is_clean(run.out, false));
	jk(LOOK_MS, "-J", jail_name(j), NULL);
	said("owned");
	assert_true(json_is(run.out));
	jk(LOOK_MS, "-v", "-n", "-h", jail_name(j), NULL);
	assert_true(is_clean(run.out, false));
	jk(halt_ms(1), "-v", "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
	said("owned");
	assert_true(is_clean(run.out, false));
	live_ok(jail_again(j));
	status_write(j, "state=" ESCAPES "\nforced=" ESCAPES ",x\033[m\n");
	mute_start(j, NULL);
	on_terminal(j);
	assert_int_equal(run.code, 1);
	said("\033[");
	said("owned");
	assert_true(is_clean(run.out, true));
}

TEST(test_status_json)
{
	static const char *const words[] = { "run\"},{\"jid\":1,\"state\":\"x",
	    "\\", "\\\"", "\"", "a\\nb\\", "\t\r\v\f", "\\M-x\377\376",
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\\\"" };
	char text[128];
	size_t i;

	fifo_make(j);
	mute_start(j, NULL);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		snprintf(text, sizeof(text), "{\"state\":\"%s\"}\n", words[i]);
		if (i < 2 || i == 3)	/* the plain way with such a word */
			assert_true(!json_is(text) ||
			    strstr(text, "\"jid\":1") != NULL);
		snprintf(text, sizeof(text), "state=%s\nx=\n", words[i]);
		status_write(j, text);
		jk(LOOK_MS, "-J", jail_name(j), NULL);
		if (!json_is(run.out))
			print_error("%s: %s\n", words[i], run.out);
		assert_true(json_is(run.out));
		assert_ptr_equal(strchr(run.out, '\n'),
		    run.out + strlen(run.out) - 1);
	}
	/* A blank does not make a column. */
	status_write(j, "state=run /jails/innocent\n");
	jk(LOOK_MS, "-l", jail_name(j), NULL);
	assert_null(strstr(run.out, "innocent"));
}

/* 1 GiB of nothing: it is not read. */
TEST(test_status_long)
{
	fifo_make(j);
	status_write(j, "state=long\n");
	live_ok(truncate(jail_path(j, JAIL_STATUS), 1 << 30));
	mute_start(j, NULL);
	(void)plain("wc -c <%s", jail_path(j, JAIL_STATUS));
	said("1073741824");
	jk(LOOK_MS, "-J", jail_name(j), NULL);
	said("\"state\":\"long\"");
	status_write(j, "");
	live_ok(truncate(jail_path(j, JAIL_STATUS), 1 << 30));
	jk(LOOK_MS, "-J", jail_name(j), NULL);
	said("\"state\":null");
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
}

TEST(test_status_fifo)
{
	fifo_make(j);
	live_ok(mkfifo(jail_path(j, JAIL_STATUS), 0600));
	mute_start(j, NULL);
	plain_hangs("cat %s", jail_path(j, JAIL_STATUS));
	jk(1500, "-J", jail_name(j), NULL);
	said("\"state\":null");
	live_ok(unlink(jail_path(j, JAIL_STATUS)));
	live_ok(mkdir(jail_path(j, JAIL_STATUS), 0755));
	assert_int_not_equal(plain("cat %s", jail_path(j, JAIL_STATUS)), 0);
	jk(1500, "-J", jail_name(j), NULL);
	said("\"state\":null");
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
}

/* Opens of the status wait for a word of the jail's: fanotify(7). */
static void
first_guard(void *arg)
{
	struct stat st;
	int fd;

	(void)arg;
	first_begin();
	(void)!open(JAIL_CTL, O_RDWR | O_NONBLOCK);
	fd = fanotify_init(FAN_CLASS_CONTENT, O_RDONLY);
	shared->ready = fd == -1 || stat(JAIL_STATUS, &st) == -1 ||
	    fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD,
	    JAIL_STATUS) == -1 ? 2 : 1;
	for (;;)
		(void)pause();
}

TEST(test_status_guarded)
{
	struct jail_opts o = { .before_exec = first_guard };

	live_need_root();
	fifo_make(j);
	status_write(j, "state=run\n");
	mute_start(j, &o);
	if (shared->ready == 2)
		live_skip("no fanotify(7) with permissions");
	plain_hangs("cat %s", jail_path(j, JAIL_STATUS));
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
	assert_false(is_there(j));
}

static void
first_named(void *arg)
{
	(void)arg;
	closefrom(3);
	(void)prctl(PR_SET_NAME, "\033[31m\"\n\\\233x");
	shared->ready = 1;
	for (;;)
		(void)pause();
}

TEST(test_names)
{
	struct jail_opts o = { .before_exec = first_named };
	char old[sizeof(j->root)], name[64];

	live_need_root();
	snprintf(old, sizeof(old), "%s", j->root);
	strcpy(strrchr(j->root, '/'), "/r\033[31m\n\"");
	live_ok(rename(old, j->root));
	mute_start(j, &o);
	live_ok(plain("ls -d --show-control-chars -N %s/r*; "
	    "cat /proc/%d/comm", j->dir, j->pid));
	assert_false(is_clean(run.out, false));
	snprintf(name, sizeof(name), "%s", jail_name(j));
	jk(LOOK_MS, "-l", name, NULL);
	said(j->dir);
	assert_true(is_clean(run.out, false));
	jk(LOOK_MS, "-J", name, NULL);
	said(j->dir);
	assert_true(json_is(run.out));
	jk(LOOK_MS, "-hn", name, NULL);
	said("[31m");
	assert_true(is_clean(run.out, false));
	jk(LOOK_MS, "-hn", j->root, NULL);
	assert_int_equal(run.code, 0);
	jk(halt_ms(1), "-v", "-h", "-t", "1", name, NULL);
	assert_int_equal(run.code, 1);
	assert_true(is_clean(run.out, false));
	live_ok(jail_again(j));
	mute_start(j, &o);
	on_terminal(j);
	assert_true(is_clean(run.out, true));
}

/* A root that is called as another's is on the host. */
static void
first_liar(void *arg)
{
	(void)arg;
	first_begin();
	shared->ready = chroot(shared->link) == 0 ? 1 : 2;
	for (;;)
		(void)pause();
}

TEST(test_root_lies)
{
	struct jail_opts o = { .before_exec = first_liar };
	char other[PATH_MAX];

	live_need_root();
	snprintf(other, sizeof(other), "%s/innocent", j->dir);
	live_ok(mkdir(other, 0755));
	live_ok(plain("mkdir -p %s%s", j->root, other));
	shared_make();
	snprintf(shared->link, sizeof(shared->link), "%s", other);
	live_ok(jail_start(j, &o, "/bin/true", NULL));
	wait_for(&shared->ready, 1);
	live_ok(plain("readlink /proc/%d/root", j->pid));
	said("innocent\n");
	jk(LOOK_MS, "-J", jail_name(j), NULL);
	assert_null(strstr(run.out, "innocent"));
	jk(LOOK_MS, "-hn", other, NULL);
	assert_int_equal(run.code, 68);
}

/*
 * Lists.
 */
#define GROUPS	65536

static void
first_groups(void *arg)
{
	static gid_t groups[GROUPS];
	size_t i;

	for (i = 0; i < GROUPS; i++)
		groups[i] = (gid_t)(2000000000 + i);
	if (setgroups(GROUPS, groups) == -1)
		shared->ready = 2;
	first_mute(arg);
}

TEST(test_many_groups)
{
	struct jail_opts o = { .before_exec = first_groups };
	char line[32];

	live_need_root();
	fifo_make(j);
	mute_start(j, &o);
	assert_int_equal(shared->ready, 1);
	/* The line that tells a jail is far from what is read at once. */
	assert_int_equal(plain("dd if=/proc/%d/status bs=4096 count=1 "
	    "2>/dev/null | grep NSpid", j->pid), 1);
	snprintf(line, sizeof(line), "\"pid\":%d,", j->pid);
	jk(LOOK_MS, "-J", NULL);
	said(line);
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
}

#define MOUNTS	5000

static void
first_mounts(void *arg)
{
	char path[64];
	int i, n = 0;

	(void)mkdir("/m", 0755);
	for (i = 0; i < MOUNTS; i++) {
		snprintf(path, sizeof(path), "/m/%d", i % 100);
		(void)mkdir(path, 0755);
		n += mount("/tmp", path, NULL, MS_BIND, NULL) == 0;
	}
	shared->seen = n;
	first_mute(arg);
}

TEST(test_many_mounts)
{
	struct jail_opts o = { .before_exec = first_mounts };

	live_need_root();
	fifo_make(j);
	status_write(j, "state=run\n");
	mute_start(j, &o);
	assert_int_equal(shared->seen, MOUNTS);
	jk(LOOK_MS, "-J", jail_name(j), NULL);
	said(j->root);
	said("\"state\":\"run\"");
	jk(halt_ms(1), "-h", "-t", "1", j->root, NULL);
	assert_int_equal(run.code, 1);
	assert_false(is_there(j));
}

#define NESTED	200

static void
first_nested(void *arg)
{
	int i, n = 0;
	pid_t pid;

	(void)arg;
	first_begin();
	for (i = 0; i < NESTED; i++) {
		pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL,
		    NULL, NULL, NULL);
		if (pid == 0)
			for (;;)
				(void)pause();
		n += pid > 0;
	}
	shared->seen = n;
	shared->ready = 1;
	for (;;)
		(void)pause();
}

/* How many PID namespaces a process is in, below ours. */
static int
levels(pid_t pid)
{
	char path[64], line[256];
	int n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "NSpid:", 6) == 0)
			for (; strchr(line, '\t') != NULL; n++)
				*strchr(line, '\t') = ' ';
	if (f != NULL)
		fclose(f);
	return (n);
}

TEST(test_nested)
{
	struct jail_opts o = { .before_exec = first_nested };
	char line[32], *p;
	int n = 0;

	live_need_root();
	mute_start(j, &o);
	assert_int_equal(shared->seen, NESTED);
	jk(LOOK_MS, "-J", NULL);
	snprintf(line, sizeof(line), "\"pid\":%d,", j->pid);
	said(line);
	for (p = run.out; (p = strstr(p, "\"pid\":")) != NULL; p++, n++)
		assert_in_range(levels((pid_t)strtol(p + 6, NULL, 10)), 0, 2);
	assert_true(n < NESTED);
	live_ok(plain("test $(ls -d /proc/[0-9]* | wc -l) -gt %d", NESTED));
	jk(SIGNAL_MS, "-s", "KILL", jail_name(j), NULL);
	assert_int_equal(run.code, 0);
	assert_false(is_there(j));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_status_escapes),
		LIVE_TEST(test_status_json),
		LIVE_TEST(test_status_long),
		LIVE_TEST(test_status_fifo),
		LIVE_TEST(test_status_guarded),
		LIVE_TEST(test_names),
		LIVE_TEST(test_root_lies),
		LIVE_TEST(test_many_groups),
		LIVE_TEST(test_many_mounts),
		LIVE_TEST(test_nested),
	};

	LIVE_MAIN("kill_words");
}
