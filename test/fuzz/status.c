/* SPDX-License-Identifier: BSD-2-Clause */
/* A status is read back as it was written, by jailctl's reader and jailkill's
 * and a third; and whatever else is in its place, all three see the same. */
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "init/status.h"

/* Their readers are their own; what is theirs besides is not reached. */
static int status_open(void);
#define open(...)	status_open()
#define kill(pid, sig)	((pid) > 0 && (sig) == 0 ? 0 : (abort(), -1))
#include "ctl/status.c"
#include "kill/visit_child.h"
#include "lib/text.h"

#define ANY_MAX		(TEXT_SIZE + 100)

/* The descriptor that jailctl gets in place of the file. */
static int text_fd = -1;

static int
status_open(void)
{
	int fd = fcntl(text_fd, F_DUPFD_CLOEXEC, 3);

	MUST(fd != -1 && lseek(fd, 0, SEEK_SET) == 0);
	return (fd);
}

/* The third reader: line by line. */
static char *
naive_value(const char *text, const char *key)
{
	char *copy = strdup(text), *p = copy, *line, *found = NULL;

	MUST(copy != NULL);
	while (found == NULL && (line = strsep(&p, "\n")) != NULL)
		if (strncmp(line, key, strlen(key)) == 0 &&
		    line[strlen(key)] == '=')
			found = strdup(line + strlen(key) + 1);
	free(copy);
	return (found == NULL ? strdup("") : found);
}

/* Jailctl shows what is not printable as '?', jailkill does that later. */
static void
same_value(const char *text, const char *key)
{
	char *naive = naive_value(text, key), kills[VISIT_VALUE_MAX];
	char ctls[VALUE_SIZE];
	size_t n;

	MUST(naive != NULL);
	text_value(text, key, kills, sizeof(kills));
	MUST(strlen(kills) == (strlen(naive) < VISIT_VALUE_MAX ?
	    strlen(naive) : VISIT_VALUE_MAX - 1));
	MUST(strncmp(kills, naive, strlen(kills)) == 0);
	value_read(text, key, ctls);
	for (n = 0; n < VALUE_SIZE - 1 && naive[n] != '\0'; n++)
		MUST(ctls[n] == (naive[n] >= ' ' && naive[n] <= '~' ?
		    naive[n] : '?'));
	MUST(ctls[n] == '\0');
	free(naive);
}

static void
is_number(const char *text, const char *key, bool known, int64_t n)
{
	char *v = naive_value(text, key), number[24];

	(void)snprintf(number, sizeof(number), "%" PRId64, n);
	MUST(strcmp(v, known ? number : "") == 0);
	free(v);
}

static void
is_word(const char *text, const char *key, const char *word)
{
	char *v = naive_value(text, key), ctls[VALUE_SIZE];

	MUST(strcmp(v, word) == 0);
	MUST(strcmp(value_read(text, key, ctls), word) == 0);
	free(v);
}

static void
is_forced(const char *text, unsigned forced)
{
	char *v = naive_value(text, "forced"), *p = v, *word;
	unsigned s;

	for (s = 0; s < LIFE_STAGES; s++)
		if ((forced & 1U << s) != 0) {
			word = strsep(&p, ",");
			MUST(word != NULL && strcmp(word,
			    life_stage_name((enum life_stage)s)) == 0);
		}
	MUST(p == NULL || *p == '\0');
	free(v);
}

/* The name of a request that has run. */
static void
take_job(struct input *in, char job[REQUEST_NAME_MAX + 1])
{
	struct request rq;

	take_text(in, job, REQUEST_NAME_MAX + 1);
	if (naive_parse(job, strlen(job), &rq) != REQUEST_OK ||
	    strcmp(rq.name, job) != 0)
		(void)strcpy(job, take(in) % 2 == 0 ? "" : "0123456789-abcde"
		    "0123456789-abcde0123456789-abcde0123456789-abcde");
}

/* What jailctl status prints of it. */
static void
print(const char *text)
{
	FILE *out = stdout, *err = stderr;
	char *said = NULL;
	size_t n, i;
	int status;

	if (text_fd == -1)
		text_fd = memfd_create("status", MFD_CLOEXEC);
	MUST(text_fd != -1 && ftruncate(text_fd, 0) == 0);
	MUST(pwrite(text_fd, text, strlen(text), 0) == (ssize_t)strlen(text));
	stdout = open_memstream(&said, &n);
	stderr = stdout;
	MUST(stdout != NULL);
	status = status_print("status");
	(void)fclose(stdout);
	stdout = out;
	stderr = err;
	for (i = 0; i < n; i++)
		MUST(said[i] == '\n' || (said[i] >= ' ' && said[i] <= '~'));
	MUST(status == EX_OK || status == EX_TEMPFAIL ||
	    status == EX_UNAVAILABLE);
	free(said);
}

