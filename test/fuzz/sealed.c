/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files that are fuzzed could ask of others, and do not: whoever
 * gets here would have signalled, opened or entered something, and is a
 * finding.  Weak, so that what a target links takes its place. */
#include <signal.h>

#include "kill/halt_run.h"
#include "fuzz.h"
#include "kill/jail.h"
#include "kill/list.h"
#include "init/os.h"
#include "lib/fd.h"
#include "lib/sys.h"
#include "kill/find.h"
#include "kill/say.h"
#include "kill/screen.h"
#include "kill/send.h"
#include "kill/wake.h"
#include "init/signals.h"
#include "init/fifo.h"
#include "init/status.h"

#define WEAK	__attribute__((__weak__))
#define SEALED(type, name, ...)						\
	WEAK type name(__VA_ARGS__);					\
	WEAK type name(__VA_ARGS__) { abort(); }

/* The system's calls, as the compiler is told: -Dkill= and so on. */
SEALED(int, fuzz_kill, pid_t pid, int sig)
SEALED(pid_t, fuzz_fork, void)
SEALED(int, fuzz_open, const char *path, int flags, ...)
SEALED(int, fuzz_unlink, const char *path)

/* "init 0" is not executed, and so refused as a mistake. */
WEAK int fuzz_exec(const char *path, char *const *argv);
WEAK int
fuzz_exec(const char *path, char *const *argv)
{
	(void)path;
	(void)argv;
	return (-1);
}
WEAK void signals_default(void);
WEAK void
signals_default(void)
{
}

/* As on Linux. */
WEAK const int sys_signal_max = 64;
WEAK const int sys_signal_rtmin = 34;
WEAK const struct sys_name sys_signal_names[] = { { "PWR", 30 },
    { "STKFLT", 16 }, { "POLL", 29 }, { "", -1 } };
SEALED(int, fd_fill, void)
SEALED(void, sys_close_others, int first_fd, int keep_fd)
SEALED(int, os_removal_watch, const char *path)
SEALED(void, os_child_wait, pid_t pid, int wait_ms)
SEALED(void, signals_send, pid_t pid, int sig, bool group)
SEALED(void, fifo_remove, void)
SEALED(int, fifo_fd, void)
SEALED(bool, fifo_is_missing, const char *path)
SEALED(pid_t, first_find, char state[16])

SEALED(int, jail_init, const char **why)
SEALED(void, jail_comm, const struct jail *j, char comm[JAIL_COMM_MAX])
SEALED(int, halt_run, struct target *list, size_t n, enum request_verb verb,
    int64_t limit_ms, bool listening)
SEALED(int, list_print, struct targets *t, bool json)
SEALED(int, send_signals, struct targets *t, const struct options *o)
SEALED(int, send_requests, struct targets *t, const struct options *o)
SEALED(int, send_nothing, struct targets *t, const struct options *o)
SEALED(int, send_permitted, struct targets *t, bool listening,
    int64_t look_ms)
SEALED(void, targets_find, struct targets *t, enum find_which which,
    char *const *names, bool about, bool counts, bool look,
    int64_t look_ms)
SEALED(int, outcome_worse, int a, int b)
SEALED(void, say_init, bool quiet, bool verbose, bool json)
SEALED(void, say_sum, int64_t begun_ms, int64_t limit_ms, int64_t now_ms)
SEALED(void, screen_finish, void)
SEALED(void, wake_init, bool quiet, bool thaw)
