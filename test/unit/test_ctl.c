/* SPDX-License-Identifier: BSD-2-Clause */
/* The command lines of jailctl and its other names: times, and what each
 * option asks for.  Guards against a time that is read as another (a shutdown
 * a day early) and a mistake that is read as a command. */
#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl/options.h"
#include "lib/paths.h"

#define SIZEOF(a)	(sizeof(a) / sizeof((a)[0]))
#define ARGV_MAX	8

/* Tuesday, 2026-11-24 22:15:30 UTC */
#define NOW	1795558530
#define DAY	(24 * 60 * 60)
#define AT(day, h, m)	(1795478400 + (day) * DAY + (h) * 3600 + (m) * 60)

static int
setup(void **state)
{
	(void)state;
	(void)setenv("TZ", "UTC0", 1);
	tzset();
	return (0);
}

/*
 * Times.
 */
static void
test_relative(void **state)
{
	static const struct {
		const char *text;
		int64_t s;
	} t[] = {
		{ "now", 0 }, { "+0", 0 }, { "+5", 300 }, { "+05", 300 },
		{ "+90", 5400 }, { "+2s", 2 }, { "+2sec", 2 },
		{ "+0s", 0 }, { "+3m", 180 }, { "+3min", 180 },
		{ "+2h", 7200 }, { "+2hour", 7200 },
		{ "+366h", 366 * 3600 }, { "+527040", 366 * DAY },
		{ "0", 0 }, { "5", 300 }, { "10", 600 }, { "999", 59940 },
	};
	struct when w;
	size_t i;

	(void)state;
	for (i = 0; i < SIZEOF(t); i++) {
		memset(&w, 0xff, sizeof(w));
		if (!when_parse(&w, t[i].text, NOW))
			fail_msg("%s", t[i].text);
		assert_true(w.relative);
		assert_int_equal(w.s, t[i].s);
		/* it does not depend on the day's clock */
		assert_true(when_parse(&w, t[i].text, 0));
		assert_true(w.relative);
		assert_int_equal(w.s, t[i].s);
	}
}

static void
test_absolute(void **state)
{
	static const struct {
		const char *text;
		int64_t s;
	} t[] = {
		{ "23:30", AT(0, 23, 30) },
		{ "2330", AT(0, 23, 30) },
		{ "22:16", AT(0, 22, 16) },
		/* over, so tomorrow; 22:15 began 30 s ago */
		{ "22:15", AT(1, 22, 15) },
		{ "00:00", AT(1, 0, 0) },
		{ "0000", AT(1, 0, 0) },
		{ "6:05", AT(1, 6, 5) },
		{ "0605", AT(1, 6, 5) },
		/* with its day, the minute that has begun is today */
		{ "242215", AT(0, 22, 15) },
		{ "242359", AT(0, 23, 59) },
		{ "250000", AT(1, 0, 0) },
		{ "300101", AT(6, 1, 1) },
		{ "12010000", AT(7, 0, 0) },
		{ "12312359", AT(37, 23, 59) },
		{ "2612010000", AT(7, 0, 0) },
		{ "2701010000", AT(38, 0, 0) },
		{ "2711242215", AT(365, 22, 15) },
		{ "2711252215", AT(366, 22, 15) },
	};
	struct when w;
	size_t i;

	(void)state;
	for (i = 0; i < SIZEOF(t); i++) {
		memset(&w, 0xff, sizeof(w));
		if (!when_parse(&w, t[i].text, NOW))
			fail_msg("%s", t[i].text);
		assert_false(w.relative);
		if (w.s != t[i].s)
			fail_msg("%s: %ld, not %ld", t[i].text, (long)w.s,
			    (long)t[i].s);
	}
}

