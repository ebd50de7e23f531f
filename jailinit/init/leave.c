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
#include "spawn.h"

/* How long a machine's disks are waited for, in steps. */
#define SYNC_STEP_MS	100
#define SYNC_STEPS	100

static void
program_exec(const struct leave_how *how)
{
	char *env[spawn_env_room()];

	spawn_listen_give(env);
	os_program_exec(how->argv);
}

/* The socket does not pass into the next life. */
static void
reboot_in_place(const struct leave_how *how)
{
	char *env[spawn_env_room()];

	(void)unsetenv("NOTIFY_SOCKET");
	spawn_env_put(env, SPAWN_OWN_ENV "=1");
	program_exec(how);
	log_line("%s: cannot be executed again: %s", how->argv[0],
	    strerror(errno));
}

/* The disks of a whole machine are a child's work, as one can hang. */
static void
machine_leave(enum request_verb verb)
{
	pid_t pid = fork();
	int i;

	if (pid == 0) {
		os_disks_leave();
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

/* Only the jail's own process 1 may ask the kernel for its reboot: anybody
 * else's would be that of the jail, or the machine, around it. */
static bool
is_by_kernel(const struct leave_how *how)
{
	return (how->place == OS_JAIL && (how->leave == LEAVE_REBOOT ||
	    (how->leave == LEAVE_AUTO && os_manager_reboots())));
}

/* Is it the next life, by whatever way? */
static bool
is_reboot(const struct leave_how *how)
{
	return (how->verb == REQUEST_REBOOT && (how->place == OS_MACHINE ?
	    how->leave == LEAVE_REEXEC : how->leave != LEAVE_EXIT));
}

bool
leave_in_place(const struct leave_how *how)
{
	return (is_reboot(how) && !is_by_kernel(how));
}

static void
leave_reboot(const struct leave_how *how)
{
	if (is_by_kernel(how)) {
		os_reboot(how->verb);
		log_line("reboot: %s; again in place", strerror(errno));
	}
	reboot_in_place(how);
}

_Noreturn void
leave(const struct leave_how *how)
{
	bool machine = how->place == OS_MACHINE;

	if (is_reboot(how)) {
		leave_reboot(how);
		if (!machine)
			_exit(1);
	}
	if (machine)
		machine_leave(how->verb);
	_exit(how->status);
}
