/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rare paths at the start that no other test runs: paths that are too long,
 * and sockets, descriptors or interpreters that are none.
 */
#include "live.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <stddef.h>
#include <termios.h>

#define JAILINIT	"/sbin/jailinit"
#define READY_FD	3

/* It goes on with signals alone. */
TEST(test_long_path)
{
	static char path[700] = "/tmp/";

	memset(path + strlen(path), 'x', sizeof(path) - strlen(path) - 1);
	live_ok(jail_start(j, NULL, JAILINIT, "-c", path, NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_log_has(j, "File name too long; signals still work");
	live_ok(jail_signal(j, SIGTERM));
	(void)live_exits(j, 0, LIVE_SOON_MS);
}

TEST(test_empty_path)
{
	live_ok(jail_start(j, NULL, JAILINIT, "-c", "", NULL));
	(void)live_exits(j, 64, LIVE_SOON_MS);
	live_log_has(j, "an empty path");
}

TEST(test_notify_relative)
{
	static const char *const env[] = { "NOTIFY_SOCKET=x", NULL };
	static const struct jail_opts o = { .env = env };

	live_boot(j, &o);
	live_log_has(j, "NOTIFY_SOCKET x: Invalid argument");
}

/* Whoever was to be told has gone. */
TEST(test_notify_gone)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char var[128];
	const char *env[] = { var, NULL };
	struct jail_opts o = { .env = env };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len;

#ifdef __linux__
	len = (socklen_t)offsetof(struct sockaddr_un, sun_path) +
	    1 + (socklen_t)snprintf(sun.sun_path + 1, 32, "edges.%d",
	    (int)getpid());
	snprintf(var, sizeof(var), "NOTIFY_SOCKET=@%s", sun.sun_path + 1);
#else
	len = sizeof(sun);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s",
	    jail_path(j, "/tmp/n"));
	snprintf(var, sizeof(var), "NOTIFY_SOCKET=/tmp/n");
#endif
	live_ok(bind(fd, (struct sockaddr *)&sun, len));
	live_ok(jail_script(j, "/etc/rc", "while [ ! -e /tmp/go ]; "
	    "do sleep 0.05; done"));
	live_ok(jail_start(j, &o, JAILINIT, NULL));
	live_ok(jail_wait_state(j, "boot", LIVE_SOON_MS));
	close(fd);
	live_ok(jail_write(j, "/tmp/go", 0644, ""));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
#ifdef __linux__
	live_log_has(j, "NOTIFY_SOCKET: Connection refused");
#else	/* it was connected at the start */
	live_log_has(j, "NOTIFY_SOCKET: Connection reset by peer");
#endif
}

static void
ctty_take(void *arg)
{
	(void)arg;
	(void)ioctl(0, TIOCSCTTY, 0);
}

/* Boot mode leaves the terminal that it leads: ^C there is no request. */
TEST(test_terminal_left)
{
	int fds[3] = { -1, JAIL_FD_DEFAULT, JAIL_FD_DEFAULT }, master_fd;
	struct jail_opts o = { .fds = fds, .before_exec = ctty_take };

	live_pty(&master_fd, &fds[0]);
	live_ok(jail_start(j, &o, JAILINIT, NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	assert_int_equal(write(master_fd, "\003", 1), 1);
	jail_sleep_ms(200);
	assert_string_equal(jail_status(j, "request"), "");
	assert_string_equal(jail_status(j, "state"), "run");
	close(master_fd);
	close(fds[0]);
}

static void
ready_readonly(void *arg)
{
	int fd = open("/dev/null", O_RDONLY);

	(void)arg;
	(void)dup2(fd, READY_FD);
}

TEST(test_ready_readonly)
{
	static const struct jail_opts o = { .before_exec = ready_readonly };

	live_ok(jail_start(j, &o, JAILINIT, "-d", "3", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
	live_log_has(j, "-d 3: Bad file descriptor");
}

/* Scripts that are not executable, and no shell. */
TEST(test_no_shell)
{
	live_ok(unlink(jail_path(j, "/bin/sh")));
	live_ok(jail_write(j, "/etc/rc", 0644, "exit 0\n"));
	live_ok(jail_write(j, "/etc/rc.request.d/x", 0644, "exit 0\n"));
	live_boot(j, NULL);
	assert_string_equal(jail_status(j, "boot_status"), "127");
	live_log_has(j, "jailinit: /bin/sh: No such file or directory");
	live_ok(jail_ctl(j, "x\n"));
	live_ok(jail_wait_status(j, "job_status", "127", LIVE_SOON_MS));
}

TEST(test_no_sockets)
{
	static const char *const env[] = { "LISTEN_PID=1", "LISTEN_FDS=0",
	    NULL };
	static const struct jail_opts o = { .env = env };

	live_ok(jail_start(j, &o, JAILINIT, "--", "/bin/sh", "-c",
	    "[ ! -e /proc/self/fd/3 ] && exit 7", NULL));
	(void)live_exits(j, 7, LIVE_SOON_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_long_path),
		LIVE_TEST(test_empty_path),
		LIVE_TEST(test_notify_relative),
		LIVE_TEST(test_notify_gone),
		LIVE_TEST(test_terminal_left),
		LIVE_TEST(test_ready_readonly),
		LIVE_TEST(test_no_shell),
		LIVE_TEST(test_no_sockets),
	};

	LIVE_MAIN("edges");
}
