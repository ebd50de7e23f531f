/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of options: jailctl's own, and those that FreeBSD and Linux have
 * for halt, poweroff, reboot and shutdown. */
#include "core/request.h"

#include "syntax.h"

static const char no_disk[] = "a jail has no disks of its own to sync";
static const char no_kernel[] = "a jail has no kernel of its own";
static const char no_fsck[] = "a jail has no disks of its own to check";

/* halt(8) and reboot(8) of FreeBSD; halt(8) of systemd and sysvinit. */
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
	{ 'D', EFFECT_NONE, 0, no_kernel },
	{ 'd', EFFECT_NONE, 0, no_kernel },
	{ 'k', EFFECT_NONE, 0, no_kernel },
	{ 'e', EFFECT_NONE, 0, no_kernel },
	{ 'i', EFFECT_NONE, 0, "a jail's interfaces are the host's" },
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
	{ "wtmp-only", no_argument, NULL, 'w' },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 }
};

static const char *const halt_forms[] = {
	"[-fpq] [-cDdeilNnrWw] [-k kernel] [--force] [--halt]\n"
	"           [--no-sync] [--no-wall] [--poweroff] [--reboot] "
	"[--wtmp-only] [now]",
	"--help",
	NULL
};

const struct syntax syntax_halt = { halt_forms, ":cDdek:filNnpqrwW",
    halt_longs, halt_meanings };

/* shutdown(8) of FreeBSD, systemd and sysvinit. */
static const struct meaning shutdown_meanings[] = {
	{ 'h', EFFECT_VERB, REQUEST_HALT, NULL },
	{ 'H', EFFECT_VERB, REQUEST_HALT, NULL },
	{ 'p', EFFECT_VERB, REQUEST_POWEROFF, NULL },
	{ 'P', EFFECT_VERB, REQUEST_POWEROFF, NULL },
	{ 'r', EFFECT_VERB, REQUEST_REBOOT, NULL },
	{ 'k', EFFECT_DO, CTL_WARN, NULL },
	{ 'c', EFFECT_DO, CTL_CANCEL, NULL },
	{ 'S', EFFECT_DO, CTL_SHOW, NULL },
	{ 'W', EFFECT_NO_WALL, 0, NULL },
	{ 'a', EFFECT_NONE, 0, NULL },
	{ 't', EFFECT_NONE, 0, "how long processes have is jailinit's -t" },
	{ 'f', EFFECT_NONE, 0, no_fsck },
	{ 'F', EFFECT_NONE, 0, no_fsck },
	{ 'o', EFFECT_NONE, 0, "it is always jailinit that is asked" },
	{ 'n', EFFECT_NONE, 0, no_disk },
	{ 0, EFFECT_NONE, 0, NULL }
};

static const struct option shutdown_longs[] = {
	{ "halt", no_argument, NULL, 'H' },
	{ "poweroff", no_argument, NULL, 'P' },
	{ "reboot", no_argument, NULL, 'r' },
	{ "no-wall", no_argument, NULL, 'W' },
	{ "show", no_argument, NULL, 'S' },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 }
};

static const char *const shutdown_forms[] = {
	"[-h | -p | -r | -k] [-aFfHnoPW] [-t seconds]\n"
	"                [--halt | --poweroff | --reboot] [--no-wall]\n"
	"                [time [warning ...]]",
	"-c [--no-wall] [warning ...]",
	"-S | --show | --help",
	NULL
};

const struct syntax syntax_shutdown = { shutdown_forms, ":acfFhHknopPrSt:W",
    shutdown_longs, shutdown_meanings };

static const struct meaning jailctl_meanings[] = {
	{ 'c', EFFECT_CTL_PATH, 0, NULL },
	{ 'f', EFFECT_STATUS_PATH, 0, NULL },
	{ 'V', EFFECT_VERSION, 0, NULL },
	{ 0, EFFECT_NONE, 0, NULL }
};

static const struct option jailctl_longs[] = {
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 }
};

static const char *const jailctl_forms[] = {
	"[-c path] halt | poweroff | reboot [seconds]",
	"[-c path] request name",
	"[-c path] shutdown ...",
	"[-f path] ready | status | wait",
	"cancel",
	"-V | --help",
	NULL
};

/* "+": options end at the command, whose own may follow it. */
const struct syntax syntax_jailctl = { jailctl_forms, "+:c:f:V",
    jailctl_longs, jailctl_meanings };
