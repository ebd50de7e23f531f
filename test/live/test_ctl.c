/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailctl, halt, poweroff, reboot and shutdown as they are typed in a jail.
 * Guards against: a command of a host that does nothing, or something else, in
 * a jail; one that blocks on the FIFO; and a status that is not text.
 */
#include "ctl.h"

#include <sys/ioctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>

#define JAILINIT	"/sbin/jailinit"

/*
 * The table: what was typed, what it returned and said, what the jail did.
 */
struct row {
	const char *line;
	int status;
	const char *said;
	const char *does;	/* a line of the log, NULL: nothing */
};

static void
row_print(const struct row *r)
{
	char status[8] = "-", text[64];

	if (r->status != UNSEEN)
		(void)snprintf(status, sizeof(status), "%d", r->status);
	(void)snprintf(text, sizeof(text), "%.50s", r->said);
	text[strcspn(text, "\n")] = '\0';
	printf("| %-40s | %2s | %-50s | %s\n", r->line, status, text,
	    r->does == NULL ? "" : r->does);
}

/* After the echo of what was typed; a planner's message may come late. */
static bool
row_said(struct term *t, const char *text)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;
	const char *p;

	for (;;) {
		p = strchr(t->buf, '\n');
		if (*text == '\0' || (p != NULL && strstr(p, text) != NULL))
			return (true);
		if (jail_now_ms() > end_ms || !term_read(t))
			return (false);
	}
}

static void
row_type(struct term *t, const struct row *r)
{
	int status = term_type(t, r->line);

	if (status != r->status || !row_said(t, r->said))
		fail_msg("%s: %d, not %d, or no \"%s\" in:\n%s", r->line,
		    status, r->status, r->said, t->buf);
	row_print(r);
}

