/* SPDX-License-Identifier: BSD-2-Clause */
/* Chooses among jails that match.  Pure. */
#include "choose.h"

bool
choose_root(const struct target *t)
{
	return (t->same);
}

bool
choose_name(const struct target *t)
{
	return (t->called);
}

bool
choose_either(const struct target *t)
{
	return (t->called || t->same);
}

bool
choose_both(const struct target *t, match_fn *matches)
{
	return (matches == choose_either && t->called && t->same);
}

/* The last part of its root alone, which a jail can choose. */
static bool
has_weak(const struct target *t, match_fn *matches)
{
	return (matches == choose_either && !t->same && !t->jail.by_host);
}

/* Whose a jail counts as.  To root, one that the host's managers have named is
 * root's own by that name, whichever user its first process runs as: another of
 * root's jails can take the name by the last part of its root. */
static int
whose(const struct target *t, match_fn *matches)
{
	return (matches != choose_root && t->called && t->jail.by_host &&
	    t->jail.mine ? JAIL_OWN : (int)t->jail.whose);
}

const struct target *
choose(const struct targets *all, match_fn *matches, size_t *n)
{
	const struct target *t, *end = all->list + all->n, *found = NULL;
	int best = -1;
	bool both = false;

	for (t = all->list; t < end; t++)
		if (matches(t) && whose(t, matches) > best)
			best = whose(t, matches);
	for (t = all->list; t < end; t++)
		both = both || (choose_both(t, matches) &&
		    whose(t, matches) == best);
	*n = 0;
	for (t = all->list; t < end; t++)
		if (matches(t) && whose(t, matches) == best &&
		    !(both && has_weak(t, matches))) {
			found = t;
			(*n)++;
		}
	return (*n == 1 ? found : NULL);
}
