/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak [-m minutes] [-s seed]: a few jails side by side in a random storm, for
 * an hour by default: orphans, requests good and bad, reboots in place, the
 * hooks of rc.jail, log pipes that nobody reads, readers of the status.  Now
 * and then, and at the end, all of it stops: then descriptors, memory (private
 * dirty) and zombies of process 1 must be as they were at the start, and a
 * request must be heard.  Prints a table; exit status 1 if it was not so.
 * Run it from the top folder.  Environment: that of jail.h.
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jail.h"

#define MINUTES		60	/* by default */
#define WARM_MS		15000	/* of storm, before "start" is measured */
#define STORMS		20	/* and as many looks */
#define STORM_MIN_MS	10000
#define PAUSE_MS	40	/* between two actions, at most */
#define QUIET_MS	30000	/* in which one must have come to rest */
#define TORN_MS		1200	/* what has no newline is a line by then */
#define BUDGET		"5"	/* of an end that was asked for by a signal */
#define HALT		"halt 10\n"
#define HALT_MS		10000

/* A page here and there that was not touched before "start". */
#define GROWN_KB	16

/* Lines that are no requests: dropped, one each. */
static const char *const bad[] = { "@bogus\n", "halt now please\n",
    "reboot 9999999999\n", "\001\002\003\n", "halt -1\n", "nobody\n",
    "../../bin/sh\n", "poweroff 1 2\n", "Halt\n" };

/* Administrator's requests; the limit (-q) is 1 s, and 5 until KILL. */
static const struct job {
	const char *name, *script;
} jobs[] = {
	{ "good", ":" },
	{ "fails", "exit 3" },
	{ "killed", "kill -9 $$" },
	{ "speaks", "echo a job speaks" },
	{ "daemon", "(sleep 0.3 &) &" },
	{ "slow", "sleep 0.3" },
	{ "over", "sleep 100" },
	{ "deaf", "trap '' TERM; sleep 2" },
	{ "mark", "echo >/tmp/mark" },
};
#define N_JOBS	(sizeof(jobs) / sizeof(jobs[0]))

/* A read from a FIFO that never says anything waits without a child. */
#define FOR_EVER	"while :; do read x <>/tmp/never; done"

#define RC		"echo >>/tmp/lives; echo a life begins\n"	\
			"(" FOR_EVER ") &\n"				\
			"(while :; do read -t 1 x <>/tmp/never;"	\
			" echo a service speaks; done) &\n"		\
			"(trap '' TERM; " FOR_EVER ") &\n"
#define RC_SHUTDOWN	"echo a life ends: $1\n"			\
			"[ $((RANDOM % 6)) != 0 ] || sleep 100\n"
#define COMMAND		"trap : HUP USR1 USR2; trap 'exit 0' TERM\n"	\
			"echo >>/tmp/lives\n" FOR_EVER

struct kind {
	const char *name;
	bool app, hooks, musl, reboots;
};

static const struct kind kinds[] = {
	{ .name = "rc, one life" },
	{ .name = "rc, reboots", .reboots = true },
	{ .name = "rc.jail, hooks", .hooks = true, .reboots = true },
	{ .name = "musl, one life", .musl = true },
	{ .name = "command", .app = true },
	{ .name = "musl, command", .app = true, .musl = true,
	    .reboots = true },
};
#define N_JAILS	(sizeof(kinds) / sizeof(kinds[0]))

struct figures {
	int processes, zombies, fds;
	long dirty_kb;
};

/* What the storm's and the readers' processes count, too. */
struct counts {
	atomic_ulong orphans, reads, torn;
};

struct yard {
	struct jail jail;
	const struct kind *kind;
	struct figures start, most, end;
	struct counts *counts;
	int log_fd, fill_fd;	/* of the log pipe: ours, and to fill it */
	bool stuck;		/* nobody reads it */
	unsigned long good, bad;
	char tail[2048];	/* of the log */
};