/* One jail, in this order. */
static const struct row staying[] = {
	{ "jailctl", EX_USAGE, "jailctl: command: none is given", NULL },
	{ "jailctl --help", 0, "usage: jailctl [-c path] halt | poweroff",
	    NULL },
	{ "jailctl -V", 0, "jailctl 0", NULL },
	{ "jailctl status", 0, "state:     run (boot mode)", NULL },
	{ "jailctl wait", 0, "", NULL },
	{ "jailctl bogus", EX_USAGE, "bogus: no such command", NULL },
	{ "jailctl halt soon", EX_USAGE, "soon: not a number", NULL },
	{ "jailctl exit", EX_USAGE, "exit: with which status?", NULL },
	{ "jailctl exit 256", EX_USAGE, "256: not an exit status", NULL },
	{ "jailctl request", EX_USAGE, "request: of which name?", NULL },
	{ "jailctl request 'a\n\033[mb'", EX_USAGE, "a??[mb: no name of a "
	    "request", NULL },
	{ "jailctl request ../rc", EX_USAGE, "../rc: no name of a request",
	    NULL },
	{ "jailctl request halt", EX_USAGE, "halt: jailctl has a command of "
	    "its own for this", NULL },
	{ "jailctl request hello", 0, "", "request hello: exit status 0" },
	{ "jailctl request nobody", EX_NOHOST, "nobody: there is no such "
	    "request", "unknown request: nobody" },
	{ "jailctl request three", 3, "", "request three: exit status 3" },
	{ "jailctl request killed", 137, "",
	    "request killed: killed by signal 9" },
	{ "jailctl request refused", 126, "refused: cannot be executed, the "
	    "log says why", NULL },
	{ "jailctl request -n nobody", 0, "", "unknown request: nobody" },
	{ "jailctl -n request three", 0, "", "request three: exit status 3" },
	{ "jailctl -n status", EX_USAGE, "-n: goes with request", NULL },
	{ "jailctl request 'three #5'", EX_USAGE, "no name of a request",
	    NULL },
	{ "jailctl --version", 0, "jailctl 0", NULL },
	{ "jailctl -h 2>/dev/null", 0, "usage: jailctl ", NULL },
	{ "jailctl halt --help 2>/dev/null", 0, "usage: jailctl ", NULL },
	{ "jailctl status --help 2>/dev/null", 0, "usage: jailctl ", NULL },
	{ "jailctl exit --help 2>/dev/null", 0, "usage: jailctl ", NULL },
	{ "telinit --help 2>/dev/null", 0, "usage: telinit ", NULL },
	{ "telinit -V", 0, "jailctl 0", NULL },
	{ "telinit", EX_USAGE, "level: none is given", NULL },
	{ "telinit 3", 0, "3: a jail has only one run level", NULL },
	{ "init q", 0, "q: a jail has no inittab", NULL },
	{ "telinit u", 0, "u: jailinit begins anew at a reboot", NULL },
	{ "init 1", EX_UNAVAILABLE, "1: a jail has no single-user mode",
	    NULL },
	{ "telinit -e A=1", 0, "-e: jailinit keeps no variables", NULL },
	{ "telinit 6 now", EX_USAGE, "now: one word too many", NULL },
	{ "jailctl cancel", EX_UNAVAILABLE, "shutdown: nothing is planned",
	    NULL },
	{ "shutdown -c", EX_UNAVAILABLE, "shutdown: nothing is planned",
	    NULL },
	{ "shutdown --show", EX_UNAVAILABLE, "shutdown: nothing is planned",
	    NULL },
	{ "shutdown --help 2>/dev/null", 0, "usage: shutdown [-] [-h | -p",
	    NULL },
	{ "shutdown --version", 0, "jailctl 0", NULL },
	{ "shutdown -K now", EX_USAGE, "-K: no such option", NULL },
	{ "shutdown -h later", EX_USAGE, "later: not a time: now, +minutes",
	    NULL },
	{ "shutdown -r 25:00", EX_USAGE, "25:00: not a time", NULL },
	{ "shutdown -z now", EX_USAGE, "-z: no such option", NULL },
	{ "shutdown", 0, "to be powered off at ", NULL },
	{ "shutdown --show", 0, "to be powered off at ", NULL },
	{ "shutdown -h", 0, "to be halted at ", NULL },
	{ "shutdown -r 23:30 patches, back soon", 0,
	    " 23:30:00: patches, back soon", NULL },
	{ "shutdown -r +5 bye", 0, "to be rebooted in 5 minutes.\nbye",
	    NULL },
	{ "shutdown -p +10m", 0, "to be powered off in 10 minutes.", NULL },
	{ "shutdown -h 20", 0, "to be halted in 20 minutes.", NULL },
	{ "shutdown +2h -r", 0, "to be rebooted in 2 hours.", NULL },
	{ "shutdown --no-wall -h +90", 0, "to be halted at ", NULL },
	{ "shutdown --show", 0, "to be halted at ", NULL },
	{ "shutdown -c not today", 0, "The shutdown is cancelled ***\nnot "
	    "today", NULL },
	{ "shutdown -c", EX_UNAVAILABLE, "shutdown: nothing is planned",
	    NULL },
	{ "shutdown -k now only a test", 0, "going to be powered off now."
	    "\nonly a test", NULL },
	{ "shutdown -k -r +3", 0, "going to be rebooted in 3 minutes.",
	    NULL },
	{ "jailctl cancel", 0, "The shutdown is cancelled", NULL },
	{ "halt -z", EX_USAGE, "halt: -z: no such option", NULL },
	{ "halt later", EX_USAGE, "halt: later: nothing is to be named",
	    NULL },
	{ "reboot --help 2>/dev/null", 0, "usage: reboot [-fpqr]", NULL },
	{ "halt -V", 0, "jailctl 0", NULL },
	{ "halt --when=+5", EX_USAGE, "--when=+5: no such option",
	    NULL },
	{ "halt --wtmp-only", 0, "-w: only a record would be written", NULL },
	{ "reboot -k", EX_USAGE, "reboot: -k: wants an argument", NULL },
	{ "reboot -c", 0, "reboot: -c: a jail has no power of its own",
	    NULL },
	{ "halt -w", 0, "halt: -w: only a record would be written", NULL },
};

