/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Neighbour discovery for the gateway (RFC 4861). Only solicitations of the gateway are answered; a container
 * that plays router, redirects or answers for others is dropped. What a fresh stack says of itself is heard
 * by nobody and is no drop: looking for routers, for another with its address, telling which groups it is in.
 */
#pragma once

#include "address.h"
#include "answer.h"
#include "parse.h"

enum ndisc {
	NDISC_OPTION_SOURCE = 1,
	NDISC_OPTION_TARGET = 2,
	/* router, solicited, override (RFC 4861, 4.4) */
	NDISC_ADVERTISEMENT_FLAGS = 0xe0,
	NDISC_ROUTER_FLAG = 0x80,
};

struct link_layer_option {
	__u8 type;
	__u8 length; /* in units of 8 bytes */
	struct mac mac;
};

struct neighbour_message {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__u8 flags;
	__u8 reserved[3];
	struct address target;
	struct link_layer_option option;
};

struct neighbour_frame {
	struct ethhdr eth;
	struct ipv6hdr ip;
	struct neighbour_message message;
} __attribute__((packed));

/* 16-bit words of an advertisement's pseudo header and message, checksum taken as 0. */
static __always_inline __be16 advertisement_checksum(struct neighbour_frame *frame)
{
	struct {
		struct address source, destination;
		__be32 length;
		__be32 next;
		struct neighbour_message message;
	} __attribute__((aligned(8))) covered;
	__builtin_memcpy(&covered.source, &frame->ip.saddr, sizeof(struct address));
	__builtin_memcpy(&covered.destination, &frame->ip.daddr, sizeof(struct address));
	covered.length = be32(sizeof(struct neighbour_message));
	covered.next = be32(IPPROTO_ICMPV6);
	__builtin_memcpy(&covered.message, &frame->message, sizeof(covered.message));
	return fold_checksum(bpf_csum_diff(NULL, 0, (__be32 *)&covered, sizeof(covered), 0));
}

static __always_inline int answer_solicitation(struct __sk_buff *skb,
					       const volatile struct endpoint *endpoint)
{
	if (bpf_skb_change_tail(skb, sizeof(struct neighbour_frame), 0))
		return -DROP_INTERNAL;
	struct neighbour_frame *frame = header_at(skb, 0, sizeof(*frame));
	if (!frame)
		return -DROP_INTERNAL;
	answer_from_gateway(&frame->eth, endpoint);
	frame->ip.payload_len = be16(sizeof(frame->message));
	frame->ip.hop_limit = 255;
	__builtin_memcpy(&frame->ip.daddr, &frame->ip.saddr, sizeof(struct address));
	__builtin_memcpy(&frame->ip.saddr, &frame->message.target, sizeof(struct address));
	frame->message.type = NDISC_NEIGHBOUR_ADVERTISEMENT;
	frame->message.code = 0;
	frame->message.checksum = 0;
	frame->message.flags = NDISC_ADVERTISEMENT_FLAGS;
	frame->message.option.type = NDISC_OPTION_TARGET;
	frame->message.option.length = 1;
	mac_copy(&frame->message.option.mac, &endpoint->host_mac);
	frame->message.checksum = advertisement_checksum(frame);
	return send_answer(skb);
}

static __always_inline _Bool is_ndisc(const struct packet *p)
{
	return !is_ipv4(p) && p->protocol == IPPROTO_ICMPV6 && p->icmp_type >= NDISC_ROUTER_SOLICITATION &&
	       p->icmp_type <= NDISC_REDIRECT;
}

static __always_inline _Bool is_unspecified(const struct address *a)
{
	return !(a->halves[0] | a->halves[1]);
}

static __always_inline _Bool is_own_ipv6(const volatile struct endpoint *endpoint, const struct address *a)
{
	return address_equal(a, &endpoint->ipv6) || is_link_local_of(a, &endpoint->mac);
}

/* The option, if there is one, must name the container itself. */
static __always_inline int check_link_layer_option(struct __sk_buff *skb, const struct packet *p,
						   const volatile struct endpoint *endpoint, __u32 offset,
						   __u8 type)
{
	offset += p->l4_offset;
	if (p->end <= offset)
		return 0;
	struct link_layer_option *option = inner_header_at(skb, p, offset, sizeof(*option));
	if (!option || option->length != 1)
		return -DROP_NDISC_MALFORMED;
	return option->type == type && !mac_equal(&option->mac, &endpoint->mac) ? -DROP_NDISC_SPOOFED : 0;
}

