/* SPDX-License-Identifier: BSD-2-Clause */
/* bench name ...: runs the benchmarks of these names, see bench.h. */
#include <stdio.h>
#include <string.h>

#include "bench.h"

static const struct {
	const char *name;
	void (*run)(void);
} list[] = {
	{ "start", bench_start },
	{ "reap", bench_reap },
	{ "stop", bench_stop },
	{ "idle", bench_idle },
	{ "memory", bench_memory },
	{ "latency", bench_latency },
	{ "quick", bench_quick }
};

int
main(int argc, char **argv)
{
	int64_t begun;
	size_t i;
	int a;

	if (argc < 2) {
		fprintf(stderr, "usage: bench name ...\n");
		return (64);
	}
	bench_init();
	for (a = 1; a < argc; a++)
		for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
			if (strcmp(argv[a], list[i].name) != 0)
				continue;
			begun = now_ns();
			list[i].run();
			printf("(%s took %.1f s)\n", argv[a],
			    (double)(now_ns() - begun) / 1e9);
		}
	printf("%d skipped\n", skipped);
	return (0);
}
