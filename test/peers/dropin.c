/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The drop-in suite: one table of cases, run with jailinit -- command, tini,
 * dumb-init and catatonit, and printed side by side.  What jailinit does is
 * asserted; what the others do is shown as it was measured.  Each program has
 * a worker of its own, and in that a root and PID namespaces of its own.
 *
 * Environment: JAILINIT and others, see jail.h; DROPIN names one case by the
 * beginning of its name.
 */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inside.h"
#include "jail.h"
#include "pty.h"

#define SOON_MS		jail_slack(20000)
#define NEVER_MS	5000	/* not ended by then: it will not */
#define HEARD_MS	500	/* not passed on by then: it will not be */
#define IDLE_MS		2500
#define ALL_MS		jail_slack(600000)	/* the whole suite */
#define NOBODY		65534
#define GOT		"/tmp/got"
#define ALL_31		0x7fffffffUL	/* signals 1 to 31, as a set */
#define HALT_SIGNAL	37	/* SIGRTMIN+3, that of systemd */

struct prog {
	const char *name;
	const char *path;	/* in the jail */
	const char *group;	/* the option that turns about who gets */
	const char *verbose;	/* an option, or none */
	const char *env[2];	/* that makes it verbose */
	const char *reap;	/* when it is not process 1: the option */
};

static const struct prog progs[] = {
	{ "jailinit", "/sbin/jailinit", "-g", NULL, { NULL }, NULL },
	{ "tini", "/bin/tini", "-g", "-vvv", { NULL }, "-s" },
	{ "dumb-init", "/bin/dumb-init", "-c", "-v", { NULL }, NULL },
	{ "catatonit", "/bin/catatonit", "-g", NULL,
	    { "CATATONIT_DEBUG=1" }, NULL },
};

#define PROGS	(sizeof(progs) / sizeof(progs[0]))
#define CASES	64
#define CELL	24
#define NOTE	160

struct result {
	char cell[CELL];
	char note[NOTE];	/* more about it, below the table */
};

/* What a case has to do with. */
struct ctx {
	const struct prog *p;
	struct jail j;
	struct result *r;
};

static void say(struct ctx *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
static void note(struct ctx *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static void
say(struct ctx *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->r->cell, sizeof(c->r->cell), fmt, ap);
	va_end(ap);
}

/* Adds to the note. */
static void
note(struct ctx *c, const char *fmt, ...)
{
	size_t used = strlen(c->r->note);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->r->note + used, sizeof(c->r->note) - used, fmt, ap);
	va_end(ap);
}

/* Starts it with an option (or NULL), "--" and up to four words. */
static bool
begin(struct ctx *c, const struct jail_opts *o, const char *opt,
    const char *w1, const char *w2, const char *w3, const char *w4)
{
	const char *path = c->p->path;

	return (opt == NULL ?
	    jail_start(&c->j, o, path, "--", w1, w2, w3, w4, NULL) == 0 :
	    jail_start(&c->j, o, path, opt, "--", w1, w2, w3, w4, NULL) == 0);
}

/* The exit status, -1 if it does not end. */
static int
ends(struct ctx *c, int64_t within_ms)
{
	int st = jail_wait(&c->j, within_ms, NULL);

	if (st == -1)
		return (-1);
	return (WIFEXITED(st) ? WEXITSTATUS(st) : 1000 + WTERMSIG(st));
}

static void
say_end(struct ctx *c, int64_t within_ms, const char *otherwise)
{
	int e = ends(c, within_ms);

	if (e == -1)
		say(c, "%s", otherwise);
	else if (e >= 1000)
		say(c, "died of %d", e - 1000);
	else
		say(c, "%d", e);
}

/* jail_wait_file(), silent. */
static bool
comes(struct ctx *c, const char *path, int64_t within_ms)
{
	int64_t end_ms = jail_now_ms() + within_ms;

	while (!jail_exists(&c->j, path)) {
		if (jail_now_ms() >= end_ms)
			return (false);
		jail_sleep_ms(2);
	}
	return (true);
}

/* The process of that name in that state, or 0. */
static pid_t
in_state(struct ctx *c, const char *name, int state, int64_t within_ms)
{
	int64_t end_ms = jail_now_ms() + within_ms;
	pid_t pid;

	do {
		pid = jail_find(&c->j, name);
		if (pid != 0 && proc_state(pid) == state)
			return (pid);
		jail_sleep_ms(2);
	} while (jail_now_ms() < end_ms);
	return (0);
}

