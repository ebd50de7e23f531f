/* SPDX-License-Identifier: BSD-2-Clause */
/* What a jail's users are told of a shutdown: messages on their terminals, and
 * nologin(5). */
#ifndef CTL_USERS_H
#define CTL_USERS_H

#include <stdint.h>

#include "options.h"

/* The largest size of a message, and of the administrator's words in it. */
#define USERS_TEXT_SIZE		2048
#define USERS_WORDS_SIZE	512

/* Warns users that what c asks for comes in left_s seconds, or now (<= 0).
 * Does nothing if c->no_wall. */
void users_warn(const struct ctl *c, int64_t left_s);

/* Tells users that the shutdown is cancelled.  words: as message in struct
 * ctl. */
void users_tell_cancelled(char *const *words);

/* "rebooted", "powered off" or "halted". */
const char *users_verb(const struct ctl *c);

/* Joins words, NULL or ending at NULL, by spaces into buf, cut off where it is
 * full.  A byte that is not printable ASCII is shown as vis(3) shows it, \^C
 * or \ooo, since the words go to other people's terminals. */
void users_words(char buf[USERS_WORDS_SIZE], char *const *words);

/* Makes the file that keeps users from logging in.  Replaces an older one. */
void users_nologin_make(const struct ctl *c);

/* Removes it.  A signal handler may call this. */
void users_nologin_remove(void);

#endif
