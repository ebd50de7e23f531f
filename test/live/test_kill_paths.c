/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill against jails whose root fights back.  In each test the attack is
 * tried on the plain way as well (a shell's redirection, kill, a child that
 * enters as nsenter does), where it has to succeed, so that the test is known
 * to see it.  Guards against: PAINS 8 (who enters is attacked from inside:
 * FreeBSD SA-21:05, CVE-2019-5736, CVE-2024-21626), 9 (the host follows the
 * jail's paths: FreeBSD SA-07:01), 10, 13 (opening a FIFO hangs).
 * JAIL_LONG=1: races of 30 s, not 3.
 * check: few
 * only linux: PID namespaces, /proc and ptrace(2) of Linux
 */
#include "fuse.h"
#include "hostile.h"
#include "mountns.h"

#include <sys/fanotify.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/utsname.h>

#include <grp.h>

#define NOBODY	1000		/* a user of the jail's */
#define STRANGER	70000	/* one of the host's that a jail has not */

static void
boot(struct jail *j, const struct jail_opts *o)
{
	assert_int_equal(jail_start(j, o, "/sbin/jailinit", "-B", "1", NULL),
	    0);
	assert_int_equal(jail_wait_state(j, "run", LIVE_SOON_MS), 0);
}

/* In the jail, a shell script. */
static __attribute__((format(printf, 2, 3))) void
inside(struct jail *j, const char *format, ...)
{
	static char script[PATH_MAX * 2];
	va_list ap;

	va_start(ap, format);
	vsnprintf(script, sizeof(script), format, ap);
	va_end(ap);
	assert_int_equal(jail_sh(j, script), 0);
}

static void
need_root(void)
{
	if (geteuid() != 0)
		live_skip("not root");
}

/* jailkill -h ends it in time, by its own strength (0) or with force (1).  A
 * tenth of the time is what a look may take; with -B 1 most need no more than
 * a second. */
static void
halts(struct jail *j, int seconds)
{
	char t[8];

	snprintf(t, sizeof(t), "%d", seconds);
	jk(halt_ms(seconds), "-v", "-h", "-t", t, jail_name(j), NULL);
	code_is(0, 1);
	assert_false(is_there(j));
}

/*
 * Paths.
 */

/* PLACE becomes a symlink to a file of the host's, or to a folder above it. */
static void
symlink_at(struct jail *j, const char *place, const char *target,
    const char *up)
{
	char path[PATH_MAX];

	host_make(j);
	boot(j, NULL);
	/* From the root of the host, or of the jail's mount namespace. */
	snprintf(path, sizeof(path), "%s%s%s", up, host_dir, target);
	inside(j, "mv /%s /%s.old && ln -s %s /%s", place, place, path,
	    place);
	assert_int_equal(plain("cat %s/var/run/jailinit.status", j->root), 0);
	if (strcmp(target, "/jailinit.ctl") != 0)
		said("state=stolen");
	if (strcmp(target, "/jailinit.status") == 0)
		assert_true(host_opened());
	else {
		(void)plain("echo halt >%s/var/run/jailinit.ctl", j->root);
		assert_true(host_written("jailinit.ctl"));
	}
	host_reset();
	jk(LOOK_MS, "-J", jail_name(j), NULL);
	assert_null(strstr(run.out, "stolen"));
	jk(LOOK_MS, "-h", "-n", jail_name(j), NULL);
	jk(LOOK_MS, "-h", "-n", j->root, NULL);
	halts(j, 30);
	host_untouched();
	assert_int_equal(jail_again(j), 0);
	(void)plain("rm -rf %s/var; mkdir -p %s/var/run", j->root, j->root);
}

#define UP	"../../../../../../../../../../../../../../../.."

static void
test_symlink_var(void **state)
{
	char var[8] = "/..";

	symlink_at(*state, "var", var, "");
	symlink_at(*state, "var", var, UP);
}

static void
test_symlink_var_run(void **state)
{
	symlink_at(*state, "var/run", "", "");
	symlink_at(*state, "var/run", "", UP);
}

static void
test_symlink_ctl(void **state)
{
	symlink_at(*state, "var/run/jailinit.ctl", "/jailinit.ctl", "");
	symlink_at(*state, "var/run/jailinit.ctl", "/jailinit.ctl", UP);
}

static void
test_symlink_status(void **state)
{
	symlink_at(*state, "var/run/jailinit.status", "/jailinit.status", "");
	symlink_at(*state, "var/run/jailinit.status", "/jailinit.status", UP);
}

/* In the jail's mount namespace alone; found by /proc/PID/root. */
static void
test_mount_over_run(void **state)
{
	struct jail *j = *state;

	need_root();
	host_make(j);
	boot(j, NULL);
	inside(j, "mount -t tmpfs x /var/run &&"
	    " ln -s %s /var/run/jailinit.ctl &&"
	    " ln -s %s /var/run/jailinit.status", host_path("jailinit.ctl"),
	    host_path("jailinit.status"));
	assert_int_equal(plain("cat /proc/%d/root/var/run/jailinit.status;"
	    " echo halt >/proc/%d/root/var/run/jailinit.ctl", j->pid,
	    j->pid), 0);
	said("stolen");
	assert_true(host_written("jailinit.ctl"));
	host_reset();
	jk(LOOK_MS, "-J", jail_name(j), NULL);
	assert_null(strstr(run.out, "stolen"));
	halts(j, 30);
	host_untouched();
}

/* What is of the host's in the jail by a mount, and not for its root. */
static void
test_status_of_another(void **state)
{
	struct jail_opts o = { .userns = true };
	struct jail *j = *state;

	need_root();
	host_make(j);
	assert_int_equal(jail_write(j, "/secret", 0600, UNTOUCHED), 0);
	assert_int_equal(chown(jail_path(j, "/secret"), STRANGER, STRANGER),
	    0);
	boot(j, &o);
	assert_int_not_equal(jail_sh(j, "cat /secret"), 0);
	inside(j, "mount --bind /secret /var/run/jailinit.status");
	assert_int_equal(plain("cat /proc/%d/root/var/run/jailinit.status",
	    j->pid), 0);
	said("stolen");
	jk(LOOK_MS, "-J", jail_name(j), NULL);
	assert_null(strstr(run.out, "stolen"));
	said("\"state\":null");
	halts(j, 30);
}

/*
 * A race: what is looked at is not what is opened.
 */
static void
swap_loop(const char *a, const char *b)
{
	int i;

	for (i = 0; i < 100; i++)
		(void)syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b,
		    2 /* RENAME_EXCHANGE */);
}

