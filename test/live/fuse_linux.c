/* SPDX-License-Identifier: BSD-2-Clause */
/* A file system that answers nothing, over a jail's /var/run: who looks at a
 * path below it cannot even be killed. */
#ifndef FUSE_H
#define FUSE_H

#include "live.c"

#include <sys/mount.h>
#include <sys/stat.h>

#include <linux/fuse.h>

#include <errno.h>

#define FUSE_READY	"/tmp/fuse"

static int fuse_fd = -1;

/* Answers INIT, and reads all the rest, so that it is "in progress" and its
 * caller cannot even be killed.  Forever. */
static inline void
fuse_serve(void)
{
	static char buf[FUSE_MIN_READ_BUFFER * 20];
	struct fuse_in_header *in = (void *)buf;
	struct {
		struct fuse_out_header h;
		struct fuse_init_out init;
	} out;
	ssize_t n;

	for (;;) {
		n = read(fuse_fd, buf, sizeof(buf));
		if (n == -1 && errno == ENODEV)
			return;
		if (n < (ssize_t)sizeof(*in) || in->opcode != FUSE_INIT)
			continue;
		memset(&out, 0, sizeof(out));
		out.h.len = sizeof(out);
		out.h.unique = in->unique;
		out.init.major = FUSE_KERNEL_VERSION;
		out.init.minor = FUSE_KERNEL_MINOR_VERSION;
		out.init.max_write = 4096;
		(void)!write(fuse_fd, &out, sizeof(out));
	}
}

/* For jail_enter(). */
static inline int
fuse_mount(void *arg)
{
	char opts[128];

	(void)arg;
	snprintf(opts, sizeof(opts),
	    "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse_fd);
	if (mount("hang", "/var/run", "fuse", 0, opts) == -1)
		return (errno);
	return (creat(FUSE_READY, 0644) == -1);
}

/* For live_fork(). */
static inline void
fuse_outside(struct jail *j)
{
	(void)j;
	fuse_serve();
}

/* Opens the device; skips the test if that cannot be. */
static inline void
fuse_open(void)
{
	fuse_fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (geteuid() != 0 || fuse_fd == -1)
		live_skip("no /dev/fuse, or not root");
}

static inline void
fuse_stat(struct jail *j)
{
	struct stat st;

	close(fuse_fd);		/* or nothing but us would keep it alive */
	(void)stat(jail_path(j, JAIL_CTL), &st);
}

/* That it hangs indeed: whoever looks at the path does not come back. */
static inline void
fuse_hangs(struct jail *j)
{
	pid_t pid;

	j->via_proc = true;
	pid = live_fork(j, fuse_stat);
	jail_sleep_ms(300);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	j->via_proc = false;
}

#endif
