/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The harness of the live tests: a small root, a PID namespace with the
 * program under test as its process 1, and ways to talk to and to look at it
 * from outside.  Not for use by several threads.  On FreeBSD a jail is one of
 * jail(2), and its "process 1" the one that it began with; see harness.h.
 *
 * Environment: JAILINIT names the program (build/jailinit), JAILINIT_MUSL one
 * that is linked with musl, JAIL_SLACK a factor for the time limits of tests
 * (sanitizers, slow machines), JAIL_SANITIZED that the programs have such
 * ("memory": MemorySanitizer), JAIL_COVERAGE a folder that is mounted in each
 * jail, JAIL_CANNOT why no jail can be made here (tests that need one are
 * skipped),
 * TMPDIR where the roots are made (/tmp).
 *
 * Functions return 0 or -1 (with a line on stderr that says why) unless said
 * otherwise.  Time-outs and times are milliseconds of CLOCK_MONOTONIC.
 */
#ifndef JAIL_H
#define JAIL_H

#include <sys/types.h>

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JAIL_CTL	"/var/run/jailinit.ctl"
#define JAIL_STATUS	"/var/run/jailinit.status"

/* The kernel's first real-time signal that libc leaves to us, the last one,
 * and a signal that tells a machine to halt. */
#ifdef __linux__
#define JAIL_SIGRTMIN	34
#define JAIL_SIGMAX	64
#define JAIL_SIGPWR	SIGPWR
#define JAIL_NO_SIGNAL	"65"		/* the first that is none */
#define JAIL_NO_RT	"RTMIN+31"
#else
#define JAIL_SIGRTMIN	65
#define JAIL_SIGMAX	126
#define JAIL_SIGPWR	SIGUSR1
#define JAIL_NO_SIGNAL	"127"
#define JAIL_NO_RT	"RTMIN+62"
#endif

/* For jail_opts.fds. */
#define JAIL_FD_DEFAULT	(-1)	/* 0: /dev/null, 1 and 2: the log */
#define JAIL_FD_CLOSED	(-2)

#define JAIL_ENTERED_MAX	64

/* Exit status of a test that was about to act outside of its jail. */
#define JAIL_OUTSIDE	70

/* How a jail is started; all zero (and fds NULL) is an ordinary one. */
struct jail_opts {
	const int *fds;		/* what 0-2 are to be; NULL: all default */
	bool no_proc;		/* no /proc */
	bool no_dev;		/* an empty /dev */
	bool pts;		/* /dev/pts and /dev/ptmx of its own */
	bool readonly;		/* root read-only, but no_proc etc. apart */
	bool keep_session;	/* no setsid: session and group 0 inside */
	bool userns;		/* a user namespace even when root */
	bool host;		/* no PID namespace: not process 1 */
	long nofile, nproc;	/* RLIMIT_NOFILE, _NPROC; 0: as they are */
	int pids_max;		/* pids cgroup; 0: none (skip if -1 is
				 * returned and jail_has_pids() is false) */
	long memory_max;	/* memory cgroup, bytes; the same */
	uid_t uid;		/* when not 0: run as this user */
	gid_t gid;
	const char *const *env;	/* NAME=value ..., NULL; added */
	void (*before_exec)(void *);	/* in the child, root entered */
	void *arg;
};

struct jail {
	char dir[PATH_MAX / 2];	/* the temporary directory */
	char root[PATH_MAX / 2 + 8];	/* the jail's root, in it */
	char log[PATH_MAX / 2 + 8];	/* its 1 and 2, in it */
	char cgroup[PATH_MAX];	/* of pids; "" if none */
	pid_t janitor;		/* removes dir if the test is killed */
	int janitor_fd;
	pid_t pid;		/* process 1 (host's number); 0: none */
	int pidfd;		/* -1: none */
	ino_t pidns;		/* 0: none */
	int pidns_fd;		/* keeps that number from other jails */
	int jid;		/* FreeBSD: the last one, 0: none yet */
	char name[64];		/* and its name */
	bool userns;
	bool host;		/* as in jail_opts */
	bool via_proc;		/* paths as process 1 sees them (mounts) */
	int64_t started_ms;
	int64_t asked_ms;	/* last jail_ctl() or jail_signal() */
	int64_t ended_ms;	/* when its end was seen, 0 before */
	int status;		/* wait status, once ended_ms is set */
	pid_t entered[JAIL_ENTERED_MAX];	/* to be ended and reaped */
	size_t n_entered;
};

