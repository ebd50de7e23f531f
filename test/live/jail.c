/* SPDX-License-Identifier: BSD-2-Clause */
/* The harness of the live tests, as far as all systems have it in common.
 * Touches a temporary directory; the rest is the system's part, harness.h. */
#include <sys/types.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

#define TEXT_MAX	(1024 * 1024)
#define ENV_MAX		32
#define ENTER_MS	10000	/* to say that one is inside */
#define IDLE_MS		500	/* longer than from one look for zombies to the
				 * next */

int
complain(const char *what, const char *name)
{
	fprintf(stderr, "jail: %s %s: %s\n", what, name, strerror(errno));
	return (-1);
}

int64_t
jail_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

void
jail_sleep_ms(int64_t ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&ts, &ts) == -1 && errno == EINTR)
		continue;
}

int64_t
jail_slack(int64_t ms)
{
	const char *s = getenv("JAIL_SLACK");
	long n = s == NULL ? 1 : strtol(s, NULL, 10);

	return (n > 1 ? ms * n : ms);
}

static int
compare_ms(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x < y ? -1 : x > y);
}

int64_t
jail_median(int64_t *v, size_t n)
{
	qsort(v, n, sizeof(*v), compare_ms);
	return (v[n / 2]);
}

/*
 * Files.
 */
int
text_read(const char *path, char *buf, size_t size)
{
	size_t used = 0;
	ssize_t n;
	int fd;

	buf[0] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return (-1);
	while (used < size - 1 &&
	    (n = read(fd, buf + used, size - 1 - used)) > 0)
		used += (size_t)n;
	close(fd);
	buf[used] = '\0';
	return (0);
}

int
text_write(const char *path, const char *text)
{
	size_t len = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1)
		return (-1);
	n = write(fd, text, len);
	close(fd);
	return (n == (ssize_t)len ? 0 : -1);
}

int
folders_make(const char *path)
{
	char buf[PATH_MAX];
	char *p;

	snprintf(buf, sizeof(buf), "%s", path);
	for (p = buf + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		if (mkdir(buf, 0755) == -1 && errno != EEXIST)
			return (complain("mkdir", buf));
		*p = '/';
	}
	return (0);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	(void)remove(path);
	return (0);
}

/* What is still ending may be at work in there for a while. */
static void
all_remove(const char *dir)
{
	bool left;
	int i;

	for (i = 0; i < 200; i++) {
		left = !sys_dir_leave(dir);
		if (sys_dir_is_bare(dir))
			(void)nftw(dir, remove_one, 32,
			    FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
		if (!left && access(dir, F_OK) == -1)
			break;
		jail_sleep_ms(10);
	}
}

pid_t
jail_janitor(const char *dir, int *hold_fd)
{
	int p[2];
	pid_t pid;
	char c;

	if (pipe2(p, O_CLOEXEC) == -1)
		return (complain("pipe", ""));
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)setsid();
		/* Nor is the pipe of another janitor kept open. */
		(void)dup2(p[0], 0);
		closefrom(3);
		while (read(0, &c, 1) == -1 && errno == EINTR)
			continue;
		if (access(dir, F_OK) == 0)
			all_remove(dir);
		_exit(0);
	}
	close(p[0]);
	*hold_fd = p[1];
	return (pid == -1 ? complain("fork", "") : pid);
}

static void
janitor_end(struct jail *j)
{
	close(j->janitor_fd);
	if (j->janitor > 0)
		(void)waitpid(j->janitor, NULL, 0);
}

static _Noreturn void
outside_abort(const char *what, const char *path)
{
	fprintf(stderr, "jail: %s is not in the jail: %s: the run ends\n",
	    path, what);
	fflush(NULL);
	_exit(JAIL_OUTSIDE);
}

const char *
jail_path(const struct jail *j, const char *path)
{
	static char buf[PATH_MAX];

	size_t len;

	if (j->root[0] != '/')
		outside_abort("no root", path);
	sys_root_path(j, buf, sizeof(buf));
	len = strlen(buf);
	snprintf(buf + len, sizeof(buf) - len, "%s", path);
	return (buf);
}

