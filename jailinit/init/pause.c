/* SPDX-License-Identifier: BSD-2-Clause */
/* A process 1 without a command.  Touches our directory and descriptors. */
#include <sys/wait.h>

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "lib/sys.h"

#include "os.h"
#include "pause.h"
#include "signals.h"

/* At most this many children are reaped before we look for a signal. */
#define REAP_BATCH	256

void
pause_run(void)
{
	const char *why;
	int n = 0;

	(void)os_claim(true, "none", &why);
	(void)os_adopt();
	(void)!chdir("/");
	sys_close_others(3, -1);
	signals_init(false);
	while (!signals_take(SIGTERM) && !signals_take(SIGINT)) {
		(void)signals_wait(NULL, 0, n == REAP_BATCH ? 0 : INT64_MAX);
		for (n = 0; n < REAP_BATCH && waitpid(-1, NULL, WNOHANG) > 0;)
			n++;
	}
	_exit(0);
}
