/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ethernet, IPv4 and IPv6, TCP, UDP, SCTP, ICMP and ICMPv6 into struct packet, every read bounds-checked.
 * Each step returns 0 or a negative drop reason. RFC 791, 8200, 9293, 768, 792, 4443. */
#pragma once

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "address.h"
#include "icmp.h"
#include "options.h"
#include "packet.h"

#define MAX_EXTENSION_HEADERS 8

struct fragment_header {
	__u8 next;
	__u8 reserved;
	__be16 offset_and_more; /* in bytes, the lowest bit: more fragments */
	__be32 id;
};

struct extension_header {
	__u8 next;
	__u8 length;
};

struct ports {
	__be16 source;
	__be16 destination;
};

struct echo_header {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be16 id;
	__be16 sequence;
};

/* As header_at, and within what the IP header says is the packet: padding behind it is not looked at. */
static __always_inline void *inner_header_at(struct __sk_buff *skb, const struct packet *p, __u32 offset,
					     __u32 size)
{
	return offset + size > p->end ? NULL : header_at(skb, offset, size);
}

static __always_inline _Bool ipv4_address_invalid(__be32 a, _Bool as_source)
{
	__u32 host = host32(a);
	return (host >> 24) == 127 || (host >> 24) == 0 || (as_source && (host >> 28) >= 0xe);
}

/* What the fragment fields say. offset in bytes, more: others follow; content: where the fragment's own bytes
 * begin. Pieces other than the last are multiples of 8 bytes long, and none goes beyond what a packet can be
 * (RFC 791, RFC 8200, 4.5). An IPv6 packet with a fragment header but in one piece is whole (RFC 6946). */
static __always_inline int note_fragment(struct packet *p, __be32 id, __u32 offset, _Bool more, __u32 content)
{
	__u32 length = p->end - content;
	if (content > p->end)
		return -DROP_TRUNCATED;
	if ((more && (length & 7)) || offset + length > 0xffff || (offset && !length))
		return -DROP_FRAGMENT;
	if (!offset && !more)
		return 0;
	p->fragment = offset ? FRAGMENT_LATER : FRAGMENT_FIRST;
	p->fragment_id = id;
	p->fragment_offset = offset;
	p->fragment_content = content;
	return 0;
}

static __always_inline int parse_ipv4(struct __sk_buff *skb, struct packet *p)
{
	struct iphdr *ip = header_at(skb, ETH_HLEN, sizeof(*ip));
	if (!ip)
		return -DROP_TRUNCATED;
	__u32 header_length = ip->ihl * 4;
	__u32 total_length = host16(ip->tot_len);
	if (ip->version != 4 || header_length < sizeof(*ip) || total_length < header_length)
		return -DROP_MALFORMED;
	if (total_length > skb->len - ETH_HLEN)
		return -DROP_TRUNCATED;
	p->source = address_from_ipv4(ip->saddr);
	p->destination = address_from_ipv4(ip->daddr);
	p->protocol = ip->protocol;
	p->hop_limit = ip->ttl;
	p->l4_offset = ETH_HLEN + header_length;
	p->end = ETH_HLEN + total_length;
	__u32 fragment = host16(ip->frag_off);
	if (ipv4_address_invalid(ip->saddr, 1) || ipv4_address_invalid(ip->daddr, 0))
		return -DROP_INVALID_ADDRESS;
	if (unlikely(fragment & 0x3fff)) { /* more fragments, or an offset */
		int result =
			note_fragment(p, ip->id, (fragment & 0x1fff) * 8, fragment & 0x2000, p->l4_offset);
		if (result)
			return result;
	}
	return likely(header_length == sizeof(*ip)) ? 0
						    : check_ipv4_options(skb, header_length - sizeof(*ip));
}

static __always_inline _Bool ipv6_address_invalid(const struct address *a)
{
	if (a->halves[0] != 0)
		return 0;
	/* ::, ::1, IPv4-compatible and IPv4-mapped: none of them is ever on a wire */
	return a->words[2] == 0 || a->words[2] == MAPPED_PREFIX;
}

/* A source may be unspecified: duplicate address detection has no other (RFC 4862). For many is none ever
 * (RFC 4291, 2.7). */
static __always_inline _Bool ipv6_source_invalid(const struct address *a)
{
	if (a->halves[0] != 0)
		return a->bytes[0] == 0xff;
	return a->halves[1] != 0 && ipv6_address_invalid(a);
}

