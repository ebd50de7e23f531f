/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The environment of what we start: changed without an allocation, and with
 * what sd_listen_fds(3) passes on in it.
 */
#ifndef INIT_ENVIRONMENT_H
#define INIT_ENVIRONMENT_H

#include <stddef.h>

/* In a life after a reboot in place: the number of the life before.  Programs
 * that we start do not see it. */
#define ENVIRONMENT_NEXT_LIFE	"JAILINIT_NEXT_LIFE"

/* The number of this life: 1, and one more after each reboot in place.  The
 * first call reads it. */
unsigned long environment_life(void);

/* Sets var, "NAME=value".  room, of environment_room() pointers, becomes the
 * environment: it and var must stay.  A room has place for three. */
size_t environment_room(void);
void environment_put(char **room, const char *var);

/* If LISTEN_PID says that descriptors from 3 on were passed to us, makes them
 * close-on-exec until environment_listen_give().  Returns how many there
 * are. */
int environment_listen_init(void);

/* Passes them to the program that this process is about to execute: sets
 * LISTEN_PID as environment_put() does, in room. */
void environment_listen_give(char **room);

#endif
