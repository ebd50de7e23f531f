/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill -s on a jail that forks fast.  Guards against: a signal that a fork
 * outruns; success said when the first process has not stopped yet.  Each test
 * in a PID namespace of its own; JAIL_LONG=1: full rounds.
 * check: alone
 * only linux: that no fork outruns STOP; test_freebsd has storms
 */
#include "live.h"
#include "many.h"

#include <sys/stat.h>

#include <dirent.h>
#include <sched.h>

#define COMETS		200
#define STORM_PIDS	400
#define STORM_UP	"/tmp/up"

/* Never long the same process. */
static _Noreturn void
comet(void)
{
	for (;;)
		if (fork() > 0)
			_exit(0);
}

/* They begin when all of them are there: who makes them would not get a turn
 * among them. */
static void
storm(void)
{
	int i, p[2];
	char c;

	if (pipe(p) == -1)
		return;
	for (i = 0; i < COMETS; i++)
		if (fork() == 0) {
			close(p[1]);
			(void)!read(p[0], &c, 1);
			(void)nice(10);	/* we have to get through ourselves */
			comet();
		}
	(void)creat(STORM_UP, 0644);
}

static void
storm_start(void *arg)
{
	(void)arg;
	live_child(storm);
}

/* Until the storm is there. */
static void
storm_up(struct jail *j)
{
	struct jail_opts o = { .before_exec = storm_start };

	(void)unlink(jail_path(j, STORM_UP));
	if (jail_has_pids())
		o.pids_max = STORM_PIDS;
	else
		o.nproc = STORM_PIDS;
	MUST(jail_start(j, &o, "/sbin/jailinit", NULL) == 0);
	MUST(jail_wait_state(j, "run", jail_slack(20000)) == 0);
	MUST(jail_wait_file(j, STORM_UP, jail_slack(20000)) == 0);
}

static const char *
name_of(const struct jail *j)
{
	static char name[24];

	(void)snprintf(name, sizeof(name), "pid=%d", (int)j->pid);
	return (name);
}

static void
test_storm_kill(struct jail *j)
{
	int i, rounds = many_rounds(5, 100);
	int64_t longest_ms = 0;
	struct run r;

	for (i = 0; i < rounds; i++) {
		storm_up(j);
		MUST(run_kill(&r, "-s", "KILL", name_of(j), NULL) == 0);
		MUST(many_count(j->pid).all == 0);
		MUST(jail_wait(j, 0, NULL) != -1);
		MUST(jail_count(j) == 0);
		if (r.took_ms > longest_ms)
			longest_ms = r.took_ms;
		run_free(&r);
		MUST(jail_again(j) == 0);
	}
	printf("KILL: nothing left of %d storms in %d rounds of %d, "
	    "%d ms at the most\n", COMETS, rounds, rounds, (int)longest_ms);
}

/* All stopped, once those that were in the kernel have come out of it.  Two
 * looks at all of them stopped: one can miss what came to be where it had been
 * already, from a fork that was over when it got to the parent. */
static struct many_count
settled(pid_t first)
{
	int64_t end_ms = jail_now_ms() + MANY_SETTLE_MS;
	struct many_count before, c = many_count(first);

	do {
		before = c;
		c = many_count(first);
	} while ((before.stopped != before.all || c.stopped != c.all ||
	    c.sum != before.sum) && jail_now_ms() < end_ms);
	return (c);
}

static bool
changes(pid_t first)
{
	int64_t end_ms = jail_now_ms() + MANY_SETTLE_MS;
	uint64_t sum = many_count(first).sum;

	while (many_count(first).sum == sum)
		if (jail_now_ms() >= end_ms)
			return (false);
	return (true);
}

/* Sends it, and says so if that was in vain; in a storm it may be, for want
 * of time, and is tried again. */
static bool
sent(const char *name, const char *sig)
{
	struct run r;
	int st = 2, tries;

	for (tries = 0; st == 2 && tries < 10; tries++) {
		st = run_kill(&r, "-s", sig, name, NULL);
		if (st != 0)
			fprintf(stderr, "-s %s: %d after %d ms: %s", sig, st,
			    (int)r.took_ms, r.err);
		run_free(&r);
	}
	return (st == 0);
}