/* Life of a jail. */

/* A temporary root: busybox, the program at /sbin/jailinit with its
 * libraries, an rc that does nothing.  On -1 jail_free() is still safe. */
int jail_new(struct jail *j);
/* Starts path (in the root) as process 1; o may be NULL; NULL ends argv. */
int jail_start(struct jail *j, const struct jail_opts *o, const char *path,
    ...) __attribute__((sentinel));
/* The wait status of process 1, or -1 on time-out.  *took_ms (may be NULL)
 * is the time from the last jail_ctl() or jail_signal(), else the start. */
int jail_wait(struct jail *j, int64_t timeout_ms, int64_t *took_ms);
/* 0 when process 1 has begun to exit (its memory is gone), else -1. */
int jail_wait_exiting(struct jail *j, int64_t timeout_ms);
/* Ends and removes everything.  -1 when something was wrong: processes left
 * after the end of process 1, or a sanitizer's report (printed). */
int jail_free(struct jail *j);

/* Ends process 1 if it lives, and forgets it, its log and its status, so that
 * the same root can be started once more.  As jail_free(). */
int jail_again(struct jail *j);

/* Files; paths are the jail's. */

/* Copies a program of the host, a path, with its libraries. */
int jail_copy(const struct jail *j, const char *from, const char *to);

/* The host's path of the jail's, in a static buffer. */
const char *jail_path(const struct jail *j, const char *path);
/* Writes a file, making the folders above it. */
int jail_write(const struct jail *j, const char *path, mode_t mode,
    const char *text);
/* An executable script: "#!/bin/sh\n" and text. */
int jail_script(const struct jail *j, const char *path, const char *text);
/* The same as /bin/NAME, and the kernel calls the process so. */
int jail_program(const struct jail *j, const char *name, const char *text);
bool jail_exists(const struct jail *j, const char *path);
/* 0 when the file is there in time. */
int jail_wait_file(const struct jail *j, const char *path,
    int64_t timeout_ms);
/* 0 when the file has that text in time, and no other: a file is there before
 * all of it is. */
int jail_wait_text(const struct jail *j, const char *path, const char *text,
    int64_t timeout_ms);
/* A file's text (up to 1 MiB) in a static buffer, "" if there is none.
 * jail_log() the same for the log, which is outside of the root. */
const char *jail_file(const struct jail *j, const char *path);
const char *jail_log(const struct jail *j);
bool jail_log_has(const struct jail *j, const char *text);
int jail_wait_log(const struct jail *j, const char *text,
    int64_t timeout_ms);
/* How often text is in the log. */
int jail_log_count(const struct jail *j, const char *text);

/* Requests and the status file. */

int jail_ctl(struct jail *j, const char *text);
int jail_ctl_raw(struct jail *j, const void *buf, size_t n);
/* The open FIFO (O_WRONLY, non-blocking) for writing in parts, or -1. */
int jail_ctl_open(const struct jail *j);
int jail_signal(struct jail *j, int sig);
/* A value of the status file, in a static buffer; "" if there is none. */
const char *jail_status(const struct jail *j, const char *key);
/* 0 when key has the value in time. */
int jail_wait_status(const struct jail *j, const char *key,
    const char *value, int64_t timeout_ms);
int jail_wait_state(const struct jail *j, const char *state,
    int64_t timeout_ms);

/* Processes. */

/* The number that process 1 has in the jail. */
pid_t jail_pid(const struct jail *j);
/* What a descriptor of process 1 is: the jail's path, or "pipe:[...]"; in a
 * static buffer. */
const char *jail_fd_name(const struct jail *j, int fd);
/* The working directory of a process in the jail, as it sees it, in a static
 * buffer. */
const char *jail_cwd(const struct jail *j, pid_t pid);
/* Runs fn(arg) in a child of the caller that has entered the namespaces, with
 * its root and working directory in the jail's root, and exits with what it
 * returns.  Its pid, or -1.  It is ended and reaped by jail_free() unless the
 * caller waited for it.  If it is not inside (device and inode of / and of the
 * working directory, PID namespace), fn is not called and the test program
 * ends with JAIL_OUTSIDE. */
