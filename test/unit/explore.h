/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Visits, breadth first, all states that a pure file can reach: makes each move
 * from each state until no new state turns up.  States are compared byte by
 * byte, so the caller gives padding one value and copies by memcpy(3) alone.
 */
#ifndef EXPLORE_H
#define EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct explore {
	size_t size;		/* of a state, set by the caller */
	/* Makes a move.  Returns the promise that it broke, or NULL. */
	const char *(*move)(void *state, int move);
	void (*tell)(int move);	/* prints it */
	int moves;		/* numbered from 0 on */

	unsigned char *states;	/* n of them, in the order they were found */
	struct {
		uint32_t state;
		int32_t move;
	} *from;
	uint32_t *slots;	/* a state's number + 1, by its hash */
	uint32_t n;

	bool ok;		/* nothing was broken */
	int worlds, depth;	/* of all worlds */
	unsigned long long all, transitions;
};

void explore_init(struct explore *x);
/* Begins another world, without any state. */
void explore_world(struct explore *x, int moves);
/* Adds a state if it is new.  It came from another by a move; -1: none. */
void explore_add(struct explore *x, const void *state, uint32_t from, int move);
/* Visits all that can be reached from the states added.  If a move breaks
 * something, prints the moves that led there, and stops. */
void explore_all(struct explore *x);
/* Frees all, and prints how much was visited.  False if something was broken. */
bool explore_end(struct explore *x, const char *what);

#endif
