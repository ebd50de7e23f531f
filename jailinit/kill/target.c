/* SPDX-License-Identifier: BSD-2-Clause */
/* Which jails.  Touches standard error, memory, the folders that the caller
 * names and, by children, what ask.h touches. */
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include <vis.h>

#include "lib/clock.h"

#include "target.h"

/* 16 workers check 32 jails each.  A worker that hears nothing for 100 ms
 * counts as held, and another takes its remaining jails. */
#define LOOKERS		16
#define PIECE		32
#define QUIET_MS	100

/* Limits of workers, held ones included, at other users' jails and at the
 * caller's own.  A jail can hold a worker for ever, even after its SIGKILL. */
#define OTHERS_MAX	16
#define OWN_MAX		64

/* Of several jails with one root so many are named. */
#define NAMED_MAX	16

#define PRINTABLE_MAX	(4 * JAIL_ROOT_MAX + 1)

const char *
printable(const char *text)
{
	static char buf[4][PRINTABLE_MAX];
	static unsigned next;
	char *b = buf[next++ % 4];

	if (strnvis(b, PRINTABLE_MAX, text, VIS_TAB | VIS_NL | VIS_CSTYLE) == -1)
		b[0] = '\0';
	return (b);
}

const char *
target_name(const struct target *t)
{
	static char buf[32 + PRINTABLE_MAX];
	const char *what = t->jail.name[0] != '\0' ? t->jail.name : t->root;

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

/* Of what is known of it, that does not change: the jail, and its root. */
static void
add(struct targets *t, const struct jail *j, const char *root)
{
	struct target *added;

	if (t->n % 64 == 0)
		t->list = grow(t->list, t->n + 64, sizeof(*t->list));
	added = &t->list[t->n++];
	memset(added, 0, sizeof(*added));
	added->jail = *j;
	added->ask.fd = -1;
	memcpy(added->root, root, strlen(root) + 1);
}

static bool
add_each(struct jail *j, void *arg)
{
	jail_close(j);
	add(arg, j, "");
	return (true);
}

/*
 * Looking.
 */
void
target_hear(struct target *t, const struct ask_word *word)
{
	switch (word->kind) {
	case ASK_LISTENS:
		t->listens = true;
		break;
	case ASK_TAKEN:
		t->taken = true;
		break;
	case ASK_REFUSED:
		t->refused = word->error;
		break;
	case ASK_STATUS:
		memcpy(t->state, word->state, sizeof(t->state));
		memcpy(t->forced, word->forced, sizeof(t->forced));
		break;
	case ASK_ROOT:
		if (word->root[0] != '\0')	/* not of one that is ending */
			memcpy(t->root, word->root, sizeof(t->root));
		t->same = word->same;
		break;
	case ASK_LOOKED:
		t->looked = true;
		break;
	case ASK_REBOOTED:
		break;
	}
}

/* One who looks at list[at..end). */
struct looker {
	struct ask ask;
	size_t begin, at, end;	/* begin: what he counts from */
	int64_t heard_ms;
	bool own, held;
};

struct look {
	struct target *list;
	size_t n;
	const struct ask_what *what;
	size_t next[2];		/* of others', own: before it all are given */
	size_t team_n, held, others;	/* lookers; held; at others' jails */
	struct looker team[OWN_MAX];
};

static bool
is_own(const struct target *t)
{
	return (t->jail.whose != JAIL_OTHERS);
}

static int64_t
now_ms(void)
{
	return (clock_ms());
}

/* Of descriptors, processes or memory. */
static bool
is_shortage(int error)
{
	return (error == EMFILE || error == ENFILE || error == EAGAIN ||
	    error == ENOMEM);
}

/* Sends him to as many as he may look at. */
static int
looker_send(const struct look *l, struct looker *k)
{
	struct jail jails[PIECE];
	size_t i, max = jail_inside_stays && l->what->line == NULL ? PIECE : 1;

	k->end = k->begin;
	for (i = 0; i < max && k->end < l->n && !l->list[k->end].given &&
	    is_own(&l->list[k->end]) == k->own; i++)
		jails[i] = l->list[k->end++].jail;
	return (ask_start_many(&k->ask, jails, i, l->what));
}

static bool
may_start(const struct look *l, bool own)
{
	size_t hung = ask_hung();

	return (own ? l->team_n + hung < OWN_MAX :
	    l->others + hung < OTHERS_MAX && l->team_n < OWN_MAX);
}

/* The next piece, the caller's own jails' first.  False: there is none, or no
 * room now. */
static bool
looker_start(struct look *l)
{
	struct looker *k = &l->team[l->team_n];
	size_t i, *next;
	int own, error = 0;

	for (own = 1; own >= 0; own--) {
		next = &l->next[own];
		while (*next < l->n && (l->list[*next].given ||
		    is_own(&l->list[*next]) != own))
			(*next)++;
		if (*next < l->n && may_start(l, own))
			break;
	}
	if (own < 0 || l->team_n - l->held >= LOOKERS)
		return (false);
	*k = (struct looker){ .begin = *next, .at = *next, .own = own,
	    .heard_ms = now_ms() };
	if (looker_send(l, k) == -1) {
		error = errno;
		if (l->team_n > 0 && is_shortage(error))
			return (false);
		if (error == EAGAIN)
			error = EDQUOT;		/* ours, fork(2) */
	} else {
		l->others += !own;
		l->team_n++;
	}
	for (i = k->begin; i < k->end; i++) {
		l->list[i].given = true;
		l->list[i].refused = error;
	}
	return (true);
}

/* What he has not come to is for another to look at. */
static void
looker_leave(struct look *l, struct looker *k)
{
	size_t i;

	for (i = k->at + 1; i < k->end; i++) {
		l->list[i].given = false;
		if (i < l->next[k->own])
			l->next[k->own] = i;
	}
	if (k->end > k->at)
		k->end = k->at + 1;
}

static void
looker_end(struct look *l, struct looker *k)
{
	looker_leave(l, k);
	ask_end(&k->ask);
	l->others -= !k->own;
	l->held -= k->held;
	*k = l->team[--l->team_n];
}

/* False when he has ended, or what he has come to is all that is his. */
static bool
looker_hear(struct look *l, struct looker *k)
{
	struct ask_word word;
	int r;

	while ((r = ask_hear(&k->ask, &word)) == 1) {
		if (word.which != k->at - k->begin || k->at >= k->end)
			continue;
		k->heard_ms = now_ms();
		target_hear(&l->list[k->at], &word);
		k->at += word.kind == ASK_LOOKED;
	}
	return (r == 0 && k->at < k->end);
}

/* Who is quiet for too long is held; for how long to wait for the others. */
static int64_t
look_due(struct look *l, int64_t left_ms)
{
	int64_t now = now_ms(), quiet_ms;
	struct looker *k;

	for (k = l->team; k < l->team + l->team_n; k++) {
		quiet_ms = now - k->heard_ms;
		if (!k->held && quiet_ms >= QUIET_MS) {
			k->held = true;
			l->held++;
			looker_leave(l, k);
		} else if (!k->held && QUIET_MS - quiet_ms < left_ms)
			left_ms = QUIET_MS - quiet_ms;
	}
	return (left_ms);
}

static void
look_wait(struct look *l, int64_t left_ms)
{
	struct pollfd p[OWN_MAX];
	size_t i;

	for (i = 0; i < l->team_n; i++)
		p[i] = (struct pollfd){ l->team[i].ask.fd, POLLIN, 0 };
	(void)poll(p, (nfds_t)l->team_n, (int)left_ms);
	for (i = l->team_n; i-- > 0;)	/* the last takes the place */
		if (p[i].revents != 0 && !looker_hear(l, &l->team[i]))
			looker_end(l, &l->team[i]);
}

static void
look_begin(struct look *l)
{
	size_t i;

	jail_inside_init();
	for (i = 0; i < l->n; i++) {
		l->list[i].given = l->list[i].looked = false;
		l->list[i].refused = 0;
	}
}

/* Those that were given and not looked at had their time. */
static void
look_finish(const struct look *l)
{
	struct target *t;
	size_t left = 0;

	for (t = l->list; t < l->list + l->n; t++) {
		if (!t->given)
			left++;
		if (!t->looked && t->refused == 0)
			t->refused = t->given ? ETIMEDOUT : EBUSY;
	}
	if (left > 0)
		warnx("%zu jails were not looked at: too many others do not "
		    "answer", left);
}

void
targets_look(struct target *list, size_t n, const struct ask_what *what,
    int64_t limit_ms)
{
	struct look l = { .list = list, .n = n, .what = what };
	int64_t left, end_ms = now_ms() + limit_ms;

	look_begin(&l);
	while ((left = end_ms - now_ms()) > 0) {
		left = look_due(&l, left);
		while (looker_start(&l))
			continue;
		if (l.team_n == 0)
			break;
		look_wait(&l, left);
	}
	while (l.team_n > 0)
		looker_end(&l, &l.team[0]);
	look_finish(&l);
}

/*
 * Finding.
 */
size_t
targets_sort(struct target *list, size_t n)
{
	struct target *others = grow(NULL, n + 1, sizeof(*others));
	size_t i, n_others = 0, n_own = 0;

	for (i = 0; i < n; i++)
		if (is_own(&list[i]))
			list[n_own++] = list[i];
		else
			others[n_others++] = list[i];
	if (n_others > 0)
		memcpy(list + n_own, others, n_others * sizeof(*others));
	free(others);
	return (n_own);
}

/* Keeps those for which keep says so, in their order. */
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

bool
target_is_jailinit(const struct target *t)
{
	char comm[JAIL_COMM_MAX];

	jail_comm(&t->jail, comm);
	return (strcmp(comm, "jailinit") == 0);
}

bool
target_listens(const struct target *t)
{
	return (t->listens || target_is_jailinit(t));
}

static void
complain(struct targets *t, const char *name, const char *why, int error)
{
	warnx("%s: %s", printable(name), why);
	if (t->error == 0)
		t->error = error;
}

/* Each jail once, however often it is named. */
static bool
has(const struct targets *t, jailid_t jid)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->list[i].jail.jid == jid)
			return (true);
	return (false);
}

