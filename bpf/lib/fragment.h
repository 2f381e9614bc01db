/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ports for later fragments. The first fragment of a packet, which has passed, leaves them in one of the
 * FRAGMENT_WAYS rows that its endpoint has for this direction; the later ones find them there and go by their
 * flow.
 *
 * Several CPUs work on the rows at once. Who writes takes a row by raising its sequence from even to odd, and
 * raises it again when done. Who reads looks at the sequence before and after: what was odd or has changed is
 * not believed. So ports of two packets never mix, and the worst is a fragment that is dropped as unknown.
 * Atomic operations with a result are full barriers on every machine. */
#pragma once

#include "address.h"
#include "config.h"
#include "maps.h"
#include "packet.h"

#define FRAGMENT_TRIES 4

/* The rows of an endpoint for one way; outgoing: it sends. */
static __always_inline __u32 fragment_set(__u32 endpoint, _Bool outgoing)
{
	return endpoint * 2 + outgoing;
}

static __always_inline struct fragment *fragment_row(__u32 set, __u32 way)
{
	__u32 index = set * FRAGMENT_WAYS + way;
	return bpf_map_lookup_elem(&fragments, &index);
}

static __always_inline __u32 fragment_sequence(struct fragment *row)
{
	return __sync_fetch_and_add(&row->sequence, 0);
}

/* IPv4 numbers its packets per protocol, IPv6 does not (RFC 791; RFC 8200, 4.5). */
static __always_inline _Bool fragment_matches(const struct fragment *row, const struct packet *p)
{
	return row->id == p->fragment_id && address_equal(&row->source, &p->source) &&
	       address_equal(&row->destination, &p->destination) &&
	       (!is_ipv4(p) || row->protocol == p->protocol);
}

/* The row of the packet if it has one, else the one that ends first: what was never used has ended long ago.
 */
SUBPROGRAM int fragment_way_for(const struct packet *p, __u32 set)
{
	if (!p)
		return 0;
	__u64 earliest = ~0ULL;
	int way = 0;
	for (__u32 i = 0; i < FRAGMENT_WAYS; i++) {
		struct fragment *row = fragment_row(set, i);
		if (!row)
			break;
		if (fragment_matches(row, p))
			return i;
		__u64 expires = *(volatile __u64 *)&row->expires;
		if (expires < earliest) {
			earliest = expires;
			way = i;
		}
	}
	return way;
}

static __always_inline void fragment_write(struct fragment *row, const struct packet *p)
{
	row->source = p->source;
	row->destination = p->destination;
	row->id = p->fragment_id;
	row->source_port = p->source_port;
	row->destination_port = p->destination_port;
	row->headers = p->l4_offset + p->header_length - p->fragment_content;
	row->protocol = p->protocol;
	row->echo_request = p->echo_request;
	row->echo_reply = p->echo_reply;
	row->icmp_type = p->icmp_type;
	*(volatile __u64 *)&row->expires = bpf_jiffies64() + fragment_ticks;
}

/* After the packet's first fragment has passed. */
SUBPROGRAM int fragment_remember(const struct packet *p, __u32 set)
{
	if (!p)
		return -DROP_INTERNAL;
	for (int i = 0; i < FRAGMENT_TRIES; i++) {
		struct fragment *row = fragment_row(set, fragment_way_for(p, set) & (FRAGMENT_WAYS - 1));
		if (!row)
			return -DROP_INTERNAL;
		__u32 sequence = fragment_sequence(row);
		if ((sequence & 1) ||
		    __sync_val_compare_and_swap(&row->sequence, sequence, sequence + 1) != sequence)
			continue;
		fragment_write(row, p);
		__sync_val_compare_and_swap(&row->sequence, sequence + 1, sequence + 2);
		return 0;
	}
	return 0;
}

static __always_inline int fragment_read(const struct fragment *row, struct packet *p)
{
	/* RFC 1858, RFC 3128: headers that were judged are not written over */
	if (p->fragment_offset < row->headers)
		return -DROP_FRAGMENT;
	p->protocol = row->protocol;
	p->source_port = row->source_port;
	p->destination_port = row->destination_port;
	p->echo_request = row->echo_request;
	p->echo_reply = row->echo_reply;
	p->icmp_type = row->icmp_type;
	return 0;
}

/* Ports and the like of a later fragment, by its first. */
SUBPROGRAM int fragment_recall(struct packet *p, __u32 set)
{
	if (!p)
		return -DROP_INTERNAL;
	__u64 now = bpf_jiffies64();
	for (__u32 i = 0; i < FRAGMENT_WAYS; i++) {
		struct fragment *row = fragment_row(set, i);
		if (!row)
			break;
		__u32 sequence = fragment_sequence(row);
		if ((sequence & 1) || row->expires < now || !fragment_matches(row, p))
			continue;
		int result = fragment_read(row, p);
		return fragment_sequence(row) == sequence ? result : -DROP_FRAGMENT_UNKNOWN;
	}
	return -DROP_FRAGMENT_UNKNOWN;
}
