/* SPDX-License-Identifier: BSD-2-Clause */
/* The request language: every verb, every error, every byte, both ends of
 * every number. */
#include <sys/mman.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/request.h"

#define SIZEOF(a)	(sizeof(a) / sizeof((a)[0]))

static enum request_error
parse(const char *line, struct request *rq)
{
	rq->verb = REQUEST_NONE;
	rq->budget_ms = 4711;
	rq->status = 42;
	return (request_parse(line, strlen(line), rq));
}

static void
test_good(void **state)
{
	static const struct {
		const char *line;
		enum request_verb verb;
		int64_t budget_ms;
		int status;
	} t[] = {
		{ "halt", REQUEST_HALT, REQUEST_NO_BUDGET, 0 },
		{ "poweroff", REQUEST_POWEROFF, REQUEST_NO_BUDGET, 0 },
		{ "reboot", REQUEST_REBOOT, REQUEST_NO_BUDGET, 0 },
		{ "halt 0", REQUEST_HALT, 0, 0 },
		{ "halt 3", REQUEST_HALT, 3000, 0 },
		{ "poweroff 007", REQUEST_POWEROFF, 7000, 0 },
		{ "reboot 999999999", REQUEST_REBOOT, 999999999000, 0 },
		{ " \thalt \t 12\t ", REQUEST_HALT, 12000, 0 },
		{ "halt ", REQUEST_HALT, REQUEST_NO_BUDGET, 0 },
		{ "exit 0", REQUEST_EXIT, REQUEST_NO_BUDGET, 0 },
		{ "exit 3", REQUEST_EXIT, REQUEST_NO_BUDGET, 3 },
		{ "exit 255", REQUEST_EXIT, REQUEST_NO_BUDGET, 255 },
		{ "\texit  007 30 ", REQUEST_EXIT, 30000, 7 },
		{ "exit 1 0", REQUEST_EXIT, 0, 1 },
	};
	struct request rq;
	size_t i;

	(void)state;
	for (i = 0; i < SIZEOF(t); i++) {
		assert_int_equal(parse(t[i].line, &rq), REQUEST_OK);
		assert_int_equal(rq.verb, t[i].verb);
		assert_int_equal(rq.budget_ms, t[i].budget_ms);
		assert_int_equal(rq.status, t[i].status);
	}
}

/* What is no verb is the name of an administrator's own request. */
static void
test_names(void **state)
{
	static const char *const names[] = { "hal", "halts", "HALT", "halt3",
	    "3", "reboo", "backup", "a", "Z", "0", "9", "az.AZ-09_x", "a..",
	    "z-" };
	char longest[REQUEST_NAME_MAX + 2];
	struct request rq;
	size_t i;

	(void)state;
	for (i = 0; i < SIZEOF(names); i++) {
		assert_int_equal(parse(names[i], &rq), REQUEST_OK);
		assert_int_equal(rq.verb, REQUEST_RUN);
		assert_string_equal(rq.name, names[i]);
		assert_int_equal(rq.budget_ms, REQUEST_NO_BUDGET);
		assert_int_equal(rq.id, REQUEST_NO_ID);
		assert_int_equal(rq.status, 0);
	}
	assert_int_equal(parse(" backup\t", &rq), REQUEST_OK);
	assert_string_equal(rq.name, "backup");
	assert_int_equal(parse("backup #0", &rq), REQUEST_OK);
	assert_int_equal(rq.id, 0);
	assert_int_equal(parse("\t3  #999999999 ", &rq), REQUEST_OK);
	assert_string_equal(rq.name, "3");
	assert_int_equal(rq.id, REQUEST_SECONDS_MAX);
	assert_int_equal(rq.budget_ms, REQUEST_NO_BUDGET);
	assert_int_equal(parse("halt", &rq), REQUEST_OK);
	assert_string_equal(rq.name, "");
	memset(longest, 'x', sizeof(longest));
	assert_int_equal(request_parse(longest, REQUEST_NAME_MAX, &rq),
	    REQUEST_OK);
	assert_int_equal(strlen(rq.name), REQUEST_NAME_MAX);
	assert_int_equal(request_parse(longest, REQUEST_NAME_MAX + 1, &rq),
	    REQUEST_UNKNOWN);
}

