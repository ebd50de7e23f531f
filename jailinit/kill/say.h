/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What jailkill prints about jails that it ends, on standard output: a last
 * line for each, and before it, on a terminal, a line that changes in place.
 */
#ifndef SAY_H
#define SAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/halt.h"

#include "target.h"

/* quiet: prints only failures.  verbose: prints every step.  json: the last
 * lines are JSON, and there are no others. */
void say_init(bool quiet, bool verbose, bool json);

/* Draws a line for each of n jails that is not over, if it is time to.
 * active: how many have begun and are not over. */
void say_live(const struct target *list, const struct halt_jail *jails,
    size_t n, size_t active, int64_t now_ms);

/* Steps, for verbose: a stage was reached; the first process, called comm, got
 * sig. */
void say_stage(const struct target *t, const struct halt_jail *h);
void say_signalled(const struct target *t, int sig, const char *comm);

/* The jail could not be entered; error: an errno. */
void say_not_entered(const struct target *t, int error);

/* The last line, for a jail that is GONE or LEFT.  why: what keeps it, or
 * "". */
void say_end(const struct target *t, const struct halt_jail *h,
    bool rebooted, int64_t now_ms, const char *why);

/* How it went, on a terminal, if there were several: begun_ms is when the time,
 * limit_ms, began. */
void say_sum(int64_t begun_ms, int64_t limit_ms, int64_t now_ms);

/* Words for the errno in target.refused. */
const char *say_refusal(int error);

/* Words for an errno of jailkill(3). */
const char *say_error(int error);

#endif