static void
say_file(struct ctx *c, const char *path, int64_t within_ms)
{
	if (!comes(c, path, within_ms))
		say(c, "none");
	else {
		jail_sleep_ms(5);	/* it is there before it is written */
		say(c, "%s", jail_file(&c->j, path));
	}
}

/* Between two starts in the same root. */
static void
again(struct ctx *c)
{
	char path[300];
	const struct dirent *e;
	DIR *d;

	(void)jail_again(&c->j);
	d = opendir(jail_path(&c->j, "/tmp"));
	while (d != NULL && (e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "/tmp/%s", e->d_name);
		if (e->d_name[0] != '.')
			(void)unlink(jail_path(&c->j, path));
	}
	if (d != NULL)
		closedir(d);
}

/*
 * Exit statuses and the command line.
 */
static void
drive(struct ctx *c, const char *what)
{
	if (jail_start(&c->j, NULL, PROBE, what, c->p->path, NULL) == 0 &&
	    ends(c, ALL_MS / 2) == 0)
		say_file(c, RESULT, 0);
}

static void
case_statuses(struct ctx *c)
{
	drive(c, "statuses");
}

static void
case_deaths(struct ctx *c)
{
	drive(c, "deaths");
}

static void
case_missing(struct ctx *c)
{
	if (begin(c, NULL, NULL, "/nowhere", NULL, NULL, NULL))
		say_end(c, SOON_MS, "hangs");
}

static void
case_not_executable(struct ctx *c)
{
	if (begin(c, NULL, NULL, "/etc/passwd", NULL, NULL, NULL))
		say_end(c, SOON_MS, "hangs");
}

/* dockerd's --init: it asks for the version, and then runs it as this. */
static void
case_docker(struct ctx *c)
{
	static const char as[] = "/sbin/docker-init";
	char from[PATH_MAX];
	int version, status;

	snprintf(from, sizeof(from), "%s%s", c->j.root, c->p->path);
	if (jail_copy(&c->j, from, as) == -1 ||
	    jail_start(&c->j, NULL, as, "--version", NULL) == -1)
		return;
	version = ends(c, SOON_MS);
	note(c, "says \"%.*s\"", (int)strcspn(jail_log(&c->j), "\n"),
	    jail_log(&c->j));
	again(c);
	if (jail_start(&c->j, NULL, as, "--", PROBE, "exit", "7", NULL) == -1)
		return;
	status = ends(c, SOON_MS);
	say(c, "%d, %d", version, status);
}

static void
case_no_dashes(struct ctx *c)
{
	if (jail_start(&c->j, NULL, c->p->path, PROBE, "exit", "7", NULL) == 0)
		say_end(c, SOON_MS, "hangs");
}

/*
 * Signals to the init.
 */
static size_t
got_length(struct ctx *c, const char *path)
{
	return (strlen(jail_file(&c->j, path)));
}

/* Is sig among what was noted since then?  -1: the command is stopped. */
static int
got_since(struct ctx *c, const char *path, size_t since, int sig,
    int64_t within_ms)
{
	int64_t end_ms = jail_now_ms() + within_ms;
	const char *text, *line;
	char want[16];
	size_t len = (size_t)snprintf(want, sizeof(want), "%d\n", sig);

	do {
		text = jail_file(&c->j, path);
		text += strlen(text) < since ? strlen(text) : since;
		for (line = text; *line != '\0'; line = strchr(line, '\n') + 1)
			if (strncmp(line, want, len) == 0)
				return (1);
			else if (strchr(line, '\n') == NULL)
				break;
		jail_sleep_ms(1);
	} while (jail_now_ms() < end_ms);
	return (proc_state(jail_find(&c->j, "probe")) == 'T' ? -1 : 0);
}

static bool
catch_begin(struct ctx *c, const char *opt)
{
	return (begin(c, NULL, opt, PROBE, "catch", GOT, NULL) &&
	    comes(c, GOT, SOON_MS) &&
	    got_since(c, GOT, 0, SIGKILL, 20) == 0);
}

/* Sends sig; adds to the counts of who got it. */
static void
signal_count(struct ctx *c, int sig, int *command, int *group)
{
	size_t before = got_length(c, GOT);
	size_t before_child = got_length(c, GOT ".child");
	int got;

	(void)jail_signal(&c->j, sig);
	got = got_since(c, GOT, before, sig, HEARD_MS);
	if (got == 1) {
		++*command;
		*group += got_since(c, GOT ".child", before_child, sig,
		    *group + 1 < *command ? 0 : HEARD_MS) == 1;
		return;
	}
	note(c, "%s%s%s", c->r->note[0] == '\0' ? "not " : " ",
	    sigabbrev_np(sig), got == -1 ? " (stops)" : "");
	if (got == -1)
		(void)kill(-jail_find(&c->j, "probe"), SIGCONT);
}