static void
take_answers(struct input *in, struct job_last *job)
{
	size_t i;

	job->n_answers = take(in) % (ANSWERS_MAX + 1);
	job->id = take(in) % 2 == 0 ? REQUEST_NO_ID :
	    (int)((uint64_t)take_number(in) % (REQUEST_SECONDS_MAX + 1U));
	for (i = 0; i < job->n_answers; i++) {
		job->answers[i].id = (int)i * 1000 + (int)take(in);
		job->answers[i].status = take(in) % 2 == 0 ? (int)take(in) :
		    -1 - (int)(take(in) % 5);
	}
}

/* Each is found by its number, and only those that are there. */
static void
is_answers(const char *text, const struct job_last *job)
{
	static const int statuses[] = { 68, 126, 75, 75, 75 };
	const struct job_answer *a = job->answers;
	char answer[ANSWER_MAX];
	const char *why;
	size_t i;

	for (i = 0; i < job->n_answers; i++, a++) {
		(void)answer_find(text, a->id, answer);
		MUST(answer_status(answer, &why) == (a->status >= 0 ?
		    a->status : statuses[-a->status - 1]));
		MUST((why == NULL) == (a->status >= 0));
	}
	(void)answer_find(text, 999, answer);
	MUST(answer[0] == '\0');
}

static void
written(struct input *in)
{
	struct job_last job = { .id = REQUEST_NO_ID };
	struct status s = { 0 };
	char text[STATUS_MAX], v[VALUE_SIZE];
	size_t n;

	s.stage = (enum life_stage)(take(in) % LIFE_STAGES);
	s.verb = (enum request_verb)(take(in) % 5);
	s.exit_status = take(in);
	s.forced = (unsigned)take_number(in);
	s.boot_status = (int)take_number(in);
	s.end_s = take_number(in);
	s.dropped_log = (uint64_t)take_number(in);
	s.dropped_requests = (uint64_t)take_number(in);
	s.life = (unsigned long)take_number(in);
	s.born_s = take_number(in);
	s.app = take(in) % 2 != 0;
	take_job(in, job.name);
	job.status = (int)take_number(in);
	job.count = (uint64_t)take_number(in);
	take_answers(in, &job);
	s.job = &job;
	n = status_format(&s, text);
	MUST(n < sizeof(text) - 1 && strlen(text) == n && text[n - 1] == '\n');
	is_word(text, "state", life_stage_name(s.stage));
	is_word(text, "mode", s.app ? "app" : "boot");
	is_word(text, "version", VERSION);
	is_number(text, "pid", true, getpid());
	is_number(text, "boot_status", s.boot_status >= 0, s.boot_status);
	is_word(text, "request", s.verb == REQUEST_NONE ? "" :
	    request_name(s.verb));
	is_number(text, "deadline", s.end_s != 0, s.end_s);
	is_forced(text, s.forced);
	MUST(text_number(value_read(text, "dropped_log", v)) == s.dropped_log);
	MUST(text_number(value_read(text, "dropped_requests", v)) ==
	    s.dropped_requests);
	is_word(text, "job", job.name);
	is_number(text, "job_status", job.count > 0, job.status);
	is_number(text, "job_number", job.id != REQUEST_NO_ID, job.id);
	is_answers(text, &job);
	MUST(text_number(value_read(text, "life", v)) == s.life);
	is_number(text, "born", true, s.born_s);
	is_number(text, "exit_status", s.verb == REQUEST_EXIT, s.exit_status);
	print(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const keys[] = { "state", "mode", "pid", "forced",
	    "job", "job_status", "" };
	struct input in = { data, size };
	char any[ANY_MAX];
	size_t i;

	if (take(&in) % 2 == 0) {
		written(&in);
		return (0);
	}
	take_text(&in, any, TEXT_SIZE);
	for (i = 0; i < SIZEOF(keys); i++)
		same_value(any, keys[i]);
	print(any);
	return (0);
}