static struct yard yards[N_JAILS];
static const char *failed;
static uint64_t seed;
static volatile sig_atomic_t interrupted;

static void
on_signal(int sig)
{
	interrupted = sig;
}

/* xorshift64: the same everywhere for the same seed. */
static unsigned
chance(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return ((unsigned)(seed >> 33) % n);
}

static void
fail(const struct yard *y, const char *format, ...)
{
	va_list ap;

	printf("%s: ", y->kind->name);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\nthe end of its log:\n%s\n", y->tail);
	failed = "failed";
}

/*
 * The log.
 */
static void
log_read(struct yard *y)
{
	char buf[4096];
	size_t keep, used, size = sizeof(y->tail) - 1;
	ssize_t n;

	while ((n = read(y->log_fd, buf, sizeof(buf))) > 0) {
		keep = (size_t)n < size ? (size_t)n : size;
		used = strlen(y->tail);
		if (used + keep > size) {
			memmove(y->tail, y->tail + used + keep - size,
			    size - keep);
			used = size - keep;
		}
		memcpy(y->tail + used, buf + n - keep, keep);
		y->tail[used + keep] = '\0';
	}
}

static void
logs_read(void)
{
	size_t i;

	for (i = 0; i < N_JAILS; i++)
		if (!yards[i].stuck)
			log_read(&yards[i]);
}

static void
rest(int64_t ms)
{
	int64_t end_ms = jail_now_ms() + ms;

	do {
		logs_read();
		jail_sleep_ms(ms < 10 ? ms : 10);
	} while (jail_now_ms() < end_ms && !interrupted);
}

/*
 * Actions.
 */

/* Is it written?  Between two lives there is no FIFO. */
static bool
ask(struct yard *y, const char *text, size_t n)
{
	int fd = jail_ctl_open(&y->jail), i;
	ssize_t done = -1;

	for (i = 0; fd != -1 && i < 100 && done == -1; i++) {
		done = write(fd, text, n);
		if (done == -1)
			jail_sleep_ms(1);
	}
	if (fd != -1)
		close(fd);
	return (done == (ssize_t)n);
}

static bool
ask_line(struct yard *y, const char *text)
{
	return (ask(y, text, strlen(text)));
}

static void
do_job(struct yard *y)
{
	char line[32];

	snprintf(line, sizeof(line), "%s\n", jobs[chance(N_JOBS)].name);
	y->good += ask_line(y, line);
}

static void
do_bad(struct yard *y)
{
	y->bad += ask_line(y, bad[chance(sizeof(bad) / sizeof(bad[0]))]);
}

/* Long lines, of anything. */
static void
do_noise(struct yard *y)
{
	char buf[600];
	size_t i, n = 1 + chance(sizeof(buf) - 1);

	for (i = 0; i < n - 1; i++)
		do
			buf[i] = (char)chance(256);
		while (buf[i] == '\n');
	buf[0] = '@';
	buf[n - 1] = '\n';
	y->bad += ask(y, buf, n);
}

/* In parts, or without an end: it begins with what no request does. */
static void
do_torn(struct yard *y)
{
	bool whole = chance(2) == 0;

	y->bad += ask_line(y, "@to") && whole;
	jail_sleep_ms(chance(5));
	if (whole)
		(void)ask_line(y, "rn\n");
}

static void
do_flood(struct yard *y)
{
	unsigned n = 100 + chance(1000);

	while (n-- > 0)
		do_bad(y);
}

static void
do_signal(struct yard *y)
{
	static const int app[] = { SIGWINCH, SIGHUP, SIGUSR1, SIGUSR2 };

	/* A command that has just begun would die of most. */
	(void)jail_signal(&y->jail, !y->kind->app ? SIGHUP :
	    app[y->kind->reboots ? 0 : chance(4)]);
}

/* Its FIFO is gone; HUP has it made again. */
static void
do_unlink(struct yard *y)
{
	if (y->kind->app)
		return;
	(void)unlink(jail_path(&y->jail, JAIL_CTL));
	(void)jail_signal(&y->jail, SIGHUP);
}