/* TERM and PWR last, as they may mean more. */
static void
signals(struct ctx *c, const char *opt)
{
	int sig, command = 0, group = 0;

	if (!catch_begin(c, opt))
		return;
	for (sig = 1; sig <= 31; sig++)
		if (sig != SIGKILL && sig != SIGSTOP && sig != SIGCHLD &&
		    sig != SIGTERM && sig != SIGPWR)
			signal_count(c, sig, &command, &group);
	signal_count(c, SIGTERM, &command, &group);
	signal_count(c, SIGPWR, &command, &group);
	say(c, "%d + %d", command, group);
}

static void
case_signals(struct ctx *c)
{
	signals(c, NULL);
}

static void
case_signals_group(struct ctx *c)
{
	signals(c, c->p->group);
}

static void
case_realtime(struct ctx *c)
{
	int got;

	if (!catch_begin(c, NULL))
		return;
	(void)jail_signal(&c->j, 35);
	got = got_since(c, GOT, 0, 35, HEARD_MS) == 1;
	(void)jail_signal(&c->j, 64);
	got += got_since(c, GOT, 0, 64, HEARD_MS) == 1;
	say(c, "%d/2", got);
}

static void
case_halt_signal(struct ctx *c)
{
	if (!catch_begin(c, NULL))
		return;
	(void)jail_signal(&c->j, HALT_SIGNAL);
	if (got_since(c, GOT, 0, SIGTERM, HEARD_MS) == 1)
		say(c, "TERM");
	else if (got_since(c, GOT, 0, HALT_SIGNAL, HEARD_MS) == 1)
		say(c, "it itself");
	else
		say(c, "nothing");
}

static void
case_term_twice(struct ctx *c)
{
	size_t before;
	int n;

	if (!catch_begin(c, NULL))
		return;
	before = got_length(c, GOT);
	(void)jail_signal(&c->j, SIGTERM);
	n = got_since(c, GOT, before, SIGTERM, SOON_MS) == 1;
	before = got_length(c, GOT);
	(void)jail_signal(&c->j, SIGTERM);
	n += got_since(c, GOT, before, SIGTERM, HEARD_MS) == 1;
	say(c, "%d", n);
}

static void
case_stopped(struct ctx *c)
{
	pid_t pid;

	if (!begin(c, NULL, NULL, "/bin/sleep", "1000", NULL, NULL))
		return;
	pid = in_state(c, "sleep", 'S', SOON_MS);
	if (pid == 0 || kill(pid, SIGSTOP) == -1 ||
	    in_state(c, "sleep", 'T', SOON_MS) == 0)
		return;
	(void)jail_signal(&c->j, SIGTERM);
	say_end(c, NEVER_MS, "still stopped");
}

/* With the time that it took, which is not compared. */
static void
case_ignores(struct ctx *c)
{
	bool ours = c->p == &progs[0];
	int e;

	if (!begin(c, NULL, ours ? "-B2" : NULL, "/bin/sh", "-c",
	    "trap '' TERM; : >" READY "; while :; do sleep 0.1; done", NULL) ||
	    !comes(c, READY, SOON_MS))
		return;
	(void)jail_signal(&c->j, SIGTERM);
	e = ends(c, ours ? SOON_MS : 2 * NEVER_MS);
	if (e == -1)
		say(c, "still there");
	else {
		say(c, "%d", e);
		note(c, "after %.1f s",
		    (double)(c->j.ended_ms - c->j.asked_ms) / 1000);
	}
}

static void
case_early(struct ctx *c)
{
	drive(c, "early");
}

static void
case_starts(struct ctx *c)
{
	drive(c, "starts");
}

/*
 * What the command begins with.
 */
static const char *
value(struct ctx *c, const char *key)
{
	return (probe_value(&c->j, "probe", key));
}

static void
case_session(struct ctx *c)
{
	char pid[16];

	if (!begin(c, NULL, NULL, PROBE, NULL, NULL, NULL) ||
	    ends(c, SOON_MS) != 0)
		return;
	snprintf(pid, sizeof(pid), "%s", value(c, "pid"));
	if (strcmp(value(c, "pgid"), pid) != 0)
		say(c, "nothing");
	else
		say(c, strcmp(value(c, "sid"), pid) == 0 ? "session, group" :
		    "group");
}

