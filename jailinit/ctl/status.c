/* SPDX-License-Identifier: BSD-2-Clause */
/* The status file.  Touches it, standard output, and by signal 0 the process
 * that it names. */
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
#include "lib/text.h"

#include "message.h"
#include "status.h"

#define TEXT_SIZE	4096
#define VALUE_SIZE	(REQUEST_NAME_MAX + 1)	/* the longest is a name */

#define NOT_THERE	"the jailinit that wrote it is not there"

/* How often status_ready() looks while it waits. */
#define WAIT_STEP_NS	100000000

/* Reads the file.  0, or an exit status after a message. */
static int
text_read(const char *path, char text[TEXT_SIZE])
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
	if (n == -1)
		return (message_fail(errno == EACCES ? EX_NOPERM : EX_NOINPUT,
		    path, strerror(errno)));
	text[n] = '\0';
	return (EX_OK);
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
	    { "mode", " (%s mode)\n" }, { "version", "jailinit:  %s" },
	    { "pid", ", process %s\n" }, { "boot_status", "rc ended:  %s\n" },
	    { "life", "life:      %s" }, { "born", NULL },
	    { "request", "asked to:  %s\n" }, { "deadline", NULL },
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
