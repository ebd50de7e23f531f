/* SPDX-License-Identifier: BSD-2-Clause */
/* The name of a jail in the path of its control group.  Touches memory. */
#include <string.h>

#include "id.h"
#include "name_linux.h"

/* Only the first components are looked at; a jail can make thousands below. */
#define PARTS_MAX	32

static const char hex[] = ID_DIGITS;

/* A component of a path, in its memory. */
struct part {
	const char *text;
	size_t len;
};

/* Components of the form beforeNAMEafter.  after "": without a suffix of
 * systemd's.  id: the name can be an id. */
struct form {
	const char *before, *after, *manager;
	bool id;
};

static const struct form forms[] = {
	{ "machine-", ".scope", "machined", false },
	{ "systemd-nspawn@", ".service", "nspawn", false },
	{ "lxc.payload.", "", "lxc", false },
	{ "libpod-", ".scope", "podman", true },
	{ "libpod-", "", "podman", true },
	{ "docker-", ".scope", "docker", true },
	{ "cri-containerd-", ".scope", "containerd", true },
	{ "nerdctl-", ".scope", "containerd", true },
	{ "crio-", ".scope", "cri-o", true },
	{ "crio-", "", "cri-o", true },
	{ "crun-", ".scope", "crun", true },
	{ "crun-", "", "crun", true },
	{ "runc-", ".scope", "runc", true },
	{ "youki-", ".scope", "youki", true },
	{ NULL, NULL, NULL, false }
};

/* Units from which an administrator or a table starts what it likes. */
static const char *const starters[] = { "anacron", "atd", "autovt",
    "console-getty", "container-getty", "cron", "crond", "getty", "init",
    "serial-getty", "ssh", "sshd", NULL };

static bool
part_is(const struct part *p, const char *text)
{
	return (p->len == strlen(text) && memcmp(p->text, text, p->len) == 0);
}

static bool
part_begins(const struct part *p, const char *text)
{
	size_t n = strlen(text);

	return (p->len > n && memcmp(p->text, text, n) == 0);
}

static bool
part_ends(const struct part *p, const char *text)
{
	size_t n = strlen(text);

	return (p->len > n && memcmp(p->text + p->len - n, text, n) == 0);
}

/* The next component of a path; false at its end. */
static bool
part_next(struct part *p)
{
	p->text += p->len;
	p->text += strspn(p->text, "/");
	p->len = strcspn(p->text, "/");
	return (p->len > 0);
}

static bool
is_hex(const char *text, size_t n)
{
	return (strspn(text, hex) >= n);
}

/* systemd writes bytes as \xNN.  One that could not be in a word, or would be in
 * a path, stays so. */
static bool
escape_read(const char *p, size_t len, char *c)
{
	int n;

	if (len < 4 || p[0] != '\\' || p[1] != 'x' || !is_hex(p + 2, 2))
		return (false);
	n = (int)(strchr(hex, p[2]) - hex) * 16 + (int)(strchr(hex, p[3]) - hex);
	if (n < ' ' || n > '~' || n == '/')
		return (false);
	*c = (char)n;
	return (true);
}

static bool
name_set(struct name_found *f, const char *text, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len && n < sizeof(f->name) - 1; i++, n++) {
		f->name[n] = text[i];
		if (escape_read(text + i, len - i, &f->name[n]))
			i += 3;
	}
	f->name[n] = '\0';
	return (n > 0);
}

/* An id is cut as the tools cut it. */
static bool
id_set(struct name_found *f, const char *text, size_t len)
{
	return (name_set(f, text, len > ID_SHORT && is_hex(text, len) ?
	    ID_SHORT : len));
}

static bool
has_suffix(const struct part *p)
{
	return (part_ends(p, ".service") || part_ends(p, ".scope") ||
	    part_ends(p, ".slice"));
}

static bool
form_matches(const struct form *m, const struct part *p, struct name_found *f)
{
	size_t before = strlen(m->before), after = strlen(m->after);

	if (!part_begins(p, m->before) || (after == 0 ? has_suffix(p) :
	    !part_ends(p, m->after)) || p->len <= before + after)
		return (false);
	/* podman's monitor has a group of its own. */
	if (strncmp(p->text + before, "conmon-", 7) == 0)
		return (false);
	f->manager = m->manager;
	return ((m->id ? id_set : name_set)(f, p->text + before,
	    p->len - before - after));
}

