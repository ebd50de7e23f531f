/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux's part of many.c: PID namespaces.  Touches those that it makes. */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "many.h"
#include "mountns.h"

#define PIDFS_MAGIC	0x50494446	/* linux/magic.h */

const char many_shell[] = "busybox";

/* Its first process: reaps, until the test has ended. */
static _Noreturn void
namespace_first(struct jail *j, void (*fn)(struct jail *))
{
	pid_t pid, test;
	int st;

	(void)die_with_parent();
	MUST(mountns_private() == 0);
	MUST(mount("proc", "/proc", "proc", 0, NULL) == 0);
	test = fork();
	if (test == 0)
		many_run(j, fn);
	MUST(test > 0);
	while ((pid = waitpid(-1, &st, 0)) != test)
		MUST(pid > 0 || errno == EINTR);
	_exit(WIFEXITED(st) ? WEXITSTATUS(st) : MANY_BAD);
}

int
many_inside(struct jail *j, void (*fn)(struct jail *))
{
	pid_t pid;
	int st;

	if (geteuid() != 0) {
		printf("skipped: not root\n");
		return (MANY_SKIPPED);
	}
	fflush(NULL);
	pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD,
	    NULL, NULL, NULL, NULL);
	if (pid == 0)
		namespace_first(j, fn);
	if (pid == -1 || waitpid(pid, &st, 0) != pid) {
		perror("many: a PID namespace");
		return (MANY_BAD);
	}
	return (WIFEXITED(st) ? WEXITSTATUS(st) : MANY_BAD);
}

void
many_base(const struct jail *base)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/dev/null", base->root);
	(void)mknod(path, S_IFCHR | 0666, makedev(1, 3));
}

static void
root_enter(const char *root)
{
	char proc[PATH_MAX];

	MUST(mount(root, root, NULL, MS_BIND, NULL) == 0);
	(void)snprintf(proc, sizeof(proc), "%s/proc", root);
	MUST(mount("proc", proc, "proc", 0, NULL) == 0);
	MUST(mountns_root(open(root, O_PATH | O_DIRECTORY | O_CLOEXEC)) == 0);
}

pid_t
many_clone(struct many_jail *j, const struct many_how *how)
{
	pid_t pid;

	pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS |
	    CLONE_PIDFD | SIGCHLD, NULL, &j->pidfd, NULL, NULL);
	if (pid == 0) {
		(void)setsid();
		root_enter(j->root);
		many_first(how);
	}
	return (pid);
}

uint64_t
many_jid(const struct many_jail *j)
{
	struct statfs fs;
	struct stat st;

	MUST(fstatfs(j->pidfd, &fs) == 0 && fstat(j->pidfd, &st) == 0);
	if (fs.f_type != PIDFS_MAGIC)
		many_skip("pidfds have no inode numbers before Linux 6.9");
	return (st.st_ino);
}

void
many_kill(const struct many_jail *j)
{
	(void)syscall(SYS_pidfd_send_signal, j->pidfd, SIGKILL, NULL, 0);
}

void
many_next_pid(pid_t pid)
{
	char text[16];
	int fd, n;

	fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
	if (fd == -1)
		many_skip("no ns_last_pid");
	n = snprintf(text, sizeof(text), "%d", (int)pid - 1);
	MUST(write(fd, text, (size_t)n) == n);
	close(fd);
}

static ino_t
pidns_of(pid_t pid)
{
	char path[48];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)pid);
	return (stat(path, &st) == 0 ? st.st_ino : 0);
}

static void
stat_read(pid_t pid, char *state, pid_t *parent)
{
	char path[48], buf[512], *p;
	size_t n;
	FILE *f;

	*state = 'X';
	*parent = 0;
	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return;
	n = fread(buf, 1, sizeof(buf) - 1, f);
	(void)fclose(f);
	buf[n] = '\0';
	p = strrchr(buf, ')');
	if (p == NULL || p[1] == '\0')
		return;
	*state = p[2];
	*parent = (pid_t)strtol(p + 3, NULL, 10);
}

struct many_count
many_count(pid_t first_pid)
{
	struct many_count c = { 0 };
	ino_t ns = pidns_of(first_pid);
	const struct dirent *e;
	pid_t pid, parent;
	char state;
	DIR *d;

	d = ns == 0 ? NULL : opendir("/proc");
	while (d != NULL && (e = readdir(d)) != NULL) {
		pid = (pid_t)strtol(e->d_name, NULL, 10);
		if (pid <= 0 || pidns_of(pid) != ns)
			continue;
		stat_read(pid, &state, &parent);
		if (state == 'X' || state == 'Z')
			continue;
		c.all++;
		c.sum += (uint64_t)pid * (uint64_t)pid;
		c.stopped += state == 'T';
		c.strangers += pid != first_pid && pidns_of(parent) != ns;
	}
	if (d != NULL)
		closedir(d);
	return (c);
}

int
many_running(const char *exe)
{
	char path[48], link[PATH_MAX];
	const struct dirent *e;
	const char *p;
	ssize_t len;
	pid_t pid;
	int n = 0;
	DIR *d;

	d = opendir("/proc");
	MUST(d != NULL);
	while ((e = readdir(d)) != NULL) {
		pid = (pid_t)strtol(e->d_name, NULL, 10);
		(void)snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
		if (pid <= 0 ||
		    (len = readlink(path, link, sizeof(link) - 1)) < 0)
			continue;
		link[len] = '\0';
		p = strrchr(link, '/');
		n += p != NULL && strstr(p, exe) != NULL;
	}
	closedir(d);
	return (n);
}
