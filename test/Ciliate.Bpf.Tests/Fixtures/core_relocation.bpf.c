// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fixture.h"

struct kernel_type {
	int a, b;
} __attribute__((preserve_access_index));

SEC("syscall")
int reads_kernel_type(struct kernel_type *type)
{
	return type->b;
}
