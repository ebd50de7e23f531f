/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages to standard error: "program: what: why". */
#ifndef CTL_MESSAGE_H
#define CTL_MESSAGE_H

/* Sets the program's name in messages.  The string is kept, not copied. */
void message_program(const char *name);

/* Prints one message and returns status, an exit status.  what may be anything
 * that was typed: its first 256 bytes are shown, and every byte that is not
 * printable ASCII as '?'. */
int message_fail(int status, const char *what, const char *why);

#endif
