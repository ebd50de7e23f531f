/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux: /proc.  Touches nothing else. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "proc_linux.h"
#include "text.h"

bool
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

bool
proc_read(pid_t pid, const char *what, char *buf, size_t size)
{
	char path[40];

	(void)text_format(path, sizeof(path), "/proc/%ld/%s", (long)pid, what);
	return (proc_read_path(path, buf, size));
}

bool
proc_is_ours(void)
{
	char link[16];
	ssize_t n;

	n = readlink("/proc/self", link, sizeof(link) - 1);
	if (n <= 0)
		return (false);
	link[n] = '\0';
	return ((pid_t)text_number(link) == getpid());
}

bool
proc_stat_read(pid_t pid, char buf[PROC_STAT_SIZE])
{
	return (proc_read(pid, "stat", buf, PROC_STAT_SIZE));
}

const char *
proc_stat_field(const char *buf, int field)
{
	const char *p = strrchr(buf, ')');
	int at;

	for (at = 2; p != NULL && at < field; at++)
		p = strchr(p + 1, ' ');
	return (p == NULL ? "" : p + 1);
}
