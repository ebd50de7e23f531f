/* SPDX-License-Identifier: BSD-2-Clause */
/* Somebody who looks inside a jail.  Touches the jail's paths in the child
 * alone, by jail.h. */
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "visit.h"

/* So much of a status file is read; jailinit's has at most 512 bytes. */
#define STATUS_SIZE	4096

#define HUNG_MAX	1024

/* Without a FIFO that would tell of a reboot it is looked for so often. */
#define NO_FIFO_MS	500

/*
 * The child.
 */

/* He reads and prints nothing. */
#define SAY_FD	STDIN_FILENO
#define JAIL_FD	STDOUT_FILENO

static struct ask_word said;

static void
say(enum ask_kind kind)
{
	size_t n = offsetof(struct ask_word, root) + 1;

	said.kind = kind;
	if (kind == ASK_ROOT)
		n += strlen(said.root);
	/* From FreeBSD 15.0 on nothing else ends a record, unix(4). */
	if (send(SAY_FD, &said, n, MSG_EOR) == -1)
		_exit(1);	/* nobody listens any more */
}

static void
refused(int error)
{
	said.error = error;
	say(ASK_REFUSED);
}

/* The value of a line key=value of the status, cut to its room. */
static void
value_of(const char *text, const char *key, char value[ASK_VALUE_MAX])
{
	size_t len = strlen(key);
	const char *p;

	value[0] = '\0';
	for (p = text; p != NULL; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, key, len) == 0 && p[len] == '=') {
			p += len + 1;
			(void)snprintf(value, ASK_VALUE_MAX, "%.*s",
			    (int)strcspn(p, "\n"), p);
			return;
		}
	}
}

static void
status_say(struct jail_inside *in)
{
	char buf[STATUS_SIZE];

	if (jail_inside_status(in, buf, sizeof(buf)) <= 0)
		return;
	value_of(buf, "state", said.state);
	value_of(buf, "forced", said.forced);
	say(ASK_STATUS);
}

static void
root_say(struct jail_inside *in, const struct ask_what *w)
{
	said.same = w->dir != NULL && jail_inside_is(in, w->dir);
	if ((w->dir != NULL && !said.same) ||
	    jail_inside_root(in, said.root) == -1)
		said.root[0] = '\0';
	say(ASK_ROOT);
}

/* A FIFO that is full is waited for: whoever sent us knows for how long. */
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

/* The FIFO has lost its reader: since its program ends or begins again, or
 * since the FIFO was removed and there is another now. */
static bool
has_rebooted(struct jail_inside *in)
{
	enum jail_news news = jail_inside_life(in);

	ctl_close(in);
	if (news == JAIL_LIVES)
		(void)jail_inside_ctl(in);
	return (news == JAIL_REBOOTED);
}

static int
stay_ms(const struct jail_inside *in, const struct ask_what *w)
{
	if (w->reboot && in->ctl_fd == -1)
		return (NO_FIFO_MS);
	return (w->every_ms <= 0 ? -1 : w->every_ms > INT_MAX ? INT_MAX :
	    (int)w->every_ms);
}

/* Until the jail has gone, or in its first process the life that had the
 * request has, or nobody listens to us any more. */
static void
stay(struct jail_inside *in, const struct ask_what *w)
{
	struct pollfd p[3] = { { in->jail->fd, POLLIN, 0 },
	    { SAY_FD, 0, 0 }, { -1, 0, 0 } };
	bool rebooted = false;

	if (!w->reboot)
		ctl_close(in);
	while (p[0].revents == 0 && p[1].revents == 0 && !rebooted) {
		p[2].fd = in->ctl_fd;
		(void)poll(p, 3, stay_ms(in, w));
		status_say(in);
		if (w->reboot && (p[2].revents != 0 || in->ctl_fd == -1))
			rebooted = has_rebooted(in);
	}
	if (p[0].revents == 0 && rebooted)
		say(ASK_REBOOTED);
}

