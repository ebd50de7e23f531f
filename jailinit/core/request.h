/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The request language of jailinit.ctl(5): parses one line into a request, or
 * says why it is none.  Pure: no system call, no allocation.
 *
 * A name begins with a letter or digit; letters, digits, '.', '_' and '-'
 * follow.  It is the name of a file, and cannot lead out of the folder in which
 * that file is looked up.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest line, its newline not counted.  The longest sensible request has
 * 18 bytes; what jailctl writes must fit into one PIPE_BUF (512 by POSIX). */
#define REQUEST_LINE_MAX	255

/* Largest number of seconds in a request or an option: about 31 years, far
 * from any overflow of milliseconds in 64 bits. */
#define REQUEST_SECONDS_MAX	999999999

/* Longest name of an administrator's own request. */
#define REQUEST_NAME_MAX	64

/* The largest exit status that a parent sees. */
#define REQUEST_STATUS_MAX	255

/* A request without a budget of its own; one without a number. */
#define REQUEST_NO_BUDGET	(-1)
#define REQUEST_NO_ID		(-1)

enum request_verb {
	REQUEST_NONE,
	REQUEST_HALT,
	REQUEST_POWEROFF,
	REQUEST_REBOOT,
	REQUEST_EXIT,		/* a halt with an exit status */
	REQUEST_RUN		/* the administrator's own, by its name */
};

enum request_error {
	REQUEST_OK,
	REQUEST_EMPTY,		/* nothing but blanks: no mistake */
	REQUEST_TOO_LONG,	/* over REQUEST_LINE_MAX bytes */
	REQUEST_BINARY,		/* a byte that is neither printable nor blank */
	REQUEST_UNKNOWN,	/* a first word that is no verb and no name */
	REQUEST_BAD_STATUS,	/* not 0..REQUEST_STATUS_MAX in digits */
	REQUEST_BAD_BUDGET,	/* not 0..REQUEST_SECONDS_MAX in digits */
	REQUEST_EXTRA		/* a word after the last, or another than "#"
				 * and a number after a name */
};

struct request {
	enum request_verb verb;
	int64_t budget_ms;	/* REQUEST_NO_BUDGET, or >= 0 */
	int status;		/* of REQUEST_EXIT, else 0 */
	char name[REQUEST_NAME_MAX + 1];	/* of REQUEST_RUN, else "" */
	int id;			/* its number, 0..REQUEST_SECONDS_MAX, or
				 * REQUEST_NO_ID */
};

/* What a request and a name are, for the proof (test/proof). */
/*@ predicate request_letter(char c) = '0' <= c <= '9' || 'A' <= c <= 'Z' ||
	'a' <= c <= 'z';
    predicate request_is_name(char *s) = request_letter(s[0]) &&
	s[REQUEST_NAME_MAX] == '\0' && \forall integer i;
	0 <= i < REQUEST_NAME_MAX ==> request_letter(s[i]) || s[i] == '.' ||
	    s[i] == '_' || s[i] == '-' || s[i] == '\0';
    predicate request_is_ms(integer ms) =
	0 <= ms <= REQUEST_SECONDS_MAX * 1000 && ms % 1000 == 0;
    predicate request_is_id(integer id) = id == REQUEST_NO_ID ||
	0 <= id <= REQUEST_SECONDS_MAX;
    predicate request_is_status(struct request *rq) =
	rq->verb == REQUEST_EXIT ? 0 <= rq->status <= REQUEST_STATUS_MAX :
	rq->status == 0;
    predicate request_is_one(struct request *rq) =
	request_is_id(rq->id) && request_is_status(rq) &&
	(rq->verb != REQUEST_RUN ==> rq->id == REQUEST_NO_ID) &&
	(rq->verb == REQUEST_RUN ?
	rq->budget_ms == REQUEST_NO_BUDGET && request_is_name(&rq->name[0]) :
	REQUEST_HALT <= rq->verb <= REQUEST_EXIT && rq->name[0] == '\0' &&
	(rq->budget_ms == REQUEST_NO_BUDGET || request_is_ms(rq->budget_ms)));
*/

/* Parses line[0..len), which has no newline.  Returns REQUEST_OK and fills in
 * *rq, or returns the first error and leaves *rq alone.  Spaces and tabs
 * separate words, and may be at both ends. */
/*@ requires \valid_read(line + (0 .. len - 1)) && \valid(rq);
    requires \separated(rq, line + (0 .. len - 1));
    terminates \true;
    assigns *rq;
    ensures named: REQUEST_OK <= \result <= REQUEST_EXTRA;
    ensures one: \result == REQUEST_OK ==> request_is_one(rq);
    ensures none: \result != REQUEST_OK ==> *rq == \old(*rq);
    ensures too_long: \result == REQUEST_TOO_LONG <==> len > REQUEST_LINE_MAX;
    ensures text: \result == REQUEST_OK ==> \forall integer i;
	0 <= i < len ==> ' ' <= line[i] <= '~' || line[i] == '\t';
*/
enum request_error request_parse(const char *line, size_t len,
    struct request *rq);

/* Parses s[0..len), seconds in 1 to 9 decimal digits, into *ms.  Returns false
 * and leaves *ms alone if it is anything else. */
/*@ requires \valid_read(s + (0 .. len - 1)) && \valid(ms);
    requires \separated(ms, s + (0 .. len - 1));
    terminates \true;
    assigns *ms;
    ensures number: \result ==> request_is_ms(*ms);
    ensures digits: \result <==> 1 <= len <= 9 &&
	\forall integer i; 0 <= i < len ==> '0' <= s[i] <= '9';
    ensures none: !\result ==> *ms == \old(*ms);
*/
bool request_seconds(const char *s, size_t len, int64_t *ms);

/* The same for an exit status, 0 to REQUEST_STATUS_MAX. */
/*@ requires \valid_read(s + (0 .. len - 1)) && \valid(status);
    requires \separated(status, s + (0 .. len - 1));
    terminates \true;
    assigns *status;
    ensures number: \result ==> 0 <= *status <= REQUEST_STATUS_MAX;
    ensures none: !\result ==> *status == \old(*status);
*/
bool request_status(const char *s, size_t len, int *status);

/* Words for messages, never NULL. */
/*@ terminates \true;
    assigns \result \from verb;
    ensures word: \valid_read(\result);
*/
const char *request_name(enum request_verb verb);

/*@ terminates \true;
    assigns \result \from error;
    ensures word: \valid_read(\result);
*/
const char *request_strerror(enum request_error error);

#endif
