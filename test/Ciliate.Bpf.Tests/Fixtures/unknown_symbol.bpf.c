// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fixture.h"

extern int elsewhere(int value);

SEC("tc")
int calls_elsewhere(struct __sk_buff *skb)
{
	return elsewhere(skb->mark);
}
