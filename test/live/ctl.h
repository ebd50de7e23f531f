/* SPDX-License-Identifier: BSD-2-Clause */
/* What the live tests of jailctl share: a jail that has it under all its names,
 * commands run in there, and terminals of the jail. */
#ifndef CTL_H
#define CTL_H

#include <sysexits.h>

#include "live.h"
#include "pty.h"

#define PLAN		"/var/run/jailctl.plan"
#ifdef __linux__
#define SHELL		"/bin/dash"	/* in the jail */
#else
#define SHELL		"/bin/sh"
#endif
#define LIVES		"/tmp/lives"	/* by rc, a line for each life */
#define RAN		"/tmp/ran"	/* by rc.shutdown */
#define GO		"/tmp/go"

/* Lines of jailinit's log, with the seconds. */
#define HALTED(s)	"halt requested, gone in " #s " s at most"
#define OFF(s)		"poweroff requested, gone in " #s " s at most"
#define REBOOTED(s)	"reboot requested, gone in " #s " s at most"

/* The exit status of a command when nobody was left to see it. */
#define UNSEEN		(-1)

/* Puts jailctl under all its names into the jail: this program; the one under
 * test, with an rc. */
void ctl_install(struct jail *j, const char *program);
void ctl_jail(struct jail *j);
/* Starts it, with terminals; the second with an rc.shutdown that waits for
 * ctl_go(). */
void ctl_boot(struct jail *j);
void ctl_boot_slow_end(struct jail *j);
void ctl_go(struct jail *j);
/* The text comes into the log, soon or in that time. */
void ctl_says(struct jail *j, const char *text);
void ctl_says_by(struct jail *j, const char *text, int64_t within_ms);
/* No request has come, and none comes in that time. */
void ctl_nothing(struct jail *j, int64_t ms);
/* A second life begins. */
void ctl_reboots(struct jail *j);
/* Soon there are n processes that wait for a planned shutdown. */
void ctl_planners(struct jail *j, int n);

/* Runs a shell command in the jail, as root or a user.  Returns its exit
 * status; ctl_said is its output.  Fails if something holds its output. */
extern char ctl_said[8192];
int ctl_cmd(struct jail *j, const char *line);
int ctl_as(struct jail *j, uid_t uid, const char *line);
/* The same, with that exit status, and text in its output. */
void expect(struct jail *j, uid_t uid, const char *line, int status,
    const char *text);

/* A terminal of the jail, and what runs on it: a shell, nothing, nothing and it
 * is full, or a process that always writes. */
enum term_use { TERM_SHELL, TERM_IDLE, TERM_FULL, TERM_BUSY };

struct term {
	int master_fd;
	pid_t pid;
	char name[32];		/* pts/0 */
	size_t used;
	char buf[65536];	/* what was read */
};

void term_open(struct jail *j, struct term *t, enum term_use use);
/* Hangs up, and waits until the shell has ended. */
void term_close(struct jail *j, struct term *t);
/* Reads what is there, without \r; false at its end. */
bool term_read(struct term *t);
bool term_says(struct term *t, const char *text, int64_t within_ms);
/* The text is read soon. */
void term_expect(struct term *t, const char *text);
/* Types a line to the shell.  Returns its exit status, or UNSEEN. */
int term_type(struct term *t, const char *line);

#endif
