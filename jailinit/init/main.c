/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailinit(8): the start, then the loop that waits for an event and hands it
 * to act.c.  Once the loop has begun nothing may end the program, make it
 * wait for anything but the next event, or allocate.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/paths.h"
#include "lib/sys.h"

#include "grace.h"
#include "leave.h"
#include "line.h"
#include "log.h"
#include "notify.h"
#include "signals.h"
#include "spawn.h"
#include "stage.h"
#include "terminal.h"

/* What rc and its services find; the administrator's own programs last. */
#define RC_PATH	"/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"

/* A life shorter than this is followed by the next when it is over. */
#define LIFE_MIN_MS	1000

/* For the last status and the FIFO's removal, past the budget if need be. */
#define FAREWELL_MS	250

/* What lives on main()'s stack: it is there to the end, and not allocated. */
struct room {
	char **env;	/* spawn_env_put() */
	char *title;	/* os_title() */
};

static char *title;

/* Ends when the command was executed, spawn.h. */
static int exec_fd = -1;

/*
 * Signals.
 */
static void
signal_act(int sig)
{
	bool command = init.opt.command != NULL;
	struct request rq = { signals_request(sig, command),
	    REQUEST_NO_BUDGET, "" };

	if (rq.verb != REQUEST_NONE) {
		act_step(LIFE_REQUEST, &rq);
	} else if (command)
		act_pass(sig);
	else if (sig == SIGHUP && init.life.verb == REQUEST_NONE)
		act_control_check(true);
}

static void
signals_act(void)
{
	int sig;

	for (sig = 1; sig <= sys_signal_max; sig++)
		if (sig != SIGCHLD && signals_take(sig))
			signal_act(sig);
}

/*
 * The loop.
 */
static void
status_fill(void)
{
	if (init.status.stage != init.life.stage)
		os_title(life_stage_name(init.life.stage), title);
	init.status.stage = init.life.stage;
	init.status.verb = init.life.verb;
	init.status.dropped_log = log_dropped();
}

/* The command was executed, or what kept it from that: spawn.h. */
static void
exec_done(void)
{
	unsigned char code;

	if (read(exec_fd, &code, 1) == 1)
		notify_failed(code);
	else
		notify_ready(0);
	close(exec_fd);
	exec_fd = -1;
}

/* One turn of everything that may be due; none of it waits. */
static void
turn(void)
{
	init.more = false;
	signals_act();
	if (control_read(&init.control, clock_ms(), line_act))
		init.more = true;
	act_step(LIFE_TICK, NULL);
	act_reap();
}

static void
wait_event(void)
{
	struct pollfd fds[] = {
		{ init.control.fd, POLLIN, 0 },
		{ status_fd(), POLLIN, 0 },
		{ exec_fd, POLLIN, 0 },
		{ init.command_fd, 0, 0 }	/* hangs up */
	};
	int64_t due_ms = act_due_ms(), wait_ms = INT64_MAX;

	if (control_due_ms(&init.control) < due_ms)
		due_ms = control_due_ms(&init.control);
	if (status_due_ms() < due_ms)
		due_ms = status_due_ms();
	if (init.more)
		wait_ms = 0;
	else if (due_ms != INT64_MAX)
		wait_ms = due_ms - clock_ms();
	if (signals_wait(fds, 4, wait_ms) <= 0)
		return;
	if (fds[1].revents != 0)
		status_done();
	if (fds[2].revents != 0)
		exec_done();
}

/*
 * The end.
 */
static int
exit_code(void)
{
	if (init.opt.command == NULL)
		return (init.rc_failed ? 1 : 0);
	/* Still there after KILL: it will have died of that. */
	return (init.command_pid != 0 ? 128 + SIGKILL : init.command_status);
}

/* A reboot after a life that was too short waits, and while it does a halt
 * can still turn it into one. */
static void
reboot_hold(void)
{
	struct pollfd fd = { init.control.fd, POLLIN, 0 };
	int64_t left_ms = 1;

	while (left_ms > 0 && init.life.verb == REQUEST_REBOOT &&
	    init.opt.leave != LEAVE_EXIT) {
		status_fill();
		status_update(&init.status, clock_ms());
		left_ms = init.born_ms + LIFE_MIN_MS - clock_ms();
		(void)signals_wait(&fd, 1, left_ms);
		signals_act();
		(void)control_read(&init.control, clock_ms(), line_act);
	}
}

static _Noreturn void
gone(void)
{
	struct pollfd fd = { exec_fd, POLLIN, 0 };
	struct leave_how how;

	if (exec_fd != -1 && poll(&fd, 1, 0) == 1)
		exec_done();
	reboot_hold();
	status_fill();
	status_farewell(&init.status, &init.control, FAREWELL_MS);
	/* A halt that came meanwhile would be lost with a reboot in place. */
	(void)control_read(&init.control, clock_ms(), line_act);
	act_leave_how(&how);
	how.status = exit_code();
	leave(&how);
}

/*
 * The start: the one part in which errors may end the program.
 */
static _Noreturn void
refuse(const char *why)
{
	log_line("%s", why);
	notify_failed(EX_UNAVAILABLE);
	_exit(EX_UNAVAILABLE);
}

/* "none", or a path, or what it is by default: nothing for a subreaper, who
 * has no jail to answer for. */
