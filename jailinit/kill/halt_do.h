/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does the actions of core/halt.h, and learns what happens to jails.  Returns
 * that as an event, which the caller gives to halt_step(); HALT_TICK: nothing.
 */
#ifndef HALT_DO_H
#define HALT_DO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/halt.h"
#include "core/request.h"

#include "halt_all.h"
#include "halt_kill.h"
#include "halt_term.h"
#include "halt_visit.h"

struct halt_do {
	struct halt_all all;
	struct halt_visit visit;
	struct halt_term term;
	struct halt_kill kill;
	struct doing *doing;	/* about all.list; allocated */
	enum request_verb verb;
	size_t left;		/* jails whose last line is to come */
	size_t unasked;		/* left alone, as no visitor could start */
	int outcome;		/* the worst so far, outcome.h */
};

/* Begins with list[0..n), and sorts it.  listening: leaves jails of group 0
 * alone that do not listen.  d must not move.  Ends the program if there is no
 * memory. */
void halt_do_init(struct halt_do *d, struct target *list, size_t n,
    enum request_verb verb, int64_t limit_ms, bool listening);
void halt_do_free(struct halt_do *d);

/* Does the actions of halt_step() for jail i. */
enum halt_event halt_do(struct halt_do *d, size_t i, unsigned actions);

/* Learns what a tag of all.watch_fd tells: what has become of the jail; or the
 * next word of its visitor.  *more: there may be another word. */
enum halt_event halt_do_look(struct halt_do *d, size_t i, uint64_t tag);
enum halt_event halt_do_hear(struct halt_do *d, size_t i, bool *more);

/* Does what is due by time for jail i; and the time when something is due, or
 * HALT_NEVER_MS. */
void halt_do_late(struct halt_do *d, size_t i);
int64_t halt_do_due(const struct halt_do *d, size_t i);

/* Was its last line printed? */
bool halt_do_is_over(const struct halt_do *d, size_t i);

#endif
