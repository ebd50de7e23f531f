/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is measured, each as its users start it.  Touches nothing. */
#include <signal.h>
#include <stddef.h>

#include "bench.h"

#define JOB	"/bin/job"

static const char busybox_tab[] = "::once:" JOB "\n";
static const char sysv_tab[] = "id:2:initdefault:\nj:2:once:" JOB "\n";
static const char finit_conf[] = "service [S12345] " JOB " --\n";

const struct peer peers[] = {
	{ "job itself", { JOB }, PEER_FLOOR, 0, NULL, NULL },
	{ "floor: ignore", { "/sbin/floor", "ignore", JOB },
	    PEER_FLOOR | PEER_REAPS, 0, NULL, NULL },
	{ "floor: wait", { "/sbin/floor", "wait", JOB },
	    PEER_FLOOR | PEER_REAPS, 0, NULL, NULL },
	{ "floor: kill", { "/sbin/floor", "kill", JOB },
	    PEER_FLOOR | PEER_ENDS | PEER_WAITS, SIGTERM, NULL, NULL },
	{ "floor: fifo", { "/sbin/floor", "fifo", JOB },
	    PEER_FLOOR | PEER_ASKED, 0, NULL, NULL },
	{ "jailinit --", { "/sbin/jailinit", "--", JOB },
	    PEER_OURS | PEER_APP | PEER_REAPS | PEER_ENDS | PEER_WAITS,
	    SIGTERM, NULL, NULL },
	{ "jailinit.musl --", { "/sbin/jailinit.musl", "--", JOB },
	    PEER_OURS | PEER_APP | PEER_REAPS | PEER_ENDS | PEER_WAITS,
	    SIGTERM, NULL, NULL },
	{ "tini", { "/sbin/tini", "--", JOB },
	    PEER_APP | PEER_REAPS | PEER_ENDS, SIGTERM, NULL, NULL },
	{ "tini-static", { "/sbin/tini-static", "--", JOB },
	    PEER_APP | PEER_REAPS | PEER_ENDS, SIGTERM, NULL, NULL },
	{ "dumb-init", { "/sbin/dumb-init", "--", JOB },
	    PEER_APP | PEER_REAPS | PEER_ENDS, SIGTERM, NULL, NULL },
	{ "catatonit", { "/sbin/catatonit", "--", JOB },
	    PEER_APP | PEER_REAPS | PEER_ENDS, SIGTERM, NULL, NULL },
	{ "jailinit", { "/sbin/jailinit" },
	    PEER_OURS | PEER_BOOT | PEER_BG | PEER_REAPS | PEER_ENDS |
	    PEER_WAITS | PEER_ASKED, SIGTERM, NULL, NULL },
	{ "jailinit.musl", { "/sbin/jailinit.musl" },
	    PEER_OURS | PEER_BOOT | PEER_BG | PEER_REAPS | PEER_ENDS |
	    PEER_WAITS | PEER_ASKED, SIGTERM, NULL, NULL },
	{ "busybox init", { "/bin/busybox", "init" },
	    PEER_BOOT | PEER_REAPS | PEER_ENDS | PEER_WAITS, SIGUSR2,
	    "/etc/inittab", busybox_tab },
	{ "runit", { "/sbin/runit" },
	    PEER_FILL | PEER_BOOT | PEER_REAPS | PEER_ENDS, SIGCONT, NULL, NULL },
	{ "s6-svscan", { "/usr/bin/s6-svscan", "/run/s6" },
	    PEER_FILL | PEER_BOOT | PEER_REAPS | PEER_ENDS, SIGTERM, NULL, NULL },
	{ "finit", { "/sbin/finit" },
	    PEER_SLOW | PEER_BOOT | PEER_REAPS | PEER_ENDS | PEER_WAITS,
	    SIGUSR2, "/etc/finit.conf", finit_conf },
	{ "sysvinit", { "/sbin/init" },
	    PEER_BOOT | PEER_REAPS, 0, "/etc/inittab", sysv_tab },
	{ NULL, { NULL }, 0, 0, NULL, NULL }
};
