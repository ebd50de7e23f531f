# jailinit: for GNU make and BSD make alike, so no conditionals, no pattern
# rules; what differs is asked of the shell.
#
#	make [STATIC=1] [CC=musl-gcc] [B=build]
#	make check | demo | install | clean | lint | cross-freebsd | sanitize

VERSION =	0.1
PREFIX =	/usr/local
B =		build

OS !=		uname -s | tr A-Z a-z
CFLAGS =	-O2 -g
WARN =		-Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
		-Wmissing-prototypes -Wwrite-strings
HARDEN =	-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
DEFS =		-std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"'
LINK !=		test "$(STATIC)" = 1 && echo -no-pie -static || \
		echo -fPIE -pie
LDFLAGS =	-Wl,-z,relro -Wl,-z,now
LIBS !=		test "`uname -s`" = FreeBSD && echo -lutil || :
ALL_CFLAGS =	$(DEFS) $(CFLAGS) $(HARDEN) $(WARN) $(WERROR)

PURE =		jailinit/life.c jailinit/request.c
SRC =		$(PURE) jailinit/jailinit.c jailinit/act.c jailinit/control.c \
		jailinit/leave.c jailinit/log.c jailinit/notify.c \
		jailinit/options.c jailinit/signals.c jailinit/spawn.c \
		jailinit/status.c jailinit/stdio_fd.c
HDR =		jailinit/act.h jailinit/control.h jailinit/leave.h jailinit/life.h \
		jailinit/log.h jailinit/notify.h jailinit/options.h \
		jailinit/os.h jailinit/request.h jailinit/signals.h \
		jailinit/spawn.h jailinit/status.h jailinit/stdio_fd.h

# A file that changes when the way to compile does.
FLAGS !=	mkdir -p $(B) && echo '$(CC) $(ALL_CFLAGS) $(LINK) $(LDFLAGS)' \
		>$(B)/flags.new && { cmp -s $(B)/flags.new $(B)/flags || \
		cp $(B)/flags.new $(B)/flags; } && rm $(B)/flags.new

all: $(B)/jailinit

$(B)/jailinit: $(SRC) jailinit/os_$(OS).c $(HDR) $(B)/flags
	$(CC) $(ALL_CFLAGS) $(LINK) -o $@ $(SRC) jailinit/os_$(OS).c \
	    $(LDFLAGS) $(LIBS)

clean:
	rm -rf build $(B)

.PHONY: all clean
