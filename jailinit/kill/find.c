/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds jails.  Touches standard error, the directories that the caller names
 * and, by look.h, children. */
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "lib/clock.h"

#include "find.h"
#include "look.h"

/* Of several jails with one root, this many are listed. */
#define LISTED_MAX	16

static bool
add_each(struct jail *j, void *arg)
{
	jail_close(j);
	targets_add(arg, j, "");
	return (true);
}

/* Those that were found are dealt with, even if some may be missing. */
static void
find_all(struct targets *t)
{
	if (jail_each(add_each, t) == -1) {
		warn("looking for jails");
		t->error = EX_OSERR;
	}
	targets_sort(t->list, t->n);
}

/* Keeps the jails for which keep returns true, in their order. */
static void
sift(struct targets *t, bool (*keep)(const struct target *))
{
	size_t i, n = 0;

	for (i = 0; i < t->n; i++)
		if (keep(&t->list[i]))
			t->list[n++] = t->list[i];
	t->n = n;
}

static bool
is_mine(const struct target *t)
{
	return (t->jail.mine);
}

static void
complain(struct targets *t, const char *name, const char *why, int error)
{
	warnx("%s: %s", printable(name), why);
	if (t->error == 0)
		t->error = error;
}

/* A mistake that may mean jails which were not meant. */
static _Noreturn void
refuse(const char *name, const char *why)
{
	errx(EX_USAGE, "%s: %s; nothing was done", printable(name), why);
}

/* A jail is added once, however often it is named. */
static void
add_once(struct targets *t, const struct jail *j, const char *root,
    unsigned group)
{
	size_t i;

	for (i = 0; i < t->n && t->list[i].jail.jid != j->jid; i++)
		;
	if (i == t->n)
		targets_add(t, j, root);
	t->list[i].group = group;
}

/*
 * By the root directory.
 */

/* All jails, among which names that are directories are looked for. */
struct all {
	struct targets t;
	bool found;
	int64_t end_ms;		/* of the looks at their roots */
};

/* Anybody can make a jail with a given root, so a jail of the caller's is
 * meant, if there is one.  NULL: no jail has the root (*n is 0), or several
 * have. */
static const struct target *
root_choose(const struct targets *all, size_t *n)
{
	const struct target *found = NULL;
	int whose;
	size_t i;

	*n = 0;
	for (whose = JAIL_OWN; whose >= JAIL_OTHERS && *n == 0; whose--)
		for (i = 0; i < all->n; i++)
			if (all->list[i].same &&
			    (int)all->list[i].jail.whose == whose) {
				found = &all->list[i];
				(*n)++;
			}
	return (*n == 1 ? found : NULL);
}

/* Lists the other jails with the same root: "52, 60". */
static void
root_others(const struct targets *all, const struct target *but, char *buf,
    size_t size)
{
	size_t i, n = 0, len = 0;

	buf[0] = '\0';
	for (i = 0; i < all->n && len < size; i++)
		if (all->list[i].same && &all->list[i] != but &&
		    n++ < LISTED_MAX)
			len += (size_t)snprintf(buf + len, size - len,
			    "%s%" PRIu64, n > 1 ? ", " : "",
			    all->list[i].jail.jid);
	if (n > LISTED_MAX && len < size)
		(void)snprintf(buf + len, size - len, " and %zu more",
		    n - LISTED_MAX);
}

/* Adds the jail that is meant, or says why it cannot. */
static void
root_add(struct targets *t, const struct targets *all, const char *dir,
    unsigned group)
{
	char others[(LISTED_MAX + 2) * 24];
	const struct target *found;
	size_t n;

	found = root_choose(all, &n);
	root_others(all, found, others, sizeof(others));
	if (n == 0) {
		complain(t, dir, "no jail has this root", all->error != 0 ?
		    all->error : EX_NOHOST);
		return;
	}
	if (found == NULL) {
		warnx("%s: several jails have this root; name one by its "
		    "jid: %s", printable(dir), others);
		t->error = t->error == 0 ? EX_USAGE : t->error;
		return;
	}
	if (others[0] != '\0')
		warnx("%s: %" PRIu64 " is meant; others have this root: %s",
		    printable(dir), found->jail.jid, others);
	add_once(t, &found->jail, found->root, group);
}

/* Whoever has the caller's own root is no jail's. */
static bool
is_own_root(const struct stat *st)
{
	struct stat own;

	return (stat("/", &own) == 0 && st->st_dev == own.st_dev &&
	    st->st_ino == own.st_ino);
}

static void
find_root(struct targets *t, struct all *all, const char *dir, unsigned group)
{
	struct stat st;
	const struct visit_order order = { .dir = &st };

	if (stat(dir, &st) == -1) {
		if (strchr(dir, *FIND_NEXT) != NULL)
			refuse(dir, FIND_APART);
		complain(t, dir, "no jail and no directory has this name",
		    EX_NOHOST);
		return;
	}
	if (is_own_root(&st))
		refuse(dir, "the caller's own root directory, which is no "
		    "jail's");
	if (!all->found)
		find_all(&all->t);
	all->found = true;
	look_at(all->t.list, all->t.n, &order, all->end_ms - clock_ms());
	root_add(t, &all->t, dir, group);
}

static void
find_name(struct targets *t, struct all *all, const char *name,
    unsigned group)
{
	struct jail j;

	if (jail_open_name(&j, name) == 0) {
		jail_close(&j);
		add_once(t, &j, "", group);
	} else if (errno == EINVAL)
		find_root(t, all, name, group);
	else if (errno == ESRCH)
		complain(t, name, "no such jail", EX_NOHOST);
	else
		complain(t, name, strerror(errno), EX_OSERR);
}

static void
find_names(struct targets *t, char *const *names, int64_t end_ms)
{
	struct all all = { .end_ms = end_ms };
	unsigned group = 0;

	for (; *names != NULL; names++)
		if (strcmp(*names, FIND_NEXT) == 0)
			group++;
		else
			find_name(t, &all, *names, group);
	free(all.t.list);
}

/* Those that are named are meant even if they do not listen. */
static bool
is_meant(const struct target *t)
{
	return (t->group > 0 || target_listens(t));
}

void
targets_find(struct targets *t, enum find_which which, char *const *names,
    bool look, int64_t look_ms)
{
	const struct visit_order order = { 0 };
	int64_t end_ms = clock_ms() + look_ms;

	memset(t, 0, sizeof(*t));
	if (which != FIND_NAMED)
		find_all(t);
	if (which == FIND_MINE || which == FIND_LISTENING)
		sift(t, is_mine);
	find_names(t, names, end_ms);
	targets_sort(t->list, t->n);
	if (look || which == FIND_LISTENING)
		look_at(t->list, t->n, &order, end_ms - clock_ms());
	if (which == FIND_LISTENING)
		sift(t, is_meant);
}
