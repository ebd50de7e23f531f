/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tells life.c what has happened and does what it says: the translation
 * between its events and actions and the system.  Never waits.
 */
#include <sys/wait.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"

#include "grace.h"
#include "line.h"
#include "log.h"
#include "names.h"
#include "notify.h"
#include "signals.h"
#include "spawn.h"
#include "stage.h"
#include "terminal.h"

/* Children reaped a turn, so that a fork storm does not keep us from the
 * requests. */
#define REAP_BATCH	256

/* How often we look whether a process that is nobody's child has gone, from
 * the first time on, doubled each time; and repeat KILL; and try to fork
 * rc.shutdown again. */
#define LOOK_MIN_MS	20
#define LOOK_MAX_MS	250

struct init init;

/* What rc's failure asks for with -e. */
static const struct request rc_failed = { REQUEST_HALT, REQUEST_NO_BUDGET,
    "" };

static bool term_sent;		/* to all; not with a budget of 0 */
static bool kernel_reaps;	/* SIGCHLD is ignored (RUN, Linux) */
static bool any_child;		/* there were some when we reaped last */
static bool sweep;		/* children to be reaped were left */
static int64_t look_ms = INT64_MAX, look_step_ms;
static int64_t stage_ms;	/* when the stage began */

/* rc.shutdown is still to be forked, since the process table was full. */
static int64_t fork_ms = INT64_MAX, fork_step_ms;

/* Whole seconds, rounded up: what is said is never less than what is. */
static int64_t
seconds_up(int64_t ms)
{
	return (ms <= 0 ? 0 : (ms + 999) / 1000);
}

/* The same reason is said once, until it works. */
static void
control_said(int r, bool again)
{
	static int said;

	if (r == 0 || again)
		said = 0;
	if (r == 0 || errno == said)
		return;
	said = errno;
	log_line("%.256s: %s; signals still work", init.control.path,
	    strerror(errno));
}

void
act_control_open(const char *path)
{
	control_said(control_open(&init.control, path), false);
}

void
act_control_check(bool asked)
{
	control_said(control_remake(&init.control, clock_ms(), line_act),
	    asked);
}

/*
 * Children.
 */

/* SIGCHLD is ignored in RUN where the kernel then reaps, unless a status
 * matters that only waitpid(2) knows: a stop of the command, by ^Z, is one. */
void
act_reaping(bool matters)
{
	bool by_kernel = os_kernel_reaps && !matters && init.job.pid == 0 &&
	    init.life.stage == LIFE_RUN && (init.opt.command == NULL ||
	    (init.command_fd != -1 && !terminal_is_ours()));

	if (by_kernel != kernel_reaps)
		signals_child(by_kernel);
	kernel_reaps = by_kernel;
}

static int
exit_status(const char *name, int st)
{
	if (WIFSIGNALED(st)) {
		log_line("%s: killed by signal %d", name, WTERMSIG(st));
		return (128 + WTERMSIG(st));
	}
	if (WEXITSTATUS(st) != 0)
		log_line("%s: exit status %d", name, WEXITSTATUS(st));
	return (WEXITSTATUS(st));
}

void
act_rc_ended(int code)
{
	bool asked = init.life.verb != REQUEST_NONE;

	init.rc_pid = 0;
	init.status.boot_status = code;
	if (code != 0 && init.opt.end_on_failure && !asked) {
		init.rc_failed = true;
		act_step(LIFE_REQUEST, &rc_failed);
	}
	act_step(LIFE_BOOTED, NULL);
}

static void
child_ended(pid_t pid, int st)
{
	if (pid == init.rc_pid)
		act_rc_ended(exit_status(init.opt.rc, st));
	else if (pid == init.shutdown_pid) {
		init.shutdown_pid = 0;
		(void)exit_status(init.opt.rc_shutdown, st);
		act_step(LIFE_SHUTDOWN_ENDED, NULL);
	} else if (pid == init.command_pid) {
		init.command_pid = 0;
		if (init.command_fd != -1)
			close(init.command_fd);
		init.command_fd = -1;
		terminal_return();
		init.command_status = WIFSIGNALED(st) ? 128 + WTERMSIG(st) :
		    WEXITSTATUS(st);
		act_step(LIFE_COMMAND_ENDED, NULL);
	} else
		line_child_ended(pid, st);
}

/*
 * The command and its terminal.
 */
void
act_command(pid_t pid)
{
	init.command_pid = pid;
	if (!terminal_is_ours())
		init.command_fd = os_exit_open(pid);
	act_reaping(false);
}

static void
command_send(int sig, bool group)
{
	if (init.command_fd != -1)
		os_exit_send(init.command_fd, sig, group);
	else
		signals_send(init.command_pid, sig, group);
}

static bool
is_terminal_stop(int sig)
{
	return (sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU);
}

