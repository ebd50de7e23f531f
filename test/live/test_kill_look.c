/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How jailkill looks for root's jails, while a user of the host without rights
 * makes that slow, or makes jails that hang it, fill it or pass for root's.
 * Each test first sees the plain way fall for it, in a PID namespace of its
 * own.
 * check: alone
 * only linux: users with jails of their own, and /proc
 */
#include "fuse.h"
#include "live.h"
#include "many.h"

#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>

#define USER		1000		/* the attacker */
#define GROUPS		65536
#define SHUTDOWN_1_S	"sleep 1; echo >" MANY_MARK

/* No more of a jailkill's own may be left at the jails of others, and a few
 * that are just ending. */
#define STUCK_MAX	20

/* What is in common of the attacker's processes and the test. */
struct shared {
	volatile int ready;		/* processes that are where they
					 * should be; < 0: one could not */
	volatile int go;
	volatile int mute, asked;	/* of the file system */
	volatile pid_t server;
};

static struct shared *shared;

static void
shared_make(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(shared != MAP_FAILED);
}

static void
ready(void)
{
	(void)__atomic_fetch_add(&shared->ready, 1, __ATOMIC_SEQ_CST);
}

static void
ready_wait(int n)
{
	int64_t end_ms = jail_now_ms() + jail_slack(30000);

	while (shared->ready < n) {
		MUST(jail_now_ms() < end_ms);
		jail_sleep_ms(5);
	}
}

/* In a process of the attacker's, which cannot. */
static _Noreturn void
cannot(const char *what)
{
	perror(what);
	_exit(1);
}

static void
text_put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		cannot(path);
	close(fd);
}

static void
user_become(void)
{
	closefrom(3);
	if (setgroups(0, NULL) == -1 || setresgid(USER, USER, USER) == -1 ||
	    setresuid(USER, USER, USER) == -1)
		cannot("setresuid");
	(void)prctl(PR_SET_DUMPABLE, 1);	/* as after login */
}

/* unshare -Urm. */
static void
user_unshare(void)
{
	char map[32];

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == -1)
		cannot("unshare");
	text_put("/proc/self/setgroups", "deny");
	(void)snprintf(map, sizeof(map), "0 %d 1", USER);
	text_put("/proc/self/uid_map", map);
	text_put("/proc/self/gid_map", map);
}

/* Namespaces may be refused to users. */
static void
need_userns(void)
{
	pid_t pid = fork();
	int st;

	if (pid == 0) {
		user_become();
		_exit(unshare(CLONE_NEWUSER | CLONE_NEWPID) == 0 ? 0 : 1);
	}
	MUST(pid > 0 && waitpid(pid, &st, 0) == pid);
	if (st != 0)
		many_skip("a user may have no namespaces");
}

/* A first process that fakes a jail, and ignores what it can. */
static _Noreturn void
fake_first(void)
{
	(void)signal(SIGTERM, SIG_IGN);
	(void)prctl(PR_SET_NAME, "jailinit");
	ready();
	for (;;)
		(void)pause();
}

static pid_t
pidns_clone(void)
{
	return ((pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL,
	    NULL, NULL));
}

/* n of them, by a user who has entered root; the one who made them. */
static pid_t
fakes_start(int n, const char *root)
{
	int i, before = shared->ready;
	pid_t pid = fork();

	MUST(pid >= 0);
	if (pid != 0) {
		ready_wait(before + n);
		return (pid);
	}
	user_become();
	user_unshare();
	if (root != NULL && (chroot(root) == -1 || chdir("/") == -1))
		cannot(root);
	for (i = 0; i < n; i++)
		switch (pidns_clone()) {
		case -1:
			cannot("clone");
		case 0:
			fake_first();
		default:
			break;
		}
	for (;;)
		(void)pause();
}

/* A root is looked for in a tenth of the time, all jails of others and a busy
 * machine among them. */
#define ROOT_S	30
#define ROOT_T	"30"

/* Root's own jail, whose end takes a second. */
static struct many_jail *
honest_start(struct many *m)
{
	const struct many_how how = { .shutdown = SHUTDOWN_1_S };
	struct many_jail *j = many_start(m, &how);

	many_wait_run(m);
	return (j);
}

