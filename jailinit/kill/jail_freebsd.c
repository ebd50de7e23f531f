/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jails on FreeBSD, 12.1 and later: found by jail_get(2), and held, from 15.0
 * on, by a descriptor.  Touches jails, their processes by jail_freebsd.h,
 * and no path.
 */
#include <sys/param.h>
#include <sys/uio.h>

/* It has a struct jail too, the jail(2) of old. */
#define jail jail_of_old
#include <sys/jail.h>
#undef jail

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prison_freebsd.h"

/* From 15.0 on a descriptor holds a jail, jail(2): its jid then cannot be
 * another's.  Before, name and jid together are taken for the jail. */
#if defined(JAIL_GET_DESC) && __FreeBSD_version >= 1500000
#define DESCRIPTORS
#endif

/*
 * jail_get(2) and its like.
 */
#define PARAM(name, value, size) \
	{ (void *)(uintptr_t)(name), strlen(name) + 1 }, { (value), (size) }

/* The jail whose key ("jid", "lastjid", "desc") has this value; with no key
 * the one called a->name.  Without JAIL_DYING none is found that is dying.
 * Returns its jid. */
static int
about_get(const char *key, int *value, int flags, struct jail_about *a)
{
	struct iovec iov[] = {
		PARAM(key == NULL ? "" : key, value, sizeof(*value)),
		PARAM("name", a->name, sizeof(a->name)),
		PARAM("parent", &a->parent, sizeof(a->parent)),
		PARAM("persist", &a->persist, sizeof(a->persist)),
		PARAM("children.cur", &a->children, sizeof(a->children)),
		PARAM("path", a->path, sizeof(a->path)),
	};
	unsigned skip = key == NULL ? 2 : 0;
	int jid;

	if (key != NULL)
		memset(a, 0, sizeof(*a));
	jid = jail_get(iov + skip, (unsigned)nitems(iov) - skip, flags);
	if (jid == -1 && errno == ENOENT)
		errno = ESRCH;
	return (jid);
}

/* A descriptor of the jail; -1: there are none, or none to be had, and the
 * jid has to do. */
static int
desc_open(int jid)
{
	int fd = -1;
#ifdef DESCRIPTORS
	struct iovec iov[] = {
		PARAM("jid", &jid, sizeof(jid)),
		PARAM("desc", &fd, sizeof(fd)),
	};

	if (jail_get(iov, (unsigned)nitems(iov), JAIL_GET_DESC) == -1)
		return (-1);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
#else
	(void)jid;
#endif
	return (fd);
}

int
jail_remove_it(const struct jail *j)
{
#ifdef DESCRIPTORS
	if (j->fd != -1)
		return (jail_remove_jd(j->fd));
#endif
	return (jail_remove((int)j->jid));
}

int
jail_about(const struct jail *j, struct jail_about *a)
{
	int jid = (int)j->jid;

#ifdef DESCRIPTORS
	int fd = j->fd;

	if (fd != -1)
		return (about_get("desc", &fd, JAIL_USE_DESC, a));
#endif
	jid = about_get("jid", &jid, 0, a);
	if (jid != -1 && strcmp(a->name, j->name) != 0) {
		errno = ESRCH;
		jid = -1;
	}
	return (jid);
}

/* By its jid, since jail_attach_jd(2) of 15.0 keeps a reference to the jail,
 * which then is dying for ever.  A jid is given again only while its jail is
 * dying, and a dying jail does not come back (kern_jail_set() in
 * sys/kern/kern_jail.c).  So if the descriptor's jail lives after we have
 * attached, and has this jid, it is the one that we are in. */
int
jail_attach_to(const struct jail *j)
{
	struct jail_about a;

	if (jail_attach((int)j->jid) == -1)
		return (-1);
	if (j->fd == -1 || jail_about(j, &a) == (int)j->jid)
		return (0);
	errno = ESRCH;
	return (-1);
}

/*
 * Finding.
 */
int
jail_init(const char **why)
{
	(void)why;
	return (0);
}

static void
fill(struct jail *j, int jid, const struct jail_about *a,
    const struct jail_people *who)
{
	memset(j, 0, sizeof(*j));
	j->jid = (jailid_t)jid;
	j->pid = who->init_pid;
	j->fd = -1;
	j->mine = geteuid() == 0;
	j->whose = JAIL_OWN;
	(void)snprintf(j->name, sizeof(j->name), "%s", a->name);
}

int
jail_hold(struct jail *j)
{
	struct kinfo_proc kp;
	struct jail_people who;
	struct jail_about a;
	int jid = (int)j->jid;

	if (about_get("jid", &jid, 0, &a) == -1)
		return (-1);
	j->fd = desc_open(jid);
	if (jail_about(j, &a) == -1 || strcmp(a.name, j->name) != 0) {
		jail_close(j);
		errno = ESRCH;
		return (-1);
	}
	if (!jail_is_init(j->jid, j->pid, &kp)) {
		jail_people_read(&who, j);
		j->pid = who.init_pid;
	}
	return (0);
}

