/* SPDX-License-Identifier: BSD-2-Clause */
/* jailctl(8), also called halt, poweroff, reboot, shutdown, init and telinit:
 * does what a command line asks for.  Touches what ask.h, fifo.h, status.h,
 * plan.h, planner.h and users.h do. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "lib/answer.h"

#include "ask.h"
#include "fifo.h"
#include "message.h"
#include "options.h"
#include "plan.h"
#include "planner.h"
#include "status.h"
#include "users.h"

/* Asks for the administrator's own request, and waits for its end. */
static int
request_send(const struct ctl *c)
{
	char line[REQUEST_NAME_MAX + 16];
	int id = answer_id(), status;
	struct request rq;

	if (request_parse(c->name, strlen(c->name), &rq) != REQUEST_OK ||
	    rq.id != REQUEST_NO_ID)
		return (message_fail(EX_USAGE, c->name,
		    "no name of a request"));
	if (rq.verb != REQUEST_RUN)
		return (message_fail(EX_USAGE, c->name,
		    "jailctl has a command of its own for this"));
	if (c->no_wait)
		return (fifo_send(c->ctl, rq.name));
	status = status_check(c->status);
	if (status != EX_OK)
		return (status);
	(void)snprintf(line, sizeof(line), "%s #%d", rq.name, id);
	status = fifo_send(c->ctl, line);
	return (status != EX_OK ? status :
	    status_answer(c->status, rq.name, id));
}

/* Ends the jail now or later, or warns only.  Before anybody is warned it is
 * checked that a request can be made at all. */
static int
jail_end(const struct ctl *c)
{
	struct timespec left = { (time_t)c->delay_s, 0 };
	int status = ask_check(c);

	if (status != EX_OK)
		return (status);
	if (c->what != CTL_ASK && (!c->when.relative || c->when.s > 0))
		return (planner_start(c));
	/* A halt that is planned would turn this reboot into a halt. */
	if (c->what == CTL_ASK)
		(void)plan_end();
	if (c->warns)
		users_warn(c, 0);
	while (left.tv_sec > 0 && nanosleep(&left, &left) == -1)
		continue;
	return (c->what == CTL_WARN ? EX_OK : ask(c));
}

static int
ctl_run(const struct ctl *c)
{
	switch (c->what) {
	case CTL_STATUS:
		return (status_print(c->status));
	case CTL_READY:
		return (status_ready(c->status, false));
	case CTL_WAIT:
		return (status_ready(c->status, true));
	case CTL_CANCEL:
		return (plan_cancel(c->message));
	case CTL_SHOW:
		return (plan_show());
	case CTL_REQUEST:
		return (request_send(c));
	case CTL_ASK:
	case CTL_SCHEDULE:
	case CTL_WARN:
		return (jail_end(c));
	case CTL_NOTHING:
		break;
	}
	return (EX_OK);
}

int
main(int argc, char **argv)
{
	const char *name;
	struct ctl c;

	if (argc < 1)
		return (EX_USAGE);
	name = strrchr(argv[0], '/');
	name = name == NULL ? argv[0] : name + 1;
	(void)signal(SIGPIPE, SIG_IGN);	/* write(2) fails with EPIPE */
	(void)signal(SIGXFSZ, SIG_IGN);	/* and with EFBIG */
	ctl_parse(&c, name, argc, argv, time(NULL));
	return (ctl_run(&c));
}
