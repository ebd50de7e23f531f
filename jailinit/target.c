/* SPDX-License-Identifier: BSD-2-Clause */
/* Which jails.  Touches standard error, memory and, by children, what
 * ask.h touches. */
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

#include "clock.h"
#include "target.h"

/* At most so many look at once. */
#define LOOKERS		200

/* Where one can look at many: so many at once look at so many each, of whom
 * nobody is to have us wait longer than that. */
#define TEAM		16
#define TEAM_JAILS	32
#define TEAM_MS		100

#define PRINTABLE_MAX	(4 * JAIL_ROOT_MAX + 1)
#define EVENTS_MAX	64

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

static void
add(struct targets *t, const struct jail *j)
{
	if (t->n % 64 == 0)
		t->list = grow(t->list, t->n + 64, sizeof(*t->list));
	memset(&t->list[t->n], 0, sizeof(t->list[t->n]));
	t->list[t->n].jail = *j;
	t->list[t->n].ask.fd = -1;
	t->n++;
}

static bool
add_each(struct jail *j, void *arg)
{
	jail_close(j);
	add(arg, j);
	return (true);
}

/*
 * Looking.
 */
void
target_hear(struct target *t, const struct ask_word *word)
{
	switch (word->kind) {
	case ASK_TAKEN:
		t->listens = true;
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

/* Hears what he has to say; true when he has nothing more. */
static bool
look_hear(struct target *t)
{
	struct ask_word word;
	int r;

	while ((r = ask_hear(&t->ask, &word)) == 1)
		target_hear(t, &word);
	return (r == -1);
}

struct look {
	struct target *list;
	int64_t *end_ms;	/* of each one's looker, while he is there */
	size_t n, next, active;
	int watch_fd;
	int64_t limit_ms;
	struct ask_what what;
};

/* Of descriptors, processes or memory. */
static bool
is_shortage(int error)
{
	return (error == EMFILE || error == ENFILE || error == EAGAIN ||
	    error == ENOMEM);
}

/* False: there is no room for one more now, but there will be. */
static bool
look_start(struct look *l)
{
	struct target *t = &l->list[l->next];
	bool later = false;

	if (t->looked) {
		l->next++;
		return (true);
	}
	if (jail_hold(&t->jail) == -1 ||
	    ask_start(&t->ask, &t->jail, &l->what) == -1 ||
	    jail_watch_fd(l->watch_fd, t->ask.fd, l->next) == -1) {
		later = l->active > 0 && is_shortage(errno);
		t->refused = later ? 0 : errno;
		ask_end(&t->ask);
	} else {
		l->end_ms[l->next] = clock_ms(CLOCK_MONOTONIC) +
		    l->limit_ms;
		l->active++;
	}
	jail_close(&t->jail);	/* he has it */
	l->next += !later;
	return (!later);
}

static void
look_end(struct look *l, size_t i, int error)
{
	if (error != 0)
		l->list[i].refused = error;
	ask_end(&l->list[i].ask);
	l->active--;
}

/* Ends those whose time is up, and says for how long to wait for others. */
static int64_t
look_due(struct look *l)
{
	int64_t left = l->limit_ms, now = clock_ms(CLOCK_MONOTONIC);
	size_t i;

	for (i = 0; i < l->next; i++) {
		if (l->list[i].ask.pid == 0)
			continue;
		if (now >= l->end_ms[i])
			look_end(l, i, ETIMEDOUT);
		else if (l->end_ms[i] - now < left)
			left = l->end_ms[i] - now;
	}
	return (left);
}

static void
look_all(struct target *list, size_t n, const struct ask_what *what,
    int64_t limit_ms)
{
	struct look l = { .list = list, .n = n, .limit_ms = limit_ms,
	    .what = *what };
	uint64_t tags[EVENTS_MAX];
	int64_t left;
	int i, got;

	l.end_ms = grow(NULL, n + 1, sizeof(*l.end_ms));
	l.watch_fd = jail_watch_new();
	if (l.watch_fd == -1)
		err(EX_OSERR, "watching");
	for (;;) {
		left = look_due(&l);
		while (l.next < n && l.active < LOOKERS && look_start(&l))
			continue;
		if (l.active == 0)
			break;
		got = jail_watch_wait(l.watch_fd, tags, EVENTS_MAX, left);
		for (i = 0; i < got; i++)
			if (list[tags[i]].ask.pid != 0 &&
			    look_hear(&list[tags[i]]))
				look_end(&l, (size_t)tags[i], 0);
	}
	close(l.watch_fd);
	free(l.end_ms);
}

/* Sends one to look at list[0..n). */
static void
team_start(struct ask *a, const struct target *list, size_t n, const char *dir)
{
	struct jail jails[TEAM_JAILS];
	size_t i;

	a->pid = 0;
	a->fd = -1;
	if (n == 0)
		return;
	for (i = 0; i < n; i++)
		jails[i] = list[i].jail;
	(void)ask_start_many(a, jails, n, dir);
}

/* Hears him until he has ended, or nothing for too long. */
static void
team_hear(struct ask *a, struct target *list, size_t n)
{
	struct pollfd p = { a->fd, POLLIN, 0 };
	struct ask_word word;

	while (a->fd != -1 && poll(&p, 1, TEAM_MS) == 1 &&
	    ask_hear(a, &word) == 1)
		if (word.which < n)
			target_hear(&list[word.which], &word);
	ask_end(a);
}

/* A child for each of a thousand jails costs more than all that they look
 * at.  Whom these do not come to is left to look_all(). */
static void
look_together(struct target *list, size_t n, const char *dir)
{
	struct ask team[TEAM];
	size_t at[TEAM + 1], i;

	at[TEAM] = 0;
	while (at[TEAM] < n) {
		at[0] = at[TEAM];
		for (i = 0; i < TEAM; i++) {
			at[i + 1] = n - at[i] < TEAM_JAILS ? n :
			    at[i] + TEAM_JAILS;
			team_start(&team[i], list + at[i], at[i + 1] - at[i],
			    dir);
		}
		for (i = 0; i < TEAM; i++)
			team_hear(&team[i], list + at[i], at[i + 1] - at[i]);
	}
}

static void
forget(struct target *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		list[i].looked = false;
}

void
targets_look(struct target *list, size_t n, const char *dir, int64_t limit_ms)
{
	const struct ask_what what = { .dir = dir };

	forget(list, n);
	if (n > 1 && jail_inside_stays)
		look_together(list, n, dir);
	look_all(list, n, &what, limit_ms);
}

void
targets_ask(struct target *list, size_t n, const char *line, int64_t limit_ms)
{
	const struct ask_what what = { .line = line };

	forget(list, n);
	look_all(list, n, &what, limit_ms);
}

/*
 * Finding.
 */

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

/* One whose FIFO cannot be reached, as its file system hangs or it is full,
 * is told by its first process's name: nobody is harmed if that is a lie but
 * the liar. */
static bool
is_listening(const struct target *t)
{
	char comm[JAIL_COMM_MAX];

	if (t->listens)
		return (true);
	jail_comm(&t->jail, comm);
	return (strcmp(comm, "jailinit") == 0);
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

static void
find_root(struct targets *t, struct targets *all, const char *dir,
    int64_t look_ms)
{
	struct target *found = NULL;
	size_t i, n = 0;

	if (access(dir, F_OK) == -1) {
		complain(t, dir, "no jail has this name, and no folder",
		    EX_NOHOST);
		return;
	}
	targets_look(all->list, all->n, dir, look_ms);
	for (i = 0; i < all->n; i++)
		if (all->list[i].same) {
			found = &all->list[i];
			n++;
		}
	if (n == 0)
		complain(t, dir, "no jail has this root", all->error != 0 ?
		    all->error : EX_NOHOST);
	else if (n > 1)
		complain(t, dir, "several jails have this root; name one by "
		    "its jid", EX_USAGE);
	else if (!has(t, found->jail.jid))
		add(t, &found->jail);
}

/* A jid that is in all is not looked for once more. */
static void
find_name(struct targets *t, struct targets *all, const char *name,
    int64_t look_ms)
{
	char jid[24];
	struct jail j;
	size_t i;

	for (i = 0; i < all->n; i++) {
		(void)snprintf(jid, sizeof(jid), "%" PRIu64,
		    all->list[i].jail.jid);
		if (strcmp(jid, name) != 0)
			continue;
		if (!has(t, all->list[i].jail.jid))
			add(t, &all->list[i].jail);
		return;
	}
	if (jail_open_name(&j, name) == 0) {
		jail_close(&j);
		if (!has(t, j.jid))
			add(t, &j);
	} else if (errno == EINVAL)
		find_root(t, all, name, look_ms);
	else if (errno == ESRCH)
		complain(t, name, "no such jail", EX_NOHOST);
	else
		complain(t, name, strerror(errno), EX_OSERR);
}

/* Those that were found are dealt with, whatever kept us from others. */
static void
find_all(struct targets *t)
{
	if (jail_each(add_each, t) == 0)
		return;
	warn("looking for jails");
	t->error = EX_OSERR;
}

void
targets_find(struct targets *t, enum target_which which, char *const *names,
    bool look, int64_t look_ms)
{
	struct targets all = { NULL, 0, 0 };

	memset(t, 0, sizeof(*t));
	if (which == TARGET_NAMED) {
		find_all(&all);
		for (; *names != NULL; names++)
			find_name(t, &all, *names, look_ms);
		free(all.list);
	} else
		find_all(t);
	if (which == TARGET_MINE || which == TARGET_LISTENING)
		sift(t, is_mine);
	if (look || which == TARGET_LISTENING)
		targets_look(t->list, t->n, NULL, look_ms);
	if (which == TARGET_LISTENING)
		sift(t, is_listening);
}
