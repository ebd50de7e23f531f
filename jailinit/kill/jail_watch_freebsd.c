/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting on FreeBSD.  Touches kqueues, and reads processes. */
#include <sys/types.h>
#include <sys/event.h>

#include <fcntl.h>
#include <time.h>

#include "jail_watch.h"
#include "prison_freebsd.h"
#include "procs_freebsd.h"

/* There are processes, but none that can be watched any more: look again. */
#define LOOK_AGAIN_MS	20

#define EVENTS_MAX	64

int
jail_watch_new(void)
{
	int fd = kqueue();

	if (fd != -1)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return (fd);
}

static int
watch(int watch_fd, uintptr_t ident, short filter, unsigned short flags,
    unsigned fflags, uint64_t tag)
{
	struct kevent ev;

	EV_SET(&ev, ident, filter, flags, fflags,
	    filter == EVFILT_TIMER ? LOOK_AGAIN_MS : 0,
	    (void *)(uintptr_t)tag);
	return (kevent(watch_fd, &ev, 1, NULL, 0, NULL));
}

int
jail_watch_fd(int watch_fd, int fd, uint64_t tag)
{
	return (watch(watch_fd, (uintptr_t)fd, EVFILT_READ, EV_ADD | EV_CLEAR,
	    0, tag));
}

int
jail_watch_child(int watch_fd, const struct jail_child *c, uint64_t tag)
{
	return (watch(watch_fd, (uintptr_t)c->fd, EVFILT_PROCDESC, EV_ADD,
	    NOTE_EXIT, tag));
}

static int
look_again(int watch_fd, uint64_t tag)
{
	return (watch(watch_fd, (uintptr_t)tag, EVFILT_TIMER,
	    EV_ADD | EV_ONESHOT, 0, tag));
}

/* One process stands for all.  Its pid may be another's by the time that it is
 * watched, so the process is read once more.  A kqueue has one watch for each
 * ident and filter, kqueue(2), so this can be repeated. */
static int
procs_watch(int watch_fd, int jid, const struct procs *procs, uint64_t tag)
{
	pid_t pid = procs->init_pid != 0 ? procs->init_pid : procs->any_pid;
	unsigned what = pid == procs->init_pid ? NOTE_EXIT | NOTE_EXEC :
	    NOTE_EXIT;
	struct kinfo_proc kp;

	if (pid != 0 && watch(watch_fd, (uintptr_t)pid, EVFILT_PROC, EV_ADD,
	    what, tag) == 0 && proc_get(pid, &kp) &&
	    proc_is_in(jid, true, &kp))
		return (0);
	return (look_again(watch_fd, tag));
}

int
jail_watch_jail(int watch_fd, const struct jail *j, uint64_t tag)
{
	const struct prison p = { (int)j->jid, j->fd, j->name };
	struct procs procs;

	procs_read(&procs, &p);
	return (procs_watch(watch_fd, p.jid, &procs, tag));
}

/* That a jailinit has executed a program must be known until jail_look().  The
 * kqueue itself remembers it, as a user's event that is never triggered. */
static void
executed_keep(int watch_fd, uint64_t tag)
{
	(void)watch(watch_fd, (uintptr_t)tag, EVFILT_USER, EV_ADD, 0, tag);
}

int
jail_watch_wait(int watch_fd, uint64_t *tags, int max, int64_t wait_ms)
{
	struct timespec ts = { (time_t)(wait_ms / 1000),
	    (long)(wait_ms % 1000) * 1000000 };
	struct kevent ev[EVENTS_MAX];
	int i, n;

	if (max > EVENTS_MAX)
		max = EVENTS_MAX;
	n = kevent(watch_fd, NULL, 0, ev, max, wait_ms < 0 ? NULL : &ts);
	for (i = 0; i < n; i++) {
		tags[i] = (uint64_t)(uintptr_t)ev[i].udata;
		if (ev[i].filter == EVFILT_PROC &&
		    (ev[i].fflags & NOTE_EXEC) != 0)
			executed_keep(watch_fd, tags[i]);
	}
	return (n < 0 ? 0 : n);
}

static bool
has_executed(int watch_fd, uint64_t tag)
{
	return (watch(watch_fd, (uintptr_t)tag, EVFILT_USER, EV_DELETE, 0,
	    tag) == 0);
}

/* Zombies do not count, processes that are exiting do.  Jails in it end with
 * it.  Whether the jail persists is left to jail(8), which sets that, too,
 * while it waits for its "command". */
enum jail_news
jail_look(int watch_fd, const struct jail *j, uint64_t tag)
{
	const struct prison p = { (int)j->jid, j->fd, j->name };
	bool executed = has_executed(watch_fd, tag);
	struct procs procs;

	procs_read(&procs, &p);
	if (!procs.any) {
		prison_children_remove(&p);
		return (JAIL_GONE);
	}
	(void)procs_watch(watch_fd, p.jid, &procs, tag);
	/* one with another name has no title yet */
	if (executed && procs.init_pid == 0) {
		executed_keep(watch_fd, tag);
		(void)look_again(watch_fd, tag);
	}
	return (executed && procs.init_pid != 0 ? JAIL_REBOOTED : JAIL_LIVES);
}
