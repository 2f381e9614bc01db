/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A container sends from its own MAC and its own addresses, to its gateway, or not at all. */
#pragma once

#include "address.h"
#include "config.h"
#include "packet.h"

static __always_inline int check_frame(struct __sk_buff *skb, struct packet *p)
{
	if (skb->vlan_present)
		return -DROP_VLAN_TAG;
	struct ethhdr *eth = header_at(skb, 0, sizeof(*eth));
	if (!eth)
		return -DROP_TRUNCATED;
	p->ethertype = host16(eth->h_proto);
	if (!mac_equal((struct mac *)eth->h_source, &container_mac))
		return -DROP_SPOOFED_MAC;
	if (!(eth->h_dest[0] & 1) && !mac_equal((struct mac *)eth->h_dest, &host_mac))
		return -DROP_FOREIGN_DESTINATION_MAC;
	return 0;
}

static __always_inline _Bool is_own_address(const struct packet *p, const struct address *a)
{
	return p->ethertype == ETH_P_IP ? address_equal(a, &ipv4) : address_equal(a, &ipv6);
}

/* Link-local and unspecified sources are left to NDisc, which comes before this. */
static __always_inline int check_source_address(const struct packet *p)
{
	return is_own_address(p, &p->source) ? 0 : -DROP_SPOOFED_ADDRESS;
}

static __always_inline _Bool is_multicast(const struct packet *p)
{
	if (p->ethertype == ETH_P_IPV6)
		return p->destination.bytes[0] == 0xff;
	return p->destination.bytes[12] >= 224; /* 224/4, 240/4 and the broadcast address */
}

static __always_inline int check_destination_address(const struct packet *p)
{
	if (is_multicast(p))
		return -DROP_MULTICAST;
	return is_own_address(p, &p->destination) ? -DROP_SAME_ENDPOINT : 0;
}
