/* SPDX-License-Identifier: BSD-2-Clause */
/* File systems whose server is a test, on Linux.  One that does not answer
 * holds a process that looks at a path in it, which cannot even be killed. */
#ifndef FUSE_H
#define FUSE_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/fuse.h>

#include "jail.h"

#define FUSE_READY	"/tmp/fuse"	/* made by fuse_mount() */

extern int fuse_fd;		/* the open device, or -1 */

/* Opens the device; skips the test if there is none, or without root. */
void fuse_open(void);
/* Mounts it at dir; 0, or -1 with errno. */
int fuse_mount_at(const char *dir);
/* For jail_enter(): mounts it on /var/run.  Returns 0, or errno. */
int fuse_mount(void *arg);
/* Reads requests until it is unmounted or fn returns false.  INIT is answered
 * here; fn gets the others, and may be NULL.  What fn does not answer hangs. */
void fuse_serve(bool (*fn)(const struct fuse_in_header *));
/* The answer to a request: an error of errno.h, or 0 and len bytes of body. */
void fuse_reply(const struct fuse_in_header *in, int error, const void *body,
    size_t len);
/* For live_fork(): fuse_serve(NULL) by a process of the host. */
void fuse_outside(struct jail *j);
/* Asserts that looking at the jail's /var/run hangs. */
void fuse_hangs(struct jail *j);

#endif
