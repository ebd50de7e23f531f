/* SPDX-License-Identifier: BSD-2-Clause */
/* A jail that a run of jailkill is about, and what is known of it. */
#ifndef TARGET_H
#define TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "jail.h"
#include "visit.h"

struct target {
	struct jail jail;		/* closed until jail_hold() */
	struct visit visit;
	bool listens;			/* its FIFO has a reader */
	bool titled;			/* it has no FIFO, but is a jailinit by
					 * the title of its first process */
	bool taken;			/* and has taken the line */
	int refused;			/* if not, an errno; 0: not known */
	bool given;			/* a visitor was sent to look at it */
	bool looked;			/* and has said all */
	bool same;			/* its root is the one asked for */
	dev_t dev;			/* of its root, as in struct stat; */
	ino_t ino;			/* 0: not known */
	bool called;			/* its name is the one asked for */
	bool unsure;			/* not known to listen; if it does not,
					 * it is left alone */
	bool runs;			/* the request that was asked for */
	unsigned group;			/* groups end one after another; 0 is the
					 * first */
	char answer[ANSWER_MAX];	/* to it; "" if there is none */
	char state[VISIT_VALUE_MAX];	/* as in its status; "" if not known */
	char forced[VISIT_VALUE_MAX];
	char boot_status[VISIT_VALUE_MAX];
	char *status;			/* its status file; NULL if not known */
	unsigned stages;		/* of enum halt_stage, a set: those it
					 * has reached */
	char root[JAIL_ROOT_MAX];	/* "" if not known */
};

/* An allocated list; no jail is in it twice. */
struct targets {
	struct target *list;
	size_t n;
	int error;		/* of the names: 0, EX_USAGE, EX_NOHOST, ... */
	bool about;		/* jail_about() is called for each jail */
	unsigned group;		/* of the jail that is named next */
	bool counts;		/* crowd is filled in, too */
	struct jail_crowd crowd;
};

/* Adds a jail that is closed.  root: "" if not known. */
void targets_add(struct targets *t, const struct jail *j, const char *root);

void targets_free(struct targets *t);

/* By groups, in each the caller's own jails first; otherwise keeps the order.
 * Ends the program if there is no memory. */
void targets_sort(struct target *list, size_t n);

/* Is it a jail of the caller's user, or of the caller? */
bool target_is_own(const struct target *t);

/* Is its first process a jailinit, by its name or title?  A jail that lies harms only
 * itself. */
bool target_is_jailinit(const struct target *t);

/* Does it listen, or is it a jailinit?  Such a one may have no FIFO, or that is
 * full, or its file system hangs. */
bool target_listens(const struct target *t);

/* Stores what a visitor has said. */
void target_hear(struct target *t, const struct visit_word *word);

/* What messages call it: its jid and, if known, the root or, as on FreeBSD, the
 * name; printable, in a static buffer. */
const char *target_name(const struct target *t);

/* text as vis(3) shows it, in one of four static buffers; word: blanks, too. */
const char *printable(const char *text);
const char *printable_word(const char *text);

#endif
