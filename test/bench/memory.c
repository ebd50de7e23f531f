/* SPDX-License-Identifier: BSD-2-Clause */
/* Size and memory: of one process 1, alone; and of many jails, with what the
 * kernel keeps for them.  Touches the memory cgroup (1) that it
 * makes, which bench.c removes. */
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
#define JAILS_MAX	4096

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

/*
 * Many jails.
 */
static char memory_cgroup[64];

static bool
number_write(const char *dir, const char *name, int n)
{
	char path[PATH_MAX];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	return (f != NULL && fprintf(f, "%d", n) > 0 && fclose(f) == 0);
}

static bool
memory_enter(void)
{
	(void)snprintf(memory_cgroup, sizeof(memory_cgroup), BENCH_MEMORY,
	    (int)getpid());
	if (mkdir(memory_cgroup, 0755) == -1)
		return (false);
	return (number_write(memory_cgroup, "cgroup.procs", (int)getpid()));
}

static double
memory_now(void)
{
	char path[PATH_MAX];
	long long n = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/memory.usage_in_bytes",
	    memory_cgroup);
	f = file_open(path, "re");
	MUST(fscanf(f, "%lld", &n) == 1);
	(void)fclose(f);
	return ((double)n / 1024);
}

/* KiB a jail, and beyond that of the first row, where the job alone is all
 * that there is. */
static bool
jails_measure(const struct peer *p, long n, double *out)
{
	static struct first list[JAILS_MAX];
	static double alone;
	double before = memory_now();
	int64_t begun = now_ns();
	bool good = true;
	long i, started = 0;

	MUST(n <= JAILS_MAX);
	for (i = 0; i < n && good; i++) {
		first_start(&list[i], p, "idle");
		started++;
		good = first_says("ready", NULL, NULL, 10000);
	}
	out[3] = (double)(now_ns() - begun) / 1e6 / (double)n;
	sleep_ms(1000);
	out[0] = (memory_now() - before) / (double)n;
	if (p == peers)
		alone = out[0];
	out[1] = out[0] - alone;
	out[2] = (double)proc_figure(list[n / 2].pid, "smaps_rollup", "Pss");
	for (i = 0; i < started; i++)
		first_signal(&list[i], 9);
	for (i = 0; i < started; i++)
		MUST(first_wait(&list[i], 60000) != -1);
	sleep_ms(500);
	return (good);
}

void
bench_jails(void)
{
	static char title[64];
	static struct table t = {
		.file = "jails", .title = title,
		.col = { "KiB a jail", "beyond job", "PSS KiB",
		    "ms to start" },
		.floor = "job itself", .any = PEER_MANY,
		.measure = jails_measure
	};

	if (!memory_enter()) {
		printf("skipped: jails: no memory cgroup (1) here\n");
		skipped++;
		return;
	}
	t.arg = bench_env("BENCH_JAILS", 1000);
	t.rounds = (int)bench_env("BENCH_ROUNDS", 1);
	(void)snprintf(title, sizeof(title),
	    "Memory of %ld idle jails, the kernel's too", t.arg);
	table_run(&t);
}
