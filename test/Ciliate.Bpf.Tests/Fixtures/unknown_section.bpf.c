// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fixture.h"

SEC("kprobe/anything")
int probe(void *ctx)
{
	return 0;
}
