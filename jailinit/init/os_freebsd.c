/* SPDX-License-Identifier: BSD-2-Clause */
/* FreeBSD: an ordinary process of a jail, or the reaper of its descendants.
 * Touches sysctl(3), procctl(2), kill(2), reboot(2), its own memory and, of
 * files, at the start the FIFO's path and the program's own. */
#include <sys/param.h>
#include <sys/auxv.h>
#include <sys/event.h>
#include <sys/proc.h>
#include <sys/procctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <login_cap.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os.h"
#include "environment.h"

/* Processes of a jail that are looked at: enough to find two, and names. */
#define PROCS_MAX	64

/* Descendants listed of one reaper, the newest first; and how many of them
 * may be reapers themselves.  What does not fit is reached once the others
 * have gone. */
#define REAPED_MAX	4096
#define REAPERS_MAX	64

/* A chain of parents longer than this is not followed; and how often it is
 * begun anew because a parent has just died. */
#define ANCESTORS_MAX	1024
#define CHAIN_TRIES	3

extern char **environ;

const bool os_kernel_reaps = false;

/* OS_JAIL is set only where security.jail.jailed is 1. */
static enum os_place place = OS_REFUSED;

static char program[PATH_MAX];
static int program_fd = -1;

static struct kinfo_proc procs[PROCS_MAX];

typedef void proc_fn(const struct kinfo_proc *, void *);

static bool
is_jailed(void)
{
	int jailed = 0;
	size_t size = sizeof(jailed);

	return (sysctlbyname("security.jail.jailed", &jailed, &size, NULL,
	    0) == 0 && jailed == 1);
}

/* A FIFO that has a reader.  ENXIO: none.  EACCES: it is another user's, so
 * that it cannot be told, and the answer that ends nobody is yes. */
static bool
is_listening(const char *ctl)
{
	struct stat st;
	int fd;

	if (strcmp(ctl, "none") == 0 || stat(ctl, &st) == -1 ||
	    !S_ISFIFO(st.st_mode))
		return (false);
	fd = open(ctl, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return (errno == EACCES);
	close(fd);
	return (true);
}

/* Fills procs with what we can see, but for threads; with more than fit,
 * with as many as do (sysctl(3), ENOMEM).  Returns how many. */
static size_t
procs_read(void)
{
	int mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_PROC };
	size_t size = sizeof(procs);

	if (sysctl(mib, nitems(mib), procs, &size, NULL, 0) == -1 &&
	    errno != ENOMEM)
		return (0);
	return (size / sizeof(procs[0]));
}

/* Somebody else who lives: a zombie is signalled in vain. */
static bool
is_other(const struct kinfo_proc *kp)
{
	return (kp->ki_structsize == (int)sizeof(*kp) &&
	    kp->ki_stat != SZOMB && kp->ki_pid > 1 && kp->ki_pid != getpid());
}

/* Is there a process here that is not even our child (as one that wrote the
 * last status of the life before may be)?  Yes when it cannot be told. */
static bool
is_any_other(void)
{
	size_t i, n = procs_read();

	for (i = 0; i < n; i++)
		if (is_other(&procs[i]) && procs[i].ki_ppid != getpid())
			return (true);
	return (n == 0 || n == PROCS_MAX);
}

/* The next life in this process: its FIFO may still be there, held open by
 * a child of the last one. */
static bool
is_next_life(void)
{
	return (getenv(ENVIRONMENT_NEXT_LIFE) != NULL);
}

bool
os_is_machine(void)
{
	return (false);
}

enum os_place
os_place(void)
{
	return (place);
}

enum os_place
os_claim(bool command, const char *ctl, const char **why)
{
	bool jailed = is_jailed();

	if (command)
		place = jailed && !is_any_other() ? OS_JAIL : OS_SUBTREE;
	else if (!jailed)
		*why = "not in a jail (security.jail.jailed is not 1); "
		    "only '-- command' runs here";
	else if (!is_next_life() && is_listening(ctl))
		*why = "a jailinit listens on the FIFO of this jail already";
	else
		place = OS_JAIL;
	return (place);
}

/* EBUSY: we are one already, from the life before. */
int
os_adopt(void)
{
	if (procctl(P_PID, getpid(), PROC_REAP_ACQUIRE, NULL) == -1 &&
	    errno != EBUSY)
		return (-1);
	return (0);
}

