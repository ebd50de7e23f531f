/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of jailkill against jails that fight back, see hostile.h.  Touches the
 * test's jail, and files beside its root. */
#include "hostile.h"

#define ARGS_MAX	16

struct run run;
int host_fd = -1;
char host_dir[PATH_MAX];
struct shared *shared;

/*
 * Programs.
 */
/* In the child; a session of its own, so that all of it can be killed. */
static _Noreturn void
run_exec(const char *const *argv, int out_fd)
{
	(void)setsid();
	(void)dup2(open("/dev/null", O_RDONLY), 0);
	(void)dup2(out_fd, 1);
	(void)dup2(out_fd, 2);
	closefrom(3);
	(void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

int
run_on(int64_t limit_ms, const char *const *argv, int master_fd, int out_fd)
{
	int64_t begun_ms = jail_now_ms();
	struct pollfd p = { master_fd, POLLIN, 0 };
	size_t used = 0;
	ssize_t n = 1;
	pid_t pid;
	int st = 0;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		run_exec(argv, out_fd);
	close(out_fd);
	assert_true(pid > 0);
	while (n > 0 && jail_now_ms() - begun_ms < limit_ms) {
		if (poll(&p, 1, 20) == 0)
			continue;
		n = read(master_fd, run.out + used, OUT_MAX - 1 - used);
		used += n > 0 ? (size_t)n : 0;
		if (used == OUT_MAX - 1)
			break;
	}
	run.out[used] = '\0';
	close(master_fd);
	while (waitpid(pid, &st, WNOHANG) == 0) {
		if (jail_now_ms() - begun_ms >= limit_ms) {
			(void)kill(-pid, SIGKILL);
			(void)waitpid(pid, &st, 0);
			n = 1;
			break;
		}
		jail_sleep_ms(1);
	}
	run.took_ms = jail_now_ms() - begun_ms;
	run.code = n > 0 ? HUNG : WIFEXITED(st) ? WEXITSTATUS(st) :
	    128 + WTERMSIG(st);
	return (run.code);
}

static int
run_it(int64_t limit_ms, const char *const *argv)
{
	int p[2];

	live_ok(pipe2(p, O_CLOEXEC));
	return (run_on(limit_ms, argv, p[0], p[1]));
}

/* The plain way: a shell of the host's. */
static int
plain_run(int64_t limit_ms, const char *format, va_list ap)
{
	static char script[PATH_MAX * 2];
	const char *argv[] = { "/bin/sh", "-c", script, NULL };

	vsnprintf(script, sizeof(script), format, ap);
	return (run_it(limit_ms, argv));
}

int
plain(const char *format, ...)
{
	va_list ap;
	int code;

	va_start(ap, format);
	code = plain_run(LIVE_SOON_MS, format, ap);
	va_end(ap);
	return (code);
}

void
plain_hangs(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	assert_int_equal(plain_run(400, format, ap), HUNG);
	va_end(ap);
}

const char *
jailkill_path(void)
{
	const char *p = getenv("JAILKILL");

	return (p != NULL && *p != '\0' ? p : "build/jailkill");
}

static void
args_fill(const char **argv, const char *first, va_list ap)
{
	size_t n = 0;

	argv[n++] = jailkill_path();
	for (; first != NULL && n < ARGS_MAX - 1;
	    first = va_arg(ap, const char *))
		argv[n++] = first;
	argv[n] = NULL;
}

int
jk(int64_t limit_ms, const char *first, ...)
{
	const char *argv[ARGS_MAX];
	va_list ap;

	va_start(ap, first);
	args_fill(argv, first, ap);
	va_end(ap);
	if (run_it(jail_slack(limit_ms), argv) == HUNG)
		print_error("jailkill %s ... did not end in %d ms:\n%s",
		    argv[1], (int)jail_slack(limit_ms), run.out);
	assert_int_not_equal(run.code, HUNG);
	return (run.code);
}

int64_t
halt_ms(int seconds)
{
	return ((int64_t)seconds * 1000 + 1000 + BUSY_MS);
}

const char *
jail_name(const struct jail *j)
{
	static char name[32];

	snprintf(name, sizeof(name), "pid=%d", (int)j->pid);
	return (name);
}

void
said(const char *text)
{
	if (strstr(run.out, text) == NULL)
		print_error("no \"%s\" in:\n%s(exit status %d)\n", text,
		    run.out, run.code);
	assert_non_null(strstr(run.out, text));
}

void
code_is(int a, int b)
{
	if (run.code != a && run.code != b)
		print_error("exit status %d, not %d or %d:\n%s", run.code, a,
		    b, run.out);
	assert_true(run.code == a || run.code == b);
}

bool
is_there(const struct jail *j)
{
	struct pollfd p = { j->pidfd, POLLIN, 0 };

	return (poll(&p, 1, 0) == 0);
}

void
hostile_boot(struct jail *j, const struct jail_opts *o)
{
	live_ok(jail_start(j, o, "/sbin/jailinit", "-B", "1", NULL));
	live_ok(jail_wait_state(j, "run", LIVE_SOON_MS));
}

void
halts(struct jail *j, int seconds)
{
	char t[8];

	snprintf(t, sizeof(t), "%d", seconds);
	jk(halt_ms(seconds), "-v", "-h", "-t", t, jail_name(j), NULL);
	code_is(0, 1);
	assert_false(is_there(j));
}

bool
json_is(const char *p)
{
	bool in = false, key = false;
	int depth = 0;

	for (; *p != '\0'; p++) {
		if (*p != '\n' && (*p < ' ' || *p > '~'))
			return (false);
		if (in) {
			if (*p == '\n')
				return (false);
			if (*p == '\\' && (p[1] == '\0' ||
			    strchr("\"\\/bfnrtu", p[1]) == NULL))
				return (false);
			if (*p == '\\')
				p++;
			else
				in = *p != '"';
			continue;
		}
		in = *p == '"';
		key |= in;
		depth += (*p == '{') - (*p == '}');
		if (depth < 0 || depth > 2 || (*p == '\n' && depth != 0))
			return (false);
	}
	return (!in && key && depth == 0);
}

void
status_write(const struct jail *j, const char *text)
{
	live_ok(jail_write(j, JAIL_STATUS, 0644, text));
}

/*
 * The host's files that a jail is after.
 */
const char *
host_path(const char *name)
{
	static char buf[2][PATH_MAX + 64];
	static int next;
	char *b = buf[next++ % 2];

	snprintf(b, sizeof(buf[0]), "%s/%s", host_dir, name);
	return (b);
}

static void
host_file(const char *name)
{
	int fd = open(host_path(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, UNTOUCHED, strlen(UNTOUCHED)),
	    strlen(UNTOUCHED));
	close(fd);
}

bool
host_opened(void)
{
	char buf[65536];
	bool any = false;

	while (read(host_fd, buf, sizeof(buf)) > 0)
		any = true;
	return (any);
}

void
host_reset(void)
{
	host_file("jailinit.ctl");
	host_file("jailinit.status");
	(void)host_opened();
}

void
host_make(const struct jail *j)
{
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s/host", j->dir);
	assert_true(mkdir(dir, 0755) == 0 || errno == EEXIST);
	strcat(dir, "/var");
	assert_true(mkdir(dir, 0755) == 0 || errno == EEXIST);
	strcat(dir, "/run");
	assert_true(mkdir(dir, 0755) == 0 || errno == EEXIST);
	snprintf(host_dir, sizeof(host_dir), "%s", dir);
	if (host_fd != -1)
		close(host_fd);
	host_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	host_reset();
	assert_true(inotify_add_watch(host_fd, host_dir, IN_OPEN | IN_ACCESS |
	    IN_MODIFY | IN_CREATE | IN_DELETE) >= 0);
}

bool
host_written(const char *name)
{
	char buf[128] = "";
	int fd = open(host_path(name), O_RDONLY | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : read(fd, buf, sizeof(buf) - 1);

	if (fd != -1)
		close(fd);
	return (n != (ssize_t)strlen(UNTOUCHED) || strcmp(buf, UNTOUCHED) != 0);
}

void
host_untouched(void)
{
	assert_false(host_opened());
	assert_false(host_written("jailinit.ctl"));
	assert_false(host_written("jailinit.status"));
	(void)host_opened();	/* by us */
}

/*
 * What processes of the jail and the test have in common.
 */
void
shared_make(void)
{
	if (shared != NULL)
		(void)munmap(shared, sizeof(*shared));
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
}

void
wait_for(const volatile int *what, int n)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (*what < n && jail_now_ms() < end_ms)
		jail_sleep_ms(1);
	assert_true(*what >= n);
}

void
watch(void (*fn)(pid_t), void (*idle)(void))
{
	char buf[128], *p;
	pid_t last = 0, i;
	long n;
	ssize_t len;
	int fd;

	while (!shared->go)
		(void)poll(NULL, 0, 1);
	fd = open("/proc/loadavg", O_RDONLY);
	for (n = 0;; n++) {
		/* Its last word is the namespace's last pid. */
		if (last == 0 && (len = pread(fd, buf, sizeof(buf) - 1, 0)) >
		    0) {
			buf[len] = '\0';
			p = strrchr(buf, ' ');
			last = p == NULL ? 0 : (pid_t)strtol(p, NULL, 10);
			shared->ready |= 0x100;
		}
		for (i = 1; i <= 8; i++)
			if (kill(last + i, 0) == 0 || errno == EPERM) {
				last += i;
				shared->seen++;
				fn(last);
				break;
			}
		if (i > 8 && n % 64 == 0) {
			idle();
			if (n % 4096 == 0)
				last = 0;
		}
	}
}

static void
victim_signal(int sig)
{
	(void)sig;
	shared->signalled++;
}

void
victim(void)
{
	(void)signal(SIGURG, victim_signal);
	shared->ready++;
	for (;;)
		(void)pause();
}

void
signalled(long before)
{
	int64_t end_ms = jail_now_ms() + LIVE_SOON_MS;

	while (shared->signalled == before && jail_now_ms() < end_ms)
		jail_sleep_ms(1);
	assert_true(shared->signalled > before);
}

void
first_begin(void)
{
	closefrom(3);
	(void)prctl(PR_SET_NAME, "jailinit");
}

void
first_mute(void *arg)
{
	int fd;

	(void)arg;
	first_begin();
	fd = open(JAIL_CTL, O_RDWR | O_NONBLOCK);
	shared->ready = fd != -1 ? 1 : 2;
	for (;;)
		(void)pause();
}

void
mute_start(struct jail *j, const struct jail_opts *with)
{
	struct jail_opts o = { 0 };

	if (with != NULL)
		o = *with;
	if (o.before_exec == NULL)
		o.before_exec = first_mute;
	shared_make();
	live_ok(jail_start(j, &o, "/bin/true", NULL));
	wait_for(&shared->ready, 1);
}

void
fifo_make(const struct jail *j)
{
	(void)unlink(jail_path(j, JAIL_CTL));
	live_ok(mkfifo(jail_path(j, JAIL_CTL), 0600));
}
