/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What differs between systems inside a jail: where we are, what we may end,
 * who is left and how to leave.  os_linux.c and os_freebsd.c; no other file
 * of jailinit(8) asks which system it is built for.
 */
#ifndef OS_H
#define OS_H

#include <sys/types.h>

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/request.h"

/* On Linux a parent that ignores SIGCHLD has its children reaped by the
 * kernel; on FreeBSD they would go to the reaper, which is process 1. */
extern const bool os_kernel_reaps;

/* Must SIGTSTP not stop us, as our group is orphaned, so that no shell could
 * have us go on?  False where the kernel sees to that. */
bool os_is_orphaned(void);

/* Are we process 1 of a whole machine, which may not end? */
bool os_is_machine(void);

enum os_place {
	OS_REFUSED,	/* boot mode where it would end more than a jail */
	OS_MACHINE,	/* process 1 of a whole machine */
	OS_JAIL,	/* every process that we can signal is the jail's */
	OS_SUBTREE	/* our descendants alone are ours */
};

/* Finds out where we are.  command: app mode; ctl: path of the FIFO.  Called
 * once, before anything below.  On OS_REFUSED *why says why, a constant
 * string. */
enum os_place os_claim(bool command, const char *ctl, const char **why);

/* What os_claim() has found. */
enum os_place os_place(void);

/* Makes us the one who adopts orphans there.  0, or -1 and errno. */
int os_adopt(void);

/* Sends sig to every process that is ours but ourselves: the one place from
 * which all are signalled.  Does nothing before os_claim() said yes. */
void os_signal_all(int sig);

/* With no child left: is there still a process that is ours?  (One that has
 * entered the jail from outside is nobody's child here.) */
bool os_others_left(void);

/* A descriptor that is readable once the file of this path has been removed or
 * replaced, where something may do so during boot (FreeBSD's cleanvar); else
 * -1, with ENOENT if it is not there.  There is one such file; NULL forgets
 * it. */
int os_removal_watch(const char *path);

/* Before we exit: waits up to wait_ms for a child that is about to end, where
 * its zombie would outlive us. */
void os_child_wait(pid_t pid, int wait_ms);

/* Calls fn with the name, as it is, and the pid of each process that
 * os_signal_all() reaches and that can be seen, until fn says false.  Never
 * blocks. */
typedef bool os_each_fn(const char *comm, pid_t pid, void *arg);
void os_each(os_each_fn *fn, void *arg);

/* Shows "jailinit: state" as our command line, in ps(1).  room must stay, and be
 * on the stack: Linux shows only anonymous memory. */
#define OS_TITLE_MAX	19	/* with a NUL: "jailinit: shutdown" */
void os_title_init(char room[OS_TITLE_MAX], const char *state);
void os_title(const char *state);

/* Makes ready to execute this very program again, at the path it has now;
 * os_program_exec() returns only when that has failed (errno). */
void os_program_init(void);
void os_program_exec(char *const *argv);

/* In the child, as root: login class, priority and limits of a daemon. */
void os_child_class(void);

/* A descriptor of the child pid that tells of its end also when SIGCHLD is
 * ignored, so that the kernel reaps it: polled for no event it then hangs up.
 * -1 where the kernel has no such thing. */
int os_exit_open(pid_t pid);

/* Is that child gone?  Then *st is its wait status. */
bool os_exit_read(int fd, int *st);

/* Sends sig to it, or to its process group; never to another process that
 * has got its number since. */
void os_exit_send(int fd, int sig, bool group);

/* Does whoever started this jail take reboot(2) for a reboot of it? */
bool os_manager_reboots(void);

/* Writes dirty pages to disk and, of a whole machine where nobody else is
 * left, makes its file systems read-only, and so clean.  May not return. */
void os_disks_leave(void);

/* reboot(2) for verb; returns only when it has failed (errno). */
void os_reboot(enum request_verb verb);

#endif
