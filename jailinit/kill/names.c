/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of jails.  Touches memory. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "id.h"
#include "names.h"

static int
unit_compare(const void *a, const void *b)
{
	const struct jail *x = &(*(struct target *const *)a)->jail;
	const struct jail *y = &(*(struct target *const *)b)->jail;

	return (x->unit != y->unit ? (x->unit > y->unit) -
	    (x->unit < y->unit) : strcmp(x->name, y->name));
}

/* unit stays: it is compared. */
static void
name_clear(struct jail *j)
{
	j->name[0] = j->manager[0] = '\0';
	j->by_host = false;
}

void
names_unshare(struct target *list, size_t n)
{
	struct target **by_unit = calloc(n + 1,
	    sizeof(struct target *));
	size_t end, i, n_units = 0;

	if (by_unit == NULL)
		err(EX_OSERR, "%zu jails", n);
	for (i = 0; i < n; i++)
		if (list[i].jail.unit != 0)
			by_unit[n_units++] = &list[i];
	qsort(by_unit, n_units, sizeof(struct target *), unit_compare);
	for (i = 0; i < n_units; i = end) {
		for (end = i + 1; end < n_units &&
		    unit_compare(&by_unit[i], &by_unit[end]) == 0; end++)
			name_clear(&by_unit[end]->jail);
		if (end > i + 1)
			name_clear(&by_unit[i]->jail);
	}
	free(by_unit);
}

bool
names_are(const struct target *t, const char *word)
{
	return (strcmp(names_of(t), word) == 0 || id_is(word, t->jail.name));
}

const char *
names_of(const struct target *t)
{
	const char *base = strrchr(t->root, '/');

	return (t->jail.name[0] != '\0' || base == NULL ? t->jail.name :
	    base + 1);
}
