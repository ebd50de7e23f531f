/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaving.  Touches reboot(2), and of paths the program's own, to execute
 * it again. */
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "leave.h"
#include "log.h"
#include "signals.h"

/* How long a machine's disks are waited for, in steps. */
#define SYNC_STEP_MS	100
#define SYNC_STEPS	100

/* Turns of a wait that signals may cut short; a bound, not a figure. */
#define HELD_TURNS	1000

/* After a life that was too short: waits, but for a signal that turns the
 * reboot into a halt.  True if there was one. */
static bool
reboot_held(const struct leave_how *how)
{
	int64_t left_ms = LEAVE_LIFE_MIN_MS - how->life_ms;
	const struct os_signal *s;
	int i, sig, r;

	for (i = 0; i < HELD_TURNS; i++) {
		r = signals_wait(NULL, 0, left_ms);
		for (sig = 1; sig <= os_signal_max; sig++) {
			if (!signals_take(sig))
				continue;
			s = signals_request(sig, how->command);
			if (s != NULL && s->verb != REQUEST_REBOOT)
				return (true);
		}
		if (r == 0)
			break;
	}
	return (false);
}

/* Pending requests do not pass into the next life, nor does the socket. */
static void
reboot_in_place(const struct leave_how *how)
{
	if (reboot_held(how))
		return;
	(void)unsetenv("NOTIFY_SOCKET");
	os_program_exec(how->argv);
	log_line("%s: cannot be executed again: %s", how->argv[0],
	    strerror(errno));
	_exit(1);
}

/* Dirty pages of a whole machine: written by a child, as a disk can hang. */
static void
machine_leave(enum request_verb verb)
{
	pid_t pid = fork();
	int i;

	if (pid == 0) {
		sync();
		_exit(0);
	}
	for (i = 0; pid > 0 && i < SYNC_STEPS; i++) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			break;
		(void)poll(NULL, 0, SYNC_STEP_MS);
	}
	os_reboot(verb);
	log_line("reboot: %s", strerror(errno));
}

_Noreturn void
leave(const struct leave_how *how)
{
	bool reboot = how->verb == REQUEST_REBOOT;
	bool by_manager = how->leave == LEAVE_REBOOT ||
	    (how->leave == LEAVE_AUTO && os_manager_reboots());

	if (how->place == OS_MACHINE && !(reboot &&
	    how->leave == LEAVE_REEXEC))
		machine_leave(how->verb);
	else if (reboot && how->leave != LEAVE_EXIT) {
		if (by_manager) {
			os_reboot(how->verb);
			log_line("reboot: %s; again in place",
			    strerror(errno));
		}
		reboot_in_place(how);
	}
	_exit(how->status);
}
