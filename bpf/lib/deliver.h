/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Straight into another container on this node. Its own hook is skipped, so everything it demands was settled
 * before. */
#pragma once

#include "event.h"
#include "icmp_answer.h"
#include "maps.h"
#include "offload.h"
#include "side.h"
#include "user.h"

static __always_inline int spend_hop(struct __sk_buff *skb, const struct packet *p)
{
	if (!is_ipv4(p)) {
		struct ipv6hdr *ip = header_at(skb, ETH_HLEN, sizeof(*ip));
		if (!ip)
			return -DROP_TRUNCATED;
		ip->hop_limit--;
		return 0;
	}
	struct iphdr *ip = header_at(skb, ETH_HLEN, sizeof(*ip));
	if (!ip)
		return -DROP_TRUNCATED;
	ip->ttl--;
	/* the TTL is the first byte of its 16-bit word: one less there is 0x0100 more in the checksum, carry
	 * to the end (RFC 1141) */
	__u32 checksum = ip->check + 1u;
	ip->check = checksum + (checksum >= 0xffff);
	return 0;
}

/* The MTU of the other veth if the packet is too big for it, else 0. Packets that every link carries are not
 * asked about, and what was put together of segments is cut again before it matters. */
static __always_inline __u32 too_big_for(struct __sk_buff *skb, __u32 ifindex)
{
	__u32 mtu = 0;
	if (likely(skb->len <= ETH_HLEN + MINIMUM_MTU || skb->gso_segs > 1))
		return 0;
	return bpf_check_mtu(skb, ifindex, &mtu, 0, 0) > 0 ? mtu : 0;
}

/* A packet whose hops are used up, or that is too big, is answered instead, or cut by the stack. What the
 * program returns, or DELIVER_BY_USER. */
static __always_inline int deliver_to_endpoint(struct __sk_buff *skb, const struct packet *p,
					       struct judgement *j, __u32 id)
{
	struct endpoint *endpoint = endpoint_row(id);
	if (!endpoint || !endpoint->ifindex)
		return -DROP_INTERNAL;
	__u32 mtu = too_big_for(skb, endpoint->ifindex);
	int result;
	if (unlikely(mtu || p->hop_limit <= 1)) {
		/* where the stack is to answer, or to cut it, it goes on as if it left */
		result = check_offload(p, sum_place(skb));
		if (result)
			return result;
		if (p->hop_limit <= 1)
			return answer_used_up(skb, p, j);
		return may_be_cut(skb, p) ? TC_ACT_OK : answer_too_big(skb, p, j, mtu);
	}
	result = spend_hop(skb, p);
	if (result)
		return result;
	struct ethhdr *eth = header_at(skb, 0, sizeof(*eth));
	if (!eth)
		return -DROP_TRUNCATED;
	mac_copy(eth->h_dest, &endpoint->mac);
	mac_copy(eth->h_source, &endpoint->host_mac);
	if (unlikely(endpoint->flags & ENDPOINT_USER_INGRESS))
		return DELIVER_BY_USER;
	count_packet(id, DIRECTION_INGRESS, skb->len);
	return bpf_redirect_peer(endpoint->ifindex, 0);
}
