/* SPDX-License-Identifier: BSD-2-Clause */
/* A visitor, in the child.  Touches paths of the jail, by jail_inside.h. */
#include <sys/socket.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "lib/text.h"

#include "jail_inside.h"
#include "visit_child.h"

/* This much of a status file is read. */
#define STATUS_SIZE	4096

/* Without a FIFO whose end would tell of it, a reboot is looked for this
 * often. */
#define NO_FIFO_MS	500

/* A visitor reads and prints nothing, so these are free. */
#define SAY_FD	STDIN_FILENO
#define JAIL_FD	STDOUT_FILENO

static struct visit_word said;
static bool titled;		/* its title is all that it says of itself */

/* MSG_EOR: nothing else ends a record since FreeBSD 15.0, unix(4). */
static void
word_send(enum visit_kind kind)
{
	size_t n = offsetof(struct visit_word, text) + 1;

	said.kind = kind;
	if (kind == VISIT_ROOT || (kind == VISIT_STATUS && !titled))
		n += strlen(said.text);
	if (send(SAY_FD, &said, n, MSG_EOR) == -1)
		_exit(1);	/* the parent has gone */
}

static void
refused_send(int error)
{
	said.error = error;
	word_send(VISIT_REFUSED);
}

/* Of what does not fit, whole lines. */
static void
text_copy(const char *status)
{
	char *p;

	if (text_format(said.text, sizeof(said.text), "%s", status) ==
	    sizeof(said.text) - 1 &&
	    (p = strrchr(said.text, '\n')) != NULL)
		*p = '\0';
}

static void
status_send(struct jail_inside *in, int id)
{
	char buf[STATUS_SIZE];

	if (titled) {
		if (jail_inside_title(in, said.state, sizeof(said.state)) == 0)
			word_send(VISIT_STATUS);
		return;
	}
	if (jail_inside_status(in, buf, sizeof(buf)) <= 0)
		return;
	text_value(buf, "state", said.state, sizeof(said.state));
	text_value(buf, "forced", said.forced, sizeof(said.forced));
	text_value(buf, "boot_status", said.boot_status,
	    sizeof(said.boot_status));
	text_copy(buf);
	said.runs = answer_find(buf, id, said.answer);
	word_send(VISIT_STATUS);
}

static void
root_send(struct jail_inside *in)
{
	struct stat st;

	if (jail_inside_stat(in, &st)) {
		said.dev = st.st_dev;
		said.ino = st.st_ino;
	}
	if (jail_inside_root(in, said.text) == -1)
		said.text[0] = '\0';
	word_send(VISIT_ROOT);
}

/* Waits while the FIFO is full: the parent limits the time. */
static bool
line_write(const struct jail_inside *in, const char *line)
{
	struct pollfd p[2] = { { in->ctl_fd, POLLOUT, 0 },
	    { SAY_FD, 0, 0 } };
	size_t len = strlen(line);

	while (write(in->ctl_fd, line, len) == -1) {
		if (errno == EAGAIN)
			(void)poll(p, 2, -1);
		else if (errno != EINTR)
			return (false);
		if (p[1].revents != 0)
			_exit(1);
	}
	return (true);
}

static void
ctl_close(struct jail_inside *in)
{
	if (in->ctl_fd != -1)
		close(in->ctl_fd);
	in->ctl_fd = -1;
}

/* The FIFO has lost its reader.  If that was not because its program ended or
 * began again, the FIFO was replaced, and the new one is opened. */
static bool
has_rebooted(struct jail_inside *in)
{
	enum jail_program program = jail_inside_program(in);

	ctl_close(in);
	if (program == JAIL_PROGRAM_SAME)
		(void)jail_inside_ctl(in);
	return (program == JAIL_PROGRAM_OTHER);
}

static int
stay_ms(const struct jail_inside *in, const struct visit_order *order)
{
	if (order->reboot && in->ctl_fd == -1)
		return (NO_FIFO_MS);
	return (order->every_ms <= 0 ? -1 : order->every_ms > INT_MAX ?
	    INT_MAX : (int)order->every_ms);
}

/* Until the jail has gone or rebooted, or the parent has gone. */
static void
stay(struct jail_inside *in, const struct visit_order *order)
{
	struct pollfd p[3] = { { in->jail->fd, POLLIN, 0 },
	    { SAY_FD, 0, 0 }, { -1, 0, 0 } };
	bool rebooted = false;

	if (!order->reboot)
		ctl_close(in);
	while (p[0].revents == 0 && p[1].revents == 0 && !rebooted) {
		p[2].fd = in->ctl_fd;
		(void)poll(p, 3, stay_ms(in, order));
		status_send(in, order->id);
		if (order->reboot && (p[2].revents != 0 || in->ctl_fd == -1))
			rebooted = has_rebooted(in);
	}
	if (p[0].revents == 0 && rebooted)
		word_send(VISIT_REBOOTED);
}

/* The root first, which is known even where everything below it hangs. */
static void
visit_one(struct jail_inside *in, const struct visit_order *order)
{
	root_send(in);
	if (order->root)
		return;
	if (jail_inside_ctl(in) == -1) {
		said.error = errno;
		titled = jail_inside_title(in, said.state,
		    sizeof(said.state)) == 0;
		if (titled)
			word_send(VISIT_TITLED);
		refused_send(said.error);
		return;
	}
	word_send(VISIT_LISTENS);
	if (order->line != NULL && !line_write(in, order->line)) {
		refused_send(errno);
		ctl_close(in);
		return;
	}
	if (order->line != NULL)
		word_send(VISIT_TAKEN);
	status_send(in, order->id);
}

/* Closes the parent's descriptors: those of other jails, and those it writes
 * to, whose reader would wait for us if we hang.  Returns the jail's. */
static int
child_begin(int jail_fd, int say_fd)
{
	(void)signal(SIGPIPE, SIG_IGN);
	if (jail_fd == SAY_FD)
		jail_fd = dup(jail_fd);
	if (dup2(say_fd, SAY_FD) != SAY_FD)
		_exit(1);
	if (jail_fd != -1)
		jail_fd = dup2(jail_fd, JAIL_FD);
	else
		close(JAIL_FD);
	closefrom(JAIL_FD + 1);
	return (jail_fd);
}

void
visit_child_many(const struct jail *jails, size_t n,
    const struct visit_order *order, int say_fd)
{
	struct jail_inside in;
	struct jail j;
	size_t i;

	(void)child_begin(-1, say_fd);
	for (i = 0; i < n; i++) {
		j = jails[i];
		memset(&said, 0, sizeof(said));
		titled = false;
		said.which = i;
		if (jail_hold(&j) == -1 ||
		    jail_inside_open(&in, &j, false) == -1)
			refused_send(errno);
		else {
			visit_one(&in, order);
			jail_inside_close(&in);
		}
		word_send(VISIT_LOOKED);
		jail_close(&j);
	}
	_exit(0);
}

void
visit_child(const struct jail *jail, const struct visit_order *order,
    int say_fd)
{
	struct jail_inside in;
	struct jail j = *jail;

	j.fd = child_begin(j.fd, say_fd);
	if (jail_inside_open(&in, &j, order->reboot) == -1)
		refused_send(errno);
	else {
		visit_one(&in, order);
		if ((order->follow || order->reboot) &&
		    (in.ctl_fd != -1 || titled) && jail_inside_stays)
			stay(&in, order);
	}
	_exit(0);
}
