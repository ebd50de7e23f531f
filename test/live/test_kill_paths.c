/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill does not follow paths that the jail's root has prepared: symlinks,
 * mounts, files swapped in a race, FIFOs that hang, devices (FreeBSD
 * SA-07:01).  Each test first sees the plain way (a shell's redirection) fall
 * for it.  JAIL_LONG=1: races of 30 s, not 3.
 * check: few
 * only linux: PID namespaces, /proc and ptrace(2) of Linux
 */
#include "hostile.h"

#include <sys/socket.h>
#include <sys/un.h>

#define SOMEBODY	1000		/* a user of the jail's */
#define STRANGER	70000	/* one of the host's that a jail has not */

/* In the jail, a shell script. */
static __attribute__((format(printf, 2, 3))) void
inside(struct jail *j, const char *format, ...)
{
	static char script[PATH_MAX * 2];
	va_list ap;

	va_start(ap, format);
	vsnprintf(script, sizeof(script), format, ap);
	va_end(ap);
	live_ok(jail_sh(j, script));
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
	hostile_boot(j, NULL);
	/* From the root of the host, or of the jail's mount namespace. */
	snprintf(path, sizeof(path), "%s%s%s", up, host_dir, target);
	inside(j, "mv /%s /%s.old && ln -s %s /%s", place, place, path, place);
	live_ok(plain("cat %s/var/run/jailinit.status", j->root));
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
	live_ok(jail_again(j));
	(void)plain("rm -rf %s/var; mkdir -p %s/var/run", j->root, j->root);
}

#define UP	"../../../../../../../../../../../../../../../.."

TEST(test_symlink_var)
{
	char var[8] = "/..";

	symlink_at(j, "var", var, "");
	symlink_at(j, "var", var, UP);
}

TEST(test_symlink_var_run)
{
	symlink_at(j, "var/run", "", "");
	symlink_at(j, "var/run", "", UP);
}

TEST(test_symlink_ctl)
{
	symlink_at(j, "var/run/jailinit.ctl", "/jailinit.ctl", "");
	symlink_at(j, "var/run/jailinit.ctl", "/jailinit.ctl", UP);
}

TEST(test_symlink_status)
{
	symlink_at(j, "var/run/jailinit.status", "/jailinit.status", "");
	symlink_at(j, "var/run/jailinit.status", "/jailinit.status", UP);
}

/* In the jail's mount namespace alone; found by /proc/PID/root. */
TEST(test_mount_over_run)
{
	live_need_root();
	host_make(j);
	hostile_boot(j, NULL);
	inside(j, "mount -t tmpfs x /var/run &&"
	    " ln -s %s /var/run/jailinit.ctl &&"
	    " ln -s %s /var/run/jailinit.status", host_path("jailinit.ctl"),
	    host_path("jailinit.status"));
	live_ok(plain("cat /proc/%d/root/var/run/jailinit.status;"
	    " echo halt >/proc/%d/root/var/run/jailinit.ctl", j->pid,
	    j->pid));
	said("stolen");
	assert_true(host_written("jailinit.ctl"));
	host_reset();
	jk(LOOK_MS, "-J", jail_name(j), NULL);
	assert_null(strstr(run.out, "stolen"));
	halts(j, 30);
	host_untouched();
}

/* What is of the host's in the jail by a mount, and not for its root. */
TEST(test_status_of_another)
{
	struct jail_opts o = { .userns = true };

	live_need_root();
	host_make(j);
	live_ok(jail_write(j, "/secret", 0600, UNTOUCHED));
	live_ok(chown(jail_path(j, "/secret"), STRANGER, STRANGER));
	hostile_boot(j, &o);
	assert_int_not_equal(jail_sh(j, "cat /secret"), 0);
	inside(j, "mount --bind /secret /var/run/jailinit.status");
	live_ok(plain("cat /proc/%d/root/var/run/jailinit.status", j->pid));
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

TEST(test_swap_race)
{
	struct jail_opts o = { .before_exec = swapper_begin };
	int64_t end_ms, limit_ms = getenv("JAIL_LONG") != NULL ?
	    RACE_LONG_S * 1000 : RACE_SHORT_S * 1000;
	long tries = 0;
	bool hit = false;

	host_make(j);
	shared_make();
	snprintf(shared->link, sizeof(shared->link), "%s", host_dir);
	hostile_boot(j, &o);
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
		jk(LOOK_MS, tries % 2 == 0 ? "-hn" : "-l", jail_name(j), NULL);
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

TEST(test_device)
{
	live_need_root();
	hostile_boot(j, NULL);
	inside(j, "rm " JAIL_CTL " && mknod " JAIL_CTL " c 1 3");
	decoy_watch(j);
	/* It opens a device as the host's root, and believes itself heard. */
	live_ok(plain("echo halt >%s", jail_path(j, JAIL_CTL)));
	assert_true(host_opened());
	still_runs(j);
	decoy(j, "another file is in place of its FIFO");
}

TEST(test_regular_file)
{
	hostile_boot(j, NULL);
	inside(j, "rm " JAIL_CTL " && echo me >" JAIL_CTL);
	decoy_watch(j);
	live_ok(plain("echo halt >%s", jail_path(j, JAIL_CTL)));
	assert_true(host_opened());
	still_runs(j);
	decoy(j, "another file is in place of its FIFO");
	assert_string_equal(jail_file(j, JAIL_CTL), "halt\n");
}

TEST(test_socket)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd;

	hostile_boot(j, NULL);
	inside(j, "rm " JAIL_CTL);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s",
	    jail_path(j, JAIL_CTL));
	live_ok(bind(fd, (void *)&sun, sizeof(sun)));
	live_ok(listen(fd, 1));
	decoy_watch(j);
	assert_int_not_equal(plain("echo halt >%s", jail_path(j, JAIL_CTL)), 0);
	still_runs(j);
	(void)host_opened();
	decoy(j, "another file is in place of its FIFO");
	close(fd);
}

TEST(test_directory)
{
	hostile_boot(j, NULL);
	inside(j, "rm " JAIL_CTL " && mkdir " JAIL_CTL);
	decoy_watch(j);
	assert_int_not_equal(plain("echo halt >%s", jail_path(j, JAIL_CTL)), 0);
	still_runs(j);
	(void)host_opened();
	decoy(j, "another file is in place of its FIFO");
}

TEST(test_no_reader)
{
	hostile_boot(j, NULL);
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

TEST(test_full_fifo)
{
	struct jail_opts o = { .before_exec = full_begin };

	shared_make();
	hostile_boot(j, &o);
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
	(void)!chown(JAIL_CTL, SOMEBODY, SOMEBODY);
	if (setgid(SOMEBODY) == -1 || setuid(SOMEBODY) == -1)
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

TEST(test_other_owner)
{
	struct jail_opts o = { .before_exec = other_begin };

	live_need_root();
	shared_make();
	hostile_boot(j, &o);
	shared->go = 1;
	wait_for(&shared->ready, 1);
	decoy_watch(j);
	live_ok(plain("echo halt >%s", jail_path(j, JAIL_CTL)));
	still_runs(j);
	assert_int_equal(shared->seen, 5);
	(void)host_opened();
	decoy(j, "its FIFO is another user's");
	assert_int_equal(shared->seen, 5);
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
	};

	LIVE_MAIN("kill_paths");
}
