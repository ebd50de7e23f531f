/* SPDX-License-Identifier: BSD-2-Clause */
/* FreeBSD's part of many.c: jails in a jail of the test's own.  Touches
 * those. */
#include <sys/param.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "many.h"

int jail_attach(int);	/* sys/jail.h has a struct jail of its own */

const char many_shell[] = "";

int
many_inside(struct jail *j, void (*fn)(struct jail *))
{
	pid_t pid;
	int st;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)die_with_parent();
		jail_world();
		many_run(j, fn);
	}
	if (pid == -1 || waitpid(pid, &st, 0) != pid) {
		perror("many: a world");
		return (MANY_BAD);
	}
	return (WIFEXITED(st) ? WEXITSTATUS(st) : MANY_BAD);
}

void
many_base(const struct jail *base)
{
	static const char *const files[] = { "/bin/sh", "/bin/sleep",
	    "/libexec/ld-elf.so.1" };
	size_t i;

	for (i = 0; i < nitems(files); i++)
		MUST(file_copy(base, files[i], files[i]) == 0);
	MUST(fbsd_libraries(base, "/bin/sh", true) == 0 &&
	    fbsd_libraries(base, "/bin/sleep", true) == 0 &&
	    fbsd_libraries(base, jail_path(base, "/sbin/jailinit"), true) ==
	    0);
}

pid_t
many_clone(struct many_jail *j, const struct many_how *how)
{
	struct stat root;
	int jid, p[2];
	pid_t pid;
	char c;

	MUST(fbsd_devfs_mount(j->root) == 0);
	jid = fbsd_jail_make(j->root);
	MUST(jid > 0 && pipe(p) == 0);
	pid = fork();
	if (pid == 0) {
		(void)die_with_parent();
		(void)setsid();
		MUST(stat(j->root, &root) == 0 && jail_attach(jid) == 0 &&
		    fbsd_is_inside(jid, &root));
		close(p[0]);
		close(p[1]);
		many_first(how);
	}
	close(p[1]);
	(void)!read(p[0], &c, 1);	/* ends when it is in there */
	close(p[0]);
	fbsd_jail_let_go(jid);
	j->jid = (uint64_t)jid;
	j->pidfd = pid == -1 ? -1 : fbsd_end_watch(pid);
	return (pid);
}

uint64_t
many_jid(const struct many_jail *j)
{
	return (j->jid);
}

/* Our child, that nobody has reaped. */
void
many_kill(const struct many_jail *j)
{
	(void)kill(j->pid, SIGKILL);
}

void
many_next_pid(pid_t pid)
{
	(void)pid;
	many_skip("the kernel gives out pids as it likes");
}

struct many_count
many_count(pid_t first)
{
	struct many_count c = { 0 };
	int jid = proc_jid(first);
	struct kinfo_proc *list;
	size_t i, k, n;

	list = fbsd_procs(&n);
	for (i = 0; i < n; i++) {
		if (jid == 0 || list[i].ki_jid != jid ||
		    list[i].ki_stat == SZOMB)
			continue;
		c.all++;
		c.sum += (uint64_t)list[i].ki_pid * (uint64_t)list[i].ki_pid;
		c.stopped += list[i].ki_stat == SSTOP;
		for (k = 0; k < n && list[k].ki_pid != list[i].ki_ppid; k++)
			continue;
		c.strangers += list[i].ki_pid != first &&
		    (k == n || list[k].ki_jid != jid);
	}
	free(list);
	return (c);
}

int
many_running(const char *exe)
{
	struct kinfo_proc *list;
	size_t i, n;
	int found = 0;

	list = fbsd_procs(&n);
	for (i = 0; i < n; i++)
		found += list[i].ki_stat != SZOMB &&
		    strstr(list[i].ki_comm, exe) != NULL;
	free(list);
	return (found);
}
