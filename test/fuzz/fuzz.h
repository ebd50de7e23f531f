/* SPDX-License-Identifier: BSD-2-Clause */
/* What the targets share: what must hold, values out of the fuzzer's bytes,
 * and the request language as a second hand has written it. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/request.h"

#define SIZEOF(a)	(sizeof(a) / sizeof((a)[0]))

/* The fuzzer takes an abort(3) for a finding.  (A target may have another
 * file as its stderr.) */
#define MUST(that) do {							\
	if (!(that)) {							\
		(void)dprintf(2, "%s:%d: not so: %s\n", __FILE__,	\
		    __LINE__, #that);					\
		abort();						\
	}								\
} while (0)

struct input {
	const uint8_t *at;
	size_t left;
};

/* The entry that libFuzzer calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Behind the end there are zeroes. */
static inline uint8_t
take(struct input *in)
{
	if (in->left == 0)
		return (0);
	in->left--;
	return (*in->at++);
}

/* Any number, the small ones and those near the ends as likely as others. */
static inline int64_t
take_number(struct input *in)
{
	uint8_t how = take(in);
	uint64_t n = 0;
	int i;

	for (i = 0; i < how % 9; i++)
		n = n << 8 | take(in);
	return ((int64_t)(how >= 192 ? INT64_MAX - n : how >= 128 ? ~n : n));
}

/* Bytes up to a NUL, cut to the room there is. */
static inline void
take_text(struct input *in, char *buf, size_t size)
{
	size_t n = 0;
	char c;

	while (in->left > 0 && (c = (char)take(in)) != '\0')
		if (n < size - 1)
			buf[n++] = c;
	buf[n] = '\0';
}

/* As request.h says, but of jailinit.ctl(5) and no faster than it is short. */
enum request_error naive_parse(const char *line, size_t len,
    struct request *rq);
bool naive_seconds(const char *s, size_t len, int64_t *ms);

#endif
