/* SPDX-License-Identifier: BSD-2-Clause */
/* The request language.  Pure: touches nothing but its arguments. */
#include "request.h"

/*@ terminates \true;
    assigns \nothing;
    ensures \result <==> c == ' ' || c == '\t';
*/
static bool
is_blank(char c)
{
	return (c == ' ' || c == '\t');
}

/* One word of line[*at..len), blanks before it skipped; *at ends behind it.
 * Returns its length, 0 at the end of the line. */
/*@ requires \valid_read(line + (0 .. len - 1)) && \valid(at) && \valid(start);
    requires \separated(at, start, line + (0 .. len - 1)) && *at <= len;
    terminates \true;
    assigns *at, *start;
    ensures \old(*at) <= *start <= *at <= len && \result == *at - *start;
*/
static size_t
next_word(const char *line, size_t len, size_t *at, size_t *start)
{
	size_t i = *at;

	/*@ loop invariant \at(*at, Pre) <= i <= len;
	    loop assigns i;
	    loop variant len - i;
	*/
	while (i < len && is_blank(line[i]))
		i++;
	*start = i;
	/*@ loop invariant *start <= i <= len;
	    loop assigns i;
	    loop variant len - i;
	*/
	while (i < len && !is_blank(line[i]))
		i++;
	*at = i;
	return (i - *start);
}

/*@ requires \valid_read(word + (0 .. len - 1));
    requires name[4] == '\0' && \valid_read(name + (0 .. 4)) ||
	name[6] == '\0' && \valid_read(name + (0 .. 6)) ||
	name[8] == '\0' && \valid_read(name + (0 .. 8));
    terminates \true;
    assigns \nothing;
*/
static bool
word_is(const char *word, size_t len, const char *name)
{
	size_t i;

	/*@ loop invariant 0 <= i <= len;
	    loop invariant \forall integer k; 0 <= k < i ==> name[k] != '\0';
	    loop assigns i;
	    loop variant len - i;
	*/
	for (i = 0; i < len; i++)
		if (name[i] == '\0' || word[i] != name[i])
			return (false);
	return (name[len] == '\0');
}

/*@ requires \valid_read(word + (0 .. len - 1));
    terminates \true;
    assigns \nothing;
    ensures REQUEST_NONE <= \result <= REQUEST_EXIT;
*/
static enum request_verb
verb_of(const char *word, size_t len)
{
	if (word_is(word, len, "halt"))
		return (REQUEST_HALT);
	if (word_is(word, len, "poweroff"))
		return (REQUEST_POWEROFF);
	if (word_is(word, len, "reboot"))
		return (REQUEST_REBOOT);
	if (word_is(word, len, "exit"))
		return (REQUEST_EXIT);
	return (REQUEST_NONE);
}

/*@ terminates \true;
    assigns \nothing;
    ensures \result <==> request_letter(c);
*/
static bool
is_alnum(char c)
{
	return ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z'));
}

/* Copies the word to name if it is one. */
/*@ requires 0 < len && \valid_read(word + (0 .. len - 1));
    requires \valid(name + (0 .. REQUEST_NAME_MAX));
    requires \forall integer i; 0 <= i <= REQUEST_NAME_MAX ==>
	name[i] == '\0';
    requires \separated(name + (0 .. REQUEST_NAME_MAX),
	word + (0 .. len - 1));
    terminates \true;
    assigns name[0 .. REQUEST_NAME_MAX];
    ensures \result ==> request_is_name(name);
*/
static bool
name_of(const char *word, size_t len, char name[REQUEST_NAME_MAX + 1])
{
	size_t i;

	if (len > REQUEST_NAME_MAX || !is_alnum(word[0]))
		return (false);
	/*@ loop invariant 0 <= i <= len;
	    loop invariant \forall integer k; 0 <= k < i ==>
		name[k] == word[k] && (request_letter(name[k]) ||
		name[k] == '.' || name[k] == '_' || name[k] == '-');
	    loop invariant \forall integer k; i <= k <= REQUEST_NAME_MAX ==>
		name[k] == '\0';
	    loop assigns i, name[0 .. REQUEST_NAME_MAX];
	    loop variant len - i;
	*/
	for (i = 0; i < len; i++) {
		if (!is_alnum(word[i]) && word[i] != '.' && word[i] != '_' &&
		    word[i] != '-')
			return (false);
		name[i] = word[i];
	}
	name[len] = '\0';
	return (true);
}

bool
request_status(const char *s, size_t len, int *status)
{
	int64_t ms;

	if (!request_seconds(s, len, &ms) || ms / 1000 > REQUEST_STATUS_MAX)
		return (false);
	*status = (int)(ms / 1000);
	return (true);
}

