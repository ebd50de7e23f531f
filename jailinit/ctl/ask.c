/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests for the end.  Touches the FIFO by fifo.h, and the jail's jailinit by
 * a signal. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "lib/sys.h"

#include "ask.h"
#include "fifo.h"
#include "first.h"
#include "message.h"
#include "status.h"

/* The signal for the verb, as jailinit(8) and other inits have it; 0: none. */
static int
signal_of(enum request_verb verb)
{
	switch (verb) {
	case REQUEST_HALT:
		return (sys_signal_rtmin + 3);
	case REQUEST_POWEROFF:
		return (sys_signal_rtmin + 4);
	case REQUEST_REBOOT:
		return (sys_signal_rtmin + 5);
	default:
		return (0);
	}
}

/* sends: or else it is only checked whether it could be sent. */
static int
signal_send(const struct ctl *c, pid_t pid, bool sends)
{
	int sig = signal_of(c->verb);

	if (c->budget_s != -1 || sig == 0)
		return (message_fail(EX_UNAVAILABLE, c->ctl, "there is none, "
		    "and a signal cannot say this much"));
	if (kill(pid, sends ? sig : 0) == 0)
		return (EX_OK);
	return (message_fail(errno == EPERM ? EX_NOPERM : EX_OSERR, "jailinit",
	    errno == EPERM ? "only root may ask for this" : strerror(errno)));
}

/* The jailinit to signal, 0: there is a FIFO, or there should be one, or nobody
 * to signal. */
static pid_t
signal_whom(const struct ctl *c)
{
	char state[FIRST_STATE_MAX];

	return (fifo_is_missing(c->ctl) && !status_is_boot(c->status) ?
	    first_find(state) : 0);
}

int
ask_check(const struct ctl *c)
{
	pid_t pid = signal_whom(c);

	return (pid > 0 ? signal_send(c, pid, false) : fifo_check(c->ctl));
}

int
ask(const struct ctl *c)
{
	pid_t pid = signal_whom(c);
	char line[64], status[12] = "", budget[24] = "";

	if (pid > 0)
		return (signal_send(c, pid, true));
	if (c->verb == REQUEST_EXIT)
		(void)snprintf(status, sizeof(status), " %d", c->exit_status);
	if (c->budget_s != -1)
		(void)snprintf(budget, sizeof(budget), " %" PRId64,
		    c->budget_s);
	(void)snprintf(line, sizeof(line), "%s%s%s", request_name(c->verb),
	    status, budget);
	return (fifo_send(c->ctl, line));
}
