/* SPDX-License-Identifier: BSD-2-Clause */
/* Does what life.h says: the only file that turns its actions into signals and
 * programs.  Never waits. */
#include <inttypes.h>
#include <signal.h>

#include "lib/clock.h"

#include "child.h"
#include "command.h"
#include "fifo.h"
#include "grace.h"
#include "job.h"
#include "leave.h"
#include "left.h"
#include "log.h"
#include "notify.h"
#include "os.h"
#include "stage.h"

const struct request stage_rc_failed = { REQUEST_HALT, REQUEST_NO_BUDGET, "",
    REQUEST_NO_ID };

static const struct options *opt;
static int64_t begun_ms;	/* when the stage began */
static int64_t end_s;

void
stage_init(const struct options *o)
{
	opt = o;
	begun_ms = clock_ms();
}

int64_t
stage_end_s(void)
{
	return (end_s);
}

/* Whole seconds, rounded up: more time than is left is never promised. */
static int64_t
seconds_up(int64_t ms)
{
	return (ms <= 0 ? 0 : (ms + 999) / 1000);
}

/* Says in which stage the time ran out. */
static void
forced_say(const struct life *before, const struct life *life)
{
	unsigned forced = life->forced & ~before->forced;
	int64_t s = (clock_ms() - begun_ms) / 1000;
	bool starting;
	const char *name = child_shutdown_name(&starting);

	if ((forced & 1U << LIFE_BOOT) != 0)
		log_line("%s: did not end on TERM, killed", opt->rc);
	if ((forced & 1U << LIFE_SHUTDOWN) != 0 && starting)
		log_line("%s: could not be started in time",
		    opt->rc_shutdown);
	else if ((forced & 1U << LIFE_SHUTDOWN) != 0 && s == 0)
		log_line("%s: ran out of time, ended", name);
	else if ((forced & 1U << LIFE_SHUTDOWN) != 0)
		log_line("%s: took over %" PRId64 " s, ended", name, s);
	if ((forced & 1U << LIFE_KILL) != 0 && before->stage == LIFE_KILL)
		log_line("something is left that KILL does not end");
}

static void
stage_entered(const struct life *before, const struct life *life)
{
	int rc = child_boot_status();

	child_stage(life->stage);
	left_stage();
	begun_ms = clock_ms();
	if (before->stage != LIFE_BOOT)
		return;
	if (life->stage == LIFE_RUN) {
		fifo_check(false);
		notify_ready(rc);
	} else
		notify_failed(rc > 0 ? rc : 1);
}

/* A command that ends as it is told to needs no words. */
static void
request_say(const struct request *rq, int64_t left_ms)
{
	if (opt->command != NULL && fifo_fd() == -1) {
		grace_say_later();
		return;
	}
	if (rq == &stage_rc_failed)
		log_line("%s failed, so the jail ends (-e), gone in %" PRId64
		    " s at most", opt->rc, seconds_up(left_ms));
	else
		log_line("%s requested, gone in %" PRId64 " s at most",
		    request_name(rq->verb), seconds_up(left_ms));
	if (rq->budget_ms == REQUEST_NO_BUDGET)
		grace_say();
}

/* systemd takes STOPPING=1 for the end of a service, and kills what lives
 * later; when a life follows in this process that is no end. */
static void
stopping_say(enum request_verb verb)
{
	static bool said;

	if (said || leave_in_place(verb, opt->leave))
		return;
	said = true;
	notify_stopping();
}

/* Not inlined: until then process 1 needs no stack for the names. */
static void __attribute__((__noinline__))
kill_all(bool after_term)
{
	char names[LOG_LINE_MAX / 2];

	left_names(names, sizeof(names));
	if (names[0] != '\0')
		log_line("%s: %s", after_term ? "still there after TERM" :
		    "killed", names);
	left_kill();
}

static void
actions_do(unsigned actions)
{
	static bool term_sent;

	if ((actions & LIFE_DO_END_RC) != 0)
		child_end_rc();
	if ((actions & LIFE_DO_KILL_RC) != 0)
		child_kill_rc();
	if ((actions & LIFE_DO_STOP_COMMAND) != 0)
		command_stop();
	if ((actions & LIFE_DO_TERM_ALL) != 0) {
		term_sent = true;
		os_signal_all(SIGTERM);
		os_signal_all(SIGCONT);
	}
	if ((actions & LIFE_DO_KILL_ALL) != 0)
		kill_all(term_sent);
	if ((actions & LIFE_DO_RUN_SHUTDOWN) != 0)
		child_start_shutdown();
}

void
stage_do(const struct life *before, const struct life *life,
    const struct request *rq, unsigned actions)
{
	int64_t left_ms = life_end_ms(life) - clock_ms();
	bool nearer = life_end_ms(life) != life_end_ms(before);

	if (nearer)
		end_s = (clock_day_ms() + left_ms) / 1000;
	if (rq != NULL && (nearer || life->verb != before->verb))
		request_say(rq, left_ms);
	if (life->verb != before->verb) {
		child_verb(life->verb);
		job_no_more();
		stopping_say(life->verb);
	}
	if (life->forced != before->forced)
		forced_say(before, life);
	if (life->stage != before->stage)
		stage_entered(before, life);
	actions_do(actions);
}
