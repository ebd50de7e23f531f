/* SPDX-License-Identifier: BSD-2-Clause */
/* Many jails in a world of a test's own, as far as all systems have it in
 * common; the rest is many_linux.c, many_freebsd.c.  Touches that world and the
 * directory of the jail that it is given. */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "many.h"

#define POLL_MS		2
#define PATHS_MAX	256		/* files of a root */
#define PID_TRIES	1000

/*
 * The world.
 */
void
many_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
	fflush(NULL);
	_exit(MANY_BAD);
}

void
many_skip(const char *why)
{
	printf("skipped: %s\n", why);
	fflush(NULL);
	_exit(MANY_SKIPPED);
}

bool
many_long(void)
{
	const char *s = getenv("JAIL_LONG");

	return (s != NULL && strcmp(s, "1") == 0);
}

int
many_rounds(int ci, int full)
{
	return (many_long() ? full : ci);
}

_Noreturn void
many_run(struct jail *j, void (*fn)(struct jail *))
{
	struct rlimit rl;

	MUST(getrlimit(RLIMIT_NOFILE, &rl) == 0);
	rl.rlim_cur = rl.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &rl);
	fn(j);
	fflush(NULL);
	_exit(MANY_GOOD);
}

/*
 * Roots.
 */
static char *paths[PATHS_MAX];		/* below the base's root */
static mode_t modes[PATHS_MAX];
static size_t n_paths, base_len;

static int
path_note(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)type;
	(void)f;
	if (S_ISLNK(st->st_mode) || path[base_len] == '\0')
		return (0);
	if (n_paths == PATHS_MAX)
		return (-1);
	modes[n_paths] = st->st_mode;
	paths[n_paths] = strdup(path + base_len);
	return (paths[n_paths++] == NULL ? -1 : 0);
}

void
many_init(struct many *m, struct jail *base)
{
	char path[PATH_MAX];

	memset(m, 0, sizeof(*m));
	m->base = base;
	base_len = strlen(base->root);
	n_paths = 0;
	many_base(base);
	MUST(nftw(base->root, path_note, 32, FTW_PHYS) == 0);
	(void)snprintf(path, sizeof(path), "%s/m", base->dir);
	MUST(mkdir(path, 0755) == 0 || errno == EEXIST);
}

static void
script(const char *root, const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/etc/%s", root, name);
	(void)unlink(path);	/* it may be a link to the base's */
	if (text == NULL)
		return;
	f = fopen(path, "we");
	if (f == NULL || fprintf(f, "#!/bin/sh\n%s\n", text) < 0 ||
	    fchmod(fileno(f), 0755) == -1 || fclose(f) != 0)
		many_fail(__FILE__, __LINE__, path);
}

void
many_root(const struct many *m, const char *path, const struct many_how *how)
{
	static const char *const applets[] = { "sh", "sleep" };
	struct many_how inner = *how;
	char from[PATH_MAX], to[PATH_MAX];
	size_t i;

	MUST(mkdir(path, 0755) == 0);
	for (i = 0; i < n_paths; i++) {
		(void)snprintf(from, sizeof(from), "%s%s", m->base->root,
		    paths[i]);
		(void)snprintf(to, sizeof(to), "%s%s", path, paths[i]);
		if (S_ISDIR(modes[i]))
			MUST(mkdir(to, 0755) == 0);
		else
			MUST(link(from, to) == 0);
	}
	for (i = 0; *many_shell != '\0' &&
	    i < sizeof(applets) / sizeof(applets[0]); i++) {
		(void)snprintf(to, sizeof(to), "%s/bin/%s", path, applets[i]);
		MUST(symlink(many_shell, to) == 0);
	}
	script(path, "rc", how->rc);
	script(path, "rc.shutdown", how->shutdown);
	if (how->inner == NULL)
		return;
	inner.inner = NULL;
	(void)snprintf(to, sizeof(to), "%s%s", path, how->inner);
	many_root(m, to, &inner);
}