/* Of LXC: lxc/NAME and lxc.payload/NAME; of others an id alone, with a folder
 * for each manager or none. */
static bool
is_in_folder(const struct part *p, const struct part *above,
    struct name_found *f)
{
	bool lxc = part_is(above, "lxc") || part_is(above, "lxc.payload");

	if (!lxc && (p->len != ID_LENGTH || !is_hex(p->text, p->len)))
		return (false);
	f->manager = lxc ? "lxc" : part_is(above, "docker") ? "docker" :
	    part_begins(above, "pod") ? "kubernetes" : "oci";
	return ((lxc ? name_set : id_set)(f, p->text, p->len));
}

/* Has systemd, or a desktop, made up the name? */
static bool
is_made_up(const struct part *p)
{
	const char *n = p->text;

	return (part_begins(p, "session-") || part_begins(p, "user@") ||
	    part_begins(p, "app-") || part_begins(p, "vte-spawn-") ||
	    (part_begins(p, "run-") && p->len > 5 &&
	    strchr("upr", n[4]) != NULL && is_hex(n + 5, 1)));
}

/* Any other unit: NAME.service, NAME.scope, and of TEMPLATE@NAME.service the
 * name of the instance. */
static bool
is_unit(const struct part *p, struct name_found *f)
{
	struct part base = *p;
	const char *at;
	size_t i;

	if (!part_ends(p, ".service") && !part_ends(p, ".scope"))
		return (false);
	f->unit = true;
	base.len -= strlen(part_ends(p, ".service") ? ".service" : ".scope");
	at = memchr(base.text, '@', base.len);
	if (is_made_up(p))
		return (false);
	for (i = 0; starters[i] != NULL; i++)
		if (part_is(&base, starters[i]) || (at != NULL &&
		    (size_t)(at - base.text) == strlen(starters[i]) &&
		    part_begins(&base, starters[i])))
			return (false);
	f->manager = "systemd";
	if (at == NULL)
		return (name_set(f, base.text, base.len));
	at++;
	return (name_set(f, at, base.len - (size_t)(at - base.text)));
}

static bool
part_match(const struct part *p, const struct part *above,
    struct name_found *f)
{
	const struct form *m;

	f->unit = false;
	for (m = forms; m->before != NULL; m++)
		if (form_matches(m, p, f))
			return (true);
	return (is_in_folder(p, above, f) || is_unit(p, f));
}

/* Is the group path[0..len) the group at, or one above it? */
static bool
is_above(const char *path, size_t len, const char *at)
{
	return (at != NULL && strncmp(path, at, len) == 0 &&
	    (at[len] == '/' || at[len] == '\0'));
}

/* Users make groups of their own below these. */
static bool
is_users(const struct part *p)
{
	return (part_is(p, "user.slice") || part_is(p, "user") ||
	    part_begins(p, "user@"));
}

/* Has the jail perhaps made the group itself, below its parent's?  (All are below
 * the first one, "/".)  In a unit whose name says nothing it has, unless its
 * parent, a manager, is in another group of this unit. */
static bool
is_in_parents(const struct name_paths *p, size_t above_len)
{
	size_t n = p->parent == NULL ? 0 : strlen(p->parent);

	return (n > 1 && n <= above_len && is_above(p->parent, n, p->jail));
}

bool
name_find(const struct name_paths *p, struct name_found *found)
{
	struct part part = { p->jail, 0 }, above = { "", 0 };
	size_t len, above_len = 0;
	int n = 0;

	found->by_host = true;
	while (n++ < PARTS_MAX && part_next(&part)) {
		if (part_is(&part, ".."))
			continue;
		if (is_users(&part))
			found->by_host = false;
		if (is_in_parents(p, above_len))
			return (false);
		len = found->len = (size_t)(part.text - p->jail) + part.len;
		if (part_match(&part, &above, found)) {
			if (!is_above(p->jail, len, p->own))
				return (true);
		} else if (found->unit && !part_begins(&part, "user@") &&
		    !is_above(p->jail, len, p->parent))
			return (false);	/* see is_in_parents() */
		above = part;
		above_len = len;
	}
	return (false);
}
