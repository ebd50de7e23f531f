/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the lines of the FIFO ask for: something of life.c, or an
 * administrator's own request, which is a child whose status matters.
 */
#ifndef LINE_H
#define LINE_H

#include <sys/types.h>

#include <stddef.h>

/* Does what a line asks for, or counts it as dropped. */
void line_act(const char *line, size_t len);

/* A child has ended with the wait status st: if it was an administrator's
 * request, says how. */
void line_child_ended(pid_t pid, int st);

/* Ends the administrator's request whose time is up. */
void line_tick(void);

#endif
