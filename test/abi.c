/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What programs that were compiled against libjailkill.so.0 rest on.  A change
 * here needs another soname.  Compiled by test/package.
 */
#include <jailkill.h>

#include <assert.h>
#include <stdint.h>

static_assert(sizeof(jailid_t) == sizeof(uint64_t), "jailid_t");
static_assert((jailid_t)-1 > 0, "jailid_t is unsigned");
static_assert(JAILKILL_LIMIT == 10, "JAILKILL_LIMIT");

int (*const abi_jailkill)(uint64_t, int) = jailkill;
int (*const abi_jailkill_find)(const char *, uint64_t *) = jailkill_find;
