/* SPDX-License-Identifier: BSD-2-Clause */
/* The status file.  Touches it, standard output, by signal 0 the process that it
 * names, and jailinit's title. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "core/request.h"
#include "lib/answer.h"
#include "lib/clock.h"
#include "lib/paths.h"
#include "lib/text.h"

#include "fifo.h"
#include "first.h"
#include "message.h"
#include "status.h"

#define TEXT_SIZE	4096
#define VALUE_SIZE	(REQUEST_NAME_MAX + 1)	/* the longest is a name */

#define NOT_THERE	"the jailinit that wrote it is not there"

/* How often status_ready() looks while it waits. */
#define WAIT_STEP_NS	100000000

/* Reads the file.  0, or -1 and errno. */
static int
text_load(const char *path, char text[TEXT_SIZE])
{
	struct stat st;
	ssize_t n = -1;
	int fd;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd != -1) {
		errno = EINVAL;
		if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
			n = read(fd, text, TEXT_SIZE - 1);
		close(fd);
	}
	text[n == -1 ? 0 : n] = '\0';
	return (n == -1 ? -1 : 0);
}

/* What jailinit's title says, if it has neither this file nor a FIFO. */
static bool
title_read(const char *path, char text[TEXT_SIZE])
{
	char state[FIRST_STATE_MAX];
	pid_t pid;

	if (errno != ENOENT && errno != ENOTDIR)
		return (false);
	if (strcmp(path, PATH_STATUS) != 0 || !fifo_is_missing(PATH_CTL))
		return (false);
	pid = first_find(state);
	(void)snprintf(text, TEXT_SIZE, "state=%s\nnote=there is no status "
	    "file\nversion=unknown version\npid=%ld\n", state, (long)pid);
	return (pid > 0 && state[0] != '\0');
}

/* Reads the file, or what is known without it.  0, or an exit status after a
 * message. */
static int
text_read(const char *path, char text[TEXT_SIZE])
{
	int e;

	if (text_load(path, text) == 0)
		return (EX_OK);
	e = errno;
	if (title_read(path, text))
		return (EX_OK);
	errno = e;
	return (message_fail(errno == EACCES ? EX_NOPERM : EX_NOINPUT, path,
	    strerror(errno)));
}

/* Copies a key's value, printable, into v; "" if it has none.  Returns v. */
static const char *
value_read(const char *text, const char *key, char v[VALUE_SIZE])
{
	text_value(text, key, v, VALUE_SIZE);
	text_clean(v, strlen(v));
	return (v);
}

/* Is the process that wrote the status still there?  When jailinit is killed
 * its status file stays. */
static bool
writer_lives(const char *text)
{
	char v[VALUE_SIZE];
	unsigned long pid;

	if (strcmp(value_read(text, "state", v), "gone") == 0)
		return (false);
	pid = text_number(value_read(text, "pid", v));
	return (pid > 0 && pid <= INT_MAX &&
	    (kill((pid_t)pid, 0) == 0 || errno == EPERM));
}

/* key is deadline or born. */
static void
print_time(const char *key, const char *value)
{
	time_t t = (time_t)text_number(value);
	struct tm tm;
	char buf[32];
	bool known = localtime_r(&t, &tm) != NULL &&
	    strftime(buf, sizeof(buf), "%Y-%m-%d %H:%M:%S", &tm) != 0;

	if (strcmp(key, "born") == 0)
		(void)printf(", since %s\n", known ? buf : "?");
	else if (known)
		(void)printf("gone by:   %s, in %" PRId64 " s\n", buf,
		    (int64_t)(t - time(NULL)));
}

static void
print_values(const char *text)
{
	static const char *const lines[][2] = { { "state", "state:     %s" },
	    { "mode", " (%s mode)\n" }, { "note", " (%s)\n" },
	    { "version", "jailinit:  %s" }, { "pid", ", process %s\n" },
	    { "boot_status", "rc ended:  %s\n" },
	    { "life", "life:      %s" }, { "born", NULL },
	    { "request", "asked to:  %s\n" },
	    { "exit_status", "exit with: %s\n" }, { "deadline", NULL },
	    { "forced", "over time: %s\n" },
	    { "job", "ran:       %s" }, { "job_status", ", status %s\n" },
	    { "dropped_requests", "dropped:   %s requests" },
	    { "dropped_log", ", %s log lines\n" } };
	char v[VALUE_SIZE];
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (*value_read(text, lines[i][0], v) == '\0')
			continue;
		if (lines[i][1] == NULL)
			print_time(lines[i][0], v);
		else
			(void)printf(lines[i][1], v);
	}
}

