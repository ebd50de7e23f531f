# jailinit: for GNU make and BSD make alike, so no conditionals, no pattern
# rules; what differs is asked of the shell.
#
#	make [STATIC=1|0] [CC=musl-gcc] [B=build]
#	make check | check-fresh | check-host | check-managers | check-dropin |
#	check-long
#	make bench | bench-quick | deb | demo | freebsd-port | clean
#	make install DESTDIR= PREFIX= HALT_SECONDS=
#	make analyze | coverage | cross-freebsd | cross-freebsd-tests |
#	faults | flakes | fuzz | fuzz-long | lint | prove | sanitize | soak [SOAK='-m minutes -s seed'] |
#	valgrind

VERSION =	0.1
PREFIX =	/usr/local
# systemd: what jails have when the host shuts down, in seconds.
HALT_SECONDS =	90
SOAK =		-m 60
B =		build

OS !=		uname -s | tr A-Z a-z
CFLAGS =	-Os -g
WARN =		-Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
		-Wmissing-prototypes -Wwrite-strings
HARDEN =	-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
DEFS =		-std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"'
RELRO =		-Wl,-z,relro -Wl,-z,now
DYNAMIC =	-fPIE -pie $(RELRO)
# FreeBSD: libutil is another with each release, so what goes into a jail, which
# may be of an older one, is static without STATIC=0.
LINK !=		case "$(STATIC)$(OS)" in \
		1*|freebsd) echo -fno-pie -static -Wl,-z,norelro ;; \
		*) echo $(DYNAMIC) ;; esac
# Fewer pages: no tables for C++'s exceptions, nothing unused, no gaps,
# code and constants in one segment, no names of what crt files only try.
SMALL =		-fno-asynchronous-unwind-tables -fno-plt -ffunction-sections \
		-fdata-sections -Wl,--gc-sections -Wl,--sort-section=alignment \
		-Wl,-z,noseparate-code -Wl,-z,nodynamic-undefined-weak
LDFLAGS =
LIBS !=		test "`uname -s`" = FreeBSD && echo -lutil || :
BSD_CFLAGS !=	pkg-config --cflags libbsd-overlay 2>/dev/null || :
BSD_LIBS !=	pkg-config --libs libbsd-overlay 2>/dev/null || :
ALL_CFLAGS =	$(DEFS) -Ijailinit $(CFLAGS) $(HARDEN) $(WARN) $(WERROR)

