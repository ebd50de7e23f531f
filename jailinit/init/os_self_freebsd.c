/* SPDX-License-Identifier: BSD-2-Clause */
/* FreeBSD: this program itself.  Touches its title, its path, and at the end
 * reboot(2). */
#include <sys/param.h>
#include <sys/auxv.h>
#include <sys/reboot.h>
#include <sys/sysctl.h>

#include <fcntl.h>
#include <unistd.h>

#include "os_self.h"

extern char **environ;

static char program[PATH_MAX];
static int program_fd = -1;

/* setproctitle(3) leaves the strings of argv and of the environment as they
 * are. It allocates the first time only.  The - leaves argv[0] out. */
void
os_title(const char *state)
{
	setproctitle("-jailinit: %s", state);
}

void
os_title_init(char room[OS_TITLE_MAX], const char *state)
{
	(void)room;
	os_title(state);
}

/* The path that the kernel knows now or, if it knows none, the one that we were
 * executed by. */
void
os_program_init(void)
{
	int mib[] = { CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1 };
	size_t size = sizeof(program);

	if (sysctl(mib, nitems(mib), program, &size, NULL, 0) == -1 &&
	    elf_aux_info(AT_EXECPATH, program, sizeof(program)) != 0)
		program[0] = '\0';
	program_fd = open(program, O_EXEC | O_CLOEXEC);
}

void
os_program_exec(char *const *argv)
{
	execv(program, argv);
	if (program_fd != -1)
		fexecve(program_fd, argv, environ);
}

uint64_t
os_self_id(void)
{
	return (0);
}

void
os_disks_leave(void)
{
	sync();
}

/* In a jail this fails with EPERM. */
void
os_reboot(enum request_verb verb)
{
	reboot(verb == REQUEST_REBOOT ? RB_AUTOBOOT :
	    verb == REQUEST_POWEROFF ? RB_HALT | RB_POWEROFF : RB_HALT);
}
