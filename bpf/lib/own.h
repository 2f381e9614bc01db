/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whose interface a program runs at. One that serves all endpoints of the agent finds its own by the
 * interface. The row names the interface too: where the two disagree, since an entry is left over or two
 * interfaces have one place, there is no endpoint. One that is made for an endpoint runs at no other's
 * interface, and has the row as a constant: all but the commit word stays as it is for as long as the program
 * runs. */
#pragma once

#include "../abi/endpoint.h"
#include "bpf.h"
#include "config.h"
#include "maps.h"

static __always_inline struct endpoint *endpoint_row(__u32 id)
{
	return bpf_map_lookup_elem(&endpoints, &id);
}

/* The endpoint at whose host end the packet is, and its number in *id; NULL if there is none. Of its commit
 * word own_commit() knows. */
static __always_inline const volatile struct endpoint *find_own(struct __sk_buff *skb, __u32 *id)
{
	*id = own_endpoint;
	if (*id)
		return &own_row;
	__u32 ifindex = skb->ifindex, place = ifindex & (MAX_INTERFACES - 1);
	__u32 *found = bpf_map_lookup_elem(&interfaces, &place);
	if (!found)
		return NULL;
	*id = *(volatile __u32 *)found;
	const volatile struct endpoint *endpoint = endpoint_row(*id);
	return endpoint && endpoint->ifindex == ifindex ? endpoint : NULL;
}

/* For a step apart, that is to know no more than the packet. */
static __always_inline const volatile struct endpoint *find_own_row(struct __sk_buff *skb)
{
	__u32 id;
	return find_own(skb, &id);
}

/* By which generation the packet is judged: to be asked once for a packet. 0: there is none. */
static __always_inline __u64 own_commit(const volatile struct endpoint *endpoint)
{
	__u32 id = own_endpoint;
	if (!id)
		return endpoint->commit;
	const volatile struct endpoint *row = endpoint_row(id);
	return row ? row->commit : 0;
}

static __always_inline _Bool has_address(const volatile struct endpoint *endpoint, _Bool is_ipv4)
{
	return is_ipv4 ? endpoint->ipv4.words[3] != 0
		       : (endpoint->ipv6.halves[0] | endpoint->ipv6.halves[1]) != 0;
}
