/* SPDX-License-Identifier: BSD-2-Clause */
/* File systems whose server is a test, see fuse.h.  Touches /dev/fuse, and the
 * jail that mounts it. */
#include "fuse.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include <errno.h>

#include "live.h"

#define FUSE_BODY_MAX	256

int fuse_fd = -1;

void
fuse_open(void)
{
	fuse_fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (geteuid() != 0 || fuse_fd == -1)
		live_skip("no /dev/fuse, or not root");
}

int
fuse_mount_at(const char *dir)
{
	char opts[128];

	snprintf(opts, sizeof(opts),
	    "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse_fd);
	return (mount("fake", dir, "fuse", 0, opts));
}

int
fuse_mount(void *arg)
{
	(void)arg;
	if (fuse_mount_at("/var/run") == -1)
		return (errno);
	return (creat(FUSE_READY, 0644) == -1);
}

void
fuse_reply(const struct fuse_in_header *in, int error, const void *body,
    size_t len)
{
	struct {
		struct fuse_out_header h;
		char body[FUSE_BODY_MAX];
	} out = { { (uint32_t)(sizeof(out.h) + len), -error, in->unique },
	    "" };

	if (len > 0)
		memcpy(out.body, body, len);
	(void)!write(fuse_fd, &out, out.h.len);
}

void
fuse_serve(bool (*fn)(const struct fuse_in_header *))
{
	static const struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION,
		.minor = FUSE_KERNEL_MINOR_VERSION,
		.max_write = 4096
	};
	static char buf[FUSE_MIN_READ_BUFFER * 20];
	const struct fuse_in_header *in = (void *)buf;
	ssize_t n;

	while ((n = read(fuse_fd, buf, sizeof(buf))) != -1 || errno != ENODEV)
		if (n < (ssize_t)sizeof(*in))
			continue;
		else if (in->opcode == FUSE_INIT)
			fuse_reply(in, 0, &init, sizeof(init));
		else if (fn != NULL && !fn(in))
			return;
}

void
fuse_outside(struct jail *j)
{
	(void)j;
	fuse_serve(NULL);
}

static void
fuse_stat(struct jail *j)
{
	struct stat st;

	close(fuse_fd);		/* or nothing but us would keep it alive */
	(void)stat(jail_path(j, JAIL_CTL), &st);
}

void
fuse_hangs(struct jail *j)
{
	pid_t pid;

	j->via_proc = true;
	pid = live_fork(j, fuse_stat);
	jail_sleep_ms(300);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	j->via_proc = false;
}
