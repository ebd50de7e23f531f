/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FreeBSD: a child that attaches to a jail and signals its processes.  It is
 * then a process of the jail: the jail's root may signal it, and it keeps the
 * jail from ending.  So it does one thing and exits.
 */
#ifndef SIGNALLER_FREEBSD_H
#define SIGNALLER_FREEBSD_H

#include <sys/types.h>

#include "prison_freebsd.h"

/* May the caller signal this jail?  Its parameters into *a.  0, or -1 and
 * errno. */
int signaller_may(const struct prison *p, struct prison_about *a);

/* Starts the child, which sends sigs, a list that ends with 0, to the jailinit
 * with this pid, or to every process (0).  Returns its pid and a process
 * descriptor; without fd (NULL) nobody waits for it.  -1 and errno on failure.
 * Its exit status is 0 or an errno. */
pid_t signaller_start(const struct prison *p, const int *sigs, pid_t to,
    int *fd);

#endif
