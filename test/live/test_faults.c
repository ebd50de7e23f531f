/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each system call of the programs (fault_table.h) fails with each error, once
 * or for ever, in each phase of a scene: jailinit still ends in time, nothing
 * crashes or leaks, and exit statuses and the status are true.  How: fault.h.
 *
 * A scene is played once without a fault to count the calls; then of each call
 * the first, the second and the last of a phase fails, and all from its start
 * on.  make check tries an even sample, JAIL_LONG=1 all, FAULT_CALL=name one
 * call, FAULT_CASE=n one case; FAULT_SHOW=1 prints each.  For root.
 * only linux: ptrace(2) of Linux changes what a system call returns
 */
#include "fault.h"
#include "fault_table.h"
#include "live.h"
#include "many.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <dirent.h>
#include <poll.h>
#include <sysexits.h>

/* A sanitizer's calls are not the program's, and it needs its memory; nor can
 * it begin again in a life where calls fail. */
#define SANITIZED	(getenv("JAIL_SANITIZED") != NULL)

/* Nor are those that count what is run. */
#define COUNTED		(getenv("JAIL_COVERAGE") != NULL)

#define CASES_MAX	8192
#define SAMPLE		8	/* cases of a scene in CI */
#define WORKERS		4
#define WORKERS_MAX	10	/* where they wait for a second's end */
#define WHY_MAX		160
#define ARGS_MAX	13
#define OTHERS_MAX	9
#define OTHER(status)	((status) + 1)	/* 0 ends a list */
#define SIGNALLED	1000		/* and a signal, as a status */

/* The budget of each end; and what is not there by then is a bug. */
#define BUDGET		"1"
#define END_MS		jail_slack(20000)

/* jailkill(3) gives up after five seconds; what hangs does so for ever. */
#define CALL_MS		jail_slack(60000)

/* What comes within milliseconds, but with the fault may not come. */
#define COME_MS		(play_ever ? 250 : jail_slack(2500))
#define HALT_MS		(play_ever ? 1500 : END_MS)
/* A life has a second or more. */
#define REBOOT_MS	(play_ever ? 2500 : END_MS)

/* A call that fails so often while nothing is to be done is in a loop that
 * does not wait. */
#define IDLE_MS		100
#define BUSY_FAULTS	20

enum outcome {
	OUT_UNMET,	/* the call was not made this time */
	OUT_SAME,	/* as without the fault */
	OUT_OTHER,	/* another status that is documented */
	OUT_BAD,
	OUTS
};

/* Beside the outcome, none of it an error. */
#define NOTE_SIGNAL	1U	/* the FIFO was not heard, a signal was */
#define NOTE_LEFT	2U	/* a file or a process is left */
#define NOTE_BUSY	4U	/* it does not sleep */
#define NOTES		3

struct result {
	enum outcome out;
	unsigned notes;
	int status;
	char why[WHY_MAX];
};

struct play {
	int n;			/* of all, for FAULT_CASE */
	struct fault f;
	struct result res;
};

/* One way to use a program, and what may come of it. */
struct scene {
	const char *name;
	void (*play)(struct jail *, struct result *);
	const char *argv[ARGS_MAX];
	const char *rc, *shutdown;	/* scripts */
	int same;			/* exit status without a fault */
	int others[OTHERS_MAX];		/* the others that are documented */
	int first, first_arg;		/* as in struct fault_run */
	int deaf;			/* and one that may not always fail */
	bool any;			/* as in struct fault_run */
	bool app, host, pty, cut, reboots, ends;
	bool mortal;		/* a jail's TERM may end it */
	/* Of jailctl and jailkill: why what the status says is not true. */
	const char *(*belied)(struct jail *, int status);
	const char *init;		/* a script as the first process */
};

/* Shared by the processes of a scene. */
struct shared {
	struct fault_run count;
	int fds;		/* of process 1 in run, without a fault */
	int next, n;
	struct play plays[CASES_MAX];
};

static struct shared *shared;
static struct fault_run *run;	/* of this process */
static const struct scene *scene;
static bool play_ever;		/* the fault is for ever */
static char notify_name[128];	/* NOTIFY_SOCKET=..., ours */
static int notify_fd;
static ino_t fifo_ino;		/* of the life before */
static unsigned table[FAULT_TABLE][OUTS + NOTES];
static unsigned faults_once[FAULT_TABLE], faults_ever[FAULT_TABLE];
static unsigned total_bad;

/*
 * Verdicts.
 */
static void __attribute__((format(printf, 2, 3)))
bad(struct result *res, const char *format, ...)
{
	va_list ap;

	if (res->out == OUT_BAD)	/* the first says most */
		return;
	res->out = OUT_BAD;
	va_start(ap, format);
	(void)vsnprintf(res->why, sizeof(res->why), format, ap);
	va_end(ap);
}

/* Is it as without the fault, or another that is documented? */
static void
judge_status(struct result *res, int st)
{
	int want = scene->same >= SIGNALLED ? scene->same - SIGNALLED :
	    scene->same << 8;
	size_t i;

	res->status = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
	if (res->out == OUT_BAD)
		return;
	res->out = st == want ? OUT_SAME : OUT_OTHER;
	if (st == want || (scene->mortal && st == SIGTERM))
		return;
	for (i = 0; WIFEXITED(st) && i < OTHERS_MAX &&
	    scene->others[i] != 0; i++)
		if (scene->others[i] == OTHER(res->status))
			return;
	bad(res, WIFEXITED(st) ? "exit status %d" : "killed (%d)", res->status);
}

/* After one failure all is to go on as without it; but with a signal that is
 * not caught, or not blocked, its news is lost, told that there is no child
 * one cannot know better, and a close(2) that is not made leaves what it was
 * to close. */
