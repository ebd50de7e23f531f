/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of a command line.  As getopt_long(3), which would bring stdio with
 * it, 4 KB with musl.
 */
#ifndef INIT_WORDS_H
#define INIT_WORDS_H

#include <stdbool.h>

#include "log.h"

/* What a command line may have, and how its mistakes are told. */
struct program {
	char name[14];		/* of the program in messages: "jailinit: " */
	char letters[40];	/* as for getopt(3) */
	char longs[48];		/* each a letter, its word, and NUL */
	const char *usage;
	int error;		/* the exit status of a mistake */
};

/* Where it is read: the next word, and the rest of the options in the word
 * before it. */
struct words {
	char **next;
	const char *rest;
	bool command;		/* -- has ended the options */
};

/* Whose words are read from now on; it must stay.  Returns whose were. */
const struct program *words_program(const struct program *p);

/* The next option's letter, and its argument: "" if it takes none.  0: there is
 * none left; '?': it was left out. */
int words_next(struct words *w, const char **arg);

/* "-c: arg", for a message. */
const char *words_arg(int c, const char *arg);

/* Writes text to fd and, unless we are a machine's process 1, exits with 0. */
void words_tell(int fd, const char *text);

/* A mistake, in the word what: a line on standard error, the usage, and exit
 * with the program's status.  As process 1 of a whole machine it leaves the word
 * out, logs that, and returns. */
void words_error(const char *what, const char *why);

/* From now on such a word is left out as well, and added to line, which is "" at
 * first; NULL: no longer. */
void words_leave_out(char line[LOG_LINE_MAX]);

#endif
