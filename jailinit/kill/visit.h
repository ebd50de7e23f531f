/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A visitor: a child of jailkill that looks inside a jail and asks it to end.
 * A jail can make it hang, so each jail has a visitor of its own, and the
 * parent only waits for what it says.
 */
#ifndef VISIT_H
#define VISIT_H

#include <sys/types.h>
#include <sys/stat.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jail.h"

/* Room for a value of a jail's status, with its NUL; the rest is cut off. */
#define VISIT_VALUE_MAX	64

enum visit_kind {
	VISIT_ROOT,	/* root: the name of its root directory; same: it is
			 * the directory that was asked for */
	VISIT_LISTENS,	/* the jail's FIFO has a reader */
	VISIT_TAKEN,	/* the FIFO has taken the line */
	VISIT_REFUSED,	/* it has no reader, or has not taken it: error */
	VISIT_STATUS,	/* state, forced: as they are in its status file */
	VISIT_REBOOTED,	/* its first process runs a new program */
	VISIT_LOOKED	/* of many jails: this one is done */
};

/* What a visitor says.  It may be in the hands of the jail. */
struct visit_word {
	enum visit_kind kind;
	size_t which;		/* of many jails, this one */
	int error;
	bool same;
	char state[VISIT_VALUE_MAX], forced[VISIT_VALUE_MAX];
	char root[JAIL_ROOT_MAX];	/* last: only its text is sent */
};

/* What a visitor does. */
struct visit_order {
	const char *line;	/* writes it to the FIFO; with its newline.
				 * NULL: only looks whether it has a reader */
	const struct stat *dir;	/* only says whether this is the jail's root,
				 * and only then its name.  NULL: does not
				 * compare */
	bool follow;		/* stays, to say the jail's last status */
	bool reboot;		/* stays, to see it reboot in place */
	int64_t every_ms;	/* while it stays, says the status this often;
				 * 0: only at the end */
};

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
