/* SPDX-License-Identifier: BSD-2-Clause */
/* Halts jails side by side: the loop that hands events to core/halt.h. */
#ifndef HALT_RUN_H
#define HALT_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/request.h"

#include "target.h"

/* Asks the jails list[0..n), which it sorts, to halt, power off or reboot, one
 * group after another, and ends them limit_ms from now at the latest.
 * listening: leaves those of group 0 alone that do not listen.  Returns the
 * worst outcome, outcome.h. */
int halt_run(struct target *list, size_t n, enum request_verb verb,
    int64_t limit_ms, bool listening);

#endif
