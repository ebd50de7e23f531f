/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailctl, halt, poweroff, reboot and shutdown as they are typed in a jail.
 * Guards against: a command of a host that does nothing, or something else,
 * in a jail; one that blocks on the FIFO or on a stopped terminal; a planned
 * shutdown that outlives its cancelling, its successor, or its process's end
 * by leaving nologin; and what users may do to root's.
 */
#include "live.h"

#include <sys/mman.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sysexits.h>
#include <time.h>
#include <utmpx.h>

#define JAILINIT	"/sbin/jailinit"
#define NOLOGIN		"/var/run/nologin"
#define PLAN		"/var/run/jailctl.plan"
#ifdef __linux__
#define SHELL		"/bin/dash"
#define PTY_SH		"-i"
#else
#define SHELL		"/bin/sh"
#define PTY_SH		"+E", "-i"	/* it does not edit lines */
#endif
#define WALLS		50
#define LIVES		"/tmp/lives"
#define RAN		"/tmp/ran"	/* by rc.shutdown */
#define GO		"/tmp/go"

/* What a status is when nobody was left to see it. */
#define UNSEEN		(-1)

/*
 * The jail.
 */
static void
install(struct jail *j, const char *program)
{
	static const char *const names[] = { "halt", "poweroff", "reboot",
	    "shutdown" };
	char path[64];
	size_t i;

	assert_int_equal(jail_copy(j, program, "/sbin/jailctl"), 0);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "/bin/%s", names[i]);
		(void)unlink(jail_path(j, path));	/* busybox's */
		(void)snprintf(path, sizeof(path), "/sbin/%s", names[i]);
		(void)unlink(jail_path(j, path));
		assert_int_equal(symlink("jailctl", jail_path(j, path)), 0);
	}
}

static void
jail_make(struct jail *j)
{
	const char *program = getenv("JAILCTL");

	install(j, program != NULL && *program != '\0' ? program :
	    "build/jailctl");
	if (strcmp(SHELL, "/bin/sh") != 0)
		assert_int_equal(jail_copy(j, SHELL, SHELL), 0);
	assert_int_equal(jail_script(j, "/etc/rc", "echo x >>" LIVES), 0);
	assert_int_equal(jail_script(j, "/etc/rc.request.d/hello",
	    "echo hello"), 0);
}

static void
boot(struct jail *j)
{
	static const struct jail_opts o = { .pts = true };

	live_boot(j, &o);
}

/* One whose end waits for GO. */
static void
boot_slow_end(struct jail *j)
{
	assert_int_equal(jail_script(j, "/etc/rc.shutdown", "echo x >>" RAN
	    "; while ! [ -e " GO " ]; do sleep 0.02; done"), 0);
	boot(j);
}

static void
go(struct jail *j)
{
	assert_int_equal(jail_write(j, GO, 0644, ""), 0);
}

static void
says_by(struct jail *j, const char *text, int64_t within_ms)
{
	if (jail_wait_log(j, text, within_ms) == -1)
		fail_msg("no \"%s\" in the log:\n%s", text, jail_log(j));
}

static void
says(struct jail *j, const char *text)
{
	says_by(j, text, LIVE_SOON_MS);
}

/* No request has come, nor comes in that time. */
static void
nothing_comes(struct jail *j, int64_t ms)
{
	jail_sleep_ms(ms);
	assert_false(jail_log_has(j, " requested, gone in "));
	assert_string_equal(jail_status(j, "state"), "run");
}

static int
environment(void)
{
	return (setenv("PATH", "/sbin:/bin:/usr/bin:/usr/sbin", 1) |
	    setenv("PS1", "# ", 1) | unsetenv("USER") | setenv("ASAN_OPTIONS",
	    "log_path=/tmp/asan:detect_leaks=0", 1) | setenv("UBSAN_OPTIONS",
	    "log_path=/tmp/asan", 1));
}

/*
 * A command, and what it said; its descriptors end when it does.
 */
struct cmd {
	uid_t uid;
	const char *line;
	int fd;
};

static char said[8192];

static int
cmd_child(void *arg)
{
	const struct cmd *c = arg;

	(void)dup2(open("/dev/null", O_RDONLY), 0);
	(void)dup2(c->fd, 1);
	(void)dup2(c->fd, 2);
	closefrom(3);
	(void)setsid();
	(void)chdir("/");
	if (c->uid != 0 && (setgroups(0, NULL) == -1 ||
	    setgid(c->uid) == -1 || setuid(c->uid) == -1))
		return (126);
	(void)environment();
	execl(SHELL, "sh", "-c", c->line, (char *)NULL);
	return (126);
}

static int
as_user(struct jail *j, uid_t uid, const char *line)
{
	struct cmd c = { uid, line, -1 };
	struct pollfd p = { -1, POLLIN, 0 };
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	size_t used = 0;
	ssize_t n = 1;
	int fds[2], st = -1;
	pid_t pid;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	c.fd = fds[1];
	pid = jail_enter(j, cmd_child, &c);
	close(fds[1]);
	assert_true(pid > 0);
	p.fd = fds[0];
	while (n > 0 && jail_now_ms() < end_ms) {
		if (poll(&p, 1, 20) != 1)
			continue;
		n = read(fds[0], said + used, sizeof(said) - 1 - used);
		used += n > 0 ? (size_t)n : 0;
	}
	said[used] = '\0';
	close(fds[0]);
	if (n > 0)
		fail_msg("%s: blocks, or its output is held; it says: %s",
		    line, said);
	j->n_entered--;
	assert_int_equal(waitpid(pid, &st, 0), pid);
	return (WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st));
}

static int
cmd(struct jail *j, const char *line)
{
	return (as_user(j, 0, line));
}

/* It ends with the status, having said text. */
static void
expect(struct jail *j, uid_t uid, const char *line, int status,
    const char *text)
{
	int got = as_user(j, uid, line);

	if (got != status || strstr(said, text) == NULL)
		fail_msg("%s: %d, not %d, and no \"%s\" in: %s", line, got,
		    status, text, said);
}

/*
 * A terminal of the jail's.
 */
struct term {
	int master_fd;
	pid_t pid;
	char name[32];		/* pts/0 */
	size_t used;
	char buf[65536];
};

enum term_use { TERM_SHELL, TERM_IDLE, TERM_FULL, TERM_BUSY };

struct term_args {
	int fd;
	enum term_use use;
};

static void
fd_send(int socket_fd, int fd, const char *name)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { (void *)(uintptr_t)name, strlen(name) + 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	(void)!sendmsg(socket_fd, &m, 0);
}

static int
fd_receive(int socket_fd, char *name, size_t size)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { name, size };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = control, .msg_controllen = sizeof(control) };
	int fd = -1;

	if (recvmsg(socket_fd, &m, MSG_CMSG_CLOEXEC) > 0 &&
	    CMSG_FIRSTHDR(&m) != NULL)
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return (fd);
}

