/* SPDX-License-Identifier: BSD-2-Clause */
/* What jailkill prints of jails, whatever they call themselves: read back it
 * is what they said, as JSON by a JSON parser, and nothing of it is more than
 * a line of plain text. */
#include <sys/ioctl.h>

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>
#include <vis.h>

#include "fuzz.h"
#include "kill/jail_facts.h"
#include "kill/list.h"
#include "kill/names.h"
#include "lib/text.h"

/* On a terminal of any size, which takes what it likes at a time. */
static int window(struct winsize *ws);
#define isatty(fd)		true
#define ioctl(fd, what, to)	window(to)
#define write(fd, buf, n)	fd_write(fd, buf, n)
#include "kill/screen.c"
#include "kill/say.h"

#define SAID_MAX	65536
#define JAILS_MAX	3

static struct winsize size_now;
static char said[SAID_MAX];
static size_t said_n;
static unsigned slow;		/* every so many times nothing is taken */

static int
window(struct winsize *ws)
{
	*ws = size_now;
	return (0);
}

ssize_t
fd_write(int fd, const void *buf, size_t n)
{
	static unsigned times;

	MUST(fd == STDOUT_FILENO && n > 0);
	if (slow > 0 && ++times % slow == 0) {
		errno = times % 2 == 0 ? EAGAIN : EINTR;
		return (-1);
	}
	if (slow > 3)
		n = 1 + n / 2;
	MUST(n < sizeof(said) - said_n);
	memcpy(said + said_n, buf, n);
	said_n += n;
	said[said_n] = '\0';
	return ((ssize_t)n);
}

static void
take_target(struct input *in, struct target *t)
{
	char status[VISIT_TEXT_MAX];

	memset(t, 0, sizeof(*t));
	t->jail.jid = (uint64_t)take_number(in) & INT64_MAX;
	t->jail.pid = (pid_t)(take_number(in) & INT32_MAX);
	t->listens = take(in) % 4 != 0;
	t->refused = take(in) % 140;
	take_text(in, t->state, sizeof(t->state));
	take_text(in, t->forced, sizeof(t->forced));
	take_text(in, t->root, sizeof(t->root));
	take_text(in, t->boot_status, sizeof(t->boot_status));
	take_text(in, t->jail.frozen, sizeof(t->jail.frozen));
	t->jail.stopped = take(in) % 4 == 0;
	if (take(in) % 4 == 0)
		take_text(in, t->jail.name, sizeof(t->jail.name));
	take_text(in, status, sizeof(status));
	t->titled = take(in) % 4 == 0;
	t->status = t->titled ? NULL : strdup(status);
}

/* Lines of plain text, so many. */
static void
is_plain(const char *text, size_t lines)
{
	for (; *text != '\0'; text++)
		if (*text == '\n')
			lines--;
		else
			MUST(*text >= ' ' && *text <= '~');
	MUST(lines == 0);
	MUST(text[-1] == '\n');
}

/*
 * -l and -J
 */
/* Text is what it was, but for what is no ASCII. */
static void
json_is(const json_t *value, const char *text, bool known)
{
	const char *p = text;

	if (!known || *text == '\0') {
		MUST(json_is_null(value));
		return;
	}
	MUST(json_is_string(value));
	while (*p > 0)
		p++;
	if (*p == '\0')
		MUST(strcmp(json_string_value(value), text) == 0);
	else
		MUST(strncmp(json_string_value(value), text,
		    (size_t)(p - text)) == 0);
}

/* A number that is one to every reader, or text. */
static void
number_is(const json_t *value, uint64_t n)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, n);
	if (n < UINT64_C(1) << 53)
		MUST(json_is_integer(value) &&
		    (uint64_t)json_integer_value(value) == n);
	else
		json_is(value, text, true);
}

/* Nothing in it is more than a value. */
static void
says_is(const json_t *says, const struct target *t)
{
	const json_t *value, *word;
	const char *key;
	char state[128];
	size_t i;

	if (!t->listens && !t->titled) {
		MUST(json_is_null(says));
		return;
	}
	MUST(json_object_size(says) == 17);
	if (t->status == NULL)
		(void)snprintf(state, sizeof(state), "%s", t->state);
	else
		text_value(t->status, "state", state, sizeof(state));
	json_is(json_object_get(says, "state"), state, true);
	json_object_foreach((json_t *)(uintptr_t)says, key, value)
		if (json_is_array(value)) {
			MUST(strcmp(key, "forced") == 0);
			json_array_foreach(value, i, word)
				MUST(json_is_string(word));
		} else
			MUST(json_is_null(value) || json_is_string(value) ||
			    (json_is_integer(value) && json_integer_value(value)
			    >= 0 && json_integer_value(value) < 1LL << 53));
}

static void
json_line_is(const char *line, size_t len, const struct target *t, bool end)
{
	json_t *j = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);

	MUST(json_is_object(j) && json_object_size(j) == (end ? 11 : 10));
	number_is(json_object_get(j, "jid"), t->jail.jid);
	if (t->jail.pid > 0)
		number_is(json_object_get(j, "pid"), (uint64_t)t->jail.pid);
	json_is(json_object_get(j, "root"), t->root, true);
	json_is(json_object_get(j, "name"), names_of(t), true);
	says_is(json_object_get(j, "says"), t);
	json_decref(j);
}

/* Not looked for. */
void
jail_facts_find(struct jail_facts *facts, size_t n, struct jail_crowd *crowd)
{
	size_t i;

	MUST(crowd->n == 0);
	for (i = 0; i < n; i++) {
		MUST(facts[i].jail != NULL);
		facts[i].start_ms = facts[i].jail->pid;
		facts[i].processes = i == 0 ? -1 : facts[i].jail->pid;
	}
}

