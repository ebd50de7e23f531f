/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What differs between systems for this program itself: its title, its next
 * life, its end.  os_self_linux.c and os_self_freebsd.c.
 */
#ifndef INIT_OS_SELF_H
#define INIT_OS_SELF_H

#include <stdint.h>

#include "core/request.h"

/* Shows "jailinit: state" as our command line, in ps(1).  room must stay, and
 * be on the stack: Linux shows only anonymous memory. */
#define OS_TITLE_MAX	19	/* with a NUL: "jailinit: shutdown" */
void os_title_init(char room[OS_TITLE_MAX], const char *state);
void os_title(const char *state);

/* Remembers where this program is.  os_program_exec() executes it again; it
 * returns only when that has failed, with errno. */
void os_program_init(void);
void os_program_exec(char *const *argv);

/* The number that nobody but this process has had since the system started, the
 * inode of its pidfd; 0: not known. */
uint64_t os_self_id(void);

/* Writes dirty pages to disk and, on a whole machine, makes its file systems
 * read-only, and so clean.  May not return. */
void os_disks_leave(void);

/* reboot(2) for verb; returns only when it has failed, with errno. */
void os_reboot(enum request_verb verb);

#endif
