/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the manager that started us kills sooner than an end may take. */
#ifndef INIT_GRACE_H
#define INIT_GRACE_H

#include <stdint.h>

#include "core/life.h"

/* Finds out, after manager_find(), whether the manager's default grace is
 * shorter than an end by these limits.  With a budget (-B) it is not: somebody
 * has thought of that. */
void grace_init(const struct life_limits *limits);

/* If so, logs it, once. */
void grace_say(void);

/* The same when half of that grace has passed: by grace_tick(), which is due at
 * grace_due_ms() or, INT64_MAX, is not. */
void grace_say_later(void);
int64_t grace_due_ms(void);
void grace_tick(void);

#endif