static bool
is_strict(void)
{
	return (!play_ever && run->f.call != SYS_close &&
	    run->f.call != SYS_rt_sigaction &&
	    run->f.call != SYS_rt_sigprocmask &&
	    (run->f.call != SYS_wait4 || run->f.error != ECHILD));
}

/*
 * Waiting, without the harness's words about what does not come.
 */
static bool
has_ended(const struct jail *j)
{
	struct pollfd p = { j->pidfd, POLLIN, 0 };

	return (j->pid == 0 || j->ended_ms != 0 || poll(&p, 1, 0) == 1);
}

static bool
soon(bool (*is)(const struct jail *), const struct jail *j, int64_t ms)
{
	int64_t end_ms = jail_now_ms() + ms;

	while (!is(j)) {
		if (has_ended(j) || jail_now_ms() >= end_ms)
			return (is(j));
		jail_sleep_ms(1);
	}
	return (true);
}

static bool
is_run(const struct jail *j)
{
	return (strcmp(jail_status(j, "state"), "run") == 0);
}

static bool
is_up(const struct jail *j)
{
	return (jail_exists(j, "/tmp/up"));
}

static bool
is_done(const struct jail *j)
{
	return (jail_exists(j, "/tmp/job"));
}

static bool
is_ended(const struct jail *j)
{
	return (has_ended(j));
}

static bool
has_fifo(const struct jail *j)
{
	return (jail_exists(j, JAIL_CTL));
}

/* rc has been run again; or, where it could not be, the FIFO is another and
 * the jail runs. */
static bool
has_lived_twice(const struct jail *j)
{
	struct stat st;

	return (strlen(jail_file(j, "/tmp/up")) > 3 ||
	    (stat(jail_path(j, JAIL_CTL), &st) == 0 &&
	    st.st_ino != fifo_ino && is_run(j)));
}

static bool
has_no_zombie(const struct jail *j)
{
	return (jail_zombies(j) == 0);
}

static bool
has_no_leak(const struct jail *j)
{
	return (proc_fds(j->pid) <= shared->fds);
}

/*
 * A jail.
 */
static void
fds_before(void *arg)
{
	int fd = open("/dev/null", O_RDWR);

	if (fd != -1)
		(void)dup2(fd, 5);	/* -d 5 */
	fault_install(arg);
}

static void
jail_clean(struct jail *j)
{
	static const char *const files[] = { JAIL_CTL, JAIL_CTL ".new",
	    JAIL_STATUS ".new", "/var/run/jailctl.plan", "/tmp/up",
	    "/tmp/job", "/tmp/got" };
	size_t i;

	(void)jail_again(j);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)unlink(jail_path(j, files[i]));
}

/* Starts the scene's jail, with a or, NULL, its own arguments; with the fault
 * or without. */
static bool
jail_begin(struct jail *j, const struct jail_opts *o, const char *const *a)
{
	static const char *const none[ARGS_MAX];

	if (a == NULL)
		a = none;
	(void)jail_script(j, "/etc/rc", scene->rc == NULL ?
	    "echo up >>/tmp/up" : scene->rc);
	if (scene->shutdown != NULL)
		(void)jail_script(j, "/etc/rc.shutdown", scene->shutdown);
	(void)jail_script(j, "/etc/rc.request.d/x", "(true &)\n: >/tmp/job");
	return (jail_start(j, o, "/sbin/jailinit", a[0], a[1], a[2], a[3],
	    a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], NULL) == 0);
}

/* A whole and sane status, or none. */
static void
status_judge(struct jail *j, struct result *res)
{
	static const char *const states[] = { "boot", "run", "shutdown",
	    "term", "kill", "gone" };
	const char *text, *state;
	size_t i, n = sizeof(states) / sizeof(states[0]);

	if (!jail_exists(j, JAIL_STATUS))
		return;
	text = jail_file(j, JAIL_STATUS);
	if (strncmp(text, "state=", 6) != 0 ||
	    strstr(text, "\njob_status=") == NULL ||
	    text[strlen(text) - 1] != '\n')
		bad(res, "a torn status");
	state = jail_status(j, "state");
	for (i = 0; i < n && strcmp(state, states[i]) != 0; i++)
		continue;
	if (i == n)
		bad(res, "state %s", state);
}

/* What it may use in run: each call that once failed has left nothing. */
static void
run_judge(struct jail *j, struct result *res)
{
	unsigned fired;

	if (run->f.call == FAULT_ALL) {
		shared->fds = proc_fds(j->pid);
		return;
	}
	if (has_ended(j))
		return;
	if (play_ever) {
		fired = run->fired;
		jail_sleep_ms(IDLE_MS);
		if (run->fired - fired > BUSY_FAULTS)
			res->notes |= NOTE_BUSY;
	} else {
		if (is_strict() && !soon(has_no_leak, j, END_MS))
			bad(res, "%d descriptors, not %d",
			    proc_fds(j->pid), shared->fds);
		if (is_strict() && !soon(has_no_zombie, j, END_MS))
			bad(res, "a zombie");
	}
}

/* A signal does what should have come about without one. */
static void
by_signal(struct jail *j, struct result *res, int sig)
{
	res->notes |= NOTE_SIGNAL;
	if (is_strict())
		bad(res, "only a signal is heard, state %s",
		    jail_status(j, "state"));
	(void)jail_signal(j, sig);
}

