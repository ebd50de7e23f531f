# SPDX-License-Identifier: BSD-2-Clause
# A container with services of its own: scripts in /etc/rc.d, see rc.jail(8),
# from etc/rc.d of the context.
#	make STATIC=1 install PREFIX=/usr DESTDIR=context
#	docker build -t services -f rc/host/examples/Dockerfile.boot context
ARG BASE=debian:12-slim
FROM ${BASE}
COPY usr/sbin/jailinit usr/sbin/jailctl /sbin/
COPY usr/share/jailinit/rc/run-hooks /libexec/jailinit/
COPY usr/share/jailinit/rc/rc usr/share/jailinit/rc/rc.shutdown /etc/
COPY etc/rc.d /etc/rc.d
# shutdown -h now, and so on, at a shell in the container.
RUN for n in halt poweroff reboot shutdown telinit; do \
        ln -sf /sbin/jailctl /sbin/$n || exit 1; done
HEALTHCHECK --interval=10s --start-period=60s CMD ["/sbin/jailctl", "ready"]
ENTRYPOINT ["/sbin/jailinit", "-B", "9"]
