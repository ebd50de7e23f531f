/* SPDX-License-Identifier: BSD-2-Clause */
/* Children.  Signals rc by its pid, and reaps by waitpid(2). */
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "core/ms.h"
#include "lib/clock.h"

#include "child.h"
#include "command.h"
#include "job.h"
#include "log.h"
#include "os_child.h"
#include "retry.h"
#include "signals.h"
#include "spawn.h"

/* At most this many children are reaped in a turn, so that a fork storm does
 * not keep us from requests. */
#define REAP_BATCH	256

/* While the kernel reaps, we look this often at most for what it does not: in a
 * storm of orphans each of them may be one. */
#define LOOK_MS	250

static const struct options *opt;
static enum life_stage stage;

static pid_t rc_pid, shutdown_pid;	/* 0: it does not run */
static int boot_status = -1;

static unsigned ended;		/* 1 << event: child_event() returns it */

static bool kernel_reaps;	/* SIGCHLD is blocked, signals_child() */
static int unreaped_fd = -1;	/* os_unreaped_open() */
static int64_t look_ms;		/* not before: LOOK_MS */
static bool look_later;		/* at look_ms */
static int batch;		/* how many may still be reaped in this turn */
static bool any;		/* there are children */
static bool more;		/* the batch was used up */

/* So long rc is tried to be started when the process table is full: whoever
 * waits for the end of boot is not to wait for ever. */
#define START_RC_MS	5000

/* When to try again to start rc, in BOOT, or rc.shutdown. */
static struct retry start = RETRY_NONE;
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
/* fork(2) has failed.  Is it tried again? */
static bool
start_later(const char *name, int64_t for_ms)
{
	bool first = start.due_ms == INT64_MAX;
	int e = errno;
	bool later = retry_later(&start, e, for_ms);

	if (first)
		log_line("%s: fork: %s", name, strerror(e));
	else if (!later)
		log_line("%s: could not be started in time", name);
	return (later);
}

static void
rc_given_up(void)
{
	start.due_ms = INT64_MAX;
	boot_status = SPAWN_CANNOT_EXEC;
	end_note(LIFE_BOOTED);
}

void
child_start_rc(void)
{
	pid_t pid = spawn_rc(opt->rc, opt->ctl, opt->status);

	if (pid != -1) {
		start.due_ms = INT64_MAX;
		rc_pid = pid;
	} else if (!start_later(opt->rc, START_RC_MS))
		rc_given_up();
}

/* The end of the stage ends the tries. */
void
child_start_shutdown(void)
{
	pid_t pid = spawn_script(opt->rc_shutdown, request_name(verb),
	    opt->command == NULL);

	if (pid != -1) {
		start.due_ms = INT64_MAX;
		shutdown_pid = pid;
	} else if (!start_later(opt->rc_shutdown, INT64_MAX))
		end_note(LIFE_SHUTDOWN_ENDED);
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
	if (start.due_ms != INT64_MAX)
		rc_given_up();
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
	start.due_ms = INT64_MAX;
	if (now >= LIFE_TERM) {
		command_expect(SIGTERM);
		command_expect(SIGHUP);
	}
	if (now >= LIFE_KILL)
		command_expect(SIGKILL);
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
	    (opt->command == NULL || command_reapable());

	if (by_kernel && unreaped_fd == -1)
		unreaped_fd = os_unreaped_open();
	by_kernel = by_kernel && unreaped_fd != -1;
	if (by_kernel == kernel_reaps)
		return;
	kernel_reaps = by_kernel;
	signals_child(by_kernel);
	reap_soon();
}

int
child_fd(void)
{
	return (kernel_reaps && !look_later ? unreaped_fd : -1);
}

void
child_unreaped(void)
{
	look_later = clock_ms() < look_ms;
	if (look_later)
		return;
	os_unreaped_read(unreaped_fd);
	look_ms = clock_ms() + LOOK_MS;
	more = true;
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
		if (start.due_ms != INT64_MAX)
			start.due_ms = 0;	/* there may be room now */
		if (!WIFSTOPPED(st))
			child_ended(pid, st);
		else if (!os_child_untrace(pid, WSTOPSIG(st)) &&
		    stage == LIFE_RUN)
			command_stopped(pid, WSTOPSIG(st));
	}
}

void
child_turn(void)
{
	bool due;

	if (look_later && clock_ms() >= look_ms)
		child_unreaped();
	due = signals_take(SIGCHLD) || more || stage == LIFE_TERM ||
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
	if (retry_is_due(&start)) {
		if (stage == LIFE_BOOT)
			child_start_rc();
		else
			child_start_shutdown();
	}
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
	if (more)
		return (0);
	if (kernel_reaps && look_later)
		return (min_ms(look_ms, start.due_ms));
	return (start.due_ms);
}

int
child_boot_status(void)
{
	return (boot_status);
}

const char *
child_shutdown_name(bool *starting)
{
	*starting = start.due_ms != INT64_MAX;
	return (command_runs() ? opt->command[0] : opt->rc_shutdown);
}