pid_t jail_enter(struct jail *j, int (*fn)(void *), void *arg);
/* The same with a shell; and waited for: the wait status, or -1. */
pid_t jail_enter_sh(struct jail *j, const char *script);
int jail_sh(struct jail *j, const char *script);
/* 0 when process 1 has come to rest in time: no status is being written, and
 * it sleeps. */
int jail_wait_rest(const struct jail *j, int64_t timeout_ms);
/* How often process 1 has been woken, when that has become the same for longer
 * than it waits for anything by itself; or -1. */
long jail_wait_idle(const struct jail *j, int64_t timeout_ms);
/* 0 when the host's process has that state in time. */
int proc_wait_state(pid_t pid, int state, int64_t timeout_ms);
/* Processes in its PID namespace (process 1 and zombies too), and of these
 * the zombies. */
int jail_count(const struct jail *j);
int jail_zombies(const struct jail *j);
/* Those with that name; those in that state. */
int jail_count_of(const struct jail *j, const char *comm);
int jail_count_in(const struct jail *j, int state);
/* 0 when there are n processes in time. */
int jail_wait_count(const struct jail *j, int n, int64_t timeout_ms);
/* The host's pid of the first process named comm, 0 if there is none. */
pid_t jail_find(const struct jail *j, const char *comm);
/* A process's CPU time in microseconds, state letter, number of descriptors,
 * and a figure of /proc/PID/status (kB, or as is, a set of signals
 * cut off at LONG_MAX); -1 if not known. */
int64_t proc_cpu_us(pid_t pid);
/* Its first argument, which is its title, in a static buffer; "" if none. */
const char *proc_title(pid_t pid);
/* Has it the variable, "NAME=value", in its environment? */
bool proc_environ_has(pid_t pid, const char *text);
/* Sets the process's limit of descriptors, which may have more; 0 or -1. */
int proc_limit_fds(pid_t pid, int n);
/* FreeBSD: begins the caller's program anew, at the start of main(), as one
 * that the kernel calls so, with all that it forks.  (Linux has PR_SET_NAME for
 * each.) */
void proc_become(const char *name, char **argv);
/* The path of the caller's own program; 0 or -1. */
int proc_self(char path[PATH_MAX]);
/* The last process of the host's, or of the world's, that is called so; 0:
 * none. */
pid_t proc_find(const char *comm);
/* The caller's children; returns how many. */
size_t proc_children(pid_t *list, size_t max);
/* From now on orphans among the caller's descendants are its children, or no
 * longer. */
int proc_adopt(bool adopt);
int proc_state(pid_t pid);
int proc_fds(pid_t pid);
long proc_figure(pid_t pid, const char *key);

/* Helpers. */

#ifdef O_PATH
#define JAIL_O_PATH	O_PATH
#else
#define JAIL_O_PATH	0
#endif

/* Removes a temporary directory and all that is in it, with the jails that
 * have their roots there, once nobody holds *hold_fd any more.  Its pid, or
 * -1. */
pid_t jail_janitor(const char *dir, int *hold_fd);
/* Goes into a world in which no jails are but those made there: on Linux a
 * PID namespace, on FreeBSD a jail that may have jails, and whose files are
 * the host's.  Returns in a child that is in there, the callers end as it
 * does. */
void jail_world(void);
/* FreeBSD: the jail that a process is in; 0: none. */
int proc_jid(pid_t pid);
/* FreeBSD: the name of a jail, in a static buffer; "" if there is none. */
const char *jail_name_of(int jid);
/* FreeBSD: mounts what jail_start() does, for jails of others' making; and
 * unmounts it, without force: -1 when something holds it. */
int jail_mount(const struct jail *j);
int jail_unmount(const struct jail *j);
/* The caller gets KILL when its parent ends. */
int die_with_parent(void);

/* Sends a descriptor with a text through a socket; and receives them: the
 * descriptor, or -1. */
int fd_send(int socket_fd, int fd, const char *text);
int fd_receive(int socket_fd, char *text, size_t size);

bool jail_has_pids(void);	/* is there a pids cgroup to be made? */
bool jail_has_memory(void);	/* a memory cgroup? */
int64_t jail_now_ms(void);
void jail_sleep_ms(int64_t ms);
int64_t jail_slack(int64_t ms);	/* times JAIL_SLACK */
int64_t jail_median(int64_t *v, size_t n);	/* sorts v */

#endif
