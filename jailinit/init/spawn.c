/* SPDX-License-Identifier: BSD-2-Clause */
/* Starts programs.  Touches nothing in the parent; in the child, its session,
 * signals and terminal, and the paths of what it executes. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <paths.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/request.h"
#include "lib/fd.h"
#include "lib/text.h"

#include "directory.h"
#include "environment.h"
#include "fifo.h"
#include "log.h"
#include "os_child.h"
#include "signals.h"
#include "spawn.h"
#include "terminal.h"

/* A program is told from a script by this much of its first line, as in
 * bash(1). */
#define SNIFF_MAX	80

/* To log it needs signals as process 1 has them: otherwise SIGPIPE or the log's
 * timer would end it. */
static _Noreturn void
child_failed(const char *path, int e, int status, int report_fd)
{
	unsigned char code = status != 0 ? (unsigned char)status :
	    e == ENOENT ? SPAWN_NOT_FOUND : SPAWN_CANNOT_EXEC;

	signals_block();
	signals_init(false);
	log_line("%s: %s", path, e == ENOENT && access(path, F_OK) == 0 ?
	    "its interpreter is missing" : strerror(e));
	if (report_fd != -1)
		(void)!write(report_fd, &code, 1);
	_exit(code);
}

static _Noreturn void
child_refused(const char *path, int report_fd)
{
	unsigned char code = SPAWN_CANNOT_EXEC;

	signals_block();
	signals_init(false);
	log_line("%s: refused: it or its folder is not root's alone to write, "
	    "or no file", path);
	(void)!write(report_fd, &code, 1);
	_exit(code);
}

/* Where a child is: SESSION, in one of its own. */
enum place {
	SESSION,
	TERMINAL,
	OUR_GROUP
};

static pid_t
child_fork(enum place place)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (place == TERMINAL)
			terminal_child();
		else if (place == SESSION)
			(void)setsid();
		if (geteuid() == 0)
			os_child_class();
		signals_default();
	}
	return (pid);
}

/* Text for sh, which a program of another machine is not, nor a script whose
 * own interpreter cannot be executed; one that is not executable itself is, as
 * /etc/rc of FreeBSD.  Keeps errno. */
static bool
is_text(const char *path)
{
	char line[SNIFF_MAX];
	ssize_t n = -1;
	int e = errno, fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *end;
	bool own = false;

	if (fd != -1) {
		n = read(fd, line, sizeof(line));
		own = n >= 2 && memcmp(line, "#!", 2) == 0 &&
		    access(path, X_OK) == 0;
		close(fd);
	}
	errno = e;
	if (n < 0 || own || (n >= 4 && memcmp(line, "\177ELF", 4) == 0))
		return (false);
	end = memchr(line, '\n', (size_t)n);
	return (memchr(line, '\0', end == NULL ? (size_t)n :
	    (size_t)(end - line)) == NULL);
}

/* As execvp(3) does for a path, with the same result for every libc: what has
 * no "#!" is run by sh.  sh_too: so is a script that is not executable.  The
 * word before argv is overwritten.  Returns what cannot be executed, and
 * errno. */
static const char *
file_exec(const char *path, char **argv, bool sh_too)
{
	static char sh[] = "sh";

	execv(path, argv);
	if ((errno != ENOEXEC && !(errno == EACCES && sh_too)) ||
	    !is_text(path))
		return (path);
	argv[-1] = sh;
	argv[0] = (char *)(uintptr_t)path;
	execv(_PATH_BSHELL, argv - 1);
	return (_PATH_BSHELL);
}

static _Noreturn void
script_exec(const char *path, const char *arg, bool missing_ok)
{
	char *words[] = { NULL, (char *)(uintptr_t)path,
	    (char *)(uintptr_t)arg, NULL };
	const char *what;
	int e;

	directory_return();
	what = file_exec(path, words + 1, true);
	e = errno;
	if ((e == ENOENT || e == ENOTDIR) && missing_ok &&
	    access(path, F_OK) == -1)
		_exit(0);
	child_failed(what, e, 0, -1);
}

pid_t
spawn_script(const char *path, const char *arg, bool missing_ok)
{
	pid_t pid = child_fork(SESSION);

	if (pid == 0)
		script_exec(path, arg, missing_ok);
	return (pid);
}

/* When rc empties /run it keeps the files that options name.  The variables are
 * on the stack, so they last until execve(2). */
