/* SPDX-License-Identifier: BSD-2-Clause */
/* What the live tests of jailctl share, see ctl.h.  Touches the test's jail,
 * where the commands run. */
#include "ctl.h"

#include <sys/ioctl.h>
#include <sys/socket.h>

#include <grp.h>
#include <poll.h>

char ctl_said[8192];

/*
 * The jail.
 */
void
ctl_install(struct jail *j, const char *program)
{
	static const char *const names[] = { "halt", "poweroff", "reboot",
	    "shutdown", "init", "telinit" };
	char path[64];
	size_t i;

	live_ok(jail_copy(j, program, "/sbin/jailctl"));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "/bin/%s", names[i]);
		(void)unlink(jail_path(j, path));	/* busybox's */
		(void)snprintf(path, sizeof(path), "/sbin/%s", names[i]);
		(void)unlink(jail_path(j, path));
		live_ok(symlink("jailctl", jail_path(j, path)));
	}
}

void
ctl_jail(struct jail *j)
{
	const char *program = getenv("JAILCTL");

	ctl_install(j, program != NULL && *program != '\0' ? program :
	    "build/jailctl");
	if (strcmp(SHELL, "/bin/sh") != 0)
		live_ok(jail_copy(j, SHELL, SHELL));
	live_ok(jail_script(j, "/etc/rc", "echo x >>" LIVES));
	live_ok(jail_script(j, "/etc/rc.request.d/hello", "echo hello"));
}

void
ctl_boot(struct jail *j)
{
	static const struct jail_opts o = { .pts = true };

	live_boot(j, &o);
}

void
ctl_boot_slow_end(struct jail *j)
{
	live_ok(jail_script(j, "/etc/rc.shutdown", "echo x >>" RAN
	    "; while ! [ -e " GO " ]; do sleep 0.02; done"));
	ctl_boot(j);
}

void
ctl_go(struct jail *j)
{
	live_ok(jail_write(j, GO, 0644, ""));
}

void
ctl_says_by(struct jail *j, const char *text, int64_t within_ms)
{
	if (jail_wait_log(j, text, within_ms) == -1)
		fail_msg("no \"%s\" in the log:\n%s", text, jail_log(j));
}

void
ctl_says(struct jail *j, const char *text)
{
	ctl_says_by(j, text, LIVE_SOON_MS);
}

void
ctl_nothing(struct jail *j, int64_t ms)
{
	jail_sleep_ms(ms);
	assert_false(jail_log_has(j, " requested, gone in "));
	assert_string_equal(jail_status(j, "state"), "run");
}

/*
 * Commands.
 */
struct cmd {
	uid_t uid;
	const char *line;
	int fd;
};

static int
environment(void)
{
	return (setenv("PATH", "/sbin:/bin:/usr/bin:/usr/sbin", 1) |
	    setenv("PS1", "# ", 1) | unsetenv("USER") | setenv("ASAN_OPTIONS",
	    "log_path=/tmp/asan:detect_leaks=0", 1) | setenv("UBSAN_OPTIONS",
	    "log_path=/tmp/asan", 1));
}

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

int
ctl_as(struct jail *j, uid_t uid, const char *line)
{
	struct cmd c = { uid, line, -1 };
	struct pollfd p = { -1, POLLIN, 0 };
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	size_t used = 0;
	ssize_t n = 1;
	int fds[2], st = -1;
	pid_t pid;

	live_ok(pipe2(fds, O_CLOEXEC));
	c.fd = fds[1];
	pid = jail_enter(j, cmd_child, &c);
	close(fds[1]);
	assert_true(pid > 0);
	p.fd = fds[0];
	while (n > 0 && jail_now_ms() < end_ms) {
		if (poll(&p, 1, 20) != 1)
			continue;
		n = read(fds[0], ctl_said + used, sizeof(ctl_said) - 1 - used);
		used += n > 0 ? (size_t)n : 0;
	}
	ctl_said[used] = '\0';
	close(fds[0]);
	if (n > 0)
		fail_msg("%s: blocks, or its output is held; it says: %s",
		    line, ctl_said);
	j->n_entered--;
	assert_int_equal(waitpid(pid, &st, 0), pid);
	return (WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st));
}

int
ctl_cmd(struct jail *j, const char *line)
{
	return (ctl_as(j, 0, line));
}

void
expect(struct jail *j, uid_t uid, const char *line, int status,
    const char *text)
{
	int got = ctl_as(j, uid, line);

	if (got != status || strstr(ctl_said, text) == NULL)
		fail_msg("%s: %d, not %d, and no \"%s\" in: %s", line, got,
		    status, text, ctl_said);
}

/*
 * A terminal of the jail's.
 */
struct term_args {
	int fd;
	enum term_use use;
};

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

void
term_open(struct jail *j, struct term *t, enum term_use use)
{
	struct term_args a = { -1, use };
	int fds[2];

	t->used = 0;
	t->buf[0] = '\0';
	live_ok(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds));
	a.fd = fds[1];
	t->pid = jail_enter(j, term_child, &a);
	assert_true(t->pid > 0);
	t->master_fd = fd_receive(fds[0], t->name, sizeof(t->name));
	assert_true(t->master_fd >= 0);
	close(fds[0]);
	close(fds[1]);
}

bool
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

bool
term_says(struct term *t, const char *text, int64_t within_ms)
{
	int64_t end_ms = jail_now_ms() + within_ms;

	while (strstr(t->buf, text) == NULL && jail_now_ms() < end_ms &&
	    term_read(t))
		continue;
	return (strstr(t->buf, text) != NULL);
}

void
term_expect(struct term *t, const char *text)
{
	if (!term_says(t, text, LIVE_SOON_MS))
		fail_msg("no \"%s\" on %s, but:\n%s", text, t->name, t->buf);
}

void
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

int
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

static int
planners(struct jail *j)
{
	return (jail_count_of(j, "shutdown"));
}

void
ctl_planners(struct jail *j, int n)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (planners(j) != n && jail_now_ms() < end_ms)
		jail_sleep_ms(5);
	assert_int_equal(planners(j), n);
}

void
ctl_reboots(struct jail *j)
{
	if (jail_wait_text(j, LIVES, "x\nx\n", LIVE_SOON_MS) == -1)
		fail_msg("no new life, log:\n%s", jail_log(j));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
}
