/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of jailroot(8) share: a folder for each test with the script,
 * the programs that it puts into roots, and a place where roots are made. */
#ifndef ROOT_H
#define ROOT_H

#include <limits.h>
#include <stdbool.h>

#include "live.h"

#define EPOCH	"1700000000"	/* SOURCE_DATE_EPOCH for most runs */
/* A name that every quoting has to get right. */
#define ODD	"it's a \"$HOME\" \\ jail"

#define RUN_MS	jail_slack(600000)	/* a build that takes longer hangs */

#define ROOT_TEST(f)							\
	cmocka_unit_test_setup_teardown(f, root_setup, live_teardown)

extern char root_place[PATH_MAX];	/* where roots are made */
extern char root_out[65536];		/* what the last run said */

int root_setup(void **state);

/* How the script is run; all zero: as the caller, waited for. */
struct how {
	uid_t uid;		/* not 0: as this user */
	mode_t mask;		/* 0: 022 */
	const char *log;	/* where its output goes, if not to root_out */
	const char *env[6];	/* NAME=value, NULL; after the usual ones */
};

/* In a child: runs a program in this way. */
_Noreturn void root_run(const struct how *h, const char *log,
    const char *const argv[]);
/* Starts the script with these arguments, NULL at the end; its pid. */
pid_t root_start(struct jail *j, const struct how *h, const char *const args[]);
/* Waits for it; its wait status. */
int root_end(struct jail *j, pid_t pid);
/* Both. */
#define RUN(j, h, ...)							\
	root_end(j, root_start(j, h,					\
	    (const char *const[]){ __VA_ARGS__, NULL }))
/* Both, and it exits with code. */
#define EXITS(code, ...) do {						\
	int st_ = RUN(__VA_ARGS__);					\
	if (!WIFEXITED(st_) || WEXITSTATUS(st_) != (code))		\
		print_error("wait status %x, it said:\n%s", st_,	\
		    root_out);						\
	assert_true(WIFEXITED(st_));					\
	assert_int_equal(WEXITSTATUS(st_), code);			\
} while (0)
/* It said one line, and text is in it. */
void root_said(const char *text);
/* It left nothing beside the roots, and no mount. */
void root_nothing_left(struct jail *j);

/* A path in a directory, or in root_place; in one of four static buffers. */
const char *root_in(const char *dir, const char *name);
const char *root_at(const char *name);
/* The exit status of a shell command on the host. */
int root_sh(const char *format, ...) __attribute__((format(printf, 1, 2)));
void root_read(const char *path, char *buf, size_t size);
/* A file's text, in a static buffer. */
const char *root_text(const char *path);
bool root_has(const char *path);
/* What is in a directory, sorted, one a line, in a static buffer. */
const char *root_listing(const char *dir);
/* All of a root that two builds must have in common, as text, to be freed. */
char *root_tree(const char *dir);
/* Are these equal?  Prints the first line that is not. */
bool root_same(const char *a, const char *b);
/* with in long runs (JAIL_LONG), without in others. */
int root_long(int with, int without);
/* Does the status in the root say so? */
bool root_runs(const char *root);
/* The root boots under jailinit, rc runs, and a halt ends it. */
void root_boots(struct jail *j, const char *root);

#endif
