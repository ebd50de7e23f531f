/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages to terminals.  Touches utmpx(5), and terminals below /dev. */
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <utmpx.h>

#include "wall.h"

/* More terminals than this are not told; and longer names are none. */
#define TERMINALS_MAX	1000
#define LINE_MAX_NAME	64

/* A terminal that is stopped or full is left out. */
static void
tell(const char *line, const char *text)
{
	char path[LINE_MAX_NAME + 8];
	struct stat st;
	int fd;

	if (strstr(line, "..") != NULL || strlen(line) > LINE_MAX_NAME)
		return;
	(void)snprintf(path, sizeof(path), "/dev/%s", line);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1)
		return;
	if (fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && isatty(fd))
		(void)!write(fd, text, strlen(text));
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
	if (logged_in(text) == 0)
		all_ptys(text);
}
