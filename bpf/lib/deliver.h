/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Straight into another container on this node. Its own hook is skipped, so everything it demands was settled
 * before. */
#pragma once

#include "answer.h"
#include "maps.h"
#include "side.h"

static __always_inline int spend_hop(struct __sk_buff *skb, const struct packet *p)
{
	if (p->hop_limit <= 1)
		return -DROP_HOP_LIMIT_EXCEEDED;
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

static __always_inline int deliver_to_endpoint(struct __sk_buff *skb, const struct packet *p, __u32 id)
{
	struct endpoint *endpoint = endpoint_row(id);
	if (!endpoint || !endpoint->ifindex)
		return -DROP_INTERNAL;
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
