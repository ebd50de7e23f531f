/* SPDX-License-Identifier: BSD-2-Clause */
/* jailctl(8), also called halt, poweroff, reboot and shutdown: turns what a
 * jail's user types into a request.  Touches the FIFO and the status file of
 * jailinit.ctl(5), and what plan.h does. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "lib/paths.h"

#include "options.h"
#include "plan.h"

#define STATUS_SIZE	4096
#define VALUE_MAX	(REQUEST_NAME_MAX + 1)

#define NOT_THERE	"the jailinit that wrote it is not there"

/* wait looks so often. */
#define WAIT_STEP_NS	100000000

static const char *self = "jailctl";
static const char *ctl_file = PATH_CTL;
static const char *status_file = PATH_STATUS;

/*
 * The FIFO.
 */
static int
fail(int status, const char *what, const char *why)
{
	ctl_complain(self, what, why);
	return (status);
}

/* The FIFO open for writing, or -1 and *status, a line having been said. */
static int
fifo_open(int *status)
{
	struct stat st, opened;
	int fd = -1;

	if (lstat(ctl_file, &st) == -1)
		*status = errno == EACCES ? fail(EX_NOPERM, ctl_file,
		    "only root may ask for this") : fail(EX_NOINPUT, ctl_file,
		    errno == ENOENT || errno == ENOTDIR ?
		    "there is none: no jailinit runs here, or it has no FIFO" :
		    strerror(errno));
	else if (!S_ISFIFO(st.st_mode))
		*status = fail(EX_CONFIG, ctl_file, "not a FIFO");
	else if (st.st_uid != 0 && st.st_uid != geteuid())
		*status = fail(EX_CONFIG, ctl_file, "another user's FIFO");
	else if ((fd = open(ctl_file, O_WRONLY | O_NONBLOCK | O_NOFOLLOW |
	    O_CLOEXEC)) == -1)
		*status = errno == EACCES ? fail(EX_NOPERM, ctl_file,
		    "only root may ask for this") : errno == ENXIO ?
		    fail(EX_UNAVAILABLE, ctl_file, "nobody listens") :
		    fail(EX_OSERR, ctl_file, strerror(errno));
	else if (fstat(fd, &opened) == -1 || opened.st_ino != st.st_ino ||
	    opened.st_dev != st.st_dev) {
		close(fd);
		fd = -1;
		*status = fail(EX_TEMPFAIL, ctl_file, "replaced meanwhile");
	}
	return (fd);
}

/* One line in one write, which is taken whole or not at all, pipe(7).  It
 * begins with a newline, as what others wrote without one is not to be in a
 * line with it. */
static int
line_send(const char *request)
{
	char line[REQUEST_LINE_MAX + 3];
	int fd, len, status = EX_OK;

	fd = fifo_open(&status);
	if (fd == -1)
		return (status);
	len = snprintf(line, sizeof(line), "\n%s\n", request);
	if (write(fd, line, (size_t)len) == -1)
		status = errno == EAGAIN ? fail(EX_TEMPFAIL, ctl_file,
		    "full, jailinit does not read it") :
		    errno == EPIPE ? fail(EX_UNAVAILABLE, ctl_file,
		    "nobody listens") :
		    fail(EX_OSERR, ctl_file, strerror(errno));
	close(fd);
	return (status);
}

static int
ask(const struct ctl *c)
{
	char line[64];

	if (c->budget_s == -1)
		(void)snprintf(line, sizeof(line), "%s",
		    request_name(c->verb));
	else
		(void)snprintf(line, sizeof(line), "%s %" PRId64,
		    request_name(c->verb), c->budget_s);
	return (line_send(line));
}

/* Before anybody is warned: could it be asked for at all? */
static int
ask_possible(void)
{
	int fd, status = EX_OK;

	fd = fifo_open(&status);
	if (fd != -1)
		close(fd);
	return (status);
}

/*
 * The status.
 */
static bool
status_read(char buf[STATUS_SIZE])
{
	struct stat st;
	int fd = open(status_file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW |
	    O_CLOEXEC);
	ssize_t n = -1;

	if (fd == -1)
		return (false);
	errno = EINVAL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, buf, STATUS_SIZE - 1);
	close(fd);
	if (n < 0)
		return (false);
	buf[n] = '\0';
	return (true);
}

/* The value of key, printable, "" if there is none; one of a few buffers. */
static const char *
value(const char *text, const char *key)
{
	static char values[4][VALUE_MAX];
	static unsigned next;
	char *v = values[next++ % 4];
	size_t i, len = strlen(key);
	const char *p;

	v[0] = '\0';
	for (p = text; p != NULL; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, key, len) != 0 || p[len] != '=')
			continue;
		for (p += len + 1, i = 0; p[i] >= ' ' && p[i] <= '~' &&
		    i < VALUE_MAX - 1; i++)
			v[i] = p[i];
		v[i] = '\0';
		break;
	}
	return (v);
}

