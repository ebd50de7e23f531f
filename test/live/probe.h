/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program for inside the jail, in the test's own executable: it writes down
 * how it was started, or the signals it gets.  Its main() calls probe_main()
 * first.  By the name or the first argument it is:
 *	rc, rc.shutdown, no argument	writes its state (probe_value())
 *	rc.small, rc.shutdown.small	an rc that needs no shell
 *	signals FILE N	writes each signal to FILE, exits with 42 on N; a second
 *			process of its group does the same in FILE.child
 *	raise N		dies of signal N, exits with 77 if that does not kill
 *	leader N	its first thread ends, later another exits with N, or
 *			never (-1)
 *	winch		says the terminal's size at each change
 *	front		loses the foreground, takes it back, and is cat
 *	fill		keeps the process table full
 *	crowd, orphans	the same until PROBE_ROOM is there
 */
#ifndef PROBE_H
#define PROBE_H

#include "jail.h"

#define PROBE		"/bin/probe"
#define PROBE_STATE	"/tmp/state."	/* and its name */
#define PROBE_ROOM	"/tmp/room"

/* The exit status when this is the probe, -1 when it is the test. */
int probe_main(int argc, char **argv);
/* Copies this executable to PROBE; 0 or -1. */
int probe_install(const struct jail *j);
/* A value that the probe wrote, in a static buffer; "" if there is none. */
const char *probe_value(const struct jail *j, const char *name,
    const char *key);
/* From now on the caller writes the signals that it gets to a file. */
void probe_catch(const char *path);
/* The number of the caller's pidfd, 0 if there is none. */
uint64_t probe_id(void);
/* Ignores a signal, also one that libc keeps to itself. */
void probe_ignore(int sig);

#endif
