/* SPDX-License-Identifier: BSD-2-Clause */
/* The environment.  Touches environ(7) and descriptors from 3 on. */
#include <sys/mman.h>

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/text.h"

#include "environment.h"
#include "os_self.h"

/* A stack may have no room for a larger environment, 1 KB. */
#define STACK_MAX	128

/* Nobody passes more sockets than this. */
#define LISTEN_MAX	1024

/* The longest name here, and 64 bits. */
#define VAR_MAX		40

extern char **environ;	/* FreeBSD's headers do not declare it */

static int listen_fds;
static bool watchdog;	/* WATCHDOG_PID names us */

/* ENVIRONMENT_OPTIONS and its value, of this length; NULL: there is none. */
static char *options_var;
static size_t options_length;

unsigned long
environment_life(void)
{
	static unsigned long life;
	const char *before = getenv(ENVIRONMENT_NEXT_LIFE);

	if (life == 0)
		life = 1 + (before == NULL ? 0 : text_number(before));
	return (life);
}

const char *
environment_mark(void)
{
	const char *before = getenv(ENVIRONMENT_NEXT_LIFE);

	return (before == NULL ? NULL : before + strcspn(before, "/"));
}

static size_t
size(void)
{
	size_t n = 0;

	while (environ[n] != NULL)
		n++;
	return (n);
}

size_t
environment_room(void)
{
	size_t n = size();

	return ((n > STACK_MAX ? STACK_MAX : n) + ENVIRONMENT_PUTS + 1);
}

/* Puts var in the place of the variable of that name, if there is one. */
static bool
replace(const char *var)
{
	size_t i, n = 0, name = strcspn(var, "=") + 1;
	bool found = false;

	for (i = 0; environ[i] != NULL; i++) {
		if (strncmp(environ[i], var, name) != 0)
			environ[n++] = environ[i];
		else if (!found) {
			environ[n++] = (char *)(uintptr_t)var;
			found = true;
		}
	}
	environ[n] = NULL;
	return (found);
}

void
environment_put(char **room, const char *var)
{
	size_t n = size();

	if (replace(var))
		return;
	if (n > STACK_MAX)
		room = mmap(NULL, (n + 2) * sizeof(*room), PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED)
		return;
	if (room != environ)
		memcpy(room, environ, n * sizeof(*room));
	room[n] = (char *)(uintptr_t)var;
	room[n + 1] = NULL;
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

static bool
is_our_pid(const char *pid)
{
	return (pid != NULL && (pid_t)text_number(pid) == getpid());
}

/* A system that does not know ids cannot have been asked for ours. */
static bool
is_our_id(const char *id)
{
	uint64_t own = id == NULL ? 0 : os_self_id();

	return (own == 0 || text_number(id) == (unsigned long)own);
}

void
environment_listen_init(void)
{
	const char *fds = getenv("LISTEN_FDS");
	unsigned long n;

	watchdog = is_our_pid(getenv("WATCHDOG_PID"));
	if (fds == NULL || !is_our_pid(getenv("LISTEN_PID")) ||
	    !is_our_id(getenv("LISTEN_PIDFDID")))
		return;
	n = text_number(fds);
	if (n < 1 || n > LISTEN_MAX)
		return;
	listen_fds = (int)n;
	listen_cloexec(FD_CLOEXEC);
}

static void
put_number(char **room, char var[VAR_MAX], const char *name, uint64_t n)
{
	(void)text_format(var, VAR_MAX, "%s=%" PRIu64, name, n);
	environment_put(room, var);
}

void
environment_listen_give(char **room)
{
	static char vars[3][VAR_MAX];

	if (watchdog)
		put_number(room, vars[0], "WATCHDOG_PID", (uint64_t)getpid());
	if (listen_fds == 0)
		return;
	put_number(room, vars[1], "LISTEN_PID", (uint64_t)getpid());
	if (getenv("LISTEN_PIDFDID") != NULL)
		put_number(room, vars[2], "LISTEN_PIDFDID", os_self_id());
	listen_cloexec(0);
}
