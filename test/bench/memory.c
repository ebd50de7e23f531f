/* SPDX-License-Identifier: BSD-2-Clause */
/* Size and memory of process 1. */
#include <sys/stat.h>

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define SETTLE_MS	100

/* Does it ask for a dynamic linker?  (This machine's ELF, of our root.) */
static bool
has_interp(const char *path)
{
	Elf64_Ehdr head;
	Elf64_Phdr ph;
	bool yes = false;
	int fd = open(bench_path(path), O_RDONLY | O_CLOEXEC), i;

	MUST(fd != -1 && read(fd, &head, sizeof(head)) == sizeof(head));
	for (i = 0; i < head.e_phnum; i++) {
		MUST(pread(fd, &ph, sizeof(ph), (off_t)head.e_phoff +
		    i * (off_t)sizeof(ph)) == sizeof(ph));
		yes = yes || ph.p_type == PT_INTERP;
	}
	close(fd);
	return (yes);
}

bool
memory_measure(const struct peer *p, long arg, double *out)
{
	struct first f;
	struct stat st;
	bool good;

	(void)arg;
	MUST(stat(bench_path(p->argv[0]), &st) == 0);
	first_start(&f, p, "idle");
	good = first_says("ready", NULL, NULL, 10000);
	if ((p->flags & PEER_OURS) != 0 && (p->flags & PEER_BOOT) != 0)
		good = good && first_runs(&f, 10000);
	sleep_ms(SETTLE_MS);
	out[0] = (double)proc_figure(f.pid, "smaps_rollup", "Pss");
	out[1] = (double)proc_figure(f.pid, "smaps_rollup", "Pss_Anon");
	out[2] = proc_own_pss(f.pid);
	out[3] = (double)proc_figure(f.pid, "status", "VmPTE");
	out[4] = (double)st.st_size;
	out[5] = has_interp(p->argv[0]);
	first_kill(&f);
	return (good);
}

void
bench_memory(void)
{
	static struct table t = {
		.file = "memory", .title = "Memory of process 1, idle",
		.col = { "PSS KiB", "PSS anon KiB", "less libraries",
		    "page tables KiB", "bytes, stripped", "PT_INTERP" },
		.any = PEER_APP | PEER_BOOT | PEER_FLOOR,
		.measure = memory_measure
	};

	t.rounds = (int)bench_env("BENCH_ROUNDS", 5);
	table_run(&t);
}
