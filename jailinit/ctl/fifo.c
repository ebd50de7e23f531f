/* SPDX-License-Identifier: BSD-2-Clause */
/* The control FIFO.  Touches nothing else. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "core/request.h"
#include "lib/paths.h"

#include "fifo.h"
#include "message.h"

/* An errno of lstat(2), open(2) or write(2) as a message; its exit status. */
static int
fifo_fail(const char *path, int error)
{
	switch (error) {
	case EACCES:
		return (message_fail(EX_NOPERM, path,
		    "only root may ask for this"));
	case ENXIO:
	case EPIPE:
		return (message_fail(EX_UNAVAILABLE, path, "nobody listens"));
	case EAGAIN:
		return (message_fail(EX_TEMPFAIL, path,
		    "full, jailinit does not read it"));
	default:
		return (message_fail(EX_OSERR, path, strerror(error)));
	}
}

/* Checks what is at path before it is opened, since to open a device can have
 * an effect. */
static int
fifo_look(const char *path, struct stat *st)
{
	if (lstat(path, st) == -1) {
		if (errno == EACCES)
			return (fifo_fail(path, errno));
		return (message_fail(EX_NOINPUT, path, errno == ENOENT ||
		    errno == ENOTDIR ?
		    "there is none: no jailinit runs here, or it has no FIFO" :
		    strerror(errno)));
	}
	if (!S_ISFIFO(st->st_mode))
		return (message_fail(EX_CONFIG, path, "not a FIFO"));
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return (message_fail(EX_CONFIG, path, "another user's FIFO"));
	return (EX_OK);
}

bool
fifo_is_missing(const char *path)
{
	struct stat st;

	return (strcmp(path, PATH_CTL) == 0 && lstat(path, &st) == -1 &&
	    (errno == ENOENT || errno == ENOTDIR));
}

/* Opens the FIFO for writing into *fd.  0, or an exit status. */
static int
fifo_open(const char *path, int *fd)
{
	struct stat st, opened;
	int status = fifo_look(path, &st);

	if (status != EX_OK)
		return (status);
	*fd = open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (*fd == -1)
		return (fifo_fail(path, errno));
	if (fstat(*fd, &opened) == 0 && opened.st_ino == st.st_ino &&
	    opened.st_dev == st.st_dev)
		return (EX_OK);
	close(*fd);
	return (message_fail(EX_TEMPFAIL, path, "replaced meanwhile"));
}

int
fifo_check(const char *path)
{
	int fd, status = fifo_open(path, &fd);

	if (status == EX_OK)
		close(fd);
	return (status);
}

/* One write(2), which is taken whole or not at all, pipe(7).  It begins with a
 * newline, since the last writer may have left a line without one. */
int
fifo_send(const char *path, const char *request)
{
	char line[REQUEST_LINE_MAX + 3];
	int fd, len, status = fifo_open(path, &fd);

	if (status != EX_OK)
		return (status);
	len = snprintf(line, sizeof(line), "\n%s\n", request);
	if (write(fd, line, (size_t)len) == -1)
		status = fifo_fail(path, errno);
	close(fd);
	return (status);
}
