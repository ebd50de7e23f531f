/* SPDX-License-Identifier: BSD-2-Clause */
/* Does what life.h says: the only file that turns its actions into signals and
 * programs.  Never waits. */
#include <inttypes.h>
#include <signal.h>

#include "lib/clock.h"
#include "lib/text.h"

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

const struct request stage_rc_failed = { REQUEST_HALT, REQUEST_NO_BUDGET, 0,
    "", REQUEST_NO_ID };

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
	const char *then = life->command ? ", the others get TERM" : ", ended";

	if ((forced & 1U << LIFE_BOOT) != 0)
		log_line("%s: did not end on TERM, killed", opt->rc);
	if ((forced & 1U << LIFE_SHUTDOWN) != 0 && starting)
		log_line("%s: could not be started in time",
		    opt->rc_shutdown);
	else if ((forced & 1U << LIFE_SHUTDOWN) != 0 && s == 0)
		log_line("%s: ran out of time%s", name, then);
	else if ((forced & 1U << LIFE_SHUTDOWN) != 0)
		log_line("%s: took over %" PRId64 " s%s", name, s, then);
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
	char status[8] = "";

	if (opt->command != NULL && fifo_fd() == -1) {
		grace_say_later();
		return;
	}
	if (rq->verb == REQUEST_EXIT)
		(void)text_format(status, sizeof(status), " %d", rq->status);
	if (rq == &stage_rc_failed)
		log_line("%s failed, so the jail ends (-e), gone in %" PRId64
		    " s at most", opt->rc, seconds_up(left_ms));
	else
		log_line("%s%s requested, gone in %" PRId64 " s at most",
		    request_name(rq->verb), status, seconds_up(left_ms));
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

/* Asks processes to end.  A command that lives was asked already; if others
 * cannot be told from it, they are asked when it has ended. */
static void
term(const struct life *life, unsigned actions)
{
	static bool later;

	if ((actions & LIFE_DO_TERM_OTHERS) != 0)
		later = !command_signal_others(SIGTERM, false) ||
		    !command_signal_others(SIGCONT, false);
	if ((actions & LIFE_DO_TERM_ALL) != 0 ||
	    (later && !life->command && life->stage == LIFE_TERM)) {
		later = false;
		os_signal_all(SIGTERM);
		os_signal_all(SIGCONT);
	}
}

static void
actions_do(const struct life *life, unsigned actions)
{
	static bool term_sent;

	if ((actions & LIFE_DO_END_RC) != 0)
		child_end_rc();
	if ((actions & LIFE_DO_KILL_RC) != 0)
		child_kill_rc();
	if ((actions & LIFE_DO_STOP_COMMAND) != 0)
		command_stop();
	term(life, actions);
	term_sent = term_sent || life->stage == LIFE_TERM;
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
	if (rq != NULL && (nearer || life->verb != before->verb ||
	    life->status != before->status))
		request_say(rq, left_ms);
	if (life->verb != before->verb) {
		child_verb(life->verb == REQUEST_EXIT ? REQUEST_HALT :
		    life->verb);
		job_no_more();
		stopping_say(life->verb);
	}
	if (life->forced != before->forced)
		forced_say(before, life);
	if (life->stage != before->stage)
		stage_entered(before, life);
	actions_do(life, actions);
}