/* A jail for each. */
static const struct row ending[] = {
	{ "halt", 0, "", HALTED(105) },
	{ "halt -p", 0, "", OFF(105) },
	{ "halt -l", 0, "", HALTED(105) },
	{ "halt -h", 0, "halt: -h: a jail has no disks of its own",
	    HALTED(105) },
	{ "halt -d", 0, "halt: -d: a jail has no dump", HALTED(105) },
	{ "reboot -d 1 -n", 0, "-n: a jail has no disks", REBOOTED(105) },
	{ "reboot --no-wtmp -e a=b -o ro", 0, "-o: a jail has no kernel",
	    REBOOTED(105) },
	{ "init 0", 0, "", OFF(105) },
	{ JAILINIT " 6", 0, "", REBOOTED(105) },
	{ "telinit 6", 0, "", REBOOTED(105) },
	{ "telinit -t 5 0", 0, "-t: how long processes have", OFF(105) },
	{ "halt -n", 0, "halt: -n: a jail has no disks of its own",
	    HALTED(105) },
	{ "halt --no-wall", 0, "", HALTED(105) },
	{ "halt -f", UNSEEN, "", HALTED(0) },
	{ "poweroff", 0, "", OFF(105) },
	{ "poweroff -i -d", 0, "poweroff: -i: a jail's interfaces are the "
	    "host's", OFF(105) },
	{ "poweroff -f", UNSEEN, "", OFF(0) },
	{ "poweroff --reboot", 0, "", REBOOTED(105) },
	{ "reboot", 0, "", REBOOTED(105) },
	{ "reboot now", 0, "", REBOOTED(105) },
	{ "reboot -p", 0, "", OFF(105) },
	{ "reboot -k kernel.old", 0, "reboot: -k: a jail has no kernel of its "
	    "own", REBOOTED(105) },
	{ "reboot --halt", 0, "", HALTED(105) },
	{ "reboot -q", UNSEEN, "", REBOOTED(0) },
	{ "shutdown now", 0, "going to be powered off now.", OFF(105) },
	{ "shutdown -h now", 0, "going to be halted now.", HALTED(105) },
	{ "shutdown -h now bye all", 0, "halted now.\nbye all",
	    HALTED(105) },
	{ "shutdown -r now", 0, "going to be rebooted now.", REBOOTED(105) },
	{ "shutdown now -r", 0, "going to be rebooted now.", REBOOTED(105) },
	{ "shutdown -p now", 0, "going to be powered off now.", OFF(105) },
	{ "shutdown -P -h now", 0, "going to be powered off now.", OFF(105) },
	{ "shutdown -h -P now", 0, "going to be powered off now.", OFF(105) },
	{ "shutdown -h -H now", 0, "going to be halted now.", HALTED(105) },
	{ "shutdown -q -Q -h now", 0, "-Q: users are warned at the usual",
	    HALTED(105) },
	{ "echo see you | shutdown - -h now", 0, "halted now.\nsee you",
	    HALTED(105) },
	{ "shutdown -P 0", 0, "going to be powered off now.", OFF(105) },
	{ "shutdown -a -f -H +0", 0, "shutdown: -f: a jail has no disks of "
	    "its own", HALTED(105) },
	{ "shutdown -t 5 -r now", 0, "shutdown: -t: how long processes have",
	    REBOOTED(105) },
	{ "shutdown -o -n -p now", 0, "shutdown: -o: it is always jailinit",
	    OFF(105) },
	{ "shutdown -h +2s", 0, "to be halted at ", HALTED(105) },
	{ "shutdown -r +1sec", 0, "to be rebooted at ", REBOOTED(105) },
	{ "shutdown +1s", 0, "to be powered off at ", OFF(105) },
	{ "jailctl halt", 0, "", HALTED(105) },
	{ "jailctl poweroff 30", 0, "", OFF(30) },
	{ "jailctl reboot 20", 0, "", REBOOTED(20) },
	{ "jailctl shutdown -r now", 0, "going to be rebooted now.",
	    REBOOTED(105) },
	{ "jailctl exit 3", 0, "", "exit 3 requested, gone in 105 s" },
	{ "jailctl exit 255 20", 0, "", "exit 255 requested, gone in 20 s" },
};

TEST(test_staying)
{
	static struct term t;
	size_t i;

	ctl_jail(j);
	live_ok(jail_script(j, "/etc/rc.request.d/three", "exit 3"));
	live_ok(jail_script(j, "/etc/rc.request.d/killed", "kill -9 $$"));
	live_ok(jail_script(j, "/etc/rc.request.d/refused", "exit 0"));
	live_ok(chmod(jail_path(j, "/etc/rc.request.d/refused"), 0777));
	ctl_boot(j);
	term_open(j, &t, TERM_SHELL);
	for (i = 0; i < sizeof(staying) / sizeof(staying[0]); i++) {
		row_type(&t, &staying[i]);
		if (staying[i].does != NULL)
			ctl_says(j, staying[i].does);
	}
	assert_int_equal(jail_find(j, "shutdown"), 0);
	ctl_nothing(j, 100);
	term_close(j, &t);
}

static void
row_ends(struct jail *j, struct term *t, const struct row *r)
{
	bool at_once = strstr(r->does, " 0 s") != NULL;
	int status;

	(void)unlink(jail_path(j, GO));
	(void)unlink(jail_path(j, RAN));
	(void)unlink(jail_path(j, LIVES));
	ctl_boot_slow_end(j);
	term_open(j, t, TERM_SHELL);
	status = term_type(t, r->line);
	if ((r->status != UNSEEN && status != r->status) ||
	    !row_said(t, r->said))
		fail_msg("%s: %d, not %d, or no \"%s\" in:\n%s", r->line,
		    status, r->status, r->said, t->buf);
	ctl_says(j, r->does);
	ctl_go(j);
	term_close(j, t);
	if (strncmp(r->does, "reboot", 6) == 0)
		ctl_reboots(j);
	else
		(void)live_exits(j, strncmp(r->does, "exit", 4) == 0 ?
		    atoi(r->does + 5) : 0, LIVE_SOON_MS);
	assert_int_equal(jail_log_count(j, " requested, gone in "), 1);
	assert_int_equal(jail_exists(j, RAN), !at_once);
	row_print(r);
	live_ok(jail_again(j));
}

