/* SPDX-License-Identifier: BSD-2-Clause */
/* A program for inside the jail, see probe.h.  Touches files in /tmp there. */
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/syscall.h>
#else
#include <sys/types.h>
#include <sys/sysctl.h>
#include <sys/thr.h>
#endif

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"

#define PROBE_FD_MAX	64

static int probe_fd, probe_last;

#ifdef __linux__
/* What the kernel takes, as libc keeps 32 and on to itself. */
struct probe_sigaction {
	uintptr_t handler;
	unsigned long flags, restorer, mask;
};

void
probe_ignore(int sig)
{
	const struct probe_sigaction sa = { .handler = (uintptr_t)SIG_IGN };

	(void)syscall(SYS_rt_sigaction, sig, &sa, NULL, 8L);
}

static bool
probe_is_default(int sig)
{
	struct probe_sigaction sa;

	return (syscall(SYS_rt_sigaction, sig, NULL, &sa, 8L) != 0 ||
	    sa.handler == (uintptr_t)SIG_DFL);
}

static unsigned long
probe_blocked(void)
{
	unsigned long set = 0;

	(void)syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &set, 8L);
	return (set);
}
#else
void
probe_ignore(int sig)
{
	(void)signal(sig, SIG_IGN);
}

static bool
probe_is_default(int sig)
{
	struct sigaction sa;

	return (sigaction(sig, NULL, &sa) == -1 || sa.sa_handler == SIG_DFL);
}

/* As with those ignored, those above 64 take the places of others. */
static unsigned long
probe_blocked(void)
{
	sigset_t now;
	unsigned long set = 0;
	int sig;

	(void)sigprocmask(SIG_BLOCK, NULL, &now);
	for (sig = 1; sig <= JAIL_SIGMAX; sig++)
		if (sigismember(&now, sig) == 1)
			set |= 1UL << (sig - 1) % 64;
	return (set);
}
#endif

static unsigned long
probe_ignored(void)
{
	unsigned long set = 0;
	int sig;

	for (sig = 1; sig <= JAIL_SIGMAX; sig++)
		if (!probe_is_default(sig))
			set |= 1UL << (sig - 1) % 64;
	return (set);
}

static void
probe_open_list(char *buf, size_t size)
{
	size_t used = 0;
	int fd;

	buf[0] = '\0';
	for (fd = 0; fd < PROBE_FD_MAX; fd++)
		if (fcntl(fd, F_GETFD) != -1 && used < size)
			used += (size_t)snprintf(buf + used, size - used,
			    "%s%d", used == 0 ? "" : ",", fd);
}

uint64_t
probe_id(void)
{
#ifdef SYS_pidfd_open
	struct stat st;
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	int e = fd == -1 ? -1 : fstat(fd, &st);

	close(fd);
	return (e == -1 ? 0 : st.st_ino);
#else
	return (0);
#endif
}

/* Those of systemd's variables whose number is this process's. */
static const char *
probe_named(void)
{
	static const char *const names[] = { "LISTEN_PID", "WATCHDOG_PID",
	    "LISTEN_PIDFDID" };
	static char list[64];
	const char *v;
	size_t i;

	for (i = 0; i < 3; i++) {
		v = getenv(names[i]);
		if (v != NULL && strtoull(v, NULL, 10) == (i == 2 ?
		    probe_id() : (uint64_t)getpid()))
			strcat(strcat(list, " "), names[i]);
	}
	return (list);
}

