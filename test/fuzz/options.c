/* SPDX-License-Identifier: BSD-2-Clause */
/* Any command line of jailinit, jailctl and jailkill is a usage error, told
 * in a line, or asks for what their files say they can be asked for.  Nothing
 * is done about it: who executes, signals or opens is not linked. */
#include <err.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sysexits.h>

#include "fuzz.h"
#include "ctl/options.h"
#include "ctl/users.h"
#include "ctl/wall.h"
#include "init/signals.h"
#include "lib/fd.h"

/* jailkill's options are its own. */
#define options		kill_options
#define options_parse	kill_options_parse
#define main		jailkill_main
#define signals_ignore	kill_signals_ignore
#include "kill/options.c"
#include "kill/main.c"
#undef options
#undef signals_ignore
#undef options_parse
#include "init/dropin.h"
#include "init/environment.h"
#include "init/options.h"

#define ARGS_MAX	16
#define ARG_MAX		300
#define YEAR_S		(366LL * 24 * 60 * 60)
#define CLOCK_MAX_S	(1LL << 36)

/* In place of exit(3), as the compiler is told: -Dexit= -D_exit= */
static jmp_buf begun;
static char *said;		/* on standard error */
static size_t said_n;
static FILE *said_file;
static bool machine, walled, one_line;

_Noreturn void
fuzz_exit(int status)
{
	MUST(!machine);		/* which may not end */
	longjmp(begun, status + 1);
}

/*
 * What the parsers ask of others.
 */
ssize_t
fd_write(int fd, const void *buf, size_t n)
{
	(void)fwrite(buf, 1, n, fd == STDERR_FILENO ? said_file : stdout);
	return ((ssize_t)n);
}

void
signals_init(bool all)
{
	(void)all;
}

bool
os_is_machine(void)
{
	return (machine);
}

void
signals_keep(void)
{
}

uint64_t
os_self_id(void)
{
	return (0);
}

bool
os_is_reaper(void)
{
	return (false);
}

/* What users see: plain text, and between the lines what is wanted there. */
void
wall(const char *text)
{
	walled = true;
	MUST(strncmp(text, "\r\n\a*** ", 7) == 0);
	for (text += 3; *text != '\0'; text++)
		MUST((*text >= ' ' && *text <= '~') || *text == '\n' ||
		    (*text == '\r' && text[1] == '\n'));
	MUST(text[-1] == '\n');
}

/*
 * A mistake.
 */

/* "who: what: why", of what makes no sense too, then how it is used; of
 * jailkill's names a line alone. */
static void
is_usage(const char *text)
{
	const char *p, *usage = strstr(text, "\nusage: ");

	if (usage == NULL && one_line)
		usage = strrchr(text, '\n');
	MUST(usage != NULL);
	for (p = text; *p != '\0'; p++)
		MUST(*p == '\n' || (*p >= ' ' && *p <= '~') || *p < 0);
	for (p = text; p <= usage; p = strchr(p, '\n') + 1)
		MUST(strcspn(p, ":") < strcspn(p, "\n"));
	for (; *p != '\0'; p = strchr(p, '\n') + 1)
		MUST((*p == ' ' || strncmp(p, "usage: ", 7) == 0) &&
		    strchr(p, '\n') != NULL);
}

/* What a parser said when it ended by itself. */
static void
is_end(int status)
{
	(void)fflush(said_file);
	MUST(status == EX_OK || status == EX_USAGE || status == 1 ||
	    status == EX_UNAVAILABLE);
	if (status == EX_USAGE || status == 1)
		is_usage(said);
	else if (status == EX_UNAVAILABLE)
		MUST(strstr(said, "a jail has no single-user mode\n") != NULL);
	else	/* help, the version, or the license */
		MUST(strstr(said, "usage: ") != NULL ||
		    strstr(said, VERSION) != NULL ||
		    strstr(said, "BSD-2-Clause\n") != NULL);
}

/*
 * What can be asked for.
 */
static void
is_seconds(int64_t ms)
{
	MUST(ms >= 0 && ms <= REQUEST_SECONDS_MAX * INT64_C(1000));
	MUST(ms % 1000 == 0);
}

static void
is_path(const char *path, const char *none, bool absolute)
{
	if (path != NULL)
		MUST(*path != '\0' && (!absolute || *path == '/' ||
		    strcmp(path, none) == 0));
}

