// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fixture.h"

extern void *bpf_cast_to_kern_ctx(void *context) __attribute__((section(".ksyms")));

SEC("tc")
int strong(struct __sk_buff *skb)
{
	return bpf_cast_to_kern_ctx(skb) ? 1 : 2;
}