bool
request_seconds(const char *s, size_t len, int64_t *ms)
{
	int64_t n = 0;
	size_t i;

	if (len == 0 || len > 9)	/* REQUEST_SECONDS_MAX has 9 digits */
		return (false);
	/*@ loop invariant 0 <= i <= len;
	    loop invariant \forall integer k; 0 <= k < i ==>
		'0' <= s[k] <= '9';
	    loop invariant 0 <= n <= (i == 0 ? 0 : i == 1 ? 9 : i == 2 ? 99 :
		i == 3 ? 999 : i == 4 ? 9999 : i == 5 ? 99999 :
		i == 6 ? 999999 : i == 7 ? 9999999 : i == 8 ? 99999999 :
		REQUEST_SECONDS_MAX);
	    loop assigns i, n;
	    loop variant len - i;
	*/
	for (i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return (false);
		n = n * 10 + (s[i] - '0');
	}
	*ms = n * 1000;
	return (true);
}

/* Parses "#" and a number. */
/*@ requires \valid_read(word + (0 .. len - 1)) && \valid(id);
    requires \separated(id, word + (0 .. len - 1));
    terminates \true;
    assigns *id;
    ensures \result ==> 0 <= *id <= REQUEST_SECONDS_MAX;
    ensures !\result ==> *id == \old(*id);
*/
static bool
id_of(const char *word, size_t len, int *id)
{
	int64_t ms;

	if (len < 2 || word[0] != '#' ||
	    !request_seconds(word + 1, len - 1, &ms))
		return (false);
	*id = (int)(ms / 1000);
	return (true);
}

enum request_error
request_parse(const char *line, size_t len, struct request *rq)
{
	struct request r = { REQUEST_NONE, REQUEST_NO_BUDGET, 0, "",
	    REQUEST_NO_ID };
	size_t at = 0, start, n, i;

	if (len > REQUEST_LINE_MAX)
		return (REQUEST_TOO_LONG);
	/*@ loop invariant 0 <= i <= len;
	    loop invariant \forall integer k; 0 <= k < i ==>
		' ' <= line[k] <= '~' || line[k] == '\t';
	    loop assigns i;
	    loop variant len - i;
	*/
	for (i = 0; i < len; i++)
		if (!is_blank(line[i]) && (line[i] < '!' || line[i] > '~'))
			return (REQUEST_BINARY);
	n = next_word(line, len, &at, &start);
	if (n == 0)
		return (REQUEST_EMPTY);
	r.verb = verb_of(line + start, n);
	if (r.verb == REQUEST_NONE) {
		if (!name_of(line + start, n, r.name))
			return (REQUEST_UNKNOWN);
		r.verb = REQUEST_RUN;
	}
	n = next_word(line, len, &at, &start);
	if (r.verb == REQUEST_EXIT) {
		if (!request_status(line + start, n, &r.status))
			return (REQUEST_BAD_STATUS);
		n = next_word(line, len, &at, &start);
	}
	if (n != 0 && r.verb == REQUEST_RUN &&
	    !id_of(line + start, n, &r.id))
		return (REQUEST_EXTRA);
	if (n != 0 && r.verb != REQUEST_RUN &&
	    !request_seconds(line + start, n, &r.budget_ms))
		return (REQUEST_BAD_BUDGET);
	if (next_word(line, len, &at, &start) != 0)
		return (REQUEST_EXTRA);
	/*@ assert request_is_one(&r); */
	*rq = r;
	/*@ assert \let to = *rq; \let from = r; \forall integer k;
	    0 <= k <= REQUEST_NAME_MAX ==> rq->name[k] == to.name[k] &&
	    to.name[k] == from.name[k] && from.name[k] == r.name[k];
	*/
	/*@ assert request_is_one(&r); */
	/*@ assert r.verb == REQUEST_RUN ==> request_is_name(&rq->name[0]); */
	/*@ assert request_is_one(rq); */
	return (REQUEST_OK);
}

const char *
request_name(enum request_verb verb)
{
	switch (verb) {
	case REQUEST_HALT:
		return ("halt");
	case REQUEST_POWEROFF:
		return ("poweroff");
	case REQUEST_REBOOT:
		return ("reboot");
	case REQUEST_EXIT:
		return ("exit");
	case REQUEST_RUN:
		return ("run");
	case REQUEST_NONE:
		break;
	}
	return ("none");
}

const char *
request_strerror(enum request_error error)
{
	switch (error) {
	case REQUEST_TOO_LONG:
		return ("line too long");
	case REQUEST_BINARY:
		return ("not plain text");
	case REQUEST_UNKNOWN:
		return ("unknown request");
	case REQUEST_BAD_STATUS:
		return ("exit status is not 0 to 255");
	case REQUEST_BAD_BUDGET:
		return ("budget is not a number of seconds");
	case REQUEST_EXTRA:
		return ("more than a request and its budget");
	case REQUEST_OK:
	case REQUEST_EMPTY:
		break;
	}
	return ("no error");
}
