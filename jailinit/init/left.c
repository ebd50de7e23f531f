/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is left.  Touches all processes that are ours, by os.h. */
#include <signal.h>
#include <string.h>

#include "core/ms.h"
#include "lib/clock.h"
#include "lib/text.h"

#include "command.h"
#include "left.h"
#include "log.h"
#include "os.h"

/* At most this many names are listed; and the end of a list that is cut. */
#define NAMES_MAX	16
#define NAMES_MORE	" ..."

/* The time between two looks: at first, and at last. */
#define STEP_MIN_MS	20
#define STEP_MAX_MS	250

static int64_t look_ms = INT64_MAX;	/* of the next look */
static int64_t step_ms;
static bool hung_up;

struct names {
	char *buf;
	size_t size, used;
	int count;
};

void
left_stage(void)
{
	step_ms = STEP_MIN_MS;
}

/* An interactive shell ignores TERM, and ends at HUP.  To a daemon HUP would
 * mean to read its configuration, but that has no terminal.  Most jails are
 * gone before this: then nobody has to look at all processes. */
static void
hang_up(void)
{
	hung_up = true;
	(void)command_signal_others(SIGHUP, true);
	(void)command_signal_others(SIGCONT, true);
}

void
left_kill(void)
{
	os_signal_all(SIGKILL);
	step_ms = STEP_MIN_MS;
	look_ms = clock_ms() + step_ms;
}

/* There is nothing to wait for.  (But our own daemons may be on their way out,
 * whosever they are.) */
static bool
all_refused(void)
{
	char names[256];

	if (!os_all_refused())
		return (false);
	left_names(names, sizeof(names));
	log_line("not permitted to signal: %s", names);
	return (true);
}

/* The end of a child is told by SIGCHLD.  Other processes, which have entered
 * the jail from outside, have to be looked for from time to time. */
bool
left_nobody(enum life_stage stage, bool children)
{
	int64_t now_ms = clock_ms();

	if (!children && !os_others_left())
		return (true);
	if (children && stage == LIFE_TERM && hung_up) {
		look_ms = INT64_MAX;
		return (false);
	}
	if (look_ms == INT64_MAX)
		look_ms = now_ms + step_ms;
	if (now_ms < look_ms)
		return (false);
	if (stage == LIFE_KILL)
		os_signal_all(SIGKILL);
	else if (!hung_up)
		hang_up();
	if (!children && all_refused())
		return (true);
	step_ms = min_ms(step_ms * 2, STEP_MAX_MS);
	look_ms = now_ms + step_ms;
	return (false);
}

int64_t
left_due_ms(void)
{
	return (look_ms);
}

/* Appends a name if it fits with NAMES_MORE after it.  What a process calls
 * itself may be anything. */
static bool
names_append(struct names *n, const char *comm, long pid)
{
	char name[32];
	size_t length, room = n->size - n->used;

	(void)text_format(name, sizeof(name), "%s", comm);
	text_clean(name, strlen(name));
	length = text_format(n->buf + n->used, room, "%s%s (%ld)",
	    n->used == 0 ? "" : ", ", name, pid);
	if (length + strlen(NAMES_MORE) < room) {
		n->used += length;
		return (true);
	}
	n->buf[n->used] = '\0';
	return (false);
}

static bool
names_one(const char *comm, pid_t pid, void *arg)
{
	struct names *n = arg;

	if (n->count++ < NAMES_MAX && names_append(n, comm, pid))
		return (true);
	(void)text_format(n->buf + n->used, n->size - n->used, NAMES_MORE);
	return (false);
}

void
left_names(char *buf, size_t size)
{
	struct names n = { buf, size, 0, 0 };

	buf[0] = '\0';
	os_each(names_one, &n);
}
