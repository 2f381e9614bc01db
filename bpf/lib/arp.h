/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ARP for the gateway (RFC 826). What a container says of its own address (RFC 5227) is heard by nobody;
 * everything else on ARP is dropped. */
#pragma once

#include "address.h"
#include "answer.h"

enum arp {
	ARP_HARDWARE_ETHERNET = 1,
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
};

struct arp_ipv4 {
	__be16 hardware;
	__be16 protocol;
	__u8 hardware_length;
	__u8 protocol_length;
	__be16 operation;
	struct mac sender_mac;
	__be32 sender_address;
	struct mac target_mac;
	__be32 target_address;
} __attribute__((packed, aligned(2)));

static __always_inline int answer_arp(struct __sk_buff *skb, const volatile struct endpoint *endpoint)
{
	struct {
		struct ethhdr eth;
		struct arp_ipv4 arp;
	} __attribute__((packed, aligned(2))) *frame = header_at(skb, 0, sizeof(*frame));
	if (!frame)
		return -DROP_TRUNCATED;
	struct arp_ipv4 *arp = &frame->arp;
	if (arp->hardware != be16(ARP_HARDWARE_ETHERNET) || arp->protocol != be16(ETH_P_IP) ||
	    arp->hardware_length != ETH_ALEN || arp->protocol_length != 4)
		return -DROP_ARP_MALFORMED;
	__be32 address = endpoint->ipv4.words[3];
	/* a sender address of 0 is a probe (RFC 5227) */
	if (!mac_equal(&arp->sender_mac, &endpoint->mac) ||
	    (arp->sender_address && arp->sender_address != address))
		return -DROP_ARP_SPOOFED;
	__be32 target = arp->target_address;
	if (target == address)
		return TC_ACT_SHOT; /* a probe or an announcement: right, and of no use to anybody */
	if (arp->operation == be16(ARP_REPLY))
		return -DROP_UNSOLICITED_REPLY;
	if (arp->operation != be16(ARP_REQUEST) || target != gateway_ipv4.words[3])
		return -DROP_ARP_FOREIGN_TARGET;

	answer_from_gateway(&frame->eth, endpoint);
	arp->operation = be16(ARP_REPLY);
	arp->target_mac = arp->sender_mac;
	arp->target_address = arp->sender_address;
	mac_copy(&arp->sender_mac, &endpoint->host_mac);
	arp->sender_address = target;
	return send_answer(skb);
}
