/* SPDX-License-Identifier: BSD-2-Clause */
/* What a list has of jails beside their names.  jail_facts_linux.c and
 * jail_facts_freebsd.c. */
#ifndef JAIL_FACTS_H
#define JAIL_FACTS_H

#include <stddef.h>
#include <stdint.h>

#include "jail.h"

struct jail_facts {
	const struct jail *jail;
	int64_t start_ms;	/* of Unix time: its first process began; -1:
				 * not known */
	long processes;		/* in it and in jails in it, those that have
				 * ended and wait for their parent, too; -1:
				 * not known */
};

/* Fills in facts[0..n); jail_about() was called for each jail.  crowd: of
 * jail_each(); it is sorted. */
void jail_facts_find(struct jail_facts *facts, size_t n,
    struct jail_crowd *crowd);

#endif
