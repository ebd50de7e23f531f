/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailinit(8): waits for an event, hands it to life_step(), and has stage.c do
 * what that says.  Once the loop in main() has begun nothing may end the
 * program, make it wait for anything but the next event, or allocate.
 */
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/life.h"
#include "core/ms.h"
#include "core/request.h"
#include "lib/clock.h"
#include "lib/sys.h"

#include "child.h"
#include "command.h"
#include "environment.h"
#include "fifo.h"
#include "grace.h"
#include "job.h"
#include "leave.h"
#include "left.h"
#include "log.h"
#include "manager.h"
#include "os_self.h"
#include "signals.h"
#include "stage.h"
#include "start.h"
#include "status.h"

/* A life shorter than this is followed by the next when it is over. */
#define LIFE_MIN_MS	1000

/* For the last status and the FIFO's removal, past the budget if need be. */
#define FAREWELL_MS	250

static struct options opt;
static bool rc_failed;		/* and -e: the jail ends for it */

static void
step(struct life *life, enum life_event event, const struct request *rq)
{
	struct life before = *life;
	unsigned actions = life_step(life, event, rq, clock_ms());

	stage_do(&before, life, rq, actions);
}

/* Takes the next signal that was sent to us.  True: it is a request. */
static bool
signal_request(const struct life *life, struct request *rq)
{
	enum signals_mode mode = opt.command != NULL ? SIGNALS_APP :
	    manager_here()->oci ? SIGNALS_OCI : SIGNALS_BOOT;
	int sig, by;

	for (sig = 1; sig <= sys_signal_max; sig++) {
		if (sig == SIGCHLD || (sig == SIGHUP && fifo_is_draining()))
			continue;
		by = signals_take(sig);
		/* a terminal's new size */
		if (by == SIGNALS_NOT || (sig == SIGWINCH &&
		    by != SIGNALS_SENT && mode != SIGNALS_APP))
			continue;
		if (mode == SIGNALS_APP && options_signal(&opt, sig) == 0)
			continue;
		rq->verb = opt.passes ? REQUEST_NONE :
		    signals_request(sig, mode);
		rq->budget_ms = REQUEST_NO_BUDGET;
		rq->status = 0;
		if (rq->verb != REQUEST_NONE)
			return (true);
		if (mode == SIGNALS_APP)
			command_pass(sig);
		else if (sig == SIGHUP && life->verb == REQUEST_NONE)
			fifo_check(true);
		else if (sig != SIGHUP && by == SIGNALS_SENT)
			signals_ignore(sig);
	}
	return (false);
}

/* Requests, by signal and by FIFO. */
static void
requests_take(struct life *life)
{
	struct request rq;

	while (signal_request(life, &rq) || fifo_request(&rq)) {
		if (rq.verb != REQUEST_RUN)
			step(life, LIFE_REQUEST, &rq);
		else {
			child_reaping(true);
			job_start(&rq, opt.job_ms);
			child_reaping(false);
		}
	}
}

/* Ends: of rc, rc.shutdown, the command; at last, of all. */
static void
ends_take(struct life *life)
{
	enum life_event event;

	while (child_event(&event)) {
		rc_failed = rc_failed || (event == LIFE_BOOTED &&
		    opt.end_on_failure && child_boot_status() != 0 &&
		    life->verb == REQUEST_NONE);
		if (rc_failed && life->verb == REQUEST_NONE)
			step(life, LIFE_REQUEST, &stage_rc_failed);
		step(life, event, NULL);
	}
	child_reaping(false);	/* a job may have ended */
	if ((life->stage == LIFE_TERM || life->stage == LIFE_KILL) &&
	    left_nobody(life->stage, child_any()))
		step(life, LIFE_EMPTY, NULL);
}

static void
wait_event(const struct life *life)
{
	struct pollfd fds[] = {
		{ fifo_fd(), POLLIN, 0 },
		{ status_fd(), POLLIN, 0 },
		{ command_exec_fd(), POLLIN, 0 },
		{ command_fd(), command_events(), 0 },
		{ child_fd(), POLLIN, 0 }
	};
	int64_t due_ms = min_ms(life_due_ms(life), fifo_due_ms());

	due_ms = min_ms(min_ms(due_ms, status_due_ms()), left_due_ms());
	due_ms = min_ms(min_ms(due_ms, child_due_ms()), job_due_ms());
	due_ms = min_ms(min_ms(due_ms, grace_due_ms()), command_due_ms());
	if (signals_wait(fds, 5, due_ms) <= 0)
		return;
	if (fds[1].revents != 0)
		status_done();
	if (fds[2].revents != 0)
		command_executed();
	if (fds[3].revents != 0)
		command_dead();
	if (fds[4].revents != 0)
		child_unreaped();
}

/* Gathers what the status shows, and shows the stage in the title, which says
 * that signals are requests here. */
static void
status_gather(const struct life *life, struct status *s)
{
	if (s->stage != life->stage && !opt.passes)
		os_title(life_stage_name(life->stage));
	s->stage = life->stage;
	s->verb = life->verb;
	s->exit_status = life->status;
	s->forced = life->forced;
	s->boot_status = child_boot_status();
	s->end_s = stage_end_s();
	s->dropped_log = log_dropped();
	s->dropped_requests = fifo_dropped();
	s->app = opt.command != NULL;
	s->job = job_last();
}

/* A reboot after a life that was too short waits; meanwhile a halt can still
 * turn it into one. */
static void
reboot_hold(struct life *life, struct status *s, int64_t born_ms)
{
	struct pollfd fd = { fifo_fd(), POLLIN, 0 };
	int64_t due_ms = born_ms + LIFE_MIN_MS;

	while (clock_ms() < due_ms && life->verb == REQUEST_REBOOT &&
	    opt.leave != LEAVE_EXIT) {
		status_gather(life, s);
		status_update(s);
		(void)signals_wait(&fd, 1, min_ms(due_ms, fifo_due_ms()));
		fifo_turn();
		requests_take(life);
	}
}

static _Noreturn void
gone(struct life *life, struct status *s, int64_t born_ms)
{
	struct pollfd fd = { command_exec_fd(), POLLIN, 0 };

	if (fd.fd != -1 && poll(&fd, 1, 0) == 1)
		command_executed();
	reboot_hold(life, s, born_ms);
	status_gather(life, s);
	status_farewell(s, FAREWELL_MS);
	/* With a reboot in place a halt that came meanwhile would be lost. */
	fifo_turn();
	requests_take(life);
	leave(life->verb, &opt, life->verb == REQUEST_EXIT ? life->status :
	    opt.command != NULL ? command_status() : rc_failed ? 1 : 0);
}

int
main(int argc, char **argv)
{
	char *env[environment_room()], title[OS_TITLE_MAX];
	int64_t born_ms = clock_ms();
	static struct life life;	/* not on the stack: fewer pages */
	static struct status status;

	start(&life, &opt, argc, argv, env);
	status.stage = life.stage;
	status.life = environment_life();
	status.born_s = clock_day_ms() / 1000;
	if (!opt.passes)
		os_title_init(title, life_stage_name(life.stage));
	for (;;) {
		fifo_turn();
		child_turn();
		job_tick();
		grace_tick();
		requests_take(&life);
		ends_take(&life);
		step(&life, LIFE_TICK, NULL);
		if (life.stage == LIFE_GONE)
			gone(&life, &status, born_ms);
		status_gather(&life, &status);
		/* Its writer would be in the way of the command's start. */
		if (command_exec_fd() == -1 || life.verb != REQUEST_NONE)
			status_update(&status);
		wait_event(&life);
	}
}
