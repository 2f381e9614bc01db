/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The packet that an ICMP or ICMPv6 error embeds (RFC 792; RFC 4443, 3): read like a packet of its own, and
 * translated with the error. */
#pragma once

#include "checksum.h"
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
	int result = is_ipv4(p) ? parse_embedded_ipv4(skb, inner, offset)
				: parse_embedded_ipv6(skb, inner, offset);
	if (result || parse_embedded_l4(skb, inner))
		return -DROP_ICMP_ERROR_UNRELATED;
	/* the error goes to who sent the packet */
	return address_equal(&inner->source, &p->destination) ? 0 : -DROP_ICMP_ERROR_UNRELATED;
}

/* Of the embedded packet. Where it was cut off before its checksum, there is none to keep right. */
static __always_inline _Bool has_embedded_checksum(const struct packet *inner)
{
	__u32 offset = checksum_offset(inner);
	return offset && inner->l4_offset + offset + sizeof(__be16) <= inner->end;
}

/* A word of the embedded packet, with the checksum of the error, that covers it. */
static __always_inline long store_embedded(struct __sk_buff *skb, __u32 checksum, __u32 offset, __be16 from,
					   __be16 to)
{
	return bpf_l4_csum_replace(skb, checksum, from, to, sizeof(to)) |
	       bpf_skb_store_bytes(skb, offset, &to, sizeof(to), 0);
}

/* In IPv4 the embedded header's own checksum makes up for the address, and the error's stays what it is. */
static __always_inline long store_embedded_address(struct __sk_buff *skb, const struct packet *p,
						   __u32 checksum, const struct rewrite *r)
{
	__u32 header = p->l4_offset + ICMP_ERROR_HEADER;
	if (is_ipv4(p)) {
		__u32 field = header + (r->is_source ? __builtin_offsetof(struct iphdr, saddr)
						     : __builtin_offsetof(struct iphdr, daddr));
		__be32 to = r->to.words[3];
		return bpf_l3_csum_replace(skb, header + __builtin_offsetof(struct iphdr, check),
					   r->from.words[3], to, sizeof(to)) |
		       bpf_skb_store_bytes(skb, field, &to, sizeof(to), 0);
	}
	__u32 field = header + (r->is_source ? __builtin_offsetof(struct ipv6hdr, saddr)
					     : __builtin_offsetof(struct ipv6hdr, daddr));
	__s64 change = bpf_csum_diff((__be32 *)&r->from, sizeof(r->from), (__be32 *)&r->to, sizeof(r->to), 0);
	return bpf_l4_csum_replace(skb, checksum, 0, change, 0) |
	       bpf_skb_store_bytes(skb, field, &r->to, sizeof(r->to), 0);
}

/* Nobody who gets an error has to look at this one; who does finds it as right as it was. */
static __always_inline long store_embedded_checksum(struct __sk_buff *skb, const struct packet *inner,
						    __u32 checksum, const struct rewrite *r)
{
	__u32 offset = inner->l4_offset + checksum_offset(inner);
	__be16 before;
	if (bpf_skb_load_bytes(skb, offset, &before, sizeof(before)))
		return -1;
	if (inner->protocol == IPPROTO_UDP && !before) /* none (RFC 768) */
		return 0;
	__u64 sum = (__u64)(__u16)~before + (__u16)~r->from_port + (__u16)r->to_port;
	if (inner->protocol != IPPROTO_ICMP)
		sum += (__u32)bpf_csum_diff((__be32 *)&r->from, sizeof(r->from), (__be32 *)&r->to,
					    sizeof(r->to), 0);
	__be16 after = fold_checksum(sum);
	if (inner->protocol == IPPROTO_UDP && !after)
		after = 0xffff;
	return store_embedded(skb, checksum, offset, before, after);
}

/* One side of the packet that the error p embeds becomes another address and port. The error's own side is
 * left to rewrite_side(). */
SUBPROGRAM int rewrite_embedded(struct __sk_buff *skb, const struct packet *p, const struct packet *inner,
				const struct rewrite *r)
{
	if (!p || !inner || !r)
		return -DROP_INTERNAL;
	struct rewrite own = *r;
	__u32 checksum = p->l4_offset + __builtin_offsetof(struct echo_header, checksum);
	long failed = store_embedded_address(skb, p, checksum, &own);
	if (has_embedded_checksum(inner))
		failed |= store_embedded_checksum(skb, inner, checksum, &own);
	if (has_ports(inner) && own.from_port != own.to_port) {
		__u32 field =
			is_icmp(inner) ? __builtin_offsetof(struct echo_header, id) : (own.is_source ? 0 : 2);
		failed |= store_embedded(skb, checksum, inner->l4_offset + field, own.from_port, own.to_port);
	}
	return failed ? -DROP_INTERNAL : 0;
}