int
status_print(const char *path)
{
	char text[TEXT_SIZE], state[VALUE_SIZE];
	int status = text_read(path, text);

	if (status != EX_OK)
		return (status);
	print_values(text);
	if (fflush(stdout) != 0 || ferror(stdout))
		return (message_fail(EX_OSERR, "standard output",
		    strerror(errno)));
	if (!writer_lives(text))
		return (message_fail(EX_UNAVAILABLE, path, NOT_THERE));
	value_read(text, "state", state);
	return (strcmp(state, "boot") == 0 || strcmp(state, "run") == 0 ?
	    EX_OK : EX_TEMPFAIL);
}

int
status_ready(const char *path, bool wait)
{
	const struct timespec step = { 0, WAIT_STEP_NS };
	char text[TEXT_SIZE], v[VALUE_SIZE];
	int status;

	for (;; (void)nanosleep(&step, NULL)) {
		status = text_read(path, text);
		if (status != EX_OK)
			return (status);
		if (!writer_lives(text))
			return (message_fail(EX_UNAVAILABLE, path, NOT_THERE));
		value_read(text, "state", v);
		if (strcmp(v, "run") == 0)
			return ((int)text_number(value_read(text,
			    "boot_status", v)));
		if (strcmp(v, "boot") != 0)
			return (message_fail(EX_TEMPFAIL, "the jail is going",
			    v));
		if (!wait)
			return (message_fail(EX_TEMPFAIL, "not ready", v));
	}
}

bool
status_is_boot(const char *path)
{
	char text[TEXT_SIZE], v[VALUE_SIZE];

	return (text_load(path, text) == 0 &&
	    strcmp(value_read(text, "mode", v), "boot") == 0);
}

int
status_check(const char *path)
{
	char text[TEXT_SIZE];

	if (text_load(path, text) == 0)
		return (EX_OK);
	return (message_fail(EX_NOINPUT, path, "cannot be read, so there is "
	    "no answer to wait for; -n does not wait"));
}

/* Sleeps, and makes *step_ms, the time until the next look, longer. */
static void
step_sleep(int64_t *step_ms)
{
	const struct timespec step = { 0, (long)*step_ms * 1000000 };

	(void)nanosleep(&step, NULL);
	*step_ms = answer_step_ms(*step_ms);
}

/* Waits for an answer to the request, and copies it to answer.  0, or an exit
 * status after a message.  While jailinit runs the request it limits its
 * time. */
static int
answer_wait(const char *path, const char *name, int id,
    char answer[ANSWER_MAX])
{
	int64_t step_ms = ANSWER_STEP_MS, heard_ms = clock_ms();
	char text[TEXT_SIZE];
	bool runs = false, ran;

	do {
		step_sleep(&step_ms);
		if (text_load(path, text) == -1)
			continue;
		ran = runs;
		runs = answer_find(text, id, answer);
		if (answer[0] != '\0')
			return (EX_OK);
		if (!writer_lives(text))
			return (message_fail(EX_UNAVAILABLE, path, NOT_THERE));
		if (ran && !runs)
			return (message_fail(EX_TEMPFAIL, name,
			    "began, but how it ended is not known"));
		if (runs)
			heard_ms = clock_ms();
	} while (clock_ms() - heard_ms < ANSWER_MS);
	return (message_fail(EX_TEMPFAIL, name, "jailinit does not answer"));
}

int
status_answer(const char *path, const char *name, int id)
{
	char answer[ANSWER_MAX];
	const char *why;
	int status = answer_wait(path, name, id, answer);

	if (status != EX_OK)
		return (status);
	status = answer_status(answer, &why);
	return (why == NULL ? status : message_fail(status, name, why));
}