/* The jail's root for sys_inside_open(), or -1. */
static int
root_open(const struct jail *j)
{
	return (open(jail_path(j, "/"), JAIL_O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/* The folders above a path, and a new file there. */
static int
inside_create(int root_fd, const char *path)
{
	char buf[PATH_MAX], *p;
	int dir_fd, fd;

	dir_fd = sys_inside_open(root_fd, "/", JAIL_O_PATH | O_DIRECTORY, 0);
	snprintf(buf, sizeof(buf), "%s", path);
	for (p = buf + 1; dir_fd != -1 && (p = strchr(p, '/')) != NULL;
	    *p++ = '/') {
		*p = '\0';
		(void)mkdirat(dir_fd, strrchr(buf, '/') + 1, 0755);
		close(dir_fd);
		dir_fd = sys_inside_open(root_fd, buf,
		    JAIL_O_PATH | O_DIRECTORY, 0);
	}
	if (dir_fd == -1)
		return (-1);
	p = strrchr(buf, '/') + 1;
	(void)unlinkat(dir_fd, p, 0);
	fd = openat(dir_fd, p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	close(dir_fd);
	return (fd);
}

static void
inside_unlink(const struct jail *j, const char *path)
{
	char dir[PATH_MAX];
	int dir_fd, root_fd = root_open(j);

	snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(path, '/') - path),
	    path);
	dir_fd = sys_inside_open(root_fd, dir, JAIL_O_PATH | O_DIRECTORY, 0);
	(void)unlinkat(dir_fd, strrchr(path, '/') + 1, 0);
	close(root_fd);
	if (dir_fd != -1)
		close(dir_fd);
}

int
file_copy(const struct jail *j, const char *from, const char *to)
{
	char buf[65536];
	int in, out, root_fd;
	ssize_t n = -1;

	in = open(from, O_RDONLY | O_CLOEXEC);
	if (in == -1)
		return (complain("open", from));
	root_fd = root_open(j);
	out = inside_create(root_fd, to);
	close(root_fd);
	if (out != -1)
		while ((n = read(in, buf, sizeof(buf))) > 0)
			if (write(out, buf, (size_t)n) != n) {
				n = -1;
				break;
			}
	close(in);
	if (out == -1 || fchmod(out, 0755) == -1 || close(out) == -1 ||
	    n == -1)
		return (complain("copy to", to));
	return (0);
}

int
jail_write(const struct jail *j, const char *path, mode_t mode,
    const char *text)
{
	size_t len = strlen(text);
	int fd, root_fd = root_open(j);
	bool ok;

	fd = inside_create(root_fd, path);
	close(root_fd);
	if (fd == -1)
		return (complain("create", path));
	ok = write(fd, text, len) == (ssize_t)len && fchmod(fd, mode) == 0;
	if (close(fd) == -1 || !ok)
		return (complain("write", path));
	return (0);
}

int
jail_script(const struct jail *j, const char *path, const char *text)
{
	char buf[16384];

	snprintf(buf, sizeof(buf), "#!/bin/sh\n%s\n", text);
	return (jail_write(j, path, 0755, buf));
}

/* In a wait for something: whether it may still come.  Process 1 is not
 * reaped here, so that a test can look at how it ended. */
static bool
may_come(const struct jail *j, const char *what, int64_t end_ms)
{
	struct pollfd p = { j->pidfd, POLLIN, 0 };
	siginfo_t si = { 0 };

	if (j->pid != 0 && j->ended_ms == 0 && poll(&p, 1, 0) == 1 &&
	    (p.revents & POLLIN) != 0) {
		(void)waitid(P_PID, (id_t)j->pid, &si,
		    WEXITED | WNOHANG | WNOWAIT);
		fprintf(stderr, "jail: no %s: process 1 has ended, %s %d, "
		    "log:\n%s", what, si.si_code == CLD_EXITED ? "exit" :
		    "signal", si.si_status, jail_log(j));
		return (false);
	}
	if (jail_now_ms() < end_ms) {
		jail_sleep_ms(POLL_MS);
		return (true);
	}
	fprintf(stderr, "jail: no %s in time\n", what);
	return (false);
}

bool
jail_exists(const struct jail *j, const char *path)
{
	struct stat st;

	return (lstat(jail_path(j, path), &st) == 0);
}

int
jail_wait_file(const struct jail *j, const char *path, int64_t timeout_ms)
{
	int64_t end_ms = jail_now_ms() + timeout_ms;

	while (!jail_exists(j, path))
		if (!may_come(j, path, end_ms))
			return (jail_exists(j, path) ? 0 : -1);
	return (0);
}

int
jail_wait_text(const struct jail *j, const char *path, const char *text,
    int64_t timeout_ms)
{
	int64_t end_ms = jail_now_ms() + timeout_ms;

	while (strcmp(jail_file(j, path), text) != 0) {
		if (may_come(j, path, end_ms))
			continue;
		if (strcmp(jail_file(j, path), text) == 0)
			break;
		fprintf(stderr, "jail: %s: \"%s\", not \"%s\"\n", path,
		    jail_file(j, path), text);
		return (-1);
	}
	return (0);
}

const char *
jail_file(const struct jail *j, const char *path)
{
	static char buf[TEXT_MAX];

	(void)text_read(jail_path(j, path), buf, sizeof(buf));
	return (buf);
}

const char *
jail_log(const struct jail *j)
{
	static char buf[TEXT_MAX];

	(void)text_read(j->log, buf, sizeof(buf));
	return (buf);
}

bool
jail_log_has(const struct jail *j, const char *text)
{
	return (strstr(jail_log(j), text) != NULL);
}

int
jail_log_count(const struct jail *j, const char *text)
{
	const char *p = jail_log(j);
	int n;

	for (n = 0; (p = strstr(p, text)) != NULL; p++)
		n++;
	return (n);
}

int
jail_wait_log(const struct jail *j, const char *text, int64_t timeout_ms)
{
	int64_t end_ms = jail_now_ms() + timeout_ms;

	while (!jail_log_has(j, text))
		if (!may_come(j, text, end_ms))
			return (jail_log_has(j, text) ? 0 : -1);
	return (0);
}

static const char *
program_path(void)
{
	const char *p = getenv("JAILINIT");

	return (p != NULL && *p != '\0' ? p : "build/jailinit");
}

/* Who runs the tests may ignore some (nohup, FreeBSD's init), and what is
 * started inherits that. */
static void
ignored_reset(void)
{
	struct sigaction sa;
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		if (sigaction(sig, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN)
			(void)signal(sig, SIG_DFL);
}

int
jail_new(struct jail *j)
{
	static const char *const dirs[] = { "/dev/", "/etc/", "/proc/",
	    "/tmp/", "/var/run/", "/sbin/", "/root/" };
	const char *tmp = getenv("TMPDIR");
	size_t i;

	ignored_reset();
	memset(j, 0, sizeof(*j));
	j->pidfd = j->janitor_fd = j->pidns_fd = -1;
	snprintf(j->dir, sizeof(j->dir), "%s/jail.XXXXXX",
	    tmp == NULL || *tmp != '/' ? "/tmp" : tmp);
	if (mkdtemp(j->dir) == NULL) {
		(void)complain("mkdtemp", j->dir);
		j->dir[0] = '\0';
		return (-1);
	}
	(void)chmod(j->dir, 0755);
	j->janitor = jail_janitor(j->dir, &j->janitor_fd);
	if (j->janitor == -1)
		return (-1);
	snprintf(j->root, sizeof(j->root), "%s/root", j->dir);
	snprintf(j->log, sizeof(j->log), "%s/log", j->dir);
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (folders_make(jail_path(j, dirs[i])) == -1)
			return (-1);
	(void)chmod(jail_path(j, "/tmp"), 01777);
	if (sys_root_fill(j) == -1 ||
	    jail_copy(j, program_path(), "/sbin/jailinit") == -1 ||
	    jail_write(j, "/etc/passwd", 0644, "root:x:0:0::/:/bin/sh\n") ==
	    -1)
		return (-1);
	return (jail_script(j, "/etc/rc", "exit 0"));
}

int
jail_copy(const struct jail *j, const char *from, const char *to)
{
	if (file_copy(j, from, to) == -1)
		return (-1);
	return (sys_libraries_copy(j, from));
}

/*
 * The child that becomes process 1.
 */
_Noreturn void
start_fail(const struct start *s, const char *what)
{
	char buf[256];
	int n = snprintf(buf, sizeof(buf), "%s: %s", what, strerror(errno));

	if (n > 0)
		(void)!write(s->error_fd, buf, (size_t)n);
	_exit(125);
}

static void
stdio_set(const struct start *s)
{
	static const int all_default[3] = { -1, -1, -1 };
	const int *fds = s->o->fds == NULL ? all_default : s->o->fds;
	int fd, from[3], i;

	for (i = 0; i < 3; i++) {
		from[i] = fds[i];
		if (fds[i] == JAIL_FD_DEFAULT)
			from[i] = i == 0 ? open("/dev/null", O_RDONLY |
			    O_CLOEXEC) : open(s->j->log, O_WRONLY |
			    O_APPEND | O_CREAT | O_CLOEXEC, 0644);
		if (from[i] >= 0)	/* out of the way of the others */
			from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, HIGH_FD);
	}
	for (i = 0; i < 3; i++) {
		fd = from[i] >= 0 ? dup2(from[i], i) : close(i);
		if (fd == -1 && from[i] >= 0)
			start_fail(s, "dup2");
	}
}

static void
limit_set(const struct start *s, int what, long n)
{
	struct rlimit rl = { (rlim_t)n, (rlim_t)n };

	if (n > 0 && setrlimit(what, &rl) == -1)
		start_fail(s, "setrlimit");
}

static void
user_set(const struct start *s)
{
	const struct jail_opts *o = s->o;

	if (o->gid != 0 && (setgroups(0, NULL) == -1 ||
	    setgid(o->gid) == -1))
		start_fail(s, "setgid");
	if (o->uid != 0 && setuid(o->uid) == -1)
		start_fail(s, "setuid");
}

static void
env_fill(const struct start *s, const char **env)
{
	size_t n = 0, i;

	env[n++] = "PATH=/sbin:/bin:/usr/sbin:/usr/bin";
	env[n++] = "ASAN_OPTIONS=log_path=/tmp/asan:detect_leaks=0";
	env[n++] = "UBSAN_OPTIONS=log_path=/tmp/asan:print_stacktrace=1";
	for (i = 0; s->o->env != NULL && s->o->env[i] != NULL &&
	    n < ENV_MAX - 1; i++)
		env[n++] = s->o->env[i];
	env[n] = NULL;
}

static _Noreturn void
start_child(struct start *s)
{
	const char *env[ENV_MAX];
	sigset_t none;
	char c;

	s->go_fd = fcntl(s->go_fd, F_DUPFD_CLOEXEC, HIGH_FD);
	s->error_fd = fcntl(s->error_fd, F_DUPFD_CLOEXEC, HIGH_FD);
	if (read(s->go_fd, &c, 1) != 1)
		_exit(125);	/* the parent gave up */
	stdio_set(s);
	sys_root_enter(s);
	if (!s->o->keep_session)
		(void)setsid();
	limit_set(s, RLIMIT_NPROC, s->o->nproc);
	user_set(s);
	if (die_with_parent() == -1)
		start_fail(s, "die_with_parent");
	limit_set(s, RLIMIT_NOFILE, s->o->nofile);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
	/* Nothing passes but 0-2 and what before_exec() makes. */
	sys_close_at_exec();
	if (s->o->before_exec != NULL)
		s->o->before_exec(s->o->arg);
	env_fill(s, env);
	execve(s->path, (char *const *)s->argv, (char *const *)env);
	start_fail(s, s->path);
}

static int
start_go(struct start *s, int go_fd, int error_fd)
{
	char buf[256];
	ssize_t n;

	if (sys_start_parent(s) == -1)
		return (-1);
	if (write(go_fd, "g", 1) != 1)
		return (complain("start", s->path));
	n = read(error_fd, buf, sizeof(buf) - 1);	/* ends at execve */
	if (n > 0) {
		buf[n] = '\0';
		fprintf(stderr, "jail: start: %s\n", buf);
		return (-1);
	}
	sys_started(s);
	s->j->started_ms = jail_now_ms();
	return (0);
}

static int
start(struct start *s)
{
	int go[2], error[2], e;
	pid_t pid;

	if (pipe2(go, O_CLOEXEC) == -1 || pipe2(error, O_CLOEXEC) == -1)
		return (complain("pipe", ""));
	s->go_fd = go[0];
	s->error_fd = error[1];
	fflush(NULL);
	pid = sys_start(s);
	if (pid == 0) {
		close(go[1]);
		start_child(s);
	}
	close(go[0]);
	close(error[1]);
	if (pid == -1)
		e = complain("start", s->path);
	else {
		s->j->pid = pid;
		e = start_go(s, go[1], error[0]);
	}
	close(go[1]);
	close(error[0]);
	return (e);
}

/* cmocka's, where this is linked into its tests. */
void _skip(const char *, int) __attribute__((__weak__));

/* MemorySanitizer reads /proc/self/maps before main(). */
static void
sanitizer_look(const struct jail_opts *o)
{
	const char *by = getenv("JAIL_SANITIZED");

	if (!o->no_proc || by == NULL || strcmp(by, "memory") != 0 ||
	    _skip == NULL)
		return;
	printf("skipped: MemorySanitizer cannot do without /proc\n");
	_skip(__FILE__, __LINE__);
}

int
jail_start(struct jail *j, const struct jail_opts *o, const char *path, ...)
{
	static const struct jail_opts none;
	struct start s = { 0 };
	const char *arg;
	size_t n = 0;
	va_list ap;

	s.j = j;
	s.o = o == NULL ? &none : o;
	s.path = path;
	s.argv[n++] = path;
	va_start(ap, path);
	while ((arg = va_arg(ap, const char *)) != NULL && n < ARGV_MAX - 1)
		s.argv[n++] = arg;
	va_end(ap);
	j->userns = s.o->userns || geteuid() != 0;
	j->host = s.o->host;
	j->ended_ms = j->asked_ms = 0;
	sanitizer_look(s.o);
	return (start(&s));
}

/*
 * Its end.
 */
int
jail_wait(struct jail *j, int64_t timeout_ms, int64_t *took_ms)
{
	struct pollfd p = { j->pidfd, POLLIN, 0 };
	int64_t end_ms = jail_now_ms() + timeout_ms, left;

	while (j->ended_ms == 0) {
		if (j->pid == 0)
			return (-1);
		left = end_ms - jail_now_ms();
		if (poll(&p, 1, left < 0 ? 0 : (int)left) == 0)
			return (-1);
		if ((p.revents & POLLIN) == 0)
			continue;
		j->ended_ms = jail_now_ms();
		if (waitpid(j->pid, &j->status, 0) != j->pid)
			return (complain("waitpid", ""));
	}
	if (took_ms != NULL)
		*took_ms = j->ended_ms -
		    (j->asked_ms != 0 ? j->asked_ms : j->started_ms);
	return (j->status);
}

/* Those that entered hold the namespace as long as nobody reaps them. */
static void
entered_end(struct jail *j)
{
	size_t i;

	for (i = 0; i < j->n_entered; i++) {
		if (waitpid(j->entered[i], NULL, WNOHANG) != 0)
			continue;
		(void)kill(j->entered[i], SIGKILL);
		(void)waitpid(j->entered[i], NULL, 0);
	}
	j->n_entered = 0;
}

static int
process_end(struct jail *j)
{
	int n, left = 0;

	if (j->pid == 0) {
		entered_end(j);
		return (0);
	}
	if (j->ended_ms == 0)
		(void)sys_signal(j, SIGKILL);
	entered_end(j);
	if (jail_wait(j, 10000, NULL) == -1) {
		fprintf(stderr, "jail: process 1 (%d) did not end\n",
		    (int)j->pid);
		left = 1;
	}
	n = sys_jail_end(j);
	if (n > 0 && !left) {
		fprintf(stderr, "jail: %d processes left\n", n);
		left = 1;
	}
	close(j->pidfd);
	j->pidfd = -1;
	j->pid = 0;
	return (left == 0 ? 0 : -1);
}

static int
reports_show(struct jail *j)
{
	char path[PATH_MAX];
	const struct dirent *e;
	int found = 0;
	DIR *d;

	d = opendir(jail_path(j, "/tmp"));
	while (d != NULL && (e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, "asan.", 5) != 0)
			continue;
		found++;
		snprintf(path, sizeof(path), "/tmp/%.200s", e->d_name);
		fprintf(stderr, "%s:\n%s", path, jail_file(j, path));
	}
	if (d != NULL)
		closedir(d);
	return (found == 0 ? 0 : -1);
}

int
jail_again(struct jail *j)
{
	int e = process_end(j);

	j->via_proc = false;
	(void)unlink(j->log);
	inside_unlink(j, JAIL_STATUS);
	return (e);
}

int
jail_free(struct jail *j)
{
	int e;

	if (j->dir[0] == '\0')
		return (0);
	e = process_end(j);
	j->via_proc = false;
	e |= reports_show(j);
	all_remove(j->dir);
	janitor_end(j);
	if (access(j->dir, F_OK) == 0)
		e = complain("remove", j->dir);
	j->dir[0] = '\0';
	return (e);
}

/*
 * Requests and the status.
 */
int
jail_ctl_open(const struct jail *j)
{
	int root_fd = root_open(j);
	int fd = sys_inside_open(root_fd, JAIL_CTL, O_WRONLY | O_NONBLOCK, 0);

	close(root_fd);
	return (fd);
}

int
jail_ctl_raw(struct jail *j, const void *buf, size_t n)
{
	const char *p = buf;
	int64_t end_ms = jail_now_ms() + 10000;
	struct pollfd pfd = { -1, POLLOUT, 0 };
	ssize_t done;
	int fd;

	j->asked_ms = jail_now_ms();
	fd = jail_ctl_open(j);
	if (fd == -1)
		return (complain("open", JAIL_CTL));
	pfd.fd = fd;
	while (n > 0 && jail_now_ms() < end_ms) {
		done = write(fd, p, n);
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		} else if (errno != EAGAIN)
			break;
		else
			(void)poll(&pfd, 1, 100);
	}
	close(fd);
	return (n == 0 ? 0 : complain("write", JAIL_CTL));
}

