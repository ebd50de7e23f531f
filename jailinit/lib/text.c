/* SPDX-License-Identifier: BSD-2-Clause */
/* Text in bounded buffers.  Touches nothing. */
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "text.h"

/* Digits of the largest number, and a sign. */
#define NUMBER_MAX	(sizeof(unsigned long long) * CHAR_BIT / 3 + 2)

struct text {
	char *buf;
	size_t size, used;
};

static void
add(struct text *t, const char *s, size_t n)
{
	size_t room = t->size - 1 - t->used;

	if (n > room)
		n = room;
	memcpy(t->buf + t->used, s, n);
	t->used += n;
}

/* Appends the next number of ap; longs: how many l its conversion has. */
static void
add_number(struct text *t, va_list *ap, int longs, bool is_signed)
{
	unsigned long long u;
	char digits[NUMBER_MAX];
	size_t at = sizeof(digits);
	long long v = longs > 1 ? va_arg(*ap, long long) :
	    longs == 1 ? va_arg(*ap, long) : va_arg(*ap, int);

	if (!is_signed && longs == 0)
		v = (unsigned)v;
	u = is_signed && v < 0 ? -(unsigned long long)v : (unsigned long long)v;
	do
		digits[--at] = (char)('0' + u % 10);
	while ((u /= 10) != 0);
	if (is_signed && v < 0)
		digits[--at] = '-';
	add(t, digits + at, sizeof(digits) - at);
}

/* Reads a precision: digits or *. */
static size_t
precision(const char **format, va_list *ap)
{
	size_t n;
	int given;

	if (**format == '*') {
		++*format;
		given = va_arg(*ap, int);
		return (given < 0 ? SIZE_MAX : (size_t)given);
	}
	n = text_number(*format);
	*format += strspn(*format, "0123456789");
	return (n);
}

/* Formats one conversion, at the byte after its %; returns the text after
 * it. */
static const char *
add_conversion(struct text *t, const char *format, va_list *ap)
{
	size_t max = SIZE_MAX;
	const char *s;
	int longs = 0;
	char c;

	if (*format == '.') {
		format++;
		max = precision(&format, ap);
	}
	for (; *format == 'l'; format++)
		longs++;
	switch (*format) {
	case 's':
		s = va_arg(*ap, const char *);
		add(t, s, strnlen(s, max));
		break;
	case 'c':
		c = (char)va_arg(*ap, int);
		add(t, &c, 1);
		break;
	case 'd':
	case 'u':
		add_number(t, ap, longs, *format == 'd');
		break;
	default:
		add(t, format, 1);
	}
	return (format + 1);
}

size_t
text_vformat(char *buf, size_t size, const char *format, va_list ap)
{
	struct text t = { buf, size, 0 };
	va_list args;
	const char *p;

	va_copy(args, ap);
	while ((p = strchr(format, '%')) != NULL) {
		add(&t, format, (size_t)(p - format));
		format = add_conversion(&t, p + 1, &args);
	}
	va_end(args);
	add(&t, format, strlen(format));
	buf[t.used] = '\0';
	return (t.used);
}

unsigned long
text_number(const char *s)
{
	unsigned long n = 0;

	while (*s == ' ')
		s++;
	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (unsigned long)(*s - '0');
	return (n);
}

size_t
text_format(char *buf, size_t size, const char *format, ...)
{
	va_list ap;
	size_t n;

	va_start(ap, format);
	n = text_vformat(buf, size, format, ap);
	va_end(ap);
	return (n);
}

void
text_clean(char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (text[i] < ' ' || text[i] > '~')
			text[i] = '?';
}

void
text_value(const char *text, const char *key, char *buf, size_t size)
{
	size_t n = 0, len = strlen(key);
	const char *p = text;

	while (p != NULL && (strncmp(p, key, len) != 0 || p[len] != '=')) {
		p = strchr(p, '\n');
		p = p == NULL ? NULL : p + 1;
	}
	if (p != NULL) {
		p += len + 1;
		n = strcspn(p, "\n");
		n = n < size ? n : size - 1;
		memcpy(buf, p, n);
	}
	buf[n] = '\0';
}
