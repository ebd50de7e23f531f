/* SPDX-License-Identifier: BSD-2-Clause */
/* A terminal that a test types on and reads from. */
#ifndef PTY_H
#define PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An interactive shell's arguments.  FreeBSD's shell edits its lines, and for
 * that waits until the terminal has been read. */
#ifdef __linux__
#define PTY_SH	"-i"
#else
#define PTY_SH	"+E", "-i"
#endif

struct pty {
	int master_fd, slave_fd;
	size_t used;
	char buf[65536];	/* what was read, a string */
};

/* Neither end becomes a controlling terminal.  False if there is none. */
bool pty_open(struct pty *t);
void pty_close(struct pty *t);
/* Drops what was read so far. */
void pty_forget(struct pty *t);
/* The same, then types. */
void pty_type(struct pty *t, const char *text);
/* Has the text been read in time, since the last pty_forget()? */
bool pty_says(struct pty *t, const char *text, int64_t within_ms);

#endif