TEST(test_ending)
{
	static struct term t;
	size_t i;

	ctl_jail(j);
	for (i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		row_ends(j, &t, &ending[i]);
}

/*
 * Where it cannot be asked.
 */
TEST(test_not_root)
{
	if (geteuid() != 0)
		live_skip("only root can be somebody else");
	ctl_jail(j);
	ctl_boot(j);
	expect(j, NOBODY, "halt", EX_NOPERM, "only root may ask for this");
	expect(j, NOBODY, "shutdown -r now", EX_NOPERM, "only root may");
	expect(j, NOBODY, "shutdown -r +5", EX_NOPERM, "only root may");
	expect(j, NOBODY, "shutdown -k now", EX_NOPERM, "only root may");
	expect(j, NOBODY, "jailctl request hello", EX_NOPERM, "only root may");
	expect(j, NOBODY, "jailctl status", 0, "state:     run");
	expect(j, NOBODY, "jailctl wait", 0, "");
	expect(j, 0, "shutdown -r +5", 0, "to be rebooted at ");
	expect(j, NOBODY, "shutdown -c", EX_NOPERM, "Permission denied");
	expect(j, NOBODY, "shutdown --show", EX_NOPERM, "Permission denied");
	/* whoever can read it could lock it, and so keep root from it */
	expect(j, NOBODY, "cat " PLAN, 1, "Permission denied");
	ctl_planners(j, 1);
	ctl_nothing(j, 0);
}

/*
 * The administrator's own request: its end is waited for.
 */
TEST(test_request)
{
	int64_t end_ms;

	ctl_jail(j);
	live_ok(jail_script(j, "/etc/rc.request.d/slow", "while ! [ -e " GO
	    " ]; do sleep 0.02; done; exit 5"));
	live_ok(jail_script(j, "/etc/rc.shutdown", "exec sleep 1000"));
	ctl_boot(j);
	live_ok(ctl_cmd(j, "(jailctl request slow; echo $? >/tmp/slow.x; mv "
	    "/tmp/slow.x /tmp/slow) >/dev/null 2>&1 & :"));
	end_ms = jail_now_ms() + LIVE_SOON_MS;
	while (*jail_status(j, "job_number") == '\0')
		assert_true(jail_now_ms() < end_ms);
	expect(j, 0, "jailctl request hello", EX_TEMPFAIL,
	    "jailctl: hello: another request runs\n");
	jail_sleep_ms(300);
	assert_false(jail_exists(j, "/tmp/slow"));
	ctl_go(j);
	live_ok(jail_wait_text(j, "/tmp/slow", "5\n", LIVE_SOON_MS));
	assert_false(jail_log_has(j, "request hello: exit"));
	/* without a status there is nothing to wait for, and so nothing runs */
	expect(j, 0, "jailctl -f /tmp/none request hello", EX_NOINPUT,
	    "/tmp/none: cannot be read, so there is no answer to wait for");
	assert_false(jail_log_has(j, "request hello: exit"));
	live_ok(ctl_cmd(j, "jailctl -f /tmp/none request -n hello"));
	ctl_says(j, "request hello: exit status 0");
	/* a jailinit that is stopped */
	live_ok(jail_signal(j, SIGSTOP));
	expect(j, 0, "jailctl request hello", EX_TEMPFAIL,
	    "jailctl: hello: jailinit does not answer\n");
	live_ok(jail_signal(j, SIGCONT));
	live_ok(ctl_cmd(j, "halt"));
	live_ok(jail_wait_state(j, "shutdown", LIVE_SOON_MS));
	expect(j, 0, "jailctl request hello", EX_TEMPFAIL,
	    "jailctl: hello: the jail is ending\n");
}

/* Takes the FIFO away and puts something in its place. */
static void
fifo_instead(struct jail *j, const char *script)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "rm -rf " JAIL_CTL "; %s", script);
	live_ok(ctl_cmd(j, text));
}

