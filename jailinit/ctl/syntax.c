/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of options: jailctl's own, and those that FreeBSD and Linux have
 * for halt, poweroff, reboot, shutdown, init and telinit. */
#include "syntax.h"

static const char no_disk[] = "a jail has no disks of its own";
static const char no_kernel[] = "a jail has no kernel of its own";
static const char no_level[] = "a jail has only one run level";
static const char no_table[] = "a jail has no inittab";
static const char term_time[] = "how long processes have is jailinit's -t";
static const char warn_times[] = "users are warned at the usual times";

/* halt(8) and reboot(8) of FreeBSD, busybox, systemd and sysvinit. */
static const struct meaning halt_meanings[] = {
	{ 'f', EFFECT_AT_ONCE, 0, NULL },
	{ 'q', EFFECT_AT_ONCE, 0, NULL },
	{ 'p', EFFECT_VERB, REQUEST_POWEROFF, NULL },
	{ 'r', EFFECT_VERB, REQUEST_REBOOT, NULL },
	{ 'H', EFFECT_VERB, REQUEST_HALT, NULL },
	{ 'W', EFFECT_NO_WALL, 0, NULL },
	{ 'l', EFFECT_NONE, 0, NULL },
	{ 'n', EFFECT_NONE, 0, no_disk },
	{ 'N', EFFECT_NONE, 0, no_disk },
	{ 'h', EFFECT_NONE, 0, no_disk },
	{ 'd', EFFECT_DELAY, 0, NULL },
	{ 'D', EFFECT_NONE, 0, no_kernel },
	{ 'k', EFFECT_NONE, 0, no_kernel },
	{ 'e', EFFECT_NONE, 0, no_kernel },
	{ 'o', EFFECT_NONE, 0, no_kernel },
	{ 'i', EFFECT_NONE, 0, "a jail's interfaces are the host's" },
	{ 'V', EFFECT_VERSION, 0, NULL },
	{ OPT_HELP, EFFECT_HELP, 0, NULL },
	{ 'c', EFFECT_DO, CTL_NOTHING, "a jail has no power of its own" },
	{ 'w', EFFECT_DO, CTL_NOTHING, "only a record would be written" },
	{ 0, EFFECT_NONE, 0, NULL }
};