static int
term_child(void *arg)
{
	const struct term_args *a = arg;
	int master_fd = posix_openpt(O_RDWR | O_NOCTTY), fd;
	char busy[512];
	const char *name;

	if (master_fd == -1 || unlockpt(master_fd) == -1 ||
	    (name = ptsname(master_fd)) == NULL ||
	    (fd = open(name, O_RDWR | O_NOCTTY)) == -1)
		return (126);
	fd_send(a->fd, master_fd, name + strlen("/dev/"));
	(void)setsid();
	(void)ioctl(fd, TIOCSCTTY, 0);
	(void)dup2(fd, 0);
	(void)dup2(fd, 1);
	(void)dup2(fd, 2);
	closefrom(3);
	(void)chdir("/");
	(void)environment();
	if (a->use == TERM_SHELL)
		execl(SHELL, "sh", PTY_SH, (char *)NULL);
	memset(busy, '.', sizeof(busy));
	while (a->use == TERM_BUSY) {
		(void)!write(1, busy, sizeof(busy));
		(void)usleep(100);
	}
	if (a->use == TERM_FULL) {
		(void)fcntl(1, F_SETFL, O_RDWR | O_NONBLOCK);
		while (write(1, "full", 4) > 0)
			continue;
	}
	for (;;)
		(void)pause();
}

static void
term_open(struct jail *j, struct term *t, enum term_use use)
{
	struct term_args a = { -1, use };
	int fds[2];

	t->used = 0;
	t->buf[0] = '\0';
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0,
	    fds), 0);
	a.fd = fds[1];
	t->pid = jail_enter(j, term_child, &a);
	assert_true(t->pid > 0);
	t->master_fd = fd_receive(fds[0], t->name, sizeof(t->name));
	assert_true(t->master_fd >= 0);
	close(fds[0]);
	close(fds[1]);
}

/* Reads what is there, without the terminal's \r; false at its end. */
static bool
term_read(struct term *t)
{
	struct pollfd p = { t->master_fd, POLLIN, 0 };
	char in[4096];
	ssize_t i, n;

	if (poll(&p, 1, 10) != 1)
		return (true);
	n = read(t->master_fd, in, sizeof(in));
	for (i = 0; i < n && t->used < sizeof(t->buf) - 1; i++)
		if (in[i] != '\r')
			t->buf[t->used++] = in[i];
	t->buf[t->used] = '\0';
	return (n > 0);
}

static bool
term_says(struct term *t, const char *text, int64_t within_ms)
{
	int64_t end_ms = jail_now_ms() + within_ms;

	while (strstr(t->buf, text) == NULL && jail_now_ms() < end_ms &&
	    term_read(t))
		continue;
	return (strstr(t->buf, text) != NULL);
}

static void
term_expect(struct term *t, const char *text)
{
	if (!term_says(t, text, LIVE_SOON_MS))
		fail_msg("no \"%s\" on %s, but:\n%s", text, t->name, t->buf);
}

/* Hung up; the shell's end is seen, which the jail's may wait for. */
static void
term_close(struct jail *j, struct term *t)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	size_t i;

	close(t->master_fd);
	while (waitpid(t->pid, NULL, WNOHANG) == 0) {
		if (jail_now_ms() > end_ms)
			fail_msg("the shell on %s does not end", t->name);
		jail_sleep_ms(2);
	}
	for (i = 0; i < j->n_entered; i++)
		if (j->entered[i] == t->pid)
			j->entered[i] = j->entered[--j->n_entered];
}

/* Types the line; its exit status, or UNSEEN.  What it said is in buf. */
static int
term_type(struct term *t, const char *line)
{
	char text[256];
	const char *p;
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	int n = snprintf(text, sizeof(text), "%s; echo st=$?\n", line);

	t->used = 0;
	t->buf[0] = '\0';
	assert_int_equal(write(t->master_fd, text, (size_t)n), n);
	for (;;) {
		for (p = t->buf; (p = strstr(p, "st=")) != NULL; p++)
			if (p[3] >= '0' && p[3] <= '9' &&
			    strchr(p, '\n') != NULL)
				return ((int)strtol(p + 3, NULL, 10));
		if (jail_now_ms() > end_ms || !term_read(t))
			return (UNSEEN);
	}
}

/*
 * The table: what was typed, what it returned and said, what the jail did.
 */
struct row {
	const char *line;
	int status;
	const char *said;
	const char *does;	/* a line of the log, NULL: nothing */
};

static void
row_print(const struct row *r)
{
	char status[8] = "-", text[64];

	if (r->status != UNSEEN)
		(void)snprintf(status, sizeof(status), "%d", r->status);
	(void)snprintf(text, sizeof(text), "%.50s", r->said);
	text[strcspn(text, "\n")] = '\0';
	printf("| %-40s | %2s | %-50s | %s\n", r->line, status, text,
	    r->does == NULL ? "" : r->does);
}

/* After the echo of what was typed; a planner's message may come late. */
static bool
row_said(struct term *t, const char *text)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	const char *p;

	for (;;) {
		p = strchr(t->buf, '\n');
		if (*text == '\0' || (p != NULL && strstr(p, text) != NULL))
			return (true);
		if (jail_now_ms() > end_ms || !term_read(t))
			return (false);
	}
}

static void
row_type(struct term *t, const struct row *r)
{
	int status = term_type(t, r->line);

	if (status != r->status || !row_said(t, r->said))
		fail_msg("%s: %d, not %d, or no \"%s\" in:\n%s", r->line,
		    status, r->status, r->said, t->buf);
	row_print(r);
}

/* One jail, in this order. */
static const struct row staying[] = {
	{ "jailctl", EX_USAGE, "jailctl: command: none is given", NULL },
	{ "jailctl --help", 0, "usage: jailctl [-c path] halt | poweroff", NULL },
	{ "jailctl -V", 0, "jailctl 0", NULL },
	{ "jailctl status", 0, "state:     run (boot mode)", NULL },
	{ "jailctl wait", 0, "", NULL },
	{ "jailctl bogus", EX_USAGE, "bogus: no such command", NULL },
	{ "jailctl halt soon", EX_USAGE, "soon: not a number", NULL },
	{ "jailctl request", EX_USAGE, "request: of which name?", NULL },
	{ "jailctl request 'a\n\033[mb'", EX_USAGE, "a??[mb: no name of a "
	    "request", NULL },
	{ "jailctl request ../rc", EX_USAGE, "../rc: no name of a request",
	    NULL },
	{ "jailctl request halt", EX_USAGE, "halt: jailctl has a command of "
	    "its own for this", NULL },
	{ "jailctl request hello", 0, "", "request hello: exit status 0" },
	{ "jailctl request nobody", 0, "", "unknown request: nobody" },
	{ "jailctl cancel", EX_UNAVAILABLE, "shutdown: nothing is planned",
	    NULL },
	{ "shutdown -c", EX_UNAVAILABLE, "shutdown: nothing is planned",
	    NULL },
	{ "shutdown --show", EX_UNAVAILABLE, "shutdown: nothing is planned",
	    NULL },
	{ "shutdown --help", 0, "usage: shutdown [-h | -p | -r | -k]", NULL },
	{ "shutdown -h later", EX_USAGE, "later: not a time: now, +minutes",
	    NULL },
	{ "shutdown -r 25:00", EX_USAGE, "25:00: not a time", NULL },
	{ "shutdown -z now", EX_USAGE, "-z: no such option", NULL },
	{ "shutdown", 0, "to be powered off at ", NULL },
	{ "shutdown --show", 0, "to be powered off at ", NULL },
	{ "shutdown -h", 0, "to be halted at ", NULL },
	{ "shutdown -r 23:30 patches, back soon", 0,
	    " 23:30:00: patches, back soon", NULL },
	{ "shutdown -r +5 bye", 0, "to be rebooted in 5 minutes.\nbye",
	    NULL },
	{ "shutdown -p +10m", 0, "to be powered off in 10 minutes.", NULL },
	{ "shutdown -h 20", 0, "to be halted in 20 minutes.", NULL },
	{ "shutdown +2h -r", 0, "to be rebooted in 2 hours.", NULL },
	{ "shutdown --no-wall -h +90", 0, "to be halted at ", NULL },
	{ "shutdown --show", 0, "to be halted at ", NULL },
	{ "shutdown -c not today", 0, "The shutdown is cancelled ***\nnot "
	    "today", NULL },
	{ "shutdown -c", EX_UNAVAILABLE, "shutdown: nothing is planned",
	    NULL },
	{ "shutdown -k now only a test", 0, "going to be powered off now."
	    "\nonly a test", NULL },
	{ "shutdown -k -r +3", 0, "going to be rebooted in 3 minutes.",
	    NULL },
	{ "jailctl cancel", 0, "The shutdown is cancelled", NULL },
	{ "halt -z", EX_USAGE, "halt: -z: no such option", NULL },
	{ "halt later", EX_USAGE, "halt: later: nothing is to be named",
	    NULL },
	{ "reboot --help", 0, "usage: reboot [-fpq]", NULL },
	{ "reboot -k", EX_USAGE, "reboot: -k: wants an argument", NULL },
	{ "reboot -c", 0, "reboot: -c: a jail has no power of its own",
	    NULL },
	{ "halt -w", 0, "halt: -w: only a record would be written", NULL },
};

