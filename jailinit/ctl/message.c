/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages.  Touches standard error. */
#include <stdio.h>
#include <string.h>

#include "lib/text.h"

#include "message.h"

#define WHAT_SIZE	257

static const char *program = "jailctl";

void
message_program(const char *name)
{
	program = name;
}

int
message_fail(int status, const char *what, const char *why)
{
	char text[WHAT_SIZE];

	(void)snprintf(text, sizeof(text), "%s", what);
	text_clean(text, strlen(text));
	(void)fprintf(stderr, "%s: %s: %s\n", program, text, why);
	return (status);
}
