/* SPDX-License-Identifier: BSD-2-Clause */
/* The request language.  Pure: touches nothing but its arguments. */
#include "request.h"

static bool
is_blank(char c)
{
	return (c == ' ' || c == '\t');
}

/* One word of line[*at..len), blanks before it skipped; *at ends behind it.
 * Returns its length, 0 at the end of the line. */
static size_t
next_word(const char *line, size_t len, size_t *at, size_t *start)
{
	size_t i = *at;

	while (i < len && is_blank(line[i]))
		i++;
	*start = i;
	while (i < len && !is_blank(line[i]))
		i++;
	*at = i;
	return (i - *start);
}

static bool
word_is(const char *word, size_t len, const char *name)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (name[i] == '\0' || word[i] != name[i])
			return (false);
	return (name[len] == '\0');
}

static enum request_verb
verb_of(const char *word, size_t len)
{
	if (word_is(word, len, "halt"))
		return (REQUEST_HALT);
	if (word_is(word, len, "poweroff"))
		return (REQUEST_POWEROFF);
	if (word_is(word, len, "reboot"))
		return (REQUEST_REBOOT);
	return (REQUEST_NONE);
}

static bool
is_alnum(char c)
{
	return ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z'));
}

/* Copies the word to name if it is one. */
static bool
name_of(const char *word, size_t len, char name[REQUEST_NAME_MAX + 1])
{
	size_t i;

	if (len > REQUEST_NAME_MAX || !is_alnum(word[0]))
		return (false);
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
request_seconds(const char *s, size_t len, int64_t *ms)
{
	int64_t n = 0;
	size_t i;

	if (len == 0 || len > 9)	/* REQUEST_SECONDS_MAX has 9 digits */
		return (false);
	for (i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return (false);
		n = n * 10 + (s[i] - '0');
	}
	*ms = n * 1000;
	return (true);
}

enum request_error
request_parse(const char *line, size_t len, struct request *rq)
{
	struct request r = { REQUEST_NONE, REQUEST_NO_BUDGET, "" };
	size_t at = 0, start, n, i;

	if (len > REQUEST_LINE_MAX)
		return (REQUEST_TOO_LONG);
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
	if (n != 0 && r.verb == REQUEST_RUN)
		return (REQUEST_EXTRA);
	if (n != 0 && !request_seconds(line + start, n, &r.budget_ms))
		return (REQUEST_BAD_BUDGET);
	if (next_word(line, len, &at, &start) != 0)
		return (REQUEST_EXTRA);
	*rq = r;
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