/* The next life, or an end, is asked for by the FIFO. */
static void
jail_reboot(struct jail *j, struct result *res)
{
	struct stat st = { 0 };
	int fd = jail_ctl_open(j);	/* so that its number stays its own */

	if (fd != -1)
		(void)fstat(fd, &st);
	fifo_ino = st.st_ino;
	if (fd == -1 || jail_ctl(j, "reboot " BUDGET "\n") == -1 ||
	    (!soon(has_lived_twice, j, REBOOT_MS) && !has_ended(j))) {
		by_signal(j, res, SIGINT);
		(void)soon(has_lived_twice, j, REBOOT_MS);
	}
	if (fd != -1)
		close(fd);
}

static void
jail_halt(struct jail *j, struct result *res)
{
	if (has_ended(j))
		return;
	if (!has_fifo(j))
		(void)jail_signal(j, SIGTERM);
	else if (jail_ctl(j, "halt " BUDGET "\n") == -1 ||
	    !soon(is_ended, j, HALT_MS))
		by_signal(j, res, SIGTERM);
}

/* What process 1 does in run. */
static void
jail_run(struct jail *j)
{
	char away[PATH_MAX];
	int fd;

	if (!scene->app && scene->deaf == 0) {
		(void)snprintf(away, sizeof(away), "%s/fifo", j->dir);
		(void)rename(jail_path(j, JAIL_CTL), away);
		(void)jail_signal(j, SIGHUP);
		/* Where it is not made again the old one is as good. */
		if (!soon(has_fifo, j, COME_MS))
			(void)rename(away, jail_path(j, JAIL_CTL));
	}
	fd = jail_ctl_open(j);
	if (fd == -1)
		return;
	(void)!write(fd, "x\nfoo\n", 6);
	close(fd);
	(void)soon(is_done, j, COME_MS);
}

/* Of the processes in our namespace those that are not ours: what a subreaper
 * or jailkill has left.  sig: sent to them. */
static int
strays(int sig)
{
	char path[32], buf[128], *p;
	const struct dirent *e;
	int n = 0;
	pid_t pid;
	FILE *f;
	DIR *d = opendir("/proc");

	while (d != NULL && (e = readdir(d)) != NULL) {
		pid = (pid_t)strtol(e->d_name, NULL, 10);
		if (pid <= 1 || pid == getpid() || pid == run->server)
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
		f = fopen(path, "re");
		p = f == NULL || fgets(buf, sizeof(buf), f) == NULL ? NULL :
		    strrchr(buf, ')');
		if (f != NULL)
			(void)fclose(f);
		if (p == NULL || p[1] == '\0' || p[2] == 'Z' || p[2] == 'X')
			continue;
		(void)kill(pid, sig);
		n++;
	}
	if (d != NULL)
		closedir(d);
	return (n);
}

static void
strays_judge(struct result *res)
{
	int64_t end_ms = jail_now_ms() + HALT_MS;

	while (strays(0) > 0 && jail_now_ms() < end_ms)
		jail_sleep_ms(2);
	if (strays(SIGKILL) == 0)
		return;
	res->notes |= NOTE_LEFT;
	if (is_strict())
		bad(res, "processes are left");
}

static void
end_judge(struct jail *j, struct result *res)
{
	int st = jail_wait(j, END_MS, NULL);

	if (st == -1) {
		bad(res, "not gone, state %s", jail_status(j, "state"));
		return;
	}
	judge_status(res, st);
	if (has_fifo(j))
		res->notes |= NOTE_LEFT;
	status_judge(j, res);
	if (jail_exists(j, JAIL_STATUS ".new"))
		res->notes |= NOTE_LEFT;
}

/* All of a life of process 1. */
static void
play_life(struct jail *j, struct result *res)
{
	struct jail_opts o = { .before_exec = fds_before, .arg = run,
	    .host = scene->host };
	const char *env[] = { notify_name, NULL };
	int fds[3] = { JAIL_FD_DEFAULT, JAIL_FD_DEFAULT, JAIL_FD_DEFAULT };
	int master_fd = -1;

	o.env = env;
	if (scene->pty) {
		live_pty(&master_fd, &fds[0]);
		o.fds = fds;
	}
	if (!jail_begin(j, &o, scene->argv))
		bad(res, "not started");
	if (scene->pty)
		close(fds[0]);
	(void)soon(scene->cut ? is_up : is_run, j, COME_MS);
	run->phase = 1;
	if (!scene->cut && !scene->ends) {
		jail_run(j);
		run_judge(j, res);
	}
	run->phase = 2;
	if (scene->reboots)
		jail_reboot(j, res);
	if (scene->ends && !soon(is_ended, j, HALT_MS) && is_strict())
		bad(res, "its end is not noticed");
	jail_halt(j, res);
	end_judge(j, res);
	if (master_fd != -1)
		close(master_fd);
}

/* Of -b: who was started returns, and his child is jailinit. */
static void
play_background(struct jail *j, struct result *res)
{
	struct jail_opts o = { .before_exec = fault_install, .arg = run,
	    .host = true };
	int64_t end_ms;
	int st;

	if (!jail_begin(j, &o, scene->argv))
		bad(res, "not started");
	st = jail_wait(j, END_MS, NULL);
	if (st == -1) {
		if (run->f.call != SYS_close)
			bad(res, "does not return");
		return;
	}
	judge_status(res, st);
	run->phase = 2;
	end_ms = jail_now_ms() + COME_MS;
	while (!has_fifo(j) && jail_now_ms() < end_ms)
		jail_sleep_ms(2);
	if (has_fifo(j))
		(void)jail_ctl(j, "halt " BUDGET "\n");
	end_ms = jail_now_ms() + HALT_MS;
	while (strays(0) > 0 && jail_now_ms() < end_ms)
		jail_sleep_ms(2);
	if (strays(SIGTERM) == 0)
		return;
	res->notes |= NOTE_SIGNAL;
	if (is_strict() && has_fifo(j))
		bad(res, "only a signal is heard");
}

