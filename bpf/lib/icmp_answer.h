/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The gateway's ICMPv6 errors about what it does not carry on (RFC 4443, 2.4 and 3). For IPv4 the host's
 * stack sends them: there each interface may forward by itself. For IPv6 only the whole host may, which is
 * not ours to say, and a stack that does not forward stays silent. The answer goes to the container that
 * asked for it and nowhere else, so its rate needs no limit of its own. */
#pragma once

#include <linux/ip.h>
#include <linux/ipv6.h>

#include "answer.h"
#include "event.h"
#include "icmp.h"

/* Every link carries that much (RFC 8200, 5). */
#define MINIMUM_MTU 1280

struct icmpv6_error {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be32 value;
};

struct icmpv6_error_frame {
	struct ethhdr eth;
	struct ipv6hdr ip;
	struct icmpv6_error message;
} __attribute__((packed));

enum icmp_answer {
	ICMP_ANSWER_HEADERS = sizeof(struct ipv6hdr) + sizeof(struct icmpv6_error),
	MAX_EMBEDDED = MINIMUM_MTU - ICMP_ANSWER_HEADERS,
	SUMMED_AT_ONCE = 64,
	MAX_SUMS = MINIMUM_MTU / SUMMED_AT_ONCE,
};

/* The checksum of a message of that many bytes whose field is 0. The addresses of the pseudo header stand
 * right before it. A negative drop reason if it cannot be read. */
SUBPROGRAM __s64 sum_answer(struct __sk_buff *skb, __u32 length)
{
	__u32 offset = ETH_HLEN + __builtin_offsetof(struct ipv6hdr, saddr);
	__s64 sum = (__u64)be32(length) + be32(IPPROTO_ICMPV6);
	sum = (sum & 0xffffffff) + (sum >> 32);
	length += 2 * sizeof(struct address);
	for (int i = 0; i < MAX_SUMS && length; i++) {
		__u8 piece[SUMMED_AT_ONCE] __attribute__((aligned(8))) = {};
		__u32 size = length < SUMMED_AT_ONCE ? length : SUMMED_AT_ONCE;
		/* as in check_ipv4_options: at least one byte, that old verifiers know of */
		__u32 last = size - 1;
		opaque(last);
		if (last >= SUMMED_AT_ONCE || bpf_skb_load_bytes(skb, offset, piece, last + 1))
			return -DROP_INTERNAL;
		sum = bpf_csum_diff(NULL, 0, (__be32 *)piece, sizeof(piece), sum);
		offset += size;
		length -= size;
	}
	return fold_checksum(sum);
}

/* The headers of an error of that many bytes; 0 or a negative drop reason. */
SUBPROGRAM int write_answer(struct __sk_buff *skb, const struct packet *p, __u8 type, __u32 value,
			    __u32 length)
{
	const volatile struct endpoint *endpoint = find_own_row(skb);
	struct icmpv6_error_frame *frame = header_at(skb, 0, sizeof(*frame));
	if (!endpoint || !frame || !p)
		return -DROP_INTERNAL;
	answer_from_gateway(&frame->eth, endpoint);
	__builtin_memset(&frame->ip, 0, sizeof(frame->ip));
	frame->ip.version = 6;
	frame->ip.payload_len = be16(length);
	frame->ip.nexthdr = IPPROTO_ICMPV6;
	frame->ip.hop_limit = 64;
	struct address gateway = gateway_ipv6;
	__builtin_memcpy(&frame->ip.saddr, &gateway, sizeof(gateway));
	__builtin_memcpy(&frame->ip.daddr, &p->source, sizeof(struct address));
	frame->message.type = type;
	frame->message.code = 0;
	frame->message.checksum = 0;
	frame->message.value = be32(value);
	return 0;
}

/* Turns the packet into the error about it and sends that back. About an error there is none (2.4, e). */
SUBPROGRAM int answer_error(struct __sk_buff *skb, const struct packet *p, __u8 type, __u32 value)
{
	if (!p)
		return -DROP_INTERNAL;
	if (p->icmp_error)
		return type == ICMPV6_TIME_EXCEEDED ? -DROP_HOP_LIMIT_EXCEEDED : -DROP_PACKET_TOO_BIG;
	__u32 length = skb->len - ETH_HLEN;
	if (length > MAX_EMBEDDED) {
		length = MAX_EMBEDDED;
		if (bpf_skb_change_tail(skb, ETH_HLEN + MAX_EMBEDDED, 0))
			return -DROP_INTERNAL;
	}
	length += sizeof(struct icmpv6_error);
	if (bpf_skb_adjust_room(skb, ICMP_ANSWER_HEADERS, BPF_ADJ_ROOM_MAC, 0))
		return -DROP_INTERNAL;
	if (write_answer(skb, p, type, value, length))
		return -DROP_INTERNAL;
	__s64 checksum = sum_answer(skb, length);
	struct icmpv6_error_frame *frame = header_at(skb, 0, sizeof(*frame));
	if (checksum < 0 || !frame)
		return -DROP_INTERNAL;
	frame->message.checksum = checksum;
	return send_answer(skb);
}

/* What has no hop left (3.3). IPv4: up the stack, that says so. To whoever watches it is a drop, too. */
static __always_inline int answer_used_up(struct __sk_buff *skb, const struct packet *p, struct judgement *j)
{
	tell_drop(skb, p, j, DROP_HOP_LIMIT_EXCEEDED);
	return !is_ipv4(p) ? answer_error(skb, p, ICMPV6_TIME_EXCEEDED, 0) : TC_ACT_OK;
}

/* What the next link does not carry, by its MTU in bytes (3.2). IPv4: up the stack, that says so. */
static __always_inline int answer_too_big(struct __sk_buff *skb, const struct packet *p, struct judgement *j,
					  __u32 mtu)
{
	tell_drop(skb, p, j, DROP_PACKET_TOO_BIG);
	return !is_ipv4(p) ? answer_error(skb, p, ICMPV6_PACKET_TOO_BIG, mtu) : TC_ACT_OK;
}
