/* SPDX-License-Identifier: BSD-2-Clause */
/* The time of a shutdown.  Touches nothing but libc's time zone. */
#include <string.h>

#include "core/request.h"

#include "when.h"

#define DIGITS		"0123456789"

/* A year.  A later time is taken for a mistake. */
#define WHEN_MAX_S	(366LL * 24 * 60 * 60)

/* A time that is given with its day may name the minute that has begun. */
#define MINUTE_S	60

/* Longest number without a plus that is taken as minutes, as systemd does; a
 * time of day has four digits. */
#define MINUTES_DIGITS	3

static bool
relative_parse(struct when *w, const char *s)
{
	static const struct {
		const char *name;
		int s;
	} units[] = { { "", 60 }, { "m", 60 }, { "min", 60 }, { "h", 3600 },
	    { "hour", 3600 }, { "s", 1 }, { "sec", 1 } };
	int64_t ms = 0;
	size_t i, len = strspn(s, DIGITS);

	if (!request_seconds(s, len, &ms))
		return (false);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(s + len, units[i].name) == 0)
			break;
	if (i == sizeof(units) / sizeof(units[0]))
		return (false);
	w->relative = true;
	w->s = ms / 1000 * units[i].s;
	return (w->s <= WHEN_MAX_S);
}

/* The format that strptime(3) reads s by, NULL if s is no time.  strptime(3)
 * takes as many digits as there are, up to two, and spaces before them, so
 * the length and the bytes are checked here. */
static const char *
absolute_format(const char *s)
{
	size_t len = strlen(s);

	if ((len == 4 || len == 5) && s[len - 3] == ':')
		return (strspn(s, DIGITS ":") == len ? "%H:%M" : NULL);
	if (strspn(s, DIGITS) != len)
		return (NULL);
	switch (len) {
	case 4:
		return ("%H%M");
	case 6:
		return ("%d%H%M");
	case 8:
		return ("%m%d%H%M");
	case 10:
		return ("%y%m%d%H%M");
	default:
		return (NULL);
	}
}

static bool
absolute_parse(struct when *w, const char *s, time_t now)
{
	const char *end, *format = absolute_format(s);
	struct tm tm;
	time_t t;
	int month;

	if (format == NULL || localtime_r(&now, &tm) == NULL)
		return (false);
	end = strptime(s, format, &tm);
	if (end == NULL || *end != '\0')
		return (false);
	tm.tm_sec = 0;
	tm.tm_isdst = -1;
	month = tm.tm_mon;
	t = mktime(&tm);
	if (tm.tm_mon != month)				/* November 31 */
		return (false);
	if (t != -1 && t <= now && strstr(format, "%d") == NULL) {
		tm.tm_mday++;				/* tomorrow */
		tm.tm_isdst = -1;
		t = mktime(&tm);
	}
	w->relative = false;
	w->s = (int64_t)t;
	return (t != -1 && t >= now - MINUTE_S && t - now <= WHEN_MAX_S);
}

bool
when_parse(struct when *w, const char *text, time_t now)
{
	w->relative = true;
	w->s = 0;
	if (strcmp(text, "now") == 0)
		return (true);
	if (*text == '+')
		return (relative_parse(w, text + 1));
	if (strlen(text) <= MINUTES_DIGITS && strspn(text, DIGITS) ==
	    strlen(text))
		return (relative_parse(w, text));
	return (absolute_parse(w, text, now));
}
