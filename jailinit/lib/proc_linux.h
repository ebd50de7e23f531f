/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux: what /proc says of a process, proc(5).  Never read cmdline or environ
 * but in a child that can be killed: they take locks that the process can hold.
 */
#ifndef LIB_PROC_LINUX_H
#define LIB_PROC_LINUX_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

/* Reads the start of a file, at most size - 1 bytes, into buf as a string.
 * False when there is nothing to read. */
bool proc_read_path(const char *path, char *buf, size_t size);

/* The same for /proc/pid/what. */
bool proc_read(pid_t pid, const char *what, char *buf, size_t size);

/* Is /proc that of our own PID namespace? */
bool proc_is_ours(void);

/* Fields of /proc/pid/stat, proc_pid_stat(5), counted from 1. */
#define PROC_STAT_SIZE		512	/* about 300 bytes are used */
#define PROC_STAT_STATE		3
#define PROC_STAT_PARENT	4
#define PROC_STAT_GROUP		5
#define PROC_STAT_TERMINAL	7	/* 0: no controlling terminal */
#define PROC_STAT_FLAGS		9
#define PROC_STAT_THREADS	20
#define PROC_STAT_START		22
#define PROC_STAT_FIELDS	52

/* Reads the file into buf.  False: the process is gone or cannot be seen. */
bool proc_stat_read(pid_t pid, char buf[PROC_STAT_SIZE]);

/* The text of a field from 3 on, which ends at a space; "" if there is none.
 * The second field, a name, may hold anything, so fields are counted from its
 * end. */
const char *proc_stat_field(const char *buf, int field);

#endif
