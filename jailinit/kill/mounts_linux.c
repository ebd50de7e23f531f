/* SPDX-License-Identifier: BSD-2-Clause */
/* Mounts on Linux.  Touches /proc/pid/mountinfo and the root directory's
 * mount id; follows no path. */
#include <sys/stat.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/text.h"

#include "mounts_linux.h"

/* At most this many lines of a jail's mountinfo are read, which a jail can make
 * long.  An honest root is among the first. */
#define MOUNTS_MAX	10000

/* A line of mountinfo; the strings are in the line's memory. */
struct mount {
	uint64_t id, parent;
	const char *dev;		/* major:minor */
	const char *root, *point;
};

/* The host's mounts, and the id of the one that our own root is in. */
static struct mount *here;
static size_t here_n;
static uint64_t here_root;

/* Blanks and backslashes are written as \ooo. */
static void
name_decode(char *s)
{
	char *to = s;

	for (; *s != '\0'; s++)
		if (s[0] == '\\' && s[1] != '\0' && s[2] != '\0' &&
		    s[3] != '\0') {
			*to++ = (char)((s[1] & 7) << 6 | (s[2] & 7) << 3 |
			    (s[3] & 7));
			s += 3;
		} else
			*to++ = *s;
	*to = '\0';
}

/* The first fields are: id, parent, major:minor, root, mount point. */
static bool
mount_parse(char *line, struct mount *m)
{
	char *field[6], *next = line;
	int i;

	for (i = 0; i < 6; i++)
		if ((field[i] = strsep(&next, " ")) == NULL)
			return (false);
	name_decode(field[3]);
	name_decode(field[4]);
	m->id = text_number(field[0]);
	m->parent = text_number(field[1]);
	m->dev = field[2];
	m->root = field[3];
	m->point = field[4];
	return (true);
}

/* DONT_SYNC: a file system such as FUSE, if asked, may never answer. */
static uint64_t
root_mount_id(void)
{
	struct statx sx;
	int fd = open("/", O_PATH | O_CLOEXEC);
	bool ok = fd != -1 && statx(fd, "", AT_EMPTY_PATH |
	    AT_STATX_DONT_SYNC, STATX_MNT_ID, &sx) == 0;

	if (fd != -1)
		close(fd);
	return (ok ? sx.stx_mnt_id : 0);
}

/* Each line is kept, as its mount points into it. */
void
mounts_init(void)
{
	struct mount *more, m;
	char *line = NULL;
	size_t size = 0;
	FILE *f;

	if (here != NULL)
		return;
	here_root = root_mount_id();
	f = fopen("/proc/self/mountinfo", "re");
	while (f != NULL && getline(&line, &size, f) != -1 &&
	    mount_parse(line, &m)) {
		more = reallocarray(here, here_n + 1, sizeof(*here));
		if (more == NULL)
			break;
		here = more;
		here[here_n++] = m;
		line = NULL;
		size = 0;
	}
	free(line);
	if (f != NULL)
		(void)fclose(f);
}

/* If path is dir or below it, the rest of path after dir; else NULL. */
static const char *
path_below(const char *path, const char *dir)
{
	size_t n = strcmp(dir, "/") == 0 ? 0 : strlen(dir);

	if (strncmp(path, dir, n) != 0 ||
	    (path[n] != '/' && path[n] != '\0'))
		return (NULL);
	return (path + n);
}

/* Can a path that leads into the mount at, lead on into m? */
static bool
mount_follows(const struct mount *m, uint64_t at, const char *path)
{
	return (m->parent == at && m->id != at &&
	    path_below(path, m->point) != NULL &&
	    (at != here_root || strcmp(m->point, "/") != 0));
}

/* From the mount of our root on, always the next mount on the way. */
uint64_t
mount_at(const char *path)
{
	const struct mount *next;
	uint64_t at = here_root;
	size_t i, steps = 0;

	do {
		next = NULL;
		for (i = 0; i < here_n; i++)
			if (mount_follows(&here[i], at, path) &&
			    (next == NULL ||
			    strlen(here[i].point) < strlen(next->point)))
				next = &here[i];
		if (next != NULL)
			at = next->id;
	} while (next != NULL && steps++ < here_n);
	return (at);
}

/* Finds the mount with this id, mounted as the root, in the mountinfo of a
 * process.  *line is its memory, to be freed in any case. */
static bool
mount_of_root(pid_t pid, uint64_t id, struct mount *m, char **line)
{
	char path[40];
	size_t size = 0, i = 0;
	bool found = false;
	FILE *f;

	(void)text_format(path, sizeof(path), "/proc/%d/mountinfo", (int)pid);
	*line = NULL;
	f = fopen(path, "re");
	while (f != NULL && !found && i++ < MOUNTS_MAX &&
	    getline(line, &size, f) != -1)
		found = mount_parse(*line, m) && m->id == id &&
		    strcmp(m->point, "/") == 0 &&
		    strstr(m->root, "//deleted") == NULL;
	if (f != NULL)
		(void)fclose(f);
	return (found);
}

/* The name that directory of->root of a file system has in the mount m of the
 * host.  False: it is not in there, or another mount is on the way. */
static bool
name_in_mount(const struct mount *m, const struct mount *of, char *name,
    size_t size)
{
	const char *rest = strcmp(m->dev, of->dev) != 0 ? NULL :
	    path_below(of->root, m->root);
	int n;

	if (rest == NULL)
		return (false);
	if (strcmp(rest, "/") == 0)
		rest = "";
	n = snprintf(name, size, "%s%s", strcmp(m->point, "/") == 0 &&
	    *rest != '\0' ? "" : m->point, rest);
	return (n > 0 && (size_t)n < size && mount_at(name) == m->id);
}

bool
mount_name(pid_t pid, uint64_t id, char *buf, size_t size, bool *mounted)
{
	char *line, name[PATH_MAX];
	struct mount of;
	bool found = mount_of_root(pid, id, &of, &line);
	size_t i;

	*mounted = found;
	buf[0] = '\0';
	for (i = 0; found && i < here_n; i++)
		if (name_in_mount(&here[i], &of, name, sizeof(name)) &&
		    strlen(name) < size && (buf[0] == '\0' ||
		    strlen(name) < strlen(buf)))
			strcpy(buf, name);
	free(line);
	return (buf[0] != '\0');
}
