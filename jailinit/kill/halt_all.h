/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The jails that are halted, and the room for them.  Each open jail takes
 * descriptors, so not all may begin at once.  The caller's own jails do not
 * share time and room with jails of other users, who may make as many as they
 * like.  Groups have their turn one after another; nothing is held of a jail
 * before its group's turn, nor after it.
 */
#ifndef HALT_ALL_H
#define HALT_ALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/halt.h"

#include "target.h"

enum halt_side {
	HALT_OWN,
	HALT_OTHERS,
	HALT_SIDES
};

struct halt_all {
	struct target *list;		/* by groups, the caller's own first
					 * in each */
	struct halt_jail *jails;	/* of list[0..n); allocated */
	size_t n;
	struct halt_turns turns;
	size_t begin, others, end;	/* whose turn it is: list[begin..end),
					 * from others on those of others */
	size_t busy;			/* of them, not reported yet */
	struct halt halts[HALT_SIDES];	/* of them */
	size_t room;			/* this many at once */
	bool closed[HALT_SIDES];	/* there is no room even for one */
	bool failed[HALT_SIDES];	/* the last one could not be opened */
	int watch_fd;			/* jail_watch.h */
};

/* A tag of watch_fd: jail i, and what of it has news. */
enum halt_tag {
	HALT_TAG_JAIL,		/* the jail itself */
	HALT_TAG_VISIT,		/* its visitor */
	HALT_TAG_CHILD,		/* the child that signals it */
	HALT_TAGS
};
uint64_t halt_tag(size_t i, enum halt_tag tag);

/* Sorts list[0..n); all its jails wait, and the first group has its turn.
 * limit_ms: the time from now to KILL of the last.  Ends the program if there
 * is no memory. */
void halt_all_init(struct halt_all *a, struct target *list, size_t n,
    int64_t limit_ms);
void halt_all_free(struct halt_all *a);

/* For jail i of those whose turn it is: its side; the struct halt that it
 * belongs to, and its number in there. */
enum halt_side halt_side(const struct halt_all *a, size_t i);
struct halt *halt_of(struct halt_all *a, size_t i, size_t *in);

/* Opens and watches jail i, which is WAITING, if it may begin.  False: it may
 * not, or cannot be opened yet.  Sets *event to HALT_ENDED if it has gone. */
bool halt_admit(struct halt_all *a, size_t i, enum halt_event *event);

/* Divides the room again.  Call it after each step. */
void halt_room_share(struct halt_all *a);

/* Call it when a jail was reported and closed: there may be room again; and if
 * it was the last of its group, the next group has its turn. */
void halt_closed(struct halt_all *a);

/* When a step is due for a jail of that side even if nothing happens. */
int64_t halt_side_due(const struct halt_all *a, enum halt_side side);

#endif