/* Every letter of a verb counts. */
static void
test_letters(void **state)
{
	static const char *const verbs[] = { "halt", "poweroff", "reboot",
	    "exit" };
	struct request rq;
	char word[16];
	size_t i, k;

	(void)state;
	for (i = 0; i < SIZEOF(verbs); i++)
		for (k = 0; verbs[i][k] != '\0'; k++) {
			(void)strcpy(word, verbs[i]);
			word[k] = 'y';
			assert_int_equal(parse(word, &rq), REQUEST_OK);
			assert_int_equal(rq.verb, REQUEST_RUN);
		}
}

/* Nothing behind the line is read, of whatever line. */
static void
test_bounds(void **state)
{
	static const char *const lines[] = { "", " ", "\t ", "halt",
	    "halt ", "halt 3", "halt 3 ", "poweroff 007", "reboot x", "backup",
	    "halt 3 3", "ha", "#", "exit", "exit 255", "exit 3 3 3" };
	size_t page = (size_t)sysconf(_SC_PAGESIZE), i, n;
	char *two = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct request rq;
	int64_t ms;
	int status;

	(void)state;
	assert_true(two != MAP_FAILED);
	assert_int_equal(mprotect(two + page, page, PROT_NONE), 0);
	for (i = 0; i < SIZEOF(lines); i++) {
		n = strlen(lines[i]);
		memcpy(two + page - n, lines[i], n);
		(void)request_parse(two + page - n, n, &rq);
		(void)request_seconds(two + page - n, n, &ms);
		(void)request_status(two + page - n, n, &status);
	}
	assert_int_equal(munmap(two, 2 * page), 0);
}

static void
test_bad(void **state)
{
	static const struct {
		const char *line;
		enum request_error error;
	} t[] = {
		{ "", REQUEST_EMPTY },
		{ " \t ", REQUEST_EMPTY },
		{ "power off", REQUEST_EXTRA },
		{ "backup 3", REQUEST_EXTRA },
		{ "backup #", REQUEST_EXTRA },
		{ "backup # 3", REQUEST_EXTRA },
		{ "backup ##3", REQUEST_EXTRA },
		{ "backup #-3", REQUEST_EXTRA },
		{ "backup #1234567890", REQUEST_EXTRA },
		{ "backup #3 #4", REQUEST_EXTRA },
		{ "halt #3", REQUEST_BAD_BUDGET },
		{ "#3", REQUEST_UNKNOWN },
		{ ".", REQUEST_UNKNOWN },
		{ "..", REQUEST_UNKNOWN },
		{ ".hidden", REQUEST_UNKNOWN },
		{ "-x", REQUEST_UNKNOWN },
		{ "_x", REQUEST_UNKNOWN },
		{ "a/b", REQUEST_UNKNOWN },
		{ "/etc/passwd", REQUEST_UNKNOWN },
		{ "../x", REQUEST_UNKNOWN },
		{ "a;b", REQUEST_UNKNOWN },
		{ "a$b", REQUEST_UNKNOWN },
		{ "@", REQUEST_UNKNOWN },
		{ "[", REQUEST_UNKNOWN },
		{ "`", REQUEST_UNKNOWN },
		{ "{", REQUEST_UNKNOWN },
		{ "halt x", REQUEST_BAD_BUDGET },
		{ "halt -1", REQUEST_BAD_BUDGET },
		{ "halt +1", REQUEST_BAD_BUDGET },
		{ "halt 1.5", REQUEST_BAD_BUDGET },
		{ "halt 3s", REQUEST_BAD_BUDGET },
		{ "halt 0x3", REQUEST_BAD_BUDGET },
		{ "halt 1000000000", REQUEST_BAD_BUDGET },
		{ "halt 0000000000", REQUEST_BAD_BUDGET },
		{ "halt 3 4", REQUEST_EXTRA },
		{ "halt 3 x", REQUEST_EXTRA },
		{ "exit", REQUEST_BAD_STATUS },
		{ "exit ", REQUEST_BAD_STATUS },
		{ "exit x", REQUEST_BAD_STATUS },
		{ "exit -1", REQUEST_BAD_STATUS },
		{ "exit 256", REQUEST_BAD_STATUS },
		{ "exit 999999999", REQUEST_BAD_STATUS },
		{ "exit 1 x", REQUEST_BAD_BUDGET },
		{ "exit 1 2 3", REQUEST_EXTRA },
		{ "halt\r", REQUEST_BINARY },
		{ "halt\n", REQUEST_BINARY },
		{ "halt\033[2J", REQUEST_BINARY },
		{ "h\xc3\xa4lt", REQUEST_BINARY },
	};
	struct request rq;
	size_t i;

	(void)state;
	for (i = 0; i < SIZEOF(t); i++) {
		assert_int_equal(parse(t[i].line, &rq), t[i].error);
		assert_int_equal(rq.verb, REQUEST_NONE);
		assert_int_equal(rq.budget_ms, 4711);
		assert_int_equal(rq.status, 42);
	}
}

