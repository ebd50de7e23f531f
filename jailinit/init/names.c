/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of processes: what a jail's processes call themselves is not
 * believed to be printable.  Touches nothing but os.h. */
#include <string.h>

#include "lib/text.h"

#include "names.h"
#include "os.h"

/* Of a list that is cut off, the end. */
#define MORE	" ..."

struct names {
	char *buf;
	size_t size, used;
	int count;
};

/* Appends what fits as a whole, and MORE after it; false when it does not. */
static bool
names_append(struct names *n, const char *comm, long pid)
{
	char name[32];
	size_t i, len, room = n->size - n->used;

	for (i = 0; i < sizeof(name) - 1 && comm[i] != '\0'; i++) {
		name[i] = comm[i];
		if (comm[i] < ' ' || comm[i] > '~')
			name[i] = '?';
	}
	name[i] = '\0';
	len = text_format(n->buf + n->used, room, "%s%s (%ld)",
	    n->used == 0 ? "" : ", ", name, pid);
	if (len + strlen(MORE) < room) {
		n->used += len;
		return (true);
	}
	n->buf[n->used] = '\0';
	return (false);
}

static bool
names_one(const char *comm, pid_t pid, void *arg)
{
	struct names *n = arg;

	if (n->count++ < NAMES_MAX && names_append(n, comm, pid))
		return (true);
	(void)text_format(n->buf + n->used, n->size - n->used, MORE);
	return (false);
}

void
names_list(char *buf, size_t size)
{
	struct names n = { buf, size, 0, 0 };

	buf[0] = '\0';
	os_each(names_one, &n);
}