TEST(test_no_fifo)
{
	static const char *const lines[] = { "halt", "reboot -f",
	    "shutdown -h now", "shutdown -r +5", "shutdown -k now",
	    "jailctl poweroff 5", "jailctl request hello" };
	static const struct {
		const char *script;
		int status;
		const char *said;
	} t[] = {
		{ "true", EX_NOINPUT, "there is none: no jailinit runs here" },
		{ "mkfifo " JAIL_CTL, EX_UNAVAILABLE, "nobody listens" },
		{ "echo old >" JAIL_CTL, EX_CONFIG, "not a FIFO" },
		{ "mkdir " JAIL_CTL, EX_CONFIG, "not a FIFO" },
		{ "mkfifo /tmp/f; ln -s /tmp/f " JAIL_CTL, EX_CONFIG,
		    "not a FIFO" },
		{ "mkfifo " JAIL_CTL "; chown 65534 " JAIL_CTL "; cat "
		    JAIL_CTL " >/tmp/got 2>&1 & until ps -A -o stat,comm | "
		    "grep -q '^ *S.*cat'; do sleep 0.02; done", EX_CONFIG,
		    "another user's FIFO" },
	};
	size_t i, k;

	if (geteuid() != 0)
		live_skip("only root has other users' files");
	ctl_jail(j);
	ctl_boot(j);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		fifo_instead(j, t[i].script);
		for (k = 0; k < sizeof(lines) / sizeof(lines[0]); k++)
			expect(j, 0, lines[k], t[i].status, t[i].said);
		if (strncmp(t[i].script, "echo", 4) == 0)
			assert_string_equal(jail_file(j, JAIL_CTL), "old\n");
	}
	assert_string_equal(jail_file(j, "/tmp/got"), "");
	ctl_planners(j, 0);
	ctl_nothing(j, 0);
}

TEST(test_fifo_full)
{
	static char block[4096];
	int fd, unread;

	ctl_jail(j);
	ctl_boot(j);
	live_ok(jail_signal(j, SIGSTOP));
	fd = jail_ctl_open(j);
	assert_true(fd >= 0);
	memset(block, '\n', sizeof(block));
	while (write(fd, block, sizeof(block)) > 0)
		continue;
	assert_int_equal(errno, EAGAIN);
	expect(j, 0, "halt", EX_TEMPFAIL, "full, jailinit does not read it");
	expect(j, 0, "shutdown -r now", EX_TEMPFAIL, "full");
	expect(j, 0, "jailctl request hello", EX_TEMPFAIL, "full");
	live_ok(jail_signal(j, SIGCONT));
	do
		live_ok(ioctl(fd, FIONREAD, &unread));
	while (unread > 0 && jail_now_ms() - j->asked_ms < LIVE_SOON_MS);
	close(fd);
	(void)ctl_cmd(j, "halt");		/* may see its own end */
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_int_equal(jail_log_count(j, " requested, gone in "), 1);
}

/*
 * Looking.
 */
TEST(test_status)
{
	char process[64];

	ctl_jail(j);
	live_ok(jail_script(j, "/etc/rc", "exit 3"));
	ctl_boot_slow_end(j);
	snprintf(process, sizeof(process), ", process %s\nrc ended:  3\n",
	    live_pid(j));
	expect(j, 0, "jailctl status", 0, "state:     run (boot mode)\n"
	    "jailinit:  0");
	assert_non_null(strstr(ctl_said, process));
	assert_non_null(strstr(ctl_said, "\nlife:      1, since 20"));
	assert_null(strstr(ctl_said, "asked to"));
	assert_null(strstr(ctl_said, "gone by"));
	assert_non_null(strstr(ctl_said,
	    "dropped:   0 requests, 0 log lines\n"));
	live_ok(ctl_cmd(j, "jailctl request hello"));
	live_ok(jail_wait_status(j, "job", "hello", LIVE_SOON_MS));
	expect(j, 0, "jailctl status", 0, "ran:       hello, status 0\n");
	live_ok(ctl_cmd(j, "jailctl reboot 60"));
	live_ok(jail_wait_state(j, "shutdown", LIVE_SOON_MS));
	expect(j, 0, "jailctl status", EX_TEMPFAIL,
	    "state:     shutdown (boot mode)\n");
	assert_non_null(strstr(ctl_said, "asked to:  reboot\ngone by:   2"));
	assert_non_null(strstr(ctl_said, ", in "));
	live_ok(ctl_cmd(j, "jailctl exit 3"));
	live_ok(jail_wait_status(j, "exit_status", "3", LIVE_SOON_MS));
	expect(j, 0, "jailctl status", EX_TEMPFAIL,
	    "asked to:  exit\nexit with: 3\ngone by:   2");
}

