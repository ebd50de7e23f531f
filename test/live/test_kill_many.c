/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill on many jails.  Guards against: jails ended one after another; a
 * jid or pid that comes to mean another; a jail forgotten for lack of room;
 * what a killed jailkill leaves.  Each test in a world of its own;
 * JAIL_LONG=1: full rounds.
 * check: few
 */
#include "live.h"
#include "many.h"

#include <sys/stat.h>
#include <sys/utsname.h>

#include <dirent.h>
#include <poll.h>
#include <sched.h>
#include <time.h>

#define END_AT_ONCE	"echo >" MANY_MARK
#define END_IN_2_S	"sleep 2; echo >" MANY_MARK
#define END_HANGS	"echo >" MANY_MARK "; sleep 1000"
#define OUT_OF_TIME	"; rc.shutdown ran out of time"

/* On FreeBSD nobody is left to see a jail's last word, and a machine there may
 * be an emulated one. */
#ifdef __linux__
#define HAS_LAST_WORD	true
#define SIDE_BY_SIDE	300
#else
#define HAS_LAST_WORD	false
#define SIDE_BY_SIDE	60
#endif

/* Random, but to be had again: JAIL_SEED. */
static unsigned
seed(void)
{
	const char *s = getenv("JAIL_SEED");
	unsigned n = s != NULL ? (unsigned)strtoul(s, NULL, 10) :
	    (unsigned)time(NULL);

	printf("seed %u\n", n);
	return (n);
}

static void
sleep_us(int64_t us)
{
	struct timespec ts = { us / 1000000, us % 1000000 * 1000 };

	(void)nanosleep(&ts, NULL);
}

/*
 * Side by side.
 */

/* Takes no request, as each does it in its way; and no TERM, as none of its
 * processes do.  -a takes it, as it says that it is jailinit or listens. */
static void
stubborn(int way)
{
	int i;

	(void)signal(SIGTERM, SIG_IGN);
#ifdef __linux__
	(void)prctl(PR_SET_NAME, way == 0 ? "listener" : "jailinit");
#endif
	for (i = 0; i < 2; i++)
		if (fork() == 0)
			break;
	if (way == 0 || way == 1)
		(void)mkfifo(JAIL_CTL, 0600);
	if (way == 0)
		(void)open(JAIL_CTL, O_RDWR | O_NONBLOCK);
	(void)creat(MANY_READY, 0644);
	for (;;)
		(void)pause();
}

static const struct many_how *
third(size_t i)
{
	static const struct many_how hows[] = {
		{ .shutdown = END_AT_ONCE },
		{ .shutdown = END_IN_2_S },
		{ .shutdown = "sleep 1000" },
	};

	return (&hows[i % 3]);
}

static void
third_check(const struct many_jail *j, size_t i, const struct run *r)
{
	const char *line = run_line(r, j->jid);
	bool out = HAS_LAST_WORD ? strstr(line, OUT_OF_TIME) != NULL :
	    i % 3 == 2;

	if (out != (i % 3 == 2) || strstr(line, ": gone after ") == NULL)
		fprintf(stderr, "jail %zu: %s\n", i, line);
	MUST(out == (i % 3 == 2));
	MUST(strstr(line, ": gone after ") != NULL);
	MUST(many_gone(j));
	MUST(many_has(j, MANY_MARK) == (i % 3 != 2));
}

static void
test_side_by_side(struct jail *base)
{
	int64_t begun_ms = jail_now_ms();
	struct many m;
	struct run r;
	size_t i;

	many_init(&m, base);
	for (i = 0; i < SIDE_BY_SIDE; i++)
		(void)many_start(&m, third(i));
	many_wait_run(&m);
	printf("%d jails started in %d ms\n", SIDE_BY_SIDE,
	    (int)(jail_now_ms() - begun_ms));
	(void)run_kill(&r, "-h", "-a", "-t", "20", NULL);
	printf("%d jails ended in %d ms\n", SIDE_BY_SIDE, (int)r.took_ms);
	if (r.status != 0)
		fprintf(stderr, "%s%s", r.err, r.out);
	MUST(r.status == 0);
	MUST(r.took_ms <= 20000 + MANY_LATE_MS);
	for (i = 0; i < m.n; i++)
		third_check(&m.list[i], i, &r);
	run_free(&r);
	many_end(&m);
}

