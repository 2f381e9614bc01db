/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a container sends to elsewhere. By an uplink it leaves with the uplink's address, or not at all; other
 * ways are the stack's. */
#pragma once

#include <linux/pkt_cls.h>

#include "checksum.h"
#include "icmp_answer.h"
#include "icmp_error.h"
#include "judge.h"
#include "nat.h"
#include "offload.h"
#include "route.h"

SUBPROGRAM int is_excluded(const struct address *destination)
{
	if (!destination)
		return 0;
	struct ipcache_key key = {.prefix_length = 160, .network = network_id, .address = *destination};
	return bpf_map_lookup_elem(&nat_exclusions, &key) != NULL;
}

/* Row of the uplink that a flow of the packet leaves by; 0: none. Sets own_address of j where it is settled
 * that the flow keeps the container's: what has no way yet may still get one by an uplink. */
SUBPROGRAM __u32 uplink_for(struct __sk_buff *skb, const struct packet *p, struct judgement *j)
{
	if (!p || !j)
		return 0;
	__u32 ifindex = j->route;
	j->own_address = 1;
	if (j->destination_identity == IDENTITY_HOST && ifindex == ROUTE_NONE) /* no need to ask the routes */
		return 0;
	if (ifindex == ROUTE_NONE)
		ifindex = route_of(skb, p);
	__u32 *row = bpf_map_lookup_elem(&uplink_rows, &ifindex);
	if (row && !is_excluded(&p->destination)) {
		j->own_address = 0;
		return *row & 0xffff;
	}
	j->own_address = ifindex != ROUTE_NONE && ifindex != ROUTE_TO_HOST;
	return 0;
}

/* Decides how the packet's flow leaves: sets the translation of the flow and of j, or leaves it 0 where the
 * stack is to carry it as it is. However the routes change, a flow has one address for as long as it lives. 0
 * or a negative drop reason; that of used-up hops is the caller's to answer. */
SUBPROGRAM int open_translation(struct __sk_buff *skb, const struct packet *p, struct judgement *j)
{
	if (!p || !j)
		return -DROP_INTERNAL;
	__u32 uplink = uplink_for(skb, p, j);
	struct flow_key key;
	flow_key_of(&key, p);
	struct flow *flow = is_flowless(p) ? NULL : bpf_map_lookup_elem(&flows, &key);
	if (!uplink) {
		if (flow && j->own_address)
			flow_mark(flow, FLOW_OWN_ADDRESS, 1);
		return 0;
	}
	if (!flow)
		return -DROP_TRANSLATION_UNSUPPORTED;
	if (unlikely(p->hop_limit <= 1)) /* what is not sent takes no port, that an answer could come by */
		return -DROP_HOP_LIMIT_EXCEEDED;
	int port = claim_port(skb, p, uplink, j->endpoint);
	if (port < 0)
		return port;
	__u32 mine = uplink | (__u32)port << 16;
	__u32 others = __sync_val_compare_and_swap((__u32 *)&flow->uplink, 0, mine);
	if (others) /* another CPU was faster with a packet of the same flow */
		nat_release(&key, mine, flow->flags);
	j->translation = others ? others : mine;
	return 0;
}

/* Bytes of the largest IP packet that goes over the wire: of a segment, if the card is to cut them. */
static __always_inline __u32 wire_length(struct __sk_buff *skb, const struct packet *p)
{
	__u32 payload = skb->gso_size;
	if (!payload)
		return skb->len - ETH_HLEN;
	__u32 header = sizeof(struct udphdr);
	if (p->protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = header_at(skb, p->l4_offset, sizeof(*tcp));
		header = tcp ? tcp->doff * 4 : 60;
	}
	return p->l4_offset - ETH_HLEN + header + payload;
}

/* What send_translated returns, with the MTU added, for what the sender is to be told of. Above all verdicts.
 */
#define TOO_BIG_FOR 0x10000

/* Clears *send for what the uplink does not carry, and says what becomes of it. What the stack would rather
 * cut in pieces goes nowhere: it would leave with the container's address. */
static __always_inline int check_size(struct __sk_buff *skb, const struct packet *p,
				      const struct uplink *uplink, _Bool *send)
{
	*send = 1;
	if (likely(skb->len - ETH_HLEN <= uplink->mtu) || wire_length(skb, p) <= uplink->mtu)
		return 0;
	__u32 mtu = 0; /* of today, if the row is older */
	if (bpf_check_mtu(skb, uplink->ifindex, &mtu, 0, BPF_MTU_CHK_SEGS) == BPF_MTU_CHK_RET_SUCCESS)
		return 0;
	*send = 0;
	return may_be_cut(skb, p) ? -DROP_PACKET_TOO_BIG : TOO_BIG_FOR + mtu;
}

/* The side of the embedded packet that is to become another is the one that it was sent to. */
static __always_inline int rewrite_related(struct __sk_buff *skb, const struct packet *p,
					   struct rewrite *masquerade)
{
	struct related *related = related_row();
	if (!related)
		return -DROP_INTERNAL;
	masquerade->is_source = 0;
	masquerade->from_port = related->inner.destination_port;
	int result = rewrite_embedded(skb, p, &related->inner, masquerade);
	masquerade->is_source = 1;
	return result;
}

/* place: where a checksum is still to be put, as sum_place() says. */
SUBPROGRAM int send_translated(struct __sk_buff *skb, const struct packet *p, __u32 translation, int place)
{
	struct uplink *uplink = uplink_row(translation_row(translation));
	if (!p || !uplink || !uplink->ifindex)
		return -DROP_INTERNAL;
	_Bool send;
	int result = check_size(skb, p, uplink, &send);
	if (!send)
		return result;
	__u32 ifindex = uplink->ifindex;
	struct rewrite masquerade = {
		.from = p->source,
		.to = uplink_address(uplink, is_ipv4(p)),
		.from_port = p->source_port,
		.to_port = translation_port(translation),
		.is_source = 1,
		.own_sum_complete = is_sum_of_content(p, place),
	};
	result = unlikely(p->icmp_error) ? rewrite_related(skb, p, &masquerade) : 0;
	if (!result)
		result = rewrite_side(skb, p, &masquerade);
	if (!result)
		result = spend_forwarded_hop(skb, p);
	return result ? result : bpf_redirect_neigh(ifindex, NULL, 0, 0);
}

/* What leaves this host, or is for the host itself. Errors go as the packets of their flow do. */
static __always_inline int leave(struct __sk_buff *skb, const struct packet *p, struct judgement *j)
{
	__s32 place = sum_place(skb);
	int result = check_offload(p, place);
	if (unlikely(result))
		return result;
	if (!masquerades(p))
		return TC_ACT_OK;
	if (unlikely(!j->translation)) {
		if (j->reply || j->own_address || p->icmp_error)
			return TC_ACT_OK;
		result = open_translation(skb, p, j);
		if (result != -(int)DROP_HOP_LIMIT_EXCEEDED && (result || !j->translation))
			return result;
	}
	if (unlikely(p->hop_limit <= 1))
		return answer_used_up(skb, p, j);
	result = send_translated(skb, p, j->translation, place);
	return unlikely(result >= TOO_BIG_FOR) ? answer_too_big(skb, p, j, result - TOO_BIG_FOR) : result;
}
