/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What signals mean in boot mode, under which manager.  Guards against: a stop
 * signal of a container manager that reboots the jail, or that is ignored
 * without a word; a reboot by LXC or nspawn that halts; signals of a terminal
 * that nobody sent; ^C that does nothing; a log or a process 1 that a flood of
 * signals keeps busy.
 */
#include "live.h"

#include <sys/ioctl.h>

#include <termios.h>

#include "pty.h"
#ifdef __linux__
#include <sys/syscall.h>

#include "registers.h"
#endif

#define JAILINIT	"/sbin/jailinit"
#define DOCKER_FILE	"/.dockerenv"
#define PODMAN_FILE	"/run/.containerenv"
#define FLOOD		10000
#define QUIET_MS	300	/* in which nothing must come */

static const char *const oci[] = { "container=podman", NULL };
static const struct jail_opts oci_opts = { .env = oci };

/* Starts it; life n is in run. */
static void
boot(struct jail *j, const struct jail_opts *o)
{
	live_ok(jail_start(j, o, JAILINIT, "-l", "reexec", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
}

static void
life_wait(struct jail *j, int n)
{
	char lives[16] = "";

	while (n-- > 0)
		strcat(lives, "life\n");
	live_ok(jail_wait_text(j, "/tmp/lives", lives, LIVE_SOON_MS));
	live_ok(jail_wait_status(j, "request", "", LIVE_SOON_MS));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
}

static void
ends(struct jail *j, int sig)
{
	live_ok(jail_signal(j, sig));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_string_equal(jail_status(j, "request"), "halt");
	live_ok(jail_again(j));
}

/* Whose jail it is is known from the start: rc hides all marks, and the next
 * life still knows. */
static void
int_case(struct jail *j, const char *mark, bool halts)
{
	const char *env[] = { mark, NULL };
	const struct jail_opts o = { .env = *mark == '/' ? NULL : env };

	if (*mark == '/')
		live_ok(jail_write(j, mark, 0644, ""));
	(void)unlink(jail_path(j, "/tmp/lives"));
	boot(j, &o);
	life_wait(j, 1);
	assert_false(jail_exists(j, DOCKER_FILE));
	live_ok(jail_signal(j, JAIL_SIGRTMIN + 5));
	life_wait(j, 2);
	if (!halts) {
		live_ok(jail_signal(j, SIGINT));
		life_wait(j, 3);
	}
	ends(j, halts ? SIGINT : SIGTERM);
}

TEST(test_int)
{
	static const char *const halts[] = { "container=podman",
	    "container=docker", "container=oci", "container=crio",
	    "KUBERNETES_SERVICE_HOST=10.0.0.1", DOCKER_FILE, PODMAN_FILE };
	static const char *const reboots[] = { "container=lxc",
	    "container=lxc-libvirt", "container=systemd-nspawn", "container=",
	    "KUBERNETES_SERVICE_HOST=", "X=" };
	size_t i;

	live_ok(jail_script(j, "/etc/rc", "echo life >>/tmp/lives\n"
	    "rm -f " DOCKER_FILE " " PODMAN_FILE));
	for (i = 0; i < sizeof(halts) / sizeof(halts[0]); i++)
		int_case(j, halts[i], true);
	for (i = 0; i < sizeof(reboots) / sizeof(reboots[0]); i++)
		int_case(j, reboots[i], false);
}

/* A root that was exported from an image, and more than one variable. */
TEST(test_int_nested)
{
	static const char *const lxc[] = { "container=lxc",
	    "KUBERNETES_SERVICE_HOST=10.0.0.1", NULL };
	static const struct jail_opts o = { .env = lxc };

	live_ok(jail_script(j, "/etc/rc", "echo life >>/tmp/lives"));
	live_ok(jail_write(j, DOCKER_FILE, 0644, ""));
	live_ok(jail_write(j, PODMAN_FILE, 0644, ""));
	boot(j, &o);
	life_wait(j, 1);
	live_ok(jail_signal(j, SIGINT));
	life_wait(j, 2);
	ends(j, SIGTERM);
}

TEST(test_quit)
{
	boot(j, NULL);
	ends(j, SIGQUIT);
	boot(j, &oci_opts);
	ends(j, SIGQUIT);
}

/* An image may have it as its stop signal. */
TEST(test_winch)
{
	boot(j, &oci_opts);
	ends(j, SIGWINCH);
	boot(j, NULL);
	ends(j, SIGWINCH);
}

/* The names are those of kill(1). */
static const struct {
	int sig;
	const char *name;
} ignored[] = { { SIGILL, "ILL" }, { SIGTRAP, "TRAP" }, { SIGABRT, "ABRT" },
    { SIGBUS, "BUS" }, { SIGFPE, "FPE" }, { SIGSEGV, "SEGV" },
    { SIGPIPE, "PIPE" }, { SIGALRM, "ALRM" }, { SIGTSTP, "TSTP" },
    { SIGTTIN, "TTIN" }, { SIGTTOU, "TTOU" }, { SIGURG, "URG" },
    { SIGXCPU, "XCPU" }, { SIGXFSZ, "XFSZ" }, { SIGVTALRM, "VTALRM" },
    { SIGPROF, "PROF" }, { SIGIO, "IO" }, { SIGSYS, "SYS" },
#ifdef SIGSTKFLT
    { SIGSTKFLT, "STKFLT" },
#endif
    { JAIL_SIGRTMIN, "RTMIN" }, { JAIL_SIGRTMIN + 1, "RTMIN+1" },
    { JAIL_SIGRTMIN + 2, "RTMIN+2" }, { JAIL_SIGRTMIN + 6, "RTMIN+6" },
    { JAIL_SIGMAX, NULL } };

#define N_IGNORED	(sizeof(ignored) / sizeof(ignored[0]))

static const char *
ignored_line(size_t i)
{
	static char line[64], number[24];

	snprintf(number, sizeof(number), "RTMIN+%d",
	    ignored[i].sig - JAIL_SIGRTMIN);
	snprintf(line, sizeof(line), "jailinit: signal %s: ignored\n",
	    ignored[i].name != NULL ? ignored[i].name : number);
	return (line);
}

/* Each once in a life, however often it comes; what is no news not at all. */
TEST(test_ignored)
{
	static const int no_news[] = { SIGHUP, SIGCHLD, SIGCONT };
	size_t i;
	int life;

	live_ok(jail_script(j, "/etc/rc", "echo life >>/tmp/lives"));
	boot(j, NULL);
	for (life = 1; life <= 2; life++) {
		life_wait(j, life);
		for (i = 0; i < 3; i++)
			live_ok(jail_signal(j, no_news[i]));
		for (i = 0; i < 2 * N_IGNORED; i++) {
			live_ok(jail_signal(j, ignored[i / 2].sig));
			jail_sleep_ms(5);
		}
		live_ok(jail_wait_rest(j, LIVE_SOON_MS));
		for (i = 0; i < N_IGNORED; i++) {
			live_log_has(j, ignored_line(i));
			assert_int_equal(jail_log_count(j, ignored_line(i)),
			    life);
		}
		assert_int_equal(jail_log_count(j, ": ignored\n"),
		    life * (int)N_IGNORED);
		assert_string_equal(jail_status(j, "state"), "run");
		if (life == 1)
			live_ok(jail_signal(j, JAIL_SIGRTMIN + 5));
	}
	ends(j, SIGTERM);
}

/* rc, and what it starts, has signals as they are by default. */
TEST(test_ignored_inherited)
{
	static const char *const keys[] = { "SigIgn", "SigCgt", "SigBlk" };
	pid_t pid;
	size_t i;

	live_ok(jail_script(j, "/etc/rc", "sleep 1000 &"));
	live_ok(jail_script(j, "/etc/rc.shutdown", "exec sleep 2000"));
	boot(j, NULL);
	live_ok(jail_signal(j, SIGURG));
	live_ok(jail_signal(j, SIGABRT));
	live_ok(jail_wait_log(j, "signal URG: ignored\n", LIVE_SOON_MS));
	live_ok(jail_sh(j, "kill $(pidof sleep)"));
	live_ok(jail_wait_count(j, 1, LIVE_SOON_MS));
	live_ok(jail_signal(j, SIGTERM));
	while ((pid = jail_find(j, "sleep")) == 0)
		jail_sleep_ms(5);
	for (i = 0; i < 3; i++)
		assert_int_equal(proc_figure(pid, keys[i]), 0);
	live_ok(jail_ctl(j, "halt 0\n"));
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

/* A flood neither fills the log nor wakes process 1. */
TEST(test_flood)
{
	long woken;
	int i;

	boot(j, NULL);
	live_ok(jail_signal(j, SIGURG));
	live_ok(jail_signal(j, JAIL_SIGMAX));
	live_ok(jail_wait_log(j, "URG", LIVE_SOON_MS));
	woken = jail_wait_idle(j, LIVE_SOON_MS);
	assert_true(woken >= 0);
	for (i = 0; i < FLOOD; i++)
		live_ok(jail_signal(j, i % 2 == 0 ? SIGURG : JAIL_SIGMAX));
	assert_int_equal(proc_figure(j->pid, "voluntary_ctxt_switches"), woken);
	assert_int_equal(jail_log_count(j, ": ignored\n"), 2);
	ends(j, SIGTERM);
}

/* A fault of process 1 itself ends it: it neither goes on nor loops. */
#ifdef HAS_REGISTERS
TEST(test_fault)
{
	const long no_arg[4] = { 0 };
	struct user_regs_struct regs;
	int st;

	boot(j, NULL);
	live_ok(jail_signal(j, SIGSEGV));
	live_ok(jail_wait_log(j, "signal SEGV: ignored\n", LIVE_SOON_MS));
	live_ok(ptrace(PTRACE_SEIZE, j->pid, 0, 0));
	live_ok(ptrace(PTRACE_INTERRUPT, j->pid, 0, 0));
	assert_int_equal(waitpid(j->pid, &st, __WALL), j->pid);
	live_ok(registers_get(j->pid, &regs));
	registers_call(&regs, SYS_getpid, no_arg);
	REG_PC(&regs) = 0;
	live_ok(registers_set(j->pid, &regs));
	live_ok(ptrace(PTRACE_DETACH, j->pid, 0, 0));
	st = jail_wait(j, LIVE_SOON_MS, NULL);
	assert_true(WIFSIGNALED(st));
	assert_int_equal(WTERMSIG(st), SIGSEGV);
}
#endif

/*
 * The terminal of a container.
 */
static void
tty_take(void *arg)
{
	(void)arg;
	(void)ioctl(0, TIOCSCTTY, 0);
}

/* What services say of it, and that they can write there though the terminal
 * stops those in the background who do. */
#define TTY_RC	"echo life >>/tmp/lives\nstty tostop\n"			\
	"(: </dev/tty) 2>/dev/null && echo tty >/tmp/ctty\n"		\
	"exec 3<&0; read x <&3 & echo fro''m rc\n"			\
	"setsid sh -c '(: </dev/tty) 2>/dev/null && echo tty >/tmp/ctty; "	\
	"echo fro''m service' &\n"

static void
tty_boot(struct jail *j, struct pty *t, const char *manager, bool taken)
{
	const char *env[] = { manager, NULL };
	struct jail_opts o = { .env = env };
	int fds[3];

	assert_true(pty_open(t));
	fds[0] = fds[1] = fds[2] = t->slave_fd;
	o.fds = fds;
	if (taken)
		o.before_exec = tty_take;
	(void)unlink(jail_path(j, "/tmp/lives"));
	live_ok(jail_script(j, "/etc/rc", TTY_RC));
	boot(j, &o);
	assert_true(pty_says(t, "from rc", LIVE_SOON_MS));
	assert_true(pty_says(t, "from service", LIVE_SOON_MS));
	assert_false(jail_exists(j, "/tmp/ctty"));
}

static void
tty_ends(struct jail *j, struct pty *t, const char *key)
{
	pty_type(t, key);
	/* FreeBSD: what nobody has read goes with the session's leader */
	assert_true(pty_says(t, "halt requested", LIVE_SOON_MS));
	(void)live_exits(j, 0, LIVE_SOON_MS);
	assert_string_equal(jail_status(j, "request"), "halt");
	pty_close(t);
	live_ok(jail_again(j));
}

/* ^C and ^\ halt, whether the terminal was given to process 1 or lay about. */
TEST(test_tty)
{
	static struct pty t;

	tty_boot(j, &t, "container=podman", true);
	tty_ends(j, &t, "\003");
	tty_boot(j, &t, "container=podman", false);
	tty_ends(j, &t, "\034");
	tty_boot(j, &t, "KUBERNETES_SERVICE_HOST=10.0.0.1", true);
	tty_ends(j, &t, "\003");
}

/* ^Z, another size, a terminal that goes away do nothing, and are no news. */
TEST(test_tty_others)
{
	static struct pty t;
	struct winsize w = { .ws_row = 41, .ws_col = 123 };

	tty_boot(j, &t, "container=podman", true);
	pty_type(&t, "\032");
	live_ok(ioctl(t.master_fd, TIOCSWINSZ, &w));
	assert_false(pty_says(&t, "ignored", QUIET_MS));
	assert_null(strstr(t.buf, "requested"));
	assert_string_equal(jail_status(j, "state"), "run");
	assert_int_equal(proc_state(j->pid), 'S');
	pty_close(&t);
	jail_sleep_ms(QUIET_MS);
	assert_string_equal(jail_status(j, "state"), "run");
	ends(j, SIGWINCH);
}

TEST(test_tty_reboot)
{
	static struct pty t;

	tty_boot(j, &t, "container=oci", true);
	live_ok(jail_signal(j, JAIL_SIGRTMIN + 5));
	life_wait(j, 2);
	assert_false(jail_exists(j, "/tmp/ctty"));
	tty_ends(j, &t, "\003");
}

/* Elsewhere nothing that is typed is for process 1. */
TEST(test_tty_elsewhere)
{
	static const char *const manager[] = { "container=lxc",
	    "container=systemd-nspawn", "X=" };
	static struct pty t;
	size_t i;

	for (i = 0; i < 3; i++) {
		tty_boot(j, &t, manager[i], true);
		pty_type(&t, "\003\034\032");
		assert_false(pty_says(&t, "requested", QUIET_MS));
		assert_null(strstr(t.buf, "ignored"));
		assert_string_equal(jail_status(j, "state"), "run");
		ends(j, SIGTERM);
		pty_close(&t);
	}
}

#define OF_LINUX	"/proc/PID/status"

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_int),
		LIVE_TEST(test_int_nested),
		LIVE_TEST(test_quit),
		LIVE_TEST(test_winch),
		LIVE_TEST(test_ignored),
		LIVE_LINUX(test_ignored_inherited, OF_LINUX),
		LIVE_LINUX(test_flood, OF_LINUX),
#ifdef HAS_REGISTERS
		LIVE_TEST(test_fault),
#else
		LIVE_SKIPPED("test_fault", "needs Linux, x86-64 or arm64"),
#endif
		LIVE_TEST(test_tty),
		LIVE_TEST(test_tty_others),
		LIVE_TEST(test_tty_reboot),
		LIVE_TEST(test_tty_elsewhere),
	};

	LIVE_MAIN("signals");
}
