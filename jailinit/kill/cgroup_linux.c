/* SPDX-License-Identifier: BSD-2-Clause */
/* Control groups, cgroups(7).  Touches /proc/pid/cgroup and /sys/fs/cgroup. */
#include <sys/vfs.h>

#include <linux/magic.h>

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "lib/proc_linux.h"
#include "lib/text.h"

#include "cgroup_linux.h"

/* /proc/pid/cgroup: a line for each, the longest some hundred bytes.  What is
 * behind is not seen. */
#define TEXT_SIZE	8192

#define V2_BOTH		"/sys/fs/cgroup/unified"	/* beside version 1 */
#define V2		"/sys/fs/cgroup"

/* A line "4:cpu,cpuacct:/path", "1:name=systemd:/path", or "0::/path" of
 * version 2. */
struct line {
	const char *name;	/* "" for version 2 */
	char *path;
};

/* The next line that is not one of these, taken apart; NULL: no more. */
static char *
line_next(char *p, const char *but, struct line *l)
{
	char *end, *name, *path;

	for (; (end = strchr(p, '\n')) != NULL; p = end + 1) {
		if (memmem(but, strlen(but), p, (size_t)(end + 1 - p)) != NULL)
			continue;
		*end = '\0';
		name = strchr(p, ':');
		path = name == NULL ? NULL : strchr(name + 1, ':');
		/* What is above our own namespace's is not to be seen. */
		if (path == NULL || path[1] != '/' ||
		    strncmp(path + 1, "/..", 3) == 0)
			continue;
		*path = '\0';
		l->path = path + 1;
		l->name = name + 1;
		if (strncmp(l->name, "name=", 5) == 0)
			l->name += 5;
		return (end + 1);
	}
	return (NULL);
}

/* Opens a file in the control group, or its folder ("."). */
static int
file_open(const struct line *l, const char *name, int flags)
{
	char path[PATH_MAX];
	struct statfs fs;
	bool v2 = l->name[0] == '\0';
	int fd;

	if (v2)
		(void)text_format(path, sizeof(path), "%s%s/%s",
		    access(V2_BOTH, F_OK) == 0 ? V2_BOTH : V2, l->path, name);
	else
		(void)text_format(path, sizeof(path), V2 "/%s%s/%s", l->name,
		    l->path, name);
	fd = open(path, flags | O_CLOEXEC);
	if (fd != -1 && fstatfs(fd, &fs) == 0 &&
	    fs.f_type == (v2 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC))
		return (fd);
	if (fd != -1)
		close(fd);
	return (-1);
}

static bool
file_begins(const struct line *l, const char *name, char with)
{
	int fd = file_open(l, name, O_RDONLY);
	char c = '\0';

	if (fd == -1)
		return (false);
	(void)!read(fd, &c, 1);
	close(fd);
	return (c == with);
}

/* By version 1 what is frozen has the word, by whichever group above; by
 * version 2 the group has it that was told to. */
static bool
is_frozen(struct line *l)
{
	char *end;

	if (strcmp(l->name, "freezer") == 0)
		return (file_begins(l, "freezer.state", 'F'));
	if (l->name[0] != '\0')
		return (false);
	while (!file_begins(l, "cgroup.freeze", '1')) {
		end = strrchr(l->path, '/');
		if (end == NULL)
			return (false);
		*end = '\0';
	}
	return (true);
}

void
cgroups_open(struct cgroups *c, pid_t pid)
{
	char text[TEXT_SIZE], own[TEXT_SIZE], *p = text;
	struct line l;
	int fd;

	c->v2_fd = -1;
	c->n = 0;
	if (!proc_read(pid, "cgroup", text, sizeof(text)) ||
	    !proc_read(getpid(), "cgroup", own, sizeof(own)))
		return;
	while (c->n < CGROUPS_MAX && (p = line_next(p, own, &l)) != NULL) {
		if (strcmp(l.name, "freezer") == 0)
			continue;
		if (l.name[0] != '\0') {
			fd = file_open(&l, "cgroup.procs", O_WRONLY);
			if (fd != -1)
				c->v1_fd[c->n++] = fd;
			continue;
		}
		c->v2_fd = file_open(&l, ".", O_PATH | O_DIRECTORY);
		if (c->v2_fd != -1 && is_frozen(&l)) {
			close(c->v2_fd);
			c->v2_fd = -1;
		}
	}
}

bool
cgroup_frozen(pid_t pid, char *buf, size_t size)
{
	char text[TEXT_SIZE], *p = text;
	struct line l;

	if (!proc_read(pid, "cgroup", text, sizeof(text)))
		return (false);
	while ((p = line_next(p, "", &l)) != NULL)
		if (is_frozen(&l)) {
			(void)text_format(buf, size, "process %ld is frozen by "
			    "the control group %s%s", (long)pid, l.name,
			    l.path);
			return (true);
		}
	return (false);
}
