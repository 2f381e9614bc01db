// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A program with a place for others. */
#include "fixture.h"

struct {
	__uint(type, ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

const volatile __u32 base;

/* Weak, so that the compiler believes nothing of what it returns. */
__attribute__((weak)) __noinline int guest(struct __sk_buff *skb)
{
	return 0;
}

static __noinline int weigh(__u32 mark)
{
	return mark + base;
}

SEC("tc")
int stock(struct __sk_buff *skb)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&counts, &key);
	if (count)
		++*count;
	int result = guest(skb);
	return result ? result : weigh(skb->mark);
}