static void
test_stubborn(struct jail *base)
{
	const struct many_how ways[] = { { .first = stubborn, .arg = 0 },
	    { .first = stubborn, .arg = 1 }, { .first = stubborn, .arg = 2 } };
	struct many m;
	struct run r;
	size_t i;

	many_init(&m, base);
	for (i = 0; i < 30; i++)
		(void)many_start(&m, third(i));
	for (i = 0; i < 3; i++)
		(void)many_start(&m, &ways[i]);
	many_wait_run(&m);
	(void)run_kill(&r, "-h", "-a", "-t", "10", NULL);
	printf("3 stubborn jails of 33: %d ms\n", (int)r.took_ms);
	if (r.status != 1)
		fprintf(stderr, "%s%s", r.err, r.out);
	MUST(r.status == 1);
	MUST(r.took_ms <= 10000 + MANY_LATE_MS);
	for (i = 0; i < 30; i++)
		third_check(&m.list[i], i, &r);
	for (; i < 33; i++) {
		MUST(many_gone(&m.list[i]));
		MUST(strstr(run_line(&r, m.list[i].jid),
		    ": had to be killed, gone after ") != NULL);
	}
	run_free(&r);
	many_end(&m);
}

/*
 * What a jid means.
 */
#ifdef __linux__
static _Noreturn void
pause_for_ever(void)
{
	for (;;)
		(void)pause();
}

/* A PID namespace's first process, and nothing more. */
static pid_t
bare_start(int *pidfd)
{
	pid_t pid;

	pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_PIDFD | SIGCHLD,
	    NULL, pidfd, NULL, NULL);
	if (pid == 0)
		pause_for_ever();
	MUST(pid > 0);
	return (pid);
}

static void
bare_end(pid_t pid, int pidfd)
{
	MUST(kill(pid, SIGKILL) == 0);	/* our child */
	MUST(waitpid(pid, NULL, 0) == pid);
	close(pidfd);
}

static ino_t
pidns_inode(pid_t pid)
{
	char path[48];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)pid);
	MUST(stat(path, &st) == 0);
	return (st.st_ino);
}

static uint64_t
fd_inode(int fd)
{
	struct stat st;

	MUST(fstat(fd, &st) == 0);
	return (st.st_ino);
}

static void
test_jid_unique(struct jail *base)
{
	int i, fd, back_at = 0, asked = 0, rounds = many_rounds(1000, 10000);
	struct many_how how = { .shutdown = END_AT_ONCE };
	struct many_jail *old;
	struct many m;
	struct run r;
	ino_t pidns;
	pid_t pid;

	many_init(&m, base);
	old = many_start(&m, &how);
	many_wait_run(&m);
	pidns = pidns_inode(old->pid);
	MUST(run_kill(&r, "-h", run_jid(old->jid), NULL) == 0);
	run_free(&r);
	many_reap(old);
	for (i = 1; i <= rounds; i++) {
		pid = bare_start(&fd);
		MUST(fd_inode(fd) != old->jid);
		if (back_at == 0 && pidns_inode(pid) == pidns)
			back_at = i;
		if (i <= 5 || i % (rounds / 20) == 0) {
			MUST(run_kill(&r, i % 2 == 0 ? "-h" : "-sKILL",
			    run_jid(old->jid), NULL) == 68);
			run_free(&r);
			MUST(waitpid(pid, NULL, WNOHANG | WUNTRACED) == 0);
			asked++;
		}
		bare_end(pid, fd);
	}
	printf("jid: not again in %d jails, jailkill said 68 %d times of %d; "
	    "the PID namespace's inode number came back at jail %d\n",
	    rounds, asked, asked, back_at);
	many_end(&m);
}

#endif

/*
 * Groups.
 */

/* Where a jail's line begins: its number may be in the names of others. */
static const char *
line_of(const struct run *r, const char *jid)
{
	const char *p = r->out;

	while (p != NULL && (strncmp(p, jid, strlen(jid)) != 0 ||
	    p[strlen(jid)] != ' ')) {
		p = strchr(p, '\n');
		p += p != NULL;
	}
	return (p);
}

/* Lines of each jail's end, of the first group before those of the second;
 * with room for all, and for some at once. */
static void
groups_run(struct many *m, const struct run_how *how)
{
	const struct many_how slow = { .shutdown = "sleep 0.5; " END_AT_ONCE },
	    fast = { .shutdown = END_AT_ONCE };
	const char *argv[128] = { "jailkill", "-h", "-t", "30" };
	size_t i, n = 4, from = m->first;
	const char *last = NULL, *line;
	struct run r;

	for (i = 0; i < 60; i++)
		(void)many_start(m, i < 30 ? &slow : &fast);
	many_wait_run(m);
	for (i = from; i < m->n; i++) {
		if (i == from + 30)
			argv[n++] = ",";
		argv[n] = strdup(run_jid(m->list[i].jid));
		MUST(argv[n++] != NULL);
	}
	run_argv(&r, how, argv);
	(void)run_end(&r, 30000 + 2 * MANY_LATE_MS);
	printf("2 groups of 30 jails ended in %d ms\n", (int)r.took_ms);
	if (r.status != 0)
		fprintf(stderr, "%s%s", r.err, r.out);
	MUST(r.status == 0);
	for (i = from; i < m->n; i++) {
		MUST(many_gone(&m->list[i]));
		MUST(many_has(&m->list[i], MANY_MARK));
		MUST(*run_line(&r, m->list[i].jid) != '\0');
		line = line_of(&r, run_jid(m->list[i].jid));
		MUST(i < from + 30 || line > last);
		if (i < from + 30 && line > last)
			last = line;
	}
	run_free(&r);
	many_end(m);
}

