/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the host's routes would do with a packet of the container. */
#pragma once

#include "config.h"
#include "nat.h"
#include "packet.h"

/* No interface has these numbers. */
enum route : __u32 {
	ROUTE_NONE = 0, /* nowhere, or not asked */
	/* not forwarded: the host's own address, a broadcast, an anycast, or no way now */
	ROUTE_TO_HOST = ~0u,
};

static __always_inline long look_up_route(struct __sk_buff *skb, const struct packet *p,
					  const struct address *from, const struct address *to,
					  struct bpf_fib_lookup *fib)
{
	fib->l4_protocol = p->protocol;
	if (is_ipv4(p)) {
		fib->family = AF_INET;
		fib->ipv4_src = from->words[3];
		fib->ipv4_dst = to->words[3];
	} else {
		fib->family = AF_INET6;
		__builtin_memcpy(fib->ipv6_src, from, sizeof(*from));
		__builtin_memcpy(fib->ipv6_dst, to, sizeof(*to));
	}
	return bpf_fib_lookup(skb, fib, sizeof(*fib), 0);
}

static __always_inline _Bool leads_on(long result)
{
	return result == BPF_FIB_LKUP_RET_SUCCESS || result == BPF_FIB_LKUP_RET_NO_NEIGH ||
	       result == BPF_FIB_LKUP_RET_FRAG_NEEDED;
}

/* Interface that the host would forward the packet by, or one of enum route. Policy routing and the routes
 * of this very moment are obeyed, so no list of the host's addresses has to be kept up. */
SUBPROGRAM __u32 route_of(struct __sk_buff *skb, const struct packet *p)
{
	if (!p)
		return ROUTE_NONE;
	struct bpf_fib_lookup fib = {.ifindex = skb->ifindex};
	if (!is_icmp(p)) {
		fib.sport = p->source_port;
		fib.dport = p->destination_port;
	}
	long result = look_up_route(skb, p, &p->source, &p->destination, &fib);
	if (leads_on(result))
		return fib.ifindex;
	/* by somebody else, at our interface: what is for the host still is */
	return result == BPF_FIB_LKUP_RET_NOT_FWDED || result == BPF_FIB_LKUP_RET_FWD_DISABLED ? ROUTE_TO_HOST
											       : ROUTE_NONE;
}

/* Must what comes in there come from where answers would go? So the host wants it (RFC 3704, 2.2). */
static __always_inline _Bool is_strict(__u32 ifindex)
{
	__u32 *row = bpf_map_lookup_elem(&uplink_rows, &ifindex);
	struct uplink *uplink = row ? uplink_row(*row) : NULL;
	return uplink && uplink->strict;
}

/* Would the host forward what came in there, and has it a way back to whom that says it is from? 0 or a
 * negative drop reason. */
SUBPROGRAM int check_way_in(struct __sk_buff *skb, const struct packet *p, __u32 arrived_on)
{
	if (!p)
		return -DROP_INTERNAL;
	struct bpf_fib_lookup fib = {.ifindex = arrived_on};
	long result = look_up_route(skb, p, &p->destination, &p->source, &fib);
	if (result == BPF_FIB_LKUP_RET_FWD_DISABLED)
		return -DROP_NOT_FORWARDED;
	if (!leads_on(result))
		return -DROP_SPOOFED_ADDRESS;
	return fib.ifindex == arrived_on || !is_strict(arrived_on) ? 0 : -DROP_SPOOFED_ADDRESS;
}
