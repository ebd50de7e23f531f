/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What differs between systems on the host's side of jails: to find one, to
 * hold it, to signal it, to see its end, and to look inside.  jail_linux*.c
 * and jail_freebsd.c.
 *
 * A jail is the enemy: what the caller does itself touches no path of it.
 * What does (struct jail_inside) is for a child that can be killed.
 *
 * Functions return 0, or -1 and errno, unless said otherwise.
 */
#ifndef JAIL_H
#define JAIL_H

#include <sys/types.h>
#include <sys/stat.h>

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/request.h"

#include "jailkill.h"

/* Longest name of a root directory that is shown; of a process; of a jail's
 * name on FreeBSD. */
#define JAIL_ROOT_MAX	1024
#define JAIL_COMM_MAX	32
#define JAIL_NAME_MAX	256

/* Whose user its first process is: nobody but the caller, or who has power
 * over him, can make a jail the caller's.  A higher one is looked at and asked
 * before a lower one. */
enum jail_whose {
	JAIL_OTHERS,
	JAIL_USERS,	/* the caller's user */
	JAIL_OWN	/* and in the caller's user namespace; all on FreeBSD */
};

struct jail {
	jailid_t jid;
	pid_t pid;	/* its first process as the caller sees it; FreeBSD:
			 * its jailinit, or 0 */
	int fd;		/* holds it: Linux: the pidfd; FreeBSD: a jail
			 * descriptor where there are such, else -1 */
	bool mine;	/* its first process runs as the caller, or the
			 * caller is root */
	enum jail_whose whose;
	char name[JAIL_NAME_MAX];	/* FreeBSD: its name; else "" */
	pid_t rest;	/* Linux: another process of it, when KILL was
			 * repeated; 0: none was seen */
	int kills;	/* FreeBSD: how often KILL was repeated */
};

/*
 * Finding.
 */

/* Can jails be found here at all?  Else *why is one line about it. */
int jail_init(const char **why);

/* The jail with this jid, or this name: a jid; Linux: pid=N; FreeBSD: a
 * jail's name.  The caller closes it.  EINVAL: no name; ESRCH: no jail. */
int jail_open(struct jail *j, jailid_t jid);
int jail_open_name(struct jail *j, const char *name);
void jail_close(struct jail *j);

/* Opens a jail that was closed, if it is still the same.  ESRCH: gone; any
 * other errno: not known. */
int jail_hold(struct jail *j);

/* Calls fn with each jail of the caller's level until it says false.  fn
 * closes the jail or keeps it.  -1 and errno when there may be others. */
typedef bool jail_fn(struct jail *j, void *arg);
int jail_each(jail_fn *fn, void *arg);

/* What its first process calls itself, "" if not known. */
void jail_comm(const struct jail *j, char comm[JAIL_COMM_MAX]);

/* Is its first process exiting?  Then nobody can enter it any more. */
bool jail_is_ending(const struct jail *j);

/* What keeps jails whose first process is ending: on Linux processes that have
 * entered them and that their parents outside have not reaped, found by one
 * walk for all jails.  It stops at end_ms, and then may not know all.  Never
 * NULL but where there is no memory, or nothing to find. */
struct jail_keepers;
struct jail_keepers *jail_keepers_find(int64_t end_ms);
void jail_keepers_free(struct jail_keepers *k);

/* That in a few words, k may be NULL.  False: nothing is known, or it would
 * take longer than until end_ms. */
bool jail_kept_by(const struct jail *j, const struct jail_keepers *k,
    int64_t end_ms, char *buf, size_t size);

/*
 * Signalling.
 */

/* A program that signals a jail's processes from inside, at its own risk. */
struct jail_child {
	pid_t pid;
	int fd;		/* readable when it has ended */
};

/* To the first process alone; FreeBSD: to its jailinit (ESRCH: none), by a
 * child that nobody waits for.  With sig 0: may the jail be signalled? */
int jail_signal_first(const struct jail *j, int sig);

/* How it is asked when it does not listen: the signal by which its first
 * process is told to halt, power off or reboot, and that process's name; 0:
 * none stands for the others. */
int jail_other_signal(const struct jail *j, enum request_verb verb,
    char comm[JAIL_COMM_MAX]);

