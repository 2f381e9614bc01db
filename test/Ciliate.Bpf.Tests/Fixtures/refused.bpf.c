// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the verifier refuses. */
#include "fixture.h"

SEC("tc")
int unchecked_packet(struct __sk_buff *skb)
{
	__u8 *data = (void *)(long)skb->data;
	return data[12]; /* no bound */
}

static __noinline int in_a_function(struct __sk_buff *skb)
{
	__u8 *data = (void *)(long)skb->data;
	return data[13];
}

SEC("tc")
int unchecked_in_a_function(struct __sk_buff *skb)
{
	return in_a_function(skb);
}
