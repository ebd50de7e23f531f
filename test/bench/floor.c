/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The least that a process 1 can do, to measure others against, linked
 * statically with musl:
 *
 *	floor ignore command	starts it; the kernel reaps
 *	floor wait command	starts it; reaps for ever
 *	floor kill command	starts it; reaps; SIGTERM ends everything
 *	floor fifo command	starts it; the kernel reaps; each line in
 *				/run/jailinit.ctl starts /etc/rc.shutdown
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define NOT_FIRST	"floor: not process 1 of a PID namespace\n"

static _Noreturn void
rest(void)
{
	for (;;)
		pause();
}

static void
start(char **argv)
{
	sigset_t none;

	if (fork() != 0)
		return;
	(void)signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	execv(argv[0], argv);
	_exit(127);
}

/* Until there is no child. */
static void
reap(int flags)
{
	while (waitpid(-1, NULL, flags) > 0 || errno == EINTR)
		;
}

static _Noreturn void
serve(char **argv)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	start(argv);
	while (sigwait(&set, &sig) == 0) {
		if (sig == SIGTERM) {
			(void)kill(-1, SIGTERM);
			reap(0);
			_exit(0);
		}
		errno = 0;
		reap(WNOHANG);
	}
	_exit(1);
}

static _Noreturn void
listen_fifo(char **argv)
{
	static char path[] = "/etc/rc.shutdown";
	char *shutdown[] = { path, NULL }, buf[512];
	int fd;

	(void)mkfifo("/run/jailinit.ctl", 0600);
	fd = open("/run/jailinit.ctl", O_RDWR | O_CLOEXEC);
	start(argv);
	for (;;)
		if (read(fd, buf, sizeof(buf)) > 0 &&
		    strstr(buf, "halt\n") != NULL)
			start(shutdown);
}

int
main(int argc, char **argv)
{
	/* What it signals and makes is meant for a jail. */
	if (getpid() != 1) {
		(void)!write(2, NOT_FIRST, sizeof(NOT_FIRST) - 1);
		return (70);
	}
	if (argc < 3)
		rest();
	if (strcmp(argv[1], "kill") == 0)
		serve(argv + 2);
	if (strcmp(argv[1], "wait") != 0)
		(void)signal(SIGCHLD, SIG_IGN);
	if (strcmp(argv[1], "fifo") == 0)
		listen_fifo(argv + 2);
	start(argv + 2);
	if (strcmp(argv[1], "wait") == 0)
		reap(0);
	rest();
}