#define HALTED(s)	"halt requested, gone in " #s " s at most"
#define OFF(s)		"poweroff requested, gone in " #s " s at most"
#define REBOOTED(s)	"reboot requested, gone in " #s " s at most"

/* A jail for each. */
static const struct row ending[] = {
	{ "halt", 0, "", HALTED(105) },
	{ "halt -p", 0, "", OFF(105) },
	{ "halt -l", 0, "", HALTED(105) },
	{ "halt -n", 0, "halt: -n: a jail has no disks of its own",
	    HALTED(105) },
	{ "halt --no-wall", 0, "", HALTED(105) },
	{ "halt -f", UNSEEN, "", HALTED(0) },
	{ "poweroff", 0, "", OFF(105) },
	{ "poweroff -i -d", 0, "poweroff: -i: a jail's interfaces are the "
	    "host's", OFF(105) },
	{ "poweroff -f", UNSEEN, "", OFF(0) },
	{ "poweroff --reboot", 0, "", REBOOTED(105) },
	{ "reboot", 0, "", REBOOTED(105) },
	{ "reboot now", 0, "", REBOOTED(105) },
	{ "reboot -p", 0, "", OFF(105) },
	{ "reboot -k kernel.old", 0, "reboot: -k: a jail has no kernel of its "
	    "own", REBOOTED(105) },
	{ "reboot --halt", 0, "", HALTED(105) },
	{ "reboot -q", UNSEEN, "", REBOOTED(0) },
	{ "shutdown now", 0, "going to be powered off now.", OFF(105) },
	{ "shutdown -h now", 0, "going to be halted now.", HALTED(105) },
	{ "shutdown -h now bye all", 0, "halted now.\nbye all",
	    HALTED(105) },
	{ "shutdown -r now", 0, "going to be rebooted now.", REBOOTED(105) },
	{ "shutdown now -r", 0, "going to be rebooted now.", REBOOTED(105) },
	{ "shutdown -p now", 0, "going to be powered off now.", OFF(105) },
	{ "shutdown -P 0", 0, "going to be powered off now.", OFF(105) },
	{ "shutdown -a -f -H +0", 0, "shutdown: -f: a jail has no disks of "
	    "its own to check", HALTED(105) },
	{ "shutdown -t 5 -r now", 0, "shutdown: -t: how long processes have",
	    REBOOTED(105) },
	{ "shutdown -o -n -p now", 0, "shutdown: -o: it is always jailinit",
	    OFF(105) },
	{ "shutdown -h +2s", 0, "to be halted at ", HALTED(105) },
	{ "shutdown -r +1sec", 0, "to be rebooted at ", REBOOTED(105) },
	{ "shutdown +1s", 0, "to be powered off at ", OFF(105) },
	{ "jailctl halt", 0, "", HALTED(105) },
	{ "jailctl poweroff 30", 0, "", OFF(30) },
	{ "jailctl reboot 20", 0, "", REBOOTED(20) },
	{ "jailctl shutdown -r now", 0, "going to be rebooted now.",
	    REBOOTED(105) },
};

static void
test_staying(void **state)
{
	static struct term t;
	struct jail *j = *state;
	size_t i;

	jail_make(j);
	boot(j);
	term_open(j, &t, TERM_SHELL);
	for (i = 0; i < sizeof(staying) / sizeof(staying[0]); i++) {
		row_type(&t, &staying[i]);
		if (staying[i].does != NULL)
			says(j, staying[i].does);
	}
	assert_int_equal(jail_find(j, "shutdown"), 0);
	nothing_comes(j, 100);
	term_close(j, &t);
}

static void
reboots(struct jail *j)
{
	if (jail_wait_text(j, LIVES, "x\nx\n", LIVE_SOON_MS) == -1)
		fail_msg("no new life, log:\n%s", jail_log(j));
	assert_int_equal(jail_wait_state(j, "run", LIVE_SOON_MS), 0);
}

static void
row_ends(struct jail *j, struct term *t, const struct row *r)
{
	bool at_once = strstr(r->does, " 0 s") != NULL;
	int status;

	(void)unlink(jail_path(j, GO));
	(void)unlink(jail_path(j, RAN));
	(void)unlink(jail_path(j, LIVES));
	boot_slow_end(j);
	term_open(j, t, TERM_SHELL);
	status = term_type(t, r->line);
	if ((r->status != UNSEEN && status != r->status) ||
	    !row_said(t, r->said))
		fail_msg("%s: %d, not %d, or no \"%s\" in:\n%s", r->line,
		    status, r->status, r->said, t->buf);
	says(j, r->does);
	go(j);
	term_close(j, t);
	if (strncmp(r->does, "reboot", 6) == 0)
		reboots(j);
	else
		(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_int_equal(jail_log_count(j, " requested, gone in "), 1);
	assert_int_equal(jail_exists(j, RAN), !at_once);
	row_print(r);
	assert_int_equal(jail_again(j), 0);
}

static void
test_ending(void **state)
{
	static struct term t;
	struct jail *j = *state;
	size_t i;

	jail_make(j);
	for (i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		row_ends(j, &t, &ending[i]);
}

/*
 * Planned.
 */
static int
planners(struct jail *j)
{
	return (jail_count_of(j, "shutdown"));
}

/* One that has let go of its lock takes a moment to end. */
static void
planners_are(struct jail *j, int n)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (planners(j) != n && jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	assert_int_equal(planners(j), n);
}

/* It was carried out, and its lock is to be had again. */
static void
plan_gone(struct jail *j)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (cmd(j, "shutdown --show") == 0)
		assert_true(jail_now_ms() < end_ms);
}

static void
test_replaced(void **state)
{
	struct jail *j = *state;

	jail_make(j);
	boot_slow_end(j);
	expect(j, 0, "shutdown -r +8s", 0, "to be rebooted at ");
	expect(j, 0, "shutdown -p +8s", 0, "to be powered off at ");
	planners_are(j, 1);
	expect(j, 0, "shutdown -h +9s", 0, "to be halted at ");
	planners_are(j, 1);
	says_by(j, HALTED(105), 9000 + LIVE_SOON_MS);
	jail_sleep_ms(500);
	assert_int_equal(jail_log_count(j, " requested, gone in "), 1);
	go(j);
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

static void
test_cancelled(void **state)
{
	struct jail *j = *state;

	jail_make(j);
	boot(j);
	expect(j, 0, "shutdown -r +8s", 0, "to be rebooted at ");
	assert_int_equal(jail_wait_file(j, NOLOGIN, LIVE_SOON_MS), 0);
	assert_int_equal(cmd(j, "shutdown -c"), 0);
	assert_false(jail_exists(j, NOLOGIN));
	planners_are(j, 0);
	nothing_comes(j, 8300);
	/* one that is stopped can be cancelled as well */
	expect(j, 0, "shutdown -r +8s", 0, "to be rebooted at ");
	assert_int_equal(kill(jail_find(j, "shutdown"), SIGSTOP), 0);
	assert_int_equal(cmd(j, "shutdown -c"), 0);
	planners_are(j, 0);
	assert_false(jail_exists(j, NOLOGIN));
}

/*
 * A plan that an image has planted, with a user's lock on it.
 */
#define LOCKED		"/tmp/locked"

/* In the jail: a lock of that type on the plan as user uid; 0 or errno. */
static int
plan_lock(uid_t uid, short type)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET };
	int fd;

	if (setgroups(0, NULL) == -1 || setgid(uid) == -1 ||
	    setuid(uid) == -1)
		return (errno);
	fd = open(PLAN, type == F_RDLCK ? O_RDONLY : O_RDWR);
	if (fd == -1 || fcntl(fd, F_SETLK, &l) == -1)
		return (errno);
	return (0);
}

