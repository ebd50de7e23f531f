/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The harness of the benchmarks: any init as process 1 of a PID namespace, in
 * a root that test/bench/root has made, and tables in which all of them were
 * measured in turn, round by round.  For root; libc and Linux only.
 *
 * Environment: BENCH_DIR is where root/ is, and where tables are written as
 * NAME.tsv; BENCH_ONLY names the only peers, with commas; BENCH_ROUNDS,
 * BENCH_ORPHANS, BENCH_SECONDS (idle), BENCH_SAMPLES (latency) set how much is
 * done.
 */
#ifndef BENCH_H
#define BENCH_H

#include <sys/types.h>

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define BENCH_COLS	6
#define BENCH_ROUNDS	1000	/* at most */
#define BENCH_PEERS	24	/* at most */

/* What a peer is, and the tables that it is in. */
#define PEER_APP	0x01	/* is given a command */
#define PEER_BOOT	0x02	/* boots, by files of its own */
#define PEER_FLOOR	0x04	/* nobody's init */
#define PEER_BG		0x08	/* its rc has to end, so the job forks */
#define PEER_REAPS	0x10
#define PEER_ENDS	0x20	/* ends when told to by stop_sig */
#define PEER_WAITS	0x40	/* and for every process, before it does */
#define PEER_OURS	0x80
#define PEER_FILL	0x100	/* needs files in /run */
#define PEER_SLOW	0x200	/* to hear signals when it has started */
#define PEER_ASKED	0x400	/* listens to the FIFO */

struct peer {
	const char *name;
	const char *argv[8];
	unsigned flags;
	int stop_sig;
	const char *file, *text;	/* to be written before a start */
};

struct first {
	pid_t pid;
	int pidfd;
	int64_t clone_ns;	/* just before it was made */
	const int64_t *exec_ns;	/* just before its program was executed;
				 * until the next start */
};

extern const struct peer peers[];	/* a NULL name ends them */

/* Is its program there?  Says so once, and counts it, when not. */
bool peer_here(const struct peer *p);

/* All functions end the program when they cannot do it. */
#define MUST(x)								\
	do {								\
		if (!(x))						\
			bench_fail(__FILE__, __LINE__, #x);		\
	} while (0)
_Noreturn void bench_fail(const char *file, int line, const char *what);

/* Once, first: a mount namespace, the FIFO, the cgroup. */
void bench_init(void);
/* The number of that name in the environment, or otherwise. */
long bench_env(const char *name, long otherwise);
const char *bench_path(const char *path);	/* below root, static */
void bench_write(const char *path, const char *text);
FILE *file_open(const char *path, const char *mode);	/* never NULL */
int64_t now_ns(void);
void sleep_ms(long ms);

/* Process 1, with words for its job; the namespace has an own /proc and an
 * empty /run. */
void first_start(struct first *f, const struct peer *p, const char *job);
void first_kill(struct first *f);
/* How long until it was gone, reaped; -1 when it was not in time. */
int64_t first_wait(struct first *f, int64_t timeout_ms);
void first_signal(const struct first *f, int sig);
/* A line of the job, which is to begin with word: its figures.  false when
 * there is none in time. */
bool first_says(const char *word, int64_t *a, int64_t *b, int64_t timeout_ms);

/* CPU time of a process in ns, how often it ran; a figure of its status or
 * smaps_rollup (kB, or as is); -1. */
int64_t proc_cpu_ns(pid_t pid, int64_t *runs);
long proc_figure(pid_t pid, const char *file, const char *key);
/* CPU time of everything started, in microseconds; -1 without cgroups. */
int64_t all_cpu_us(void);
double proc_own_pss(pid_t pid);		/* KiB, without libraries */
int proc_zombies(const struct first *f);
/* The control FIFO of ours, opened for writing, not to be waited for. */
int first_ctl(const struct first *f);
/* Until its status says that it is in RUN. */
bool first_runs(const struct first *f, int64_t timeout_ms);

/* A table: measure() fills a row's columns, false when it cannot.  The first
 * column is shown with its quartiles and as a ratio to that of the floor in
 * the same round; of the others the median. */
struct table {
	const char *file, *title;
	const char *col[BENCH_COLS];	/* NULL ends them */
	const char *floor;		/* a peer; NULL: no ratio */
	double slow;			/* above it two rounds do; 0: none */
	int rounds;
	unsigned any, none;		/* flags of the peers in it */
	bool (*measure)(const struct peer *p, long arg, double *out);
	long arg;
};

void table_run(const struct table *t);
FILE *tsv_open(const char *file, const char *title, const char *unit);
/* Both sort v. */
double median(double *v, int n);
double quantile(double *v, int n, double q);
extern int skipped;

/* The benchmarks. */
void bench_start(void);
void bench_reap(void);
void bench_stop(void);
void bench_idle(void);
void bench_memory(void);
void bench_latency(void);
void bench_quick(void);		/* ends the program with 1 when it fails */

/* For bench_quick(). */
long idle_run(long seconds, unsigned any);
bool memory_measure(const struct peer *p, long arg, double *out);
bool reap_measure(const struct peer *p, long orphans, double *out);
bool start_measure(const struct peer *p, long arg, double *out);

#endif
