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
#include "json.h"
#include "look.h"
#include "outcome.h"
#include "say.h"
#include "send.h"
#include "wake.h"

/* Room for a reason, with its NUL. */
#define WHY_MAX	256

/* The time to look for what keeps a jail that KILL did not end. */
#define WHY_MS	1000

/* -J: a line for each jail, at once. */
static void
json_say(const struct target *t, const struct options *o, bool good,
    const struct json_end *e)
{
	if (!o->json || (o->quiet && good))
		return;
	json_end(stdout, t, e);
	(void)fflush(stdout);
}

/* Moves a target to those at the front of the list, of which there are *n. */
static void
move_front(struct target *list, size_t *n, struct target *t)
{
	struct target other = list[*n];

	list[(*n)++] = *t;
	*t = other;
}

/*
 * -n
 */
static void
nothing_one(const struct target *t, const struct options *o)
{
	char comm[JAIL_COMM_MAX], what[WHY_MAX];
	int sig = jail_other_signal(&t->jail, o->verb, t->titled, comm);

	if (o->verb == REQUEST_NONE)
		(void)snprintf(what, sizeof(what), "would send %s to all of it",
		    signame_name(o->sig));
	else if (o->verb == REQUEST_RUN)
		(void)snprintf(what, sizeof(what), "would ask for %s", o->name);
	else if (t->listens)
		(void)snprintf(what, sizeof(what), "would ask it to %s",
		    request_name(o->verb));
	else if (sig == 0)
		(void)snprintf(what, sizeof(what), "does not listen, would "
		    "send TERM to all of it");
	else
		(void)snprintf(what, sizeof(what), "does not listen, would "
		    "send %s to its first process, %s", signame_name(sig),
		    printable(comm));
	if (o->json)
		json_say(t, o, false, &(struct json_end){ .how = "nothing",
		    .took_ms = -1, .why = what, .status = -1 });
	else
		(void)printf("%s: %s\n", target_name(t), what);
}

int
send_nothing(struct targets *t, const struct options *o)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		if (i > 0 && !o->json &&
		    t->list[i].group != t->list[i - 1].group)
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

/* -J.  why: what keeps a jail that is left. */
static void
signal_json(const struct target *t, const struct options *o, int error,
    bool gone, const char *why, int64_t begun_ms)
{
	bool all = o->sig == SIGKILL, left = all && error == ETIMEDOUT;

	json_say(t, o, error == 0, &(struct json_end){ .how = gone ? "gone" :
	    left ? "left" : error != 0 ? "failed" : all ? "killed" :
	    "signalled", .took_ms = clock_ms() - begun_ms, .why = left ? why :
	    error != 0 ? say_error(error) : "", .status = -1 });
}

static int
signal_one(struct target *t, const struct options *o)
{
	int64_t begun_ms = clock_ms();
	char why[WHY_MAX];
	int e = signal_deliver(t, o->sig, why);
	bool gone = e == ESRCH && o->which != FIND_NAMED;

	if (gone)
		e = 0;		/* meanwhile */
	signal_json(t, o, e, gone, why, begun_ms);
	if (e == ETIMEDOUT && o->sig == SIGKILL)
		warnx("%s: still there after KILL%s%s", target_name(t),
		    why[0] == '\0' ? "" : "; ", printable(why));
	else if (e != 0)
		warnx("%s: %s: %s", target_name(t), signame_name(o->sig),
		    say_error(e));
	else if (o->verbose && !o->json)
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

/* -J.  why: it did not run, or how it ended is not known; or NULL. */
static void
answer_json(const struct target *t, const struct asked *a, int status,
    const char *why)
{
	json_say(t, a->o, why == NULL && status == 0, &(struct json_end){
	    .how = why == NULL ? "ran" : "failed",
	    .took_ms = clock_ms() - a->begun_ms,
	    .why = why == NULL ? "" : why,
	    .status = why == NULL ? status : -1 });
}

static int
answer_say(const struct target *t, const struct asked *a)
{
	const char *why;
	int status = answer_status(t->answer, &why);

	answer_json(t, a, status, why);
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
	answer_json(t, a, EX_TEMPFAIL, why);
	warnx("%s: %s: %s", target_name(t), a->o->name, why);
	return (true);
}

/* Looks once at jails that have not answered, and moves them to the front.
 * Returns how many are left. */
static size_t
answers_look(struct target *list, size_t n, const struct asked *a, int *status)
{
	const struct visit_order order = { .id = a->id };
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
		else
			move_front(list, &left, &list[i]);
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
taken_find(struct targets *t, const struct asked *a, int *status)
{
	const struct options *o = a->o;
	struct target *j;
	size_t n = 0;

	for (j = t->list; j < t->list + t->n; j++) {
		if (j->taken && o->limit_ms == 0)
			json_say(j, o, true, &(struct json_end){
			    .how = "asked", .took_ms = -1, .why = "",
			    .status = -1 });
		if (j->taken && o->verbose && !o->json)
			(void)printf("%s: asked for %s\n", target_name(j),
			    o->name);
		if (j->taken)
			move_front(t->list, &n, j);
		else if (o->which != FIND_LISTENING || target_listens(j)) {
			answer_json(j, a, OUTCOME_LEFT,
			    say_refusal(j->refused));
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
	a.begun_ms = clock_ms();
	look_at(t->list, t->n, &order, LOOK_LIMIT_MS);
	n = taken_find(t, &a, &status);
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
	struct target *j, *end = t->list + t->n;
	size_t n = 0;
	int status = EX_OK;

	for (j = t->list; j < end; j++)
		if (is_permitted(j))
			move_front(t->list, &n, j);
	t->n = n;
	if (listening && t->list + n < end)
		look_at(t->list + n, (size_t)(end - t->list) - n, &order,
		    look_ms);
	for (j = t->list + n; j < end; j++) {
		if (!listening || j->group > 0 || target_listens(j)) {
			warnx("%s: %s", target_name(j), strerror(EPERM));
			status = EX_NOPERM;
		}
		free(j->status);
	}
	return (status);
}
