/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does what core/halt.h says about jails, and takes in what becomes of that.
 * What happens to a jail is returned as an event, for the caller to hand to
 * halt_step(); HALT_TICK: nothing.
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
	size_t unasked;		/* jails left alone that no visitor came to */
	int outcome;		/* the worst so far, outcome.h */
};

/* For list[0..n), which is sorted.  listening: leaves those alone that do not
 * listen.  d stays where it is.  Ends the program if there is no memory. */
void halt_do_init(struct halt_do *d, struct target *list, size_t n,
    enum request_verb verb, int64_t limit_ms, bool listening);
void halt_do_free(struct halt_do *d);

/* Does the actions of halt_step() for jail i. */
enum halt_event halt_do(struct halt_do *d, size_t i, unsigned actions);

/* Takes in what a tag of all.watch_fd is about: the jail; or the next word of
 * its visitor, *more: there may be another. */
enum halt_event halt_do_look(struct halt_do *d, size_t i, uint64_t tag);
enum halt_event halt_do_hear(struct halt_do *d, size_t i, bool *more);

/* Does what is late for jail i; and when something will be, or
 * HALT_NEVER_MS. */
void halt_do_late(struct halt_do *d, size_t i);
int64_t halt_do_due(const struct halt_do *d, size_t i);

/* Has its last line been said? */
bool halt_do_is_over(const struct halt_do *d, size_t i);

#endif
