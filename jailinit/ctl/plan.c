/* SPDX-License-Identifier: BSD-2-Clause */
/* A planned shutdown.  Touches PLAN_FILE, NOLOGIN_FILE and terminals. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "plan.h"
#include "users.h"

/* Locked by the process that waits: no lock, no plan; and emptied by it when
 * it ends, unless it is killed.  It is never removed: another could just then
 * get a lock on it that nobody finds again.  Root's alone to read, as any
 * reader could keep us from the lock with one of its own. */
#define PLAN_FILE	"/var/run/jailctl.plan"

/* nologin(5) */
#define NOLOGIN_FILE	"/var/run/nologin"
#define NOLOGIN_S	300

#define TEXT_MAX	2048	/* of a message to users */
#define WORDS_MAX	512	/* of it, what the administrator adds */

/* How long we wait for the process of another plan to end. */
#define CANCEL_STEPS	100
#define CANCEL_STEP_NS	20000000

/* Users are warned so many seconds before, shutdown(8). */
static const int warnings[] = { 10 * 3600, 5 * 3600, 2 * 3600, 3600,
    30 * 60, 10 * 60, 5 * 60, 2 * 60, 60, 30, 0 };

/* How often it looks at the clock where it cannot sleep until a time. */
#define LOOK_MS		1000

/* So long whoever plans waits for it to have closed what it does not need. */
#define READY_MS	500

/* What a planner leaves inherited is not its own to hold open. */
#define FDS_MAX		1024

static volatile sig_atomic_t nologin_ours;
static int plan_fd = -1;	/* of the process that waits */

/*
 * What is said.
 */

/* Words that are typed go to other people's terminals: what is not printable
 * is shown as vis(3) shows it, \^C and \ooo. */
static void
words_add(char *buf, size_t size, const char *word)
{
	size_t used = strlen(buf);
	unsigned char c;

	for (; *word != '\0' && used + 5 < size; word++) {
		c = (unsigned char)*word;
		if (c >= ' ' && c < 0x7f)
			buf[used++] = (char)c;
		else if (c < ' ' || c == 0x7f)
			used += (size_t)snprintf(buf + used, size - used,
			    "\\^%c", c == 0x7f ? '?' : c + '@');
		else
			used += (size_t)snprintf(buf + used, size - used,
			    "\\%03o", c);
		buf[used] = '\0';
	}
}

static void
words_join(char buf[WORDS_MAX], char *const *words)
{
	buf[0] = '\0';
	for (; words != NULL && *words != NULL; words++) {
		if (buf[0] != '\0')
			words_add(buf, WORDS_MAX, " ");
		words_add(buf, WORDS_MAX, *words);
	}
}

static const char *
doing(const struct ctl *c)
{
	return (c->verb == REQUEST_REBOOT ? "rebooted" :
	    c->verb == REQUEST_POWEROFF ? "powered off" : "halted");
}

static void
left_format(char *buf, size_t size, int64_t left_s)
{
	if (left_s <= 0)
		(void)snprintf(buf, size, "now");
	else if (left_s < 100)
		(void)snprintf(buf, size, "in %" PRId64 " seconds", left_s);
	else if (left_s < 100 * INT64_C(60))
		(void)snprintf(buf, size, "in %" PRId64 " minutes",
		    (left_s + 30) / 60);
	else
		(void)snprintf(buf, size, "in %" PRId64 " hours",
		    (left_s + 1800) / 3600);
}

static void
warn_users(const struct ctl *c, int64_t left_s)
{
	char text[TEXT_MAX], words[WORDS_MAX], left[48], name[65] = "";
	char *const user[] = { getenv("USER"), NULL };
	char who[WORDS_MAX], host[WORDS_MAX] = "";

	if (c->no_wall)
		return;
	(void)gethostname(name, sizeof(name) - 1);
	words_add(host, sizeof(host), name);
	left_format(left, sizeof(left), left_s);
	words_join(words, c->message);
	words_join(who, user);
	(void)snprintf(text, sizeof(text), "\r\n\a*** Message from %s@%s ***"
	    "\r\n\r\nThis system is going to be %s %s.\r\n%s%s\r\n",
	    who[0] == '\0' ? "root" : who, host, doing(c), left, words,
	    words[0] == '\0' ? "" : "\r\n");
	wall(text);
}

