/* SPDX-License-Identifier: BSD-2-Clause */
/* Starts process 1 and looks at it.  Touches a mount namespace of its own,
 * BENCH_DIR, and a cgroup that it makes and removes. */
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "mountns.h"

int skipped;

static char root[PATH_MAX / 2], cgroup[PATH_MAX / 2];
static int stamp_fd = -1, cgroup_fd = -1;
static int64_t *exec_ns;		/* shared with the child */

_Noreturn void
bench_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: not so: %s (%s)\n", file, line, what,
	    strerror(errno));
	exit(1);
}

int64_t
now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * 1000000000LL + ts.tv_nsec);
}

void
sleep_ms(long ms)
{
	(void)poll(NULL, 0, (int)ms);
}

long
bench_env(const char *name, long otherwise)
{
	const char *s = getenv(name);

	return (s == NULL || *s == '\0' ? otherwise : strtol(s, NULL, 10));
}

const char *
bench_path(const char *path)
{
	static char buf[PATH_MAX];

	(void)snprintf(buf, sizeof(buf), "%s%s", root, path);
	return (buf);
}

FILE *
file_open(const char *path, const char *mode)
{
	FILE *f = fopen(path, mode);

	if (f == NULL)
		bench_fail(__FILE__, __LINE__, path);
	return (f);
}

void
bench_write(const char *path, const char *text)
{
	FILE *f = file_open(bench_path(path), "we");

	MUST(fputs(text, f) >= 0 && fclose(f) == 0);
}

/*
 * cgroups, for what all of it costs: cgroup 2, which may be beside 1.
 */

/* Removes them when we are gone, in whatever way, and with us by
 * PR_SET_PDEATHSIG the jails. */
static void
janitor_start(void)
{
	int i, fd[2], null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	char c;

	MUST(null_fd != -1 && pipe2(fd, O_CLOEXEC) == 0);
	switch (fork()) {
	case -1:
		MUST(!"fork");
	case 0:
		break;
	default:
		close(null_fd);
		close(fd[0]);	/* the other end stays open */
		return;
	}
	(void)setsid();
	for (i = 0; i < 3; i++)
		(void)dup2(null_fd, i);
	close(fd[1]);
	(void)!read(fd[0], &c, 1);
	for (i = 0; i < 500; i++) {
		if (cgroup[0] == '\0' || rmdir(cgroup) == 0 || errno == ENOENT)
			break;
		sleep_ms(20);
	}
	_exit(0);
}

static void
cgroup_make(void)
{
	char line[PATH_MAX], where[PATH_MAX / 4];
	FILE *f = fopen("/proc/mounts", "re");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%*s %1000s cgroup2 ", where) == 1 &&
		    strstr(line, " cgroup2 ") != NULL) {
			(void)snprintf(cgroup, sizeof(cgroup),
			    "%s/jailinit-bench.%d", where, (int)getpid());
			if (mkdir(cgroup, 0755) == 0)
				cgroup_fd = open(cgroup, O_RDONLY |
				    O_DIRECTORY | O_CLOEXEC);
			break;
		}
	if (f != NULL)
		(void)fclose(f);
	if (cgroup_fd == -1) {
		printf("skipped: the CPU of all: no cgroup 2\n");
		skipped++;
	}
}

int64_t
all_cpu_us(void)
{
	char buf[512], *p;
	int fd;
	ssize_t n;

	if (cgroup_fd == -1)
		return (-1);
	fd = openat(cgroup_fd, "cpu.stat", O_RDONLY | O_CLOEXEC);
	MUST(fd != -1 && (n = read(fd, buf, sizeof(buf) - 1)) > 0);
	close(fd);
	buf[n] = '\0';
	p = strstr(buf, "usage_usec ");
	return (p == NULL ? -1 : strtoll(p + 11, NULL, 10));
}

