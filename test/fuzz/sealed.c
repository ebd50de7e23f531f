/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files that are fuzzed could ask of others, and do not: whoever
 * gets here would have signalled, opened or entered something, and is a
 * finding.  Weak, so that what a target links takes its place. */
#include <signal.h>

#include "kill/visit.h"
#include "kill/halt_do.h"
#include "fuzz.h"
#include "kill/jail.h"
#include "kill/list.h"
#include "init/os.h"
#include "lib/fd.h"
#include "lib/sys.h"
#include "kill/say.h"
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

/* As on Linux. */
WEAK const int sys_signal_max = 64;
WEAK const int sys_signal_rtmin = 34;
WEAK const bool jail_inside_stays = true;
WEAK const struct sys_name sys_signal_names[] = { { "PWR", 30 },
    { "STKFLT", 16 }, { "POLL", 29 }, { "", -1 } };
SEALED(int, fd_fill, void)
SEALED(void, sys_close_others, int first_fd, int keep_fd)
SEALED(int, os_removal_watch, const char *path)
SEALED(void, os_child_wait, pid_t pid, int wait_ms)
SEALED(void, signals_send, pid_t pid, int sig, bool group)
SEALED(void, fifo_remove, void)
SEALED(int, fifo_fd, void)

SEALED(int, jail_init, const char **why)
SEALED(int, jail_open_name, struct jail *j, const char *name)
SEALED(void, jail_close, struct jail *j)
SEALED(int, jail_hold, struct jail *j)
SEALED(int, jail_each, jail_fn *fn, void *arg)
SEALED(void, jail_comm, const struct jail *j, char comm[JAIL_COMM_MAX])
SEALED(int, jail_signal_first, const struct jail *j, int sig)
SEALED(int, jail_other_signal, const struct jail *j, enum request_verb verb,
    char comm[JAIL_COMM_MAX])
SEALED(int, jail_deliver, struct jail *j, int sig)
SEALED(bool, jail_frozen, const struct jail *j, char *buf, size_t size)
SEALED(struct jail_keepers *, jail_keepers_find, int64_t end_ms)
SEALED(void, jail_keepers_free, struct jail_keepers *k)
SEALED(bool, jail_kept_by, const struct jail *j, const struct jail_keepers *k,
    int64_t end_ms, char *buf, size_t size)
SEALED(int, jail_watch_new, void)
SEALED(int, jail_watch_fd, int watch_fd, int fd, uint64_t tag)
SEALED(int, jail_watch_wait, int watch_fd, uint64_t *tags, int max,
    int64_t wait_ms)
SEALED(int, jail_inside_open, struct jail_inside *in, const struct jail *j,
    bool life)
SEALED(void, jail_inside_init, void)
SEALED(void, jail_inside_close, struct jail_inside *in)
SEALED(int, jail_inside_ctl, struct jail_inside *in)
SEALED(ssize_t, jail_inside_status, struct jail_inside *in, char *buf,
    size_t size)
SEALED(enum jail_news, jail_inside_life, struct jail_inside *in)
SEALED(int, jail_inside_root, struct jail_inside *in, char buf[JAIL_ROOT_MAX])
SEALED(bool, jail_inside_is, struct jail_inside *in, const struct stat *dir)

SEALED(int, ask_start, struct ask *a, const struct jail *j,
    const struct ask_what *w)
SEALED(int, ask_start_many, struct ask *a, const struct jail *jails, size_t n,
    const struct ask_what *w)
SEALED(int, ask_hear, struct ask *a, struct ask_word *word)
SEALED(void, ask_end, struct ask *a)
SEALED(size_t, ask_hung, void)

SEALED(int, end_run, struct target *list, size_t n, const struct end_how *how)
SEALED(int, list_print, const struct targets *t, bool json)
SEALED(void, show_init, bool quiet, bool verbose)
SEALED(void, show_finish, void)
SEALED(const char *, show_refusal, int error)
SEALED(const char *, show_error, int error)
