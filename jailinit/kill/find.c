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

#include "choose.h"
#include "find.h"
#include "jail_about.h"
#include "look.h"
#include "names.h"

/* Of several jails with one root, this many are listed. */
#define LISTED_MAX	16

static bool
add_each(struct jail *j, void *arg)
{
	struct targets *t = arg;

	if (t->about)
		jail_about(j);
	jail_close(j);
	targets_add(t, j, "");
	return (true);
}

/* Those that were found are dealt with, even if some may be missing. */
static void
find_all(struct targets *t)
{
	if (jail_each(add_each, t, t->counts ? &t->crowd : NULL) == -1) {
		warn("looking for jails");
		t->error = EX_OSERR;
	}
	targets_sort(t->list, t->n);
	if (t->about)
		names_unshare(t->list, t->n);
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

/* Its place in the list, or t->n. */
static size_t
place_of(const struct targets *t, const struct jail *j)
{
	size_t i;

	for (i = 0; i < t->n && t->list[i].jail.jid != j->jid; i++)
		continue;
	return (i);
}

/* A jail is added once, however often it is named. */
static void
add_once(struct targets *t, const struct jail *j, const char *root)
{
	size_t i = place_of(t, j);

	if (i == t->n)
		targets_add(t, j, root);
	t->list[i].group = t->group;
}

/*
 * By the root directory, or by the name.
 */

/* All jails, among which those that are named so are looked for. */
struct all {
	struct targets t;
	bool found;
	bool looked;		/* their roots are known, as far as can be */
	int64_t end_ms;		/* of the looks at their roots */
};

/* Lists the other jails that match, with their roots if roots: allocated. */
static char *
others_list(const struct targets *all, match_fn *matches,
    const struct target *but, bool roots)
{
	const struct target *o;
	size_t len, n = 0;
	char *text;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		err(EX_OSERR, "%zu jails", all->n);
	for (o = all->list; o < all->list + all->n; o++) {
		if (!matches(o) || o == but || n++ >= LISTED_MAX)
			continue;
		if (n > 1)
			(void)fputs(", ", f);
		if (roots)
			(void)fputs(target_name(o), f);
		else
			(void)fprintf(f, "%" PRIu64, o->jail.jid);
	}
	if (n > LISTED_MAX)
		(void)fprintf(f, " and %zu more", n - LISTED_MAX);
	if (fclose(f) == EOF)
		err(EX_OSERR, "%zu jails", all->n);
	return (text);
}

/* Says that no jail matches.  A user may not look at the jails of others, and
 * one of these may be meant. */
static void
none_say(struct targets *t, const struct targets *all, match_fn *matches,
    const char *name, const char *what)
{
	const struct target *o;
	size_t hidden = 0;
	char why[128];

	for (o = all->list; o < all->list + all->n; o++)
		hidden += (o->refused == EACCES || o->refused == EPERM) &&
		    (matches == choose_root || o->jail.name[0] == '\0');
	if (hidden == 0)
		(void)snprintf(why, sizeof(why), "no jail has this %s", what);
	else
		(void)snprintf(why, sizeof(why), "no jail of yours has this "
		    "%s; %zu of others cannot be looked at", what, hidden);
	complain(t, name, why, all->error != 0 ? all->error :
	    hidden == 0 ? EX_NOHOST : EX_NOPERM);
}

static void
several_say(struct targets *t, const struct targets *all, match_fn *matches,
    const char *name, const char *what)
{
	char *others = others_list(all, matches, NULL, matches != choose_root);

	warnx("%s: several jails have this %s; name one by its jid: %s",
	    printable(name), what, others);
	if (t->error == 0)
		t->error = matches == choose_root ? EX_USAGE : EX_NOHOST;
	free(others);
}

/* One of those that match, nobody knows which, is not to end before this group:
 * so none of those does that -a has put into the list. */
static void
several_move(struct targets *t, const struct targets *all, match_fn *matches)
{
	const struct target *o;
	size_t i;

	for (o = all->list; o < all->list + all->n; o++) {
		i = matches(o) ? place_of(t, &o->jail) : t->n;
		if (i < t->n)
			t->list[i].group = t->group;
	}
}

/* Adds the jail that is meant, or says why it cannot.  what: "root" or
 * "name". */
static void
chosen_add(struct targets *t, const struct targets *all, match_fn *matches,
    const char *name, const char *what)
{
	const struct target *found;
	char *others;
	size_t n;

	found = choose(all, matches, &n);
	if (n == 0)
		none_say(t, all, matches, name, what);
	else if (found == NULL) {
		several_say(t, all, matches, name, what);
		several_move(t, all, matches);
	} else {
		if (choose_both(found, matches)) {
			matches = choose_root;
			what = "root";
		}
		others = others_list(all, matches, found,
		    matches != choose_root);
		if (others[0] != '\0')
			warnx("%s: %" PRIu64 " is meant; others have this "
			    "%s: %s", printable(name), found->jail.jid, what,
			    others);
		free(others);
		add_once(t, &found->jail, found->root);
	}
}

static void
all_find(struct all *all, bool about)
{
	if (all->found && (all->t.about || !about))
		return;
	targets_free(&all->t);
	all->t = (struct targets){ .about = about,
	    .counts = all->t.counts };
	find_all(&all->t);
	all->found = true;
	all->looked = false;
}

/* Whoever has the caller's own root is no jail's. */
static bool
is_own_root(const struct stat *st)
{
	struct stat own;

	return (stat("/", &own) == 0 && st->st_dev == own.st_dev &&
	    st->st_ino == own.st_ino);
}

/* Says why the directory cannot be looked at. */
static void
root_refuse(struct targets *t, const char *dir)
{
	if (errno == EACCES)
		complain(t, dir, strerror(EACCES), EX_NOPERM);
	else if (strchr(dir, *FIND_NEXT) != NULL)
		refuse(dir, FIND_APART);
	else
		complain(t, dir, "no jail and no directory has this name",
		    EX_NOHOST);
}

/* The roots of all, once: a look for each operand would use up the time. */
static void
all_look(struct all *all)
{
	const struct visit_order order = { .root = true };

	if (!all->looked)
		look_at(all->t.list, all->t.n, &order, all->end_ms -
		    clock_ms());
	all->looked = true;
}

static bool
is_dir(const struct target *t, const struct stat *dir)
{
	return (t->ino != 0 && t->ino == dir->st_ino && t->dev == dir->st_dev);
}

static void
find_root(struct targets *t, struct all *all, const char *dir)
{
	struct target *j;
	struct stat st;

	if (stat(dir, &st) == -1) {
		root_refuse(t, dir);
		return;
	}
	if (is_own_root(&st))
		refuse(dir, "the caller's own root directory, which is no "
		    "jail's");
	all_find(all, t->about);
	all_look(all);
	for (j = all->t.list; j < all->t.list + all->t.n; j++)
		j->same = is_dir(j, &st);
	chosen_add(t, &all->t, choose_root, dir, "root");
}

/* A jail with this name, or with this directory as its root: the one of these
 * that is meant is as in choose.h. */
static void
find_word(struct targets *t, struct all *all, const char *word)
{
	struct stat st;
	bool called = false, dir = stat(word, &st) == 0 && S_ISDIR(st.st_mode);
	struct target *j;

	all_find(all, true);
	all_look(all);
	for (j = all->t.list; j < all->t.list + all->t.n; j++) {
		j->same = dir && is_dir(j, &st);
		j->called = word[0] != '\0' && names_are(j, word);
		called = called || j->called;
	}
	if (dir && !called)
		find_root(t, all, word);
	else
		chosen_add(t, &all->t, dir ? choose_either : choose_name, word,
		    dir ? "name or root" : "name");
}

/* Whether jails share a unit is known of all together. */
static void
about_find(struct all *all, struct jail *j)
{
	int fd = j->fd;
	size_t i;

	jail_about(j);
	all_find(all, true);
	i = place_of(&all->t, j);
	if (i < all->t.n)
		*j = all->t.list[i].jail;
	j->fd = fd;
}

static void
find_name(struct targets *t, struct all *all, const char *name)
{
	struct jail j;

	if (jail_open_name(&j, name) == 0) {
		if (t->about)
			about_find(all, &j);
		jail_close(&j);
		add_once(t, &j, "");
	} else if (errno == EINVAL)
		(strchr(name, '/') != NULL ? find_root : find_word)(t, all,
		    name);
	else if (errno == ESRCH)
		complain(t, name, "no such jail", EX_NOHOST);
	else
		complain(t, name, strerror(errno), EX_OSERR);
}

static void
find_names(struct targets *t, char *const *names, int64_t end_ms)
{
	struct all all = { .t.counts = t->counts, .end_ms = end_ms };

	for (; *names != NULL; names++)
		if (strcmp(*names, FIND_NEXT) == 0)
			t->group++;
		else
			find_name(t, &all, *names);
	if (all.found && t->crowd.spaces == NULL) {
		t->crowd = all.t.crowd;
		all.t.crowd.spaces = NULL;
	}
	targets_free(&all.t);
}

/* Those that are named are meant even if they do not listen. */
static bool
is_meant(const struct target *t)
{
	return (t->group > 0 || target_listens(t));
}

void
targets_find(struct targets *t, enum find_which which, char *const *names,
    bool about, bool counts, bool look, int64_t look_ms)
{
	const struct visit_order order = { 0 };
	int64_t end_ms = clock_ms() + look_ms;

	*t = (struct targets){ .about = about, .counts = counts };
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
