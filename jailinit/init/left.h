/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is left in the jail while it ends. */
#ifndef INIT_LEFT_H
#define INIT_LEFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/life.h"

/* A stage has begun. */
void left_stage(void);

/* Sends KILL to all, and again in left_nobody() until it is true. */
void left_kill(void);

/* In the stages TERM and KILL, after the children that have ended were reaped:
 * is nobody left, or have all that are left entered the jail, and we may not
 * signal them?  children: some are.  Soon after TERM's begin it sends HUP to
 * those that have a controlling terminal. */
bool left_nobody(enum life_stage stage, bool children);

/* When left_nobody() is due even if no child ends, or INT64_MAX. */
int64_t left_due_ms(void);

/* Lists who is left as "name (pid), name (pid)", and " ..." for those that do
 * not fit, in buf[0..size): printable, "" when nothing can be told. */
void left_names(char *buf, size_t size);

#endif