static _Noreturn void
rc_exec(const char *path, const char *ctl, const char *status)
{
	char *env[environment_room()], vars[2][FIFO_PATH_MAX];

	if (ctl != NULL) {
		(void)text_format(vars[0], FIFO_PATH_MAX, "JAILINIT_CTL=%s",
		    ctl);
		environment_put(env, vars[0]);
	}
	if (status != NULL) {
		(void)text_format(vars[1], FIFO_PATH_MAX, "JAILINIT_STATUS=%s",
		    status);
		environment_put(env, vars[1]);
	}
	script_exec(path, NULL, false);
}

pid_t
spawn_rc(const char *path, const char *ctl, const char *status)
{
	pid_t pid = child_fork(SESSION);

	if (pid == 0)
		rc_exec(path, ctl, status);
	return (pid);
}

/* Can nobody but root and us write to it?  (The folders above it are root's, or
 * nothing here would be safe.) */
static bool
is_trusted(const char *path, mode_t type)
{
	struct stat st;

	if (lstat(path, &st) == -1)
		return (false);
	errno = EPERM;
	return ((st.st_mode & S_IFMT) == type && (st.st_mode & 022) == 0 &&
	    (st.st_uid == 0 || st.st_uid == geteuid()));
}

pid_t
spawn_request(const char *name, int report_fd)
{
	unsigned char missing = SPAWN_NOT_FOUND, found = 0;
	char path[sizeof(SPAWN_REQUESTS) + REQUEST_NAME_MAX + 1];
	char *words[] = { NULL, path, NULL };
	const char *what;
	pid_t pid = child_fork(SESSION);

	if (pid != 0)
		return (pid);
	(void)text_format(path, sizeof(path), "%s/%s", SPAWN_REQUESTS, name);
	if (!is_trusted(SPAWN_REQUESTS, S_IFDIR) ||
	    !is_trusted(path, S_IFREG)) {
		if (errno == ENOENT || errno == ENOTDIR) {
			(void)!write(report_fd, &missing, 1);
			_exit(missing);
		}
		child_refused(path, report_fd);
	}
	(void)!write(report_fd, &found, 1);
	what = file_exec(path, words + 1, true);
	child_failed(what, errno, 0, -1);
}

/* Executes argv[0] as it is found by PATH.  Returns as file_exec() does.  (Not
 * inlined: process 1 itself needs no stack for the path.) */
static const char *__attribute__((__noinline__))
path_exec(char **argv)
{
	const char *dir = getenv("PATH"), *name = argv[0], *what;
	char path[PATH_MAX];
	int e = ENOENT;
	size_t n;

	if (*name == '\0' || strchr(name, '/') != NULL)
		return (file_exec(name, argv, false));
	for (dir = dir == NULL ? _PATH_DEFPATH : dir;; dir += n + 1) {
		n = strcspn(dir, ":");
		errno = ENAMETOOLONG;
		if (text_format(path, sizeof(path), "%.*s%s/%s", (int)n, dir,
		    n == 0 ? "." : "", name) < sizeof(path) - 1 &&
		    (what = file_exec(path, argv, false)) != path)
			return (what);
		if (errno == EACCES)
			e = EACCES;
		else if (errno != ENOENT && errno != ENOTDIR &&
		    errno != ENAMETOOLONG && errno != ELOOP)
			return (name);
		if (dir[n] == '\0')
			break;
	}
	errno = e;
	return (name);
}

/* The new environment is on the stack, so it lasts until execve(2). */
static _Noreturn void
command_exec(char **argv, int report_fd, int log_fd, int failed)
{
	char *env[environment_room()];
	const char *what;
	int e;

	environment_listen_give(env);
	what = path_exec(argv);
	e = errno;
	if (log_fd != -1)
		(void)dup2(log_fd, STDERR_FILENO);
	child_failed(what, e, failed, report_fd);
}

pid_t
spawn_command(char **argv, int report_fd, unsigned how, int failed)
{
	pid_t pid = child_fork((how & SPAWN_OUR_GROUP) != 0 ? OUR_GROUP :
	    terminal_is_ours() ? TERMINAL : SESSION);
	int log_fd = -1;

	if (pid != 0)
		return (pid);
	if ((how & SPAWN_BACKGROUND) != 0) {
		log_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
		fd_to_null(false);
	}
	command_exec(argv, report_fd, log_fd, failed);
}