/*
 * Process 1.
 */
_Noreturn void
many_first(const struct many_how *how)
{
	static char *const argv[] = { (char *)(uintptr_t)"/sbin/jailinit",
	    NULL };
	static char *const env[] = {
	    (char *)(uintptr_t)"PATH=/sbin:/bin",
	    (char *)(uintptr_t)"ASAN_OPTIONS=log_path=/tmp/asan:"
	    "detect_leaks=0",
	    (char *)(uintptr_t)"UBSAN_OPTIONS=log_path=/tmp/asan", NULL };
	int fd, null_fd;

	null_fd = open("/dev/null", O_RDWR);
	fd = open("/tmp/log", O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (null_fd == -1 || fd == -1 || dup2(null_fd, 0) == -1 ||
	    dup2(fd, 1) == -1 || dup2(fd, 2) == -1)
		_exit(125);
	closefrom(3);
	umask(022);
	if (how->first != NULL) {
		how->first(how->arg);
		_exit(0);
	}
	if (how->before_exec != NULL)
		how->before_exec();
	(void)execve(argv[0], argv, env);
	_exit(125);
}

struct many_jail *
many_start(struct many *m, const struct many_how *how)
{
	struct many_jail *j;
	int i;

	if (m->n == m->room) {
		m->room = m->room == 0 ? 64 : 2 * m->room;
		m->list = reallocarray(m->list, m->room, sizeof(*m->list));
		MUST(m->list != NULL);
	}
	j = &m->list[m->n];
	memset(j, 0, sizeof(*j));
	(void)snprintf(j->root, sizeof(j->root), "%s/m/%zu", m->base->dir,
	    m->n);
	many_root(m, j->root, how);
	for (i = 0; i < PID_TRIES; i++) {
		if (how->pid != 0)
			many_next_pid(how->pid);
		fflush(NULL);
		j->pid = many_clone(j, how);
		MUST(j->pid > 0);
		if (how->pid == 0 || how->pid == j->pid)
			break;
		(void)kill(j->pid, SIGKILL);	/* our child */
		many_reap(j);
	}
	MUST(j->pid != 0);
	j->other = how->first != NULL;
	j->jid = many_jid(j);
	m->n++;
	return (j);
}

void
many_start_n(struct many *m, const struct many_how *how, size_t n)
{
	while (n-- > 0)
		(void)many_start(m, how);
}

bool
many_gone(const struct many_jail *j)
{
	struct pollfd p = { j->pidfd, POLLIN, 0 };

	return (j->pid == 0 || poll(&p, 1, 0) == 1);
}

void
many_reap(struct many_jail *j)
{
	if (j->pid == 0)
		return;
	(void)waitpid(j->pid, NULL, 0);
	close(j->pidfd);
	j->pid = 0;
}

void
many_wait_run(const struct many *m)
{
	int64_t end_ms = jail_now_ms() + jail_slack(60000);
	const struct many_jail *j;

	for (j = m->list + m->first; j < m->list + m->n; j++)
		while (j->other ? !many_has(j, MANY_READY) :
		    strcmp(many_status(j, "state"), "run") != 0) {
			if (many_gone(j))
				break;
			MUST(jail_now_ms() < end_ms);
			jail_sleep_ms(POLL_MS);
		}
}

static void
reports_look(const struct many_jail *j)
{
	char path[PATH_MAX];
	const struct dirent *e;
	bool found = false;
	DIR *d;

	(void)snprintf(path, sizeof(path), "%s/tmp", j->root);
	d = opendir(path);
	while (d != NULL && (e = readdir(d)) != NULL)
		if (strncmp(e->d_name, "asan.", 5) == 0) {
			fprintf(stderr, "%s/%s\n", path, e->d_name);
			found = true;
		}
	if (d != NULL)
		closedir(d);
	MUST(!found);
}

void
many_end(struct many *m)
{
	size_t i;

	for (i = m->first; i < m->n; i++)
		if (m->list[i].pid != 0)
			many_kill(&m->list[i]);
	for (i = m->first; i < m->n; i++) {
		many_reap(&m->list[i]);
		reports_look(&m->list[i]);
	}
	m->first = m->n;
}

/*
 * Looking at them.
 */
bool
many_has(const struct many_jail *j, const char *path)
{
	char buf[PATH_MAX];

	(void)snprintf(buf, sizeof(buf), "%s%s", j->root, path);
	return (access(buf, F_OK) == 0);
}

const char *
many_status(const struct many_jail *j, const char *key)
{
	static char value[256];
	char path[PATH_MAX], line[256];
	size_t len = strlen(key);
	FILE *f;

	value[0] = '\0';
	(void)snprintf(path, sizeof(path), "%s" JAIL_STATUS, j->root);
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, key, len) == 0 && line[len] == '=') {
			line[strcspn(line, "\n")] = '\0';
			(void)strcpy(value, line + len + 1);
		}
	if (f != NULL)
		(void)fclose(f);
	return (value);
}