/* How it was started: PROBE_STATE and name, renamed into place. */
static int
probe_state(const char *name, const char *arg)
{
	char list[256], cwd[PATH_MAX], path[128], tmp[132];
	mode_t mask = umask(0);
	FILE *f;

	probe_open_list(list, sizeof(list));
	snprintf(path, sizeof(path), PROBE_STATE "%.64s", name);
	snprintf(tmp, sizeof(tmp), "%s.x", path);
	f = fopen(tmp, "w");
	if (f == NULL)
		return (1);
	fprintf(f, "arg=%s\npid=%d\nsid=%d\npgid=%d\nopen=%s\n", arg,
	    (int)getpid(), (int)getsid(0), (int)getpgrp(), list);
	fprintf(f, "nonblock=%d\nblocked=%lx\nignored=%lx\numask=%o\ncwd=%s\n",
	    ((fcntl(0, F_GETFL) | fcntl(1, F_GETFL) | fcntl(2, F_GETFL)) &
	    O_NONBLOCK) != 0, probe_blocked(), probe_ignored(), (unsigned)mask,
	    getcwd(cwd, sizeof(cwd)) == NULL ? "?" : cwd);
	fprintf(f, "named=%s\n", probe_named());
	return (fclose(f) == 0 && rename(tmp, path) == 0 ? 0 : 1);
}

static void
probe_on_signal(int sig)
{
	char buf[16];
	int n = snprintf(buf, sizeof(buf), "%d\n", sig);

	(void)!write(probe_fd, buf, (size_t)n);
	if (sig == probe_last)
		_exit(42);
}

void
probe_catch(const char *path)
{
	struct sigaction sa;
	int sig;

	probe_fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = probe_on_signal;
	sigfillset(&sa.sa_mask);
	for (sig = 1; sig <= JAIL_SIGMAX; sig++)
		if (sig != SIGCHLD)
			(void)sigaction(sig, &sa, NULL);
	(void)!write(probe_fd, "ready\n", 6);
}

/* signals FILE N: notes what it gets in FILE, exits with 42 on N.  A second
 * process of its group does the same in FILE.child. */
static _Noreturn void
probe_signals(const char *path, const char *last)
{
	char child[256];
	struct stat st;

	snprintf(child, sizeof(child), "%s.child", path);
	if (fork() == 0) {
		probe_last = SIGTERM;	/* what all get in the end */
		probe_catch(child);
	} else {
		/* It is ready when it says so. */
		while (stat(child, &st) == -1 || st.st_size == 0)
			usleep(1000);
		probe_last = atoi(last);
		probe_catch(path);
	}
	for (;;)
		pause();
}

static void
probe_on_winch(int sig)
{
	struct winsize w;
	char buf[64];
	int n;

	(void)sig;
	if (ioctl(0, TIOCGWINSZ, &w) == -1)
		return;
	n = snprintf(buf, sizeof(buf), "size %dx%d\n", w.ws_row, w.ws_col);
	(void)!write(1, buf, (size_t)n);
}

static void *
probe_exit_later(void *code)
{
	usleep(50000);
	while ((int)(intptr_t)code == -1)
		pause();
	_exit((int)(intptr_t)code);
}

static _Noreturn void
probe_thread_end(void)
{
#ifdef __linux__
	(void)syscall(SYS_exit, 1);
#else
	thr_exit(NULL);
#endif
	abort();
}

/* leader N: the first thread ends, and later another one the process; -1: it
 * does not, nor does TERM. */
static _Noreturn void
probe_leader(const char *code)
{
	pthread_t t;

	if (atoi(code) == -1)
		(void)signal(SIGTERM, SIG_IGN);
	if (pthread_create(&t, NULL, probe_exit_later,
	    (void *)(intptr_t)atoi(code)) != 0)
		abort();
	probe_thread_end();
}

/* winch: says the terminal's size whenever that has changed. */
static _Noreturn void
probe_winch(void)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = probe_on_winch;
	(void)sigaction(SIGWINCH, &sa, NULL);
	(void)!write(1, "watching\n", 9);
	for (;;)
		pause();
}

/* front: once our group has lost the terminal's foreground, has it back, as
 * the shell's own hand-over can come late; then it is cat.  When that really
 * came late, there is nothing to be lost any more. */
