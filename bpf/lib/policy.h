/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Is this peer allowed on this port? Each combination of wildcards that the slot uses is one hash lookup. */
#pragma once

#include "../abi/drop.h"
#include "maps.h"
#include "packet.h"

static __always_inline __be16 port_prefix(__be16 port, __u32 length)
{
	return be16(host16(port) & (0xffff0000u >> length));
}

/* 0, or the negative drop reason of the direction; the rule that decided in *rule. */
SUBPROGRAM int policy_check(__u32 slot_index, const struct packet *p, __u32 peer, enum direction direction,
				   __u32 *rule)
{
	REQUIRE(p, rule);
	const struct slot *slot = bpf_map_lookup_elem(&slots, &slot_index);
	if (!slot)
		return -DROP_INTERNAL;
	const struct policy_direction *d = &slot->directions[direction & 1];
	*rule = d->default_rule;
	if (!d->enforced)
		return 0;

	__u32 best = 0;
	int allowed = 0;
	struct policy_key key = {.slot = slot_index, .direction = direction};
	for (__u32 i = 0; i < MAX_SHAPES && i < d->shape_count; i++) {
		__u8 shape = d->shapes[i];
		key.peer = shape & SHAPE_PEER ? peer : 0;
		key.protocol = shape & SHAPE_PROTOCOL ? p->protocol : 0;
		key.port = port_prefix(p->destination_port, shape & SHAPE_PORT_MASK);
		const struct policy_value *value = bpf_map_lookup_elem(&policy, &key);
		if (!value || value->precedence < best)
			continue;
		best = value->precedence;
		allowed = value->verdict == POLICY_ALLOW;
		*rule = value->rule;
	}
	if (allowed)
		return 0;
	return direction == DIRECTION_INGRESS ? -DROP_POLICY_DENIED_INGRESS : -DROP_POLICY_DENIED_EGRESS;
}
