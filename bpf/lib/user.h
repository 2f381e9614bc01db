/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Programs of the user's at a container, next to it on both ways: what it sends goes by one before anything
 * else is asked about it, what it receives by one after everything else has let it through. */
#pragma once

#include "config.h"
#include "maps.h"

enum user_verdict {
	USER_KEEP = 0,
	USER_DROP = 1, /* as everything else but USER_KEEP */
};

CONFIG(__u8, user_egress, "A program of the user's judges what the container sends.");
CONFIG(__u8, user_ingress, "A program of the user's judges what the container receives.");

/* The user's program is put in the place of its body when it is loaded. Weak, so that the compiler believes
 * nothing of what it returns. */
#define USER_PROGRAM __attribute__((weak)) SUBPROGRAM

USER_PROGRAM int user_program_egress(struct __sk_buff *skb)
{
	return USER_KEEP;
}

USER_PROGRAM int user_program_ingress(struct __sk_buff *skb)
{
	return USER_KEEP;
}

static __always_inline int check_egress_by_user(struct __sk_buff *skb)
{
	return user_egress && user_program_egress(skb) != USER_KEEP ? -DROP_USER_PROGRAM : 0;
}

static __always_inline int check_ingress_by_user(struct __sk_buff *skb)
{
	return user_ingress && user_program_ingress(skb) != USER_KEEP ? -DROP_USER_PROGRAM : 0;
}

/* Instead of being delivered by the program that got it here, the packet goes on to that of the container
 * that it is for. */
#define DELIVER_BY_USER 256

static __always_inline void go_on_to_user(struct __sk_buff *skb, __u32 endpoint)
{
	bpf_tail_call(skb, &user_deliveries, endpoint);
}