static void
says(const struct run *r, bool ok, const char *what)
{
	if (!ok)
		fprintf(stderr, "%s: exit status %d, %d ms\n%.2000s%.2000s",
		    what, r->status, (int)r->took_ms, r->err, r->out);
	MUST(ok);
}

/* It has halted in its own time, and jailkill in its; whatever has become of
 * others. */
static void
halted(struct run *r, const struct many_jail *j, int seconds, bool others)
{
	const char *line = run_line(r, j->jid);

	says(r, many_gone(j) && many_has(j, MANY_MARK), "rc.shutdown");
	says(r, strstr(line, ": gone after ") != NULL &&
	    strstr(line, "out of time") == NULL, "no force");
	says(r, r->status == 0 || (others && r->status <= 2), "status");
	says(r, r->took_ms <= jail_slack(seconds * 1000 + 2500), "time");
	run_free(r);
}

/*
 * What a look costs.
 */
static gid_t groups[GROUPS];

static void
groups_take(void)
{
	int i;

	for (i = 0; i < GROUPS; i++)
		groups[i] = (gid_t)(2000000000 + i);
	MUST(setgroups(GROUPS, groups) == 0);
}

/* Root stands in for newgidmap(1) here, which gives them to a user. */
static void
idle_start(int n, bool jails)
{
	pid_t pid = fork();

	MUST(pid >= 0);
	if (pid != 0)
		return;
	groups_take();
	for (; n > 0; n--) {
		pid = jails ? pidns_clone() : fork();
		if (pid == 0) {
			if (setresuid(USER, USER, USER) == -1)
				cannot("setresuid");
			fake_first();
		}
		if (pid == -1)
			cannot("fork");
	}
	for (;;)
		(void)pause();
}

/* Reads status of so many processes of the user's, as ps(1) does. */
static int64_t
status_ms(int n)
{
	int64_t begun_ms = jail_now_ms();
	char path[PATH_MAX], buf[4096];
	const struct dirent *e;
	DIR *d = opendir("/proc");
	struct stat st;
	int fd;

	MUST(d != NULL);
	while (n > 0 && (e = readdir(d)) != NULL) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9' ||
		    fstatat(dirfd(d), e->d_name, &st, 0) == -1 ||
		    st.st_uid != USER)
			continue;
		n--;
		(void)snprintf(path, sizeof(path), "/proc/%s/status",
		    e->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		(void)!read(fd, buf, sizeof(buf));
		close(fd);
	}
	closedir(d);
	return (jail_now_ms() - begun_ms);
}

static void
test_look_groups(struct jail *base)
{
	struct many_jail *j;
	struct many m;
	struct run r;
	int64_t plain_ms;
	int i;

	many_init(&m, base);
	shared_make();
	idle_start(300, false);
	idle_start(100, true);
	ready_wait(400);
	plain_ms = status_ms(30);
	MUST(plain_ms >= 300);
	for (i = 0; i < 3; i++) {
		j = honest_start(&m);
		MUST(run_kill(&r, "-l", NULL) == 0);
		printf("400 processes of many groups: -l in %d ms, the "
		    "status of 30 in %d ms\n", (int)r.took_ms,
		    (int)plain_ms);
		says(&r, strstr(run_line(&r, j->jid), " run ") != NULL, "-l");
		says(&r, r.took_ms < plain_ms, "-l");
		run_free(&r);
		(void)run_kill(&r, "-h", "-t", i == 1 ? ROOT_T : "5",
		    i == 0 ? run_jid(j->jid) : i == 1 ? j->root : "-a", NULL);
		halted(&r, j, i == 1 ? ROOT_S : 5, i == 2);
	}
	many_end(&m);
}

/*
 * No walk: with getdents64(2) refused.
 */
static void
walk_refuse(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getdents64, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { 4, code };

	MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0);
}

/* Of pidfds, Linux 6.14. */
static bool
has_handles(void)
{
	union {
		struct file_handle h;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} u = { .h.handle_bytes = MAX_HANDLE_SZ };
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0), id;

	return (name_to_handle_at(fd, "", &u.h, &id, AT_EMPTY_PATH) == 0);
}