static void
is_signal(const char *arg)
{
	int sig = signame_number(arg);

	MUST(sig >= -1 && sig <= sys_signal_max);
	if (sig > 0)
		MUST(signame_number(signame_name(sig)) == sig);
}

static void
init_options(char **argv)
{
	struct options o;
	bool by_name;
	int sig;

	/* Words of a command are options, too: nothing ends it for them. */
	if (argv[1] != NULL && strcmp(argv[1], "--") == 0 && argv[2] != NULL)
		MUST(setenv(ENVIRONMENT_OPTIONS, argv[2], 1) == 0);
	by_name = dropin_parse(&o, argv);
	if (!by_name)
		options_parse(&o, argv);
	MUST(getenv(ENVIRONMENT_OPTIONS) == NULL || o.pause);
	MUST(!o.pause || by_name);
	MUST(by_name || (!o.passes && o.cannot_exec == 0));
	for (sig = 1; sig <= sys_signal_max; sig++)
		MUST(options_signal(&o, sig) >= 0 &&
		    options_signal(&o, sig) <= sys_signal_max);
	MUST(o.parent_signal >= 0 && o.parent_signal <= sys_signal_max);
	if (by_name) {
		MUST(!machine && (o.pause || o.command[0] != NULL));
		return;
	}
	is_seconds(o.limits.shutdown_ms);
	is_seconds(o.limits.term_ms);
	is_seconds(o.limits.kill_ms);
	is_seconds(o.job_ms);
	if (o.limits.budget_ms != REQUEST_NO_BUDGET)
		is_seconds(o.limits.budget_ms);
	MUST(o.ready_fd == -1 || o.ready_fd >= 3);
	MUST(o.stop_signal >= 1 && o.stop_signal <= sys_signal_max);
	MUST(o.leave <= LEAVE_REBOOT);
	is_path(o.ctl, "none", o.command == NULL);
	is_path(o.status, "none", o.command == NULL);
	is_path(o.rc_shutdown, "/", o.command == NULL);
	is_path(o.rc, "/", o.command == NULL);
	if (o.command == NULL)
		MUST(o.rc != NULL && o.rc_shutdown != NULL);
	else	/* where -r is a mistake, which a machine is told of */
		MUST(o.command[0] != NULL && strcmp(o.command[-1], "--") ==
		    0 && (o.rc == NULL || machine));
}

static void
jailkill_options(int argc, char **argv)
{
	struct kill_options o = { 0 };
	struct request rq;
	const char *name;
	bool comma;
	int i;

	one_line = true;
	kill_options_parse(&o, argc, argv);
	name = argv[optind];
	MUST(o.sig >= -1 && o.sig <= sys_signal_max);
	MUST(o.verb <= REQUEST_RUN);
	MUST((o.verb != REQUEST_NONE) + (o.sig != -1) + o.list <= 1);
	MUST(!o.json || o.list || o.verb != REQUEST_NONE || o.sig != -1);
	MUST((o.verb == REQUEST_RUN) == (o.name != NULL));
	if (o.name != NULL)
		MUST(naive_parse(o.name, strlen(o.name), &rq) == REQUEST_OK &&
		    rq.verb == REQUEST_RUN && rq.id == REQUEST_NO_ID);
	if (o.limit_ms != -1) {
		is_seconds(o.limit_ms);
		MUST(o.verb >= REQUEST_HALT && o.verb <= REQUEST_RUN);
	}
	MUST(o.which != FIND_NAMED || name != NULL);
	for (i = optind; i < argc; i++) {
		comma = strcmp(argv[i], ",") == 0;
		if (comma)
			MUST(o.verb >= REQUEST_HALT && o.verb < REQUEST_RUN &&
			    i < argc - 1 && strcmp(argv[i + 1], ",") != 0);
		MUST(comma || strchr(argv[i], '/') != NULL ||
		    strchr(argv[i], ',') == NULL);
		MUST(i > optind || comma == (o.which != FIND_NAMED));
	}
	MUST(o.which != FIND_ALL || o.list);
	MUST(look_ms(&o) >= LOOK_MIN_MS && look_ms(&o) <= LOOK_LIMIT_MS);
}

static int
two(const char *digits)
{
	return ((digits[0] - '0') * 10 + digits[1] - '0');
}

