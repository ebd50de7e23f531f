/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux: processes, by pid and by pidfd.  What is read of many processes must
 * cost the same for each, whatever the process has done.  So status is not read
 * of many: the kernel writes all groups of the process, up to 65,536, into it
 * for each reader.
 */
#ifndef PID_LINUX_H
#define PID_LINUX_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the fdinfo of a pidfd says, Linux 5.5. */
struct pid_about {
	pid_t pid;	/* in the PID namespace of the caller */
	int levels;	/* of PID namespaces, the caller's included */
	long last;	/* its number in the innermost one */
};

/* The fdinfo of the descriptor with this number.  Kept open it tells of each
 * pidfd that has the number, one after another, which takes half the time. */
struct pid_fdinfo {
	int pid_fd, fd;		/* fd: -1 at first; the caller closes it */
};

/* False, errno ESRCH: the process has gone. */
bool pid_about(int pid_fd, struct pid_about *a, struct pid_fdinfo *info);

/* The number of the PID namespace of a process that is one level below the
 * caller's, or has the process's in it.  0: not known, or not allowed to be. */
uint64_t pid_space(int pid_fd, const struct pid_about *a);

/* As pidfd_open(2); ESRCH for a thread's number, too. */
int pid_open(pid_t pid);

/* Has the process ended, with all its threads? */
bool pid_has_ended(int pid_fd);

/* The numbers of all processes, allocated; NULL if there are none.  *error is
 * 0, or says why some may be missing. */
pid_t *pids_read(size_t *n, int *error);

/* A field of /proc/pid/stat that is a number, PROC_STAT_* of lib/proc_linux.h;
 * 0 if the process has gone. */
unsigned long pid_stat(pid_t pid, int field);

/* Its state in a letter, as in ps(1); '\0' if it has gone. */
char pid_state(pid_t pid);

/* The process that traces this thread; 0: none, or not known.  Reads status,
 * so it is for few threads. */
pid_t pid_tracer(pid_t tid);

/* The name of a process, which chooses it; "" if it has gone. */
void pid_comm(pid_t pid, char *comm, size_t size);

#endif
