/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of a jail.  Touches memory. */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <vis.h>

#include "target.h"

#define PRINTABLE_MAX	(4 * JAIL_ROOT_MAX + 1)

/* The list grows by this many jails. */
#define ROOM_STEP	64

static const char *
printable_by(const char *text, int flags)
{
	static char buf[4][PRINTABLE_MAX];
	static unsigned next;
	char *b = buf[next++ % 4];

	if (strnvis(b, PRINTABLE_MAX, text,
	    VIS_TAB | VIS_NL | VIS_CSTYLE | flags) == -1)
		b[0] = '\0';
	return (b);
}

const char *
printable(const char *text)
{
	return (printable_by(text, 0));
}

const char *
printable_word(const char *text)
{
	return (printable_by(text, VIS_SP));
}

const char *
target_name(const struct target *t)
{
	static char buf[32 + PRINTABLE_MAX];
	bool by_root = t->root[0] != '\0' && t->jail.manager[0] != '\0';
	const char *what = t->jail.name[0] == '\0' || by_root ? t->root :
	    t->jail.name;

	(void)snprintf(buf, sizeof(buf), "%" PRIu64 "%s%s%s", t->jail.jid,
	    *what == '\0' ? "" : " (", printable(what),
	    *what == '\0' ? "" : ")");
	return (buf);
}

static void *
grow(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n, size);
	if (p == NULL)
		err(EX_OSERR, "%zu jails", n);
	return (p);
}

void
targets_add(struct targets *t, const struct jail *j, const char *root)
{
	struct target *added;

	if (t->n % ROOM_STEP == 0)
		t->list = grow(t->list, t->n + ROOM_STEP, sizeof(*t->list));
	added = &t->list[t->n++];
	memset(added, 0, sizeof(*added));
	added->jail = *j;
	added->visit.fd = -1;
	memcpy(added->root, root, strlen(root) + 1);
}

/* Of two groups, or of the caller's own jails and of others'. */
static int
target_compare(const void *a, const void *b)
{
	const struct target *t = a, *u = b;

	return (t->group != u->group ? (t->group < u->group ? -1 : 1) :
	    target_is_own(u) - target_is_own(t));
}

void
targets_free(struct targets *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		free(t->list[i].status);
	free(t->list);
	free(t->crowd.spaces);
}

void
targets_sort(struct target *list, size_t n)
{
	if (mergesort(list, n, sizeof(*list), target_compare) == -1)
		err(EX_OSERR, "%zu jails", n);
}

bool
target_is_own(const struct target *t)
{
	return (t->jail.whose != JAIL_OTHERS);
}

bool
target_is_jailinit(const struct target *t)
{
	char comm[JAIL_COMM_MAX];

	jail_comm(&t->jail, comm);
	return (t->titled || strcmp(comm, "jailinit") == 0);
}

bool
target_listens(const struct target *t)
{
	return (t->listens || target_is_jailinit(t));
}

/* Without memory the text is not known. */
static void
status_hear(struct target *t, const struct visit_word *word)
{
	memcpy(t->state, word->state, sizeof(t->state));
	memcpy(t->forced, word->forced, sizeof(t->forced));
	memcpy(t->boot_status, word->boot_status, sizeof(t->boot_status));
	memcpy(t->answer, word->answer, sizeof(t->answer));
	t->runs = word->runs;
	free(t->status);
	t->status = t->titled ? NULL : strdup(word->text);
}

/* The root of a jail that is ending has no name: the one known before is
 * kept. */
void
target_hear(struct target *t, const struct visit_word *word)
{
	switch (word->kind) {
	case VISIT_LISTENS:
		t->listens = true;
		break;
	case VISIT_TITLED:
		t->titled = true;
		memcpy(t->state, word->state, sizeof(t->state));
		break;
	case VISIT_TAKEN:
		t->taken = true;
		break;
	case VISIT_REFUSED:
		t->refused = word->error;
		break;
	case VISIT_STATUS:
		status_hear(t, word);
		break;
	case VISIT_ROOT:
		if (word->text[0] != '\0')
			memcpy(t->root, word->text, sizeof(t->root));
		t->dev = word->dev;
		t->ino = word->ino;
		break;
	case VISIT_LOOKED:
		t->looked = true;
		break;
	case VISIT_REBOOTED:
		break;
	}
}