static int
probe_front(void)
{
	int i;

	(void)signal(SIGTTOU, SIG_IGN);
	for (i = 0; i < 1000 && tcgetpgrp(2) == getpgrp(); i++)
		usleep(1000);
	if (tcsetpgrp(2, getpgrp()) == -1 ||
	    close(open("/tmp/front", O_WRONLY | O_CREAT | O_CLOEXEC,
	    0644)) == -1)
		return (98);
	execl("/bin/cat", "cat", (char *)NULL);
	return (98);
}

/* raise N: dies of it, if it is to be died of. */
static int
probe_raise(const char *sig)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)kill(getpid(), atoi(sig));
	sleep(1);
	return (77);
}

static void
probe_say(const char *text)
{
	(void)!write(1, text, strlen(text));
}

static void
probe_on_term(int sig)
{
	(void)sig;
	probe_say("termed\n");
	_exit(0);
}

/* As rc, one that needs no shell (whose descriptors begin at 10): it starts
 * a service that ends on TERM. */
static int
probe_rc(void)
{
	if (fork() == 0) {
		(void)signal(SIGTERM, probe_on_term);
		probe_say("up\n");
		for (;;)
			pause();
	}
	probe_say("booted\n");
	return (0);
}

/* fill: keeps the process table full; its children end on TERM. */
static _Noreturn void
probe_fill(void)
{
	(void)signal(SIGCHLD, SIG_IGN);
	for (;;)
		switch (fork()) {
		case 0:
			for (;;)
				pause();
		case -1:
			usleep(200);
		}
}

/* crowd, orphans: they keep it full until there is a file PROBE_ROOM. */
static void
probe_crowd(bool orphans)
{
	pid_t first = getpid();

	(void)signal(SIGCHLD, SIG_IGN);
	while (access(PROBE_ROOM, F_OK) == -1)
		if (fork() == -1) {
			if (orphans && getpid() == first)
				_exit(0);
			usleep(5000);
		}
	_exit(0);
}

int
probe_main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');

	name = name == NULL ? argv[0] : name + 1;
	if (strcmp(name, "rc") == 0 || strcmp(name, "rc.shutdown") == 0)
		return (probe_state(name, argc > 1 ? argv[1] : ""));
	if (strcmp(name, "rc.small") == 0)
		return (probe_rc());
	if (strcmp(name, "rc.shutdown.small") == 0) {
		probe_say(argc == 2 && strcmp(argv[1], "halt") == 0 ?
		    "down halt\n" : "down?\n");
		return (0);
	}
	if (strcmp(name, "probe") != 0)
		return (-1);
	if (argc == 1)
		return (probe_state(name, ""));
	if (strcmp(argv[1], "signals") == 0 && argc == 4)
		probe_signals(argv[2], argv[3]);
	if (strcmp(argv[1], "raise") == 0 && argc == 3)
		return (probe_raise(argv[2]));
	if (strcmp(argv[1], "leader") == 0 && argc == 3)
		probe_leader(argv[2]);
	if (strcmp(argv[1], "winch") == 0)
		probe_winch();
	if (strcmp(argv[1], "front") == 0)
		return (probe_front());
	if (strcmp(argv[1], "fill") == 0)
		probe_fill();
	if (strcmp(argv[1], "crowd") == 0 || strcmp(argv[1], "orphans") == 0)
		probe_crowd(argv[1][0] == 'o');
	return (99);
}

int
probe_install(const struct jail *j)
{
	char self[PATH_MAX];

	return (proc_self(self) == -1 ? -1 : jail_copy(j, self, PROBE));
}

const char *
probe_value(const struct jail *j, const char *name, const char *key)
{
	static char value[PATH_MAX];
	char path[128];
	size_t len = strlen(key);
	const char *p;

	value[0] = '\0';
	snprintf(path, sizeof(path), PROBE_STATE "%s", name);
	for (p = jail_file(j, path); p != NULL; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, key, len) == 0 && p[len] == '=')
			snprintf(value, sizeof(value), "%.*s",
			    (int)strcspn(p + len + 1, "\n"), p + len + 1);
	}
	return (value);
}
