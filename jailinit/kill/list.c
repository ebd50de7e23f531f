/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists jails.  Touches standard output. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "list.h"

static void
json_string(const char *text)
{
	const char *p;

	(void)putchar('"');
	for (p = printable(text); *p != '\0'; p++)
		(void)printf("%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p);
	(void)putchar('"');
}

static void
json_line(const struct target *t)
{
	(void)printf("{\"jid\":%" PRIu64 ",\"pid\":%ld,\"state\":",
	    t->jail.jid, (long)t->jail.pid);
	if ((t->listens || t->titled) && t->state[0] != '\0')
		json_string(t->state);
	else
		(void)printf("null");
	(void)printf(",\"root\":");
	if (t->root[0] != '\0')
		json_string(t->root);
	else
		(void)printf("null");
	(void)printf("}\n");
}

/* What a jail says that it does, for a column: one word, as more would be taken
 * for the root. */
static const char *
state_word(const struct target *t)
{
	static char word[VISIT_VALUE_MAX];

	(void)snprintf(word, sizeof(word), "%.*s", (int)strcspn(t->state, " "),
	    t->state);
	return ((t->listens || t->titled) && word[0] != '\0' ?
	    printable(word) : "-");
}

int
list_print(const struct targets *t, bool json)
{
	size_t i;

	if (!json)
		(void)printf("%-10s %7s %-8s %s\n", "JID", "PID", "STATE",
		    "ROOT");
	for (i = 0; i < t->n; i++) {
		const struct target *j = &t->list[i];

		if (json)
			json_line(j);
		else
			(void)printf("%-10" PRIu64 " %7ld %-8s %s\n",
			    j->jail.jid, (long)j->jail.pid,
			    state_word(j),
			    j->root[0] != '\0' ? printable(j->root) : "-");
	}
	return (fflush(stdout) == 0 && !ferror(stdout) ? 0 : EX_IOERR);
}
