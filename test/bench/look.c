/* SPDX-License-Identifier: BSD-2-Clause */
/* Looks at processes.  Touches /proc alone. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

static bool
proc_text(pid_t pid, const char *file, char *buf, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return (false);
	n = read(fd, buf, size - 1);
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return (n > 0);
}

int64_t
proc_cpu_ns(pid_t pid, int64_t *runs)
{
	char buf[128];
	long long cpu = -1, waited, ran = -1;

	if (proc_text(pid, "schedstat", buf, sizeof(buf)))
		(void)sscanf(buf, "%lld %lld %lld", &cpu, &waited, &ran);
	if (runs != NULL)
		*runs = ran;
	return (cpu);
}

long
proc_figure(pid_t pid, const char *file, const char *key)
{
	char buf[8192], *p;
	size_t len = strlen(key);

	if (!proc_text(pid, file, buf, sizeof(buf)))
		return (-1);
	for (p = buf; p != NULL; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, key, len) == 0 && p[len] == ':')
			return (strtol(p + len + 1, NULL, 10));
	}
	return (-1);
}

/* Of what is mapped from no library, for a libc is everybody's. */
double
proc_own_pss(pid_t pid)
{
	char path[64], line[PATH_MAX];
	bool own = true;
	long kib, sum = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/smaps", (int)pid);
	f = file_open(path, "re");
	while (fgets(line, sizeof(line), f) != NULL)
		if (strchr("0123456789abcdef", line[0]) != NULL)
			own = strstr(line, "/lib") == NULL;
		else if (own && sscanf(line, "Pss: %ld", &kib) == 1)
			sum += kib;
	(void)fclose(f);
	return ((double)sum);
}

int
proc_zombies(const struct first *f)
{
	char path[64], buf[256], *p;
	const struct dirent *e;
	int n = 0;
	DIR *d;

	(void)snprintf(path, sizeof(path), "/proc/%d/root/proc",
	    (int)f->pid);
	d = opendir(path);
	MUST(d != NULL);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		(void)snprintf(path, sizeof(path), "root/proc/%.16s/stat",
		    e->d_name);
		if (proc_text(f->pid, path, buf, sizeof(buf)) &&
		    (p = strrchr(buf, ')')) != NULL && p[1] != '\0')
			n += p[2] == 'Z';
	}
	closedir(d);
	return (n);
}

int
first_ctl(const struct first *f)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/root/run/jailinit.ctl",
	    (int)f->pid);
	return (open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC));
}

bool
first_runs(const struct first *f, int64_t timeout_ms)
{
	int64_t end = now_ns() + timeout_ms * 1000000;
	char buf[512];

	do {
		if (proc_text(f->pid, "root/run/jailinit.status", buf,
		    sizeof(buf)) && strstr(buf, "state=run\n") != NULL)
			return (true);
		sleep_ms(1);
	} while (now_ns() < end);
	return (false);
}
