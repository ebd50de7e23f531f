/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of jailinit(8). */
#ifndef INIT_OPTIONS_H
#define INIT_OPTIONS_H

#include <stdbool.h>

#include "core/life.h"

#include "words.h"
#include "lib/sys.h"

enum leave {
	LEAVE_AUTO,
	LEAVE_EXIT,
	LEAVE_REEXEC,
	LEAVE_REBOOT
};

struct options {
	struct life_limits limits;	/* -B -k -s -t */
	int64_t job_ms;			/* -q */
	bool background;		/* -b */
	bool end_on_failure;		/* -e */
	bool group;			/* -g */
	const char *ctl;		/* -c, NULL: not given */
	const char *status;		/* -f, NULL: not given */
	const char *rc;			/* -r */
	const char *rc_shutdown;	/* -R, NULL: none */
	int ready_fd;			/* -d, or -1 */
	int stop_signal;		/* -S */
	unsigned char map[SYS_SIGNALS + 1];	/* -m, see options_signal() */
	uint64_t counts_as_0[4];	/* -x, a bit for each exit status */
	enum leave leave;		/* -l */
	char **command;			/* after --, NULL: boot mode */
	char **argv;			/* as given, for the next life */

	/* By the name of another init, dropin.h.  The default is 0. */
	bool passes;		/* a signal only passes, none asks for the end */
	bool pause;		/* there is no command to run */
	bool keep_orphans;	/* not process 1: adopts none */
	bool tell_reaped;	/* logs each orphan */
	bool same_group;	/* the command stays in our process group */
	bool stops_too;		/* when it passes a terminal's stop signal */
	bool term_group;	/* TERM to the command's group at its end */
	int parent_signal;	/* sent to us when our parent ends */
	int cannot_exec;	/* the exit status then; 0: as sh(1) */
};

/* Fills *o from the command line; its strings are argv's.  On a mistake: a line
 * on standard error that names it, the usage, and exit(EX_USAGE).  As process 1
 * of a whole machine it leaves the word out and goes on, because there the
 * kernel passes on words that are for others. */
void options_parse(struct options *o, char **argv);

/* The exit status that stands for status, 0 to 255: 0 if -x has it. */
int options_status(const struct options *o, int status);

/* The signal that the command gets in place of sig; 0: none. */
int options_signal(const struct options *o, int sig);

/*
 * For dropin.c.
 */

/* Sets the defaults and, for the log and words.h, the program, which must
 * stay. */
void options_begin(struct options *o, char **argv, const struct program *s);

/* -S signal; -x statuses; -m from:to, two signals up to max.  c is for
 * messages. */
void options_one_signal(int c, const char *arg, int *sig);
void options_statuses(struct options *o, int c, const char *arg);
void options_map(struct options *o, int c, const char *arg, int max);

/* Reads JAILINIT_OPTIONS, if it is there and used is set, and removes it. */
void options_environment(struct options *o, bool used);

#endif