void
act_pass(int sig)
{
	bool group = init.opt.group;

	if (is_terminal_stop(sig))
		init.stop_sent = true;
	if (sig == SIGCONT && terminal_is_ours() && init.command_pid != 0) {
		/* ^Z had stopped all of the group */
		(void)terminal_give(init.command_pid, false);
		group = true;
	}
	command_send(sig, group);
}

/* ^Z, or a read in the background (which it is no longer, if that is the
 * shell's hand-over to a pipeline that has overtaken ours).  A shell that has
 * started us is to see a job that has stopped: it has us go on, and
 * act_pass() the command.  As process 1 we cannot stop, and nobody could have
 * the command go on, so it does at once: without us, the kernel would not
 * have stopped it. */
static void
command_stopped(int sig)
{
	bool subtree = init.place == OS_SUBTREE, sent = init.stop_sent;
	bool tstp = sig == SIGTSTP, given;

	init.stop_sent = false;
	if (!terminal_is_ours() || !is_terminal_stop(sig) ||
	    init.life.stage != LIFE_RUN)
		return;
	given = !tstp && terminal_give(init.command_pid, false);
	if (subtree && !given) {
		terminal_return();
		if (signals_stop())
			return;
	}
	if (sent)
		return;
	if (!given)
		given = terminal_give(init.command_pid, !subtree);
	/* Without the terminal a reader would only stop again. */
	if (given || tstp)
		command_send(SIGCONT, true);
}

/* False when no child is left, not even a living one. */
static bool
reap(void)
{
	pid_t pid = 0;
	int i, st;

	for (i = 0; i < REAP_BATCH; i++) {
		pid = waitpid(-1, &st, WNOHANG | WUNTRACED);
		if (pid == -1 && errno != ECHILD)
			continue;
		if (pid <= 0)
			break;
		if (!WIFSTOPPED(st))
			child_ended(pid, st);
		else if (pid == init.command_pid)
			command_stopped(WSTOPSIG(st));
	}
	sweep = pid > 0;
	if (i > 0 && fork_ms != INT64_MAX)
		fork_ms = 0;	/* there may be room now */
	any_child = pid >= 0 || errno != ECHILD;
	return (any_child);
}

/*
 * What life says.
 */
static int64_t
step_next_ms(int64_t step_ms)
{
	return (step_ms < LOOK_MAX_MS / 2 ? step_ms * 2 : LOOK_MAX_MS);
}

/* A full process table, which a user of the jail's can fill, may have room
 * later.  With nobody left in the jail, no child either, that is hardly so. */
static bool
fork_may_work(int e)
{
	return ((e == EAGAIN || e == ENOMEM) && (fork_ms == INT64_MAX ||
	    fork_step_ms < LOOK_MAX_MS || any_child || os_others_left()));
}

/* Tried again until it works or the stage is over. */
static void
shutdown_start(void)
{
	pid_t pid = spawn_script(init.opt.rc_shutdown,
	    request_name(init.life.verb), init.opt.command == NULL);
	int e = errno;

	if (pid == -1 && fork_ms == INT64_MAX)
		log_line("%s: fork: %s", init.opt.rc_shutdown, strerror(e));
	if (pid == -1 && fork_may_work(e)) {
		fork_step_ms = fork_ms == INT64_MAX ? LOOK_MIN_MS :
		    step_next_ms(fork_step_ms);
		fork_ms = clock_ms() + fork_step_ms;
		return;
	}
	fork_ms = INT64_MAX;
	if (pid == -1)
		act_step(LIFE_SHUTDOWN_ENDED, NULL);
	else
		init.shutdown_pid = pid;
}

static void
all_kill(void)
{
	os_signal_all(SIGKILL);
	look_step_ms = LOOK_MIN_MS;
	look_ms = clock_ms() + look_step_ms;
}

static void
act(unsigned actions)
{
	char names[LOG_LINE_MAX / 2];

	/* A stopped process does not act on a signal before it goes on. */
	if ((actions & LIFE_DO_END_RC) != 0) {
		signals_send(init.rc_pid, SIGTERM, true);
		signals_send(init.rc_pid, SIGCONT, true);
	}
	if ((actions & LIFE_DO_KILL_RC) != 0)
		signals_send(init.rc_pid, SIGKILL, true);
	if ((actions & LIFE_DO_STOP_COMMAND) != 0) {
		command_send(init.opt.stop_signal, init.opt.group);
		command_send(SIGCONT, init.opt.group);
	}
	if ((actions & LIFE_DO_TERM_ALL) != 0) {
		term_sent = true;
		os_signal_all(SIGTERM);
		os_signal_all(SIGCONT);
	}
	if ((actions & LIFE_DO_KILL_ALL) != 0) {
		names_list(names, sizeof(names));
		if (names[0] != '\0')
			log_line("%s: %s", term_sent ?
			    "still there after TERM" : "killed", names);
		all_kill();
	}
	if ((actions & LIFE_DO_RUN_SHUTDOWN) != 0)
		shutdown_start();
}