static void
test_bad_times(void **state)
{
	static const char *const bad[] = { "", "+", "-5", "+-5", "++5", "+5 ",
	    " 5", "+5x", "+5d", "+5hours", "+5minutes", "+h", "+5.5", "+1h30",
	    /* what strptime(3) alone would take */
	    " 130", "25 130", " 1:30", "1: 5", "12:3:", "::30", "1:2:", "1::2",
	    "+9999999999", "+527041", "+8785h", "NOW", "noww", "no", "tomorrow",
	    "noon", "-", "-1", "x", "5m", "24:00", "23:60", "2360", "2400",
	    "99:99", ":30", "1:", "1:5", "123:45", "23:3x", "x3:30", "2x30",
	    "23.30", "12345", "1234567", "123456789", "26112423300",
	    /* past */
	    "230000", "11232330", "2511242330", "242214", "10312330",
	    /* over a year */
	    "2711252217", "2811240000", "9912312359",
	    /* no such day */
	    "310000", "000000", "002330", "13010000", "00010000", "02290000",
	    "02300000", "2702290000", "322330", "2611310000",
	    /* not digits */
	    "2a2330", "-42330", "+2:30", "\xc3\xa4" };
	struct when w;
	size_t i;

	(void)state;
	for (i = 0; i < SIZEOF(bad); i++)
		if (when_parse(&w, bad[i], NOW))
			fail_msg("%s: %ld %s", bad[i], (long)w.s, w.relative ?
			    "from now" : "of the clock");
}

/* A minute that begins at this very second is tomorrow's. */
static void
test_this_second(void **state)
{
	struct when w;

	(void)state;
	assert_true(when_parse(&w, "22:15", AT(0, 22, 15)));
	assert_int_equal(w.s, AT(1, 22, 15));
	assert_true(when_parse(&w, "22:15", AT(0, 22, 15) - 1));
	assert_int_equal(w.s, AT(0, 22, 15));
}

/* Tomorrow is in the next month or year; the time zone is not UTC. */
static void
test_zones(void **state)
{
	struct when w;

	(void)state;
	(void)setenv("TZ", "JST-9", 1);	/* 07:15:30 on the 25th */
	tzset();
	assert_true(when_parse(&w, "23:30", NOW));
	assert_int_equal(w.s, AT(1, 14, 30));
	assert_true(when_parse(&w, "07:15", NOW));
	assert_int_equal(w.s, AT(1, 22, 15));
	(void)setup(state);
	assert_true(when_parse(&w, "0:10", AT(6, 0, 20)));
	assert_int_equal(w.s, AT(7, 0, 10));
	assert_true(when_parse(&w, "0:10", AT(37, 0, 20)));
	assert_int_equal(w.s, AT(38, 0, 10));
}

/*
 * Command lines.
 */
static const char *
words_split(const char *line, char *buf, size_t size, char **argv, int *argc)
{
	char *next, *p;

	(void)snprintf(buf, size, "%s", line);
	*argc = 0;
	for (p = strtok_r(buf, " ", &next); p != NULL && *argc < ARGV_MAX - 1;
	    p = strtok_r(NULL, " ", &next))
		argv[(*argc)++] = p;
	argv[*argc] = NULL;
	return (argv[0]);
}

struct good {
	const char *line;
	enum ctl_do what;
	enum request_verb verb;
	int64_t budget_s;
	int64_t when_s;		/* from now; -1: not compared */
	bool no_wall;
	const char *rest;	/* the name, or the first word for users */
};

#define NO	REQUEST_NO_BUDGET
#define HALT	REQUEST_HALT
#define POWER	REQUEST_POWEROFF
#define BOOT	REQUEST_REBOOT
#define EXIT	REQUEST_EXIT

