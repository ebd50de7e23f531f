/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes JSON.  Touches the stream that it is given. */
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "core/halt.h"
#include "lib/answer.h"
#include "lib/text.h"

#include "json.h"
#include "names.h"


/* Of the bytes that are no UTF-8, RFC 3629. */
#define REPLACEMENT	0xfffd

/* 2^53 - 1: most readers of JSON round what is greater, RFC 7493. */
#define NUMBER_MAX	9007199254740991
#define NUMBER_DIGITS	16

/* Reads a character of UTF-8, which is not NUL. */
static uint32_t
rune_next(const unsigned char **text)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = *text;
	uint32_t rune = *p;
	int i, more = *p < 0x80 ? 0 : *p >> 5 == 0x6 ? 1 : *p >> 4 == 0xe ? 2 :
	    *p >> 3 == 0x1e ? 3 : -1;

	(*text)++;
	if (more <= 0)
		return (more == 0 ? rune : REPLACEMENT);
	rune &= 0x3fU >> more;
	for (i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return (REPLACEMENT);
		rune = rune << 6 | (p[i] & 0x3f);
	}
	if (rune < least[more] || rune > 0x10ffff || rune >> 11 == 0x1b)
		return (REPLACEMENT);
	*text += more;
	return (rune);
}

/* In ASCII, as a terminal acts on some other characters, too. */
static void
string_n(FILE *to, const char *text, size_t n)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + n;
	uint32_t rune;

	(void)putc_unlocked('"', to);
	while (p < end && *p != '\0') {
		rune = rune_next(&p);
		if (rune == '"' || rune == '\\')
			(void)fprintf(to, "\\%c", (char)rune);
		else if (rune == '\n' || rune == '\t')
			(void)fputs(rune == '\n' ? "\\n" : "\\t", to);
		else if (rune >= ' ' && rune <= '~')
			(void)putc_unlocked((char)rune, to);
		else if (rune < 0x10000)
			(void)fprintf(to, "\\u%04" PRIx32, rune);
		else
			(void)fprintf(to, "\\u%04" PRIx32 "\\u%04" PRIx32,
			    0xd7c0 + (rune >> 10), 0xdc00 + (rune & 0x3ff));
	}
	(void)putc_unlocked('"', to);
}

/* "": not known. */
static void
string(FILE *to, const char *text)
{
	if (text[0] == '\0')
		(void)fputs("null", to);
	else
		string_n(to, text, strlen(text));
}

/* A number that each reader of JSON takes as it is. */
static bool
is_number(const char *text)
{
	uint64_t n = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9' && p - text < NUMBER_DIGITS; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	return (p > text && *p == '\0' && n <= NUMBER_MAX &&
	    (text[0] != '0' || p == text + 1));
}

static void
number(FILE *to, const char *text)
{
	if (is_number(text))
		(void)fputs(text, to);
	else
		string(to, text);
}

/* -1: not known. */
static void
whole(FILE *to, long n)
{
	if (n < 0)
		(void)fputs("null", to);
	else
		(void)fprintf(to, "%ld", n);
}

static void
seconds(FILE *to, int64_t ms)
{
	if (ms < 0)
		(void)fputs("null", to);
	else
		(void)fprintf(to, "%" PRId64 ".%03d", ms / 1000,
		    (int)(ms % 1000));
}

/* "a,b" as ["a","b"]. */
static void
words(FILE *to, const char *text)
{
	const char *sep = "";
	size_t n;

	(void)putc_unlocked('[', to);
	for (; *text != '\0'; text += n, text += *text == ',') {
		n = strcspn(text, ",");
		(void)fputs(sep, to);
		string_n(to, text, n);
		sep = ",";
	}
	(void)putc_unlocked(']', to);
}

/*
 * What a jail says of itself: the keys of jailinit.ctl(5), in its order.
 */
static const struct said {
	const char *key;
	void (*print)(FILE *, const char *);
} said[] = {
	{ "state", string }, { "mode", string }, { "pid", number },
	{ "version", string }, { "boot_status", number },
	{ "request", string }, { "deadline", number }, { "forced", words },
	{ "dropped_log", number }, { "dropped_requests", number },
	{ "job", string }, { "job_status", number },
	{ "job_number", number }, { "answers", string },
	{ "life", number }, { "born", number }, { "exit_status", number }
};

/* Its title has the state alone. */
static void
says(FILE *to, const struct target *t)
{
	const struct said *s = said, *end = s + sizeof(said) / sizeof(*s);
	char value[ANSWERS_SIZE];

	(void)fputs(",\"says\":", to);
	if (!t->listens && !t->titled) {
		(void)fputs("null", to);
		return;
	}
	for (; s < end; s++) {
		(void)fprintf(to, "%c\"%s\":", s == said ? '{' : ',', s->key);
		if (t->status != NULL) {
			text_value(t->status, s->key, value, sizeof(value));
			s->print(to, value);
		} else
			string(to, s == said ? t->state : "");
	}
	(void)putc_unlocked('}', to);
}

/*
 * Objects.
 */
static void
begin(FILE *to, const struct target *t)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, t->jail.jid);
	(void)fputs("{\"jid\":", to);
	number(to, text);
	(void)fputs(",\"name\":", to);
	string(to, names_of(t));
	(void)fputs(",\"pid\":", to);
	whole(to, t->jail.pid > 0 ? (long)t->jail.pid : -1);
	(void)fputs(",\"root\":", to);
	string(to, t->root);
	(void)fputs(",\"manager\":", to);
	string(to, t->jail.manager);
}

static void
end(FILE *to, const struct target *t)
{
	says(to, t);
	(void)fputs("}\n", to);
}

void
json_jail(FILE *to, const struct target *t, const struct jail_facts *f)
{
	begin(to, t);
	(void)fputs(",\"start\":", to);
	seconds(to, f->start_ms);
	(void)fputs(",\"processes\":", to);
	whole(to, f->processes);
	(void)fprintf(to, ",\"stopped\":%s,\"frozen\":",
	    t->jail.stopped ? "true" : "false");
	string(to, t->jail.frozen);
	end(to, t);
}

/* The stages that jailkill itself went through with it. */
static void
stages(FILE *to, unsigned set)
{
	const char *sep = "[";
	int s;

	(void)fputs(",\"stages\":", to);
	for (s = HALT_ASKING; s <= HALT_KILL; s++)
		if ((set & 1U << s) != 0) {
			(void)fputs(sep, to);
			string(to, halt_stage_name((enum halt_stage)s));
			sep = ",";
		}
	(void)fputs(*sep == '[' ? "[]" : "]", to);
}

void
json_end(FILE *to, const struct target *t, const struct json_end *e)
{
	begin(to, t);
	(void)fputs(",\"how\":", to);
	string(to, e->how);
	(void)fputs(",\"seconds\":", to);
	seconds(to, e->took_ms);
	stages(to, t->stages);
	(void)fputs(",\"status\":", to);
	whole(to, e->status);
	(void)fputs(",\"why\":", to);
	string(to, e->why);
	end(to, t);
}
