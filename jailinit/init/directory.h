/* SPDX-License-Identifier: BSD-2-Clause */
/* The working directory that a command was started in. */
#ifndef INIT_DIRECTORY_H
#define INIT_DIRECTORY_H

/* Changes to /, so that nothing is kept mounted for us. */
void directory_leave(void);

/* For a program or a life that is to start where we did: changes back. */
void directory_return(void);

#endif