static void
swapper(void)
{
	char below[PATH_MAX + 16];
	int fd;

	while (!shared->go)
		(void)poll(NULL, 0, 1);
	/* A FIFO that somebody reads, and a link; the folder, and one; and
	 * one that goes up by a folder that moves. */
	(void)unlink(JAIL_CTL);
	(void)mkfifo(JAIL_CTL, 0600);
	fd = open(JAIL_CTL, O_RDWR | O_NONBLOCK);
	snprintf(below, sizeof(below), "%s/jailinit.ctl", shared->link);
	(void)symlink(below, "/var/run/link");
	(void)symlink(shared->link, "/var/link");
	(void)mkdir("/var/a", 0755);
	(void)mkdir("/var/a/b", 0755);
	(void)symlink("a/b/../../../../host/var/run", "/var/up");
	shared->ready = 1;
	while (fd != -1) {
		swap_loop(JAIL_CTL, "/var/run/link");
		swap_loop("/var/run", "/var/link");
		(void)rename("/var/a/b", "/var/b");
		(void)rename("/var/b", "/var/a/b");
		swap_loop("/var/run", "/var/up");
	}
}

static void
swapper_begin(void *arg)
{
	(void)arg;
	live_child(swapper);
}

/* As who looks before he opens; true when he wrote to what he did not see. */
static bool
look_then_open(const char *path)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) == -1 || !S_ISFIFO(st.st_mode))
		return (false);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return (false);
	(void)!write(fd, "halt\n", 5);
	close(fd);
	return (host_written("jailinit.ctl"));
}

static void
test_swap_race(void **state)
{
	struct jail_opts o = { .before_exec = swapper_begin };
	struct jail *j = *state;
	int64_t end_ms, limit_ms = getenv("JAIL_LONG") != NULL ?
	    RACE_LONG_S * 1000 : RACE_SHORT_S * 1000;
	long tries = 0;
	bool hit = false;

	host_make(j);
	shared_make();
	snprintf(shared->link, sizeof(shared->link), "%s", host_dir);
	boot(j, &o);
	shared->go = 1;
	wait_for(&shared->ready, 1);
	end_ms = jail_now_ms() + jail_slack(60000);
	for (tries = 0; !hit && jail_now_ms() < end_ms; tries++)
		hit = look_then_open(jail_path(j, JAIL_CTL));
	assert_true(hit);
	print_message("plain: the host's file written after %ld looks\n",
	    tries);
	host_reset();
	end_ms = jail_now_ms() + limit_ms;
	for (tries = 0; jail_now_ms() < end_ms; tries++)
		jk(LOOK_MS, tries % 2 == 0 ? "-hn" : "-l", jail_name(j),
		    NULL);
	print_message("jailkill: not in %ld runs\n", tries);
	host_untouched();
	halts(j, 30);
	host_untouched();
}

/*
 * Something else in place of the FIFO.  It is not opened, and the jail is
 * asked by signals.
 */
static void
decoy(struct jail *j, const char *why)
{
	jk(LOOK_MS, "-l", jail_name(j), NULL);
	assert_int_equal(run.code, 0);
	jk(LOOK_MS, "-h", "-n", jail_name(j), NULL);
	if (why != NULL)
		said("does not listen");
	assert_false(host_opened());
	halts(j, 30);
	if (why != NULL)
		said(why);
	assert_false(host_opened());
}

/* Whatever is opened in the jail's /var/run is noticed, as host_opened(). */
static void
decoy_watch(struct jail *j)
{
	host_make(j);
	close(host_fd);
	host_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	assert_true(inotify_add_watch(host_fd, jail_path(j, JAIL_CTL),
	    IN_OPEN | IN_MODIFY) >= 0);
}

static void
still_runs(struct jail *j)
{
	jail_sleep_ms(100);
	assert_true(is_there(j));
	assert_string_equal(jail_status(j, "state"), "run");
}

static void
test_device(void **state)
{
	struct jail *j = *state;

	need_root();
	boot(j, NULL);
	inside(j, "rm " JAIL_CTL " && mknod " JAIL_CTL " c 1 3");
	decoy_watch(j);
	/* It opens a device as the host's root, and believes itself heard. */
	assert_int_equal(plain("echo halt >%s", jail_path(j, JAIL_CTL)), 0);
	assert_true(host_opened());
	still_runs(j);
	decoy(j, "another file is in place of its FIFO");
}

static void
test_regular_file(void **state)
{
	struct jail *j = *state;

	boot(j, NULL);
	inside(j, "rm " JAIL_CTL " && echo me >" JAIL_CTL);
	decoy_watch(j);
	assert_int_equal(plain("echo halt >%s", jail_path(j, JAIL_CTL)), 0);
	assert_true(host_opened());
	still_runs(j);
	decoy(j, "another file is in place of its FIFO");
	assert_string_equal(jail_file(j, JAIL_CTL), "halt\n");
}

static void
test_socket(void **state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct jail *j = *state;
	int fd;

	boot(j, NULL);
	inside(j, "rm " JAIL_CTL);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s",
	    jail_path(j, JAIL_CTL));
	assert_int_equal(bind(fd, (void *)&sun, sizeof(sun)), 0);
	assert_int_equal(listen(fd, 1), 0);
	decoy_watch(j);
	assert_int_not_equal(plain("echo halt >%s", jail_path(j, JAIL_CTL)),
	    0);
	still_runs(j);
	(void)host_opened();
	decoy(j, "another file is in place of its FIFO");
	close(fd);
}

