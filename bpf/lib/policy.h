/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Is this peer allowed on this port? Each combination of wildcards that the slot uses is one hash lookup. */
#pragma once

#include "../abi/drop.h"
#include "icmp.h"
#include "maps.h"
#include "packet.h"

static __always_inline __be16 port_prefix(__be16 port, __u32 length)
{
	return be16(host16(port) & (0xffff0000u >> length));
}

/* The port that a policy names: of ICMP and ICMPv6 the type. A reply is judged by what it replies to. */
static __always_inline __be16 policy_port(const struct packet *p)
{
	if (p->protocol == IPPROTO_ICMP)
		return be16(p->echo_reply ? ICMP_ECHO_REQUEST : p->icmp_type);
	if (p->protocol == IPPROTO_ICMPV6)
		return be16(p->echo_reply ? ICMPV6_ECHO_REQUEST : p->icmp_type);
	return p->destination_port;
}

#define RANK_DENIES 1

/* The best entry so far. Kept in the caller's memory, of which the verifier remembers no values: in a
 * register it would follow every order in which entries can outrank each other. */
struct policy_result {
	__u64 rank;
	__u32 rule;
	__u32 reserved;
};

/* One number to compare entries by, never 0: the precedence, then that a denial beats what allows. */
static __always_inline __u64 rank_of(const struct policy_value *value)
{
	return ((__u64)value->precedence + 1) << 1 | (value->verdict != POLICY_ALLOW);
}

/* One direction of own_policy_generation as comparisons: made from its entries and its default, and put in
 * the place of this body when the program is made for its endpoint. What it returns is laid out by enum
 * coded_verdict. service is the protocol in front of the port's 16 bits. Weak, so that the compiler believes
 * nothing of what it returns. */
__attribute__((weak)) SUBPROGRAM __u64 policy_as_code(__u32 peer, __u32 service)
{
	return 0;
}

/* Whether the code says all that the tables of this slot say now. Generations are unique, so no other
 * endpoint's is taken for it. */
static __always_inline _Bool is_coded(__u32 slot_index, __u32 generation, enum direction direction)
{
	if (!own_policy_generation || generation != own_policy_generation ||
	    direction != own_policy_direction)
		return 0;
	const struct slot *slot = bpf_map_lookup_elem(&slots, &slot_index);
	return slot && slot->additions == own_policy_additions;
}

static __always_inline int denied_by_policy(enum direction direction)
{
	return direction == DIRECTION_INGRESS ? -DROP_POLICY_DENIED_INGRESS : -DROP_POLICY_DENIED_EGRESS;
}

/* As policy_check(), by the code. */
static __always_inline int coded_check(const struct packet *p, __u32 peer, enum direction direction,
				       __u32 *rule)
{
	__u64 found = policy_as_code(peer, (__u32)p->protocol << 16 | host16(policy_port(p)));
	*rule = found >> CODED_RULE_SHIFT;
	return (found & CODED_VERDICT_MASK) == POLICY_ALLOW ? 0 : denied_by_policy(direction);
}

/* 0, or the negative drop reason of the direction; the rule that decided in the result. */
SUBPROGRAM int policy_check(__u32 slot_index, const struct packet *p, __u32 peer, enum direction direction,
			    struct policy_result *result)
{
	if (!p || !result)
		return -DROP_INTERNAL;
	const struct slot *slot = bpf_map_lookup_elem(&slots, &slot_index);
	if (!slot)
		return -DROP_INTERNAL;
	const struct policy_direction *d = &slot->directions[direction & 1];
	result->rank = 0;
	result->rule = d->default_rule;
	if (!d->enforced)
		return 0;

	struct policy_key key = {.slot = slot_index, .direction = direction};
	__be16 port = policy_port(p);
	for (__u32 i = 0; i < MAX_SHAPES && i < d->shape_count; i++) {
		__u8 shape = d->shapes[i];
		key.peer = shape & SHAPE_PEER ? peer : 0;
		key.protocol = shape & SHAPE_PROTOCOL ? p->protocol : 0;
		key.port_prefix_length = shape & SHAPE_PORT_MASK;
		key.port = port_prefix(port, key.port_prefix_length);
		const struct policy_value *value = bpf_map_lookup_elem(&policy, &key);
		__u64 candidate = value ? rank_of(value) : 0;
		if (value && candidate > result->rank) {
			result->rank = candidate;
			result->rule = value->rule;
		}
	}
	if (result->rank && !(result->rank & RANK_DENIES))
		return 0;
	return denied_by_policy(direction);
}