static void
test_groups(struct jail *base)
{
	const struct run_how all = { 0 }, some = { .nofile = 64 };
	struct many m;

	many_init(&m, base);
	groups_run(&m, &all);
	groups_run(&m, &some);
}

/*
 * Batches.
 */
static void
batch_run(struct many *m, const struct run_how *how, int64_t limit_s)
{
	const struct many_how hang = { .shutdown = END_HANGS },
	    fast = { .shutdown = END_AT_ONCE };
	char seconds[16];
	struct run r;
	size_t i, out = 0, from = m->first;

	for (i = 0; i < 40; i++)
		(void)many_start(m, i % 2 == 0 ? &fast : &hang);
	many_wait_run(m);
	(void)snprintf(seconds, sizeof(seconds), "%d", (int)limit_s);
	run_begin(&r, how, "-h", "-a", "-t", seconds, NULL);
	(void)run_end(&r, limit_s * 1000 + 2 * MANY_LATE_MS);
	printf("%ld descriptors: 40 jails ended in %d ms\n", how->nofile,
	    (int)r.took_ms);
	if (r.status != 0)
		fprintf(stderr, "%s%s", r.err, r.out);
	MUST(r.status == 0);
	MUST(r.took_ms <= limit_s * 1000 + MANY_LATE_MS);
	for (i = from; i < m->n; i++) {
		const char *line = run_line(&r, m->list[i].jid);

		MUST(many_gone(&m->list[i]));
		MUST(many_has(&m->list[i], MANY_MARK));
		MUST(strstr(line, ": gone after ") != NULL);
		out += strstr(line, OUT_OF_TIME) != NULL;
	}
	MUST(out == (HAS_LAST_WORD ? 20 : 0));
	run_free(&r);
	many_end(m);
}

static void
test_batches(struct jail *base)
{
	struct run_how how = { .nofile = 64 };	/* 8 jails at once */
	struct many m;

	many_init(&m, base);
	batch_run(&m, &how, 15);
}

/* With hardly any, one by one; no jail is taken for gone. */
static void
batch_small(struct many *m, const struct run_how *how)
{
	const struct many_how fast = { .shutdown = END_AT_ONCE };
	size_t i, from = m->n;
	struct run r;

	many_start_n(m, &fast, 8);
	many_wait_run(m);
	run_begin(&r, how, "-l", NULL);
	MUST(run_end(&r, jail_slack(RUN_MS)) == 0);
	for (i = from; i < m->n; i++) {
		if (strstr(run_line(&r, m->list[i].jid), " run ") == NULL)
			fprintf(stderr, "%s", r.out);
		MUST(strstr(run_line(&r, m->list[i].jid), " run ") != NULL);
	}
	run_free(&r);
	run_begin(&r, how, "-h", "-a", "-t", "20", NULL);
	(void)run_end(&r, jail_slack(RUN_MS));
	if (r.status != 0)
		fprintf(stderr, "%s%s", r.err, r.out);
	for (i = from; i < m->n; i++) {
		MUST(many_gone(&m->list[i]));
		MUST(many_has(&m->list[i], MANY_MARK));
	}
	MUST(r.status == 0);
	run_free(&r);
	many_end(m);
}

static void
test_batches_small(struct jail *base)
{
	const struct run_how few = { .nofile = 12 },
	    full = { .nofile = 40, .inherit = 36 };
	struct many m;

	many_init(&m, base);
	batch_small(&m, &few);
	batch_small(&m, &full);
}

/*
 * Two at once.
 */
static void
test_two_halts(struct jail *base)
{
	const struct many_how hang = { .shutdown = END_HANGS };
	const char *jid;
	struct run a, b;
	struct many m;
	int i;

	many_init(&m, base);
	for (i = 0; i < 2; i++) {	/* the shorter one first, and last */
		jid = run_jid(many_start(&m, &hang)->jid);
		many_wait_run(&m);
		run_begin(&a, NULL, "-h", "-t", i == 0 ? "2" : "60", jid, NULL);
		run_begin(&b, NULL, "-h", "-t", i == 0 ? "60" : "2", jid, NULL);
		MUST(run_end(&a, 2000 + MANY_LATE_MS) <= 1);
		MUST(run_end(&b, 2000 + MANY_LATE_MS) <= 1);
		MUST(many_gone(&m.list[i]));
		MUST(many_has(&m.list[i], MANY_MARK));
		run_free(&a);
		run_free(&b);
	}
	many_end(&m);
}