static void
do_stick(struct yard *y)
{
	static const char spaces[4096];
	ssize_t n = sizeof(spaces);

	y->stuck = !y->stuck;
	while (y->stuck && n > 0)
		while (write(y->fill_fd, spaces, (size_t)n) == -1 && n > 0)
			n /= 2;
}

static void
do_reboot(struct yard *y)
{
	char line[32];

	if (!y->kind->reboots)
		return;
	if (!y->kind->app && chance(4) == 0) {
		y->good += jail_signal(&y->jail, SIGINT) == 0;
		return;
	}
	snprintf(line, sizeof(line), "reboot %u\n", chance(6));
	y->good += ask_line(y, line);
}

struct storm {
	struct counts *counts;
	unsigned n, live_ms;
};

/* A process of the jail's makes orphans; it is one itself. */
static int
storm(void *arg)
{
	const struct storm *s = arg;
	unsigned i;
	pid_t pid;

	closefrom(3);
	if (fork() != 0)
		return (0);
	(void)setsid();
	for (i = 0; i < s->n; i++) {
		pid = fork();
		if (pid == 0) {
			if (fork() == 0) {
				if (s->live_ms > 0)
					jail_sleep_ms(i * 7 % s->live_ms);
				else
					(void)sched_yield();
			}
			_exit(0);
		}
		if (pid > 0 && waitpid(pid, NULL, 0) == pid)
			atomic_fetch_add(&s->counts->orphans, 1);
	}
	_exit(0);
}

static void
do_storm(struct yard *y)
{
	struct storm s = { y->counts, 0, chance(2) == 0 ? 0 : 300 };
	pid_t pid;

	s.n = 1 + chance(s.live_ms == 0 ? 1000 : 100);
	pid = jail_enter(&y->jail, storm, &s);
	y->jail.n_entered = 0;
	if (pid > 0)
		(void)waitpid(pid, NULL, 0);
}

static const struct action {
	void (*fn)(struct yard *);
	unsigned weight;
} actions[] = {
	{ do_bad, 10 }, { do_flood, 1 }, { do_job, 10 }, { do_noise, 5 },
	{ do_reboot, 2 }, { do_signal, 4 }, { do_stick, 2 }, { do_storm, 6 },
	{ do_torn, 4 }, { do_unlink, 2 }
};
#define N_ACTIONS	(sizeof(actions) / sizeof(actions[0]))

static void
act(struct yard *y)
{
	unsigned sum = 0, at;
	size_t i;

	for (i = 0; i < N_ACTIONS; i++)
		sum += actions[i].weight;
	at = chance(sum);
	for (i = 0; at >= actions[i].weight; i++)
		at -= actions[i].weight;
	actions[i].fn(y);
}

/* Who reads the status finds all of one: the first line and the last.  Once it
 * is there it is not away for a moment. */
static void
reader(const struct yard *y)
{
	const char *text, *last;
	size_t len, seen = 0;

	(void)die_with_parent();
	(void)setsid();
	closefrom(3);	/* janitors wait */
	for (;;) {
		text = jail_file(&y->jail, JAIL_STATUS);
		len = strlen(text);
		last = strstr(text, "\njob_status=");
		seen += len;
		if (seen > 0 && (strncmp(text, "state=", 6) != 0 ||
		    last == NULL || strchr(last + 1, '\n') != text + len - 1))
			atomic_fetch_add(&y->counts->torn, 1);
		atomic_fetch_add(&y->counts->reads, 1);
		jail_sleep_ms(7);
	}
}

/*
 * Peace.
 */
static long
dirty_kb(pid_t pid)
{
	char path[64], line[128];
	long kb = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "Private_Dirty:", 14) == 0)
			kb = strtol(line + 14, NULL, 10);
	if (f != NULL)
		fclose(f);
	return (kb);
}

