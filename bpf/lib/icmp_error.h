/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ICMP and ICMPv6 errors: matched to a flow by the packet that they embed, and by nothing else. Who sends the
 * error may be any router on the way, so its addresses say little; that the receiver really sent the embedded
 * packet, and on a flow that is allowed now, is what counts. */
#pragma once

#include "judge.h"
#include "parse.h"

#define ICMP_ERROR_HEADER 8
/* What an error embeds of a transport header at the least (RFC 792). */
#define EMBEDDED_TRANSPORT 8

static __always_inline int parse_embedded_ipv4(struct __sk_buff *skb, struct packet *inner, __u32 offset)
{
	struct iphdr *ip = inner_header_at(skb, inner, offset, sizeof(*ip));
	if (!ip || ip->version != 4 || ip->ihl < 5)
		return -DROP_ICMP_ERROR_UNRELATED;
	/* a later fragment has no ports to be matched by */
	if (ip->frag_off & be16(0x1fff))
		return -DROP_ICMP_ERROR_UNRELATED;
	inner->source = address_from_ipv4(ip->saddr);
	inner->destination = address_from_ipv4(ip->daddr);
	inner->protocol = ip->protocol;
	inner->l4_offset = offset + ip->ihl * 4;
	return 0;
}

static __always_inline int parse_embedded_ipv6(struct __sk_buff *skb, struct packet *inner, __u32 offset)
{
	struct ipv6hdr *ip = inner_header_at(skb, inner, offset, sizeof(*ip));
	if (!ip || ip->version != 6)
		return -DROP_ICMP_ERROR_UNRELATED;
	__builtin_memcpy(&inner->source, &ip->saddr, sizeof(inner->source));
	__builtin_memcpy(&inner->destination, &ip->daddr, sizeof(inner->destination));
	__u8 next = ip->nexthdr;
	if (parse_extension_headers(skb, inner, offset + sizeof(*ip), next) ||
	    inner->fragment == FRAGMENT_LATER)
		return -DROP_ICMP_ERROR_UNRELATED;
	return 0;
}

/* Ports or the echo identifier. Errors about any other ICMP are about no flow (RFC 1122, 3.2.2). */
static __always_inline int parse_embedded_l4(struct __sk_buff *skb, struct packet *inner)
{
	_Bool icmp = inner->protocol == IPPROTO_ICMP || inner->protocol == IPPROTO_ICMPV6;
	_Bool with_ports = inner->protocol == IPPROTO_TCP || inner->protocol == IPPROTO_UDP ||
			   inner->protocol == IPPROTO_SCTP;
	if (!icmp && !with_ports)
		return 0;
	if (with_ports)
		return parse_ports(skb, inner, EMBEDDED_TRANSPORT);
	int result = parse_l4(skb, inner);
	return result || inner->echo_request || inner->echo_reply ? result : -DROP_ICMP_ERROR_UNRELATED;
}

/* The embedded packet, as far as flows are concerned. It may be cut off anywhere behind its transport
 * header's first bytes. */
SUBPROGRAM int parse_embedded(struct __sk_buff *skb, const struct packet *p, struct packet *inner)
{
	if (!p || !inner)
		return -DROP_INTERNAL;
	__u32 offset = (p->l4_offset + ICMP_ERROR_HEADER) & MAX_HEADER_OFFSET;
	inner->ethertype = p->ethertype;
	inner->end = p->end;
	inner->hop_limit = 64; /* it is not going anywhere */
	int result = p->ethertype == ETH_P_IP ? parse_embedded_ipv4(skb, inner, offset)
					      : parse_embedded_ipv6(skb, inner, offset);
	if (result || parse_embedded_l4(skb, inner))
		return -DROP_ICMP_ERROR_UNRELATED;
	/* the error goes to who sent the packet */
	return address_equal(&inner->source, &p->destination) ? 0 : -DROP_ICMP_ERROR_UNRELATED;
}

/* Is the sender of an error who it says? As for other packets if it is the other end of the flow; else a
 * router, that must not be a container or the host if it came from elsewhere. */
SUBPROGRAM int check_error_source(const struct packet *p, const struct own_side *own)
{
	struct side router = {};
	if (!p || !own)
		return -DROP_INTERNAL;
	if (!own->from_stack)
		return 0;
	if (side_of_address(&router, &p->source))
		return -DROP_SPOOFED_ADDRESS;
	return check_forwarded_source(own, router.endpoint, router.identity);
}

/* What is found out about an error; too much for the stack below judge(). */
struct related {
	struct packet inner;
	struct flow_key key;
	struct own_side
		sent; /* as own_side of the embedded packet, which went the other way than the error */
};

_Static_assert(sizeof(struct related) <= sizeof(struct scratch), "a row of scratch has room for it");

/* The flow of the embedded packet, that must be allowed now; judged anew where it is stale. */
static __always_inline int check_related_flow(struct related *r, const struct own_side *own,
					      struct judgement *j, __u32 *peer)
{
	_Bool sender_low = flow_key_of(&r->key, &r->inner);
	struct flow *flow = bpf_map_lookup_elem(&flows, &r->key);
	if (!flow || flow_expired(flow_expires(flow), bpf_jiffies64()))
		return -DROP_ICMP_ERROR_UNRELATED;
	j->reply = sender_low != !!(flow->flags & FLOW_ORIGINATOR_LOW);
	_Bool own_is_originator = own->is_source == j->reply;
	*peer = own_is_originator ? flow->destination_endpoint : flow->source_endpoint;
	/* the host is the host by any address */
	__u32 identity = own_is_originator ? flow->destination_identity : flow->source_identity;
	r->sent = (struct own_side){
		.commit = own->commit,
		.is_source = !own->is_source,
		.from_stack = identity == IDENTITY_HOST,
	};
	if (judgement_holds(flow, &r->inner, &r->sent, own_is_originator))
		return FLOW_ESTABLISHED;
	return judge_again(&r->inner, &r->sent, flow, j);
}

/* An error passes if the flow of the packet that it tells of lives and is allowed now; it does not prolong
 * it, and needs no rule of its own. As track_and_judge, which it replaces. */
SUBPROGRAM int track_error(struct __sk_buff *skb, const struct packet *p, const struct own_side *own,
			   struct judgement *j, __u32 *peer)
{
	if (!p || !own || !j || !peer)
		return -DROP_INTERNAL;
	__u32 first = 0;
	struct related *r = bpf_map_lookup_elem(&scratch, &first);
	if (!r)
		return -DROP_INTERNAL;
	r->inner = (struct packet){};
	int result = parse_embedded(skb, p, &r->inner);
	if (!result)
		result = check_error_source(p, own);
	if (result)
		return result;
	/* a container tells only of what came to it */
	if (own->is_source && !address_equal(&r->inner.destination, &p->source))
		return -DROP_ICMP_ERROR_UNRELATED;
	return check_related_flow(r, own, j, peer);
}
