/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The start, the one part in which an error may end the program; and the
 * command or rc, with which the life begins.
 */
#ifndef INIT_START_H
#define INIT_START_H

#include "core/life.h"

#include "options.h"

/* Reads the command line into *o, makes our ground, opens the FIFO and starts
 * what is to run.  Both must stay, and so must env, environment_room()
 * pointers. */
void start(struct life *life, struct options *o, int argc, char **argv,
    char **env);

#endif
