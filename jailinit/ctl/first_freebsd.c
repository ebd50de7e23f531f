/* SPDX-License-Identifier: BSD-2-Clause */
/* FreeBSD: the one process of our jail with this title.  Touches the sysctl
 * kern.proc. */
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/sysctl.h>
#include <sys/user.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/jailed_freebsd.h"
#include "lib/text.h"

#include "first.h"

/* Room for processes that begin while the list is fetched. */
#define MORE_PROCS	64

/* All processes that can be seen, or NULL. */
static struct kinfo_proc *
procs_list(size_t *n)
{
	int mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_PROC };
	struct kinfo_proc *list;
	size_t size;

	if (sysctl(mib, nitems(mib), NULL, &size, NULL, 0) == -1)
		return (NULL);
	size += MORE_PROCS * sizeof(*list);
	list = malloc(size);
	if (list != NULL &&
	    sysctl(mib, nitems(mib), list, &size, NULL, 0) == -1) {
		free(list);
		return (NULL);
	}
	*n = size / sizeof(*list);
	return (list);
}

static bool
is_jailinit(pid_t pid, char state[FIRST_STATE_MAX])
{
	int mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_ARGS, pid };
	const size_t len = sizeof(FIRST_TITLE) - 1;
	char text[64] = "";
	size_t size = sizeof(text) - 1;

	if (sysctl(mib, nitems(mib), text, &size, NULL, 0) == -1 ||
	    strncmp(text, FIRST_TITLE, len) != 0)
		return (false);
	(void)text_format(state, FIRST_STATE_MAX, "%s", text + len);
	return (true);
}

/* Those in jails in this one are seen, too; those in this one have jid 0. */
pid_t
first_find(char state[FIRST_STATE_MAX])
{
	struct kinfo_proc *list;
	pid_t first = 0;
	size_t i, n = 0, found = 0;

	state[0] = '\0';
	list = is_jailed() ? procs_list(&n) : NULL;
	for (i = 0; i < n; i++)
		if (list[i].ki_structsize == (int)sizeof(list[i]) &&
		    list[i].ki_jid == 0 && list[i].ki_pid > 1 &&
		    is_jailinit(list[i].ki_pid, state)) {
			first = list[i].ki_pid;
			found++;
		}
	free(list);
	return (found == 1 ? first : 0);
}