static void
test_look_no_walk(struct jail *base)
{
	struct many_jail *j;
	char name[24];
	struct many m;
	struct run r;

	many_init(&m, base);
	j = honest_start(&m);
	(void)snprintf(name, sizeof(name), "pid=%d", (int)j->pid);
	walk_refuse();
	MUST(opendir("/proc") != NULL && readdir(opendir("/proc")) == NULL);
	MUST(run_kill(&r, "-l", NULL) != 0);
	run_free(&r);
	(void)run_kill(&r, "-s", "0", name, NULL);
	says(&r, r.status == 0, "by pid=");
	run_free(&r);
	if (!has_handles())
		many_skip("no file handles of pidfds before Linux 6.14");
	(void)run_kill(&r, "-s", "0", run_jid(j->jid), NULL);
	says(&r, r.status == 0, "by jid");
	run_free(&r);
	(void)run_kill(&r, "-s", "0", "1", NULL);
	says(&r, r.status == 68, "by a jid that is nobody's");
	run_free(&r);
	(void)run_kill(&r, "-h", "-t", "5", run_jid(j->jid), NULL);
	halted(&r, j, 5, false);
	many_end(&m);
}

/*
 * A file system that answers as long as it likes.
 */
/* Everything there is a directory.  Nothing is answered while shared->mute. */
static bool
fuse_answer(const struct fuse_in_header *in)
{
	const struct fuse_attr_out attr = { .attr = { .ino = in->nodeid,
	    .mode = S_IFDIR | 0755, .nlink = 2 } };
	const struct fuse_entry_out entry = { .nodeid = 2, .attr = { .ino = 2,
	    .mode = S_IFDIR | 0755, .nlink = 2 } };
	const struct fuse_statfs_out statfs = { 0 };

	if (in->opcode == FUSE_FORGET)
		return (true);
	shared->asked++;
	if (shared->mute)
		return (true);
	switch (in->opcode) {
	case FUSE_GETATTR:
		fuse_reply(in, 0, &attr, sizeof(attr));
		break;
	case FUSE_LOOKUP:
		fuse_reply(in, 0, &entry, sizeof(entry));
		break;
	case FUSE_STATFS:
		fuse_reply(in, 0, &statfs, sizeof(statfs));
		break;
	default:
		fuse_reply(in, ENOSYS, NULL, 0);
		break;
	}
	return (true);
}

/* By the device, which takes a mount by who has opened it alone. */
static void
fuse_start(const char *device)
{
	pid_t pid;

	fuse_fd = open(device, O_RDWR | O_CLOEXEC);
	if (fuse_fd == -1)
		cannot(device);
	pid = fork();
	if (pid == 0) {
		shared->server = getpid();
		fuse_serve(fuse_answer);
		_exit(0);
	}
	if (pid == -1)
		cannot("fork");
}

/* One for everybody, as most hosts have it. */
static const char *
fuse_device(const struct jail *base)
{
	static char device[PATH_MAX];
	struct stat st;
	int fd;

	(void)snprintf(device, sizeof(device), "%s/fuse", base->dir);
	MUST(chmod(base->dir, 0755) == 0);
	if (stat("/dev/fuse", &st) == -1 ||
	    mknod(device, S_IFCHR | 0666, st.st_rdev) == -1 ||
	    chmod(device, 0666) == -1 || (fd = open(device, O_RDWR)) == -1)
		many_skip("no /dev/fuse");
	close(fd);
	return (device);
}

/* In a user namespace: an overlay of it, by which others may look as who has
 * mounted it. */
static void
overlay_enter(const char *dir)
{
	if (mount("tmpfs", dir, "tmpfs", 0, NULL) == -1 || chdir(dir) == -1)
		cannot("tmpfs");
	if (mkdir("a", 0755) == -1 || mkdir("b", 0755) == -1 ||
	    fuse_mount_at("a") == -1)
		cannot("fuse");
	if (mount("overlay", dir, "overlay", 0, "lowerdir=a:b") == -1) {
		if (errno == EPERM || errno == ENODEV)
			shared->ready = -1;
		cannot("overlay");
	}
	if (chroot(dir) == -1 || chdir("/") == -1)
		cannot("chroot");
}

