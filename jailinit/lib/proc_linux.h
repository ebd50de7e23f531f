/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux: what /proc says of a process. */
#ifndef PROC_LINUX_H
#define PROC_LINUX_H

#include <sys/types.h>

#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "text.h"

/* Reads the start of a file of /proc into buf as a string; false when that is
 * not to be had. */
static inline bool
proc_read_path(const char *path, char *buf, size_t size)
{
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return (false);
	n = read(fd, buf, size - 1);
	close(fd);
	if (n <= 0)
		return (false);
	buf[n] = '\0';
	return (true);
}

/* The same of /proc/pid/what.  (Never cmdline or environ: these take locks
 * that others hold.) */
static inline bool
proc_read(pid_t pid, const char *what, char *buf, size_t size)
{
	char path[40];

	(void)text_format(path, sizeof(path), "/proc/%ld/%s", (long)pid, what);
	return (proc_read_path(path, buf, size));
}

#endif
