/* SPDX-License-Identifier: BSD-2-Clause */
/* The jid of a jail on Linux.  Touches pidfds and /proc/pid/stat. */
#include <sys/stat.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/proc_linux.h"

#include "jid_linux.h"
#include "pid_linux.h"

/* PID_FS_MAGIC of linux/magic.h (Linux 6.9): pidfds have inode numbers. */
#define PIDFS_MAGIC	0x50494446

/* PID_MAX_LIMIT is 2^22: what is above it in a jid is the start time. */
#define PID_BITS	22

/* The file handle of a pidfd is shorter; that of another file may be longer. */
#define HANDLE_SIZE	128

/* Where pidfds have no inode number of their own: start time and pid.  0: not
 * known. */
static jailid_t
jid_of_stat(pid_t pid)
{
	uint64_t start = pid_stat(pid, PROC_STAT_START);

	return (start == 0 ? 0 : (start << PID_BITS) | (jailid_t)pid);
}

jailid_t
jid_of(int pid_fd, pid_t pid)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(pid_fd, &fs) == -1)
		return (0);
	if (fs.f_type != PIDFS_MAGIC)
		return (jid_of_stat(pid));
	return (fstat(pid_fd, &st) == -1 ? 0 : (jailid_t)st.st_ino);
}

int
jid_error(int pid_fd, jailid_t jid)
{
	int e = jid != 0 ? 0 : errno != 0 ? errno : ESRCH;

	return (pid_has_ended(pid_fd) ? ESRCH : e);
}

/* Since Linux 6.14 the file handle of a pidfd holds its inode number alone,
 * open_by_handle_at(2). */
int
jid_open(jailid_t jid)
{
	union {
		struct file_handle h;
		char room[sizeof(struct file_handle) + HANDLE_SIZE];
	} u = { .h.handle_bytes = HANDLE_SIZE };
	int e, fd = -1, mount_id, own_fd = pid_open(getpid());
	jailid_t own = own_fd == -1 ? 0 : jid_of(own_fd, getpid());

	if (own_fd == -1)
		return (-1);
	if (own == 0 || name_to_handle_at(own_fd, "", &u.h, &mount_id,
	    AT_EMPTY_PATH) == -1 || u.h.handle_bytes != sizeof(own) ||
	    memcmp(u.h.f_handle, &own, sizeof(own)) != 0)
		e = ENOTSUP;
	else {
		memcpy(u.h.f_handle, &jid, sizeof(jid));
		fd = open_by_handle_at(own_fd, &u.h, O_CLOEXEC);
		e = errno == ESTALE || errno == ENOENT ? ESRCH :
		    errno == EMFILE || errno == ENFILE || errno == ENOMEM ?
		    errno : ENOTSUP;
	}
	close(own_fd);
	errno = e;
	return (fd);
}
