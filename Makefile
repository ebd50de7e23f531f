# jailinit, for GNU make and BSD make alike: no conditionals and no pattern
# rules; what differs between systems is asked of the shell.
#: make [STATIC=1|0] [CC=musl-gcc] [B=build]	all programs, in $(B)
#: make demo	boots a jail and halts it, step by step
VERSION =	0.2
B =		build
# make knows no name with a space in it: such a folder is used through a link.
O !=		case '$(B)' in *' '*) o=build/b`echo '$(B)' | cksum | tr -d ' '`; \
		mkdir -p '$(B)' build && ln -sfn "`cd '$(B)' && pwd`" $$o && \
		echo $$o ;; *) echo '$(B)' ;; esac
OS !=		uname -s | tr A-Z a-z
OTHER !=	test '$(OS)' = linux && echo freebsd || echo linux
# Of the environment, too; bmake has others of its own.
CFLAGS !=	echo "$${CFLAGS--Os -g}"
CPPFLAGS !=	echo "$$CPPFLAGS"
LDFLAGS !=	echo "$$LDFLAGS"
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
PKG_CONFIG ?=	pkg-config
BSD_CFLAGS !=	$(PKG_CONFIG) --cflags libbsd-overlay 2>/dev/null || :
BSD_LIBS !=	$(PKG_CONFIG) --libs libbsd-overlay 2>/dev/null || :
ALL_CFLAGS =	$(DEFS) $(CPPFLAGS) $(CFLAGS) $(HARDEN) $(WARN) $(WERROR)
KILL_DEFS =	-DJAIL_ENTER='"$(O)/jail_enter"' -DLIBBSD_NETBSD_VIS \
		$(BSD_CFLAGS)

# Each file is compiled for jails (jailinit, jailctl) and for the host (jailkill
# and its library, which are dynamic).  Other compilers link the library, so it
# is not left to be compiled by LTO.
JAIL_CC =	$(CC) $(ALL_CFLAGS) $(SMALL) $(PIE) -MMD -MP -c
HOST_CC =	$(CC) $(ALL_CFLAGS) $(KILL_DEFS) -fPIC -fno-lto -MMD -MP -c
SRC !=		cd jailinit && ls */*.c | grep -v -e _$(OTHER) -e kill/enter
LS =		printf '%s\n' $(SRC) | sed 's,c$$,o,' | grep -e ^lib/
INIT !=		$(LS) -e ^core/ -e ^init/ | sed 's,^,$(O)/jail/,'
CTL !=		$(LS) -e ^core/ -e ^ctl/ | sed 's,^,$(O)/jail/,'
KILL !=		$(LS) -e ^core/[hmr] -e ^kill/ | sed 's,^,$(O)/host/,'
LIBKILL !=	$(LS) -e kill/.*_$(OS) -e kill/deliver -e kill/lib | grep -v -e /fd -e /signame | \
		sed 's,^,$(O)/host/,'
# Linux: the program that enters a jail.
ENTER !=	test '$(OS)' = linux && echo $(O)/jail_enter || :
HOST !=		test '$(STATIC)' = 1 || echo $(O)/jailkill $(O)/libjailkill.a \
		$(O)/libjailkill.so.0
# Nothing is kept that was built with other flags.
FLAGS !=	mkdir -p $(O) && echo '$(CC) $(DEFS) $(CPPFLAGS) $(CFLAGS) $(HARDEN) $(PIE) \
		$(SMALL) $(LINK) $(LDFLAGS)' >$(O)/flags.new && { \
		cmp -s $(O)/flags.new $(O)/flags || rm -rf $(O)/jail \
		$(O)/host $(O)/jail[ick_]* $(O)/libjailkill.*; } && \
		mv $(O)/flags.new $(O)/flags
# A rule for each object, and the headers that it was made of the last time.
RULES !=	for d in core lib init ctl kill; do \
		mkdir -p $(O)/jail/$$d $(O)/host/$$d; done && \
		for f in $(SRC); do for d in jail:JAIL host:HOST; do \
		printf '$(O)/%s/%s: jailinit/%s\n\t$$(%s_CC) -o $$@ jailinit/%s\n' \
		$${d%:*} $${f%.c}.o $$f $${d\#*:} $$f; done; done >$(O)/rules && \
		cat $(O)/*/*/*.d >>$(O)/rules 2>/dev/null || :

all: $(O)/jailinit $(O)/jailctl $(HOST)
include $(O)/rules
JAIL_LD =	$(CC) $(CFLAGS) $(SMALL_LINK) $(PIE) $(LINK) -o $@
$(O)/jailinit: $(INIT)
	$(JAIL_LD) $(INIT) $(LDFLAGS) $(LIBS)
$(O)/jailctl: $(CTL)
	$(JAIL_LD) $(CTL) $(LDFLAGS)
$(O)/jailkill: $(KILL)
	$(CC) $(CFLAGS) $(DYNAMIC) -o $@ $(KILL) $(LDFLAGS) $(LIBS) $(BSD_LIBS)
# What others link: no name is seen but those of the map.  The tools are those
# of the compiler, unless the environment or the command line names others.
MAP =		jailinit/kill/libjailkill.map
GLOBAL =	`sed -n 's/^	*\(jail.*\);/-G \1/p' $(MAP)`
TOOL_AR =	$${AR:-`$(CC) -print-prog-name=ar`}
TOOL_LD =	$${LD:-`$(CC) -print-prog-name=ld`}
TOOL_OBJCOPY =	$${OBJCOPY:-`$(CC) -print-prog-name=objcopy`}
$(O)/libjailkill.a: $(LIBKILL) $(MAP)
	$(TOOL_LD) -r -o $(O)/libjailkill.o $(LIBKILL)
	$(TOOL_OBJCOPY) $(GLOBAL) $(O)/libjailkill.o
	rm -f $@ && $(TOOL_AR) rcs $@ $(O)/libjailkill.o
$(O)/libjailkill.so.0: $(LIBKILL) $(MAP)
	$(CC) $(CFLAGS) -shared -Wl,-z,relro -Wl,-z,now \
	    -Wl,-soname,libjailkill.so.0 -Wl,--version-script,$(MAP) \
	    -o $@ $(LIBKILL) $(LDFLAGS)
$(O)/host/kill/runner_linux.o: $(ENTER)
ENTER_SRC !=	ls jailinit/kill/enter_*
$(O)/jail_enter: $(ENTER_SRC)
	$(CC) -std=c11 -D_GNU_SOURCE -O2 $(WARN) $(WERROR) -ffreestanding \
	    -fno-stack-protector -fno-pie -static -nostdlib -s \
	    -Wl,-z,noexecstack -Ijailinit -o $@ jailinit/kill/enter_*.c
# What is missing to compile is told in one line; test/ need not be there.
CAN =		test ! -e test/deps || CC='$(CC)' BSD_CFLAGS='$(BSD_CFLAGS)' sh test/deps -n
$(INIT) $(CTL) $(ENTER): $(O)/can-compiler
$(KILL): $(O)/can-build
$(O)/can-compiler $(O)/can-build:
	@$(CAN) `expr $@ : '.*can-\(.*\)'` && touch $@

demo:
	sh test/deps demo
	$(MAKE) all
	sh test/confined $(O) sh test/demo/demo $(O)/jailinit
clean:
	rm -rf '$(B)' build
help:
	@sed -n 's/^#: //p' Makefile rc/host/package.mk test/Makefile
.PHONY: all clean demo help
include rc/host/package.mk
-include test/Makefile
