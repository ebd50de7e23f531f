/* SPDX-License-Identifier: BSD-2-Clause */
/* The command.  Touches its process. */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "log.h"
#include "notify.h"
#include "os.h"
#include "os_child.h"
#include "signals.h"
#include "spawn.h"
#include "terminal.h"

static const struct options *opt;
static pid_t command_pid;	/* 0: it does not run */
static int status;
static int end_fd = -1;		/* os_exit_open() */
static int exec_fd = -1;	/* closed by its execve(2) */

static int
start_failed(const char *what)
{
	log_line("%s: %s: %s", opt->command[0], what, strerror(errno));
	return (-1);
}

int
command_start(const struct options *o)
{
	int p[2] = { -1, -1 };

	opt = o;
	if (pipe2(p, O_CLOEXEC) == -1 &&
	    (opt->background || opt->ready_fd != -1))
		return (start_failed("pipe"));
	command_pid = spawn_command(opt->command, p[1], opt->background);
	if (command_pid == -1) {
		command_pid = 0;
		return (start_failed("fork"));
	}
	signals_init(true);	/* all are blocked, so there is time */
	if (!terminal_is_ours())
		end_fd = os_exit_open(command_pid);
	if (terminal_is_ours())
		signals_child_stops();
	exec_fd = p[0];
	if (p[1] != -1)
		close(p[1]);
	return (0);
}

bool
command_runs(void)
{
	return (command_pid != 0);
}

static void
command_send(int sig, bool group)
{
	if (end_fd == -1 || !os_exit_send(end_fd, sig, group))
		signals_send(command_pid, sig, group);
}

void
command_stop(void)
{
	command_send(opt->stop_signal, opt->group);
	command_send(SIGCONT, opt->group);
}

bool
command_signal_others(int sig, bool terminal)
{
	const struct os_some others = { terminal, command_pid,
	    command_pid != 0 && opt->group };

	return (os_signal_some(sig, &others));
}

void
command_pass(int sig)
{
	bool group = terminal_pass(command_pid, sig);

	command_send(sig, group || opt->group);
}

static void
end_take(int st)
{
	command_pid = 0;
	if (end_fd != -1)
		close(end_fd);
	end_fd = -1;
	terminal_return();
	status = WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
}

bool
command_ended(pid_t pid, int st)
{
	if (command_pid == 0 || pid != command_pid)
		return (false);
	end_take(st);
	return (true);
}

bool
command_look(void)
{
	int st;

	if (end_fd == -1 || !os_exit_read(end_fd, &st))
		return (false);
	end_take(st);
	return (true);
}

void
command_stopped(pid_t pid, int sig)
{
	if (pid == command_pid && terminal_stopped(pid, sig))
		command_send(SIGCONT, true);
}

int
command_fd(void)
{
	return (end_fd);
}

int
command_exec_fd(void)
{
	return (exec_fd);
}

void
command_executed(void)
{
	unsigned char code;

	if (read(exec_fd, &code, 1) == 1)
		notify_failed(code);
	else
		notify_ready(0);
	close(exec_fd);
	exec_fd = -1;
}

int
command_status(void)
{
	return (command_pid != 0 ? 128 + SIGKILL : status);
}
