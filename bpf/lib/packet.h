/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A packet after it was parsed: what all later steps decide by. No pointer into the packet is kept, since helpers invalidate them. */
#pragma once

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>

#include "../abi/drop.h"
#include "../abi/types.h"
#include "bpf.h"

enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10,
};

struct packet {
	struct address source;
	struct address destination;
	__be16 source_port; /* ICMP echo: the identifier on the requester's side, 0 on the other */
	__be16 destination_port;
	__u16 ethertype; /* host order */
	__u16 l4_offset; /* bytes from the Ethernet header on */
	__u32 end;	 /* likewise, of the IP packet */
	__u8 protocol;
	__u8 tcp_flags;
	__u8 icmp_type;
	__u8 icmp_code;
	__u8 hop_limit;
	__u8 echo_reply; /* ICMP or ICMPv6 */
	__u8 echo_request;
};

/* What the datapath found out about a packet, for the event and the flow. */
struct judgement {
	__u64 judged; /* versions of source and destination, see struct flow */
	__u32 source_identity;
	__u32 destination_identity;
	__u32 egress_rule;
	__u32 ingress_rule;
	__u32 rule; /* the one that decided */
	__u32 generation;
	__u16 source_endpoint;
	__u16 destination_endpoint;
	enum direction direction;
	__u8 reply;
};

/* Most headers that are ever looked at: Ethernet, IPv6, eight extension headers of 2048 bytes. */
#define MAX_HEADER_OFFSET 0x4fff

/* The header of size bytes at offset, made readable if it lies in a fragment of the buffer; NULL when the packet ends before.
 * Every pointer into the packet from earlier calls is void afterwards. */
static __always_inline void *header_at(struct __sk_buff *skb, __u32 offset, __u32 size)
{
	if (offset > MAX_HEADER_OFFSET)
		return NULL;
	void *start = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;
	if (likely(start + offset + size <= end))
		return start + offset;
	if (offset + size > skb->len || bpf_skb_pull_data(skb, offset + size))
		return NULL;
	start = (void *)(long)skb->data;
	end = (void *)(long)skb->data_end;
	return start + offset + size <= end ? start + offset : NULL;
}
