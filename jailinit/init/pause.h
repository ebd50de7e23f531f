/* SPDX-License-Identifier: BSD-2-Clause */
/* catatonit -P: process 1 of a pod, in which containers share namespaces. */
#ifndef INIT_PAUSE_H
#define INIT_PAUSE_H

/* Reaps until TERM or INT, then exits with 0.  Works where no jail is, too. */
_Noreturn void pause_run(void);

#endif