static const struct good goods[] = {
	{ "halt", CTL_ASK, HALT, NO, -1, false, NULL },
	{ "poweroff", CTL_ASK, POWER, NO, -1, false, NULL },
	{ "reboot", CTL_ASK, BOOT, NO, -1, false, NULL },
	{ "reboot now", CTL_ASK, BOOT, NO, -1, false, NULL },
	{ "halt -p", CTL_ASK, POWER, NO, -1, false, NULL },
	{ "halt --poweroff", CTL_ASK, POWER, NO, -1, false, NULL },
	{ "halt -r", CTL_ASK, BOOT, NO, -1, false, NULL },
	{ "reboot --halt", CTL_ASK, HALT, NO, -1, false, NULL },
	{ "poweroff --reboot", CTL_ASK, BOOT, NO, -1, false, NULL },
	{ "halt -l", CTL_ASK, HALT, NO, -1, false, NULL },
	{ "halt -f", CTL_ASK, HALT, 0, -1, false, NULL },
	{ "reboot -q", CTL_ASK, BOOT, 0, -1, false, NULL },
	{ "poweroff --force", CTL_ASK, POWER, 0, -1, false, NULL },
	{ "halt -fp", CTL_ASK, POWER, 0, -1, false, NULL },
	{ "halt --no-wall", CTL_ASK, HALT, NO, -1, true, NULL },
	{ "reboot -n", CTL_ASK, BOOT, NO, -1, false, NULL },
	{ "reboot -k kernel.old", CTL_ASK, BOOT, NO, -1, false, NULL },
	{ "reboot -c", CTL_NOTHING, BOOT, NO, -1, false, NULL },
	{ "halt -w", CTL_NOTHING, HALT, NO, -1, false, NULL },
	{ "halt --wtmp-only -f", CTL_NOTHING, HALT, 0, -1, false, NULL },
	{ "halt -h", CTL_ASK, HALT, NO, -1, false, NULL },
	{ "halt -h -p", CTL_ASK, POWER, NO, -1, false, NULL },
	{ "halt -fnwdihp", CTL_NOTHING, POWER, 0, -1, false, NULL },
	{ "halt -d 5", CTL_ASK, HALT, NO, -1, false, NULL },
	{ "reboot -cDdlNnpqr -e a=b", CTL_NOTHING, BOOT, 0, -1, false, NULL },
	{ "reboot -k kernel -o ro", CTL_ASK, BOOT, NO, -1, false, NULL },
	{ "telinit 0", CTL_ASK, POWER, NO, -1, false, NULL },
	{ "init 6", CTL_ASK, BOOT, NO, -1, false, NULL },
	{ "telinit -t 5 6", CTL_ASK, BOOT, NO, -1, false, NULL },
	{ "telinit --no-wall 0", CTL_ASK, POWER, NO, -1, true, NULL },
	{ "telinit 2", CTL_NOTHING, REQUEST_NONE, NO, -1, false, NULL },
	{ "init 9", CTL_NOTHING, REQUEST_NONE, NO, -1, false, NULL },
	{ "telinit q", CTL_NOTHING, REQUEST_NONE, NO, -1, false, NULL },
	{ "telinit U", CTL_NOTHING, REQUEST_NONE, NO, -1, false, NULL },
	{ "init c", CTL_NOTHING, REQUEST_NONE, NO, -1, false, NULL },
	{ "telinit -e A=1", CTL_NOTHING, REQUEST_NONE, NO, -1, false, NULL },
	{ "jailctl halt", CTL_ASK, HALT, NO, -1, false, NULL },
	{ "jailctl poweroff 0", CTL_ASK, POWER, 0, -1, false, NULL },
	{ "jailctl reboot 30", CTL_ASK, BOOT, 30, -1, false, NULL },
	{ "jailctl halt 999999999", CTL_ASK, HALT, 999999999, -1, false,
	    NULL },
	{ "jailctl exit 0", CTL_ASK, EXIT, NO, -1, false, NULL },
	{ "jailctl exit 3 30", CTL_ASK, EXIT, 30, -1, false, NULL },
	{ "jailctl status", CTL_STATUS, REQUEST_NONE, NO, -1, false, NULL },
	{ "jailctl ready", CTL_READY, REQUEST_NONE, NO, -1, false, NULL },
	{ "jailctl -f s -c /c ready", CTL_READY, REQUEST_NONE, NO, -1, false,
	    NULL },
	{ "jailctl -c /c -- halt 5", CTL_ASK, HALT, 5, -1, false, NULL },
	{ "jailctl -c /c halt 5", CTL_ASK, HALT, 5, -1, false, NULL },
	{ "jailctl -c /c shutdown -r +5", CTL_SCHEDULE, BOOT, NO, 300, false,
	    NULL },
	{ "jailctl wait", CTL_WAIT, REQUEST_NONE, NO, -1, false, NULL },
	{ "jailctl cancel", CTL_CANCEL, REQUEST_NONE, NO, -1, false, NULL },
	{ "jailctl request backup", CTL_REQUEST, REQUEST_NONE, NO, -1, false,
	    "backup" },
	{ "jailctl -n request backup", CTL_REQUEST, REQUEST_NONE, NO, -1,
	    false, "backup" },
	{ "jailctl request backup -n", CTL_REQUEST, REQUEST_NONE, NO, -1,
	    false, "backup" },
	{ "jailctl shutdown -r +5", CTL_SCHEDULE, BOOT, NO, 300, false,
	    NULL },
	{ "jailctl shutdown +5 -r", CTL_SCHEDULE, BOOT, NO, 300, false,
	    NULL },
	{ "jailctl shutdown -c no", CTL_CANCEL, POWER, NO, -1, false, "no" },
	{ "shutdown", CTL_SCHEDULE, POWER, NO, 60, false, NULL },
	{ "shutdown -h", CTL_SCHEDULE, HALT, NO, 60, false, NULL },
	{ "shutdown now", CTL_ASK, POWER, NO, 0, false, NULL },
	{ "shutdown +0", CTL_ASK, POWER, NO, 0, false, NULL },
	{ "shutdown 0", CTL_ASK, POWER, NO, 0, false, NULL },
	{ "shutdown -h now", CTL_ASK, HALT, NO, 0, false, NULL },
	{ "shutdown -H now", CTL_ASK, HALT, NO, 0, false, NULL },
	{ "shutdown -P -h now", CTL_ASK, POWER, NO, 0, false, NULL },
	{ "shutdown -h -P now", CTL_ASK, POWER, NO, 0, false, NULL },
	{ "shutdown -hP now", CTL_ASK, POWER, NO, 0, false, NULL },
	{ "shutdown -h -H now", CTL_ASK, HALT, NO, 0, false, NULL },
	{ "shutdown -H -h now", CTL_ASK, HALT, NO, 0, false, NULL },
	{ "shutdown -h -r now", CTL_ASK, BOOT, NO, 0, false, NULL },
	{ "shutdown -akrFnqQ now", CTL_WARN, BOOT, NO, 0, false, NULL },
	{ "shutdown - now", CTL_ASK, POWER, NO, 0, false, NULL },
	{ "shutdown -p now", CTL_ASK, POWER, NO, 0, false, NULL },
	{ "shutdown -P now bye", CTL_ASK, POWER, NO, 0, false, "bye" },
	{ "shutdown -r now", CTL_ASK, BOOT, NO, 0, false, NULL },
	{ "shutdown now -r", CTL_ASK, BOOT, NO, 0, false, NULL },
	{ "shutdown +5 -r", CTL_SCHEDULE, BOOT, NO, 300, false, NULL },
	{ "shutdown -r 5", CTL_SCHEDULE, BOOT, NO, 300, false, NULL },
	{ "shutdown -r +2h off home", CTL_SCHEDULE, BOOT, NO, 7200, false,
	    "off" },
	{ "shutdown -r +2h -- -bye-", CTL_SCHEDULE, BOOT, NO, 7200, false,
	    "-bye-" },
	{ "shutdown -k +1", CTL_WARN, POWER, NO, 60, false, NULL },
	{ "shutdown -k now", CTL_WARN, POWER, NO, 0, false, NULL },
	{ "shutdown -r -k now", CTL_WARN, BOOT, NO, 0, false, NULL },
	{ "shutdown -c", CTL_CANCEL, POWER, NO, -1, false, NULL },
	{ "shutdown -c no need", CTL_CANCEL, POWER, NO, -1, false, "no" },
	{ "shutdown --show", CTL_SHOW, POWER, NO, -1, false, NULL },
	{ "shutdown --no-wall -h +5", CTL_SCHEDULE, HALT, NO, 300, true,
	    NULL },
	{ "shutdown -a -t 5 -f -h now", CTL_ASK, HALT, NO, 0, false, NULL },
	{ "shutdown -o -n -p now", CTL_ASK, POWER, NO, 0, false, NULL },
};

