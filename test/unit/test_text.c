/* SPDX-License-Identifier: BSD-2-Clause */
/* Text: each conversion against libc's, each length of the room. */
#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/text.h"

/* The same as snprintf(3), in a room of any size, and nothing behind it. */
static void same(const char *, ...) __attribute__((__format__(__printf__,
    1, 2)));

static void
same(const char *format, ...)
{
	char ours[160], libcs[160];
	va_list ap;
	size_t n, room;

	for (room = 1; room < sizeof(ours); room++) {
		memset(ours, '#', sizeof(ours));
		va_start(ap, format);
		(void)vsnprintf(libcs, room, format, ap);
		va_end(ap);
		va_start(ap, format);
		n = text_vformat(ours, room, format, ap);
		va_end(ap);
		assert_string_equal(ours, libcs);
		assert_int_equal(n, strlen(libcs));
		assert_int_equal(ours[room], '#');
	}
}

static void
test_numbers(void **state)
{
	(void)state;
	same("%d %d %d %d", 0, -1, INT_MIN, INT_MAX);
	same("%u %u", 0U, UINT_MAX);
	same("%ld %ld %lu", LONG_MIN, LONG_MAX, ULONG_MAX);
	same("%lld %lld %llu", LLONG_MIN, LLONG_MAX, ULLONG_MAX);
	same("%" PRId64 "s %" PRIu64, INT64_MIN, UINT64_MAX);
}

static void
test_strings(void **state)
{
	(void)state;
	same("%s", "");
	same("a%sc%%", "b");
	same("%c%c", 'x', 'y');
	same("%.3s|%.3s|%.0s|", "abcdef", "a", "a");
	same("%.*s|%.*s|%.*s|", 2, "xyz", -1, "xyz", 0, "xyz");
	/* no NUL behind what is shown of it */
	same("%.2s", (const char[2]){ 'a', 'b' });
}

static void
test_number(void **state)
{
	char buf[8];

	(void)state;
	assert_int_equal(text_format(buf, sizeof(buf), "%d.%d", 1, 22), 4);
	assert_string_equal(buf, "1.22");
	assert_int_equal(text_number(""), 0);
	assert_int_equal(text_number("x1"), 0);
	assert_int_equal(text_number("  12 3"), 12);
	assert_int_equal(text_number("007)"), 7);
	assert_true(text_number("18446744073709551615") == ULONG_MAX);
}

static void
test_clean(void **state)
{
	char text[] = "a \x1b[1m\x7f\n\xc3\xa4~";

	(void)state;
	text_clean(text, sizeof(text) - 2);	/* not the ~ */
	assert_string_equal(text, "a ?[1m????~");
	text_clean(text, 0);
	assert_string_equal(text, "a ?[1m????~");
}

static void
test_value(void **state)
{
	static const char text[] = "state=run\nkey\nforced=\nx=1=2\nstate=no";
	char buf[8];

	(void)state;
	text_value(text, "state", buf, sizeof(buf));
	assert_string_equal(buf, "run");
	text_value(text, "state", buf, 3);
	assert_string_equal(buf, "ru");
	text_value(text, "state", buf, 1);
	assert_string_equal(buf, "");
	text_value(text, "forced", buf, sizeof(buf));
	assert_string_equal(buf, "");
	text_value(text, "x", buf, sizeof(buf));
	assert_string_equal(buf, "1=2");
	text_value(text, "key", buf, sizeof(buf));
	assert_string_equal(buf, "");
	text_value(text, "tate", buf, sizeof(buf));
	assert_string_equal(buf, "");
	text_value("", "x", buf, sizeof(buf));
	assert_string_equal(buf, "");
	text_value("a=b\nlast=end", "last", buf, sizeof(buf));
	assert_string_equal(buf, "end");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_value),
	};

	return (cmocka_run_group_tests_name("text", tests, NULL, NULL));
}