static void
test_directory(void **state)
{
	struct jail *j = *state;

	boot(j, NULL);
	inside(j, "rm " JAIL_CTL " && mkdir " JAIL_CTL);
	decoy_watch(j);
	assert_int_not_equal(plain("echo halt >%s", jail_path(j, JAIL_CTL)),
	    0);
	still_runs(j);
	(void)host_opened();
	decoy(j, "another file is in place of its FIFO");
}

static void
test_no_reader(void **state)
{
	struct jail *j = *state;

	boot(j, NULL);
	inside(j, "rm " JAIL_CTL " && mkfifo -m 600 " JAIL_CTL);
	host_make(j);
	plain_hangs("echo halt >%s", jail_path(j, JAIL_CTL));
	still_runs(j);
	decoy(j, "nobody reads its FIFO");
}

/* Filled, and held open by somebody who reads nothing. */
static void
full_reader(void)
{
	char c[4096];
	int fd;

	memset(c, 'x', sizeof(c));
	while (!shared->go)
		(void)poll(NULL, 0, 1);
	(void)unlink(JAIL_CTL);
	(void)mkfifo(JAIL_CTL, 0600);
	fd = open(JAIL_CTL, O_RDWR | O_NONBLOCK);
	while (write(fd, c, sizeof(c)) > 0)
		continue;
	while (write(fd, c, 1) > 0)
		continue;
	shared->ready = 1;
	for (;;)
		(void)pause();
}

static void
full_begin(void *arg)
{
	(void)arg;
	live_child(full_reader);
}

static void
test_full_fifo(void **state)
{
	struct jail_opts o = { .before_exec = full_begin };
	struct jail *j = *state;

	shared_make();
	boot(j, &o);
	shared->go = 1;
	wait_for(&shared->ready, 1);
	host_make(j);
	plain_hangs("echo halt >%s", jail_path(j, JAIL_CTL));
	still_runs(j);
	jk(LOOK_MS, "-l", jail_name(j), NULL);
	halts(j, 30);
	said("does not answer");
}

/* A FIFO of another user of the jail's, who takes what is for its root. */
static void
other_reader(void)
{
	char buf[64];
	ssize_t n;
	int fd;

	while (!shared->go)
		(void)poll(NULL, 0, 1);
	(void)unlink(JAIL_CTL);
	(void)mkfifo(JAIL_CTL, 0600);
	(void)!chown(JAIL_CTL, NOBODY, NOBODY);
	if (setgid(NOBODY) == -1 || setuid(NOBODY) == -1)
		return;
	fd = open(JAIL_CTL, O_RDWR);
	shared->ready = 1;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		shared->seen += n;
}

static void
other_begin(void *arg)
{
	(void)arg;
	live_child(other_reader);
}

static void
test_other_owner(void **state)
{
	struct jail_opts o = { .before_exec = other_begin };
	struct jail *j = *state;

	need_root();
	shared_make();
	boot(j, &o);
	shared->go = 1;
	wait_for(&shared->ready, 1);
	decoy_watch(j);
	assert_int_equal(plain("echo halt >%s", jail_path(j, JAIL_CTL)), 0);
	still_runs(j);
	assert_int_equal(shared->seen, 5);
	(void)host_opened();
	decoy(j, "its FIFO is another user's");
	assert_int_equal(shared->seen, 5);
}

/*
 * What a jail says.
 */
#define ESCAPES	"\033]0;owned\007\033[2J\033[31m\233owned\rowned\b\177"

/* A file of JSON lines, each an object of strings, numbers and nulls. */
static bool
json_is(const char *p)
{
	bool in = false, key = false;
	int depth = 0;

	for (; *p != '\0'; p++) {
		if (*p != '\n' && (*p < ' ' || *p > '~'))
			return (false);
		if (in) {
			if (*p == '\n')
				return (false);
			if (*p == '\\' && (p[1] == '\0' ||
			    strchr("\"\\/bfnrt", p[1]) == NULL))
				return (false);
			if (*p == '\\')
				p++;
			else
				in = *p != '"';
			continue;
		}
		in = *p == '"';
		key |= in;
		depth += (*p == '{') - (*p == '}');
		if (depth < 0 || depth > 1 || (*p == '\n' && depth != 0))
			return (false);
	}
	return (!in && key && depth == 0);
}

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