/* Its root first, which is known even where all below it hangs. */
static void
look(struct jail_inside *in, const struct ask_what *w)
{
	root_say(in, w);
	if (w->dir != NULL)
		return;
	if (jail_inside_ctl(in) == -1) {
		refused(errno);
		return;
	}
	say(ASK_LISTENS);
	if (w->line != NULL && !line_write(in, w->line)) {
		refused(errno);
		ctl_close(in);
		return;
	}
	if (w->line != NULL)
		say(ASK_TAKEN);
	status_say(in);
}

static _Noreturn void
child_many(const struct jail *jails, size_t n, const struct ask_what *w)
{
	struct jail_inside in;
	struct jail j;
	size_t i;

	for (i = 0; i < n; i++) {
		j = jails[i];
		memset(&said, 0, sizeof(said));
		said.which = i;
		if (jail_hold(&j) == -1 ||
		    jail_inside_open(&in, &j, false) == -1)
			refused(errno);
		else {
			look(&in, w);
			jail_inside_close(&in);
		}
		say(ASK_LOOKED);
		jail_close(&j);
	}
	_exit(0);
}

static _Noreturn void
child(const struct jail *j, const struct ask_what *w)
{
	struct jail_inside in;

	if (jail_inside_open(&in, j, w->reboot) == -1)
		refused(errno);
	else {
		look(&in, w);
		if ((w->follow || w->reboot) && in.ctl_fd != -1 &&
		    jail_inside_stays)
			stay(&in, w);
	}
	_exit(0);
}

/* What the parent holds of other jails is not for us to hold; nor is what it
 * writes to, since whoever reads that would wait for us when we hang. */
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

/*
 * The parent.
 */

/* In the child the descriptor that it says things to, else -1 or 0. */
static int
ask_fork(struct ask *a)
{
	int e, p[2];

	a->pid = 0;
	a->fd = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, p) == -1)
		return (-1);
	a->pid = fork();
	if (a->pid == 0)
		return (p[1]);
	e = errno;
	close(p[1]);
	if (a->pid == -1) {
		a->pid = 0;
		close(p[0]);
		errno = e;
		return (-1);
	}
	a->fd = p[0];
	return (0);
}

int
ask_start(struct ask *a, const struct jail *j, const struct ask_what *w)
{
	int fd = ask_fork(a);
	struct jail inside = *j;

	if (fd <= 0)
		return (fd);
	inside.fd = child_begin(j->fd, fd);
	child(&inside, w);
}

int
ask_start_many(struct ask *a, const struct jail *jails, size_t n,
    const struct ask_what *w)
{
	int fd = ask_fork(a);

	if (fd <= 0)
		return (fd);
	(void)child_begin(-1, fd);
	child_many(jails, n, w);
}

int
ask_hear(struct ask *a, struct ask_word *word)
{
	ssize_t n;

	if (a->fd == -1)
		return (-1);
	n = recv(a->fd, word, sizeof(*word), MSG_DONTWAIT);
	if (n > (ssize_t)offsetof(struct ask_word, root)) {
		word->state[ASK_VALUE_MAX - 1] = '\0';
		word->forced[ASK_VALUE_MAX - 1] = '\0';
		((char *)word)[n - 1] = '\0';	/* of the root */
		return (1);
	}
	return (n == -1 && (errno == EAGAIN || errno == EINTR) ? 0 : -1);
}

/* Those that were ended and had not gone yet; of more than that it does not
 * matter how many they are. */
static pid_t hung[HUNG_MAX];
static size_t hung_n;

size_t
ask_hung(void)
{
	size_t i;

	for (i = hung_n; i-- > 0;)
		if (waitpid(hung[i], NULL, WNOHANG) != 0)
			hung[i] = hung[--hung_n];
	return (hung_n);
}

/* He is our child and not yet waited for, so the number is his.  One that
 * hangs in the jail's file system is left to whoever reaps when we have
 * gone. */
void
ask_end(struct ask *a)
{
	if (a->pid > 0) {
		(void)kill(a->pid, SIGKILL);
		if (waitpid(a->pid, NULL, WNOHANG) == 0 && hung_n < HUNG_MAX)
			hung[hung_n++] = a->pid;
	}
	if (a->fd != -1)
		close(a->fd);
	a->pid = 0;
	a->fd = -1;
}
