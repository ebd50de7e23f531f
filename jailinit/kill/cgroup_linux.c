/* SPDX-License-Identifier: BSD-2-Clause */
/* Control groups, cgroups(7), on Linux.  Touches /proc/pid/cgroup and
 * /sys/fs/cgroup. */
#include <sys/stat.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "lib/proc_linux.h"
#include "lib/text.h"

#include "cgroup_linux.h"
#include "name_linux.h"

/* The groups of the host are among the first so many; a jail or a user can make
 * thousands below. */
#define LEVELS_MAX	16

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

/* Keeps the first components of a path. */
static void
path_cut(char *path, int levels)
{
	char *p = path;

	while (levels-- > 0 && (p = strchr(p + 1, '/')) != NULL)
		continue;
	if (p != NULL)
		*p = '\0';
}

/* In version 1 a group that is frozen says so, whichever group above was told
 * to freeze; in version 2 only that one does.  The first group, "/", cannot. */
static bool
is_frozen(struct group *g, int levels)
{
	char *slash;

	if (strcmp(g->name, "freezer") == 0)
		return (g->path[1] != '\0' &&
		    file_begins(g, "freezer.state", 'F'));
	if (g->name[0] != '\0')
		return (false);
	path_cut(g->path, levels);
	while ((slash = strrchr(g->path, '/')) != NULL && slash[1] != '\0') {
		if (file_begins(g, "cgroup.freeze", '1'))
			return (true);
		*slash = '\0';
	}
	return (false);
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
		if (c->v2_fd != -1 && is_frozen(&g, INT_MAX)) {
			close(c->v2_fd);
			c->v2_fd = -1;
		}
	}
}

static bool
find_frozen(char *text, int levels, char *buf, size_t size)
{
	char *p = text;
	struct group g;

	while ((p = group_next(p, "", &g)) != NULL)
		if (is_frozen(&g, levels)) {
			(void)text_format(buf, size, "%s%s", g.name, g.path);
			return (true);
		}
	return (false);
}

bool
cgroup_frozen(pid_t pid, char *buf, size_t size)
{
	char text[CGROUP_TEXT];

	return (proc_read(pid, "cgroup", text, sizeof(text)) &&
	    find_frozen(text, INT_MAX, buf, size));
}

bool
cgroup_text_frozen(char *text, char *buf, size_t size)
{
	return (find_frozen(text, LEVELS_MAX, buf, size));
}

/*
 * Thawing.
 */

/* Was this group itself told to freeze? */
static bool
freezes(const struct group *g)
{
	return (g->name[0] == '\0' ? file_begins(g, "cgroup.freeze", '1') :
	    file_begins(g, "freezer.self_freezing", '1'));
}

static int
thaw(const struct group *g)
{
	bool v2 = g->name[0] == '\0';
	const char *word = v2 ? "0" : "THAWED";
	int e = 0, fd = file_open(g, v2 ? "cgroup.freeze" : "freezer.state",
	    O_WRONLY);

	if (fd == -1)
		return (-1);
	if (write(fd, word, strlen(word)) == -1)
		e = errno;
	close(fd);
	errno = e;
	return (e == 0 ? 0 : -1);
}

/* Does the group hold nothing itself but the one group that is named so? */
static bool
holds_only(const struct group *g, const char *name)
{
	const struct dirent *e;
	struct stat st;
	bool only = true;
	int fd = file_open(g, "cgroup.procs", O_RDONLY);
	char c;
	DIR *d;

	if (fd == -1)
		return (false);
	only = read(fd, &c, 1) == 0;
	close(fd);
	fd = file_open(g, ".", O_RDONLY | O_DIRECTORY);
	d = fd == -1 ? NULL : fdopendir(fd);
	while (d != NULL && only && (e = readdir(d)) != NULL)
		only = e->d_name[0] == '.' || strcmp(e->d_name, name) == 0 ||
		    fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
		    !S_ISDIR(st.st_mode);
	if (d != NULL)
		closedir(d);
	else if (fd != -1)
		close(fd);
	return (only && d != NULL);
}

/* Thaws the groups from that of the process up.  Those that are above the
 * jail's own, the one that has its name or else that of the process, are left
 * alone if they hold more than that. */
static int
line_thaw(struct group *g, int *thawed, char *buf, size_t size)
{
	const struct name_paths p = { .jail = g->path };
	struct name_found f;
	size_t own = name_find(&p, &f) ? f.len : strlen(g->path);
	bool alone = true;
	char *slash;

	while ((slash = strrchr(g->path, '/')) != NULL && slash[1] != '\0') {
		if (freezes(g)) {
			(void)text_format(buf, size, "%s%s", g->name, g->path);
			errno = EBUSY;
			if (!alone || thaw(g) == -1)
				return (-1);
			(*thawed)++;
		}
		if (slash == g->path)
			break;
		*slash = '\0';
		if (strlen(g->path) < own)
			alone = alone && holds_only(g, slash + 1);
	}
	return (0);
}

int
cgroup_text_thaw(char *text, char *buf, size_t size)
{
	char *p = text;
	struct group g;
	int thawed = 0;

	while ((p = group_next(p, "", &g)) != NULL)
		if ((g.name[0] == '\0' || strcmp(g.name, "freezer") == 0) &&
		    line_thaw(&g, &thawed, buf, size) == -1)
			return (-1);
	return (thawed);
}
