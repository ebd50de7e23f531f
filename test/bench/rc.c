/* SPDX-License-Identifier: BSD-2-Clause */
/* The boot of rc/jail with many services, and of a bare loop in sh. */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"

#define INIT	"/sbin/jailinit.musl"

static const struct peer loop = { "a loop in sh",
    { INIT, "-r", "/etc/rc.loop" }, PEER_BOOT, 0, NULL, NULL };
static const struct peer ours = { "rc/jail",
    { INIT, "-r", "/etc/rc.jail" }, PEER_BOOT, 0, NULL, NULL };

static void
script(const char *path, const char *text)
{
	bench_write(path, text);
	MUST(chmod(bench_path(path), 0755) == 0);
}

/* n that do nothing, and one that tells that all were started. */
static void
services_make(long n)
{
	char path[64];
	long i;

	for (i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "/etc/rc.d/s%04ld", i);
		script(path, "#!/bin/sh\nexit 0\n");
	}
	script("/etc/rc.d/z", "#!/bin/sh\nexec /bin/job mark\n");
}

static void
services_remove(long n)
{
	char path[64];
	long i;

	for (i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "/etc/rc.d/s%04ld", i);
		(void)unlink(bench_path(path));
	}
}

static double
boot_ms(const struct peer *p)
{
	struct first f;
	int64_t at = 0;

	first_start(&f, p, "idle");
	MUST(first_says("mark", &at, NULL, 120000));
	first_kill(&f);
	return ((double)(at - f.clone_ns) / 1e6);
}

void
bench_rc(void)
{
	static const struct peer *const both[] = { &loop, &ours };
	long n = bench_env("BENCH_SERVICES", 100);
	int rounds = (int)bench_env("BENCH_ROUNDS", 5), i, k, many;
	double v[2][2][BENCH_ROUNDS], ms[2][2];
	FILE *tsv = tsv_open("rc", "Boot, a service", "ms");

	MUST(rounds > 0 && rounds <= BENCH_ROUNDS);
	for (i = 0; i < rounds; i++)
		for (many = 0; many < 2; many++) {
			services_make(many ? n : 0);
			for (k = 0; k < 2; k++)
				v[k][many][i] = boot_ms(both[k]);
			services_remove(n);
		}
	printf("\nBoot of %ld services that do nothing (%d rounds)\n"
	    "%-18s %12s %12s %12s\n", n, rounds, "rc", "none, ms", "all, ms",
	    "a service");
	for (k = 0; k < 2; k++) {
		for (many = 0; many < 2; many++)
			ms[k][many] = median(v[k][many], rounds);
		printf("%-18s %12.2f %12.2f %12.3f\n", both[k]->name,
		    ms[k][0], ms[k][1],
		    (ms[k][1] - ms[k][0]) / (double)n);
		fprintf(tsv, "%s\t%g\t%g\t%g\t0\n", both[k]->name,
		    (ms[k][1] - ms[k][0]) / (double)n,
		    (quantile(v[k][1], rounds, 0.25) - ms[k][0]) / (double)n,
		    (quantile(v[k][1], rounds, 0.75) - ms[k][0]) / (double)n);
	}
	MUST(fclose(tsv) == 0);
	(void)fflush(stdout);
}
