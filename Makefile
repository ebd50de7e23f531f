# jailinit, for GNU make and BSD make alike: no conditionals and no pattern
# rules; what differs between systems is asked of the shell.
#: make [STATIC=1|0] [CC=musl-gcc] [B=build]	all programs, in $(B)
#: make install [DESTDIR= PREFIX= HALT_SECONDS=]
#: make demo	boots a jail and halts it, step by step
#: make deb | freebsd-port	Debian's packages; FreeBSD's port and its archive
VERSION =	0.1
PREFIX =	/usr/local
# How long jails have when the host shuts down, in seconds.
HALT_SECONDS =	90
B =		build
OS !=		uname -s | tr A-Z a-z
OTHER !=	test '$(OS)' = linux && echo freebsd || echo linux
CFLAGS =	-Os -g
OBJCOPY ?=	objcopy
PKG_CONFIG ?=	pkg-config
WARN =		-Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
		-Wmissing-prototypes -Wwrite-strings
HARDEN =	-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
DEFS =		-std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Ijailinit
DYNAMIC =	-pie -Wl,-z,relro -Wl,-z,now
# Static on FreeBSD: a jail may be of an older one, with another libutil.
PIE !=		case '$(STATIC)$(OS)' in 1*|freebsd) echo -fno-pie -static ;; \
		*) echo -fPIE ;; esac
LINK !=		case '$(PIE)' in *static) echo -Wl,-z,norelro ;; \
		*) echo $(DYNAMIC) ;; esac
# Fewer pages: nothing unused, no gaps, code and constants in one segment.
SMALL =		-fno-asynchronous-unwind-tables -fno-plt -ffunction-sections -fdata-sections \
		-fno-jump-tables
SMALL_LINK =	-Wl,--gc-sections -Wl,--sort-section=alignment \
		-Wl,-z,noseparate-code -Wl,-z,nodynamic-undefined-weak
LIBS !=		test '$(OS)' = freebsd && echo -lutil || :
BSD_CFLAGS !=	$(PKG_CONFIG) --cflags libbsd-overlay 2>/dev/null || :
BSD_LIBS !=	$(PKG_CONFIG) --libs libbsd-overlay 2>/dev/null || :
ALL_CFLAGS =	$(DEFS) $(CFLAGS) $(HARDEN) $(WARN) $(WERROR)
KILL_DEFS =	-DJAIL_ENTER='"$(B)/jail_enter"' -DLIBBSD_NETBSD_VIS \
		$(BSD_CFLAGS)

