/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A packet after it was parsed: what all later steps decide by. No pointer into the packet is kept, since
 * helpers invalidate them. */
#pragma once

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>

#include "../abi/drop.h"
#include "../abi/types.h"
#include "bpf.h"
#include "config.h"

enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10,
};

/* A packet that is whole has none of the two. */
enum fragment_kind : __u8 {
	FRAGMENT_NONE = 0,
	FRAGMENT_FIRST = 1, /* has the ports */
	FRAGMENT_LATER = 2,
};

struct packet {
	struct address source;
	struct address destination;
	__be16 source_port; /* ICMP echo: the identifier on the requester's side, 0 on the other */
	__be16 destination_port;
	__u16 ethertype; /* host order */
	__u16 l4_offset; /* bytes from the Ethernet header on */
	__u32 end;       /* likewise, of the IP packet */
	__u8 protocol;
	__u8 tcp_flags;
	__u8 icmp_type;
	__u8 icmp_code;
	__u8 hop_limit;
	__u8 echo_reply; /* ICMP or ICMPv6 */
	__u8 echo_request;
	__u8 icmp_error;  /* tells about another packet, that it embeds */
	__u8 group_frame; /* the frame is for many */
	enum fragment_kind fragment;
	__u16 header_length;    /* of the transport header, where it is known */
	__u16 fragment_offset;  /* bytes before this fragment's content */
	__u16 fragment_content; /* where its content begins, from the Ethernet header on */
	__be32 fragment_id;
};

/* Of a packet of IP, whose family its endpoint has: the other one is IPv6. */
static __always_inline _Bool is_ipv4(const struct packet *p)
{
	__u16 only = own_ethertype;
	return (only ? only : p->ethertype) == ETH_P_IP;
}

static __always_inline _Bool is_icmp(const struct packet *p)
{
	return p->protocol == IPPROTO_ICMP || p->protocol == IPPROTO_ICMPV6;
}

/* What the datapath found out about a packet, for the event and the flow. */
struct judgement {
	__u64 judged; /* versions of source and destination, see struct flow */
	__u32 source_identity;
	__u32 destination_identity;
	__u32 egress_rule;
	__u32 ingress_rule;
	__u32 generation;
	__u16 source_endpoint;
	__u16 destination_endpoint;
	__u16 endpoint; /* at whose interface; 0: nobody's */
	enum direction direction;
	__u8 reply;
	__u8 own_address;  /* of the flow: not to be masqueraded */
	__u8 told_drop;    /* what goes on, if anything, is an answer */
	__u8 by_host;      /* the other side is the host itself, whatever its address */
	__u32 translation; /* of the flow, see translation_of() */
	__u32 route;       /* of a packet that was judged now: as route_of() says */
};

/* Of the policy that decided; 0: none was asked. */
static __always_inline __u32 deciding_rule(const struct judgement *j)
{
	return j->direction == DIRECTION_EGRESS ? j->egress_rule : j->ingress_rule;
}

/* Above what headers can take: Ethernet, IPv6 and eight extension headers of 2048 bytes. A mask, too. */
#define MAX_HEADER_OFFSET 0x7fff

/* A packet pointer of the context. Loaded as the verifier wants to see it: the compiler, which takes the
 * field for the 32-bit number that it is declared as, would keep it in half a register. */
#define CONTEXT_POINTER(skb, field)                                                                          \
	({                                                                                                   \
		void *pointer;                                                                               \
		asm volatile("%[pointer] = *(u32 *)(%[base] + %[offset])"                                    \
			     : [pointer] "=r"(pointer)                                                       \
			     : [base] "r"(skb), [offset] "i"(__builtin_offsetof(struct __sk_buff, field)));  \
		pointer;                                                                                     \
	})

/* The header of size bytes at offset, made readable if it lies in a fragment of the buffer; NULL when the
 * packet ends before. Every pointer into the packet from earlier calls is void afterwards. */
static __always_inline void *header_at(struct __sk_buff *skb, __u32 offset, __u32 size)
{
	/* the register that is compared must be the one that is added: verifiers before 6.10 learn nothing
	 * from a comparison of what it was computed from */
	if (!__builtin_constant_p(offset))
		opaque(offset);
	if (offset > MAX_HEADER_OFFSET)
		return NULL;
	void *start = CONTEXT_POINTER(skb, data);
	void *end = CONTEXT_POINTER(skb, data_end);
	if (likely(start + offset + size <= end))
		return start + offset;
	if (offset + size > skb->len || bpf_skb_pull_data(skb, offset + size))
		return NULL;
	start = CONTEXT_POINTER(skb, data);
	end = CONTEXT_POINTER(skb, data_end);
	return start + offset + size <= end ? start + offset : NULL;
}

/* IPv4 whose sender has not forbidden it (RFC 791). */
static __always_inline _Bool may_be_cut(struct __sk_buff *skb, const struct packet *p)
{
	if (!is_ipv4(p))
		return 0;
	struct iphdr *ip = header_at(skb, ETH_HLEN, sizeof(*ip));
	return ip && !(ip->frag_off & be16(0x4000));
}
