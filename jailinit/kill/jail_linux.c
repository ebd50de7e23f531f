/* SPDX-License-Identifier: BSD-2-Clause */
/* Jails on Linux: PID namespaces, held by a pidfd of their first process.
 * Touches /proc, by pid_linux.h and of the user namespace the number, and no
 * path of a jail. */
#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/proc_linux.h"
#include "lib/text.h"

#include "jail.h"
#include "jid_linux.h"
#include "pid_linux.h"

/* /proc has to be that of our own PID namespace.  We may have the same number
 * in another one by chance, but not a number alone. */
int
jail_init(const char **why)
{
	struct pid_fdinfo info = { -1, -1 };
	struct pid_about a = { 0 };
	int fd = pid_open(getpid());
	bool ok = fd != -1 && pid_about(fd, &a, &info);

	if (info.fd != -1)
		close(info.fd);
	if (fd != -1)
		close(fd);
	if (ok && a.levels == 1 && proc_is_ours())
		return (0);
	*why = "/proc is not mounted, or is another PID namespace's";
	errno = ENOENT;
	return (-1);
}

/*
 * Opening.
 */
void
jail_close(struct jail *j)
{
	if (j->fd != -1)
		close(j->fd);
	j->fd = -1;
}

static ino_t
userns_of(const char *who)
{
	char path[40];
	struct stat st;

	(void)text_format(path, sizeof(path), "/proc/%s/ns/user", who);
	return (stat(path, &st) == 0 ? st.st_ino : 0);
}

/* The directory of a process always belongs to its effective user, unlike the
 * files in it, proc(5). */
static void
whose_look(struct jail *j)
{
	static _Atomic ino_t own;
	char who[16], path[24];
	struct stat st;
	ino_t ns;

	(void)text_format(who, sizeof(who), "%d", (int)j->pid);
	(void)text_format(path, sizeof(path), "/proc/%s", who);
	j->mine = geteuid() == 0;
	if (stat(path, &st) == -1 || st.st_uid != geteuid())
		return;
	j->mine = true;
	if (own == 0)
		own = userns_of("self");
	ns = userns_of(who);
	j->whose = ns != 0 && ns == own ? JAIL_OWN : JAIL_USERS;
}

/* What a look at all processes keeps. */
struct each {
	struct pid_fdinfo info;
	struct jail_crowd *crowd;	/* or NULL */
};

/* Fills in j from its pidfd j->fd.  Closes it unless it is that of the first
 * process of a PID namespace, one level below ours or at any level (any).
 * What is read by number is about this process if it still lives
 * afterwards. */
static int
open_fd(struct jail *j, bool any, struct each *each)
{
	struct pid_about a = { 0 };
	int e = ESRCH;

	if (!pid_about(j->fd, &a, &each->info))
		e = errno;
	if (each->crowd != NULL && a.levels >= 2) {
		j->space = pid_space(j->fd, &a);
		crowd_add(each->crowd, j->space);
	}
	if (a.last == 1 && (a.levels == 2 || (a.levels > 2 && any))) {
		j->pid = a.pid;
		whose_look(j);
		j->jid = jid_of(j->fd, a.pid);
		e = jid_error(j->fd, j->jid);
		if (e == 0)
			return (0);
	}
	jail_close(j);
	errno = e;
	return (-1);
}

static void
each_end(const struct each *each)
{
	if (each->info.fd != -1)
		close(each->info.fd);
}

static int
open_one(struct jail *j, bool any)
{
	struct each each = { { -1, -1 }, NULL };
	int e, r = open_fd(j, any, &each);

	e = errno;
	each_end(&each);
	errno = e;
	return (r);
}

static int
open_pid(struct jail *j, pid_t pid)
{
	memset(j, 0, sizeof(*j));
	j->fd = pid_open(pid);
	return (j->fd == -1 ? -1 : open_one(j, true));
}

int
jail_hold(struct jail *j)
{
	int e, fd = pid_open(j->pid);
	jailid_t jid;

	if (fd == -1)
		return (-1);
	jid = jid_of(fd, j->pid);
	e = jid_error(fd, jid);
	if (e == 0 && jid == j->jid) {
		j->fd = fd;
		return (0);
	}
	close(fd);
	errno = e == 0 ? ESRCH : e;
	return (-1);
}

/*
 * Finding.
 */
int
jail_each(jail_fn *fn, void *arg, struct jail_crowd *crowd)
{
	struct each each = { { -1, -1 }, crowd };
	struct jail j;
	bool more = true;
	int e;
	size_t i, n;
	pid_t *pids = pids_read(&n, &e);

	for (i = 0; more && i < n; i++) {
		memset(&j, 0, sizeof(j));
		j.fd = pid_open(pids[i]);
		if (j.fd != -1 && open_fd(&j, false, &each) == 0)
			more = fn(&j, arg);
		else if (errno != ESRCH)
			e = errno;
	}
	each_end(&each);
	free(pids);
	errno = e;
	return (more && e != 0 ? -1 : 0);
}

struct wanted {
	jailid_t jid;
	struct jail *found;
};

static bool
wanted_is(struct jail *j, void *arg)
{
	struct wanted *w = arg;

	if (j->jid != w->jid) {
		jail_close(j);
		return (true);
	}
	*w->found = *j;
	return (false);
}

int
jail_open(struct jail *j, jailid_t jid)
{
	struct wanted w;

	memset(j, 0, sizeof(*j));
	j->fd = jid_open(jid);
	if (j->fd != -1)
		return (open_one(j, false));
	if (errno != ENOTSUP)
		return (-1);
	w.jid = jid;
	w.found = j;
	if (jail_each(wanted_is, &w, NULL) == 0)
		errno = ESRCH;
	return (j->fd == -1 ? -1 : 0);
}

/* Reads 1 to max in decimal digits; 0 if s is anything else.  A jid has 64
 * bits, which strtonum(3) does not read. */
static uint64_t
id_parse(const char *s, uint64_t max)
{
	char *end;
	uint64_t n;

	if (*s < '0' || *s > '9')
		return (0);
	errno = 0;
	n = strtoull(s, &end, 10);
	return (*end != '\0' || errno != 0 || n > max ? 0 : n);
}

int
jail_open_name(struct jail *j, const char *name)
{
	uint64_t n;

	j->fd = -1;
	if (strncmp(name, "pid=", 4) == 0) {
		n = id_parse(name + 4, INT_MAX);
		if (n != 0)
			return (open_pid(j, (pid_t)n));
	} else {
		n = id_parse(name, UINT64_MAX);
		if (n != 0)
			return (jail_open(j, n));
	}
	errno = EINVAL;
	return (-1);
}

void
jail_comm(const struct jail *j, char comm[JAIL_COMM_MAX])
{
	pid_comm(j->pid, comm, JAIL_COMM_MAX);
}
