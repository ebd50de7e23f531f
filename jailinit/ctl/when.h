/* SPDX-License-Identifier: BSD-2-Clause */
/* The time of a shutdown, as it is typed. */
#ifndef CTL_WHEN_H
#define CTL_WHEN_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct when {
	bool relative;	/* s is from now, by the monotonic clock; else s is a
			 * time of the day's clock, which somebody may set */
	int64_t s;	/* seconds */
};

/* Parses a time of shutdown(8): "now"; +n in minutes, or with one of s, sec,
 * m, min, h, hour after it; n in minutes up to 999; hh:mm or hhmm, the next
 * such time; ddhhmm, mmddhhmm or yymmddhhmm.  now is the day's clock.  Returns
 * false if text is none of these, or if the time is past or more than a year
 * away; *w is then undefined. */
bool when_parse(struct when *w, const char *text, time_t now);

#endif
