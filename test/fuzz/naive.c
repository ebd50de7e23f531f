/* SPDX-License-Identifier: BSD-2-Clause */
/* The request language once more, written from jailinit.ctl(5) and not from
 * request.c: words are cut out and looked at one by one. */
#include <string.h>

#include "fuzz.h"

#define DIGITS	"0123456789"
#define ALNUM	DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

bool
naive_seconds(const char *s, size_t len, int64_t *ms)
{
	char word[10] = "";

	if (len < 1 || len > 9)
		return (false);
	memcpy(word, s, len);
	if (strspn(word, DIGITS) != len)
		return (false);
	*ms = strtoll(word, NULL, 10) * 1000;
	return (true);
}

static enum request_verb
verb(const char *word)
{
	return (strcmp(word, "halt") == 0 ? REQUEST_HALT :
	    strcmp(word, "poweroff") == 0 ? REQUEST_POWEROFF :
	    strcmp(word, "reboot") == 0 ? REQUEST_REBOOT :
	    strcmp(word, "exit") == 0 ? REQUEST_EXIT : REQUEST_RUN);
}

static bool
is_name(const char *word)
{
	return (strlen(word) <= 64 && strspn(word, ALNUM) >= 1 &&
	    strspn(word, ALNUM "._-") == strlen(word));
}

enum request_error
naive_parse(const char *line, size_t len, struct request *rq)
{
	char text[256] = "", *word[4] = { NULL }, *last, **budget = word + 1;
	int64_t ms;
	size_t i;

	if (len > 255)
		return (REQUEST_TOO_LONG);
	for (i = 0; i < len; i++)
		if (line[i] != '\t' && (line[i] < ' ' || line[i] == 0x7f))
			return (REQUEST_BINARY);	/* char has a sign */
	memcpy(text, line, len);
	for (i = 0; i < 4; i++)
		word[i] = strtok_r(i == 0 ? text : NULL, " \t", &last);
	if (word[0] == NULL)
		return (REQUEST_EMPTY);
	memset(rq, 0, sizeof(*rq));
	rq->verb = verb(word[0]);
	rq->budget_ms = REQUEST_NO_BUDGET;
	rq->id = REQUEST_NO_ID;
	if (rq->verb == REQUEST_RUN) {
		if (!is_name(word[0]))
			return (REQUEST_UNKNOWN);
		(void)strcpy(rq->name, word[0]);
		if (word[1] == NULL)
			return (REQUEST_OK);
		if (word[1][0] != '#' || word[2] != NULL || !naive_seconds(
		    word[1] + 1, strlen(word[1] + 1), &ms))
			return (REQUEST_EXTRA);
		rq->id = (int)(ms / 1000);
		return (REQUEST_OK);
	}
	if (rq->verb == REQUEST_EXIT) {
		if (word[1] == NULL ||
		    !naive_seconds(word[1], strlen(word[1]), &ms) ||
		    ms > 255000)
			return (REQUEST_BAD_STATUS);
		rq->status = atoi(word[1]);
		budget++;
	}
	if (*budget == NULL)
		return (REQUEST_OK);
	if (!naive_seconds(*budget, strlen(*budget), &rq->budget_ms))
		return (REQUEST_BAD_BUDGET);
	return (budget[1] == NULL ? REQUEST_OK : REQUEST_EXTRA);
}