/*
 * jailkill(8).
 */
static int
output_open(void)
{
	char name[] = "/tmp/jail.out.XXXXXX";
	int fd = mkostemp(name, O_CLOEXEC);

	MUST(fd != -1);
	(void)unlink(name);
	return (fd);
}

static _Noreturn void
run_exec(const struct run *r, const struct run_how *how,
    const char *const *argv)
{
	const char *program = getenv("JAILKILL");
	struct rlimit rl = { (rlim_t)how->nofile, (rlim_t)how->nofile };
	int i;

	(void)signal(SIGCHLD, how->ignore_chld ? SIG_IGN : SIG_DFL);
	if (dup2(r->out_fd, 1) == -1 || dup2(r->err_fd, 2) == -1)
		_exit(125);
	closefrom(3);
	for (i = 0; i < how->inherit; i++)
		(void)dup(1);
	if (how->nofile != 0 && setrlimit(RLIMIT_NOFILE, &rl) == -1)
		_exit(125);
	if (program == NULL || *program == '\0')
		program = "build/jailkill";
	(void)execv(program, (char *const *)(uintptr_t)argv);
	perror(program);
	_exit(125);
}

/* A shell's part: the leader of the session, who has jailkill in a group of
 * its own in the foreground, and tells its number. */
static _Noreturn void
run_lead(const struct run *r, const struct run_how *how,
    const char *const *argv, int say_fd)
{
	int fd, st;
	pid_t pid;

	(void)setsid();
	(void)setenv("TERM", "vt100", 1);
	fd = open(ptsname(r->pty_fd), O_RDWR | O_CLOEXEC);
	if (fd == -1 || ioctl(fd, TIOCSCTTY, 0) == -1)
		_exit(125);
	(void)signal(SIGTTOU, SIG_IGN);
	pid = fork();
	if (pid == 0) {
		(void)setpgid(0, 0);
		(void)tcsetpgrp(fd, getpid());
		(void)signal(SIGTTOU, SIG_DFL);
		(void)dup2(fd, 0);
		if (write(say_fd, &(pid_t){ getpid() }, sizeof(pid_t)) !=
		    sizeof(pid_t))
			_exit(125);
		run_exec(r, how, argv);
	}
	close(say_fd);
	if (pid == -1 || waitpid(pid, &st, 0) != pid)
		_exit(125);
	_exit(WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st));
}

static void
run_pty(struct run *r, const struct run_how *how, const char *const *argv)
{
	int p[2], r_n;

	r->pty_fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	MUST(r->pty_fd != -1 && unlockpt(r->pty_fd) == 0);
	MUST(pipe2(p, O_CLOEXEC) == 0);
	r->waited = fork();
	if (r->waited == 0)
		run_lead(r, how, argv, p[1]);
	close(p[1]);
	MUST(r->waited > 0);
	r_n = (int)read(p[0], &r->pid, sizeof(r->pid));
	close(p[0]);
	MUST(r_n == (int)sizeof(r->pid));
}

