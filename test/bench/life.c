/* SPDX-License-Identifier: BSD-2-Clause */
/* Start, reaping and stop. */
#include <poll.h>
#include <stdio.h>

#include "bench.h"

#define LIMIT_MS	10000
#define STORM_MS	60000
#define SETTLE_MS	100	/* half of the job's own, in a storm */

/* To the first instruction of the job: a command's, or rc's. */
bool
start_measure(const struct peer *p, long arg, double *out)
{
	struct first f;
	int64_t born = 0;
	bool said;

	(void)arg;
	first_start(&f, p, "stamp");
	said = first_says("stamp", &born, NULL, 5000);
	first_kill(&f);
	out[0] = (double)(born - f.clone_ns) / 1000;
	out[1] = (double)(born - *f.exec_ns) / 1000;
	return (said);
}

void
bench_start(void)
{
	static struct table t = {
		.file = "start", .title = "Start, to the job's main()",
		.col = { "us", "us from exec" }, .floor = "floor: wait",
		.measure = start_measure
	};

	t.rounds = (int)bench_env("BENCH_ROUNDS", 300);
	table_run(&t);
}

bool
reap_measure(const struct peer *p, long orphans, double *out)
{
	struct first f;
	int64_t cpu, all, took = 0, worst = 0;
	char job[32];
	bool good = false;

	(void)snprintf(job, sizeof(job), "storm %ld", orphans);
	first_start(&f, p, job);
	if (first_says("ready", NULL, NULL, 10000)) {
		sleep_ms(SETTLE_MS);
		cpu = proc_cpu_ns(f.pid, NULL);
		all = all_cpu_us();
		good = first_says("took", &took, &worst, STORM_MS);
		sleep_ms(SETTLE_MS);
		cpu = proc_cpu_ns(f.pid, NULL) - cpu;
		all = all_cpu_us() - all;
		out[0] = (double)cpu / (double)orphans;
		out[1] = (double)worst;
		out[2] = proc_zombies(&f);
		out[3] = (double)all / (double)orphans;
		out[4] = (double)orphans * 1e6 / (double)all;
		out[5] = (double)orphans * 1e9 / (double)took;
	}
	first_kill(&f);
	return (good);
}

void
bench_reap(void)
{
	static struct table t = {
		.file = "reap", .title = "Reaping, process 1's CPU an orphan",
		.col = { "ns", "worst zombies", "left", "us, all of it",
		    "a s and core", "a second" },
		.floor = "floor: wait", .any = PEER_REAPS,
		.measure = reap_measure
	};

	t.rounds = (int)bench_env("BENCH_ROUNDS", 3);
	t.arg = bench_env("BENCH_ORPHANS", 20000);
	table_run(&t);
}

/* From the signal to the namespace's end, as its parent sees it. */
static bool
stop_measure(const struct peer *p, long sleepers, double *out)
{
	struct first f;
	int64_t begun;
	char job[32];
	bool good;

	(void)snprintf(job, sizeof(job), "sleepers %ld", sleepers);
	first_start(&f, p, job);
	good = first_says("ready", NULL, NULL, LIMIT_MS);
	sleep_ms((p->flags & PEER_SLOW) != 0 ? 1500 : 30);
	begun = now_ns();
	if (good) {
		first_signal(&f, p->stop_sig);
		good = first_wait(&f, LIMIT_MS) != -1;
	}
	out[0] = (double)(now_ns() - begun) / 1e6;
	out[1] = (p->flags & PEER_WAITS) != 0;
	first_kill(&f);
	return (good);
}

void
bench_stop(void)
{
	static const long counts[] = { 0, 1, 100, 5000 };
	static char file[32], title[64];
	static struct table t = {
		.file = file, .title = title, .col = { "ms", "waits" },
		.floor = "floor: kill", .any = PEER_ENDS, .slow = 500,
		.measure = stop_measure
	};
	size_t i;

	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		t.arg = counts[i];
		(void)snprintf(file, sizeof(file), "stop-%ld", t.arg);
		(void)snprintf(title, sizeof(title),
		    "Stop, with %ld sleepers and their parent", t.arg);
		t.rounds = (int)bench_env("BENCH_ROUNDS",
		    t.arg > 1000 ? 3 : 20);
		table_run(&t);
	}
}
