// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Functions of the kernel, that kernels have (Linux 6.2 and later) and that none has. */
#include "fixture.h"

#define KERNEL	      __attribute__((section(".ksyms")))
#define WEAK_KERNEL __attribute__((weak, section(".ksyms")))

extern void *bpf_cast_to_kern_ctx(void *context) WEAK_KERNEL;
extern void *no_kernel_has_that(void *context, int more) WEAK_KERNEL;
extern int every_kernel_lacks_it(void *context) KERNEL;

SEC("tc")
int weak(struct __sk_buff *skb)
{
	return bpf_cast_to_kern_ctx(skb) ? 1 : 2;
}

SEC("tc")
int weak_and_missing(struct __sk_buff *skb)
{
	return no_kernel_has_that(skb, 5) ? 1 : 2;
}

static __noinline int below(struct __sk_buff *skb)
{
	return bpf_cast_to_kern_ctx(skb) ? 10 : 20;
}

SEC("tc")
int in_a_function(struct __sk_buff *skb)
{
	return below(skb) + 1;
}

SEC("tc")
int strong_and_missing(struct __sk_buff *skb)
{
	return every_kernel_lacks_it(skb);
}