#define FOUR_SLEEP	"for i in 1 2 3 4; do sleep 1000 & done"

/* All stopped, or none. */
static bool
all_or_none(pid_t first, bool all)
{
	int64_t end_ms = jail_now_ms() + MANY_SETTLE_MS;
	struct many_count c;

	do
		c = many_count(first);
	while (c.stopped != (all ? c.all : 0) && jail_now_ms() < end_ms);
	if (c.stopped != (all ? c.all : 0))
		fprintf(stderr, "%d of %d stopped\n", c.stopped, c.all);
	return (c.stopped == (all ? c.all : 0));
}

static void
test_two_stops(struct jail *base)
{
	const struct many_how how = { .rc = FOUR_SLEEP };
	int i, rounds = many_rounds(20, 200);
	const char *jid;
	struct many_jail *j;
	struct run a, b;
	struct many m;

	many_init(&m, base);
	j = many_start(&m, &how);
	many_wait_run(&m);
	jid = run_jid(j->jid);
	for (i = 0; i < rounds; i++) {
		run_begin(&a, NULL, "-s", "STOP", jid, NULL);
		run_begin(&b, NULL, "-s", "STOP", jid, NULL);
		(void)run_end(&a, jail_slack(RUN_MS));
		(void)run_end(&b, jail_slack(RUN_MS));
		fprintf(stderr, "%s%s", a.err, b.err);
		MUST(a.status == 0 && b.status == 0);
		run_free(&a);
		run_free(&b);
		MUST(all_or_none(j->pid, true));
		MUST(run_kill(&a, "-s", "CONT", jid, NULL) == 0);
		run_free(&a);
		MUST(all_or_none(j->pid, false));
	}
	many_end(&m);
}

/* Stopped in the middle of its end, and again whenever it goes on. */
static void
test_halt_and_stop(struct jail *base)
{
	static const int64_t after_ms[] = { 5, 300 };
	const struct many_how how = { .rc = FOUR_SLEEP,
	    .shutdown = "echo >" MANY_MARK "; sleep 1" };
	const char *jid;
	struct run a, b;
	struct many m;
	size_t i;

	many_init(&m, base);
	for (i = 0; i < 2; i++) {
		jid = run_jid(many_start(&m, &how)->jid);
		many_wait_run(&m);
		run_begin(&a, NULL, "-h", "-t", "6", jid, NULL);
		jail_sleep_ms(after_ms[i]);
		(void)run_kill(&b, "-s", "STOP", jid, NULL);
		if (b.status != 0)
			fprintf(stderr, "%s", b.err);
		MUST(b.status == 0 || b.status == 68);
		run_free(&b);
		(void)run_end(&a, 6000 + MANY_LATE_MS);
		printf("-h, and -s STOP after %d ms: %s", (int)after_ms[i],
		    a.out);
		/* Whoever stops it in its end has not made it refuse. */
		MUST(a.status == 0);
		MUST(many_gone(&m.list[i]));
		run_free(&a);
	}
	many_end(&m);
}

/*
 * jailkill itself is killed.
 */
enum blow { BLOW_KILL, BLOW_INT, BLOW_TSTP, BLOWS };

static const char *const blow_names[] = { "SIGKILL", "^C", "^Z" };

/* A terminal takes its time.  Was it in time? */
static bool
blow(struct run *r, enum blow b)
{
	int64_t end_ms = jail_now_ms() + MANY_LATE_MS;
	int state;

	if (b == BLOW_KILL) {
		(void)kill(r->pid, SIGKILL);	/* its leader may have reaped
						 * it; pids are many here */
		return (false);
	}
	MUST(write(r->pty_fd, b == BLOW_INT ? "\003" : "\032", 1) == 1);
	if (b == BLOW_INT)
		return (false);
	do
		state = proc_state(r->pid);
	while (state != 'T' && state != 'Z' && state != '\0' &&
	    jail_now_ms() < end_ms);
	return (state == 'T');
}

/* Nobody of ours is in the jail, nor on the way there: exe is jailkill if
 * that has been killed as well. */
