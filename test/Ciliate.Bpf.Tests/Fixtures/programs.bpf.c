// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Every way in which a program refers to something. */
#include "fixture.h"

struct six {
	__u8 bytes[6];
};

const volatile __u32 answer __attribute__((btf_decl_tag("What answer_of_constant returns."))) = 42;
const volatile _Bool enabled;
const volatile struct six six;
const volatile __u16 numbers[3] = {1, 2, 3};
const __u32 folded = 7;
__u32 initialised = 1000;
__u32 zeroed;
static __u64 hidden_counter;

struct {
	__uint(type, ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

struct {
	__uint(type, ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} unused SEC(".maps");

SEC("tc")
int answer_of_constant(struct __sk_buff *skb)
{
	return answer;
}

SEC("tc")
int sum_of_constants(struct __sk_buff *skb)
{
	return enabled ? six.bytes[0] + six.bytes[5] + numbers[2] : 0;
}

/* 1000, 1001, ... */
SEC("tc")
int count_in_data(struct __sk_buff *skb)
{
	zeroed += 2;
	hidden_counter += 3;
	return initialised++;
}

SEC("tc")
int read_hidden(struct __sk_buff *skb)
{
	return hidden_counter;
}

static __noinline int leaf(int value)
{
	asm volatile("" : "+r"(value));
	return value * 2;
}

static __noinline int branch(int value)
{
	asm volatile("" : "+r"(value));
	return leaf(value) + 1;
}

__noinline int global_function(int value)
{
	asm volatile("" : "+r"(value));
	return branch(value) + leaf(1);
}

static __noinline int never_called(int value)
{
	asm volatile("" : "+r"(value));
	return value;
}

/* ((mark * 2) + 1) + 2 */
SEC("tc")
int through_functions(struct __sk_buff *skb)
{
	return global_function(skb->mark);
}

SEC("tc")
int through_leaf(struct __sk_buff *skb)
{
	return leaf(skb->mark);
}

SEC("tc")
int needs_other_function(struct __sk_buff *skb)
{
	return never_called(skb->mark);
}

static int add_one(__u32 index, void *context)
{
	*(int *)context += 1;
	return 0;
}

SEC("tc")
int loop(struct __sk_buff *skb)
{
	int sum = 0;
	bpf_loop(5, add_one, &sum, 0);
	return sum;
}

SEC("tc")
int set_mark(struct __sk_buff *skb)
{
	skb->mark = skb->mark + 1;
	skb->cb[0] = 7;
	return 0;
}

SEC("tc")
int count_in_map(struct __sk_buff *skb)
{
	__u32 key = 1;
	__u64 *value = bpf_map_lookup_elem(&counters, &key);
	if (value)
		__sync_fetch_and_add(value, 1);
	return 0;
}

struct xdp_md {
	__u32 data, data_end;
};

/* Turns the first byte over. */
SEC("xdp")
int flip(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data;
	if (data + 1 > (__u8 *)(long)ctx->data_end)
		return 1;
	*data = ~*data;
	return 2;
}

struct question {
	__u64 left, right, sum;
};

SEC("syscall")
int add(struct question *question)
{
	question->sum = question->left + question->right;
	return 3;
}

SEC("tcx/ingress")
int on_ingress(struct __sk_buff *skb)
{
	__u32 key = 2;
	__u64 *value = bpf_map_lookup_elem(&counters, &key);
	if (value)
		__sync_fetch_and_add(value, 1);
	return -1;
}

SEC("tcx/egress")
int on_egress(struct __sk_buff *skb)
{
	__u32 key = 3;
	__u64 *value = bpf_map_lookup_elem(&counters, &key);
	if (value)
		__sync_fetch_and_add(value, 1);
	return -1;
}

SEC("tcx/ingress")
int drop_all(struct __sk_buff *skb)
{
	return 2;
}
