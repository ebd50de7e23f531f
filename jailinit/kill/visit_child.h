/* SPDX-License-Identifier: BSD-2-Clause */
/* What a visitor does in the child, and what it says. */
#ifndef VISIT_CHILD_H
#define VISIT_CHILD_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/answer.h"

#include "jail.h"

/* Room for a value of a jail's status, with its NUL; the rest is cut off. */
#define VISIT_VALUE_MAX	64

/* Room for the name of a root, and for a status: jailinit's has at most 512
 * bytes. */
#define VISIT_TEXT_MAX	JAIL_ROOT_MAX

enum visit_kind {
	VISIT_ROOT,	/* its root directory: text, the name; dev, ino, as in
			 * struct stat, 0 if not known */
	VISIT_LISTENS,	/* the jail's FIFO has a reader */
	VISIT_TITLED,	/* it has no FIFO, but its first process calls itself a
			 * jailinit, with this state */
	VISIT_TAKEN,	/* the FIFO has taken the line */
	VISIT_REFUSED,	/* the FIFO did not take it; error says why */
	VISIT_STATUS,	/* text: its status file; state, forced, boot_status:
			 * as they are there, or the state in its title;
			 * runs, answer: of the request with the order's id */
	VISIT_REBOOTED,	/* its first process runs a new program */
	VISIT_LOOKED	/* of many jails: this one is done */
};

/* What a visitor says.  The jail may have made it up. */
struct visit_word {
	enum visit_kind kind;
	size_t which;		/* of many jails, this one */
	int error;
	bool runs;
	dev_t dev;
	ino_t ino;
	char answer[ANSWER_MAX];
	char state[VISIT_VALUE_MAX], forced[VISIT_VALUE_MAX];
	char boot_status[VISIT_VALUE_MAX];
	char text[VISIT_TEXT_MAX];	/* last: only so much is sent */
};

/* What a visitor does. */
struct visit_order {
	const char *line;	/* writes it to the FIFO; with its newline.
				 * NULL: only looks whether it has a reader */
	bool root;		/* only says the root */
	int id;			/* the number of a request, or 0 */
	bool follow;		/* stays, to say the jail's last status */
	bool reboot;		/* stays, to see it reboot in place */
	int64_t every_ms;	/* while it stays, says the status this often;
				 * 0: only at the end */
};

/* Carries out an order at a jail that is held, or at many, which need not be.
 * Sends a struct visit_word over say_fd for each thing that it learns.  Closes
 * every other descriptor but the jail's. */
_Noreturn void visit_child(const struct jail *j,
    const struct visit_order *order, int say_fd);
_Noreturn void visit_child_many(const struct jail *jails, size_t n,
    const struct visit_order *order, int say_fd);

#endif