static _Noreturn void
mutes_make(int n, const char *dir, const char *device)
{
	user_become();
	user_unshare();
	fuse_start(device);
	overlay_enter(dir);
	close(fuse_fd);
	for (; n > 0; n--)
		if (pidns_clone() == 0)
			fake_first();
	for (;;)
		(void)pause();
}

/* n first processes whose root this is. */
static void
mutes_start(int n, struct jail *base)
{
	int64_t end_ms = jail_now_ms() + jail_slack(30000);
	const char *device = fuse_device(base);
	char dir[PATH_MAX];
	pid_t pid;

	(void)snprintf(dir, sizeof(dir), "%s/mute", base->dir);
	MUST(mkdir(dir, 0755) == 0 && chown(dir, USER, USER) == 0);
	pid = fork();
	MUST(pid >= 0);
	if (pid == 0)
		mutes_make(n, dir, device);
	while (shared->ready < n) {
		if (shared->ready < 0)
			many_skip("a user may mount no overlay");
		MUST(jail_now_ms() < end_ms);
		jail_sleep_ms(5);
	}
	shared->mute = 1;
}

/* One who looks at the path of such a jail cannot even be killed. */
static void
plain_hangs(pid_t maker)
{
	char path[64];
	struct stat st;
	pid_t pid = fork();

	if (pid == 0) {
		(void)snprintf(path, sizeof(path), "/proc/%d/root" JAIL_CTL,
		    (int)maker);
		_exit(stat(path, &st) == 0);
	}
	MUST(pid > 0);
	jail_sleep_ms(500);
	(void)kill(pid, SIGKILL);	/* our child */
	jail_sleep_ms(200);
	MUST(waitpid(pid, NULL, WNOHANG) == 0);
}

/* The first process of some jail of the attacker's. */
static pid_t
some_fake(void)
{
	char path[PATH_MAX], comm[32] = "";
	const struct dirent *e;
	struct stat st;
	DIR *d = opendir("/proc");
	pid_t found = 0;
	FILE *f;

	MUST(d != NULL);
	while (found == 0 && (e = readdir(d)) != NULL) {
		(void)snprintf(path, sizeof(path), "/proc/%s", e->d_name);
		if (e->d_name[0] < '0' || e->d_name[0] > '9' ||
		    stat(path, &st) == -1 || st.st_uid != USER)
			continue;
		(void)strcat(path, "/comm");
		f = fopen(path, "re");
		if (f != NULL && fgets(comm, sizeof(comm), f) != NULL &&
		    strcmp(comm, "jailinit\n") == 0)
			found = (pid_t)strtol(e->d_name, NULL, 10);
		if (f != NULL)
			(void)fclose(f);
	}
	closedir(d);
	MUST(found > 0);
	return (found);
}

static int stuck;	/* of runs before */

static void
stuck_few(const char *what)
{
	int n = many_running("jailkill");

	if (n > stuck + STUCK_MAX)
		fprintf(stderr, "%s: %d of jailkill's are left\n", what,
		    n - stuck);
	MUST(n <= stuck + STUCK_MAX);
	stuck = n;
}

static void
stuck_end(void)
{
	int64_t end_ms = jail_now_ms() + jail_slack(10000);

	(void)kill(shared->server, SIGKILL);	/* nobody's here but ours */
	while (many_running("jailkill") > 0) {
		MUST(jail_now_ms() < end_ms);
		jail_sleep_ms(10);
	}
}

/* By its name, its root, and with all: it is not told less, and nobody stays
 * behind; and what is there is listed. */