/* Five columns; the last may have blanks in it, and a note behind it. */
static void
columns_are(const char *line, const struct target *t)
{
	char word[4 * VISIT_VALUE_MAX], name[4 * JAIL_ROOT_MAX],
	    root[4 * JAIL_ROOT_MAX], back[JAIL_ROOT_MAX], *note;
	uint64_t jid;
	long pid;
	int n = 0;

	MUST(sscanf(line, "%" SCNu64 " %ld %255s %4095s %n", &jid, &pid, word,
	    name, &n) == 4);
	/* a root can begin with a blank, the column before it can not */
	MUST(jid == t->jail.jid && pid == t->jail.pid);
	MUST(strunvis(back, word) >= 0);
	MUST(strcmp(word, "-") == 0 || ((t->listens || t->titled) &&
	    strncmp(back, t->state, strlen(back)) == 0));
	MUST(strunvis(back, name) >= 0);
	MUST(strcmp(back, names_of(t)) == 0 || (strcmp(name, "-") == 0 &&
	    *names_of(t) == '\0'));
	if (t->root[0] == '\0' || t->root[0] == ' ')
		return;
	(void)snprintf(root, sizeof(root), "%.*s", (int)strcspn(line + n,
	    "\n"), line + n);
	note = strstr(root, "  (");
	if (note != NULL)
		*note = '\0';
	MUST(strunvis(back, root) >= 0);
	MUST(strcmp(back, t->root) == 0);
}

static void
list(struct targets *t, bool json)
{
	FILE *out = stdout;
	char *text = NULL, *line;
	size_t n, i;

	stdout = open_memstream(&text, &n);
	MUST(stdout != NULL && list_print(t, json) == 0);
	(void)fclose(stdout);
	stdout = out;
	MUST(strlen(text) == n);
	is_plain(text, json ? t->n : t->n + 1);
	line = json ? text : strchr(text, '\n') + 1;
	for (i = 0; i < t->n; i++, line = strchr(line, '\n') + 1)
		if (json)
			json_line_is(line, strcspn(line, "\n"), &t->list[i],
			    false);
		else
			columns_are(line, &t->list[i]);
	free(text);
}

/*
 * Lines of those that are ended.
 */

/* A line is whole, whatever happens to what changes in place. */
static void
end(struct input *in, const struct target *t, bool json)
{
	struct halt_jail h = { .stage = HALT_GONE };
	char why[128], want[64];
	const char *p;

	h.stage = take(in) % 2 == 0 ? HALT_GONE : HALT_LEFT;
	h.forced = take(in) % 2 == 0;
	h.begun_ms = take_number(in) & INT32_MAX;
	take_text(in, why, sizeof(why));
	screen_finish();
	said_n = 0;
	said[0] = '\0';
	say_init(false, take(in) % 2 == 0, json);
	say_end(t, &h, take(in) % 2 == 0, h.begun_ms + 123456, why);
	screen_finish();
	is_plain(said, 1);
	if (json) {
		json_line_is(said, said_n, t, true);
		return;
	}
	(void)snprintf(want, sizeof(want), "%" PRIu64, t->jail.jid);
	MUST(strncmp(said, want, strlen(want)) == 0);
	MUST(strstr(said, " after 123.4 s") != NULL);
	p = strstr(said, h.stage == HALT_LEFT ? ": still there after " :
	    h.forced ? ": " : " after ");
	MUST(p != NULL);
}

static void
steps(struct input *in, const struct target *t)
{
	struct halt_jail h = { .stage = HALT_TERM };
	char comm[JAIL_COMM_MAX];

	take_text(in, comm, sizeof(comm));
	said_n = 0;
	say_init(false, true, false);
	say_stage(t, &h);
	say_signalled(t, take(in) % 65, comm);
	say_not_entered(t, take(in) % 140);
	screen_finish();
	is_plain(said, 3);
}

/* What changes in place keeps within the screen. */
static void
live_lines(struct input *in, const struct targets *t)
{
	struct halt_jail jails[JAILS_MAX] = { { 0 } };
	int64_t now_ms = take_number(in) & INT32_MAX;
	const char *p, *line;
	size_t i, lines = 0;

	size_now.ws_row = take(in) % 40;
	size_now.ws_col = take(in);
	for (i = 0; i < t->n; i++)
		jails[i].stage = (enum halt_stage)(take(in) % 8);
	said_n = 0;
	said[0] = '\0';
	say_init(false, false, false);
	screen_finish();
	screen_clear();
	screen_finish();
	said_n = 0;
	said[0] = '\0';
	say_live(t->list, jails, t->n, t->n, now_ms);
	screen_finish();
	for (line = said; (p = strchr(line, '\n')) != NULL; line = p + 1) {
		lines++;
		MUST(p - line < (size_now.ws_col > 0 ?
		    size_now.ws_col > 12 ? size_now.ws_col : 12 : 80));
		for (; line < p; line++)
			MUST(*line >= ' ' && *line <= '~');
	}
	MUST(*line == '\0');
	MUST(lines <= (size_now.ws_row > 4 ? (size_t)size_now.ws_row - 1 :
	    size_now.ws_row > 0 ? 3 : 24));
	screen_clear();
	screen_finish();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct target jails[JAILS_MAX];
	struct targets t = { .list = jails };

	slow = take(&in) % 8;
	if (slow == 1)
		slow = 0;
	t.n = 1 + take(&in) % JAILS_MAX;
	for (size = 0; size < t.n; size++)
		take_target(&in, &jails[size]);
	list(&t, true);
	list(&t, false);
	end(&in, &jails[0], false);
	end(&in, &jails[0], true);
	steps(&in, &jails[0]);
	live_lines(&in, &t);
	for (size = 0; size < t.n; size++)
		free(jails[size].status);
	return (0);
}