/*
 * jailctl and jailkill.
 */

/* A sanitizer is to be told from a program that fails. */
static void
sanitizer_set(void)
{
	(void)setenv("ASAN_OPTIONS", "detect_leaks=0:exitcode=99", 1);
	(void)setenv("UBSAN_OPTIONS", "exitcode=99", 1);
}

/* For jail_enter(). */
static int
ctl_exec(void *arg)
{
	char *const *argv = arg;
	int fd = open("/tmp/out", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0644);

	if (dup2(fd, 1) == -1 || dup2(fd, 2) == -1)
		return (125);
	sanitizer_set();
	if (strcmp(argv[0], "plain") != 0)
		fault_install(run);
	return (execve("/sbin/jailctl", argv, environ));
}

/* The wait status; -1: it did not end, and was killed. */
static int
child_wait(pid_t pid)
{
	int64_t end_ms = jail_now_ms() + CALL_MS;
	int st;

	while (waitpid(pid, &st, WNOHANG) == 0) {
		if (jail_now_ms() >= end_ms) {
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, NULL, 0);
			return (-1);
		}
		jail_sleep_ms(1);
	}
	return (st);
}

static int
ctl_run(struct jail *j, const char *const *argv)
{
	pid_t pid = jail_enter(j, ctl_exec, (void *)(uintptr_t)argv);

	if (pid == -1)
		return (-1);
	j->n_entered--;
	return (child_wait(pid));
}

/* Without a fault. */
static const char *const plan[] = { "plain", "shutdown", "+5", NULL };
static const char *const cancel[] = { "plain", "cancel", NULL };
static const char *const calm[ARGS_MAX] = { "-B", "2" };

static void
judge_call(struct jail *j, struct result *res, int st)
{
	const char *why;

	if (st == -1) {
		bad(res, "does not end");
		return;
	}
	judge_status(res, st);
	if (res->out == OUT_BAD || scene->belied == NULL)
		return;
	why = scene->belied(j, res->status);
	if (why != NULL)
		bad(res, "status %d: %s", res->status, why);
}

static void
play_ctl(struct jail *j, struct result *res)
{
	const char *argv[ARGS_MAX + 1] = { "jailctl" };

	memcpy(argv + 1, scene->argv, sizeof(scene->argv));
	if (!jail_begin(j, NULL, calm) || !soon(is_run, j, END_MS) ||
	    (scene->cut && ctl_run(j, plan) != 0)) {
		bad(res, "not started");
		return;
	}
	judge_call(j, res, ctl_run(j, argv));
}

static const char *
belied_halt(struct jail *j, int status)
{
	return (status == 0 && jail_wait(j, END_MS, NULL) == -1 ?
	    "it was not asked" : NULL);
}

static const char *
belied_job(struct jail *j, int status)
{
	return (status == 0 && jail_wait_file(j, "/tmp/job", END_MS) == -1 ?
	    "it was not asked" : NULL);
}

static const char *
belied_state(struct jail *j, int status)
{
	return (status == 0 && strstr(jail_file(j, "/tmp/out"), "state:") ==
	    NULL ? "nothing is shown" : NULL);
}

/* There is a plan, and only then; and its time has not come. */
static const char *
belied_plan(struct jail *j, int status)
{
	int st;

	jail_sleep_ms(100);
	if (has_ended(j) || !is_run(j))
		return ("its time has not come");
	st = ctl_run(j, cancel);	/* 69: there is none */
	if (status != 0)
		return (st == 0 ? "it is planned all the same" : NULL);
	return (st == EX_UNAVAILABLE << 8 ? "nothing is planned" : NULL);
}

static const char *
belied_cancel(struct jail *j, int status)
{
	return (status == 0 && ctl_run(j, cancel) == 0 ?
	    "it was not cancelled" : NULL);
}

static char kill_out[PATH_MAX];

static _Noreturn void
kill_exec(const char *const *argv)
{
	const char *program = getenv("JAILKILL");
	int fd = open(kill_out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (dup2(fd, 1) == -1 || dup2(fd, 2) == -1)
		_exit(125);
	sanitizer_set();
	fault_install(run);
	(void)execve(program == NULL ? "build/jailkill" : program,
	    (char *const *)(uintptr_t)argv, environ);
	_exit(125);
}

static void
play_kill(struct jail *j, struct result *res)
{
	const char *argv[ARGS_MAX + 1] = { "jailkill" };
	char name[32];
	size_t i;
	pid_t pid;

	if (scene->init != NULL ? jail_start(j, NULL, "/bin/sh", "-c",
	    scene->init, NULL) == -1 : !jail_begin(j, NULL, calm) ||
	    !soon(is_run, j, END_MS)) {
		bad(res, "not started");
		return;
	}
	if (scene->init != NULL)
		(void)soon(is_up, j, END_MS);
	(void)snprintf(name, sizeof(name), "pid=%d", (int)j->pid);
	(void)snprintf(kill_out, sizeof(kill_out), "%s/out", j->dir);
	for (i = 0; scene->argv[i] != NULL; i++)
		argv[i + 1] = strcmp(scene->argv[i], "PID") == 0 ? name :
		    scene->argv[i];
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		kill_exec(argv);
	judge_call(j, res, child_wait(pid));
}

static bool
out_has(const char *text)
{
	char buf[4096] = "";
	FILE *f = fopen(kill_out, "re");
	size_t n = f == NULL ? 0 : fread(buf, 1, sizeof(buf) - 1, f);

	if (f != NULL)
		(void)fclose(f);
	buf[n] = '\0';
	return (strstr(buf, text) != NULL);
}

/* A kernel that says that there is no such process has to be believed. */
static bool
is_believed(void)
{
	return (run->f.error == ESRCH || run->f.error == ENOENT ||
	    run->f.error == EACCES || run->f.error == EPERM);
}

static const char *
belied_list(struct jail *j, int status)
{
	char pid[16];

	(void)snprintf(pid, sizeof(pid), "%d", (int)j->pid);
	return (status == 0 && !is_believed() && !out_has(pid) ?
	    "a jail is not listed" : NULL);
}

static const char *
belied_gone(struct jail *j, int status)
{
	if (has_ended(j) || (status >= 2 && status != EX_NOHOST) ||
	    is_believed())
		return (NULL);
	return ("it lives");
}

static const char *
belied_signal(struct jail *j, int status)
{
	return (status == 0 && jail_wait_file(j, "/tmp/got", END_MS) == -1 ?
	    "no signal came" : NULL);
}

/* Exit statuses of the manual pages. */
#define CTL_OTHERS	{ OTHER(64), OTHER(66), OTHER(69), OTHER(71), \
			    OTHER(75), OTHER(77), OTHER(78) }
