# jailinit: for GNU make and BSD make alike, so no conditionals, no pattern
# rules; what differs is asked of the shell.
#
#	make [STATIC=1] [CC=musl-gcc] [B=build]
#	make check | demo | install DESTDIR= PREFIX= | clean
#	make lint | cross-freebsd | sanitize

VERSION =	0.1
PREFIX =	/usr/local
B =		build

OS !=		uname -s | tr A-Z a-z
CFLAGS =	-O2 -g
WARN =		-Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
		-Wmissing-prototypes -Wwrite-strings
HARDEN =	-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
DEFS =		-std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"'
RELRO =		-Wl,-z,relro -Wl,-z,now
LINK !=		test "$(STATIC)" = 1 && echo -fno-pie -static $(RELRO) || \
		echo -fPIE -pie $(RELRO)
LDFLAGS =
LIBS !=		test "`uname -s`" = FreeBSD && echo -lutil || :
ALL_CFLAGS =	$(DEFS) $(CFLAGS) $(HARDEN) $(WARN) $(WERROR)

SANITIZE =	-fsanitize=address,undefined -fno-sanitize-recover=all
ZIGCC =		python3 -m ziglang cc -target x86_64-freebsd.14.0
# Not: thread safety (there are no threads), parameters of like types,
# getauxval(3)'s integer that is a pointer.
TIDY =		-*,bugprone-*,-bugprone-easily-swappable-parameters,cert-*,performance-*,-performance-no-int-to-ptr,portability-*
SH =		test/check test/deps test/demo/* .ci/run

PURE =		jailinit/life.c jailinit/request.c
SRC =		$(PURE) jailinit/jailinit.c jailinit/act.c jailinit/control.c \
		jailinit/leave.c jailinit/log.c jailinit/names.c \
		jailinit/notify.c \
		jailinit/options.c jailinit/signals.c jailinit/signame.c \
		jailinit/spawn.c \
		jailinit/status.c jailinit/stdio_fd.c
HDR =		jailinit/act.h jailinit/clock.h jailinit/control.h jailinit/leave.h jailinit/life.h \
		jailinit/log.h jailinit/names.h jailinit/notify.h jailinit/options.h \
		jailinit/os.h jailinit/request.h jailinit/signals.h \
		jailinit/signame.h \
		jailinit/spawn.h jailinit/status.h jailinit/stdio_fd.h

# A file that changes when the way to compile does; what was built the other
# way goes, since bmake sees whole seconds alone and might take it as newer.
FLAGS !=	mkdir -p $(B) && echo '$(CC) $(ALL_CFLAGS) $(LINK) $(LDFLAGS)' \
		>$(B)/flags.new && { cmp -s $(B)/flags.new $(B)/flags || { \
		cp $(B)/flags.new $(B)/flags && rm -f $(B)/jailinit \
		$(B)/jailkill $(B)/jail_enter $(B)/*.o $(B)/*.a; }; } && \
		rm $(B)/flags.new

all: $(B)/jailinit

$(B)/jailinit: $(SRC) jailinit/os_$(OS).c $(HDR) $(B)/flags
	$(CC) $(ALL_CFLAGS) $(LINK) -o $@ $(SRC) jailinit/os_$(OS).c \
	    $(LDFLAGS) $(LIBS)

# With the tests' own build of the program beside it: musl, static.
check:
	sh test/deps check
	$(MAKE) all
	$(MAKE) B=$(B)/musl STATIC=1 CC=musl-gcc all
	sh test/check unit $(B)
	JAILINIT=$(B)/jailinit JAILINIT_MUSL=$(B)/musl/jailinit \
	    sh test/check live $(B)

demo:
	sh test/deps demo
	$(MAKE) all
	sh test/demo/demo $(B)/jailinit

# Unit and live tests with the program built to watch itself.
sanitize:
	sh test/deps check
	$(MAKE) B=$(B)/asan HARDEN= CFLAGS='-O1 -g $(SANITIZE)' all
	CC='$(CC)' sh test/check unit $(B)/asan $(SANITIZE)
	JAIL_SLACK=4 JAILINIT=$(B)/asan/jailinit sh test/check live $(B)/asan

# Compiled and linked, not run: there is no FreeBSD here.
cross-freebsd:
	sh test/deps lint
	mkdir -p $(B)
	$(ZIGCC) $(ALL_CFLAGS) -Werror -o $(B)/jailinit.freebsd \
	    $(SRC) jailinit/os_freebsd.c $(RELRO) $(LDFLAGS) -lutil

lint:
	sh test/deps lint
	mandoc -Tlint -Wwarning man/jailinit.8 man/jailinit.ctl.5
	shellcheck $(SH)
	shfmt -d $(SH)
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
	    --enable=warning,performance,portability \
	    --suppress=varFuncNullUB -D__linux__ \
	    '-DVERSION="0"' -Ijailinit jailinit test
	clang-tidy --quiet --warnings-as-errors='*' --checks='$(TIDY)' \
	    $(SRC) jailinit/os_linux.c -- $(DEFS)

install: all
	mkdir -p $(DESTDIR)$(PREFIX)/sbin \
	    $(DESTDIR)$(PREFIX)/share/man/man5 \
	    $(DESTDIR)$(PREFIX)/share/man/man8
	install -s -m 755 $(B)/jailinit $(DESTDIR)$(PREFIX)/sbin/jailinit
	install -m 644 man/jailinit.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	install -m 644 man/jailinit.ctl.5 $(DESTDIR)$(PREFIX)/share/man/man5/

clean:
	rm -rf build $(B)

.PHONY: all check clean cross-freebsd demo install lint sanitize
