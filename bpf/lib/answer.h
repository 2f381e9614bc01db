/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Answers are made of the question and go straight back into the container, past the hook of the other
 * direction. */
#pragma once

#include <linux/pkt_cls.h>

#include "address.h"
#include "config.h"
#include "packet.h"

#define PACKET_TYPE_HOST 0

static __always_inline void answer_from_gateway(struct ethhdr *eth)
{
	mac_copy(eth->h_dest, &container_mac);
	mac_copy(eth->h_source, &host_mac);
}

static __always_inline int send_answer(struct __sk_buff *skb)
{
	/* the question may have been a multicast; the answer is not */
	bpf_skb_change_type(skb, PACKET_TYPE_HOST);
	return bpf_redirect_peer(host_ifindex, 0);
}

/* Folds a 32-bit sum into the complement that goes into a checksum field (RFC 1071). */
static __always_inline __be16 fold_checksum(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__be16)~sum;
}

/* A checksum after a 16-bit word of what it covers went from one value to another (RFC 1624). */
static __always_inline __be16 update_checksum(__be16 checksum, __be16 from, __be16 to)
{
	return fold_checksum((__u64)(__u16)~checksum + (__u16)~from + (__u16)to);
}
