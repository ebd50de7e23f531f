/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What jailkill says during a halt: -n, -q, -v, and the screen of a terminal.
 * Guards against: a screen that breaks on small or unknown terminals, and a
 * terminal that holds up the halt.
 */
#include "kill.h"

#include <sys/ioctl.h>

/*
 * -n, -q, -v, terminals.
 */
TEST(test_dry)
{
	struct jail *p = kill_another(0);
	const char *jn, *pn;

	kill_boot(j, MARK_ARG, NULL);
	kill_boot_plain(p, PLAIN);
	jn = kill_name(j);
	pn = kill_name(p);
	kill_says(kill_run(NULL, "-nh", j->root, p->root, NULL), 0, kill_fmt(
	    "%s: would ask it to halt\n%s: does not listen, would send "
	    PLAIN_TERM "\n", jn, pn), "");
	kill_says(kill_run(NULL, "-np", "-t", "0", "-a", NULL), 0,
	    kill_fmt("%s: would ask it to poweroff\n", jn), "");
	kill_says(kill_run(NULL, "-nr", "-t", "0", j->root, "0", NULL),
	    EX_NOHOST, kill_fmt("%s: would ask it to reboot\n", jn),
	    "jailkill: 0: *\n");
	kill_says(kill_run(NULL, "-n", "-s", "KILL", "-A", NULL), 0, kill_fmt(
	    "%s: would send KILL to all of it\n"
	    "%s: would send KILL to all of it\n", jn, pn), "");
	jail_sleep_ms(200);
	kill_lives(j, 1);
	kill_lives(p, 2 * PLAIN_N + 2);
	assert_string_equal(jail_status(j, "state"), "run");
	assert_false(jail_exists(j, LIVE_MARK));
}

TEST(test_quiet)
{
	struct jail *p = kill_another(0);
	const char *line;

	kill_boot(j, "sleep 1000", NULL);
	kill_boot_plain(p, DEAF);
	line = kill_fmt("%s: " KILLED "\n", kill_name(p));
	kill_says(kill_run(NULL, "-hq", "-t", "6", p->root, j->root, NULL),
	    1, line, "");
	kill_gone(j);
	kill_gone(p);
	live_ok(jail_again(j));
	kill_boot(j, MARK_ARG, NULL);
	kill_says(kill_run(NULL, "-qh", j->root, NULL), 0, "", "");
}

TEST(test_verbose)
{
	const char *n;

	kill_boot(j, "trap '' TERM; sleep 1000", NULL);
	n = kill_name(j);
	kill_stop_first(j);
	/* That it is continued cannot be told by it, but by its end. */
	kill_says(kill_run(NULL, "-vh", "-t", "6", j->root, NULL), 0,
	    kill_fmt("%s: asking\n%s: asked\n%s: gone after # s"
	    LAST_WORD("*") "\n", n, n, n), "");
}

/* What a terminal shows in the end of text, whose only controls are \n, \r,
 * up and clear to the end. */
static void
screen(const char *text, char *out)
{
	char row[64][256] = { "" };
	int n, x = 0, y = 0, i;

	for (; *text != '\0'; text++) {
		if (sscanf(text, "\033[%dA", &n) == 1) {
			y -= n;
			text = strchr(text, 'A');
		} else if (strncmp(text, "\033[J", 3) == 0) {
			row[y][x] = '\0';
			for (i = y + 1; i < 64; i++)
				row[i][0] = '\0';
			text += 2;
		} else if (*text == '\r')
			x = 0;
		else if (*text == '\n')
			y++;
		else {
			row[y][x++] = *text;
			row[y][x] = '\0';
		}
		assert_true(y >= 0 && y < 64 && x < 250);
	}
	for (i = 0, *out = '\0'; i < 64 && row[i][0] != '\0'; i++)
		out += sprintf(out, "%s\n", row[i]);
}

/* All that was written to a terminal. */
static void
pty_text(int master_fd, char *buf, size_t size)
{
	struct pollfd p = { master_fd, POLLIN, 0 };
	size_t used = 0;
	ssize_t n;

	while (used < size - 1 && poll(&p, 1, 0) == 1 &&
	    (n = read(master_fd, buf + used, size - 1 - used)) > 0)
		used += (size_t)n;
	buf[used] = '\0';
}