/* TZ is UTC0, test/fuzz/run. */
static void
is_when(const struct when *w, const char *text, int64_t now)
{
	bool colon = strchr(text, ':') != NULL;
	const char *end = text + strlen(text);
	time_t t = (time_t)w->s;
	struct tm tm;

	if (w->relative) {
		MUST(w->s >= 0 && w->s <= YEAR_S);
		return;
	}
	MUST(w->s >= now - 60 && w->s - now <= YEAR_S);
	MUST(end - text >= 4 && gmtime_r(&t, &tm) != NULL);
	MUST(tm.tm_sec == 0 && tm.tm_min == two(end - 2));
	MUST(tm.tm_hour == (colon ? atoi(text) : two(end - 4)));
	if (end - text >= 6)
		MUST(tm.tm_mday == two(end - 6));
	if (end - text >= 8)
		MUST(tm.tm_mon + 1 == two(end - 8));
	if (end - text >= 10)
		MUST(tm.tm_year % 100 == two(end - 10));
}

static void
ctl_options(const char *name, int argc, char **argv, int64_t now)
{
	struct ctl c;

	ctl_parse(&c, name, argc, argv, (time_t)now);
	MUST(c.what <= CTL_NOTHING && c.verb <= REQUEST_EXIT);
	MUST(c.exit_status >= 0 && c.exit_status <= 255);
	MUST(c.verb == REQUEST_EXIT || c.exit_status == 0);
	MUST(c.budget_s >= -1 && c.budget_s <= REQUEST_SECONDS_MAX);
	MUST(c.what > CTL_WARN || c.verb != REQUEST_NONE);
	MUST((c.what == CTL_REQUEST) == (c.name != NULL));
	MUST(!c.no_wait || c.what == CTL_REQUEST);
	MUST(c.delay_s >= 0 && c.delay_s <= REQUEST_SECONDS_MAX);
	if (c.what == CTL_SCHEDULE)
		MUST(!c.when.relative || c.when.s > 0);
	if (c.what == CTL_SCHEDULE || c.what == CTL_WARN)
		MUST(c.when.s >= 0);
	walled = false;
	users_warn(&c, 0);
	MUST(walled == !c.no_wall);
}

static void
when(const char *text, int64_t now)
{
	struct when w;

	if (when_parse(&w, text, (time_t)now))
		is_when(&w, text, now);
}

/* As the program's first: what getopt(3) kept of one that was left is
 * forgotten. */
static void
program(uint8_t which, int argc, char **argv, int64_t now)
{
	static const char *const names[] = { "jailctl", "halt", "poweroff",
	    "reboot", "shutdown", "telinit" };
	static const char *const inits[] = { "jailinit", "/bin/tini",
	    "dumb-init", "catatonit" };
	char *none[] = { argv[0], NULL };

	optind = 0;
	(void)getopt(1, none, "");
	optind = 1;
	argv[0] = (char *)(uintptr_t)inits[which / 9 % 4];
	which %= 9;
	machine = which == 1;
	if (which < 2)
		init_options(argv);
	else if (which == 2)
		jailkill_options(argc, argv);
	else
		ctl_options(names[which - 3], argc, argv, now);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *args[ARGS_MAX + 1], *argv[ARGS_MAX + 1];
	static FILE *out, *err;
	static int argc, i;
	struct input in = { data, size };
	char arg[ARG_MAX];
	uint8_t which = take(&in);
	int64_t now = take_number(&in) & (CLOCK_MAX_S - 1);
	int status;

	args[0] = strdup("x");
	for (argc = 1; argc < ARGS_MAX && in.left > 0; argc++) {
		take_text(&in, arg, sizeof(arg));
		args[argc] = strdup(arg);
		MUST(args[argc] != NULL);
		is_signal(arg);
		when(arg, now);
	}
	args[argc] = NULL;
	memcpy(argv, args, sizeof(argv));	/* getopt(3) sorts */
	out = stdout;
	err = stderr;
	said_file = open_memstream(&said, &said_n);
	MUST(said_file != NULL);
	stdout = stderr = said_file;
	one_line = false;
	status = setjmp(begun);
	if (status == 0)
		program(which, argc, argv, now);
	stdout = out;
	stderr = err;
	if (status != 0)
		is_end(status - 1);
	(void)fclose(said_file);
	free(said);
	for (i = 0; i < argc; i++)
		free(args[i]);
	return (0);
}