static bool
is_gone(const struct yard *y)
{
	struct pollfd p = { y->jail.pidfd, POLLIN, 0 };

	return (poll(&p, 1, 0) == 1);
}

/* A request is heard, once no other runs. */
static bool
is_heard(struct yard *y)
{
	int i;

	(void)unlink(jail_path(&y->jail, "/tmp/mark"));
	if (!ask_line(y, "mark\n"))
		return (false);
	for (i = 0; i < 20; i++) {
		rest(10);
		if (jail_exists(&y->jail, "/tmp/mark"))
			return (true);
	}
	return (false);
}

/* As at the start?  Memory that was touched once stays so. */
static bool
is_at_rest(struct yard *y, struct figures *f)
{
	f->zombies = jail_zombies(&y->jail);
	f->processes = jail_count(&y->jail);
	f->fds = proc_fds(y->jail.pid);
	f->dirty_kb = dirty_kb(y->jail.pid);
	return (strcmp(jail_status(&y->jail, "state"), "run") == 0 &&
	    f->zombies == 0 && f->fds == y->start.fds &&
	    f->processes == y->start.processes &&
	    f->dirty_kb <= y->start.dirty_kb + GROWN_KB);
}

static void
look(struct yard *y, int64_t end_ms)
{
	struct figures f = { 0 };
	bool heard = false, at_rest = false;

	while (!(heard && at_rest) && jail_now_ms() < end_ms &&
	    !is_gone(y) && !interrupted) {
		heard = heard || is_heard(y);
		rest(50);	/* the status has its writer */
		at_rest = heard && is_at_rest(y, &f);
	}
	if (interrupted)
		return;
	if (is_gone(y))
		fail(y, "process 1 is gone");
	else if (!heard)
		fail(y, "no request is heard, state %s",
		    jail_status(&y->jail, "state"));
	else if (!at_rest)
		fail(y, "not as at the start: state %s, %d processes (%d), "
		    "%d zombies, %d descriptors, %ld KiB",
		    jail_status(&y->jail, "state"), f.processes,
		    y->start.processes, f.zombies, f.fds, f.dirty_kb);
	if (atomic_load(&y->counts->torn) != 0)
		fail(y, "a status was read that was not whole");
	y->end = f;
	if (f.dirty_kb > y->most.dirty_kb)
		y->most.dirty_kb = f.dirty_kb;
	if (f.fds > y->most.fds)
		y->most.fds = f.fds;
}

static void
look_all(void)
{
	size_t i;

	for (i = 0; i < N_JAILS; i++)
		yards[i].stuck = false;
	rest(TORN_MS);
	for (i = 0; i < N_JAILS && failed == NULL && !interrupted; i++)
		look(&yards[i], jail_now_ms() + jail_slack(QUIET_MS));
}

static void
storm_all(int64_t ms)
{
	int64_t end_ms = jail_now_ms() + ms;
	struct yard *y;

	while (jail_now_ms() < end_ms && !interrupted) {
		y = &yards[chance(N_JAILS)];
		if (is_gone(y)) {
			fail(y, "process 1 is gone");
			return;
		}
		act(y);
		rest(chance(PAUSE_MS));
	}
}

/* Of memory when each path has been taken. */
static void
start_all(void)
{
	struct yard *y;
	int i;

	rest(1000);	/* what rc has started is there */
	for (y = yards; y < yards + N_JAILS; y++) {
		for (i = 0; i < 50; i++) {
			(void)is_at_rest(y, &y->start);
			if (y->start.zombies == 0)
				break;
			rest(100);
		}
		if (y->start.zombies != 0)
			fail(y, "%d zombies at the start", y->start.zombies);
		y->start.dirty_kb = LONG_MAX / 2;
	}
	storm_all(failed == NULL ? WARM_MS : 0);
	look_all();
	for (y = yards; y < yards + N_JAILS; y++)
		y->start.dirty_kb = y->end.dirty_kb;
}

/*
 * The jails.
 */
