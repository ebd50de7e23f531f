/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jailkill(3), called in a child, whose exit status is the line that failed.
 * Guards against: a call that disturbs its caller's signals, descriptors,
 * children or threads.
 */
#include "kill.h"

#include <pthread.h>

#include "probe.h"

#ifndef __WALL
#define __WALL		0
#endif

/*
 * The library, in a child, whose exit status is the line that went wrong.
 */
#define LIB_CHECK(e)							\
	do {								\
		if (!(e))						\
			_exit(__LINE__ % 255 + 1);			\
	} while (0)

static void
lib_run(void (*fn)(const struct jail *), const struct jail *j)
{
	pid_t pid;
	int st = -1;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)die_with_parent();
		(void)alarm((unsigned)jail_slack(30));
		fn(j);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &st, 0), pid);
	if (st != 0)
		print_error("wait status %x: line %d (mod 255)\n",
		    (unsigned)st, WEXITSTATUS(st) - 1);
	assert_int_equal(st, 0);
}

static void
lib_errors(const struct jail *j)
{
	jailid_t jid = kill_jid_of(j->pid), found = 0;

	errno = 0;
	LIB_CHECK(jailkill(jid, -1) == -1 && errno == EINVAL);
	errno = 0;
	LIB_CHECK(jailkill(jid, atoi(JAIL_NO_SIGNAL)) == -1 &&
	    errno == EINVAL);
	errno = 0;
	LIB_CHECK(jailkill(999998, SIGTERM) == -1 && errno == ESRCH);
	errno = 0;
	LIB_CHECK(jailkill(0, SIGKILL) == -1 && errno == ESRCH);
	errno = 0;
	LIB_CHECK(jailkill_find("/", &found) == -1 && errno == EINVAL);
	errno = 0;
#ifdef __linux__	/* elsewhere a name like others */
	LIB_CHECK(jailkill_find("pid=x", &found) == -1 && errno == EINVAL);
#endif
	errno = 0;
	LIB_CHECK(jailkill_find("", &found) == -1 && errno == EINVAL);
	errno = 0;
	LIB_CHECK(jailkill_find("999998", &found) == -1 && errno == ESRCH);
	errno = 0;
	LIB_CHECK(jailkill_find(kill_pid_name(getpid()), &found) == -1 &&
	    errno == ESRCH);
	LIB_CHECK(found == 0);
	LIB_CHECK(jailkill_find(kill_jid(j), &found) == 0 && found == jid);
	found = 0;
	LIB_CHECK(jailkill_find(kill_pid_name(j->pid), &found) == 0 &&
	    found == jid);
	LIB_CHECK(jailkill(jid, 0) == 0);
	if (setresuid(NOBODY, NOBODY, NOBODY) == 0) {
		errno = 0;
		LIB_CHECK(jailkill(jid, SIGTERM) == -1 && errno == EPERM);
		errno = 0;
		LIB_CHECK(jailkill(jid, SIGKILL) == -1 && errno == EPERM);
	}
}

TEST(test_lib_errors)
{
	kill_boot_probe(j, "64");
	lib_run(lib_errors, j);
	assert_string_equal(jail_file(j, GOT), "ready\n");
	kill_lives(j, 2);
}

static volatile sig_atomic_t lib_caught;

static void
lib_on_signal(int sig)
{
	(void)sig;
	lib_caught++;
}

