/* SPDX-License-Identifier: BSD-2-Clause */
/* The command.  Touches its process. */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/signame.h"
#include "lib/sys.h"

#include "command.h"
#include "log.h"
#include "notify.h"
#include "os.h"
#include "os_child.h"
#include "retry.h"
#include "signals.h"
#include "spawn.h"
#include "terminal.h"

/* A tracer that lives, such as gdb(1) or strace(1), lets a process that has
 * ended go sooner than this. */
#define HELD_MS	100

/* So long it is tried to be started when the process table is full.  Signals
 * wait for that, so not longer. */
#define START_MS	1000

static const struct options *opt;
static pid_t command_pid;	/* 0: it does not run */
static int status;
static int end_fd = -1;		/* os_exit_open() */
static bool kept, dead;		/* the same; command_dead() */
static int64_t held_ms = INT64_MAX;
static uint64_t expected[SYS_SIGNALS / 64 + 1];	/* command_expect() */
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
	struct retry again = RETRY_NONE;
	int p[2] = { -1, -1 };
	unsigned how = (o->background ? SPAWN_BACKGROUND : 0) |
	    (o->same_group ? SPAWN_OUR_GROUP : 0);

	opt = o;
	if (pipe2(p, O_CLOEXEC) == -1 &&
	    (opt->background || opt->ready_fd != -1))
		return (start_failed("pipe"));
	while ((command_pid = spawn_command(opt->command, p[1], how,
	    opt->cannot_exec)) == -1 && retry_later(&again, errno, START_MS)) {
		(void)poll(NULL, 0, RETRY_MS);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;	/* children from before us */
	}
	if (command_pid == -1) {
		command_pid = 0;
		return (start_failed("fork"));
	}
	signals_init(true);	/* all are blocked, so there is time */
	end_fd = os_exit_open(command_pid, &kept);
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
	if (!command_reapable() || !os_exit_send(end_fd, sig, group))
		signals_send(command_pid, sig, group);
}

void
command_expect(int sig)
{
	expected[sig / 64] |= UINT64_C(1) << sig % 64;
}

static bool
is_expected(int sig)
{
	return ((expected[sig / 64] >> sig % 64 & 1) != 0);
}

void
command_stop(void)
{
	int sig = options_signal(opt, opt->stop_signal);

	command_expect(sig);
	if (sig != 0)
		command_send(sig, opt->group);
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
	int to = options_signal(opt, sig);
	bool group = terminal_pass(command_pid, to);

	if (sig == SIGTERM || sig == SIGINT || sig == SIGHUP)
		command_expect(to);
	command_send(to, group || opt->group);
	if (opt->stops_too &&
	    (sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU))
		(void)kill(getpid(), SIGSTOP);
}

static void
end_take(int st)
{
	int sig = options_signal(opt, SIGTERM);

	/* As process 1 we send it to all.  No other group can have that number
	 * while the command's is not empty. */
	if (opt->term_group && sig != 0 && os_place() == OS_SUBTREE)
		(void)kill(-command_pid, sig);
	command_pid = 0;
	if (end_fd != -1)
		close(end_fd);
	end_fd = -1;
	held_ms = INT64_MAX;
	terminal_return();
	status = WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
	/* What is typed (^C) is known to whoever types it. */
	if (WIFSIGNALED(st) && !is_expected(WTERMSIG(st)) &&
	    !(WTERMSIG(st) == SIGINT && terminal_is_ours()))
		log_line("%s: killed by signal %d (%s)", opt->command[0],
		    WTERMSIG(st), signame_name(WTERMSIG(st)));
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

	if (end_fd != -1 && os_exit_read(end_fd, &st)) {
		end_take(st);
		return (true);
	}
	if (held_ms == INT64_MAX || clock_ms() < held_ms)
		return (false);
	held_ms = INT64_MAX;	/* its status comes when it is let go */
	return (true);
}

bool
command_reapable(void)
{
	return (kept && end_fd != -1 && !terminal_is_ours());
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

/* Once it is readable, only its hang-up is news. */
short
command_events(void)
{
	return ((short)(dead ? 0 : POLLIN));
}

void
command_dead(void)
{
	if (!dead)
		held_ms = clock_ms() + HELD_MS;
	dead = true;
}

int64_t
command_due_ms(void)
{
	return (held_ms);
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
	int s = command_pid != 0 ? 128 + SIGKILL : status;

	return (options_status(opt, s));
}
