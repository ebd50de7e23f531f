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
jail_inside_open(struct jail_inside *in, const struct jail *j)
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
	in->life_fd = maps_open(j);
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

	in->run_fd = open_below(in->root_fd, RUN, O_DIRECTORY);
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

bool
jail_inside_is(struct jail_inside *in, const char *dir)
{
	struct stat a, b;

	return (fstat(in->root_fd, &a) == 0 && stat(dir, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

/*
 * The root's name on the host.
 */

/* The fields of a line of /proc/pid/mountinfo that matter. */
struct mount {
	char dev[24];		/* major:minor */
	char root[JAIL_ROOT_MAX], point[JAIL_ROOT_MAX];
};

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

/* proc_pid_mountinfo(5): id, parent, major:minor, root, mount point ...  Of
 * names that are too long the start is kept, which equals none. */
static bool
mount_parse(char *line, struct mount *m)
{
	char *field[5], *next = line;
	int i;

	for (i = 0; i < 5; i++)
		if ((field[i] = strsep(&next, " ")) == NULL)
			return (false);
	(void)snprintf(m->dev, sizeof(m->dev), "%s", field[2]);
	(void)snprintf(m->root, sizeof(m->root), "%s", field[3]);
	(void)snprintf(m->point, sizeof(m->point), "%s", field[4]);
	name_decode(m->root);
	name_decode(m->point);
	return (true);
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

/* The last mount on path in that process's mount namespace. */
static bool
mount_on(const char *file, const char *path, struct mount *found)
{
	char *line = NULL;
	struct mount m;
	size_t size = 0;
	bool ok = false;
	FILE *f = fopen(file, "re");

	while (f != NULL && getline(&line, &size, f) != -1)
		if (mount_parse(line, &m) && strcmp(m.point, path) == 0) {
			*found = m;
			ok = true;
		}
	if (f != NULL)
		(void)fclose(f);
	free(line);
	return (ok);
}

/* Where the folder root of a file system is seen here; the shortest such
 * name. */
static bool
mount_here(const struct mount *of, char buf[JAIL_ROOT_MAX])
{
	char *line = NULL, name[2 * JAIL_ROOT_MAX];
	const char *rest;
	struct mount m;
	size_t size = 0;
	FILE *f = fopen("/proc/self/mountinfo", "re");

	buf[0] = '\0';
	while (f != NULL && getline(&line, &size, f) != -1) {
		if (!mount_parse(line, &m) || strcmp(m.dev, of->dev) != 0 ||
		    (rest = below(of->root, m.root)) == NULL)
			continue;
		(void)snprintf(name, sizeof(name), "%s%s",
		    strcmp(m.point, "/") == 0 ? "" : m.point, rest);
		if (name[0] == '\0')
			strcpy(name, "/");
		if (strlen(name) < JAIL_ROOT_MAX &&
		    (buf[0] == '\0' || strlen(name) < strlen(buf)))
			strcpy(buf, name);
	}
	if (f != NULL)
		(void)fclose(f);
	free(line);
	return (buf[0] != '\0');
}

/* The link says where the root is in the jail's mount namespace: at the top
 * of it (pivot_root(2)), then the mount there tells; or not, as chroot(2)
 * leaves it.  A jail can make it the name of another's root, so the name has
 * to lead us to where the jail is. */
int
jail_inside_root(struct jail_inside *in, char buf[JAIL_ROOT_MAX])
{
	char path[40];
	struct mount m;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%ld/root",
	    (long)in->jail->pid);
	n = readlink(path, buf, JAIL_ROOT_MAX - 1);
	if (n == -1)
		return (-1);
	buf[n] = '\0';
	if (jail_inside_is(in, buf))
		return (0);
	(void)snprintf(path, sizeof(path), "/proc/%ld/mountinfo",
	    (long)in->jail->pid);
	if (strcmp(buf, "/") == 0 && mount_on(path, "/", &m) &&
	    mount_here(&m, buf) && jail_inside_is(in, buf))
		return (0);
	errno = ENOENT;
	return (-1);
}