static void
test_look_mute(struct jail *base)
{
	struct many_jail *j;
	struct many m;
	struct run r;
	int i;

	need_userns();
	many_init(&m, base);
	shared_make();
	mutes_start(1000, base);
	plain_hangs(some_fake());
	for (i = 0; i < 3; i++) {
		j = honest_start(&m);
		(void)run_kill(&r, "-l", NULL);
		printf("1000 that are mute: -l in %d ms\n", (int)r.took_ms);
		says(&r, strstr(run_line(&r, j->jid), " run ") != NULL, "-l");
		says(&r, r.took_ms <= jail_slack(4500), "-l");
		stuck_few("-l");
		run_free(&r);
		(void)run_kill(&r, "-h", "-t", i == 1 ? ROOT_T : "5",
		    i == 0 ? run_jid(j->jid) : i == 1 ? j->root : "-a", NULL);
		printf("-h %s in %d ms\n", i == 0 ? "jid" : i == 1 ? "root" :
		    "-a", (int)r.took_ms);
		stuck_few("-h");
		halted(&r, j, i == 1 ? ROOT_S : 5, i == 2);
	}
	stuck_end();
	many_end(&m);
}

/* A name that is asked for in vain, and a request. */
static void
test_look_mute_request(struct jail *base)
{
	struct many_jail *j;
	char line[64];
	struct many m;
	struct run r;

	need_userns();
	many_init(&m, base);
	shared_make();
	mutes_start(200, base);
	j = honest_start(&m);
	(void)run_kill(&r, "-R", "nothing", "-v", "-A", NULL);
	(void)snprintf(line, sizeof(line), "%s (%.20s", run_jid(j->jid),
	    j->root);
	says(&r, r.status == 2 && strstr(r.out, line) != NULL &&
	    strstr(r.out, "asked for nothing") != NULL, "-R");
	says(&r, strstr(r.err, "not asked, as too many") != NULL, "-R");
	says(&r, r.took_ms <= jail_slack(5000), "-R");
	run_free(&r);
	stuck_few("-R");
	(void)run_kill(&r, "-h", "-n", base->root, NULL);
	says(&r, r.status == 68, "no such root");
	says(&r, r.took_ms <= jail_slack(1500), "no such root");
	run_free(&r);
	stuck_end();
	many_end(&m);
}

/* What 5,000 of them add to a list is the limit of a look. */
static void
test_look_bound(struct jail *base)
{
	struct many_jail *j;
	struct many m;
	struct run r;

	need_userns();
	many_init(&m, base);
	shared_make();
	mutes_start(5000, base);
	j = honest_start(&m);
	MUST(run_kill(&r, "-l", NULL) == 0);
	printf("5000 that are mute: -l in %d ms\n", (int)r.took_ms);
	says(&r, strstr(run_line(&r, j->jid), " run ") != NULL, "-l");
	says(&r, strstr(r.err, "were not looked at") != NULL, "-l");
	says(&r, r.took_ms <= jail_slack(3000 + 2500), "-l");
	stuck_few("-l");
	run_free(&r);
	stuck_end();
	many_end(&m);
}

/*
 * Room.
 */
static void
test_look_few_fds(struct jail *base)
{
	struct run_how few = { .nofile = 256 };
	struct many_jail *j, *by_root;
	struct many m;
	struct run r;

	need_userns();
	many_init(&m, base);
	shared_make();
	(void)fakes_start(600, NULL);
	j = honest_start(&m);		/* in the midst of them */
	(void)fakes_start(600, NULL);
	by_root = honest_start(&m);
	run_begin(&r, &few, "-h", "-t", ROOT_T, by_root->root, NULL);
	(void)run_end(&r, jail_slack(30000));
	halted(&r, by_root, ROOT_S, false);
	run_begin(&r, &few, "-h", "-a", "-t", "6", NULL);
	(void)run_end(&r, jail_slack(20000));
	printf("1200 others, 256 descriptors: -h -a -t 6 in %d ms\n",
	    (int)r.took_ms);
	says(&r, many_gone(j) && many_has(j, MANY_MARK), "rc.shutdown");
	says(&r, strstr(run_line(&r, j->jid), ": gone after ") != NULL,
	    "in its own time");
	says(&r, r.took_ms <= jail_slack(8500), "-h -a");
	run_free(&r);
	many_end(&m);
}

/*
 * A root of root's.
 */