# Each file is compiled for jails (jailinit, jailctl) and for the host (jailkill
# and its library, which are dynamic).
JAIL_CC =	$(CC) $(ALL_CFLAGS) $(SMALL) $(PIE) -MMD -MP -c
HOST_CC =	$(CC) $(ALL_CFLAGS) $(KILL_DEFS) -fPIC -MMD -MP -c
SRC !=		cd jailinit && ls */*.c | grep -v -e _$(OTHER) -e kill/enter
LS =		printf '%s\n' $(SRC) | sed 's,c$$,o,' | grep -e ^lib/
INIT !=		$(LS) -e ^core/ -e ^init/ | sed 's,^,$(B)/jail/,'
CTL !=		$(LS) -e ^core/ -e ^ctl/ | sed 's,^,$(B)/jail/,'
KILL !=		$(LS) -e ^core/[hmr] -e ^kill/ | sed 's,^,$(B)/host/,'
LIBKILL !=	$(LS) -e kill/.*_$(OS) -e kill/deliver -e kill/lib | grep -v -e /fd -e /signame | \
		sed 's,^,$(B)/host/,'
# Linux: the program that enters a jail.
ENTER !=	test '$(OS)' = linux && echo $(B)/jail_enter || :
HOST !=		test '$(STATIC)' = 1 || echo $(B)/jailkill $(B)/libjailkill.a
# Nothing is kept that was built with other flags.
FLAGS !=	mkdir -p $(B) && echo '$(CC) $(DEFS) $(CFLAGS) $(HARDEN) $(PIE) \
		$(SMALL) $(LINK) $(LDFLAGS)' >$(B)/flags.new && { \
		cmp -s $(B)/flags.new $(B)/flags || rm -rf $(B)/jail \
		$(B)/host $(B)/jail[ick_]* $(B)/libjailkill.a; } && \
		mv $(B)/flags.new $(B)/flags
# A rule for each object, and the headers that it was made of the last time.
RULES !=	for d in core lib init ctl kill; do \
		mkdir -p $(B)/jail/$$d $(B)/host/$$d; done && \
		for f in $(SRC); do for d in jail:JAIL host:HOST; do \
		printf '$(B)/%s/%s: jailinit/%s\n\t$$(%s_CC) -o $$@ jailinit/%s\n' \
		$${d%:*} $${f%.c}.o $$f $${d\#*:} $$f; done; done >$(B)/rules && \
		cat $(B)/*/*/*.d >>$(B)/rules 2>/dev/null || :

all: $(B)/jailinit $(B)/jailctl $(HOST)
include $(B)/rules
JAIL_LD =	$(CC) $(CFLAGS) $(SMALL_LINK) $(PIE) $(LINK) -o $@
$(B)/jailinit: $(INIT)
	$(JAIL_LD) $(INIT) $(LDFLAGS) $(LIBS)
$(B)/jailctl: $(CTL)
	$(JAIL_LD) $(CTL) $(LDFLAGS)
$(B)/jailkill: $(KILL)
	$(CC) $(CFLAGS) $(DYNAMIC) -o $@ $(KILL) $(LDFLAGS) $(LIBS) $(BSD_LIBS)
# One object, in which no name is seen but those of jailkill.h.
$(B)/libjailkill.a: $(LIBKILL)
	$(LD) -r -o $(B)/libjailkill.o $(LIBKILL)
	$(OBJCOPY) -G jailkill -G jailkill_find $(B)/libjailkill.o
	rm -f $@ && $(AR) rcs $@ $(B)/libjailkill.o
$(B)/host/kill/runner_linux.o: $(ENTER)
ENTER_SRC !=	ls jailinit/kill/enter_*
$(B)/jail_enter: $(ENTER_SRC)
	$(CC) -std=c11 -D_GNU_SOURCE -O2 $(WARN) $(WERROR) -ffreestanding \
	    -fno-stack-protector -fno-pie -static -nostdlib -s \
	    -Wl,-z,noexecstack -Ijailinit -o $@ jailinit/kill/enter_*.c
# What is missing to compile is told in one line; test/ need not be there.
CAN =		test ! -e test/deps || CC='$(CC)' BSD_CFLAGS='$(BSD_CFLAGS)' sh test/deps -n
$(INIT) $(CTL) $(ENTER): $(B)/can-compiler
$(KILL): $(B)/can-build
$(B)/can-compiler $(B)/can-build:
	@$(CAN) `expr $@ : '.*can-\(.*\)'` && touch $@

D =		$(DESTDIR)$(PREFIX)
MAN !=		ls man/* | grep -v -e "^$$" `test '$(STATIC)' != 1 || \
		echo -e kill -e halt -e root`
install: all
	mkdir -p $(D)/sbin $(D)/libexec/jailinit $(D)/share/jailinit/rc/examples
	install -s -m 755 $(B)/jailinit $(B)/jailctl $(D)/sbin/
	for n in halt poweroff reboot shutdown init telinit; do \
		ln -sf ../../sbin/jailctl $(D)/libexec/jailinit/$$n; done
	install -m 755 rc/jail/r[cu]* $(D)/share/jailinit/rc/
	install -m 755 rc/jail/examples/* $(D)/share/jailinit/rc/examples/
	for m in $(MAN); do to=$(D)/share/man/man`expr $$m : '.*\(.\)'` && \
		mkdir -p $$to && install -m 644 $$m $$to/ || exit 1; done
	test -z "$(HOST)" || $(MAKE) install-host
install-host: $(HOST) install-rc
	mkdir -p $(D)/include $(D)/lib
	install -s -m 755 $(B)/jailkill $(D)/sbin/
	install -m 755 rc/host/jailroot $(D)/sbin/
	install -m 644 $(B)/libjailkill.a $(D)/lib/
	install -m 644 jailinit/kill/jailkill.h $(D)/include/

# What halts jails when the host shuts down, where this system looks for it.
install-rc:
	sh rc/host/install $(OS) '$(D)' '$(PREFIX)' $(HALT_SECONDS)
demo:
	sh test/deps demo
	$(MAKE) all
	sh test/confined $(B) sh test/demo/demo $(B)/jailinit
deb:
	sh test/deps deb
	MAKE='$(MAKE)' sh rc/host/deb $(B)
freebsd-port:
	mkdir -p $(B)
	sh rc/host/port $(B)
clean:
	rm -rf build $(B)
help:
	@sed -n 's/^#: //p' Makefile test/Makefile
.PHONY: all clean deb demo freebsd-port help install install-host install-rc
-include test/Makefile
