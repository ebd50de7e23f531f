/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of jailroot(8) share, see root.h.  Touches the temporary
 * directory of the test's jail. */
#include "root.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <grp.h>

char root_place[PATH_MAX];
char root_out[65536];

const char *
root_in(const char *dir, const char *name)
{
	static char buf[4][PATH_MAX * 2];	/* for a while */
	static int i;

	i = (i + 1) % 4;
	snprintf(buf[i], sizeof(buf[i]), "%s/%s", dir, name);
	return (buf[i]);
}

const char *
root_at(const char *name)
{
	return (root_in(root_place, name));
}

int
root_sh(const char *format, ...)
{
	char buf[16384];
	va_list ap;
	int st;

	va_start(ap, format);
	vsnprintf(buf, sizeof(buf), format, ap);
	va_end(ap);
	st = system(buf);
	return (WIFEXITED(st) ? WEXITSTATUS(st) : -1);
}

void
root_read(const char *path, char *buf, size_t size)
{
	FILE *f = fopen(path, "re");
	size_t n = f == NULL ? 0 : fread(buf, 1, size - 1, f);

	buf[n] = '\0';
	if (f != NULL)
		(void)fclose(f);
}

const char *
root_text(const char *path)
{
	static char buf[65536];

	root_read(path, buf, sizeof(buf));
	return (buf);
}

bool
root_has(const char *path)
{
	struct stat st;

	return (lstat(path, &st) == 0);
}

const char *
root_listing(const char *dir)
{
	static char buf[8192];
	struct dirent **e;
	int i, n = scandir(dir, &e, NULL, alphasort);
	size_t used = 0;

	buf[0] = '\0';
	for (i = 0; i < n; i++) {
		if (strcmp(e[i]->d_name, ".") != 0 &&
		    strcmp(e[i]->d_name, "..") != 0)
			used += (size_t)snprintf(buf + used,
			    sizeof(buf) - used, "%s\n", e[i]->d_name);
		free(e[i]);
	}
	if (n >= 0)
		free(e);
	return (buf);
}

#define TREE_MAX	65536	/* Debian's smallest has 7,000 */

static char *tree_lines[TREE_MAX];

static size_t tree_n, tree_skip;

static uint64_t
content_hash(const char *path)
{
	unsigned char buf[65536];
	uint64_t h = 0xcbf29ce484222325;	/* FNV-1a */
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t i, n;

	while (fd != -1 && (n = read(fd, buf, sizeof(buf))) > 0)
		for (i = 0; i < n; i++)
			h = (h ^ buf[i]) * 0x100000001b3;
	if (fd != -1)
		close(fd);
	return (h);
}

static int
tree_add(const char *path, const struct stat *st, int type, struct FTW *f)
{
	char link[PATH_MAX] = "", line[PATH_MAX * 3];
	bool dev = S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);

	(void)type;
	(void)f;
	if (S_ISLNK(st->st_mode) &&
	    readlink(path, link, sizeof(link) - 1) == -1)
		return (-1);
	snprintf(line, sizeof(line),
	    "%s %o %u:%u %lld.%09ld dev %x size %lld %016llx %s",
	    path + tree_skip, st->st_mode, st->st_uid, st->st_gid,
	    (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
	    dev ? (unsigned)st->st_rdev : 0,
	    S_ISREG(st->st_mode) ? (long long)st->st_size : 0,
	    S_ISREG(st->st_mode) ?
	    (unsigned long long)content_hash(path) : 0, link);
	if (tree_n == TREE_MAX)
		return (-1);
	tree_lines[tree_n++] = strdup(line);
	return (0);
}

static int
line_compare(const void *a, const void *b)
{
	return (strcmp(*(char *const *)a, *(char *const *)b));
}

char *
root_tree(const char *dir)
{
	size_t i, used = 0, size = 1;
	char *text;

	tree_n = 0;
	tree_skip = strlen(dir);
	if (nftw(dir, tree_add, 32, FTW_PHYS) != 0)
		return (strdup(""));
	qsort(tree_lines, tree_n, sizeof(char *), line_compare);
	for (i = 0; i < tree_n; i++)
		size += strlen(tree_lines[i]) + 1;
	text = malloc(size);
	for (i = 0; i < tree_n; i++) {
		used += (size_t)sprintf(text + used, "%s\n", tree_lines[i]);
		free(tree_lines[i]);
	}
	text[used] = '\0';
	return (text);
}

bool
root_same(const char *a, const char *b)
{
	size_t i = 0, line = 0;

	for (; a[i] == b[i] && a[i] != '\0'; i++)
		if (a[i] == '\n')
			line = i + 1;
	if (a[i] == b[i])
		return (true);
	print_error("first difference:\n%.*s\n%.*s\n",
	    (int)strcspn(a + line, "\n"), a + line,
	    (int)strcspn(b + line, "\n"), b + line);
	return (false);
}

_Noreturn void
root_run(const struct how *h, const char *log, const char *const argv[])
{
	static const struct how plain;
	size_t i;
	int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (h == NULL)
		h = &plain;
	(void)dup2(fd, 1);
	(void)dup2(fd, 2);
	closefrom(3);
	(void)signal(SIGINT, SIG_DFL);
	(void)die_with_parent();
	umask(h->mask == 0 ? 022 : h->mask);
	if (h->uid != 0 && geteuid() == 0 && (setgroups(0, NULL) == -1 ||
	    setgid(h->uid) == -1 || setuid(h->uid) == -1))
		_exit(125);
	for (i = 0; h->env[i] != NULL; i++)
		(void)putenv((char *)(uintptr_t)h->env[i]);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(126);
}