static int
plan_hold(void *arg)
{
	if (plan_lock(NOBODY, *(const short *)arg) != 0)
		return (1);
	close(creat(LOCKED, 0644));
	for (;;)
		(void)pause();
}

static int
plan_try(void *arg)
{
	(void)arg;
	return (plan_lock(0, F_WRLCK));
}

/* The plain way is blocked, and a terminal is written to; jailctl makes a
 * plan of its own in its place, and signals nobody. */
static void
planted(struct jail *j, const char *plant, short lock)
{
	struct stat st;
	pid_t pid = 0;
	int status;

	(void)unlink(jail_path(j, LOCKED));
	assert_int_equal(jail_sh(j, plant), 0);
	if (lock != F_UNLCK) {
		pid = jail_enter(j, plan_hold, &lock);
		assert_int_equal(jail_wait_file(j, LOCKED, LIVE_SOON_MS), 0);
		status = -1;
		(void)waitpid(jail_enter(j, plan_try, NULL), &status, 0);
		assert_true(WIFEXITED(status) &&
		    (WEXITSTATUS(status) == EAGAIN ||
		    WEXITSTATUS(status) == EACCES));
		(void)cmd(j, "cat " PLAN);
		assert_non_null(strstr(said, "\033]0;mine\007"));
	}
	expect(j, 0, "shutdown --show", EX_UNAVAILABLE, "nothing is planned");
	assert_null(strchr(said, '\033'));
	expect(j, 0, "shutdown -c", EX_UNAVAILABLE, "nothing is planned");
	expect(j, 0, "shutdown -r +100s", 0, "to be rebooted at ");
	planners_are(j, 1);
	expect(j, 0, "shutdown --show", 0, "to be rebooted at ");
	assert_int_equal(lstat(jail_path(j, PLAN), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	expect(j, 0, "shutdown -c", 0, "");
	planners_are(j, 0);
	assert_int_equal(jail_sh(j, "test ! -e /tmp/keep || "
	    "grep -q kept /tmp/keep"), 0);
	if (pid != 0) {
		assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
		(void)kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		j->n_entered--;
	}
}

#define ESCAPES	"rm -rf " PLAN "; printf '\\033]0;mine\\007\\n' >" PLAN ";"

static void
test_plan_planted(void **state)
{
	struct jail *j = *state;

	if (geteuid() != 0)
		live_skip("planted plan: not root");
	jail_make(j);
	boot(j);
	planted(j, ESCAPES "chown 65534 " PLAN, F_WRLCK);
	planted(j, ESCAPES "chmod 666 " PLAN, F_WRLCK);
	planted(j, ESCAPES "chgrp 65534 " PLAN ";chmod 660 " PLAN, F_WRLCK);
	planted(j, ESCAPES "chmod 644 " PLAN, F_RDLCK);
	/* What it leads to is not emptied. */
	planted(j, "rm -rf " PLAN "; echo kept >/tmp/keep; chmod 600 "
	    "/tmp/keep; ln /tmp/keep " PLAN, F_UNLCK);
	planted(j, "rm -rf " PLAN "; ln -s /tmp/keep " PLAN, F_UNLCK);
	planted(j, "rm -rf " PLAN "; mkfifo " PLAN, F_UNLCK);
	planted(j, "rm -rf " PLAN "; mkdir " PLAN, F_UNLCK);
}

/* Many at once: one is planned, and it can be cancelled. */
static void
test_at_once(void **state)
{
	struct jail *j = *state;
	int i;

	jail_make(j);
	boot(j);
	for (i = 0; i < 3; i++) {
		(void)cmd(j, "for i in 1 2 3 4 5 6 7 8 9 10; do shutdown -r "
		    "+1$i & done; wait");
		planners_are(j, 1);
		assert_int_equal(cmd(j, "shutdown --show"), 0);
	}
	assert_int_equal(cmd(j, "shutdown -c"), 0);
	planners_are(j, 0);
	nothing_comes(j, 0);
}

/* The planner is killed: nothing happens when it is time, the next plan
 * works, and nologin, which it left, goes. */
static void
planner_kill(struct jail *j)
{
	pid_t pid;
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	expect(j, 0, "shutdown -r +8s", 0, "to be rebooted at ");
	assert_int_equal(jail_wait_file(j, NOLOGIN, LIVE_SOON_MS), 0);
	pid = jail_find(j, "shutdown");
	assert_true(pid > 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	while (jail_find(j, "shutdown") == pid && jail_now_ms() < end_ms)
		jail_sleep_ms(2);
	assert_true(jail_exists(j, NOLOGIN));	/* it could not */
}

static void
test_planner_killed(void **state)
{
	struct jail *j = *state;

	jail_make(j);
	boot(j);
	planner_kill(j);
	nothing_comes(j, 8300);
	expect(j, 0, "shutdown --show", EX_UNAVAILABLE, "nothing is planned");
	expect(j, 0, "shutdown -c", EX_UNAVAILABLE, "nothing is planned");
	assert_false(jail_exists(j, NOLOGIN));
	planner_kill(j);
	expect(j, 0, "shutdown -h +10", 0, "to be halted at ");
	assert_false(jail_exists(j, NOLOGIN));
	planners_are(j, 1);
	/* one that somebody has made by hand is not touched */
	assert_int_equal(jail_write(j, NOLOGIN, 0644, "mine\n"), 0);
	assert_int_equal(cmd(j, "shutdown -c"), 0);
	expect(j, 0, "shutdown -c", EX_UNAVAILABLE, "nothing is planned");
	assert_string_equal(jail_file(j, NOLOGIN), "mine\n");
	/* and the next is kept */
	expect(j, 0, "shutdown -h +1s", 0, "to be halted at ");
	says(j, HALTED(105));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_false(jail_exists(j, NOLOGIN));
}

/* It has no terminal to lose, no signals, no descriptors of who has called
 * it. */
static void
test_planner_alone(void **state)
{
	static struct term t;
	struct jail *j = *state;
	pid_t pid;

	jail_make(j);
	boot(j);
	expect(j, 0, "shutdown -h +20 7</etc/rc 9</etc/passwd", 0, "halted");
	pid = jail_find(j, "shutdown");
	while (proc_fds(pid) > 4)	/* who has called it is told first */
		assert_true(jail_now_ms() - j->started_ms < LIVE_SOON_MS);
	assert_int_equal(proc_fds(pid), 4);	/* 0 to 2, and the plan */
	assert_int_equal(getsid(pid), pid);	/* out of reach of a ^C */
	assert_int_equal(cmd(j, "cd /tmp; shutdown -h +20"), 0);
	assert_string_equal(jail_cwd(j, jail_find(j, "shutdown")), "/");
	assert_int_equal(cmd(j, "shutdown -h +20 <&- >&- 2>&-"), 0);
	planners_are(j, 1);
	/* (a shell cannot block a signal; env -i and trap '' are what it has) */
	assert_int_equal(cmd(j, "trap '' TERM HUP INT; shutdown -h +20"), 0);
	assert_int_equal(cmd(j, "shutdown -c"), 0);
	planners_are(j, 0);
	term_open(j, &t, TERM_SHELL);
	assert_int_equal(term_type(&t, "shutdown -h +2s"), 0);
	term_close(j, &t);
	says(j, HALTED(105));
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

/* Who waits is in another directory than who plans. */
static void
test_planner_path(void **state)
{
	struct jail *j = *state;

	jail_make(j);
	boot(j);
	expect(j, 0, "cd /var/run; jailctl -c jailinit.ctl shutdown -h +1s",
	    0, "to be halted at ");
	says(j, HALTED(105));
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

/* An end that is asked for now takes the plan's place: a planned halt must
 * not turn a reboot into one. */
static void
test_now_replaces_plan(void **state)
{
	struct jail *j = *state;

	jail_make(j);
	boot_slow_end(j);
	expect(j, 0, "shutdown -h +8s", 0, "to be halted at ");
	assert_int_equal(cmd(j, "reboot"), 0);
	says(j, REBOOTED(105));
	jail_sleep_ms(8300);
	assert_false(jail_log_has(j, "halt requested"));
	assert_false(jail_exists(j, NOLOGIN));
	go(j);
	reboots(j);
	/* killed at once, it could not clean up itself */
	(void)unlink(jail_path(j, LIVES));
	assert_int_equal(jail_write(j, LIVES, 0644, "x\n"), 0);
	expect(j, 0, "shutdown -h +3", 0, "to be halted at ");
	assert_int_equal(jail_wait_file(j, NOLOGIN, LIVE_SOON_MS), 0);
	(void)cmd(j, "reboot -f");
	reboots(j);
	assert_false(jail_exists(j, NOLOGIN));
}

/* +1s is a second, not what is left of this one. */
static void
test_whole_seconds(void **state)
{
	struct jail *j = *state;
	int64_t ms;
	int i;

	jail_make(j);
	for (i = 0; i < 3; i++) {
		boot(j);
		jail_sleep_ms(300 * i);
		ms = jail_now_ms();
		(void)cmd(j, "shutdown -h +1s");
		says(j, HALTED(105));
		assert_in_range(jail_now_ms() - ms, 990, 1000 + LIVE_LATE_MS);
		(void)live_exits(j, 0, LIVE_SOON_MS);
		assert_int_equal(jail_again(j), 0);
	}
}

static void
test_cancel_too_late(void **state)
{
	struct jail *j = *state;

	jail_make(j);
	boot_slow_end(j);
	expect(j, 0, "shutdown -h +1s", 0, "to be halted at ");
	says(j, HALTED(105));
	plan_gone(j);
	expect(j, 0, "shutdown -c", EX_UNAVAILABLE, "nothing is planned");
	go(j);
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

static void
test_nologin(void **state)
{
	struct jail *j = *state;

	jail_make(j);
	boot_slow_end(j);
	expect(j, 0, "shutdown -r +5 back soon", 0, "rebooted at ");
	assert_int_equal(jail_wait_text(j, NOLOGIN, "NO LOGINS: this system "
	    "is going to be rebooted.\nback soon\n", LIVE_SOON_MS), 0);
	expect(j, 0, "shutdown -p +6", 0, "powered off at ");
	jail_sleep_ms(100);
	assert_false(jail_exists(j, NOLOGIN));
	expect(j, 0, "shutdown -k +1", 0, "powered off at ");
	jail_sleep_ms(100);
	assert_false(jail_exists(j, NOLOGIN));
	/* as the last five minutes begin */
	expect(j, 0, "shutdown -p +305s", 0, "powered off at ");
	jail_sleep_ms(300);
	assert_false(jail_exists(j, NOLOGIN));
	assert_int_equal(jail_wait_file(j, NOLOGIN, 5000 + LIVE_SOON_MS), 0);
	assert_int_equal(cmd(j, "shutdown -c"), 0);
	assert_false(jail_exists(j, NOLOGIN));
	/* it stays while the jail ends */
	expect(j, 0, "shutdown -p +1s", 0, "powered off at ");
	says(j, OFF(105));
	assert_int_equal(jail_wait_file(j, RAN, LIVE_SOON_MS), 0);
	assert_true(jail_exists(j, NOLOGIN));
	go(j);
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_false(jail_exists(j, NOLOGIN));
}

#ifdef __linux__
/* A time from now is slept by the monotonic clock, a time of day by the
 * day's, both to an absolute time: the kernel wakes the second when the
 * clock is set past it, and the first does not mind. */
static void
assert_sleeps(struct jail *j, int clock)
{
	char path[64], text[128] = "";
	long nr = -1, id = -1;
	unsigned long flags = 0;
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/syscall",
	    (int)jail_find(j, "shutdown"));
	while (nr != SYS_clock_nanosleep && jail_now_ms() < end_ms) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd == -1 || read(fd, text, sizeof(text) - 1) < 0)
			live_skip("no /proc/PID/syscall");
		close(fd);
		(void)sscanf(text, "%ld 0x%lx 0x%lx", &nr,
		    (unsigned long *)&id, &flags);
	}
	assert_int_equal(nr, SYS_clock_nanosleep);
	assert_int_equal(id, clock);
	assert_int_equal(flags, TIMER_ABSTIME);
}

static void
test_clocks(void **state)
{
	struct jail *j = *state;

	jail_make(j);
	boot(j);
	expect(j, 0, "shutdown -r +90", 0, "rebooted at ");
	assert_sleeps(j, CLOCK_MONOTONIC);
	expect(j, 0, "shutdown -r 23:30", 0, "rebooted at ");
	assert_sleeps(j, CLOCK_REALTIME);
}
#endif

static void
test_clock_set(void **state)
{
	(void)state;
	live_skip("the clock set forward and back: no namespace has a "
	    "CLOCK_REALTIME of its own, test_clocks and test_ctl (unit) stand "
	    "in for it");
}

/*
 * Wall.
 */
#define HOSTILE	"'\033[2J\302\233 %s \007'"

static void
test_wall(void **state)
{
	static struct term shell, other, stopped, full;
	struct jail *j = *state;

	jail_make(j);
	boot(j);
	term_open(j, &shell, TERM_SHELL);
	term_open(j, &other, TERM_IDLE);
	term_open(j, &stopped, TERM_IDLE);
	term_open(j, &full, TERM_FULL);
	assert_int_equal(write(stopped.master_fd, "\023", 1), 1);
	jail_sleep_ms(500);
	assert_int_equal(term_type(&shell, "shutdown -k now hello there"), 0);
	term_expect(&shell, "This system is going to be powered off now.");
	term_expect(&other, "*** Message from root@");
	term_expect(&other, "going to be powered off now.\n");
	term_expect(&other, "hello there\n");
	assert_false(term_says(&stopped, "hello", 100));
	/* what is not printable is shown, not sent */
	expect(j, 0, "shutdown -k now " HOSTILE, 0, "");
	term_expect(&other, "\\^[[2J\\302\\233 %s \\^G\n");
	assert_null(strchr(other.buf, '\033'));
	/* at the time, too */
	expect(j, 0, "shutdown -k -r +3s again", 0, "rebooted at ");
	term_expect(&other, " seconds.\nagain\n");
	term_expect(&other, "to be rebooted now.\nagain\n");
	/* a message is bounded */
	expect(j, 0, "shutdown -k now $(head -c 20000 /dev/zero | tr '\\0' y) "
	    "end", 0, "");
	term_expect(&other, "yyyyyyyy\n");
	/* nobody, when that is asked for */
	other.used = 0;
	other.buf[0] = '\0';
	expect(j, 0, "shutdown --no-wall -k now quiet", 0, "");
	assert_false(term_says(&other, "quiet", 200));
	nothing_comes(j, 0);
	term_close(j, &shell);
}

/* Keeps of what is read the lines of messages, and counts them; a short write
 * of others may be before one. */
static _Noreturn void
busy_read(int master_fd, int *told)
{
	char buf[4096];
	size_t used = 0;
	ssize_t n;
	char *p;

	for (;;) {
		n = read(master_fd, buf + used, sizeof(buf) - 1 - used);
		if (n <= 0)
			_exit(0);
		used += (size_t)n;
		buf[used] = '\0';
		while ((p = strstr(buf, "told\r")) != NULL) {
			(*told)++;
			memset(p, '.', 4);
		}
		if (used > sizeof(buf) / 2) {
			memmove(buf, buf + used - 8, 9);
			used = 8;
		}
	}
}

/* A terminal that somebody writes to all the time is told, too. */
static void
test_wall_busy(void **state)
{
	static struct term busy;
	struct jail *j = *state;
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	int i, *told;
	pid_t pid;

	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(told != MAP_FAILED);
	*told = 0;
	jail_make(j);
	boot(j);
	term_open(j, &busy, TERM_BUSY);
	pid = fork();
	if (pid == 0)
		busy_read(busy.master_fd, told);
	assert_true(pid > 0);
	for (i = 0; i < WALLS; i++)
		(void)cmd(j, "shutdown -k now told");
	while (*told < WALLS && jail_now_ms() < end_ms)
		jail_sleep_ms(10);
	printf("%d of %d messages on a busy terminal\n", *told, WALLS);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	assert_int_equal(*told, WALLS);
}

/* Where logins are recorded, those are told. */
static void
test_wall_utmp(void **state)
{
	static struct term in, out;
	struct utmpx u[3];
	struct jail *j = *state;
	int fd;

	jail_make(j);
	boot(j);
	term_open(j, &out, TERM_IDLE);
	term_open(j, &in, TERM_IDLE);
	memset(u, 0, sizeof(u));
	u[0].ut_type = DEAD_PROCESS;
	memcpy(u[0].ut_line, out.name, strlen(out.name));
	u[1].ut_type = USER_PROCESS;	/* not ended by a NUL */
	memset(u[1].ut_line, 'x', sizeof(u[1].ut_line));
	memcpy(u[1].ut_line, "../tmp/file", 11);
	u[2].ut_type = USER_PROCESS;
	memcpy(u[2].ut_line, in.name, strlen(in.name));
	assert_int_equal(jail_write(j, "/var/run/utmp", 0644, ""), 0);
	fd = open(jail_path(j, "/var/run/utmp"), O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(fd, u, sizeof(u)), sizeof(u));
	close(fd);
	expect(j, 0, "shutdown -k now hello", 0, "");
	term_expect(&in, "hello\n");
	assert_false(term_says(&out, "hello", 200));
}

/*
 * Where it cannot be asked.
 */
static void
test_not_root(void **state)
{
	struct jail *j = *state;

	if (geteuid() != 0)
		live_skip("only root can be somebody else");
	jail_make(j);
	boot(j);
	expect(j, NOBODY, "halt", EX_NOPERM, "only root may ask for this");
	expect(j, NOBODY, "shutdown -r now", EX_NOPERM, "only root may");
	expect(j, NOBODY, "shutdown -r +5", EX_NOPERM, "only root may");
	expect(j, NOBODY, "shutdown -k now", EX_NOPERM, "only root may");
	expect(j, NOBODY, "jailctl request hello", EX_NOPERM, "only root may");
	expect(j, NOBODY, "jailctl status", 0, "state:     run");
	expect(j, NOBODY, "jailctl wait", 0, "");
	expect(j, 0, "shutdown -r +5", 0, "to be rebooted at ");
	expect(j, NOBODY, "shutdown -c", EX_NOPERM, "Permission denied");
	expect(j, NOBODY, "shutdown --show", EX_NOPERM, "Permission denied");
	/* whoever can read it could lock it, and so keep root from it */
	expect(j, NOBODY, "cat " PLAN, 1, "Permission denied");
	planners_are(j, 1);
	nothing_comes(j, 0);
}

/* Takes the FIFO away and puts something in its place. */
static void
fifo_instead(struct jail *j, const char *script)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "rm -rf " JAIL_CTL "; %s", script);
	assert_int_equal(cmd(j, text), 0);
}

static void
test_no_fifo(void **state)
{
	static const char *const lines[] = { "halt", "reboot -f",
	    "shutdown -h now", "shutdown -r +5", "shutdown -k now",
	    "jailctl poweroff 5", "jailctl request hello" };
	static const struct {
		const char *script;
		int status;
		const char *said;
	} t[] = {
		{ "true", EX_NOINPUT, "there is none: no jailinit runs here" },
		{ "mkfifo " JAIL_CTL, EX_UNAVAILABLE, "nobody listens" },
		{ "echo old >" JAIL_CTL, EX_CONFIG, "not a FIFO" },
		{ "mkdir " JAIL_CTL, EX_CONFIG, "not a FIFO" },
		{ "mkfifo /tmp/f; ln -s /tmp/f " JAIL_CTL, EX_CONFIG,
		    "not a FIFO" },
		{ "mkfifo " JAIL_CTL "; chown 65534 " JAIL_CTL "; cat "
		    JAIL_CTL " >/tmp/got 2>&1 & until ps -A -o stat,comm | "
		    "grep -q '^ *S.*cat'; do sleep 0.02; done", EX_CONFIG,
		    "another user's FIFO" },
	};
	struct jail *j = *state;
	size_t i, k;

	if (geteuid() != 0)
		live_skip("only root has other users' files");
	jail_make(j);
	boot(j);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		fifo_instead(j, t[i].script);
		for (k = 0; k < sizeof(lines) / sizeof(lines[0]); k++)
			expect(j, 0, lines[k], t[i].status, t[i].said);
		if (strncmp(t[i].script, "echo", 4) == 0)
			assert_string_equal(jail_file(j, JAIL_CTL), "old\n");
	}
	assert_string_equal(jail_file(j, "/tmp/got"), "");
	planners_are(j, 0);
	nothing_comes(j, 0);
}

