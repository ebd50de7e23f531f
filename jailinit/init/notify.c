/* SPDX-License-Identifier: BSD-2-Clause */
/* Readiness.  Touches the socket (connected at the start, because a path can
 * hang), the descriptor of -d and the pipe to the parent of -b. */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/fd.h"
#include "lib/text.h"

#include "log.h"
#include "notify.h"
#include "signals.h"

static int socket_fd = -1, ready_fd = -1, parent_fd = -1;

/* name is a path, or @ and an abstract name, sd_notify(3). */
static int
socket_connect(const char *name)
{
	struct sockaddr_un sun;
	size_t n = strlen(name);
	int fd;

	memset(&sun, 0, sizeof(sun));
	if ((name[0] != '/' && name[0] != '@') || n >= sizeof(sun.sun_path)) {
		errno = EINVAL;
		return (-1);
	}
	sun.sun_family = AF_UNIX;
	memcpy(sun.sun_path, name, n);
	if (name[0] == '@')
		sun.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return (-1);
	if (connect(fd, (struct sockaddr *)&sun, (socklen_t)
	    (offsetof(struct sockaddr_un, sun_path) + n)) == -1) {
		close(fd);
		return (-1);
	}
	return (fd);
}

void
notify_init(bool socket, int fd)
{
	const char *name = getenv("NOTIFY_SOCKET");

	ready_fd = fd;
	if (!socket || name == NULL)
		return;
	socket_fd = socket_connect(name);
	if (socket_fd == -1)
		log_line("NOTIFY_SOCKET %s: %s", name, strerror(errno));
	unsetenv("NOTIFY_SOCKET");
}

static void
socket_send(const char *text)
{
	if (socket_fd != -1 && send(socket_fd, text, strlen(text),
	    MSG_DONTWAIT | MSG_NOSIGNAL) == -1)
		log_line("NOTIFY_SOCKET: %s", strerror(errno));
}

static void
fd_end(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

int
notify_background(void)
{
	unsigned char verdict = 1;
	int p[2];

	if (pipe2(p, O_CLOEXEC) == -1)
		return (-1);
	switch (fork()) {
	case -1:
		return (-1);
	case 0:
		close(p[0]);
		parent_fd = p[1];
		(void)setsid();
		return (0);
	default:
		close(p[1]);
		signals_default();	/* ^C ends the wait, not the jail */
		(void)!read(p[0], &verdict, 1);
		_exit(verdict);
	}
}

static void
parent_tell(int status)
{
	unsigned char verdict = (unsigned char)status;

	if (parent_fd == -1)
		return;
	(void)!write(parent_fd, &verdict, 1);
	fd_end(&parent_fd);
	fd_to_null(false);
}

void
notify_ready(int status)
{
	char text[64];

	(void)text_format(text, sizeof(text), "READY=1\nSTATUS=%s %d\n",
	    "running, rc's exit status", status);
	socket_send(text);
	if (ready_fd != -1 && fd_write(ready_fd, "\n", 1) != 1)
		log_line("-d %d: %s", ready_fd, strerror(errno));
	fd_end(&ready_fd);
	parent_tell(status);
}

void
notify_failed(int status)
{
	fd_end(&ready_fd);
	parent_tell(status);
}

void
notify_stopping(void)
{
	socket_send("STOPPING=1\n");
}
