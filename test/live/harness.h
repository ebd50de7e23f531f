/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What jail.c, the harness that is the same on each system, asks of the
 * system's part, harness_linux.c or harness_freebsd.c, and what it lends to
 * it.  Not for tests.  Functions return 0 or -1, with a line on stderr that
 * says why, unless said otherwise.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include "jail.h"

#define POLL_MS		2	/* between two looks at a file or a process */
#define ARGV_MAX	32
#define HIGH_FD		100	/* where a child keeps its own descriptors */

/* What the child of jail_start() needs. */
struct start {
	struct jail *j;
	const struct jail_opts *o;
	const char *path;
	const char *argv[ARGV_MAX];
	int go_fd, error_fd;
};

/* Who enters a jail: calls fn once it is inside. */
struct enter {
	const struct jail *j;
	int (*fn)(void *);
	void *arg;
	int inside_fd;		/* told to the test: 1 or 0, a bool */
};

/*
 * Of jail.c.
 */
int complain(const char *what, const char *name);	/* -1; says errno */
int text_read(const char *path, char *buf, size_t size);
int text_write(const char *path, const char *text);
int folders_make(const char *path);	/* those above path */
int file_copy(const struct jail *j, const char *from, const char *to);
/* In the child of jail_start(): says what failed to the test, and exits. */
_Noreturn void start_fail(const struct start *s, const char *what);

/*
 * Of the system's part.
 */
/* Fills the new root with a shell and the like. */
int sys_root_fill(const struct jail *j);
/* Copies the libraries of a program that the root lacks. */
int sys_libraries_copy(const struct jail *j, const char *program);
/* Where the host finds the jail's /, without a slash at its end. */
void sys_root_path(const struct jail *j, char *buf, size_t size);
/* As openat(2), and a link leads nowhere but into the root. */
int sys_inside_open(int root_fd, const char *path, int flags, mode_t mode);

/* As fork(2), and j->pidfd is set, which can be polled for its end; the jail
 * is made, but for what the child does itself. */
pid_t sys_start(struct start *s);
/* In the parent, before the child goes on; and when it has executed. */
int sys_start_parent(struct start *s);
void sys_started(struct start *s);
/* In the child: goes into the jail, and into its root. */
void sys_root_enter(const struct start *s);
/* Descriptors from 3 on close at exec. */
void sys_close_at_exec(void);
int sys_signal(const struct jail *j, int sig);	/* process 1 */
/* When process 1 has ended: what is left of the jail goes.  Returns how many
 * processes it had left that should not be there. */
int sys_jail_end(struct jail *j);
/* What there is for the jails with a temporary directory, beside what is in
 * it, goes.  Returns whether all has gone. */
bool sys_dir_leave(const char *dir);

/* Is nothing mounted below it?  What is removed would be the other's. */
bool sys_dir_is_bare(const char *dir);

/* Runs e->fn in a child of the caller, in the jail.  Its pid, or -1. */
pid_t sys_enter(struct jail *j, const struct enter *e);

/* Processes of the jail with this name (any if NULL) and state (any if 0);
 * *first, which may be NULL, is set to one of them. */
int sys_walk(const struct jail *j, const char *name, char state,
    pid_t *first);
bool sys_has_pipe(pid_t pid);	/* has it one open besides 0-2? */

#ifdef __FreeBSD__
struct kinfo_proc;
struct stat;

/* For many_freebsd.c too. */
/* Copies a program's libraries, those of the base system too or not. */
int fbsd_libraries(const struct jail *j, const char *program, bool all);
/* A jail with that root, which persists until fbsd_jail_let_go(); -1. */
int fbsd_jail_make(const char *root);
void fbsd_jail_let_go(int jid);
int fbsd_devfs_mount(const char *root);
/* Is the caller in that jail, and at its root, which is this one? */
bool fbsd_is_inside(int jid, const struct stat *root);
int fbsd_end_watch(pid_t pid);	/* a descriptor to poll for its end */
/* All processes, in a list that the caller frees; NULL if there is none. */
struct kinfo_proc *fbsd_procs(size_t *n);
#endif

#endif
