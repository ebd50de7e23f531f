/* SPDX-License-Identifier: BSD-2-Clause */
/* A mount namespace of the caller's own, see mountns.h. */
#include <sys/mount.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "mountns.h"

/* Root and working directory become the namespace's root. */
static int
mountns_top(void)
{
	int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	int e = fd == -1 ? -1 : setns(fd, CLONE_NEWNS);

	if (fd != -1)
		close(fd);
	return (e);
}

int
mountns_private(void)
{
	int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int cwd_fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC), e;

	e = root_fd == -1 || cwd_fd == -1 || mountns_top() == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    fchdir(root_fd) == -1 || chroot(".") == -1 ||
	    fchdir(cwd_fd) == -1 ? -1 : 0;
	if (root_fd != -1)
		close(root_fd);
	if (cwd_fd != -1)
		close(cwd_fd);
	return (e);
}

int
mountns_root(int fd)
{
	int e = fd == -1 || mountns_top() == -1 || fchdir(fd) == -1 ||
	    (syscall(SYS_pivot_root, ".", ".") == 0 ?
	    umount2(".", MNT_DETACH) == -1 : errno != EBUSY) ||
	    chdir("/") == -1 ? -1 : 0;	/* EBUSY: it is the root already */

	if (fd != -1)
		close(fd);
	return (e);
}