static bool
is_good(const struct good *g)
{
	char buf[256], *argv[ARGV_MAX];
	const char *name, *rest;
	struct ctl c;
	int argc;

	name = words_split(g->line, buf, sizeof(buf), argv, &argc);
	ctl_parse(&c, name, argc, argv, NOW);
	rest = c.name != NULL ? c.name : c.message != NULL ? *c.message :
	    NULL;
	return (c.what == g->what && c.verb == g->verb &&
	    c.no_wait == (strstr(g->line, "jailctl") != NULL &&
	    strstr(g->line, "-n") != NULL) &&
	    c.delay_s == (strstr(g->line, "-d 5") != NULL ? 5 : 0) &&
	    c.exit_status == (strstr(g->line, "exit 3") != NULL ? 3 : 0) &&
	    c.budget_s == g->budget_s && c.no_wall == g->no_wall &&
	    strcmp(c.ctl, strstr(g->line, "-c /c ") != NULL ? "/c" :
	    PATH_CTL) == 0 &&
	    strcmp(c.status, strstr(g->line, "-f s ") != NULL ? "s" :
	    PATH_STATUS) == 0 &&
	    c.warns == (strstr(g->line, "shutdown") != NULL) &&
	    (g->when_s == -1 || (c.when.relative && c.when.s == g->when_s)) &&
	    (rest == NULL) == (g->rest == NULL) &&
	    (rest == NULL || strcmp(rest, g->rest) == 0));
}

