/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Straight into another container on this node. Its own hook is skipped, so everything it demands was settled
 * before. */
#pragma once

#include "answer.h"
#include "maps.h"
#include "side.h"

static __always_inline int spend_hop(struct __sk_buff *skb, const struct packet *p)
{
	if (p->ethertype == ETH_P_IPV6) {
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

/* Every link carries that much (RFC 8200, 5), so smaller packets are not asked about. */
#define MINIMUM_MTU 1280

/* What is too big for the other veth; what was put together of segments is cut again before it matters. */
static __always_inline _Bool too_big(struct __sk_buff *skb, __u32 ifindex)
{
	__u32 mtu = 0;
	if (likely(skb->len <= ETH_HLEN + MINIMUM_MTU || skb->gso_segs > 1))
		return 0;
	return bpf_check_mtu(skb, ifindex, &mtu, 0, 0) > 0;
}

/* A packet whose hops are used up, or that is too big, goes up the host's stack instead: it knows how to tell
 * the sender (RFC 792, RFC 4443), or how to cut. */
static __always_inline int deliver_to_endpoint(struct __sk_buff *skb, const struct packet *p, __u32 id)
{
	struct endpoint *endpoint = endpoint_row(id);
	if (!endpoint || !endpoint->ifindex)
		return -DROP_INTERNAL;
	if (unlikely(p->hop_limit <= 1) || too_big(skb, endpoint->ifindex))
		return TC_ACT_OK;
	int result = spend_hop(skb, p);
	if (result)
		return result;
	struct ethhdr *eth = header_at(skb, 0, sizeof(*eth));
	if (!eth)
		return -DROP_TRUNCATED;
	mac_copy(eth->h_dest, &endpoint->mac);
	mac_copy(eth->h_source, &endpoint->host_mac);
	return bpf_redirect_peer(endpoint->ifindex, 0);
}