/* Whatever is in the file, what is printed is text. */
static void
assert_text(void)
{
	const char *p;

	for (p = ctl_said; *p != '\0'; p++)
		if ((*p < ' ' && *p != '\n') || *p > '~')
			fail_msg("byte %d in: %s", *p, ctl_said);
}

TEST(test_status_hostile)
{
	static const char *const texts[] = { "", "\n\n", "state", "=\n==\n",
	    "state=run\033[2J\nmode=\233boot\nversion=%s%n%x\npid=\n"
	    "boot_status=\nrequest=\a\ndeadline=99999999999999999999\n"
	    "forced=\\x1b\njob=$(halt)\njob_status=-1\ndropped_log=x\n",
	    "deadline=-9223372036854775808\nstate=\n",
	    "deadline=67768036191676800\nstate=boot", "deadline=abc\n" };
	static char big[20001];
	size_t i;

	ctl_jail(j);
	ctl_boot(j);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		live_ok(jail_write(j, JAIL_STATUS, 0644, texts[i]));
		assert_int_equal(ctl_cmd(j, "jailctl status"), EX_UNAVAILABLE);
		assert_text();
		assert_int_equal(ctl_cmd(j, "jailctl ready"), EX_UNAVAILABLE);
	}
	memset(big, 'A', sizeof(big) - 1);
	memcpy(big, "state=", 6);
	live_ok(jail_write(j, JAIL_STATUS, 0644, big));
	assert_int_equal(ctl_cmd(j, "jailctl status"), EX_UNAVAILABLE);
	assert_in_range(strlen(ctl_said), 1, 300);
	/* what is no file is not read, nor waited for */
	live_ok(ctl_cmd(j, "rm " JAIL_STATUS "; mkfifo " JAIL_STATUS));
	expect(j, 0, "jailctl status", EX_NOINPUT, JAIL_STATUS ": ");
	expect(j, 0, "jailctl wait", EX_NOINPUT, JAIL_STATUS ": ");
	live_ok(ctl_cmd(j, "rm " JAIL_STATUS "; ln -s /etc/passwd "
	    JAIL_STATUS));
	expect(j, 0, "jailctl status", EX_NOINPUT, JAIL_STATUS ": ");
	live_ok(ctl_cmd(j, "rm " JAIL_STATUS));
	expect(j, 0, "jailctl status", EX_NOINPUT, JAIL_STATUS ": No such");
}

#define WAITED	"/tmp/waited"

/* Starts jailctl wait in a jail whose rc ends when it may. */
static void
wait_begin(struct jail *j)
{
	(void)unlink(jail_path(j, GO));
	live_ok(jail_start(j, NULL, JAILINIT, NULL));
	live_ok(jail_wait_state(j, "boot", LIVE_SOON_MS));
	assert_true(jail_enter_sh(j, "jailctl wait 2>/tmp/why; echo $? >"
	    WAITED ".x; mv " WAITED ".x " WAITED) > 0);
	jail_sleep_ms(300);
	assert_false(jail_exists(j, WAITED));
}

TEST(test_wait)
{
	ctl_jail(j);
	live_ok(jail_script(j, "/etc/rc", "while ! [ -e " GO " ]; "
	    "do sleep 0.02; done; exit 3"));
	wait_begin(j);
	ctl_go(j);
	live_ok(jail_wait_text(j, WAITED, "3\n", LIVE_SOON_MS));
	assert_int_equal(ctl_cmd(j, "jailctl wait"), 3);
	live_ok(jail_again(j));
	/* the jail is asked to end before it has booted */
	live_ok(unlink(jail_path(j, WAITED)));
	live_ok(jail_script(j, "/etc/rc.shutdown", "while ! [ -e "
	    WAITED " ]; do sleep 0.02; done"));
	wait_begin(j);
	live_ok(ctl_cmd(j, "halt"));
	live_ok(jail_wait_text(j, WAITED, "75\n", LIVE_SOON_MS));
	assert_string_equal(jail_file(j, "/tmp/why"),
	    "jailctl: the jail is going: shutdown\n");
}

/* A liveness and a readiness probe, and who waits, in each state. */
static void
probes(struct jail *j, int status, int ready, const char *why)
{
	uid_t other = geteuid() == 0 ? NOBODY : 0;

	expect(j, 0, "jailctl status", status, "");
	expect(j, other, "jailctl status", status, "");
	expect(j, 0, "jailctl ready", ready, why);
	expect(j, other, "jailctl ready", ready, why);
	if (*why == '\0')
		assert_string_equal(ctl_said, "");
}