int
jail_ctl(struct jail *j, const char *text)
{
	return (jail_ctl_raw(j, text, strlen(text)));
}

int
jail_signal(struct jail *j, int sig)
{
	j->asked_ms = jail_now_ms();
	return (sys_signal(j, sig));
}

const char *
jail_status(const struct jail *j, const char *key)
{
	static char value[256];
	char buf[4096], *line, *next;
	size_t len = strlen(key);

	value[0] = '\0';
	(void)text_read(jail_path(j, JAIL_STATUS), buf, sizeof(buf));
	for (line = strtok_r(buf, "\n", &next); line != NULL;
	    line = strtok_r(NULL, "\n", &next))
		if (strncmp(line, key, len) == 0 && line[len] == '=')
			snprintf(value, sizeof(value), "%.200s",
			    line + len + 1);
	return (value);
}

static bool
status_is(const struct jail *j, const char *key, const char *value)
{
	return (jail_exists(j, JAIL_STATUS) &&
	    strcmp(jail_status(j, key), value) == 0);
}

int
jail_wait_status(const struct jail *j, const char *key, const char *value,
    int64_t timeout_ms)
{
	int64_t end_ms = jail_now_ms() + timeout_ms;

	while (!status_is(j, key, value)) {
		if (may_come(j, key, end_ms))
			continue;
		if (status_is(j, key, value))
			break;
		fprintf(stderr, "jail: %s=%s, not %s\nlog:\n%s", key,
		    jail_status(j, key), value, jail_log(j));
		return (-1);
	}
	return (0);
}

