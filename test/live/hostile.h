/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests of jailkill against jails that fight back, on Linux: runs jailkill
 * and notices when it hangs; files of the host that must stay as they are; and
 * memory that a jail's processes share with the test.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>

#include "live.h"

/* How long a race goes on, in seconds: with JAIL_LONG=1, and without. */
#define RACE_LONG_S	30
#define RACE_SHORT_S	3

/*
 * Programs.
 */
#define HUNG		(-1)	/* the exit status of one that was killed */
#define OUT_MAX		65536

struct run {
	int code;		/* exit status; 128 and its signal; HUNG */
	int64_t took_ms;	/* until nobody held its output any more */
	char out[OUT_MAX];	/* standard output and error */
};

extern struct run run;		/* the last one */

/* Runs a program until it has ended and nobody holds its output any more, or
 * the time is up.  Its output is out_fd, and is read from master_fd; closes
 * both.  Returns run.code. */
int run_on(int64_t limit_ms, const char *const *argv, int master_fd,
    int out_fd);
/* Runs a shell command on the host, which is the plain way of an attack. */
int plain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same, and asserts that it hangs. */
void plain_hangs(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
const char *jailkill_path(void);
/* Runs jailkill; NULL ends the arguments.  Asserts that it ends in time, and
 * leaves nobody who holds its output longer.  Returns run.code. */
int jk(int64_t limit_ms, const char *first, ...) __attribute__((sentinel));

/* What a busy machine may add: a run that hangs does so for ever. */
#define BUSY_MS		8000
#define LOOK_MS		(2000 + BUSY_MS)	/* -l with a jail that hangs */
#define SIGNAL_MS	(6000 + BUSY_MS)	/* -s with one that fights */

/* The limit for -h, -p and -r with -t seconds. */
int64_t halt_ms(int seconds);
/* The jail's name for jailkill, in a static buffer. */
const char *jail_name(const struct jail *j);
/* The last run printed text; exited with a or b. */
void said(const char *text);
void code_is(int a, int b);
/* Is process 1 there? */
bool is_there(const struct jail *j);
/* Starts a jail with jailinit, and waits for RUN. */
void hostile_boot(struct jail *j, const struct jail_opts *o);
/* jailkill -h ends it in this time, by itself (0) or by force (1).  A look
 * takes up to a tenth of the time; with -B 1 most jails need a second. */
void halts(struct jail *j, int seconds);
/* Is this a file of JSON lines, each an object, with at most one in it? */
bool json_is(const char *p);
void status_write(const struct jail *j, const char *text);

/*
 * The host's files that a jail is after: host/var/run in the jail's temporary
 * directory, outside of its root.  An open of one is noticed.
 */
#define UNTOUCHED	"state=stolen\n"	/* what is in each */

extern int host_fd;		/* inotify, or -1 */
extern char host_dir[PATH_MAX];

void host_make(const struct jail *j);
/* The path of a file there, in one of two static buffers. */
const char *host_path(const char *name);
/* Makes them as new, and forgets what was noticed. */
void host_reset(void);
/* Has something there been opened since the last call? */
bool host_opened(void);
/* Is the content of that file another one? */
bool host_written(const char *name);
/* Asserts that nothing was opened or written. */
void host_untouched(void);

/*
 * What processes of the jail and the test have in common.
 */
enum got {
	GOT_ROOT,	/* a file of the host's by /proc/PID/root */
	GOT_CWD,
	GOT_FD,
	GOT_EXE,	/* its program, written to */
	GOT_MAP,
	GOT_NS,		/* the host's mount namespace */
	GOTS
};

struct shared {
	volatile int go, ready, closed;
	volatile long seen;		/* processes that appeared */
	volatile long signalled;	/* the jail's victim got SIGURG */
	volatile long got[GOTS];
	char file[PATH_MAX];		/* of the host's */
	char link[PATH_MAX];		/* what a symlink is to say */
};

extern struct shared *shared;

/* New shared memory, all zero. */
void shared_make(void);
/* Waits until a counter or flag there is at least n. */
void wait_for(const volatile int *what, int n);
/* In the jail: a process that counts the SIGURG that it gets, a signal which
 * harms nobody else.  Sets shared->ready. */
void victim(void);
/* Asserts that it gets one more soon. */
void signalled(long before);
/* In the jail, once shared->go is set: calls fn with each process that appears
 * there, as soon as can be, and idle now and then.  For ever. */
void watch(void (*fn)(pid_t), void (*idle)(void));

/*
 * First processes that are not jailinit.  They are functions for before_exec
 * that never return, so nothing is executed.
 */
/* The start of such a function: no descriptors, and jailinit's name. */
void first_begin(void);
/* One that opens the FIFO and does nothing with it. */
void first_mute(void *arg);
/* Starts a jail with first_mute(), or with->before_exec, which sets
 * shared->ready. */
void mute_start(struct jail *j, const struct jail_opts *with);
void fifo_make(const struct jail *j);

#endif
