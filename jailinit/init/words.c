/* SPDX-License-Identifier: BSD-2-Clause */
/* How a command line is read, and its mistakes told.  Touches standard output
 * and error, and exits. */
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/fd.h"
#include "lib/text.h"

#include "log.h"
#include "os.h"
#include "signals.h"
#include "words.h"

static const struct program *program;

/* words_leave_out() */
static char *left_out;

const struct program *
words_program(const struct program *p)
{
	const struct program *was = program;

	program = p;
	return (was);
}

void
words_leave_out(char line[LOG_LINE_MAX])
{
	left_out = line;
}

/* Like the log, this does not wait for its reader.  Every signal is blocked
 * already. */
static void
say(int fd, const char *text)
{
	signals_init(false);
	if (fd_write(fd, text, strlen(text)) == -1)
		_exit(fd == STDOUT_FILENO ? EX_IOERR : program->error);
}

void
words_error(const char *what, const char *why)
{
	char line[LOG_LINE_MAX];
	size_t n;

	if (left_out != NULL) {
		n = strlen(left_out);
		(void)text_format(left_out + n, LOG_LINE_MAX - n,
		    "%s%.64s: %s", n == 0 ? "" : ", ", what, why);
		return;
	}
	if (os_is_machine()) {
		signals_init(false);
		log_line("%.256s: %s; left out", what, why);
		return;
	}
	(void)text_format(line, sizeof(line), "%s%.256s: %s\n", program->name,
	    what, why);
	text_clean(line, strlen(line) - 1);
	say(STDERR_FILENO, line);
	say(STDERR_FILENO, program->usage);
	_exit(program->error);
}

const char *
words_arg(int c, const char *arg)
{
	static char buf[128];

	(void)text_format(buf, sizeof(buf), "-%c%s%s", c,
	    *arg == '\0' ? "" : ": ", arg);
	return (buf);
}

void
words_tell(int fd, const char *text)
{
	say(fd, text);
	if (!os_is_machine())
		_exit(0);
}

/* --word or --word=value, or the begin of word.  Returns its letter, or 0. */
static int
long_letter(const char *word, const char **value)
{
	size_t n = strcspn(word, "=");
	const char *p, *letter;

	*value = word[n] == '=' ? word + n + 1 : word + n;
	for (p = program->longs; *p != '\0'; p += strlen(p) + 1)
		if (n > 0 && strncmp(p + 1, word, n) == 0)
			break;
	/* A value that the option does not take is none of its letters. */
	letter = strchr(program->letters, *p);
	if (*p == '\0' || (word[n] == '=' &&
	    (letter == NULL || letter[1] != ':')))
		return (0);
	return (*p);
}

int
words_next(struct words *w, const char **arg)
{
	const char *word = *w->next, *letter;
	int c;

	*arg = "";
	if (*w->rest == '\0') {
		if (word == NULL || word[0] != '-' || word[1] == '\0')
			return (0);
		w->next++;
		w->command = strcmp(word, "--") == 0;
		if (w->command)
			return (0);
		w->rest = word + 1;
	}
	c = (unsigned char)*w->rest++;
	if (c == '-' && w->rest == w->next[-1] + 2) {
		c = long_letter(w->rest, &w->rest);
		if (c == 0) {
			words_error(w->next[-1], "no such option");
			return ('?');
		}
	}
	letter = c == ':' ? NULL : strchr(program->letters, c);
	if (letter != NULL && letter[1] != ':')
		return (c);
	if (letter != NULL && (*w->rest != '\0' || *w->next != NULL)) {
		*arg = *w->rest != '\0' ? w->rest : *w->next++;
		w->rest = "";
		return (c);
	}
	words_error(words_arg(c, ""), letter != NULL ?
	    "wants an argument" : "no such option");
	return ('?');
}
