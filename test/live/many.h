/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many cheap jails, and jailkill(8) against them: in a PID namespace made for
 * one test, on FreeBSD in a jail that may have jails (jail_world()), so that
 * jailkill -a ends no other jails and nothing outlives it.
 * For root.  The roots are hard links of a jail.h jail's, in its directory,
 * which is removed by it.
 *
 * Environment: JAILKILL names the program (build/jailkill), JAIL_LONG=1 asks
 * for the long rounds.  In the namespace what goes wrong ends the test there:
 * MUST(), many_fail(), and the functions that say so.
 */
#ifndef MANY_H
#define MANY_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jail.h"

/* What many_inside() returns. */
#define MANY_GOOD	0
#define MANY_BAD	1
#define MANY_SKIPPED	77

#define MANY_MARK	"/tmp/mark"
#define MANY_READY	"/tmp/ready"

/* What was signalled has to act on it in this time. */
#define MANY_SETTLE_MS	jail_slack(10000)

/* What a busy machine may add to a deadline; as LIVE_LATE_MS. */
#define MANY_LATE_MS	jail_slack(8000)

#define MUST(x)								\
	do {								\
		if (!(x))						\
			many_fail(__FILE__, __LINE__, #x);		\
	} while (0)

/* Runs fn(j) in a child in a PID and a mount namespace of its own, whose
 * first process reaps; with its end all processes in there are ended.  j is
 * of jail_new(), and started, if at all, by fn. */
int many_inside(struct jail *j, void (*fn)(struct jail *));

/* A test: static void fn(struct jail *), which many_inside() runs. */
#define MANY_TEST(fn)							\
	{ #fn, many_test, many_setup, live_teardown, (void *)(uintptr_t)(fn) }
#ifdef __linux__
#define MANY_ONLY_LINUX(fn, why)	MANY_TEST(fn)
#else
#define MANY_ONLY_LINUX(fn, why)	LIVE_SKIPPED(#fn, why)
#endif
int many_setup(void **state);
void many_test(void **state);

/* The end of the test, in there. */
_Noreturn void many_fail(const char *file, int line, const char *what);
_Noreturn void many_skip(const char *why);

bool many_long(void);			/* JAIL_LONG=1? */
int many_rounds(int ci, int full);

/* Jails. */
struct many_how {
	const char *rc;		/* shell, for /etc/rc; NULL: nothing */
	const char *shutdown;	/* for /etc/rc.shutdown; NULL: none */
	void (*first)(int);	/* process 1, if it is not to be jailinit;
				 * makes MANY_READY */
	int arg;
	void (*before_exec)(void);	/* in process 1, root entered */
	const char *inner;	/* a root like its own, there in it */
	pid_t pid;		/* to be its number; 0: any */
};

struct many_jail {
	pid_t pid;		/* not reaped before many_end() or _reap() */
	int pidfd;
	uint64_t jid;
	bool other;		/* no jailinit */
	char root[PATH_MAX / 2 + 16];
};

struct many {
	struct jail *base;
	struct many_jail *list;
	size_t n, room;
	size_t first;		/* of the list, after many_end() */
};

/* All of these fail the test when they cannot. */
void many_init(struct many *m, struct jail *base);
/* Good until the next start. */
struct many_jail *many_start(struct many *m, const struct many_how *how);
void many_start_n(struct many *m, const struct many_how *how, size_t n);
/* Makes a root as those of the jails are, at path. */
void many_root(const struct many *m, const char *path,
    const struct many_how *how);
/* Until all that have not ended are in state run, or ready. */
void many_wait_run(const struct many *m);
/* Ends and reaps all, and looks for reports of sanitizers. */
void many_end(struct many *m);

bool many_gone(const struct many_jail *j);
void many_reap(struct many_jail *j);	/* when it has ended */
/* Is the file there in its root? */
bool many_has(const struct many_jail *j, const char *path);
/* A value of its status, in a static buffer. */
const char *many_status(const struct many_jail *j, const char *key);

/* Processes of the PID namespace of process first, itself included, that are
 * no zombies: all; stopped; and those whose parent is outside of it.  first
 * or a zombie alone: 0. */
struct many_count {
	int all, stopped, strangers;
	uint64_t sum;		/* of pids: has anything changed? */
};
struct many_count many_count(pid_t first);
/* Processes here that run a program with that in its name ("memfd:x"). */
int many_running(const char *exe);

/*
 * Of many.c for the system's part, and the other way round.
 */
_Noreturn void many_run(struct jail *j, void (*fn)(struct jail *));
_Noreturn void many_first(const struct many_how *how);

extern const char many_shell[];		/* what /bin/sh links to; "": it
					 * is one of the base's files */
/* Adds what each root of a jail needs to the base. */
void many_base(const struct jail *base);
/* As fork(2); the child is many_first() in the jail, pidfd can be polled. */
pid_t many_clone(struct many_jail *j, const struct many_how *how);
uint64_t many_jid(const struct many_jail *j);
void many_kill(const struct many_jail *j);

/* The next process made here gets this number, if nobody is faster. */
void many_next_pid(pid_t pid);

/* jailkill(8). */
#define RUN_ARGS	16

struct run_how {
	long nofile;		/* hard RLIMIT_NOFILE; 0: as it is */
	int inherit;		/* descriptors of ours that it finds open */
	bool ignore_chld;	/* SIGCHLD ignored */
	bool pty;		/* in the foreground of a terminal */
};

struct run {
	pid_t pid;		/* of jailkill; 0: ended */
	pid_t waited;		/* our child: jailkill, or with pty its
				 * session's leader, who ends like it */
	int pty_fd;		/* the master; -1: none */
	int out_fd, err_fd;
	int64_t begun_ms, took_ms;
	int status;		/* exit status; 128 + signal */
	char *out, *err;	/* what it wrote, once it has ended */
};

/* Begins it; NULL ends the arguments. */
void run_begin(struct run *r, const struct run_how *how, ...)
    __attribute__((sentinel));
void run_argv(struct run *r, const struct run_how *how,
    const char *const *argv);
/* Its exit status; fails the test if it takes longer, RUN_MS if no time is its
 * promise. */
#define RUN_MS		60000
int run_end(struct run *r, int64_t limit_ms);
/* Both; up to RUN_MS. */
int run_kill(struct run *r, ...) __attribute__((sentinel));
/* Ends it by force if need be, and forgets it. */
void run_free(struct run *r);
/* The line of its output about that jail, in a static buffer; "". */
const char *run_line(const struct run *r, uint64_t jid);
/* A jid as an argument, in one of a few static buffers. */
const char *run_jid(uint64_t jid);

#endif