#define KILL_OTHERS	{ OTHER(0), OTHER(1), OTHER(2), OTHER(68), \
			    OTHER(69), OTHER(71), OTHER(74), OTHER(77) }

static const struct scene scenes[] = {
	{ .name = "a life", .play = play_life,
	    .argv = { "-B", BUDGET, "-s", "1", "-t", "1", "-k", "1", "-d",
		"5" },
	    .rc = "(sleep 60 &)\n(true &)\necho up >>/tmp/up",
	    .shutdown = "(true &)\n: >/tmp/down",
	    .others = { OTHER(64) }, .first = SYS_rt_sigprocmask },
	/* By signals alone: without handlers for them nobody can be heard. */
	{ .name = "to be killed", .play = play_life,
	    .argv = { "-B", BUDGET, "-c", "none" }, .deaf = SYS_rt_sigaction,
	    .rc = "trap '' TERM\n(sleep 60 &)\necho up >>/tmp/up",
	    .first = SYS_rt_sigprocmask },
	{ .name = "boot cut short", .play = play_life,
	    .argv = { "-B", BUDGET },
	    .rc = "trap '' TERM\necho up >>/tmp/up\nsleep 60",
	    .shutdown = ": >/tmp/down", .cut = true,
	    .first = SYS_rt_sigprocmask },
	{ .name = "reboot in place", .play = play_life,
	    .argv = { "-B", BUDGET }, .reboots = true,
	    .others = { OTHER(1) }, .first = SYS_rt_sigprocmask },
	{ .name = "reboot(2)", .play = play_life,
	    .argv = { "-B", BUDGET, "-l", "reboot" }, .reboots = true,
	    .same = SIGNALLED + SIGHUP, .others = { OTHER(0), OTHER(1) },
	    .first = SYS_rt_sigprocmask },
	{ .name = "a command", .play = play_life,
	    .argv = { "-B", BUDGET, "--", "/bin/sh", "-c",
		"(sleep 60 &)\nexit 7" },
	    .same = 7, .others = { OTHER(126), OTHER(127), OTHER(137) },
	    .ends = true, .first = SYS_rt_sigprocmask },
	{ .name = "a command, ended", .play = play_life,
	    .argv = { "-B", BUDGET, "-R", "/etc/rc.shutdown", "--",
		"/bin/sh", "-c", "(true &)\nsleep 60" },
	    .shutdown = ": >/tmp/down",
	    .app = true, .same = 143,
	    .others = { OTHER(126), OTHER(127), OTHER(137) },
	    .first = SYS_rt_sigprocmask },
	{ .name = "a terminal", .play = play_life,
	    .argv = { "-B", BUDGET, "--", "/bin/sh", "-c",
		"sleep 60 &\nexit 7" },
	    .same = 7, .others = { OTHER(126), OTHER(127), OTHER(137) },
	    .ends = true, .pty = true, .first = SYS_rt_sigprocmask },
	{ .name = "a subreaper", .play = play_life,
	    .argv = { "-B", BUDGET, "--", "/bin/sh", "-c",
		"trap '' TERM\n(sleep 60 &)\nexit 7" },
	    .same = 7, .others = { OTHER(69), OTHER(126), OTHER(127),
		OTHER(137) }, .mortal = true, .ends = true, .host = true,
	    .first = SYS_rt_sigprocmask },
	{ .name = "background", .play = play_background,
	    .argv = { "-b", "-B", BUDGET, "-c", JAIL_CTL, "--", "/bin/sh",
		"-c", "sleep 60" },
	    .others = { OTHER(1), OTHER(69), OTHER(126), OTHER(127) },
	    .mortal = true, .host = true, .deaf = SYS_fcntl,
	    .first = SYS_rt_sigprocmask },
	{ .name = "no jail", .play = play_life, .same = 69, .ends = true,
	    .host = true, .first = SYS_rt_sigprocmask },
	{ .name = "jailctl status", .play = play_ctl, .argv = { "status" },
	    .others = CTL_OTHERS, .belied = belied_state,
	    .first = SYS_rt_sigaction, .first_arg = SIGPIPE },
	{ .name = "jailctl wait", .play = play_ctl, .argv = { "wait" },
	    .others = CTL_OTHERS,
	    .first = SYS_rt_sigaction, .first_arg = SIGPIPE },
	{ .name = "jailctl halt", .play = play_ctl, .argv = { "halt", "1" },
	    .others = CTL_OTHERS, .belied = belied_halt, .mortal = true,
	    .first = SYS_rt_sigaction, .first_arg = SIGPIPE },
	{ .name = "jailctl request", .play = play_ctl,
	    .argv = { "request", "x" }, .others = CTL_OTHERS,
	    .belied = belied_job,
	    .first = SYS_rt_sigaction, .first_arg = SIGPIPE },
	{ .name = "jailctl shutdown", .play = play_ctl,
	    .argv = { "shutdown", "+5" }, .others = CTL_OTHERS,
	    .belied = belied_plan, .first = SYS_rt_sigaction,
	    .first_arg = SIGPIPE },
	{ .name = "jailctl cancel", .play = play_ctl, .argv = { "cancel" },
	    .others = CTL_OTHERS, .belied = belied_cancel, .cut = true,
	    .first = SYS_rt_sigaction, .first_arg = SIGPIPE },
	{ .name = "jailkill -l", .play = play_kill, .argv = { "-l" },
	    .others = KILL_OTHERS, .belied = belied_list, .any = true,
	    .first = SYS_setpriority },
	{ .name = "jailkill -h", .play = play_kill,
	    .argv = { "-h", "-t", "2", "PID" }, .others = KILL_OTHERS,
	    .belied = belied_gone, .any = true, .first = SYS_setpriority },
	{ .name = "jailkill -a -h", .play = play_kill,
	    .argv = { "-h", "-t", "2", "-a" }, .others = KILL_OTHERS,
	    .belied = belied_gone, .any = true, .first = SYS_setpriority },
	{ .name = "jailkill -h of another init", .play = play_kill,
	    .argv = { "-h", "-t", "1", "PID" }, .same = 1,
	    .others = KILL_OTHERS, .belied = belied_gone, .any = true,
	    .init = "trap '' TERM; : >/tmp/up; sleep 60; :",
	    .first = SYS_setpriority },
	{ .name = "jailkill -s", .play = play_kill,
	    .argv = { "-s", "HUP", "PID" }, .others = KILL_OTHERS,
	    .belied = belied_signal, .any = true,
	    .init = "trap ': >/tmp/got' HUP; : >/tmp/up; "
		"while :; do sleep 0.02; done",
	    .first = SYS_setpriority },
};
#define SCENES	(sizeof(scenes) / sizeof(scenes[0]))

