/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for jails and children without polling, by epoll(7) or kqueue(2).
 * jail_watch_linux.c and jail_watch_freebsd.c.  Functions return 0, or -1 and
 * errno, unless stated otherwise. */
#ifndef JAIL_WATCH_H
#define JAIL_WATCH_H

#include <stdint.h>

#include "jail.h"
#include "jail_signal.h"

enum jail_news {
	JAIL_LIVES,
	JAIL_REBOOTED,	/* a new program in its first process */
	JAIL_GONE	/* no process is left */
};

/* jail_watch_new() returns a descriptor, watch_fd.  The others add something to
 * watch, with a tag; it is watched until its own descriptor is closed. */
int jail_watch_new(void);
int jail_watch_jail(int watch_fd, const struct jail *j, uint64_t tag);
int jail_watch_fd(int watch_fd, int fd, uint64_t tag);
int jail_watch_child(int watch_fd, const struct jail_child *c, uint64_t tag);

/* Waits up to wait_ms (< 0: for ever) for news.  Returns how many tags it has
 * put into tags; 0 if the time is up or a signal has come. */
int jail_watch_wait(int watch_fd, uint64_t *tags, int max, int64_t wait_ms);

/* Call it when the tag of a jail is returned: says what has become of the jail.
 * May watch the jail again. */
enum jail_news jail_look(int watch_fd, const struct jail *j, uint64_t tag);

#endif
