/* SPDX-License-Identifier: BSD-2-Clause */
/* Sums and minima of times in milliseconds.  Pure. */
#ifndef CORE_MS_H
#define CORE_MS_H

#include <stdint.h>

/* No time: later than all others. */
#define NEVER_MS	INT64_MAX

/*@ terminates \true;
    assigns \nothing;
    ensures \result == \min(a, b);
*/
int64_t min_ms(int64_t a, int64_t b);

/* a + b for b >= 0.  The sum is a time, so it is never NEVER_MS. */
/*@ requires b >= 0;
    terminates \true;
    assigns \nothing;
    ensures \result == \min(a + b, NEVER_MS - 1);
*/
int64_t add_ms(int64_t a, int64_t b);

#endif