/* The last line, of several. */
#define SUM								\
	"%d jails: %d had to be killed, %d still there; after # s of %d s\n"

static void
terminal(struct jail *j, unsigned short columns)
{
	struct winsize ws = { .ws_row = columns == 0 ? 0 : 24,
	    .ws_col = columns };
	struct jail *quick = kill_another(0);
	char text[16384], last[16384];
	struct kill_opts o = { 0 };
	const char *jn, *qn, *shown_last;
	int i, master_fd, shown = 0;

	kill_boot(j, "sleep 4.5", NULL);
	kill_boot(quick, NULL, NULL);
	jn = kill_name(j);
	qn = kill_name(quick);
	live_pty(&master_fd, &o.out_fd);
	live_ok(ioctl(master_fd, TIOCSWINSZ, &ws));
	live_ok(kill_run(&o, "-h", j->root, quick->root, NULL));
	pty_text(master_fd, text, sizeof(text));
	close(master_fd);
	close(o.out_fd);
	screen(text, last);
	shown_last = kill_fmt("%s: gone after # s\n%s: gone after # s\n"
	    SUM, qn, jn, 2, 0, 0, 120);
	if (!kill_like(last, shown_last))
		print_error("shown last:\n%s---\nof:\n%s---\n", last, text);
	assert_true(kill_like(last, shown_last));
	/* Each second, but on a busy machine. */
	for (i = 1; i <= 4; i++)
		if (strstr(text, kill_fmt("%s: rc.shutdown, %d s of 120 s\r\n",
		    jn, i)) != NULL)
			shown++;
	assert_true(shown >= (columns == 0 ? 1 : 2));
	assert_non_null(strstr(text, "\033[1A\r\033[J"));
}

TEST(test_terminal) { terminal(j, 200); }

/* A terminal that does not know its size, as on a serial line. */
TEST(test_terminal_no_size) { terminal(j, 0); }

/* At a machine's shutdown nobody says what the console can do. */
TEST(test_terminal_unknown)
{
	struct kill_opts o = { 0 };
	char text[16384];
	int i, master_fd;

	for (i = 0; i < 2; i++) {
		kill_boot(j, "sleep 1.5", NULL);
		live_pty(&master_fd, &o.out_fd);
		assert_int_equal(i == 0 ? unsetenv("TERM") :
		    setenv("TERM", "dumb", 1), 0);
		live_ok(kill_run(&o, "-h", j->root, NULL));
		pty_text(master_fd, text, sizeof(text));
		close(master_fd);
		close(o.out_fd);
		assert_non_null(strstr(text, "): gone after "));
		assert_null(strchr(text, '\033'));
		assert_null(strstr(text, "rc.shutdown"));
		live_ok(jail_again(j));
	}
}

/* The sum of several, on any terminal and nowhere else, unless quiet; who was
 * killed is counted. */
TEST(test_sum)
{
	static const struct {
		const char *term, *options;
		bool pty, sum;
	} t[] = {
		{ "dumb", "-h", true, true },
		{ "", "-h", true, true },
		{ "xterm", "-hv", true, true },
		{ "xterm", "-hq", true, false },
		{ "xterm", "-h", false, false },
	};
	struct jail *deaf = kill_another(0);
	struct kill_opts o = { 0 };
	char text[16384], *p;
	int master_fd;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		kill_boot(j, NULL, NULL);
		kill_boot_plain(deaf, DEAF);
		live_pty(&master_fd, &o.out_fd);
		live_ok(setenv("TERM", t[i].term, 1));
		assert_int_equal(kill_run(t[i].pty ? &o : NULL, t[i].options,
		    "-t", "1", deaf->root, ",", j->root, NULL), 1);
		pty_text(master_fd, text, sizeof(text));
		close(master_fd);
		close(o.out_fd);
		while ((p = strchr(text, '\r')) != NULL)
			memmove(p, p + 1, strlen(p));
		p = t[i].pty ? text : kill_last.out;
		assert_null(strchr(p, '\033'));
		if ((p = strstr(p, "2 jails: ")) != NULL)
			assert_true(p[-1] == '\n');
		assert_int_equal(p != NULL && kill_like(p, kill_fmt(SUM, 2, 1,
		    0, 1)), t[i].sum);
		live_ok(jail_again(j));
		live_ok(jail_again(deaf));
	}
}

