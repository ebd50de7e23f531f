/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes one system call of a program fail, see fault.h. */
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "jail.h"

/* The filter's descriptor is sent through this one; no program here has so
 * many open. */
#define FAULT_SOCKET	213

/*
 * Who answers.
 */
static bool
fault_is_ours(struct fault_run *r, pid_t pid)
{
	char path[32];
	struct stat st;

	if (pid == r->main || r->any)
		return (true);
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	return (stat(path, &st) == 0 && st.st_dev == r->dev &&
	    st.st_ino == r->ino);
}

static void
fault_program_note(struct fault_run *r, pid_t pid)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	if (stat(path, &st) == 0) {
		r->dev = st.st_dev;
		r->ino = st.st_ino;
	}
}

/* The error that the call is to fail with, 0: none. */
static int
fault_decide(struct fault_run *r, int call, int arg, pid_t pid)
{
	const struct fault *f = &r->f;
	enum fault_who who;
	unsigned n;

	if (r->main == 0) {	/* its execve(2) */
		r->main = pid;
		return (0);
	}
	if (!r->begun) {
		if (pid != r->main || (r->first != 0 && call != r->first) ||
		    (r->first_arg != 0 && arg != r->first_arg))
			return (0);
		r->begun = true;
		fault_program_note(r, pid);
	}
	if (call < 0 || call >= FAULT_CALLS || !fault_is_ours(r, pid))
		return (0);
	who = pid == r->main ? FAULT_MAIN : FAULT_CHILD;
	n = ++r->count[r->phase][who][call];
	if (call != f->call || who != f->who || r->phase < f->phase ||
	    (f->at != 0 && (r->phase != f->phase || n != (unsigned)f->at)))
		return (0);
	r->fired++;
	return (f->error);
}

/* Until nobody has the filter any more. */
static _Noreturn void
fault_serve(struct fault_run *r)
{
	struct seccomp_notif_resp resp;
	struct seccomp_notif req;
	char text[1];
	struct pollfd p = { fd_receive(r->sock[0], text, 1), POLLIN, 0 };

	while (p.fd != -1 && (poll(&p, 1, -1) != 1 ||
	    (p.revents & POLLIN) != 0)) {
		memset(&req, 0, sizeof(req));
		if (ioctl(p.fd, SECCOMP_IOCTL_NOTIF_RECV, &req) == -1)
			continue;
		memset(&resp, 0, sizeof(resp));
		resp.id = req.id;
		resp.error = -fault_decide(r, req.data.nr,
		    (int)req.data.args[0], (pid_t)req.pid);
		if (resp.error == 0)
			resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		(void)ioctl(p.fd, SECCOMP_IOCTL_NOTIF_SEND, &resp);
	}
	_exit(p.fd == -1);
}

bool
fault_begin(struct fault_run *r)
{
	pid_t pid;

	r->phase = 0;
	r->begun = false;
	r->fired = 0;
	r->main = 0;
	memset(r->count, 0, sizeof(r->count));
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, r->sock) == -1)
		return (false);
	pid = fork();
	if (pid == 0) {		/* r is shared */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(r->sock[1]);
		fault_serve(r);
	}
	close(r->sock[0]);
	r->server = pid;
	return (pid > 0);
}

void
fault_end(struct fault_run *r)
{
	close(r->sock[1]);
	if (r->server <= 0)
		return;
	(void)kill(r->server, SIGKILL);	/* our child */
	(void)waitpid(r->server, NULL, 0);
}

/*
 * In the child.
 */
#define FAULT_WORD(field)						\
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS,				\
	    (unsigned)offsetof(struct seccomp_data, field))
#define FAULT_IS(value, to)						\
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), to, 0)

/* Asked for are execve(2), by which the program begins, the call that is
 * counted from, and the one that is to fail.  Of what cannot fail nothing is
 * asked, nor of sendmsg(2) to our own socket. */
static int
fault_filter(const struct fault_run *r)
{
	const struct sock_filter every[] = {
		FAULT_WORD(nr),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendmsg, 0, 2),
		FAULT_WORD(args[0]),
		FAULT_IS(FAULT_SOCKET, 4),
		FAULT_WORD(nr),
		FAULT_IS(SYS_rt_sigreturn, 2),
		FAULT_IS(SYS_exit_group, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
	};
	const struct sock_filter one[] = {
		FAULT_WORD(nr),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendmsg, 0, 2),
		FAULT_WORD(args[0]),
		FAULT_IS(FAULT_SOCKET, 4),
		FAULT_WORD(nr),
		FAULT_IS(SYS_execve, 3),
		FAULT_IS(r->first == 0 ? SYS_execve : r->first, 2),
		FAULT_IS(r->f.call, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF)
	};
	struct sock_fprog prog;

	prog.filter = (struct sock_filter *)(uintptr_t)
	    (r->f.call == FAULT_ALL ? every : one);
	prog.len = r->f.call == FAULT_ALL ? sizeof(every) / sizeof(*every) :
	    sizeof(one) / sizeof(*one);
	return ((int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog));
}

void
fault_install(void *arg)
{
	struct fault_run *r = arg;
	int fd;

	if (dup3(r->sock[1], FAULT_SOCKET, O_CLOEXEC) == -1 ||
	    (fd = fault_filter(r)) == -1 || fd_send(FAULT_SOCKET, fd, "") == -1)
		_exit(125);
}
