/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The jails that one run of jailkill is about: found by the names on its
 * command line, or all; and what is known of each.
 */
#ifndef TARGET_H
#define TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "jail.h"
#include "visit.h"

struct target {
	struct jail jail;		/* closed: jail_hold() it */
	struct ask ask;
	bool listens;			/* its FIFO has a reader */
	bool taken;			/* and has taken the line */
	bool given;			/* somebody was sent to look */
	bool looked;			/* all that was asked is known */
	bool same;			/* its root is the folder asked for */
	bool unsure;			/* is it one that was asked for? */
	int refused;			/* if not, why: an errno */
	char state[ASK_VALUE_MAX];	/* its own word, as it is; "" if none */
	char forced[ASK_VALUE_MAX];
	char root[JAIL_ROOT_MAX];	/* "" if not known */
};

enum target_which {
	TARGET_NAMED,		/* those that are named */
	TARGET_LISTENING,	/* all of the caller's that listen */
	TARGET_MINE,		/* all of the caller's */
	TARGET_ALL		/* all that can be seen */
};

struct targets {
	struct target *list;	/* allocated; each once */
	size_t n;
	int error;		/* of names: 0, EX_USAGE, EX_NOHOST */
};

/* So long all that is looked at may take, if there is no reason for less. */
#define TARGET_LOOK_MS	3000

/* Finds them; names ends at NULL, and is read for TARGET_NAMED.  Of all that
 * are found, the caller's own come first.  look: what the jails themselves say
 * of them (listens ... root) is asked for as well.  look_ms: so long it may
 * take to ask jails, for whatever reason, in all.
 * Of a name that is none or whose jail is not there a line on standard error
 * tells, and error; the others are found all the same. */
void targets_find(struct targets *t, enum target_which which,
    char *const *names, bool look, int64_t look_ms);

/* Asks the jails in list[0..n) for what, side by side, the caller's own first;
 * one of which not all is known in limit_ms stays as it is.  Those that have
 * too many wait are left out, of which a line on standard error tells. */
void targets_look(struct target *list, size_t n, const struct ask_what *what,
    int64_t limit_ms);

/* The caller's own first, else in their order.  How many these are. */
size_t targets_sort(struct target *list, size_t n);

/* Is its first process a jailinit by its name?  Nobody is harmed if that is a
 * lie but the liar. */
bool target_is_jailinit(const struct target *t);

/* Does it listen, or is one: if its FIFO cannot be reached, as its file system
 * hangs or it is full, by that name? */
bool target_listens(const struct target *t);

/* Takes in a word of ask_hear(). */
void target_hear(struct target *t, const struct ask_word *word);

/* How messages call it: its jid and, if known, its name or root; printable,
 * in a static buffer. */
const char *target_name(const struct target *t);

/* text as vis(3) shows it, in one of a few static buffers. */
const char *printable(const char *text);

#endif