/* Those that were found are dealt with, whatever kept us from others. */
static void
find_all(struct targets *t)
{
	if (jail_each(add_each, t) == -1) {
		warn("looking for jails");
		t->error = EX_OSERR;
	}
	(void)targets_sort(t->list, t->n);
}

/* What a name is looked for in that is a folder: all jails, once. */
struct all {
	struct targets t;
	bool found;
	int64_t end_ms;		/* of the looks at their roots */
};

/* Anybody can make a jail with this root: it is that of whoever asks, if one
 * of them is.  NULL: none has it (*n 0), or it is not clear which. */
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

/* "52, 60": those with this root, but for one. */
static void
root_others(const struct targets *all, const struct target *but, char *buf,
    size_t size)
{
	size_t i, n = 0, len = 0;

	buf[0] = '\0';
	for (i = 0; i < all->n && len < size; i++)
		if (all->list[i].same && &all->list[i] != but &&
		    n++ < NAMED_MAX)
			len += (size_t)snprintf(buf + len, size - len,
			    "%s%" PRIu64, n > 1 ? ", " : "",
			    all->list[i].jail.jid);
	if (n > NAMED_MAX && len < size)
		(void)snprintf(buf + len, size - len, " and %zu more",
		    n - NAMED_MAX);
}
static void
find_root(struct targets *t, struct all *all, const char *dir)
{
	struct stat st;
	const struct ask_what what = { .dir = &st };
	const struct target *found;
	char others[(NAMED_MAX + 2) * 24];
	size_t n;

	if (stat(dir, &st) == -1) {
		complain(t, dir, "no jail has this name, and no folder",
		    EX_NOHOST);
		return;
	}
	if (!all->found)
		find_all(&all->t);
	all->found = true;
	targets_look(all->t.list, all->t.n, &what, all->end_ms - now_ms());
	found = root_choose(&all->t, &n);
	root_others(&all->t, found, others, sizeof(others));
	if (n == 0)
		complain(t, dir, "no jail has this root", all->t.error != 0 ?
		    all->t.error : EX_NOHOST);
	else if (found == NULL) {
		warnx("%s: several jails have this root; name one by its "
		    "jid: %s", printable(dir), others);
		t->error = t->error == 0 ? EX_USAGE : t->error;
	} else {
		if (others[0] != '\0')
			warnx("%s: %" PRIu64 " is meant; others have this "
			    "root: %s", printable(dir), found->jail.jid,
			    others);
		if (!has(t, found->jail.jid))
			add(t, &found->jail, found->root);
	}
}

static void
find_name(struct targets *t, struct all *all, const char *name)
{
	struct jail j;

	if (jail_open_name(&j, name) == 0) {
		jail_close(&j);
		if (!has(t, j.jid))
			add(t, &j, "");
	} else if (errno == EINVAL)
		find_root(t, all, name);
	else if (errno == ESRCH)
		complain(t, name, "no such jail", EX_NOHOST);
	else
		complain(t, name, strerror(errno), EX_OSERR);
}

void
targets_find(struct targets *t, enum target_which which, char *const *names,
    bool look, int64_t look_ms)
{
	const struct ask_what what = { 0 };
	struct all all = { .end_ms = now_ms() + look_ms };

	memset(t, 0, sizeof(*t));
	if (which == TARGET_NAMED) {
		for (; *names != NULL; names++)
			find_name(t, &all, *names);
		free(all.t.list);
	} else
		find_all(t);
	if (which == TARGET_MINE || which == TARGET_LISTENING)
		sift(t, is_mine);
	if (look || which == TARGET_LISTENING)
		targets_look(t->list, t->n, &what, all.end_ms - now_ms());
	if (which == TARGET_LISTENING)
		sift(t, target_listens);
}