static void
strangers_leave(pid_t first, const char *exe)
{
	int64_t end_ms = jail_now_ms() + jail_slack(RUN_MS);
	int inside, ours;

	for (;;) {
		ours = many_running(exe);
		inside = many_count(first).strangers;
		if (ours == 0 && inside == 0)
			return;
		if (jail_now_ms() >= end_ms)
			fprintf(stderr, "%d are ours, %d inside\n", ours,
			    inside);
		MUST(jail_now_ms() < end_ms);
	}
}

/* True if the blow met jailkill at work. */
static bool
blow_round(struct many *m, const char *const *verb, enum blow b, int64_t us)
{
	const struct many_how how = { .rc = FOUR_SLEEP,
	    .shutdown = "sleep 0.02" };
	const char *argv[] = { "jailkill", verb[0], verb[1], NULL, NULL };
	bool stop = strcmp(verb[1], "STOP") == 0;
	struct many_jail *j = many_start(m, &how);
	struct run_how pty = { .pty = true };
	struct many_count c;
	struct run r;
	bool hit;

	many_wait_run(m);
	argv[3] = run_jid(j->jid);
	run_argv(&r, &pty, argv);
	sleep_us(us);
	hit = blow(&r, b);
	if (b != BLOW_TSTP)
		hit = run_end(&r, jail_slack(RUN_MS)) > 128;
	strangers_leave(j->pid, b == BLOW_TSTP ? "memfd:jailkill" :
	    "jailkill");
	c = many_count(j->pid);
	if (stop) {
		int64_t end_ms = jail_now_ms() + MANY_SETTLE_MS;

		while (c.stopped != 0 && c.stopped != c.all &&
		    jail_now_ms() < end_ms)
			c = many_count(j->pid);
		if (c.stopped != 0 && c.stopped != c.all)
			fprintf(stderr, "%d of %d stopped\n", c.stopped, c.all);
		/* One more may be who has written jailinit's status. */
		MUST(c.all >= 5 && (c.stopped == 0 || c.stopped == c.all));
	} else
		MUST(c.stopped == 0);
	if (b == BLOW_TSTP) {
		(void)kill(-r.pid, SIGCONT);	/* fg */
		(void)run_end(&r, jail_slack(RUN_MS));
		if (r.status != 0)
			fprintf(stderr, "%s%s", r.err, r.out);
		MUST(r.status == 0);
		strangers_leave(j->pid, "jailkill");
	}
	run_free(&r);
	/* Once more: it finishes the work. */
	run_argv(&r, &(struct run_how){ 0 }, argv);
	(void)run_end(&r, jail_slack(RUN_MS));
	MUST(r.status == 0 || (!stop && r.status == 68));
	run_free(&r);
	if (stop)
		MUST(all_or_none(j->pid, true));
	else
		MUST(many_gone(j));
	many_end(m);
	return (hit);
}

static void
test_blows(struct jail *base)
{
	static const char *const verbs[][2] = { { "-h", "-t30" },
	    { "-s", "STOP" }, { "-s", "KILL" } };
	int i, hits = 0, rounds = many_rounds(30, 900);
	struct many m;
	unsigned rnd = seed();
	int64_t us;

	many_init(&m, base);
	for (i = 0; i < rounds; i++) {
		us = rand_r(&rnd) % jail_slack(i % 3 == 0 ? 40000 : 6000);
		if (many_long())
			printf("%s %s %s after %d us\n", verbs[i % 3][0],
			    verbs[i % 3][1], blow_names[i / 3 % BLOWS],
			    (int)us);
		hits += blow_round(&m, verbs[i % 3],
		    (enum blow)(i / 3 % BLOWS), us);
	}
	printf("jailkill killed, interrupted, stopped: %d rounds, in %d of "
	    "them at work\n", rounds, hits);
	MUST(hits > 0);
}

#ifdef __linux__
/*
 * vm.memfd_noexec.
 */
static void
text_put(const char *path, const char *text)
{
	size_t len = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd == -1)
		many_skip(path);
	MUST(write(fd, text, len) == (ssize_t)len);
	close(fd);
}

static void
test_memfd_noexec(struct jail *base)
{
	const struct many_how hows[] = { { .shutdown = END_AT_ONCE },
	    { .first = stubborn, .arg = 2 } };
	const char *jid[2], *p;
	struct many m;
	struct run r;
	int i;

	text_put("/proc/sys/vm/memfd_noexec", "2");
	many_init(&m, base);
	for (i = 0; i < 2; i++)
		jid[i] = run_jid(many_start(&m, &hows[i])->jid);
	many_wait_run(&m);
	MUST(run_kill(&r, "-s", "TERM", jid[0], NULL) == 2);
	MUST(strstr(r.err, "vm.memfd_noexec") != NULL);
	p = strchr(r.err, '\n');
	MUST(p != NULL && p[1] == '\0' && r.out[0] == '\0');
	run_free(&r);
	MUST(run_kill(&r, "-h", "-t", "30", jid[0], NULL) == 0);
	MUST(many_gone(&m.list[0]) && many_has(&m.list[0], MANY_MARK));
	run_free(&r);
	MUST(run_kill(&r, "-h", "-t", "2", jid[1], NULL) == 1);
	MUST(many_gone(&m.list[1]));
	MUST(strstr(run_line(&r, m.list[1].jid), "TERM for all: ") != NULL);
	MUST(strstr(r.out, "had to be killed, gone") != NULL);
	MUST(r.took_ms <= 2000 + MANY_LATE_MS);
	run_free(&r);
	many_end(&m);
}

