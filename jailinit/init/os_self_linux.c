/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux: this program itself.  Touches its own memory, /proc, and at the end
 * file systems and reboot(2). */
#include <sys/auxv.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "lib/proc_linux.h"
#include "lib/text.h"

#include "os_self.h"

/* A program with a longer path is executed again by its descriptor. */
#define PROGRAM_MAX	128

static char program[PROGRAM_MAX];
static int program_fd = -1;

static char *title;

/* Makes the kernel show from[0..size) as our command line, PR_SET_MM_MAP, which
 * needs no privilege.  The rest of the map stays: it is in these fields of
 * proc_pid_stat(5). */
static bool
map_args(char *from, size_t size)
{
	struct prctl_mm_map map;
	__typeof__(map.start_code) *field[PROC_STAT_FIELDS] = {
		[26] = &map.start_code, &map.end_code, &map.start_stack,
		[45] = &map.start_data, &map.end_data, &map.start_brk,
		[50] = &map.env_start, &map.env_end
	};
	char buf[PROC_STAT_SIZE];
	const char *text;
	int i;

	if (!proc_stat_read(getpid(), buf))
		return (false);
	memset(&map, 0, sizeof(map));
	text = proc_stat_field(buf, 26);
	for (i = 26; i < PROC_STAT_FIELDS; i++) {
		if (*text == '\0')
			return (false);
		if (field[i] != NULL)
			*field[i] = text_number(text);
		text += strcspn(text, " ");
		text += *text == ' ';
	}
	map.brk = (uint64_t)syscall(SYS_brk, 0);
	map.arg_start = (uintptr_t)from;
	map.arg_end = (uintptr_t)from + size;
	map.exe_fd = (uint32_t)-1;
	return (prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0) == 0);
}

/* The strings of argv and of the environment stay as they are: others tell by
 * them that this is a container.  Without /proc this is tried again with the
 * next state. */
void
os_title(const char *state)
{
	static bool mapped;

	memset(title, 0, OS_TITLE_MAX);
	(void)text_format(title, OS_TITLE_MAX, "jailinit: %s", state);
	mapped = mapped || map_args(title, OS_TITLE_MAX);
}

void
os_title_init(char room[OS_TITLE_MAX], const char *state)
{
	title = room;
	os_title(state);
}

void
os_program_init(void)
{
	const char *name = (const char *)getauxval(AT_EXECFN);
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

	/* A path that fills the array may be cut off. */
	if (n > 0)
		program[n < (ssize_t)sizeof(program) - 1 ? n : 0] = '\0';
	else if (name != NULL && strlen(name) < sizeof(program))
		strcpy(program, name);
	program_fd = open(n > 0 ? "/proc/self/exe" : program,
	    O_PATH | O_CLOEXEC);
}

void
os_program_exec(char *const *argv)
{
	execv(program, argv);
	if (program_fd != -1)
		(void)syscall(SYS_execveat, program_fd, "", argv, environ,
		    AT_EMPTY_PATH);
}

/* Before Linux 6.9 all pidfds have the same. */
uint64_t
os_self_id(void)
{
	struct stat st;
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	bool known = fd != -1 && fstat(fd, &st) == 0;

	if (fd != -1)
		close(fd);
	return (known ? (uint64_t)st.st_ino : 0);
}

/* One read of /proc gives the first mounts, the root before all; a machine with
 * this process 1 hardly has more. */
void
os_disks_leave(void)
{
	char mounts[4096];
	char *line, *next = mounts, *where;

	sync();
	if (!proc_read(getpid(), "mounts", mounts, sizeof(mounts)))
		return;
	while ((line = strsep(&next, "\n")) != NULL) {
		(void)strsep(&line, " ");
		where = strsep(&line, " ");
		if (where != NULL)
			(void)mount("", where, NULL, MS_REMOUNT | MS_RDONLY,
			    NULL);
	}
}

/* In a PID namespace the parent of process 1 sees it end by SIGHUP for
 * RB_AUTOBOOT, by SIGINT for the others, reboot(2). */
void
os_reboot(enum request_verb verb)
{
	errno = EPERM;
	if (getpid() != 1)
		return;
	reboot(verb == REQUEST_REBOOT ? RB_AUTOBOOT :
	    verb == REQUEST_POWEROFF ? RB_POWER_OFF : (int)RB_HALT_SYSTEM);
}