void
jail_close(struct jail *j)
{
	if (j->fd != -1)
		close(j->fd);
	j->fd = -1;
}

static int
open_found(struct jail *j, int jid, const struct jail_about *a)
{
	static const struct jail_people nobody;

	if (jid == -1)
		return (-1);
	fill(j, jid, a, &nobody);
	return (jail_hold(j));
}

int
jail_open(struct jail *j, jailid_t jid)
{
	struct jail_about a;
	int id = (int)jid;

	j->fd = -1;
	if (jid == 0 || jid > INT_MAX) {
		errno = ESRCH;
		return (-1);
	}
	return (open_found(j, about_get("jid", &id, 0, &a), &a));
}

/* What is all digits is a jid, as for jail_getid(3): jail(8) lets no other
 * jail be called so.  What cannot be told from a path is one. */
int
jail_open_name(struct jail *j, const char *name)
{
	struct jail_about a;
	size_t len = strlen(name);

	j->fd = -1;
	if (len > 0 && strspn(name, "0123456789") == len)
		return (jail_open(j, len > 9 ? 0 : strtoull(name, NULL, 10)));
	if (len == 0 || len >= sizeof(a.name) || strchr(name, '/') != NULL ||
	    name[0] == '.') {
		errno = EINVAL;
		return (-1);
	}
	memset(&a, 0, sizeof(a));
	memcpy(a.name, name, len);
	return (open_found(j, about_get(NULL, NULL, 0, &a), &a));
}

/* One list of processes for all.  A jail in a jail is its parent's to end. */
int
jail_each(jail_fn *fn, void *arg)
{
	size_t n = 0;
	struct kinfo_proc *list = jail_procs(&n);
	struct jail_people who;
	struct jail_about a;
	struct jail j;
	bool more = true;
	int jid, last = 0;

	while (more && (jid = about_get("lastjid", &last, 0, &a)) != -1) {
		last = jid;
		if (a.parent != 0)
			continue;
		jail_people_find(&who, (jailid_t)jid, false, list, n);
		fill(&j, jid, &a, &who);
		more = fn(&j, arg);
	}
	free(list);
	return (!more || errno == ESRCH ? 0 : -1);
}

int
jail_parent(int jid)
{
	struct jail_about a;

	return (about_get("jid", &jid, JAIL_DYING, &a) == -1 ? -1 : a.parent);
}

/* While the jail itself is there, no other has its jid. */
void
jail_children_remove(const struct jail *j)
{
	struct jail_about a, parent;
	struct jail child;
	int jid, last = 0;

	if (jail_about(j, &parent) == -1 || parent.children == 0)
		return;
	while ((jid = about_get("lastjid", &last, 0, &a)) != -1) {
		last = jid;
		if ((jailid_t)a.parent != j->jid ||
		    open_found(&child, jid, &a) == -1)
			continue;
		if (jail_about(&child, &a) != -1 &&
		    (jailid_t)a.parent == j->jid &&
		    jail_about(j, &parent) != -1)
			(void)jail_remove_it(&child);
		jail_close(&child);
	}
}

void
jail_comm(const struct jail *j, char comm[JAIL_COMM_MAX])
{
	struct kinfo_proc kp;

	(void)snprintf(comm, JAIL_COMM_MAX, "%s",
	    jail_is_init(j->jid, j->pid, &kp) ? JAIL_INIT : "");
}

bool
jail_is_ending(const struct jail *j)
{
	(void)j;
	return (false);
}

/* A zombie keeps no jail, prison_proc_free() in exit1() of
 * sys/kern/kern_exit.c. */
struct jail_keepers *
jail_keepers_find(int64_t end_ms)
{
	(void)end_ms;
	return (NULL);
}

void
jail_keepers_free(struct jail_keepers *k)
{
	(void)k;
}

bool
jail_kept_by(const struct jail *j, const struct jail_keepers *k,
    int64_t end_ms, char *buf, size_t size)
{
	(void)j;
	(void)k;
	(void)end_ms;
	(void)buf;
	(void)size;
	return (false);
}

/* No process but a jailinit stands for the others. */
int
jail_other_signal(const struct jail *j, enum request_verb verb,
    char comm[JAIL_COMM_MAX])
{
	jail_comm(j, comm);
	if (comm[0] == '\0')
		return (0);
	return (verb == REQUEST_REBOOT ? SIGRTMIN + 5 :
	    verb == REQUEST_POWEROFF ? SIGRTMIN + 4 : SIGTERM);
}
