/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One side of a packet becomes another address and port, with every checksum that covers them. The kernel's
 * helpers do the sums, since they alone know whether a checksum is complete, left to the card, or was summed
 * by the card over the whole packet. */
#pragma once

#include "offload.h"
#include "packet.h"
#include "parse.h"

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

struct rewrite {
	struct address from;
	struct address to;
	__be16 from_port; /* or echo identifier */
	__be16 to_port;
	__u8 is_source;
	__u8 own_sum_complete; /* though one is left to the card, see is_sum_of_content() */
	__u8 reserved[2];
};

/* From the transport header on; 0: the protocol has no Internet checksum. */
static __always_inline __u32 checksum_offset(const struct packet *p)
{
	switch (p->protocol) {
	case IPPROTO_TCP:
		return TCP_SUM;
	case IPPROTO_UDP:
		return UDP_SUM;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return ICMP_SUM;
	}
	return 0;
}

static __always_inline _Bool has_ports(const struct packet *p)
{
	return p->protocol == IPPROTO_TCP || p->protocol == IPPROTO_UDP || p->protocol == IPPROTO_SCTP ||
	       p->echo_request || p->echo_reply;
}

/* What the kernel's helpers do not know: in a packet that leaves the sum of its content to the card they take
 * every other for one that is still to be made, too. change: of what the sum covers. */
static __always_inline long change_complete_sum(struct __sk_buff *skb, __u32 place, __u64 change)
{
	__be16 sum;
	if (bpf_skb_load_bytes(skb, place, &sum, sizeof(sum)))
		return -1;
	if (!sum) /* none, and stays so; and no sum may become 0 (RFC 768) */
		return 0;
	sum = fold_checksum((__u64)(__u16)~sum + change);
	if (!sum)
		sum = 0xffff;
	return bpf_skb_store_bytes(skb, place, &sum, sizeof(sum), 0);
}

static __always_inline long rewrite_sum(struct __sk_buff *skb, const struct packet *p, __u32 place,
					const struct rewrite *r)
{
	__u64 flags = p->protocol == IPPROTO_UDP ? BPF_F_MARK_MANGLED_0 : 0;
	__s64 change = bpf_csum_diff((__be32 *)&r->from, sizeof(r->from), (__be32 *)&r->to, sizeof(r->to), 0);
	/* of what is still to be cut only the pseudo header's sum is there, as the helpers take it */
	if (unlikely(r->own_sum_complete) && !skb->gso_size)
		return change_complete_sum(skb, place,
					   (__u64)(__u32)change + (__u16)~r->from_port + r->to_port);
	long failed = 0;
	if (p->protocol != IPPROTO_ICMP)
		failed |= bpf_l4_csum_replace(skb, place, 0, change, flags | BPF_F_PSEUDO_HDR);
	if (has_ports(p) && r->from_port != r->to_port)
		failed |=
			bpf_l4_csum_replace(skb, place, r->from_port, r->to_port, flags | sizeof(r->to_port));
	return failed;
}

static __always_inline long rewrite_transport(struct __sk_buff *skb, const struct packet *p,
					      const struct rewrite *r)
{
	if (p->fragment ==
	    FRAGMENT_LATER) /* the ports and the sum are in the first, which makes up for both */
		return 0;
	__u32 start = p->l4_offset, sum = checksum_offset(p);
	long failed = sum ? rewrite_sum(skb, p, start + sum, r) : 0;
	if (!has_ports(p) || r->from_port == r->to_port)
		return failed;
	__u32 field = is_icmp(p) ? __builtin_offsetof(struct echo_header, id) : (r->is_source ? 0 : 2);
	return failed | bpf_skb_store_bytes(skb, start + field, &r->to_port, sizeof(r->to_port), 0);
}

static __always_inline long rewrite_ipv4(struct __sk_buff *skb, const struct rewrite *r)
{
	__u32 field = ETH_HLEN + (r->is_source ? __builtin_offsetof(struct iphdr, saddr)
					       : __builtin_offsetof(struct iphdr, daddr));
	__be32 to = r->to.words[3];
	return bpf_l3_csum_replace(skb, ETH_HLEN + __builtin_offsetof(struct iphdr, check), r->from.words[3],
				   to, sizeof(to)) |
	       bpf_skb_store_bytes(skb, field, &to, sizeof(to), 0);
}

/* IPv6 has no checksum of its own to make up for the change: a sum that the card made is corrected by the
 * store. */
static __always_inline long rewrite_ipv6(struct __sk_buff *skb, const struct rewrite *r)
{
	__u32 field = ETH_HLEN + (r->is_source ? __builtin_offsetof(struct ipv6hdr, saddr)
					       : __builtin_offsetof(struct ipv6hdr, daddr));
	return bpf_skb_store_bytes(skb, field, &r->to, sizeof(r->to), BPF_F_RECOMPUTE_CSUM);
}

SUBPROGRAM int rewrite_side(struct __sk_buff *skb, const struct packet *p, const struct rewrite *r)
{
	if (!p || !r)
		return -DROP_INTERNAL;
	long failed = rewrite_transport(skb, p, r);
	failed |= is_ipv4(p) ? rewrite_ipv4(skb, r) : rewrite_ipv6(skb, r);
	return failed ? -DROP_INTERNAL : 0;
}

/* One hop less. The sum that a card made over an IPv6 packet is corrected with it. */
SUBPROGRAM int spend_forwarded_hop(struct __sk_buff *skb, const struct packet *p)
{
	if (!p || p->hop_limit <= 1)
		return -DROP_HOP_LIMIT_EXCEEDED;
	__u8 left = p->hop_limit - 1;
	if (!is_ipv4(p))
		return bpf_skb_store_bytes(skb, ETH_HLEN + __builtin_offsetof(struct ipv6hdr, hop_limit),
					   &left, sizeof(left), BPF_F_RECOMPUTE_CSUM)
			       ? -DROP_INTERNAL
			       : 0;
	struct iphdr *ip = header_at(skb, ETH_HLEN, sizeof(*ip));
	if (!ip)
		return -DROP_TRUNCATED;
	__be16 *ttl_and_protocol = (__be16 *)&ip->ttl;
	__be16 before = *ttl_and_protocol;
	ip->ttl = left;
	ip->check = update_checksum(ip->check, before, *ttl_and_protocol);
	return 0;
}