static void
test_look_same_root(struct jail *base)
{
	const struct many_how how = { .shutdown = SHUTDOWN_1_S };
	struct many_jail *j;
	char other[64], root[PATH_MAX];
	struct many m;
	struct run r;
	int i;

	need_userns();
	many_init(&m, base);
	shared_make();
	MUST(chmod(base->dir, 0755) == 0);
	j = many_start(&m, &how);
	(void)snprintf(root, sizeof(root), "%s", j->root);
	for (i = 0; i < 3; i++)		/* before it, and after it */
		(void)fakes_start(1, root);
	many_wait_run(&m);
	/* Who compares roots finds more than one. */
	(void)run_kill(&r, "-l", NULL);
	(void)snprintf(other, sizeof(other), "%s/m/0\n", strrchr(base->dir,
	    '/'));
	MUST(strstr(r.out, other) != NULL && strstr(strstr(r.out, other) + 1,
	    other) != NULL);
	run_free(&r);
	(void)run_kill(&r, "-h", "-t", ROOT_T, root, NULL);
	(void)snprintf(other, sizeof(other), ": %s is meant; others have this "
	    "root: ", run_jid(j->jid));
	says(&r, strstr(r.err, other) != NULL, "the others are named");
	halted(&r, j, ROOT_S, false);
	/* Without it, whose it is nobody can say. */
	(void)run_kill(&r, "-h", "-t", ROOT_T, root, NULL);
	says(&r, r.status == 64 && strstr(r.err, "several jails have this "
	    "root") != NULL, "several");
	run_free(&r);
	many_end(&m);
}

/*
 * What keeps jails.
 */

/* A first process, and one that has entered from outside, whom I do not wait
 * for. */
static _Noreturn void
keeper(void)
{
	pid_t pid = pidns_clone();
	int fd;

	if (pid == 0)
		fake_first();
	fd = pid == -1 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd == -1 || setns(fd, CLONE_NEWPID) == -1)
		cannot("setns");
	pid = fork();
	if (pid == -1)
		cannot("fork");
	if (pid != 0)
		ready();
	for (;;)
		(void)pause();
}

static void
test_look_kept(struct jail *base)
{
	struct many m;
	struct run r;
	int i, n = 400, why = 0;
	const char *p;

	need_userns();
	many_init(&m, base);
	shared_make();
	if (fork() == 0) {
		user_become();
		user_unshare();
		for (i = 0; i < n; i++)
			if (fork() == 0)
				keeper();
		for (;;)
			(void)pause();
	}
	ready_wait(2 * n);
	(void)run_kill(&r, "-h", "-a", "-t", "1", NULL);
	for (p = r.out; (p = strstr(p, "is not reaped by its parent "
	    "outside")) != NULL; p++)
		why++;
	printf("%d that are kept: -h -a -t 1 in %d ms, %d said why\n", n,
	    (int)r.took_ms, why);
	says(&r, r.status == 2, "they are left");
	says(&r, r.took_ms <= jail_slack(4000), "time");
	/* A machine that is too busy to look in time is none of its. */
	says(&r, why > 0 || r.took_ms > 2500, "why");
	run_free(&r);
	many_end(&m);
}

/*
 * Names from inside.
 */
static char name_dir[PATH_MAX];

static void
first_astray(int arg)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), arg == 0 ? "%s" : "%s/below",
	    name_dir);
	if (chroot(path) == -1)
		cannot(path);
	(void)prctl(PR_SET_NAME, "jailinit");
	ready();
	for (;;)
		(void)pause();
}

/* Makes the folders of path in root. */
static void
folders_make(const char *root, const char *path)
{
	char at[2 * PATH_MAX], *p;

	(void)snprintf(at, sizeof(at), "%s%s", root, path);
	for (p = at + strlen(root) + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		(void)mkdir(at, 0755);
		*p = '/';
	}
	MUST(mkdir(at, 0755) == 0 || errno == EEXIST);
}

