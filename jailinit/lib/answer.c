/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers to requests.  Touches the clock. */
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "answer.h"
#include "text.h"

int
answer_id(void)
{
	struct timespec now = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return ((int)now.tv_nsec);
}

int64_t
answer_step_ms(int64_t step_ms)
{
	return (step_ms < ANSWER_STEP_MAX_MS / 2 ? step_ms * 2 :
	    ANSWER_STEP_MAX_MS);
}

bool
answer_find(const char *text, int id, char answer[ANSWER_MAX])
{
	char key[16], value[1 + ANSWERS_SIZE];
	const char *p;
	size_t len = text_format(key, sizeof(key), " %d:", id);

	/* every number is found behind a blank */
	value[0] = ' ';
	text_value(text, "answers", value + 1, sizeof(value) - 1);
	p = strstr(value, key);
	(void)text_format(answer, ANSWER_MAX, "%s", p == NULL ? "" : p + len);
	answer[strcspn(answer, " ")] = '\0';
	text_value(text, "job_number", value, sizeof(value));
	return (value[0] != '\0' && text_number(value) == (unsigned long)id);
}

int
answer_status(const char *answer, const char **why)
{
	static const struct {
		const char *answer;
		int status;
		const char *why;
	} words[] = {
		{ "missing", EX_NOHOST, "there is no such request" },
		{ "refused", 126, "cannot be executed, the log says why" },
		{ "busy", EX_TEMPFAIL, "another request runs" },
		{ "ending", EX_TEMPFAIL, "the jail is ending" },
		{ "failed", EX_TEMPFAIL, "no process can be started" }
	};
	size_t i;

	*why = NULL;
	if (answer[0] >= '0' && answer[0] <= '9')
		return ((int)(text_number(answer) & 0xff));
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].answer, answer) == 0) {
			*why = words[i].why;
			return (words[i].status);
		}
	*why = "no answer";
	return (EX_TEMPFAIL);
}