/* One after another, so that getopt(3) must begin anew each time. */
static void
test_good_lines(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < SIZEOF(goods); i++)
		if (!is_good(&goods[i]))
			fail_msg("%s", goods[i].line);
}

static bool to_stderr = true;		/* is that read, too? */

/* Calls ctl_parse() in a child.  Returns its exit status, -1 if ctl_parse()
 * returned, and what it wrote in said. */
static int
parse_exits(const char *line, char *said, size_t size)
{
	char buf[256], *argv[ARGV_MAX];
	const char *name;
	struct ctl c;
	int argc, p[2], st;
	ssize_t n, used = 0;
	pid_t pid;

	assert_int_equal(pipe(p), 0);
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)dup2(p[1], 1);
		if (to_stderr)
			(void)dup2(p[1], 2);
		close(p[0]);
		close(p[1]);
		name = words_split(line, buf, sizeof(buf), argv, &argc);
		ctl_parse(&c, name, argc, argv, NOW);
		exit(255);
	}
	close(p[1]);
	while ((n = read(p[0], said + used, size - 1 - (size_t)used)) > 0)
		used += n;
	said[used] = '\0';
	close(p[0]);
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_true(WIFEXITED(st));
	return (WEXITSTATUS(st) == 255 ? -1 : WEXITSTATUS(st));
}