static void
note_set(struct ctx *c, const char *what, unsigned long set)
{
	int sig;

	if (set == 0)
		return;
	note(c, "%s%s", c->r->note[0] == '\0' ? "" : "; ", what);
	for (sig = 1; sig <= 31; sig++)
		if ((set & 1UL << (sig - 1)) != 0)
			note(c, " %s", sigabbrev_np(sig));
}

/* blocked + ignored */
static void
mask(struct ctx *c, const struct jail_opts *o)
{
	unsigned long blocked, ignored;

	if (!begin(c, o, NULL, PROBE, NULL, NULL, NULL) ||
	    ends(c, SOON_MS) != 0)
		return;
	/* Of 32 and 33, libc's own, it depends on who has started us. */
	blocked = strtoul(value(c, "blocked"), NULL, 16) & ALL_31;
	ignored = strtoul(value(c, "ignored"), NULL, 16) & ALL_31;
	note_set(c, "blocked", blocked);
	note_set(c, "ignored", ignored);
	say(c, "%d + %d", __builtin_popcountl(blocked),
	    __builtin_popcountl(ignored));
}

static void
case_mask(struct ctx *c)
{
	mask(c, NULL);
}

static void
mask_set(void *arg)
{
	sigset_t set;

	(void)arg;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGHUP, SIG_IGN);
}

static void
case_mask_given(struct ctx *c)
{
	static const struct jail_opts o = { .before_exec = mask_set };

	mask(c, &o);
}

static void
fds_open(void *arg)
{
	(void)arg;
	(void)dup2(0, 5);
	(void)dup2(0, 7);
}

static void
case_fds(struct ctx *c)
{
	static const struct jail_opts o = { .before_exec = fds_open };

	if (begin(c, &o, NULL, PROBE, NULL, NULL, NULL) &&
	    ends(c, SOON_MS) == 0)
		say(c, "%s", value(c, "open"));
}

/* sd_listen_fds(3): what a socket unit or podman passes. */
static void
listen_open(void *arg)
{
	(void)arg;
	(void)dup2(0, 3);
}

static void
case_listen(struct ctx *c)
{
	static const char *const words[] = { "passed", "wrong LISTEN_PID",
	    "closed" };
	static const char *const env[] = { "LISTEN_FDS=1", "LISTEN_PID=1",
	    NULL };
	static const struct jail_opts o = { .env = env,
	    .before_exec = listen_open };
	int e;

	if (!begin(c, &o, NULL, PROBE, "listen", NULL, NULL))
		return;
	e = ends(c, SOON_MS);
	say(c, "%s", e >= 0 && e < 3 ? words[e] : "hangs");
}

static void
case_stdio(struct ctx *c)
{
	int fds[3], i, set, e, run = 0, open = 0;
	struct jail_opts o = { .fds = fds };

	for (set = 1; set < 8; set++) {
		for (i = 0; i < 3; i++)
			fds[i] = (set & 1 << i) != 0 ? JAIL_FD_CLOSED :
			    JAIL_FD_DEFAULT;
		if (!begin(c, &o, NULL, PROBE, "stdio", NULL, NULL))
			return;
		e = ends(c, SOON_MS);
		if (e == 42 || e == 43)
			run++;
		else
			note(c, "%s%s%s%s (%d)", c->r->note[0] == '\0' ?
			    "does not run without " : ", ",
			    (set & 1) != 0 ? "0" : "",
			    (set & 2) != 0 ? "1" : "",
			    (set & 4) != 0 ? "2" : "", e);
		open += e == 42;
		again(c);
	}
	say(c, "%d run, %d open", run, open);
}

/*
 * Terminals.
 */
static void
tty_take(void *arg)
{
	(void)arg;
	(void)ioctl(0, TIOCSCTTY, 0);
}

static bool
tty_begin(struct ctx *c, struct pty *t, bool taken, const char *w1,
    const char *w2, const char *w3)
{
	struct jail_opts o = { .before_exec = taken ? tty_take : NULL };
	int fds[3];

	if (!pty_open(t))
		return (false);
	fds[0] = fds[1] = fds[2] = t->slave_fd;
	o.fds = fds;
	return (begin(c, &o, NULL, w1, w2, w3, NULL));
}

static void
tty_front(struct ctx *c, bool taken)
{
	static const char *const words[] = { "yes", "not its", "background" };
	static struct pty t;
	int e;

	if (tty_begin(c, &t, taken, PROBE, "front", NULL)) {
		e = ends(c, SOON_MS);
		say(c, "%s", e >= 0 && e < 3 ? words[e] : "hangs");
	}
	pty_close(&t);
}

