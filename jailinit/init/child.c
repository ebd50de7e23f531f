/* SPDX-License-Identifier: BSD-2-Clause */
/* Children.  Signals rc by its pid, and reaps by waitpid(2). */
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "lib/clock.h"

#include "child.h"
#include "command.h"
#include "job.h"
#include "left.h"
#include "log.h"
#include "os.h"
#include "os_child.h"
#include "signals.h"
#include "spawn.h"

/* At most this many children are reaped in a turn, so that a fork storm does
 * not keep us from requests. */
#define REAP_BATCH	256

static const struct options *opt;
static enum life_stage stage;

static pid_t rc_pid, shutdown_pid;	/* 0: it does not run */
static int boot_status = -1;

static unsigned ended;		/* 1 << event: child_event() returns it */

static bool kernel_reaps;	/* SIGCHLD is ignored */
static int batch;		/* how many may still be reaped in this turn */
static bool any;		/* there are children */
static bool more;		/* the batch was used up */

/* After the process table was full: the time of the next try to start
 * rc.shutdown, and the wait before that try. */
static int64_t start_ms = INT64_MAX, start_step_ms;
static enum request_verb verb;

void
child_init(const struct options *o)
{
	opt = o;
	stage = o->command == NULL ? LIFE_BOOT : LIFE_RUN;
}

static void
end_note(enum life_event event)
{
	ended |= 1U << event;
}

/*
 * Starting.
 */
void
child_start_rc(void)
{
	rc_pid = spawn_script(opt->rc, NULL, false);
	if (rc_pid != -1)
		return;
	log_line("%s: fork: %s", opt->rc, strerror(errno));
	rc_pid = 0;
	boot_status = SPAWN_CANNOT_EXEC;
	end_note(LIFE_BOOTED);
}

/* A user of the jail can fill the process table, and it has room again when
 * processes end.  If no other process is left, a few tries are enough. */
static bool
may_start_later(int e)
{
	return ((e == EAGAIN || e == ENOMEM) && (start_ms == INT64_MAX ||
	    start_step_ms < LEFT_STEP_MAX_MS || any || os_others_left()));
}

void
child_start_shutdown(void)
{
	pid_t pid = spawn_script(opt->rc_shutdown, request_name(verb),
	    opt->command == NULL);
	int e = errno;

	if (pid == -1 && start_ms == INT64_MAX)
		log_line("%s: fork: %s", opt->rc_shutdown, strerror(e));
	if (pid == -1 && may_start_later(e)) {
		start_step_ms = start_ms == INT64_MAX ? LEFT_STEP_MIN_MS :
		    left_step_ms(start_step_ms);
		start_ms = clock_ms() + start_step_ms;
		return;
	}
	start_ms = INT64_MAX;
	if (pid == -1)
		end_note(LIFE_SHUTDOWN_ENDED);
	else
		shutdown_pid = pid;
}

void
child_verb(enum request_verb now)
{
	verb = now;
}

/*
 * Signalling.
 */
void
child_end_rc(void)
{
	signals_send(rc_pid, SIGTERM, true);
	signals_send(rc_pid, SIGCONT, true);
}

void
child_kill_rc(void)
{
	signals_send(rc_pid, SIGKILL, true);
}

/* In this turn or, if its reaping is over, in the next, which is then due at
 * once. */
static void
reap_soon(void)
{
	batch = REAP_BATCH;
	more = true;
}

/* While the kernel reaped, nobody asked whether any child is left. */
void
child_stage(enum life_stage now)
{
	stage = now;
	start_ms = INT64_MAX;
	reap_soon();
	child_reaping(false);
}

/*
 * Reaping.
 */

/* A child that ended before SIGCHLD was ignored stays a zombie; one that ends
 * before it is caught again is not noticed.  So we reap once either way. */
void
child_reaping(bool job)
{
	bool by_kernel = os_kernel_reaps && !job && !job_runs() &&
	    stage == LIFE_RUN && !opt->tell_reaped &&
	    (opt->command == NULL || command_fd() != -1);

	if (by_kernel == kernel_reaps)
		return;
	kernel_reaps = by_kernel;
	signals_child(by_kernel);
	reap_soon();
}

/* Returns the exit status, 128 + n for a signal; logs it unless it is 0. */
static int
status_say(const char *name, int st)
{
	if (WIFSIGNALED(st)) {
		log_line("%s: killed by signal %d", name, WTERMSIG(st));
		return (128 + WTERMSIG(st));
	}
	if (WEXITSTATUS(st) != 0)
		log_line("%s: exit status %d", name, WEXITSTATUS(st));
	return (WEXITSTATUS(st));
}

static void
child_ended(pid_t pid, int st)
{
	if (pid == rc_pid) {
		rc_pid = 0;
		boot_status = status_say(opt->rc, st);
		end_note(LIFE_BOOTED);
	} else if (pid == shutdown_pid) {
		shutdown_pid = 0;
		(void)status_say(opt->rc_shutdown, st);
		end_note(LIFE_SHUTDOWN_ENDED);
	} else if (command_ended(pid, st))
		end_note(LIFE_COMMAND_ENDED);
	else if (!job_ended(pid, st) && opt->tell_reaped)
		log_line("Reaped zombie process with pid=%d", (int)pid);
}

/* Reaps until child_event() has something to return or the batch is used up. */
static void
reap(void)
{
	pid_t pid;
	int st;

	while (batch > 0 && ended == 0) {
		pid = waitpid(-1, &st, WNOHANG | WUNTRACED);
		any = pid >= 0 || errno != ECHILD;
		if (pid == 0 || !any) {
			batch = 0;
			more = false;
			return;
		}
		more = --batch == 0;
		if (pid == -1)
			continue;
		if (start_ms != INT64_MAX)
			start_ms = 0;	/* there may be room now */
		if (!WIFSTOPPED(st))
			child_ended(pid, st);
		else if (stage == LIFE_RUN)
			command_stopped(pid, WSTOPSIG(st));
	}
}

void
child_turn(void)
{
	bool due = signals_take(SIGCHLD) || more || stage == LIFE_TERM ||
	    stage == LIFE_KILL;

	batch = due ? REAP_BATCH : 0;
	more = false;
}

bool
child_event(enum life_event *event)
{
	if (command_look())
		end_note(LIFE_COMMAND_ENDED);
	reap();
	if (clock_ms() >= start_ms)
		child_start_shutdown();
	for (*event = 0; ended != 0; ++*event)
		if ((ended & 1U << *event) != 0) {
			ended &= ~(1U << *event);
			return (true);
		}
	return (false);
}

bool
child_any(void)
{
	return (any);
}

int64_t
child_due_ms(void)
{
	return (more ? 0 : start_ms);
}

int
child_boot_status(void)
{
	return (boot_status);
}

const char *
child_shutdown_name(bool *starting)
{
	*starting = start_ms != INT64_MAX;
	return (command_runs() ? opt->command[0] : opt->rc_shutdown);
}