/*
 * A pid that is given out again.
 */
static volatile sig_atomic_t heard;

static void
hear(int sig)
{
	heard = sig;
}

/* A process with this number, after a turn through all of them; and one that
 * says by its exit status which signal it got first. */
static pid_t
bystander(pid_t want)
{
	int i, sig;
	pid_t pid;

	for (i = 0; i < 100000; i++) {
		pid = fork();
		if (pid == 0) {
			for (sig = 1; sig < 32; sig++)
				if (sig != SIGKILL && sig != SIGSTOP)
					(void)signal(sig, hear);
			while (heard == 0)
				(void)usleep(1000);
			_exit(heard);
		}
		MUST(pid > 0);
		if (pid == want)
			return (pid);
		MUST(kill(pid, SIGKILL) == 0);	/* our child */
		MUST(waitpid(pid, NULL, 0) == pid);
	}
	MUST(want == 0);
	return (0);
}

static void
bystander_well(pid_t pid)
{
	int st;

	jail_sleep_ms(5);
	MUST(waitpid(pid, &st, WNOHANG | WUNTRACED | WCONTINUED) == 0);
	MUST(kill(pid, SIGKILL) == 0);	/* our child */
	MUST(waitpid(pid, &st, 0) == pid);
}

/* RESERVED_PIDS of the kernel's kernel/pid.c: below it none are given out
 * again. */
#define PIDS_RESERVED	300

/* A small space of pids, for this namespace alone: Linux 6.14. */
static bool
pids_few(void)
{
	struct utsname u;
	int a = 0, b = 0;

	if (uname(&u) != 0 || sscanf(u.release, "%d.%d", &a, &b) != 2 ||
	    a < 6 || (a == 6 && b < 14))
		return (false);
	text_put("/proc/sys/kernel/pid_max", "500");
	many_next_pid(PIDS_RESERVED + 1);
	return (true);
}

/* As a pidfd of a child: with SIGCHLD as it is. */
static void
jail_end(struct many_jail *j)
{
	MUST(kill(j->pid, SIGKILL) == 0);	/* our child */
	many_reap(j);
}

static void
pid_after_end(struct many *m, bool few)
{
	static const char *const verbs[] = { "-h", "-sTERM", "-sKILL", "-r" };
	const struct many_how how = { .shutdown = END_AT_ONCE };
	struct many_jail *j;
	pid_t pid, by;
	struct run r;
	size_t i;
	int fd;

	for (i = 0; i < 4; i++) {
		j = many_start(m, &how);
		many_wait_run(m);
		pid = j->pid;
		jail_end(j);
		if (!few)
			many_next_pid(pid);
		by = bystander(pid);
		MUST(run_kill(&r, verbs[i], run_jid(j->jid), NULL) == 68);
		run_free(&r);
		bystander_well(by);
		do {			/* and as a jail */
			many_next_pid(pid);
			by = bare_start(&fd);
			if (by != pid)
				bare_end(by, fd);
		} while (by != pid);
		MUST(run_kill(&r, verbs[i], run_jid(j->jid), NULL) == 68);
		run_free(&r);
		MUST(waitpid(by, NULL, WNOHANG | WUNTRACED) == 0);
		bare_end(by, fd);
	}
}