/* Cases in which something was wrong. */
static const struct {
	const char *scene;
	struct fault f;
} bugs[] = {
	/* No signal was heard any more. */
	{ "to be killed", { SYS_ppoll, ENOMEM, 0, 0, FAULT_MAIN } },
	/* A descendant stayed. */
	{ "a subreaper", { SYS_wait4, EINTR, 0, 2, FAULT_MAIN } },
	/* Nothing was shown, with status 0. */
	{ "jailctl status", { SYS_writev, EIO, 0, 1, FAULT_MAIN } },
	/* It was planned, and said not to be. */
	{ "jailctl shutdown", { SYS_fcntl, ENOLCK, 0, 6, FAULT_MAIN } },
	{ "jailctl shutdown", { SYS_read, EIO, 0, 1, FAULT_MAIN } },
	{ "jailctl shutdown", { SYS_write, EIO, 0, 2, FAULT_CHILD } },
	/* The end came at once. */
	{ "jailctl shutdown", { SYS_clock_nanosleep, EINVAL, 0, 0,
	    FAULT_CHILD } },
	/* A jail that lived was said to be gone, or not to be there. */
	{ "jailkill -h", { SYS_fstatfs, EINTR, 0, 2, FAULT_MAIN } },
	{ "jailkill -l", { SYS_pidfd_open, EMFILE, 0, 0, FAULT_MAIN } },
	{ "jailkill -a -h", { SYS_pidfd_open, EMFILE, 0, 0, FAULT_MAIN } },
	/* It did not end. */
	{ "jailkill -h", { SYS_write, EINTR, 0, 0, FAULT_MAIN } },
};

/*
 * Playing.
 */
static const char *
call_name(int call)
{
	size_t i;

	for (i = 0; i < FAULT_TABLE; i++)
		if (fault_calls[i].call == call)
			return (fault_calls[i].name);
	return ("?");
}

static void
play_one(struct jail *j, const struct fault *f, struct result *res)
{
	char byte;

	memset(res, 0, sizeof(*res));
	run->f = *f;
	run->first = scene->first;
	run->first_arg = scene->first_arg;
	run->any = scene->any;
	play_ever = f->call != FAULT_ALL && f->at == 0;
	if (!fault_begin(run)) {
		bad(res, "no injector");
		return;
	}
	scene->play(j, res);
	if (res->out == OUT_BAD)
		(void)snprintf(res->why + strlen(res->why), WHY_MAX -
		    strlen(res->why), "; log: %.100s", jail_log(j));
	if (scene->host && j->ended_ms == 0)
		(void)jail_signal(j, SIGKILL);
	else if (scene->host)
		strays_judge(res);
	jail_clean(j);
	strays_judge(res);
	fault_end(run);
	while (recv(notify_fd, &byte, 1, MSG_DONTWAIT) > 0)
		continue;
	if (f->call != FAULT_ALL && run->fired == 0 && res->out != OUT_BAD)
		res->out = OUT_UNMET;
}

static void
worker_begin(const struct jail *j)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int n = snprintf(sun.sun_path + 1, sizeof(sun.sun_path) - 1, "%.80s",
	    j->dir);

	(void)snprintf(notify_name, sizeof(notify_name), "NOTIFY_SOCKET=@%s",
	    sun.sun_path + 1);
	notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	MUST(bind(notify_fd, (struct sockaddr *)&sun, (socklen_t)(
	    offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n)) == 0);
	run = mmap(NULL, sizeof(*run), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(run != MAP_FAILED);
	if (getenv("FAULT_LOUD") == NULL)
		(void)!freopen("/dev/null", "w", stderr);
}

