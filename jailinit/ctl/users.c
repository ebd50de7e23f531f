/* SPDX-License-Identifier: BSD-2-Clause */
/* What users are told.  Touches terminals, by wall.h, and nologin(5). */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "users.h"
#include "wall.h"

#define NOLOGIN_FILE	"/var/run/nologin"

#define HOST_SIZE	65

/* The longest form of a byte in a message, \ooo, and a NUL. */
#define BYTE_SIZE	5

/* Up to this many seconds, then minutes, are shown as such. */
#define LEFT_UNITS	100

static void
word_add(char *buf, size_t size, const char *word)
{
	size_t used = strlen(buf);
	unsigned char c;

	for (; *word != '\0' && used + BYTE_SIZE < size; word++) {
		c = (unsigned char)*word;
		if (c >= ' ' && c < 0x7f)
			buf[used++] = (char)c;
		else if (c < ' ' || c == 0x7f)
			used += (size_t)snprintf(buf + used, size - used,
			    "\\^%c", c == 0x7f ? '?' : c + '@');
		else
			used += (size_t)snprintf(buf + used, size - used,
			    "\\%03o", c);
		buf[used] = '\0';
	}
}

void
users_words(char buf[USERS_WORDS_SIZE], char *const *words)
{
	buf[0] = '\0';
	for (; words != NULL && *words != NULL; words++) {
		if (buf[0] != '\0')
			word_add(buf, USERS_WORDS_SIZE, " ");
		word_add(buf, USERS_WORDS_SIZE, *words);
	}
}

const char *
users_verb(const struct ctl *c)
{
	return (c->verb == REQUEST_REBOOT ? "rebooted" :
	    c->verb == REQUEST_POWEROFF ? "powered off" : "halted");
}

static void
left_format(char *buf, size_t size, int64_t left_s)
{
	if (left_s <= 0)
		(void)snprintf(buf, size, "now");
	else if (left_s < LEFT_UNITS)
		(void)snprintf(buf, size, "in %" PRId64 " seconds", left_s);
	else if (left_s < LEFT_UNITS * INT64_C(60))
		(void)snprintf(buf, size, "in %" PRId64 " minutes",
		    (left_s + 30) / 60);
	else
		(void)snprintf(buf, size, "in %" PRId64 " hours",
		    (left_s + 1800) / 3600);
}

void
users_warn(const struct ctl *c, int64_t left_s)
{
	char text[USERS_TEXT_SIZE], words[USERS_WORDS_SIZE], left[48];
	char user[USERS_WORDS_SIZE], host[USERS_WORDS_SIZE];
	char name[HOST_SIZE] = "";

	if (c->no_wall)
		return;
	(void)gethostname(name, sizeof(name) - 1);
	users_words(host, (char *[]){ name, NULL });
	users_words(user, (char *[]){ getenv("USER"), NULL });
	left_format(left, sizeof(left), left_s);
	users_words(words, c->message);
	(void)snprintf(text, sizeof(text), "\r\n\a*** Message from %s@%s ***"
	    "\r\n\r\nThis system is going to be %s %s.\r\n%s%s\r\n",
	    user[0] == '\0' ? "root" : user, host, users_verb(c), left, words,
	    words[0] == '\0' ? "" : "\r\n");
	wall(text);
}

void
users_tell_cancelled(char *const *words)
{
	char text[USERS_TEXT_SIZE], buf[USERS_WORDS_SIZE];

	users_words(buf, words);
	(void)snprintf(text, sizeof(text), "\r\n\a*** The shutdown is "
	    "cancelled ***\r\n%s%s", buf, buf[0] == '\0' ? "" : "\r\n");
	wall(text);
}

void
users_nologin_make(const struct ctl *c)
{
	char text[USERS_TEXT_SIZE], words[USERS_WORDS_SIZE];
	int fd, n;

	(void)unlink(NOLOGIN_FILE);
	fd = open(NOLOGIN_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd == -1)
		return;
	users_words(words, c->message);
	n = snprintf(text, sizeof(text), "NO LOGINS: this system is going to "
	    "be %s.\n%s%s", users_verb(c), words, words[0] == '\0' ? "" :
	    "\n");
	(void)!write(fd, text, (size_t)n);
	close(fd);
}

void
users_nologin_remove(void)
{
	(void)unlink(NOLOGIN_FILE);
}