static void
case_tty_front(struct ctx *c)
{
	tty_front(c, true);
}

static void
case_tty_free(struct ctx *c)
{
	tty_front(c, false);
}

static void
case_tty_int(struct ctx *c)
{
	static struct pty t;

	if (tty_begin(c, &t, true, "/bin/sh", "-c", "trap 'exit 33' INT;"
	    " echo re''ady; while :; do sleep 0.05; done") &&
	    pty_says(&t, "ready", SOON_MS)) {
		pty_type(&t, "\003");
		say_end(c, NEVER_MS, "not ended");
	}
	pty_close(&t);
}

static void
case_tty_winch(struct ctx *c)
{
	struct winsize w = { .ws_row = 41, .ws_col = 123 };
	static struct pty t;

	if (tty_begin(c, &t, true, PROBE, "winch", NULL) &&
	    pty_says(&t, "watching", SOON_MS)) {
		(void)ioctl(t.master_fd, TIOCSWINSZ, &w);
		say(c, pty_says(&t, "size 41x123", NEVER_MS) ? "told" :
		    "not told");
	}
	pty_close(&t);
}

static void
case_tty_shell(struct ctx *c)
{
	static struct pty t;

	if (tty_begin(c, &t, true, "/bin/sh", "-i", NULL)) {
		pty_type(&t, "echo he''re\n");
		if (pty_says(&t, "here", SOON_MS))
			say(c, strstr(t.buf, "job control") == NULL ? "yes" :
			    "no");
	}
	pty_close(&t);
}

/* Process 1's command: nobody is there to have it go on. */
static void
case_tty_stop(struct ctx *c)
{
	static struct pty t;

	if (tty_begin(c, &t, true, "/bin/sh", "-c", "echo r''eady;"
	    " while read x; do echo got-$x; done") &&
	    pty_says(&t, "ready", SOON_MS)) {
		pty_type(&t, "\032");
		jail_sleep_ms(100);
		pty_type(&t, "hello\n");
		say(c, pty_says(&t, "got-hello", NEVER_MS) ? "goes on" :
		    "stopped for good");
	}
	pty_close(&t);
}

/* A shell that is no init, at a prompt or with a script. */
static bool
shell_begin(struct ctx *c, struct pty *t, const char *w1, const char *w2)
{
	struct jail_opts o = { .before_exec = tty_take };
	int fds[3];

	if (!pty_open(t))
		return (false);
	fds[0] = fds[1] = fds[2] = t->slave_fd;
	o.fds = fds;
	return (jail_start(&c->j, &o, "/bin/sh", w1, w2, NULL) == 0);
}

static bool
in_front(struct ctx *c, const struct pty *t, const char *name)
{
	int64_t end_ms = jail_now_ms() + SOON_MS;
	pid_t pid;

	do {
		pid = in_state(c, name, 'S', SOON_MS);
		if (tcgetpgrp(t->master_fd) != jail_find(&c->j, "sh"))
			return (pid != 0);
	} while (jail_now_ms() < end_ms);
	return (false);
}

/* What is typed with a ^Z the terminal may throw away. */
static bool
prompts(struct pty *t)
{
	int i;

	for (i = 0; i < 5; i++) {
		pty_type(t, "echo pro''mpt\n");
		if (pty_says(t, "prompt", NEVER_MS / 5))
			return (true);
	}
	return (false);
}

static void
case_tty_job(struct ctx *c)
{
	static struct pty t;
	char line[64];

	snprintf(line, sizeof(line), "%s -- /bin/sleep 1000\n", c->p->path);
	if (shell_begin(c, &t, "-i", NULL) && prompts(&t)) {
		pty_type(&t, line);
		if (in_front(c, &t, "sleep")) {
			pty_type(&t, "\032");
			if (!prompts(&t)) {
				say(c, "no prompt");
				pty_close(&t);
				return;
			}
			pty_type(&t, "fg\n");
			say(c, in_front(c, &t, "sleep") ? "prompt, fg" :
			    "prompt, no fg");
			pty_type(&t, "\003");
			if (!prompts(&t))
				say(c, "prompt, no ^C");
		}
	}
	pty_close(&t);
}

static void
case_tty_back(struct ctx *c)
{
	static struct pty t;
	char script[128];

	snprintf(script, sizeof(script), "%s -- /bin/true; echo re''ady;"
	    " read x; echo got-$x; sleep 1000", c->p->path);
	if (shell_begin(c, &t, "-c", script) &&
	    pty_says(&t, "ready", SOON_MS)) {
		pty_type(&t, "hello\n");
		say(c, pty_says(&t, "got-hello", NEVER_MS) ? "yes" : "no");
	}
	pty_close(&t);
}