static void
count(struct jail *j)
{
	const struct fault all = { .call = FAULT_ALL };
	struct result res;

	worker_begin(j);
	play_one(j, &all, &res);
	shared->count = *run;
	if (res.out == OUT_OTHER && scene->mortal)
		res.out = OUT_SAME;
	if (res.out != OUT_SAME)
		printf("without a fault: %s (status %d)\n", res.why,
		    res.status);
	fflush(stdout);
	MUST(res.out == OUT_SAME);
}

static void
play_some(struct jail *j)
{
	struct play *p;
	int i;

	worker_begin(j);
	while ((i = __atomic_fetch_add(&shared->next, 1, __ATOMIC_SEQ_CST)) <
	    shared->n) {
		p = &shared->plays[i];
		play_one(j, &p->f, &p->res);
	}
}

/* The static ones, if we are told of them: all calls are the program's. */
static bool
programs_copy(struct jail *j)
{
	const char *musl = getenv("JAILINIT_MUSL"), *ctl = getenv("JAILCTL");
	char path[PATH_MAX];
	const char *end;

	if (musl == NULL)
		return (jail_copy(j, ctl == NULL ? "build/jailctl" : ctl,
		    "/sbin/jailctl") == 0);
	end = strrchr(musl, '/');
	(void)snprintf(path, sizeof(path), "%.*s/jailctl",
	    end == NULL ? 1 : (int)(end - musl), end == NULL ? "." : musl);
	return (jail_copy(j, musl, "/sbin/jailinit") == 0 &&
	    jail_copy(j, path, "/sbin/jailctl") == 0);
}

/* A jail's root in this process, and fn with it in a PID namespace. */
static int
root_with(void (*fn)(struct jail *))
{
	struct jail j;
	int r = MANY_BAD;

	if (jail_new(&j) == 0 && programs_copy(&j))
		r = many_inside(&j, fn);
	if (jail_free(&j) == -1)
		r = MANY_BAD;
	return (r);
}

static void
play_add(const struct fault *f)
{
	assert_true(shared->n < CASES_MAX);
	shared->plays[shared->n].n = shared->n;
	shared->plays[shared->n++].f = *f;
}

/* Of n such calls in a phase: the first, the second, the last, all. */
static void
plays_of(const struct fault_call *c, enum fault_who who, int phase, int n)
{
	struct fault f = { .call = c->call, .phase = phase, .who = who };
	const int at[] = { 1, 2, n, 0 };
	int e, i;

	for (e = 0; e < FAULT_ERRORS && c->errors[e] != 0; e++)
		for (i = 0; i < 4; i++) {
			f.error = c->errors[e];
			f.at = at[i];
			if ((i == 1 && n < 2) || (i == 2 && n < 3) ||
			    (i == 3 && scene->deaf != 0 &&
			    scene->deaf == c->call))
				continue;
			play_add(&f);
		}
}

static bool
is_memory(int call)
{
	return (call == SYS_mmap || call == SYS_munmap ||
	    call == SYS_mprotect || call == SYS_mremap || call == SYS_madvise);
}

/* A call that is not in the table is to be put there. */
static void
table_look(void)
{
	bool known[FAULT_CALLS] = { false };
	int call, phase, who, unknown = 0;
	size_t i;

	for (i = 0; i < FAULT_TABLE; i++)
		known[fault_calls[i].call] = true;
	for (call = 0; call < FAULT_CALLS; call++)
		for (who = 0; who < FAULT_WHO; who++)
			for (phase = 0; phase < FAULT_PHASES; phase++)
				if (shared->count.count[phase][who][call] > 0 &&
				    !known[call]) {
					printf("%s: call %d is not in the "
					    "table\n", scene->name, call);
					unknown++;
				}
	assert_true(unknown == 0 || SANITIZED || COUNTED);
}

static void
plays_make(void)
{
	const char *only = getenv("FAULT_CALL");
	int call, phase, who, n;
	size_t i;

	for (i = 0; i < FAULT_TABLE; i++) {
		call = fault_calls[i].call;
		if ((SANITIZED && is_memory(call)) || (only != NULL &&
		    strcmp(only, fault_calls[i].name) != 0))
			continue;
		for (who = 0; who < FAULT_WHO; who++)
			for (phase = 0; phase < FAULT_PHASES; phase++) {
				n = (int)shared->count.count[phase][who][call];
				if (n > 0)
					plays_of(&fault_calls[i],
					    (enum fault_who)who, phase, n);
			}
	}
}

/* What was a bug once is always tried. */
static bool
was_bug(const struct fault *f)
{
	size_t i;

	for (i = 0; i < sizeof(bugs) / sizeof(bugs[0]); i++)
		if (strcmp(bugs[i].scene, scene->name) == 0 &&
		    bugs[i].f.call == f->call && bugs[i].f.at == f->at &&
		    bugs[i].f.error == f->error && bugs[i].f.who == f->who &&
		    bugs[i].f.phase == f->phase)
			return (true);
	return (false);
}

/* An even sample, which some calls more or fewer do not change. */
static bool
is_sample(const struct fault *f, int all)
{
	uint32_t n = (uint32_t)f->phase * FAULT_WHO + (uint32_t)f->who;

	n = ((n * 64 + (uint32_t)f->at) * FAULT_CALLS + (uint32_t)f->call) *
	    256 + (uint32_t)f->error;
	return (n * 2654435761U < UINT32_MAX / (uint32_t)all * SAMPLE);
}

