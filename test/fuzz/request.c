/* SPDX-License-Identifier: BSD-2-Clause */
/* The parser of requests, and another one, take any bytes for the same. */
#include <string.h>

#include "fuzz.h"

static void
same_request(const char *line, size_t len)
{
	struct request was, rq, other;
	enum request_error e;

	memset(&was, 0x5a, sizeof(was));
	rq = was;
	e = request_parse(line, len, &rq);
	MUST(e == naive_parse(line, len, &other));
	MUST(*request_strerror(e) != '\0');
	if (e != REQUEST_OK) {
		MUST(memcmp(&rq, &was, sizeof(rq)) == 0);
		return;
	}
	MUST(rq.verb == other.verb);
	MUST(rq.budget_ms == other.budget_ms);
	MUST(rq.id == other.id);
	MUST(rq.status == other.status);
	MUST(memcmp(rq.name, other.name, sizeof(rq.name)) == 0);
	MUST(rq.verb == REQUEST_RUN || memcmp(request_name(rq.verb),
	    line + strspn(line, " \t"), strlen(request_name(rq.verb))) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t ms = 4711, other = 4711;
	char *line = malloc(size + 1);
	char *exact = malloc(size);	/* what is read behind it is seen */

	MUST(line != NULL && exact != NULL);
	memcpy(line, data, size);
	line[size] = '\0';
	memcpy(exact, data, size);
	same_request(line, size);
	(void)request_parse(exact, size, &(struct request){ 0 });
	MUST(request_seconds(exact, size, &ms) ==
	    naive_seconds(exact, size, &other));
	MUST(ms == other);
	free(exact);
	free(line);
	return (0);
}