/* One with room for a single line, where one jail is at TERM for a while. */
TEST(test_terminal_rows)
{
	struct jail *slow = kill_another(0);
	struct winsize ws = { .ws_row = 3, .ws_col = 200 };
	struct kill_opts o = { 0 };
	char text[16384];
	int master_fd;

	kill_boot(slow, "sleep 4", NULL);
	live_ok(jail_script(j, "/etc/rc", "(trap '' TERM; "
	    "while :; do sleep 1; done) &"));
	live_ok(jail_start(j, NULL, "/sbin/jailinit", "-t", "4", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_pty(&master_fd, &o.out_fd);
	live_ok(ioctl(master_fd, TIOCSWINSZ, &ws));
	live_ok(kill_run(&o, "-h", j->root, slow->root, NULL));
	pty_text(master_fd, text, sizeof(text));
	close(master_fd);
	close(o.out_fd);
	assert_non_null(strstr(text, kill_fmt("%s): TERM, ", j->root)));
	assert_non_null(strstr(text, " s of 120 s\r\nand 1 more\r\n"));
}

/* A name so long that a few lines are some kilobytes. */
static void
root_lengthen(struct jail *j)
{
	const char *to;
	int i;

	for (i = 0; i < 3; i++) {
		to = kill_fmt("%.*s/%0250d", (int)strlen(j->root) - 5,
		    j->root, i);
		live_ok(mkdir(to, 0755));
		to = kill_fmt("%s/root", to);
		live_ok(rename(j->root, to));
		strcpy(j->root, to);
	}
}

/* One that takes some kilobytes more and no longer. */
TEST(test_terminal_stalled)
{
	struct kill_opts o = { 0 };
	int fd, i, master_fd;
	char text[4096];
	struct kill k;
	ssize_t n;

	root_lengthen(j);
	kill_boot(j, "sleep 0.5", NULL);
	for (i = 0; i < KILL_MORE; i++) {
		root_lengthen(kill_another(i));
		live_ok(jail_start(&kill_more[i], NULL, "/bin/sleep", "1000",
		    NULL));
	}
	live_pty(&master_fd, &o.out_fd);
	fd = open(ptsname(master_fd), O_WRONLY | O_NOCTTY | O_NONBLOCK |
	    O_CLOEXEC);
	memset(text, '.', sizeof(text));
	/* A pty hands on what it has a little later: there is room again. */
	for (i = 0; i < 30; i++, jail_sleep_ms(10))
		while ((n = write(fd, text, sizeof(text))) > 0)
			i = 0;
	assert_int_equal(read(master_fd, text, 64), 64);
	kill_start(&k, &o, "-hv", "-t", "2", "-A", NULL);
	assert_int_not_equal(jail_wait(j, 2000 + LIVE_LATE_MS, NULL), -1);
	for (i = 0; i < KILL_MORE; i++)
		assert_int_not_equal(jail_wait(&kill_more[i],
		    3000 + LIVE_LATE_MS, NULL), -1);
	assert_int_equal(waitpid(k.pid, NULL, WNOHANG), 0);
	while (waitpid(k.pid, NULL, WNOHANG) == 0) {
		pty_text(master_fd, text, sizeof(text));
		jail_sleep_ms(1);
	}
	close(fd);
	close(o.out_fd);
	close(master_fd);
	close(k.out_fd);
	close(k.err_fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KILL_TEST(test_dry),
		KILL_TEST(test_quiet),
		KILL_TEST(test_verbose),
		KILL_LINUX(test_terminal,
		    "who enters does not stay to see the state"),
		KILL_LINUX(test_terminal_no_size,
		    "who enters does not stay to see the state"),
		KILL_TEST(test_terminal_unknown),
		KILL_TEST(test_sum),
		KILL_LINUX(test_terminal_rows,
		    "who enters does not stay to see the state"),
		KILL_TEST(test_terminal_stalled),
	};

	kill_world();
	LIVE_MAIN("kill_say");
}