/*
 * What is left, and orphans.
 */
static void
say_mark(struct ctx *c, const char *otherwise)
{
	const char *mark = jail_file(&c->j, MARK);

	if (strcmp(mark, "Tt") == 0)
		say(c, "TERM, time");
	else
		say(c, "%s", strcmp(mark, "T") == 0 ? "TERM, no time" :
		    otherwise);
}

static void
leave(struct ctx *c, const char *w1, const char *w2, int status)
{
	int e;

	if (!begin(c, NULL, NULL, PROBE, w1, w2, NULL))
		return;
	e = ends(c, SOON_MS);
	if (e != status)
		say(c, e == -1 ? "hangs" : "status %d", e);
	else
		say_mark(c, "KILL at once");
}

static void
case_leave_group(struct ctx *c)
{
	leave(c, "leave", "group", 7);
}

static void
case_leave_session(struct ctx *c)
{
	leave(c, "leave", "session", 7);
}

static void
case_daemon(struct ctx *c)
{
	leave(c, "daemon", NULL, 0);
}

static void
case_orphans(struct ctx *c)
{
	int64_t end_ms;

	if (!begin(c, NULL, NULL, PROBE, "orphans", NULL, NULL) ||
	    !comes(c, READY, 4 * SOON_MS))
		return;
	end_ms = jail_now_ms() + SOON_MS;
	while (jail_count(&c->j) > 2 && jail_now_ms() < end_ms)
		jail_sleep_ms(10);
	say(c, "%d/%d", ORPHANS - (jail_count(&c->j) - 2), ORPHANS);
}

/* The init as the child of a shell that is process 1. */
static bool
under_begin(struct ctx *c, const char *opt, const char *rest)
{
	char script[160];

	snprintf(script, sizeof(script), "%s %s -- " PROBE " %s; : >/tmp/end;"
	    " sleep 1000", c->p->path, opt == NULL ? "" : opt, rest);
	return (jail_start(&c->j, NULL, "/bin/sh", "-c", script, NULL) == 0 &&
	    comes(c, "/tmp/end", SOON_MS));
}

static void
case_adopts(struct ctx *c)
{
	if (!under_begin(c, NULL, "adopt"))
		return;
	say_file(c, RESULT, 0);
	again(c);
	if (c->p->reap == NULL || strcmp(c->r->cell, "no") != 0)
		return;
	if (under_begin(c, c->p->reap, "adopt") &&
	    strcmp(jail_file(&c->j, RESULT), "yes") == 0)
		say(c, "with %s", c->p->reap);
}

static void
case_under_leave(struct ctx *c)
{
	if (!under_begin(c, c->p->reap, "leave session"))
		return;
	jail_sleep_ms(2 * LEFT_MS);
	say_mark(c, jail_find(&c->j, "probe") != 0 ? "left running" :
	    "KILL at once");
}

/*
 * The log, and being idle.
 */