static void
test_look_astray(struct jail *base)
{
	struct many_how how = { .first = first_astray };
	char below[PATH_MAX + 16];
	struct many_jail *j;
	struct stat st;
	struct many m;
	struct run r;
	int i, asked;

	many_init(&m, base);
	shared_make();
	(void)snprintf(name_dir, sizeof(name_dir), "%s/auto", base->dir);
	(void)snprintf(below, sizeof(below), "%s/below", name_dir);
	MUST(mkdir(name_dir, 0755) == 0);
	folders_make(base->root, below);
	many_init(&m, base);
	fuse_start(fuse_device(base));
	MUST(fuse_mount_at(name_dir) == 0);
	for (i = 0; i < 2; i++) {
		how.arg = i;
		j = many_start(&m, &how);
		ready_wait(i + 1);
		asked = shared->asked;
		MUST(run_kill(&r, "-l", NULL) == 0);
		says(&r, *run_line(&r, j->jid) != '\0', "-l");
		says(&r, strstr(run_line(&r, j->jid), "auto") == NULL, "-l");
		says(&r, shared->asked == asked, "nobody was asked");
		run_free(&r);
		(void)run_kill(&r, "-n", "-h", run_jid(j->jid), NULL);
		says(&r, shared->asked == asked, "nobody was asked");
		run_free(&r);
		(void)run_kill(&r, "-h", "-t", "1", run_jid(j->jid), NULL);
		says(&r, many_gone(j), "-h");
		says(&r, shared->asked == asked, "nobody was asked");
		run_free(&r);
		/* The plain way, by the name that the link has. */
		(void)stat(i == 0 ? name_dir : below, &st);
		MUST(shared->asked > asked);
	}
	many_end(&m);
	(void)umount2(name_dir, MNT_DETACH);
}

/* The name of an honest root, however it was made: in a mount namespace of its
 * own without pivot_root(2), bound elsewhere, hidden, removed. */
static pid_t
rooted(const char *root)
{
	int before = shared->ready;
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS |
	    SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0) {
		closefrom(3);
		if (chroot(root) == -1 || chdir("/") == -1)
			cannot(root);
		fake_first();
	}
	MUST(pid > 0);
	ready_wait(before + 1);
	return (pid);
}

static void
root_is(pid_t pid, const char *root)
{
	char line[PATH_MAX + 64];
	struct run r;

	MUST(run_kill(&r, "-J", NULL) == 0);
	(void)snprintf(line, sizeof(line), root == NULL ?
	    "\"pid\":%d,\"root\":null," : "\"pid\":%d,\"root\":\"%s\",",
	    (int)pid, root);
	says(&r, strstr(r.out, line) != NULL, line);
	run_free(&r);
}

static void
test_look_names(struct jail *base)
{
	char a[PATH_MAX], b[PATH_MAX], in_b[PATH_MAX + 8];
	pid_t pid;

	shared_make();
	(void)snprintf(a, sizeof(a), "%s/a", base->dir);
	(void)snprintf(b, sizeof(b), "%s/b", base->dir);
	(void)snprintf(in_b, sizeof(in_b), "%s/in", b);
	MUST(mkdir(a, 0755) == 0 && mkdir(b, 0755) == 0);
	pid = rooted(a);
	root_is(pid, a);
	MUST(mount("tmpfs", b, "tmpfs", 0, NULL) == 0 &&
	    mkdir(in_b, 0755) == 0);
	root_is(rooted(in_b), in_b);
	/* What is mounted over it hides it, in its namespace not. */
	MUST(mount("tmpfs", a, "tmpfs", 0, NULL) == 0);
	root_is(pid, NULL);
	MUST(umount(a) == 0);
	root_is(pid, a);
	MUST(rmdir(a) == 0);
	root_is(pid, NULL);
	MUST(umount2(b, MNT_DETACH) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		MANY_TEST(test_look_groups),
		MANY_TEST(test_look_no_walk),
		MANY_TEST(test_look_mute),
		MANY_TEST(test_look_mute_request),
		MANY_TEST(test_look_bound),
		MANY_TEST(test_look_few_fds),
		MANY_TEST(test_look_same_root),
		MANY_TEST(test_look_kept),
		MANY_TEST(test_look_astray),
		MANY_TEST(test_look_names),
	};

	LIVE_MAIN("kill_look");
}
