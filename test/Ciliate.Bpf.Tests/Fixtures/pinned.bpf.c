// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fixture.h"

struct {
	__uint(type, HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, 1);
} kept SEC(".maps");

struct {
	__uint(type, ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, 1);
} also_kept SEC(".maps");

const volatile _Bool broken;

SEC("tc")
int use(struct __sk_buff *skb)
{
	__u32 key = 1;
	__u32 *value = bpf_map_lookup_elem(&kept, &key);
	if (broken)
		return *value;
	return value ? *value : 0;
}
