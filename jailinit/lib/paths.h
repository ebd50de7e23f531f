/* SPDX-License-Identifier: BSD-2-Clause */
/* The paths inside a jail that more than one program uses, jailinit.ctl(5). */
#ifndef LIB_PATHS_H
#define LIB_PATHS_H

#define PATH_RUN	"/var/run"
#define PATH_CTL	PATH_RUN "/jailinit.ctl"
#define PATH_STATUS	PATH_RUN "/jailinit.status"

#endif
