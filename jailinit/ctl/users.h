/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages to the terminals of who is logged in. */
#ifndef WALL_H
#define WALL_H

/* Writes text, lines that end in \n, to each.  None of them can hold us. */
void wall(const char *text);

#endif
