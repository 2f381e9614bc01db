/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One connection: its key, its state and how long it lives. How entries come and go is in flow_table.h. */
#pragma once

#include <linux/in6.h>

#include "address.h"
#include "config.h"
#include "maps.h"
#include "packet.h"

/* expires of an entry that somebody remakes or removes at this instant; no time, since the kernel's ticks do
 * not begin at 0. Long past for whoever asks, so the entry counts as none. */
#define FLOW_HELD 0

/* The key of the packet's flow; returns whether its sender is the low side. */
static __always_inline _Bool flow_key_of(struct flow_key *key, const struct packet *p)
{
	_Bool sender_low;
	if (address_equal(&p->source, &p->destination))
		sender_low = p->source_port < p->destination_port;
	else
		sender_low = address_less(&p->source, &p->destination);
	key->low = sender_low ? p->source : p->destination;
	key->high = sender_low ? p->destination : p->source;
	key->low_port = sender_low ? p->source_port : p->destination_port;
	key->high_port = sender_low ? p->destination_port : p->source_port;
	key->protocol = p->protocol;
	key->role = ECHO_NONE;
	if (p->echo_request || p->echo_reply)
		key->role = sender_low == p->echo_request ? ECHO_LOW_ASKS : ECHO_HIGH_ASKS;
	key->network = network_id;
	return sender_low;
}

/* Errors and all other ICMP but echo belong to no flow of their own: each is judged by itself. */
static __always_inline _Bool is_flowless(const struct packet *p)
{
	return (p->protocol == IPPROTO_ICMP || p->protocol == IPPROTO_ICMPV6) && !p->echo_request &&
	       !p->echo_reply;
}

static __always_inline _Bool is_bare_syn(const struct packet *p)
{
	return p->protocol == IPPROTO_TCP && (p->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

/* What only answers: without the flow that it answers it means nothing. */
static __always_inline _Bool is_tcp_answer(const struct packet *p)
{
	return p->protocol == IPPROTO_TCP &&
	       ((p->tcp_flags & TCP_RST) || (p->tcp_flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK));
}

/* Both sides have ended it, or one has reset it. What comes now is the last of it. */
static __always_inline _Bool flow_closed(const struct flow *flow)
{
	__u8 both = flow->tcp_flags_original & flow->tcp_flags_reply;
	__u8 any = flow->tcp_flags_original | flow->tcp_flags_reply;
	return (both & TCP_FIN) || (any & TCP_RST);
}

/* Each side has acknowledged something: the handshake is over, or was before we saw the connection. */
static __always_inline _Bool flow_established(const struct flow *flow)
{
	return flow->tcp_flags_original & flow->tcp_flags_reply & TCP_ACK;
}

static __always_inline __u64 flow_expires(const struct flow *flow)
{
	return *(const volatile __u64 *)&flow->expires;
}

static __always_inline _Bool flow_expired(__u64 expires, __u64 now)
{
	return (__s64)(now - expires) > 0;
}

/* Ticks that the flow lives after its last packet. */
static __always_inline __u32 flow_lifetime(const struct flow *flow, __u8 protocol)
{
	if (protocol != IPPROTO_TCP)
		return flow_ticks_other;
	if (flow_closed(flow))
		return flow_ticks_tcp_fin;
	return flow_established(flow) ? flow_ticks_tcp : flow_ticks_tcp_syn;
}

/* Puts the end of the flow's life off, or forward when it is closing. Small differences are not worth a write
 * to a line that CPUs share. Nothing is written to an entry whose time somebody else has changed: it may be
 * on its way out. */
static __always_inline void flow_prolong(struct flow *flow, __u64 expires, __u8 protocol, __u64 now)
{
	for (int i = 0; i < 2; i++) {
		__u64 later = now + flow_lifetime(flow, protocol);
		if (likely(later - expires + flow_ticks_resolution <= 2 * (__u64)flow_ticks_resolution))
			return;
		__u64 found = __sync_val_compare_and_swap(&flow->expires, expires, later);
		if (found == expires || found == FLOW_HELD)
			return;
		expires = found;
	}
}

/* What several CPUs change: by atomic operations on the word that holds all of it, so that none undoes what
 * another does. Offsets in that word, in bits. */
enum flow_word {
	FLOW_WORD_FLAGS = 0,
	FLOW_WORD_ORIGINAL = 8, /* tcp_flags_original */
	FLOW_WORD_REPLY = 16,   /* tcp_flags_reply */
};

_Static_assert(__builtin_offsetof(struct flow, flags) % sizeof(__u32) == 0 &&
		       __builtin_offsetof(struct flow, tcp_flags_original) ==
			       __builtin_offsetof(struct flow, flags) + 1 &&
		       __builtin_offsetof(struct flow, tcp_flags_reply) ==
			       __builtin_offsetof(struct flow, flags) + 2,
	       "the three are in one word, in this order");

static __always_inline void flow_word_set(struct flow *flow, __u32 bits)
{
	__sync_fetch_and_or((__u32 *)&flow->flags, bits);
}

static __always_inline void flow_word_clear(struct flow *flow, __u32 bits)
{
	__sync_fetch_and_and((__u32 *)&flow->flags, ~bits);
}

static __always_inline void flow_mark(struct flow *flow, enum flow_flag flag, _Bool on)
{
	if (!!(flow->flags & flag) == on)
		return;
	if (on)
		flow_word_set(flow, flag);
	else
		flow_word_clear(flow, flag);
}

/* Ends the flow that is known to live until expires, unless somebody has just prolonged it. */
static __always_inline void flow_end(struct flow *flow, __u64 expires, __u64 now)
{
	__sync_val_compare_and_swap(&flow->expires, expires, now - 1);
}

/* Notes a packet of the flow that is known to live until expires. Writes only what changes. */
static __always_inline void flow_touch(struct flow *flow, __u64 expires, const struct packet *p, _Bool reply,
				       __u64 now)
{
	__u32 sender = reply ? FLOW_WORD_REPLY : FLOW_WORD_ORIGINAL;
	__u32 receiver = reply ? FLOW_WORD_ORIGINAL : FLOW_WORD_REPLY;
	__u32 known = *(const volatile __u32 *)&flow->flags;
	__u32 seen = (__u32)(p->tcp_flags & (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK)) << sender;
	if (reply)
		seen |= FLOW_REPLIED;
	if (unlikely(seen & ~known))
		flow_word_set(flow, seen);
	/* Who goes on after a reset has not accepted it (RFC 5961): it was forged, or out of the window. */
	if (unlikely(known & TCP_RST << receiver) && (p->tcp_flags & (TCP_ACK | TCP_RST)) == TCP_ACK)
		flow_word_clear(flow, TCP_RST << receiver);
	flow_prolong(flow, expires, p->protocol, now);
}