/* Each byte at each place of "halt 3": it is text, a blank, or binary. */
static void
test_bytes(void **state)
{
	struct request rq;
	char line[] = "halt 3";
	size_t at;
	int c;

	(void)state;
	for (at = 0; at < sizeof(line) - 1; at++)
		for (c = 0; c < 256; c++) {
			enum request_error e;
			char was = line[at];

			line[at] = (char)c;
			e = request_parse(line, sizeof(line) - 1, &rq);
			line[at] = was;
			if ((c < ' ' && c != '\t') || c > '~')
				assert_int_equal(e, REQUEST_BINARY);
			else
				assert_int_not_equal(e, REQUEST_BINARY);
		}
}

static void
test_length(void **state)
{
	char line[REQUEST_LINE_MAX + 1];
	struct request rq;

	(void)state;
	memset(line, ' ', sizeof(line));
	memcpy(line, "halt", 4);
	assert_int_equal(request_parse(line, REQUEST_LINE_MAX, &rq),
	    REQUEST_OK);
	assert_int_equal(request_parse(line, REQUEST_LINE_MAX + 1, &rq),
	    REQUEST_TOO_LONG);
	/* what is behind the length is not read */
	assert_int_equal(request_parse("halt 3x", 6, &rq), REQUEST_OK);
	assert_int_equal(rq.budget_ms, 3000);
	assert_int_equal(request_parse("halted", 4, &rq), REQUEST_OK);
}

static void
test_seconds(void **state)
{
	int64_t ms = 4711;

	(void)state;
	assert_false(request_seconds("", 0, &ms));
	assert_false(request_seconds("1234567890", 10, &ms));
	assert_false(request_seconds("12/", 3, &ms));
	assert_false(request_seconds("12:", 3, &ms));
	assert_int_equal(ms, 4711);
	assert_true(request_seconds("0", 1, &ms));
	assert_int_equal(ms, 0);
	assert_true(request_seconds("999999999", 9, &ms));
	assert_int_equal(ms, (int64_t)REQUEST_SECONDS_MAX * 1000);
}

static void
test_words(void **state)
{
	int e, f;

	(void)state;
	assert_string_equal(request_name(REQUEST_NONE), "none");
	assert_string_equal(request_name(REQUEST_HALT), "halt");
	assert_string_equal(request_name(REQUEST_POWEROFF), "poweroff");
	assert_string_equal(request_name(REQUEST_REBOOT), "reboot");
	assert_string_equal(request_name(REQUEST_EXIT), "exit");
	assert_string_equal(request_name(REQUEST_RUN), "run");
	assert_string_equal(request_name((enum request_verb)99), "none");
	assert_string_equal(request_strerror((enum request_error)99),
	    "no error");
	assert_string_equal(request_strerror(REQUEST_OK), "no error");
	assert_string_equal(request_strerror(REQUEST_EMPTY), "no error");
	/* the others differ, each from each */
	for (e = REQUEST_EMPTY; e <= REQUEST_EXTRA; e++)
		for (f = REQUEST_EMPTY; f < e; f++)
			assert_string_not_equal(
			    request_strerror((enum request_error)e),
			    request_strerror((enum request_error)f));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_letters),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_words),
	};

	return (cmocka_run_group_tests_name("request", tests, NULL, NULL));
}
