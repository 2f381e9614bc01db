// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fixture.h"

struct bits {
	__u32 low : 4;
	__u32 high : 28;
};

const struct bits some_bits SEC(".abi");
