/* SPDX-License-Identifier: BSD-2-Clause */
/* Has frozen and stopped jails go on.  Touches standard error, and jails. */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "jail_about.h"
#include "jail_signal.h"
#include "screen.h"
#include "wake.h"

static bool quiet, thaw;

void
wake_init(bool q, bool f)
{
	quiet = q;
	thaw = f;
}

/* A halt continues it in any case. */
static void
stopped_wake(const struct target *t)
{
	if (!thaw || !jail_stopped(&t->jail))
		return;
	(void)jail_signal_first(&t->jail, SIGCONT);
	if (!quiet)
		warnx("%s: its first process was stopped, and is continued",
		    target_name(t));
}

static void
frozen_wake(const struct target *t)
{
	char group[JAIL_NAME_MAX] = "";
	int n;

	if (!jail_freezer(&t->jail, group, sizeof(group)))
		return;
	n = thaw ? jail_thaw(&t->jail, group, sizeof(group)) : 0;
	if (n > 0 && !quiet)
		warnx("%s: the control group %s was frozen, and is thawed",
		    target_name(t), printable(group));
	else if (n == -1)
		warnx("%s: is frozen by the control group %s, not thawed: %s",
		    target_name(t), printable(group), errno == EBUSY ?
		    "it holds more than this jail" : strerror(errno));
	else if (n == 0)
		warnx("%s: is frozen by the control group %s, and acts on no "
		    "request; -f thaws it", target_name(t), printable(group));
}

void
wake(const struct target *t)
{
	screen_clear();
	frozen_wake(t);
	stopped_wake(t);
}
