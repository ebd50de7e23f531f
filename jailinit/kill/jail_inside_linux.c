/* SPDX-License-Identifier: BSD-2-Clause */
/* A look inside a jail on Linux.  Touches paths of the jail: openat2(2) keeps
 * them below its root, and nothing is opened before its type was checked. */
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include <linux/openat2.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/paths.h"
#include "lib/proc_linux.h"
#include "lib/text.h"

#include "jail_inside.h"
#include "mounts_linux.h"
#include "pid_linux.h"

/* openat2(2) fails with EAGAIN when directories are renamed meanwhile, which a
 * jail can do for ever. */
#define OPEN_TRIES	64

/* The status file in PATH_RUN. */
#define STATUS_NAME	(&PATH_STATUS[sizeof(PATH_RUN)])

#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED	0x20	/* Linux 5.12 */
#endif

/* Opens a path with root_fd as its root, as a place (O_PATH): the file itself
 * is not opened. */
static int
path_open(int root_fd, const char *path, int flags)
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

/* Opens the file itself, when its type was checked. */
static int
open_checked(int path_fd, int flags)
{
	char path[40];

	(void)text_format(path, sizeof(path), "/proc/self/fd/%d", path_fd);
	return (open(path, flags | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
}

const bool jail_inside_stays = true;

/* This file belongs to the memory that the process has now.  It is empty when
 * that is gone: after an execve(2), or when the process exits. */
static int
maps_open(const struct jail *j)
{
	char path[40];

	(void)text_format(path, sizeof(path), "/proc/%d/maps", (int)j->pid);
	return (open(path, O_RDONLY | O_CLOEXEC));
}

static bool
maps_lives(int fd)
{
	char c;

	return (pread(fd, &c, 1, 0) == 1);
}

enum jail_program
jail_inside_program(struct jail_inside *in)
{
	bool other;
	int fd;

	if (in->life_fd == -1 || maps_lives(in->life_fd))
		return (JAIL_PROGRAM_SAME);
	fd = maps_open(in->jail);
	other = fd != -1 && maps_lives(fd);
	if (fd != -1)
		close(fd);
	return (other ? JAIL_PROGRAM_OTHER : JAIL_PROGRAM_ENDS);
}

/* The pid may be another process's by now.  The root is the jail's if the first
 * process of the jail still lives afterwards. */
int
jail_inside_open(struct jail_inside *in, const struct jail *j, bool reboots)
{
	struct stat st;
	char path[40];

	in->jail = j;
	in->run_fd = in->ctl_fd = -1;
	(void)text_format(path, sizeof(path), "/proc/%d/root", (int)j->pid);
	in->root_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (in->root_fd == -1)
		return (-1);
	in->life_fd = reboots ? maps_open(j) : -1;
	(void)text_format(path, sizeof(path), "/proc/%d", (int)j->pid);
	if (stat(path, &st) == -1 || pid_has_ended(j->fd)) {
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

/* The directory is kept open, so that the last status can be read when the
 * jail's mounts have gone.  By now the FIFO may be in another directory. */
int
jail_inside_ctl(struct jail_inside *in)
{
	struct stat st;
	int e, fd;

	fd = path_open(in->root_fd, PATH_RUN, O_DIRECTORY);
	if (fd != -1 && in->run_fd != -1)
		close(in->run_fd);
	if (fd != -1)
		in->run_fd = fd;
	fd = path_open(in->root_fd, PATH_CTL, O_NOFOLLOW);
	if (fd == -1)
		return (-1);
	if (fstat(fd, &st) == -1)
		e = errno;
	else if (!S_ISFIFO(st.st_mode))
		e = EINVAL;
	else if (st.st_uid != in->uid)
		e = EPERM;
	else {
		in->ctl_fd = open_checked(fd, O_WRONLY);
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
	path_fd = path_open(in->run_fd, STATUS_NAME, O_NOFOLLOW);
	if (path_fd == -1)
		return (-1);
	/* The jail may have mounted a file there that it cannot read itself. */
	if (fstat(path_fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == in->uid &&
	    (fd = open_checked(path_fd, O_RDONLY)) != -1) {
		n = read(fd, buf, size - 1);
		close(fd);
	}
	close(path_fd);
	if (n < 0)
		return (-1);
	buf[n] = '\0';
	return (n);
}

/* It is its command line.  The process is the jail's if that still lives. */
int
jail_inside_title(struct jail_inside *in, char *buf, size_t size)
{
	static const char title[] = "jailinit: ";
	char args[64];

	errno = ENOENT;
	if (!proc_read(in->jail->pid, "cmdline", args, sizeof(args)) ||
	    strncmp(args, title, sizeof(title) - 1) != 0 ||
	    pid_has_ended(in->jail->fd))
		return (-1);
	(void)text_format(buf, size, "%s", args + sizeof(title) - 1);
	return (0);
}

/* What the kernel has in memory of an open directory: a file system that is
 * asked, such as FUSE, may never answer. */
static bool
dir_stat(int fd, struct statx *sx)
{
	return (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO |
	    STATX_MNT_ID, sx) == 0);
}

static bool
dir_is(int fd, struct stat *st)
{
	struct statx sx;

	if (!dir_stat(fd, &sx))
		return (false);
	st->st_dev = makedev(sx.stx_dev_major, sx.stx_dev_minor);
	st->st_ino = sx.stx_ino;
	return (true);
}

bool
jail_inside_stat(struct jail_inside *in, struct stat *st)
{
	return (dir_is(in->root_fd, st));
}

/*
 * The root's name on the host.
 */
void
jail_inside_init(void)
{
	mounts_init();
}

/* Does a name that comes from inside lead to the jail's root on the host?  It
 * is looked up in the kernel's memory alone, which has the path of every
 * directory in use: no file system is asked, and nothing is mounted. */
static bool
is_cached_there(struct jail_inside *in, const char *name)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC | O_NOFOLLOW,
	    .resolve = RESOLVE_CACHED | RESOLVE_NO_SYMLINKS };
	struct stat st, root;
	bool same;
	int fd, i;

	for (i = 0; i < OPEN_TRIES; i++) {
		fd = (int)syscall(SYS_openat2, AT_FDCWD, name, &how,
		    sizeof(how));
		if (fd == -1 && errno == EAGAIN)
			continue;
		if (fd == -1)
			return (false);
		same = dir_is(fd, &st) && jail_inside_stat(in, &root) &&
		    st.st_dev == root.st_dev && st.st_ino == root.st_ino;
		close(fd);
		return (same);
	}
	return (false);
}

/* The link /proc/pid/root names the root in the jail's mount namespace, and a
 * jail can make it the name of another jail's root.  It is right if the root's
 * mount is one of ours, as after chroot(2) alone.  If the root is the whole of
 * a mount (pivot_root(2)), it is where the same directory of the same file
 * system is mounted here. */
int
jail_inside_root(struct jail_inside *in, char buf[JAIL_ROOT_MAX])
{
	static const char deleted[] = " (deleted)";
	char link[JAIL_ROOT_MAX], path[40];
	struct statx sx;
	ssize_t n;
	bool mounted;

	(void)text_format(path, sizeof(path), "/proc/%d/root",
	    (int)in->jail->pid);
	n = readlink(path, link, sizeof(link) - 1);
	if (n <= 0 || !dir_stat(in->root_fd, &sx))
		return (-1);
	link[n] = '\0';
	errno = ENOENT;
	if ((size_t)n > strlen(deleted) &&
	    strcmp(link + n - strlen(deleted), deleted) == 0)
		return (-1);
	if (link[0] != '/' || mount_at(link) != sx.stx_mnt_id) {
		if (mount_name(in->jail->pid, sx.stx_mnt_id, buf,
		    JAIL_ROOT_MAX, &mounted))
			return (0);
		errno = ENOENT;
		if (mounted || !is_cached_there(in, link))
			return (-1);
	}
	memcpy(buf, link, (size_t)n + 1);
	return (0);
}
