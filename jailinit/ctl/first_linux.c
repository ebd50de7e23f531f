/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux: process 1 of our PID namespace.  Touches /proc. */
#include <string.h>

#include "lib/proc_linux.h"
#include "lib/text.h"

#include "first.h"

/* It is process 1 or nobody: any other init does something else at these
 * signals.  (Its title can be read here, though lib/proc_linux.h warns of that:
 * who keeps that from jailctl can keep anything from it.) */
pid_t
first_find(char state[FIRST_STATE_MAX])
{
	const size_t len = sizeof(FIRST_TITLE) - 1;
	char text[64];

	state[0] = '\0';
	if (!proc_is_ours())
		return (0);
	if (proc_read(1, "cmdline", text, sizeof(text)) &&
	    strncmp(text, FIRST_TITLE, len) == 0) {
		(void)text_format(state, FIRST_STATE_MAX, "%s", text + len);
		return (1);
	}
	/* Not every kernel lets it change its title. */
	return (proc_read(1, "comm", text, sizeof(text)) &&
	    strcmp(text, "jailinit\n") == 0 ? 1 : 0);
}
