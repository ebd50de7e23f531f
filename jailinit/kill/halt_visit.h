/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks jails by visitors.  Limits how many may be without an answer. */
#ifndef HALT_VISIT_H
#define HALT_VISIT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/halt.h"
#include "core/request.h"

#include "halt_all.h"

struct halt_visit {
	struct halt_all *all;
	enum request_verb verb;
	struct visited *jails;		/* about all->list; allocated */
	size_t unanswered[HALT_SIDES];	/* visitors without an answer yet */
};

/* Ends the program if there is no memory. */
void halt_visit_init(struct halt_visit *v, struct halt_all *all,
    enum request_verb verb);
void halt_visit_free(struct halt_visit *v);

/* Notes whether jail i is to get a visitor, once there is room. */
void halt_visit_want(struct halt_visit *v, size_t i, bool want);
bool halt_visit_is_wanted(const struct halt_visit *v, size_t i);

/* The first jail from i on that is to get a visitor and may get it now, or
 * all->n. */
size_t halt_visit_next(const struct halt_visit *v, size_t i);

/* Starts the visitor.  HALT_REFUSED: that failed, and refused in struct target
 * says why; else HALT_TICK. */
enum halt_event halt_visit_send(struct halt_visit *v, size_t i);

/* The visitor of jail i has brought an answer; or is not needed any more. */
void halt_visit_answered(struct halt_visit *v, size_t i);
void halt_visit_end(struct halt_visit *v, size_t i);

#endif
