/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Answers are made of the question and go straight back into the container, past the hook of the other
 * direction. */
#pragma once

#include <linux/pkt_cls.h>

#include "address.h"
#include "checksum.h"
#include "config.h"
#include "own.h"
#include "packet.h"

static __always_inline void answer_from_gateway(struct ethhdr *eth, const volatile struct endpoint *endpoint)
{
	mac_copy(eth->h_dest, &endpoint->mac);
	mac_copy(eth->h_source, &endpoint->host_mac);
}

static __always_inline int send_answer(struct __sk_buff *skb)
{
	/* the question may have been a multicast; the answer is not */
	bpf_skb_change_type(skb, PACKET_HOST);
	return bpf_redirect_peer(skb->ifindex, 0);
}