int
jail_wait_state(const struct jail *j, const char *state, int64_t timeout_ms)
{
	return (jail_wait_status(j, "state", state, timeout_ms));
}

/*
 * Entering.
 */

/* Ends the run if who entered says that it is not inside; it may also have
 * been killed or stopped by the jail before it could say so. */
static void
inside_see(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };
	bool in = true;

	if (poll(&p, 1, ENTER_MS) == 1)
		(void)!read(fd, &in, sizeof(in));
	close(fd);
	if (!in)
		outside_abort("who entered", "/");
}

pid_t
jail_enter(struct jail *j, int (*fn)(void *), void *arg)
{
	struct enter e = { .j = j, .fn = fn, .arg = arg };
	pid_t pid;
	int in[2];

	if (j->n_entered == JAIL_ENTERED_MAX || pipe2(in, O_CLOEXEC) == -1)
		return (-1);
	e.inside_fd = in[1];
	fflush(NULL);
	pid = sys_enter(j, &e);
	close(in[1]);
	if (pid > 0)
		j->entered[j->n_entered++] = pid;
	else
		(void)complain("enter", j->root);
	inside_see(in[0]);
	return (pid);
}

static int
enter_exec(void *arg)
{
	int fd = open("/dev/null", O_RDWR);

	if (fd != -1)
		(void)dup2(fd, 0);
	(void)setsid();
	(void)setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
	execl("/bin/sh", "sh", "-c", (const char *)arg, (char *)NULL);
	return (126);
}

