// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fixture.h"

struct holey {
	__u8 first;
	__u32 second;
};

struct {
	__uint(type, HASH);
	__uint(max_entries, 1);
	__type(key, struct holey);
	__type(value, __u32);
} holes SEC(".maps");

