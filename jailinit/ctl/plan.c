/* SPDX-License-Identifier: BSD-2-Clause */
/* The file of the plan.  Touches it, and the process that holds its lock. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "plan.h"
#include "users.h"

/* The process that waits locks the file, so without a lock there is no plan,
 * and empties it when it ends, unless it is killed.  The file is never removed:
 * otherwise a process could at that moment take a lock on a file that nobody
 * finds any more.  Only root may read it, since whoever can read it can lock
 * it and keep us from the lock. */
#define PLAN_FILE	"/var/run/jailctl.plan"

/* How long plan_end() waits for the process to end: 100 times 20 ms. */
#define END_STEPS	100
#define END_STEP_NS	20000000

/* Is it a file that only root, or the user we are, can have made and locked?
 * An image may have put anything there. */
static bool
plan_trusted(int fd)
{
	struct stat st;

	return (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_nlink == 1 && (st.st_mode & 077) == 0 &&
	    (st.st_uid == 0 || st.st_uid == geteuid()));
}

/* Opens the file.  -1 and errno; ESTALE: there is something, but no plan of
 * ours. */
static int
plan_open(int flags)
{
	int fd = open(PLAN_FILE, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC, 0600);

	if (fd == -1 && (errno == ELOOP || errno == EMLINK ||
	    errno == EISDIR || errno == ENXIO || errno == EOPNOTSUPP))
		errno = ESTALE;
	if (fd != -1 && !plan_trusted(fd)) {
		close(fd);
		fd = -1;
		errno = ESTALE;
	}
	return (fd);
}

/* Opens the file, or makes it, also in place of what is no plan of ours. */
static int
plan_create(void)
{
	int fd = plan_open(O_RDWR | O_CREAT);

	if (fd != -1 || errno != ESTALE)
		return (fd);
	if (unlink(PLAN_FILE) == -1 && rmdir(PLAN_FILE) == -1)
		return (-1);
	return (plan_open(O_RDWR | O_CREAT | O_EXCL));
}

static bool
means_no_plan(int error)
{
	return (error == ENOENT || error == ESTALE);
}

/* The process that holds the lock, 0 if there is none that we can signal, or
 * -1 and errno.  The kernel says so: what the file says can be old. */
static pid_t
plan_holder(int fd)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_GETLK, &l) == -1)
		return (-1);
	return (l.l_type != F_UNLCK && l.l_pid > 1 ? l.l_pid : 0);
}

int
plan_hold(const struct ctl *c, time_t at)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char text[USERS_TEXT_SIZE], words[USERS_WORDS_SIZE], when[32] = "?";
	int fd = plan_create(), n;
	struct tm tm;

	if (fd == -1)
		return (-1);
	if (fcntl(fd, F_SETLK, &l) == -1) {
		errno = EBUSY;
		return (-1);
	}
	if (localtime_r(&at, &tm) != NULL)
		(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	users_words(words, c->message);
	n = snprintf(text, sizeof(text), "to be %s at %s%s%s\n",
	    users_verb(c), when, words[0] == '\0' ? "" : ": ", words);
	(void)!ftruncate(fd, 0);
	errno = ENOSPC;		/* a short write sets none */
	return (write(fd, text, (size_t)n) == n ? fd : -1);
}

/* Removes what a process that was killed has left. */
static void
plan_sweep(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1 || st.st_size == 0)
		return;
	users_nologin_remove();
	(void)!ftruncate(fd, 0);
}

int
plan_end(void)
{
	const struct timespec step = { 0, END_STEP_NS };
	int e, fd = plan_open(O_RDWR), i;
	pid_t pid = 0, ended = 0;

	if (fd == -1)
		return (means_no_plan(errno) ? 0 : -1);
	for (i = 0; i < END_STEPS && (pid = plan_holder(fd)) > 0; i++) {
		if (pid != ended && kill(pid, SIGTERM) == -1 &&
		    errno != ESRCH) {
			close(fd);
			return (-1);
		}
		if (pid != ended)	/* it may be stopped */
			(void)kill(pid, SIGCONT);
		ended = pid;
		(void)nanosleep(&step, NULL);
	}
	e = pid == -1 ? errno : EBUSY;
	if (ended == 0 && pid == 0)
		plan_sweep(fd);
	close(fd);
	errno = e;
	return (pid != 0 ? -1 : ended != 0);
}

static int
nothing_planned(void)
{
	(void)fprintf(stderr, "shutdown: nothing is planned\n");
	return (EX_UNAVAILABLE);
}

int
plan_failed(void)
{
	(void)fprintf(stderr, "shutdown: %s: %s\n", PLAN_FILE,
	    strerror(errno));
	return (errno == EACCES || errno == EPERM ? EX_NOPERM : EX_OSERR);
}

int
plan_cancel(char *const *words)
{
	int ended = plan_end();

	if (ended == -1)
		return (plan_failed());
	if (ended == 0)
		return (nothing_planned());
	users_tell_cancelled(words);
	return (EX_OK);
}

int
plan_show(void)
{
	char buf[USERS_TEXT_SIZE];
	int e, fd = plan_open(O_RDONLY);
	ssize_t n;

	if (fd == -1)
		return (means_no_plan(errno) ? nothing_planned() :
		    plan_failed());
	n = plan_holder(fd);
	if (n > 0)
		n = read(fd, buf, sizeof(buf));
	e = errno;
	close(fd);
	errno = e;
	if (n == -1)
		return (plan_failed());
	if (n == 0)
		return (nothing_planned());
	(void)!write(STDOUT_FILENO, buf, (size_t)n);
	return (EX_OK);
}
