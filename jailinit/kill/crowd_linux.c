/* SPDX-License-Identifier: BSD-2-Clause */
/* A growing list of processes. */
#include <stdlib.h>

#include "crowd.h"

/* Room for this many at first. */
#define CROWD_FIRST	1024

void
crowd_add(struct jail_crowd *c, uint64_t space)
{
	size_t room = c->room * 2 + CROWD_FIRST;
	uint64_t *more;

	if (c->n == c->room) {
		more = reallocarray(c->spaces, room, sizeof(*more));
		if (more == NULL)
			return;
		c->spaces = more;
		c->room = room;
	}
	c->spaces[c->n++] = space;
}