static int
hooks_make(const struct jail *j)
{
	return (jail_copy(j, "rc/jail/rc", "/etc/rc") |
	    jail_copy(j, "rc/jail/rc.shutdown", "/etc/rc.shutdown") |
	    jail_copy(j, "rc/jail/run-hooks", "/libexec/jailinit/run-hooks") |
	    jail_script(j, "/etc/rc.d/10-life", "[ $1 = stop ] && exit\n"
	    "echo >>/tmp/lives") |
	    jail_script(j, "/etc/rc.d/20-service", "[ $1 = stop ] && exit\n"
	    "(" FOR_EVER ") >/dev/null 2>&1 &") |
	    jail_script(j, "/etc/rc.shutdown.d/10-save", "echo saves") |
	    jail_script(j, "/etc/rc.shutdown.d/20-fails", "exit 3") |
	    jail_script(j, "/etc/rc.shutdown.d/30-hangs", "# timeout: 1\n"
	    "[ $((RANDOM % 6)) != 0 ] || sleep 100") |
	    jail_script(j, "/etc/rc.shutdown.d/40-daemon", "sleep 100 &"));
}

static int
root_make(struct yard *y)
{
	const char *musl = getenv("JAILINIT_MUSL");
	struct jail *j = &y->jail;
	char path[64];
	size_t i;
	int e = jail_new(j);

	if (e == 0 && y->kind->musl && musl != NULL)
		e = jail_copy(j, musl, "/sbin/jailinit");
	for (i = 0; i < N_JOBS && e == 0; i++) {
		snprintf(path, sizeof(path), "/etc/rc.request.d/%s",
		    jobs[i].name);
		e = jail_script(j, path, jobs[i].script);
	}
	if (e == 0)
		e = mkfifo(jail_path(j, "/tmp/never"), 0600);
	if (e == 0 && y->kind->hooks)
		return (hooks_make(j));
	return (e | jail_script(j, "/etc/rc", RC) |
	    jail_script(j, "/etc/rc.shutdown", RC_SHUTDOWN));
}

static int
log_make(struct yard *y, int fds[3])
{
	char path[64];
	int p[2];

	if (pipe2(p, O_CLOEXEC) == -1)
		return (-1);
	fds[1] = fds[2] = p[1];
	y->log_fd = p[0];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", p[1]);
	y->fill_fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	return (y->fill_fd == -1 ? -1 : fcntl(p[0], F_SETFL, O_NONBLOCK));
}

static int
yard_start(struct yard *y)
{
	int fds[3] = { JAIL_FD_DEFAULT, -1, -1 }, e;
	struct jail_opts o = { .fds = fds };
	struct jail *j = &y->jail;

	if (root_make(y) == -1 || log_make(y, fds) == -1)
		return (-1);
	if (y->kind->app)
		e = jail_start(j, &o, "/sbin/jailinit", "-B", BUDGET, "-q",
		    "1", "--", "/bin/sh", "-c", COMMAND, NULL);
	else
		e = jail_start(j, &o, "/sbin/jailinit", "-B", BUDGET, "-q",
		    "1", NULL);
	close(fds[1]);
	if (e == -1 || jail_wait_state(j, "run", jail_slack(10000)) == -1)
		return (-1);
	return (jail_wait_file(j, "/tmp/lives", jail_slack(10000)));
}

static void
yard_halt(struct yard *y)
{
	int64_t took_ms;
	int st;

	y->stuck = false;
	if (is_gone(y) || !ask_line(y, HALT)) {
		fail(y, "cannot be halted");
		return;
	}
	y->jail.asked_ms = jail_now_ms();
	while (!is_gone(y) && jail_now_ms() - y->jail.asked_ms <
	    jail_slack(HALT_MS + 2000))
		rest(10);
	st = jail_wait(&y->jail, 0, &took_ms);
	if (st != 0)
		fail(y, "did not end with 0 in time: wait status %d", st);
}

static int
lives(const struct yard *y)
{
	return ((int)strlen(jail_file(&y->jail, "/tmp/lives")));
}

