/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A visitor: a child of jailkill that looks inside a jail and asks it to end.
 * A jail can make it hang, so each jail has a visitor of its own, and the
 * parent only waits for what it says.
 */
#ifndef VISIT_H
#define VISIT_H

#include <sys/types.h>

#include <stddef.h>

#include "visit_child.h"

struct visit {
	pid_t pid;	/* 0: there is no visitor */
	int fd;		/* readable when it has said something, or ended */
};

/* Sends a visitor to a jail that is held.  0, or -1 and errno. */
int visit_start(struct visit *v, const struct jail *j,
    const struct visit_order *order);

/* Sends one to jails[0..n), which need not be held, one after another.  It
 * does not come to the next if one makes it wait.  n is 1 unless
 * jail_inside_stays. */
int visit_start_many(struct visit *v, const struct jail *jails, size_t n,
    const struct visit_order *order);

/* Takes its next word.  1; 0: there is none now; -1: it has ended. */
int visit_hear(struct visit *v, struct visit_word *word);

/* Kills the visitor and forgets it, without waiting. */
void visit_end(struct visit *v);

/* How many of those are still there, held by a jail's file system. */
size_t visit_hung(void);

#endif
