/* SPDX-License-Identifier: BSD-2-Clause */
/* jailinit by the name of tini, dumb-init or catatonit: jailinit-dropin(7). */
#ifndef INIT_DROPIN_H
#define INIT_DROPIN_H

#include <stdbool.h>

#include "options.h"

/* If the last part of argv[0] is the name of another init: fills *o from that
 * program's options and variables, as options_parse() does, and returns
 * true. */
bool dropin_parse(struct options *o, char **argv);

#endif