static int
stop_round(struct jail *j)
{
	struct many_count a, b;

	MUST(sent(name_of(j), "STOP"));
	a = settled(j->pid);
	if (a.stopped != a.all)
		fprintf(stderr, "%d of %d stopped\n", a.stopped, a.all);
	MUST(a.all > COMETS / 2 && a.stopped == a.all);
	jail_sleep_ms(30);
	b = many_count(j->pid);
	if (b.sum != a.sum || b.stopped != b.all)
		fprintf(stderr, "%d of %d stopped, then %d of %d\n",
		    a.stopped, a.all, b.stopped, b.all);
	MUST(b.sum == a.sum && b.stopped == b.all);
	MUST(sent(name_of(j), "CONT"));
	MUST(changes(j->pid));
	MUST(proc_state(j->pid) != 'T');
	return (a.all);
}

/* The first process makes others all the time, which live until there are
 * too many: those that it makes between the others' signal and its own are
 * not to be forgotten. */
#define MADE	50

static void
maker(int arg)
{
	pid_t pids[MADE] = { 0 };
	int i;

	for (i = arg;; i = (i + 1) % MADE) {
		if (i == MADE - 1)
			(void)creat(MANY_READY, 0644);
		if (pids[i] > 0) {
			(void)kill(pids[i], SIGKILL);
			(void)waitpid(pids[i], NULL, 0);
		}
		pids[i] = fork();
		if (pids[i] == 0)
			for (;;)
				(void)pause();
	}
}

/* In the long rounds it gets a processor last, behind these: it may be in the
 * middle of making one for seconds. */
#define HOGS	12

static void
hogs_start(pid_t first)
{
	const struct sched_param none = { 0 };
	int i;

	MUST(sched_setscheduler(first, SCHED_IDLE, &none) == 0);
	for (i = 0; i < HOGS; i++)
		if (fork() == 0)	/* ends with the namespace */
			for (;;)
				continue;
}

static void
test_maker_stop(struct jail *base)
{
	const struct many_how how = { .first = maker };
	int i, rounds = many_rounds(50, 500);
	struct many_count a;
	struct many_jail *j;
	struct many m;

	many_init(&m, base);
	j = many_start(&m, &how);
	many_wait_run(&m);
	if (many_long())
		hogs_start(j->pid);
	for (i = 0; i < rounds; i++) {
		MUST(sent(run_jid(j->jid), "STOP"));
		a = settled(j->pid);
		if (a.stopped != a.all)
			fprintf(stderr, "%d of %d stopped\n", a.stopped, a.all);
		MUST(a.all >= MADE - 1 && a.stopped == a.all);
		MUST(sent(run_jid(j->jid), "CONT"));
		MUST(changes(j->pid));
	}
	many_end(&m);
}

/* for pid in ...; do kill -s STOP $pid; done: how many still run. */
static int
loop_round(struct jail *j)
{
	struct many_count c;
	const struct dirent *e;
	struct stat st;
	char path[48];
	pid_t pid;
	int sig, i;
	DIR *d;

	for (i = 0; i < 2; i++) {
		sig = i == 0 ? SIGSTOP : SIGCONT;
		d = opendir("/proc");
		MUST(d != NULL);
		while ((e = readdir(d)) != NULL) {
			pid = (pid_t)strtol(e->d_name, NULL, 10);
			(void)snprintf(path, sizeof(path), "/proc/%d/ns/pid",
			    (int)pid);
			if (pid > 1 && stat(path, &st) == 0 &&
			    st.st_ino == j->pidns)
				(void)kill(pid, sig);
		}
		closedir(d);
		if (i == 0) {
			jail_sleep_ms(20);
			c = many_count(j->pid);
		}
	}
	return (c.all - c.stopped);
}

static void
test_storm_stop(struct jail *j)
{
	int i, n, stopped = 0, missed = 0, most = 0;
	int rounds = many_rounds(5, 100);

	storm_up(j);
	for (i = 0; i < rounds; i++)
		stopped += stop_round(j);
	printf("STOP: %d stopped and 0 missed on average of %d rounds\n",
	    stopped / rounds, rounds);
	for (i = 0; i < 4 * rounds; i++) {
		n = loop_round(j);
		missed += n;
		most = n > most ? n : most;
	}
	printf("a loop over the pids: missed %d on average, %d at the most\n",
	    missed / (4 * rounds), most);
	MUST(missed > 0);
	MUST(jail_again(j) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		MANY_TEST(test_storm_kill),
		MANY_TEST(test_storm_stop),
		MANY_TEST(test_maker_stop),
	};

	LIVE_MAIN("kill_storm");
}
