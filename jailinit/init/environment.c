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

/* ENVIRONMENT_OPTIONS and its value, of this length; NULL: there is none. */
static char *options_var;
static size_t options_length;

size_t
environment_room(void)
{
	size_t n = 0;

	while (environ[n] != NULL)
		n++;
	return (n + ENVIRONMENT_PUTS + 1);
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

char *
environment_options_take(void)
{
	char *value = getenv(ENVIRONMENT_OPTIONS);

	if (value == NULL)
		return (NULL);
	options_var = value - sizeof(ENVIRONMENT_OPTIONS);
	options_length = strlen(options_var);
	(void)unsetenv(ENVIRONMENT_OPTIONS);
	return (value);
}

void
environment_options_give(char **room)
{
	size_t i;

	if (options_var == NULL)
		return;
	for (i = 0; i < options_length; i++)
		if (options_var[i] == '\0')
			options_var[i] = ' ';
	environment_put(room, options_var);
}

static void
listen_cloexec(int flag)
{
	int fd;

	for (fd = 3; fd < 3 + listen_fds; fd++)
		(void)fcntl(fd, F_SETFD, flag);
}

void
environment_listen_init(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	unsigned long n;

	if (pid == NULL || fds == NULL || (pid_t)text_number(pid) != getpid())
		return;
	n = text_number(fds);
	if (n < 1 || n > LISTEN_MAX)
		return;
	listen_fds = (int)n;
	listen_cloexec(FD_CLOEXEC);
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