static void
pipe_fill(int fd)
{
	static const char zeros[4096];
	int flags = fcntl(fd, F_GETFL);

	(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	while (write(fd, zeros, sizeof(zeros)) > 0)
		continue;
	(void)fcntl(fd, F_SETFL, flags);
}

/* Verbose, to a pipe that is full or has no reader: is it ended by TERM? */
static void
verbose(struct ctx *c, bool reader)
{
	const struct jail_opts none = { 0 };
	struct jail_opts o = none;
	int fds[3] = { JAIL_FD_DEFAULT, -1, -1 }, p[2];
	int64_t cpu_us;

	if (pipe2(p, O_CLOEXEC) == -1)
		return;
	fds[1] = fds[2] = p[1];
	o.fds = fds;
	o.env = c->p->env;
	if (reader)
		pipe_fill(p[1]);
	else
		close(p[0]);
	if (begin(c, &o, c->p->verbose, "/bin/sleep", "1000", NULL, NULL)) {
		(void)in_state(c, "sleep", 'S', NEVER_MS);
		(void)jail_signal(&c->j, SIGTERM);
		say_end(c, NEVER_MS, "hangs");
		if (strcmp(c->r->cell, "hangs") == 0) {
			cpu_us = proc_cpu_us(c->j.pid);
			jail_sleep_ms(500);
			if (proc_cpu_us(c->j.pid) - cpu_us > 100000)
				say(c, "spins");
		}
	}
	if (reader)
		close(p[0]);
	close(p[1]);
}

static void
case_log_full(struct ctx *c)
{
	verbose(c, true);
}

static void
case_log_gone(struct ctx *c)
{
	verbose(c, false);
}

static void
case_idle(struct ctx *c)
{
	static const char key[] = "voluntary_ctxt_switches";
	long before;

	if (!begin(c, NULL, NULL, "/bin/sleep", "1000", NULL, NULL) ||
	    in_state(c, "sleep", 'S', SOON_MS) == 0)
		return;
	jail_sleep_ms(1000);
	before = proc_figure(c->j.pid, key);
	jail_sleep_ms(IDLE_MS);
	say(c, "%ld", proc_figure(c->j.pid, key) - before);
}

/* A root that is read-only, and a user who is nobody. */
static void
case_words(struct ctx *c)
{
	static const struct jail_opts o = { .uid = NOBODY, .gid = NOBODY,
	    .readonly = true };
	const char *p;
	int n = 0;

	if (!begin(c, &o, NULL, "/bin/true", NULL, NULL, NULL) ||
	    ends(c, SOON_MS) != 0)
		return;
	for (p = jail_log(&c->j); (p = strchr(p, '\n')) != NULL; p++)
		n++;
	note(c, "%.*s", (int)strcspn(jail_log(&c->j), "\n"),
	    jail_log(&c->j));
	say(c, "%d", n);
}

static void
case_files(struct ctx *c)
{
	const struct dirent *e;
	int n = 0;
	DIR *d;

	if (!begin(c, NULL, NULL, "/bin/true", NULL, NULL, NULL) ||
	    ends(c, SOON_MS) != 0)
		return;
	d = opendir(jail_path(&c->j, "/var/run"));
	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.') {
			note(c, "%s", e->d_name);
			n++;
		}
	if (d != NULL)
		closedir(d);
	say(c, "%d", n);
}

static const struct row {
	const char *name;
	const char *want;	/* of jailinit */
	void (*run)(struct ctx *);
} rows[] = {
	{ "exit statuses 0 to 255", "256/256", case_statuses },
	{ "killed by signal n: 128+n", "25/25", case_deaths },
	{ "command is missing", "127", case_missing },
	{ "command is not executable", "126", case_not_executable },
	{ "as docker-init: --version; -- x", "0, 7", case_docker },
	{ "without --", "64", case_no_dashes },
	{ "28 signals: command + its group", "27 + 0", case_signals },
	{ "  with -g (dumb-init: -c)", "27 + 27", case_signals_group },
	{ "two real-time signals", "2/2", case_realtime },
	{ "SIGRTMIN+3: command gets", "TERM", case_halt_signal },
	{ "TERM twice: command gets", "2", case_term_twice },
	{ "TERM to a stopped command", "143", case_stopped },
	{ "command ignores TERM", "137", case_ignores },
	{ "TERM before exec (100 times)", "100/100", case_early },
	{ "100 starts", "100/100", case_starts },
	{ "command leads", "session, group", case_session },
	{ "signals blocked + ignored", "0 + 0", case_mask },
	{ "  1 blocked, HUP ignored before", "0 + 0", case_mask_given },
	{ "descriptors (5, 7 open before)", "0,1,2,5,7", case_fds },
	{ "  sockets by LISTEN_FDS", "passed", case_listen },
	{ "0, 1, 2 closed, 7 ways", "7 run, 7 open", case_stdio },
	{ "terminal: is in its foreground", "yes", case_tty_front },
	{ "  that was nobody's", "yes", case_tty_free },
	{ "  job control of a shell", "yes", case_tty_shell },
	{ "  ^C (the command's trap: 33)", "33", case_tty_int },
	{ "  ^Z as process 1", "goes on", case_tty_stop },
	{ "  ^Z under a shell", "prompt, fg", case_tty_job },
	{ "  a new window size", "told", case_tty_winch },
	{ "  given back at the end", "yes", case_tty_back },
	{ "leftover in its group gets", "TERM, time", case_leave_group },
	{ "leftover in a session gets", "TERM, time", case_leave_session },
	{ "command that daemonises gets", "TERM, time", case_daemon },
	{ "orphans reaped", "1000/1000", case_orphans },
	{ "not process 1: adopts orphans", "yes", case_adopts },
	{ "  a leftover gets", "TERM, time", case_under_leave },
	{ "log: a full pipe, TERM", "143", case_log_full },
	{ "log: no reader, TERM", "143", case_log_gone },
	{ "wake-ups in 2.5 s, idle", "0", case_idle },
	{ "lines of its own, / read-only", "0", case_words },
	{ "files left in /var/run", "0", case_files },
};

