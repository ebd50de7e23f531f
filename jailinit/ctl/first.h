/* SPDX-License-Identifier: BSD-2-Clause */
/* The jailinit(8) of the jail that we are in, found by its title: for where it
 * has no FIFO. */
#ifndef CTL_FIRST_H
#define CTL_FIRST_H

#include <sys/types.h>

/* What jailinit calls itself, before its state. */
#define FIRST_TITLE	"jailinit: "

/* Room for a state, with its NUL. */
#define FIRST_STATE_MAX	16

/* Its pid, and its state ("" if the title does not tell it).  0: there is none
 * in this jail, or it is not known which one is. */
pid_t first_find(char state[FIRST_STATE_MAX]);

#endif