TEST(test_probes)
{
	static const char *const stale[] = { "pid=1234567", "pid=0", "pid=-1",
	    "pid=99999999999", "pid=", "pid=1\nstate=gone" };
	char text[64];
	size_t i;

	ctl_jail(j);
	live_ok(jail_script(j, "/etc/rc", "while ! [ -e " GO " ]; "
	    "do sleep 0.02; done"));
	(void)unlink(jail_path(j, GO));
	live_ok(jail_script(j, "/etc/rc.shutdown", "exec sleep 1000"));
	live_ok(jail_start(j, NULL, JAILINIT, NULL));
	live_ok(jail_wait_state(j, "boot", LIVE_SOON_MS));
	probes(j, 0, EX_TEMPFAIL, "jailctl: not ready: boot\n");
	ctl_go(j);
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	probes(j, 0, 0, "");
	/* the pid that nobody has; what is no pid; gone, and not removed */
	for (i = 0; i < sizeof(stale) / sizeof(stale[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s\nstate=run\n", stale[i]);
		live_ok(jail_write(j, "/tmp/s", 0644, text));
		expect(j, 0, "jailctl -f /tmp/s status", EX_UNAVAILABLE,
		    "/tmp/s: the jailinit that wrote it is not there\n");
		expect(j, 0, "jailctl -f /tmp/s ready", EX_UNAVAILABLE,
		    "is not there\n");
		expect(j, 0, "jailctl -f /tmp/s wait", EX_UNAVAILABLE,
		    "is not there\n");
	}
	live_ok(ctl_cmd(j, "halt"));
	live_ok(jail_wait_state(j, "shutdown", LIVE_SOON_MS));
	probes(j, EX_TEMPFAIL, EX_TEMPFAIL,
	    "jailctl: the jail is going: shutdown\n");
	live_ok(jail_again(j));
	/* what is never ready */
	live_ok(jail_script(j, "/etc/rc", "exit 3"));
	live_boot(j, NULL);
	probes(j, 0, 3, "");
}

/*
 * Other jails.
 */
TEST(test_app_mode)
{
	ctl_jail(j);
	live_ok(jail_start(j, NULL, JAILINIT, "-c", JAIL_CTL, "-f",
	    JAIL_STATUS, "--", "/bin/sleep", "1000", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	expect(j, 0, "jailctl status", 0, "state:     run (app mode)\n");
	expect(j, 0, "jailctl wait", 0, "");
	probes(j, 0, 0, "");
	(void)ctl_cmd(j, "halt");
	(void)live_exits(j, 128 + SIGTERM, LIVE_SOON_MS);
}

/* What jailctl takes for the status of a jail that writes none. */
static void
title_wait(struct jail *j)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (strstr(proc_title(j->pid), ": run") == NULL &&
	    jail_now_ms() < end_ms)
		jail_sleep_ms(10);
}

/* Without a FIFO it is asked by a signal, which carries no number. */
TEST(test_by_signal)
{
	static const struct {
		const char *line, *does;
	} t[] = { { "halt", "=halt\n" }, { "init 0", "=poweroff\n" },
	    { "jailctl reboot", "=reboot\n" },
	    { "shutdown -h now", "=halt\n" },
	    { "shutdown -r +1s", "=reboot\n" } };
	size_t i;

	ctl_jail(j);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		live_ok(jail_start(j, NULL, JAILINIT, "-l", "exit", "-f",
		    "/tmp/status", "--", "/bin/sleep", "1000", NULL));
		title_wait(j);
		expect(j, 0, "jailctl wait", 0, "");
		expect(j, 0, "jailctl halt 5", EX_UNAVAILABLE, "jailctl: "
		    JAIL_CTL ": there is none, and a signal cannot say this");
		expect(j, 0, "reboot -f", EX_UNAVAILABLE, "there is none, ");
		expect(j, 0, "jailctl -c /tmp/c halt", EX_NOINPUT, "/tmp/c");
		expect(j, 0, "jailctl request hello", EX_NOINPUT, "no answer");
		if (geteuid() == 0)
			expect(j, NOBODY, "halt", EX_NOPERM, "only root may");
		(void)ctl_cmd(j, t[i].line);
		assert_true(jail_wait(j, LIVE_SOON_MS, NULL) >= 0);
		assert_non_null(strstr(jail_file(j, "/tmp/status"), t[i].does));
		live_ok(jail_again(j));
	}
}

/* Another init is left alone: its signals may mean anything. */
TEST(test_other_init)
{
	ctl_jail(j);
	live_ok(jail_script(j, "/etc/plain", "touch /tmp/up; while :; do "
	    "sleep 0.1; done"));
	live_ok(jail_start(j, NULL, "/bin/sh", "/etc/plain", NULL));
	live_ok(jail_wait_file(j, "/tmp/up", LIVE_SOON_MS));
	expect(j, 0, "halt", EX_NOINPUT, "there is none: no jailinit runs");
	expect(j, 0, "init 6", EX_NOINPUT, "there is none: no jailinit runs");
	expect(j, 0, "shutdown -h +5", EX_NOINPUT, "there is none");
	expect(j, 0, "jailctl status", EX_NOINPUT, "No such file");
	expect(j, 0, "jailctl ready", EX_NOINPUT, "No such file");
	assert_int_equal(jail_find(j, "shutdown"), 0);
	live_ok(jail_signal(j, SIGKILL));
}

/* An image of nobody's: no /run, no /var; or paths of its own. */
TEST(test_no_run)
{
	char away[PATH_MAX];

	ctl_jail(j);
	(void)snprintf(away, sizeof(away), "%s", jail_path(j, "/away"));
	live_ok(rename(jail_path(j, "/var"), away));
	live_ok(jail_start(j, NULL, JAILINIT, "-c", "none", "-f", "none",
	    "--", "/bin/sleep", "1000", NULL));
	title_wait(j);
	expect(j, 0, "jailctl status", 0,
	    "state:     run (there is no status file)\n");
	expect(j, 0, "jailctl ready", 0, "");
	expect(j, 0, "jailctl -f /tmp/s status", EX_NOINPUT, "No such file");
	(void)ctl_cmd(j, "halt");
	(void)live_exits(j, 128 + SIGTERM, LIVE_SOON_MS);
	live_ok(jail_again(j));
	live_ok(jail_start(j, NULL, JAILINIT, "-c", "/tmp/c", "-f", "/tmp/s",
	    "--", "/bin/sleep", "1000", NULL));
	live_ok(jail_wait_file(j, "/tmp/s", LIVE_SOON_MS));
	expect(j, 0, "jailctl -f /tmp/s status", 0, "state:     run (app mod");
	expect(j, 0, "jailctl -f /tmp/s ready", 0, "");
	expect(j, 0, "jailctl -f /tmp/s wait", 0, "");
	(void)ctl_cmd(j, "jailctl -c /tmp/c halt");
	(void)live_exits(j, 128 + SIGTERM, LIVE_SOON_MS);
	assert_false(jail_exists(j, "/tmp/c"));
	assert_false(jail_exists(j, "/var"));
}

TEST(test_musl)
{
	static struct term t;
	const char *musl = getenv("JAILINIT_MUSL");
	const char *slash = musl == NULL ? NULL : strrchr(musl, '/');
	char path[PATH_MAX] = "";

	if (slash != NULL)
		(void)snprintf(path, sizeof(path), "%.*s/jailctl",
		    (int)(slash - musl), musl);
	if (access(path, X_OK) == -1)
		live_skip("no jailctl beside JAILINIT_MUSL");
	ctl_jail(j);
	ctl_install(j, path);
	ctl_boot(j);
	term_open(j, &t, TERM_SHELL);
	live_ok(term_type(&t, "jailctl -V"));
	live_ok(term_type(&t, "reboot -n --help"));
	assert_int_equal(term_type(&t, "halt -z"), EX_USAGE);
	term_expect(&t, "halt: -z: no such option");
	live_ok(term_type(&t, "shutdown now -k hello"));
	term_expect(&t, "hello\n");
	live_ok(term_type(&t, "shutdown -h +20s"));
	term_expect(&t, "to be halted in ");
	live_ok(term_type(&t, "shutdown -r 23:30"));
	live_ok(term_type(&t, "shutdown -c"));
	live_ok(term_type(&t, "jailctl status"));
	live_ok(term_type(&t, "jailctl halt 30"));
	ctl_says(j, HALTED(30));
	term_close(j, &t);
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_staying),
		LIVE_TEST(test_ending),
		LIVE_TEST(test_request),
		LIVE_TEST(test_not_root),
		LIVE_TEST(test_no_fifo),
		LIVE_TEST(test_fifo_full),
		LIVE_TEST(test_status),
		LIVE_TEST(test_status_hostile),
		LIVE_TEST(test_probes),
		LIVE_TEST(test_no_run),
		LIVE_TEST(test_wait),
		LIVE_TEST(test_app_mode),
		LIVE_TEST(test_by_signal),
		LIVE_TEST(test_other_init),
		LIVE_TEST(test_musl),
	};

	LIVE_MAIN("ctl");
}