pid_t
root_start(struct jail *j, const struct how *h, const char *const args[])
{
	char script[PATH_MAX], log[PATH_MAX];
	const char *argv[16] = { script };
	size_t i;
	pid_t pid;

	snprintf(script, sizeof(script), "%s/tool/sbin/jailroot", j->dir);
	snprintf(log, sizeof(log), "%s/%s", j->dir,
	    h == NULL || h->log == NULL ? "out" : h->log);
	for (i = 0; args[i] != NULL; i++)
		argv[i + 1] = args[i];
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		root_run(h, log, argv);
	assert_true(pid > 0);
	return (pid);
}

int
root_end(struct jail *j, pid_t pid)
{
	int64_t limit_ms = jail_now_ms() + RUN_MS;
	int st;

	while (waitpid(pid, &st, WNOHANG) == 0) {
		if (jail_now_ms() > limit_ms) {
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, &st, 0);
			fail_msg("jailroot hangs");
		}
		jail_sleep_ms(2);
	}
	root_read(root_in(j->dir, "out"), root_out, sizeof(root_out));
	return (st);
}

void
root_said(const char *text)
{
	const char *nl = strchr(root_out, '\n');

	if (strncmp(root_out, "jailroot: ", 10) != 0 || nl == NULL ||
	    nl[1] != '\0' || strstr(root_out, text) == NULL)
		print_error("not one line with \"%s\":\n%s", text, root_out);
	assert_memory_equal(root_out, "jailroot: ", 10);
	assert_true(nl != NULL && nl[1] == '\0');
	assert_non_null(strstr(root_out, text));
}

void
root_nothing_left(struct jail *j)
{
	static char mounts[262144];

	if (strstr(root_listing(root_place), ".jailroot.") != NULL)
		print_error("left:\n%s", root_listing(root_place));
	assert_null(strstr(root_listing(root_place), ".jailroot."));
	root_read("/proc/self/mountinfo", mounts, sizeof(mounts));
	assert_null(strstr(mounts, j->dir));
}

int
root_long(int with, int without)
{
	return (getenv("JAIL_LONG") != NULL ? with : without);
}

bool
root_runs(const char *root)
{
	char path[PATH_MAX * 3];

	snprintf(path, sizeof(path), "%s/run/jailinit.status", root);
	return (strstr(root_text(path), "state=run\n") != NULL);
}

void
root_boots(struct jail *j, const char *root)
{
	struct jail_opts o = { .no_dev = geteuid() == 0 };
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	snprintf(j->root, sizeof(j->root), "%s", root);
	root = j->root;
	(void)unlink(root_in(root, "run/jailinit.status"));
	live_ok(jail_start(j, &o, "/sbin/jailinit", NULL));
	while (!root_runs(root) && jail_now_ms() < end_ms)
		jail_sleep_ms(2);
	if (!root_runs(root))
		print_error("does not run; log:\n%s", jail_log(j));
	assert_true(root_runs(root));
	assert_string_equal(jail_file(j, "/tmp/up"), "up\n");
	live_ok(jail_sh(j, "test -c /dev/null && echo >/dev/null &&"
	    "test $(head -c 3 /dev/zero | tr '\\0' x) = xxx"));
	live_ok(jail_signal(j, SIGTERM));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_string_equal(jail_file(j, "/tmp/down"), "halt\n");
	live_ok(jail_again(j));
}

static const char *
root_named(const char *variable, const char *otherwise)
{
	const char *p = getenv(variable);

	return (p != NULL && *p != '\0' ? p : otherwise);
}

int
root_setup(void **state)
{
	static char programs[PATH_MAX], rc[PATH_MAX];
	struct jail *j;

	if (live_setup(state) != 0)
		return (-1);
	j = *state;
	snprintf(root_place, sizeof(root_place), "%s/the place", j->dir);
	snprintf(programs, sizeof(programs), "%s/tool/programs", j->dir);
	snprintf(rc, sizeof(rc), "%s/tool/rc", j->dir);
	if (root_sh("mkdir -p '%s' '%s' '%s/rc.d' '%s/tool/sbin' &&"
	    " cp %s '%s' &&"
	    " cp %s '%s/tool/sbin/jailroot'", root_place, programs, rc, j->dir,
	    root_named("JAILINIT", "build/jailinit"), programs,
	    root_named("JAILROOT", "rc/host/jailroot"), j->dir) != 0 ||
	    root_sh("cd '%s' &&"
	    " echo '[ -c /dev/null ] && echo up >/tmp/up' >rc.d/10-up &&"
	    " printf '#!/bin/sh\\n. /etc/rc.d/10-up\\n' >rc &&"
	    " printf '#!/bin/sh\\necho \"$1\" >/tmp/down\\n' >rc.shutdown &&"
	    " mkdir examples && : >examples/rc.x && : >rc.d/README.md &&"
	    " : >run-hooks && chmod 755 rc rc.shutdown run-hooks", rc) != 0)
		return (-1);
	(void)setenv("JAILROOT_PROGRAMS", programs, 1);
	(void)setenv("JAILROOT_RC", rc, 1);
	(void)setenv("JAILROOT_VARIANT", "essential", 1);
	(void)setenv("SOURCE_DATE_EPOCH", EPOCH, 1);
	return (0);
}