void
plan_warn_now(const struct ctl *c)
{
	warn_users(c, 0);
}

/*
 * The file and its lock.
 */

/* An image may have anything there.  What others may open could be locked by
 * them, and says what they like. */
static bool
plan_trusted(int fd)
{
	struct stat st;

	return (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_nlink == 1 && (st.st_mode & 077) == 0 &&
	    (st.st_uid == 0 || st.st_uid == geteuid()));
}

/* -1 and errno; ESTALE: what is there is no plan of ours. */
static int
plan_open(int flags)
{
	int fd = open(PLAN_FILE, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC, 0600);

	if (fd == -1 && (errno == ELOOP || errno == EMLINK ||
	    errno == EISDIR || errno == ENXIO || errno == EOPNOTSUPP))
		errno = ESTALE;
	if (fd != -1 && !plan_trusted(fd)) {
		close(fd);
		fd = -1;
		errno = ESTALE;
	}
	return (fd);
}

/* Opened, or made in the place of what is no plan of ours. */
static int
plan_make_file(void)
{
	int fd = plan_open(O_RDWR | O_CREAT);

	if (fd != -1 || errno != ESTALE)
		return (fd);
	if (unlink(PLAN_FILE) == -1 && rmdir(PLAN_FILE) == -1)
		return (-1);
	return (plan_open(O_RDWR | O_CREAT | O_EXCL));
}

static bool
plan_none(int e)
{
	return (e == ENOENT || e == ESTALE);
}

static int
plan_failed(void)
{
	(void)fprintf(stderr, "shutdown: %s: %s\n", PLAN_FILE,
	    strerror(errno));
	return (errno == EACCES || errno == EPERM ? EX_NOPERM : EX_OSERR);
}

/* The process that waits, 0: none that we can signal, -1: not known.  The
 * kernel knows who has the lock. */
static pid_t
plan_holder(int fd)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_GETLK, &l) == -1)
		return (-1);
	return (l.l_type != F_UNLCK && l.l_pid > 1 ? l.l_pid : 0);
}

/* What one that was killed has left. */
static void
plan_sweep(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1 || st.st_size == 0)
		return;
	(void)unlink(NOLOGIN_FILE);
	(void)!ftruncate(fd, 0);
}

/* Ends the process that waits: 1; 0: there was none; -1 and errno. */
static int
plan_end(void)
{
	const struct timespec step = { 0, CANCEL_STEP_NS };
	int e, fd = plan_open(O_RDWR), i;
	pid_t pid = 0, ended = 0;

	if (fd == -1)
		return (plan_none(errno) ? 0 : -1);
	for (i = 0; i < CANCEL_STEPS && (pid = plan_holder(fd)) > 0; i++) {
		if (pid != ended && kill(pid, SIGTERM) == -1 &&
		    errno != ESRCH) {
			close(fd);
			return (-1);
		}
		if (pid != ended)	/* it may be stopped */
			(void)kill(pid, SIGCONT);
		ended = pid;
		(void)nanosleep(&step, NULL);
	}
	e = pid == -1 ? errno : EBUSY;
	if (ended == 0 && pid == 0)
		plan_sweep(fd);
	close(fd);
	errno = e;
	return (pid != 0 ? -1 : ended != 0);
}

void
plan_forget(void)
{
	(void)plan_end();
}

int
plan_cancel(const struct ctl *c)
{
	char text[TEXT_MAX], words[WORDS_MAX];

	switch (plan_end()) {
	case 0:
		(void)fprintf(stderr, "shutdown: nothing is planned\n");
		return (EX_UNAVAILABLE);
	case 1:
		break;
	default:
		return (plan_failed());
	}
	words_join(words, c->message);
	(void)snprintf(text, sizeof(text), "\r\n\a*** The shutdown is "
	    "cancelled ***\r\n%s%s", words, words[0] == '\0' ? "" : "\r\n");
	wall(text);
	return (0);
}