static bool
proc_read(pid_t pid, struct kinfo_proc *kp)
{
	int mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, pid };
	size_t size = sizeof(*kp);

	return (sysctl(mib, nitems(mib), kp, &size, NULL, 0) == 0 &&
	    size == sizeof(*kp) && kp->ki_pid == pid);
}

/* The kernel counts who could have the group go on, parents outside of the
 * jail too, but does not look at that for the first group of a session. */
bool
os_is_orphaned(void)
{
	struct kinfo_proc kp;

	return (proc_read(getpid(), &kp) && kp.ki_jobc == 0);
}

/* Does the chain of parents from pid on lead to us? */
static bool
is_descendant(pid_t pid)
{
	struct kinfo_proc kp;
	int i;

	for (i = 0; i < ANCESTORS_MAX && pid != getpid(); i++) {
		if (pid <= 1 || !proc_read(pid, &kp) || !is_other(&kp))
			return (false);
		pid = kp.ki_ppid;
	}
	return (pid == getpid());
}

/* Its number may be another's by now, so it is looked at last thing before
 * fn.  Parents that die hand their children on, hence the tries. */
static void
reaped_call(pid_t pid, proc_fn *fn, void *arg)
{
	struct kinfo_proc kp;
	int i;

	for (i = 0; i < CHAIN_TRIES; i++) {
		if (!proc_read(pid, &kp) || !is_other(&kp))
			return;
		if (is_descendant(kp.ki_ppid)) {
			fn(&kp, arg);
			return;
		}
	}
}

/* The descendants that reaper would adopt, into buf.  The list ends at an
 * entry that is not marked as valid, procctl(2). */
static size_t
reaped_read(pid_t reaper, struct procctl_reaper_pidinfo *buf, size_t max)
{
	struct procctl_reaper_pids rp;
	size_t n;

	memset(&rp, 0, sizeof(rp));
	rp.rp_count = (u_int)max;
	rp.rp_pids = buf;
	for (n = 0; n < max; n++)
		buf[n].pi_flags = 0;
	if (procctl(P_PID, reaper, PROC_REAP_GETPIDS, &rp) == -1)
		return (0);
	for (n = 0; n < max; n++)
		if ((buf[n].pi_flags & REAPER_PIDINFO_VALID) == 0)
			break;
	return (n);
}

/* Calls fn for each of our descendants.  (PROC_REAP_KILL would signal them
 * all in one call; but kernels since 2022 stop each of them first, and so
 * wait, past all signals, for one that is stuck in a dead file system.) */
static void
subtree_walk(proc_fn *fn, void *arg)
{
	static struct procctl_reaper_pidinfo reaped[REAPED_MAX];
	static pid_t reapers[REAPERS_MAX];
	size_t i, n, r, count = 1;

	reapers[0] = getpid();
	for (r = 0; r < count; r++) {
		n = reaped_read(reapers[r], reaped, REAPED_MAX);
		for (i = 0; i < n; i++) {
			if ((reaped[i].pi_flags & REAPER_PIDINFO_REAPER) != 0 &&
			    count < REAPERS_MAX)
				reapers[count++] = reaped[i].pi_pid;
			reaped_call(reaped[i].pi_pid, fn, arg);
		}
	}
}

static void
jail_walk(proc_fn *fn, void *arg)
{
	size_t i, n = procs_read();

	for (i = 0; i < n; i++)
		if (is_other(&procs[i]))
			fn(&procs[i], arg);
}

static void
signal_one(const struct kinfo_proc *kp, void *arg)
{
	if (kp->ki_pid > 1)
		kill(kp->ki_pid, *(const int *)arg);
}

void
os_signal_all(int sig)
{
	if (place == OS_JAIL)
		kill(-1, sig);
	else if (place == OS_SUBTREE)
		subtree_walk(signal_one, &sig);
}

/* kill(2) counts zombies from FreeBSD 13 on: those of a parent outside of
 * the jail are nothing that we could wait for. */
bool
os_others_left(void)
{
	struct procctl_reaper_status rs;

	if (place == OS_JAIL)
		return ((kill(-1, 0) == 0 || errno != ESRCH) &&
		    is_any_other());
	memset(&rs, 0, sizeof(rs));
	return (place == OS_SUBTREE && procctl(P_PID, getpid(),
	    PROC_REAP_STATUS, &rs) == 0 && rs.rs_descendants != 0);
}