#define ROWS	(sizeof(rows) / sizeof(rows[0]))
_Static_assert(ROWS <= CASES, "too many rows");

static struct result (*results)[CASES];	/* shared, of each program */

/*
 * Workers.
 */

/* The host's path of a program, "" if there is none. */
static const char *
host_path(const struct prog *p)
{
	static char path[PATH_MAX];
	char dirs[PATH_MAX], *dir, *next = dirs;
	const char *env = getenv("PATH");

	snprintf(dirs, sizeof(dirs), "%s", env == NULL ? "/usr/bin" : env);
	while ((dir = strsep(&next, ":")) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", dir, p->name);
		if (access(path, X_OK) == 0)
			return (path);
	}
	return ("");
}

static bool
is_chosen(size_t row)
{
	const char *only = getenv("DROPIN"), *name = rows[row].name;

	name += strspn(name, " ");
	return (only == NULL || strncmp(name, only, strlen(only)) == 0);
}

static bool
worker_root(struct ctx *c)
{
	if (jail_new(&c->j) == -1 || probe_install(&c->j) == -1)
		return (false);
	return (c->p == &progs[0] ||
	    jail_copy(&c->j, host_path(c->p), c->p->path) == 0);
}

/* In a session of its own, so that a terminal can be a jail's. */
static int
worker(size_t n)
{
	static struct ctx c;
	size_t row;
	int e = 0;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setsid();
	c.p = &progs[n];
	if (!worker_root(&c))
		e = 1;
	for (row = 0; e == 0 && row < ROWS; row++) {
		if (!is_chosen(row))
			continue;
		c.r = &results[n][row];
		say(&c, "?");
		rows[row].run(&c);
		again(&c);
	}
	if (jail_free(&c.j) == -1)
		e = 1;
	return (e);
}

/* Waits for the workers, whose jails end with them; false: not all well. */
static bool
workers_wait(const pid_t *pids)
{
	int64_t end_ms = jail_now_ms() + ALL_MS;
	bool good = true;
	size_t n;
	int st;

	for (n = 0; n < PROGS; n++) {
		if (pids[n] <= 0)
			continue;
		while (waitpid(pids[n], &st, WNOHANG) == 0) {
			if (jail_now_ms() >= end_ms)
				(void)kill(pids[n], SIGKILL);
			jail_sleep_ms(20);
		}
		if (st == 0)
			continue;
		printf("%s: its worker has failed\n", progs[n].name);
		good = false;
	}
	return (good);
}

/*
 * The table.
 */
static void
table_print(const pid_t *pids)
{
	size_t n, row;

	printf("%-32s", "");
	for (n = 0; n < PROGS; n++)
		printf(" %-16s", pids[n] == 0 ? "" : progs[n].name);
	for (row = 0; row < ROWS; row++) {
		if (!is_chosen(row))
			continue;
		printf("\n%-32s", rows[row].name);
		for (n = 0; n < PROGS; n++)
			printf(" %-16s", results[n][row].cell);
	}
	printf("\n\n");
	for (row = 0; row < ROWS; row++)
		for (n = 0; n < PROGS; n++)
			if (results[n][row].note[0] != '\0')
				printf("%s, %s: %s\n", progs[n].name,
				    rows[row].name + strspn(rows[row].name,
				    " "), results[n][row].note);
}

int
main(int argc, char **argv)
{
	int e = inside_main(argc, argv), passed = 0, failed = 0, skipped = 0;
	pid_t pids[PROGS] = { 0 };
	size_t n, row;

	if (e != -1)
		return (e);
	results = mmap(NULL, PROGS * sizeof(*results),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		return (1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (n = 0; n < PROGS; n++) {
		if (n > 0 && host_path(&progs[n])[0] == '\0') {
			printf("skipped: %s: not installed\n", progs[n].name);
			skipped++;
			continue;
		}
		pids[n] = fork();
		if (pids[n] == 0)
			_exit(worker(n));
	}
	failed += !workers_wait(pids);
	table_print(pids);
	for (row = 0; row < ROWS; row++) {
		if (!is_chosen(row))
			continue;
		if (strcmp(results[0][row].cell, rows[row].want) == 0) {
			passed++;
			continue;
		}
		printf("failed: %s: jailinit: %s, not %s\n", rows[row].name,
		    results[0][row].cell, rows[row].want);
		failed++;
	}
	printf("dropin: %d passed, %d failed, %d skipped\n", passed, failed,
	    skipped);
	return (failed != 0 || passed == 0);
}
