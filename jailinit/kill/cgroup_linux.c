/* SPDX-License-Identifier: BSD-2-Clause */
/* Control groups, cgroups(7), on Linux.  Touches /proc/pid/cgroup and
 * /sys/fs/cgroup. */
#include <sys/vfs.h>

#include <linux/magic.h>

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "lib/proc_linux.h"
#include "lib/text.h"

#include "cgroup_linux.h"

#define V2_BOTH		"/sys/fs/cgroup/unified"	/* beside version 1 */
#define V2		"/sys/fs/cgroup"

/* A line of it: "4:cpu,cpuacct:/path", "1:name=systemd:/path", or "0::/path" of
 * version 2. */
struct group {
	const char *name;	/* "" for version 2 */
	char *path;
};

/* Parses the next line of p that is not among the lines of but.  Returns the
 * text after it; NULL: there is none. */
static char *
group_next(char *p, const char *but, struct group *g)
{
	char *end, *name, *path;

	for (; (end = strchr(p, '\n')) != NULL; p = end + 1) {
		if (memmem(but, strlen(but), p, (size_t)(end + 1 - p)) != NULL)
			continue;
		*end = '\0';
		name = strchr(p, ':');
		path = name == NULL ? NULL : strchr(name + 1, ':');
		/* A group above our own namespace's cannot be opened. */
		if (path == NULL || path[1] != '/' ||
		    strncmp(path + 1, "/..", 3) == 0)
			continue;
		*path = '\0';
		g->path = path + 1;
		g->name = name + 1;
		if (strncmp(g->name, "name=", 5) == 0)
			g->name += 5;
		return (end + 1);
	}
	return (NULL);
}

/* Opens a file in the control group, or its directory ("."). */
static int
file_open(const struct group *g, const char *name, int flags)
{
	char path[PATH_MAX];
	struct statfs fs;
	bool v2 = g->name[0] == '\0';
	int fd;

	if (v2)
		(void)text_format(path, sizeof(path), "%s%s/%s",
		    access(V2_BOTH, F_OK) == 0 ? V2_BOTH : V2, g->path, name);
	else
		(void)text_format(path, sizeof(path), V2 "/%s%s/%s", g->name,
		    g->path, name);
	fd = open(path, flags | O_CLOEXEC);
	if (fd != -1 && fstatfs(fd, &fs) == 0 &&
	    fs.f_type == (v2 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC))
		return (fd);
	if (fd != -1)
		close(fd);
	return (-1);
}

static bool
file_begins(const struct group *g, const char *name, char with)
{
	int fd = file_open(g, name, O_RDONLY);
	char c = '\0';

	if (fd == -1)
		return (false);
	(void)!read(fd, &c, 1);
	close(fd);
	return (c == with);
}

/* In version 1 a group that is frozen says so, whichever group above was told
 * to freeze; in version 2 only that one does. */
static bool
is_frozen(struct group *g)
{
	char *end;

	if (strcmp(g->name, "freezer") == 0)
		return (file_begins(g, "freezer.state", 'F'));
	if (g->name[0] != '\0')
		return (false);
	while (!file_begins(g, "cgroup.freeze", '1')) {
		end = strrchr(g->path, '/');
		if (end == NULL)
			return (false);
		*end = '\0';
	}
	return (true);
}

void
cgroups_open(struct cgroups *c, pid_t pid)
{
	char text[CGROUP_TEXT], own[CGROUP_TEXT], *p = text;
	struct group g;
	int fd;

	c->v2_fd = -1;
	c->n = 0;
	if (!proc_read(pid, "cgroup", text, sizeof(text)) ||
	    !proc_read(getpid(), "cgroup", own, sizeof(own)))
		return;
	while (c->n < CGROUPS_MAX && (p = group_next(p, own, &g)) != NULL) {
		if (strcmp(g.name, "freezer") == 0)
			continue;
		if (g.name[0] != '\0') {
			fd = file_open(&g, "cgroup.procs", O_WRONLY);
			if (fd != -1)
				c->v1_fd[c->n++] = fd;
			continue;
		}
		c->v2_fd = file_open(&g, ".", O_PATH | O_DIRECTORY);
		if (c->v2_fd != -1 && is_frozen(&g)) {
			close(c->v2_fd);
			c->v2_fd = -1;
		}
	}
}

bool
cgroup_frozen(pid_t pid, char *buf, size_t size)
{
	char text[CGROUP_TEXT], *p = text;
	struct group g;

	if (!proc_read(pid, "cgroup", text, sizeof(text)))
		return (false);
	while ((p = group_next(p, "", &g)) != NULL)
		if (is_frozen(&g)) {
			(void)text_format(buf, size, "%s%s", g.name, g.path);
			return (true);
		}
	return (false);
}
