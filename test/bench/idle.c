/* SPDX-License-Identifier: BSD-2-Clause */
/* Nothing to do: how often process 1 runs all the same, and what it calls. */
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define SETTLE_MS	1500	/* the last status, finit's start */
#define WRITERS		20
#define CASES_MAX	(BENCH_PEERS + 4)

/* A peer twice: left alone, and with strace(1) at it. */
struct idle {
	const struct peer *p;
	bool writers;		/* came to its FIFO and went */
	struct first alone, traced;
	pid_t strace;
	char out[PATH_MAX];
	int64_t runs, cpu_ns;
	long switches;
	int calls;
};

static struct idle list[CASES_MAX];

static void
writers_come(const struct first *f)
{
	int fd, i;

	for (i = 0; i < WRITERS; i++) {
		fd = first_ctl(f);
		MUST(fd != -1);
		if (i % 2 == 0)
			MUST(write(fd, "!\n", 2) == 2);
		close(fd);
	}
}

static void
one_start(struct first *f, const struct peer *p, bool writers)
{
	first_start(f, p, "idle");
	MUST(first_says("ready", NULL, NULL, 10000));
	if (!writers)
		return;
	MUST(first_runs(f, 10000));
	writers_come(f);
}

static void
strace_start(struct idle *c)
{
	char pid[16];

	(void)snprintf(pid, sizeof(pid), "%d", (int)c->traced.pid);
	(void)snprintf(c->out, sizeof(c->out), "%s/strace.%s",
	    getenv("BENCH_DIR"), pid);
	c->strace = fork();
	if (c->strace == 0) {
		execlp("strace", "strace", "-q", "-o", c->out, "-p", pid,
		    (char *)NULL);
		_exit(127);
	}
}

/* What it waits in when strace comes and when it goes is no call of its. */
static void
strace_end(struct idle *c)
{
	char line[512];
	FILE *f;
	int st;

	(void)kill(c->strace, SIGTERM);
	(void)waitpid(c->strace, &st, 0);
	f = fopen(c->out, "re");
	c->calls = f == NULL ? -1 : 0;
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "---", 3) != 0 &&
		    strstr(line, "resuming interrupted") == NULL &&
		    strstr(line, "<detached") == NULL)
			c->calls++;
	if (f != NULL)
		(void)fclose(f);
	(void)unlink(c->out);
}

static long
switches(pid_t pid)
{
	return (proc_figure(pid, "status", "voluntary_ctxt_switches") +
	    proc_figure(pid, "status", "nonvoluntary_ctxt_switches"));
}

static int
all_start(unsigned any)
{
	const struct peer *p;
	int n = 0;

	for (p = peers; p->name != NULL; p++) {
		if ((p->flags & any) == 0 || !peer_here(p))
			continue;
		list[n++].p = p;
		if ((p->flags & PEER_OURS) != 0 && (p->flags & PEER_BOOT) != 0) {
			list[n].p = p;
			list[n++].writers = true;
		}
	}
	return (n);
}

/* How many calls, wake-ups and switches of ours were seen. */
long
idle_run(long seconds, unsigned any)
{
	int i, n = all_start(any);
	long ours = 0;
	int64_t runs;
	FILE *tsv = tsv_open("idle", "Idle", "wake-ups");
	struct idle *c;

	for (c = list; c < list + n; c++) {
		one_start(&c->alone, c->p, c->writers);
		one_start(&c->traced, c->p, c->writers);
	}
	sleep_ms(SETTLE_MS);
	for (c = list; c < list + n; c++)
		strace_start(c);
	sleep_ms(SETTLE_MS);
	for (c = list; c < list + n; c++) {
		c->switches = switches(c->alone.pid);
		c->cpu_ns = proc_cpu_ns(c->alone.pid, &c->runs);
	}
	sleep_ms(seconds * 1000);
	printf("\nIdle, %ld s\n%-32s %9s %9s %9s %9s\n", seconds,
	    "process 1", "wake-ups", "switches", "CPU us", "calls");
	for (i = 0; i < n; i++) {
		c = &list[i];
		c->switches = switches(c->alone.pid) - c->switches;
		c->cpu_ns = proc_cpu_ns(c->alone.pid, &runs) - c->cpu_ns;
		c->runs = runs - c->runs;
		strace_end(c);
		printf("%-14s %-17s %9lld %9ld %9.1f %9d\n", c->p->name,
		    c->writers ? "writers had come" : "",
		    (long long)c->runs, c->switches,
		    (double)c->cpu_ns / 1000, c->calls);
		fprintf(tsv, "%s%s\t%lld\t%lld\t%lld\t0\n", c->p->name,
		    c->writers ? ", writers" : "", (long long)c->runs,
		    (long long)c->runs, (long long)c->runs);
		if ((c->p->flags & PEER_OURS) != 0)
			ours += c->runs + c->switches + labs(c->calls);
		first_kill(&c->alone);
		first_kill(&c->traced);
	}
	MUST(fclose(tsv) == 0);
	(void)fflush(stdout);
	return (ours);
}

void
bench_idle(void)
{
	(void)idle_run(bench_env("BENCH_SECONDS", 60), PEER_APP | PEER_BOOT);
}