/* It ends and its number is another's while jailkill is at work. */
static void
pid_in_the_middle(struct many *m, bool few, unsigned *rnd)
{
	static const char *const verbs[] = { "-h", "-sTERM", "-h", "-sKILL" };
	const struct many_how hows[] = { { .first = stubborn, .arg = 0 },
	    { .first = stubborn, .arg = 2 }, { .shutdown = "sleep 1000" } };
	int i, rounds = many_rounds(24, 400);
	struct many_jail *j;
	const char *verb;
	pid_t pid, by;
	struct run r;
	bool full;

	for (i = 0; i < rounds; i++) {
		verb = verbs[i % 4];
		j = many_start(m, &hows[i % 3]);
		many_wait_run(m);
		pid = j->pid;
		run_begin(&r, NULL, verb, verb[1] == 'h' ? "-t2" : "-q",
		    run_jid(j->jid), NULL);
		sleep_us(rand_r(rnd) % (int)jail_slack(12000));
		jail_end(j);
		if (!few || i % 2 == 0)
			many_next_pid(pid);
		by = bystander(pid);
		(void)run_end(&r, jail_slack(RUN_MS));
		full = r.status == 2 && strstr(r.err, "cannot enter") !=
		    NULL;	/* a number short, and said so */
		if (r.status != 0 && r.status != 68)
			fprintf(stderr, "%s: %d: %s%s", verb, r.status, r.err,
			    r.out);
		MUST(r.status == 0 || r.status == 68 || full);
		run_free(&r);
		bystander_well(by);
	}
	printf("pid given out again while jailkill ran: %d rounds\n", rounds);
}

/* A jail that waits for its turn ends, and another gets its number. */
static void
pid_in_the_queue(struct many *m)
{
	const struct many_how hang = { .shutdown = END_HANGS },
	    fast = { .shutdown = END_AT_ONCE };
	struct run_how one = { .nofile = 36 };
	struct many_how same = fast;
	struct many_jail *other;
	size_t i = m->n;
	struct run r;

	many_start_n(m, &hang, 1);
	many_start_n(m, &fast, 1);
	many_wait_run(m);
	run_begin(&r, &one, "-h", "-t10", run_jid(m->list[i].jid),
	    run_jid(m->list[i + 1].jid), NULL);
	while (!many_has(&m->list[i], MANY_MARK))
		jail_sleep_ms(1);
	same.pid = m->list[i + 1].pid;
	jail_end(&m->list[i + 1]);
	other = many_start(m, &same);
	many_wait_run(m);
	MUST(run_end(&r, 10000 + MANY_LATE_MS) == 0);
	MUST(strstr(run_line(&r, m->list[i + 1].jid), "gone") != NULL);
	MUST(!many_gone(other) && !many_has(other, MANY_MARK));
	MUST(strcmp(many_status(other, "state"), "run") == 0);
	run_free(&r);
}

static void
test_pid_again(struct jail *base)
{
	bool few = pids_few();
	unsigned rnd = seed();
	struct many m;

	many_init(&m, base);
	pid_after_end(&m, few);
	pid_in_the_middle(&m, few, &rnd);
	pid_in_the_queue(&m);
	many_end(&m);
}

/* Children of our own, as many as there can be, while jailkill, for which the
 * kernel reaps, ends its own: none of ours may be hit.  How many were. */
static int
crowd(struct run *r, int *made)
{
	struct pollfd p = { (int)syscall(SYS_pidfd_open, r->pid, 0), POLLIN,
	    0 };
	int st, hit = 0;
	pid_t pid;

	*made = 0;
	while (poll(&p, 1, 0) == 0) {
		pid = fork();
		if (pid == 0) {
			(void)usleep(2000);
			_exit(0);
		}
		*made += pid > 0;
		while ((pid = waitpid(-1, &st, WNOHANG)) > 0)
			if (pid == r->pid)
				r->status = WEXITSTATUS(st);
			else
				hit += WIFSIGNALED(st);
	}
	close(p.fd);
	return (hit);
}

static void
test_pid_of_child(struct jail *base)
{
	const struct many_how fast = { .shutdown = END_AT_ONCE };
	struct run_how ignore = { .ignore_chld = true };
	int hit, made, i, rounds = many_rounds(3, 40);
	struct many m;
	struct run r;

	if (!pids_few())
		many_skip("no kernel.pid_max of a namespace's own before "
		    "Linux 6.14");
	many_init(&m, base);
	for (i = 0; i < rounds; i++) {
		many_start_n(&m, &fast, 40);
		many_wait_run(&m);
		run_begin(&r, &ignore, "-h", "-a", "-t5", NULL);
		hit = crowd(&r, &made);
		if (hit != 0)
			fprintf(stderr, "%d of %d hit\n", hit, made);
		MUST(hit == 0 && r.status == 0);
		m.first = m.n;	/* reaped by the crowd's parent */
	}
}

/*
 * A jail in a jail.
 */
#define INNER	"/inner"

static void
inner_start(void)
{
	static char *const argv[] = { (char *)(uintptr_t)"/sbin/jailinit",
	    NULL };
	pid_t pid;

	pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL,
	    NULL, NULL);
	if (pid != 0)
		return;
	(void)setsid();
	if (chroot(INNER) == 0 && chdir("/") == 0)
		(void)execv(argv[0], argv);
	_exit(125);
}