static __always_inline int parse_fragment_header(struct __sk_buff *skb, struct packet *p, __u32 offset)
{
	struct fragment_header *header = inner_header_at(skb, p, offset, sizeof(*header));
	if (!header)
		return -DROP_TRUNCATED;
	if (p->fragment_content) /* a piece of a piece */
		return -DROP_FRAGMENT;
	p->fragment_content = offset + sizeof(*header);
	__u32 field = host16(header->offset_and_more);
	return note_fragment(p, header->id, field & 0xfff8, field & 1, offset + sizeof(*header));
}

/* Walks the extension headers from next, at offset, on; leaves protocol and l4_offset in p. The few packets
 * that have any pay for the call. What is encrypted or has no next header ends the walk, as does what a later
 * fragment carries: that may be anything. Mobility, HIP and shim6 (135, 139, 140) and the experimental
 * numbers are protocols here, since receivers take them for such: who walked on would judge by ports that
 * nobody else sees. */
SUBPROGRAM int parse_extension_headers(struct __sk_buff *skb, struct packet *p, __u32 offset, __u32 next)
{
	if (!p)
		return -DROP_INTERNAL;
	for (int i = 0; i <= MAX_EXTENSION_HEADERS; i++) {
		__u32 unit = 8;
		int result = 0;
		p->protocol = next;
		p->l4_offset = offset;
		switch (next) {
		case IPPROTO_FRAGMENT:
			result = parse_fragment_header(skb, p, offset);
			break;
		case IPPROTO_ROUTING:
			return -DROP_ROUTING_HEADER;
		case IPPROTO_AH:
			unit = 4;
			break;
		case IPPROTO_HOPOPTS:
			if (i) /* first or nowhere (RFC 8200, 4.1) */
				return -DROP_MALFORMED;
			break;
		case IPPROTO_DSTOPTS:
			break;
		default:
			return 0;
		}
		if (result)
			return result;
		struct extension_header *extension = inner_header_at(skb, p, offset, sizeof(*extension));
		if (!extension)
			return -DROP_TRUNCATED;
		_Bool fragment = next == IPPROTO_FRAGMENT;
		next = extension->next;
		if (fragment) /* 8 bytes, and no length */
			offset += sizeof(struct fragment_header);
		else /* AH counts 4-byte units less two, the others 8-byte units less one */
			offset += unit == 4 ? (extension->length + 2) * 4 : (extension->length + 1) * 8;
		/* changes nothing but what the verifier knows: one range for every turn of the loop */
		offset &= MAX_HEADER_OFFSET;
		if (offset > p->end)
			return -DROP_TRUNCATED;
		if (fragment && p->fragment == FRAGMENT_LATER && i < MAX_EXTENSION_HEADERS) {
			p->protocol = next;
			p->l4_offset = offset;
			return 0;
		}
	}
	return -DROP_TOO_MANY_EXTENSION_HEADERS;
}

static __always_inline int parse_ipv6(struct __sk_buff *skb, struct packet *p)
{
	struct ipv6hdr *ip = header_at(skb, ETH_HLEN, sizeof(*ip));
	if (!ip)
		return -DROP_TRUNCATED;
	if (ip->version != 6)
		return -DROP_MALFORMED;
	p->end = ETH_HLEN + sizeof(*ip) + host16(ip->payload_len);
	if (p->end > skb->len)
		return -DROP_TRUNCATED;
	__builtin_memcpy(&p->source, &ip->saddr, sizeof(p->source));
	__builtin_memcpy(&p->destination, &ip->daddr, sizeof(p->destination));
	p->hop_limit = ip->hop_limit;
	__u8 next = ip->nexthdr;
	if (ipv6_source_invalid(&p->source) || ipv6_address_invalid(&p->destination))
		return -DROP_INVALID_ADDRESS;
	if (likely(next == IPPROTO_TCP || next == IPPROTO_UDP)) {
		p->protocol = next;
		p->l4_offset = ETH_HLEN + sizeof(*ip);
		return 0;
	}
	return parse_extension_headers(skb, p, ETH_HLEN + sizeof(*ip), next);
}

