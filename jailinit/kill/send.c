/* SPDX-License-Identifier: BSD-2-Clause */
/* Sends signals and requests.  Touches jails, standard output and error. */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "lib/clock.h"
#include "lib/signame.h"

#include "deliver.h"
#include "jail_kept.h"
#include "jail_kill.h"
#include "jail_signal.h"
#include "look.h"
#include "outcome.h"
#include "say.h"
#include "send.h"

/* Room for a reason, with its NUL. */
#define WHY_MAX	256

/* The time to look for what keeps a jail that KILL did not end. */
#define WHY_MS	1000

/*
 * -n
 */
static void
nothing_one(const struct target *t, const struct options *o)
{
	char comm[JAIL_COMM_MAX];
	int sig = jail_other_signal(&t->jail, o->verb, t->titled, comm);

	if (o->verb == REQUEST_NONE)
		(void)printf("%s: would send %s to all of it\n",
		    target_name(t), signame_name(o->sig));
	else if (o->verb == REQUEST_RUN)
		(void)printf("%s: would ask for %s", target_name(t),
		    o->line + 1);
	else if (t->listens)
		(void)printf("%s: would ask it to %s\n", target_name(t),
		    request_name(o->verb));
	else if (sig == 0)
		(void)printf("%s: does not listen, would send TERM to all of "
		    "it\n", target_name(t));
	else
		(void)printf("%s: does not listen, would send %s to its "
		    "first process, %s\n", target_name(t), signame_name(sig),
		    printable(comm));
}

int
send_nothing(struct targets *t, const struct options *o)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		nothing_one(&t->list[i], o);
	return (EX_OK);
}

/*
 * -s
 */
static void
why_find(const struct jail *j, char why[WHY_MAX])
{
	int64_t end_ms = clock_ms() + WHY_MS;
	struct jail_keepers *k = jail_keepers_find(end_ms);

	if (!jail_kept_by(j, k, end_ms, why, WHY_MAX))
		why[0] = '\0';
	jail_keepers_free(k);
}

/* Returns 0 or an errno.  why: what keeps a jail that KILL did not end. */
static int
signal_deliver(struct target *t, int sig, char why[WHY_MAX])
{
	int e = 0;

	why[0] = '\0';
	if (jail_hold(&t->jail) == -1 || jail_deliver(&t->jail, sig) == -1)
		e = errno;
	if (e == ETIMEDOUT && sig == SIGKILL &&
	    !jail_frozen(&t->jail, why, WHY_MAX))
		why_find(&t->jail, why);
	jail_close(&t->jail);
	return (e);
}

static int
signal_one(struct target *t, const struct options *o)
{
	char why[WHY_MAX];
	int e = signal_deliver(t, o->sig, why);

	if (e == ESRCH && o->which != FIND_NAMED)
		e = 0;		/* it has gone meanwhile */
	if (e == ETIMEDOUT && o->sig == SIGKILL)
		warnx("%s: still there after KILL%s%s", target_name(t),
		    why[0] == '\0' ? "" : "; ", printable(why));
	else if (e != 0)
		warnx("%s: %s: %s", target_name(t), signame_name(o->sig),
		    say_error(e));
	else if (o->verbose)
		(void)printf("%s: %s\n", target_name(t),
		    signame_name(o->sig));
	return (e == 0 ? EX_OK : e == ESRCH ? EX_NOHOST : e == EPERM ?
	    EX_NOPERM : OUTCOME_LEFT);
}

int
send_signals(struct targets *t, const struct options *o)
{
	int status = EX_OK;
	size_t i;

	for (i = 0; i < t->n; i++)
		status = outcome_worse(status, signal_one(&t->list[i], o));
	return (status);
}

/*
 * -R
 */
int
send_requests(struct targets *t, const struct options *o)
{
	const struct visit_order order = { .line = o->line };
	int status = EX_OK;
	size_t i;

	look_at(t->list, t->n, &order, LOOK_LIMIT_MS);
	for (i = 0; i < t->n; i++) {
		const struct target *j = &t->list[i];

		if (j->taken && o->verbose)
			(void)printf("%s: asked for %s", target_name(j),
			    o->line + 1);
		if (j->taken || (o->which == FIND_LISTENING &&
		    !target_listens(j)))
			continue;
		warnx("%s: %s", target_name(j), say_refusal(j->refused));
		status = OUTCOME_LEFT;
	}
	return (status);
}

/*
 * Permission.
 */
static bool
is_permitted(struct target *t)
{
	bool no = jail_hold(&t->jail) == 0 &&
	    jail_signal_first(&t->jail, 0) == -1 && errno == EPERM;

	jail_close(&t->jail);
	return (!no);
}

int
send_permitted(struct targets *t, bool listening, int64_t look_ms)
{
	const struct visit_order order = { 0 };
	struct target *j, *end = t->list + t->n, other;
	size_t n = 0;
	int status = EX_OK;

	for (j = t->list; j < end; j++)
		if (is_permitted(j)) {
			other = t->list[n];
			t->list[n++] = *j;
			*j = other;
		}
	t->n = n;
	if (listening && t->list + n < end)
		look_at(t->list + n, (size_t)(end - t->list) - n, &order,
		    look_ms);
	for (j = t->list + n; j < end; j++)
		if (!listening || target_listens(j)) {
			warnx("%s: %s", target_name(j), strerror(EPERM));
			status = EX_NOPERM;
		}
	return (status);
}
