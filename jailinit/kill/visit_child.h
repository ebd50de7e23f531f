/* SPDX-License-Identifier: BSD-2-Clause */
/* What a visitor does, in the child. */
#ifndef VISIT_CHILD_H
#define VISIT_CHILD_H

#include <stddef.h>

#include "visit.h"

/* Carries out an order at a jail that is held, or at many that need not be,
 * and sends a struct visit_word over say_fd for each thing it learns.  Every
 * other descriptor is closed. */
_Noreturn void visit_child(const struct jail *j,
    const struct visit_order *order, int say_fd);
_Noreturn void visit_child_many(const struct jail *jails, size_t n,
    const struct visit_order *order, int say_fd);

#endif