static void
print_deadline(const char *deadline)
{
	time_t t = (time_t)strtoll(deadline, NULL, 10);
	struct tm tm;
	char buf[32];

	if (*deadline == '\0' || localtime_r(&t, &tm) == NULL ||
	    strftime(buf, sizeof(buf), "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return;
	(void)printf("gone by:   %s, in %" PRId64 " s\n", buf,
	    (int64_t)(t - time(NULL)));
}

static int
status_missing(void)
{
	return (fail(errno == EACCES ? EX_NOPERM : EX_NOINPUT, status_file,
	    strerror(errno)));
}

/* Is who wrote the text still there?  A status outlives a jailinit that was
 * killed. */
static bool
is_alive(const char *text)
{
	long pid = strtol(value(text, "pid"), NULL, 10);

	return (pid > 0 && pid <= INT_MAX &&
	    strcmp(value(text, "state"), "gone") != 0 &&
	    (kill((pid_t)pid, 0) == 0 || errno == EPERM));
}

static int
status_print(void)
{
	static const char *const lines[][2] = { { "state", "state:     %s" },
	    { "mode", " (%s mode)\n" }, { "version", "jailinit:  %s" },
	    { "pid", ", process %s\n" }, { "boot_status", "rc ended:  %s\n" },
	    { "request", "asked to:  %s\n" } };
	static const char *const tail[][2] = {
	    { "forced", "over time: %s\n" },
	    { "job", "ran:       %s" }, { "job_status", ", status %s\n" },
	    { "dropped_requests", "dropped:   %s requests" },
	    { "dropped_log", ", %s log lines\n" } };
	char text[STATUS_SIZE];
	const char *v;
	size_t i;

	if (!status_read(text))
		return (status_missing());
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (*(v = value(text, lines[i][0])) != '\0')
			(void)printf(lines[i][1], v);
	print_deadline(value(text, "deadline"));
	for (i = 0; i < sizeof(tail) / sizeof(tail[0]); i++)
		if (*(v = value(text, tail[i][0])) != '\0')
			(void)printf(tail[i][1], v);
	if (fflush(stdout) != 0 || ferror(stdout))
		return (fail(EX_OSERR, "standard output", strerror(errno)));
	if (!is_alive(text))
		return (fail(EX_UNAVAILABLE, status_file, NOT_THERE));
	v = value(text, "state");
	return (strcmp(v, "boot") == 0 || strcmp(v, "run") == 0 ? EX_OK :
	    EX_TEMPFAIL);
}

/* rc's verdict when boot has ended; wait: not before, else EX_TEMPFAIL as for
 * a jail that is going. */
static int
ready(bool wait)
{
	const struct timespec step = { 0, WAIT_STEP_NS };
	char text[STATUS_SIZE];
	const char *state;

	for (;; (void)nanosleep(&step, NULL)) {
		if (!status_read(text))
			return (status_missing());
		state = value(text, "state");
		if (!is_alive(text))
			return (fail(EX_UNAVAILABLE, status_file, NOT_THERE));
		if (strcmp(state, "run") == 0)
			return ((int)strtol(value(text, "boot_status"), NULL,
			    10));
		if (strcmp(state, "boot") != 0)
			return (fail(EX_TEMPFAIL, "the jail is going", state));
		if (!wait)
			return (fail(EX_TEMPFAIL, "not ready", state));
	}
}

static int
request(const char *name)
{
	struct request rq;
	size_t len = strlen(name);
	enum request_error e = request_parse(name, len, &rq);

	if (e != REQUEST_OK || rq.verb != REQUEST_RUN)
		return (fail(EX_USAGE, name, e == REQUEST_OK ?
		    "jailctl has a command of its own for this" :
		    "no name of a request"));
	return (line_send(name));
}

/* Who waits for the time has left our directory. */
static int
plan(const struct ctl *c)
{
	char *path = realpath(ctl_file, NULL);

	if (path == NULL)
		return (fail(EX_OSERR, ctl_file, strerror(errno)));
	ctl_file = path;
	return (plan_make(c, ask));
}

static int
run(const struct ctl *c)
{
	int status;

	switch (c->what) {
	case CTL_STATUS:
		return (status_print());
	case CTL_READY:
		return (ready(false));
	case CTL_WAIT:
		return (ready(true));
	case CTL_CANCEL:
		return (plan_cancel(c));
	case CTL_SHOW:
		return (plan_show());
	case CTL_REQUEST:
		return (request(c->name));
	case CTL_NOTHING:
		return (EX_OK);
	default:
		break;
	}
	if ((status = ask_possible()) != EX_OK)
		return (status);
	if (c->what == CTL_SCHEDULE || (c->what == CTL_WARN &&
	    (c->when.s > 0 || !c->when.relative)))
		return (plan(c));
	/* A halt that was planned would turn a reboot now into one. */
	if (c->what == CTL_ASK)
		plan_forget();
	if (strcmp(self, "shutdown") == 0)
		plan_warn_now(c);
	return (c->what == CTL_WARN ? EX_OK : ask(c));
}

int
main(int argc, char **argv)
{
	const char *name = argc > 0 ? strrchr(argv[0], '/') : "jailctl";
	struct ctl c;

	if (argc < 1)
		return (EX_USAGE);
	name = name == NULL ? argv[0] : name + 1;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);	/* as EFBIG it is said */
	ctl_parse(&c, name, argc, argv, time(NULL));
	if (c.ctl != NULL)
		ctl_file = c.ctl;
	if (c.status != NULL)
		status_file = c.status;
	if (strcmp(name, "shutdown") == 0 || c.shutdown)
		self = "shutdown";
	else if (strcmp(name, "halt") == 0 || strcmp(name, "poweroff") == 0 ||
	    strcmp(name, "reboot") == 0)
		self = name;
	return (run(&c));
}
