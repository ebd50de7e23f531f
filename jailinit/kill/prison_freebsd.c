/* SPDX-License-Identifier: BSD-2-Clause */
/* Jails in the kernel, FreeBSD 12.1 and later.  Touches jails, and no path. */
#include <sys/param.h>
#include <sys/uio.h>
#include <sys/jail.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "prison_freebsd.h"

/* Jail descriptors, jail(2). */
#if defined(JAIL_GET_DESC) && __FreeBSD_version >= 1500000
#define DESCRIPTORS
#endif

#define PARAM(name, value, size) \
	{ (void *)(uintptr_t)(name), strlen(name) + 1 }, { (value), (size) }

/* The jail whose key ("jid", "lastjid", "desc") has this value; without a key
 * the one called a->name.  A dying jail is found with JAIL_DYING alone. */
static int
about_get(const char *key, int value, int flags, struct prison_about *a)
{
	struct iovec iov[] = {
		PARAM(key == NULL ? "" : key, &value, sizeof(value)),
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

int
prison_by_jid(int jid, struct prison_about *a)
{
	return (about_get("jid", jid, 0, a));
}

int
prison_next(int jid, struct prison_about *a)
{
	return (about_get("lastjid", jid, 0, a));
}

int
prison_by_name(struct prison_about *a)
{
	return (about_get(NULL, 0, 0, a));
}

int
prison_open(int jid)
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
prison_about(const struct prison *p, struct prison_about *a)
{
	int jid;

#ifdef DESCRIPTORS
	if (p->fd != -1)
		return (about_get("desc", p->fd, JAIL_USE_DESC, a));
#endif
	jid = prison_by_jid(p->jid, a);
	if (jid != -1 && strcmp(a->name, p->name) != 0) {
		errno = ESRCH;
		jid = -1;
	}
	return (jid);
}

int
prison_parent(int jid)
{
	struct prison_about a;

	return (about_get("jid", jid, JAIL_DYING, &a) == -1 ? -1 : a.parent);
}

/* By its jid, since jail_attach_jd(2) of 15.0 keeps a reference to the jail,
 * which then is dying for ever.  A jid is given again only while its jail is
 * dying, and a dying jail does not come back (kern_jail_set() in
 * sys/kern/kern_jail.c).  So if the descriptor's jail lives after we have
 * attached, and has this jid, it is the one that we are in. */
int
prison_attach(const struct prison *p)
{
	struct prison_about a;

	if (jail_attach(p->jid) == -1)
		return (-1);
	if (p->fd == -1 || prison_about(p, &a) == p->jid)
		return (0);
	errno = ESRCH;
	return (-1);
}

int
prison_remove(const struct prison *p)
{
#ifdef DESCRIPTORS
	if (p->fd != -1)
		return (jail_remove_jd(p->fd));
#endif
	return (jail_remove(p->jid));
}

/* While the jail itself is there, no other has its jid. */
static void
child_remove(const struct prison *parent, int jid,
    const struct prison_about *found)
{
	struct prison_about a, above;
	const struct prison child = { jid, prison_open(jid), found->name };

	if (prison_about(&child, &a) != -1 && a.parent == parent->jid &&
	    strcmp(a.name, found->name) == 0 &&
	    prison_about(parent, &above) != -1)
		(void)prison_remove(&child);
	if (child.fd != -1)
		close(child.fd);
}

void
prison_children_remove(const struct prison *p)
{
	struct prison_about a;
	int jid, last = 0;

	if (prison_about(p, &a) == -1 || a.children == 0)
		return;
	while ((jid = prison_next(last, &a)) != -1) {
		last = jid;
		if (a.parent == p->jid)
			child_remove(p, jid, &a);
	}
}
