/* SPDX-License-Identifier: BSD-2-Clause */
/* What the live tests of jailkill share, see kill.h.  Touches a temporary
 * directory, and a world of the tests' own. */
#include "kill.h"
#include "probe.h"

#ifdef __linux__
#define KILL_CLOSE_AT_EXEC	4	/* of close_range(2) */
#endif
#define KILL_TEXTS	1024	/* texts of one test */

struct jail kill_more[KILL_MORE];
struct kill kill_last;

static char *kill_texts[KILL_TEXTS];
static size_t kill_n_texts;

extern char **environ;

void
kill_world(void)
{
	static char dir[] = "/tmp/jails.XXXXXX";
	int hold_fd;

	if (live_cannot() != NULL)
		return;
	if (mkdtemp(dir) == NULL || chmod(dir, 0755) == -1 ||
	    setenv("TMPDIR", dir, 1) == -1) {
		perror(dir);
		exit(1);
	}
	if (jail_janitor(dir, &hold_fd) == -1)
		exit(1);
	jail_world();
}

struct jail *
kill_another(int i)
{
	live_ok(jail_new(&kill_more[i]));
	return (&kill_more[i]);
}

#ifdef __linux__
pid_t
kill_chroot(struct jail *j, const char *root, const char *path)
{
	int log_fd = open(j->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
	    0644);
	int p[2];
	char c;
	pid_t pid;

	live_ok(pipe2(p, O_CLOEXEC));
	fflush(NULL);
	pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL,
	    NULL, NULL);
	if (pid == 0) {
		(void)die_with_parent();
		(void)setsid();
		(void)dup2(log_fd, 1);
		(void)dup2(log_fd, 2);
		(void)syscall(SYS_close_range, 3, ~0U, KILL_CLOSE_AT_EXEC);
		if (chroot(root) == 0 && chdir("/") == 0)
			execl(path, path, (char *)NULL);
		_exit(125);
	}
	close(log_fd);
	close(p[1]);
	assert_true(pid > 0);
	assert_int_equal(read(p[0], &c, 1), 0);
	close(p[0]);
	j->entered[j->n_entered++] = pid;
	return (pid);
}
#endif

const char *
kill_fmt(const char *fmt, ...)
{
	va_list ap;

	assert_true(kill_n_texts < KILL_TEXTS);
	va_start(ap, fmt);
	assert_int_not_equal(vasprintf(&kill_texts[kill_n_texts], fmt, ap), -1);
	va_end(ap);
	return (kill_texts[kill_n_texts++]);
}

#ifdef __linux__
const char *
kill_pid_name(pid_t pid)
{
	return (kill_fmt("pid=%d", (int)pid));
}
#else
const char *
kill_pid_name(pid_t pid)
{
	return (kill_fmt("%d", proc_jid(pid)));
}
#endif

void
kill_boot_plain(struct jail *j, const char *script)
{
	live_ok(jail_script(j, "/etc/plain", script));
	live_ok(jail_start(j, NULL, "/bin/sh", "/etc/plain", NULL));
	live_ok(jail_wait_file(j, "/tmp/ready", LIVE_SOON_MS));
}

void
kill_boot_probe(struct jail *j, const char *last)
{
	live_ok(probe_install(j));
	live_ok(jail_start(j, NULL, PROBE, "signals", GOT, last, NULL));
	/* it catches them now */
	live_ok(jail_wait_text(j, GOT, "ready\n", LIVE_SOON_MS));
	live_ok(jail_wait_text(j, GOT ".child", "ready\n", LIVE_SOON_MS));
}