/* A jail is dying as long as a zombie of it is left, and init(8) may sleep for
 * long before it reaps what we leave. */
void
os_child_wait(pid_t pid, int wait_ms)
{
	while (wait_ms-- > 0 && waitpid(pid, NULL, WNOHANG) == 0)
		(void)poll(NULL, 0, 1);
}

/* kqueue(2) tells of a file that is open; no child inherits a kqueue. */
int
os_removal_watch(const char *path)
{
	static int file_fd = -1, queue_fd = -1;
	struct kevent ev;

	if (queue_fd != -1)
		close(queue_fd);
	if (file_fd != -1)
		close(file_fd);
	file_fd = queue_fd = -1;
	if (path != NULL)
		file_fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW |
		    O_CLOEXEC);
	if (file_fd == -1)
		return (-1);
	queue_fd = kqueue();
	EV_SET(&ev, (uintptr_t)file_fd, EVFILT_VNODE, EV_ADD | EV_CLEAR,
	    NOTE_DELETE | NOTE_RENAME, 0, NULL);
	if (queue_fd != -1) {
		(void)fcntl(queue_fd, F_SETFD, FD_CLOEXEC);
		(void)kevent(queue_fd, &ev, 1, NULL, 0, NULL);
	}
	return (queue_fd);
}

struct each {
	os_each_fn *fn;
	void *arg;
	bool done;
};

static void
each_one(const struct kinfo_proc *kp, void *arg)
{
	struct each *e = arg;
	char comm[sizeof(kp->ki_comm)];

	if (e->done)
		return;
	memcpy(comm, kp->ki_comm, sizeof(comm));
	comm[sizeof(comm) - 1] = '\0';
	e->done = !e->fn(comm, kp->ki_pid, e->arg);
}

void
os_each(os_each_fn *fn, void *arg)
{
	struct each e = { fn, arg, false };

	if (place == OS_JAIL)
		jail_walk(each_one, &e);
	else if (place == OS_SUBTREE)
		subtree_walk(each_one, &e);
}

/* setproctitle(3) leaves argv's strings and the environment as they are, and
 * allocates, but only the first time.  The - keeps argv[0] out of it. */
void
os_title(const char *state)
{
	setproctitle("-jailinit: %s", state);
}

void
os_title_init(char room[OS_TITLE_MAX], const char *state)
{
	(void)room;
	os_title(state);
}

/* The path as the kernel knows it now or, should it have forgotten, as it
 * was when we were executed. */
void
os_program_init(void)
{
	int mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1 };
	size_t size = sizeof(program);

	if (sysctl(mib, nitems(mib), program, &size, NULL, 0) == -1 &&
	    elf_aux_info(AT_EXECPATH, program, sizeof(program)) != 0)
		program[0] = '\0';
	program_fd = open(program, O_EXEC | O_CLOEXEC);
}

void
os_program_exec(char *const *argv)
{
	execv(program, argv);
	if (program_fd != -1)
		fexecve(program_fd, argv, environ);
}

/* Without waitpid(2) nobody is reaped here. */
int
os_exit_open(pid_t pid)
{
	(void)pid;
	return (-1);
}

bool
os_exit_read(int fd, int *st)
{
	(void)fd;
	(void)st;
	return (false);
}

void
os_exit_send(int fd, int sig, bool group)
{
	(void)fd;
	(void)sig;
	(void)group;
}

/* As init(8) does before /etc/rc. */
void
os_child_class(void)
{
	login_cap_t *lc = login_getclassbyname("daemon", NULL);

	if (lc == NULL)
		return;
	(void)setusercontext(lc, NULL, 0, LOGIN_SETPRIORITY |
	    LOGIN_SETRESOURCES | LOGIN_SETLOGINCLASS | LOGIN_SETCPUMASK);
	login_close(lc);
}

bool
os_manager_reboots(void)
{
	return (false);
}

void
os_disks_leave(void)
{
	sync();
}

/* In a jail: EPERM. */
void
os_reboot(enum request_verb verb)
{
	reboot(verb == REQUEST_REBOOT ? RB_AUTOBOOT :
	    verb == REQUEST_POWEROFF ? RB_HALT | RB_POWEROFF : RB_HALT);
}
