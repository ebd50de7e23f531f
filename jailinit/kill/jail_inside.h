/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks inside a jail.  Only a child of jailkill calls these functions, since
 * they may hang: the child can then be killed.  Call them in this order: open,
 * is, ctl, the others.  jail_inside_linux.c and jail_inside_freebsd.c.  They
 * return 0, or -1 and errno, unless stated otherwise.
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

/* Reads the mounts of the host, which all looks need.  Call it once, before any
 * child is made. */
void jail_inside_init(void);

/* Begins a look at j.  reboots: jail_inside_program() will be called, too. */
int jail_inside_open(struct jail_inside *in, const struct jail *j,
    bool reboots);

/* Ends the look, before one at another jail; only if jail_inside_stays. */
void jail_inside_close(struct jail_inside *in);

/* Opens the FIFO of jailinit.ctl(5) for writing, non-blocking.  ENOENT: there
 * is none; EINVAL: it is not a FIFO; EPERM: it is another user's; ENXIO:
 * nobody listens.  On success ctl_fd shows POLLERR when the reader has gone. */
int jail_inside_ctl(struct jail_inside *in);

/* Reads the start of the status file, up to size - 1 bytes, and adds a NUL.
 * Refuses a file of another user.  Returns the length. */
ssize_t jail_inside_status(struct jail_inside *in, char *buf, size_t size);

/* Puts the state into buf that the first process has in its title, "jailinit:
 * state".  The process can hold the caller meanwhile. */
int jail_inside_title(struct jail_inside *in, char *buf, size_t size);

/* What has become of the program that the first process ran when
 * jail_inside_open() was called.  SAME: it still runs, or that is not known;
 * OTHER: another program has taken its place; ENDS: the process has begun to
 * exit. */
enum jail_program {
	JAIL_PROGRAM_SAME,
	JAIL_PROGRAM_OTHER,
	JAIL_PROGRAM_ENDS
};
enum jail_program jail_inside_program(struct jail_inside *in);

/* The name of its root directory on the host.  On the host, a name that comes
 * from the jail is looked up only in the kernel's memory, which cannot hang. */
int jail_inside_root(struct jail_inside *in, char buf[JAIL_ROOT_MAX]);

/* Which directory its root is, of stat(2) st_dev and st_ino alone; false: not
 * known.  Linux does not ask the file system, which could hang. */
bool jail_inside_stat(struct jail_inside *in, struct stat *st);

#endif
