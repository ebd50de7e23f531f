/* SPDX-License-Identifier: BSD-2-Clause */
/* KILL to jails.  Touches jails, by jail_kill.h and jail_kept.h. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "core/ms.h"
#include "lib/clock.h"

#include "halt_kill.h"
#include "jail_kept.h"
#include "jail_kill.h"

/* KILL is repeated this often, for all jails at once; where that takes long,
 * it takes at most this part of the time. */
#define KILL_EVERY_MS	100
#define KILL_PART	4

/* What keeps jails is looked for no more often. */
#define WHY_EVERY_MS	500

struct killed {
	char frozen[HALT_WHY_MAX];	/* when it got KILL; "": it was not */
	char why[HALT_WHY_MAX];		/* what keeps it; "": not known */
};

void
halt_kill_init(struct halt_kill *k, const struct halt_all *all)
{
	*k = (struct halt_kill){ .all = all };
	k->jails = calloc(all->n + 1, sizeof(*k->jails));
	k->again = calloc(all->n + 1, sizeof(struct jail *));
	if (k->jails == NULL || k->again == NULL)
		err(EX_OSERR, "%zu jails", all->n);
}

void
halt_kill_free(struct halt_kill *k)
{
	free(k->jails);
	free(k->again);
}

void
halt_kill_one(struct halt_kill *k, size_t i)
{
	int64_t again_ms = clock_ms() + KILL_EVERY_MS;
	char *why = k->jails[i].frozen;

	if (!jail_frozen(&k->all->list[i].jail, why, HALT_WHY_MAX))
		why[0] = '\0';
	(void)jail_kill(&k->all->list[i].jail);
	if (k->again_ms <= clock_ms())	/* no jail waits for it */
		k->again_ms = again_ms;
}

static bool
is_killed(const struct halt_kill *k, size_t i)
{
	return (k->all->jails[i].stage == HALT_KILL);
}

static void
kill_again(struct halt_kill *k)
{
	int64_t begun_ms = clock_ms(), took_ms;
	size_t i, n = 0;

	for (i = 0; i < k->all->n; i++)
		if (is_killed(k, i))
			k->again[n++] = &k->all->list[i].jail;
	if (n > 0)
		jail_kill_again(k->again, n);
	took_ms = clock_ms() - begun_ms;
	k->again_ms = begun_ms + (took_ms * KILL_PART > KILL_EVERY_MS ?
	    took_ms * KILL_PART : KILL_EVERY_MS);
}

/* Half-way through the time after KILL, when jails that end have ended. */
static int64_t
why_due(const struct halt_kill *k, size_t i)
{
	const struct halt_jail *h = &k->all->jails[i];
	int64_t due = h->kill_ms + (h->left_ms - h->kill_ms) / 2;

	if (!is_killed(k, i) || k->why_ms >= h->kill_ms)
		return (HALT_NEVER_MS);
	return (due < k->why_ms + WHY_EVERY_MS ? k->why_ms + WHY_EVERY_MS :
	    due);
}

/* One look for all jails, which takes at most half of the time that is
 * left. */
static void
why_look(struct halt_kill *k, int64_t left_ms)
{
	int64_t now = clock_ms(), end_ms = now + (left_ms - now) / 2;
	struct jail_keepers *keepers = jail_keepers_find(end_ms);
	char *why;
	size_t i;

	for (i = 0; i < k->all->n; i++) {
		why = k->jails[i].why;
		if (is_killed(k, i) && why[0] == '\0' &&
		    !jail_kept_by(&k->all->list[i].jail, keepers, left_ms, why,
		    HALT_WHY_MAX))
			why[0] = '\0';
	}
	jail_keepers_free(keepers);
	k->why_ms = now;
}

void
halt_kill_late(struct halt_kill *k)
{
	int64_t now = clock_ms();
	size_t i;

	if (now >= k->again_ms)
		kill_again(k);
	for (i = 0; i < k->all->n; i++)
		if (now >= why_due(k, i))
			why_look(k, k->all->jails[i].left_ms);
}

int64_t
halt_kill_due(const struct halt_kill *k)
{
	int64_t due = HALT_NEVER_MS;
	size_t i;

	for (i = 0; i < k->all->n; i++) {
		if (is_killed(k, i))
			due = min_ms(due, k->again_ms);
		due = min_ms(due, why_due(k, i));
	}
	return (due);
}

void
halt_kill_why(const struct halt_kill *k, size_t i, char why[HALT_WHY_MAX])
{
	const struct killed *killed = &k->jails[i];
	bool left = k->all->jails[i].stage == HALT_LEFT;

	if (left && jail_frozen(&k->all->list[i].jail, why, HALT_WHY_MAX))
		return;
	(void)snprintf(why, HALT_WHY_MAX, "%s", left ? killed->why :
	    killed->frozen);
}