void
run_argv(struct run *r, const struct run_how *how, const char *const *argv)
{
	memset(r, 0, sizeof(*r));
	r->pty_fd = -1;
	r->out_fd = output_open();
	r->err_fd = output_open();
	fflush(NULL);
	r->begun_ms = jail_now_ms();
	if (how->pty) {
		run_pty(r, how, argv);
		return;
	}
	r->pid = r->waited = fork();
	if (r->pid == 0)
		run_exec(r, how, argv);
	MUST(r->pid > 0);
}

static void
args_take(const char **argv, va_list ap)
{
	size_t n = 0;

	argv[n++] = "jailkill";
	do {
		MUST(n < RUN_ARGS);
		argv[n] = va_arg(ap, const char *);
	} while (argv[n++] != NULL);
}

void
run_begin(struct run *r, const struct run_how *how, ...)
{
	static const struct run_how plain;
	const char *argv[RUN_ARGS];
	va_list ap;

	va_start(ap, how);
	args_take(argv, ap);
	va_end(ap);
	run_argv(r, how == NULL ? &plain : how, argv);
}

static char *
text_take(int fd)
{
	struct stat st;
	char *s;

	MUST(fstat(fd, &st) == 0);
	s = calloc(1, (size_t)st.st_size + 1);
	MUST(s != NULL);
	MUST(pread(fd, s, (size_t)st.st_size, 0) == st.st_size);
	close(fd);
	return (s);
}

int
run_end(struct run *r, int64_t limit_ms)
{
	int64_t end_ms = r->begun_ms + limit_ms;
	pid_t pid;
	int st;

	while ((pid = waitpid(r->waited, &st, WNOHANG)) == 0 &&
	    jail_now_ms() < end_ms)
		jail_sleep_ms(1);
	r->took_ms = jail_now_ms() - r->begun_ms;
	MUST(pid == r->waited);
	r->status = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
	r->pid = r->waited = 0;
	r->out = text_take(r->out_fd);
	r->err = text_take(r->err_fd);
	if (strstr(r->err, "Sanitizer") != NULL ||
	    strstr(r->err, "runtime error") != NULL)
		fprintf(stderr, "%s", r->err);
	MUST(strstr(r->err, "Sanitizer") == NULL);
	return (r->status);
}

int
run_kill(struct run *r, ...)
{
	static const struct run_how plain;
	const char *argv[RUN_ARGS];
	va_list ap;

	va_start(ap, r);
	args_take(argv, ap);
	va_end(ap);
	run_argv(r, &plain, argv);
	return (run_end(r, jail_slack(RUN_MS)));
}

void
run_free(struct run *r)
{
	if (r->waited > 0) {
		(void)kill(r->waited, SIGKILL);	/* our child */
		(void)waitpid(r->waited, NULL, 0);
		close(r->out_fd);
		close(r->err_fd);
	}
	if (r->pty_fd != -1)
		close(r->pty_fd);
	free(r->out);
	free(r->err);
	memset(r, 0, sizeof(*r));
	r->pty_fd = -1;
}

const char *
run_line(const struct run *r, uint64_t jid)
{
	static char line[1024];
	const char *p, *want = run_jid(jid);
	size_t len = strlen(want);

	for (p = r->out; *p != '\0'; p++) {
		if (strncmp(p, want, len) == 0 &&
		    (p[len] == ' ' || p[len] == ':')) {
			(void)snprintf(line, sizeof(line), "%.*s",
			    (int)strcspn(p, "\n"), p);
			return (line);
		}
		p += strcspn(p, "\n");
		if (*p == '\0')
			break;
	}
	return ("");
}

const char *
run_jid(uint64_t jid)
{
	static char buf[8][24];
	static unsigned next;
	char *b = buf[next++ % 8];

	(void)snprintf(b, sizeof(buf[0]), "%" PRIu64, jid);
	return (b);
}