static void
status_write(const struct jail *j, const char *text)
{
	assert_int_equal(jail_write(j, JAIL_STATUS, 0644, text), 0);
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

static void
test_status_escapes(void **state)
{
	struct jail *j = *state;

	fifo_make(j);
	status_write(j, "state=" ESCAPES "\nforced=" ESCAPES ",x\033[m\n");
	mute_start(j, NULL);
	assert_int_equal(plain("cat %s", jail_path(j, JAIL_STATUS)), 0);
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
	assert_int_equal(jail_again(j), 0);
	status_write(j, "state=" ESCAPES "\nforced=" ESCAPES ",x\033[m\n");
	mute_start(j, NULL);
	on_terminal(j);
	assert_int_equal(run.code, 1);
	said("\033[");
	said("owned");
	assert_true(is_clean(run.out, true));
}

static void
test_status_json(void **state)
{
	static const char *const words[] = { "run\"},{\"jid\":1,\"state\":\"x",
	    "\\", "\\\"", "\"", "a\\nb\\", "\t\r\v\f", "\\M-x\377\376",
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\\\"" };
	struct jail *j = *state;
	char text[128];
	size_t i;

	fifo_make(j);
	mute_start(j, NULL);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		snprintf(text, sizeof(text), "{\"state\":\"%s\"}\n",
		    words[i]);
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
static void
test_status_long(void **state)
{
	struct jail *j = *state;

	fifo_make(j);
	status_write(j, "state=long\n");
	assert_int_equal(truncate(jail_path(j, JAIL_STATUS), 1 << 30), 0);
	mute_start(j, NULL);
	(void)plain("wc -c <%s", jail_path(j, JAIL_STATUS));
	said("1073741824");
	jk(LOOK_MS, "-J", jail_name(j), NULL);
	said("\"state\":\"long\"");
	status_write(j, "");
	assert_int_equal(truncate(jail_path(j, JAIL_STATUS), 1 << 30), 0);
	jk(LOOK_MS, "-J", jail_name(j), NULL);
	said("\"state\":null");
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
}

static void
test_status_fifo(void **state)
{
	struct jail *j = *state;

	fifo_make(j);
	assert_int_equal(mkfifo(jail_path(j, JAIL_STATUS), 0600), 0);
	mute_start(j, NULL);
	plain_hangs("cat %s", jail_path(j, JAIL_STATUS));
	jk(1500, "-J", jail_name(j), NULL);
	said("\"state\":null");
	assert_int_equal(unlink(jail_path(j, JAIL_STATUS)), 0);
	assert_int_equal(mkdir(jail_path(j, JAIL_STATUS), 0755), 0);
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

static void
test_status_guarded(void **state)
{
	struct jail_opts o = { .before_exec = first_guard };
	struct jail *j = *state;

	need_root();
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

static void
test_names(void **state)
{
	struct jail_opts o = { .before_exec = first_named };
	struct jail *j = *state;
	char old[sizeof(j->root)], name[64];

	need_root();
	snprintf(old, sizeof(old), "%s", j->root);
	strcpy(strrchr(j->root, '/'), "/r\033[31m\n\"");
	assert_int_equal(rename(old, j->root), 0);
	mute_start(j, &o);
	assert_int_equal(plain("ls -d --show-control-chars -N %s/r*; "
	    "cat /proc/%d/comm", j->dir, j->pid), 0);
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
	assert_int_equal(jail_again(j), 0);
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

static void
test_root_lies(void **state)
{
	struct jail_opts o = { .before_exec = first_liar };
	struct jail *j = *state;
	char other[PATH_MAX];

	need_root();
	snprintf(other, sizeof(other), "%s/innocent", j->dir);
	assert_int_equal(mkdir(other, 0755), 0);
	assert_int_equal(plain("mkdir -p %s%s", j->root, other), 0);
	shared_make();
	snprintf(shared->link, sizeof(shared->link), "%s", other);
	assert_int_equal(jail_start(j, &o, "/bin/true", NULL), 0);
	wait_for(&shared->ready, 1);
	assert_int_equal(plain("readlink /proc/%d/root", j->pid), 0);
	said("innocent\n");
	jk(LOOK_MS, "-J", jail_name(j), NULL);
	assert_null(strstr(run.out, "innocent"));
	jk(LOOK_MS, "-hn", other, NULL);
	assert_int_equal(run.code, 68);
}

/*
 * First processes that do not want to go.
 */
static void
test_mute(void **state)
{
	struct jail *j = *state;

	fifo_make(j);
	status_write(j, "state=run\n");
	mute_start(j, NULL);
	assert_int_equal(plain("echo halt >%s; kill %d; sleep 0.3",
	    jail_path(j, JAIL_CTL), j->pid), 0);
	assert_true(is_there(j));
	jk(halt_ms(6), "-v", "-h", "-t", "6", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
	said(": asked\n");
	said(": TERM\n");
	said(": KILL\n");
	said("had to be killed, gone after ");
	assert_false(is_there(j));
}

/* Its own word does not count. */
static void
test_says_gone(void **state)
{
	struct jail *j = *state;

	fifo_make(j);
	status_write(j, "state=gone\n");
	mute_start(j, NULL);
	assert_int_equal(unlink(jail_path(j, JAIL_CTL)), 0);
	assert_int_equal(plain("grep -q ^state=gone %s",
	    jail_path(j, JAIL_STATUS)), 0);
	assert_true(is_there(j));
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
	said("had to be killed, gone");
	assert_in_range(run.took_ms, 1000, jail_slack(halt_ms(1)));
	assert_false(is_there(j));
}

/* Takes one request, closes the FIFO, and stays. */
static void
first_closes(void *arg)
{
	char buf[64];
	int fd;

	(void)arg;
	first_begin();
	fd = open(JAIL_CTL, O_RDONLY | O_NONBLOCK);
	shared->ready = 1;
	while (read(fd, buf, sizeof(buf)) <= 0)
		(void)poll(NULL, 0, 1);
	close(fd);
	shared->closed = 1;
	for (;;)
		(void)pause();
}

/* As in ask.h: a reboot is seen by the first process's new program, and not by
 * the FIFO that is closed, which anybody can do. */
static void
test_reboot_stays(void **state)
{
	struct jail_opts o = { .before_exec = first_closes };
	struct jail *j = *state;

	fifo_make(j);
	mute_start(j, &o);
	jk(halt_ms(6), "-r", "-t", "6", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
	said("had to be killed");
	assert_false(is_there(j));
	assert_int_equal(jail_again(j), 0);
	mute_start(j, &o);
	jk(halt_ms(6), "-h", "-t", "6", jail_name(j), NULL);
	assert_int_equal(shared->closed, 1);
	assert_int_equal(run.code, 1);
	assert_false(is_there(j));
}

/* Its main thread ends, and with it what is known of the process. */
static int
thread_stays(void *arg)
{
	(void)arg;
	for (;;)
		(void)syscall(SYS_pause);
	return (0);
}

static void
victim_signal(int sig)
{
	(void)sig;
	shared->signalled++;
}

/* Somebody in the jail who is to get SIGURG, which harms nobody else. */
static void
victim(void)
{
	(void)signal(SIGURG, victim_signal);
	shared->ready++;
	for (;;)
		(void)pause();
}

/* What was sent is delivered when the victim next runs. */
static void
signalled(long before)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (shared->signalled == before && jail_now_ms() < end_ms)
		jail_sleep_ms(1);
	assert_true(shared->signalled > before);
}

static void
first_headless(void *arg)
{
	static char stack[65536] __attribute__((aligned(16)));

	(void)arg;
	first_begin();
	live_child(victim);
	(void)clone(thread_stays, stack + sizeof(stack), CLONE_VM | CLONE_FS |
	    CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM, NULL);
	(void)syscall(SYS_exit, 0);
}

static int
enter_nothing(void *arg)
{
	(void)arg;
	return (0);
}

static void
test_headless(void **state)
{
	struct jail_opts o = { .before_exec = first_headless };
	struct jail *j = *state;
	int64_t end_ms;

	need_root();
	mute_start(j, &o);
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	while (proc_state(j->pid) != 'Z' && jail_now_ms() < end_ms)
		jail_sleep_ms(1);
	assert_int_equal(jail_enter(j, enter_nothing, NULL), -1);
	jk(LOOK_MS, "-J", jail_name(j), NULL);
	said("\"root\":null");
	jk(SIGNAL_MS, "-s", "URG", jail_name(j), NULL);
	assert_int_equal(run.code, 0);
	signalled(0);
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
	assert_false(is_there(j));
}

/* One process of the jail holds the first one at its end; a second one holds
 * that one at its. */
static void
tracer_second(void)
{
	(void)signal(SIGTERM, SIG_IGN);
	while (ptrace(PTRACE_SEIZE, 2, NULL, PTRACE_O_TRACEEXIT) == -1)
		(void)poll(NULL, 0, 1);
	shared->ready++;
	for (;;)
		(void)pause();
}

static void
tracer_first(void)
{
	(void)signal(SIGTERM, SIG_IGN);
	while (ptrace(PTRACE_SEIZE, 1, NULL, PTRACE_O_TRACEEXIT) == -1)
		(void)poll(NULL, 0, 1);
	shared->ready++;
	for (;;)
		(void)pause();
}

static void
first_traced(void *arg)
{
	(void)arg;
	first_begin();
	live_child(tracer_first);
	live_child(tracer_second);
	for (;;)
		(void)pause();
}

static void
traced_start(struct jail *j)
{
	struct jail_opts o = { .before_exec = first_traced };

	mute_start(j, &o);
	wait_for(&shared->ready, 2);
}

static void
test_held_at_end(void **state)
{
	struct jail *j = *state;
	int64_t end_ms;

	need_root();
	traced_start(j);
	assert_int_equal(plain("kill -KILL %d; sleep 0.5", j->pid), 0);
	assert_true(is_there(j));
	jk(SIGNAL_MS, "-s", "KILL", jail_name(j), NULL);
	assert_int_equal(run.code, 0);
	assert_false(is_there(j));
	assert_int_equal(jail_again(j), 0);
	traced_start(j);
	end_ms = jail_now_ms();
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
	assert_in_range(jail_now_ms() - end_ms, 1000, jail_slack(halt_ms(1)));
	assert_false(is_there(j));
}

/* A tracer of the host's is a debugger, and left alone; but named. */
static void
debugger(struct jail *j)
{
	(void)ptrace(PTRACE_SEIZE, j->pid, NULL, PTRACE_O_TRACEEXIT);
	shared->ready++;
	for (;;)
		(void)pause();
}

static void
test_held_by_host(void **state)
{
	struct jail *j = *state;
	char line[64];
	pid_t pid;

	need_root();
	fifo_make(j);
	mute_start(j, NULL);
	pid = live_fork(j, debugger);
	wait_for(&shared->ready, 2);
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 2);
	snprintf(line, sizeof(line), "held by its tracer, %d (", pid);
	said(line);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	assert_true(is_there(j));
}

/* Who entered from outside and is not reaped there. */
static int
entered(void *arg)
{
	(void)arg;
	(void)pause();
	return (0);
}

static void
test_unreaped(void **state)
{
	struct jail *j = *state;
	char line[128];
	pid_t pid;

	boot(j, NULL);
	pid = jail_enter(j, entered, NULL);
	assert_true(pid > 0);
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 2);
	said("still there after ");
	snprintf(line, sizeof(line), "process %d (", pid);
	said(line);
	snprintf(line, sizeof(line), "is not reaped by its parent outside, "
	    "%d (", getpid());
	said(line);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	j->n_entered = 0;
	live_exits(j, 0, LIVE_SOON_MS);
}

/*
 * Who enters, attacked from inside.
 */

static void
idle_nothing(void)
{
}

static void
stop_it(pid_t pid)
{
	(void)kill(pid, SIGSTOP);
}

static void
kill_it(pid_t pid)
{
	(void)kill(pid, SIGKILL);
}

static void
trace_it(pid_t pid)
{
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0)
		(void)ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
}

/* A traced process that has ended is held until its tracer takes it. */
static void
trace_idle(void)
{
	siginfo_t si;

	(void)waitid(P_ALL, 0, &si, WEXITED | WNOHANG | __WALL);
}

static void
stopper(void)
{
	watch(stop_it, idle_nothing);
}

static void
killer(void)
{
	watch(kill_it, idle_nothing);
}

static void
tracer(void)
{
	watch(trace_it, trace_idle);
}

/*
 * What can be had of a process: files of the host's, its program.
 */
#define EXES	16
#define PEEKS	50		/* runs of jailkill */

static int exe_fds[EXES];
static pid_t own, recent;

static bool
write_to(const char *path)
{
	struct stat st;
	bool done;
	int fd = open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);

	if (fd == -1)
		return (false);
	done = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    write(fd, "x", 1) == 1;
	close(fd);
	return (done);
}

static void
peek_exe(pid_t pid)
{
	static int next;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd == -1)
		return;
	if (exe_fds[next % EXES] > 0)
		close(exe_fds[next % EXES]);
	exe_fds[next++ % EXES] = fd;
}

/* When nobody runs it any more it can be written to: CVE-2019-5736.  What he
 * runs may be another program by now. */
static void
peek_idle(void)
{
	char path[64];
	int i;

	if (recent != 0)
		peek_exe(recent);
	for (i = 0; i < EXES; i++) {
		if (exe_fds[i] <= 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", exe_fds[i]);
		if (!write_to(path))
			continue;
		shared->got[GOT_EXE]++;
		close(exe_fds[i]);
		exe_fds[i] = 0;
	}
}

static void
peek_maps(pid_t pid)
{
	char path[512];
	const struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/map_files", pid);
	d = opendir(path);
	while (d != NULL && (e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "/proc/%d/map_files/%s", pid,
		    e->d_name);
		if (e->d_name[0] != '.' && write_to(path))
			shared->got[GOT_MAP]++;
	}
	if (d != NULL)
		closedir(d);
}

/* The mount namespace of a process in which the file is to be had. */
static void
peek_ns(pid_t pid)
{
	struct stat a, b;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return;
	if (fstat(fd, &a) == 0 && stat("/proc/self/ns/mnt", &b) == 0 &&
	    a.st_ino != b.st_ino) {
		own = fork();
		if (own == 0) {
			if (setns(fd, CLONE_NEWNS) == 0 &&
			    write_to(shared->file))
				shared->got[GOT_NS]++;
			_exit(0);
		}
		(void)waitpid(own, NULL, 0);
	}
	close(fd);
}

static void
peek(pid_t pid)
{
	char path[PATH_MAX + 64];
	int fd;

	if (pid == own)
		return;
	recent = pid;
	snprintf(path, sizeof(path), "/proc/%d/root%s", pid, shared->file);
	shared->got[GOT_ROOT] += write_to(path);
	for (fd = 0; fd < 8; fd++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
		shared->got[GOT_FD] += write_to(path);
	}
	snprintf(path, sizeof(path), "/proc/%d/cwd%s", pid,
	    strrchr(shared->file, '/'));
	shared->got[GOT_CWD] += write_to(path);
	peek_exe(pid);
	peek_maps(pid);
	peek_ns(pid);
}

static void
peeker(void)
{
	watch(peek, peek_idle);
}

static void (*attacker)(void);

static void
attack_begin(void *arg)
{
	(void)arg;
	live_child(victim);
	live_child(attacker);
}

static void
attack_boot(struct jail *j, bool userns, void (*fn)(void))
{
	struct jail_opts o = { .userns = userns,
	    .before_exec = attack_begin };

	need_root();
	attacker = fn;
	shared_make();
	host_make(j);
	snprintf(shared->file, sizeof(shared->file), "%s",
	    host_path("jailinit.ctl"));
	boot(j, &o);
	assert_int_equal(jail_wait_rest(j, LIVE_SOON_MS), 0);
	shared->go = 1;
	wait_for(&shared->ready, 0x100);
}

/* As "nsenter -a kill -s URG -1": has it been held up? */
static bool
plain_enter_fails(struct jail *j)
{
	int64_t end_ms = jail_now_ms() + 400;
	pid_t pid = jail_enter_sh(j, "kill -s URG -1"), r;
	int st = 0;

	assert_true(pid > 0);
	while ((r = waitpid(pid, &st, WNOHANG)) == 0 &&
	    jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	if (r == 0) {
		(void)kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	j->n_entered--;
	return (r == 0 || !WIFEXITED(st) || WEXITSTATUS(st) != 0);
}

/* The attacker needs a processor at the right moment. */
#define PLAIN_TRIES	30

static int
alive(const struct jail *j)
{
	return (jail_count(j) - jail_zombies(j));
}

/* No process of ours stays there; what is killed may take a moment. */
static void
nobody_inside(const struct jail *j, int before)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (alive(j) != before && jail_now_ms() < end_ms)
		jail_sleep_ms(2);
	assert_int_equal(alive(j), before);
}

/*
 * -s comes through or says that it did not, in time, and leaves nobody in
 * there; -h ends.  With a user namespace below ours the jail's root has no
 * power over who entered, and it always comes through.
 */
static void
attacked(struct jail *j, bool userns, void (*fn)(void), int rounds)
{
	int before, done = 0, i, held = 0, tried;
	long got;

	attack_boot(j, userns, fn);
	before = alive(j);
	for (i = 0; i < 3 || (held == 0 && i < PLAIN_TRIES); i++)
		held += plain_enter_fails(j);
	assert_true(held > 0);
	tried = i;
	for (i = 0; i < rounds; i++) {
		got = shared->signalled;
		jk(SIGNAL_MS, "-s", "URG", jail_name(j), NULL);
		code_is(0, userns ? 0 : 2);
		if (run.code == 0) {
			done++;
			signalled(got);
		} else
			said("that entered");
		nobody_inside(j, before);
	}
	print_message("plain: %d of %d held up; jailkill: %d of %d came "
	    "through, the others said so; %ld seen\n", held, tried, done,
	    rounds, shared->seen);
	halts(j, 3);
}

static void
test_stops_all(void **state)
{
	attacked(*state, false, stopper, 10);
}

static void
test_stops_all_userns(void **state)
{
	attacked(*state, true, stopper, 10);
}

static void
test_kills_all(void **state)
{
	attacked(*state, false, killer, 10);
}

static void
test_kills_all_userns(void **state)
{
	attacked(*state, true, killer, 10);
}

static void
test_traces_all(void **state)
{
	attacked(*state, false, tracer, 2);
}

static void
test_traces_all_userns(void **state)
{
	attacked(*state, true, tracer, 10);
}

/* Enters as a careless program does: with the PID namespace (and the user
 * namespace, so that it may), its folder, its files, its program. */
static pid_t
plain_careless(struct jail *j, const char *tool)
{
	int p[2], fd;
	pid_t pid, child = -1;

	assert_int_equal(pipe(p), 0);
	fflush(NULL);
	pid = fork();
	if (pid != 0) {
		close(p[1]);
		assert_int_equal(read(p[0], &child, sizeof(child)),
		    sizeof(child));
		close(p[0]);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		return (child);
	}
	fd = open(host_path("jailinit.status"), O_RDONLY);
	if (fd == -1 || dup2(fd, 3) == -1 || chdir(host_dir) == -1 ||
	    setns(j->pidfd, CLONE_NEWPID | (j->userns ? CLONE_NEWUSER : 0)) ==
	    -1)
		_exit(1);
	child = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL,
	    NULL, NULL);
	if (child == 0) {
		execl(tool, "sleep", "0.3", (char *)NULL);
		_exit(1);
	}
	(void)!write(p[1], &child, sizeof(child));
	_exit(0);
}

static void
peeked(struct jail *j, bool userns)
{
	char tool[PATH_MAX];
	int before, i;
	pid_t pid;

	if (getenv("JAIL_COVERAGE") != NULL)
		live_skip("peeks: to be counted, who enters shares memory");
	snprintf(tool, sizeof(tool), "%s/tool", j->dir);
	assert_int_equal(plain("cp /bin/busybox %s", tool), 0);
	attack_boot(j, userns, peeker);
	before = alive(j);
	pid = plain_careless(j, tool);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	jail_sleep_ms(200);
	print_message("plain: root %ld, cwd %ld, fd %ld, exe %ld, mnt %ld\n",
	    shared->got[GOT_ROOT], shared->got[GOT_CWD], shared->got[GOT_FD],
	    shared->got[GOT_EXE], shared->got[GOT_NS]);
	assert_true(shared->got[GOT_ROOT] > 0);
	assert_true(shared->got[GOT_CWD] > 0);
	assert_true(shared->got[GOT_FD] > 0);
	assert_true(shared->got[GOT_EXE] > 0);
	assert_true(userns || shared->got[GOT_NS] > 0);
	assert_true(host_written("jailinit.ctl"));
	assert_true(host_written("jailinit.status"));
	assert_int_not_equal(plain("cmp /bin/busybox %s", tool), 0);
	host_reset();
	for (i = 0; i < GOTS; i++)
		shared->got[i] = 0;
	shared->seen = 0;
	for (i = 0; i < PEEKS; i++) {
		jk(SIGNAL_MS, "-s", "URG", jail_name(j), NULL);
		assert_int_equal(run.code, 0);
		nobody_inside(j, before);
	}
	jail_sleep_ms(100);
	print_message("jailkill: %ld of %d seen\n", shared->seen, PEEKS);
	assert_true(shared->seen > 0);
	for (i = 0; i < GOTS; i++) {
		if (shared->got[i] != 0)
			print_error("got %d\n", i);
		assert_int_equal(shared->got[i], 0);
	}
	halts(j, 3);
	host_untouched();
}

static void
test_peeks(void **state)
{
	peeked(*state, false);
}

static void
test_peeks_userns(void **state)
{
	peeked(*state, true);
}

/*
 * Nobody can enter: the namespace's own limit of pids, Linux 6.14.
 */
#define PIDS	"400"

static void
first_full(void *arg)
{
	int fd;

	(void)arg;
	first_begin();
	fd = open("/proc/sys/kernel/pid_max", O_WRONLY | O_CLOEXEC);
	if (fd == -1 || write(fd, PIDS, strlen(PIDS)) == -1)
		shared->ready = 2;
	close(fd);
	(void)signal(SIGCHLD, SIG_IGN);
	for (;;) {
		fd = fork();
		if (fd == 0)
			for (;;)
				(void)pause();
		if (fd > 0)
			continue;
		shared->ready |= 1;
		(void)poll(NULL, 0, 1);	/* and what dies is made anew */
	}
}

static void
test_pid_max(void **state)
{
	struct jail_opts o = { .before_exec = first_full };
	struct jail *j = *state;
	struct utsname u;
	int major = 0, minor = 0;

	need_root();
	(void)uname(&u);
	(void)sscanf(u.release, "%d.%d", &major, &minor);
	if (major < 6 || (major == 6 && minor < 14))
		live_skip("kernel.pid_max is the host's");	/* hands off */
	mute_start(j, &o);
	assert_int_equal(shared->ready, 1);
	assert_int_equal(jail_enter(j, enter_nothing, NULL), -1);
	jk(SIGNAL_MS, "-s", "URG", jail_name(j), NULL);
	assert_int_equal(run.code, 2);
	said("cannot enter");
	assert_ptr_equal(strchr(run.out, '\n'), run.out + strlen(run.out) - 1);
	jk(halt_ms(1), "-h", "-t", "1", jail_name(j), NULL);
	assert_int_equal(run.code, 1);
	assert_false(is_there(j));
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

static void
test_many_groups(void **state)
{
	struct jail_opts o = { .before_exec = first_groups };
	struct jail *j = *state;
	char line[32];

	need_root();
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

static void
test_many_mounts(void **state)
{
	struct jail_opts o = { .before_exec = first_mounts };
	struct jail *j = *state;

	need_root();
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

static void
test_nested(void **state)
{
	struct jail_opts o = { .before_exec = first_nested };
	struct jail *j = *state;
	char line[32], *p;
	int n = 0;

	need_root();
	mute_start(j, &o);
	assert_int_equal(shared->seen, NESTED);
	jk(LOOK_MS, "-J", NULL);
	snprintf(line, sizeof(line), "\"pid\":%d,", j->pid);
	said(line);
	for (p = run.out; (p = strstr(p, "\"pid\":")) != NULL; p++, n++)
		assert_in_range(levels((pid_t)strtol(p + 6, NULL, 10)), 0, 2);
	assert_true(n < NESTED);
	assert_int_equal(plain("test $(ls -d /proc/[0-9]* | wc -l) -gt %d",
	    NESTED), 0);
	jk(SIGNAL_MS, "-s", "KILL", jail_name(j), NULL);
	assert_int_equal(run.code, 0);
	assert_false(is_there(j));
}

/*
 * A file system that hangs.
 */
static void
fuse_boot(struct jail *j, bool outside)
{
	pid_t pid;
	int st;

	boot(j, NULL);
	if (outside)
		live_fork(j, fuse_outside);
	pid = jail_enter(j, fuse_mount, NULL);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &st, 0), pid);
	j->n_entered--;
	assert_int_equal(st, 0);
}

static void
fuse_server(void)
{
	while (!shared->go)
		(void)poll(NULL, 0, 1);
	(void)signal(SIGTERM, SIG_IGN);
	if (fuse_mount(NULL) == 0)
		shared->ready = 1;
	fuse_serve(NULL);
}

/* In the jail, a process of its own. */
static void
fuse_server_begin(void *arg)
{
	(void)arg;
	if (fork() != 0)
		return;
	fuse_fd = dup2(fuse_fd, 3);
	(void)syscall(SYS_close_range, 4, ~0U, 0);
	fuse_server();
	_exit(0);
}

/* By its root, too. */
static void
fuse_halt(struct jail *j)
{
	jk(halt_ms(2), "-h", "-t", "2", j->root, jail_name(j), NULL);
	said(j->root);
}

static void
test_hang_inside(void **state)
{
	struct jail_opts o = { .before_exec = fuse_server_begin };
	struct jail *j = *state;

	fuse_open();
	shared_make();
	boot(j, &o);
	close(fuse_fd);
	shared->go = 1;
	wait_for(&shared->ready, 1);
	fuse_hangs(j);
	jk(LOOK_MS, "-J", jail_name(j), NULL);
	assert_true(json_is(run.out));
	said(j->root);
	jk(halt_ms(20), "-h", "-t", "20", j->root, jail_name(j), NULL);
	said(j->root);
	code_is(0, 1);
	assert_int_equal(jail_wait_exiting(j, LIVE_SOON_MS), 0);
}

/* KILL does not reach the server, and what hangs in it the kernel keeps. */
static void
test_hang_outside(void **state)
{
	struct jail *j = *state;

	fuse_open();
	fuse_boot(j, true);
	close(fuse_fd);
	fuse_hangs(j);
	fuse_halt(j);
	assert_int_equal(jail_wait_exiting(j, LIVE_SOON_MS), 0);
}

/* -a, in a PID namespace of our own so that it ends no jails but ours; beside
 * one that hangs, one that halts in its own time. */
static _Noreturn void
all_child(struct jail *j)
{
	static struct jail other;
	int code = 0;

	(void)die_with_parent();
	if (mountns_private() == -1 ||
	    mount("proc", "/proc", "proc", 0, NULL) == -1)
		_exit(10);
	fuse_boot(j, true);
	close(fuse_fd);
	fuse_hangs(j);
	/* After all forks that would hold its janitor's pipe. */
	if (jail_new(&other) == -1)
		_exit(11);
	(void)jail_script(&other, "/etc/rc.shutdown",
	    "sleep 1; echo bye >/tmp/bye");
	boot(&other, NULL);
	jk(halt_ms(8), "-h", "-a", "-t", "8", NULL);
	if (is_there(&other) || !jail_exists(&other, "/tmp/bye")) {
		print_error("%s", run.out);
		code = 12;
	}
	_exit(jail_free(&other) == 0 ? code : 13);
}

static void
test_hang_all(void **state)
{
	struct jail *j = *state;
	int64_t end_ms;
	pid_t pid;
	int st = 0;

	fuse_open();
	fflush(NULL);
	pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD,
	    NULL, NULL, NULL, NULL);
	if (pid == 0)
		all_child(j);
	close(fuse_fd);
	assert_true(pid > 0);
	end_ms = jail_now_ms() + jail_slack(60000);
	while (waitpid(pid, &st, WNOHANG) == 0) {
		if (jail_now_ms() > end_ms)
			(void)kill(pid, SIGKILL);
		jail_sleep_ms(10);
	}
	if (st != 0)
		print_error("wait status %x\n", st);
	assert_int_equal(st, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_symlink_var),
		LIVE_TEST(test_symlink_var_run),
		LIVE_TEST(test_symlink_ctl),
		LIVE_TEST(test_symlink_status),
		LIVE_TEST(test_mount_over_run),
		LIVE_TEST(test_status_of_another),
		LIVE_TEST(test_swap_race),
		LIVE_TEST(test_device),
		LIVE_TEST(test_regular_file),
		LIVE_TEST(test_socket),
		LIVE_TEST(test_directory),
		LIVE_TEST(test_no_reader),
		LIVE_TEST(test_full_fifo),
		LIVE_TEST(test_other_owner),
		LIVE_TEST(test_status_escapes),
		LIVE_TEST(test_status_json),
		LIVE_TEST(test_status_long),
		LIVE_TEST(test_status_fifo),
		LIVE_TEST(test_status_guarded),
		LIVE_TEST(test_names),
		LIVE_TEST(test_root_lies),
		LIVE_TEST(test_mute),
		LIVE_TEST(test_says_gone),
		LIVE_TEST(test_reboot_stays),
		LIVE_TEST(test_headless),
		LIVE_TEST(test_held_at_end),
		LIVE_TEST(test_held_by_host),
		LIVE_TEST(test_unreaped),
		LIVE_TEST(test_stops_all),
		LIVE_TEST(test_stops_all_userns),
		LIVE_TEST(test_kills_all),
		LIVE_TEST(test_kills_all_userns),
		LIVE_TEST(test_traces_all),
		LIVE_TEST(test_traces_all_userns),
		LIVE_TEST(test_peeks),
		LIVE_TEST(test_peeks_userns),
		LIVE_TEST(test_pid_max),
		LIVE_TEST(test_many_groups),
		LIVE_TEST(test_many_mounts),
		LIVE_TEST(test_nested),
		LIVE_TEST(test_hang_inside),
		LIVE_TEST(test_hang_outside),
		LIVE_TEST(test_hang_all),
	};

	LIVE_MAIN("kill_hostile");
}
