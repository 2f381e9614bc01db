// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fixture.h"

/* clang 19 cuts the values when the base type is a typedef. */
enum cut : __u64 { CUT_HUGE = 0xffffffff00000000ULL };

const enum cut some_cut SEC(".abi");