/* Begins to send sigs, which ends at 0, to every process of the jail, with its
 * first one (first) or without it (FreeBSD: with it always, kill(2) leaves
 * nobody out).  Of a child that has ended jail_child_end() tells the outcome,
 * 0 or an errno, and frees it; of another it says -1, or ends it (force:
 * ETIMEDOUT). */
int jail_signal_all(const struct jail *j, const int *sigs, bool first,
    struct jail_child *child);
int jail_child_end(struct jail_child *child, bool force);

/* SIGKILL to all, which needs no entering on Linux; they are gone when
 * jail_look() says so, and until then it is to be sent again, to all such
 * jails at once: on FreeBSD by jail_remove(2) as well (of a jail that persists
 * only in the end), on Linux to each process of them and of those in them, as
 * the end of the first one may be in their hands. */
int jail_kill(const struct jail *j);
void jail_kill_again(struct jail *const *jails, size_t n);

/* In a few words, what keeps its processes from acting on any signal; with
 * version 1 of control groups on KILL, too.  False: nothing is known. */
bool jail_frozen(const struct jail *j, char *buf, size_t size);

/* What jailkill(3) does with a jail that is held: jailkill_call.c. */
int jail_deliver(struct jail *j, int sig);

/*
 * Waiting, without polling.
 */
enum jail_news {
	JAIL_LIVES,
	JAIL_REBOOTED,	/* a new program in its first process (FreeBSD) */
	JAIL_GONE	/* no process is left */
};

/* What jail_watch_wait() gives out is watched until its descriptor closes. */
int jail_watch_new(void);	/* a descriptor */
int jail_watch_jail(int watch_fd, const struct jail *j, uint64_t tag);
int jail_watch_fd(int watch_fd, int fd, uint64_t tag);
int jail_watch_child(int watch_fd, const struct jail_child *c, uint64_t tag);

/* Waits up to wait_ms (< 0: for ever) for what may be news.  Returns how many
 * tags, 0 on time-out or a signal. */
int jail_watch_wait(int watch_fd, uint64_t *tags, int max, int64_t wait_ms);

/* After its tag: what has become of it.  May have to watch it anew. */
enum jail_news jail_look(int watch_fd, const struct jail *j, uint64_t tag);

/*
 * Inside: for a child that may hang and may be killed.  In this order: open;
 * is; ctl; the others.
 */

/* May it stay inside?  Not on FreeBSD, where it is one of the jail's own. */
extern const bool jail_inside_stays;

/* What all looks have in common, the host's mounts; to be read once, before
 * there are children. */
void jail_inside_init(void);

struct jail_inside {
	const struct jail *jail;
	int root_fd, run_fd, ctl_fd;
	uid_t uid;	/* of its first process, and of its files */
	int life_fd;	/* Linux: ends with its first process's program */
};

/* Enters as far as the rest needs it; life: jail_inside_life() too. */
int jail_inside_open(struct jail_inside *in, const struct jail *j, bool life);

/* Lets go of it, for the next; only where jail_inside_stays. */
void jail_inside_close(struct jail_inside *in);

/* Opens the FIFO of jailinit.ctl(5) for writing, non-blocking.  ENOENT: none
 * there; EINVAL: no FIFO; EPERM: a FIFO of another user; ENXIO: nobody
 * listens.  On success ctl_fd shows POLLERR when the reader has gone. */
int jail_inside_ctl(struct jail_inside *in);

/* Reads the start of the status file, up to size - 1 bytes and a NUL; not
 * another user's.  Returns the length. */
ssize_t jail_inside_status(struct jail_inside *in, char *buf, size_t size);

/* What has become of the program that its first process ran when it was
 * entered: JAIL_LIVES, where that cannot be told, too; it is being GONE
 * from when it begins to exit. */
enum jail_news jail_inside_life(struct jail_inside *in);

/* Its root directory, as the caller can name it.  No name that comes from
 * inside is looked up on the host, but in what the kernel has in memory. */
int jail_inside_root(struct jail_inside *in, char buf[JAIL_ROOT_MAX]);

/* Is its root this folder, of stat(2)?  Its file system is not asked. */
bool jail_inside_is(struct jail_inside *in, const struct stat *dir);

#endif
