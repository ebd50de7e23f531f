/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What differs between systems inside a jail: where we are, which processes are
 * ours, and who is left.  os_linux.c and os_freebsd.c.
 */
#ifndef INIT_OS_H
#define INIT_OS_H

#include <sys/types.h>

#include <stdbool.h>

enum os_place {
	OS_REFUSED,	/* boot mode where it would end more than a jail */
	OS_MACHINE,	/* process 1 of a whole machine */
	OS_JAIL,	/* every process that we can signal is the jail's */
	OS_SUBTREE	/* only our descendants are ours */
};

/* Finds out where we are.  command: app mode; ctl: the path of the FIFO.  To be
 * called once, before anything below.  On OS_REFUSED *why says why, a constant
 * string. */
enum os_place os_claim(bool command, const char *ctl, const char **why);

/* What os_claim() has found. */
enum os_place os_place(void);

/* Are we process 1 of a whole machine, which may not exit? */
bool os_is_machine(void);

/* Must SIGTSTP not stop us, because our process group is orphaned and no shell
 * could continue us?  False where the kernel sees to that. */
bool os_is_orphaned(void);

/* Has orphans become our children.  0, or -1 and errno. */
int os_adopt(void);

/* Do orphans become our children already? */
bool os_is_reaper(void);

/* Has the kernel send us sig when our parent ends. */
void os_parent_signal(int sig);

/* Sends sig to every process that is ours but ourselves: the one place from
 * which all are signalled.  Does nothing before os_claim() has allowed it. */
void os_signal_all(int sig);

/* Whom os_signal_some() signals of all that are ours. */
struct os_some {
	bool terminal;		/* only those with a controlling terminal */
	pid_t but;		/* not this process; 0: all */
	bool group;		/* nor its process group */
};

/* Sends sig to them, one after the other.  False if they cannot be told from
 * the others (Linux: without /proc): then nothing was sent. */
bool os_signal_some(int sig, const struct os_some *some);

/* When no child is left: is there still a process that is ours?  One that has
 * entered the jail from outside is nobody's child here. */
bool os_others_left(void);

/* Then: are all that have entered of a kind that we may not signal, another
 * user's, or of a user namespace above ours?  They end with us.  (FreeBSD:
 * false.) */
bool os_all_refused(void);

/* Calls fn with the name, as it is, and the pid of each process that
 * os_signal_all() reaches and that can be seen, until fn returns false.  Never
 * blocks. */
typedef bool os_each_fn(const char *comm, pid_t pid, void *arg);
void os_each(os_each_fn *fn, void *arg);

#endif