static const struct option halt_longs[] = {
	{ "force", no_argument, NULL, 'f' },
	{ "halt", no_argument, NULL, 'H' },
	{ "poweroff", no_argument, NULL, 'p' },
	{ "reboot", no_argument, NULL, 'r' },
	{ "no-sync", no_argument, NULL, 'n' },
	{ "no-wall", no_argument, NULL, 'W' },
	{ "no-wtmp", no_argument, NULL, 'd' },
	{ "wtmp-only", no_argument, NULL, 'w' },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

static const char *const halt_forms[] = {
	"[-fpqr] [-cDhilNnWw] [-d [seconds]] [-e variable] [-k kernel]\n"
	"           [-o options] [--force] [--halt] [--no-sync] [--no-wall]\n"
	"           [--no-wtmp] [--poweroff] [--reboot] [--wtmp-only] [now]",
	"-V | --help | --version",
	NULL
};

const struct syntax syntax_halt = { halt_forms, ":cDde:hk:filNno:pqrVwW",
    halt_longs, halt_meanings };

/* shutdown(8) of FreeBSD, systemd and sysvinit. */
static const struct meaning shutdown_meanings[] = {
	{ 'h', EFFECT_HALT, REQUEST_HALT, NULL },
	{ 'H', EFFECT_VERB, REQUEST_HALT, NULL },
	{ 'p', EFFECT_VERB, REQUEST_POWEROFF, NULL },
	{ 'P', EFFECT_VERB, REQUEST_POWEROFF, NULL },
	{ 'r', EFFECT_VERB, REQUEST_REBOOT, NULL },
	{ 'k', EFFECT_DO, CTL_WARN, NULL },
	{ 'c', EFFECT_DO, CTL_CANCEL, NULL },
	{ 'S', EFFECT_DO, CTL_SHOW, NULL },
	{ 'W', EFFECT_NO_WALL, 0, NULL },
	{ 'a', EFFECT_NONE, 0, NULL },
	{ 't', EFFECT_NONE, 0, term_time },
	{ 'q', EFFECT_NONE, 0, warn_times },
	{ 'Q', EFFECT_NONE, 0, warn_times },
	{ 'f', EFFECT_NONE, 0, no_disk },
	{ 'F', EFFECT_NONE, 0, no_disk },
	{ 'o', EFFECT_NONE, 0, "it is always jailinit that is asked" },
	{ 'n', EFFECT_NONE, 0, no_disk },
	{ 'V', EFFECT_VERSION, 0, NULL },
	{ OPT_HELP, EFFECT_HELP, 0, NULL },
	{ 0, EFFECT_NONE, 0, NULL }
};

static const struct option shutdown_longs[] = {
	{ "halt", no_argument, NULL, 'H' },
	{ "poweroff", no_argument, NULL, 'P' },
	{ "reboot", no_argument, NULL, 'r' },
	{ "no-wall", no_argument, NULL, 'W' },
	{ "show", no_argument, NULL, 'S' },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

static const char *const shutdown_forms[] = {
	"[-] [-h | -p | -r | -k] [-aFfHnoPQqW] [-t seconds]\n"
	"                [--halt | --poweroff | --reboot] [--no-wall]\n"
	"                [time [warning ...]]",
	"-c [--no-wall] [warning ...]",
	"-S | -V | --help | --show | --version",
	NULL
};

const struct syntax syntax_shutdown = { shutdown_forms, ":acfFhHknopPqQrSt:VW",
    shutdown_longs, shutdown_meanings };

/* init(8) and telinit(8) of FreeBSD, systemd and sysvinit. */
static const struct meaning telinit_meanings[] = {
	{ 'e', EFFECT_DO, CTL_NOTHING, "jailinit keeps no variables" },
	{ 't', EFFECT_NONE, 0, term_time },
	{ 'W', EFFECT_NO_WALL, 0, NULL },
	{ 'h', EFFECT_HELP, 0, NULL },
	{ 'V', EFFECT_VERSION, 0, NULL },
	{ 0, EFFECT_NONE, 0, NULL }
};

static const struct option telinit_longs[] = {
	{ "no-wall", no_argument, NULL, 'W' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

static const char *const telinit_forms[] = {
	"[-W] [-t seconds] [--no-wall] level",
	"-e variable",
	"-h | -V | --help | --version",
	NULL
};

const struct syntax syntax_telinit = { telinit_forms, ":e:ht:VW",
    telinit_longs, telinit_meanings };

const struct level syntax_levels[] = {
	{ "0", REQUEST_POWEROFF, false, NULL },
	{ "6", REQUEST_REBOOT, false, NULL },
	{ "1sS", REQUEST_NONE, true, "a jail has no single-user mode" },
	{ "2345789", REQUEST_NONE, false, no_level },
	{ "aAbBcCqQ", REQUEST_NONE, false, no_table },
	{ "uU", REQUEST_NONE, false, "jailinit begins anew at a reboot" },
	{ NULL, REQUEST_NONE, false, NULL }
};

static const struct meaning jailctl_meanings[] = {
	{ 'c', EFFECT_CTL_PATH, 0, NULL },
	{ 'f', EFFECT_STATUS_PATH, 0, NULL },
	{ 'n', EFFECT_NO_WAIT, 0, NULL },
	{ 'h', EFFECT_HELP, 0, NULL },
	{ 'V', EFFECT_VERSION, 0, NULL },
	{ 0, EFFECT_NONE, 0, NULL }
};

static const struct option jailctl_longs[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

static const char *const jailctl_forms[] = {
	"[-c path] halt | poweroff | reboot [seconds]",
	"[-c path] exit status [seconds]",
	"[-n] [-c path] [-f path] request name",
	"[-c path] shutdown ...",
	"[-f path] ready | status | wait",
	"cancel",
	"-h | -V | --help | --version",
	NULL
};

/* "+": options end at the command, whose own may follow it. */
const struct syntax syntax_jailctl = { jailctl_forms, "+:c:f:hnV",
    jailctl_longs, jailctl_meanings };
