/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A look inside a jail, for a child that may hang and may be killed.  The
 * order is: open, is, ctl, the others.  jail_inside_linux.c and
 * jail_inside_freebsd.c.  Functions return 0, or -1 and errno, unless stated
 * otherwise.
 */
#ifndef JAIL_INSIDE_H
#define JAIL_INSIDE_H

#include <sys/types.h>
#include <sys/stat.h>

#include <stdbool.h>
#include <stddef.h>

#include "jail.h"

struct jail_inside {
	const struct jail *jail;
	int root_fd, run_fd, ctl_fd;
	uid_t uid;	/* of its first process, and of its files */
	int life_fd;	/* Linux: see jail_inside_program() */
};

/* May a child stay inside?  Not on FreeBSD, where it becomes a process of the
 * jail. */
extern const bool jail_inside_stays;

/* Reads what all looks need, the mounts of the host.  To be called once,
 * before there are children. */
void jail_inside_init(void);

/* Enters as far as the rest needs it; reboots: jail_inside_program() will be
 * asked, too. */
int jail_inside_open(struct jail_inside *in, const struct jail *j,
    bool reboots);

/* Leaves the jail, for the next one; only where jail_inside_stays. */
void jail_inside_close(struct jail_inside *in);

/* Opens the FIFO of jailinit.ctl(5) for writing, non-blocking.  ENOENT: there
 * is none; EINVAL: it is not a FIFO; EPERM: it is another user's; ENXIO:
 * nobody listens.  On success ctl_fd shows POLLERR when the reader has gone. */
int jail_inside_ctl(struct jail_inside *in);

/* Reads the start of the status file, up to size - 1 bytes and a NUL; not of a
 * file of another user.  Returns the length. */
ssize_t jail_inside_status(struct jail_inside *in, char *buf, size_t size);

/* What has become of the program that the first process ran at open.  OTHER:
 * another program has taken its place; ENDS: the process has begun to exit;
 * SAME also where that cannot be told. */
enum jail_program {
	JAIL_PROGRAM_SAME,
	JAIL_PROGRAM_OTHER,
	JAIL_PROGRAM_ENDS
};
enum jail_program jail_inside_program(struct jail_inside *in);

/* The name of its root directory on the host.  No name that comes from inside
 * is looked up on the host, except in what the kernel has in memory. */
int jail_inside_root(struct jail_inside *in, char buf[JAIL_ROOT_MAX]);

/* Is its root this directory, of stat(2)?  Its file system is not asked. */
bool jail_inside_is(struct jail_inside *in, const struct stat *dir);

#endif
