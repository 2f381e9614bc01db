/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A container sends from its own MAC and its own addresses, to its gateway, or not at all. */
#pragma once

#include "address.h"
#include "config.h"
#include "own.h"
#include "packet.h"

/* A tag is usually in the metadata already; what is left in the frame is the second of two, or was not seen.
 */
static __always_inline _Bool is_tag(__u16 ethertype)
{
	return ethertype == ETH_P_8021Q || ethertype == ETH_P_8021AD || ethertype == ETH_P_QINQ1;
}

static __always_inline int check_frame(struct __sk_buff *skb, struct packet *p,
				       const volatile struct endpoint *endpoint)
{
	if (skb->vlan_present)
		return -DROP_VLAN_TAG;
	struct ethhdr *eth = header_at(skb, 0, sizeof(*eth));
	if (!eth)
		return -DROP_TRUNCATED;
	p->ethertype = host16(eth->h_proto);
	if (is_tag(p->ethertype))
		return -DROP_VLAN_TAG;
	p->group_frame = eth->h_dest[0] & 1;
	if (!mac_equal((struct mac *)eth->h_source, &endpoint->mac))
		return -DROP_SPOOFED_MAC;
	if (!p->group_frame && !mac_equal((struct mac *)eth->h_dest, &endpoint->host_mac))
		return -DROP_FOREIGN_DESTINATION_MAC;
	return 0;
}

/* Of an address of the packet: those of IPv4 differ in the last word alone. */
static __always_inline _Bool is_own_address(const volatile struct endpoint *endpoint, const struct packet *p,
					    const struct address *a)
{
	return is_ipv4(p) ? a->words[3] == endpoint->ipv4.words[3] : address_equal(a, &endpoint->ipv6);
}

/* Link-local and unspecified sources are left to NDisc, which comes before this. */
static __always_inline int check_source_address(const volatile struct endpoint *endpoint,
						const struct packet *p)
{
	return is_own_address(endpoint, p, &p->source) ? 0 : -DROP_SPOOFED_ADDRESS;
}

static __always_inline _Bool is_multicast(const struct packet *p)
{
	return !is_ipv4(p) ? p->destination.bytes[0] == 0xff : (p->destination.bytes[12] & 0xf0) == 0xe0;
}

static __always_inline _Bool is_broadcast(const struct packet *p)
{
	return is_ipv4(p) &&
	       (p->destination.words[3] == 0xffffffff || address_equal(&p->destination, &broadcast_ipv4));
}

/* For one container, and nobody else. */
static __always_inline int check_one_destination(const struct packet *p)
{
	if (is_multicast(p))
		return -DROP_MULTICAST;
	if (is_broadcast(p))
		return -DROP_BROADCAST;
	if (is_ipv4(p) && p->destination.bytes[12] >= 0xf0)
		return -DROP_INVALID_ADDRESS; /* 240/4, kept for a future that did not come (RFC 1112) */
	return 0;
}

static __always_inline int check_destination_address(const volatile struct endpoint *endpoint,
						     const struct packet *p)
{
	int result = check_one_destination(p);
	if (result)
		return result;
	/* a packet for one in a frame for many (RFC 1122, 3.3.6) */
	if (p->group_frame)
		return -DROP_FOREIGN_DESTINATION_MAC;
	return is_own_address(endpoint, p, &p->destination) ? -DROP_SAME_ENDPOINT : 0;
}

enum dhcp_port {
	DHCP_SERVER = 67, /* RFC 2131 */
	DHCP_CLIENT = 68,
	DHCPV6_CLIENT = 546, /* RFC 8415 */
	DHCPV6_SERVER = 547,
};

/* Whoever answers DHCP tells others their addresses and gateway. */
static __always_inline _Bool is_dhcp_answer(const struct packet *p)
{
	if (p->protocol != IPPROTO_UDP)
		return 0;
	if (is_ipv4(p))
		return p->source_port == be16(DHCP_SERVER) && p->destination_port == be16(DHCP_CLIENT);
	return p->source_port == be16(DHCPV6_SERVER) && p->destination_port == be16(DHCPV6_CLIENT);
}