static int
fds_open(void)
{
	int fd, n = 0;

	for (fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return (n);
}

/* How the caller has SIGCHLD makes no difference, and is not touched. */
static void
lib_caller(jailid_t jid, void (*handler)(int))
{
	struct sigaction sa = { .sa_handler = handler }, now;
	sigset_t set, after;
	int i, fds = fds_open();

	LIB_CHECK(sigaction(SIGCHLD, &sa, NULL) == 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGTERM);
	LIB_CHECK(sigprocmask(SIG_SETMASK, &set, NULL) == 0);
	for (i = 0; i < 3; i++)
		LIB_CHECK(jailkill(jid, JAIL_SIGRTMIN + 6) == 0);
	LIB_CHECK(sigprocmask(SIG_SETMASK, NULL, &after) == 0);
	for (i = 1; i < 65; i++)
		LIB_CHECK(sigismember(&after, i) == sigismember(&set, i));
	LIB_CHECK(sigaction(SIGCHLD, NULL, &now) == 0 &&
	    now.sa_handler == handler);
	LIB_CHECK(sigpending(&set) == 0 && sigismember(&set, SIGTERM) == 0 &&
	    sigismember(&set, SIGUSR1) == 0);
	errno = 0;
	LIB_CHECK(waitpid(-1, NULL, __WALL | WNOHANG) == -1 &&
	    errno == ECHILD);
	LIB_CHECK(lib_caught == 0);
	LIB_CHECK(fds_open() == fds);
}

static void
lib_signal(const struct jail *j)
{
	jailid_t jid = kill_jid_of(j->pid);

	lib_caller(jid, SIG_DFL);
	lib_caller(jid, SIG_IGN);
	lib_caller(jid, lib_on_signal);
	LIB_CHECK(jailkill(jid, SIGKILL) == 0);
	LIB_CHECK(proc_state(j->pid) == 'Z' &&
	    jail_wait_count(j, 1, LIVE_SOON_MS) == 0);
	errno = 0;
	LIB_CHECK(jailkill(jid, SIGKILL) == -1 && errno == ESRCH);
}

TEST(test_lib_signal)
{
	const char *got = "ready\n";
	int i;

	for (i = 0; i < 9; i++)
		got = kill_fmt("%s%s\n", got, kill_rt(6));

	kill_boot_probe(j, "64");
	lib_run(lib_signal, j);
	/* As it was killed at once, some may not have been heard. */
	assert_int_equal(strncmp(got, jail_file(j, GOT),
	    strlen(jail_file(j, GOT))), 0);
	kill_gone(j);
}

/* A daemon has closed them. */
static void
lib_no_fds(const struct jail *j)
{
	jailid_t jid = kill_jid_of(j->pid);

	closefrom(0);
	LIB_CHECK(jailkill(jid, SIGSTOP) == 0);
	LIB_CHECK(kill_stops(j->pid));
	LIB_CHECK(jailkill(jid, SIGCONT) == 0);
	LIB_CHECK(jailkill(jid, SIGKILL) == 0);
	LIB_CHECK(fds_open() == 0);
}

TEST(test_lib_no_fds)
{
	kill_boot_plain(j, PLAIN);
	lib_run(lib_no_fds, j);
	kill_gone(j);
}

#define LIB_ROUNDS	50

static void *
lib_thread(void *arg)
{
	const jailid_t *jid = arg;
	uintptr_t failed = 0;
	int i;

	for (i = 0; i < LIB_ROUNDS; i++)
		failed += jailkill(*jid, SIGCONT) != 0;
	return ((void *)failed);
}

static void
lib_threads(const struct jail *j)
{
	jailid_t jid[2] = { kill_jid_of(j->pid),
	    kill_jid_of(kill_more[0].pid) };
	pthread_t t[4];
	void *failed;
	int i, fds = fds_open();

	for (i = 0; i < 4; i++)
		LIB_CHECK(pthread_create(&t[i], NULL, lib_thread,
		    &jid[i % 2]) == 0);
	for (i = 0; i < 4; i++)
		LIB_CHECK(pthread_join(t[i], &failed) == 0 && failed == NULL);
	errno = 0;
	LIB_CHECK(waitpid(-1, NULL, __WALL | WNOHANG) == -1 &&
	    errno == ECHILD);
	LIB_CHECK(fds_open() == fds);
}

TEST(test_lib_threads)
{
	kill_boot_plain(j, PLAIN);
	kill_boot_plain(kill_another(0), PLAIN);
	lib_run(lib_threads, j);
	kill_lives(j, 2 * PLAIN_N + 2);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		KILL_TEST(test_lib_errors),
		KILL_TEST(test_lib_signal),
		KILL_TEST(test_lib_no_fds),
		KILL_TEST(test_lib_threads),
	};
	int status = probe_main(argc, argv);

	if (status != -1)
		return (status);
	kill_world();
	LIVE_MAIN("kill_lib");
}
