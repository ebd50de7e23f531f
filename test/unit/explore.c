/* SPDX-License-Identifier: BSD-2-Clause */
/* Visits all states that a pure file can reach, see explore.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore.h"

#define EXPLORE_SLOTS	(1U << 20)		/* a power of 2 */
#define EXPLORE_MAX	(EXPLORE_SLOTS / 2)	/* states */

void
explore_init(struct explore *x)
{
	x->states = malloc(x->size * EXPLORE_MAX);
	x->from = malloc(sizeof(*x->from) * EXPLORE_MAX);
	x->slots = malloc(sizeof(*x->slots) * EXPLORE_SLOTS);
	if (x->states == NULL || x->from == NULL || x->slots == NULL)
		abort();
	x->ok = true;
}

void
explore_world(struct explore *x, int moves)
{
	x->moves = moves;
	x->worlds++;
	x->n = 0;
	memset(x->slots, 0, sizeof(*x->slots) * EXPLORE_SLOTS);
}

bool
explore_end(struct explore *x, const char *what)
{
	if (x->ok)
		printf("explored: %s: %llu states, %llu transitions, "
		    "depth %d\n", what, x->all, x->transitions, x->depth);
	free(x->states);
	free(x->from);
	free(x->slots);
	return (x->ok);
}

void
explore_add(struct explore *x, const void *state, uint32_t from, int move)
{
	uint64_t h = 0, word;
	size_t i;

	for (i = 0; i + sizeof(word) <= x->size; i += sizeof(word)) {
		memcpy(&word, (const unsigned char *)state + i, sizeof(word));
		h = (h ^ word) * 0x9E3779B97F4A7C15U;
		h ^= h >> 32;
	}
	for (i = h % EXPLORE_SLOTS; x->slots[i] != 0;
	    i = (i + 1) % EXPLORE_SLOTS)
		if (memcmp(x->states + x->size * (x->slots[i] - 1), state,
		    x->size) == 0)
			return;
	if (x->n == EXPLORE_MAX) {
		printf("more states than there is room for\n");
		abort();
	}
	memcpy(x->states + x->size * x->n, state, x->size);
	x->from[x->n].state = from;
	x->from[x->n].move = move;
	x->slots[i] = ++x->n;
}

/* The moves that led to a state: no way is shorter. */
static void
explore_tell(const struct explore *x, uint32_t n)
{
	if (x->from[n].move < 0) {
		printf("world %d, start %u\n", x->worlds, (unsigned)n);
		return;
	}
	explore_tell(x, x->from[n].state);
	x->tell(x->from[n].move);
}

void
explore_all(struct explore *x)
{
	uint32_t i, deeper = x->n;	/* the first of the next depth */
	unsigned char state[1024];
	const char *broken;
	int depth = 0, m;

	for (i = 0; i < x->n; i++) {
		if (i == deeper) {
			deeper = x->n;
			depth++;
		}
		for (m = 0; m < x->moves; m++) {
			memcpy(state, x->states + x->size * i, x->size);
			broken = x->move(state, m);
			if (broken != NULL) {
				explore_tell(x, i);
				x->tell(m);
				printf("broken: %s\n", broken);
				x->ok = false;
				return;
			}
			explore_add(x, state, i, m);
		}
	}
	x->all += x->n;
	x->transitions += (unsigned long long)x->n * (unsigned)x->moves;
	x->depth = depth > x->depth ? depth : x->depth;
}
