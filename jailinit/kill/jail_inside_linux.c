/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A look inside a jail on Linux, for a child that may hang and be killed:
 * touches paths of the jail, confined to its root by openat2(2), and opens
 * nothing before it was seen to be of the right kind.
 */
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include <linux/openat2.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jail.h"

#define RUN	"var/run"
#define CTL	"jailinit.ctl"
#define STATUS	"jailinit.status"

/* openat2(2) says EAGAIN when somebody renames folders meanwhile, which a
 * jail can do for ever. */
#define OPEN_TRIES	64

/* So many lines of a jail's mountinfo are read; an honest root is among the
 * first. */
#define MOUNTS_MAX	10000

#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED	0x20	/* Linux 5.12 */
#endif

/* Without opening what is there.  Below root_fd, which names count from. */
static int
open_below(int root_fd, const char *path, int flags)
{
	struct open_how how = { .flags = (unsigned)(O_PATH | O_CLOEXEC |
	    flags), .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	int fd = -1, i;

	for (i = 0; i < OPEN_TRIES; i++) {
		fd = (int)syscall(SYS_openat2, root_fd, path, &how,
		    sizeof(how));
		if (fd != -1 || errno != EAGAIN)
			break;
	}
	return (fd);
}

/* Opens what path_fd was seen to be. */
static int
open_again(int path_fd, int flags)
{
	char path[40];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", path_fd);
	return (open(path, flags | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
}

const bool jail_inside_stays = true;

/* The file is bound to the memory that the process has now, and is empty
 * when that is gone: after an execve(2), or when it exits. */
static int
maps_open(const struct jail *j)
{
	char path[40];

	(void)snprintf(path, sizeof(path), "/proc/%ld/maps", (long)j->pid);
	return (open(path, O_RDONLY | O_CLOEXEC));
}

static bool
maps_lives(int fd)
{
	char c;

	return (pread(fd, &c, 1, 0) == 1);
}

enum jail_news
jail_inside_life(struct jail_inside *in)
{
	bool again;
	int fd;

	if (in->life_fd == -1 || maps_lives(in->life_fd))
		return (JAIL_LIVES);
	fd = maps_open(in->jail);
	again = fd != -1 && maps_lives(fd);
	if (fd != -1)
		close(fd);
	return (again ? JAIL_REBOOTED : JAIL_GONE);
}

/* The root is that of whoever has this number now; it is the jail's if the
 * jail's first process still lives afterwards. */
int
jail_inside_open(struct jail_inside *in, const struct jail *j, bool life)
{
	struct pollfd p = { j->fd, POLLIN, 0 };
	struct stat st;
	char path[40];

	in->jail = j;
	in->run_fd = in->ctl_fd = -1;
	(void)snprintf(path, sizeof(path), "/proc/%ld/root", (long)j->pid);
	in->root_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (in->root_fd == -1)
		return (-1);
	in->life_fd = life ? maps_open(j) : -1;
	(void)snprintf(path, sizeof(path), "/proc/%ld", (long)j->pid);
	if (stat(path, &st) == -1 || poll(&p, 1, 0) == 1) {
		jail_inside_close(in);
		errno = ESRCH;
		return (-1);
	}
	in->uid = st.st_uid;
	return (0);
}

void
jail_inside_close(struct jail_inside *in)
{
	close(in->root_fd);
	if (in->life_fd != -1)
		close(in->life_fd);
	if (in->run_fd != -1)
		close(in->run_fd);
	if (in->ctl_fd != -1)
		close(in->ctl_fd);
}

/* The folder is kept, so that the last status can be read when the jail's
 * mounts have gone; the FIFO may be in another by now. */
int
jail_inside_ctl(struct jail_inside *in)
{
	struct stat st;
	int e, fd;

	fd = open_below(in->root_fd, RUN, O_DIRECTORY);
	if (fd != -1 && in->run_fd != -1)
		close(in->run_fd);
	if (fd != -1)
		in->run_fd = fd;
	fd = open_below(in->root_fd, RUN "/" CTL, O_NOFOLLOW);
	if (fd == -1)
		return (-1);
	if (fstat(fd, &st) == -1)
		e = errno;
	else if (!S_ISFIFO(st.st_mode))
		e = EINVAL;
	else if (st.st_uid != in->uid)
		e = EPERM;
	else {
		in->ctl_fd = open_again(fd, O_WRONLY);
		e = errno;
	}
	close(fd);
	errno = e;
	return (in->ctl_fd == -1 ? -1 : 0);
}

ssize_t
jail_inside_status(struct jail_inside *in, char *buf, size_t size)
{
	struct stat st;
	ssize_t n = -1;
	int fd, path_fd;

	if (in->run_fd == -1) {
		errno = ENOENT;
		return (-1);
	}
	path_fd = open_below(in->run_fd, STATUS, O_NOFOLLOW);
	if (path_fd == -1)
		return (-1);
	/* What it mounts there need not be for it to read. */
	if (fstat(path_fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == in->uid &&
	    (fd = open_again(path_fd, O_RDONLY)) != -1) {
		n = read(fd, buf, size - 1);
		close(fd);
	}
	close(path_fd);
	if (n < 0)
		return (-1);
	buf[n] = '\0';
	return (n);
}

/* Of a descriptor, as the kernel has it: a file system that is asked, such as
 * FUSE, may never answer. */
static bool
root_stat(int fd, struct statx *sx)
{
	return (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO |
	    STATX_MNT_ID, sx) == 0);
}

bool
jail_inside_is(struct jail_inside *in, const struct stat *dir)
{
	struct statx sx;

	return (root_stat(in->root_fd, &sx) &&
	    makedev(sx.stx_dev_major, sx.stx_dev_minor) == dir->st_dev &&
	    sx.stx_ino == dir->st_ino);
}

/*
 * The root's name on the host.
 */

/* A line of /proc/pid/mountinfo: what matters of it, in the line's room. */
struct mount {
	uint64_t id, parent;
	const char *dev;		/* major:minor */
	const char *root, *point;
};

/* The host's, and the one that our own root is in. */
static struct mount *here;
static size_t here_n;
static uint64_t here_root;

/* Blanks and backslashes stand there as \ooo. */
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

/* proc_pid_mountinfo(5): id, parent, major:minor, root, mount point ... */
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
	m->id = strtoull(field[0], NULL, 10);
	m->parent = strtoull(field[1], NULL, 10);
	m->dev = field[2];
	m->root = field[3];
	m->point = field[4];
	return (true);
}

/* The lines stay: a mount is in its. */
void
jail_inside_init(void)
{
	struct mount *more, m;
	struct statx sx;
	char *line = NULL;
	size_t size = 0;
	FILE *f;
	int fd;

	if (here != NULL)
		return;
	f = fopen("/proc/self/mountinfo", "re");
	fd = open("/", O_PATH | O_CLOEXEC);
	if (fd != -1 && root_stat(fd, &sx))
		here_root = sx.stx_mnt_id;
	if (fd != -1)
		close(fd);
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

/* Is dir path or above it?  The rest of path then, else NULL. */
static const char *
below(const char *path, const char *dir)
{
	size_t n = strcmp(dir, "/") == 0 ? 0 : strlen(dir);

	if (strncmp(path, dir, n) != 0 ||
	    (path[n] != '/' && path[n] != '\0'))
		return (NULL);
	return (path + n);
}

/* The mount that a path of the host leads into, without following it: from
 * our root's mount on, always the next one on the way.  0: not known. */
static uint64_t
mount_at(const char *path)
{
	const struct mount *next;
	uint64_t at = here_root;
	size_t i, steps = 0;

	do {
		next = NULL;
		for (i = 0; i < here_n; i++)
			if (here[i].parent == at && here[i].id != at &&
			    below(path, here[i].point) != NULL &&
			    (at != here_root ||
			    strcmp(here[i].point, "/") != 0) &&
			    (next == NULL ||
			    strlen(here[i].point) < strlen(next->point)))
				next = &here[i];
		if (next != NULL)
			at = next->id;
	} while (next != NULL && steps++ < here_n);
	return (at);
}

/* What is mounted as the jail's root, in file, its mountinfo; a jail can make
 * that long. */
static bool
mount_inside(const char *file, uint64_t id, struct mount *m, char **line)
{
	size_t size = 0, i = 0;
	bool found = false;
	FILE *f = fopen(file, "re");

	*line = NULL;
	while (f != NULL && !found && i++ < MOUNTS_MAX &&
	    getline(line, &size, f) != -1)
		found = mount_parse(*line, m) && m->id == id &&
		    strcmp(m->point, "/") == 0 &&
		    strstr(m->root, "//deleted") == NULL;
	if (f != NULL)
		(void)fclose(f);
	return (found);
}

/* Where the folder root of a file system is seen here; the shortest such
 * name. */
static bool
mount_here(const struct mount *of, char buf[JAIL_ROOT_MAX])
{
	char name[JAIL_ROOT_MAX];
	const char *rest;
	size_t i;
	int n;

	buf[0] = '\0';
	for (i = 0; i < here_n; i++) {
		if (strcmp(here[i].dev, of->dev) != 0 ||
		    (rest = below(of->root, here[i].root)) == NULL)
			continue;
		if (strcmp(rest, "/") == 0)
			rest = "";
		n = snprintf(name, sizeof(name), "%s%s",
		    strcmp(here[i].point, "/") == 0 && *rest != '\0' ? "" :
		    here[i].point, rest);
		if (n > 0 && n < JAIL_ROOT_MAX &&
		    mount_at(name) == here[i].id &&
		    (buf[0] == '\0' || strlen(name) < strlen(buf)))
			strcpy(buf, name);
	}
	return (buf[0] != '\0');
}

/* Does a name that comes from inside lead there on the host?  It is looked
 * for in the kernel's memory alone, which has the way to any folder in use:
 * this mounts nothing and no file system hears of it. */
static bool
is_cached_there(struct jail_inside *in, const char *name)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC | O_NOFOLLOW,
	    .resolve = RESOLVE_CACHED | RESOLVE_NO_SYMLINKS };
	struct statx sx;
	struct stat st = { 0 };
	int fd, i;

	for (i = 0; i < OPEN_TRIES; i++) {
		fd = (int)syscall(SYS_openat2, AT_FDCWD, name, &how,
		    sizeof(how));
		if (fd == -1 && errno == EAGAIN)
			continue;
		if (fd == -1)
			return (false);
		if (root_stat(fd, &sx)) {
			st.st_dev = makedev(sx.stx_dev_major,
			    sx.stx_dev_minor);
			st.st_ino = sx.stx_ino;
		}
		close(fd);
		return (st.st_ino != 0 && jail_inside_is(in, &st));
	}
	return (false);
}

/* The link says where the root is in the jail's mount namespace: that is
 * ours, if its mount is one of ours, as for chroot(2) alone; or the root is
 * all of a mount (pivot_root(2)), of which the same folder of the same file
 * system is mounted here; or neither.  A jail can make the link the name of
 * another's root. */
int
jail_inside_root(struct jail_inside *in, char buf[JAIL_ROOT_MAX])
{
	static const char deleted[] = " (deleted)";
	char path[40], *line;
	struct mount m;
	struct statx sx;
	ssize_t n;
	bool found;

	(void)snprintf(path, sizeof(path), "/proc/%ld/root",
	    (long)in->jail->pid);
	n = readlink(path, buf, JAIL_ROOT_MAX - 1);
	if (n <= 0 || !root_stat(in->root_fd, &sx))
		return (-1);
	buf[n] = '\0';
	errno = ENOENT;
	if ((size_t)n > strlen(deleted) &&
	    strcmp(buf + n - strlen(deleted), deleted) == 0)
		return (-1);
	if (buf[0] == '/' && mount_at(buf) == sx.stx_mnt_id)
		return (0);
	(void)snprintf(path, sizeof(path), "/proc/%ld/mountinfo",
	    (long)in->jail->pid);
	found = mount_inside(path, sx.stx_mnt_id, &m, &line) ?
	    mount_here(&m, buf) : is_cached_there(in, buf);
	free(line);
	errno = ENOENT;
	return (found ? 0 : -1);
}
