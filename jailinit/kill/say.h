/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What jailkill says of jails that it ends, on standard output: a last line
 * for each; on a terminal, before it, a line that changes in place.
 */
#ifndef SHOW_H
#define SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/halt.h"

#include "target.h"

/* quiet: last lines of failures alone.  verbose: every step. */
void show_init(bool quiet, bool verbose);

/* Are there lines that change in place? */
bool show_is_live(void);

/* Draws these lines anew, when it is time to. */
void show_live(const struct target *list, const struct halt *h,
    int64_t now_ms);

/* Steps, for verbose: a stage was reached; the first process got sig; nobody
 * could enter (an errno; said always). */
void show_stage(const struct target *t, const struct halt_jail *h);
void show_signalled(const struct target *t, int sig, const char *comm);
void show_not_entered(const struct target *t, int error);

/* The last line, h being GONE or LEFT.  why: what keeps it, or "". */
void show_end(const struct target *t, const struct halt_jail *h,
    bool rebooted, int64_t now_ms, const char *why);

/* Writes what could not be written so far, and waits for that. */
void show_finish(void);

/* Why a jail has not taken a request, of target.refused. */
const char *show_refusal(int error);

/* The words for an errno of jailkill(3). */
const char *show_error(int error);

#endif
