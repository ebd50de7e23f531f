/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A visitor: a child of jailkill that looks inside a jail and asks it to end.
 * A jail can make its visitor hang, so the parent never blocks on one: it polls
 * for what the visitor says, and can kill it.
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

/* Starts a visitor to a jail that is held.  0, or -1 and errno. */
int visit_start(struct visit *v, const struct jail *j,
    const struct visit_order *order);

/* Starts one visitor to jails[0..n), one after another; they need not be held.
 * A jail that makes it hang keeps it from the rest.  n must be 1 if
 * jail_inside_stays is false: the visitor then cannot leave a jail.  0, or -1
 * and errno. */
int visit_start_many(struct visit *v, const struct jail *jails, size_t n,
    const struct visit_order *order);

/* Reads its next word.  1: *word is filled in; 0: there is none yet; -1: the
 * visitor has ended. */
int visit_hear(struct visit *v, struct visit_word *word);

/* Kills the visitor, if there is one, and clears *v.  Does not wait. */
void visit_end(struct visit *v);

/* How many killed visitors are still there: a jail's file system holds them. */
size_t visit_hung(void);

#endif
