/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whose interface a program runs at. One program serves all endpoints of the agent, so it finds its own by
 * the interface. The row names the interface too: where the two disagree, since an entry is left over or two
 * interfaces have one place, there is no endpoint. */
#pragma once

#include "../abi/endpoint.h"
#include "bpf.h"
#include "maps.h"

static __always_inline struct endpoint *endpoint_row(__u32 id)
{
	return bpf_map_lookup_elem(&endpoints, &id);
}

/* The endpoint at whose host end the packet is, and its number in *id; NULL if there is none. */
static __always_inline struct endpoint *find_own(struct __sk_buff *skb, __u32 *id)
{
	__u32 ifindex = skb->ifindex, place = ifindex & (MAX_INTERFACES - 1);
	__u32 *found = bpf_map_lookup_elem(&interfaces, &place);
	if (!found)
		return NULL;
	*id = *(volatile __u32 *)found;
	struct endpoint *endpoint = endpoint_row(*id);
	return endpoint && *(volatile __u32 *)&endpoint->ifindex == ifindex ? endpoint : NULL;
}

/* For a step apart, that is to know no more than the packet. */
static __always_inline struct endpoint *own_endpoint(struct __sk_buff *skb)
{
	__u32 id;
	return find_own(skb, &id);
}

static __always_inline _Bool has_address(const struct endpoint *endpoint, _Bool is_ipv4)
{
	return is_ipv4 ? endpoint->ipv4.words[3] != 0
		       : (endpoint->ipv6.halves[0] | endpoint->ipv6.halves[1]) != 0;
}
