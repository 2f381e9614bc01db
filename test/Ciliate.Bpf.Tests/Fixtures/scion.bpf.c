// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs to be put into another, and some that do with their context what they should not. */
#include "fixture.h"

struct seen {
	__u32 mark;
	__u32 length;
};

struct {
	__uint(type, HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct seen);
} counts SEC(".maps");

const volatile __u32 limit = 7;
__u32 refused;

struct context_and_more {
	__u64 number;
	struct __sk_buff *skb;
};

static __noinline void note(__u32 mark, struct seen *seen)
{
	bpf_map_update_elem(&counts, &mark, seen, 0);
}

static __noinline int beyond(__u32 mark, __u32 most)
{
	return mark > most;
}

SEC("tc")
int check(struct __sk_buff *skb)
{
	struct seen seen = {.mark = skb->mark, .length = skb->len};
	note(skb->mark, &seen);
	if (!beyond(skb->mark, limit))
		return 0;
	refused++;
	return 100;
}

SEC("tc")
int marks(struct __sk_buff *skb)
{
	skb->mark = 1;
	return 0;
}

static __noinline int mark_it(__u32 mark, struct __sk_buff *skb)
{
	skb->mark = mark;
	return 0;
}

SEC("tc")
int marks_by_another(struct __sk_buff *skb)
{
	return mark_it(skb->len, skb);
}

/* Behind a helper the context comes back from a register that is kept, or from the stack. */
SEC("tc")
int marks_after_a_call(struct __sk_buff *skb)
{
	__u32 key = skb->len;
	struct seen *seen = bpf_map_lookup_elem(&counts, &key);
	if (seen)
		skb->priority = seen->mark;
	return 0;
}

static __noinline int mark_inside(struct context_and_more *all)
{
	all->skb->mark = all->number;
	return 0;
}

SEC("tc")
int marks_by_the_stack(struct __sk_buff *skb)
{
	struct context_and_more all = {.number = skb->len, .skb = skb};
	return mark_inside(&all);
}
