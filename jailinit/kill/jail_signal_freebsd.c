/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals to jails on FreeBSD, by signaller_freebsd.h.  Touches children. */
#include <sys/procdesc.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "lib/sys.h"

#include "jail_signal.h"
#include "procs_freebsd.h"
#include "signaller_freebsd.h"

/* A jailinit's signals are those of systemd(1), "Signals": SIGRTMIN and
 * these. */
#define INIT_POWEROFF	4
#define INIT_REBOOT	5

/* The child checks the pid inside the jail, where it can only be that of a
 * process of the jail. */
int
jail_signal_first(const struct jail *j, int sig)
{
	const struct prison p = { (int)j->jid, j->fd, j->name };
	const int sigs[] = { sig, 0 };
	struct kinfo_proc kp;
	struct prison_about a;

	if (signaller_may(&p, &a) == -1)
		return (-1);
	if (sig == 0)
		return (0);
	if (!proc_is_init(p.jid, j->pid, &kp)) {
		errno = ESRCH;
		return (-1);
	}
	return (signaller_start(&p, sigs, j->pid, NULL) == -1 ? -1 : 0);
}

/* No process but a jailinit stands for the others. */
int
jail_other_signal(const struct jail *j, enum request_verb verb,
    bool jailinit, char comm[JAIL_COMM_MAX])
{
	(void)jailinit;
	jail_comm(j, comm);
	if (comm[0] == '\0')
		return (0);
	return (verb == REQUEST_REBOOT ? sys_signal_rtmin + INIT_REBOOT :
	    verb == REQUEST_POWEROFF ? sys_signal_rtmin + INIT_POWEROFF :
	    SIGTERM);
}

int
jail_signal_all(const struct jail *j, const int *sigs, bool first,
    struct jail_child *child)
{
	const struct prison p = { (int)j->jid, j->fd, j->name };
	struct prison_about a;

	(void)first;	/* kill(2) leaves nobody out */
	child->fd = -1;
	if (signaller_may(&p, &a) == -1)
		return (-1);
	child->pid = signaller_start(&p, sigs, 0, &child->fd);
	return (child->pid == -1 ? -1 : 0);
}

/* waitpid(2) finds the child by its pid, proc_to_reap() in
 * sys/kern/kern_exit.c.  The kernel holds it locked from the event until it is
 * a zombie.  A child that runs is continued: it is in the jail, so it is stopped
 * by whoever else stops the jail's processes.  Closing its descriptor ends a
 * child that has not ended, and hands it on. */
int
jail_child_end(struct jail_child *child, bool force)
{
	int st = 0;
	pid_t pid;

	pid = waitpid(child->pid, &st, WNOHANG);
	if (pid == 0 && !force) {
		(void)pdkill(child->fd, SIGCONT);
		return (-1);
	}
	close(child->fd);
	child->fd = -1;
	if (pid != child->pid || (WIFSIGNALED(st) && WTERMSIG(st) == SIGALRM))
		return (ETIMEDOUT);
	return (WIFEXITED(st) ? WEXITSTATUS(st) : EINTR);
}
