# What packagers need; included by the Makefile above.
#: make install [DESTDIR= PREFIX= LIBDIR= HALT_SECONDS= STRIP=]
#: make uninstall [the same]	removes what install has put there
#: make dist	build/jailinit-$(VERSION).tar.gz
#: make deb | freebsd-port	Debian's packages; FreeBSD's port and its archive
PREFIX =	/usr/local
LIBDIR =	$(PREFIX)/lib
# How long jails have when the host shuts down, in seconds.
HALT_SECONDS =	90
INSTALL ?=	install
# The compiler's own; STRIP=: strips nothing.
STRIP ?=	`$(CC) -print-prog-name=strip`
PUT =		DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' LIBDIR='$(LIBDIR)' \
		HALT_SECONDS='$(HALT_SECONDS)' INSTALL='$(INSTALL)' \
		STRIP="$(STRIP)" sh rc/host/install $(OS) $(O) $(VERSION)

install: all
	$(PUT) install jail `test -z '$(HOST)' || echo host rc`
# What halts jails when the host shuts down, where this system looks for it.
install-rc:
	$(PUT) install rc
uninstall:
	$(PUT) uninstall jail `test -z '$(HOST)' || echo host rc`
dist:
	mkdir -p $(O)
	sh rc/host/dist $(O)
deb:
	sh test/deps deb
	MAKE='$(MAKE)' sh rc/host/deb $(O)
freebsd-port:
	mkdir -p $(O)
	sh rc/host/port $(O)
.PHONY: deb dist freebsd-port install install-rc uninstall
