/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks in milliseconds. */
#ifndef LIB_CLOCK_H
#define LIB_CLOCK_H

#include <stdint.h>

/* The monotonic clock: every deadline is a time of it. */
int64_t clock_ms(void);

/* The clock of the day, since 1970: for what is shown to people. */
int64_t clock_day_ms(void);

#endif
