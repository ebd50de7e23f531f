/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the benchmarks run under a process 1, linked statically with musl:
 *
 *	job [bg] stamp | idle | exit | sleepers N | storm N | flood
 *
 * Without arguments they are read from /etc/job.  It tells what it has to by
 * lines in the FIFO /stamp, whose first word says what the figures are.
 */
#include <sys/wait.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ARGS		8
#define LOOK_EVERY	128	/* orphans, between two looks for zombies */
#define SETTLE_US	200000	/* for what the start has brought along */

static long long
now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * 1000000000LL + ts.tv_nsec);
}

static void
say(const char *word, long long a, long long b)
{
	char buf[80];
	int n = snprintf(buf, sizeof(buf), "%s %lld %lld\n", word, a, b);
	int fd = open("/stamp", O_WRONLY | O_CLOEXEC);

	(void)!write(fd, buf, (size_t)n);
	close(fd);
}

static _Noreturn void
rest(void)
{
	for (;;)
		pause();
}

/* Zombies in this namespace, by its own /proc. */
static int
zombies(void)
{
	char path[32], buf[256];
	const struct dirent *e;
	const char *p;
	ssize_t n;
	int fd, count = 0;
	DIR *d = opendir("/proc");

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%.16s/stat",
		    e->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		n = read(fd, buf, sizeof(buf) - 1);
		close(fd);
		buf[n > 0 ? n : 0] = '\0';
		p = strrchr(buf, ')');
		count += p != NULL && p[1] == ' ' && p[2] == 'Z';
	}
	if (d != NULL)
		closedir(d);
	return (count);
}

static void
orphan_make(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)fork();
		_exit(0);
	}
	if (pid > 0)
		(void)waitpid(pid, NULL, 0);
}

/* n orphans, one after another; then, once all had time to go, the worst
 * number of zombies that was seen and what is left of them. */
static _Noreturn void
storm(long n)
{
	long i, worst = 0, z;
	long long begun;

	say("ready", 0, 0);
	usleep(SETTLE_US);
	begun = now_ns();
	for (i = 1; i <= n; i++) {
		orphan_make();
		if (i % LOOK_EVERY == 0 && (z = zombies()) > worst)
			worst = z;
	}
	say("took", now_ns() - begun, worst);
	rest();
}

/* Orphans without end, for who wants to be answered meanwhile. */
static _Noreturn void
flood(void)
{
	say("ready", 0, 0);
	for (;;)
		orphan_make();
}

static _Noreturn void
sleepers(long n)
{
	long i;

	for (i = 0; i < n; i++)
		if (fork() == 0)
			rest();
	say("ready", 0, 0);
	rest();
}

/* The words of /etc/job. */
static int
words_read(char **words)
{
	static char text[128];
	int fd = open("/etc/job", O_RDONLY | O_CLOEXEC);
	int n = 0;

	(void)!read(fd, text, sizeof(text) - 1);
	close(fd);
	words[0] = strtok(text, " \n");
	while (n < ARGS - 1 && words[n] != NULL)
		words[++n] = strtok(NULL, " \n");
	return (n);
}

int
main(int argc, char **argv)
{
	long long born = now_ns();
	char *words[ARGS + 1], **w = argv + 1;
	const char *name = strrchr(argv[0], '/');
	int n = argc - 1;
	long arg;

	if (name != NULL && strcmp(name, "/rc.shutdown") == 0) {
		say("shutdown", born, 0);
		return (0);
	}
	/* s6 gives it the service's name. */
	if (n == 0 || strcmp(argv[0], "run") == 0)
		n = words_read(w = words);
	/* runit's first stage is what is started first, its second one is
	 * what runs. */
	if (n > 0 && strcmp(argv[0], "/etc/runit/1") == 0 &&
	    strcmp(w[0], "stamp") != 0)
		return (0);
	if (n > 0 && strcmp(w[0], "bg") == 0) {
		if (fork() != 0)
			_exit(0);
		(void)setsid();
		w++;
		n--;
	}
	if (n == 0 || strcmp(w[0], "exit") == 0)
		return (0);
	arg = n > 1 ? strtol(w[1], NULL, 10) : 0;
	if (strcmp(w[0], "stamp") == 0)
		say("stamp", born, 0);
	else if (strcmp(w[0], "storm") == 0)
		storm(arg);
	else if (strcmp(w[0], "flood") == 0)
		flood();
	else if (strcmp(w[0], "sleepers") == 0)
		sleepers(arg);
	else
		say("ready", 0, 0);
	rest();
}
