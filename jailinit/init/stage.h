/* SPDX-License-Identifier: BSD-2-Clause */
/* Does what life.h says, and tells others of each step. */
#ifndef INIT_STAGE_H
#define INIT_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/life.h"
#include "core/request.h"

#include "options.h"

/* o: the names for the log; must stay. */
void stage_init(const struct options *o);

/* A step has led from before to life, by a request (NULL: by another event):
 * logs what has changed, tells who waits for the jail to be up or to end, and
 * does the actions, LIFE_DO_*. */
void stage_do(const struct life *before, const struct life *life,
    const struct request *rq, unsigned actions);

/* The request that -e makes of a failed rc, to be given to stage_do(). */
extern const struct request stage_rc_failed;

/* Unix time of the promised end, 0: none. */
int64_t stage_end_s(void);

#endif