void
bench_init(void)
{
	const char *dir = getenv("BENCH_DIR");

	MUST(dir != NULL && *dir == '/');
	MUST((size_t)snprintf(root, sizeof(root), "%s/root", dir) <
	    sizeof(root));
	MUST(unshare(CLONE_NEWNS) == 0);
	MUST(mountns_private() == 0);
	MUST(mount(root, root, NULL, MS_BIND, NULL) == 0);
	(void)unlink(bench_path("/stamp"));
	MUST(mkfifo(bench_path("/stamp"), 0600) == 0);
	stamp_fd = open(bench_path("/stamp"), O_RDWR | O_NONBLOCK |
	    O_CLOEXEC);
	MUST(stamp_fd != -1);
	exec_ns = mmap(NULL, sizeof(*exec_ns), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(exec_ns != MAP_FAILED);
	cgroup_make();
	janitor_start();
}

bool
peer_here(const struct peer *p)
{
	static bool said[BENCH_PEERS];

	if (access(bench_path(p->argv[0]), X_OK) == 0)
		return (true);
	if (!said[p - peers])
		printf("skipped: %s: it is not here\n", p->name);
	skipped += !said[p - peers];
	said[p - peers] = true;
	return (false);
}

/*
 * Process 1.
 */

/* What has to be new each time: s6's folder of services; for runit the leave
 * to end. */
static int
run_fill(void)
{
	return (mkdir("run/s6", 0755) == 0 && mkdir("run/s6/job", 0755) == 0 &&
	    symlink("/bin/job", "run/s6/job/run") == 0 &&
	    mknod("run/runit.stopit", S_IFREG | 0100, 0) == 0 ? 0 : -1);
}

static _Noreturn void
first_exec(const struct peer *p, int log_fd)
{
	static char *const env[] = {
	    (char *)(uintptr_t)"PATH=/sbin:/bin", NULL };
	int null_fd;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setsid();
	if (chdir(root) == -1 || mount("proc", "proc", "proc", 0, NULL) ==
	    -1 || mount("run", "run", "tmpfs", 0, "mode=755") == -1 ||
	    ((p->flags & PEER_FILL) != 0 && run_fill() == -1) ||
	    chroot(".") == -1)
		_exit(123);
	null_fd = open("/dev/null", O_RDWR);
	if (dup2(null_fd, 0) == -1 || dup2(log_fd, 1) == -1 ||
	    dup2(log_fd, 2) == -1)
		_exit(122);
	(void)syscall(SYS_close_range, 3, ~0U, 0);
	*exec_ns = now_ns();
	(void)execve(p->argv[0], (char *const *)(uintptr_t)p->argv, env);
	_exit(121);
}

static void
stamp_drain(void)
{
	char buf[512];

	while (read(stamp_fd, buf, sizeof(buf)) > 0)
		;
}

void
first_start(struct first *f, const struct peer *p, const char *job)
{
	struct clone_args args;
	char words[128];
	int log_fd;

	(void)snprintf(words, sizeof(words), "%s%s\n",
	    (p->flags & PEER_BG) != 0 ? "bg " : "", job);
	bench_write("/etc/job", words);
	if (p->file != NULL)
		bench_write(p->file, p->text);
	stamp_drain();
	log_fd = open(bench_path("/tmp/log"), O_WRONLY | O_CREAT | O_APPEND |
	    O_CLOEXEC, 0644);
	MUST(log_fd != -1);
	memset(&args, 0, sizeof(args));
	args.flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC |
	    CLONE_NEWUTS | CLONE_PIDFD;
	args.pidfd = (uintptr_t)&f->pidfd;
	args.exit_signal = SIGCHLD;
	if (cgroup_fd != -1) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (unsigned)cgroup_fd;
	}
	(void)fflush(NULL);
	f->exec_ns = exec_ns;
	f->clone_ns = now_ns();
	f->pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (f->pid == 0)
		first_exec(p, log_fd);
	MUST(f->pid > 0);
	close(log_fd);
}

int64_t
first_wait(struct first *f, int64_t timeout_ms)
{
	struct pollfd fd = { f->pidfd, POLLIN, 0 };
	int64_t begun = now_ns(), took;

	if (poll(&fd, 1, (int)timeout_ms) != 1)
		return (-1);
	MUST(waitpid(f->pid, NULL, 0) == f->pid);
	took = now_ns() - begun;
	close(f->pidfd);
	f->pid = 0;
	return (took);
}

void
first_signal(const struct first *f, int sig)
{
	MUST(syscall(SYS_pidfd_send_signal, f->pidfd, sig, NULL, 0) == 0);
}

void
first_kill(struct first *f)
{
	if (f->pid == 0)
		return;
	first_signal(f, SIGKILL);
	MUST(first_wait(f, 60000) != -1);
}

bool
first_says(const char *word, int64_t *a, int64_t *b, int64_t timeout_ms)
{
	struct pollfd fd = { stamp_fd, POLLIN, 0 };
	int64_t end = now_ns() + timeout_ms * 1000000, left;
	char line[128];
	long long v[2] = { 0, 0 };
	size_t n, len = strlen(word);

	for (;;) {
		for (n = 0; n < sizeof(line) - 1;) {
			left = (end - now_ns()) / 1000000;
			if (left < 0)
				return (false);
			if (read(stamp_fd, line + n, 1) != 1)
				(void)poll(&fd, 1, (int)left + 1);
			else if (line[n++] == '\n')
				break;
		}
		line[n] = '\0';
		if (strncmp(line, word, len) != 0 || line[len] != ' ')
			continue;
		(void)sscanf(line + len, "%lld %lld", &v[0], &v[1]);
		if (a != NULL)
			*a = v[0];
		if (b != NULL)
			*b = v[1];
		return (true);
	}
}
