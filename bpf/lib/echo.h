/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The gateway answers pings itself (RFC 792, 4443); those in pieces the host's stack, which can put them
 * together. */
#pragma once

#include "address.h"
#include "answer.h"
#include "parse.h"

static __always_inline _Bool is_echo_for_gateway(const struct packet *p)
{
	return p->echo_request && !p->fragment &&
	       (is_ipv4(p) ? address_equal(&p->destination, &gateway_ipv4)
			   : address_equal(&p->destination, &gateway_ipv6));
}

/* Addresses trade places, which leaves every checksum that covers both as it is; only the type changes. */
SUBPROGRAM int answer_echo(struct __sk_buff *skb, const struct packet *p)
{
	if (!p)
		return -DROP_INTERNAL;
	const volatile struct endpoint *endpoint = find_own_row(skb);
	if (!endpoint)
		return -DROP_NO_ENDPOINT;
	struct echo_header *echo = inner_header_at(skb, p, p->l4_offset, sizeof(*echo));
	if (!echo)
		return -DROP_TRUNCATED;
	__u8 reply = is_ipv4(p) ? ICMP_ECHO_REPLY : ICMPV6_ECHO_REPLY;
	__be16 *type_and_code = (__be16 *)&echo->type;
	__be16 before = *type_and_code;
	echo->type = reply;
	echo->checksum = update_checksum(echo->checksum, before, *type_and_code);

	struct ethhdr *eth = header_at(skb, 0, ETH_HLEN + sizeof(struct iphdr));
	if (!eth)
		return -DROP_TRUNCATED;
	answer_from_gateway(eth, endpoint);
	if (is_ipv4(p)) {
		struct iphdr *ip = (void *)(eth + 1);
		ip->saddr = p->destination.words[3];
		ip->daddr = p->source.words[3];
		return send_answer(skb);
	}
	struct ipv6hdr *ip = header_at(skb, ETH_HLEN, sizeof(*ip));
	if (!ip)
		return -DROP_TRUNCATED;
	__builtin_memcpy(&ip->saddr, &p->destination, sizeof(struct address));
	__builtin_memcpy(&ip->daddr, &p->source, sizeof(struct address));
	return send_answer(skb);
}
