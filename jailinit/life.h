/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of a jail: events in, actions out.  Pure: no system call, no
 * clock, no errno.  All times are milliseconds of one monotonic clock.
 *
 *	BOOT -> RUN -> SHUTDOWN -> TERM -> KILL -> GONE
 *
 * The stage only moves to the right, some may be left out, and from the
 * first request on GONE is reached at the latest when the budget is spent:
 * by the first life_step() whose now_ms is not before life_end_ms().
 */
#ifndef LIFE_H
#define LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "request.h"

#define LIFE_NEVER_MS	INT64_MAX

/* A request during BOOT: rc has a tenth of the budget to end after TERM, but
 * not more than this, as rc.shutdown's time is what it is taken from. */
#define LIFE_BOOT_MAX_MS	5000

enum life_stage {
	LIFE_BOOT,		/* rc runs */
	LIFE_RUN,		/* nothing to do but to reap and to listen */
	LIFE_SHUTDOWN,		/* rc.shutdown runs; the command may end */
	LIFE_TERM,		/* all that is left had TERM */
	LIFE_KILL,		/* all that is left had KILL */
	LIFE_GONE,		/* process 1 leaves */
	LIFE_STAGES
};

enum life_event {
	LIFE_TICK,		/* nothing but time */
	LIFE_REQUEST,		/* the end was asked for */
	LIFE_BOOTED,		/* rc has ended, or could not be started */
	LIFE_COMMAND_ENDED,	/* the command of app mode has ended */
	LIFE_SHUTDOWN_ENDED,	/* rc.shutdown has, or could not be started */
	LIFE_EMPTY		/* no process is left but process 1 */
};

/* Actions, to be done in this order. */
#define LIFE_DO_END_RC		0x01U	/* TERM, CONT to rc's group */
#define LIFE_DO_KILL_RC		0x02U	/* KILL to rc's group */
#define LIFE_DO_STOP_COMMAND	0x04U	/* its stop signal, CONT */
#define LIFE_DO_RUN_SHUTDOWN	0x08U	/* start rc.shutdown */
#define LIFE_DO_TERM_ALL	0x10U	/* TERM, CONT to every process */
#define LIFE_DO_KILL_ALL	0x20U	/* KILL to every process */

/* The limits of the life, 0 to REQUEST_SECONDS_MAX * 1000 each. */
struct life_limits {
	int64_t shutdown_ms;	/* for rc.shutdown, or the command's end */
	int64_t term_ms;	/* after TERM */
	int64_t kill_ms;	/* after KILL */
	int64_t budget_ms;	/* of a request that names none, or
				 * REQUEST_NO_BUDGET: the three's sum */
};

struct life {
	enum life_stage stage;
	enum request_verb verb;		/* how it ends, REQUEST_NONE before */
	unsigned forced;		/* bit 1 << stage: ran out of time */
	bool command;			/* app mode: the command lives */
	bool rc_shutdown;		/* one is to be run, or runs */
	struct life_limits limits;
	int64_t at_ms[LIFE_STAGES];	/* the stage ends at this time */
	int64_t part_ms[LIFE_STAGES];	/* and after this much time in it */
};

/* A life at its start: in BOOT, or with a command (app mode) in RUN.
 * rc_shutdown: whether the end begins with rc.shutdown. */
void life_init(struct life *life, const struct life_limits *limits,
    bool command, bool rc_shutdown);

/* What event (rq is read for LIFE_REQUEST alone, else it may be NULL) and
 * the time now_ms make of the life.  Returns the actions, LIFE_DO_*. */
unsigned life_step(struct life *life, enum life_event event,
    const struct request *rq, int64_t now_ms);

/* When life_step() is due even if nothing happens, or LIFE_NEVER_MS. */
int64_t life_due_ms(const struct life *life);

/* The end that is promised, or LIFE_NEVER_MS before any request. */
int64_t life_end_ms(const struct life *life);

/* The stage in one lower-case word, never NULL. */
const char *life_stage_name(enum life_stage stage);

#endif
