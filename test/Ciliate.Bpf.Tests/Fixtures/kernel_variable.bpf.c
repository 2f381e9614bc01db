// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fixture.h"

extern const int bpf_prog_active __attribute__((section(".ksyms")));

SEC("tc")
int reads_it(struct __sk_buff *skb)
{
	return bpf_prog_active;
}
