/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists jails.  Touches standard output. */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "jail_facts.h"
#include "json.h"
#include "list.h"
#include "names.h"

/* A note begins so, behind the root.  A root that has it is written without
 * blanks. */
#define NOTE	"  ("

static void
json_lines(struct targets *t)
{
	struct jail_facts *facts = calloc(t->n + 1, sizeof(*facts));
	size_t i;

	if (facts == NULL)
		err(EX_OSERR, "%zu jails", t->n);
	for (i = 0; i < t->n; i++)
		facts[i].jail = &t->list[i].jail;
	jail_facts_find(facts, t->n, &t->crowd);
	for (i = 0; i < t->n; i++)
		json_jail(stdout, &t->list[i], &facts[i]);
	free(facts);
}

/* What a jail says that it does, for a column: one word, as more would be taken
 * for the name. */
static const char *
state_word(const struct target *t)
{
	static char word[VISIT_VALUE_MAX];

	(void)snprintf(word, sizeof(word), "%.*s", (int)strcspn(t->state, " "),
	    t->state);
	return ((t->listens || t->titled) && word[0] != '\0' ?
	    printable(word) : "-");
}

/* What is wrong, as "  (run, rc failed: 1; stopped)". */
static void
note_print(const struct target *t)
{
	const char *boot = t->listens ? t->boot_status : "", *sep = NOTE;
	const struct jail *j = &t->jail;

	if (boot[0] != '\0' && strcmp(boot, "0") != 0) {
		(void)printf("%s%s, rc failed: %s", sep, state_word(t),
		    printable(boot));
		sep = "; ";
	}
	if (j->stopped) {
		(void)printf("%sstopped", sep);
		sep = "; ";
	}
	if (j->frozen[0] != '\0') {
		(void)printf("%sfrozen by the control group %s", sep,
		    printable(j->frozen));
		sep = "; ";
	}
	if (strcmp(sep, NOTE) != 0)
		(void)putchar(')');
}

static const char *
root_word(const char *root)
{
	return (root[0] == '\0' ? "-" : strstr(root, NOTE) != NULL ?
	    printable_word(root) : printable(root));
}

static void
line_print(const struct target *t)
{
	const char *name = names_of(t);

	(void)printf("%-10" PRIu64 " %7ld %-8s %-12s %s", t->jail.jid,
	    (long)t->jail.pid, state_word(t),
	    name[0] != '\0' ? printable_word(name) : "-", root_word(t->root));
	note_print(t);
	(void)putchar('\n');
}

int
list_print(struct targets *t, bool json)
{
	size_t i;

	if (json)
		json_lines(t);
	else
		(void)printf("%-10s %7s %-8s %-12s %s\n", "JID", "PID",
		    "STATE", "NAME", "ROOT");
	for (i = 0; i < t->n && !json; i++)
		line_print(&t->list[i]);
	return (fflush(stdout) == 0 && !ferror(stdout) ? 0 : EX_IOERR);
}
