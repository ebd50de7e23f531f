/* SPDX-License-Identifier: BSD-2-Clause */
/* The log.  Touches descriptor 2. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <unistd.h>

#include "lib/fd.h"
#include "lib/text.h"

#include "log.h"

_Static_assert(LOG_LINE_MAX <= 512, "a line must fit into any PIPE_BUF");

static uint64_t dropped, unsaid;
static const char *name = "jailinit: ";

void
log_begin(const char *program)
{
	name = program;
}

static bool
log_write(const char *buf, size_t n)
{
	return (fd_write(STDERR_FILENO, buf, n) == (ssize_t)n);
}

void
log_line(const char *format, ...)
{
	char buf[LOG_LINE_MAX];
	va_list ap;
	size_t n;
	int e = errno;

	if (unsaid > 0) {
		n = text_format(buf, sizeof(buf), "%s%" PRIu64
		    " log line%s dropped here\n", name, unsaid,
		    unsaid == 1 ? " was" : "s were");
		if (log_write(buf, n))
			unsaid = 0;
	}
	n = text_format(buf, sizeof(buf), "%s", name);
	va_start(ap, format);
	n += text_vformat(buf + n, sizeof(buf) - n, format, ap);
	va_end(ap);
	text_clean(buf, n);
	buf[n++] = '\n';	/* over the NUL, or over the last byte */
	if (unsaid > 0 || !log_write(buf, n)) {
		dropped++;
		unsaid++;
	}
	errno = e;
}

uint64_t
log_dropped(void)
{
	return (dropped);
}