void
kill_boot(struct jail *j, const char *rc_shutdown, const char *leave)
{
	live_ok(jail_script(j, "/etc/rc", "echo >>/tmp/lives"));
	if (rc_shutdown != NULL)
		live_ok(jail_script(j, "/etc/rc.shutdown", rc_shutdown));
	live_ok(jail_start(j, NULL, "/sbin/jailinit", leave == NULL ? NULL :
	    "-l", leave, NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
}

void
kill_lives(struct jail *j, int n)
{
	assert_int_equal(jail_wait(j, 0, NULL), -1);
	if (n > 0)
		live_ok(jail_wait_count(j, n, LIVE_SOON_MS));
}

void
kill_gone(struct jail *j)
{
	assert_int_not_equal(jail_wait(j, LIVE_SOON_MS, NULL), -1);
#ifndef __linux__	/* who entered may be there, not yet reaped */
	(void)jail_wait_count(j, 0, LIVE_SOON_MS);
#endif
	assert_int_equal(jail_count(j), 0);
}

bool
kill_stops(pid_t pid)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (proc_state(pid) != 'T' && jail_now_ms() < end_ms)
		jail_sleep_ms(1);
	return (proc_state(pid) == 'T');
}

void
kill_stop_first(struct jail *j)
{
	live_ok(jail_signal(j, SIGSTOP));
	assert_true(kill_stops(j->pid));
}

const char *
kill_rt(int n)
{
	return (kill_fmt("%d", JAIL_SIGRTMIN + n));
}

int
kill_teardown(void **state)
{
	int e = 0, i;

	while (kill_n_texts > 0)
		free(kill_texts[--kill_n_texts]);
	for (i = 0; i < KILL_MORE; i++)
		e |= jail_free(&kill_more[i]);
	return (live_teardown(state) | e);
}

uint64_t
kill_jid_of(pid_t pid)
{
	uint64_t jid = 0;

	if (jailkill_find(kill_pid_name(pid), &jid) == -1)
		print_error("pid=%d: %s\n", (int)pid, strerror(errno));
	assert_int_not_equal(jid, 0);
	return (jid);
}

const char *
kill_jid(const struct jail *j)
{
	if (j->jid != 0)
		return (kill_fmt("%d", j->jid));
	return (kill_fmt("%llu", (unsigned long long)kill_jid_of(j->pid)));
}

const char *
kill_name(const struct jail *j)
{
	return (kill_fmt("%s (%s)", kill_jid(j), j->jid == 0 ? j->root :
	    j->name));
}

const char *
kill_short(const struct jail *j)
{
	return (j->jid == 0 ? kill_jid(j) : kill_name(j));
}

/*
 * Running it.
 */
static int
kill_program(void)
{
	const char *p = getenv("JAILKILL");

	return (open(p != NULL && *p != '\0' ? p : "build/jailkill",
	    O_RDONLY | O_CLOEXEC));
}

static void
kill_fd_set(int fd, int to)
{
	if (fd == KILL_FD_CLOSED)
		close(to);
	else
		(void)dup2(fd, to);
}

/* By its descriptor, so that a user who cannot reach the file can run it. */
static _Noreturn void
kill_child(const struct kill *k, const struct kill_opts *o, char **argv)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int fd = fcntl(kill_program(), F_DUPFD_CLOEXEC, 10);

	(void)die_with_parent();
	kill_fd_set(o->out_fd != 0 ? o->out_fd : k->out_fd, 1);
	kill_fd_set(o->err_fd != 0 ? o->err_fd : k->err_fd, 2);
	if (o->before_exec != NULL)
		o->before_exec(o->arg);
	if (o->uid != 0 && (setresgid(o->uid, o->uid, o->uid) == -1 ||
	    setresuid(o->uid, o->uid, o->uid) == -1))
		_exit(126);
	kill_fd_set(o->in_fd != 0 ? o->in_fd : null_fd, 0);
	fexecve(fd, argv, environ);
	_exit(127);
}

void
kill_start_argv(struct kill *k, const struct kill_opts *o, char **argv)
{
	static const struct kill_opts none;

	k->out_fd = memfd_create("out", MFD_CLOEXEC);
	k->err_fd = memfd_create("err", MFD_CLOEXEC);
	k->began_ms = jail_now_ms();
	fflush(NULL);
	k->pid = fork();
	if (k->pid == 0)
		kill_child(k, o == NULL ? &none : o, argv);
	assert_true(k->pid > 0);
}

void
kill_start(struct kill *k, const struct kill_opts *o, const char *arg, ...)
{
	char *argv[KILL_ARGV_MAX];

	KILL_ARGV(arg, argv);
	kill_start_argv(k, o, argv);
}

static void
kill_text(int fd, char *buf, size_t size)
{
	ssize_t n = pread(fd, buf, size - 1, 0);

	buf[n < 0 ? 0 : n] = '\0';
	close(fd);
}

static int
kill_status(int st)
{
	return (WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st));
}

int
kill_wait(struct kill *k, int64_t within_ms)
{
	int64_t end_ms = jail_now_ms() + within_ms;
	int st = 0;
	pid_t r;

	while ((r = waitpid(k->pid, &st, WNOHANG)) == 0 &&
	    jail_now_ms() < end_ms)
		jail_sleep_ms(1);
	if (r == 0) {
		(void)kill(k->pid, SIGKILL);
		(void)waitpid(k->pid, NULL, 0);
	}
	k->took_ms = jail_now_ms() - k->began_ms;
	kill_text(k->out_fd, k->out, sizeof(k->out));
	kill_text(k->err_fd, k->err, sizeof(k->err));
	return (r == 0 ? -1 : kill_status(st));
}

int
kill_run(const struct kill_opts *o, const char *arg, ...)
{
	char *argv[KILL_ARGV_MAX];

	KILL_ARGV(arg, argv);
	kill_start_argv(&kill_last, o, argv);
	return (kill_wait(&kill_last, KILL_LONG_MS));
}

/*
 * What it said.
 */

const char *
kill_list_line(jailid_t jid, pid_t pid, const char *state, const char *root)
{
	return (kill_fmt("%-10llu %7ld %-8s * %s\n", (unsigned long long)jid,
	    (long)pid, state, root));
}

int
kill_lines(const char *text)
{
	int n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return (n);
}

bool
kill_like(const char *text, const char *pattern)
{
	size_t n;

	for (; *pattern != '\0'; pattern++)
		if (*pattern == '#') {
			n = strspn(text, "0123456789");
			if (n == 0 || text[n] != '.' ||
			    strspn(text + n + 1, "0123456789") != 1)
				return (false);
			text += n + 2;
		} else if (*pattern == '*') {
			for (n = strcspn(text, "\n"); n > 0; n--, text++)
				if (kill_like(text, pattern + 1))
					return (true);
		} else if (*text++ != *pattern)
			return (false);
	return (*text == '\0');
}

void
kill_says_like(const struct kill *k, int status, int status_wanted,
    const char *out, const char *err)
{
	if (status != status_wanted || !kill_like(k->out, out) ||
	    !kill_like(k->err, err))
		print_error("exit status %d, not %d\nout:\n%s---\nnot:\n%s---"
		    "\nerr:\n%s---\nnot:\n%s---\n", status, status_wanted,
		    k->out, out, k->err, err);
	assert_int_equal(status, status_wanted);
	assert_true(kill_like(k->out, out));
	assert_true(kill_like(k->err, err));
}