pid_t
jail_enter_sh(struct jail *j, const char *script)
{
	char copy[8192];

	snprintf(copy, sizeof(copy), "%s", script);
	return (jail_enter(j, enter_exec, copy));
}

int
jail_sh(struct jail *j, const char *script)
{
	pid_t pid = jail_enter_sh(j, script);
	int st;

	if (pid == -1)
		return (-1);
	j->n_entered--;
	return (waitpid(pid, &st, 0) == pid ? st : -1);
}

int
jail_count(const struct jail *j)
{
	return (sys_walk(j, NULL, '\0', NULL));
}

int
jail_zombies(const struct jail *j)
{
	return (sys_walk(j, NULL, 'Z', NULL));
}

int
jail_count_of(const struct jail *j, const char *comm)
{
	return (sys_walk(j, comm, '\0', NULL));
}

int
jail_count_in(const struct jail *j, int state)
{
	return (sys_walk(j, NULL, (char)state, NULL));
}

int
jail_wait_count(const struct jail *j, int n, int64_t timeout_ms)
{
	int64_t end_ms = jail_now_ms() + timeout_ms;

	while (jail_count(j) != n) {
		if (jail_now_ms() >= end_ms) {
			fprintf(stderr, "jail: %d processes, not %d\n",
			    jail_count(j), n);
			return (-1);
		}
		jail_sleep_ms(POLL_MS);
	}
	return (0);
}

