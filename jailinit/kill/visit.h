/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Somebody who looks inside a jail, and asks it to end: a child of jailkill
 * for each, since a jail can make him hang, and the parent only waits for
 * his words.
 */
#ifndef ASK_H
#define ASK_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jail.h"

/* Longest value of a jail's status that is passed on, its NUL included. */
#define ASK_VALUE_MAX	64

enum ask_kind {
	ASK_ROOT,	/* root: the name of its root directory; and whether
			 * it is the folder that was asked for */
	ASK_LISTENS,	/* somebody reads its FIFO */
	ASK_TAKEN,	/* it has taken the line */
	ASK_REFUSED,	/* it does not listen or take it: error says why */
	ASK_STATUS,	/* state, forced: of its status file, as they are */
	ASK_REBOOTED,	/* its first process runs a new program */
	ASK_LOOKED	/* of many: no more of this one */
};

struct ask_word {
	enum ask_kind kind;
	size_t which;		/* of many */
	int error;
	bool same;
	char state[ASK_VALUE_MAX], forced[ASK_VALUE_MAX];
	char root[JAIL_ROOT_MAX];	/* the last, sent as far as it goes */
};

/* What he is to do. */
struct ask_what {
	const char *line;	/* for the FIFO, with its newline; NULL: only
				 * see whether somebody listens */
	const struct stat *dir;	/* only say whether this is its root, of no
				 * other the name; NULL: do not compare */
	bool follow;		/* stay, for the last status */
	bool reboot;		/* stay, and see it reboot in place */
	int64_t every_ms;	/* while staying, the status so often; 0: not */
};

struct ask {
	pid_t pid;	/* 0: there is nobody */
	int fd;		/* readable when he has something to say */
};

/* Sends him.  0, or -1 and errno. */
int ask_start(struct ask *a, const struct jail *j, const struct ask_what *w);

/* Sends one who does w at each of jails[0..n), which need not be held, one
 * after another: so one that has him wait keeps him from the next.  n is 1
 * unless jail_inside_stays. */
int ask_start_many(struct ask *a, const struct jail *jails, size_t n,
    const struct ask_what *w);

/* His next word.  1; 0: none now; -1: he has ended. */
int ask_hear(struct ask *a, struct ask_word *word);

/* Ends him and forgets him, without waiting. */
void ask_end(struct ask *a);

/* How many of these are still there, as a jail's file system holds them. */
size_t ask_hung(void);

#endif
