// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A program that takes its time, and tells when it begins and ends. */
#include "fixture.h"

struct {
	__uint(type, ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
	__uint(map_flags, MMAPABLE);
} marks SEC(".maps");

static long nothing(__u32 index, void *context)
{
	return 0;
}

SEC("tc")
int take_time(struct __sk_buff *skb)
{
	__u32 begin = 0, end = 1;
	__u64 *begun = bpf_map_lookup_elem(&marks, &begin);
	__u64 *ended = bpf_map_lookup_elem(&marks, &end);
	if (!begun || !ended)
		return 1;
	*(volatile __u64 *)begun = 1;
	bpf_loop(1 << 23, nothing, 0, 0);
	*(volatile __u64 *)ended = 1;
	return 0;
}
