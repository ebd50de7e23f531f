/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages to terminals.  Reads utmpx(5), writes to terminals in /dev. */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <utmpx.h>

#include "wall.h"

/* The most terminals that are told, and the longest name of one. */
#define TERMINALS_MAX	1000
#define LINE_MAX_NAME	64

/* write(2) fails with EAGAIN when the terminal is full, and also while somebody
 * else writes to it.  So it is tried again, up to 10 times a terminal and 100
 * times for all, after 10 ms at most. */
#define TRIES		10
#define TRIES_ALL	100
#define TRY_MS		10

static void
terminal_tell(const char *line, const char *text, int *tries_left)
{
	char path[LINE_MAX_NAME + 8];
	struct pollfd p = { -1, POLLOUT, 0 };
	struct stat st;
	int fd, n = 0;

	if (strstr(line, "..") != NULL || strlen(line) > LINE_MAX_NAME)
		return;
	(void)snprintf(path, sizeof(path), "/dev/%s", line);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1)
		return;
	p.fd = fd;
	if (fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && isatty(fd))
		while (write(fd, text, strlen(text)) == -1 &&
		    errno == EAGAIN && n++ < TRIES && (*tries_left)-- > 0)
			(void)poll(&p, 1, TRY_MS);
	close(fd);
}

/* Tells the users that utmpx(5) has, and returns how many it has.  ut_line may
 * have no NUL. */
static int
logged_in_tell(const char *text, int *tries_left)
{
	char line[LINE_MAX_NAME];
	struct utmpx *u;
	int n = 0;

	setutxent();
	while (n < TERMINALS_MAX && (u = getutxent()) != NULL) {
		if (u->ut_type != USER_PROCESS)
			continue;
		(void)snprintf(line, sizeof(line), "%.*s",
		    (int)sizeof(u->ut_line), u->ut_line);
		terminal_tell(line, text, tries_left);
		n++;
	}
	endutxent();
	return (n);
}

/* Tells all pseudo-terminals of the jail: jexec(8) and nsenter(1) record no
 * login, and musl has no utmpx. */
static void
ptys_tell(const char *text, int *tries_left)
{
	const struct dirent *e;
	char line[LINE_MAX_NAME];
	DIR *d = opendir("/dev/pts");
	int n = 0;

	while (d != NULL && n < TERMINALS_MAX && (e = readdir(d)) != NULL) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		(void)snprintf(line, sizeof(line), "pts/%.32s", e->d_name);
		terminal_tell(line, text, tries_left);
		n++;
	}
	if (d != NULL)
		closedir(d);
}

void
wall(const char *text)
{
	int tries_left = TRIES_ALL;

	if (logged_in_tell(text, &tries_left) == 0)
		ptys_tell(text, &tries_left);
}
