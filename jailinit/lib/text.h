/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text in bounded buffers.  printf(3) would bring floating point and wide
 * characters, a fifth of a static jailinit.
 */
#ifndef LIB_TEXT_H
#define LIB_TEXT_H

#include <stdarg.h>
#include <stddef.h>

/* As printf(3) with %s, %.*s, %.Ns, %c, %d, %u, any number of l, and %%, into
 * buf[0..size), size > 0, cut off where it is full, with a NUL.  Returns the
 * number of bytes before the NUL: size - 1 when the text may be cut off. */
size_t text_format(char *buf, size_t size, const char *format, ...)
    __attribute__((__format__(__printf__, 3, 4)));
size_t text_vformat(char *buf, size_t size, const char *format, va_list ap)
    __attribute__((__format__(__printf__, 3, 0)));

/* The decimal number at the start of a string, after spaces; 0 if none. */
unsigned long text_number(const char *s);

/* Replaces every byte of text[0..n) but printable ASCII by '?', so that the
 * text does nothing to a terminal.  (Bytes above ASCII have control characters
 * too, alone and in UTF-8.) */
void text_clean(char *text, size_t n);

/* Copies the value of the first line "key=value" in text into buf[0..size),
 * cut off where it is full, with a NUL; "" if there is none. */
void text_value(const char *text, const char *key, char *buf, size_t size);

#endif
