/* SPDX-License-Identifier: BSD-2-Clause */
/* The start.  Touches descriptors 0 to 2, our session and directory, and by the
 * modules that it starts what they touch. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/fd.h"
#include "lib/paths.h"
#include "lib/sys.h"

#include "child.h"
#include "command.h"
#include "directory.h"
#include "dropin.h"
#include "environment.h"
#include "fifo.h"
#include "grace.h"
#include "log.h"
#include "manager.h"
#include "notify.h"
#include "os.h"
#include "os_self.h"
#include "pause.h"
#include "signals.h"
#include "spawn.h"
#include "stage.h"
#include "start.h"
#include "status.h"
#include "terminal.h"
#include "words.h"

/* For rc and its services; the administrator's own programs come last. */
#define RC_PATH	"/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"

/* We have not opened, or closed again, more descriptors than this when the
 * command has been started. */
#define OWN_FDS_MAX	8

static _Noreturn void
refuse(const char *why)
{
	log_line("%s", why);
	notify_failed(EX_UNAVAILABLE);
	_exit(EX_UNAVAILABLE);
}

static void
command_line(struct options *o, int argc, char **argv)
{
	if (argc < 1)		/* older kernels let callers do that */
		_exit(EX_USAGE);
	if (!dropin_parse(o, argv))
		options_parse(o, argv);
	if (o->pause)
		pause_run();
	if (environment_life() > 1) {	/* they were for who started the first */
		o->background = false;
		o->ready_fd = -1;
	}
	if (o->background && getpid() == 1) {
		o->background = false;
		words_error("-b", "process 1 has nobody to return to");
	}
	if (o->ready_fd != -1 && fcntl(o->ready_fd, F_GETFD) == -1) {
		o->ready_fd = -1;
		words_error("-d", "the descriptor is not open");
	}
}

/* A terminal is for the command.  rc and its services get none.  Process 1 keeps
 * one only where ^C there is to end the jail: elsewhere it would reboot it. */
static void
session(const struct options *o, char **env)
{
	if (o->same_group)
		return;
	if (o->command != NULL && !o->background)
		terminal_init(o->group);
	else if (!o->background &&
	    (!manager_here()->oci || !terminal_keep()))
		terminal_leave();
	if (o->command == NULL) {
		(void)!chdir("/");
		environment_put(env, "PATH=" RC_PATH);
	}
}

static void
ground(const struct options *o, char **env)
{
	bool command = o->command != NULL;
	const char *why = "";

	if (os_claim(command, o->ctl == NULL ? PATH_CTL : o->ctl, &why) ==
	    OS_REFUSED)
		refuse(why);
	if (!command && os_place() == OS_JAIL)
		manager_find(environment_mark());
	(void)unsetenv(ENVIRONMENT_NEXT_LIFE);	/* os_claim() asks for it */
	if (command)
		environment_listen_init();
	else
		sys_close_others(3, o->ready_fd);
	if (o->ready_fd != -1)
		(void)fcntl(o->ready_fd, F_SETFD, FD_CLOEXEC);
	if (!command)
		os_program_init();	/* before the directory changes */
	if (o->background && notify_background() == -1)
		refuse(strerror(errno));
	if (o->parent_signal != 0)
		os_parent_signal(o->parent_signal);
	if ((!o->keep_orphans || os_place() != OS_SUBTREE) && os_adopt() == -1)
		refuse("not process 1, and the kernel has no reaper for us");
	session(o, env);
	if (os_place() == OS_SUBTREE)
		signals_keep_ignored();
	signals_init(false);
}

/* An option's path or, in boot mode, its default.  NULL: none. */
static const char *
path_of(const struct options *o, const char *option, const char *otherwise)
{
	if (option == NULL)
		return (o->command != NULL ? NULL : otherwise);
	return (strcmp(option, "none") == 0 ? NULL : option);
}

/* What is left of our caller's descriptors is the command's.  Ours are
 * close-on-exec, and the lowest that were free, so not far apart. */
static void
inherited_close(int first_fd, int keep_fd)
{
	int fd, flags, holes = 0;

	for (fd = first_fd; holes < OWN_FDS_MAX; fd++) {
		flags = fcntl(fd, F_GETFD);
		if (flags == -1)
			holes++;
		else if ((flags & FD_CLOEXEC) == 0)
			close(fd);
	}
	sys_close_others(fd, keep_fd);
}

/* Or none, or the default. */
static bool
is_absolute(const char *path)
{
	return (path == NULL || path[0] == '/' || strcmp(path, "none") == 0);
}

static void
run_command(const struct options *o)
{
	if (command_start(o) == -1) {
		fifo_remove();
		notify_failed(SPAWN_CANNOT_EXEC);
		_exit(o->cannot_exec != 0 ? o->cannot_exec :
		    SPAWN_CANNOT_EXEC);
	}
	if (o->passes)	/* no next life needs the directory */
		(void)!chdir("/");
	child_reaping(false);
	/* after its start, which is sooner then */
	inherited_close(3, o->ready_fd);
	os_program_init();
	if (os_place() != OS_SUBTREE && is_absolute(o->ctl) &&
	    is_absolute(o->status))
		directory_leave();
}

void
start(struct life *life, struct options *o, int argc, char **argv, char **env)
{
	signals_block();
	(void)fd_fill();
	command_line(o, argc, argv);
	ground(o, env);
	status_init(path_of(o, o->status, PATH_STATUS));
	notify_init(o->command == NULL, o->ready_fd);
	life_init(life, &o->limits, o->command != NULL,
	    o->rc_shutdown != NULL);
	child_init(o);
	stage_init(o);
	fifo_open(path_of(o, o->ctl, PATH_CTL));
	if (o->command != NULL)
		run_command(o);
	else {
		child_start_rc();
		signals_init(true);
	}
	if (o->command != NULL && os_place() == OS_JAIL)
		manager_find(NULL);	/* after it, to start it sooner */
	grace_init(&o->limits);
	/* A command's start is silent: nobody need have asked for us. */
	if (o->command == NULL)
		grace_say();
}