pid_t
jail_find(const struct jail *j, const char *comm)
{
	pid_t pid = 0;

	(void)sys_walk(j, comm, '\0', &pid);
	return (pid);
}

int
proc_wait_state(pid_t pid, int state, int64_t timeout_ms)
{
	int64_t end_ms = jail_now_ms() + timeout_ms;

	while (proc_state(pid) != state) {
		if (jail_now_ms() >= end_ms)
			return (-1);
		jail_sleep_ms(POLL_MS);
	}
	return (0);
}

int
jail_wait_rest(const struct jail *j, int64_t timeout_ms)
{
	int64_t end_ms = jail_now_ms() + timeout_ms;

	while (sys_has_pipe(j->pid) || proc_state(j->pid) != 'S')
		if (!may_come(j, "rest", end_ms))
			return (-1);
	return (0);
}

long
jail_wait_idle(const struct jail *j, int64_t timeout_ms)
{
	int64_t end_ms = jail_now_ms() + timeout_ms;
	long woken, before;

	do {
		if (jail_wait_rest(j, timeout_ms) == -1)
			return (-1);
		before = proc_figure(j->pid, "voluntary_ctxt_switches");
		jail_sleep_ms(IDLE_MS);
		woken = proc_figure(j->pid, "voluntary_ctxt_switches");
		if (woken == before)
			return (woken);
	} while (may_come(j, "idle", end_ms));
	return (-1);
}

int
fd_send(int socket_fd, int fd, const char *text)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { (void *)(uintptr_t)text, strlen(text) + 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return (sendmsg(socket_fd, &m, 0) == -1 ? -1 : 0);
}

int
fd_receive(int socket_fd, char *text, size_t size)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { text, size };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = control, .msg_controllen = sizeof(control) };
	int fd = -1;

	if (recvmsg(socket_fd, &m, MSG_CMSG_CLOEXEC) > 0 &&
	    CMSG_FIRSTHDR(&m) != NULL)
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return (fd);
}