/* The number here of the inner jail's first process, the only one so deep. */
static pid_t
inner_pid(void)
{
	char path[48], line[256], *p, *end;
	const struct dirent *e;
	pid_t pid, found = 0;
	int levels;
	FILE *f;
	DIR *d;

	d = opendir("/proc");
	MUST(d != NULL);
	while (found == 0 && (e = readdir(d)) != NULL) {
		pid = (pid_t)strtol(e->d_name, NULL, 10);
		(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
		f = pid > 0 ? fopen(path, "re") : NULL;
		while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
			if (strncmp(line, "NSpid:", 6) != 0)
				continue;
			for (levels = 0, p = line + 6;
			    (void)strtol(p, &end, 10), end != p; p = end)
				levels++;
			if (levels == 3)
				found = pid;
		}
		if (f != NULL)
			(void)fclose(f);
	}
	closedir(d);
	return (found);
}

static struct many_jail *
outer_start(struct many *m, struct many_jail *inner)
{
	const struct many_how how = { .shutdown = END_AT_ONCE,
	    .before_exec = inner_start, .inner = INNER };
	int64_t end_ms = jail_now_ms() + jail_slack(RUN_MS);
	struct many_jail *j = many_start(m, &how);

	(void)snprintf(inner->root, sizeof(inner->root), "%.2000s" INNER,
	    j->root);
	while (strcmp(many_status(j, "state"), "run") != 0 ||
	    strcmp(many_status(inner, "state"), "run") != 0) {
		MUST(jail_now_ms() < end_ms);
		jail_sleep_ms(2);
	}
	inner->pid = inner_pid();
	MUST(inner->pid > 0);
	return (j);
}

static void
test_nested(struct jail *base)
{
	struct many_jail *outer, inner = { 0 };
	struct many m;
	struct run r;
	char name[24];
	int fd, lines = 0;
	char *p;

	many_init(&m, base);
	outer = outer_start(&m, &inner);
	MUST(run_kill(&r, "-l", NULL) == 0);
	for (p = r.out; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	if (lines != 2)
		fprintf(stderr, "%s", r.out);
	MUST(lines == 2);	/* the head, and the outer one */
	MUST(*run_line(&r, outer->jid) != '\0');
	run_free(&r);
	/* By its number, the inner one alone. */
	fd = (int)syscall(SYS_pidfd_open, inner.pid, 0);
	MUST(fd != -1);
	(void)snprintf(name, sizeof(name), "pid=%d", (int)inner.pid);
	MUST(run_kill(&r, "-s0", name, NULL) == 0);
	run_free(&r);
	MUST(run_kill(&r, "-h", "-a", "-t", "5", NULL) == 0);
	for (lines = 0, p = r.out; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	if (lines != 1)
		fprintf(stderr, "%s", r.out);
	MUST(lines == 1 && *run_line(&r, outer->jid) != '\0');
	run_free(&r);
	MUST(many_gone(outer) && many_has(outer, MANY_MARK));
	MUST(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 0) == 1);
	close(fd);
	many_end(&m);
}

static void
test_nested_alone(struct jail *base)
{
	struct many_jail *outer, inner = { 0 };
	struct many m;
	struct run r;
	char name[24];

	many_init(&m, base);
	outer = outer_start(&m, &inner);
	(void)snprintf(name, sizeof(name), "pid=%d", (int)inner.pid);
	MUST(run_kill(&r, "-h", "-t", "5", name, NULL) == 0);
	run_free(&r);
	MUST(many_has(&inner, MANY_MARK));
	MUST(!many_gone(outer) && !many_has(outer, MANY_MARK));
	MUST(strcmp(many_status(outer, "state"), "run") == 0);
	many_end(&m);
}

#endif

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		MANY_TEST(test_side_by_side),
		MANY_TEST(test_stubborn),
		MANY_ONLY_LINUX(test_jid_unique, "a jid is never given again"),
		MANY_TEST(test_groups),
		MANY_TEST(test_batches),
		MANY_TEST(test_batches_small),
		MANY_TEST(test_two_halts),
		MANY_TEST(test_two_stops),
		MANY_TEST(test_halt_and_stop),
		MANY_TEST(test_blows),
		MANY_ONLY_LINUX(test_memfd_noexec, "vm.memfd_noexec"),
		MANY_ONLY_LINUX(test_pid_again, "pids that can be chosen"),
		MANY_ONLY_LINUX(test_pid_of_child, "pids that can be chosen"),
		MANY_ONLY_LINUX(test_nested,
		    "PID namespaces; test_freebsd has nested jails"),
		MANY_ONLY_LINUX(test_nested_alone,
		    "PID namespaces; test_freebsd has nested jails"),
	};

	(void)argc;
	proc_become("jailinit", argv);
	LIVE_MAIN("kill_many");
}