/* Offsets of the first option (RFC 4861, 4.1 and 4.3). */
#define ROUTER_SOLICITATION_OPTION 8
#define NEIGHBOUR_MESSAGE_OPTION   __builtin_offsetof(struct neighbour_message, option)

static __always_inline int handle_router_solicitation(struct __sk_buff *skb, const struct packet *p,
						      const volatile struct endpoint *endpoint)
{
	int result =
		check_link_layer_option(skb, p, endpoint, ROUTER_SOLICITATION_OPTION, NDISC_OPTION_SOURCE);
	return result ? result : TC_ACT_SHOT;
}

static __always_inline int handle_solicitation(struct __sk_buff *skb, const struct packet *p,
					       const volatile struct endpoint *endpoint,
					       const struct neighbour_message *message)
{
	/* duplicate address detection (RFC 4862, 5.4) */
	if (is_unspecified(&p->source) && is_own_ipv6(endpoint, &message->target))
		return TC_ACT_SHOT;
	if (!address_equal(&message->target, &gateway_ipv6))
		return -DROP_NDISC_FOREIGN_TARGET;
	if (is_unspecified(&p->source))
		return -DROP_SPOOFED_ADDRESS;
	int result = check_link_layer_option(skb, p, endpoint, NEIGHBOUR_MESSAGE_OPTION, NDISC_OPTION_SOURCE);
	return result ? result : answer_solicitation(skb, endpoint);
}

static __always_inline int handle_advertisement(struct __sk_buff *skb, const struct packet *p,
						const volatile struct endpoint *endpoint,
						const struct neighbour_message *message)
{
	if (message->flags & NDISC_ROUTER_FLAG)
		return -DROP_NDISC_FORBIDDEN;
	if (!is_own_ipv6(endpoint, &message->target))
		return -DROP_NDISC_SPOOFED;
	int result = check_link_layer_option(skb, p, endpoint, NEIGHBOUR_MESSAGE_OPTION, NDISC_OPTION_TARGET);
	return result ? result : TC_ACT_SHOT;
}

SUBPROGRAM int handle_ndisc(struct __sk_buff *skb, const struct packet *p)
{
	if (!p)
		return -DROP_INTERNAL;
	const volatile struct endpoint *endpoint = find_own_row(skb);
	if (!endpoint)
		return -DROP_NO_ENDPOINT;
	if (p->icmp_type == NDISC_REDIRECT)
		return -DROP_ICMP_REDIRECT;
	if (p->icmp_type == NDISC_ROUTER_ADVERTISEMENT)
		return -DROP_NDISC_FORBIDDEN;
	/* no extension headers, and from the link itself (RFC 4861, 6.1.1, 7.1.1 and 7.1.2) */
	if (p->l4_offset != ETH_HLEN + sizeof(struct ipv6hdr) || p->hop_limit != 255 || p->icmp_code != 0)
		return -DROP_NDISC_MALFORMED;
	if (!is_own_ipv6(endpoint, &p->source) && !is_unspecified(&p->source))
		return -DROP_SPOOFED_ADDRESS;
	if (p->icmp_type == NDISC_ROUTER_SOLICITATION)
		return handle_router_solicitation(skb, p, endpoint);
	struct neighbour_message *message = inner_header_at(skb, p, p->l4_offset, NEIGHBOUR_MESSAGE_OPTION);
	if (!message)
		return -DROP_TRUNCATED;
	return p->icmp_type == NDISC_NEIGHBOUR_SOLICITATION ? handle_solicitation(skb, p, endpoint, message)
							    : handle_advertisement(skb, p, endpoint, message);
}

/* Multicast listener reports (RFC 2710, RFC 9777). Queries are a router's. */
static __always_inline _Bool is_listener_report(const struct packet *p)
{
	return !is_ipv4(p) && p->protocol == IPPROTO_ICMPV6 &&
	       (p->icmp_type == MLD_REPORT || p->icmp_type == MLD_DONE || p->icmp_type == MLD2_REPORT);
}

static __always_inline int handle_listener_report(const volatile struct endpoint *endpoint,
						  const struct packet *p)
{
	return is_own_ipv6(endpoint, &p->source) || is_unspecified(&p->source) ? TC_ACT_SHOT
									       : -DROP_SPOOFED_ADDRESS;
}
