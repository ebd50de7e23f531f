/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON about jails: an object a line, in ASCII.  What a jail says of itself is
 * apart, under the key "says".
 */
#ifndef JSON_H
#define JSON_H

#include <stdint.h>
#include <stdio.h>

#include "jail_facts.h"
#include "target.h"

/* How it went with a jail. */
struct json_end {
	const char *how;	/* a word of jailkill(8)'s table */
	int64_t took_ms;	/* -1: not known */
	const char *why;	/* or "" */
	int status;		/* of the request's program; -1: none */
};

/* Prints a jail, with facts that may have been found. */
void json_jail(FILE *to, const struct target *t, const struct jail_facts *f);

/* Prints a jail and how it went with it. */
void json_end(FILE *to, const struct target *t, const struct json_end *e);

#endif
