/* SPDX-License-Identifier: BSD-2-Clause */
/* The system calls before the job is executed, by strace(1): those of process
 * 1 up to its fork, and those of the child. */
#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define LINES_MAX	400
#define LINE_MAX_LEN	120

struct calls {
	int parent, others;	/* how many, execve apart */
	int n;
	long pid[LINES_MAX];
	char line[LINES_MAX][LINE_MAX_LEN];	/* in the order of time */
};

static pid_t
strace_attach(const struct first *f, const char *out)
{
	char pid[16];
	pid_t tracer;
	int i;

	(void)snprintf(pid, sizeof(pid), "%d", (int)f->pid);
	tracer = fork();
	if (tracer == 0) {
		execlp("strace", "strace", "-q", "-f", "-o", out, "-p", pid,
		    (char *)NULL);
		_exit(127);
	}
	for (i = 0; i < 500 && proc_figure(f->pid, "status", "TracerPid") <= 0;
	    i++)
		sleep_ms(10);
	return (tracer);
}

static bool
is_end(const char *line)
{
	return (strstr(line, "execve(\"/bin/job\"") != NULL ||
	    strstr(line, "execve(\"/etc/rc\"") != NULL);
}

/* A line "PID call(...", from process 1's own execve on to that of its
 * child; later ones, of process 1 after its fork, do not matter. */
static void
calls_read(struct calls *c, const char *out, pid_t first)
{
	char line[1024];
	const char *call;
	bool begun = false, forked = false;
	long pid;
	FILE *f = file_open(out, "re");

	while (fgets(line, sizeof(line), f) != NULL && !(begun &&
	    is_end(line))) {
		pid = strtol(line, NULL, 10);
		call = line + strcspn(line, " ");
		call += strspn(call, " ");
		if (!begun) {
			begun = strncmp(call, "execve(", 7) == 0;
			continue;
		}
		if (strncmp(call, "---", 3) == 0 || strncmp(call, "<...", 4) ==
		    0 || (pid == first && forked) || c->n == LINES_MAX)
			continue;
		c->parent += pid == first;
		c->others += pid != first;
		forked = forked || (pid == first && (strncmp(call, "clone",
		    5) == 0 || strncmp(call, "fork", 4) == 0 ||
		    strncmp(call, "vfork", 5) == 0));
		c->pid[c->n] = pid;
		(void)snprintf(c->line[c->n++], LINE_MAX_LEN, "%.*s",
		    (int)strcspn(call, "\n"), call);
	}
	(void)fclose(f);
}

static bool
calls_of(const struct peer *p, struct calls *c)
{
	char out[PATH_MAX];
	struct first f;
	pid_t tracer;
	bool good;
	int fd;

	memset(c, 0, sizeof(*c));
	(void)snprintf(out, sizeof(out), "%s/strace", getenv("BENCH_DIR"));
	fd = first_start_held(&f, p, "stamp");
	tracer = strace_attach(&f, out);
	MUST(write(fd, "", 1) == 1);
	close(fd);
	good = first_says("stamp", NULL, NULL, 20000);
	(void)kill(tracer, SIGTERM);	/* our child */
	(void)waitpid(tracer, NULL, 0);
	calls_read(c, out, f.pid);
	first_kill(&f);
	(void)unlink(out);
	return (good && c->n > 0);
}

static bool
is_same(const char *a, const char *b)
{
	size_t n = strcspn(a, "(");

	return (strncmp(a, b, n) == 0 && b[n] == '(');
}

/* Many of the same in a row are one line. */
static void
calls_print_of(const struct calls *c, long pid)
{
	const char *last = "";
	int i, same = 0;

	for (i = 0; i <= c->n; i++) {
		if (i < c->n && c->pid[i] != pid)
			continue;
		if (i < c->n && *last != '\0' && is_same(last, c->line[i])) {
			same++;
			continue;
		}
		if (same > 0)
			printf("    ... and %d more\n", same);
		same = 0;
		last = i < c->n ? c->line[i] : "";
		if (i < c->n)
			printf("    %s\n", last);
	}
}

/* One process after another, in the order of their beginning. */
static void
calls_print(const struct calls *c)
{
	int i, k, process = 0;

	for (i = 0; i < c->n; i++) {
		for (k = 0; k < i && c->pid[k] != c->pid[i]; k++)
			;
		if (k < i)
			continue;
		printf("  %s\n", process++ == 0 ? "process 1" : "a child");
		calls_print_of(c, c->pid[i]);
	}
}

void
bench_calls(void)
{
	static struct calls c;
	const struct peer *p;

	printf("\nSystem calls before the job is executed\n"
	    "%-18s %9s %9s %9s\n", "process 1", "its own", "children's", "all");
	for (p = peers; p->name != NULL; p++) {
		if (p == peers || !peer_here(p))	/* nobody starts that */
			continue;
		if (calls_of(p, &c))
			printf("%-18s %9d %9d %9d\n", p->name, c.parent,
			    c.others, c.parent + c.others);
		else {
			printf("skipped: calls: %s: not seen\n", p->name);
			skipped++;
		}
	}
	for (p = peers; p->name != NULL; p++)
		if (strncmp(p->name, "jailinit.musl", 13) == 0 &&
		    peer_here(p) && calls_of(p, &c)) {
			printf("\n%s:\n", p->name);
			calls_print(&c);
		}
	(void)fflush(stdout);
}
