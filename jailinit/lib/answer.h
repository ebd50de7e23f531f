/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What became of an administrator's own request.  Who asks puts a number behind
 * its name, and finds the answer by that in the status file, jailinit.ctl(5).
 */
#ifndef LIB_ANSWER_H
#define LIB_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* jailinit says that it runs the request, or why not, within this time. */
#define ANSWER_MS	5000

/* Who waits for an answer looks again after 5, 10, 20 ... 250 ms. */
#define ANSWER_STEP_MS	5
#define ANSWER_STEP_MAX_MS	250
int64_t answer_step_ms(int64_t step_ms);

/* Who asks has so long to read an answer: until this many others.  Room for all
 * of them in the status, with a NUL: each has a number, its answer, a blank. */
#define ANSWERS_MAX	12
#define ANSWERS_SIZE	(ANSWERS_MAX * 20)

/* Room for an answer, with its NUL. */
#define ANSWER_MAX	16

/* A number that nobody else has now: the nanoseconds of the clock. */
int answer_id(void);

/* Copies the answer to the request with this number from a status file's text
 * into answer; "" if there is none yet.  Returns whether the request runs. */
bool answer_find(const char *text, int id, char answer[ANSWER_MAX]);

/* The exit status that an answer stands for: the program's, or one of
 * sysexits(3).  *why: why the program did not run, or NULL. */
int answer_status(const char *answer, const char **why);

#endif
