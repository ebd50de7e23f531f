/* SPDX-License-Identifier: BSD-2-Clause */
/* What Linux says of a jail: the name, by the control group of its first
 * process, and what keeps this from acting.  Touches /proc/pid/cgroup and stat,
 * and by cgroup_linux.h /sys/fs/cgroup. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/proc_linux.h"
#include "lib/text.h"

#include "cgroup_linux.h"
#include "jail_about.h"
#include "name_linux.h"
#include "pid_linux.h"

/* FNV-1a: a number that stands for a path. */
static uint64_t
path_number(const char *path, size_t len)
{
	uint64_t h = 0xcbf29ce484222325;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (unsigned char)path[i]) * 0x100000001b3;
	return (h == 0 ? 1 : h);
}

/* What /proc/pid/cgroup says, a string for each line, "ID:CONTROLLERS:PATH",
 * and an empty one at the end. */
struct groups {
	char text[CGROUP_TEXT + 1];
};

static void
groups_split(struct groups *g)
{
	char *p;

	for (p = g->text; *p != '\0'; p++)
		if (*p == '\n')
			*p = '\0';
	p[1] = '\0';
}

static bool
groups_read(pid_t pid, struct groups *g)
{
	g->text[0] = g->text[1] = '\0';
	if (!proc_read(pid, "cgroup", g->text, CGROUP_TEXT))
		return (false);
	groups_split(g);
	return (true);
}

/* The groups of the parent, which many jails have in common: they are read
 * once.  It is the parent still when that was done. */
static const struct groups *
parent_read(pid_t pid, pid_t parent)
{
	static struct groups g;
	static pid_t of;

	if (parent == of)
		return (&g);
	of = parent;
	if (parent <= 0 || !groups_read(parent, &g) ||
	    (pid_t)pid_stat(pid, PROC_STAT_PARENT) != parent) {
		g.text[0] = g.text[1] = '\0';
		of = 0;
	}
	return (&g);
}

/* The path in the same hierarchy, "ID:", as that of a line; NULL: none. */
static const char *
path_like(const struct groups *g, const char *line)
{
	size_t id_len = strcspn(line, ":") + 1;
	const char *l, *path;

	for (l = g->text; *l != '\0'; l += strlen(l) + 1)
		if (strncmp(l, line, id_len) == 0 &&
		    (path = strchr(l + id_len, ':')) != NULL)
			return (path + 1);
	return (NULL);
}

/* Which hierarchies are believed first: version 2, systemd's own of version 1,
 * and any other. */
static int
line_rank(const char *line)
{
	const char *controllers = strchr(line, ':');

	return (controllers == NULL ? -1 : controllers[1] == ':' ? 0 :
	    strncmp(controllers, ":name=systemd:", 14) == 0 ? 1 : 2);
}

/* Not "/", nor our own group: that spares a look at the parent. */
static bool
may_name(const struct name_paths *p)
{
	return (p->jail != NULL && p->jail[0] == '/' && p->jail[1] != '\0' &&
	    (p->own == NULL || strcmp(p->jail, p->own) != 0));
}

static void
name_look(struct jail *j, pid_t parent, const struct groups *of)
{
	static struct groups own;
	struct name_paths p = { NULL, NULL, NULL };
	struct name_found f;
	bool found = false;
	const char *l;
	int rank;

	if (own.text[0] == '\0')
		(void)groups_read(getpid(), &own);
	for (rank = 0; rank <= 2 && !found; rank++)
		for (l = of->text; *l != '\0' && !found; l += strlen(l) + 1) {
			p.jail = path_like(of, l);
			p.own = path_like(&own, l);
			if (line_rank(l) != rank || !may_name(&p))
				continue;
			p.parent = path_like(parent_read(j->pid, parent), l);
			found = name_find(&p, &f);
		}
	if (!found || pid_has_ended(j->fd))
		return;
	(void)text_format(j->name, sizeof(j->name), "%s", f.name);
	(void)text_format(j->manager, sizeof(j->manager), "%s", f.manager);
	j->by_host = f.by_host;
	j->unit = f.unit ? path_number(p.jail, f.len) : 0;
}

/* The process may end meanwhile, and its number be another's: then it is of no
 * interest any more. */
void
jail_about(struct jail *j)
{
	char stat[PROC_STAT_SIZE], copy[CGROUP_TEXT];
	struct groups of = { "" };

	if (!proc_stat_read(j->pid, stat) ||
	    !proc_read(j->pid, "cgroup", of.text, CGROUP_TEXT))
		return;
	j->stopped = *proc_stat_field(stat, PROC_STAT_STATE) == 'T';
	j->start = text_number(proc_stat_field(stat, PROC_STAT_START));
	(void)text_format(copy, sizeof(copy), "%s", of.text);
	if (!cgroup_text_frozen(copy, j->frozen, sizeof(j->frozen)))
		j->frozen[0] = '\0';
	groups_split(&of);
	name_look(j, (pid_t)text_number(proc_stat_field(stat,
	    PROC_STAT_PARENT)), &of);
}

bool
jail_stopped(const struct jail *j)
{
	return (pid_state(j->pid) == 'T');
}

bool
jail_freezer(const struct jail *j, char *buf, size_t size)
{
	char text[CGROUP_TEXT];

	return (proc_read(j->pid, "cgroup", text, sizeof(text)) &&
	    cgroup_text_frozen(text, buf, size) && !pid_has_ended(j->fd));
}

int
jail_thaw(const struct jail *j, char *buf, size_t size)
{
	char text[CGROUP_TEXT];

	if (!proc_read(j->pid, "cgroup", text, sizeof(text)) ||
	    pid_has_ended(j->fd)) {
		errno = ESRCH;
		return (-1);
	}
	return (cgroup_text_thaw(text, buf, size));
}