SANITIZE =	-fsanitize=address,undefined -fno-sanitize-recover=all
ZIGCC =		python3 -m ziglang cc -target x86_64-freebsd
# Not: thread safety (there are no threads), parameters of like types,
# getauxval(3)'s integer that is a pointer, Annex K's functions, which no libc
# here has, a va_list by its address, which clang 14 does not follow.
TIDY =		-*,bugprone-*,-bugprone-easily-swappable-parameters,cert-*,clang-analyzer-*,-clang-analyzer-security.insecureAPI.*,-clang-analyzer-valist.Uninitialized,concurrency-*,-concurrency-mt-unsafe,performance-*,-performance-no-int-to-ptr,portability-*
SH =		test/again test/can test/cannot test/carried test/carry test/check test/confined \
		test/counts test/deps test/demo/* test/enter.subr test/fresh \
		test/hardened test/outside test/port test/prestop .ci/run \
		rc/host/deb rc/host/port rc/host/debian/*.postrm \
		rc/host/jailhalt rc/host/jailroot \
		rc/jail/rc rc/jail/rc.shutdown rc/jail/run-hooks \
		rc/jail/examples/* rc/host/examples/bubblewrap \
		rc/host/examples/limits rc/host/examples/microvm \
		rc/host/examples/net rc/host/examples/freebsd/cbsd \
		rc/host/examples/freebsd/iocage rc/host/examples/freebsd/pot \
		test/bench/plot test/bench/podman-stop \
		test/bench/root test/bench/run test/bench/size test/fuzz/afl \
		test/fuzz/planted test/fuzz/run test/peers/deb \
		test/peers/host-shutdown test/peers/jailhalt \
		test/peers/life/* test/peers/manager/* test/peers/managers \
		test/peers/container.subr test/peers/rc.subr \
		test/peers/machine/* test/peers/scratch \
		test/peers/virtual test/proof/mutants test/proof/prove \
		test/valgrind/run

# What others' programs leave in these is kept in memory, for the time that
# they run.
CONFINED =	sh test/confined $(B) -c /etc -c /run -c /var

PURE =		jailinit/core/life.c jailinit/core/request.c
SRC =		$(PURE) jailinit/init/stage.c jailinit/init/fifo.c \
		jailinit/init/main.c jailinit/init/job.c jailinit/init/leave.c \
		jailinit/init/line.c jailinit/init/log.c jailinit/init/grace.c \
		jailinit/init/names.c jailinit/init/notify.c jailinit/init/options.c jailinit/init/signals.c \
		jailinit/lib/signame.c jailinit/init/spawn.c jailinit/init/status.c \
		jailinit/lib/fd.c jailinit/lib/text.c
HDR =		jailinit/init/stage.h jailinit/lib/clock.h jailinit/init/fifo.h \
		jailinit/init/job.h jailinit/init/leave.h jailinit/core/life.h \
		jailinit/init/line.h jailinit/init/log.h jailinit/init/grace.h \
		jailinit/init/names.h jailinit/init/notify.h jailinit/init/options.h jailinit/init/os.h \
		jailinit/lib/proc_linux.h jailinit/core/request.h jailinit/init/signals.h \
		jailinit/lib/signame.h jailinit/init/spawn.h jailinit/init/status.h \
		jailinit/lib/fd.h jailinit/lib/text.h

# Of the live tests.
HARNESS =	test/live/jail.c test/live/harness_$(OS).c
MANY =		test/live/many.c test/live/many_$(OS).c

BENCH_SRC =	test/bench/bench.c test/bench/calls.c test/bench/idle.c \
		test/bench/latency.c test/bench/life.c test/bench/look.c \
		test/bench/main.c test/bench/memory.c test/bench/peers.c \
		test/bench/quick.c test/bench/rc.c test/bench/table.c

# The jail's own commands.
CTL_SRC =	jailinit/ctl/main.c jailinit/ctl/options.c jailinit/ctl/plan.c \
		jailinit/core/request.c jailinit/ctl/users.c
CTL_HDR =	jailinit/ctl/options.h jailinit/ctl/plan.h jailinit/core/request.h \
		jailinit/ctl/users.h

# The host's side: jailkill(3) and jailkill(8).
JAIL !=		ls jailinit/kill/*_$(OS)*.c
LIB_SRC =	jailinit/kill/libjailkill.c jailinit/lib/text.c
KILL_SRC =	jailinit/kill/visit.c jailinit/kill/halt_do.c jailinit/core/halt.c \
		jailinit/kill/main.c jailinit/kill/list.c jailinit/core/request.c \
		jailinit/kill/say.c jailinit/lib/signame.c jailinit/lib/fd.c \
		jailinit/kill/target.c
KILL_HDR =	jailinit/kill/visit.h jailinit/lib/clock.h jailinit/kill/halt_do.h \
		jailinit/core/halt.h jailinit/kill/jail.h jailinit/kill/jail_freebsd.h \
		jailinit/kill/jailkill.h jailinit/kill/list.h jailinit/init/os.h \
		jailinit/kill/pid_linux.h jailinit/lib/proc_linux.h \
		jailinit/core/request.h jailinit/kill/say.h \
		jailinit/lib/signame.h jailinit/lib/fd.h jailinit/kill/target.h \
		jailinit/lib/text.h
KILL_DEFS =	-DJAIL_ENTER='"$(B)/jail_enter"' -DLIBBSD_NETBSD_VIS \
		$(BSD_CFLAGS)

# Who enters a jail on Linux is a program of its own.
ENTER !=	test $(OS) = linux && echo $(B)/jail_enter || :

# What goes into a jail may be static; what stays on the host need not.
HOST !=		test "$(STATIC)" = 1 || echo $(B)/jailkill $(B)/libjailkill.a

# A file that changes when the way to compile does; what was built the other
# way is made old, since bmake sees whole seconds alone and might take it as
# newer.  (Not removed: make lint builds nothing in its place.)
FLAGS !=	mkdir -p $(B) && echo '$(CC) $(ALL_CFLAGS) $(SMALL) $(LINK) $(LDFLAGS)' \
		>$(B)/flags.new && { cmp -s $(B)/flags.new $(B)/flags || { \
		cp $(B)/flags.new $(B)/flags && touch -c -t 200001010000 \
		$(B)/jailinit $(B)/jailctl $(B)/jailkill \
		$(B)/jail_enter $(B)/*.o $(B)/*.a; }; } && rm $(B)/flags.new

# What is missing to compile is one line, not the compiler's many; a tree without
# test/ can be built, too.
CAN_CC =	@test ! -e test/deps || CC='$(CC)' sh test/deps -n compiler
CAN_BSD =	@test ! -e test/deps || CC='$(CC)' BSD_CFLAGS='$(BSD_CFLAGS)' \
		    sh test/deps -n build

all: $(B)/jailinit $(B)/jailctl $(HOST)

$(B)/jailinit: $(SRC) jailinit/init/os_$(OS).c $(HDR) $(B)/flags
	$(CAN_CC)
	$(CC) $(ALL_CFLAGS) $(SMALL) $(LINK) -o $@ $(SRC) jailinit/init/os_$(OS).c \
	    $(LDFLAGS) $(LIBS)

$(B)/jailctl: $(CTL_SRC) $(CTL_HDR) $(B)/flags
	$(CAN_CC)
	$(CC) $(ALL_CFLAGS) $(SMALL) $(LINK) -o $@ $(CTL_SRC) $(LDFLAGS)

$(B)/jailkill: $(KILL_SRC) $(LIB_SRC) $(JAIL) $(KILL_HDR) \
    jailinit/init/os_$(OS).c $(ENTER) $(B)/flags
	$(CAN_BSD)
	$(CC) $(ALL_CFLAGS) $(KILL_DEFS) $(DYNAMIC) -o $@ $(KILL_SRC) \
	    $(LIB_SRC) $(JAIL) jailinit/init/os_$(OS).c $(LDFLAGS) $(LIBS) \
	    $(BSD_LIBS)

# One object, of which nothing is seen but what jailkill.h names.
$(B)/libjailkill.a: $(LIB_SRC) $(JAIL) $(KILL_HDR) $(ENTER) $(B)/flags
	$(CAN_BSD)
	rm -rf $@ $(B)/lib
	mkdir -p $(B)/lib
	for f in $(LIB_SRC) $(JAIL); do \
		$(CC) $(ALL_CFLAGS) $(KILL_DEFS) -fPIC -c \
		    -o $(B)/lib/`basename $$f .c`.o $$f || exit 1; \
	done
	ld -r -o $(B)/lib/all $(B)/lib/*.o
	objcopy -G jailkill -G jailkill_find $(B)/lib/all
	ar rcs $@ $(B)/lib/all

# Linux: it needs no library, jail_enter.c.
$(B)/jail_enter: jailinit/kill/enter.c $(B)/flags
	$(CAN_CC)
	$(CC) -std=c11 -D_GNU_SOURCE -Ijailinit -O2 $(WARN) $(WERROR) -ffreestanding \
	    -fno-stack-protector -fno-pie -static -nostdlib -s \
	    -Wl,-z,noexecstack -o $@ jailinit/kill/enter.c

# With the tests' own build of the program beside it: musl, static.  With
# OUTSIDE='sh test/outside' it fails if they change anything of the machine.
check:
	sh test/deps check
	sh test/counts
	$(MAKE) all
	test $(OS) != linux || $(MAKE) B=$(B)/musl STATIC=1 CC=musl-gcc all
	$(OUTSIDE) sh test/check unit $(B)
	JAILINIT=$(B)/jailinit JAILINIT_MUSL=$(B)/musl/jailinit \
	    JAILCTL=$(B)/jailctl JAILKILL=$(B)/jailkill \
	    $(OUTSIDE) sh test/check live $(B)

# demo and check as a newcomer meets them: in fresh roots of Debian 12, 13 and
# sid, as root and as a user; an hour, and a table.
check-fresh:
	sh test/fresh -a

# The live tests with their long races, which check has shortened.
check-long:
	sh test/deps check
	$(MAKE) all
	$(MAKE) B=$(B)/musl STATIC=1 CC=musl-gcc all
	JAIL_LONG=1 JAILINIT=$(B)/jailinit JAILINIT_MUSL=$(B)/musl/jailinit \
	    JAILCTL=$(B)/jailctl JAILKILL=$(B)/jailkill \
	    sh test/check live $(B)
	$(MAKE) soak SOAK='-m 10'
	sh test/deps managers
	JAIL_LONG=1 $(CONFINED) sh test/peers/managers $(B) nspawn
	python3 test/unit/mutate $(B)
	$(MAKE) coverage
	$(MAKE) valgrind

# The lines of jailinit/ that the tests run, a table; x86-64.
coverage:
	sh test/deps check
	$(MAKE) B=$(B)/musl STATIC=1 CC=musl-gcc all
	test/cov/cover $(B)

# Unit tests and programs under memcheck; x86-64, as root.
valgrind:
	sh test/deps valgrind
	$(CONFINED) sh test/valgrind/run $(B)

# Each system call of the programs made to fail in turn, which check samples:
# half an hour, and a table.
faults:
	sh test/deps check
	$(MAKE) all
	$(MAKE) B=$(B)/musl STATIC=1 CC=musl-gcc all
	$(CC) $(DEFS) -O1 -g $(WARN) $(WERROR) -Itest/live -Ijailinit \
	    -o $(B)/faults test/live/test_faults.c $(HARNESS) \
	    $(MANY) -lcmocka
	JAIL_LONG=1 JAILINIT=$(B)/jailinit JAILINIT_MUSL=$(B)/musl/jailinit \
	    JAILKILL=$(B)/jailkill $(CONFINED) $(B)/faults

# Jails side by side in a random storm; then all is as at the start.
soak:
	sh test/deps check
	$(MAKE) all
	$(MAKE) B=$(B)/musl STATIC=1 CC=musl-gcc all
	$(CC) $(DEFS) -O1 -g $(WARN) $(WERROR) -o $(B)/soak \
	    test/live/soak.c $(HARNESS)
	JAILINIT=$(B)/jailinit JAILINIT_MUSL=$(B)/musl/jailinit \
	    $(CONFINED) $(B)/soak $(SOAK)

# jailinit -- command beside tini, dumb-init and catatonit, as a table.
check-dropin:
	sh test/deps dropin
	$(MAKE) all
	$(CC) $(DEFS) -O1 -g $(WARN) $(WERROR) -Itest/live -o $(B)/dropin \
	    test/peers/dropin.c $(HARNESS)
	JAILINIT=$(B)/jailinit $(CONFINED) $(B)/dropin

# Tables of jailinit, its peers and the least that could be, and a chart of
# each in $(B)/bench: ten minutes.  Sizes: test/bench/bench.h.
bench: bench-build
	$(CONFINED) sh test/bench/run $(B)

# What of it is exact, in less than a minute: fails when that is not reached.
bench-quick: bench-build
	sh test/bench/size $(B) $(SRC) jailinit/init/os_$(OS).c
	$(CONFINED) sh test/bench/run $(B) quick

bench-build:
	sh test/deps bench
	$(MAKE) all
	$(MAKE) B=$(B)/musl STATIC=1 CC=musl-gcc all
	mkdir -p $(B)/bench
	for p in job floor; do \
		musl-gcc $(DEFS) -Os $(WARN) $(WERROR) -fno-pie -static \
		    -o $(B)/bench/$$p test/bench/$$p.c || exit 1; \
	done
	$(CC) $(DEFS) -O1 -g $(WARN) $(WERROR) -Itest/live \
	    -o $(B)/bench/bench $(BENCH_SRC) -lm
	$(CC) $(DEFS) -O1 -g $(WARN) $(WERROR) -Itest/live \
	    -o $(B)/bench_kill test/bench/bench_kill.c $(HARNESS) \
	    $(MANY)

# The host's shutdown: a whole machine's, and FreeBSD's script's logic.
check-host:
	sh test/deps peers
	$(MAKE) all
	$(MAKE) B=$(B)/static STATIC=1 all
	MAKE='$(MAKE)' $(CONFINED) sh test/peers/jailhalt
	MAKE='$(MAKE)' $(CONFINED) sh test/peers/host-shutdown $(B)

# A jail's life under each program that people start jails with.
check-managers:
	sh test/deps managers
	$(MAKE) all
	$(MAKE) B=$(B)/musl STATIC=1 CC=musl-gcc all
	$(CONFINED) sh test/peers/managers $(B)
	$(CONFINED) sh test/peers/virtual $(B)
	$(CONFINED) sh test/peers/deb $(B)
	$(CONFINED) sh test/peers/scratch $(B)

# Debian's packages, in $(B).
deb:
	sh test/deps deb
	MAKE='$(MAKE)' sh rc/host/deb $(B)

# FreeBSD's port, with the archive of HEAD that it is built from and its
# checksum, in $(B).
freebsd-port:
	mkdir -p $(B)
	sh rc/host/port $(B)

demo:
	sh test/deps demo
	$(MAKE) all
	sh test/confined $(B) sh test/demo/demo $(B)/jailinit

# The demo and check beside two busy loops for each processor: they have to
# pass each time, which takes hours.
flakes:
	B=$(B) sh test/again 200 $(MAKE) demo
	B=$(B) sh test/again 20 $(MAKE) check

# Unit and live tests with the program built to watch itself.
sanitize:
	sh test/deps check
	$(MAKE) B=$(B)/asan HARDEN= CFLAGS='-O1 -g $(SANITIZE)' all
	CC='$(CC)' sh test/check unit $(B)/asan $(SANITIZE)
	CC='$(CC)' JAIL_SLACK=4 JAIL_SANITIZED=1 JAILINIT=$(B)/asan/jailinit \
	    JAILCTL=$(B)/asan/jailctl JAILKILL=$(B)/asan/jailkill \
	    sh test/check live $(B)/asan $(SANITIZE)

# Compiled and linked, not run: there is no FreeBSD here.  What goes into
# libjailkill.a also for 15.0, the first with jail descriptors.
cross-freebsd:
	sh test/deps lint
	mkdir -p $(B)/freebsd
	$(ZIGCC).14.0 $(ALL_CFLAGS) -Werror -o $(B)/jailinit.freebsd \
	    $(SRC) jailinit/init/os_freebsd.c $(RELRO) $(LDFLAGS) -lutil
	$(ZIGCC).14.0 $(ALL_CFLAGS) -Werror -o $(B)/jailctl.freebsd \
	    $(CTL_SRC) $(RELRO) $(LDFLAGS)
	$(ZIGCC).14.0 $(ALL_CFLAGS) -Werror -o $(B)/jailkill.freebsd \
	    $(KILL_SRC) $(LIB_SRC) jailinit/kill/jail_freebsd*.c \
	    jailinit/init/os_freebsd.c $(RELRO) $(LDFLAGS) -lutil
	for v in 14.0 15.0; do \
		for f in $(LIB_SRC) jailinit/kill/jail_freebsd*.c; do \
			$(ZIGCC).$$v $(ALL_CFLAGS) -Werror -fPIC -c \
			    -o $(B)/freebsd/`basename $$f .c`.$$v.o $$f || \
			    exit 1; \
		done; \
	done
	MAKE='$(MAKE)' sh test/port $(B) '$(ZIGCC).14.0'

# Programs and tests for FreeBSD in a folder, $(CARRIED), to be carried to one:
# "sh test/carried" runs them there.  CMOCKA: where cmocka for FreeBSD has its
# include and lib; without it the tests are only compiled.  FREEBSD_CC can be
# any compiler for it, such as clang with a sysroot; FREEBSD_LINK and
# FREEBSD_CFLAGS -static if it has the libraries for that.
FREEBSD_CC =	$(ZIGCC).14.0
FREEBSD_LINK =	$(DYNAMIC)
FREEBSD_CFLAGS =
CMOCKA =
CARRIED =	$(B)/carried

cross-freebsd-tests:
	sh test/deps lint
	mkdir -p $(CARRIED)/build
	$(MAKE) OS=freebsd CC='$(FREEBSD_CC)' B=$(CARRIED)/build SMALL= \
	    LINK='$(FREEBSD_LINK)' DYNAMIC='$(FREEBSD_LINK)' LIBS=-lutil \
	    BSD_CFLAGS= BSD_LIBS= ENTER= all
	CC='$(FREEBSD_CC)' CMOCKA='$(CMOCKA)' sh test/carry $(CARRIED) \
	    $(FREEBSD_CFLAGS)

# That the pure files do what their headers' contracts say, whatever happens.
prove:
	sh test/deps prove
	sh test/proof/prove $(B)

# libFuzzer, with the sanitizers: ten seconds for each target; an hour in all,
# having seen that each finds a planted mistake.
fuzz:
	sh test/deps fuzz
	sh test/fuzz/run $(B) 10

fuzz-long:
	sh test/deps fuzz
	sh test/fuzz/planted $(B)
	sh test/fuzz/run $(B) 514

# All paths that gcc can follow, further than it would by default.  FreeBSD's
# files have headers for clang alone.
analyze:
	sh test/deps lint
	for f in jailinit/*/*.c; do \
		case $$f in *freebsd*) continue ;; esac; \
		gcc $(DEFS) $(KILL_DEFS) -Ijailinit -O1 -g $(WARN) -Werror \
		    -fanalyzer --param analyzer-bb-explosion-factor=20 \
		    --param analyzer-max-enodes-per-program-point=32 \
		    -c -o /dev/null $$f || exit 1; \
	done

