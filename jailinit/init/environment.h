/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The environment of what we start: changed without an allocation, and with
 * what sd_listen_fds(3) passes on in it.
 */
#ifndef INIT_ENVIRONMENT_H
#define INIT_ENVIRONMENT_H

#include <stddef.h>

/* In a life after a reboot in place: the number of the life before, and the
 * file of environment_mark().  Programs that we start do not see it. */
#define ENVIRONMENT_NEXT_LIFE	"JAILINIT_NEXT_LIFE"

/* The number of this life: 1, and one more after each reboot in place.  The
 * first call reads it. */
unsigned long environment_life(void);

/* In the first life NULL; later manager_file() of the life before. */
const char *environment_mark(void);

/* Options for app mode, from a manager whose --init has no room for them. */
#define ENVIRONMENT_OPTIONS	"JAILINIT_OPTIONS"

/* Takes it out of the environment.  Returns its value, which may be divided by
 * NULs, or NULL.  give puts it back for the next life, in room as below. */
char *environment_options_take(void);
void environment_options_give(char **room);

/* Sets var, "NAME=value".  room, of environment_room() pointers, becomes the
 * environment, if a variable is added: it and var must stay.  For a large
 * environment memory is mapped instead; if there is none, var is not set.
 * ENVIRONMENT_PUTS of them may use the same room. */
#define ENVIRONMENT_PUTS	2
size_t environment_room(void);
void environment_put(char **room, const char *var);

/* If LISTEN_PID and LISTEN_PIDFDID, or that alone, say that descriptors from 3
 * on were passed to us, makes them close-on-exec until
 * environment_listen_give(), so that we keep them for the next life. */
void environment_listen_init(void);

/* Passes them to the program that this process is about to execute: has these
 * variables, and WATCHDOG_PID if it named us, name this process, as
 * environment_put() does, in room. */
void environment_listen_give(char **room);

#endif
