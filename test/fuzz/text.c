/* SPDX-License-Identifier: BSD-2-Clause */
/* text_format() does what snprintf(3) does, and a line of the log is one. */
#include <string.h>

#include "fuzz.h"
#include "init/log.h"
#include "lib/fd.h"
#include "lib/text.h"

#define FORMAT_MAX	256
#define TEXT_MAX	600

static char line[LOG_LINE_MAX + 1];	/* the last of the log */

ssize_t
fd_write(int fd, const void *buf, size_t n)
{
	MUST(fd == 2 && n < sizeof(line));
	memcpy(line, buf, n);
	line[n] = '\0';
	return ((ssize_t)n);
}

/* Appends plain text, then one of the conversions, which take the same. */
static void
conversion(char *format, struct input *in, const char *const which[4])
{
	size_t used, i;
	char text[16];

	take_text(in, text, sizeof(text));
	used = strlen(format);
	for (i = 0; text[i] != '\0'; i++)
		format[used++] = text[i] == '%' ? '$' : text[i];
	(void)snprintf(format + used, FORMAT_MAX - used, "%s",
	    which[take(in) % 4]);
}

#define BOTH(...) do {							\
	n = text_format(mine, size, __VA_ARGS__);			\
	other = snprintf(its, size, __VA_ARGS__);			\
} while (0)

static void
same_text(struct input *in)
{
	static const char *const s[4] = { "%s", "%.3s", "%.17s%%", "%.0s" },
	    *const i[4] = { "%d", "%u", "%c", "%%%d" },
	    *const l[4] = { "%ld", "%lu", "%ld%%", "%lu" },
	    *const ll[4] = { "%lld", "%llu", "%lld", "%llu" },
	    *const star[4] = { "%.*s", "%.*s", "%%%.*s", "%.*s%%" };
	char format[FORMAT_MAX] = "", a[64], b[64];
	size_t n, size = 1 + (size_t)take(in) * 2 % TEXT_MAX;
	char *mine = malloc(size), *its = malloc(size);
	int64_t x = take_number(in), y = take_number(in);
	bool strings_first = take(in) % 2 == 0;
	int other;

	MUST(mine != NULL && its != NULL);
	take_text(in, a, sizeof(a));
	take_text(in, b, sizeof(b));
	if (strings_first) {
		conversion(format, in, s);
		conversion(format, in, star);
		conversion(format, in, i);
		conversion(format, in, l);
		conversion(format, in, ll);
		conversion(format, in, s);
		BOTH(format, a, (int)y, b, (int)x, (long)y, (long long)x, b);
	} else {
		conversion(format, in, ll);
		conversion(format, in, i);
		conversion(format, in, s);
		conversion(format, in, i);
		conversion(format, in, l);
		conversion(format, in, star);
		BOTH(format, (long long)x, (int)y, a, (int)x, (long)y, (int)x,
		    b);
	}
	MUST(other >= 0);
	MUST(n == ((size_t)other < size ? (size_t)other : size - 1));
	MUST(memcmp(mine, its, n + 1) == 0);
	free(mine);
	free(its);
}

static void
one_line(struct input *in)
{
	char text[2 * LOG_LINE_MAX], all[3 * LOG_LINE_MAX];
	size_t n, i;

	take_text(in, text, sizeof(text));
	log_line("%s", text);
	n = strlen(line);
	MUST(n > 0 && n <= LOG_LINE_MAX && line[n - 1] == '\n');
	(void)snprintf(all, sizeof(all), "jailinit: %s", text);
	MUST(n - 1 == (strlen(all) < LOG_LINE_MAX ? strlen(all) :
	    LOG_LINE_MAX - 1));
	for (i = 0; i < n - 1; i++)
		MUST(line[i] == all[i] || (line[i] == '?' &&
		    (all[i] > '~' || all[i] < ' ')));
	MUST(log_dropped() == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	char digits[20];

	same_text(&in);
	take_text(&in, digits, sizeof(digits));
	if (strspn(digits, " 0123456789") == strlen(digits))
		MUST(text_number(digits) == strtoul(digits, NULL, 10));
	else
		(void)text_number(digits);
	one_line(&in);
	return (0);
}