# clang does not see what jail_enter.c's own system calls write.
lint:
	sh test/deps lint
	mandoc -Tlint -Wwarning man/*.[1-9]
	sh test/prestop
	shellcheck $(SH)
	shfmt -d $(SH)
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
	    --enable=warning,performance,portability \
	    --suppress=varFuncNullUB -D__linux__ -D__x86_64__ \
	    '-DVERSION="0"' '-DJAIL_ENTER="-"' -Ijailinit jailinit test
	clang-tidy --quiet --warnings-as-errors='*' --checks='$(TIDY)' \
	    $(SRC) $(CTL_SRC) jailinit/init/os_linux.c -- $(DEFS) -Ijailinit
	clang-tidy --quiet --warnings-as-errors='*' --checks='$(TIDY)' \
	    $(KILL_SRC) $(LIB_SRC) $(JAIL) -- $(DEFS) -Ijailinit $(KILL_DEFS)
	clang-tidy --quiet --warnings-as-errors='*' \
	    --checks='$(TIDY),-clang-analyzer-core.*' \
	    jailinit/kill/enter.c -- $(DEFS) -Ijailinit

install: all
	mkdir -p $(DESTDIR)$(PREFIX)/sbin
	install -s -m 755 $(B)/jailinit $(B)/jailctl $(DESTDIR)$(PREFIX)/sbin/
	mkdir -p $(DESTDIR)$(PREFIX)/share/man/man5 \
	    $(DESTDIR)$(PREFIX)/share/man/man8 \
	    $(DESTDIR)$(PREFIX)/libexec/jailinit
	install -m 644 man/jailinit.ctl.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 644 man/jailctl.8 man/jailinit.8 man/rc.jail.8 \
	    $(DESTDIR)$(PREFIX)/share/man/man8/
	for n in halt poweroff reboot shutdown; do \
		ln -sf ../../sbin/jailctl \
		    $(DESTDIR)$(PREFIX)/libexec/jailinit/$$n || exit 1; \
	done
	mkdir -p $(DESTDIR)$(PREFIX)/share/jailinit/rc/examples
	install -m 755 rc/jail/rc rc/jail/rc.shutdown rc/jail/run-hooks \
	    $(DESTDIR)$(PREFIX)/share/jailinit/rc/
	install -m 755 rc/jail/examples/* \
	    $(DESTDIR)$(PREFIX)/share/jailinit/rc/examples/
	test -z "$(HOST)" || $(MAKE) install-host

install-host: $(HOST) install-rc
	mkdir -p $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/lib \
	    $(DESTDIR)$(PREFIX)/share/man/man3
	install -s -m 755 $(B)/jailkill $(DESTDIR)$(PREFIX)/sbin/
	install -m 644 $(B)/libjailkill.a $(DESTDIR)$(PREFIX)/lib/
	install -m 644 jailinit/kill/jailkill.h $(DESTDIR)$(PREFIX)/include/
	install -m 755 rc/host/jailroot $(DESTDIR)$(PREFIX)/sbin/
	install -m 644 man/jailkill.3 $(DESTDIR)$(PREFIX)/share/man/man3/
	install -m 644 man/jailkill.8 man/jailhalt.8 man/jailroot.8 \
	    $(DESTDIR)$(PREFIX)/share/man/man8/

# What halts the jails with the host, in the place where this system looks.
RC =		sed -e 's,@SBINDIR@,$(PREFIX)/sbin,' \
		-e 's,@SECONDS@,$(HALT_SECONDS),' -e "s,@STOP_SECONDS@,`expr \
		$(HALT_SECONDS) + $(HALT_SECONDS) / 20 + 5`,"
RC_D =		$(DESTDIR)$(PREFIX)/etc/rc.d
UNIT_D =	$(DESTDIR)$(PREFIX)/lib/systemd/system

install-rc: install-rc-$(OS)

install-rc-freebsd:
	mkdir -p $(RC_D)
	$(RC) rc/host/jailhalt >$(RC_D)/jailhalt
	chmod 555 $(RC_D)/jailhalt

install-rc-linux:
	for d in scope user@.service run-.service; do \
		mkdir -p $(UNIT_D)/$$d.d && \
		install -m 644 rc/host/jailkill-before.conf \
		    $(UNIT_D)/$$d.d/10-jailkill.conf || exit 1; \
	done
	$(RC) rc/host/jailkill.service >$(UNIT_D)/jailkill.service
	chmod 644 $(UNIT_D)/jailkill.service

clean:
	rm -rf build $(B)

.PHONY: all analyze bench bench-build bench-quick check check-dropin \
    check-fresh check-host check-long check-managers clean coverage \
    cross-freebsd cross-freebsd-tests deb demo faults flakes freebsd-port \
    fuzz fuzz-long install install-host install-rc \
    install-rc-freebsd install-rc-linux lint prove sanitize soak valgrind
