// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs that read constants in every way that the specializer is to see through. */
#include "fixture.h"

struct limits {
	__u8 on;
	__s8 negative;
	__u16 half;
	__u32 word;
	__u64 wide;
};

const volatile __u64 wide;
const volatile __u32 word;
const volatile __u16 half;
const volatile __u8 byte;
const volatile _Bool enabled;
const volatile _Bool counting;
const volatile struct limits limits;
const volatile __u32 choice_a, choice_b;
const volatile __u32 table[4];

/* What a program leaves behind. */
__u64 results[16] = {1};

struct {
	__uint(type, ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

struct {
	__uint(type, PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} stages SEC(".maps");

static __noinline int count(__u32 index)
{
	__u64 *value = bpf_map_lookup_elem(&counters, &index);
	if (!value)
		return 0;
	__sync_fetch_and_add(value, 1);
	return *value;
}

/* A function that the verifier checks by itself. */
__noinline int weigh(__u32 mark)
{
	if (enabled)
		return mark * word + half;
	return mark;
}

SEC("tc")
int features(struct __sk_buff *skb)
{
	int result = weigh(skb->mark);
	if (counting)
		result += count(1);
	if (limits.on && (skb->mark & limits.half))
		bpf_tail_call(skb, &stages, limits.word);
	return result + limits.negative;
}

/* The address is chosen first, and read then. */
SEC("tc")
int chosen(struct __sk_buff *skb)
{
	return (skb->mark & 1 ? choice_a : choice_b) + byte;
}

/* A place that is computed is not constant. */
SEC("tc")
int computed(struct __sk_buff *skb)
{
	return table[skb->mark & 3] + table[2];
}

static int add_one(__u32 index, void *context)
{
	*(int *)context += word;
	return 0;
}

SEC("tc")
int looping(struct __sk_buff *skb)
{
	int sum = 0;
	if (enabled)
		bpf_loop(5, add_one, &sum, 0);
	return sum;
}

struct pair {
	__u64 first, second;
};

__noinline __u64 fill(struct pair *pair, __u64 number)
{
	if (!pair)
		return 0;
	pair->first = number;
	return pair->second + wide;
}

/* What goes out by address may come back changed. */
SEC("tc")
int lending(struct __sk_buff *skb)
{
	struct pair pair = {1, 2};
	__u64 sum = fill(&pair, skb->mark);
	return pair.first == 1 ? 99 : sum + pair.first;
}

/* The body of the programs that tests make up is put in the place of this one; it has the maps and the types. */
SEC("tc")
int made_up(struct __sk_buff *skb)
{
	results[0] = wide;
	return weigh(skb->mark);
}
