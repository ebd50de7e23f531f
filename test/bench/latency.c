/* SPDX-License-Identifier: BSD-2-Clause */
/* From a request in the FIFO to rc.shutdown's main(). */
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define SAMPLES_MAX	5000

enum load { IDLE, STORM, FLOOD };

static const char *const load_names[] = { "idle", "orphan storm",
    "FIFO flooded" };

/* Writes what is no request as fast as it is read. */
static pid_t
flood_start(const struct first *f)
{
	struct pollfd fd = { first_ctl(f), POLLOUT, 0 };
	char buf[512];
	pid_t pid;

	MUST(fd.fd != -1);
	memset(buf, '!', sizeof(buf));
	for (size_t i = 31; i < sizeof(buf); i += 32)
		buf[i] = '\n';
	pid = fork();
	MUST(pid != -1);
	if (pid == 0) {
		(void)signal(SIGPIPE, SIG_DFL);
		for (;;)
			if (write(fd.fd, buf, sizeof(buf)) < 0)
				(void)poll(&fd, 1, 1000);
	}
	close(fd.fd);
	return (pid);
}

/* Waits for room as any writer does. */
static void
request_write(const struct first *f)
{
	struct pollfd fd = { first_ctl(f), POLLOUT, 0 };

	MUST(fd.fd != -1);
	while (write(fd.fd, "halt\n", 5) != 5) {
		MUST(errno == EAGAIN);
		(void)poll(&fd, 1, 1000);
	}
	close(fd.fd);
}

static bool
latency_one(const struct peer *p, enum load load, double *us)
{
	int64_t begun = 0, born = 0;
	pid_t writer = 0;
	struct first f;
	bool good;

	first_start(&f, p, load == STORM ? "flood" : "idle");
	good = first_says("ready", NULL, NULL, 10000) &&
	    ((p->flags & PEER_OURS) == 0 || first_runs(&f, 10000));
	if (good && load == FLOOD)
		writer = flood_start(&f);
	sleep_ms(5);
	if (good) {
		begun = now_ns();
		request_write(&f);
		good = first_says("shutdown", &born, NULL, 10000);
	}
	if (writer > 0) {
		(void)kill(writer, SIGKILL);	/* our child */
		(void)waitpid(writer, NULL, 0);
	}
	first_kill(&f);
	*us = (double)(born - begun) / 1000;
	return (good);
}

/* Names of peers and figures for each load, in turn. */
void
bench_latency(void)
{
	static double v[BENCH_PEERS][3][SAMPLES_MAX];
	long n = bench_env("BENCH_SAMPLES", 300), i;
	FILE *tsv = tsv_open("latency", "From a request to rc.shutdown, "
	    "with the 99th percentile", "us");
	const struct peer *p;
	double *s;
	int load;

	MUST(n > 0 && n <= SAMPLES_MAX);
	for (i = 0; i < n; i++)
		for (p = peers; p->name != NULL; p++)
			for (load = IDLE; load <= FLOOD; load++)
				if ((p->flags & PEER_ASKED) != 0)
					MUST(latency_one(p, (enum load)load,
					    &v[p - peers][load][i]));
	printf("\nFrom a request in the FIFO to rc.shutdown's main(), "
	    "%ld samples\n%-18s %-14s %9s %9s %9s\n", n, "process 1", "load",
	    "median us", "99 %", "worst");
	for (load = IDLE; load <= FLOOD; load++)
		for (p = peers; p->name != NULL; p++) {
			if ((p->flags & PEER_ASKED) == 0)
				continue;
			s = v[p - peers][load];
			printf("%-18s %-14s %9.0f %9.0f %9.0f\n", p->name,
			    load_names[load], median(s, (int)n),
			    quantile(s, (int)n, 0.99),
			    quantile(s, (int)n, 1));
			fprintf(tsv, "%s, %s\t%g\t%g\t%g\t0\n", p->name,
			    load_names[load], median(s, (int)n),
			    median(s, (int)n), quantile(s, (int)n, 0.99));
		}
	MUST(fclose(tsv) == 0);
	(void)fflush(stdout);
}
