/* SPDX-License-Identifier: BSD-2-Clause */
/* Sends TERM to all processes of jails, by children that enter them.  Limits
 * how many children may be inside at once. */
#ifndef HALT_TERM_H
#define HALT_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "halt_all.h"

struct halt_term {
	const struct halt_all *all;
	struct termed *jails;		/* about all->list; allocated */
	size_t inside[HALT_SIDES];	/* children */
};

/* Ends the program if there is no memory. */
void halt_term_init(struct halt_term *t, const struct halt_all *all);
void halt_term_free(struct halt_term *t);

/* Sends TERM to jail i as soon as a child may enter. */
void halt_term_start(struct halt_term *t, size_t i);

/* Takes the outcome of the child for jail i, if it has ended or its time is up.
 * Prints a line if it failed. */
void halt_term_take(struct halt_term *t, size_t i);

/* When its time is up, or HALT_NEVER_MS. */
int64_t halt_term_due(const struct halt_term *t, size_t i);

/* Jail i has gone: ends the child, if there is one. */
void halt_term_end(struct halt_term *t, size_t i);

#endif