/* Says of which stage the time ran out, once. */
static void
forced_say(enum life_stage from)
{
	unsigned forced = init.life.forced & ~init.status.forced;
	int64_t s = (clock_ms() - stage_ms) / 1000;
	const char *name = init.command_pid != 0 ? init.opt.command[0] :
	    init.opt.rc_shutdown;

	init.status.forced = init.life.forced;
	if ((forced & 1U << LIFE_BOOT) != 0)
		log_line("%s: did not end on TERM, killed", init.opt.rc);
	if ((forced & 1U << LIFE_SHUTDOWN) != 0 && fork_ms != INT64_MAX)
		log_line("%s: could not be started in time",
		    init.opt.rc_shutdown);
	else if ((forced & 1U << LIFE_SHUTDOWN) != 0 && s == 0)
		log_line("%s: ran out of time, ended", name);
	else if ((forced & 1U << LIFE_SHUTDOWN) != 0)
		log_line("%s: took over %" PRId64 " s, ended", name, s);
	if ((forced & 1U << LIFE_KILL) != 0 && from == LIFE_KILL)
		log_line("something is left that KILL does not end");
}

static void
stage_entered(enum life_stage from)
{
	int boot_status = init.status.boot_status;

	forced_say(from);
	fork_ms = INT64_MAX;
	stage_ms = clock_ms();
	look_step_ms = LOOK_MIN_MS;
	if (from == LIFE_BOOT && init.life.stage == LIFE_RUN) {
		act_control_check(false);
		notify_ready(boot_status);
	} else if (from == LIFE_BOOT)
		notify_failed(boot_status > 0 ? boot_status : 1);
	act_reaping(false);
}

static void
request_say(const struct request *rq, int64_t left_ms)
{
	if (rq == &rc_failed)
		log_line("%s failed, so the jail ends (-e), gone in %" PRId64
		    " s at most", init.opt.rc, seconds_up(left_ms));
	else
		log_line("%s requested, gone in %" PRId64 " s at most",
		    request_name(rq->verb), seconds_up(left_ms));
	if (rq->budget_ms == REQUEST_NO_BUDGET)
		manager_say();
}

void
act_leave_how(struct leave_how *how)
{
	how->verb = init.life.verb;
	how->leave = init.opt.leave;
	how->place = init.place;
	how->argv = init.argv;
	how->status = 0;
}

/* systemd takes STOPPING=1 for the end of a service, and kills what it finds
 * alive later: a life after this one is no end. */
static void
stopping_say(void)
{
	static bool said;
	struct leave_how how;

	act_leave_how(&how);
	if (said || leave_in_place(&how))
		return;
	said = true;
	notify_stopping();
}

void
act_step(enum life_event event, const struct request *rq)
{
	enum life_stage from = init.life.stage;
	enum request_verb verb = init.life.verb;
	int64_t end_ms = life_end_ms(&init.life), now = clock_ms();
	unsigned actions = life_step(&init.life, event, rq, now);

	if (life_end_ms(&init.life) != end_ms)
		init.status.end_s = (clock_day_ms() +
		    life_end_ms(&init.life) - now) / 1000;
	if (event == LIFE_REQUEST &&
	    (life_end_ms(&init.life) != end_ms || init.life.verb != verb))
		request_say(rq, life_end_ms(&init.life) - now);
	if (init.life.verb != verb)
		stopping_say();
	if (init.life.stage != from)
		stage_entered(from);
	act(actions);
}

static bool
waiting(void)
{
	return (init.life.stage == LIFE_TERM || init.life.stage == LIFE_KILL);
}

/* In the stages that wait for everybody: is anybody left?  Children tell by
 * SIGCHLD; others do not, so that we have to look. */
static void
look(bool children)
{
	int64_t now = clock_ms();

	if (!children && !os_others_left()) {
		act_step(LIFE_EMPTY, NULL);
		return;
	}
	if (children && init.life.stage == LIFE_TERM) {
		look_ms = INT64_MAX;
		return;
	}
	if (look_ms == INT64_MAX)
		look_ms = now + look_step_ms;
	if (now < look_ms)
		return;
	if (init.life.stage == LIFE_KILL)
		os_signal_all(SIGKILL);
	look_step_ms = step_next_ms(look_step_ms);
	look_ms = now + look_step_ms;
}

void
act_reap(void)
{
	bool children = true;
	int st;

	line_tick();
	if (init.command_fd != -1 && os_exit_read(init.command_fd, &st))
		child_ended(init.command_pid, st);
	if (signals_take(SIGCHLD) || sweep || waiting())
		children = reap();
	if (sweep)
		init.more = true;
	if (clock_ms() >= fork_ms)
		shutdown_start();
	if (waiting())
		look(children);
}

int64_t
act_due_ms(void)
{
	int64_t due_ms = life_due_ms(&init.life);

	if (job_due_ms(&init.job) < due_ms)
		due_ms = job_due_ms(&init.job);
	if (fork_ms < due_ms)
		due_ms = fork_ms;
	return (due_ms < look_ms ? due_ms : look_ms);
}
