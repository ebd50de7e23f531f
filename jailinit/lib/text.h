/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text in bounded buffers: what process 1 needs of printf(3), which brings
 * floating point and wide characters, a fifth of a static program.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdarg.h>
#include <stddef.h>

/* printf(3) of %s, %.*s, %.Ns, %c, %d, %u with any number of l, and %%, into
 * buf[0..size), size > 0, cut off where it is full, with a NUL.  Returns the
 * bytes before the NUL: size - 1 when all may not have fitted. */
size_t text_format(char *buf, size_t size, const char *format, ...)
    __attribute__((__format__(__printf__, 3, 4)));
size_t text_vformat(char *buf, size_t size, const char *format, va_list ap)
    __attribute__((__format__(__printf__, 3, 0)));

/* The decimal number that a string begins with, behind spaces; 0 if none. */
unsigned long text_number(const char *s);

#endif
