/* SPDX-License-Identifier: BSD-2-Clause */
/* The jails that are halted.  Touches jails, and this process's limit of
 * descriptors. */
#include <sys/resource.h>

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/clock.h"

#include "halt_all.h"
#include "jail_inside.h"
#include "jail_watch.h"

/* Descriptors of a jail at once: its own, its visitor's, and two for a child
 * that signals it; and those that are ours. */
#define JAIL_FDS	4
#define OWN_FDS		32
#define ROOM_MAX	20000

uint64_t
halt_tag(size_t i, enum halt_tag tag)
{
	return ((uint64_t)i * HALT_TAGS + (uint64_t)tag);
}

/* How many jails there are descriptors for, when the limit is as high as it
 * may be. */
static size_t
room_max(void)
{
	struct rlimit rl = { 1024, 1024 };
	rlim_t n;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0 && rl.rlim_cur < rl.rlim_max) {
		rl.rlim_cur = rl.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &rl);
		(void)getrlimit(RLIMIT_NOFILE, &rl);
	}
	n = rl.rlim_cur > OWN_FDS ? (rl.rlim_cur - OWN_FDS) / JAIL_FDS : 1;
	return (n < 1 ? 1 : n > ROOM_MAX ? ROOM_MAX : (size_t)n);
}

static size_t
groups_count(const struct target *list, size_t n)
{
	size_t i, groups = 0;

	for (i = 0; i < n; i++)
		groups += i == 0 || list[i].group != list[i - 1].group;
	return (groups);
}

/* The next group has its turn, if all of the last one were reported, so that
 * nothing is open. */
static void
turn_next(struct halt_all *a)
{
	size_t i;
	int64_t end_ms;

	if (!halt_turns_next(&a->turns, a->busy, clock_ms(), &end_ms))
		return;
	for (a->begin = i = a->end; i < a->n && target_is_own(&a->list[i]) &&
	    a->list[i].group == a->list[a->begin].group; i++)
		;
	for (a->others = i; i < a->n &&
	    a->list[i].group == a->list[a->begin].group; i++)
		;
	a->end = i;
	a->busy = a->end - a->begin;
	a->room = room_max();
	halt_init(&a->halts[HALT_OWN], a->jails + a->begin,
	    a->others - a->begin, a->room, end_ms);
	halt_init(&a->halts[HALT_OTHERS], a->jails + a->others,
	    a->end - a->others, a->room, end_ms);
	halt_room_share(a);
}

void
halt_all_init(struct halt_all *a, struct target *list, size_t n,
    int64_t limit_ms)
{
	*a = (struct halt_all){ .list = list, .n = n };
	a->jails = calloc(n + 1, sizeof(*a->jails));
	a->watch_fd = jail_watch_new();
	if (a->jails == NULL || a->watch_fd == -1)
		err(EX_OSERR, "%zu jails", n);
	jail_inside_init();
	targets_sort(list, n);
	halt_turns_init(&a->turns, groups_count(list, n), clock_ms(),
	    limit_ms);
	turn_next(a);
}

void
halt_all_free(struct halt_all *a)
{
	close(a->watch_fd);
	free(a->jails);
}

enum halt_side
halt_side(const struct halt_all *a, size_t i)
{
	return (i < a->others ? HALT_OWN : HALT_OTHERS);
}

struct halt *
halt_of(struct halt_all *a, size_t i, size_t *in)
{
	struct halt *h = &a->halts[halt_side(a, i)];

	*in = (size_t)(&a->jails[i] - h->jails);
	return (h);
}

/*
 * Room.
 */

/* The caller's own jails have all the room that they need, except for one jail
 * of others; the others have what is left. */
void
halt_room_share(struct halt_all *a)
{
	struct halt *own = &a->halts[HALT_OWN];
	struct halt *others = &a->halts[HALT_OTHERS];
	size_t used = own->active + own->waiting, keep = others->active;
	size_t n;

	if (keep == 0 && others->waiting > 0 && a->room > 1 &&
	    !a->failed[HALT_OTHERS])
		keep = 1;
	n = a->room > keep ? a->room - keep : 0;
	a->closed[HALT_OWN] = n == 0;
	own->room = n == 0 ? 1 : n;
	n = a->room > used ? a->room - used : 0;
	if (n < keep && a->room >= keep)
		n = keep;
	a->closed[HALT_OTHERS] = n == 0;
	others->room = n == 0 ? 1 : n;
}

void
halt_closed(struct halt_all *a)
{
	a->failed[HALT_OWN] = a->failed[HALT_OTHERS] = false;
	a->busy--;
	turn_next(a);
}

/* At the end of the time all may begin. */
static bool
may_begin(struct halt_all *a, size_t i)
{
	size_t in;
	const struct halt *h = halt_of(a, i, &in);

	return (h->active < h->room && (!a->closed[halt_side(a, i)] ||
	    clock_ms() >= halt_end_ms(h)));
}

/* Opens a jail that begins.  ESRCH: it has gone. */
static bool
hold(struct halt_all *a, size_t i)
{
	struct jail *j = &a->list[i].jail;
	int error;

	if (jail_hold(j) == -1)
		return (false);
	if (jail_watch_jail(a->watch_fd, j, halt_tag(i, HALT_TAG_JAIL)) == 0)
		return (true);
	error = errno;
	jail_close(j);
	errno = error;
	return (false);
}

/* There is less room than expected, so the jail waits for one that has begun
 * to end.  If none has, there is nothing to wait for. */
static void
no_room(struct halt_all *a, size_t i)
{
	a->room = a->halts[HALT_OWN].active + a->halts[HALT_OTHERS].active;
	a->failed[halt_side(a, i)] = true;
	if (a->room == 0)
		err(EX_OSERR, "%s", target_name(&a->list[i]));
	halt_room_share(a);
}

bool
halt_admit(struct halt_all *a, size_t i, enum halt_event *event)
{
	if (!may_begin(a, i))
		return (false);
	if (hold(a, i))
		return (true);
	if (errno != ESRCH) {
		no_room(a, i);
		return (false);
	}
	*event = HALT_ENDED;
	return (true);
}

int64_t
halt_side_due(const struct halt_all *a, enum halt_side side)
{
	const struct halt *h = &a->halts[side];

	return (a->closed[side] && h->waiting > 0 ? halt_end_ms(h) :
	    halt_due_ms(h));
}