static void
test_fifo_full(void **state)
{
	static char block[4096];
	struct jail *j = *state;
	int fd, unread;

	jail_make(j);
	boot(j);
	assert_int_equal(jail_signal(j, SIGSTOP), 0);
	fd = jail_ctl_open(j);
	assert_true(fd >= 0);
	memset(block, '\n', sizeof(block));
	while (write(fd, block, sizeof(block)) > 0)
		continue;
	assert_int_equal(errno, EAGAIN);
	expect(j, 0, "halt", EX_TEMPFAIL, "full, jailinit does not read it");
	expect(j, 0, "shutdown -r now", EX_TEMPFAIL, "full");
	expect(j, 0, "jailctl request hello", EX_TEMPFAIL, "full");
	assert_int_equal(jail_signal(j, SIGCONT), 0);
	do
		assert_int_equal(ioctl(fd, FIONREAD, &unread), 0);
	while (unread > 0 && jail_now_ms() - j->asked_ms < LIVE_SOON_MS);
	close(fd);
	(void)cmd(j, "halt");		/* may see its own end */
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_int_equal(jail_log_count(j, " requested, gone in "), 1);
}

/*
 * Looking.
 */
static void
test_status(void **state)
{
	struct jail *j = *state;
	char process[64];

	jail_make(j);
	assert_int_equal(jail_script(j, "/etc/rc", "exit 3"), 0);
	boot_slow_end(j);
	snprintf(process, sizeof(process), ", process %s\nrc ended:  3\n",
	    live_pid(j));
	expect(j, 0, "jailctl status", 0, "state:     run (boot mode)\n"
	    "jailinit:  0");
	assert_non_null(strstr(said, process));
	assert_null(strstr(said, "asked to"));
	assert_null(strstr(said, "gone by"));
	assert_non_null(strstr(said, "dropped:   0 requests, 0 log lines\n"));
	assert_int_equal(cmd(j, "jailctl request hello"), 0);
	assert_int_equal(jail_wait_status(j, "job", "hello", LIVE_SOON_MS),
	    0);
	expect(j, 0, "jailctl status", 0, "ran:       hello, status 0\n");
	assert_int_equal(cmd(j, "jailctl reboot 60"), 0);
	assert_int_equal(jail_wait_state(j, "shutdown", LIVE_SOON_MS), 0);
	expect(j, 0, "jailctl status", EX_TEMPFAIL,
	    "state:     shutdown (boot mode)\n");
	assert_non_null(strstr(said, "asked to:  reboot\ngone by:   2"));
	assert_non_null(strstr(said, ", in "));
}

