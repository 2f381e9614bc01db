/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The flow table: one entry for both directions, found by one hash lookup. */
#pragma once

#include "address.h"
#include "config.h"
#include "maps.h"
#include "packet.h"

#define EEXIST 17

/* Seconds that a flow lives after its last packet. */
#define LIFETIME_TCP     8000
#define LIFETIME_TCP_SYN 60
#define LIFETIME_TCP_FIN 10
#define LIFETIME_OTHER   60

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

static __always_inline _Bool flow_closing(const struct flow *flow)
{
	__u8 both = flow->tcp_flags_original & flow->tcp_flags_reply;
	__u8 any = flow->tcp_flags_original | flow->tcp_flags_reply;
	return (both & TCP_FIN) || (any & TCP_RST);
}

static __always_inline _Bool flow_expired(const struct flow *flow, __u64 now)
{
	return (__s64)(now - flow->expires) > 0;
}

static __always_inline __u32 flow_lifetime(const struct flow *flow, __u8 protocol)
{
	if (protocol != IPPROTO_TCP)
		return LIFETIME_OTHER;
	if (flow_closing(flow))
		return LIFETIME_TCP_FIN;
	return flow->flags & FLOW_REPLIED ? LIFETIME_TCP : LIFETIME_TCP_SYN;
}

/* Notes a packet of the flow. Writes only what changes, the time at most once a second, so that the line can
 * stay shared. */
static __always_inline void flow_touch(struct flow *flow, const struct packet *p, _Bool reply, __u64 now)
{
	__u8 *seen = reply ? &flow->tcp_flags_reply : &flow->tcp_flags_original;
	__u8 interesting = p->tcp_flags & (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK);
	if (interesting & ~*seen)
		*seen |= interesting;
	if (reply && !(flow->flags & FLOW_REPLIED))
		flow->flags |= FLOW_REPLIED;

	__u64 expires = now + (__u64)flow_lifetime(flow, p->protocol) * jiffies_per_second;
	__s64 gained = expires - flow->expires;
	if (gained > (__s64)jiffies_per_second || gained < 0)
		flow->expires = expires;
}

static __always_inline struct flow_quota *quota_of(__u32 endpoint)
{
	return bpf_map_lookup_elem(&flow_quotas, &endpoint);
}

/* Makes the flow of the packet, or makes an ended one anew. The originator pays, or the destination where
 * that is not on this node. */
SUBPROGRAM int flow_create(const struct flow_key *key, const struct packet *p, const struct judgement *j,
			   __u64 now, _Bool sender_low)
{
	if (!key || !p || !j)
		return -DROP_INTERNAL;
	struct flow flow = {
		.judged = j->judged,
		.flags = sender_low ? FLOW_ORIGINATOR_LOW : 0,
		.tcp_flags_original = p->tcp_flags,
		.source_endpoint = j->source_endpoint,
		.destination_endpoint = j->destination_endpoint,
		.source_identity = j->source_identity,
		.destination_identity = j->destination_identity,
		.egress_rule = j->egress_rule,
		.ingress_rule = j->ingress_rule,
		.owner = j->source_endpoint ? j->source_endpoint : j->destination_endpoint,
	};
	flow.expires = now + (__u64)flow_lifetime(&flow, p->protocol) * jiffies_per_second;

	struct flow_quota *quota = quota_of(flow.owner);
	if (!quota)
		return -DROP_INTERNAL;
	if (quota->flows >= (__s32)flow_quota)
		return -DROP_FLOW_QUOTA;
	/* map helpers of Linux 6.1 take no pointer argument of a subprogram */
	struct flow_key own_key = *key;
	struct flow *old = bpf_map_lookup_elem(&flows, &own_key);
	__u32 previous_owner = old ? old->owner : 0;
	long error = bpf_map_update_elem(&flows, &own_key, &flow, old ? BPF_ANY : BPF_NOEXIST);
	if (error && error != -EEXIST)
		return -DROP_FLOW_TABLE_FULL;
	/* -EEXIST: another CPU made it from the same judgement, and counted it */
	if (error || previous_owner == flow.owner)
		return 0;
	__sync_fetch_and_add(&quota->flows, 1);
	struct flow_quota *previous = previous_owner ? quota_of(previous_owner) : NULL;
	if (previous)
		__sync_fetch_and_add(&previous->flows, -1);
	return 0;
}
