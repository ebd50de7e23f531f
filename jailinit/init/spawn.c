/* SPDX-License-Identifier: BSD-2-Clause */
/* Starts programs.  Touches nothing in the parent; in the child, its session,
 * signals and terminal, and the paths of what it executes. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
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

#include "environment.h"
#include "log.h"
#include "os_child.h"
#include "signals.h"
#include "spawn.h"
#include "terminal.h"

/* To log it needs signals as process 1 has them: otherwise SIGPIPE or the log's
 * timer would end it. */
static _Noreturn void
child_failed(const char *path, int e, int report_fd)
{
	unsigned char code = e == ENOENT ? SPAWN_NOT_FOUND : SPAWN_CANNOT_EXEC;

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

static pid_t
child_fork(bool on_terminal)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (on_terminal)
			terminal_child();
		else
			(void)setsid();
		if (geteuid() == 0)
			os_child_class();
		signals_default();
	}
	return (pid);
}

pid_t
spawn_script(const char *path, const char *arg, bool missing_ok)
{
	const char *direct[] = { path, arg, NULL };
	const char *by_sh[] = { "sh", path, arg, NULL };
	pid_t pid = child_fork(false);
	int e;

	if (pid != 0)
		return (pid);
	execv(path, (char *const *)direct);
	e = errno;
	if ((e == ENOENT || e == ENOTDIR) && missing_ok &&
	    access(path, F_OK) == -1)
		_exit(0);
	if ((e == EACCES || e == ENOEXEC) && access(path, R_OK) == 0) {
		execv("/bin/sh", (char *const *)by_sh);
		child_failed("/bin/sh", errno, -1);
	}
	child_failed(path, e, -1);
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
	const char *argv[] = { path, NULL }, *by_sh[] = { "sh", path, NULL };
	pid_t pid = child_fork(false);
	int e;

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
	execv(path, (char *const *)argv);
	e = errno;
	if (e == EACCES || e == ENOEXEC) {
		execv("/bin/sh", (char *const *)by_sh);
		child_failed("/bin/sh", errno, -1);
	}
	child_failed(path, e, -1);
}

/* The new environment is on the stack, so it lasts until execve(2). */
static _Noreturn void
command_exec(char *const *argv, int report_fd, int log_fd)
{
	char *env[environment_room()];
	int e;

	environment_listen_give(env);
	execvp(argv[0], argv);
	e = errno;
	if (log_fd != -1)
		(void)dup2(log_fd, STDERR_FILENO);
	child_failed(argv[0], e, report_fd);
}

pid_t
spawn_command(char *const *argv, int report_fd, bool background)
{
	pid_t pid = child_fork(terminal_is_ours());
	int log_fd = -1;

	if (pid != 0)
		return (pid);
	if (background) {
		log_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
		fd_to_null(false);
	}
	command_exec(argv, report_fd, log_fd);
}