/* Those that tell about a packet, which they embed. */
static __always_inline _Bool is_icmp_error(const struct packet *p)
{
	if (!is_ipv4(p))
		return p->icmp_type && p->icmp_type <= ICMPV6_LAST_ERROR;
	return p->icmp_type == ICMP_UNREACHABLE || p->icmp_type == ICMP_SOURCE_QUENCH ||
	       p->icmp_type == ICMP_TIME_EXCEEDED || p->icmp_type == ICMP_PARAMETER_PROBLEM;
}

static __always_inline _Bool is_redirect(const struct packet *p)
{
	return (p->protocol == IPPROTO_ICMP && p->icmp_type == ICMP_REDIRECT) ||
	       (p->protocol == IPPROTO_ICMPV6 && p->icmp_type == NDISC_REDIRECT);
}

static __always_inline int parse_icmp(struct __sk_buff *skb, struct packet *p, __u8 request, __u8 reply)
{
	struct echo_header *icmp = inner_header_at(skb, p, p->l4_offset, sizeof(*icmp));
	if (!icmp)
		return -DROP_TRUNCATED;
	p->icmp_type = icmp->type;
	p->icmp_code = icmp->code;
	p->icmp_error = is_icmp_error(p);
	p->header_length = sizeof(*icmp);
	if (icmp->type == request) {
		p->echo_request = 1;
		p->source_port = icmp->id;
	} else if (icmp->type == reply) {
		p->echo_reply = 1;
		p->destination_port = icmp->id;
	}
	return 0;
}

/* A segment opens, resets, or acknowledges (RFC 9293, 3.10.7); what opens does not end. The rest is made up
 * by who wants to see how others take it. */
static __always_inline _Bool tcp_flags_valid(__u8 flags)
{
	if (flags & TCP_SYN)
		return !(flags & (TCP_FIN | TCP_RST));
	return flags & TCP_RST ? !(flags & TCP_FIN) : !!(flags & TCP_ACK);
}

static __always_inline int parse_tcp(struct __sk_buff *skb, struct packet *p)
{
	struct tcphdr *tcp = inner_header_at(skb, p, p->l4_offset, sizeof(*tcp));
	if (!tcp)
		return -DROP_TRUNCATED;
	if (tcp->doff < 5)
		return -DROP_MALFORMED;
	p->header_length = tcp->doff * 4;
	if (p->l4_offset + p->header_length > p->end)
		return -DROP_TRUNCATED;
	p->source_port = tcp->source;
	p->destination_port = tcp->dest;
	p->tcp_flags = ((__u8 *)tcp)[13];
	return tcp_flags_valid(p->tcp_flags) ? 0 : -DROP_MALFORMED;
}

static __always_inline int parse_ports(struct __sk_buff *skb, struct packet *p, __u32 header_size)
{
	struct ports *ports = inner_header_at(skb, p, p->l4_offset, header_size);
	if (!ports)
		return -DROP_TRUNCATED;
	p->source_port = ports->source;
	p->destination_port = ports->destination;
	p->header_length = header_size;
	return 0;
}

static __always_inline int parse_l4(struct __sk_buff *skb, struct packet *p)
{
	switch (p->protocol) {
	case IPPROTO_TCP:
		return parse_tcp(skb, p);
	case IPPROTO_UDP:
		return parse_ports(skb, p, 8);
	case IPPROTO_SCTP:
		return parse_ports(skb, p, 12);
	case IPPROTO_ICMP:
		return is_ipv4(p) ? parse_icmp(skb, p, ICMP_ECHO_REQUEST, ICMP_ECHO_REPLY) : -DROP_MALFORMED;
	case IPPROTO_ICMPV6:
		return !is_ipv4(p) ? parse_icmp(skb, p, ICMPV6_ECHO_REQUEST, ICMPV6_ECHO_REPLY)
				   : -DROP_MALFORMED;
	}
	return 0;
}

static __always_inline int parse_ip(struct __sk_buff *skb, struct packet *p)
{
	int result = is_ipv4(p) ? parse_ipv4(skb, p) : parse_ipv6(skb, p);
	if (result || unlikely(p->fragment == FRAGMENT_LATER))
		return result;
	result = parse_l4(skb, p);
	if (unlikely(p->fragment == FRAGMENT_FIRST)) {
		/* The first fragment holds all headers (RFC 1858, RFC 7112), and an error is too small to
		 * have others. */
		if (result == -(int)DROP_TRUNCATED || p->icmp_error)
			return -DROP_FRAGMENT;
	}
	return result;
}
