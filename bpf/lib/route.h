/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the host's routes would do with a packet of the container. */
#pragma once

#include "config.h"
#include "packet.h"

/* No interface has these numbers. */
enum route : __u32 {
	ROUTE_NONE = 0, /* nowhere, or not asked */
	/* not forwarded: the host's own address, a broadcast, an anycast, or no way now */
	ROUTE_TO_HOST = ~0u,
};

/* Interface that the host would forward the packet by, or one of enum route. Policy routing and the routes
 * of this very moment are obeyed, so no list of the host's addresses has to be kept up. */
SUBPROGRAM __u32 route_of(struct __sk_buff *skb, const struct packet *p)
{
	if (!p)
		return ROUTE_NONE;
	struct bpf_fib_lookup fib = {.ifindex = skb->ifindex, .l4_protocol = p->protocol};
	if (p->ethertype == ETH_P_IP) {
		fib.family = AF_INET;
		fib.ipv4_src = p->source.words[3];
		fib.ipv4_dst = p->destination.words[3];
	} else {
		fib.family = AF_INET6;
		__builtin_memcpy(fib.ipv6_src, &p->source, sizeof(p->source));
		__builtin_memcpy(fib.ipv6_dst, &p->destination, sizeof(p->destination));
	}
	if (!is_icmp(p)) {
		fib.sport = p->source_port;
		fib.dport = p->destination_port;
	}
	switch (bpf_fib_lookup(skb, &fib, sizeof(fib), 0)) {
	case BPF_FIB_LKUP_RET_SUCCESS:
	case BPF_FIB_LKUP_RET_NO_NEIGH:
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
		return fib.ifindex;
	case BPF_FIB_LKUP_RET_NOT_FWDED:
	/* by somebody else, at our interface: what is for the host still is */
	case BPF_FIB_LKUP_RET_FWD_DISABLED:
		return ROUTE_TO_HOST;
	}
	return ROUTE_NONE;
}
