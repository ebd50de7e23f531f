/* SPDX-License-Identifier: BSD-2-Clause */
/* Sends signals and requests.  Touches jails, standard output and error. */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "lib/answer.h"
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
#include "wake.h"

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
		(void)printf("%s: would ask for %s\n", target_name(t),
		    o->name);
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

	for (i = 0; i < t->n; i++) {
		if (i > 0 && t->list[i].group != t->list[i - 1].group)
			(void)printf("then\n");
		nothing_one(&t->list[i], o);
	}
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
/* What the jails say is not believed, but only they know how a request ends. */
struct asked {
	const struct options *o;
	int id;
	int64_t begun_ms;	/* when all had been asked */
	int64_t end_ms;
};

static int
answer_say(const struct target *t, const struct asked *a)
{
	const char *why;
	int status = answer_status(t->answer, &why);

	if (why != NULL)
		warnx("%s: %s: %s", target_name(t), a->o->name, why);
	else if (status != 0)
		warnx("%s: %s: exit status %d", target_name(t), a->o->name,
		    status);
	return (status);
}

/* Has a jail said all that it will?  ran: its request ran a look ago. */
static bool
answer_came(struct target *t, const struct asked *a, bool ran, int *status)
{
	int64_t now = clock_ms();
	const char *why = NULL;

	if (t->answer[0] != '\0') {
		*status = answer_say(t, a);
		return (true);
	}
	if (t->refused == ESRCH)
		why = "the jail is gone";
	else if (t->refused == ETIMEDOUT)
		why = say_refusal(0);
	else if (ran && !t->runs)
		why = "began, but how it ended is not known";
	else if (now >= a->end_ms || (!t->runs &&
	    now - a->begun_ms >= ANSWER_MS))
		why = t->state[0] == '\0' ? "no answer, as there is no status "
		    "file" : "no answer";
	if (why == NULL)
		return (false);
	*status = EX_TEMPFAIL;
	warnx("%s: %s: %s", target_name(t), a->o->name, why);
	return (true);
}

/* Looks once at jails that have not answered, and moves them to the front.
 * Returns how many are left. */
static size_t
answers_look(struct target *list, size_t n, const struct asked *a, int *status)
{
	const struct visit_order order = { .id = a->id };
	struct target other;
	size_t i, left = 0;
	bool *ran = calloc(n, sizeof(*ran));
	int s;

	if (ran == NULL)
		err(EX_OSERR, "%zu jails", n);
	for (i = 0; i < n; i++)
		ran[i] = list[i].runs;
	look_at(list, n, &order, LOOK_LIMIT_MS);
	for (i = 0; i < n; i++)
		if (answer_came(&list[i], a, ran[i], &s))
			*status = outcome_worse(*status, s);
		else {
			other = list[left];
			list[left++] = list[i];
			list[i] = other;
		}
	free(ran);
	return (left);
}

/* A jail's file system can hold whoever waits for a change in it, and on FreeBSD
 * who stays in a jail keeps it.  So visitors look again, less and less
 * often. */
static int
answers_wait(struct target *list, size_t n, const struct asked *a)
{
	int64_t left, step_ms = ANSWER_STEP_MS;
	int status = EX_OK;

	while ((n = answers_look(list, n, a, &status)) > 0) {
		left = a->end_ms - clock_ms();
		(void)poll(NULL, 0, (int)(left < 0 ? 0 : left < step_ms ?
		    left : step_ms));
		step_ms = answer_step_ms(step_ms);
	}
	return (status);
}

/* Moves the jails that have taken the line to the front, and says why the others
 * have not.  Returns how many have. */
static size_t
taken_find(struct targets *t, const struct options *o, int *status)
{
	struct target *j, other;
	size_t n = 0;

	for (j = t->list; j < t->list + t->n; j++) {
		if (j->taken && o->verbose)
			(void)printf("%s: asked for %s\n", target_name(j),
			    o->name);
		if (j->taken) {
			other = t->list[n];
			t->list[n++] = *j;
			*j = other;
		} else if (o->which != FIND_LISTENING || target_listens(j)) {
			warnx("%s: %s", target_name(j),
			    say_refusal(j->refused));
			*status = OUTCOME_LEFT;
		}
	}
	return (n);
}

/* The line begins with a newline, as another writer may have left a line
 * without one. */
int
send_requests(struct targets *t, const struct options *o)
{
	struct target *j;
	struct asked a = { .o = o, .id = answer_id(),
	    .end_ms = clock_ms() + o->limit_ms };
	char line[REQUEST_NAME_MAX + 16];
	const struct visit_order order = { .line = line };
	int status = EX_OK;
	size_t n;

	if (o->limit_ms == 0)
		(void)snprintf(line, sizeof(line), "\n%s\n", o->name);
	else
		(void)snprintf(line, sizeof(line), "\n%s #%d\n", o->name,
		    a.id);
	look_at(t->list, t->n, &order, LOOK_LIMIT_MS);
	n = taken_find(t, o, &status);
	for (j = t->list; j < t->list + n; j++)
		if (jail_hold(&j->jail) == 0) {
			wake(j);
			jail_close(&j->jail);
		}
	a.begun_ms = clock_ms();
	if (o->limit_ms != 0 && n > 0)
		status = outcome_worse(status, answers_wait(t->list, n, &a));
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
		if (!listening || j->group > 0 || target_listens(j)) {
			warnx("%s: %s", target_name(j), strerror(EPERM));
			status = EX_NOPERM;
		}
	return (status);
}
