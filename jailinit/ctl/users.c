/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages to terminals.  Touches utmpx(5), and terminals below /dev. */
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

#include "users.h"

/* More terminals than this are not told; and longer names are none. */
#define TERMINALS_MAX	1000
#define LINE_MAX_NAME	64

/* One that somebody is writing to at this moment refuses us, as one that is full
 * does (EAGAIN): so often each is tried again, and all together, after so many
 * milliseconds at most. */
#define TRIES		10
#define TRIES_ALL	100
#define TRY_MS		10

static int tries_left;

/* A terminal that is stopped or full is left out. */
static void
tell(const char *line, const char *text)
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
		    errno == EAGAIN && n++ < TRIES && tries_left-- > 0)
			(void)poll(&p, 1, TRY_MS);
	close(fd);
}

/* ut_line need not end in NUL. */
static int
logged_in(const char *text)
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
		tell(line, text);
		n++;
	}
	endutxent();
	return (n);
}

/* Where nobody keeps a record of logins (jexec(8), nsenter(1), a libc without
 * utmpx) whoever has a pseudo-terminal of the jail's is told. */
static void
all_ptys(const char *text)
{
	const struct dirent *e;
	char line[LINE_MAX_NAME];
	DIR *d = opendir("/dev/pts");
	int n = 0;

	while (d != NULL && n < TERMINALS_MAX && (e = readdir(d)) != NULL) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		(void)snprintf(line, sizeof(line), "pts/%.32s", e->d_name);
		tell(line, text);
		n++;
	}
	if (d != NULL)
		closedir(d);
}

void
wall(const char *text)
{
	tries_left = TRIES_ALL;
	if (logged_in(text) == 0)
		all_ptys(text);
}