int
plan_show(void)
{
	char buf[TEXT_MAX];
	int e, fd = plan_open(O_RDONLY);
	ssize_t n = 0;

	if (fd == -1 && !plan_none(errno))
		return (plan_failed());
	if (fd != -1) {
		n = plan_holder(fd);
		if (n > 0)
			n = read(fd, buf, sizeof(buf) - 1);
		e = errno;
		close(fd);
		errno = e;
	}
	if (n == -1)
		return (plan_failed());
	if (n == 0) {
		(void)fprintf(stderr, "shutdown: nothing is planned\n");
		return (EX_UNAVAILABLE);
	}
	(void)!write(STDOUT_FILENO, buf, (size_t)n);
	return (0);
}

/*
 * The process that waits.
 */
static void
nologin_remove(void)
{
	if (nologin_ours)
		(void)unlink(NOLOGIN_FILE);
}

static void
on_term(int sig)
{
	(void)sig;
	nologin_remove();
	if (plan_fd != -1)
		(void)!ftruncate(plan_fd, 0);
	_exit(0);
}

static void
nologin_make(const struct ctl *c)
{
	char text[TEXT_MAX], words[WORDS_MAX];
	int fd, n;

	(void)unlink(NOLOGIN_FILE);
	nologin_ours = 1;	/* first: on_term() may come between */
	fd = open(NOLOGIN_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd == -1)
		return;
	words_join(words, c->message);
	n = snprintf(text, sizeof(text), "NO LOGINS: this system is going to "
	    "be %s.\n%s%s", doing(c), words, words[0] == '\0' ? "" : "\n");
	(void)!write(fd, text, (size_t)n);
	close(fd);
}

/* The end by the clock that it is told by; 0, or -1 and errno. */
static int
end_of(const struct ctl_when *w, clockid_t *clock, struct timespec *end)
{
	*clock = w->relative ? CLOCK_MONOTONIC : CLOCK_REALTIME;
	end->tv_sec = end->tv_nsec = 0;
	if (w->relative && clock_gettime(*clock, end) == -1)
		return (-1);
	end->tv_sec += (time_t)w->s;
	return (0);
}

/* What is left, to the nearest second; while the clock fails, what was. */
static int64_t
left_of(clockid_t clock, const struct timespec *end)
{
	static int64_t left = INT32_MAX;
	struct timespec now;

	if (clock_gettime(clock, &now) == 0)
		left = ((int64_t)(end->tv_sec - now.tv_sec) * 1000 +
		    (end->tv_nsec - now.tv_nsec) / 1000000 + 500) / 1000;
	return (left);
}

/* An absolute sleep: the day's clock may be set meanwhile.  Where that cannot
 * be had the end is not to come at once. */
static int64_t
sleep_until(clockid_t clock, const struct timespec *end, int64_t before_s)
{
	struct timespec ts = *end;
	int e;

	ts.tv_sec -= (time_t)before_s;
	do
		e = clock_nanosleep(clock, TIMER_ABSTIME, &ts, NULL);
	while (e == EINTR);
	while (e != 0 && left_of(clock, end) > before_s)
		(void)poll(NULL, 0, LOOK_MS);
	return (left_of(clock, end));
}

static void
warn_and_close(const struct ctl *c, int64_t left)
{
	warn_users(c, left);
	if (left <= NOLOGIN_S && !nologin_ours && c->what != CTL_WARN)
		nologin_make(c);
}

/* Those warnings are given that are still to come, and one at once. */
static void
wait_and_warn(const struct ctl *c, clockid_t clock, const struct timespec *end)
{
	size_t i, n = sizeof(warnings) / sizeof(warnings[0]);
	int64_t left = left_of(clock, end);

	warn_and_close(c, left);
	for (i = 0; i < n; i++) {
		if (warnings[i] >= left && warnings[i] != 0)
			continue;
		left = sleep_until(clock, end, warnings[i]);
		warn_and_close(c, left);
	}
}