/* Whatever is in the file, what is printed is text. */
static void
assert_text(void)
{
	const char *p;

	for (p = said; *p != '\0'; p++)
		if ((*p < ' ' && *p != '\n') || *p > '~')
			fail_msg("byte %d in: %s", *p, said);
}

static void
test_status_hostile(void **state)
{
	static const char *const texts[] = { "", "\n\n", "state", "=\n==\n",
	    "state=run\033[2J\nmode=\233boot\nversion=%s%n%x\npid=\n"
	    "boot_status=\nrequest=\a\ndeadline=99999999999999999999\n"
	    "forced=\\x1b\njob=$(halt)\njob_status=-1\ndropped_log=x\n",
	    "deadline=-9223372036854775808\nstate=\n",
	    "deadline=67768036191676800\nstate=boot", "deadline=abc\n" };
	static char big[20001];
	struct jail *j = *state;
	size_t i;

	jail_make(j);
	boot(j);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(jail_write(j, JAIL_STATUS, 0644, texts[i]),
		    0);
		assert_int_equal(cmd(j, "jailctl status"), EX_UNAVAILABLE);
		assert_text();
		assert_int_equal(cmd(j, "jailctl ready"), EX_UNAVAILABLE);
	}
	memset(big, 'A', sizeof(big) - 1);
	memcpy(big, "state=", 6);
	assert_int_equal(jail_write(j, JAIL_STATUS, 0644, big), 0);
	assert_int_equal(cmd(j, "jailctl status"), EX_UNAVAILABLE);
	assert_in_range(strlen(said), 1, 300);
	/* what is no file is not read, nor waited for */
	assert_int_equal(cmd(j, "rm " JAIL_STATUS "; mkfifo " JAIL_STATUS),
	    0);
	expect(j, 0, "jailctl status", EX_NOINPUT, JAIL_STATUS ": ");
	expect(j, 0, "jailctl wait", EX_NOINPUT, JAIL_STATUS ": ");
	assert_int_equal(cmd(j, "rm " JAIL_STATUS "; ln -s /etc/passwd "
	    JAIL_STATUS), 0);
	expect(j, 0, "jailctl status", EX_NOINPUT, JAIL_STATUS ": ");
	assert_int_equal(cmd(j, "rm " JAIL_STATUS), 0);
	expect(j, 0, "jailctl status", EX_NOINPUT, JAIL_STATUS ": No such");
}

