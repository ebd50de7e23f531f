/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaving.  Touches reboot(2) and, to execute it again, the program's own
 * path. */
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/text.h"

#include "directory.h"
#include "leave.h"
#include "log.h"
#include "manager.h"
#include "os.h"
#include "os_self.h"
#include "environment.h"

/* How long we wait for a machine's disks: this many steps. */
#define SYNC_STEP_MS	100
#define SYNC_STEPS	100

static void
program_exec(char *const *argv)
{
	char *env[environment_room()];

	environment_listen_give(env);
	environment_options_give(env);
	os_program_exec(argv);
}

/* NOTIFY_SOCKET is not for the next life. */
static void
reboot_in_place(char *const *argv)
{
	char *env[environment_room()], var[64];

	directory_return();
	(void)unsetenv("NOTIFY_SOCKET");
	(void)text_format(var, sizeof(var), ENVIRONMENT_NEXT_LIFE "=%lu%s",
	    environment_life(), manager_file());
	environment_put(env, var);
	program_exec(argv);
	log_line("%s: cannot be executed again: %s", argv[0],
	    strerror(errno));
}

/* A child writes the disks of a whole machine, because that can hang. */
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
is_by_kernel(enum leave how)
{
	return (os_place() == OS_JAIL && (how == LEAVE_REBOOT ||
	    (how == LEAVE_AUTO && manager_here()->reboots)));
}

/* Does another life follow, in whatever way? */
static bool
is_reboot(enum request_verb verb, enum leave how)
{
	return (verb == REQUEST_REBOOT && (os_place() == OS_MACHINE ?
	    how == LEAVE_REEXEC : how != LEAVE_EXIT));
}

bool
leave_in_place(enum request_verb verb, enum leave how)
{
	return (is_reboot(verb, how) && !is_by_kernel(how));
}

_Noreturn void
leave(enum request_verb verb, const struct options *o, int status)
{
	bool machine = os_place() == OS_MACHINE;

	if (is_reboot(verb, o->leave)) {
		if (is_by_kernel(o->leave)) {
			os_reboot(verb);
			log_line("reboot: %s; again in place",
			    strerror(errno));
		}
		reboot_in_place(o->argv);
		if (!machine)
			_exit(1);
	}
	if (machine)
		machine_leave(verb);
	_exit(status);
}
