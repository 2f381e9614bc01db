// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Maps inside of maps inside of maps, and so on. */
#include "fixture.h"

struct endless {
	__uint(type, HASH_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct endless);
} endless SEC(".maps");

SEC("tc")
int looks_inside(struct __sk_buff *skb)
{
	return bpf_map_lookup_elem(&endless, &skb->mark) != 0;
}
