/* SPDX-License-Identifier: BSD-2-Clause */
/* The processes in jails, to be counted.  crowd_linux.c; FreeBSD's kernel
 * counts them itself. */
#ifndef CROWD_H
#define CROWD_H

#include <stddef.h>
#include <stdint.h>

/* Linux: of each process in a jail one level below the caller's, struct jail's
 * space. */
struct jail_crowd {
	uint64_t *spaces;	/* allocated */
	size_t n, room;
};

/* Adds a process in that namespace.  Without memory they are fewer. */
void crowd_add(struct jail_crowd *c, uint64_t space);

#endif