static void
table_print(uint64_t seed_was, int64_t ms)
{
	struct yard *y;
	size_t i;

	printf("seed %llu, %lld min %lld s; descriptors and private dirty "
	    "KiB of process 1 at the start, most, at the end\n",
	    (unsigned long long)seed_was, (long long)(ms / 60000),
	    (long long)(ms / 1000 % 60));
	printf("%-15s %5s %9s %8s %9s %9s %11s %11s %7s\n", "", "lives",
	    "orphans", "requests", "bad lines", "st. reads", "descriptors",
	    "KiB", "zombies");
	for (i = 0; i < N_JAILS; i++) {
		y = &yards[i];
		printf("%-15s %5d %9lu %8lu %9lu %9lu %3d %3d %3d "
		    "%3ld %3ld %3ld %7d\n", y->kind->name, lives(y),
		    atomic_load(&y->counts->orphans), y->good, y->bad,
		    atomic_load(&y->counts->reads), y->start.fds,
		    y->most.fds, y->end.fds, y->start.dirty_kb,
		    y->most.dirty_kb, y->end.dirty_kb, y->end.zombies);
	}
	(void)fflush(stdout);
}

static void
soak(int64_t ms)
{
	int64_t begin_ms = jail_now_ms(), step_ms = ms / STORMS;
	int i;

	if (step_ms < STORM_MIN_MS)
		step_ms = STORM_MIN_MS;
	start_all();
	for (i = 1; failed == NULL && !interrupted &&
	    jail_now_ms() - begin_ms < ms; i++) {
		storm_all(step_ms);
		look_all();
	}
}

static void
args_read(int argc, char **argv, int64_t *ms)
{
	int c;

	*ms = MINUTES * 60000;
	seed = (uint64_t)jail_now_ms();
	while ((c = getopt(argc, argv, "m:s:")) != -1)
		if (c == 'm')
			*ms = (int64_t)(strtod(optarg, NULL) * 60000);
		else if (c == 's')
			seed = strtoull(optarg, NULL, 10);
		else
			exit(64);
	if (seed == 0)		/* of which nothing else would come */
		seed = 1;
}

int
main(int argc, char **argv)
{
	uint64_t seed_was;
	int64_t ms, begin_ms;
	pid_t readers[N_JAILS];
	struct counts *counts;
	size_t i, n;

	args_read(argc, argv, &ms);
	seed_was = seed;
	counts = mmap(NULL, sizeof(*counts) * N_JAILS, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		return (1);
	(void)signal(SIGINT, on_signal);
	(void)signal(SIGTERM, on_signal);
	(void)signal(SIGHUP, on_signal);
	(void)signal(SIGPIPE, SIG_IGN);
	begin_ms = jail_now_ms();
	for (n = 0; n < N_JAILS && failed == NULL; n++) {
		yards[n].kind = &kinds[n];
		yards[n].counts = &counts[n];
		if (yard_start(&yards[n]) == -1)
			fail(&yards[n], "does not start");
	}
	/* Pages of files that were not written yet would be dirty, too. */
	sync();
	for (i = 0; i < n; i++) {
		readers[i] = fork();
		if (readers[i] == 0)
			reader(&yards[i]);
	}
	if (failed == NULL)
		soak(ms);
	table_print(seed_was, jail_now_ms() - begin_ms);
	for (i = 0; i < n && !interrupted && failed == NULL; i++)
		yard_halt(&yards[i]);
	for (i = 0; i < n; i++)
		if (readers[i] > 0) {
			(void)kill(readers[i], SIGKILL);
			(void)waitpid(readers[i], NULL, 0);
		}
	for (i = n; i-- > 0;)	/* a janitor has the pipes of those before */
		if (jail_free(&yards[i].jail) == -1)
			failed = "failed";
	if (interrupted)
		failed = "interrupted";
	printf("soak: %s\n", failed == NULL ? "all as at the start" : failed);
	return (failed != NULL);
}