static void
plays_thin(void)
{
	int i, n = 0, all = shared->n;

	if (many_long() || all <= SAMPLE || getenv("FAULT_CALL") != NULL)
		return;
	for (i = 0; i < all; i++)
		if (is_sample(&shared->plays[i].f, all) ||
		    was_bug(&shared->plays[i].f))
			shared->plays[n++] = shared->plays[i];
	shared->n = n;
}

static void
play_print(const struct play *p)
{
	static const char *const who[] = { "", " of a child" };
	static const char *const phase[] = { "boot", "run", "shutdown" };
	static const char *const out[] = { "not met", "same", "other",
	    "WRONG" };

	printf("%s %d: %s%s %s", scene->name, p->n, call_name(p->f.call),
	    who[p->f.who], strerrorname_np(p->f.error));
	if (p->f.at == 0)
		printf(" for ever from %s on", phase[p->f.phase]);
	else
		printf(" %d. of %s", p->f.at, phase[p->f.phase]);
	printf(": %s %d%s%s%s %s\n", out[p->res.out], p->res.status,
	    (p->res.notes & NOTE_SIGNAL) != 0 ? " by-signal" : "",
	    (p->res.notes & NOTE_LEFT) != 0 ? " left" : "",
	    (p->res.notes & NOTE_BUSY) != 0 ? " busy" : "", p->res.why);
}

static void
plays_sum(void)
{
	const struct play *p;
	int i, n;
	size_t c;

	for (p = shared->plays; p < shared->plays + shared->n; p++) {
		for (c = 0; fault_calls[c].call != p->f.call; c++)
			continue;
		table[c][p->res.out]++;
		for (n = 0; n < NOTES; n++)
			table[c][OUTS + n] += (p->res.notes >> n) & 1;
		if (p->f.at == 0)
			faults_ever[c]++;
		else
			faults_once[c]++;
		i = p->res.out == OUT_BAD;
		total_bad += (unsigned)i;
		if (i != 0 || getenv("FAULT_SHOW") != NULL)
			play_print(p);
	}
}

static void
workers_run(int n)
{
	int bad_ones = 0, i, st;
	pid_t pids[WORKERS_MAX];

	shared->next = 0;
	fflush(NULL);
	for (i = 0; i < n; i++) {
		pids[i] = fork();
		assert_true(pids[i] != -1);
		if (pids[i] == 0) {
			(void)die_with_parent();
			_exit(root_with(play_some));
		}
	}
	for (i = 0; i < n; i++) {
		(void)waitpid(pids[i], &st, 0);
		bad_ones += st != 0;
	}
	assert_int_equal(bad_ones, 0);
}

static void
test_scene(void **state)
{
	const char *only = getenv("FAULT_CASE");
	unsigned was_bad = total_bad;
	int64_t begun_ms = jail_now_ms();
	int all;

	scene = *state;
	if (geteuid() != 0)
		live_skip("faults: not root");
	if (SANITIZED && scene->reboots)
		live_skip("faults: a sanitizer cannot begin again");
	shared->n = 0;
	assert_int_equal(root_with(count), MANY_GOOD);
	table_look();
	plays_make();
	all = shared->n;
	if (all == 0)
		return;
	if (only != NULL) {
		shared->plays[0] = shared->plays[atoi(only)];
		shared->n = 1;
	} else
		plays_thin();
	assert_true(shared->n > 0);
	fflush(stdout);
	workers_run(shared->n < WORKERS_MAX ? 1 : scene->reboots ?
	    WORKERS_MAX : WORKERS);
	plays_sum();
	printf("%s: %d of %d faults in %d ms\n", scene->name, shared->n, all,
	    (int)(jail_now_ms() - begun_ms));
	assert_int_equal(total_bad, was_bad);
}

static void
table_print(void)
{
	unsigned sum[2 + OUTS + NOTES] = { 0 };
	size_t c, k;
	int e;

	printf("%-18s %6s %6s %6s %6s %6s %6s %6s %6s %6s  %s\n", "call",
	    "once", "ever", "unmet", "same", "other", "WRONG", "signal",
	    "left", "busy", "errors");
	for (c = 0; c < FAULT_TABLE; c++) {
		if (faults_once[c] + faults_ever[c] == 0)
			continue;
		printf("%-18s %6u %6u", fault_calls[c].name, faults_once[c],
		    faults_ever[c]);
		sum[0] += faults_once[c];
		sum[1] += faults_ever[c];
		for (k = 0; k < OUTS + NOTES; k++) {
			printf(" %6u", table[c][k]);
			sum[2 + k] += table[c][k];
		}
		printf(" ");
		for (e = 0; e < FAULT_ERRORS && fault_calls[c].errors[e] != 0;
		    e++)
			printf(" %s",
			    strerrorname_np(fault_calls[c].errors[e]));
		printf("\n");
	}
	printf("%-18s", "all");
	for (k = 0; k < 2 + OUTS + NOTES; k++)
		printf(" %6u", sum[k]);
	printf("\n");
}

int
main(void)
{
	struct CMUnitTest tests[SCENES];
	size_t i;
	int failed;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return (1);
	for (i = 0; i < SCENES; i++) {
		memset(&tests[i], 0, sizeof(tests[i]));
		tests[i].name = scenes[i].name;
		tests[i].test_func = test_scene;
		tests[i].initial_state = (void *)(uintptr_t)&scenes[i];
	}
	if (live_cannot() != NULL)
		return (live_skip_all("faults", tests, SCENES));
	cmocka_set_test_filter(getenv("LIVE_FILTER"));
	failed = cmocka_run_group_tests_name("faults", tests, NULL, NULL);
	table_print();
	return (failed);
}