static const char *
path_or_none(const char *path, const char *otherwise)
{
	if (path == NULL)
		return (init.place == OS_SUBTREE ? NULL : otherwise);
	return (strcmp(path, "none") == 0 ? NULL : path);
}

static void
start_options(int argc, char **argv)
{
	if (argc < 1)		/* older kernels let callers do that */
		_exit(EX_USAGE);
	init.argv = argv;
	options_parse(&init.opt, argv);
	if (getenv(SPAWN_OWN_ENV) != NULL) {
		init.opt.background = false;
		init.opt.ready_fd = -1;
	}
	if (init.opt.background && getpid() == 1) {
		init.opt.background = false;
		options_error("-b", "process 1 has nobody to return to");
	}
	if (init.opt.ready_fd != -1 &&
	    fcntl(init.opt.ready_fd, F_GETFD) == -1) {
		init.opt.ready_fd = -1;
		options_error("-d", "the descriptor is not open");
	}
}

/* A terminal is the command's; rc and its services get none, and nor does
 * process 1 keep one, whose ^C would be a request. */
static void
start_session(char **env)
{
	if (init.opt.command != NULL && !init.opt.background)
		terminal_init();
	else if (!init.opt.background)
		terminal_leave();
	if (init.opt.command == NULL) {
		(void)!chdir("/");
		spawn_env_put(env, "PATH=" RC_PATH);
	}
}

static void
start_ground(char **env)
{
	const char *ctl = init.opt.ctl == NULL ? PATH_CTL : init.opt.ctl;
	const char *why = "";

	init.place = os_claim(init.opt.command != NULL, ctl, &why);
	if (init.place == OS_REFUSED)
		refuse(why);
	(void)unsetenv(SPAWN_OWN_ENV);	/* that was the last to ask for it */
	sys_close_others(3 + (init.opt.command == NULL ? 0 :
	    spawn_listen_init()), init.opt.ready_fd);
	if (init.opt.ready_fd != -1)
		(void)fcntl(init.opt.ready_fd, F_SETFD, FD_CLOEXEC);
	if (init.opt.command == NULL)
		os_program_init();	/* before the directory changes */
	if (init.opt.background && notify_background() == -1)
		refuse(strerror(errno));
	if (os_adopt() == -1)
		refuse("not process 1, and the kernel has no reaper for us");
	start_session(env);
	signals_init(false);
}

static void
start_rc(void)
{
	init.rc_pid = spawn_script(init.opt.rc, NULL, false);
	if (init.rc_pid != -1)
		return;
	log_line("%s: fork: %s", init.opt.rc, strerror(errno));
	act_rc_ended(SPAWN_CANNOT_EXEC);
}

static _Noreturn void
start_failed(const char *what)
{
	log_line("%s: %s: %s", init.opt.command[0], what, strerror(errno));
	control_remove(&init.control);
	notify_failed(SPAWN_CANNOT_EXEC);
	_exit(SPAWN_CANNOT_EXEC);
}

static void
start_command(void)
{
	int p[2] = { -1, -1 };
	pid_t pid;

	if (pipe(p) == 0) {
		(void)fcntl(p[0], F_SETFD, FD_CLOEXEC);
		(void)fcntl(p[1], F_SETFD, FD_CLOEXEC);
	} else if (init.opt.background || init.opt.ready_fd != -1)
		start_failed("pipe");
	pid = spawn_command(init.opt.command, p[1], init.opt.background);
	if (pid == -1)
		start_failed("fork");
	signals_init(true);	/* all are blocked, so there is time */
	act_command(pid);
	if (terminal_is_ours())
		signals_child_stops();
	exec_fd = p[0];
	if (p[1] != -1)
		close(p[1]);
}

static void
start(int argc, char **argv, const struct room *room)
{
	signals_block();
	(void)fd_fill();
	title = room->title;
	init.command_fd = -1;
	init.born_ms = clock_ms();
	start_options(argc, argv);
	start_ground(room->env);
	init.status.app = init.opt.command != NULL;
	init.status.boot_status = -1;
	status_init(path_or_none(init.opt.status, PATH_STATUS));
	notify_init(init.opt.command == NULL, init.opt.ready_fd);
	life_init(&init.life, &init.opt.limits, init.opt.command != NULL,
	    init.opt.rc_shutdown != NULL);
	act_control_open(path_or_none(init.opt.ctl, PATH_CTL));
	init.status.stage = init.life.stage;
	if (init.opt.command != NULL)
		start_command();
	else
		start_rc();
	/* What can wait until then. */
	if (init.opt.command != NULL)
		os_program_init();
	os_title(life_stage_name(init.life.stage), title);
	if (init.place != OS_SUBTREE)
		manager_init(&init.opt.limits);
	/* A command's start stays silent: --init has no room for -B. */
	if (init.opt.command == NULL)
		manager_say();
}

int
main(int argc, char **argv)
{
	char *env[spawn_env_room()], room_of_title[OS_TITLE_MAX];
	struct room room = { env, room_of_title };

	start(argc, argv, &room);
	/* From here on nothing may end the program, make it wait, or
	 * allocate. */
	for (;;) {
		turn();
		if (init.life.stage == LIFE_GONE)
			gone();
		status_fill();
		/* Its writer would be in the way of the command's start. */
		if (exec_fd == -1 || init.life.verb != REQUEST_NONE)
			status_update(&init.status, clock_ms());
		wait_event();
	}
}
