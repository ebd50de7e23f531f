/* SPDX-License-Identifier: BSD-2-Clause */
/* Visitors, in the parent.  Touches children and sockets. */
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "visit.h"

/* At most this many visitors that hang are counted: the limits on visitors in
 * halt_visit.c and look.c are lower. */
#define HUNG_MAX	1024

static pid_t hung[HUNG_MAX];
static size_t hung_n;

/* Returns twice: in the child the descriptor that it writes words to, in the
 * parent 0, or -1 and errno. */
static int
visit_fork(struct visit *v)
{
	int e, p[2];

	v->pid = 0;
	v->fd = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, p) == -1)
		return (-1);
	v->pid = fork();
	if (v->pid == 0)
		return (p[1]);
	e = errno;
	close(p[1]);
	if (v->pid == -1) {
		v->pid = 0;
		close(p[0]);
		errno = e;
		return (-1);
	}
	v->fd = p[0];
	return (0);
}

int
visit_start(struct visit *v, const struct jail *j,
    const struct visit_order *order)
{
	int fd = visit_fork(v);

	if (fd <= 0)
		return (fd);
	visit_child(j, order, fd);
}

int
visit_start_many(struct visit *v, const struct jail *jails, size_t n,
    const struct visit_order *order)
{
	int fd = visit_fork(v);

	if (fd <= 0)
		return (fd);
	visit_child_many(jails, n, order, fd);
}

int
visit_hear(struct visit *v, struct visit_word *word)
{
	ssize_t n;

	if (v->fd == -1)
		return (-1);
	n = recv(v->fd, word, sizeof(*word), MSG_DONTWAIT);
	if (n > (ssize_t)offsetof(struct visit_word, text)) {
		word->state[VISIT_VALUE_MAX - 1] = '\0';
		word->forced[VISIT_VALUE_MAX - 1] = '\0';
		word->boot_status[VISIT_VALUE_MAX - 1] = '\0';
		word->answer[ANSWER_MAX - 1] = '\0';
		((char *)word)[n - 1] = '\0';
		return (1);
	}
	return (n == -1 && (errno == EAGAIN || errno == EINTR) ? 0 : -1);
}

size_t
visit_hung(void)
{
	size_t i;

	for (i = hung_n; i-- > 0;)
		if (waitpid(hung[i], NULL, WNOHANG) != 0)
			hung[i] = hung[--hung_n];
	return (hung_n);
}

/* Nobody has waited for the visitor yet, so the pid is still its own.  If the
 * jail's file system holds it, it outlives jailkill, and whichever process
 * reaps orphans reaps it. */
void
visit_end(struct visit *v)
{
	if (v->pid > 0) {
		(void)kill(v->pid, SIGKILL);
		if (waitpid(v->pid, NULL, WNOHANG) == 0 && hung_n < HUNG_MAX)
			hung[hung_n++] = v->pid;
	}
	if (v->fd != -1)
		close(v->fd);
	v->pid = 0;
	v->fd = -1;
}
