/* SPDX-License-Identifier: BSD-2-Clause */
/* Entering a jail on FreeBSD, in a child. */
#ifndef ATTACH_FREEBSD_H
#define ATTACH_FREEBSD_H

#include "prison_freebsd.h"

/* Enters the jail and closes p->fd.  Call it in a child that has closed all
 * other descriptors that it does not need.  With an open directory it may not
 * enter (jail(2), chroot(2)), or the directory leads out of the jail
 * (FreeBSD-EN-24:17, FreeBSD-SA-26:66).  0, or -1 and errno. */
int attach_enter(const struct prison *p);

#endif