/* In the child: the lock, which no parent can give it, then the file. */
static int
plan_hold(const struct ctl *c, int64_t at)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char text[TEXT_MAX], words[WORDS_MAX], when[32] = "?";
	int fd = plan_make_file(), n;
	time_t t = (time_t)at;
	struct tm tm;

	if (fd == -1)
		return (errno);
	if (fcntl(fd, F_SETLK, &l) == -1)
		return (EBUSY);	/* another one, in this moment */
	if (localtime_r(&t, &tm) != NULL)
		(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	words_join(words, c->message);
	n = snprintf(text, sizeof(text), "to be %s at %s%s%s\n", doing(c),
	    when, words[0] == '\0' ? "" : ": ", words);
	(void)!ftruncate(fd, 0);
	if (write(fd, text, (size_t)n) != n)
		return (errno);
	plan_fd = fd;
	return (0);
}

/* Before the lock is taken: a descriptor that is put in place of another is
 * not to be its. */
static void
planner_ground(int ready_fd)
{
	struct sigaction sa = { .sa_handler = on_term };
	int fd;

	(void)setsid();
	for (fd = STDERR_FILENO + 1; fd < FDS_MAX; fd++)
		if (fd != ready_fd)
			(void)close(fd);
	fd = open("/dev/null", O_RDWR);
	if (fd != -1) {
		(void)dup2(fd, STDIN_FILENO);
		(void)dup2(fd, STDOUT_FILENO);
		(void)dup2(fd, STDERR_FILENO);
		if (fd > STDERR_FILENO)
			close(fd);
	}
	(void)!chdir("/");
	sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGTERM, &sa, NULL);
	(void)sigaction(SIGINT, &sa, NULL);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigprocmask(SIG_SETMASK, &sa.sa_mask, NULL);
}

static _Noreturn void
planner(const struct ctl *c, int (*ask)(const struct ctl *), int ready_fd)
{
	unsigned char e;
	clockid_t clock;
	struct timespec end;
	int fd;

	ready_fd = fcntl(ready_fd, F_DUPFD, STDERR_FILENO + 1);
	if (ready_fd == -1)
		_exit(1);
	planner_ground(ready_fd);
	e = (unsigned char)(end_of(&c->when, &clock, &end) == -1 ? errno :
	    plan_hold(c, c->when.relative ? time(NULL) + c->when.s :
	    c->when.s));
	/* Of what nobody is told nothing is to come. */
	if (write(ready_fd, &e, 1) != 1 || e != 0)
		on_term(0);
	close(ready_fd);
	wait_and_warn(c, clock, &end);
	/* It can no longer be cancelled, so the lock goes; nologin stays
	 * until the jail's end ends us: on_term(). */
	if (c->what != CTL_WARN && ask(c) == 0) {
		fd = plan_fd;
		plan_fd = -1;
		close(fd);
		for (;;)
			(void)pause();
	}
	on_term(0);
	_exit(0);
}

int
plan_make(const struct ctl *c, int (*ask)(const struct ctl *))
{
	struct pollfd ready = { -1, POLLIN, 0 };
	unsigned char e = ECHILD;
	int p[2];
	pid_t pid;

	if (plan_end() == -1 || pipe(p) == -1)
		return (plan_failed());
	pid = fork();
	if (pid == 0) {
		close(p[0]);
		planner(c, ask, p[1]);
	}
	close(p[1]);
	if (pid == -1)
		e = (unsigned char)errno;
	else if (read(p[0], &e, 1) != 1)
		(void)kill(pid, SIGTERM);	/* what we cannot tell of */
	else {	/* until all that it does not keep is closed */
		ready.fd = p[0];
		(void)poll(&ready, 1, READY_MS);
	}
	close(p[0]);
	errno = e;
	if (e != 0)
		return (plan_failed());
	(void)plan_show();
	return (EX_OK);
}
