/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages to the terminals of users who are logged in. */
#ifndef CTL_WALL_H
#define CTL_WALL_H

/* Writes text to each such terminal, but skips one that is stopped or full.
 * text must be printable; its lines end in \r\n. */
void wall(const char *text);

#endif