#define WAITED	"/tmp/waited"

/* Starts jailctl wait in a jail whose rc ends when it may. */
static void
wait_begin(struct jail *j)
{
	(void)unlink(jail_path(j, GO));
	assert_int_equal(jail_start(j, NULL, JAILINIT, NULL), 0);
	assert_int_equal(jail_wait_state(j, "boot", LIVE_SOON_MS), 0);
	assert_true(jail_enter_sh(j, "jailctl wait 2>/tmp/why; echo $? >"
	    WAITED ".x; mv " WAITED ".x " WAITED) > 0);
	jail_sleep_ms(300);
	assert_false(jail_exists(j, WAITED));
}

static void
test_wait(void **state)
{
	struct jail *j = *state;

	jail_make(j);
	assert_int_equal(jail_script(j, "/etc/rc", "while ! [ -e " GO " ]; "
	    "do sleep 0.02; done; exit 3"), 0);
	wait_begin(j);
	go(j);
	assert_int_equal(jail_wait_text(j, WAITED, "3\n", LIVE_SOON_MS), 0);
	assert_int_equal(cmd(j, "jailctl wait"), 3);
	assert_int_equal(jail_again(j), 0);
	/* the jail is asked to end before it has booted */
	assert_int_equal(unlink(jail_path(j, WAITED)), 0);
	assert_int_equal(jail_script(j, "/etc/rc.shutdown", "while ! [ -e "
	    WAITED " ]; do sleep 0.02; done"), 0);
	wait_begin(j);
	assert_int_equal(cmd(j, "halt"), 0);
	assert_int_equal(jail_wait_text(j, WAITED, "75\n", LIVE_SOON_MS), 0);
	assert_string_equal(jail_file(j, "/tmp/why"),
	    "jailctl: the jail is going: shutdown\n");
}

/* A liveness and a readiness probe, and who waits, in each state. */
static void
probes(struct jail *j, int status, int ready, const char *why)
{
	uid_t other = geteuid() == 0 ? NOBODY : 0;

	expect(j, 0, "jailctl status", status, "");
	expect(j, other, "jailctl status", status, "");
	expect(j, 0, "jailctl ready", ready, why);
	expect(j, other, "jailctl ready", ready, why);
	if (*why == '\0')
		assert_string_equal(said, "");
}

