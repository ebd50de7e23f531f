/* SPDX-License-Identifier: BSD-2-Clause */
/* The environment.  Touches environ(7) and descriptors from 3 on. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/text.h"

#include "environment.h"

/* Nobody passes more sockets than this. */
#define LISTEN_MAX	1024

extern char **environ;	/* FreeBSD's headers do not declare it */

static int listen_fds;

unsigned long
environment_life(void)
{
	static unsigned long life;
	const char *before = getenv(ENVIRONMENT_NEXT_LIFE);

	if (life == 0)
		life = 1 + (before == NULL ? 0 : text_number(before));
	return (life);
}

size_t
environment_room(void)
{
	size_t n = 0;

	while (environ[n] != NULL)
		n++;
	return (n + 4);
}

void
environment_put(char **room, const char *var)
{
	size_t i, n = 0, name = strcspn(var, "=") + 1;

	for (i = 0; environ[i] != NULL; i++)
		if (strncmp(environ[i], var, name) != 0)
			room[n++] = environ[i];
	room[n++] = (char *)(uintptr_t)var;
	room[n] = NULL;
	environ = room;
}

static void
listen_cloexec(int flag)
{
	int fd;

	for (fd = 3; fd < 3 + listen_fds; fd++)
		(void)fcntl(fd, F_SETFD, flag);
}

int
environment_listen_init(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	unsigned long n;

	if (pid == NULL || fds == NULL || (pid_t)text_number(pid) != getpid())
		return (0);
	n = text_number(fds);
	if (n < 1 || n > LISTEN_MAX)
		return (0);
	listen_fds = (int)n;
	listen_cloexec(FD_CLOEXEC);
	return (listen_fds);
}

void
environment_listen_give(char **room)
{
	static char var[32];

	if (listen_fds == 0)
		return;
	(void)text_format(var, sizeof(var), "LISTEN_PID=%d", (int)getpid());
	environment_put(room, var);
	listen_cloexec(0);
}
