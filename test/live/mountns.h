/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A mount namespace of the caller's own, on Linux.  In a chroot / is not the
 * root of the namespace; setns(2) into one's own namespace leads to that.
 * Wants /proc.  Functions return 0, or -1 with errno.
 */
#ifndef MOUNTNS_H
#define MOUNTNS_H

/* From now on no mount made here is seen outside, and none from there here. */
int mountns_private(void);
/* What is mounted at fd becomes the root of the namespace and of the caller,
 * and its working directory; the old root is unmounted.  Closes fd. */
int mountns_root(int fd);

#endif