static void
test_probes(void **state)
{
	static const char *const stale[] = { "pid=1234567", "pid=0", "pid=-1",
	    "pid=99999999999", "pid=", "pid=1\nstate=gone" };
	struct jail *j = *state;
	char text[64];
	size_t i;

	jail_make(j);
	assert_int_equal(jail_script(j, "/etc/rc", "while ! [ -e " GO " ]; "
	    "do sleep 0.02; done"), 0);
	(void)unlink(jail_path(j, GO));
	assert_int_equal(jail_script(j, "/etc/rc.shutdown",
	    "exec sleep 1000"), 0);
	assert_int_equal(jail_start(j, NULL, JAILINIT, NULL), 0);
	assert_int_equal(jail_wait_state(j, "boot", LIVE_SOON_MS), 0);
	probes(j, 0, EX_TEMPFAIL, "jailctl: not ready: boot\n");
	go(j);
	assert_int_equal(jail_wait_state(j, "run", LIVE_SOON_MS), 0);
	probes(j, 0, 0, "");
	/* the pid that nobody has; what is no pid; gone, and not removed */
	for (i = 0; i < sizeof(stale) / sizeof(stale[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s\nstate=run\n",
		    stale[i]);
		assert_int_equal(jail_write(j, "/tmp/s", 0644, text), 0);
		expect(j, 0, "jailctl -f /tmp/s status", EX_UNAVAILABLE,
		    "/tmp/s: the jailinit that wrote it is not there\n");
		expect(j, 0, "jailctl -f /tmp/s ready", EX_UNAVAILABLE,
		    "is not there\n");
		expect(j, 0, "jailctl -f /tmp/s wait", EX_UNAVAILABLE,
		    "is not there\n");
	}
	assert_int_equal(cmd(j, "halt"), 0);
	assert_int_equal(jail_wait_state(j, "shutdown", LIVE_SOON_MS), 0);
	probes(j, EX_TEMPFAIL, EX_TEMPFAIL,
	    "jailctl: the jail is going: shutdown\n");
	assert_int_equal(jail_again(j), 0);
	/* what is never ready */
	assert_int_equal(jail_script(j, "/etc/rc", "exit 3"), 0);
	live_boot(j, NULL);
	probes(j, 0, 3, "");
}

/*
 * Other jails.
 */
static void
test_app_mode(void **state)
{
	struct jail *j = *state;

	jail_make(j);
	assert_int_equal(jail_start(j, NULL, JAILINIT, "--", "/bin/sleep",
	    "1000", NULL), 0);
	assert_int_equal(jail_wait_state(j, "run", LIVE_SOON_MS), 0);
	expect(j, 0, "jailctl status", 0, "state:     run (app mode)\n");
	expect(j, 0, "jailctl wait", 0, "");
	probes(j, 0, 0, "");
	(void)cmd(j, "halt");
	(void)live_exits(j, 128 + SIGTERM, LIVE_SOON_MS);
}

/* An image of nobody's: no /run, no /var; or paths of its own. */
static void
test_no_run(void **state)
{
	struct jail *j = *state;
	char away[PATH_MAX];

	jail_make(j);
	(void)snprintf(away, sizeof(away), "%s", jail_path(j, "/away"));
	assert_int_equal(rename(jail_path(j, "/var"), away), 0);
	assert_int_equal(jail_start(j, NULL, JAILINIT, "--", "/bin/sleep",
	    "1000", NULL), 0);
	says(j, "/var/run/jailinit.ctl: ");
	expect(j, 0, "jailctl status", EX_NOINPUT, "No such file");
	expect(j, 0, "jailctl ready", EX_NOINPUT, "No such file");
	assert_int_equal(jail_signal(j, SIGTERM), 0);
	(void)live_exits(j, 128 + SIGTERM, LIVE_SOON_MS);
	assert_int_equal(jail_again(j), 0);
	assert_int_equal(jail_start(j, NULL, JAILINIT, "-c", "/tmp/c", "-f",
	    "/tmp/s", "--", "/bin/sleep", "1000", NULL), 0);
	assert_int_equal(jail_wait_file(j, "/tmp/s", LIVE_SOON_MS), 0);
	expect(j, 0, "jailctl -f /tmp/s status", 0, "state:     run (app mod");
	expect(j, 0, "jailctl -f /tmp/s ready", 0, "");
	expect(j, 0, "jailctl -f /tmp/s wait", 0, "");
	(void)cmd(j, "jailctl -c /tmp/c halt");
	(void)live_exits(j, 128 + SIGTERM, LIVE_SOON_MS);
	assert_false(jail_exists(j, "/tmp/c"));
	assert_false(jail_exists(j, "/var"));
}

static void
test_musl(void **state)
{
	static struct term t;
	struct jail *j = *state;
	const char *musl = getenv("JAILINIT_MUSL");
	const char *slash = musl == NULL ? NULL : strrchr(musl, '/');
	char path[PATH_MAX] = "";

	if (slash != NULL)
		(void)snprintf(path, sizeof(path), "%.*s/jailctl",
		    (int)(slash - musl), musl);
	if (access(path, X_OK) == -1)
		live_skip("no jailctl beside JAILINIT_MUSL");
	jail_make(j);
	install(j, path);
	boot(j);
	term_open(j, &t, TERM_SHELL);
	assert_int_equal(term_type(&t, "jailctl -V"), 0);
	assert_int_equal(term_type(&t, "reboot -n --help"), 0);
	assert_int_equal(term_type(&t, "halt -z"), EX_USAGE);
	term_expect(&t, "halt: -z: no such option");
	assert_int_equal(term_type(&t, "shutdown now -k hello"), 0);
	term_expect(&t, "hello\n");
	assert_int_equal(term_type(&t, "shutdown -h +20s"), 0);
	term_expect(&t, "to be halted in ");
	assert_int_equal(term_type(&t, "shutdown -r 23:30"), 0);
	assert_int_equal(term_type(&t, "shutdown -c"), 0);
	assert_int_equal(term_type(&t, "jailctl status"), 0);
	assert_int_equal(term_type(&t, "jailctl halt 30"), 0);
	says(j, HALTED(30));
	term_close(j, &t);
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_staying),
		LIVE_TEST(test_ending),
		LIVE_TEST(test_replaced),
		LIVE_TEST(test_cancelled),
		LIVE_TEST(test_at_once),
		LIVE_TEST(test_plan_planted),
		LIVE_TEST(test_planner_killed),
		LIVE_TEST(test_planner_alone),
		LIVE_TEST(test_planner_path),
		LIVE_TEST(test_now_replaces_plan),
		LIVE_TEST(test_whole_seconds),
		LIVE_TEST(test_cancel_too_late),
		LIVE_TEST(test_nologin),
		LIVE_ONLY_LINUX(test_clocks,
		    "no /proc/PID/syscall"),
		LIVE_TEST(test_clock_set),
		LIVE_TEST(test_wall),
		LIVE_TEST(test_wall_busy),
		LIVE_LINUX(test_wall_utmp, "the format of utmp"),
		LIVE_TEST(test_not_root),
		LIVE_TEST(test_no_fifo),
		LIVE_TEST(test_fifo_full),
		LIVE_TEST(test_status),
		LIVE_TEST(test_status_hostile),
		LIVE_TEST(test_probes),
		LIVE_TEST(test_no_run),
		LIVE_TEST(test_wait),
		LIVE_TEST(test_app_mode),
		LIVE_TEST(test_musl),
	};

	LIVE_MAIN("ctl");
}