static void
test_bad_lines(void **state)
{
	static const struct {
		const char *line;
		const char *said;
	} t[] = {
		{ "halt later", "halt: later: nothing is to be named here\n" },
		{ "halt now now", "halt: now: nothing is to be named here\n" },
		{ "halt -z", "halt: -z: no such option\nusage: halt [-fpqr]" },
		{ "halt a\nb\033[m\177", "halt: a?b?[m?: nothing is to be" },
		{ "reboot -k", "reboot: -k: wants an argument\n" },
		{ "halt --forceful", "halt: --forceful: no such option\n" },
		{ "poweroff --force=1", "poweroff: " },
		{ "shutdown -z", "shutdown: -z: no such option\n"
		    "usage: shutdown [-] [-h | -p | -r | -k]" },
		{ "shutdown -t", "shutdown: -t: wants an argument\n" },
		{ "shutdown -K", "shutdown: -K: no such option" },
		{ "reboot --when=+5", "reboot: --when=+5: no such option" },
		{ "halt -d 5 x", "halt: x: nothing is to be named here\n" },
		{ "halt 5", "halt: 5: nothing is to be named here\n" },
		{ "telinit", "telinit: level: none is given\n" },
		{ "init 10", "init: 10: no such run level\n" },
		{ "init 06", "init: 06: no such run level\n" },
		{ "telinit x", "telinit: x: no such run level\n" },
		{ "telinit -e", "telinit: -e: wants an argument\n" },
		{ "init 0 6", "init: 6: one word too many\n" },
		{ "jailctl -n halt", "jailctl: -n: goes with request\n" },
		{ "jailctl request -n", "jailctl: request: of which name?\n" },
		{ "shutdown -h soon", "shutdown: soon: not a time: now, " },
		{ "shutdown -h 25:00", "shutdown: 25:00: not a time" },
		{ "shutdown --bogus", "shutdown: --bogus: no such option\n" },
		{ "shutdown now -z", "shutdown: -z: no such option\n" },
		{ "jailctl", "jailctl: command: none is given\nusage: " },
		{ "jailctl bogus", "jailctl: bogus: no such command\n" },
		{ "jailctl -x", "jailctl: -x: no such option\n" },
		{ "jailctl -x halt", "jailctl: -x: no such option\n" },
		{ "jailctl --halt", "jailctl: --halt: no such option\n" },
		{ "jailctl ready -f", "ready: one word too many\n" },
		{ "jailctl run", "jailctl: run: no such command\n" },
		{ "jailctl none", "jailctl: none: no such command\n" },
		{ "jailctl -c", "jailctl: -c: wants an argument\n" },
		{ "jailctl -c x -f", "jailctl: -f: wants an argument\n" },
		{ "jailctl -c x", "jailctl: command: none is given\n" },
		{ "jailctl ready now", "ready: one word too many\n" },
		{ "jailctl request", "jailctl: request: of which name?\n" },
		{ "jailctl request a b", "request: one word too many\n" },
		{ "jailctl status now", "status: one word too many\n" },
		{ "jailctl halt soon", "jailctl: soon: not a number of sec" },
		{ "jailctl halt -1", "jailctl: -1: not a number of seconds" },
		{ "jailctl halt 5 6", "jailctl: 6: one word too many\n" },
		{ "jailctl exit", "jailctl: exit: with which status? 0 to" },
		{ "jailctl exit x", "jailctl: x: not an exit status, 0 to" },
		{ "jailctl exit 256", "jailctl: 256: not an exit status" },
		{ "jailctl exit -1", "jailctl: -1: not an exit status" },
		{ "jailctl exit 1 soon", "jailctl: soon: not a number of s" },
		{ "jailctl exit 1 2 3", "jailctl: 3: one word too many\n" },
		{ "exit 3", "jailctl: 3: no such command\n" },
		{ "jailctl shutdown -h x", "shutdown: x: not a time" },
	};
	char said[2048];
	size_t i;
	int e;

	(void)state;
	for (i = 0; i < SIZEOF(t); i++) {
		e = parse_exits(t[i].line, said, sizeof(said));
		if (e != EX_USAGE || strstr(said, t[i].said) == NULL ||
		    strstr(said, "usage: ") == NULL)
			fail_msg("%s: %d\n%s", t[i].line, e, said);
	}
}

/* On standard output alone. */
static void
test_help(void **state)
{
	static const char *const lines[] = { "halt --help", "reboot -l --help",
	    "shutdown --help", "shutdown -a --help", "jailctl --help",
	    "jailctl -c x --help", "jailctl -h", "jailctl shutdown --help",
	    "init -h", "telinit --help", "telinit -W -h" };
	static const char *const versions[] = { "jailctl -V",
	    "jailctl --version", "halt -V", "reboot --version", "shutdown -V",
	    "shutdown --version", "telinit -V", "init --version" };
	char said[2048];
	size_t i;

	(void)state;
	to_stderr = false;
	for (i = 0; i < SIZEOF(lines); i++) {
		assert_int_equal(parse_exits(lines[i], said, sizeof(said)), 0);
		assert_ptr_equal(strstr(said, "usage: "), said);
	}
	for (i = 0; i < SIZEOF(versions); i++) {
		assert_int_equal(parse_exits(versions[i], said, sizeof(said)),
		    0);
		assert_string_equal(said, "jailctl 0\n");
	}
	to_stderr = true;
	/* a jail has none, but that is no mistake of who types it */
	assert_int_equal(parse_exits("telinit S", said, sizeof(said)),
	    EX_UNAVAILABLE);
	assert_string_equal(said,
	    "telinit: S: a jail has no single-user mode\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_relative),
		cmocka_unit_test(test_absolute),
		cmocka_unit_test(test_bad_times),
		cmocka_unit_test(test_this_second),
		cmocka_unit_test(test_zones),
		cmocka_unit_test(test_good_lines),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_help),
	};

	return (cmocka_run_group_tests_name("ctl", tests, setup, NULL));
}
